"""The hanging rules of the person, kept in the settings, and the layouts that were made by hand, kept with the window."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from app import dialogs
from storage.errors import BadInput, PostilError
from storage.model.hanging import BUILT_IN, HangingRule, first_match, from_json, from_text, to_json, to_text
from storage.services.whole_file import write_whole

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from app.context import AppContext
    from app.settings import Settings
    from app.window_state import WindowState
    from storage.model.items import Item
    from widgets.dialogs.hanging_rules import HangingRulesDialog

_FILES = "Hanging rules (*.json)"
_MOST_BYTES = 1 << 20
_BY_HAND, _MOST = "hung", 500  # series whose layout is remembered


def rules_of(settings: Settings) -> tuple[tuple[HangingRule, ...], str]:
    """The rules, and what is wrong with those that were kept: then the built-in ones hold."""
    kept = settings.values.hanging
    if not kept:
        return BUILT_IN, ""
    try:
        return from_json(kept.get("rules")), ""
    except BadInput as error:
        return BUILT_IN, f"{error.reason} {error.remedy}"


def keep_rules(settings: Settings, rules: Sequence[HangingRule]) -> None:
    settings.set("hanging", {} if tuple(rules) == BUILT_IN else {"rules": to_json(rules)})


def rule_for(settings: Settings, facts: Mapping[str, Any]) -> HangingRule | None:
    return first_match(rules_of(settings)[0], facts)


def hung(settings: Settings, state: WindowState | None, item: Item) -> dict[str, Any]:
    """How a volume hangs when it is opened, as its editor takes it."""
    return {"hanging": rule_for(settings, item.facts), "layout_by_hand": layout_by_hand(state, item.uuid)}


def layout_by_hand(state: WindowState | None, series: str) -> dict[str, str]:
    """What was made of a series the last time; `series`: the uuid of its item."""
    return _kept(state).get(series, {})


def keep_layout(state: WindowState | None, series: str, layout: Mapping[str, str]) -> None:
    """An empty one is forgotten: the series hangs by its rule again."""
    kept = _kept(state)
    if state is None or kept.get(series, {}) == layout:
        return
    kept.pop(series, None)
    if layout:
        kept[series] = dict(layout)
    state.set(_BY_HAND, json.dumps(dict(list(kept.items())[-_MOST:])))


def _kept(state: WindowState | None) -> dict[str, dict[str, str]]:
    if state is None:
        return {}
    try:
        found = json.loads(str(state.get(_BY_HAND, "{}")))
    except ValueError:
        return {}
    if not isinstance(found, dict):
        return {}
    return {
        series: {str(name): str(value) for name, value in layout.items()}
        for series, layout in found.items()
        if isinstance(layout, dict)
    }


def rules_dialog(context: AppContext, parent: QWidget, *, facts: Mapping[str, Any] | None = None) -> HangingRulesDialog:
    """`facts` of the series that is open, where one is."""
    from viewers.scene.window_level import presets
    from widgets.dialogs.hanging_rules import HangingRulesDialog

    rules, problem = rules_of(context.settings)
    known = {p.id: p.title for p in (*presets("CT"), *presets("PT", "SUVbw"), *presets("MR")) if p.id != "auto"}
    dialog = HangingRulesDialog(rules, parent, windows=list(known.items()), facts=facts, problem=problem)
    dialog.import_wanted.connect(partial(_import_rules, context, dialog))
    dialog.export_wanted.connect(partial(_export_rules, context, dialog))
    return dialog


def _import_rules(context: AppContext, dialog: HangingRulesDialog) -> None:
    path = dialogs.ask_open_file(dialog, dialog.tr("Import hanging rules"), _FILES)
    if path is not None:
        taken = partial(dialog.take_over, source=path.name)
        context.jobs.read(partial(_read_rules, path), taken, partial(_tell_failure, dialog, path), owner=dialog)


def _export_rules(context: AppContext, dialog: HangingRulesDialog) -> None:
    path = dialogs.ask_save_file(dialog, dialog.tr("Export the hanging rules"), "hanging rules.json", _FILES)
    if path is not None:
        write = partial(write_whole, path, to_text(dialog.rules()).encode())
        done = partial(_tell_export, dialog, path)
        context.jobs.read(write, done, partial(_tell_failure, dialog, path), owner=dialog)


def _read_rules(path: Path) -> tuple[HangingRule, ...]:
    try:
        with path.open("rb") as file:
            data = file.read(_MOST_BYTES + 1)
    except OSError as error:
        raise BadInput(f"It cannot be read: {error.strerror}.", remedy="Check the path and your rights.") from error
    if len(data) > _MOST_BYTES:
        raise BadInput("This is no file of hanging rules: it is too large.", remedy="Choose another file.")
    return from_text(data.decode("utf-8-sig", "replace"))


def _tell_export(dialog: HangingRulesDialog, path: Path, _written: None) -> None:
    dialog.exported(str(path))


def _tell_failure(dialog: HangingRulesDialog, path: Path, error: Exception) -> None:
    reason = f"{error.reason} {error.remedy}" if isinstance(error, PostilError) else str(error)
    dialog.say_problem(reason if path.name in reason else f"{path.name}: {reason}")
