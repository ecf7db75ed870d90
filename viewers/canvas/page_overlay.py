"""What lies over a page besides shapes: hits of a search, selected text. The mouse goes through it to the canvas."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QObject, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from viewers.canvas.image_canvas import ImageCanvas
from viewers.canvas.overlay import ACCENT

_FOUND = QColor(255, 200, 0)
Rect = tuple[float, float, float, float]  # left, top, right, bottom in points


class PageOverlay(QWidget):
    def __init__(self, canvas: ImageCanvas) -> None:
        super().__init__(canvas)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setAttribute(Qt.WidgetAttribute.WA_NoSystemBackground)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._canvas = canvas
        self.hits: Sequence[Rect] = ()
        self.current: Sequence[Rect] = ()
        self.chosen: Sequence[Rect] = ()
        canvas.installEventFilter(self)
        canvas.view_changed.connect(self.update)
        self.setGeometry(canvas.rect())

    def show_found(self, hits: Sequence[Rect], current: Sequence[Rect]) -> None:
        self.hits, self.current = hits, current
        self.update()

    def show_chosen(self, rects: Sequence[Rect]) -> None:
        self.chosen = rects
        self.update()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize:
            self.setGeometry(self._canvas.rect())
        return False

    def paintEvent(self, event: QPaintEvent) -> None:
        if not (self.hits or self.current or self.chosen):
            return
        p = QPainter(self)
        p.setCompositionMode(QPainter.CompositionMode.CompositionMode_Multiply)  # what is read stays as black as it is
        for rects, color, alpha in ((self.hits, _FOUND, 0.32), (self.current, _FOUND, 0.45), (self.chosen, ACCENT, 0.35)):
            ground = QColor(color)
            ground.setAlphaF(alpha)
            for rect in rects:
                p.fillRect(self._on_screen(rect), ground)
        p.setCompositionMode(QPainter.CompositionMode.CompositionMode_SourceOver)
        p.setPen(QPen(QColor(160, 110, 0), 2))
        for rect in self.current:
            p.drawRect(self._on_screen(rect))
        p.end()

    def _on_screen(self, rect: Rect) -> QRectF:
        view = self._canvas.view
        corner, other = view.screen_point(rect[0], rect[1]), view.screen_point(rect[2], rect[3])
        return QRectF(QPointF(*corner), QPointF(*other)).normalized()
