"""The surfaces of segments: from masks in voxels to triangles in millimetres, made on a thread of their own.

Triangles run through the middle between voxels inside and outside (flying edges), are smoothed without shrinking, and
thinned where there are more than a view can use. Points are placed by the volume's own origins: tilted and irregular
slices need no resampling.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from storage.model.space import VolumeGeometry
from storage.model.voxels import VoxelBlock
from viewers.scene.threads import CALM_S, LAST, step_back

Color = tuple[int, int, int]  # 0..255

MOST_VOXELS = 24 << 20  # of a segment's box: larger ones are averaged down first
MOST_TRIANGLES = 120_000
_SMOOTH = 12  # passes


@dataclass(frozen=True, eq=False)
class Mesh:
    """Closed, outside to the right of its triangles' points in order (counterclockwise seen from outside)."""

    points: NDArray[np.float32]  # [n, 3] LPS mm
    normals: NDArray[np.float32]  # [n, 3] outwards
    triangles: NDArray[np.int64]  # [m, 3]

    def to_vtk(self) -> Any:
        from vtkmodules.vtkCommonCore import vtkPoints
        from vtkmodules.vtkCommonDataModel import vtkCellArray, vtkPolyData

        from viewers.scene.volume_render.vtk_parts import as_vtk

        points, cells, made = vtkPoints(), vtkCellArray(), vtkPolyData()
        points.SetData(as_vtk(self.points))
        offsets = np.arange(0, 3 * len(self.triangles) + 1, 3, dtype=np.int64)
        cells.SetData(as_vtk(offsets), as_vtk(self.triangles.reshape(-1)))
        made.SetPoints(points)
        made.SetPolys(cells)
        made.GetPointData().SetNormals(as_vtk(self.normals))
        return made


@dataclass(frozen=True, slots=True, eq=False)
class Surface:
    mesh: Mesh
    color: Color


NOTHING = Mesh(np.zeros((0, 3), np.float32), np.zeros((0, 3), np.float32), np.zeros((0, 3), np.int64))


def mesh_of(block: VoxelBlock, geometry: VolumeGeometry) -> Mesh:
    """The surface of a mask. Nothing set: no triangles."""
    inside = np.argwhere(block.array.any(axis=(1, 2)))
    if not len(inside):
        return NOTHING
    share, start, factors = _shares(block)
    points, triangles = _contour(share)
    if not len(triangles):
        return NOTHING
    # (column, row, slice) of the padded, perhaps thinned array to those of the volume
    voxels = np.array(start[::-1]) + (points - 1.0 + 0.5) * np.array(factors[::-1]) - 0.5
    mm = geometry.to_mm(voxels[:, 0], voxels[:, 1], voxels[:, 2])
    return _closed(mm, triangles)


def _shares(block: VoxelBlock) -> tuple[NDArray[np.uint8], tuple[int, ...], tuple[float, ...]]:
    """The mask's tight box as 0..200 with an empty voxel around it; where it is too large, as shares of larger voxels."""
    array = block.array
    spans = [np.flatnonzero(array.any(axis=tuple(a for a in range(3) if a != axis))) for axis in range(3)]
    cut = tuple(slice(int(s[0]), int(s[-1]) + 1) for s in spans)
    start = tuple(lo + c.start for lo, c in zip(block.lo, cut, strict=True))
    tight = array[cut]
    factor = 1
    while tight.size / factor**3 > MOST_VOXELS:
        factor += 1
    if factor == 1:
        return np.pad(tight.view(np.uint8) * np.uint8(200), 1), start, (1.0, 1.0, 1.0)
    padded = np.pad(tight, [(0, -n % factor) for n in tight.shape])
    k, j, i = (n // factor for n in padded.shape)
    mean = padded.reshape(k, factor, j, factor, i, factor).mean(axis=(1, 3, 5), dtype=np.float32)
    return np.pad(np.rint(mean * 200).astype(np.uint8), 1), start, (float(factor),) * 3


def _contour(share: NDArray[np.uint8]) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Points (column, row, slice) of the array, and triangles."""
    from vtkmodules.util.numpy_support import vtk_to_numpy
    from vtkmodules.vtkCommonDataModel import vtkImageData
    from vtkmodules.vtkFiltersCore import vtkFlyingEdges3D, vtkQuadricDecimation, vtkWindowedSincPolyDataFilter

    from viewers.scene.volume_render import vtk_parts

    vtk_parts.quiet()
    image = vtkImageData()
    image.SetDimensions(*share.shape[::-1])
    image.GetPointData().SetScalars(vtk_parts.as_vtk(np.ascontiguousarray(share).reshape(-1)))
    edges = vtkFlyingEdges3D()
    edges.SetInputData(image)
    edges.SetValue(0, 100.0)
    edges.ComputeNormalsOff()
    edges.ComputeScalarsOff()
    sinc = vtkWindowedSincPolyDataFilter()
    sinc.SetInputConnection(edges.GetOutputPort())
    sinc.SetNumberOfIterations(_SMOOTH)
    sinc.SetPassBand(0.1)
    sinc.BoundarySmoothingOff()
    sinc.FeatureEdgeSmoothingOff()
    sinc.NonManifoldSmoothingOn()
    sinc.NormalizeCoordinatesOn()
    sinc.Update()
    last: Any = sinc
    count = last.GetOutput().GetNumberOfPolys()
    if count > MOST_TRIANGLES:
        thin = vtkQuadricDecimation()
        thin.SetInputConnection(last.GetOutputPort())
        thin.SetTargetReduction(1.0 - MOST_TRIANGLES / count)
        thin.VolumePreservationOn()
        thin.Update()
        last = thin
    found = last.GetOutput()
    if not found.GetNumberOfPolys():
        return np.zeros((0, 3)), np.zeros((0, 3), np.int64)
    points = vtk_to_numpy(found.GetPoints().GetData()).astype(np.float64)
    triangles = vtk_to_numpy(found.GetPolys().GetConnectivityArray()).reshape(-1, 3).astype(np.int64)
    return points, triangles


def _closed(mm: NDArray[np.float64], triangles: NDArray[np.int64]) -> Mesh:
    """With normals that look outwards, whichever way the volume's axes run."""
    a, b, c = (mm[triangles[:, k]] for k in range(3))
    across = np.cross(b - a, c - a)
    middle = mm.mean(axis=0)
    if np.einsum("ij,ij->i", a - middle, across).sum() < 0:
        triangles, across = triangles[:, ::-1], -across
    normals = np.zeros_like(mm)
    for corner in range(3):
        for axis in range(3):
            normals[:, axis] += np.bincount(triangles[:, corner], across[:, axis], len(mm))
    length = np.linalg.norm(normals, axis=1, keepdims=True)
    normals /= np.where(length > 0, length, 1.0)
    return Mesh(mm.astype(np.float32), normals.astype(np.float32), np.ascontiguousarray(triangles))


class SurfaceMaker:
    """Keeps a mesh for each mask that is wanted; made anew when the mask is another object than before.

    `told` is called on the maker's thread whenever there is a new mesh.
    """

    def __init__(self, geometry: VolumeGeometry, told: Callable[[], None]) -> None:
        self._geometry = geometry
        self._told = told
        self._wanted: dict[str, tuple[VoxelBlock, Color]] = {}
        self._made: dict[str, tuple[VoxelBlock, Mesh]] = {}
        self._wake = threading.Condition()
        self._thread: threading.Thread | None = None
        self._closed = False
        self._calm = 0.0  # until then (monotonic) no mesh is begun
        self._new = False
        self.faults: dict[str, str] = {}

    def want(self, masks: Mapping[str, tuple[VoxelBlock, Color]]) -> None:
        with self._wake:
            if self._closed:
                return
            self._wanted = dict(masks)
            for name in [n for n in self._made if n not in masks]:
                del self._made[name]
            if self._thread is None and self._next() is not None:
                self._thread = threading.Thread(target=self._run, name="postil-surfaces", daemon=False)
                self._thread.start()

    def give_way(self) -> None:
        """Slices are turned through: the processor is theirs."""
        self._calm = time.monotonic() + CALM_S

    def surfaces(self) -> dict[str, Surface]:
        """What there is: of a mask that has just changed still its surface of before."""
        with self._wake:
            return {
                name: Surface(self._made[name][1], color)
                for name, (_, color) in self._wanted.items()
                if name in self._made and len(self._made[name][1].triangles)
            }

    def news(self) -> bool:
        """Whether there is a mesh that nobody has asked for since."""
        with self._wake:
            new, self._new = self._new, False
            return new

    @property
    def alive(self) -> bool:
        thread = self._thread
        return thread is not None and thread.is_alive()

    def join(self, timeout: float) -> bool:
        thread = self._thread
        if thread is not None:
            thread.join(timeout)
        return not self.alive

    @property
    def busy(self) -> bool:
        with self._wake:
            return self._thread is not None

    def close(self) -> None:
        """No more is made; who listens is not told any more. Does not wait."""
        with self._wake:
            self._closed = True
            self._wanted, self._made = {}, {}
            self._wake.notify_all()

    def _next(self) -> tuple[str, VoxelBlock] | None:
        for name, (block, _) in self._wanted.items():
            if name not in self._made or self._made[name][0] is not block:
                return name, block
        return None

    def _run(self) -> None:
        step_back(LAST)
        while True:
            with self._wake:
                while not self._closed and (left := self._calm - time.monotonic()) > 0:
                    self._wake.wait(left)
                found = None if self._closed else self._next()
                if found is None:
                    self._thread = None
                    return
            name, block = found
            try:
                mesh = mesh_of(block, self._geometry)
            except Exception as error:  # one segment without a surface must not end those of the others
                self.faults[name] = "memory does not suffice" if isinstance(error, MemoryError) else str(error)
                mesh = NOTHING
            with self._wake:
                if self._closed:
                    self._thread = None
                    return
                if name in self._wanted:
                    self._made[name] = (block, mesh)
                    self._new = True
            self._told()
