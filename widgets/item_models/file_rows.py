"""A million items as their ids in order, plus the few blocks of rows near the screen.

Opening a folder shows its first rows at once (by keyset, on the GUI thread, under a millisecond). A read job then
counts and fetches all ids; they are appended below what is shown, so nothing jumps. Every request has a generation
number and late answers are dropped.
"""

from __future__ import annotations

from array import array
from collections import OrderedDict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt, Signal

from storage.model.items import FileRow, Kind, Location
from storage.model.query import ItemQuery, SortBy
from widgets import words
from widgets.work import Work

if TYPE_CHECKING:
    from storage.model.reads import Reads

FIRST = 256
COUNT_STOPS_AT = 10_000

ItemIdRole = Qt.ItemDataRole.UserRole + 1
RowRole = Qt.ItemDataRole.UserRole + 2

Index = QModelIndex | QPersistentModelIndex
NOWHERE = QModelIndex()


@dataclass(frozen=True, slots=True)
class Column:
    key: str
    sort: SortBy | None = None
    right: bool = False


COLUMNS = (
    Column("title", SortBy.TITLE),
    Column("folder"),
    Column("kind", SortBy.KIND),
    Column("dimensions", SortBy.DIMENSIONS, right=True),
    Column("length", SortBy.DURATION, right=True),
    Column("frames", right=True),
    Column("size", SortBy.SIZE, right=True),
    Column("location"),
    Column("datasets", right=True),
    Column("labelled"),
    Column("added", SortBy.CREATED),
)
FOLDER_COLUMN = next(number for number, column in enumerate(COLUMNS) if column.key == "folder")


class FileRows(QAbstractTableModel):
    """`show_query` for another one; listen to `counted`, `loading`, `completed`, `failed`."""

    BLOCK, KEEP = 256, 64

    loading = Signal()  # nothing to show yet: the view may draw a skeleton
    shown = Signal()  # first rows are there (or it is known that there are none)
    counted = Signal(int, bool)  # items, and whether there are more than that
    completed = Signal()  # all ids are there
    failed = Signal(Exception)
    about_to_replace = Signal()  # another order or set of the same list follows: remember the place
    replaced = Signal()

    def __init__(self, reads: Reads, work: Work, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._reads = reads
        self._work = work
        self._query = ItemQuery()
        self._ids: array[int] = array("q")
        self._blocks: OrderedDict[int, list[FileRow | None]] = OrderedDict()
        self._folders: dict[int, str] = {}
        self._generation = 0
        self._complete = True

    # -- what is shown

    @property
    def query(self) -> ItemQuery:
        return self._query

    @property
    def complete(self) -> bool:
        return self._complete

    @property
    def generation(self) -> int:
        return self._generation

    def show_query(self, query: ItemQuery) -> None:
        """Show what another query finds, from the top."""
        self._generation += 1
        self._query = query
        self._complete = False
        if _is_cheap(query):
            try:
                rows = self._reads.first_rows(query, FIRST)
            except Exception as error:
                self._fail(error)
                return
            self._show_first(rows)
            return
        generation = self._generation
        self.loading.emit()
        self._work.read(
            lambda: self._reads.first_rows(query, FIRST),
            lambda rows: self._show_first(rows) if generation == self._generation else None,
            lambda error: self._fail(error) if generation == self._generation else None,
            owner=self,
        )

    def refresh(self) -> None:
        """Ask again, keeping place and selection; the present rows stay until the answer is there."""
        self._generation += 1
        self._fetch_ids(self._query)

    def clear(self) -> None:
        self._generation += 1
        self._complete = True
        self._reset(array("q"))

    def _fail(self, error: Exception) -> None:
        self._complete = True
        self._reset(array("q"))
        self.failed.emit(error)

    def _show_first(self, rows: list[FileRow]) -> None:
        self._reset(array("q", (row.id for row in rows)))
        if rows:
            self._blocks[0] = list(rows)
        if len(rows) < FIRST:
            self._complete = True
            self.shown.emit()
            self.counted.emit(len(rows), False)
            self.completed.emit()
            return
        self.shown.emit()
        self._count(self._query)
        self._fetch_ids(self._query)

    def _count(self, query: ItemQuery) -> None:
        generation = self._generation
        stop_at = COUNT_STOPS_AT if query.text else None

        def done(count: int) -> None:
            if generation == self._generation and not self._complete:
                self.counted.emit(count, stop_at is not None and count >= stop_at)

        # A count that fails only leaves the number out; the ids that follow report the reason.
        self._work.read(lambda: self._reads.count(query, stop_at), done, lambda error: None, owner=self)

    def _fetch_ids(self, query: ItemQuery) -> None:
        generation = self._generation
        self._work.read(
            lambda: self._reads.ids(query),
            lambda ids: self._take_ids(ids) if generation == self._generation else None,
            lambda error: self.failed.emit(error) if generation == self._generation else None,
            owner=self,
        )

    def _take_ids(self, ids: array[int]) -> None:
        have = len(self._ids)
        if ids == self._ids:
            self.forget()
        elif have and len(ids) > have and ids[:have] == self._ids:
            self._grow(ids)
        else:
            self.about_to_replace.emit()
            self._reset(ids)
            self.replaced.emit()
        self._complete = True
        self.shown.emit()
        self.counted.emit(len(ids), False)
        self.completed.emit()

    def _grow(self, ids: array[int]) -> None:
        have = len(self._ids)
        self.beginInsertRows(QModelIndex(), have, len(ids) - 1)
        self._ids = ids
        # The last block may have been short of rows.
        if have % self.BLOCK:
            self._blocks.pop(have // self.BLOCK, None)
        self.endInsertRows()

    def _reset(self, ids: array[int]) -> None:
        self.beginResetModel()
        self._ids, self._blocks = ids, OrderedDict()
        self.endResetModel()

    def forget(self, changed: frozenset[int] | None = None) -> None:
        """Rows of these ids (None: all) are stale; whatever is on screen asks again."""
        self._folders.clear()
        if changed is None:
            self._blocks.clear()
            self._tell_changed(0, len(self._ids))
            return
        for number in list(self._blocks):
            first, end = number * self.BLOCK, min((number + 1) * self.BLOCK, len(self._ids))
            if not changed.isdisjoint(self._ids[first:end]):
                del self._blocks[number]
                self._tell_changed(first, end)

    def _tell_changed(self, first: int, end: int) -> None:
        if end > first:
            self.dataChanged.emit(self.index(first, 0), self.index(end - 1, len(COLUMNS) - 1))

    # -- rows and ids

    @property
    def ids(self) -> array[int]:
        return self._ids

    def row(self, number: int) -> FileRow | None:
        """None: gone meanwhile."""
        block, offset = divmod(number, self.BLOCK)
        if block not in self._blocks:
            wanted = self._ids[block * self.BLOCK : (block + 1) * self.BLOCK]
            self._blocks[block] = self._reads.rows(wanted)
            if len(self._blocks) > self.KEEP:
                self._blocks.popitem(last=False)
        self._blocks.move_to_end(block)
        return self._blocks[block][offset]

    def id_at(self, number: int) -> int:
        return self._ids[number]

    def number_of(self, item_id: int) -> int | None:
        """Walks the ids: 5 ms at a million."""
        try:
            return self._ids.index(item_id)
        except ValueError:
            return None

    # -- Qt's questions

    def rowCount(self, parent: Index = NOWHERE) -> int:
        return 0 if parent.isValid() else len(self._ids)

    def columnCount(self, parent: Index = NOWHERE) -> int:
        return 0 if parent.isValid() else len(COLUMNS)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        if role == ItemIdRole:
            return self._ids[index.row()]
        if role == RowRole:
            return self.row(index.row())
        if role == Qt.ItemDataRole.DisplayRole:
            row = self.row(index.row())
            return "" if row is None else self.text(row, COLUMNS[index.column()].key)
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return self._spoken(index.row())
        if role == Qt.ItemDataRole.TextAlignmentRole:
            side = Qt.AlignmentFlag.AlignRight if COLUMNS[index.column()].right else Qt.AlignmentFlag.AlignLeft
            return side | Qt.AlignmentFlag.AlignVCenter
        return None

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if orientation != Qt.Orientation.Horizontal or not 0 <= section < len(COLUMNS):
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return self._column_title(COLUMNS[section].key)
        if role == Qt.ItemDataRole.TextAlignmentRole:
            side = Qt.AlignmentFlag.AlignRight if COLUMNS[section].right else Qt.AlignmentFlag.AlignLeft
            return side | Qt.AlignmentFlag.AlignVCenter
        return None

    def _column_title(self, key: str) -> str:
        return {
            "title": self.tr("Name"),
            "folder": self.tr("Folder"),
            "kind": self.tr("Type"),
            "dimensions": self.tr("Dimensions"),
            "length": self.tr("Length"),
            "frames": self.tr("Frames"),
            "size": self.tr("Size"),
            "location": self.tr("Where"),
            "datasets": self.tr("Datasets"),
            "labelled": self.tr("Labels"),
            "added": self.tr("Added"),
        }[key]

    def text(self, row: FileRow, key: str) -> str:
        match key:
            case "title":
                return words.name(row.title)
            case "folder":
                return self._folder_title(row.folder_id)
            case "kind":
                return words.kind(row.kind)
            case "dimensions":
                return words.dimensions(row.width, row.height) if row.kind is not Kind.PDF else ""
            case "length":
                return words.duration(row.duration)
            case "frames":
                return words.counted(row)
            case "size":
                return words.size(row.size)
            case "location":
                return words.location(row.location)
            case "datasets":
                return words.number(row.datasets) if row.datasets else ""
            case "labelled":
                return self.tr("Labelled") if row.labelled else ""
            case _:
                return words.when(row.created_at)

    def samples(self, key: str) -> tuple[str, ...]:
        """Texts as wide as what usually stands in a column: how wide it has to be."""
        match key:
            case "folder":
                return ("Some folder / another one",)
            case "kind":
                return tuple(map(words.kind, Kind))
            case "dimensions":
                return ("8888 × 8888",)
            case "length":
                return ("8:88:88",)
            case "frames":
                return (words.frames(Kind.IMAGE_SEQUENCE, 8888), words.frames(Kind.NIFTI, 8888))
            case "size":
                return (words.size(888), words.size(888_800_000))
            case "location":
                return (words.location(Location.LOCAL),)
            case "labelled":
                return (self.tr("Labelled"),)
            case "added":
                return words.longest_times()
            case _:
                return ()

    def _folder_title(self, folder_id: int) -> str:
        if folder_id not in self._folders:
            path = self._reads.folder_path(folder_id)
            self._folders[folder_id] = words.name(" / ".join(folder.title for folder in path))
        return self._folders[folder_id]

    def _spoken(self, number: int) -> str:
        row = self.row(number)
        if row is None:
            return self.tr("No longer there")
        facts = (
            words.name(row.title),
            words.kind(row.kind),
            self.text(row, "dimensions"),
            words.duration(row.duration),
            words.counted(row),
            words.size(row.size),
        )
        return ", ".join(fact for fact in facts if fact)


def _is_cheap(query: ItemQuery) -> bool:
    """Answered by an index within a millisecond, so that it may be asked on the GUI thread."""
    narrowed = query.text or query.kinds or query.locations or query.metadata or query.dataset_id is not None
    return (
        query.folder_id is not None
        and not narrowed
        and query.labelled is None
        and not query.recursive
        and query.sort is SortBy.TITLE
    )
