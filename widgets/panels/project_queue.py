"""The queue of a project: its tasks by priority, found, opened and moved along."""

from __future__ import annotations

from array import array

from PySide6.QtCore import QItemSelection, QItemSelectionModel, QModelIndex, QPoint, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QAction, QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QMenu, QVBoxLayout, QWidget

from storage.model.changes import Changes
from storage.model.reads import ProjectRow, Reads
from storage.model.workflow import TaskStatus
from widgets import theme, words
from widgets.bus import CatalogBus
from widgets.controls.answer_fields import QuietCombo
from widgets.controls.buttons import button
from widgets.controls.labels import label
from widgets.controls.search_field import SearchField
from widgets.controls.state_stack import StateStack
from widgets.controls.states import StatePanel
from widgets.delegates.task_delegate import TaskDelegate
from widgets.item_models.task_rows import TASK_ID, TaskRows, status_title
from widgets.latest import Latest
from widgets.only_read import writes
from widgets.views.task_table import TaskTable
from widgets.when_seen import WhenSeen
from widgets.work import Work

_LOOKED_AT = 500  # selected rows, for what can be done with them


class ProjectQueue(QWidget):
    """Task ids travel as frozensets; `menu_wanted` asks for the verbs on what is selected."""

    start_wanted = Signal(int)  # project: open the next task
    open_wanted = Signal(int)  # task
    assign_wanted = Signal(object, object)  # ids, e-mail or None
    release_wanted = Signal(object)
    skip_wanted = Signal(object)
    reopen_wanted = Signal(object)
    priority_wanted = Signal(object, float)
    menu_wanted = Signal(object, QPoint)
    datasets_wanted = Signal()  # the queue is empty because nothing is attached

    def __init__(self, reads: Reads, bus: CatalogBus, work: Work, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._reads = reads
        self._project: ProjectRow | None = None
        self._ids = Latest(work, self)
        self.rows = TaskRows(reads.task_rows, self)
        self._make_filters()
        self._make_verbs()
        self._make_table()
        self._lay_out()
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(150)
        self._pause.timeout.connect(self.read)
        self._stale = WhenSeen(self, self._refresh)
        self._list_wanted = False  # the keyboard goes into the list once what was typed is found
        self._found = ""  # how many tasks there are
        bus.changed.connect(self._catalog_changed)
        self._selection_changed()

    # -- parts

    def _make_filters(self) -> None:
        self._search = SearchField(self.tr("Find a file, person or patient"), self)
        self._search.setFixedWidth(260)
        self._stage, self._status = QuietCombo(self), QuietCombo(self)
        self._stage.setAccessibleName(self.tr("Stage"))
        self._status.setAccessibleName(self.tr("Status"))
        self._status.addItem(self.tr("Any status"), None)
        for status in TaskStatus:
            self._status.addItem(status_title(status), status)
        self._count = label("", "quiet", parent=self)
        self._search.textChanged.connect(self._find_soon)
        self._search.down_wanted.connect(self._go_to_the_list)
        self._stage.activated.connect(self.read)
        self._status.activated.connect(self.read)

    def _make_verbs(self) -> None:
        self._start = button(self.tr("Start next task"), "ph.play", primary=True, parent=self)
        self._start.setToolTip(self.tr("Open the next open task (Ctrl+Enter)"))
        self._open = button(self.tr("Open"), parent=self)
        self._assign = button(self.tr("Assign"), parent=self)
        self._assign.setProperty("menu", True)
        self._priority = button(self.tr("Priority"), parent=self)
        self._priority.setProperty("menu", True)
        self._release = button(self.tr("Release"), parent=self)
        self._skip = button(self.tr("Skip"), parent=self)
        self._reopen = button(self.tr("Reopen"), parent=self)
        writes(self._assign, self._priority, self._release, self._skip, self._reopen)
        self._people, self._levels = QMenu(self), QMenu(self)
        self._people.aboutToShow.connect(self._list_people)
        self._assign.setMenu(self._people)
        for title, value in ((self.tr("First"), 1.0), (self.tr("Normal"), 0.5), (self.tr("Last"), 0.0)):
            self._levels.addAction(title).setData(value)
        self._priority.setMenu(self._levels)
        self._start.clicked.connect(self.start)
        self._open.clicked.connect(self._open_current)
        self._release.clicked.connect(self._on_release)
        self._skip.clicked.connect(self._on_skip)
        self._reopen.clicked.connect(self._on_reopen)
        self._people.triggered.connect(self._on_assign)
        self._levels.triggered.connect(self._on_priority)

    def _make_table(self) -> None:
        table = self.table = TaskTable(self.rows, self)
        table.setItemDelegate(TaskDelegate(table))
        # A header that shares the selection walks all rows at every paint once all are selected.
        table.horizontalHeader().setSelectionModel(QItemSelectionModel(self.rows, table))
        table.selectionModel().selectionChanged.connect(self._selection_changed)
        table.doubleClicked.connect(self._open_index)
        table.open_wanted.connect(self._open_current)
        table.customContextMenuRequested.connect(self._menu)
        empty = StatePanel("ph.checks", "", parent=self)
        empty.action_wanted.connect(self._empty_action)
        self._states = StateStack(table, empty, self)
        self._states.retry_wanted.connect(self.read)

    def _lay_out(self) -> None:
        filters = QHBoxLayout()
        filters.setSpacing(theme.GAP)
        for widget in (self._search, self._stage, self._status):
            filters.addWidget(widget)
        filters.addStretch(1)
        filters.addWidget(self._count)
        verbs = QHBoxLayout()
        verbs.setSpacing(theme.GAP)
        verbs.addWidget(self._start)
        verbs.addSpacing(theme.GAP)
        for widget in (self._open, self._assign, self._priority, self._release, self._skip, self._reopen):
            verbs.addWidget(widget)
        verbs.addStretch(1)
        head = QVBoxLayout()
        head.setContentsMargins(theme.GROUP, 12, theme.GROUP, theme.GAP)
        head.setSpacing(theme.GAP)
        head.addLayout(verbs)
        head.addLayout(filters)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(head)
        column.addWidget(self._states, 1)

    # -- what is shown

    def show_project(self, project: ProjectRow) -> None:
        same = self._project is not None and self._project.id == project.id
        self._project = project
        wanted = self._stage.currentData() if same else None
        self._stage.clear()
        self._stage.addItem(self.tr("All stages"), None)
        for stage in project.workflow.stages:
            self._stage.addItem(f"{stage.title}  {words.number(project.tasks_by_stage.get(stage.uuid, 0))}", stage.uuid)
        self._stage.setCurrentIndex(max(0, self._stage.findData(wanted)))
        if not same:
            self._search.clear()
            self._status.setCurrentIndex(0)
        self.read()

    @Slot()
    def _find_soon(self) -> None:
        self._list_wanted = False  # whoever types on keeps the keyboard
        self._pause.start()

    @Slot()
    def _go_to_the_list(self) -> None:
        self._list_wanted = True
        if self._pause.isActive():
            self.read()
        else:
            self._take_keys()

    def _take_keys(self) -> None:
        if self._list_wanted and self.rows.rowCount():
            if not self.table.currentIndex().isValid():
                self.table.selectRow(0)
            self.table.setFocus(Qt.FocusReason.OtherFocusReason)
        self._list_wanted = False

    @Slot()
    def read(self) -> None:
        """Read the order of the tasks anew."""
        project = self._project
        if project is None:
            return
        self._pause.stop()
        self._states.show_loading()
        stage, status, text = self._stage.currentData(), self._status.currentData(), self._search.text().strip()

        def ask() -> tuple[array[int], bool]:
            found = self._reads.task_ids(project.id, stage=stage, status=status, text=text)
            return found, self._reads.has_series(project.id)

        self._ids.ask(ask, self._show_ids, self._failed)

    def _show_ids(self, found: tuple[array[int], bool]) -> None:
        assert self._project is not None
        ids, has_series = found
        kept = self.selected()
        self.rows.show_ids(ids, self._project.workflow)
        self.table.show_series(has_series)
        if kept and not self.selected():
            self._select_again(kept)
        total = sum(self._project.tasks_by_stage.values())
        shown = len(ids)
        self._found = (
            words.tasks(shown)
            if shown == total
            else self.tr("{shown} of {total}").format(shown=words.number(shown), total=words.tasks(total))
        )
        self._start.setEnabled(total > 0)
        if ids:
            self._states.show_full()
        else:
            self._say_empty(total)
        self._selection_changed()
        self._take_keys()

    def _say_empty(self, total: int) -> None:
        if total:
            title, text, act = (
                self.tr("No task matches"),
                self.tr("Change the filters to see other tasks."),
                self.tr("Clear filters"),
            )
        else:
            title = self.tr("The queue is empty")
            text = self.tr("Every file of the project's datasets becomes a task here. Attach a dataset, or add files to one.")
            act = self.tr("Go to its datasets")
        self._states.empty.say(title, text, act)
        self._states.show_empty()

    @Slot()
    def _empty_action(self) -> None:
        if self._project is not None and sum(self._project.tasks_by_stage.values()):
            self._search.clear()
            self._stage.setCurrentIndex(0)
            self._status.setCurrentIndex(0)
            self.read()
        else:
            self.datasets_wanted.emit()

    def _failed(self, error: Exception) -> None:
        self._states.show_failed(self.tr("The queue could not be read"), error)

    @Slot(object)
    def _catalog_changed(self, changes: Changes) -> None:
        if self._project is None:
            return
        if changes.everything or changes.tasks or changes.label_rows or self._project.id in changes.projects:
            self._stale()

    def _refresh(self) -> None:
        self.rows.forget_rows()
        self.read()

    # -- selection

    def selected(self) -> frozenset[int]:
        """Ids of the selected tasks."""
        found: set[int] = set()
        for part in self.table.selectionModel().selection():
            found.update(self.rows.ids[part.top() : part.bottom() + 1])
        return frozenset(found)

    def _select_again(self, ids: frozenset[int]) -> None:
        if len(ids) > 1000:
            return
        selection, last = QItemSelection(), self.rows.columnCount() - 1
        for row, task_id in enumerate(self.rows.ids):
            if task_id in ids:
                selection.select(self.rows.index(row, 0), self.rows.index(row, last))
        self.table.selectionModel().select(selection, QItemSelectionModel.SelectionFlag.ClearAndSelect)

    @Slot()
    def _selection_changed(self) -> None:
        parts = self.table.selectionModel().selection()
        count = sum(part.height() for part in parts)
        some = count > 0
        selected = self.tr("{0} selected").format(words.number(count))
        self._count.setText(f"{self._found} · {selected}" if count > 1 else self._found)
        one = some and self.table.currentIndex().isValid()
        tip = "" if some else self.tr("Select tasks first")
        self._open.setEnabled(one)
        self._open.setToolTip(tip)
        release, skip, reopen = self.why_not() if some else (tip, tip, tip)
        for widget, why in (
            (self._assign, tip), (self._priority, tip), (self._release, release), (self._skip, skip), (self._reopen, reopen),
        ):  # fmt: skip
            widget.setEnabled(not why)
            widget.setToolTip(why)

    def why_not(self) -> tuple[str, str, str]:
        """Why what is selected cannot be released, skipped, reopened. Of very many the catalog says it when it is tried."""
        rows = [
            row for part in self.table.selectionModel().selection() for row in range(part.top(), part.bottom() + 1)[:_LOOKED_AT]
        ]
        if len(rows) >= _LOOKED_AT:
            return "", "", ""
        found = [task for task in map(self.rows.task_at, rows) if task is not None]
        complete = [task.status is TaskStatus.COMPLETED for task in found]
        closed = self.tr("It is complete: reopen it first") if any(complete) else ""
        free = "" if any(task.assignee for task in found) else self.tr("Nobody has it")
        return closed or free, closed, "" if all(complete) else self.tr("Only complete tasks can be reopened")

    # -- verbs

    @Slot()
    def start(self) -> None:
        if self._project is not None and self._start.isEnabled():
            self.start_wanted.emit(self._project.id)

    @Slot()
    def _open_current(self) -> None:
        self._open_index(self.table.currentIndex())

    @Slot(QModelIndex)
    def _open_index(self, index: QModelIndex) -> None:
        if index.isValid():
            self.open_wanted.emit(index.data(TASK_ID))

    @Slot()
    def _on_release(self) -> None:
        self.release_wanted.emit(self.selected())

    @Slot()
    def _on_skip(self) -> None:
        self.skip_wanted.emit(self.selected())

    @Slot()
    def _on_reopen(self) -> None:
        self.reopen_wanted.emit(self.selected())

    @Slot()
    def _list_people(self) -> None:
        self._people.clear()
        self._people.addAction(self.tr("Nobody")).setData("")
        self._people.addSeparator()
        for user in self._reads.users():
            self._people.addAction(f"{user.name}  ·  {user.email}").setData(user.email)

    @Slot(object)
    def _on_assign(self, action: QAction) -> None:
        self.assign_wanted.emit(self.selected(), action.data() or None)

    @Slot(object)
    def _on_priority(self, action: QAction) -> None:
        self.priority_wanted.emit(self.selected(), float(action.data()))

    @Slot(QPoint)
    def _menu(self, place: QPoint) -> None:
        if self.table.indexAt(place).isValid():
            self.menu_wanted.emit(self.selected(), self.table.viewport().mapToGlobal(place))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        is_enter = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
        if is_enter and event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self.start()
        else:
            super().keyPressEvent(event)
