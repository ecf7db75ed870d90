"""The slider of a film: every frame has its place, the one under the pointer says its time, the loop is marked."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPoint, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPalette, QWheelEvent
from PySide6.QtWidgets import QSlider, QToolTip, QWidget

from viewers.scene.frame_clock import FrameClock
from viewers.scene.playback import Loop

_HANDLE = 12  # px, as the style sheet says


class FrameSlider(QSlider):
    """Dragging tells `dragged`, letting go `let_go`; keys and the wheel tell `stepped`. It shows what it is told to show."""

    dragged = Signal(int)
    let_go = Signal()
    stepped = Signal(int)  # so many frames

    def __init__(self, clock: FrameClock, parent: QWidget | None = None) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        self._clock = clock
        self._loop: Loop | None = None
        self.setRange(0, clock.count - 1)
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setMinimumWidth(80)
        self.setAccessibleName(self.tr("Frame"))
        self.setAccessibleDescription(self.tr("Left and right go from frame to frame, Page Up and Page Down by ten."))

    def show_frame(self, frame: int) -> None:
        if not self.isSliderDown():
            self.setValue(frame)

    def show_loop(self, loop: Loop | None) -> None:
        """A loop over the whole film needs no mark."""
        whole = loop is not None and loop.first == 0 and loop.last >= self._clock.count - 1
        self._loop = None if whole else loop
        self.update()

    def frame_under(self, x: float) -> int:
        span = max(1, self.width() - _HANDLE)
        share = min(max((x - _HANDLE / 2) / span, 0.0), 1.0)
        if self.layoutDirection() == Qt.LayoutDirection.RightToLeft:
            share = 1 - share
        return round(share * self.maximum())

    def x_of(self, frame: int) -> float:
        share = frame / max(1, self.maximum())
        if self.layoutDirection() == Qt.LayoutDirection.RightToLeft:
            share = 1 - share
        return _HANDLE / 2 + share * (self.width() - _HANDLE)

    # -- mouse and keys

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() != Qt.MouseButton.LeftButton:
            event.ignore()
            return
        self.setSliderDown(True)
        self._drag(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self.isSliderDown():
            self._drag(event)
        self._tell_time(event.position().x())

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self.isSliderDown() and event.button() == Qt.MouseButton.LeftButton:
            self.setSliderDown(False)
            self.let_go.emit()

    def _drag(self, event: QMouseEvent) -> None:
        frame = self.frame_under(event.position().x())
        self.setValue(frame)
        self.dragged.emit(frame)

    def _tell_time(self, x: float) -> None:
        frame = self.frame_under(x)
        at = self.mapToGlobal(QPoint(round(x), -44))
        QToolTip.showText(at, f"{self._clock.text(frame)}   {frame:,}", self, self.rect())

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip:
            return True  # it is shown as the pointer moves
        return super().event(event)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """One notch, one frame: forward is down, as in a list."""
        delta = event.angleDelta().y() or event.angleDelta().x()
        if delta:
            self.stepped.emit(-1 if delta > 0 else 1)
        event.accept()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        steps: dict[int, int] = {
            Qt.Key.Key_Left: -1, Qt.Key.Key_Down: -1, Qt.Key.Key_Right: 1, Qt.Key.Key_Up: 1,
            Qt.Key.Key_PageUp: -10, Qt.Key.Key_PageDown: 10,
            Qt.Key.Key_Home: -self._clock.count, Qt.Key.Key_End: self._clock.count,
        }  # fmt: skip
        if event.key() in steps and event.modifiers() in (Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.KeypadModifier):
            self.stepped.emit(steps[event.key()])
        else:
            event.ignore()

    # -- looks

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._loop is not None:
            painter = QPainter(self)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(Qt.PenStyle.NoPen)
            accent = QColor(self.palette().color(QPalette.ColorRole.Accent))
            accent.setAlphaF(0.28)
            painter.setBrush(accent)
            left, right = sorted((self.x_of(self._loop.first), self.x_of(self._loop.last)))
            painter.drawRoundedRect(QRectF(left - 2, self.height() / 2 - 5, right - left + 4, 10), 3, 3)
            painter.end()
        super().paintEvent(event)
