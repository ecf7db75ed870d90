"""The list at the left of Datasets and Ontologies: search, new, and one chosen."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QItemSelectionModel, QModelIndex, QPoint, Qt, Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QListView, QVBoxLayout, QWidget

from widgets import theme
from widgets.controls.buttons import button
from widgets.controls.labels import label
from widgets.controls.search_field import SearchField
from widgets.delegates.noun_delegate import NounDelegate
from widgets.item_models.noun_rows import ID, NounRow, NounRows
from widgets.only_read import writes


class NounList(QWidget):
    chosen = Signal(object)  # id, or None
    new_wanted = Signal()
    menu_wanted = Signal(int, QPoint)

    def __init__(self, title: str, new: str, find: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.rows = NounRows(self)
        self._wanted: int | None = None
        self._search = SearchField(find, self)
        self._new = button(new, "ph.plus", parent=self)
        self._new.clicked.connect(self.new_wanted)
        writes(self._new)
        self.view = QListView(self)
        self.view.setModel(self.rows)
        self.view.setItemDelegate(NounDelegate(self.view))
        self.view.setUniformItemSizes(True)
        self.view.setMouseTracking(True)
        self.view.setFrameShape(QListView.Shape.NoFrame)
        self.view.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.view.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self.view.setAccessibleName(title)
        self._note = label("", "quiet", wrap=True, parent=self)
        self._note.setContentsMargins(16, 8, 16, 8)
        self._lay_out(title)
        self._search.textChanged.connect(self._find)
        self.view.selectionModel().currentChanged.connect(self._current_changed)
        self.view.customContextMenuRequested.connect(self._menu)

    def _lay_out(self, title: str) -> None:
        head = QHBoxLayout()
        head.setContentsMargins(16, 10, 10, 6)
        head.addWidget(label(title, "title", parent=self), 1)
        head.addWidget(self._new)
        search = QHBoxLayout()
        search.setContentsMargins(10, 0, 10, 6)
        search.addWidget(self._search)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(head)
        column.addLayout(search)
        column.addWidget(self._note)
        column.addWidget(self.view, 1)
        self.setMinimumWidth(200)
        self.setAutoFillBackground(True)
        self.setBackgroundRole(self.view.backgroundRole())
        column.setSpacing(theme.INSIDE // 2)

    def show_rows(self, rows: Sequence[NounRow], empty: str) -> None:
        """Keeps what was chosen; chooses the first where nothing was."""
        self.rows.show_rows(rows)
        self._note.setText(empty)
        self._settle()

    def choose(self, noun_id: int) -> None:
        """Select it, now or as soon as it is listed."""
        if self.rows.row_of(noun_id) is None and self._search.text():
            self._search.clear()
        self._wanted = noun_id
        if self.rows.row_of(noun_id) is not None:
            self._settle()

    @property
    def current(self) -> int | None:
        index = self.view.currentIndex()
        return index.data(ID) if index.isValid() else None

    def _settle(self) -> None:
        row = self.rows.row_of(self._wanted) if self._wanted is not None else None
        if row is None and not self._search.text():
            gone, self._wanted = self._wanted, None  # what was chosen is no more: the first one instead
            row = 0 if self.rows.rowCount() else None
            if row is None and gone is not None:
                self.chosen.emit(None)
        if row is not None and self.view.currentIndex().row() != row:
            index = self.rows.index(row)
            self.view.selectionModel().setCurrentIndex(index, QItemSelectionModel.SelectionFlag.ClearAndSelect)
            self.view.scrollTo(index)
        self._note.setVisible(not self.rows.rowCount() and bool(self._note.text() or self._search.text()))

    @Slot(QModelIndex, QModelIndex)
    def _current_changed(self, current: QModelIndex) -> None:
        if current.isValid():
            self._wanted = current.data(ID)
            self.chosen.emit(self._wanted)

    @Slot(str)
    def _find(self, text: str) -> None:
        self.rows.filter(text)
        if text and not self.rows.rowCount():
            self._note.setText(self.tr("Nothing is called that."))
        self._settle()

    @Slot(QPoint)
    def _menu(self, place: QPoint) -> None:
        index = self.view.indexAt(place)
        if index.isValid():
            self.menu_wanted.emit(index.data(ID), self.view.viewport().mapToGlobal(place))
