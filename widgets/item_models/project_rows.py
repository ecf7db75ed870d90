"""Projects as cards: title, ontology, and how far they are."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from storage.model.reads import ProjectRow
from storage.model.workflow import StageKind
from widgets import words

PROJECT = int(Qt.ItemDataRole.UserRole) + 1


def progress_of(project: ProjectRow) -> tuple[int, int]:
    """Completed tasks and all tasks."""
    ends = {s.uuid for s in project.workflow.stages if s.kind is StageKind.COMPLETE}
    total = sum(project.tasks_by_stage.values())
    return sum(n for stage, n in project.tasks_by_stage.items() if stage in ends), total


class ProjectRows(QAbstractListModel):
    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._all: list[ProjectRow] = []
        self._rows: list[ProjectRow] = []
        self._text = ""

    def show_projects(self, projects: Sequence[ProjectRow]) -> None:
        self._all = list(projects)
        self._sift()

    def filter(self, text: str) -> None:
        self._text = text.strip().casefold()
        self._sift()

    def _sift(self) -> None:
        wanted = [p for p in self._all if self._text in p.title.casefold()]
        if [p.id for p in wanted] == [p.id for p in self._rows]:
            self._rows = wanted
            if wanted:
                self.dataChanged.emit(self.index(0), self.index(len(wanted) - 1))
            return
        self.beginResetModel()
        self._rows = wanted
        self.endResetModel()

    @property
    def total(self) -> int:
        return len(self._all)

    def rowCount(self, parent: QModelIndex | QPersistentModelIndex = QModelIndex()) -> int:  # noqa: B008 - Qt's default
        return 0 if parent.isValid() else len(self._rows)

    def data(self, index: QModelIndex | QPersistentModelIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid() or index.row() >= len(self._rows):
            return None
        project = self._rows[index.row()]
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return project.title
            case Qt.ItemDataRole.ToolTipRole:
                return project.description or project.title
            case Qt.ItemDataRole.AccessibleTextRole:
                done, total = progress_of(project)
                return self.tr("{title}, {done} of {total} tasks complete").format(
                    title=project.title, done=words.number(done), total=words.number(total)
                )
        return project if role == PROJECT else None
