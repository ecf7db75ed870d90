"""Volumes with things at known millimetres, and what is seen of them."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from storage.model.space import VolumeGeometry
from storage.model.voxels import VoxelBlock
from viewers.scene.volume_render.camera import Camera
from viewers.scene.volume_render.grid import Grid, Values, corners, grid_of
from viewers.scene.volume_render.looks import Look, presets
from viewers.scene.volume_render.wish import Wish

AIR, BONE = -1000, 900
#: Where they lie from the volume's middle, along its columns, rows and slices, in mm.
BALL_MM, BALL_RADIUS = (14.0, -9.0, 6.0), 8.0
BOX_MM, BOX_HALF = (-15.0, 10.0, -8.0), (6.0, 4.0, 7.0)


def geometry(
    *, n: int = 40, rows: int = 60, columns: int = 66, spacing: tuple[float, float] = (1.0, 0.9), step: float = 1.5,
    tilt: float = 0.0, turned: bool = False, irregular: bool = False,
) -> VolumeGeometry:  # fmt: skip
    """Upright, tilted, turned to no axis of the patient, or with slices at uneven distances."""
    across, down = np.array([1.0, 0, 0]), np.array([0.0, 1, 0])
    if turned:
        across, down = np.array([0.8, 0.6, 0.0]), np.array([-0.48, 0.64, 0.6])
    normal = np.cross(across, down)
    heights = np.arange(n) * step
    if irregular:
        heights = np.cumsum(np.where(np.arange(n) % 3 == 0, step * 1.6, step * 0.7)) - step
    way = normal + np.tan(np.radians(tilt)) * down
    origins = np.array([-20.0, 30.0, -110.0]) + heights[:, None] * way
    return VolumeGeometry(origins, across, down, spacing[0], spacing[1], rows, columns)


@dataclass
class Scene:
    """A ball and a box of bone in air. A store as the 3D view takes it."""

    geometry: VolumeGeometry | None
    array: np.ndarray
    have: np.ndarray
    ball: np.ndarray  # middle, mm
    box: np.ndarray
    modality: str = "CT"
    slope: float = 1.0
    intercept: float = -1024.0
    listeners: list = field(default_factory=list)

    def listen(self, told):
        self.listeners.append(told)
        return lambda: self.listeners.remove(told)

    def tell(self):
        for told in tuple(self.listeners):
            told()

    @property
    def grid(self) -> Grid:
        return grid_of(self.array, self.geometry, Values.of(self), most=1 << 24)

    def camera(self) -> Camera:
        return Camera.around(*corners(self.geometry))

    def wish(self, camera: Camera, size: tuple[int, int] = (240, 200), preset: str = "ct_bone") -> Wish:
        chosen = next(p for p in presets(self.modality) if p.id == preset)
        return Wish(camera, size, Look(chosen))


def scene(where: VolumeGeometry | None = None, *, ball: bool = True, box: bool = True) -> Scene:
    where = where if where is not None else geometry()
    mm = voxel_mm(where)
    low, high = corners(where)
    middle = (low + high) / 2
    normal = where.normal
    axes = np.stack([where.row_dir, where.col_dir, normal])
    array = np.full(where.shape, AIR, np.int16)
    at_ball, at_box = (middle + np.array(v) @ axes for v in (BALL_MM, BOX_MM))
    if ball:
        array[np.linalg.norm(mm - at_ball, axis=-1) <= BALL_RADIUS] = BONE
    if box:
        array[(np.abs((mm - at_box) @ axes.T) <= BOX_HALF).all(axis=-1)] = BONE
    stored = (array + 1024).astype(np.int16)
    return Scene(where, stored, np.ones(where.n, bool), at_ball, at_box)


def voxel_mm(where: VolumeGeometry) -> np.ndarray:
    """Of every voxel's centre."""
    k, r, c = np.meshgrid(*(np.arange(m) for m in where.shape), indexing="ij")
    return where.to_mm(c, r, k)


def ball_mask(where: VolumeGeometry, middle: np.ndarray, radius: float) -> VoxelBlock:
    """Tight around it, as masks of objects are."""
    inside = np.linalg.norm(voxel_mm(where) - middle, axis=-1) <= radius
    spans = [np.flatnonzero(inside.any(axis=tuple(a for a in range(3) if a != axis))) for axis in range(3)]
    cut = tuple(slice(int(s[0]), int(s[-1]) + 1) for s in spans)
    return VoxelBlock(tuple(c.start for c in cut), inside[cut].copy())


def silhouette(picture: np.ndarray, ground: tuple[int, int, int]) -> np.ndarray:
    """Where something else than the ground is seen."""
    return np.abs(picture[..., :3].astype(int) - np.array(ground[::-1])).sum(axis=-1) > 12


def middle_of(seen: np.ndarray) -> tuple[float, float]:
    """Of a silhouette, in continuous pixels."""
    rows, columns = np.nonzero(seen)
    return float(columns.mean() + 0.5), float(rows.mean() + 0.5)
