"""The rail at the left edge: the places of the program, and below them jobs, settings and the person."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QRect, QSize, Qt, Signal, Slot
from PySide6.QtGui import QColor, QFont, QIcon, QPainter, QPaintEvent, QPalette
from PySide6.QtWidgets import QAbstractButton, QButtonGroup, QVBoxLayout, QWidget

from widgets import theme

WIDTH = 80


@dataclass(frozen=True, slots=True)
class Place:
    id: str
    title: str
    icon: str
    below: bool = False


class RailButton(QAbstractButton):
    """An icon over a small word; the chosen one has a soft ground and an accent edge."""

    def __init__(self, place: Place, icon: Callable[[str], QIcon], parent: QWidget) -> None:
        super().__init__(parent)
        self.place, self._icon_of = place, icon
        self.badge = 0
        self.setText(place.title)
        self.setCheckable(True)
        self.setAccessibleName(place.title)
        self.setToolTip(place.title)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)

    def sizeHint(self) -> QSize:
        return QSize(WIDTH, 58)

    def set_badge(self, count: int) -> None:
        if count != self.badge:
            self.badge = count
            self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        accent, text = theme.accent(), theme.text()
        ground = QRect(6, 3, self.width() - 12, self.height() - 6)
        if self.isChecked() or (self.underMouse() and self.isEnabled()):
            tint = QColor(accent if self.isChecked() else text)
            tint.setAlphaF(0.16 if self.isChecked() else 0.06)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(tint)
            painter.drawRoundedRect(ground, 8, 8)
        if self.hasFocus():
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(accent)
            painter.drawRoundedRect(ground.adjusted(0, 0, -1, -1), 8, 8)
        if not self.isChecked():
            text.setAlphaF(0.72)
        if not self.isEnabled():
            painter.setOpacity(0.45)
        self._icon_of(self.place.icon).paint(painter, QRect((self.width() - 22) // 2, 11, 22, 22))
        font = QFont(self.font())
        font.setPixelSize(11)
        painter.setFont(font)
        painter.setPen(text)
        painter.drawText(QRect(0, 35, self.width(), 16), Qt.AlignmentFlag.AlignCenter, self.text())
        if self.badge:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(accent)
            spot = QRect(self.width() // 2 + 6, 7, 16, 16)
            painter.drawEllipse(spot)
            painter.setPen(self.palette().color(QPalette.ColorRole.BrightText))
            font.setPixelSize(10)
            painter.setFont(font)
            painter.drawText(spot, Qt.AlignmentFlag.AlignCenter, str(min(self.badge, 99)))


class Rail(QWidget):
    chosen = Signal(str)

    def __init__(self, places: list[Place], icon: Callable[[str], QIcon], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("rail")
        self._group = QButtonGroup(self)
        self._buttons: dict[str, RailButton] = {}
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 8, 0, 8)
        layout.setSpacing(2)
        for above in (True, False):
            for place in places:
                if place.below is above:
                    continue
                button = RailButton(place, icon, self)
                self._buttons[place.id] = button
                self._group.addButton(button)
                layout.addWidget(button)
            if above:
                layout.addStretch(1)
        self._group.buttonClicked.connect(self._on_clicked)
        self.setFixedWidth(WIDTH)

    def choose(self, place_id: str | None) -> None:
        """Show a place as the present one, without a signal; None: no place (an editor is open)."""
        if place_id is None:
            self._group.setExclusive(False)
            for button in self._buttons.values():
                button.setChecked(False)
            self._group.setExclusive(True)
        else:
            self._buttons[place_id].setChecked(True)

    def title(self, place_id: str) -> str:
        return self._buttons[place_id].text()

    def set_badge(self, place_id: str, count: int) -> None:
        self._buttons[place_id].set_badge(count)

    @Slot(QAbstractButton)
    def _on_clicked(self, button: QAbstractButton) -> None:
        assert isinstance(button, RailButton)
        self.chosen.emit(button.place.id)
