"""A folder in the tree: icon, title, the number of its items."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QObject, QPersistentModelIndex, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPalette
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from storage.model.items import Folder
from widgets import icons, theme, words
from widgets.item_models.folder_tree import CountRole, FolderRole, icon_of


class FolderDelegate(QStyledItemDelegate):
    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.drop_id: int | None = None  # the folder a drag hovers, outlined

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        return QSize(120, theme.ROW)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> None:
        folder: Folder | None = index.data(FolderRole)
        if folder is None:
            return
        palette: QPalette = option.palette
        area: QRect = option.rect
        target = folder.id == self.drop_id
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if target:
            painter.setPen(palette.color(QPalette.ColorRole.Accent))
            painter.setBrush(palette.color(QPalette.ColorRole.Highlight))
            painter.drawRoundedRect(QRectF(area).adjusted(1.5, 1.5, -1.5, -1.5), theme.RADIUS, theme.RADIUS)
        selected = bool(option.state & QStyle.StateFlag.State_Selected)
        tint = palette.color(QPalette.ColorRole.Accent if selected or target else QPalette.ColorRole.PlaceholderText)
        ratio = painter.device().devicePixelRatioF()
        painter.drawPixmap(area.x() + 4, area.center().y() - 7, icons.pixmap(icon_of(folder), 16, tint, ratio))
        count = index.data(CountRole)
        number = words.number(count) if count else ""
        small = theme.font(theme.SMALL)
        painter.setFont(small)
        painter.setPen(palette.color(QPalette.ColorRole.PlaceholderText))
        middle = Qt.AlignmentFlag.AlignVCenter
        painter.drawText(area.adjusted(0, 0, -10, 0), middle | Qt.AlignmentFlag.AlignRight, number)
        taken = len(number) * 7 + 16 if number else 8
        room = QRect(area.x() + 26, area.y(), area.width() - 26 - taken, area.height())
        painter.setFont(option.font)
        painter.setPen(palette.color(QPalette.ColorRole.Text))
        shown = option.fontMetrics.elidedText(words.name(folder.title), Qt.TextElideMode.ElideRight, room.width())
        painter.drawText(room, middle | Qt.AlignmentFlag.AlignLeft, shown)
        painter.restore()
