"""Folders as a tree that reads children when they are asked for and changes in place, so that views keep their state.

An index carries the folder's id, never a pointer: an index that outlives its folder is answered with nothing.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QAbstractItemModel, QModelIndex, QObject, QPersistentModelIndex, Qt, QTimer, Signal

from storage.errors import NotFound
from storage.model.items import Folder, FolderKind
from storage.model.query import ItemQuery
from widgets import icons
from widgets.work import Work

if TYPE_CHECKING:
    from storage.model.reads import Reads

FolderIdRole = Qt.ItemDataRole.UserRole + 1
FolderRole = Qt.ItemDataRole.UserRole + 2
CountRole = Qt.ItemDataRole.UserRole + 3

ROOT = 0  # rowids start at 1
Index = QModelIndex | QPersistentModelIndex
NOWHERE = QModelIndex()
_FLAGS = (
    Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemIsDragEnabled | Qt.ItemFlag.ItemIsDropEnabled
)


@dataclass(slots=True)
class _Node:
    id: int
    parent: int
    folder: Folder | None
    children: list[int] | None = None  # None: not read yet
    count: int | None = None
    asked: bool = field(default=False)


class FolderTree(QAbstractItemModel):
    #: A folder went away or came back; the view may have to choose another one.
    restructured = Signal()

    def __init__(self, reads: Reads, work: Work, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._reads = reads
        self._work = work
        self._nodes: dict[int, _Node] = {ROOT: _Node(ROOT, ROOT, None)}
        self._rows: dict[int, int] = {}
        self._uncounted: set[int] = set()
        self._counting = QTimer(self)
        self._counting.setSingleShot(True)
        self._counting.setInterval(30)
        self._counting.timeout.connect(self._count)
        self._load(ROOT)

    # -- by id

    def index_of(self, folder_id: int | None) -> QModelIndex:
        """The index of a folder, reading its ancestors' children where needed. Invalid: no such folder."""
        if folder_id is None:
            return QModelIndex()
        if folder_id not in self._nodes and not self._read_down_to(folder_id):
            return QModelIndex()
        return self.createIndex(self._row(folder_id), 0, folder_id)

    def folder(self, index: Index) -> Folder | None:
        node = self._nodes.get(index.internalId()) if index.isValid() else None
        return node.folder if node else None

    def ancestors(self, folder_id: int) -> list[int]:
        """From the parent up; only of folders that were read."""
        found = []
        node = self._nodes.get(folder_id)
        while node is not None and node.parent != ROOT:
            found.append(node.parent)
            node = self._nodes.get(node.parent)
        return found

    def _read_down_to(self, folder_id: int) -> bool:
        try:
            path = self._reads.folder_path(folder_id)
        except NotFound:
            return False
        parent = ROOT
        for folder in path:
            self._load(parent)
            parent = folder.id
            if parent not in self._nodes:
                return False
        return True

    # -- reading and keeping up

    def refresh(self) -> None:
        """Read what is open again and change rows in place; expansion and selection survive even a move."""
        fresh = self._read_open()
        kept = {child.id for children in fresh.values() for child in children}
        for gone in [node for node in self._nodes if node not in kept and node != ROOT]:
            if gone in self._nodes:
                self._remove(gone)
        for parent, folders in fresh.items():
            self._arrange(parent, folders)
        self.restructured.emit()

    def _read_open(self) -> dict[int, list[Folder]]:
        """Children of every parent whose children were read, in the order of the new tree from the top."""
        fresh: dict[int, list[Folder]] = {}
        seen = {ROOT}
        self._read_below(ROOT, fresh, seen)
        # A folder that went into one whose children were never read takes them along, or it would close in the view.
        for folder_id in list(self._nodes):
            if folder_id not in seen:
                parent = self._new_parent(folder_id)
                if parent in seen and parent not in fresh:
                    self._read_below(parent, fresh, seen)
        return fresh

    def _read_below(self, top: int, fresh: dict[int, list[Folder]], seen: set[int]) -> None:
        waiting = deque([top])
        while waiting:
            parent = waiting.popleft()
            fresh[parent] = self._children_of(parent)
            for folder in fresh[parent]:
                seen.add(folder.id)
                node = self._nodes.get(folder.id)
                if node is not None and node.children is not None:
                    waiting.append(folder.id)

    def _new_parent(self, folder_id: int) -> int | None:
        try:
            folder = self._reads.folder(folder_id)
        except NotFound:
            return None
        if folder.trashed_at is not None:
            return None
        return ROOT if folder.parent_id is None else folder.parent_id

    def _children_of(self, parent: int) -> list[Folder]:
        found = self._reads.child_folders(None if parent == ROOT else parent)
        # The members' folder of a group or sequence is shown like any other.
        return list(found)

    def _remove(self, folder_id: int) -> None:
        node = self._nodes[folder_id]
        siblings = self._nodes[node.parent].children or []
        row = siblings.index(folder_id)
        self.beginRemoveRows(self._parent_index(node.parent), row, row)
        siblings.remove(folder_id)
        self._renumber(node.parent)
        self._drop(folder_id)
        self.endRemoveRows()

    def _drop(self, folder_id: int) -> None:
        node = self._nodes.pop(folder_id)
        self._rows.pop(folder_id, None)
        for child in node.children or []:
            self._drop(child)

    def _arrange(self, parent: int, folders: list[Folder]) -> None:
        """Bring the children of one parent into the order given, by insertions and moves."""
        node = self._nodes[parent]
        if node.children is None:
            node.children = []
        for row, folder in enumerate(folders):
            children = node.children
            if row < len(children) and children[row] == folder.id:
                self._update(folder)
            elif folder.id in self._nodes:
                self._move(folder.id, parent, row)
                self._update(folder)
            else:
                self.beginInsertRows(self._parent_index(parent), row, row)
                children.insert(row, folder.id)
                self._nodes[folder.id] = _Node(folder.id, parent, folder)
                self._renumber(parent)
                self.endInsertRows()

    def _move(self, folder_id: int, parent: int, row: int) -> None:
        node = self._nodes[folder_id]
        old = node.parent
        source = self._nodes[old].children or []
        at = source.index(folder_id)
        self.beginMoveRows(self._parent_index(old), at, at, self._parent_index(parent), row)
        source.remove(folder_id)
        target = self._nodes[parent].children
        assert target is not None
        target.insert(row, folder_id)
        node.parent = parent
        self._renumber(old)
        self._renumber(parent)
        self.endMoveRows()

    def _update(self, folder: Folder) -> None:
        node = self._nodes[folder.id]
        if node.folder == folder:
            return
        node.folder = folder
        if not folder.has_children and node.children is None:
            node.children = []
        elif folder.has_children and node.children == []:
            self._arrange(folder.id, self._children_of(folder.id))
        index = self.index_of(folder.id)
        self.dataChanged.emit(index, index)

    def recount(self, folder_ids: frozenset[int] | None = None) -> None:
        """The number of items in these folders (None: all) is stale."""
        for folder_id, node in self._nodes.items():
            if node.asked and (folder_ids is None or folder_id in folder_ids):
                self._uncounted.add(folder_id)
        if self._uncounted:
            self._counting.start()

    def _count(self) -> None:
        wanted, self._uncounted = sorted(self._uncounted), set()
        reads = self._reads
        self._work.read(
            lambda: {each: reads.count(ItemQuery(folder_id=each)) for each in wanted},
            self._take_counts,
            lambda error: None,  # a number beside a folder is not worth a message
            owner=self,
        )

    def _take_counts(self, counts: dict[int, int]) -> None:
        for folder_id, count in counts.items():
            node = self._nodes.get(folder_id)
            if node is not None and node.count != count:
                node.count = count
                index = self.index_of(folder_id)
                self.dataChanged.emit(index, index, [CountRole])

    def _load(self, parent: int) -> list[int]:
        node = self._nodes[parent]
        if node.children is None:
            node.children = []
            if node.folder is None or node.folder.has_children:
                for folder in self._children_of(parent):
                    self._nodes[folder.id] = _Node(folder.id, parent, folder)
                    node.children.append(folder.id)
                self._renumber(parent)
        return node.children

    def _renumber(self, parent: int) -> None:
        for row, child in enumerate(self._nodes[parent].children or []):
            self._rows[child] = row

    def _row(self, folder_id: int) -> int:
        return self._rows[folder_id]

    def _parent_index(self, parent: int) -> QModelIndex:
        return QModelIndex() if parent == ROOT else self.createIndex(self._row(parent), 0, parent)

    # -- Qt's questions

    def index(self, row: int, column: int, parent: Index = NOWHERE) -> QModelIndex:
        above = self._nodes.get(parent.internalId() if parent.isValid() else ROOT)
        if above is None or column != 0:
            return QModelIndex()
        children = self._load(above.id)
        return self.createIndex(row, 0, children[row]) if 0 <= row < len(children) else QModelIndex()

    def parent(self, index: Index = NOWHERE) -> QModelIndex:  # type: ignore[override]
        node = self._nodes.get(index.internalId()) if index.isValid() else None
        return QModelIndex() if node is None else self._parent_index(node.parent)

    def rowCount(self, parent: Index = NOWHERE) -> int:
        node = self._nodes.get(parent.internalId() if parent.isValid() else ROOT)
        return len(self._load(node.id)) if node is not None else 0

    def hasChildren(self, parent: Index = NOWHERE) -> bool:
        node = self._nodes.get(parent.internalId() if parent.isValid() else ROOT)
        if node is None:
            return False
        if node.children is not None:
            return bool(node.children)
        return node.folder is None or node.folder.has_children

    def columnCount(self, parent: Index = NOWHERE) -> int:
        return 1

    def flags(self, index: Index) -> Qt.ItemFlag:
        return _FLAGS if index.isValid() else Qt.ItemFlag.ItemIsDropEnabled

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        node = self._nodes.get(index.internalId()) if index.isValid() else None
        if node is None or node.folder is None:
            return None
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.EditRole):
            return node.folder.title
        if role == Qt.ItemDataRole.DecorationRole:
            return icons.icon(icon_of(node.folder))
        if role == FolderIdRole:
            return node.id
        if role == FolderRole:
            return node.folder
        if role == CountRole:
            return self._count_of(node)
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return node.folder.title
        return None

    def _count_of(self, node: _Node) -> int | None:
        if not node.asked:
            node.asked = True
            self._uncounted.add(node.id)
            self._counting.start()
        return node.count


def icon_of(folder: Folder) -> str:
    return {
        FolderKind.PLAIN: "ph.folder-simple",
        FolderKind.CLOUD_SYNCED: "ph.cloud",
        FolderKind.MEMBERS: "ph.folder-notch",
    }[folder.kind]
