"""Numpy draws, where there is no OpenGL: every ray takes the nearest voxel of each slab it crosses, surfaces are painted by
depth and shaded by their normals. No light falls on the volume; everything lies where it lies with VTK."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from viewers.scene.surfaces import Surface
from viewers.scene.volume_render.camera import Camera
from viewers.scene.volume_render.grid import Grid
from viewers.scene.volume_render.looks import Look
from viewers.scene.volume_render.wish import GROUND, Picture, Wish

Floats32 = NDArray[np.float32]
_TABLE = 1024
_UNIT = 400.0  # see vtk_engine
_OPAQUE = 0.98


class NumpyEngine:
    def __init__(self) -> None:
        self._stop = False

    def draw(
        self, wish: Wish, grid: Grid | None, surfaces: Mapping[str, Surface], *, scale: float, coarse: bool
    ) -> Picture | None:
        self._stop = False
        width, height = (max(1, round(side * scale)) for side in wish.size)
        rgb = np.empty((height * width, 3), np.float32)
        rgb[:] = np.array(GROUND, np.float32)
        depth = np.full(height * width, -np.inf, np.float32)
        for surface in surfaces.values():
            _paint(surface, wish.camera, (width, height), rgb, depth, wish.opacity)
            if self._stop:
                return None
        if grid is not None and wish.look.shows_volume:
            rgb = self._cast(wish, grid, (width, height), rgb, depth, coarse)
        if self._stop:
            return None
        out = np.full((height, width, 4), 255, np.uint8)
        out[..., :3] = np.rint(np.clip(rgb, 0, 255)).reshape(height, width, 3)[..., ::-1]
        return out

    def abort(self) -> None:
        self._stop = True

    def keep(self, grids: set[object]) -> None:
        """It keeps none."""

    def close(self) -> None:
        """There is nothing to give back."""

    def _cast(self, wish: Wish, grid: Grid, size: tuple[int, int], behind: Floats32, depth: Floats32, coarse: bool) -> Floats32:
        rays = _Rays(wish, grid, size)
        blend: Callable[..., Any] = {"composite": _composite, "max": _greatest, "min": _least}[wish.look.preset.blend]
        return np.asarray(blend(rays, wish.look, grid, behind, depth, lambda: self._stop, 2 if coarse else 1))


class _Rays:
    """One a pixel, walked slab by slab along the axis of the array that they run along most, nearest slab first."""

    def __init__(self, wish: Wish, grid: Grid, size: tuple[int, int]) -> None:
        width, height = size
        camera, inverse = wish.camera, np.linalg.inv(grid.affine[:3, :3])
        scale = camera.px_per_mm(size)
        corner = grid.to_index(camera.at(0.5, 0.5, size))
        right, down, away = (inverse @ v for v in (camera.right / scale, -camera.up / scale, -camera.toward))
        axis = int(np.abs(away).argmax())
        self._others = [a for a in range(3) if a != axis]
        self._axis, self._strides = axis, [1, grid.size[0], grid.size[0] * grid.size[1]]
        # mm away from the pivot at which a pixel's ray meets slab k: (k - start) / away
        x, y = np.arange(width, dtype=np.float32), np.arange(height, dtype=np.float32)[:, None]
        start = [(corner[a] + right[a] * x + down[a] * y).astype(np.float32).reshape(-1) for a in range(3)]
        self._slope = [float(away[a] / away[axis]) for a in self._others]
        self._base = [start[a] - start[axis] * np.float32(s) for a, s in zip(self._others, self._slope, strict=True)]
        self._start, self._speed = start[axis], float(away[axis])
        self.step_mm = 1.0 / abs(self._speed)
        ends = np.rint([[wish.clip.low[a] * n, wish.clip.high[a] * n] for a, n in enumerate(grid.size)]).astype(int)
        self._ends = [(int(low), max(int(low) + 1, int(high))) for low, high in ends]
        first, last = self._ends[axis]
        self.slabs = range(first, last) if self._speed > 0 else range(last - 1, first - 1, -1)
        self._flat = grid.array.reshape(-1)

    def at(self, slab: int) -> tuple[NDArray[np.int64], NDArray[Any]]:
        """The pixels whose rays meet a voxel of the slab, and its values."""
        inside, index = None, np.int64(slab * self._strides[self._axis])
        for axis, base, slope in zip(self._others, self._base, self._slope, strict=True):
            place = np.rint(base + np.float32(slope * slab)).astype(np.int64)
            low, high = self._ends[axis]
            here = (place >= low) & (place < high)
            inside = here if inside is None else inside & here
            index = index + place * self._strides[axis]
        assert inside is not None
        pixels = np.flatnonzero(inside)
        return pixels, self._flat[np.asarray(index)[pixels]]

    def nearness(self, slab: int, pixels: NDArray[np.int64]) -> Floats32:
        """mm towards the viewer."""
        return np.asarray((self._start[pixels] - np.float32(slab)) / np.float32(self._speed))


def _tables(look: Look, grid: Grid) -> tuple[Floats32, Floats32, float, float]:
    """Opacity and colour (0..255) of equal steps of stored values, the first one and steps per value."""
    values = np.linspace(grid.least, max(grid.most, grid.least + 1e-6), _TABLE)
    opacity, colors = look.opacity(grid), look.colors(grid)
    alpha = np.interp(values, opacity[:, 0], opacity[:, 1]).astype(np.float32)
    rgb = np.stack([np.interp(values, colors[:, 0], colors[:, c]) for c in (1, 2, 3)], axis=1).astype(np.float32) * 255
    return alpha, rgb, grid.least, (_TABLE - 1) / max(grid.most - grid.least, 1e-6)


def _entries(values: NDArray[Any], grid: Grid, least: float, per_value: float) -> NDArray[np.int64]:
    shown = values.astype(np.float32) * np.float32(grid.slope) + np.float32(grid.intercept - least)
    return np.asarray(np.clip(np.rint(shown * np.float32(per_value)), 0, _TABLE - 1), np.int64)


def _composite(
    rays: _Rays, look: Look, grid: Grid, behind: Floats32, depth: Floats32, stopped: Callable[[], bool], stride: int
) -> Floats32:
    alpha, rgb, least, per_value = _tables(look, grid)
    unit = math.dist((0, 0, 0), [n * mm for n, mm in zip(grid.size, grid.spacing, strict=True)]) / _UNIT
    alpha = (1 - (1 - np.clip(alpha, 0, 0.9999)) ** (rays.step_mm * stride / unit)).astype(np.float32)
    light, left = np.zeros_like(behind), np.ones(len(behind), np.float32)
    count = max(1, len(rays.slabs))
    for number, slab in enumerate(rays.slabs[::stride]):
        if stopped():
            break
        pixels, values = rays.at(slab)
        entry = _entries(values, grid, least, per_value)
        seen = (alpha[entry] > 0) & (left[pixels] > 1 - _OPAQUE) & (rays.nearness(slab, pixels) > depth[pixels])
        pixels, entry = pixels[seen], entry[seen]
        share = alpha[entry] * left[pixels]
        fog = np.float32(1 - 0.45 * number * stride / count)  # what is far is darker: there is no light to tell depth by
        light[pixels] += rgb[entry] * (share * fog)[:, None]
        left[pixels] -= share
    return np.asarray(light + behind * left[:, None])


def _extreme(pick: Any, worst: float) -> Callable[..., Floats32]:
    def blend(
        rays: _Rays, look: Look, grid: Grid, behind: Floats32, depth: Floats32, stopped: Callable[[], bool], stride: int
    ) -> Floats32:
        found = np.full(len(behind), worst, np.float32)
        for slab in rays.slabs[::stride]:
            if stopped():
                break
            pixels, values = rays.at(slab)
            if np.isfinite(depth).any():
                seen = rays.nearness(slab, pixels) > depth[pixels]
                pixels, values = pixels[seen], values[seen]
            found[pixels] = pick(found[pixels], values.astype(np.float32) * np.float32(grid.slope) + np.float32(grid.intercept))
        met = np.isfinite(found)
        points, colors = look.opacity(grid), look.colors(grid)
        out = behind.copy()
        alpha = np.interp(found[met], points[:, 0], points[:, 1]).astype(np.float32)[:, None]
        rgb = np.stack([np.interp(found[met], colors[:, 0], colors[:, c]) for c in (1, 2, 3)], axis=1).astype(np.float32)
        out[met] = rgb * 255 * alpha + out[met] * (1 - alpha)
        return out

    return blend


_greatest = _extreme(np.maximum, -np.inf)
_least = _extreme(np.minimum, np.inf)


# -- surfaces -----------------------------------------------------------------------------------------------------------


def _paint(surface: Surface, camera: Camera, size: tuple[int, int], rgb: Floats32, depth: Floats32, opacity: float) -> None:
    """Points spread over the triangles, closely enough for every pixel; the nearest one is seen."""
    width, height = size
    x, y, z = camera.project(surface.mesh.points, size)
    light = np.clip(surface.mesh.normals @ camera.toward, 0, 1) * 0.8 + 0.2
    corners = np.stack([x, y, z, light], axis=1)[surface.mesh.triangles].astype(np.float32)  # [m, corner, 4]
    edge = np.abs(corners[:, (1, 2, 0), :2] - corners[..., :2]).max(axis=(1, 2), initial=0.0)
    pieces = np.minimum(np.ceil(edge) + 1, 64).astype(int)
    for count in np.unique(pieces):
        some = corners[pieces == count]
        u, v = (w.reshape(-1) for w in np.meshgrid(*(np.linspace(0, 1, count + 1, dtype=np.float32),) * 2))
        inside = u + v <= 1 + 1e-6
        weights = np.stack([1 - u - v, u, v], axis=1)[inside]
        for weight in weights:
            _dots(np.einsum("c,mcf->mf", weight, some), surface.color, (width, height), rgb, depth, opacity)


def _dots(
    dots: Floats32, color: tuple[int, int, int], size: tuple[int, int], rgb: Floats32, depth: Floats32, opacity: float
) -> None:
    column, row = np.floor(dots[:, 0]).astype(np.int64), np.floor(dots[:, 1]).astype(np.int64)
    inside = (column >= 0) & (column < size[0]) & (row >= 0) & (row < size[1])
    pixels, near, light = (row * size[0] + column)[inside], dots[inside, 2], dots[inside, 3]
    order = np.argsort(near, kind="stable")  # the nearest one is written last
    pixels, near, light = pixels[order], near[order], light[order]
    won = near > depth[pixels]
    pixels, near, light = pixels[won], near[won], light[won]
    rgb[pixels] = light[:, None] * np.array(color, np.float32)
    depth[pixels] = near
