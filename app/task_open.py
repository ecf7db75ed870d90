"""The task that is open: its labels, what they are drawn and answered with, and how it stands with it."""

from __future__ import annotations

import logging
from collections.abc import Callable
from concurrent.futures import Future
from enum import Enum, auto
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Slot

from app.hanging import hung
from app.label_side import LabelSide
from app.media import editor_for
from app.saving import SaveQueue
from storage.catalog import labels, ontologies, tasks
from storage.editing.focus import Focus
from storage.editing.session import EditSession, StepChange
from storage.model.workflow import TaskStatus
from widgets import icons

if TYPE_CHECKING:
    from app.label_editor import LabelEditor
    from app.task_loader import LoadedTask
    from storage.model.ontology import Ontology
    from storage.model.rules import Gap
    from storage.progress import Progress
    from viewers.editors.editor import Editor

log = logging.getLogger(__name__)


class Standing(Enum):
    OPEN = auto()
    LOST = auto()  # its file cannot be seen: nothing can be drawn on it
    STOPPED = auto()  # handed in, moved or deleted elsewhere: it can only be looked at from now on


class OpenTask(QObject):
    """Made when a task is shown, thrown away when it is put away. It is the origin of what it changes in the catalog."""

    def __init__(self, page: LabelEditor, loaded: LoadedTask, focus: Focus, *, look: bool, frame: int | None) -> None:
        """`look`, `frame`: as its loader was told."""
        super().__init__(page)
        self._page, self.loaded, self.focus = page, loaded, focus
        self.standing, self.why = Standing.OPEN, ""  # `why` it is lost or stopped, as a sentence
        self.taken = not look
        self.seen = False  # it has been on the screen, its picture and its shapes
        self.moving = False  # it is being handed in or skipped
        self.refused = False  # the catalog did not take a step: what is stored is to be shown
        done = self.tr("This task is complete: reopen it to change its labels.")
        self.saving = SaveQueue(self._save, self)
        self.saving.state_changed.connect(page.header.show_state)
        self.session = EditSession(
            loaded.document,
            self.saving,
            author=page.context.catalog.user.email,
            history=loaded.history,
            frames=loaded.medium.frames,
            sealed=page.operations.only_read or (done if loaded.task.status is TaskStatus.COMPLETED else ""),
        )
        self.session.refused = page.messages.tell
        frames = loaded.medium.frames
        focus.set(at=frames.key(loaded.medium.first if frame is None else min(frame, frames.count - 1)))
        self.editor = self._make_editor()
        self.side = self._make_side()

    def _make_editor(self) -> Editor:
        page, loaded = self._page, self.loaded
        page.status.emit("")  # before the editor, which may know its place at once
        editor = editor_for(
            loaded.medium,
            self.session,
            self.focus,
            loaded.ontology,
            page.middle,
            icon=icons.icon,
            clipboard=page.clipboard,
            rebound=page.keys,
            run_job=self._run_job,
            hung=hung(page.context.settings, page.state, loaded.row.item),
        )
        editor.status.connect(page.hint)
        editor.place.connect(page.status)
        editor.answers_wanted.connect(self._ask_answers)
        editor.ontology_wanted.connect(self._offer_ontology)
        return editor

    def _make_side(self) -> LabelSide:
        page, editor, loaded = self._page, self.editor, self.loaded
        kind, describe, measure = loaded.row.item.kind, editor.describe, editor.measure
        side = LabelSide(self.session, self.focus, loaded.ontology, kind, page.right, describe=describe, measure=measure)
        side.gap_jump_wanted.connect(self.jump)
        side.zoom_wanted.connect(editor.reveal)
        side.medium_wanted.connect(editor.setFocus)
        side.menu_wanted.connect(editor.show_menu)
        side.gaps_counted.connect(page.header.show_gaps)
        side.gaps_counted.connect(page.verbs.take_back)
        side.play_wanted.connect(lambda: editor.run("play_toggle"))
        side.gaps.refresh()
        return side

    @property
    def id(self) -> int:
        return self.loaded.task.id

    @property
    def frame(self) -> int:
        """The one that is looked at."""
        return self.session.frames.index(self.focus.at)

    # -- what is changed

    def take(self) -> None:
        """It is now the task of the person who works on it."""
        self.taken = True
        self._page.operations.run(
            "Open task",
            tasks.claim,
            self.id,
            origin=self,  # no news of its labels: they are not read again while they are drawn
            undoable=False,
            failed=lambda error: log.info("claim: %s", error),
        )

    def _save(self, change: StepChange) -> Future[Any]:
        if not self.taken:
            self.take()
        catalog, row_id = self._page.context.catalog, self.loaded.row.id
        return catalog.submit(change.step.text, labels.save_step, row_id, change, origin=self, undoable=False)

    @property
    def unsaved(self) -> str:
        """Why it must stay open: something of it cannot be written, as things are now."""
        if not self.saving.pending or self.saving.state != "failed":
            return ""
        return self.tr("This task stays open: its last change is not saved yet. It is kept and tried again.")

    def settle(self) -> None:
        """Half-typed answers are answers; a run of nudges is a gesture that ends here; what is dragged is let go."""
        self.side.flush()
        self.editor.settle()
        if self.session.in_gesture:
            self.session.cancel()

    def use_ontology(self, ontology: Ontology) -> None:
        if ontology != self.loaded.ontology:
            self.loaded.ontology = ontology
            self.editor.set_ontology(ontology)
            self.side.show_ontology(ontology)

    # -- undo, of what is drawn first

    @property
    def undo_text(self) -> str:
        return self.session.undo_text

    @property
    def redo_text(self) -> str:
        return self.session.redo_text

    def undo(self) -> None:
        self.editor.undo()

    def redo(self) -> None:
        self.editor.redo()

    # -- how it stands

    def note_seen(self) -> None:
        self.seen = self.seen or (self.editor.isVisible() and self.editor.in_sight)

    def lose(self, why: str, note: str) -> None:
        self.standing, self.why = Standing.LOST, why
        self.editor.seal()
        self.side.seal_drawing(note)

    def stop(self, why: str, note: str) -> None:
        self.standing, self.why = Standing.STOPPED, why
        self.seal(why, note=note)

    def seal(self, why: str, *, note: str = "", reopens: bool = False) -> None:
        """Nothing can be changed, and nothing invites to. `note`: what the classes say where `why` stands above already."""
        self.session.cancel()
        self.session.sealed = why
        self.editor.settle()
        self.editor.seal()
        self.side.seal(why, note or why)
        self._page.header.seal(why, reopens=reopens)

    # -- what editor and panels ask for

    def jump(self, gap: Gap) -> None:
        """To the place of something missing."""
        if gap.at is not None:
            self.editor.go_to(gap.at)
        if gap.instance is not None:
            self.focus.select([gap.instance])
            self.editor.reveal(gap.instance)
        self.side.focus_gap(gap)

    @Slot()
    def _ask_answers(self) -> None:
        why = self.side.ask_answers()
        if why:
            self._page.messages.tell(why)

    @Slot(str, object)
    def _offer_ontology(self, text: str, changed: Ontology) -> None:
        """A verb needs another ontology; it goes on once that is there."""
        question = self.tr("{0}? The ontology is changed for everybody who uses it.").format(text)
        if self._page.messages.ask(text, question, yes=self.tr("Change it")):
            self._page.operations.run(text, ontologies.save, self.loaded.project.ontology_id, changed)

    def _run_job(self, title: str, work: Callable[[Progress], object], *then: Callable[[Any], object]) -> None:
        """Long work (following an object through a film) is listed and can be cancelled like any job. `then`: done, failed."""
        self._page.context.jobs.start(title, work).then(self._page, *then)

    # -- the end

    def close(self) -> None:
        self.saving.state_changed.disconnect(self._page.header.show_state)
        self.editor.close_editor()
        self.side.close_down()

    def let_go(self) -> None:
        for part in (self.editor, self.side, self):
            part.deleteLater()
