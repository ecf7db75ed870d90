"""The menu under the right mouse button of the timeline. "Here" is where it was opened on a track."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu

from storage.model.labels import AnswerValue
from viewers.timeline import drags
from viewers.timeline.choosing import option_menu
from viewers.timeline.hits import Hit
from viewers.timeline.rows import Bar, Row
from viewers.timeline.verbs import DELETE_RANGE, TRACK_VERBS, TrackVerb, why_not

if TYPE_CHECKING:
    from viewers.timeline.view import TimelineView

Run = Callable[[Callable[[], object]], None]


def build_menu(view: TimelineView, found: Hit | None, run: Run) -> QMenu:
    menu = QMenu(view)
    menu.setToolTipsVisible(True)
    menu.setAccessibleName("Timeline")
    row = found.row if found is not None else None
    if found is not None and row is not None and found.bar is not None and not view.rows.locked(row):
        _bar_entries(view, menu, row, found.bar, found.frame, run)
        menu.addSeparator()
    if view.focus.selected and (row is None or row.kind != "classification"):
        here = found.held if found is not None and found.part == "key" else found.frame if row is not None and found else None
        for verb in TRACK_VERBS:
            _verb(view, menu, verb, run, here if verb.need in ("here", "between") else None)
        menu.addSeparator()
    _verb(view, menu, DELETE_RANGE, run)
    if view.range is not None:
        _entry(menu, "Forget the chosen frames\tEsc", lambda: view.set_range(None))
        first, last = view.range
        _entry(menu, "Zoom to the chosen frames", lambda: view.show_frames(first, last))
    menu.addSeparator()
    _entry(menu, "Show all frames\tCtrl+0", view.fit)
    return menu


def _verb(view: TimelineView, menu: QMenu, verb: TrackVerb, run: Run, here: int | None = None) -> None:
    keys = view.keys_of(verb.id) if view.keys_of is not None else verb.keys
    with view.verbs.at(here):
        why, title = why_not(view.verbs, verb), verb.text(view.verbs)
    entry = _entry(menu, title + (f"\t{keys[0]}" if keys else ""), lambda: run(lambda: _act(view, verb, here)))
    entry.setObjectName(verb.id)
    entry.setEnabled(not why)
    entry.setToolTip(why or verb.title)


def _act(view: TimelineView, verb: TrackVerb, here: int | None) -> None:
    with view.verbs.at(here):
        step = verb.run(view.verbs)
    if step is not None:
        view.status.emit(f"{step.text}, on frame {here:,}." if here is not None else f"{step.text}.")


def _bar_entries(view: TimelineView, menu: QMenu, row: Row, bar: Bar, frame: int, run: Run) -> None:
    session, title = view.session, view.rows.title(row)
    if bar.first < frame <= bar.last and not bar.whole:
        _entry(
            menu, f"Split this range at frame {frame}",
            lambda: run(lambda: session.do(f"Split range of “{title}”", drags.split_bar(session.document, bar, frame))),
        )  # fmt: skip
    attribute = view.rows.attribute(row)
    if attribute is not None and attribute.options:
        answers = option_menu(menu, attribute, lambda value: run(lambda: _answer(view, row, bar, value)), unanswered=False)
        answers.setTitle("Answer")
        menu.addMenu(answers)
    _entry(
        menu, "Delete this range",
        lambda: run(lambda: session.do(f"Delete range of “{title}”", drags.without_bar(session.document, bar))),
    )  # fmt: skip


def _answer(view: TimelineView, row: Row, bar: Bar, value: AnswerValue | None) -> None:
    attribute = view.rows.attribute(row)
    assert attribute is not None
    edits = drags.answered_bar(view.session.document, bar, attribute, value)
    view.session.do(f"Answer “{attribute.name}”", edits)


def _entry(menu: QMenu, text: str, work: Callable[[], object]) -> QAction:
    entry = menu.addAction(text)
    entry.triggered.connect(lambda _=False: work())
    return entry
