"""NIfTI, Analyze and NRRD headers: where voxels lie, by nibabel's and ITK's word; what is refused and why."""

from __future__ import annotations

import gzip
import struct

import numpy as np
import pytest

from storage.errors import BadInput
from storage.media.grid_header import GridHeader
from storage.media.nifti import probe_nifti
from storage.media.nrrd import probe_nrrd
from storage.media.source import FileSource
from storage.model.calibration import Calibration
from storage.model.items import Kind
from storage.model.space import LPS_RAS, letters
from tests.conftest import REAL_DATA
from tests.support import phantoms
from viewers.decode.grid_volume import GridFrames

OBLIQUE = np.array([[-1.6, 0.5, 0.3, 90], [0.4, 1.9, -0.5, -126], [-0.2, 0.4, 2.9, -72], [0, 0, 0, 1]])


def values(header: GridHeader) -> np.ndarray:
    """[time, slice, row, column]"""
    data = header.data_path.read_bytes()
    if header.packed == "whole":
        data = gzip.decompress(data)[header.offset :]
    elif header.packed == "payload":
        data = gzip.decompress(data[header.offset :])
    else:
        data = data[header.offset :]
    count = header.data_bytes // np.dtype(header.dtype).itemsize
    return np.frombuffer(data, header.dtype, count).reshape(header.times, header.slices, header.rows, header.columns)


@pytest.mark.parametrize(
    ("name", "version"), [("a.nii", 1), ("a.nii", 2), ("a.nii.gz", 1), ("a.nii.gz", 2), ("a.hdr", 1), ("a.img", 1)]
)
@pytest.mark.parametrize("big", [False, True])
def test_every_form_of_the_file_gives_the_same_volume(tmp_path, name, version, big):
    array = phantoms.numbered((4, 5, 6)).astype(np.int16)
    path = phantoms.nifti(tmp_path / name, array, OBLIQUE, version=version, big_endian=big)
    info, geometry, header = probe_nifti(path)
    assert np.allclose(LPS_RAS @ geometry.affine, OBLIQUE, atol=1e-4)
    assert np.array_equal(values(header)[0], array)
    assert (info.kind, info.width, info.height, info.frames) == (Kind.NIFTI, 6, 5, 4)
    assert GridHeader.from_dict(info.facts["header"], header.data_path).geometry.affine == pytest.approx(geometry.affine)


def test_times_are_frames_behind_each_other(tmp_path):
    array = phantoms.numbered((3, 4, 5, 6)).astype(np.int16)
    info, _, header = probe_nifti(phantoms.nifti(tmp_path / "a.nii", array, np.eye(4)))
    assert (info.frames, header.times, header.slices) == (12, 3, 4)
    assert np.array_equal(values(header), array)


def rigid(sizes=(1.5, 2, 3), flip=1.0):
    turn = np.linalg.qr(OBLIQUE[:3, :3])[0]
    turn *= np.sign(np.linalg.det(turn))
    matrix = np.eye(4)
    matrix[:3, :3] = turn * sizes
    matrix[:3, 2] *= flip
    matrix[:3, 3] = (10, -20, 30)
    return matrix


@pytest.mark.parametrize("flip", [1.0, -1.0])
def test_the_qform_counts_where_there_is_no_sform(tmp_path, flip):
    import nibabel

    path = phantoms.nifti(tmp_path / "a.nii", phantoms.numbered((4, 5, 6)), rigid(flip=flip), sform=0, qform=1)
    assert nibabel.load(path).header["pixdim"][0] == flip
    _, geometry, _ = probe_nifti(path)
    assert np.allclose(LPS_RAS @ geometry.affine, rigid(flip=flip), atol=1e-4)


def patched(path, *patches) -> None:
    data = bytearray(path.read_bytes())
    for kind, offset, *wanted in patches:
        struct.pack_into(kind, data, offset, *wanted)
    path.write_bytes(data)


def test_the_sform_stands_over_the_qform_and_a_quarrel_is_told(tmp_path):
    path = phantoms.nifti(tmp_path / "a.nii", phantoms.numbered((4, 5, 6)), rigid(), sform=1, qform=1)
    assert probe_nifti(path)[0].warnings == ()
    patched(path, ("<f", 280 + 12, 60.0))  # x of the sform's origin
    info, geometry, _ = probe_nifti(path)
    assert "50 mm apart; the sform is used" in info.warnings[0]
    assert geometry.origins[0].tolist() == pytest.approx([-60, 20, 30])


def test_without_any_matrix_sides_are_not_known(tmp_path):
    path = phantoms.nifti(tmp_path / "a.nii", phantoms.numbered((4, 5, 6)), np.diag([1.5, 2, 3, 1]), sform=0, qform=0)
    info, geometry, _ = probe_nifti(path)
    assert "sides and positions are not known" in info.warnings[0]
    assert (geometry.spacing_col_mm, geometry.spacing_row_mm, geometry.slice_spacing_mm) == (1.5, 2, 3)


@pytest.mark.parametrize("size", [0.0, float("nan"), float("inf"), -float("inf"), -1.5])
@pytest.mark.parametrize("qform", [0, 1])
def test_an_impossible_voxel_size_makes_no_millimetres_and_is_told(tmp_path, size, qform):
    affine = np.diag([1.5, 2, 3, 1])
    path = phantoms.nifti(tmp_path / "a.nii", phantoms.numbered((4, 5, 6)), affine, sform=0, qform=qform)
    patched(path, ("<f", 80, size))
    info, _, header = probe_nifti(path)
    assert f"the size of its voxels is impossible (pixdim {size:g}, 2, 3). Lengths are in pixels." in info.warnings[0]
    assert "spacing" not in info.facts and info.facts["missing_3d"] == ["size of voxels"]
    assert GridFrames(header, FileSource(path)).geometry is None
    assert GridHeader.from_dict(info.facts["header"], path).unmeasured == header.unmeasured
    assert Calibration.of_facts({**info.facts, "spacing": [1.0, 1.0]}).whole.unit == "px"  # as earlier versions have told it


def test_a_size_that_nothing_needs_may_be_anything(tmp_path):
    flat = phantoms.nifti(tmp_path / "a.nii", phantoms.numbered((1, 5, 6)), np.diag([1.5, 2, 3, 1]), sform=0)
    patched(flat, ("<f", 88, 0.0))  # between slices, of which there is one
    by_sform = phantoms.nifti(tmp_path / "b.nii", phantoms.numbered((4, 5, 6)), np.diag([1.5, 2, 3, 1]))
    patched(by_sform, ("<f", 80, 0.0))
    for path in (flat, by_sform):
        info, geometry, header = probe_nifti(path)
        assert not header.unmeasured and geometry.spacing_col_mm == 1.5 and info.facts["spacing"] == [2.0, 1.5]


def test_units_other_than_millimetres(tmp_path):
    path = phantoms.nifti(tmp_path / "a.nii", phantoms.numbered((4, 5, 6)), np.diag([0.0015, 0.002, 0.003, 1]))
    patched(path, ("<B", 123, 1))  # metres
    _, geometry, _ = probe_nifti(path)
    assert geometry.spacing_col_mm == pytest.approx(1.5)
    assert letters(geometry.row_dir) == "R"  # RAS + x is the patient's right in LPS terms: minus x


def test_scaling_and_display_range(tmp_path):
    path = phantoms.nifti(tmp_path / "a.nii", phantoms.numbered((2, 3, 4)).astype(np.int16), np.eye(4), slope=2.5, intercept=-7)
    _, _, header = probe_nifti(path)
    assert (header.slope, header.intercept) == (2.5, -7)
    patched(path, ("<2f", 112, float("nan"), 0.0))
    assert (probe_nifti(path)[2].slope, probe_nifti(path)[2].intercept) == (1, 0)


@pytest.mark.parametrize(
    ("patch", "reason"),
    [
        (("<h", 70, 1792), "complex numbers"),
        (("<h", 70, 999), "unknown type 999"),
        (("<h", 40, 9), "impossible dimensions"),
        (("<h", 42, -3), "impossible dimensions"),
        (("<3h", 42, 32767, 32767, 32767), "terabyte|cut short"),
        (("<f", 108, float("inf")), "where its numbers begin"),
        (("<i", 0, 17), "does not begin like"),
    ],
)
def test_what_cannot_be_shown_is_refused_with_its_reason(tmp_path, patch, reason):
    path = phantoms.nifti(tmp_path / "a.nii", phantoms.numbered((4, 5, 6)), np.eye(4))
    patched(path, patch)
    with pytest.raises(BadInput, match=reason):
        probe_nifti(path)


def test_cut_files_and_lost_halves_are_refused(tmp_path):
    path = phantoms.nifti(tmp_path / "a.nii", phantoms.numbered((4, 5, 6)), np.eye(4))
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(BadInput, match="cut short"):
        probe_nifti(path)
    path.write_bytes(b"short")
    with pytest.raises(BadInput, match="too short"):
        probe_nifti(path)
    (tmp_path / "a.nii.gz").write_bytes(b"\x1f\x8b\x08junk")
    with pytest.raises(BadInput, match="cannot be read"):
        probe_nifti(tmp_path / "a.nii.gz")
    phantoms.nifti(tmp_path / "b.hdr", phantoms.numbered((4, 5, 6)), np.eye(4))
    (tmp_path / "b.img").unlink()
    with pytest.raises(BadInput, match=r"b\.img is not beside it"):
        probe_nifti(tmp_path / "b.hdr")


def test_a_matrix_of_nonsense_falls_back(tmp_path):
    path = phantoms.nifti(tmp_path / "a.nii", phantoms.numbered((4, 5, 6)), rigid(), sform=1, qform=1)
    patched(path, ("<12f", 280, *[float("nan")] * 12))
    info, geometry, _ = probe_nifti(path)
    assert "sform makes no sense" in info.warnings[0]
    assert np.allclose(LPS_RAS @ geometry.affine, rigid(), atol=1e-4)


@pytest.mark.parametrize("space", ["left-posterior-superior", "right-anterior-superior", "LAS"])
@pytest.mark.parametrize("encoding", ["raw", "gzip"])
@pytest.mark.parametrize("detached", [False, True])
def test_nrrd_agrees_with_itk(tmp_path, space, encoding, detached):
    import SimpleITK

    array = phantoms.numbered((4, 5, 6)).astype(np.int16)
    data = array.tobytes() if encoding == "raw" else gzip.compress(array.tobytes())
    head = f"""NRRD0005
# made by hand
type: short
dimension: 3
space: {space}
sizes: 6 5 4
space directions: (1.6,0.4,-0.2) (0.5,1.9,0.4) (0.3,-0.5,2.9)
kinds: domain domain domain
endian: little
encoding: {encoding}
space origin: (10,-20,30)
"""
    if detached:
        (tmp_path / "a.raw").write_bytes(data)
        path = tmp_path / "a.nhdr"
        path.write_text(f"{head}data file: a.raw\n")
    else:
        path = tmp_path / "a.nrrd"
        path.write_bytes(head.encode() + b"\n" + data)
    image = SimpleITK.ReadImage(str(path))
    info, geometry, header = probe_nrrd(path)
    assert np.array_equal(values(header)[0], array)
    # ITK straightens axes that are not upright on each other: only its origin and step lengths can be compared then.
    assert image.GetOrigin() == pytest.approx(tuple(geometry.origins[0]))
    assert image.GetSpacing()[:2] == pytest.approx((geometry.spacing_col_mm, geometry.spacing_row_mm))
    assert (info.kind, info.width, info.height, info.frames) == (Kind.NIFTI, 6, 5, 4)


def nrrd(tmp_path, fields: str, data: bytes = b"\0" * 240):
    path = tmp_path / "a.nrrd"
    path.write_bytes(f"NRRD0004\n{fields}\n\n".encode() + data)
    return path


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ("type: short\ndimension: 3\nsizes: 6 5 4\nencoding: bzip2", "cannot be read .*bzip2"),
        ("type: block\ndimension: 3\nsizes: 6 5 4\nencoding: raw", "cannot be read"),
        ("type: short\ndimension: 3\nencoding: raw", "does not say its sizes"),
        ("type: short\ndimension: 3\nsizes: 6 5 400\nencoding: raw", "cut short"),
        ("type: short\ndimension: 3\nsizes: 6 5 -4\nencoding: raw", "dimensions of sizes"),
        ("type: short\ndimension: 3\nsizes: 6 5 4\nencoding: raw\ndata file: ../../etc/passwd", "not beside it"),
        ("type: short\ndimension: 3\nsizes: 6 5 4\nencoding: raw\ndata file: s%03d.raw 0 3 1", "in many files"),
        ("type: short\ndimension: 3\nsizes: 99999 99999 99999\nencoding: gzip", "terabyte"),
    ],
)
def test_nrrd_that_cannot_be_shown_is_refused_with_its_reason(tmp_path, fields, reason):
    with pytest.raises(BadInput, match=reason):
        probe_nrrd(nrrd(tmp_path, fields))


def test_nrrd_with_a_list_of_volumes(tmp_path):
    fields = "type: uchar\ndimension: 4\nspace: left-posterior-superior\nsizes: 2 6 5 4\nencoding: raw\n"
    fields += "space directions: none (1,0,0) (0,1,0) (0,0,2)\nkinds: list domain domain domain\nspace origin: (0,0,0)"
    _, geometry, header = probe_nrrd(nrrd(tmp_path, fields))
    assert (header.times, header.samples, header.interleaved) == (2, 1, True)
    assert geometry.shape == (4, 5, 6) and geometry.slice_spacing_mm == 2


@pytest.mark.realdata
def test_real_nifti_and_nrrd_agree_with_nibabel_and_itk():
    import nibabel
    import SimpleITK

    niftis = [p for p in REAL_DATA.rglob("*") if p.name.endswith((".nii", ".nii.gz"))]
    for path in niftis:
        image = nibabel.load(path)
        _, geometry, header = probe_nifti(path)
        assert np.allclose(LPS_RAS @ geometry.affine, image.affine, atol=1e-4), path
        raw = np.asarray(image.dataobj.get_unscaled()).T
        assert np.array_equal(values(header).reshape(raw.shape), raw, equal_nan=raw.dtype.kind == "f"), path
    nrrds = list(REAL_DATA.rglob("*.nrrd"))
    for path in nrrds:
        image = SimpleITK.ReadImage(str(path))
        _, geometry, header = probe_nrrd(path)
        assert np.array_equal(values(header)[0], SimpleITK.GetArrayFromImage(image)), path
        last = [n - 1 for n in image.GetSize()]
        assert np.allclose(geometry.to_mm(*last), image.TransformIndexToPhysicalPoint(last), atol=1e-3), path
    assert len(niftis) > 8 and len(nrrds) > 15
