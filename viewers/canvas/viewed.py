"""A canvas that shows pixels through a view: all of them, until somebody zooms or pans."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QPointF, Signal
from PySide6.QtGui import QResizeEvent

from storage.model.geometry import Bounds, Point
from viewers.canvas.pointed import PointedCanvas
from viewers.scene.view_state import ViewState


class ViewedCanvas(PointedCanvas):
    view_changed = Signal()

    view: ViewState
    _fitted = True

    def fit(self) -> None:
        self.view.fit()
        self._fitted = True
        self._view_moved()

    def zoom_to(self, zoom: float) -> None:
        """1.0 is 100 %; the middle of the canvas stays."""
        self.view.zoom_to(zoom)
        self._by_hand()

    def zoom_by(self, factor: float, at: QPointF | None = None) -> None:
        """The pixel under `at` (or the middle) stays where it is."""
        place = at or QPointF(self.width() / 2, self.height() / 2)
        self.view.zoom_at(factor, (place.x(), place.y()))
        self._by_hand()

    def show_at(self, zoom: float, centre: Point) -> None:
        """`centre` in the middle."""
        self.view.zoom, self.view.centre = zoom, centre
        self._by_hand()

    def centre_on(self, bounds: Bounds, margin: float = 40.0) -> None:
        """Zoom to bounds (image px) with a margin in logical px."""
        self.view.show(bounds, margin=margin)
        self._by_hand()

    def pan_by(self, way: QPointF) -> None:
        self.view.pan(way.x(), way.y())
        self._by_hand()

    def _by_hand(self) -> None:
        self._fitted = False
        self._view_moved()

    def _view_moved(self) -> None:
        self.update()
        self.view_changed.emit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        self.view.resize(self.width(), self.height(), self.devicePixelRatioF())
        if self._fitted:
            self.view.fit()
        self._view_moved()

    def showEvent(self, event: Any) -> None:
        self.resizeEvent(event)
