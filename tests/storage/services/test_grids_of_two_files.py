"""Volumes whose numbers lie in a file of their own: linked as they are, copied as one file."""

from __future__ import annotations

import gzip
from pathlib import Path

import nibabel as nib
import numpy as np
import pytest

from storage.catalog.check import check
from storage.errors import BadInput
from storage.media.source import FileSource
from storage.progress import Progress
from storage.services.intake import add_paths
from tests.support import phantoms
from viewers.decode.grid_volume import open_grid


def no_picture(path: Path, size: int) -> bytes:
    raise BadInput("no picture")


@pytest.mark.parametrize("kind", ["nifti1", "nifti2", "analyze", "packed", "extended", "nrrd", "packed nrrd"])
def test_a_volume_in_two_files_is_one_linked_or_one_copied(catalog, target, tmp_path, kind):
    values, affine = phantoms.numbered((3, 4, 5)), np.diag([1.5, 1.25, 2.0, 1.0])
    head = tmp_path / ("in.nhdr" if "nrrd" in kind else "in.hdr")
    data = _in_two_files(head, values, affine, kind)
    linked = add_paths(catalog, [head], target, link=True, render=no_picture, progress=Progress())
    copied = add_paths(catalog, [head], target, render=no_picture, progress=Progress(), duplicates="add")
    assert len(linked.added) == len(copied.added) == 1 and not copied.errors
    one, other = (catalog.reads.item(result.added[0].item_id) for result in (linked, copied))
    assert other.source.endswith(".nrrd" if "nrrd" in kind else ".nii")
    assert check(catalog.path) == []
    head.unlink()
    data.unlink()
    frames = open_grid(FileSource(catalog.path / other.source), {})
    array = np.empty(frames.shape, frames.dtype)
    if frames.at_once:
        frames.fill(array, lambda frame: None, lambda: None)
    else:
        for n in range(len(array)):
            frames.read_into(n, array[n])
    assert (array == values.astype(array.dtype).transpose(2, 1, 0)).all()
    told = one.facts["header"]["geometry"]
    assert other.facts["header"]["geometry"] == told and "beside" not in other.facts


@pytest.mark.parametrize("names", [("a.hdr", "a.img"), ("A.HDR", "A.IMG"), ("a.hdr", "a.img.gz")])
def test_in_a_folder_the_second_half_comes_with_the_first(catalog, target, tmp_path, names):
    folder = tmp_path / "scans"
    folder.mkdir()
    _in_two_files(folder / "a.hdr", phantoms.numbered((3, 4, 5)), np.eye(4), "packed" if names[1].endswith("gz") else "nifti1")
    for old, new in zip(sorted(folder.iterdir()), names, strict=True):
        old.rename(folder / new)
    (folder / "b.img").write_bytes((folder / names[1]).read_bytes())
    found = add_paths(catalog, [folder], target, render=no_picture, progress=Progress())
    assert [a.title for a in found.added] == [names[0]] and [Path(e.input).name for e in found.errors] == ["b.img"]


def test_a_second_file_that_is_cut_short_is_not_copied(catalog, target, tmp_path):
    _in_two_files(tmp_path / "in.hdr", phantoms.numbered((30, 40, 50)), np.eye(4), "packed")
    whole = (tmp_path / "in.img.gz").read_bytes()
    with gzip.open(tmp_path / "in.img.gz", "wb") as file:
        file.write(gzip.decompress(whole)[:-1000])
    copied = add_paths(catalog, [tmp_path / "in.hdr"], target, render=no_picture, progress=Progress())
    assert copied.added == [] and "1,000 bytes are missing" in copied.errors[0].reason
    assert list((catalog.path / "originals").rglob("*.*")) == []


def _in_two_files(head: Path, values: np.ndarray, affine: np.ndarray, kind: str) -> Path:
    """The file with the numbers."""
    data = head.with_suffix(".img")
    if "nrrd" in kind:
        raw = np.ascontiguousarray(values.transpose(2, 1, 0)).astype("<i2").tobytes()
        data = head.with_suffix(".raw")
        data.write_bytes(b"12345678" * 2 + (gzip.compress(raw) if "packed" in kind else raw))
        fields = f"type: short\ndimension: 3\nsizes: {' '.join(map(str, values.shape))}\nspace: RAS\nspace directions: "
        fields += "(1.5,0,0) (0,1.25,0) (0,0,2)\nspace origin: (1,2,3)\nbyte skip: 16\nendian: little\nencoding: "
        fields += f"{'gzip' if 'packed' in kind else 'raw'}\ndata file: {data.name}\nmade:=here\n"
        head.write_bytes(b"NRRD0004\n" + fields.encode())
        return data
    if kind == "analyze":
        nib.save(nib.AnalyzeImage(values.astype(np.int16), affine), head)
        return data
    image = (nib.Nifti2Pair if kind == "nifti2" else nib.Nifti1Pair)(values.astype(np.int16), affine)
    if kind == "extended":
        image.header.extensions.append(nib.nifti1.Nifti1Extension("comment", b"measured twice"))
    nib.save(image, head)
    if kind == "packed":
        (head.with_suffix(".img.gz")).write_bytes(gzip.compress(data.read_bytes()))
        data.unlink()
        return head.with_suffix(".img.gz")
    return data
