"""The instances of a label document as rows: grouped by class under a header row each, or flat.

One flat table with header rows among the instances, not a tree: a table view lays out 10,000 rows at once, a tree does
not. Rows are kept sorted by a key, so a change finds its row by bisection and touches nothing else; another
frame takes out and puts in only the objects that end or begin there.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterable, Set
from dataclasses import dataclass
from enum import IntEnum
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt, Signal

from storage.editing.edits import DocumentChange
from storage.editing.focus import Focus
from storage.editing.presence import Presence
from storage.editing.session import EditSession
from storage.model.labels import Instance
from storage.model.ontology import Ontology
from widgets.item_models.instance_order import InstanceOrder, Key
from widgets.item_models.instance_place import InstancePlace, State

Index = QModelIndex | QPersistentModelIndex


class Column(IntEnum):
    NAME = 0
    EYE = 1
    LOCK = 2


class Role(IntEnum):
    UUID = Qt.ItemDataRole.UserRole + 1  # "" on header rows
    COLOR = UUID + 1
    SHAPE = UUID + 2
    HEADER = UUID + 3  # feature hash on header rows, else None
    COUNT = UUID + 4
    OPEN = UUID + 5
    HIDDEN = UUID + 6
    LOCKED = UUID + 7
    HOVERED = UUID + 8
    WHERE = UUID + 9  # quiet text: the frames it lives on, the time it is heard, an excerpt
    STATE = UUID + 10  # a State, None where there is only one frame


@dataclass(frozen=True, slots=True)
class Row:
    uuid: str  # "" on header rows
    feature_hash: str


class LabelRows(QAbstractTableModel):
    """Watches the session and the focus; `close` stops that."""

    #: Rows were made again from scratch: whoever keeps a selection sets it anew.
    rebuilt = Signal()
    counted = Signal(int, int)  # instances shown, instances in scope

    #: Set while rows come and go because another frame is shown: what is selected stays selected.
    turning = False
    MANY = 64  # beyond so many comings and goings at once, rows are made again from scratch

    def __init__(
        self,
        session: EditSession,
        focus: Focus,
        ontology: Ontology,
        parent: QObject | None = None,
        *,
        describe: Callable[[str], str] | None = None,
    ) -> None:
        """`describe` says of an instance where it is; without it the frames it lives on are shown."""
        super().__init__(parent)
        self._session, self._focus = session, focus
        self._place_of = InstancePlace(session, focus, describe)
        self._presence = Presence(session.document, session.frames)
        self._painted: dict[str, State | None] = {}  # how rows were shown when they were last asked for
        self._alive: frozenset[str] = frozenset()  # on the frame shown, while only that one is looked at
        self._order = InstanceOrder(ontology)
        self._all_frames = False
        self._closed_groups: set[str] = set()
        self._rows: list[Row] = []
        self._keys: list[Key] = []
        self._filed: dict[str, Instance] = {}  # the records that the keys are of
        self._key_of: dict[str, Key] = {}  # of every instance in scope that passes the filter, shown or in a closed group
        self._counts: dict[str, int] = {}
        self._scope = 0
        self._hovered: str | None = None
        self._fill()
        self._stop = [session.listen(self._document_changed), focus.listen(self._focus_changed)]

    def close(self) -> None:
        for stop in self._stop:
            stop()
        self._stop.clear()

    # -- what is shown

    def show_ontology(self, ontology: Ontology) -> None:
        self._order.use(ontology)
        self._rebuild()

    def show_grouped(self, grouped: bool) -> None:
        if grouped != self._order.grouped:
            self._order.grouped = grouped
            self._rebuild()

    def show_all_frames(self, everything: bool) -> None:
        if everything != self._all_frames:
            self._all_frames = everything
            self._rebuild()

    def filter(self, text: str) -> None:
        text = text.strip().casefold()
        if text != self._order.text:
            self._order.text = text
            self._rebuild()

    def set_open(self, feature_hash: str, is_open: bool) -> None:
        if is_open == (feature_hash not in self._closed_groups):
            return
        if is_open:
            self._closed_groups.discard(feature_hash)
        else:
            self._closed_groups.add(feature_hash)
        self._rebuild()

    # -- rows and uuids

    def uuid_at(self, row: int) -> str:
        return self._rows[row].uuid

    def uuids(self, first: int, last: int) -> list[str]:
        """Instances of the rows first..last, header rows left out."""
        return [row.uuid for row in self._rows[first : last + 1] if row.uuid]

    def row_of(self, uuid: str) -> int | None:
        """None when it is not in the list, or its group is closed."""
        key = self._key_of.get(uuid)
        if key is None:
            return None
        row = bisect_left(self._keys, key)
        return row if row < len(self._keys) and self._keys[row] == key else None

    def rows_of(self, uuids: Iterable[str]) -> list[int]:
        found = (self.row_of(uuid) for uuid in uuids)
        return sorted(row for row in found if row is not None)

    def members(self, feature_hash: str) -> list[str]:
        """Every instance of a class that the list is about, also while its group is closed."""
        instances = self._session.document.instances
        return [u for u in self._key_of if u in instances and instances[u].feature_hash == feature_hash]

    def title(self, uuid: str) -> str:
        instance = self._session.document.instances.get(uuid)
        return self._order.title(instance) if instance else ""

    # -- Qt's questions

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's default
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(Column)

    def flags(self, index: Index) -> Qt.ItemFlag:
        if not index.isValid():
            return Qt.ItemFlag.NoItemFlags
        flags = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemNeverHasChildren
        return flags | Qt.ItemFlag.ItemIsSelectable if self._rows[index.row()].uuid else flags

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid() or not 0 <= index.row() < len(self._rows):
            return None
        row = self._rows[index.row()]
        return self._header_data(row, index.column(), role) if not row.uuid else self._instance_data(row, index.column(), role)

    def _header_data(self, row: Row, column: int, role: int) -> Any:
        match role:
            case Qt.ItemDataRole.DisplayRole if column == Column.NAME:
                return self._order.name(row.feature_hash)
            case Qt.ItemDataRole.AccessibleTextRole:
                return f"{self._order.name(row.feature_hash)}, {self._counts.get(row.feature_hash, 0)}"
            case Role.UUID:
                return ""
            case Role.HEADER:
                return row.feature_hash
            case Role.COUNT:
                return self._counts.get(row.feature_hash, 0)
            case Role.OPEN:
                return row.feature_hash not in self._closed_groups
            case Role.COLOR:
                return self._order.color(row.feature_hash)
            case Role.SHAPE:
                return self._order.shape(row.feature_hash)
            case Role.HIDDEN if column == Column.EYE:
                return self._all_in(self._focus.hidden, row.feature_hash)
            case Role.LOCKED if column == Column.LOCK:
                return self._all_in(self._focus.locked, row.feature_hash)
        return None

    def _all_in(self, uuids: frozenset[str], feature_hash: str) -> bool:
        if len(uuids) < self._counts.get(feature_hash, 0):
            return False  # spares a walk over 10,000 rows at every paint of a header row
        return uuids.issuperset(self.members(feature_hash))

    def _instance_data(self, row: Row, column: int, role: int) -> Any:
        match role:
            case Qt.ItemDataRole.DisplayRole if column == Column.NAME:
                return self.title(row.uuid)
            case Qt.ItemDataRole.AccessibleTextRole:
                return self._spoken(row.uuid, column)
            case Qt.ItemDataRole.ToolTipRole if column == Column.NAME:
                return self._tip(row.uuid)
            case Role.WHERE:
                return self._place_of.where(row.uuid)
            case Role.STATE:
                state = self._painted[row.uuid] = self._place_of.state(row.uuid)
                return state
            case Qt.ItemDataRole.ToolTipRole if column == Column.EYE:
                return self.tr("Show") if row.uuid in self._focus.hidden else self.tr("Hide")
            case Qt.ItemDataRole.ToolTipRole if column == Column.LOCK:
                return self.tr("Unlock") if row.uuid in self._focus.locked else self.tr("Lock")
            case Role.UUID:
                return row.uuid
            case Role.COLOR:
                return self._order.color(row.feature_hash)
            case Role.SHAPE:
                return self._order.shape(row.feature_hash)
            case Role.HIDDEN:
                return row.uuid in self._focus.hidden
            case Role.LOCKED:
                return row.uuid in self._focus.locked
            case Role.HOVERED:
                return row.uuid == self._hovered
        return None

    def _spoken(self, uuid: str, column: int) -> str:
        if column == Column.EYE:
            return self.tr("hidden") if uuid in self._focus.hidden else self.tr("shown")
        if column == Column.LOCK:
            return self.tr("locked") if uuid in self._focus.locked else self.tr("unlocked")
        return ", ".join(filter(None, (self.title(uuid), self._place_of.where(uuid), self._place_of.state_text(uuid))))

    def _tip(self, uuid: str) -> str:
        state = self._place_of.state_text(uuid)
        if not state:
            return self._place_of.where(uuid)
        rows = len(self._session.document.places_of(uuid))
        where = self.tr("Frames {range}, {count} drawn").format(range=self._place_of.where(uuid), count=rows)
        return f"{self.title(uuid)}: {state}\n{where}"

    # -- making rows

    def _belongs(self, uuid: str) -> bool:
        if uuid not in self._session.document.instances:
            return False
        return self._all_frames or uuid in self._alive

    def _in_scope(self) -> list[Instance]:
        document = self._session.document
        if self._all_frames:
            return list(document.instances.values())
        self._alive = self._presence.at(self._focus.at)
        return [document.instances[u] for u in self._alive if u in document.instances]

    def _fill(self) -> None:
        scope = self._in_scope()
        passing = self._order.sifted(scope) if self._order.text else scope
        pairs = [(self._order.key(i), Row(i.uuid, i.feature_hash)) for i in passing]
        self._key_of = {row.uuid: key for key, row in pairs}
        self._filed = {i.uuid: i for i in passing}
        self._counts = {}
        for _, row in pairs:
            self._counts[row.feature_hash] = self._counts.get(row.feature_hash, 0) + 1
        if self._order.grouped:
            if self._closed_groups:
                pairs = [p for p in pairs if p[1].feature_hash not in self._closed_groups]
            pairs.extend((self._order.header_key(h), Row("", h)) for h in self._counts)
        pairs.sort(key=lambda p: p[0])
        self._keys = [key for key, _ in pairs]
        self._rows = [row for _, row in pairs]
        self._scope = len(scope)

    def _rebuild(self) -> None:
        self._painted.clear()
        self.beginResetModel()
        self._fill()
        self.endResetModel()
        self.rebuilt.emit()
        self._tell_counts()

    @property
    def counts(self) -> tuple[int, int]:
        """Instances that pass the filter, and all that there are in the frames looked at."""
        return len(self._key_of), self._scope

    def _tell_counts(self) -> None:
        self.counted.emit(*self.counts)

    # -- following the document

    def _document_changed(self, change: DocumentChange) -> None:
        if change.preview or not change.instances:
            return
        if not self._all_frames:
            self._alive = self._presence.at(self._focus.at)
        stale: list[str] = []
        moved: list[str] = []
        for uuid in change.instances:
            instance = self._session.document.instances.get(uuid)
            if instance is not None and instance is self._filed.get(uuid) and (self._all_frames or uuid in self._alive):
                stale.append(uuid)  # only its shape is another one
                continue
            wanted = self._order.key(instance) if instance and self._belongs(uuid) and self._order.passes(instance) else None
            (stale if wanted == self._key_of.get(uuid) else moved).append(uuid)
            if len(moved) > self.MANY:
                self._rebuild()
                return
        for uuid in moved:
            if uuid not in self._session.document.instances:
                self._take_out(uuid)
        if moved:
            there = self._session.document.instances.keys() & moved
            self._exchange(there, there)  # it counts anew also when there are none
        if len(stale) > self.MANY:
            self._touch_rows(0, len(self._rows) - 1)
        else:
            for uuid in stale:
                self._refresh(uuid)

    def _take_out(self, uuid: str) -> None:
        row = self.row_of(uuid)
        key = self._key_of.pop(uuid, None)
        self._filed.pop(uuid, None)
        if key is None:
            return
        feature_hash = self._rows[row].feature_hash if row is not None else self._order.class_at(key[0])
        if row is not None:
            self._remove_row(row)
        left = self._counts.get(feature_hash, 1) - 1
        self._counts[feature_hash] = left
        if left <= 0:
            del self._counts[feature_hash]
        if self._order.grouped:
            header = bisect_left(self._keys, self._order.header_key(feature_hash))
            if left <= 0:
                self._remove_row(header)
            else:
                self._touch_rows(header, header)

    def _put_in(self, uuid: str) -> None:
        instance = self._session.document.instances.get(uuid)
        if instance is None or not self._belongs(uuid) or not self._order.passes(instance):
            return
        key, feature_hash = self._order.key(instance), instance.feature_hash
        self._key_of[uuid], self._filed[uuid] = key, instance
        self._counts[feature_hash] = self._counts.get(feature_hash, 0) + 1
        if self._order.grouped:
            if self._counts[feature_hash] == 1:
                self._insert_row(self._order.header_key(feature_hash), Row("", feature_hash))
            else:
                header = bisect_left(self._keys, self._order.header_key(feature_hash))
                self._touch_rows(header, header)
            if feature_hash in self._closed_groups:
                return
        self._insert_row(key, Row(uuid, feature_hash))

    def _insert_row(self, key: Key, row: Row) -> None:
        place = bisect_left(self._keys, key)
        self.beginInsertRows(QModelIndex(), place, place)
        self._keys.insert(place, key)
        self._rows.insert(place, row)
        self.endInsertRows()

    def _remove_row(self, place: int) -> None:
        self.beginRemoveRows(QModelIndex(), place, place)
        del self._keys[place]
        del self._rows[place]
        self.endRemoveRows()

    def _refresh(self, uuid: str) -> None:
        row = self.row_of(uuid)
        if row is not None:
            self._touch_rows(row, row)

    def _touch_rows(self, first: int, last: int) -> None:
        self.dataChanged.emit(self.index(first, 0), self.index(last, len(Column) - 1))

    def _focus_changed(self, names: frozenset[str]) -> None:
        if "at" in names:
            self._turn()
        elif self._rows and names & {"hidden", "locked"}:
            self._touch_rows(0, len(self._rows) - 1)
        if "hovered" in names:
            old, self._hovered = self._hovered, self._focus.hovered
            for uuid in (old, self._hovered):
                if uuid is not None:
                    self._refresh(uuid)

    def _turn(self) -> None:
        """Another frame is shown."""
        if not self._all_frames:
            before, self._alive = self._alive, self._presence.at(self._focus.at)
            left, come = before - self._alive, self._alive - before
            if len(left) + len(come) > self.MANY:
                self._rebuild()
                return
            if left or come:
                self._exchange(left, come)
        self._look_again()

    def _look_again(self) -> None:
        """Rows that were painted and look otherwise now: while a film plays most of them do not."""
        for uuid, state in list(self._painted.items()):
            row = self.row_of(uuid)
            if row is None:
                del self._painted[uuid]
            elif self._place_of.state(uuid) is not state:
                del self._painted[uuid]
                self._touch_rows(row, row)

    def _exchange(self, left: Set[str], come: Set[str]) -> None:
        """What is selected stays so: rows go and come, objects do not."""
        self.turning = True
        try:
            for uuid in left:
                self._take_out(uuid)
            for uuid in come:
                self._put_in(uuid)
        finally:
            self.turning = False
        everything = self._session.document.instances if self._all_frames else self._alive
        self._scope = len(everything) if self._order.text else len(self._key_of)
        self._tell_counts()
        if not (left | come).isdisjoint(self._focus.selected):
            self.rebuilt.emit()
