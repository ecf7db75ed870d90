"""Linked DICOM files that are no longer what was added: a slice stays empty with the reason, never another picture."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pydicom
import pytest
from pydicom.uid import generate_uid

from storage.errors import BadInput
from storage.progress import Progress
from storage.services.label_volumes import series_of
from storage.services.originals import facts_of, source_of
from storage.services.series import add_series
from tests.support import phantoms
from viewers.decode.slices import open_frames
from viewers.decode.volume import modality_of
from viewers.decode.volume_store import VolumeStore

J2K = "1.2.840.10008.1.2.4.90"


def linked(catalog, target, folder: Path) -> int:
    (added,) = add_series(catalog, [folder], target, progress=Progress(), link=True).added
    return int(added.item_id)


def loaded(catalog, item_id: int, cache: Path | None = None) -> VolumeStore:
    item = catalog.reads.item(item_id)
    store = VolumeStore(open_frames(source_of(catalog, item), str(item.kind), facts_of(catalog, item)), cache).load()
    store.close()
    return store


@pytest.mark.parametrize("syntax", ["1.2.840.10008.1.2.1", J2K])
def test_files_of_one_size_that_changed_places_are_not_shown_in_each_others(catalog, target, tmp_path, syntax):
    phantom = phantoms.series(tmp_path / "in", n=5, transfer_syntax=syntax)
    item = linked(catalog, target, tmp_path / "in")
    one, two = phantom.files[1], phantom.files[3]
    os.replace(one, tmp_path / "kept")
    os.replace(two, one)
    os.replace(tmp_path / "kept", two)
    store = loaded(catalog, item, tmp_path / "cache")
    assert sorted(store.damaged) == [1, 3]
    assert "has changed since it was added: it holds another picture" in store.damaged[1].reason
    assert one.name in store.damaged[1].reason
    for k in range(5):
        assert np.array_equal(store.array[k], np.zeros_like(phantom.volume[k]) if k in (1, 3) else phantom.volume[k])


def test_another_patients_file_of_the_same_size_is_not_shown(catalog, target, tmp_path):
    phantom = phantoms.series(tmp_path / "in", n=3)
    item = linked(catalog, target, tmp_path / "in")
    path = phantom.files[2]
    size = path.stat().st_size
    other = pydicom.dcmread(path)
    other.SOPInstanceUID = other.file_meta.MediaStorageSOPInstanceUID = (generate_uid() + "0" * 64)[: len(other.SOPInstanceUID)]
    other.PatientName, other.PixelData = "Somebody^Else"[: len(str(other.PatientName))], bytes(len(other.PixelData))
    other.save_as(path)
    assert path.stat().st_size == size
    store = loaded(catalog, item)
    assert list(store.damaged) == [2] and "another picture" in store.damaged[2].reason
    values = modality_of(facts_of(catalog, catalog.reads.item(item)))
    assert np.array_equal(values(1), phantom.volume[1])
    with pytest.raises(BadInput, match="another picture"):
        values(2)


def test_what_means_other_numbers_than_before_is_not_shown(catalog, target, tmp_path):
    phantom = phantoms.series(tmp_path / "in", n=3, intercept=-1024.0)
    item = linked(catalog, target, tmp_path / "in")
    ds = pydicom.dcmread(phantom.files[0])
    ds.RescaleIntercept = -1000.0
    ds.save_as(phantom.files[0])
    assert "not where or what they were" in loaded(catalog, item).damaged[0].reason


def test_a_file_that_is_no_dicom_any_more_is_told(catalog, target, tmp_path):
    phantom = phantoms.series(tmp_path / "in", n=3)
    item = linked(catalog, target, tmp_path / "in")
    phantom.files[0].write_bytes(bytes(phantom.files[0].stat().st_size))
    store = loaded(catalog, item)
    assert list(store.damaged) == [0] and phantom.files[0].name in store.damaged[0].reason


def test_a_file_that_was_only_touched_is_shown(catalog, target, tmp_path):
    phantom = phantoms.series(tmp_path / "in", n=4)
    item = linked(catalog, target, tmp_path / "in")
    for path in phantom.files:
        os.utime(path, (1, 1))
    store = loaded(catalog, item)
    assert not store.damaged and np.array_equal(store.array, phantom.volume)


@pytest.mark.parametrize("kind", ["enhanced", "multiframe"])
def test_a_file_of_many_frames_that_was_only_touched_is_shown(catalog, target, tmp_path, kind):
    path = tmp_path / "in" / "e.dcm"
    path.parent.mkdir()
    phantom = phantoms.enhanced(path, n=4, transfer_syntax=J2K if kind == "multiframe" else "1.2.840.10008.1.2.1")
    item = linked(catalog, target, tmp_path / "in")
    os.utime(path, (1, 1))
    store = loaded(catalog, item)
    assert not store.damaged and np.array_equal(store.array, phantom.volume)


def test_labels_do_not_go_out_with_the_header_of_another_picture(catalog, target, tmp_path):
    phantom = phantoms.series(tmp_path / "in", n=3)
    item = catalog.reads.item(linked(catalog, target, tmp_path / "in"))
    assert str(series_of(catalog, item).header(1).SOPInstanceUID) == phantom.sop_uids[1]
    phantom.files[1].write_bytes(phantom.files[2].read_bytes())
    with pytest.raises(BadInput, match="it holds another picture"):
        series_of(catalog, item).header(1)
