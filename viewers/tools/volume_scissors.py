"""Scissors: an outline drawn freehand on any plane of a volume cuts masks, straight through the slices. Qt-free."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from storage.model.geometry import Points
from storage.model.space import Floats, VolumeGeometry
from viewers.scene.segment.operations import Snipping
from viewers.scene.segment.scissors import Sheet
from viewers.tools.base import PointerEvent
from viewers.tools.lasso import Loop

FILL: Snipping = "fill"
#: What Shift makes of it while the outline is drawn.
_OTHER: dict[Snipping, Snipping] = {
    "erase inside": "erase outside",
    "erase outside": "erase inside",
    "fill": "erase inside",
}
#: (sheet, ring on it in mm, the other way round)
Snip = Callable[..., None]


@dataclass(slots=True)
class SnipSettings:
    how: Snipping = "erase inside"
    deep_mm: float = 0.0  # half to each side of the plane; 0: through all slices

    def cutting(self, *, other_way: bool) -> Snipping:
        return _OTHER[self.how] if other_way else self.how

    def depth(self) -> tuple[float, float] | None:
        return (-self.deep_mm / 2, self.deep_mm / 2) if self.deep_mm > 0 else None


class ScissorsTool(Loop):
    """On acquired slices it draws in their pixels; panes of other planes hand over points in mm (`Outline`)."""

    id, title = "snip", "Scissors"
    hint = "Scissors: draw round what is to be cut off the selected masks, in any plane. Shift: keep it and cut off the rest"

    def __init__(self, geometry: Callable[[], VolumeGeometry | None], snip: Snip) -> None:
        super().__init__()
        self._geometry, self._snip = geometry, snip

    def closed(self, loop: Points, e: PointerEvent) -> None:
        geometry = self._geometry()
        if geometry is None:
            self.context.say("This series has no place in space, so nothing can be cut through its slices.")
            return
        k = self.context.session.frames.index(self.context.at) % geometry.n
        sheet = Sheet(geometry.to_mm(0, 0, k), geometry.row_dir, geometry.col_dir)
        ring = tuple(((x - 0.5) * geometry.spacing_col_mm, (y - 0.5) * geometry.spacing_row_mm) for x, y in loop)
        self._snip(sheet, ring, other_way=e.shift)


class Outline:
    """The same on a plane through the volume: points in mm, as the pointer goes."""

    def __init__(self, mm: Floats, normal: Floats, *, other_way: bool) -> None:
        self.points: list[Floats] = [mm]
        self._normal, self._other_way = normal, other_way

    def to(self, mm: Floats) -> None:
        """LPS mm, on the plane."""
        self.points.append(mm)

    def cut(self, snip: Snip) -> None:
        if len(self.points) < 3:
            return
        right, down = _square_to(self._normal)
        sheet = Sheet(self.points[0], right, down)
        ring: Points = tuple((float((p - sheet.origin) @ right), float((p - sheet.origin) @ down)) for p in self.points)
        snip(sheet, ring, other_way=self._other_way)


def _square_to(normal: Floats) -> tuple[Floats, Floats]:
    """Two directions at right angles to it and to each other; `right` x `down` is the normal."""
    least = np.eye(3)[int(np.abs(normal).argmin())]
    right = np.cross(least, normal)
    right = right / np.linalg.norm(right)
    down = np.cross(normal, right)
    return right, down / np.linalg.norm(down)
