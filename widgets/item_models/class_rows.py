"""The object classes an annotator may draw, with the digit that arms each."""

from __future__ import annotations

from collections.abc import Collection
from enum import IntEnum
from typing import Any

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from storage.model.class_keys import class_keys
from storage.model.geometry import PICTURE_SHAPES, ShapeKind
from storage.model.ontology import ObjectClass, Ontology
from widgets.controls.shapes import shape_title


class ClassRole(IntEnum):
    HASH = Qt.ItemDataRole.UserRole + 1
    COLOR = HASH + 1
    SHAPE = HASH + 2
    KEY = HASH + 3
    ARMED = HASH + 4
    POSSIBLE = HASH + 5


class ClassRows(QAbstractListModel):
    def __init__(
        self, ontology: Ontology, drawable: Collection[ShapeKind] = PICTURE_SHAPES, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._drawable = frozenset(drawable)
        self._text, self._armed, self._where = "", "", ""
        self.why = ""  # why none can be drawn, other than by the kind of the file
        self.show_ontology(ontology)

    def show_ontology(self, ontology: Ontology) -> None:
        self.beginResetModel()
        self._ontology = ontology
        self._all = [o for o in ontology.objects if not o.archived]
        self._keys = class_keys(ontology, self._drawable)
        self._sift()
        self.endResetModel()

    def show_drawable(self, drawable: Collection[ShapeKind], where: str, why: str = "") -> None:
        """What can be drawn on the file that is shown; `where` names its kind. `why` none can, where that is not why."""
        self.beginResetModel()
        self._drawable, self._where, self.why = frozenset(drawable), where, why
        self._keys = class_keys(self._ontology, self._drawable)
        self._sift()
        self.endResetModel()

    @property
    def any_drawable(self) -> bool:
        return any(o.shape in self._drawable for o in self._all)

    def filter(self, text: str) -> None:
        self.beginResetModel()
        self._text = text.strip().casefold()
        self._sift()
        self.endResetModel()

    def _sift(self) -> None:
        """What can be drawn comes first; each part in the ontology's order."""
        found = [o for o in self._all if self._text in o.name.casefold()]
        self._rows = sorted(found, key=lambda o: o.shape not in self._drawable)

    @property
    def total(self) -> int:
        return len(self._all)

    def show_armed(self, feature_hash: str | None) -> None:
        self._armed = feature_hash or ""
        if self._rows:
            self.dataChanged.emit(self.index(0), self.index(len(self._rows) - 1))

    def row_of(self, feature_hash: str) -> int | None:
        return next((n for n, o in enumerate(self._rows) if o.feature_hash == feature_hash), None)

    def can_draw(self, index: QModelIndex | QPersistentModelIndex) -> bool:
        return self._rows[index.row()].shape in self._drawable

    def rowCount(self, parent: QModelIndex | QPersistentModelIndex = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self._rows)

    def data(self, index: QModelIndex | QPersistentModelIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid() or index.row() >= len(self._rows):
            return None
        row = self._rows[index.row()]
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return row.name
            case Qt.ItemDataRole.ToolTipRole:
                return self._tip(row)
            case Qt.ItemDataRole.AccessibleTextRole:
                return f"{row.name}, {shape_title(row.shape)}, {self._keys.get(row.feature_hash, '')}"
            case ClassRole.HASH:
                return row.feature_hash
            case ClassRole.COLOR:
                return row.color
            case ClassRole.SHAPE:
                return row.shape
            case ClassRole.KEY:
                return self._keys.get(row.feature_hash, "")
            case ClassRole.POSSIBLE:
                return row.shape in self._drawable
            case ClassRole.ARMED:
                return row.feature_hash == self._armed
        return None

    def _tip(self, row: ObjectClass) -> str:
        title = shape_title(row.shape)
        if self.why:
            return self.why
        if row.shape not in self._drawable:
            where = self._where or self.tr("this kind of file")
            return self.tr("{name} cannot be drawn here: {where} has no place for the shape “{shape}”.").format(
                name=row.name, where=where, shape=title
            )
        key = self._keys.get(row.feature_hash, "")
        return f"{row.name} · {title}" + (f" ({key})" if key else "")
