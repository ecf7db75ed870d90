"""A line of advice or warning at the top of what it is about, with at most two buttons."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Literal

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QWidget

from widgets import icons, theme
from widgets.controls.buttons import button, icon_button
from widgets.controls.labels import label

Tone = Literal["warning", "danger", "note"]
Button = tuple[str, Callable[[], object]]  # its words, and what it does
_ICONS = {"warning": "ph.warning", "danger": "ph.warning-octagon", "note": "ph.info"}


class Banner(QWidget):
    """Hidden until `say`."""

    closed = Signal()

    def __init__(self, tone: Tone = "warning", parent: QWidget | None = None, *, closable: bool = False) -> None:
        super().__init__(parent)
        self._tone: Tone = tone
        self._acts: tuple[Callable[[], object], ...] = ()
        self._icon = QLabel(self)
        self._icon.setFixedWidth(theme.ICON)
        self._text = label(wrap=True, parent=self)
        self._text.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Minimum)
        self._buttons = (button("", parent=self), button("", parent=self))
        for place, each in enumerate(self._buttons):
            each.clicked.connect(partial(self._act, place))
            each.hide()
        self._close = icon_button("ph.x", self.tr("Dismiss"), parent=self)
        self._close.clicked.connect(self.hide)
        self._close.clicked.connect(self.closed)
        self._close.setVisible(closable)
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 8, 12, 8)
        row.setSpacing(theme.GAP)
        row.addWidget(self._icon, 0, Qt.AlignmentFlag.AlignVCenter)
        row.addWidget(self._text, 1)
        for each in self._buttons:
            row.addWidget(each)
        row.addWidget(self._close)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
        self._tint()
        self.hide()

    @property
    def text(self) -> str:
        return self._text.text()

    def say(self, text: str, *buttons: Button) -> None:
        """Show the sentence and its buttons, two at most; an empty one hides the banner."""
        self._text.setText(text)
        self._acts = tuple(act for _title, act in buttons)
        for place, each in enumerate(self._buttons):
            each.setText(buttons[place][0] if place < len(buttons) else "")
            each.setVisible(place < len(buttons))
        self.setVisible(bool(text))

    def _act(self, place: int, _checked: bool = False) -> None:
        self._acts[place]()

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
