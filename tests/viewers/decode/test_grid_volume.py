"""NIfTI and NRRD: the numbers that nibabel and SimpleITK read, where they lie or unpacked once."""

from __future__ import annotations

import gzip
import subprocess
import sys
from pathlib import Path

import nibabel
import numpy as np
import pytest
import SimpleITK as sitk  # noqa: N813

from storage.errors import BadInput
from storage.media.source import FileSource
from tests.support import phantoms
from viewers.decode.grid_volume import GridFrames, open_grid
from viewers.decode.volume_store import VolumeStore

AFFINE = np.array([[-0.5, 0, 0, 10], [0, 0.7, 0.1, -5], [0, -0.1, 2.5, 30], [0, 0, 0, 1.0]])
NATIVE = [np.uint8, np.int16, np.uint16, np.int32, np.uint32, np.int64, np.uint64, np.float32, np.float64]


def opened(path: Path) -> GridFrames:
    return open_grid(FileSource(path), {})


def loaded(path: Path, cache: Path | None = None) -> VolumeStore:
    store = VolumeStore(opened(path), cache).load()
    store.close()
    return store


def some(kind: type, shape: tuple[int, ...] = (4, 6, 5)) -> np.ndarray:
    rng = np.random.default_rng(1)
    if np.issubdtype(kind, np.floating):
        return rng.normal(size=shape).astype(kind)
    info = np.iinfo(kind)
    return rng.integers(info.min, info.max, shape, kind, endpoint=True)


@pytest.mark.parametrize("kind", [*NATIVE, np.int8])
@pytest.mark.parametrize("big_endian", [False, True])
@pytest.mark.parametrize("name", ["v.nii", "v.nii.gz"])
def test_every_kind_of_number_is_exact(tmp_path, kind, big_endian, name):
    values = some(kind)
    path = phantoms.nifti(tmp_path / name, values, AFFINE, big_endian=big_endian)
    store = loaded(path, tmp_path / "cache")
    assert np.array_equal(store.array, values)
    assert store.array.dtype == (np.int16 if kind is np.int8 else kind)
    assert store.array.dtype.isnative


@pytest.mark.parametrize("version", [1, 2])
def test_a_plain_file_needs_no_copy_in_the_cache(tmp_path, version):
    values = some(np.int16)
    store = loaded(phantoms.nifti(tmp_path / "v.nii", values, AFFINE, version=version), tmp_path / "cache")
    assert not (tmp_path / "cache").exists()
    assert np.array_equal(store.array, values)


CUT_SHORT = """
import os, sys
from pathlib import Path
from threading import Event
from storage.media.source import FileSource
from viewers.decode.grid_volume import open_grid
from viewers.scene.volume_source import VolumeSource

def read(volume):
    done = Event()
    volume.listen(lambda: done.set() if volume.complete or volume.error else None)
    volume.start()
    assert done.wait(60)

paths = [Path(name) for name in sys.argv[1:]]
seen, ahead = (VolumeSource(lambda path=path: open_grid(FileSource(path), {})) for path in paths)
read(seen)
frames = open_grid(FileSource(paths[1]), {})  # opened, and nothing of it is read yet
ahead._open = lambda: frames
for path in paths:
    os.truncate(path, 4000)
n = seen.slices
total = int(sum(seen.slice(k).array.sum(dtype="int64") for k in range(n)))
read(ahead)
print(total, sorted(ahead.damaged) == list(range(n)))
print(ahead.damaged[n - 1].reason)
for volume in (seen, ahead):
    volume.close()  # as the window does: a thread inside of C++ at the end of the interpreter may take it down
"""


@pytest.mark.parametrize("name", ["v.nii", "v.nrrd"])
def test_a_file_that_is_cut_short_while_it_is_looked_at_or_read_ahead_does_no_harm(tmp_path, name):
    """As memory that is mapped, such a file ends the program (SIGBUS)."""
    values = (np.arange(20 * 64 * 64) % 30_000).astype(np.int16).reshape(20, 64, 64)
    paths = [tmp_path / f"{n}-{name}" for n in "ab"]
    for path in paths:
        if name.endswith("nrrd"):
            sitk.WriteImage(sitk.GetImageFromArray(values), path)
        else:
            phantoms.nifti(path, values, AFFINE)
    done = subprocess.run([sys.executable, "-c", CUT_SHORT, *map(str, paths)], capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    total, reason = done.stdout.splitlines()
    assert total == f"{values.sum(dtype=np.int64)} True"
    assert "b-v" in reason and "ends early" in reason


def test_a_packed_file_is_unpacked_once(tmp_path, monkeypatch):
    values = some(np.int16)
    path = phantoms.nifti(tmp_path / "v.nii.gz", values, AFFINE)
    loaded(path, tmp_path / "cache")
    monkeypatch.setattr(GridFrames, "fill", lambda *_: pytest.fail("unpacked again"))
    assert np.array_equal(loaded(path, tmp_path / "cache").array, values)


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="elsewhere only the mapping itself can be flushed")
def test_while_the_disk_takes_the_cache_file_the_window_goes_on(tmp_path, monkeypatch):
    flushed: list[object] = []  # by the mapping, which holds the interpreter's lock until the disk is done
    monkeypatch.setattr(np.memmap, "flush", flushed.append)
    loaded(phantoms.nifti(tmp_path / "v.nii.gz", some(np.int16), AFFINE), tmp_path / "cache")
    assert not flushed
    assert len(list((tmp_path / "cache" / "volumes").glob("*.raw"))) == 1


def test_a_packed_file_of_several_members(tmp_path):
    values = some(np.int16, (30, 20, 20))
    plain = phantoms.nifti(tmp_path / "v.nii", values, AFFINE).read_bytes()
    path = tmp_path / "w.nii.gz"
    path.write_bytes(b"".join(gzip.compress(plain[at : at + 5000]) for at in range(0, len(plain), 5000)) + b"\0" * 7)
    assert np.array_equal(loaded(path).array, values)


def test_times_come_one_after_the_other(tmp_path):
    values = some(np.int16, (3, 4, 6, 5))
    for name in ("v.nii", "v.nii.gz"):
        store = loaded(phantoms.nifti(tmp_path / name, values, AFFINE))
        assert store.array.shape == (12, 6, 5)
        for t in range(3):
            assert np.array_equal(store.at_time(t), values[t])


def test_pairs_and_packed_pairs(tmp_path):
    values = some(np.int16)
    phantoms.nifti(tmp_path / "pair.img", values, AFFINE)
    for name in ("pair.hdr", "pair.img"):
        assert np.array_equal(loaded(tmp_path / name).array, values)


def test_colours(tmp_path):
    rgb = np.zeros((5, 6, 4), np.dtype([("R", "u1"), ("G", "u1"), ("B", "u1")]))
    for n, channel in enumerate("RGB"):
        rgb[channel] = np.random.default_rng(n).integers(0, 256, rgb.shape)
    nibabel.save(nibabel.Nifti1Image(rgb, AFFINE), tmp_path / "c.nii")
    array = loaded(tmp_path / "c.nii").array
    assert array.shape == (4, 6, 5, 3)
    for n, channel in enumerate("RGB"):
        assert np.array_equal(array[..., n], rgb[channel].T)


def test_slope_and_intercept_give_the_values_nibabel_gives(tmp_path):
    path = phantoms.nifti(tmp_path / "v.nii", some(np.int16), AFFINE, slope=0.25, intercept=-30.0)
    frames = opened(path)
    look = frames.look(0)
    wanted = np.asarray(nibabel.load(path).dataobj).T
    assert np.allclose(loaded(path).array * look.slope + look.intercept, wanted)


def test_places_are_those_of_the_affine(tmp_path):
    geometry = opened(phantoms.nifti(tmp_path / "v.nii", some(np.int16), AFFINE)).geometry
    assert geometry is not None
    ras = AFFINE @ [3, 2, 1, 1]
    assert np.allclose(geometry.to_mm(3, 2, 1), ras[:3] * [-1, -1, 1], atol=1e-5)


@pytest.mark.parametrize("encoding", ["raw", "gzip"])
def test_nrrd_is_what_simpleitk_reads(tmp_path, encoding):
    values = some(np.int16)
    path = tmp_path / "v.nrrd"
    sitk.WriteImage(sitk.GetImageFromArray(values), str(path), useCompression=encoding == "gzip")
    assert np.array_equal(loaded(path, tmp_path / "cache").array, values)


@pytest.mark.parametrize("packed", [False, True])
def test_nrrd_with_times_inside_the_voxels(tmp_path, packed):
    values = some(np.int16, (3, 4, 6, 5))  # time, slice, row, column
    inside = np.ascontiguousarray(np.moveaxis(values, 0, -1))
    data = gzip.compress(inside.tobytes()) if packed else inside.tobytes()
    head = (
        "NRRD0004\ntype: short\ndimension: 4\nspace: left-posterior-superior\nsizes: 3 5 6 4\n"
        "space directions: none (1,0,0) (0,1,0) (0,0,2)\nkinds: list domain domain domain\nendian: little\n"
        f"encoding: {'gzip' if packed else 'raw'}\nspace origin: (0,0,0)\n\n"
    )
    path = tmp_path / "v.nrrd"
    path.write_bytes(head.encode() + data)
    store = loaded(path)
    assert store.array.shape == (12, 6, 5)
    assert np.array_equal(store.array.reshape(values.shape), values)


@pytest.mark.parametrize("name", ["v.nii.gz", "v.nii"])
def test_a_file_that_was_cut_short_is_told(tmp_path, name):
    path = phantoms.nifti(tmp_path / name, some(np.int16, (8, 60, 50)), AFFINE)
    path.write_bytes(path.read_bytes()[:-9000])
    try:
        store = loaded(path, tmp_path / "cache")
    except BadInput as error:
        assert name in error.reason  # noqa: PT017
        return
    assert store.damaged
    assert name in store.damaged[7].reason
    assert not list((tmp_path / "cache" / "volumes").iterdir())


def test_one_frame_of_a_packed_file_alone(tmp_path):
    values = some(np.int16)
    frames = opened(phantoms.nifti(tmp_path / "v.nii.gz", values, AFFINE))
    out = np.empty((6, 5), np.int16)
    frames.read_into(2, out)
    assert np.array_equal(out, values[2])


@pytest.mark.realdata
def test_real_volumes_are_what_nibabel_and_simpleitk_read(real_data, tmp_path):
    for path in [*sorted((real_data / "nifti").glob("*.nii*")), *sorted((real_data / "nrrd").rglob("*.nrrd"))]:
        array = loaded(path, tmp_path).array
        if path.suffix == ".nrrd":
            wanted = sitk.GetArrayFromImage(sitk.ReadImage(str(path)))
        else:
            wanted = np.asarray(nibabel.load(path).dataobj.get_unscaled()).T
        assert array.reshape(wanted.shape).astype(wanted.dtype).tobytes() == wanted.tobytes(), path.name
