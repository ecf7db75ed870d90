"""A colour to choose: the palette of 27 at a click, any other by its number or the system's chooser."""

from __future__ import annotations

import re

from PySide6.QtCore import QSize, Qt, Signal, Slot
from PySide6.QtGui import QColor, QIcon
from PySide6.QtWidgets import QColorDialog, QGridLayout, QLineEdit, QMenu, QPushButton, QToolButton, QWidget, QWidgetAction

from storage.model.ontology import PALETTE
from widgets.controls.buttons import button
from widgets.controls.shapes import swatch


class ColorButton(QPushButton):
    chosen = Signal(str)  # #RRGGBB

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.color = PALETTE[0]
        self.setProperty("menu", True)
        self.setAutoDefault(False)
        self._menu = QMenu(self)
        self._board = _Board(self._menu)
        self._board.picked.connect(self._pick)
        self._board.other_wanted.connect(self._ask)
        action = QWidgetAction(self._menu)
        action.setDefaultWidget(self._board)
        self._menu.addAction(action)
        self._menu.aboutToShow.connect(self._show_board)
        self.setMenu(self._menu)
        self.setIconSize(QSize(16, 16))
        self.show_color(self.color)

    def show_color(self, color: str) -> None:
        self.color = color.upper()
        self.setIcon(swatch(self.color))
        self.setText(self.color)
        self.setAccessibleName(self.tr("Colour {color}").format(color=self.color))

    @Slot()
    def _show_board(self) -> None:
        self._board.show_color(self.color)

    @Slot(str)
    def _pick(self, color: str) -> None:
        self._menu.close()
        self.show_color(color)
        self.chosen.emit(color)

    @Slot()
    def _ask(self) -> None:
        self._menu.close()
        color = QColorDialog.getColor(QColor(self.color), self, self.tr("Colour of the class"))
        if color.isValid():
            self._pick(color.name().upper())


class _Board(QWidget):
    picked = Signal(str)
    other_wanted = Signal()
    COLUMNS = 9

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        grid = QGridLayout(self)
        grid.setContentsMargins(6, 6, 6, 6)
        grid.setSpacing(2)
        self._buttons: dict[str, QToolButton] = {}
        for place, color in enumerate(PALETTE):
            each = QToolButton(self)
            each.setIcon(QIcon(swatch(color, 20)))
            each.setIconSize(QSize(20, 20))
            each.setCheckable(True)
            each.setToolTip(color)
            each.setAccessibleName(color)
            each.setProperty("color", color)
            each.clicked.connect(self._clicked)
            self._buttons[color] = each
            grid.addWidget(each, place // self.COLUMNS, place % self.COLUMNS)
        row = len(PALETTE) // self.COLUMNS + 1
        self._code = QLineEdit(self)
        self._code.setMaxLength(7)
        self._code.setPlaceholderText("#RRGGBB")
        self._code.setAccessibleName(self.tr("Colour as a number"))
        self._code.returnPressed.connect(self._typed)
        self._code.textEdited.connect(self._judge)
        other = button(self.tr("Other…"), parent=self)
        other.clicked.connect(self.other_wanted)
        grid.addWidget(self._code, row, 0, 1, 5)
        grid.addWidget(other, row, 5, 1, 4)

    def show_color(self, color: str) -> None:
        for each, mark in self._buttons.items():
            mark.setChecked(each == color)
        self._code.setText(color)
        self._judge()
        self._code.setFocus(Qt.FocusReason.PopupFocusReason)

    @Slot()
    def _clicked(self) -> None:
        self.picked.emit(self.sender().property("color"))

    def _good(self) -> bool:
        return re.fullmatch(r"#?[0-9A-Fa-f]{6}", self._code.text()) is not None

    @Slot()
    def _judge(self) -> None:
        self._code.setProperty("invalid", not self._good())
        self._code.style().polish(self._code)

    @Slot()
    def _typed(self) -> None:
        if self._good():
            self.picked.emit("#" + self._code.text().lstrip("#").upper())
