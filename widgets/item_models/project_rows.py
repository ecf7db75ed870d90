"""Projects as cards: title, ontology, and how far they are."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Qt

from storage.model.reads import ProjectRow
from storage.model.workflow import StageKind
from widgets import words
from widgets.item_models.sifted_rows import SiftedRows

PROJECT = int(Qt.ItemDataRole.UserRole) + 1


def progress_of(project: ProjectRow) -> tuple[int, int]:
    """Completed tasks and all tasks."""
    ends = {s.uuid for s in project.workflow.stages if s.kind is StageKind.COMPLETE}
    total = sum(project.tasks_by_stage.values())
    return sum(n for stage, n in project.tasks_by_stage.items() if stage in ends), total


class ProjectRows(SiftedRows[ProjectRow]):
    def told(self, project: ProjectRow, role: int) -> Any:
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
