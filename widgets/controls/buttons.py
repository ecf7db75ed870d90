"""Buttons in the few forms that the window uses."""

from __future__ import annotations

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QDragEnterEvent, QDragLeaveEvent, QDropEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractButton, QFrame, QPushButton, QToolButton, QWidget

from widgets import icons, theme


def icon_button(name: str, accessible: str, *, tip: str = "", parent: QWidget | None = None) -> QToolButton:
    """A button that carries only an icon; its name is for screen readers and, without a tip, the tooltip."""
    made = QToolButton(parent)
    made.setIcon(icons.icon(name))
    made.setIconSize(QSize(theme.ICON, theme.ICON))
    made.setAccessibleName(accessible)
    made.setToolTip(tip or accessible)
    made.setAutoRaise(True)
    made.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    return made


def button(
    text: str,
    icon: str = "",
    *,
    primary: bool = False,
    quiet: bool = False,
    danger: bool = False,
    parent: QWidget | None = None,
) -> QPushButton:
    made = QPushButton(text, parent)
    for name, value in (("primary", primary), ("quiet", quiet), ("danger", danger)):
        if value:
            made.setProperty(name, True)
    if icon:
        tint = made.palette().color(made.palette().ColorRole.BrightText) if primary else None
        made.setIcon(icons.icon(icon, tint))
        made.setIconSize(QSize(theme.ICON + 3, theme.ICON))
    made.setAutoDefault(False)
    return made


def line(parent: QWidget | None = None) -> QFrame:
    made = QFrame(parent)
    made.setProperty("role", "line")
    return made


class PlaceButton(QAbstractButton):
    """A row of the sidebar outside the tree (All files, Trash). It shows that a drag is over it; whether one may land is told by who takes it."""

    def __init__(self, text: str, icon: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setText(text)
        self._icon = icon
        self._count = ""
        self._over = False
        self.setCheckable(True)
        self.setFixedHeight(theme.ROW + 4)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)

    def set_count(self, text: str) -> None:
        self._count = text
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(160, theme.ROW + 4)

    def enterEvent(self, event: object) -> None:
        self.update()

    def leaveEvent(self, event: object) -> None:
        self.update()

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        self._over = True
        self.update()

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        self._over = False
        self.update()

    def dropEvent(self, event: QDropEvent) -> None:
        self._over = False
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        area = self.rect().adjusted(6, 2, -6, -2)
        ground = theme.selection() if self.isChecked() or self._over else theme.hover() if self.underMouse() else None
        if ground is not None:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(ground)
            painter.drawRoundedRect(area, theme.RADIUS, theme.RADIUS)
        if self.hasFocus():
            painter.setPen(theme.accent())
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(area, theme.RADIUS, theme.RADIUS)
        ink = self.palette().color(self.foregroundRole())
        icons.paint(painter, QRect(area.x() + 8, area.center().y() - 7, 16, 16), self._icon, theme.subtle_text())
        painter.setPen(ink)
        middle = Qt.AlignmentFlag.AlignVCenter
        painter.drawText(area.adjusted(32, 0, -8, 0), middle | Qt.AlignmentFlag.AlignLeft, self.text())
        painter.setPen(theme.subtle_text())
        painter.drawText(area.adjusted(32, 0, -8, 0), middle | Qt.AlignmentFlag.AlignRight, self._count)
