"""Damaged files of labels are refused with a sentence, or told as losses; they never end the program."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from storage.errors import BadInput, PostilError
from storage.exchange.dicom_read import read_head
from storage.exchange.dicom_seg import write_seg
from storage.exchange.dicom_sr import write_sr
from storage.exchange.grid_labels import read_labels
from storage.exchange.losses import Losses
from storage.exchange.nifti_labels import open_nifti_labels, write_nifti
from storage.exchange.nrrd_labels import open_nrrd_labels, write_nrrd
from storage.exchange.rtstruct import write_rtstruct
from storage.exchange.rtstruct_read import read_rtstruct
from storage.exchange.seg_read import read_seg
from storage.exchange.sr_read import read_sr
from storage.exchange.volumes import DocumentFiller, segments_of
from storage.model.labels import LabelDocument
from tests.support import phantoms
from tests.support.volume_stage import FEATURES, NOW, blob, document, masks_of, of_phantom


def _nifti(path: Path, filler: DocumentFiller) -> LabelDocument:
    return read_labels(path, open_nifti_labels(path), filler)


def _nrrd(path: Path, filler: DocumentFiller) -> LabelDocument:
    return read_labels(path, open_nrrd_labels(path), filler)


READERS: dict[str, Callable[..., LabelDocument]] = {
    "seg.dcm": read_seg, "rt.dcm": read_rtstruct, "sr.dcm": read_sr, "l.nii.gz": _nifti, "l.seg.nrrd": _nrrd,
}  # fmt: skip


@pytest.fixture(scope="module")
def stage(tmp_path_factory):
    folder = tmp_path_factory.mktemp("hostile")
    series = of_phantom(phantoms.series(folder / "s"))
    volume = blob((6, 16, 20), 3)
    labels = document(("Liver", masks_of(volume)), ("Tumour", masks_of(volume[::-1])))
    losses = Losses()
    segments = segments_of(series, labels, FEATURES, None, losses)
    write_seg(folder / "seg.dcm", series, segments, now=NOW)
    write_rtstruct(folder / "rt.dcm", series, labels, FEATURES, losses, now=NOW)
    write_sr(folder / "sr.dcm", series, labels, FEATURES, losses, now=NOW)
    write_nifti(folder / "l.nii.gz", series, segments)
    write_nrrd(folder / "l.seg.nrrd", series, segments)
    return series, folder


@pytest.mark.parametrize("name", READERS)
@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_bytes_that_were_changed(stage, name, data):
    series, folder = stage
    raw = bytearray((folder / name).read_bytes())
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(raw) - 1))
        kind = data.draw(st.sampled_from(("set", "cut", "insert", "end")))
        if kind == "set":
            raw[at] = data.draw(st.integers(0, 255))
        elif kind == "cut":
            del raw[at : at + data.draw(st.integers(1, 40))]
        elif kind == "insert":
            raw[at:at] = data.draw(st.binary(min_size=1, max_size=20))
        else:
            del raw[max(at, 200) :]
        if len(raw) < 2:
            break
    path = folder / f"changed-{name}"
    path.write_bytes(bytes(raw))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # pydicom's, of values that are not as they should be
        try:
            made = READERS[name](path, DocumentFiller(series, FEATURES, LabelDocument(), Losses()))
        except PostilError as error:
            assert path.name in error.reason  # noqa: PT017
            return
    assert all(0 <= a.frame < 6 for a in made.annotations.values())


def test_sequences_nested_without_end_are_refused(tmp_path):
    from pydicom.dataset import Dataset
    from pydicom.sequence import Sequence

    inner = Dataset()
    for _ in range(200):
        outer = Dataset()
        outer.ContentSequence = Sequence([inner])
        inner = outer
    made = phantoms.dataset("1.2.840.10008.1.2.1", "1.2.840.10008.5.1.4.1.1.88.33", "SR")
    made.ContentSequence = Sequence([inner])
    path = tmp_path / "deep.dcm"
    made.save_as(path, enforce_file_format=True)
    with pytest.raises(BadInput, match="cannot be read"):
        read_head(path)


def _changed(stage, path: Path, change: Callable[[Any], None]) -> Path:
    import pydicom

    head = pydicom.dcmread(stage[1] / "seg.dcm")
    change(head)
    pydicom.dcmwrite(path, head, implicit_vr=False, little_endian=True, force_encoding=True)
    return path


def _without_sources(head: Any) -> None:
    for group in head.PerFrameFunctionalGroupsSequence:
        group.pop("DerivationImageSequence", None)


@pytest.mark.parametrize("orientation", [[0, 0, 0, 0, 0, 0], [1, 0, 0, 1, 0, 0]])
def test_frames_that_run_in_no_direction_are_told_as_lost(stage, tmp_path, orientation):
    def turn(head: Any) -> None:
        _without_sources(head)
        head.SharedFunctionalGroupsSequence[0].PlaneOrientationSequence[0].ImageOrientationPatient = orientation

    losses = Losses()
    made = read_seg(_changed(stage, tmp_path / "s.dcm", turn), DocumentFiller(stage[0], FEATURES, LabelDocument(), losses))
    assert not made.annotations
    assert {loss.what.partition(" ")[0] for loss in losses.all()} == {"Liver", "Tumour"}


def test_frames_of_no_segment_are_told_as_lost(stage, tmp_path):
    def claim(head: Any) -> None:
        head.NumberOfFrames, head.Rows, head.Columns = 400, 1, 1
        head.PixelData = bytes(50)
        head.PerFrameFunctionalGroupsSequence = head.PerFrameFunctionalGroupsSequence[:3]

    losses = Losses()
    made = read_seg(_changed(stage, tmp_path / "s.dcm", claim), DocumentFiller(stage[0], FEATURES, LabelDocument(), losses))
    assert not made.annotations
    assert any(loss.what == "segments on 397 frames" for loss in losses.all())


def test_a_deflated_bomb_behind_a_long_head_is_refused_before_it_is_unpacked(stage, tmp_path, monkeypatch):
    """pydicom would unpack it whole."""
    monkeypatch.setattr("storage.exchange.dicom_read.MAX_HEAD", 4 << 20)

    def hide(head: Any) -> None:
        from pydicom.uid import DeflatedExplicitVRLittleEndian

        head.file_meta.TransferSyntaxUID = DeflatedExplicitVRLittleEndian
        head.file_meta.add_new(0x00020001, "OB", b"\0\1" * 2000)
        head.add_new(0x00090010, "LO", "X")
        head.add_new(0x00091001, "OB", bytes(16 << 20))

    path = _changed(stage, tmp_path / "s.dcm", hide)
    assert path.stat().st_size < 1 << 20
    with pytest.raises(BadInput, match="unpacks to more"):
        read_head(path)
