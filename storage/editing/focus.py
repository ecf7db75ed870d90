"""What the person is looking at in an editor: selection, armed class, what is hidden or locked, how shapes are shown.

View state, shared by the canvas and the panels beside it (which know nothing of each other). Never stored with the
labels; Qt-free, single-threaded.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Any, Literal

from storage.editing.answer_extent import Extent
from storage.listeners import Listeners
from storage.model.labels import FrameKey, Range


@dataclass(frozen=True, slots=True)
class Display:
    opacity: float = 0.25  # of fills, 0..1
    names: bool = False
    color_by: Literal["class", "instance"] = "class"
    only_selected: bool = False
    line_width: float = 2.0  # logical px
    crosshair: bool = False
    rulers: bool = False
    pixel_grid: bool = True  # once pixels are large
    stays_armed: bool = True  # a drawing tool stays in hand after an object


class Focus:
    """Observable by attribute name: `listen(fn)` gets the names of what changed."""

    def __init__(self) -> None:
        self.selected: tuple[str, ...] = ()  # instance uuids; the last one is the primary
        self.hovered: str | None = None
        self.armed: str | None = None  # feature hash of the object class to draw next
        self.tool: str = "select"  # id of the tool in hand
        self.at: FrameKey = ("", 0)
        self.span: Range | None = None  # frames chosen on the timeline, both ends included
        self.extent = Extent.ONWARD  # how far the answers of dynamic attributes reach
        self.hidden: frozenset[str] = frozenset()
        self.locked: frozenset[str] = frozenset()
        self.display = Display()
        self._listeners: Listeners[[frozenset[str]]] = Listeners()

    @property
    def primary(self) -> str | None:
        return self.selected[-1] if self.selected else None

    def set(self, **values: Any) -> None:
        """Set several attributes; listeners are told once, of those that really changed."""
        changed = frozenset(name for name, value in values.items() if getattr(self, name) != value)
        for name in changed:
            setattr(self, name, values[name])
        if changed:
            self._listeners.tell(changed)

    def select(self, instances: Iterable[str]) -> None:
        self.set(selected=tuple(dict.fromkeys(instances)))

    def toggle(self, instance: str) -> None:
        if instance in self.selected:
            self.select(i for i in self.selected if i != instance)
        else:
            self.select((*self.selected, instance))

    def hide(self, instances: Iterable[str], hidden: bool) -> None:
        ids = frozenset(instances)
        self.set(hidden=self.hidden | ids if hidden else self.hidden - ids)

    def lock(self, instances: Iterable[str], locked: bool) -> None:
        ids = frozenset(instances)
        self.set(locked=self.locked | ids if locked else self.locked - ids)

    def show(self, **display: Any) -> None:
        self.set(display=replace(self.display, **display))

    def listen(self, listener: Callable[[frozenset[str]], None]) -> Callable[[], None]:
        return self._listeners.add(listener)
