"""The slider of slices, with a small mark where a key image lies."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPalette
from PySide6.QtWidgets import QSlider, QStyle, QStyleOptionSlider, QWidget

_MARK = 3.0  # px, half as wide


class SliceSlider(QSlider):
    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        self.marks: tuple[int, ...] = ()
        self.setAccessibleName(self.tr("Slice"))
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setMinimumWidth(56)

    def show_marks(self, slices: Iterable[int]) -> None:
        """Numbers from 0."""
        marks = tuple(sorted(slices))
        if marks != self.marks:
            self.marks = marks
            self.setAccessibleDescription(
                self.tr("Key images: {0}").format(", ".join(f"{k + 1:,}" for k in marks)) if marks else ""
            )
            self.update()

    def x_of(self, number: int) -> float:
        """Where the middle of the handle is on that slice."""
        option = QStyleOptionSlider()
        self.initStyleOption(option)
        option.sliderPosition = option.sliderValue = number
        parts = QStyle.ComplexControl.CC_Slider
        return self.style().subControlRect(parts, option, QStyle.SubControl.SC_SliderHandle, self).center().x() + 0.5

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if not self.marks:
            return
        p = QPainter(self)
        p.setRenderHint(QPainter.RenderHint.Antialiasing)
        p.setPen(Qt.PenStyle.NoPen)
        p.setBrush(QColor(self.palette().color(QPalette.ColorRole.Accent)))
        for number in self.marks:
            p.drawRoundedRect(QRectF(self.x_of(number) - _MARK / 2, 1, _MARK, 7), 1.5, 1.5)
        p.end()
