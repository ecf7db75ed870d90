"""The folder tree with drag and drop: inside itself, from the lists, from the desktop."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import (
    QItemSelection,
    QItemSelectionModel,
    QModelIndex,
    QPersistentModelIndex,
    QPoint,
    QPointF,
    QRect,
    QRectF,
    Qt,
    QTimer,
    Signal,
)
from PySide6.QtGui import (
    QDrag,
    QDragEnterEvent,
    QDragLeaveEvent,
    QDragMoveEvent,
    QDropEvent,
    QKeyEvent,
    QPainter,
    QPen,
)
from PySide6.QtWidgets import QAbstractItemView, QStyle, QStyleOptionViewItem, QTreeView, QWidget

from widgets import drags, theme, words
from widgets.controls.drop_hint import DropHint
from widgets.controls.rename import InlineRename
from widgets.delegates.folder_row import FolderDelegate
from widgets.drop_rules import Drop, weigh
from widgets.item_models.folder_tree import FolderIdRole, FolderTree
from widgets.views.file_drags import drag_picture

SPRING_OPEN_MS = 700

Index = QModelIndex | QPersistentModelIndex


class FolderTreeView(QTreeView):
    chosen = Signal(object)  # folder id; None when nothing is
    rename_wanted = Signal(int, str)
    delete_wanted = Signal(frozenset)
    menu_wanted = Signal(frozenset, QPoint)  # folder ids, global place
    dropped = Signal(object, object)  # Drop, folder id or None

    def __init__(self, model: FolderTree, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._delegate = FolderDelegate(self)
        self.setItemDelegate(self._delegate)
        self.setHeaderHidden(True)
        self.setMouseTracking(True)
        self.viewport().setAutoFillBackground(False)
        self.setUniformRowHeights(True)
        self.setIndentation(20)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setExpandsOnDoubleClick(True)
        self.setAnimated(False)
        self.setDragEnabled(True)
        self.setAcceptDrops(True)
        self.setDropIndicatorShown(False)
        self.setDragDropMode(QAbstractItemView.DragDropMode.DragDrop)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.setAccessibleName(self.tr("Folders"))
        self.setModel(model)
        self._spring = QTimer(self)
        self._spring.setSingleShot(True)
        self._spring.setInterval(SPRING_OPEN_MS)
        self._spring.timeout.connect(self._spring_open)
        self._hovered = QPersistentModelIndex()
        self.customContextMenuRequested.connect(self._ask_menu)
        self.selectionModel().currentChanged.connect(self._announce)

    def tree(self) -> FolderTree:
        model: FolderTree = self.model()
        return model

    # -- choosing by id

    def choose(self, folder_id: int | None) -> bool:
        """Select one folder and bring it into view without opening it. False: there is none."""
        if folder_id is None:
            self.selectionModel().clear()
            return True
        index = self.tree().index_of(folder_id)
        if not index.isValid():
            return False
        if self.current_id() == folder_id and self.selectionModel().isSelected(index):
            return True
        self.selectionModel().setCurrentIndex(index, QItemSelectionModel.SelectionFlag.ClearAndSelect)
        above = index.parent()
        while above.isValid():
            self.expand(above)
            above = above.parent()
        self.scrollTo(index)
        return True

    def current_id(self) -> int | None:
        index = self.currentIndex()
        return index.data(FolderIdRole) if index.isValid() else None

    def selected_ids(self) -> frozenset[int]:
        """Folders are few: a screenful at most, unlike items."""
        return frozenset(index.data(FolderIdRole) for index in self.selectionModel().selection().indexes())

    def expanded_ids(self) -> list[int]:
        """What `expand_ids` takes to show the same tree at the next start."""
        found: list[int] = []
        waiting = [QModelIndex()]
        while waiting:
            parent = waiting.pop()
            for row in range(self.model().rowCount(parent)):
                index = self.model().index(row, 0, parent)
                if self.isExpanded(index):
                    found.append(index.data(FolderIdRole))
                    waiting.append(index)
        return found

    def expand_ids(self, ids: Iterable[int]) -> None:
        for folder_id in ids:
            index = self.tree().index_of(folder_id)
            if index.isValid():
                self.expand(index)

    def _announce(self, current: Index, before: Index) -> None:
        self.chosen.emit(current.data(FolderIdRole) if current.isValid() else None)

    # -- keys, menus, renaming

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_F2 and self.currentIndex().isValid():
            self.rename_current()
        elif event.key() == Qt.Key.Key_Delete and self.selected_ids():
            self.delete_wanted.emit(self.selected_ids())
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.currentIndex().isValid():
            self.setExpanded(self.currentIndex(), not self.isExpanded(self.currentIndex()))
        else:
            super().keyPressEvent(event)

    def rename_current(self) -> None:
        index = self.currentIndex()
        folder = self.tree().folder(index)
        if folder is None:
            return
        self.scrollTo(index)
        area = self.visualRect(index).adjusted(22, 0, -2, 0)
        InlineRename(self.viewport(), area, folder.id, folder.title).accepted.connect(self.rename_wanted)

    def _ask_menu(self, place: QPoint) -> None:
        index = self.indexAt(place)
        if not index.isValid():
            self.menu_wanted.emit(frozenset(), self.viewport().mapToGlobal(place))
            return
        self.menu_wanted.emit(self.selected_ids(), self.viewport().mapToGlobal(place))

    def drawRow(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        area = QRectF(6, option.rect.y() + 1, self.viewport().width() - 12, option.rect.height() - 2)
        selected = self.selectionModel().isSelected(index)
        hovered = bool(option.state & QStyle.StateFlag.State_MouseOver)
        if selected or hovered:
            painter.save()
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setBrush(theme.selection() if selected else theme.hover())
            ring = selected and self.hasFocus() and index == self.currentIndex()
            painter.setPen(QPen(theme.accent(), 1) if ring else Qt.PenStyle.NoPen)
            painter.drawRoundedRect(area.adjusted(0.5, 0.5, -0.5, -0.5), theme.RADIUS, theme.RADIUS)
            painter.restore()
        super().drawRow(painter, option, index)

    def drawBranches(self, painter: QPainter, rect: QRect, index: Index) -> None:
        """A chevron in the colour of quiet text instead of the style's arrow."""
        if not self.model().hasChildren(index):
            return
        centre = QPointF(rect.right() - 7, rect.center().y() + 0.5)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        pen = QPen(theme.subtle_text(), 1.4)
        pen.setCapStyle(Qt.PenCapStyle.RoundCap)
        painter.setPen(pen)
        painter.translate(centre)
        painter.rotate(90 if self.isExpanded(index) else 0)
        painter.drawPolyline([QPointF(-1.5, -3.5), QPointF(2, 0), QPointF(-1.5, 3.5)])
        painter.restore()

    # -- drags

    def startDrag(self, actions: Qt.DropAction) -> None:
        ids = self.selected_ids()
        if not ids:
            return
        folder = self.tree().folder(self.currentIndex())
        title = folder.title if len(ids) == 1 and folder is not None else ""
        drag = QDrag(self)
        drag.setMimeData(drags.pack(drags.Payload(folders=ids, title=title)))
        drag.setPixmap(drag_picture(self, "ph.folder-simple", title or words.folders(len(ids))))
        drag.setHotSpot(QPoint(-8, -8))
        drag.exec(Qt.DropAction.MoveAction)
        drags.finish()

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        self._weigh(event)
        # A move over another row must be able to say otherwise.
        event.accept()

    def dragMoveEvent(self, event: QDragMoveEvent) -> None:
        self._weigh(event)
        self._scroll_near_edge(event.position().toPoint())

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        self._end_drag()

    def dropEvent(self, event: QDropEvent) -> None:
        drop, folder_id = self._drop_at(event)
        self._end_drag()
        if drop is None or not drop.allowed:
            event.ignore()
            return
        event.setDropAction(Qt.DropAction.CopyAction if drop.paths else Qt.DropAction.MoveAction)
        event.accept()
        self.dropped.emit(drop, folder_id)

    def _drop_at(self, event: QDropEvent) -> tuple[Drop | None, int | None]:
        index = self.indexAt(event.position().toPoint())
        folder = self.tree().folder(index)
        if folder is None:
            return weigh(event.mimeData(), None, "", ()), None
        return weigh(event.mimeData(), folder.id, folder.title, self.tree().ancestors(folder.id)), folder.id

    def _weigh(self, event: QDropEvent) -> None:
        drop, folder_id = self._drop_at(event)
        hint = DropHint.of(self)
        allowed = drop is not None and drop.allowed
        if drop is None:
            hint.hide()
        else:
            hint.say(drop.text, refused=not drop.allowed, files=bool(drop.paths))
        if allowed and drop is not None:
            event.setDropAction(Qt.DropAction.CopyAction if drop.paths else Qt.DropAction.MoveAction)
            event.accept()
        else:
            event.ignore()
        target = folder_id if allowed else None
        if target != self._delegate.drop_id:
            self._delegate.drop_id = target
            self.viewport().update()
        self._hover(self.indexAt(event.position().toPoint()))

    def _hover(self, index: QModelIndex) -> None:
        if self._hovered != index:
            self._hovered = QPersistentModelIndex(index)
            self._spring.start() if index.isValid() else self._spring.stop()

    def _spring_open(self) -> None:
        if self._hovered.isValid():
            self.expand(QModelIndex(self._hovered))

    def _scroll_near_edge(self, place: QPoint) -> None:
        bar = self.verticalScrollBar()
        if place.y() < 20:
            bar.setValue(bar.value() - 8)
        elif place.y() > self.viewport().height() - 20:
            bar.setValue(bar.value() + 8)

    def _end_drag(self) -> None:
        self._spring.stop()
        self._hovered = QPersistentModelIndex()
        self._delegate.drop_id = None
        DropHint.of(self).hide()
        self.viewport().update()

    def select_ids(self, ids: Iterable[int]) -> None:
        wanted = QItemSelection()
        for folder_id in ids:
            index = self.tree().index_of(folder_id)
            if index.isValid():
                wanted.select(index, index)
        self.selectionModel().select(wanted, QItemSelectionModel.SelectionFlag.ClearAndSelect)
