"""What the tools of volumes have in the strip over the canvas: values in the unit of the volume, and how far regions grow."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from viewers.editors.tool_options import NumberRow, ValueUnits
from viewers.scene.volume_source import VolumeSource
from viewers.scene.window_level import Window
from viewers.tools.volume_paint import GrowSettings

#: Volumes whose values lie closer together than this (SUV, diffusion) have decimals.
_SMALL = 100.0


class GrowOptions(QWidget):
    changed = Signal()

    def __init__(self, settings: GrowSettings, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._settings = settings
        self.reach = NumberRow(
            self.tr("Reach"), (0.5, 6.0), lambda: settings.deviations, self._set, step=0.5, suffix=" σ", parent=self
        )
        self.reach.setToolTip(self.tr("How far values may lie from the mean of the region, in standard deviations of it."))
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.reach)
        self.reach.moved.connect(self.changed)

    def _set(self, deviations: float) -> None:
        self._settings.deviations = deviations


def units_of(volume: VolumeSource) -> ValueUnits | None:
    """None: colours, or nothing has been read yet."""
    if volume.coloured or volume.store is None or volume.frames is None:
        return None

    def window() -> tuple[float, float] | None:
        found = volume.window_of(0)
        return (found.center - found.width / 2, found.center + found.width / 2) if isinstance(found, Window) else None

    return ValueUnits(volume.frames.units, 2 if 0 < volume.span() < _SMALL else 0, window)
