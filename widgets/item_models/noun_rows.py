"""Rows of a list of datasets or ontologies: a title and a quiet line below it. Hundreds, not millions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import Qt

from widgets.item_models.sifted_rows import SiftedRows

ID = int(Qt.ItemDataRole.UserRole) + 1
DETAIL = ID + 1


@dataclass(frozen=True, slots=True)
class NounRow:
    id: int
    title: str
    detail: str


class NounRows(SiftedRows[NounRow]):
    def row_of(self, noun_id: int) -> int | None:
        return next((n for n, r in enumerate(self._rows) if r.id == noun_id), None)

    def told(self, row: NounRow, role: int) -> Any:
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return row.title
            case Qt.ItemDataRole.AccessibleTextRole:
                return f"{row.title}, {row.detail}"
            case Qt.ItemDataRole.ToolTipRole:
                return row.title
        return row.id if role == ID else row.detail if role == DETAIL else None
