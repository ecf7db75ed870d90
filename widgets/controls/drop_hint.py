"""Says beside the pointer what a drop here would do, or why it cannot be done here."""

from __future__ import annotations

from PySide6.QtCore import QPoint, Qt, QTimer, Signal
from PySide6.QtGui import QCursor
from PySide6.QtWidgets import QLabel, QWidget

from widgets import theme

_OFFSET = QPoint(10, 46)  # below what is dragged


class DropHint(QLabel):
    """One per window, found by `of`. It hides by itself when drag events stop coming."""

    files_near = Signal()  # files of the desktop may be dropped soon

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self.setObjectName("drop-hint")
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setContentsMargins(theme.GAP, theme.INSIDE, theme.GAP, theme.INSIDE)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(700)
        self._timer.timeout.connect(self.hide)
        self.hide()

    @staticmethod
    def of(widget: QWidget) -> DropHint:
        window = widget.window()
        found = window.findChild(DropHint, "drop-hint")
        return found if found is not None else DropHint(window)

    def say(self, text: str, *, refused: bool = False, files: bool = False) -> None:
        if files:
            self.files_near.emit()
        self.setProperty("refused", refused)
        ground = theme.danger() if refused else theme.accent()
        ink = self.palette().color(self.palette().ColorRole.BrightText)
        self.setStyleSheet(f"background: {ground.name()}; color: {ink.name()}; border-radius: {theme.RADIUS}px;")
        self.setText(text)
        self.adjustSize()
        place = self.window().mapFromGlobal(QCursor.pos()) + _OFFSET
        room = self.window().rect()
        place.setX(max(0, min(place.x(), room.width() - self.width())))
        place.setY(max(0, min(place.y(), room.height() - self.height())))
        self.move(place)
        self.raise_()
        self.show()
        self._timer.start()
