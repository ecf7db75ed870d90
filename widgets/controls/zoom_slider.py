"""The size of thumbnails."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QSizePolicy, QSlider, QWidget


class ZoomSlider(QSlider):
    def __init__(self, least: int, most: int, parent: QWidget | None = None) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        self.setRange(least, most)
        self.setSingleStep(16)
        self.setPageStep(48)
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        policy.setRetainSizeWhenHidden(True)  # what is beside it does not move
        self.setSizePolicy(policy)
        self.setFixedHeight(20)
        self.setAccessibleName(self.tr("Thumbnail size"))
        self.setToolTip(self.tr("Thumbnail size (Ctrl+wheel)"))

    def sizeHint(self) -> QSize:
        return QSize(104, 20)

    def minimumSizeHint(self) -> QSize:
        return QSize(48, 20)  # gives way before the words beside it
