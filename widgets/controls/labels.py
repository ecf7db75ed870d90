"""Text that knows how to be shortened."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QLabel, QSizePolicy, QStyleOption, QWidget


class ElidedLabel(QLabel):
    """One line that ends in an ellipsis where it has no room; the whole text is the tooltip then."""

    def __init__(self, text: str = "", parent: QWidget | None = None) -> None:
        super().__init__(text, parent)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)

    def minimumSizeHint(self) -> QSize:
        return QSize(24, super().minimumSizeHint().height())

    def sizeHint(self) -> QSize:
        return QSize(self.fontMetrics().horizontalAdvance(self.text()) + 2, super().sizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        option = QStyleOption()
        option.initFrom(self)
        shown = self.fontMetrics().elidedText(self.text(), Qt.TextElideMode.ElideRight, self.contentsRect().width())
        flags = int(self.alignment()) if not isinstance(self.alignment(), Qt.AlignmentFlag) else self.alignment().value
        self.style().drawItemText(
            painter, self.contentsRect(), flags, option.palette, self.isEnabled(), shown, self.foregroundRole()
        )
        self.setToolTip(self.text() if shown != self.text() else "")


def label(text: str = "", role: str = "", *, wrap: bool = False, parent: QWidget | None = None) -> QLabel:
    """A plain-text label in one of the style sheet's roles: title, heading, quiet, small, danger."""
    made = QLabel(text, parent)
    made.setTextFormat(Qt.TextFormat.PlainText)
    made.setWordWrap(wrap)
    if role:
        made.setProperty("role", role)
    return made


class ReusedLines:
    """Lines of labels, made as they are needed, that take other words when they are shown anew: new labels would all have to
    be dressed by the style sheet. `make` adds the next one to its layout."""

    def __init__(self, make: Callable[[int], tuple[QLabel, QLabel]]) -> None:
        self._make = make
        self._lines: list[tuple[QLabel, QLabel]] = []

    def show(self, count: int) -> Sequence[tuple[QLabel, QLabel]]:
        """Just so many are seen: those, to be given their words."""
        while len(self._lines) < count:
            self._lines.append(self._make(len(self._lines)))
        for number, line in enumerate(self._lines):
            for each in line:
                each.setVisible(number < count)
        return self._lines[:count]
