"""What lies under the pointer on a picture: an object is told to everybody by the focus, place and value by a signal."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF

if TYPE_CHECKING:
    from viewers.canvas.events import Pointing
    from viewers.canvas.image_canvas import ImageCanvas

REACH = 3.0  # logical px around the pointer


class Hover:
    def __init__(self, canvas: ImageCanvas, pointing: Pointing) -> None:
        self._canvas, self._pointing = canvas, pointing

    def move(self, at: QPointF, *, hovering: bool) -> None:
        """`hovering`: no button is held."""
        canvas = self._canvas
        draws = canvas.tool is not None and canvas.tool.draws
        if hovering and (not draws or self._pointing.through):
            self.set(self.under(at, skip=canvas.shapes.pickable_skip()))
        elif canvas.focus.hovered is not None and hovering:
            self.set(None)
        if canvas.focus.display.crosshair or canvas.focus.display.rulers:
            canvas.update()
        self._tell(at)

    def look_again(self) -> None:
        """Another frame lies under it."""
        at = self._pointing.position
        if at is not None:
            self.move(at, hovering=not self._pointing.dragging)
        elif self._canvas.focus.hovered is not None:
            self.set(None)

    def tell(self) -> None:
        """The picture has come, or is another one."""
        if self._pointing.position is not None:
            self._tell(self._pointing.position)

    def set(self, instance: str | None) -> None:
        if instance != self._canvas.focus.hovered:
            self._canvas.focus.set(hovered=instance)

    def under(self, at: QPointF, *, skip: Collection[str]) -> str | None:
        """The smallest object there."""
        view = self._canvas.view
        found = self._canvas.hits.at(*view.image_point(at.x(), at.y()), REACH * view.pixel, skip=skip)
        return found[0] if found else None

    def _tell(self, at: QPointF) -> None:
        canvas = self._canvas
        x, y = canvas.view.image_point(at.x(), at.y())
        canvas.cursor_moved.emit(x, y, canvas.pictures.value(canvas.frame_index(), int(x // 1), int(y // 1)))
