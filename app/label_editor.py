"""The label editor: one task at a time. Header above, canvas and tools in the middle, classes, instances, answers at the right.

It composes what knows nothing of each other: the canvas (viewers) and the panels (widgets) share an edit session and a
focus; finished gestures go to the catalog through a save queue. What belongs to one task is in `OpenTask`; `TaskLoader` brings
tasks, `TaskVerbs` leads from one to the next, `TaskStanding` hears of the open one from elsewhere.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QTimer, Signal, Slot
from PySide6.QtGui import QHideEvent, QKeyEvent
from PySide6.QtWidgets import QSplitter, QStackedWidget, QVBoxLayout, QWidget

from app.background.relinking import check_link
from app.label_header import LabelHeader
from app.task_loader import LoadedTask, TaskLoader
from app.task_open import OpenTask, Standing
from app.task_standing import TaskStanding
from app.task_verbs import TaskVerbs
from storage.editing.focus import Focus
from storage.model.items import VOLUMES
from viewers.editors.clipboard import Clipboard

if TYPE_CHECKING:
    from app.context import AppContext
    from app.messages import Messages
    from app.operations import Operations
    from app.patient import Patient
    from app.window_state import WindowState

PREFETCH_MS = 100
#: Settings that say how shapes are shown -> what they are called in `Display`.
DISPLAY = {
    "fill_opacity": "opacity",
    "line_width": "line_width",
    "color_by": "color_by",
    "show_names": "names",
    "tool_stays_armed": "stays_armed",
}


class LabelEditor(QWidget):
    left = Signal()  # back to the queue
    status = Signal(str)  # where the cursor is, and what lies under it
    hint = Signal(str)  # what the tool expects
    state_changed = Signal()  # undo, redo, selection, tool: actions look again
    opened = Signal(int)  # task id
    alone_changed = Signal(bool)  # the canvas alone is shown

    def __init__(
        self,
        context: AppContext,
        messages: Messages,
        operations: Operations,
        parent: QWidget | None = None,
        *,
        state: WindowState | None = None,
    ) -> None:
        """`state` remembers how large timeline and panels were made, from task to task."""
        super().__init__(parent)
        self.context, self.messages, self.operations = context, messages, operations
        self.state, self.clipboard = state, Clipboard()
        self.keys: dict[str, tuple[str, ...]] = {}  # shortcuts of editors that the person has changed
        self.task: OpenTask | None = None
        self.loader = TaskLoader(context, self)
        self.loader.came.connect(self._on_came)
        self.loader.failed.connect(self._on_failed)
        self.verbs = TaskVerbs(self)
        self.standing = TaskStanding(self)
        self._patient: Patient | None = None  # from the first volume on
        self._left_behind: list[OpenTask] = []  # put away: hidden, to be destroyed when nobody waits
        self._alone = False
        self._idle = QTimer(self)
        self._idle.setSingleShot(True)
        self._idle.setInterval(PREFETCH_MS)
        self._idle.timeout.connect(self._read_ahead)
        self._lay_out()
        self._end_settings = context.settings.listen(self._on_setting)

    def _lay_out(self) -> None:
        self.header, self.banner = LabelHeader(self), self.standing.banner
        self.header.back_wanted.connect(self.verbs.leave)
        self.header.previous_wanted.connect(lambda: self.verbs.go(-1))
        self.header.next_wanted.connect(lambda: self.verbs.go(1))
        self.header.skip_wanted.connect(self.verbs.skip)
        self.header.submit_wanted.connect(self.verbs.submit)
        self.header.reopen_wanted.connect(self.verbs.reopen)
        self.header.retry_wanted.connect(lambda: self.task and self.task.saving.retry())
        self._split = QSplitter(Qt.Orientation.Horizontal, self)
        self._split.setObjectName("labelSplit")
        self._split.setChildrenCollapsible(False)
        self.middle = QStackedWidget(self)
        self.right = QStackedWidget(self)
        self.right.setMinimumWidth(240)
        self._split.addWidget(self.middle)
        self._split.addWidget(self.right)
        self._split.setStretchFactor(0, 1)
        self._split.setSizes([960, 300])
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.header)
        layout.addWidget(self.banner)
        layout.addWidget(self._split, 1)

    # -- what is open

    @property
    def task_id(self) -> int | None:
        return self.task.id if self.task is not None else None

    def awaits(self, task_id: int) -> bool:
        """Whether this task is being opened."""
        return task_id == self.loader.wanted != self.task_id

    # -- opening

    def open(self, task_id: int, *, look: bool = False, frame: int | None = None) -> None:
        """Show a task. The present one stays on the screen until the new one is ready, and for as long as it is not saved.

        `look`: it is not taken before it is changed. `frame`: on which it is shown.
        """
        self.settle()
        if frame is None and task_id == self.task_id:
            frame = self.task.frame
        self.loader.wanted, self.loader.look, self.loader.frame = task_id, look, frame
        if self.task is None:
            self.loader.fetch(task_id)
        else:
            self.task.saving.once_written(partial(self._fetch, task_id))

    def _fetch(self, task_id: int, written: bool) -> None:
        if task_id != self.loader.wanted:  # another one, or none any more
            return
        if written:
            self.loader.fetch(task_id)
        else:
            self.loader.wanted = self.task_id
            self.messages.tell(self.task.unsaved)

    @Slot(object)
    def _on_came(self, loaded: LoadedTask) -> None:
        self.settle()
        if self.task is not None and self.task.saving.pending:
            self.loader.close(loaded)  # somebody went on drawing while it was read, and it may be the same task
            self.open(loaded.task.id, look=self.loader.look, frame=self.loader.frame)
        else:
            self._show(loaded)

    @Slot(object)
    def _on_failed(self, error: Exception) -> None:
        self.loader.wanted = self.task_id
        self.messages.error(error, self.tr("Open task"))
        if self.task is None:
            self.left.emit()

    def _show(self, loaded: LoadedTask) -> None:
        focus = self._new_focus()
        self._put_away()
        task = self.task = OpenTask(self, loaded, focus, look=self.loader.look, frame=self.loader.frame)
        for stack, part in ((self.middle, task.editor), (self.right, task.side)):
            stack.addWidget(part)
            stack.setCurrentWidget(part)
        if loaded.row.item.kind in VOLUMES:
            self._begin_patient(task)
        task.session.listen(lambda _change: self.state_changed.emit())
        focus.listen(lambda _names: self.state_changed.emit())
        if self.state is not None:
            self.state.restore_splitters(task.editor)
            self.state.restore_splitters(task.side)
            task.editor.use_look(self.state.look(type(task.editor).__name__))
        if self._alone:
            self._show_round(False)
        self.header.show_task(loaded)
        self.standing.begin(task)
        self.setFocusProxy(task.editor)
        task.editor.setFocus()
        self.opened.emit(task.id)
        self.hint.emit(task.editor.hint)
        self.state_changed.emit()
        if not task.session.sealed:
            if task.taken:
                task.take()
            check_link(self.context, self.messages, loaded.medium.item, self)
        self._idle.start()

    def _new_focus(self) -> Focus:
        values, focus = self.context.settings.values, Focus()
        if self.task is not None:
            focus.display, focus.extent = self.task.focus.display, self.task.focus.extent  # as the person left it
        else:
            focus.show(**{shown: getattr(values, setting) for setting, shown in DISPLAY.items()})
        return focus

    def _on_setting(self, name: str) -> None:
        if name in DISPLAY and self.task is not None:
            self.task.focus.show(**{DISPLAY[name]: getattr(self.context.settings.values, name)})

    def _begin_patient(self, task: OpenTask) -> None:
        if self._patient is None:
            from app.patient import Patient

            self._patient = Patient(self.context, self.state, self)
            self._patient.open_wanted.connect(self.verbs.come_to)
        self._patient.begin(task.loaded, task.editor, task.side)

    @Slot()
    def _read_ahead(self) -> None:
        """The task that comes next and its picture, once the present one is drawn: both want the interpreter."""
        task = self.task
        if task is None:
            return
        task.note_seen()
        if task.standing is Standing.OPEN and not (task.seen and task.editor.settled):
            self._idle.start()
            return
        self._clear_behind()
        self.loader.read_ahead(task.loaded.task, task.editor.room)

    # -- putting away

    def settle(self) -> None:
        if self.task is not None:
            self.task.settle()

    def _put_away(self) -> None:
        task, self.task = self.task, None
        if task is None:
            return
        if self.state is not None:
            self.state.save_look(type(task.editor).__name__, task.editor.look())
            if not self._alone:
                self.state.save_splitters(task.editor)
                self.state.save_splitters(task.side)
        task.close()
        if self._patient is not None:
            self._patient.end()
        self.middle.removeWidget(task.editor)
        self.right.removeWidget(task.side)
        self.loader.close(task.loaded)
        self._left_behind.append(task)

    def _clear_behind(self) -> None:
        for task in self._left_behind:
            task.let_go()
        self._left_behind.clear()

    def close_down(self) -> None:
        self._end_settings()
        self.loader.end()
        self._put_away()
        self._clear_behind()

    # -- what is on the screen

    def use_keys(self, keys: dict[str, tuple[str, ...]]) -> None:
        """The person has changed shortcuts."""
        before, self.keys = self.keys, keys
        if self.task is not None:
            editor = self.task.editor
            for action_id in (before.keys() | keys.keys()) & {action.id for action in editor.keymap}:
                editor.rebind(action_id, keys.get(action_id, editor.keymap.action(action_id).keys))

    def fold_right(self) -> None:
        self.right.setVisible(not self.right.isVisible())

    def fold_left(self) -> None:
        if self.task is not None:
            self.task.editor.show_tool_bar(not self.task.editor.tool_bar_shown())

    def canvas_alone(self) -> None:
        """Header, tools, panels and timeline away, or back."""
        self._alone = not self._alone
        self._show_round(not self._alone)
        self.alone_changed.emit(self._alone)

    def _show_round(self, shown: bool) -> None:
        self.header.setVisible(shown)
        self.banner.setVisible(shown and bool(self.banner.text))
        self.right.setVisible(shown)
        if self.task is not None:
            self.task.editor.show_tool_bar(shown)
            self.task.editor.show_strips(shown)

    # -- events

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        if self._alone and not event.spontaneous():
            self.canvas_alone()  # no other page of the window is shown without rail and menus

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if self.task is None or not self.task.editor.handle_key(event):
            super().keyPressEvent(event)
