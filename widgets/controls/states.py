"""The states of a screen other than full: empty, loading, failed."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt, QTimer, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from storage.errors import PostilError
from widgets import icons, theme
from widgets.controls.buttons import button
from widgets.controls.labels import label

SKELETON_AFTER_MS = 150
_TEXT_WIDTH = 420


class StatePanel(QWidget):
    """An icon, what this is, a sentence, and at most two buttons."""

    action_wanted = Signal()
    second_wanted = Signal()

    def __init__(
        self, icon: str, title: str, text: str = "", action: str = "", second: str = "", parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._icon_name = icon
        self._icon = QLabel()
        self._icon.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._title = label(title, "title")
        self._text = label(text, "quiet", wrap=True)
        self._action = button(action, primary=True)
        self._second = button(second)
        self._action.clicked.connect(self.action_wanted)
        self._second.clicked.connect(self.second_wanted)
        self._lay_out()
        self.say(title, text, action, second)
        self._tint()

    def _lay_out(self) -> None:
        centre = Qt.AlignmentFlag.AlignCenter
        for each in (self._title, self._text):
            each.setAlignment(centre)
        buttons = QHBoxLayout()
        buttons.setSpacing(theme.GAP)
        buttons.addStretch()
        buttons.addWidget(self._action)
        buttons.addWidget(self._second)
        buttons.addStretch()
        column = QVBoxLayout(self)
        column.setContentsMargins(theme.GROUP, theme.GROUP, theme.GROUP, theme.GROUP)
        column.setSpacing(theme.GAP)
        column.addStretch(2)
        column.addWidget(self._icon)
        column.addSpacing(theme.INSIDE)
        column.addWidget(self._title)
        column.addWidget(self._text, 0, centre)
        column.addSpacing(theme.GAP)
        column.addLayout(buttons)
        column.addStretch(3)

    @property
    def buttons(self) -> tuple[QWidget, QWidget]:
        return self._action, self._second

    def say(self, title: str, text: str, action: str = "", second: str = "") -> None:
        self._title.setText(title)
        self._text.setText(text)
        self._text.setVisible(bool(text))
        self._action.setText(action)
        self._action.setVisible(bool(action))
        self._second.setText(second)
        self._second.setVisible(bool(second))
        self._fit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        """A centred label that wraps gets its height from its width only when it is told both."""
        self._text.ensurePolished()  # its font decides its height
        self._text.setMinimumSize(0, 0)  # else the height it had at another width would be the least
        wide = max(160, min(_TEXT_WIDTH, self.width() - 4 * theme.GROUP))
        high = self._text.heightForWidth(wide)
        while wide > 160 and self._text.heightForWidth(wide - 10) == high:
            wide -= 10  # lines of about one length, none of a single word
        self._text.setFixedSize(wide, max(0, high))

    def changeEvent(self, event: object) -> None:
        super().changeEvent(event)
        if event.type() == event.Type.PaletteChange and hasattr(self, "_icon"):
            self._tint()

    def _tint(self) -> None:
        self._icon.setPixmap(icons.pixmap(self._icon_name, 48, theme.subtle_text(), self.devicePixelRatioF()))


class FailedPanel(StatePanel):
    """What failed, why, what to do, and Retry."""

    retry_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("ph.warning-circle", "", "", "", "", parent)
        self.action_wanted.connect(self.retry_wanted)

    def show_error(self, what: str, error: Exception) -> None:
        if isinstance(error, PostilError):
            why = f"{error.reason} {error.remedy}".strip()
        else:
            why = f"{type(error).__name__}: {error}"
        self.say(what, why, self.tr("Try again"))


class Skeleton(QWidget):
    """Grey shapes where rows or cards will be. Nothing is drawn before 150 ms, so quick answers never flash."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.cell: tuple[int, int] | None = None  # width and height of a card; None: rows
        self._visible = False
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(SKELETON_AFTER_MS)
        self._timer.timeout.connect(self._reveal)

    def start(self) -> None:
        self._visible = False
        self._timer.start()

    def stop(self) -> None:
        self._timer.stop()
        self._visible = False

    def _reveal(self) -> None:
        self._visible = True
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), self.palette().base())
        if not self._visible:
            return
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.hover())
        if self.cell is None:
            for top in range(theme.GAP, self.height(), theme.ROW):
                painter.drawRoundedRect(QRectF(theme.GAP, top + 8, self.width() * 0.35, 12), 4, 4)
            return
        wide, high = self.cell
        for top in range(theme.GAP, self.height(), high):
            for left in range(theme.GAP, self.width() - wide // 2, wide):
                painter.drawRoundedRect(QRectF(left + 4, top + 4, wide - 8, high - 44), theme.RADIUS, theme.RADIUS)
                painter.drawRoundedRect(QRectF(left + 4, top + high - 34, wide * 0.6, 10), 4, 4)
