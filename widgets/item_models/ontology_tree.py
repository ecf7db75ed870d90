"""An ontology as a tree: two headings, classes, their questions, options, and the questions nested under those.

The tree holds no state of its own: it shows one frozen `Ontology`. When only names or flags differ, nodes are refreshed
in place; when something came, went or moved, the model is reset and whoever watches opens again what was open.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Any, Literal

from PySide6.QtCore import QAbstractItemModel, QMimeData, QModelIndex, QObject, QPersistentModelIndex, Qt, Signal

from storage.model.ontology import Attribute, ClassificationClass, ObjectClass, Ontology, Option
from widgets.controls.shapes import attribute_title, shape_title

Index = QModelIndex | QPersistentModelIndex
NodeKind = Literal["objects", "classifications", "object", "classification", "attribute", "option"]
MIME = "application/x-postil-ontology-node"


class NodeRole(IntEnum):
    KIND = Qt.ItemDataRole.UserRole + 1
    HASH = KIND + 1  # feature hash; "" on headings
    VALUE = KIND + 2  # the ObjectClass, ClassificationClass, Attribute or Option
    ARCHIVED = KIND + 3
    COUNT = KIND + 4


@dataclass(eq=False, slots=True)
class Node:
    kind: NodeKind
    key: str  # feature hash, or the name of a heading
    value: ObjectClass | ClassificationClass | Attribute | Option | None
    parent: Node | None
    children: list[Node] = field(default_factory=list)
    row: int = 0
    number: int = 0  # place in the model's list of nodes: what an index carries


class OntologyTree(QAbstractItemModel):
    """`move_wanted(feature hash, place among its siblings without itself)`: reordering by drag."""

    move_wanted = Signal(str, int)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._nodes: list[Node] = []
        self._tops: list[Node] = []
        self._by_key: dict[str, Node] = {}
        self._build(Ontology())

    # -- what is shown

    def show_ontology(self, ontology: Ontology) -> None:
        shape = [(n.key, n.parent.key if n.parent else "") for n in self._nodes]
        fresh = list(_walk(_tree(ontology)))
        if [(n.key, n.parent.key if n.parent else "") for n in fresh] == shape:
            for old, new in zip(self._nodes, fresh, strict=True):
                if old.value != new.value or old.value is None:
                    old.value = new.value
                    index = self._index_of(old)
                    self.dataChanged.emit(index, index)
            return
        self.beginResetModel()
        self._build(ontology)
        self.endResetModel()

    def _build(self, ontology: Ontology) -> None:
        self._tops = _tree(ontology)
        self._nodes = list(_walk(self._tops))
        for number, node in enumerate(self._nodes):
            node.number = number
        self._by_key = {n.key: n for n in self._nodes}

    def index_of(self, key: str) -> QModelIndex:
        node = self._by_key.get(key)
        return self._index_of(node) if node is not None else QModelIndex()

    def _index_of(self, node: Node) -> QModelIndex:
        return self.createIndex(node.row, 0, node.number)

    def _node(self, index: Index) -> Node | None:
        return self._nodes[index.internalId()] if index.isValid() and index.internalId() < len(self._nodes) else None

    # -- Qt's questions

    def index(self, row: int, column: int, parent: Index = QModelIndex()) -> QModelIndex:  # noqa: B008 - Qt's default
        above = self._node(parent)
        children = self._tops if above is None else above.children
        return self._index_of(children[row]) if column == 0 and 0 <= row < len(children) else QModelIndex()

    def parent(self, index: Index = QModelIndex()) -> QModelIndex:  # type: ignore[override]  # noqa: B008
        node = self._node(index)
        return QModelIndex() if node is None or node.parent is None else self._index_of(node.parent)

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        node = self._node(parent)
        return len(self._tops) if node is None else len(node.children)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 1

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        node = self._node(index)
        if node is None:
            return None
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return self._title(node)
            case Qt.ItemDataRole.ToolTipRole | Qt.ItemDataRole.AccessibleTextRole:
                return self._told(node)
            case NodeRole.KIND:
                return node.kind
            case NodeRole.HASH:
                return node.key if node.value is not None else ""
            case NodeRole.VALUE:
                return node.value
            case NodeRole.ARCHIVED:
                return bool(node.value and node.value.archived)
            case NodeRole.COUNT:
                return len(node.children)
        return None

    def _title(self, node: Node) -> str:
        match node.kind:
            case "objects":
                return self.tr("Objects")
            case "classifications":
                return self.tr("Classifications")
        value = node.value
        assert value is not None
        return value.label if isinstance(value, Option) else value.name

    def _told(self, node: Node) -> str:
        parts = [self._title(node)]
        match node.value:
            case ObjectClass(shape=shape, required=required):
                parts.append(shape_title(shape))
                if required:
                    parts.append(self.tr("required"))
            case ClassificationClass(attribute=attribute) | (Attribute() as attribute):
                parts.append(attribute_title(attribute.type))
                if attribute.required:
                    parts.append(self.tr("required"))
        if node.value is not None and node.value.archived:
            parts.append(self.tr("archived"))
        return " · ".join(parts)

    # -- dragging: a node goes to another place among its siblings

    def flags(self, index: Index) -> Qt.ItemFlag:
        node = self._node(index)
        if node is None:
            return Qt.ItemFlag.ItemIsDropEnabled
        flags = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemIsDropEnabled
        return flags | Qt.ItemFlag.ItemIsDragEnabled if node.value is not None else flags

    def mimeTypes(self) -> list[str]:
        return [MIME]

    def mimeData(self, indexes: list[QModelIndex]) -> QMimeData:
        data = QMimeData()
        node = self._node(indexes[0]) if indexes else None
        if node is not None and node.value is not None:
            data.setData(MIME, node.key.encode())
        return data

    def supportedDropActions(self) -> Qt.DropAction:
        return Qt.DropAction.MoveAction

    def canDropMimeData(self, data: QMimeData, action: Qt.DropAction, row: int, column: int, parent: Index) -> bool:
        return self._place(data, row, parent) is not None

    def dropMimeData(self, data: QMimeData, action: Qt.DropAction, row: int, column: int, parent: Index) -> bool:
        place = self._place(data, row, parent)
        if place is not None:
            self.move_wanted.emit(*place)
        return False  # the view must not remove a row: the ontology that comes back says what moved

    def _place(self, data: QMimeData, row: int, parent: Index) -> tuple[str, int] | None:
        moved = self._by_key.get(bytes(data.data(MIME).data()).decode()) if data.hasFormat(MIME) else None
        if moved is None:
            return None
        target = self._node(parent)
        if target is moved.parent and row >= 0:
            wanted = row
        elif target is not None and target.parent is moved.parent and target is not moved:
            wanted = target.row + (target.row > moved.row)  # dropped upon a sibling: takes its place
        elif target is moved.parent:
            wanted = len(target.children) if target else 0
        else:
            return None
        wanted -= wanted > moved.row
        return None if wanted == moved.row else (moved.key, wanted)


def _tree(ontology: Ontology) -> list[Node]:
    objects = Node("objects", "objects", None, None, row=0)
    for value in ontology.objects:
        node = _child(objects, "object", value)
        _questions(node, value.attributes)
    classifications = Node("classifications", "classifications", None, None, row=1)
    for classification in ontology.classifications:
        node = _child(classifications, "classification", classification)
        _options(node, classification.attribute)
    return [objects, classifications]


def _child(parent: Node, kind: NodeKind, value: ObjectClass | ClassificationClass | Attribute | Option) -> Node:
    node = Node(kind, value.feature_hash, value, parent, row=len(parent.children))
    parent.children.append(node)
    return node


def _questions(parent: Node, attributes: tuple[Attribute, ...]) -> None:
    for attribute in attributes:
        _options(_child(parent, "attribute", attribute), attribute)


def _options(parent: Node, attribute: Attribute) -> None:
    for option in attribute.options:
        _questions(_child(parent, "option", option), option.attributes)


def _walk(nodes: list[Node]) -> Iterator[Node]:
    for node in nodes:
        yield node
        yield from _walk(node.children)
