"""A line of advice or warning at the top of what it is about, with at most two buttons."""

from __future__ import annotations

from typing import Literal

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QWidget

from widgets import icons, theme
from widgets.controls.buttons import button, icon_button
from widgets.controls.labels import label

Tone = Literal["warning", "danger", "note"]
_ICONS = {"warning": "ph.warning", "danger": "ph.warning-octagon", "note": "ph.info"}


class Banner(QWidget):
    """Hidden until `say`. `payload` is handed back with `action_wanted`."""

    action_wanted = Signal(object)
    closed = Signal()

    def __init__(self, tone: Tone = "warning", parent: QWidget | None = None, *, closable: bool = False) -> None:
        super().__init__(parent)
        self._tone: Tone = tone
        self._payload: object = None
        self._other_payload: object = None
        self._icon = QLabel(self)
        self._icon.setFixedWidth(theme.ICON)
        self._text = label(wrap=True, parent=self)
        self._text.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Minimum)
        self._action = button("", parent=self)
        self._action.clicked.connect(self._act)
        self._other = button("", parent=self)
        self._other.clicked.connect(self._act_otherwise)
        self._close = icon_button("ph.x", self.tr("Dismiss"), parent=self)
        self._close.clicked.connect(self.hide)
        self._close.clicked.connect(self.closed)
        self._close.setVisible(closable)
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 8, 12, 8)
        row.setSpacing(theme.GAP)
        row.addWidget(self._icon, 0, Qt.AlignmentFlag.AlignVCenter)
        row.addWidget(self._text, 1)
        row.addWidget(self._action)
        row.addWidget(self._other)
        row.addWidget(self._close)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
        self._tint()
        self.hide()

    @property
    def text(self) -> str:
        return self._text.text()

    def say(self, text: str, action: str = "", payload: object = None, *, other: tuple[str, object] = ("", None)) -> None:
        """Show the sentence; an empty one hides the banner. `other`: a second button, and what it hands back."""
        self._payload = payload
        self._other.setText(other[0])
        self._other.setVisible(bool(other[0]))
        self._other_payload = other[1]
        self._text.setText(text)
        self._action.setText(action)
        self._action.setVisible(bool(action))
        self.setVisible(bool(text))

    def _act(self) -> None:
        self.action_wanted.emit(self._payload)

    def _act_otherwise(self) -> None:
        self.action_wanted.emit(self._other_payload)

    def _color(self) -> QColor:
        return {"warning": theme.warning, "danger": theme.danger, "note": theme.accent}[self._tone]()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and hasattr(self, "_icon"):
            self._tint()

    def _tint(self) -> None:
        self._icon.setPixmap(icons.pixmap(_ICONS[self._tone], theme.ICON, self._color(), self.devicePixelRatioF()))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        ground = self._color()
        ground.setAlpha(28)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(ground)
        painter.drawRoundedRect(self.rect(), theme.RADIUS, theme.RADIUS)
