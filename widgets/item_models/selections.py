"""Between Qt's ranges of rows and the catalog's `ItemSelection`: by ids while it is few, by query when it is many.

Never through `selectedRows()`: at a million rows that takes half a minute.
"""

from __future__ import annotations

from array import array

from PySide6.QtCore import QItemSelection, QItemSelectionModel

from storage.model.query import ItemSelection
from widgets.item_models.file_rows import FileRows

BY_ID_BELOW = 10_000

Ranges = list[tuple[int, int]]


def ranges_of(selection: QItemSelection) -> Ranges:
    """Selected rows as sorted, disjoint ranges, both ends included."""
    spans = sorted((each.top(), each.bottom()) for each in selection)
    merged: Ranges = []
    for first, last in spans:
        if merged and first <= merged[-1][1] + 1:
            merged[-1] = (merged[-1][0], max(last, merged[-1][1]))
        else:
            merged.append((first, last))
    return merged


def count_of(ranges: Ranges) -> int:
    return sum(last - first + 1 for first, last in ranges)


def selected_items(model: FileRows, selection: QItemSelection) -> ItemSelection:
    """What the operations get."""
    ranges = ranges_of(selection)
    count = count_of(ranges)
    rest = model.rowCount() - count
    if not model.complete or count < BY_ID_BELOW or rest > count:
        return ItemSelection(ids=frozenset(_ids_in(model, ranges)), count=count)
    return ItemSelection(query=model.query, but=frozenset(_ids_in(model, _gaps(ranges, model.rowCount()))), count=count)


def _ids_in(model: FileRows, ranges: Ranges) -> array[int]:
    found: array[int] = array("q")
    for first, last in ranges:
        found.extend(model.ids[first : last + 1])
    return found


def _gaps(ranges: Ranges, rows: int) -> Ranges:
    gaps: Ranges = []
    free = 0
    for first, last in ranges:
        if first > free:
            gaps.append((free, first - 1))
        free = last + 1
    if free < rows:
        gaps.append((free, rows - 1))
    return gaps


def rows_of_ids(ids: array[int], wanted: set[int]) -> Ranges:
    """Where these ids are now. Walks all ids: 40 ms at a million."""
    ranges: Ranges = []
    for row, item_id in enumerate(ids):
        if item_id in wanted:
            if ranges and ranges[-1][1] == row - 1:
                ranges[-1] = (ranges[-1][0], row)
            else:
                ranges.append((row, row))
    return ranges


class KeepSelection:
    """Carries selection and current row over a replacement of the list, by id."""

    def __init__(self, model: FileRows, selection: QItemSelectionModel) -> None:
        self._model = model
        self._selection = selection
        self._ids: set[int] = set()
        self._all = False
        self._current: int | None = None

    def remember(self) -> None:
        ranges = ranges_of(self._selection.selection())
        self._all = bool(ranges) and count_of(ranges) == self._model.rowCount()
        # Of a huge part of a huge list only what operations would take by id is worth finding again.
        few = count_of(ranges) < BY_ID_BELOW
        self._ids = set(_ids_in(self._model, ranges)) if few and not self._all else set()
        current = self._selection.currentIndex()
        self._current = self._model.id_at(current.row()) if current.isValid() else None

    def restore(self) -> None:
        model, flags = self._model, QItemSelectionModel.SelectionFlag
        last = model.columnCount() - 1
        if self._current is not None and (row := model.number_of(self._current)) is not None:
            self._selection.setCurrentIndex(model.index(row, 0), flags.NoUpdate)
        if self._all:
            ranges = [(0, model.rowCount() - 1)] if model.rowCount() else []
        else:
            ranges = rows_of_ids(model.ids, self._ids) if self._ids else []
        wanted = QItemSelection()
        for first, end in ranges:
            wanted.select(model.index(first, 0), model.index(end, last))
        self._selection.select(wanted, flags.ClearAndSelect)
