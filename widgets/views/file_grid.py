"""Cards of a million items: where a card lies is arithmetic, nothing is stored per item."""

from __future__ import annotations

from PySide6.QtCore import (
    QItemSelection,
    QItemSelectionModel,
    QItemSelectionRange,
    QModelIndex,
    QPersistentModelIndex,
    QPoint,
    QRect,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import (
    QColor,
    QContextMenuEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QRegion,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QAbstractItemView, QWidget

from storage.model.items import FileRow
from widgets import theme
from widgets.delegates.card import CAPTION, PAD, CardPainter, CardState, caption_area
from widgets.item_models.file_rows import FileRows
from widgets.thumbs import Thumbs
from widgets.views.file_drags import FileDrags
from widgets.views.thumb_cache import ThumbCache

THUMB_MIN, THUMB_MAX, THUMB_DEFAULT = 96, 320, 160
_MARGIN = 8

Index = QModelIndex | QPersistentModelIndex
_Flag = QItemSelectionModel.SelectionFlag


class FileGrid(FileDrags, QAbstractItemView):
    opened = Signal(int)  # item id
    zoomed = Signal(int)  # the wanted size of thumbnails, px

    def __init__(self, thumbs: Thumbs, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._thumb = THUMB_DEFAULT
        self._anchor: int | None = None
        self._moving = False
        self._band: QRect | None = None
        self._hovered = -1
        self._cache = ThumbCache(thumbs, self._wanted_rows, self)
        self._cache.arrived.connect(self._repaint_item)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOn)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setMouseTracking(True)
        # Opaque, so that scrolling moves pixels and paints only the strip that came into sight.
        self.viewport().setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setAccessibleName(self.tr("Items as pictures"))
        self.set_up_drags()
        self.doubleClicked.connect(self._open)

    # -- geometry

    @property
    def thumb_size(self) -> int:
        return self._thumb

    def set_thumb_size(self, size: int) -> None:
        """Zoom, keeping the row of cards at the top where it is."""
        size = max(THUMB_MIN, min(THUMB_MAX, size))
        if size == self._thumb:
            return
        bar = self.verticalScrollBar()
        first = max(0, (bar.value() - _MARGIN) // self._cell().height()) * self._columns()
        self._thumb = size
        self.updateGeometries()
        bar.setValue(_MARGIN + first // self._columns() * self._cell().height() if first else bar.value())
        self.viewport().update()

    def _columns(self) -> int:
        return max(1, (self.viewport().width() - 2 * _MARGIN) // (self._thumb + 2 * PAD + 6))

    def _cell(self) -> QSize:
        """Cards share the width left over, so the grid ends where the window does."""
        wide = max(self._thumb, (self.viewport().width() - 2 * _MARGIN) // self._columns())
        return QSize(wide, self._thumb + CAPTION + PAD + 6)

    def _rows(self) -> int:
        count = self._count()
        return -(-count // self._columns()) if count else 0

    def _count(self) -> int:
        return self.model().rowCount() if self.model() is not None else 0

    def cell_rect(self, number: int) -> QRect:
        """In viewport coordinates."""
        cell = self._cell()
        row, column = divmod(number, self._columns())
        top = _MARGIN + row * cell.height() - self.verticalOffset()
        return QRect(QPoint(_MARGIN + column * cell.width(), top), cell)

    def number_at(self, point: QPoint) -> int:
        cell = self._cell()
        x, y = point.x() - _MARGIN, point.y() - _MARGIN + self.verticalOffset()
        column = x // cell.width()
        if x < 0 or y < 0 or column >= self._columns():
            return -1
        number = y // cell.height() * self._columns() + column
        return number if number < self._count() else -1

    def visible_numbers(self) -> range:
        high, columns = self._cell().height(), self._columns()
        first = max(0, (self.verticalOffset() - _MARGIN) // high) * columns
        last = ((self.verticalOffset() + self.viewport().height()) // high + 1) * columns
        return range(first, max(first, min(last, self._count())))

    def _wanted_rows(self) -> list[FileRow]:
        """On screen first, then one screen further down."""
        seen = self.visible_numbers()
        beyond = range(seen.stop, min(self._count(), seen.stop + len(seen)))
        model = self.file_rows()
        return [row for number in (*seen, *beyond) if (row := model.row(number)) is not None]

    # -- what QAbstractItemView asks

    def visualRect(self, index: Index) -> QRect:
        return self.cell_rect(index.row()) if index.isValid() else QRect()

    def indexAt(self, point: QPoint) -> QModelIndex:
        number = self.number_at(point)
        return self.model().index(number, 0) if number >= 0 else QModelIndex()

    def scrollTo(self, index: Index, hint: QAbstractItemView.ScrollHint = QAbstractItemView.ScrollHint.EnsureVisible) -> None:
        if not index.isValid():
            return
        area, view, bar = self.visualRect(index), self.viewport().rect(), self.verticalScrollBar()
        if hint == QAbstractItemView.ScrollHint.PositionAtTop:
            bar.setValue(bar.value() + area.top() - _MARGIN)
        elif hint == QAbstractItemView.ScrollHint.PositionAtCenter:
            bar.setValue(bar.value() + area.center().y() - view.center().y())
        elif area.top() < view.top():
            bar.setValue(bar.value() + area.top() - _MARGIN)
        elif area.bottom() > view.bottom():
            bar.setValue(bar.value() + area.bottom() - view.bottom() + _MARGIN)

    def horizontalOffset(self) -> int:
        return 0

    def verticalOffset(self) -> int:
        return self.verticalScrollBar().value()

    def isIndexHidden(self, index: Index) -> bool:
        return False

    def moveCursor(self, action: QAbstractItemView.CursorAction, modifiers: Qt.KeyboardModifier) -> QModelIndex:
        count, columns = self._count(), self._columns()
        if not count:
            return QModelIndex()
        now = max(0, self.currentIndex().row()) if self.currentIndex().isValid() else -1
        page = max(1, self.viewport().height() // self._cell().height()) * columns
        step = QAbstractItemView.CursorAction
        moved = {
            step.MoveLeft: now - 1,
            step.MovePrevious: now - 1,
            step.MoveRight: now + 1,
            step.MoveNext: now + 1,
            step.MoveUp: now - columns if now >= columns else now,
            step.MoveDown: now + columns if now + columns < count else (count - 1 if self._below(now) else now),
            step.MovePageUp: now - page if now >= page else now % columns,
            step.MovePageDown: min(count - 1, now + page),
            step.MoveHome: 0,
            step.MoveEnd: count - 1,
        }[action]
        return self.model().index(max(0, min(count - 1, moved if now >= 0 else 0)), 0)

    def _below(self, number: int) -> bool:
        """Whether a further, shorter row of cards follows."""
        return number // self._columns() < (self._count() - 1) // self._columns()

    def setSelection(self, rect: QRect, command: QItemSelectionModel.SelectionFlag) -> None:
        if self._moving:
            self.selectionModel().select(self._in_band(rect.normalized()), command)
            return
        current = self.currentIndex().row()
        wanted = QItemSelection()
        if current >= 0 and (self.number_at(rect.topLeft()) >= 0 or self.number_at(rect.bottomRight()) >= 0):
            start = self._anchor if self._anchor is not None and command & _Flag.Current else current
            wanted = self._run(min(start, current), max(start, current))
        self.selectionModel().select(wanted, command)

    def _run(self, first: int, last: int) -> QItemSelection:
        model = self.model()
        made = QItemSelection()
        made.append(QItemSelectionRange(model.index(first, 0), model.index(last, model.columnCount() - 1)))
        return made

    def _in_band(self, band: QRect) -> QItemSelection:
        """Cards touched by the rubber band: one range a row of cards, or a single one where it spans all columns."""
        cell, columns, offset = self._cell(), self._columns(), self.verticalOffset()
        left = max(0, (band.left() - _MARGIN) // cell.width())
        right = min(columns - 1, (band.right() - _MARGIN) // cell.width())
        top = max(0, (band.top() + offset - _MARGIN) // cell.height())
        bottom = min(self._rows() - 1, (band.bottom() + offset - _MARGIN) // cell.height())
        made = QItemSelection()
        if left > right or top > bottom:
            return made
        if left == 0 and right == columns - 1:
            return self._run(top * columns, min(self._count(), (bottom + 1) * columns) - 1)
        for row in range(top, bottom + 1):
            first, last = row * columns + left, min(row * columns + right, self._count() - 1)
            if first <= last:
                made.merge(self._run(first, last), _Flag.Select)
        return made

    def visualRegionForSelection(self, selection: QItemSelection) -> QRegion:
        """All of the viewport: a repaint of what is visible costs less than adding up a million cards."""
        return QRegion(self.viewport().rect())

    def updateGeometries(self) -> None:
        bar, cell = self.verticalScrollBar(), self._cell()
        content = 2 * _MARGIN + self._rows() * cell.height()
        bar.setRange(0, max(0, content - self.viewport().height()))
        bar.setEnabled(bar.maximum() > 0)  # its room is kept, its handle is not drawn: nothing moves when it is needed
        bar.setPageStep(self.viewport().height())
        bar.setSingleStep(max(20, cell.height() // 3))
        super().updateGeometries()

    # -- events

    def resizeEvent(self, event: QResizeEvent) -> None:
        self.updateGeometries()
        super().resizeEvent(event)

    def rowsInserted(self, parent: Index, start: int, end: int) -> None:
        super().rowsInserted(parent, start, end)
        self.updateGeometries()
        self._repaint_from(start)

    def reset(self) -> None:
        super().reset()
        self._anchor = None
        self._hovered = -1
        self._cache.forget_failures()
        self.updateGeometries()

    def dataChanged(self, top_left: Index, bottom_right: Index, roles: list[int] | None = None) -> None:
        # Not the base class's way: it would ask for the rectangle of each changed card.
        self._cache.forget_failures()
        if bottom_right.row() >= self.visible_numbers().start:
            self._repaint_from(top_left.row())

    def _repaint_from(self, number: int) -> None:
        """This card and those after it; nothing where they lie below what is on screen, as most of many added ones do."""
        if number < self.visible_numbers().stop:
            self.viewport().update()

    def scrollContentsBy(self, dx: int, dy: int) -> None:
        self.viewport().scroll(0, dy)
        self._hovered = -1

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self.viewport())
        painter.fillRect(event.rect(), self.palette().base())
        painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform)
        model, selection = self.file_rows(), self.selectionModel()
        if model is None:
            return
        brush = CardPainter(painter, self.palette(), self.font(), self.devicePixelRatioF())
        current, focused = self.currentIndex().row(), self.hasFocus()
        for number in self.visible_numbers():
            cell = self.cell_rect(number)
            if not cell.intersects(event.rect()):
                continue
            row = model.row(number)
            thumb, waiting = self._cache.get(row) if row is not None else (None, False)
            state = CardState(
                selected=selection.isSelected(model.index(number, 0)),
                current=number == current,
                hovered=number == self._hovered,
                focused=focused,
            )
            brush.paint(cell, row, thumb, waiting, state)
        self._paint_band(painter)

    def _paint_band(self, painter: QPainter) -> None:
        if self._band is None:
            return
        tint = QColor(theme.accent())
        painter.setPen(tint)
        tint.setAlpha(40)
        painter.setBrush(tint)
        painter.drawRoundedRect(self._band, 3, 3)

    def _repaint_item(self, item_id: int) -> None:
        model = self.file_rows()
        for number in self.visible_numbers():
            if model.id_at(number) == item_id:
                self.viewport().update(self.cell_rect(number))
                return

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._band = None
        self._press_at = event.position().toPoint() + QPoint(0, self.verticalOffset())
        shift = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        super().mousePressEvent(event)
        self.remember_press(event)
        if not shift or self._anchor is None:
            self._anchor = self.currentIndex().row() if self.currentIndex().isValid() else None

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._hover(self.number_at(event.position().toPoint()))
        # A drag that begins on a card drags cards; anywhere else it draws a band.
        if self.drag_moved(event):
            return
        self._moving = True
        try:
            super().mouseMoveEvent(event)
        finally:
            self._moving = False
        if self.state() == QAbstractItemView.State.DragSelectingState:
            start = self._press_at - QPoint(0, self.verticalOffset())
            self._band = QRect(start, event.position().toPoint()).normalized()
            self.viewport().update()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        super().mouseReleaseEvent(event)
        if self._band is not None:
            self._band = None
            self.viewport().update()

    def leaveEvent(self, event: object) -> None:
        self._hover(-1)

    def _hover(self, number: int) -> None:
        if number != self._hovered:
            for each in (number, self._hovered):
                if each >= 0:
                    self.viewport().update(self.cell_rect(each))
            self._hovered = number

    def wheelEvent(self, event: QWheelEvent) -> None:
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self.zoomed.emit(self._thumb + (16 if event.angleDelta().y() > 0 else -16))
            event.accept()
            return
        super().wheelEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.currentIndex().isValid():
            self._open(self.currentIndex())
            return
        shift = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        if self._anchor is None and self.currentIndex().isValid():
            self._anchor = self.currentIndex().row()
        super().keyPressEvent(event)
        if not shift:
            self._anchor = self.currentIndex().row() if self.currentIndex().isValid() else None

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        self.customContextMenuRequested.emit(event.pos())

    def _open(self, index: Index) -> None:
        self.opened.emit(self.file_rows().id_at(index.row()))

    def rename_area(self, number: int) -> QRect:
        return caption_area(self.cell_rect(number))

    def file_rows(self) -> FileRows:
        model: FileRows = self.model()
        return model
