"""NIfTI and NRRD headers that mean harm: a sentence before any room is made, never a fault of ours."""

from __future__ import annotations

import gzip
import struct
from pathlib import Path

import numpy as np
import pytest

from storage.errors import BadInput
from storage.media.nifti import read_nifti
from storage.media.nrrd import probe_nrrd, read_nrrd
from storage.media.probe import probe
from storage.media.source import FileSource
from viewers.decode.grid_volume import GridFrames

PLAIN = "type: short\ndimension: 3\nsizes: 5 5 5\nencoding: raw\nendian: little"


def nrrd(path: Path, more: str = "", text: str = PLAIN, data: bytes = bytes(1000)) -> Path:
    path.write_bytes(b"NRRD0004\n" + f"{text}{more}".encode() + b"\n\n" + data)
    return path


def nifti_gz(path: Path, shape: tuple[int, int, int]) -> Path:
    head = bytearray(352)
    struct.pack_into("<i", head, 0, 348)
    struct.pack_into("<8h", head, 40, 3, *shape, 1, 1, 1, 1)
    struct.pack_into("<hh", head, 70, 4, 16)
    struct.pack_into("<f", head, 108, 352)
    head[344:348] = b"n+1\0"
    path.write_bytes(gzip.compress(bytes(head) + bytes(1000)))
    return path


@pytest.mark.parametrize("shape", [(30_000, 30_000, 300), (1000, 1000, 1000)])
def test_a_packed_nifti_that_announces_more_than_gzip_can_hold_is_refused(tmp_path, shape):
    with pytest.raises(BadInput, match="cut short"):
        read_nifti(nifti_gz(tmp_path / "v.nii.gz", shape))


def test_a_packed_nrrd_that_announces_more_than_gzip_can_hold_is_refused(tmp_path):
    text = "type: short\ndimension: 3\nsizes: 10000 10000 150\nencoding: gzip"
    with pytest.raises(BadInput, match="cut short"):
        read_nrrd(nrrd(tmp_path / "v.nrrd", text=text, data=gzip.compress(bytes(100))))


@pytest.mark.parametrize("more", ["\nbyte skip: x", "\nbyte skip: 99999999999999999999", "\nbyte skip: -7", "\nline skip: 3"])
def test_a_place_of_the_numbers_that_cannot_be_followed_is_refused(tmp_path, more):
    with pytest.raises(BadInput, match="where its numbers begin"):
        probe(nrrd(tmp_path / "v.nrrd", more))


@pytest.mark.parametrize("name", ["../../etc/passwd", "/etc/passwd", ".", "a\0b", "a" * 5000, "LIST"])
def test_numbers_are_never_looked_for_outside_of_the_folder(tmp_path, name):
    with pytest.raises(BadInput, match=r"not beside it|in many files"):
        probe(nrrd(tmp_path / "v.nhdr", f"\ndata file: {name}"))


@pytest.mark.parametrize("spacing", ["e", "1..2", "1e999", "nan", "-0", "0"])
def test_a_spacing_of_nonsense_makes_no_millimetres_and_is_told(tmp_path, spacing):
    info, _, header = probe_nrrd(nrrd(tmp_path / "v.nrrd", f"\nspacings: {spacing} 2 3"))
    assert header.unmeasured and GridFrames(header, FileSource(header.data_path)).geometry is None
    assert "spacing" not in info.facts and info.facts["missing_3d"]
    assert f"impossible (spacings {spacing} 2 3). Lengths are in pixels" in info.warnings[0]


def test_without_a_size_of_voxels_there_are_no_millimetres(tmp_path):
    info, _, header = probe_nrrd(nrrd(tmp_path / "v.nrrd"))
    assert header.unmeasured and "the size of its voxels is not given" in info.warnings[0]


@pytest.mark.parametrize(("unit", "factor"), [("mm", 1), ("um", 0.001), ("µm", 0.001), ("cm", 10), ("m", 1000), ("", 1)])
@pytest.mark.parametrize("way", ["space", "axes"])
def test_lengths_in_other_units_are_millimetres(tmp_path, unit, factor, way):
    more = {
        "space": f"\nspace: LPS\nspace directions: (1.5,0,0) (0,1.2,0) (0,0,2)\nspace origin: (3,4,5)\nspace units: {3 * (' ' + chr(34) + unit + chr(34))}",
        "axes": f"\nspacings: 1.5 1.2 2\nunits: {3 * (' ' + chr(34) + unit + chr(34))}",
    }[way]
    header = read_nrrd(nrrd(tmp_path / "v.nrrd", more))
    geometry = header.geometry
    found = geometry.spacing_col_mm, geometry.spacing_row_mm, geometry.slice_spacing_mm
    assert found == pytest.approx((1.5 * factor, 1.2 * factor, 2 * factor))
    assert not header.unmeasured
    if way == "space":
        assert tuple(geometry.origins[0]) == pytest.approx((3 * factor, 4 * factor, 5 * factor))


def test_a_unit_that_nobody_knows_makes_no_millimetres_and_is_told(tmp_path):
    more = '\nspace: LPS\nspace directions: (1,0,0) (0,1,0) (0,0,2)\nspace units: "mm" "furlong" "mm"'
    info, _, header = probe_nrrd(nrrd(tmp_path / "v.nrrd", more))
    assert GridFrames(header, FileSource(header.data_path)).geometry is None
    assert "in a unit that is not known (“furlong”). Lengths are in pixels" in info.warnings[0]


def test_directions_in_an_unnamed_space_still_say_how_large_voxels_are(tmp_path):
    header = read_nrrd(nrrd(tmp_path / "v.nrrd", "\nspace directions: (0,0.5,0) (2,0,0) (0,0,3)"))
    geometry = header.geometry
    assert not header.unmeasured
    assert (geometry.spacing_col_mm, geometry.spacing_row_mm, geometry.slice_spacing_mm) == (0.5, 2.0, 3.0)


@pytest.mark.parametrize("directions", ["(nan,0,0) (0,1,0) (0,0,1)", "(1,0,0) (1,0,0) (0,0,1)", "none none none", "(" * 10_000])
def test_directions_of_nonsense_leave_millimetres_from_the_first_voxel(tmp_path, directions):
    header = read_nrrd(nrrd(tmp_path / "v.nrrd", f"\nspace: lps\nspace directions: {directions}"))
    assert header.warnings and header.unmeasured
    assert np.array_equal(header.geometry.origins[0], [0, 0, 0])
