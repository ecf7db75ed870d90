"""Dragging items out of a list, and dropping files of the desktop on it; shared by grid and table."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtGui import (
    QDrag,
    QDragEnterEvent,
    QDragLeaveEvent,
    QDragMoveEvent,
    QDropEvent,
    QMouseEvent,
    QPainter,
    QPixmap,
)
from PySide6.QtWidgets import QAbstractItemView, QApplication, QWidget

from storage.model.query import ItemSelection
from widgets import drags, icons, theme, words
from widgets.controls.drop_frame import DropFrame
from widgets.controls.drop_hint import DropHint
from widgets.item_models.file_rows import RowRole
from widgets.item_models.selections import selected_items

#: More originals than this are not offered to other programs: reading their paths would hold up the drag.
PATHS_BELOW = 1000


class FileDrags:
    """A mixin for views of `FileRows`. Set `paths_of`, `drop_title` and `on_drop` from the panel."""

    paths_of: Callable[[ItemSelection], list[str]] | None = None
    drop_title: Callable[[], str | None] | None = None  # the folder's title, None: nothing can be dropped here
    on_drop: Callable[[list[str]], None] | None = None
    press_place: QPoint | None = None  # where a press on an item began

    def set_up_drags(self: QAbstractItemView) -> None:
        self.setDragEnabled(True)
        self.setAcceptDrops(True)
        self.setDropIndicatorShown(False)
        self.setDragDropMode(QAbstractItemView.DragDropMode.DragDrop)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)

    def remember_press(self: QAbstractItemView, event: QMouseEvent) -> None:
        place = event.position().toPoint()
        plain = event.button() == Qt.MouseButton.LeftButton and not event.modifiers() & Qt.KeyboardModifier.ShiftModifier
        self.press_place = place if plain and self.indexAt(place).isValid() else None

    def drag_moved(self: QAbstractItemView, event: QMouseEvent) -> bool:
        """True: this move belongs to a drag of items. The base class would need `flags()` of every row for that."""
        if self.press_place is None or not event.buttons() & Qt.MouseButton.LeftButton:
            return False
        if (event.position().toPoint() - self.press_place).manhattanLength() >= QApplication.startDragDistance():
            self.press_place = None
            self.startDrag(Qt.DropAction.MoveAction | Qt.DropAction.CopyAction)
        return True

    def startDrag(self: QAbstractItemView, actions: Qt.DropAction) -> None:
        selection = selected_items(self.model(), self.selectionModel().selection())
        if not selection.count:
            return
        row = self.currentIndex().data(RowRole)
        title = row.title if selection.count == 1 and row is not None else ""
        paths = self.paths_of(selection) if self.paths_of is not None and selection.count < PATHS_BELOW else []
        drag = QDrag(self)
        drag.setMimeData(drags.pack(drags.Payload(items=selection, title=title), paths))
        text = title or words.items(selection.count)
        drag.setPixmap(drag_picture(self, "ph.file", text))
        drag.setHotSpot(QPoint(-8, -8))
        drag.exec(Qt.DropAction.MoveAction | Qt.DropAction.CopyAction, Qt.DropAction.MoveAction)
        drags.finish()

    def dragEnterEvent(self: QAbstractItemView, event: QDragEnterEvent) -> None:
        _weigh(self, event)

    def dragMoveEvent(self: QAbstractItemView, event: QDragMoveEvent) -> None:
        _weigh(self, event)

    def dragLeaveEvent(self: QAbstractItemView, event: QDragLeaveEvent) -> None:
        DropHint.of(self).hide()
        DropFrame.of(self).hide()

    def dropEvent(self: QAbstractItemView, event: QDropEvent) -> None:
        DropHint.of(self).hide()
        DropFrame.of(self).hide()
        paths = drags.paths_of(event.mimeData())
        if paths and self.on_drop is not None:
            event.setDropAction(Qt.DropAction.CopyAction)
            event.accept()
            self.on_drop(paths)
        else:
            event.ignore()


def _weigh(view: QAbstractItemView, event: QDropEvent) -> None:
    paths = drags.paths_of(event.mimeData())
    title = view.drop_title() if view.drop_title is not None else None
    if not paths or title is None:
        event.ignore()
        return
    count = view.tr("1 file or folder") if len(paths) == 1 else view.tr("{0} files and folders").format(len(paths))
    DropHint.of(view).say(view.tr("Add {0} to {1}").format(count, title), files=True)
    DropFrame.of(view).show_over()
    event.setDropAction(Qt.DropAction.CopyAction)
    event.accept()


def drag_picture(widget: QWidget, icon: str, text: str) -> QPixmap:
    """The chip that follows the pointer: how many, or which."""
    shown = widget.fontMetrics().elidedText(text, Qt.TextElideMode.ElideMiddle, 240)
    wide, high = widget.fontMetrics().horizontalAdvance(shown) + 44, 30
    ratio = widget.devicePixelRatioF()
    made = QPixmap(round(wide * ratio), round(high * ratio))
    made.setDevicePixelRatio(ratio)
    made.fill(Qt.GlobalColor.transparent)
    painter = QPainter(made)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(theme.accent())
    painter.setBrush(widget.palette().base())
    painter.drawRoundedRect(QRect(0, 0, wide - 1, high - 1), theme.RADIUS, theme.RADIUS)
    icons.paint(painter, QRect(10, 7, 16, 16), icon, theme.accent())
    painter.setPen(theme.text())
    painter.setFont(widget.font())
    painter.drawText(QRect(34, 0, wide - 40, high), Qt.AlignmentFlag.AlignVCenter, shown)
    painter.end()
    return made
