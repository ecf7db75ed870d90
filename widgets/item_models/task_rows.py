"""The queue of a project: ids in order, rows read in blocks as they come into view."""

from __future__ import annotations

from array import array
from collections import OrderedDict
from collections.abc import Callable, Sequence
from enum import IntEnum
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QCoreApplication, QModelIndex, QObject, QPersistentModelIndex, Qt

from storage.model.reads import SeriesFacts, TaskRow
from storage.model.workflow import TaskStatus, Workflow
from widgets import words

Index = QModelIndex | QPersistentModelIndex
ReadRows = Callable[[Sequence[int]], "list[TaskRow | None]"]


class TaskColumn(IntEnum):
    TITLE = 0
    PATIENT = 1
    STUDY = 2
    MODALITY = 3
    PART = 4
    SLICES = 5
    STAGE = 6
    STATUS = 7
    ASSIGNEE = 8
    PRIORITY = 9
    ANNOTATIONS = 10
    EDITED = 11


#: What only a DICOM series has.
OF_SERIES = (TaskColumn.PATIENT, TaskColumn.STUDY, TaskColumn.MODALITY, TaskColumn.PART, TaskColumn.SLICES)
_FIGURES = (TaskColumn.SLICES, TaskColumn.PRIORITY, TaskColumn.ANNOTATIONS)

TASK_ID = int(Qt.ItemDataRole.UserRole) + 1
STATUS = TASK_ID + 1


class TaskRows(QAbstractTableModel):
    BLOCK, KEEP = 256, 32

    def __init__(self, read_rows: ReadRows, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._read_rows = read_rows
        self._ids: array[int] = array("q")
        self._blocks: OrderedDict[int, list[TaskRow | None]] = OrderedDict()
        self._workflow: Workflow | None = None
        self._titles = [
            self.tr("File"), self.tr("Patient"), self.tr("Study date"), self.tr("Modality"), self.tr("Body part"),
            self.tr("Slices"), self.tr("Stage"), self.tr("Status"), self.tr("Assigned to"), self.tr("Priority"),
            self.tr("Labels"), self.tr("Edited"),
        ]  # fmt: skip

    # -- what is shown

    @property
    def ids(self) -> array[int]:
        return self._ids

    def show_ids(self, ids: array[int], workflow: Workflow) -> None:
        """The same ids in the same order only refresh the rows: the list keeps its place."""
        self._workflow = workflow
        if ids == self._ids:
            self.forget_rows()
            return
        self.beginResetModel()
        self._ids, self._blocks = ids, OrderedDict()
        self.endResetModel()

    def forget_rows(self) -> None:
        self._blocks.clear()
        if self._ids:
            self.dataChanged.emit(self.index(0, 0), self.index(len(self._ids) - 1, len(TaskColumn) - 1))

    def forget(self, changed: frozenset[int]) -> None:
        """Rows of these tasks are stale; what is on screen is read again."""
        stale = [n for n in self._blocks if not changed.isdisjoint(self._ids[n * self.BLOCK : (n + 1) * self.BLOCK])]
        for number in stale:
            del self._blocks[number]
            last = min(len(self._ids), (number + 1) * self.BLOCK) - 1
            self.dataChanged.emit(self.index(number * self.BLOCK, 0), self.index(last, len(TaskColumn) - 1))

    def task_at(self, row: int) -> TaskRow | None:
        number, offset = divmod(row, self.BLOCK)
        if number not in self._blocks:
            self._blocks[number] = self._read_rows(self._ids[number * self.BLOCK : (number + 1) * self.BLOCK])
            if len(self._blocks) > self.KEEP:
                self._blocks.popitem(last=False)
        self._blocks.move_to_end(number)
        return self._blocks[number][offset]

    # -- Qt's questions

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's default
        return 0 if parent.isValid() else len(self._ids)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(TaskColumn)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if orientation is Qt.Orientation.Vertical:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return self._titles[section]
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return self._alignment(section)
        return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid() or index.row() >= len(self._ids):
            return None
        if role == TASK_ID:
            return self._ids[index.row()]
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return self._alignment(index.column())
        if role not in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole, Qt.ItemDataRole.AccessibleTextRole, STATUS):
            return None
        task = self.task_at(index.row())
        if task is None:
            return self.tr("no longer in the project") if index.column() == 0 and role == Qt.ItemDataRole.DisplayRole else None
        if role == STATUS:
            return task.status
        if role == Qt.ItemDataRole.ToolTipRole:
            return self._tip(task, index.column())
        return self._text(task, index.column())

    @staticmethod
    def _alignment(column: int) -> int:
        side = Qt.AlignmentFlag.AlignRight if column in _FIGURES else Qt.AlignmentFlag.AlignLeft
        return (side | Qt.AlignmentFlag.AlignVCenter).value

    def _text(self, task: TaskRow, column: int) -> str:
        if column in OF_SERIES:
            return _of_series(task.series, column, task.title) if task.series is not None else ""
        match column:
            case TaskColumn.TITLE:
                return words.name(task.title)
            case TaskColumn.STAGE:
                return self._stage(task)
            case TaskColumn.STATUS:
                return status_title(task.status)
            case TaskColumn.ASSIGNEE:
                return task.assignee or "—"
            case TaskColumn.PRIORITY:
                return f"{task.priority:.2f}"
            case TaskColumn.ANNOTATIONS:
                return words.number(task.annotations) if task.annotations else "—"
            case _:
                return words.when(task.edited_at)

    def samples(self, column: int) -> tuple[str, ...]:
        """Texts as wide as what usually stands in a column."""
        match column:
            case TaskColumn.STUDY:
                return words.longest_dates()
            case TaskColumn.SLICES:
                return (f"{words.number(88)} × {words.number(888)}",)
            case TaskColumn.ANNOTATIONS:
                return (words.number(8888),)
            case TaskColumn.STAGE:
                return tuple(stage.title[:30] for stage in self._workflow.stages) if self._workflow else ()
            case TaskColumn.STATUS:
                return tuple(map(status_title, TaskStatus))
            case TaskColumn.EDITED:
                return words.longest_times()
            case _:
                return ()

    def _tip(self, task: TaskRow, column: int) -> str:
        if column == TaskColumn.EDITED:
            return words.when_exactly(task.edited_at)
        if column == TaskColumn.PATIENT and task.series is not None and task.series.patient_birth:
            return f"{self._text(task, column)} · {words.dicom_date(task.series.patient_birth)}"
        return self._text(task, column) if column in (TaskColumn.TITLE, TaskColumn.PATIENT, TaskColumn.PART) else ""

    def _stage(self, task: TaskRow) -> str:
        try:
            return self._workflow.stage(task.stage_uuid).title if self._workflow else ""
        except KeyError:
            return self.tr("unknown stage")


def _of_series(series: SeriesFacts, column: int, title: str) -> str:
    match column:
        case TaskColumn.PATIENT:
            return " · ".join(filter(None, (words.person(series.patient_name), series.patient_id)))
        case TaskColumn.STUDY:
            return words.dicom_date(series.study_date)
        case TaskColumn.MODALITY:
            return series.modality
        case TaskColumn.PART:
            more = series.description if series.description != title else ""
            return " · ".join(filter(None, (series.body_part, more)))
        case _:
            slices = words.number(series.slices)
            return f"{slices} × {words.number(series.times)}" if series.times > 1 else slices


def status_title(status: TaskStatus) -> str:
    tr = QCoreApplication.translate
    return {
        TaskStatus.NEW: tr("TaskStatus", "New"),
        TaskStatus.ASSIGNED: tr("TaskStatus", "Assigned"),
        TaskStatus.RELEASED: tr("TaskStatus", "Released"),
        TaskStatus.SKIPPED: tr("TaskStatus", "Skipped"),
        TaskStatus.REOPENED: tr("TaskStatus", "Reopened"),
        TaskStatus.COMPLETED: tr("TaskStatus", "Completed"),
    }[status]
