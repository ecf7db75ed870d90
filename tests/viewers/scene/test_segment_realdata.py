"""On a real tilted CT: what a brush of so many millimetres paints, by the headers of the files alone."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from storage.media.dicom import scan
from storage.model.volume_masks import volume_mm3
from storage.model.voxels import VoxelBlock
from viewers.scene.segment.brush import ball, disc
from viewers.scene.segment.margins import grow

DATA = Path(__file__).parents[4] / "shared" / "data" / "ct-tilt"


@pytest.mark.realdata
@pytest.mark.skipif(not DATA.is_dir(), reason="needs ../shared/data/ct-tilt")
def test_brushes_and_margins_on_a_tilted_ct_go_by_the_positions_in_its_headers():
    import pydicom

    (series,) = [s for s in scan([DATA]).series if s.geometry is not None and s.geometry.n > 40]
    place = series.geometry
    assert place.tilt_deg == pytest.approx(18.5, abs=0.1)
    centre = place.to_mm(place.columns / 2, place.rows / 2, place.n / 2)
    painted = ball(place, centre, None, 20.0)
    grown = grow(painted, 3.0, place)
    area = place.spacing_row_mm * place.spacing_col_mm
    counts = np.zeros(place.n)
    counts[painted.lo[0] : painted.box.hi[0]] = painted.array.sum(axis=(1, 2))
    assert volume_mm3(place, counts) == pytest.approx(4 / 3 * np.pi * 20**3, rel=0.03)
    slab = disc(place, place.to_mm(100, 120, 20), None, 15.0, place.normal)
    assert slab.tight().array.shape[0] == 1 and slab.count * area == pytest.approx(np.pi * 15**2, rel=0.02)
    headers = [pydicom.dcmread(f, stop_before_pixels=True) for f in sorted(DATA.glob("I[0-9]*"))]
    by_position = {
        tuple(np.round(np.array(h.ImagePositionPatient, float), 3)): h for h in headers if "ImagePositionPatient" in h
    }
    for k in grown.box.slices:
        distance = _distances(by_position[tuple(np.round(place.origins[k], 3))], centre)
        clear = abs(distance - 20.0) > 1e-4  # directions in headers have seven digits
        assert (_slice(painted, k, distance.shape) == (distance <= 20.0))[clear].all()
        assert not (_slice(grown, k, distance.shape) & (distance > 23.0 + 1e-4)).any()


def _distances(header: object, centre: np.ndarray) -> np.ndarray:
    """Of every pixel's centre, by the formula of PS3.3 C.7.6.2.1.1."""
    across, down = np.array(header.ImageOrientationPatient, float).reshape(2, 3)
    rows, columns = np.mgrid[: header.Rows, : header.Columns]
    step_down, step_across = (float(v) for v in header.PixelSpacing)
    points = (
        np.array(header.ImagePositionPatient, float)
        + across * (columns * step_across)[..., None]
        + down * (rows * step_down)[..., None]
    )
    return np.linalg.norm(points - centre, axis=-1)


def _slice(block: VoxelBlock, k: int, shape: tuple[int, int]) -> np.ndarray:
    out = np.zeros(shape, bool)
    if k in block.box.slices:
        part = block.array[k - block.lo[0]]
        out[block.lo[1] : block.lo[1] + part.shape[0], block.lo[2] : block.lo[2] + part.shape[1]] = part
    return out
