"""The patient of the series that is edited: their studies at the side, another series beside it, the rules it hangs by."""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot

from app.hanging import keep_layout, keep_rules, layout_by_hand, rule_for, rules_dialog
from app.media import Medium, open_medium
from app.volumes import patient_lines
from storage.model.hanging import HangingRule
from storage.model.items import VOLUMES, Item, Kind
from storage.model.patients import PatientStudies, SeriesRow
from viewers.editors.volume_editor import VolumeEditor
from widgets import words
from widgets.latest import Latest
from widgets.panels.patient import series_words

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from app.context import AppContext
    from app.label_side import LabelSide
    from app.task_loader import LoadedTask
    from app.window_state import WindowState
    from storage.model.changes import Changes

log = logging.getLogger(__name__)


class Patient(QObject):
    """Between `begin` and `end` it looks after one task. What is opened to stand beside belongs to it."""

    open_wanted = Signal(int)  # task id

    def __init__(self, context: AppContext, state: WindowState | None, parent: QObject) -> None:
        super().__init__(parent)
        self._context, self._state = context, state
        self.studies: PatientStudies | None = None
        self._task: LoadedTask | None = None
        self._editor: VolumeEditor | None = None
        self._side: LabelSide | None = None
        self._beside: tuple[int, Medium] | None = None
        self._number = 0  # of what is wanted beside: what comes late is dropped
        self._latest = Latest(context.jobs, self)
        context.bus.changed.connect(self._on_changed)

    def begin(self, loaded: LoadedTask, editor: QWidget, side: LabelSide) -> None:
        if not isinstance(editor, VolumeEditor):
            return
        self._task, self._editor, self._side = loaded, editor, side
        editor.beside_wanted.connect(self._on_beside_wanted)
        editor.hanging_wanted.connect(self._edit_rules)
        side.beside_wanted.connect(self.put_beside)
        side.task_wanted.connect(self.open_wanted)
        if loaded.row.item.kind is Kind.DICOM_SERIES:
            self._read(self._show_first)

    def end(self) -> None:
        """After the editor was closed: what the person made of the layout is kept, what stood beside is closed."""
        if self._editor is not None and self._task is not None and self._editor.volume.store is not None:
            layout = self._editor.layout_by_hand()
            if layout.get("layout") == "side" and self._beside is not None:
                layout["beside"] = self._beside[1].item.uuid
            keep_layout(self._state, self._task.row.item.uuid, layout)
        self._let_go()
        self._latest.forget()
        self._task = self._editor = self._side = self.studies = None

    def _let_go(self) -> None:
        self._number += 1
        if self._beside is not None:
            self._context.jobs.leave(self._beside[1].close)
            self._beside = None

    # -- the list

    def _read(self, done: Callable[[PatientStudies], None]) -> None:
        assert self._task is not None
        reads, item_id, project_id = self._context.reads, self._task.row.item.id, self._task.project.id
        self._latest.ask(
            lambda: reads.studies_of_patient(item_id, project_id),
            done,
            lambda error: log.info("studies of the patient: %s", error),
        )

    @Slot(object)
    def _on_changed(self, changes: Changes) -> None:
        if self.studies is not None and (changes.everything or changes.items or changes.item_folders or changes.tasks):
            self._read(self._show)

    def _show(self, studies: PatientStudies) -> None:
        if self._editor is None or self._side is None:
            return
        self.studies = studies
        self._side.show_patient(studies)
        self._editor.others = len(self._offered())
        self._editor.show_state()

    def _show_first(self, studies: PatientStudies) -> None:
        self._show(studies)
        if self._editor is None or self._task is None:
            return
        kept = layout_by_hand(self._state, self._task.row.item.uuid)
        if kept.get("beside"):
            self._open(partial(self._context.reads.item_by_uuid, kept["beside"]), by_rule=False, asked=False)
        elif not kept:
            self._hang_partner(self._editor.hanging)

    def _offered(self) -> list[SeriesRow]:
        """What may stand beside, in the order in which it is offered: priors, the same study, the rest."""
        if self.studies is None:
            return []
        rest = (row for study, _what in self.studies.in_order() for row in study.series)
        every = {row.item_id: row for row in (*self.studies.priors(), *rest)}
        every.pop(self.studies.item_id, None)
        return list(every.values())

    # -- beside

    def _hang_partner(self, rule: HangingRule | None) -> None:
        partner = rule.partner(self.studies) if rule is not None and self.studies is not None else None
        if partner is not None:
            self._open(partial(self._context.reads.item, partner.item_id), by_rule=True, asked=False)

    @Slot(int)
    def put_beside(self, item_id: int) -> None:
        self._open(partial(self._context.reads.item, item_id), by_rule=False)

    @Slot(str)
    def _on_beside_wanted(self, which: str) -> None:
        if not which:
            self._let_go()
            if self._side is not None:
                self._side.show_beside(None)
            return
        if which == "rule" and self._editor is not None:
            self._hang_partner(self._editor.hanging)
            return
        offered = [row.item_id for row in self._offered()]
        if not offered:
            return
        now = self._beside[0] if self._beside is not None else None
        self.put_beside(offered[(offered.index(now) + 1) % len(offered)] if now in offered else offered[0])

    def _open(self, find: partial[Item], *, by_rule: bool, asked: bool = True) -> None:
        """`asked`: the person waits for it, and is told why it does not come."""
        self._number += 1
        catalog = self._context.catalog

        def ask() -> Medium | None:
            item = find()
            return open_medium(catalog, item) if item.trashed_at is None else None

        done = partial(self._on_opened, self._number, by_rule)
        self._context.jobs.read(ask, done, partial(self._on_not_opened, asked), owner=self)

    def _on_opened(self, number: int, by_rule: bool, medium: Medium | None) -> None:
        if medium is None:
            return
        if number != self._number or self._editor is None or self._task is None or medium.item.kind not in VOLUMES:
            self._context.jobs.leave(medium.close)
            return
        own, other = self._task.row.item, medium.item
        space = str(own.facts.get("frame_of_reference") or "")
        sides = str(own.facts.get("laterality") or ""), str(other.facts.get("laterality") or "")
        before = self._beside
        self._beside = (other.id, medium)
        self._editor.show_beside(
            medium.source,  # type: ignore[arg-type]
            self._title(other),
            same_space=bool(space) and space == other.facts.get("frame_of_reference"),
            left=sides == ("L", "R"),  # the right one is looked at from the front
            by_rule=by_rule,
            titles=(*patient_lines(other.facts), *medium.titles),
        )
        if before is not None:
            self._context.jobs.leave(before[1].close)
        if self._side is not None:
            self._side.show_beside(other.id)

    def _on_not_opened(self, asked: bool, error: Exception) -> None:
        if asked:
            self._context.messages.error(error, self.tr("Put beside"))
        else:
            log.info("not put beside: %s", error)

    def _title(self, item: Item) -> str:
        for study in (*self.studies.studies, *self.studies.strangers) if self.studies is not None else ():
            for row in study.series:
                if row.item_id == item.id:
                    return " · ".join(part for part in (words.dicom_date(study.date), series_words(row)) if part)
        return item.title

    # -- the rules

    @Slot()
    def _edit_rules(self) -> None:
        if self._editor is None or self._task is None:
            return
        editor, facts = self._editor, self._task.row.item.facts
        back, tried = editor.remember(), False

        def attempt(rule: HangingRule) -> None:
            nonlocal tried
            tried = True
            editor.hang(rule)
            self._hang_partner(rule)

        dialog = rules_dialog(self._context, editor.window(), facts=facts)
        dialog.try_wanted.connect(attempt)
        if dialog.run():
            keep_rules(self._context.settings, dialog.rules())
            editor.hanging = rule_for(self._context.settings, facts)
            self._context.messages.tell(self.tr("The hanging rules are saved. Shift+F6 hangs the open series by them."))
        elif tried and self._editor is editor:
            back()
