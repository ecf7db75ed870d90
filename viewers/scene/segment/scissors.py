"""Cutting with an outline drawn on a plane, carried straight through the volume, and cutting at a plane."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from storage.model.geometry import Points
from storage.model.space import VolumeGeometry
from storage.model.voxels import Mask3, VoxelBlock, VoxelBox
from storage.progress import Progress
from viewers.scene.segment.rows_within import Floats, RowGrid

CHUNK = 1 << 23  # voxels reckoned at a time


@dataclass(frozen=True, eq=False)
class Sheet:
    """A plane with two directions on it, in LPS mm; outlines on it are points (along `right`, along `down`) in mm."""

    origin: Floats
    right: Floats
    down: Floats

    @property
    def normal(self) -> Floats:
        """Unit vector, away from whoever looks at it."""
        across = np.cross(self.right, self.down)
        return np.asarray(across / np.linalg.norm(across))


def inside_outline(
    geometry: VolumeGeometry,
    sheet: Sheet,
    rings: tuple[Points, ...],
    depth: tuple[float, float] | None = None,
    *,
    within: VoxelBox | None = None,
    progress: Progress | None = None,
) -> VoxelBlock:
    """Voxels whose centre, seen along the plane's normal, lies inside the rings (even-odd) and within a depth.

    `depth` is measured in mm along the normal from the plane, both ends included; None: all through the volume.
    """
    box = _reach(geometry, sheet, rings, depth).cut(within or VoxelBox.whole(geometry.shape))
    if box.empty:
        return VoxelBlock.nothing()
    out = np.zeros(box.shape, bool)
    _, rows, columns = box.shape
    thick = max(1, CHUNK // (rows * columns))
    edges = _edges(rings)
    for k in range(box.lo[0], box.hi[0], thick):
        if progress is not None:
            progress.step(k - box.lo[0], box.shape[0])
        part = VoxelBox((k, *box.lo[1:]), (min(k + thick, box.hi[0]), *box.hi[1:]))
        found = _inside(geometry, sheet, edges, part)
        if depth is not None:
            found &= _deep(geometry, sheet, depth, part)
        out[part.within(box.lo)] = found
    return VoxelBlock(box.lo, out).tight()


def beyond_plane(geometry: VolumeGeometry, origin: Floats, normal: Floats, box: VoxelBox) -> VoxelBlock:
    """Voxels of a box on the side of a plane to which its normal points; those on the plane belong to them."""
    grid = RowGrid(geometry, range(box.lo[0], box.hi[0]), range(box.lo[1], box.hi[1]), np.asarray(origin, np.float64))
    unit = np.asarray(normal, np.float64) / float(np.linalg.norm(normal))
    return grid.filled(grid.between(unit, -1e-9, np.inf)).on(box)


# -- the outline ------------------------------------------------------------------------------------------------------


def _edges(rings: tuple[Points, ...]) -> NDArray[np.float64]:
    """Every edge as u0, v0, u1, v1."""
    parts = []
    for ring in rings:
        points = np.asarray(ring, np.float64)
        parts.append(np.concatenate([points, np.roll(points, -1, axis=0)], axis=1))
    return np.concatenate(parts)


def _inside(geometry: VolumeGeometry, sheet: Sheet, edges: NDArray[np.float64], box: VoxelBox) -> Mask3:
    """Lines of voxels, along the axis of the slices that is seen longer, are crossed with the edges once each."""
    axes = np.stack([sheet.right, sheet.down])
    across = axes @ (geometry.row_dir * geometry.spacing_col_mm)
    down = axes @ (geometry.col_dir * geometry.spacing_row_mm)
    origins = (geometry.origins[box.lo[0] : box.hi[0]] - sheet.origin) @ axes.T
    along_rows = float(across @ across) >= float(down @ down)
    step, other = (across, down) if along_rows else (down, across)
    lines, points = (box.lo[1], box.hi[1]), (box.lo[2], box.hi[2])
    if not along_rows:
        lines, points = points, lines
    starts = origins[:, None, :] + np.arange(*lines)[None, :, None] * other + points[0] * step
    found = _crossed(starts.reshape(-1, 2), step, points[1] - points[0], edges)
    found = found.reshape(len(origins), lines[1] - lines[0], points[1] - points[0])
    return found if along_rows else np.ascontiguousarray(found.transpose(0, 2, 1))


def _crossed(starts: Floats, step: Floats, n: int, edges: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Which of n points on parallel lines lie inside, by the crossings of each line with the edges (half open)."""
    length = float(np.linalg.norm(step))
    way = step / length
    turn = np.array([way, [-way[1], way[0]]])  # along the lines, across them
    first, across = turn @ starts.T
    a, b = edges[:, :2] @ turn.T, edges[:, 2:] @ turn.T
    swap = a[:, 1] > b[:, 1]
    a, b = np.where(swap[:, None], b, a), np.where(swap[:, None], a, b)
    order = np.argsort(across, kind="stable")
    heights = across[order]
    begin, end = np.searchsorted(heights, a[:, 1]), np.searchsorted(heights, b[:, 1])
    counts = end - begin
    edge = np.repeat(np.arange(len(edges)), counts)
    line = order[np.arange(len(edge)) - np.repeat(np.cumsum(counts) - counts, counts) + begin[edge]]
    share = (across[line] - a[edge, 1]) / (b[edge, 1] - a[edge, 1])
    at = a[edge, 0] + share * (b[edge, 0] - a[edge, 0])
    index = np.clip(np.ceil((at - first[line]) / length - 1e-9), 0, n).astype(np.int64)
    toggles = np.zeros((len(starts), n + 1), np.uint8)
    np.bitwise_xor.at(toggles.reshape(-1), line * (n + 1) + index, np.uint8(1))
    return np.bitwise_xor.accumulate(toggles, axis=1)[:, :n].view(bool)


def _deep(geometry: VolumeGeometry, sheet: Sheet, depth: tuple[float, float], box: VoxelBox) -> Mask3:
    low, high = min(depth), max(depth)
    grid = RowGrid(geometry, range(box.lo[0], box.hi[0]), range(box.lo[1], box.hi[1]), sheet.origin)
    return grid.filled(grid.between(sheet.normal, low - 1e-9, high + 1e-9)).read(box)


def _reach(geometry: VolumeGeometry, sheet: Sheet, rings: tuple[Points, ...], depth: tuple[float, float] | None) -> VoxelBox:
    """A box of voxels that holds the prism; whole slices where they are not in line."""
    points = np.concatenate([np.asarray(ring, np.float64) for ring in rings])
    if depth is None:
        corners = _corners(*geometry.extent_mm)
        along = (corners - sheet.origin) @ sheet.normal
        depth = (float(along.min()), float(along.max()))
    (u0, v0), (u1, v1) = points.min(axis=0), points.max(axis=0)
    prism = np.array(
        [sheet.origin + u * sheet.right + v * sheet.down + d * sheet.normal for u in (u0, u1) for v in (v0, v1) for d in depth]
    )
    column, row, slice_ = geometry.to_voxel(prism)
    n, rows, columns = geometry.shape
    lo = [int(np.floor(v.min())) for v in (slice_, row, column)]
    hi = [int(np.ceil(v.max())) + 1 for v in (slice_, row, column)]
    if not geometry.regular:
        lo[1:], hi[1:] = [0, 0], [rows, columns]
    return VoxelBox((lo[0], lo[1], lo[2]), (hi[0], hi[1], hi[2])).cut(VoxelBox.whole((n, rows, columns)))


def _corners(low: Floats, high: Floats) -> Floats:
    return np.array([[x, y, z] for x in (low[0], high[0]) for y in (low[1], high[1]) for z in (low[2], high[2])])
