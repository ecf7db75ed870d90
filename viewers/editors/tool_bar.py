"""The slim tool bar at the left of the canvas: the tools that the ontology's classes can use, one button each."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from PySide6.QtCore import QSize, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QAction, QColor, QIcon, QKeyEvent, QPainter, QPixmap, QResizeEvent
from PySide6.QtWidgets import QButtonGroup, QFrame, QGridLayout, QMenu, QToolButton, QWidget

from storage.model.ontology import ObjectClass
from viewers.editors.actions import ICONS

Icon = Callable[[str], QIcon]

#: A little room before these: selecting, drawing, painting, helping.
STARTS_GROUP = ("brush", "slice")
SIDE, ROOM, GAP = 32, 2, 8


def strip_button(parent: QWidget, icon: QIcon, name: str) -> QToolButton:
    """As on all bars and strips: flat, and keys stay with the canvas."""
    button = QToolButton(parent)
    button.setAutoRaise(True)
    button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    button.setIcon(icon)
    button.setIconSize(QSize(20, 20))
    button.setToolTip(name)
    button.setAccessibleName(name)
    return button


class Strip(QFrame):
    """Over or below a canvas, with fields to type into."""

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter has done what it could in the field; at the canvas it would draw, or answer for what is selected."""
        if event.key() not in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            super().keyPressEvent(event)


class ToolBar(QFrame):
    tool_wanted = Signal(str)
    class_wanted = Signal(str)  # feature hash, picked from the list of a button
    adjust_wanted = Signal()

    def __init__(self, icon: Icon, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("toolBar")
        self._icon = icon
        self._buttons: dict[str, QToolButton] = {}
        self._gaps: list[QWidget] = []
        self._order: list[QWidget] = []  # buttons and gaps, from the top
        self._columns = 0
        self._laid_out = False
        self._later = QTimer(self)
        self._later.setSingleShot(True)
        self._later.timeout.connect(self._fit)
        self._group = QButtonGroup(self)
        self._layout = QGridLayout(self)
        self._layout.setContentsMargins(4, 4, 4, 4)
        self._layout.setSpacing(ROOM)
        self.adjust_button = self._button("adjust", "mdi6.tune-vertical", "Brightness, contrast, channels, names, grid")
        self.adjust_button.clicked.connect(self._adjust)
        self._arrange(1)

    def show_tools(self, tools: Sequence[tuple[str, str, str]], classes: Mapping[str, Sequence[ObjectClass]]) -> None:
        """`tools` are (id, title, keys); `classes` those that each tool can draw, listed under a press held down."""
        self._clear()
        before = ""
        for tool_id, title, keys in tools:
            if before and (tool_id in STARTS_GROUP or before == "lasso"):
                gap = QWidget(self)
                gap.setFixedHeight(GAP)
                self._gaps.append(gap)
                self._order.append(gap)
            button = self._tool_button(tool_id, title, keys, classes.get(tool_id, ()))
            self._group.addButton(button)
            self._buttons[tool_id] = button
            self._order.append(button)
            before = tool_id
        self._columns = 0
        self._arrange(self._fitting(self.height() if self._laid_out else self._height_to_come()))

    # -- one column, or two where there is no room for all

    def minimumSizeHint(self) -> QSize:
        """A low window is not kept high by its tools."""
        return QSize(self._layout.minimumSize().width(), self._height(2))

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._laid_out = True
        columns = self._fitting(event.size().height())
        if columns != self._columns:
            self._later.start()  # not now: all around is being laid out, and would not take another width

    @Slot()
    def _fit(self) -> None:
        self._arrange(self._fitting(self.height()))

    def _height_to_come(self) -> int:
        """Of what is seen already and holds it: were its width another at first, all beside it would be laid out twice."""
        place = self.parentWidget()
        while place is not None and not place.isVisible():
            place = place.parentWidget()
        return place.height() if place is not None else 0

    def _fitting(self, height: int) -> int:
        return 1 if height <= 0 or self._height(1) <= height else 2

    def _height(self, columns: int) -> int:
        """That the buttons take in so many columns; each group begins a row."""
        total, run = 2 * 4 + SIDE, 0
        for widget in (*self._order, None):
            if widget is not None and widget not in self._gaps:
                run += 1
                continue
            total += -(-run // columns) * (SIDE + ROOM) + (GAP + ROOM if widget is not None else 0)
            run = 0
        return total

    def _arrange(self, columns: int) -> None:
        if columns == self._columns:
            return
        self._columns = columns
        for widget in (*self._order, self.adjust_button):
            self._layout.removeWidget(widget)
        for row in range(self._layout.rowCount()):
            self._layout.setRowStretch(row, 0)
        row = column = 0
        for widget in self._order:
            if widget in self._gaps:
                row, column = row + (column > 0), 0
                self._layout.addWidget(widget, row, 0, 1, columns)
                row += 1
                continue
            self._layout.addWidget(widget, row, column)
            row, column = (row, column + 1) if column + 1 < columns else (row + 1, 0)
        row += column > 0
        self._layout.setRowStretch(row, 1)
        self._layout.addWidget(self.adjust_button, row + 1, 0)
        self.updateGeometry()

    def _clear(self) -> None:
        for button in self._buttons.values():
            self._group.removeButton(button)
        for widget in (*self._buttons.values(), *self._gaps):
            self._layout.removeWidget(widget)
            widget.hide()
            widget.deleteLater()
        self._buttons.clear()
        self._gaps.clear()
        self._order.clear()

    def _tool_button(self, tool_id: str, title: str, keys: str, known: Sequence[ObjectClass]) -> QToolButton:
        tip = title + (f"  ({keys})" if keys else "")
        if known:
            tip += "\n" + ", ".join(c.name for c in known[:6]) + (" …" if len(known) > 6 else "")
        button = self._button(tool_id, ICONS[tool_id], tip)
        button.setCheckable(True)
        button.setAccessibleName(title)
        button.clicked.connect(self._clicked)
        if len(known) > 1:
            button.setMenu(self._menu(known, button))
            button.setPopupMode(QToolButton.ToolButtonPopupMode.DelayedPopup)
        return button

    def button(self, tool_id: str) -> QToolButton | None:
        return self._buttons.get(tool_id)

    def show_adjusted(self, on: bool) -> None:
        """The picture is not shown as it is."""
        self.adjust_button.setCheckable(on)
        self.adjust_button.setChecked(on)

    def mark(self, tool_id: str) -> None:
        """The tool in hand, whoever armed it."""
        button, present = self._buttons.get(tool_id), self._group.checkedButton()
        if button is not None:
            button.setChecked(True)
        elif present is not None:
            self._group.setExclusive(False)
            present.setChecked(False)
            self._group.setExclusive(True)

    def _button(self, tool_id: str, icon: str, tip: str) -> QToolButton:
        button = strip_button(self, self._icon(icon), tip)
        button.setObjectName(tool_id)
        button.setFixedSize(SIDE, SIDE)
        button.setAccessibleName(tip.split("\n")[0])
        return button

    def _menu(self, classes: Sequence[ObjectClass], button: QToolButton) -> QMenu:
        menu = QMenu(button)
        for known in classes:
            action = QAction(swatch(known.color), known.name, menu)
            action.setData(known.feature_hash)
            menu.addAction(action)
        menu.triggered.connect(self._picked)
        return menu

    def _clicked(self) -> None:
        self.tool_wanted.emit(self.sender().objectName())

    def _picked(self, action: QAction) -> None:
        self.class_wanted.emit(str(action.data()))

    def _adjust(self) -> None:
        self.adjust_wanted.emit()


def swatch(color: str) -> QIcon:
    """A small square in a class's colour."""
    icon = QIcon()
    for ratio in (1, 2):
        pixmap = QPixmap(16 * ratio, 16 * ratio)
        pixmap.setDevicePixelRatio(ratio)
        pixmap.fill(Qt.GlobalColor.transparent)
        painter = QPainter(pixmap)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setBrush(QColor(color))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.drawRoundedRect(2, 2, 12, 12, 3, 3)
        painter.end()
        icon.addPixmap(pixmap)
    return icon
