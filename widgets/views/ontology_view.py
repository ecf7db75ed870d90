"""The tree of an ontology: one node chosen, drag to reorder, what was open stays open."""

from __future__ import annotations

from PySide6.QtCore import QItemSelectionModel, QModelIndex, QPoint, Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QTreeView, QWidget

from storage.model.ontology import Ontology
from widgets.delegates.ontology_delegate import OntologyDelegate
from widgets.item_models.ontology_tree import NodeRole, OntologyTree


class OntologyView(QTreeView):
    chosen = Signal(str)  # feature hash, "" for none
    remove_wanted = Signal(str)
    move_wanted = Signal(str, int)  # among its siblings
    menu_wanted = Signal(str, QPoint)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.tree = OntologyTree(self)
        self._closed: set[str] = set()
        self._wanted = ""
        self.setModel(self.tree)
        self.setItemDelegate(OntologyDelegate(self))
        self.setHeaderHidden(True)
        self.setUniformRowHeights(True)
        self.setIndentation(16)
        self.setMouseTracking(True)
        self.setFrameShape(QTreeView.Shape.NoFrame)
        self.setDragDropMode(QTreeView.DragDropMode.InternalMove)
        self.setDropIndicatorShown(True)
        self.setExpandsOnDoubleClick(False)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.setAccessibleName(self.tr("Classes and questions"))
        self.tree.move_wanted.connect(self.move_wanted)
        self.selectionModel().currentChanged.connect(self._current_changed)
        self.collapsed.connect(self._on_collapsed)
        self.expanded.connect(self._on_expanded)
        self.customContextMenuRequested.connect(self._menu)
        self.expandAll()

    def show_ontology(self, ontology: Ontology) -> None:
        wanted = self._wanted
        self.tree.modelReset.connect(self._open_again)
        try:
            self.tree.show_ontology(ontology)
        finally:
            self.tree.modelReset.disconnect(self._open_again)
        if self.current != wanted:
            self.choose(wanted)

    @property
    def current(self) -> str:
        index = self.currentIndex()
        return index.data(NodeRole.HASH) if index.isValid() else ""

    def choose(self, feature_hash: str) -> None:
        index = self.tree.index_of(feature_hash)
        self._wanted = feature_hash if index.isValid() else ""
        if index.isValid():
            self.selectionModel().setCurrentIndex(index, QItemSelectionModel.SelectionFlag.ClearAndSelect)
            self.scrollTo(index)
        else:
            self.chosen.emit("")

    @Slot()
    def _open_again(self) -> None:
        closed = set(self._closed)
        self.expandAll()
        for key in closed:
            index = self.tree.index_of(key)
            if index.isValid():
                self.collapse(index)

    @Slot(QModelIndex)
    def _on_collapsed(self, index: QModelIndex) -> None:
        self._closed.add(index.data(NodeRole.HASH) or index.data(NodeRole.KIND))

    @Slot(QModelIndex)
    def _on_expanded(self, index: QModelIndex) -> None:
        self._closed.discard(index.data(NodeRole.HASH) or index.data(NodeRole.KIND))

    @Slot(QModelIndex, QModelIndex)
    def _current_changed(self, current: QModelIndex) -> None:
        if current.isValid():
            self._wanted = current.data(NodeRole.HASH)
            self.chosen.emit(self._wanted)

    @Slot(QPoint)
    def _menu(self, place: QPoint) -> None:
        index = self.indexAt(place)
        self.menu_wanted.emit(index.data(NodeRole.HASH) if index.isValid() else "", self.viewport().mapToGlobal(place))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        index = self.currentIndex()
        control = bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
        if event.key() == Qt.Key.Key_Delete and self.current:
            self.remove_wanted.emit(self.current)
        elif control and event.key() in (Qt.Key.Key_Up, Qt.Key.Key_Down) and self.current:
            row = index.row() + (1 if event.key() == Qt.Key.Key_Down else -1)
            if 0 <= row < self.tree.rowCount(index.parent()):
                self.move_wanted.emit(self.current, row)
        else:
            super().keyPressEvent(event)
