"""The label editor: one task at a time. Header above, canvas and tools in the middle, classes, instances, answers at the right.

It composes what knows nothing of each other: the canvas (viewers) and the panels (widgets) share an edit session and a
focus; finished gestures go to the catalog through a save queue.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QHideEvent, QKeyEvent
from PySide6.QtWidgets import QSplitter, QStackedWidget, QVBoxLayout, QWidget

from app.background.relinking import check_link
from app.hanging import hung
from app.label_header import LabelHeader
from app.label_side import LabelSide
from app.media import editor_for
from app.memory import give_back
from app.operations import Operations
from app.saving import SaveQueue
from app.task_loader import LoadedTask, load_task
from app.task_standing import TaskStanding
from app.task_verbs import TaskVerbs
from storage.catalog import labels, ontologies, tasks
from storage.editing.focus import Focus
from storage.editing.session import EditSession, StepChange
from storage.errors import CatalogDamaged, PostilError, StaleUndo
from storage.model.items import VOLUMES
from storage.model.rules import Gap
from viewers.editors.clipboard import Clipboard
from viewers.editors.editor import Editor
from widgets import icons

if TYPE_CHECKING:
    from app.context import AppContext
    from app.messages import Messages
    from app.patient import Patient
    from app.window_state import WindowState
    from storage.progress import Progress

log = logging.getLogger(__name__)

PREFETCH_MS = 100
AGAIN_MS = 200
#: Settings that say how shapes are shown -> what they are called in `Display`.
DISPLAY = {
    "fill_opacity": "opacity",
    "line_width": "line_width",
    "color_by": "color_by",
    "show_names": "names",
    "tool_stays_armed": "stays_armed",
}


class LabelEditor(TaskVerbs, TaskStanding, QWidget):
    left = Signal()  # back to the queue
    status = Signal(str)  # where the cursor is, and what lies under it
    hint = Signal(str)  # what the tool expects
    state_changed = Signal()  # undo, redo, selection, tool: actions look again
    opened = Signal(int)  # task id
    alone_changed = Signal(bool)  # the canvas alone is shown

    def __init__(
        self, context: AppContext, messages: Messages, parent: QWidget | None = None, *, state: WindowState | None = None
    ) -> None:
        """`state` remembers how large timeline and panels were made, from task to task."""
        super().__init__(parent)
        self._state = state
        self._context, self._messages = context, messages
        self._operations = Operations(context.catalog, messages)
        self.loaded: LoadedTask | None = None
        self.session: EditSession | None = None
        self.focus: Focus | None = None
        self.editor: Editor | None = None
        self.side: LabelSide | None = None
        self._saving: SaveQueue | None = None
        self._patient: Patient | None = None  # from the first volume on
        self._ready_next: LoadedTask | None = None
        self._left_behind: list[QObject] = []  # of tasks put away: hidden, to be destroyed when nobody waits
        self._wanted: int | None = None
        self._looked_at: set[int] = set()  # tasks that were come to without taking them
        self._seen = False  # the task has been on the screen, its picture and its shapes
        self._alone = False
        self._clipboard = Clipboard()
        self._keys: dict[str, tuple[str, ...]] = {}
        self._idle = QTimer(self)
        self._idle.setSingleShot(True)
        self._idle.setInterval(PREFETCH_MS)
        self._idle.timeout.connect(self._prefetch)
        self._again = QTimer(self)  # labels were changed elsewhere in the middle of something
        self._again.setSingleShot(True)
        self._again.setInterval(AGAIN_MS)
        self._again.timeout.connect(self._read_again)
        self._lay_out()
        context.bus.changed.connect(self._on_changed)
        self._end_settings = context.settings.listen(self._on_setting)

    def _lay_out(self) -> None:
        self.header = LabelHeader(self)
        self.header.back_wanted.connect(self.leave)
        self.header.previous_wanted.connect(lambda: self.go(-1))
        self.header.next_wanted.connect(lambda: self.go(1))
        self.header.skip_wanted.connect(self.skip)
        self.header.submit_wanted.connect(self.submit)
        self.header.reopen_wanted.connect(self.reopen)
        self.header.retry_wanted.connect(self._retry)
        self._split = QSplitter(Qt.Orientation.Horizontal, self)
        self._split.setObjectName("labelSplit")
        self._split.setChildrenCollapsible(False)
        self._middle = QStackedWidget(self)
        self._right = QStackedWidget(self)
        self._right.setMinimumWidth(240)
        self._split.addWidget(self._middle)
        self._split.addWidget(self._right)
        self._split.setStretchFactor(0, 1)
        self._split.setSizes([960, 300])
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        self.banner = self._make_banner()
        layout.addWidget(self.header)
        layout.addWidget(self.banner)
        layout.addWidget(self._split, 1)

    # -- opening

    @property
    def task_id(self) -> int | None:
        return self.loaded.task.id if self.loaded is not None else None

    def awaits(self, task_id: int) -> bool:
        """Whether this task is being opened."""
        return task_id == self._wanted != self.task_id

    def open(self, task_id: int, *, look: bool = False) -> None:
        """Show a task. The present one stays on the screen until the new one is ready, and for as long as it is not saved.

        `look`: it is not taken before it is changed.
        """
        self._flush()
        if self._saving is not None and self._saving.pending and self._saving.state == "failed" and task_id != self.task_id:
            self._messages.tell(self.tr("This task stays open: its last change is not saved yet. It is kept and tried again."))
            return
        self._wanted = task_id
        (self._looked_at.add if look else self._looked_at.discard)(task_id)
        ready = self._ready_next
        if ready is not None and ready.task.id == task_id and not self._busy_saving():
            self._ready_next = None
            self._show(ready)
            return
        catalog = self._context.catalog
        after = self._saving.drained() if self._saving is not None else None

        def ask() -> LoadedTask:
            if after is not None and not after.wait(10):
                raise PostilError("This task is still being saved.", remedy="Wait until it says “Saved”, then go on.")
            return load_task(catalog, task_id)

        self._context.jobs.read(ask, self._on_loaded, self._on_failed, owner=self)

    @Slot(object)
    def _on_loaded(self, loaded: LoadedTask) -> None:
        self._flush()
        if loaded.task.id != self._wanted:
            self._close(loaded)
        elif self._busy_saving():  # somebody went on drawing while it was read, and it may be the same task
            self._close(loaded)
            self.open(loaded.task.id, look=loaded.task.id in self._looked_at)
        else:
            self._show(loaded)

    def _on_failed(self, error: Exception) -> None:
        self._wanted = self.task_id
        self._messages.error(error, self.tr("Open task"))
        if self.loaded is None:
            self.left.emit()

    def _show(self, loaded: LoadedTask) -> None:
        self._put_away()
        self.loaded, self._seen = loaded, False
        self._begin_session(loaded)
        self._put_editor(loaded)
        self._put_side(loaded)
        if loaded.row.item.kind in VOLUMES:
            self._begin_patient(loaded)
        self.session.listen(lambda _change: self.state_changed.emit())
        self.focus.listen(lambda _names: self.state_changed.emit())
        if self._state is not None:
            self._state.restore_splitters(self.editor)
            self._state.restore_splitters(self.side)
            self.editor.use_look(self._state.look(type(self.editor).__name__))
        if self._alone:
            self._show_round(False)
        self.header.show_task(loaded)
        self._stand(loaded)
        self.setFocusProxy(self.editor)
        self.editor.setFocus()
        self.opened.emit(loaded.task.id)
        self.hint.emit(self.editor.hint)
        self.state_changed.emit()
        if not self.session.sealed:
            if loaded.task.id not in self._looked_at:
                self._claim(loaded)
            check_link(self._context, self._messages, loaded.medium.item, self)
        self._idle.start()

    def _claim(self, loaded: LoadedTask) -> None:
        self._looked_at.discard(loaded.task.id)
        self._operations.run(
            "Open task",
            tasks.claim,
            loaded.task.id,
            origin=self,  # no news of its labels: they are not read again while they are drawn
            undoable=False,
            failed=lambda error: log.info("claim: %s", error),
        )

    def _begin_session(self, loaded: LoadedTask) -> None:
        catalog, row_id = self._context.catalog, loaded.row.id

        def save(change: StepChange) -> Any:
            if loaded.task.id in self._looked_at:
                self._claim(loaded)
            return catalog.submit(change.step.text, labels.save_step, row_id, change, origin=self, undoable=False)

        self._saving = SaveQueue(save, self)
        self._saving.state_changed.connect(self.header.show_state)
        self._saving.problem.connect(self._on_not_saved)
        self._saving.refused.connect(self._on_refused)
        self.session = EditSession(
            loaded.document,
            self._saving,
            author=catalog.user.email,
            history=loaded.history,
            frames=loaded.medium.frames,
            sealed=self._why_sealed(loaded.task),
        )
        self.session.refused = self._messages.tell
        self.focus = self._new_focus()
        self.focus.set(at=loaded.medium.frames.key(loaded.medium.first))

    def _put_editor(self, loaded: LoadedTask) -> None:
        self.status.emit("")  # before the editor, which may know its place at once
        self.editor = editor_for(
            loaded.medium,
            self.session,
            self.focus,
            loaded.ontology,
            self._middle,
            icon=icons.icon,
            clipboard=self._clipboard,
            rebound=self._keys,
            run_job=self._run_job,
            hung=hung(self._context.settings, self._state, loaded.row.item),
        )
        self.editor.status.connect(self.hint)
        self.editor.place.connect(self.status)
        self.editor.answers_wanted.connect(self._on_answers_wanted)
        self.editor.ontology_wanted.connect(self._offer_ontology)
        self.editor.failed.connect(self._on_no_picture)
        self.editor.opened.connect(self._on_picture)
        self._middle.addWidget(self.editor)
        self._middle.setCurrentWidget(self.editor)

    def _put_side(self, loaded: LoadedTask) -> None:
        kind, describe, measure = loaded.row.item.kind, self.editor.describe, self.editor.measure
        self.side = LabelSide(self.session, self.focus, loaded.ontology, kind, self._right, describe=describe, measure=measure)
        self.side.gap_jump_wanted.connect(self.jump)
        self.side.zoom_wanted.connect(self.zoom_to)
        self.side.medium_wanted.connect(lambda: self.editor and self.editor.setFocus())
        self.side.menu_wanted.connect(lambda where: self.editor and self.editor.show_menu(where))
        self.side.gaps_counted.connect(self.header.show_gaps)
        self.side.gaps_counted.connect(self._on_gaps_counted)
        self.side.play_wanted.connect(lambda: self.editor and self.editor.run("play_toggle"))
        self.side.gaps.refresh()
        self._right.addWidget(self.side)
        self._right.setCurrentWidget(self.side)

    def _begin_patient(self, loaded: LoadedTask) -> None:
        if self._patient is None:
            from app.patient import Patient

            self._patient = Patient(self._context, self._state, self)
            self._patient.open_wanted.connect(self.open)
        self._patient.begin(loaded, self.editor, self.side)

    def _run_job(
        self,
        title: str,
        work: Callable[[Progress], object],
        done: Callable[[Any], object],
        failed: Callable[[Exception], object],
    ) -> None:
        """Long work of an editor (following an object through a film): it is listed and can be cancelled like any job."""
        job = self._context.jobs.start(title, work)
        job.then(self, done, failed)

    def _new_focus(self) -> Focus:
        values = self._context.settings.values
        focus = Focus()
        if self.focus is not None:
            focus.display, focus.extent = self.focus.display, self.focus.extent  # as the person left it
        else:
            focus.show(**{shown: getattr(values, setting) for setting, shown in DISPLAY.items()})
        return focus

    def _on_setting(self, name: str) -> None:
        if name in DISPLAY and self.focus is not None:
            self.focus.show(**{DISPLAY[name]: getattr(self._context.settings.values, name)})

    def _put_away(self) -> None:
        if self._state is not None and self.editor is not None and self.side is not None:
            self._state.save_look(type(self.editor).__name__, self.editor.look())
            if not self._alone:
                self._state.save_splitters(self.editor)
                self._state.save_splitters(self.side)
        if self.editor is not None:
            self.editor.close_editor()
            if self._patient is not None:
                self._patient.end()
            self._middle.removeWidget(self.editor)
            self._left_behind.append(self.editor)
        if self.side is not None:
            self.side.close_down()
            self._right.removeWidget(self.side)
            self._left_behind.append(self.side)
        if self.loaded is not None:
            self._close(self.loaded)
            assert self._saving is not None
            self._saving.state_changed.disconnect(self.header.show_state)
            self._left_behind.append(self._saving)
        self.loaded = self.session = self.editor = self.side = self._saving = None

    def _close(self, loaded: LoadedTask) -> None:
        """Its threads end what they are decoding first, which nobody waits for."""
        self._context.jobs.leave(loaded.medium.close)
        self._context.jobs.leave(give_back)

    def _clear_behind(self) -> None:
        for left in self._left_behind:
            left.deleteLater()
        self._left_behind.clear()

    @Slot()
    def _prefetch(self) -> None:
        """Load the task that comes next and decode its picture, once the present one is drawn: both want the interpreter."""
        if self.loaded is None or self.editor is None:
            return
        self._seen = self._seen or (self.editor.isVisible() and self.editor.in_sight)
        if self._lost is None and not (self._seen and self.editor.settled):
            self._idle.start()
            return
        self._clear_behind()
        catalog, task, room = self._context.catalog, self.loaded.task, self.editor.room

        def ask() -> LoadedTask | None:
            following = catalog.reads.next_task(task.project_id, task.id)
            return load_task(catalog, following.id, room) if following is not None and following.id != task.id else None

        self._context.jobs.read(ask, self._on_prefetched, lambda error: log.info("prefetch: %s", error), owner=self)

    def _on_prefetched(self, loaded: LoadedTask | None) -> None:
        if self._ready_next is not None:
            self._close(self._ready_next)
        self._ready_next = loaded
        if loaded is not None and self._wanted is None:  # closed meanwhile
            self._close(loaded)
            self._ready_next = None

    # -- news from elsewhere

    @Slot(object)
    def _on_changed(self, changes: Any) -> None:
        ready = self._ready_next
        if ready is not None and (
            changes.everything or ready.row.id in changes.label_rows or ready.task.item_id in changes.items
        ):
            self._close(self._ready_next)
            self._ready_next = None
        if self.loaded is None:
            return
        if changes.everything or self.loaded.project.ontology_id in changes.ontologies:
            reads, ontology_id = self._context.reads, self.loaded.project.ontology_id
            self._context.jobs.read(lambda: reads.ontology(ontology_id), self._on_ontology, self._on_failed, owner=self)
        self._hear_of_task(changes)

    def _on_ontology(self, ontology: Any) -> None:
        if self.loaded is None or self.loaded.ontology == ontology:
            return
        self.loaded.ontology = ontology
        assert self.editor is not None and self.side is not None
        self.editor.set_ontology(ontology)
        self.side.show_ontology(ontology)

    # -- leaving and moving on

    def _busy_saving(self) -> bool:
        return self._saving is not None and self._saving.pending > 0

    def _flush(self) -> None:
        """Half-typed answers are answers; a half-drawn shape is dropped."""
        if self.side is not None:
            self.side.flush()
        if self.editor is not None:
            self.editor.settle()  # a run of nudges is a gesture that ends here
        if self.session is not None and self.session.in_gesture:
            self.session.cancel()

    def may_close(self) -> bool:
        self._flush()
        if self._saving is None or not self._saving.pending:
            return True
        if self._saving.state == "saving" and self._saving.wait(5.0):
            return True
        return self._messages.ask(
            self.tr("Not everything is saved"),
            self.tr("{0} change(s) could not be written. Close and lose them?").format(self._saving.pending),
            yes=self.tr("Close and lose them"),
            danger=True,
        )

    def leave(self) -> None:
        self._flush()
        self.left.emit()

    def close_down(self) -> None:
        self._end_settings()
        self._wanted = None
        self._put_away()
        self._clear_behind()
        if self._ready_next is not None:
            self._close(self._ready_next)
            self._ready_next = None

    @Slot(str)
    def zoom_to(self, instance: str) -> None:
        """Show an object in the middle, on its own frame."""
        if self.editor is not None:
            self.editor.reveal(instance)

    @Slot()
    def _on_answers_wanted(self) -> None:
        assert self.side is not None
        why = self.side.ask_answers()
        if why:
            self._messages.tell(why)

    @Slot(str, object)
    def _offer_ontology(self, text: str, changed: Any) -> None:
        """A verb of the editor needs another ontology; it goes on once that is there."""
        assert self.loaded is not None
        question = self.tr("{0}? The ontology is changed for everybody who uses it.").format(text)
        if self._messages.ask(text, question, yes=self.tr("Change it")):
            self._operations.run(text, ontologies.save, self.loaded.project.ontology_id, changed)

    @Slot(object)
    def jump(self, gap: Gap) -> None:
        """To the place of something missing."""
        assert self.editor is not None and self.focus is not None and self.side is not None
        if gap.at is not None:
            self.editor.go_to(gap.at)
        if gap.instance is not None:
            self.focus.select([gap.instance])
            self.zoom_to(gap.instance)
        self.side.focus_gap(gap)

    # -- what is on the screen

    def use_keys(self, keys: dict[str, tuple[str, ...]]) -> None:
        """The person has changed shortcuts."""
        before, self._keys = self._keys, keys
        if self.editor is not None:
            for action_id in (before.keys() | keys.keys()) & {action.id for action in self.editor.keymap}:
                self.editor.rebind(action_id, keys.get(action_id, self.editor.keymap.action(action_id).keys))

    def fold_right(self) -> None:
        self._right.setVisible(not self._right.isVisible())

    def fold_left(self) -> None:
        if self.editor is not None:
            self.editor.show_tool_bar(not self.editor.tool_bar_shown())

    def canvas_alone(self) -> None:
        """Header, tools, panels and timeline away, or back."""
        self._alone = not self._alone
        self._show_round(not self._alone)
        self.alone_changed.emit(self._alone)

    def _show_round(self, shown: bool) -> None:
        self.header.setVisible(shown)
        self.banner.setVisible(shown and bool(self.banner.text))
        self._right.setVisible(shown)
        if self.editor is not None:
            self.editor.show_tool_bar(shown)
            self.editor.show_strips(shown)

    # -- undo

    @property
    def undo_text(self) -> str:
        return self.session.undo_text if self.session is not None else ""

    @property
    def redo_text(self) -> str:
        return self.session.redo_text if self.session is not None else ""

    def undo(self) -> None:
        self._replay("undo")

    def redo(self) -> None:
        self._replay("redo")

    def _replay(self, which: str) -> None:
        assert self.editor is not None
        try:
            getattr(self.editor, which)()
        except StaleUndo as error:
            self._messages.tell(f"{error.reason} {error.remedy}")

    # -- saving

    @Slot(object)
    def _on_not_saved(self, error: Exception) -> None:
        if isinstance(error, CatalogDamaged):
            self._messages.error(error)
            return
        reason = str(error) if isinstance(error, PostilError) else self.tr("Something went wrong inside Postil.")
        self._messages.tell(self.tr("Your last change is not saved yet: {0} It is kept and tried again.").format(reason))
        log.error("not saved", exc_info=error)

    @Slot()
    def _retry(self) -> None:
        if self._saving is not None:
            self._saving.retry()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        if self._alone and not event.spontaneous():
            self.canvas_alone()  # no other page of the window is shown without rail and menus

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if self.editor is None or not self.editor.handle_key(event):
            super().keyPressEvent(event)
