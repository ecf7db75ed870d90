"""The table of instances: whole rows, selection kept equal to the focus, eyes and locks by click."""

from __future__ import annotations

from PySide6.QtCore import QItemSelection, QItemSelectionModel, QItemSelectionRange, QModelIndex, QPoint, Qt, Signal, Slot
from PySide6.QtGui import QContextMenuEvent, QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView, QWidget

from storage.editing.focus import Focus
from widgets.delegates.label_delegate import ROW, TRIANGLE, LabelDelegate
from widgets.item_models.label_rows import Column, LabelRows, Role


class LabelTable(QTableView):
    zoom_wanted = Signal(str)
    menu_wanted = Signal(QPoint)  # global

    def __init__(self, rows: LabelRows, focus: Focus, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._rows, self._focus = rows, focus
        self._following = False  # the view is being set from the focus, not by a person
        self.setModel(rows)
        self.setItemDelegate(LabelDelegate(self))
        self._dress()
        self.selectionModel().selectionChanged.connect(self._selected_by_person)
        rows.rebuilt.connect(self._after_rebuild)
        self._stop = focus.listen(self._focus_changed)
        self.show_selection(scroll=False)

    def close_down(self) -> None:
        self._stop()

    def _dress(self) -> None:
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setShowGrid(False)
        self.setMouseTracking(True)
        self.setTabKeyNavigation(False)
        self.setWordWrap(False)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFrameShape(QTableView.Shape.NoFrame)
        self.setAccessibleName(self.tr("Instances"))
        across, down = self.horizontalHeader(), self.verticalHeader()
        across.hide()
        down.hide()
        down.setMinimumSectionSize(ROW)
        down.setDefaultSectionSize(ROW)
        down.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        across.setMinimumSectionSize(24)
        across.setSectionResizeMode(Column.NAME, QHeaderView.ResizeMode.Stretch)
        for column in (Column.EYE, Column.LOCK):
            across.setSectionResizeMode(column, QHeaderView.ResizeMode.Fixed)
            across.resizeSection(column, 24)

    # -- selection, both ways

    @Slot()
    def _after_rebuild(self) -> None:
        self.show_selection(scroll=False)

    def show_selection(self, *, scroll: bool) -> None:
        """Select in the view what the focus says."""
        places = self._rows.rows_of(self._focus.selected)
        selection, last = QItemSelection(), self._rows.columnCount() - 1
        for first, end in _runs(places):
            selection.append(_range(self._rows, first, end, last))
        self._following = True
        try:
            self.selectionModel().select(selection, QItemSelectionModel.SelectionFlag.ClearAndSelect)
            primary = self._rows.row_of(self._focus.primary) if self._focus.primary else None
            if primary is not None:
                index = self._rows.index(primary, Column.NAME)
                self.selectionModel().setCurrentIndex(index, QItemSelectionModel.SelectionFlag.NoUpdate)
                if scroll:
                    self.scrollTo(index)
        finally:
            self._following = False

    @Slot(QItemSelection, QItemSelection)
    def _selected_by_person(self) -> None:
        if self._following or self._rows.turning:
            return
        chosen: list[str] = []
        for part in self.selectionModel().selection():
            chosen.extend(self._rows.uuids(part.top(), part.bottom()))
        current = self.currentIndex()
        primary = self._rows.uuid_at(current.row()) if current.isValid() else ""
        if primary and primary in set(chosen):
            chosen.remove(primary)
            chosen.append(primary)
        self._following = True
        try:
            self._focus.select(chosen)
        finally:
            self._following = False

    def _focus_changed(self, names: frozenset[str]) -> None:
        if "selected" in names and not self._following:
            self.show_selection(scroll=True)

    # -- mouse and keys

    def mousePressEvent(self, event: QMouseEvent) -> None:
        index = self.indexAt(event.position().toPoint())
        if event.button() == Qt.MouseButton.LeftButton and index.isValid():
            if index.column() != Column.NAME:
                self._toggle(index)
                return
            header = index.data(Role.HEADER)
            if header is not None:
                if event.position().x() < TRIANGLE + 4:
                    self._rows.set_open(header, not index.data(Role.OPEN))
                else:
                    self._select_group(header, add=bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier))
                return
        super().mousePressEvent(event)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        index = self.indexAt(event.position().toPoint())
        if not index.isValid() or event.button() != Qt.MouseButton.LeftButton:
            return
        if index.column() != Column.NAME:
            self._toggle(index)
        elif index.data(Role.HEADER) is not None:
            self._rows.set_open(index.data(Role.HEADER), not index.data(Role.OPEN))
        else:
            self.zoom_wanted.emit(index.data(Role.UUID))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        super().mouseMoveEvent(event)
        index = self.indexAt(event.position().toPoint())
        self._focus.set(hovered=(index.data(Role.UUID) or None) if index.isValid() else None)

    def leaveEvent(self, event: object) -> None:
        super().leaveEvent(event)
        self._focus.set(hovered=None)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        index = self.currentIndex()
        header = index.data(Role.HEADER) if index.isValid() else None
        match event.key():
            case Qt.Key.Key_Left | Qt.Key.Key_Right if header is not None:
                self._rows.set_open(header, event.key() == Qt.Key.Key_Right)
                self.setCurrentIndex(self._rows.index(min(index.row(), self._rows.rowCount() - 1), Column.NAME))
            case Qt.Key.Key_Escape if self._focus.selected:
                self._focus.select(())
            case Qt.Key.Key_Up | Qt.Key.Key_Down if not event.modifiers() & Qt.KeyboardModifier.ControlModifier:
                super().keyPressEvent(event)
            case Qt.Key.Key_PageUp | Qt.Key.Key_PageDown:
                super().keyPressEvent(event)
            case Qt.Key.Key_A if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
                self.selectAll()
            case _:
                event.ignore()  # digits, letters and Enter are the editor's keys

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        index = self.indexAt(event.pos())
        uuid = index.data(Role.UUID) if index.isValid() else ""
        if uuid and uuid not in self._focus.selected:
            self._focus.select([uuid])
        self.menu_wanted.emit(event.globalPos())

    def _toggle(self, index: QModelIndex) -> None:
        header = index.data(Role.HEADER)
        if header is not None:
            uuids = self._rows.members(header)
        else:
            uuid = index.data(Role.UUID)
            # A toggle on a selected row speaks for the whole selection, as in other lists.
            uuids = list(self._focus.selected) if uuid in self._focus.selected else [uuid]
        if index.column() == Column.EYE:
            self._focus.hide(uuids, not index.data(Role.HIDDEN))
        else:
            self._focus.lock(uuids, not index.data(Role.LOCKED))

    def _select_group(self, feature_hash: str, *, add: bool) -> None:
        members = self._rows.members(feature_hash)
        self._focus.select([*self._focus.selected, *members] if add else members)


def _runs(places: list[int]) -> list[tuple[int, int]]:
    """Sorted row numbers as closed ranges."""
    runs: list[tuple[int, int]] = []
    for place in places:
        if runs and place == runs[-1][1] + 1:
            runs[-1] = (runs[-1][0], place)
        else:
            runs.append((place, place))
    return runs


def _range(rows: LabelRows, first: int, end: int, last_column: int) -> QItemSelectionRange:
    return QItemSelectionRange(rows.index(first, 0), rows.index(end, last_column))
