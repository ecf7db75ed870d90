"""Facts in two columns: what it is, quiet; its value, which can be selected and copied."""

from __future__ import annotations

import re
from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QLabel, QSizePolicy, QWidget

from widgets import theme
from widgets.controls.labels import ReusedLines, label

Fact = tuple[str, str] | tuple[str, str, str]  # name, value, tooltip


class FactGrid(QWidget):
    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(12)
        self._grid.setVerticalSpacing(5)
        self._grid.setColumnMinimumWidth(0, 84)
        self._grid.setColumnStretch(1, 1)
        self._lines = ReusedLines(self._add_line)

    def show_facts(self, facts: Sequence[Fact]) -> None:
        known = [fact for fact in facts if fact[1]]
        for (left, right), (name, value, *tip) in zip(self._lines.show(len(known)), known, strict=True):
            left.setText(name)
            right.setText(_breakable(value))
            right.setToolTip(tip[0] if tip else "")

    def _add_line(self, row: int) -> tuple[QLabel, QLabel]:
        left, right = label("", "quiet", parent=self), label("", wrap=True, parent=self)
        right.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        right.setFont(theme.font())
        right.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)  # wraps, never widens the panel
        right.setAlignment(Qt.AlignmentFlag.AlignTop)
        right.setContentsMargins(0, 1, 0, 0)  # text that can be selected stands a pixel higher
        self._grid.addWidget(left, row, 0, Qt.AlignmentFlag.AlignTop)
        self._grid.addWidget(right, row, 1, Qt.AlignmentFlag.AlignTop)
        return left, right


def _breakable(text: str) -> str:
    """Paths and hashes have no spaces to break at; invisible ones after slashes and in long runs let them wrap."""
    if len(text) <= 24:
        return text
    text = re.sub(r"([/_])", "\\1\u200b", text)
    return re.sub(r"([^\s\u200b]{12})(?=[^\s\u200b])", "\\1\u200b", text)
