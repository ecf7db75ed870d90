"""The size of thumbnails."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QSlider, QWidget


class ZoomSlider(QSlider):
    def __init__(self, least: int, most: int, parent: QWidget | None = None) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        self.setRange(least, most)
        self.setSingleStep(16)
        self.setPageStep(48)
        self.setFixedWidth(104)
        self.setFixedHeight(20)
        self.setAccessibleName(self.tr("Thumbnail size"))
        self.setToolTip(self.tr("Thumbnail size (Ctrl+wheel)"))
