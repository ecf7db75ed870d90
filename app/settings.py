"""Typed settings with defaults, in one JSON file of the person's; window geometry lives in `window_state`."""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Callable
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any

from storage.listeners import Listeners

log = logging.getLogger(__name__)


@dataclass(slots=True)
class Values:
    scheme: str = "system"  # system, light, dark
    trash_days: int = 30
    link_files: bool = False  # what Add data proposes: link in place instead of copying
    show_names: bool = False
    fill_opacity: float = 0.25
    line_width: float = 2.0
    color_by: str = "class"
    tool_stays_armed: bool = True  # after an object has been drawn
    next_after_submit: bool = True
    hanging: dict[str, Any] = field(default_factory=dict)  # rules, where they are not the built-in ones: see `app.hanging`
    shortcuts: dict[str, str] = field(default_factory=dict)  # action id -> keys, where changed


class Settings:
    """`values` holds them; every `set` by name is written at once (atomically) and told to listeners."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.values = Values()
        self._unknown: dict[str, Any] = {}
        self._listeners: Listeners[[str]] = Listeners()
        self._load()

    def set(self, name: str, value: object) -> None:
        if getattr(self.values, name) == value:
            return
        setattr(self.values, name, value)
        self._save()
        self._listeners.tell(name)

    def listen(self, listener: Callable[[str], None]) -> Callable[[], None]:
        return self._listeners.add(listener)

    def _load(self) -> None:
        try:
            stored = json.loads(self.path.read_text("utf-8"))
        except FileNotFoundError:
            return
        except (OSError, ValueError) as error:
            log.warning("settings in %s cannot be read, defaults are used: %s", self.path.name, error)
            return
        if not isinstance(stored, dict):
            return
        known = {f.name: f for f in fields(Values)}
        for name, value in stored.items():
            if name not in known:
                self._unknown[name] = value  # of a newer version: kept
            elif isinstance(value, type(getattr(self.values, name))) or (
                isinstance(value, int) and isinstance(getattr(self.values, name), float)
            ):
                setattr(self.values, name, value)

    def _save(self) -> None:
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            part = self.path.with_suffix(".part")
            part.write_text(json.dumps({**self._unknown, **asdict(self.values)}, indent=1), "utf-8")
            os.replace(part, self.path)
        except OSError as error:
            log.warning("settings cannot be written to %s: %s", self.path.name, error)
