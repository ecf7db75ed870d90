"""Geometries and labelled volumes for tests of segmentation: upright, tilted, oblique, uneven."""

from __future__ import annotations

import numpy as np
from hypothesis import strategies as st

from storage.editing import verbs
from storage.editing.session import EditSession
from storage.editing.volume_verbs import follow
from storage.model import masks
from storage.model.labels import LabelDocument
from storage.model.space import VolumeGeometry
from storage.model.volume_masks import VolumeMasks
from storage.model.voxels import VoxelBlock, VoxelBox
from tests.support.sent import Sent

BY, NOW = "ada@example.org", 7


def geometry(
    shape: tuple[int, int, int] = (12, 24, 20),
    spacing: tuple[float, float, float] = (2.5, 0.8, 0.6),
    *,
    tilt_deg: float = 0.0,
    turn: np.ndarray | None = None,
    heights: np.ndarray | None = None,
    origin: tuple[float, float, float] = (-31.0, 12.5, 400.0),
) -> VolumeGeometry:
    """`tilt_deg` leans the way from slice to slice; `turn` turns everything in the patient; `heights` places the slices."""
    turn = np.eye(3) if turn is None else turn
    heights = np.arange(shape[0]) * spacing[0] if heights is None else heights
    lean = np.tan(np.radians(tilt_deg))
    local = np.stack([np.zeros(shape[0]), heights * lean, heights], axis=1)
    origins = np.array(origin) + local @ turn.T
    return VolumeGeometry(origins, turn[:, 0], turn[:, 1], spacing[1], spacing[2], shape[1], shape[2])


def turned(x: float, y: float, z: float) -> np.ndarray:
    """A rotation by three angles in degrees."""
    a, b, c = np.radians([x, y, z])
    rx = np.array([[1, 0, 0], [0, np.cos(a), -np.sin(a)], [0, np.sin(a), np.cos(a)]])
    ry = np.array([[np.cos(b), 0, np.sin(b)], [0, 1, 0], [-np.sin(b), 0, np.cos(b)]])
    rz = np.array([[np.cos(c), -np.sin(c), 0], [np.sin(c), np.cos(c), 0], [0, 0, 1]])
    return rz @ ry @ rx


def centres(found: VolumeGeometry) -> np.ndarray:
    """Of all voxels, in LPS mm: [slice, row, column, 3]."""
    k, j, i = np.meshgrid(*(np.arange(n) for n in found.shape), indexing="ij")
    return found.to_mm(i, j, k)


def whole(block: VoxelBlock, shape: tuple[int, int, int]) -> np.ndarray:
    return block.read(VoxelBox.whole(shape))


@st.composite
def geometries(draw: st.DrawFn) -> VolumeGeometry:
    """Small ones of every kind: uneven spacing, tilt, any direction."""
    n = draw(st.integers(1, 7))
    shape = (n, draw(st.integers(2, 14)), draw(st.integers(2, 14)))
    step = st.floats(0.4, 4.0)
    heights = np.cumsum([0.0] + [draw(step) for _ in range(n - 1)]) if draw(st.booleans()) else None
    angle = st.floats(-180, 180)
    turn = turned(draw(angle), draw(angle), draw(angle)) if draw(st.booleans()) else None
    tilt = draw(st.sampled_from([0.0, 0.0, 16.5, -18.5]))
    return geometry(shape, (draw(step), draw(step), draw(step)), tilt_deg=tilt, turn=turn, heights=heights)


class Stage:
    """A document, its session with a sink that keeps the changes, and the masks that follow it."""

    def __init__(self, shape: tuple[int, int, int], *, time: int = 0, budget: int = 1 << 30) -> None:
        self.document = LabelDocument()
        self.stored = Sent()
        self.session = EditSession(self.document, self.stored, author=BY)
        self.masks = VolumeMasks(self.document, shape, time=time, budget=budget)
        self.drawn: list[dict[str, VoxelBox]] = []
        follow(self.session, self.masks, self.drawn.append)

    def object(self, array: np.ndarray, feature_hash: str = "CLASS001") -> str:
        """An object with these voxels, as rows of the document."""
        instance = ""
        for k in np.flatnonzero(array.any(axis=(1, 2))):
            mask, at = masks.encode(array[k]), ("", self.masks.frame(int(k)))
            if not instance:
                edits, instance = verbs.add_object(self.document, feature_hash, mask, at, by=BY, now=NOW)
            else:
                edits = verbs.add_annotation(self.document, instance, mask, at, by=BY, now=NOW)
            self.session.do("Draw", edits)
        return instance

    def rows(self, instance: str) -> np.ndarray:
        """The voxels as the document has them: the truth."""
        n, height, width = self.masks.shape
        out = np.zeros(self.masks.shape, bool)
        for k in range(n):
            row = self.masks.row(instance, k)
            if row is not None:
                out[k] = masks.to_frame(row, width, height)
        return out

    def live(self, instance: str) -> np.ndarray:
        return whole(self.masks.read(instance, self.masks.whole), self.masks.shape)
