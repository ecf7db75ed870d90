"""A frame around the place that would take what is being dragged."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from widgets import theme


class DropFrame(QWidget):
    """Lies over its parent, takes no mouse."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.hide()

    @staticmethod
    def of(widget: QWidget) -> DropFrame:
        found = widget.findChild(DropFrame, options=Qt.FindChildOption.FindDirectChildrenOnly)
        return found if found is not None else DropFrame(widget)

    def show_over(self) -> None:
        parent = self.parentWidget()
        self.setGeometry(parent.rect())
        self.raise_()
        self.show()

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        fill = QColor(theme.accent())
        fill.setAlphaF(0.06)
        painter.setPen(QPen(theme.accent(), 2))
        painter.setBrush(fill)
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(5, 5, -5, -5), theme.RADIUS, theme.RADIUS)
