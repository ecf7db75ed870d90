"""Encord JSON of DICOM series and NIfTI volumes: the real SDK is the judge, and everything comes back."""

from __future__ import annotations

import io
import json
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from storage.exchange.encord_json import EncordWriter, read_row
from storage.exchange.features import Features
from storage.exchange.losses import Losses
from storage.model import ontology_codec
from storage.model.items import Kind
from storage.model.labels import LabelDocument
from tests.support import phantoms
from tests.support.encord_sdk import BitmaskCoordinates, load_row
from tests.support.label_strategies import documents, info_of, item_of, ontologies
from tests.support.same_labels import assert_equal, without_our_keys
from tests.support.volume_stage import FEATURES, blob, document, masks_of, of_phantom, ontology, voxels

SLOW = settings(max_examples=15, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large], deadline=None)
FACTS = {"patient_id": "P", "study_uid": "1.2", "series_uid": "1.2.3", "format": "dicom"}


def item(kind, frames, width=20, height=16, **facts):
    mime = "application/dicom" if kind is Kind.DICOM_SERIES else "application/x-nifti"
    told = {**(FACTS if kind is Kind.DICOM_SERIES else {"format": "nifti1"}), **facts}
    return replace(item_of(frames=frames, kind=kind, title="scan", width=width, height=height), mime=mime, facts=told)


def written(structure, labels, of, index=None):
    out = io.StringIO()
    writer = EncordWriter(out, structure, index_of=lambda _: index)
    writer.add(info_of(of), labels)
    writer.close()
    return json.loads(out.getvalue())[0], writer.losses.all()


def read(row, structure, of, index=None, present=None):
    losses = Losses()
    return read_row(row, of, Features(structure), present or LabelDocument(), losses, index=index), losses.all()


@pytest.fixture
def series(tmp_path):
    return of_phantom(phantoms.series(tmp_path / "s"))


def test_the_sdk_sees_every_voxel_of_a_series(series):
    volume = blob((6, 16, 20), 4)
    labels = document(("Liver", masks_of(volume)))
    of = item(Kind.DICOM_SERIES, 6)
    row, lost = written(ontology(), labels, of, series.index)
    assert lost == []
    (unit,) = row["data_units"].values()
    assert (row["data_type"], unit["data_type"], unit["metadata"]["series_uid"]) == ("dicom", "application/dicom", "1.2.3")
    assert [unit["labels"][str(k)]["metadata"]["dicom_instance_uid"] for k in range(6)] == list(series.index.sop_uids)

    loaded = load_row(without_our_keys(row), ontology_codec.to_dict(ontology()), frames=6)
    (liver,) = loaded.get_object_instances()
    seen = np.zeros_like(volume)
    for annotation in liver.get_annotations():
        assert isinstance(annotation.coordinates, BitmaskCoordinates)
        seen[annotation.frame] = annotation.coordinates.to_numpy_array()
    assert (seen == volume).all()
    again = json.loads(json.dumps(loaded.to_encord_dict()))
    got, lost = read(again, ontology(), of, series.index)
    assert lost == []
    assert (voxels(got, next(iter(got.instances)), volume.shape) == volume).all()


@SLOW
@given(data=st.data(), kind=st.sampled_from([Kind.DICOM_SERIES, Kind.NIFTI]))
def test_every_label_comes_back_and_loads_in_the_sdk(data, kind):
    structure = data.draw(ontologies())
    of = item(kind, 8, 24, 16)
    labels = data.draw(documents(structure, frames=8, width=24, height=16))
    row, lost = written(structure, labels, of)
    assert lost == []
    load_row(without_our_keys(row), ontology_codec.to_dict(structure), frames=8)
    got, lost = read(row, structure, of)
    assert lost == []
    assert_equal(got, labels)


def test_slices_are_found_by_their_instances(series):
    volume = blob((6, 16, 20), 4)
    of = item(Kind.DICOM_SERIES, 6)
    row, _ = written(ontology(), document(("Liver", masks_of(volume))), of, series.index)
    (unit,) = row["data_units"].values()
    unit["labels"] = {str(5 - int(k)): v for k, v in unit["labels"].items()}  # another program counts from the other end
    got, lost = read(row, ontology(), of, series.index)
    assert lost == []
    assert (voxels(got, next(iter(got.instances)), volume.shape) == volume).all()

    for labels in unit["labels"].values():
        if labels["metadata"]["dicom_instance_uid"] == series.index.sop_uids[2]:
            labels["metadata"]["dicom_instance_uid"] = "9.9.9"
    got, lost = read(row, ontology(), of, series.index)
    assert [("9.9.9" in x.why) for x in lost] == [True]
    assert {a.frame for a in got.annotations.values()} <= {0, 1, 3, 4, 5}


def test_frames_of_an_enhanced_image_have_numbers(tmp_path):
    series = of_phantom(phantoms.enhanced(tmp_path / "mf.dcm"), multi=True)
    volume = blob((6, 16, 20), 4)
    of = item(Kind.DICOM_SERIES, 6)
    row, _ = written(ontology(), document(("Liver", masks_of(volume))), of, series.index)
    (unit,) = row["data_units"].values()
    assert [unit["labels"][str(k)]["metadata"]["multiframe_frame_number"] for k in range(6)] == [1, 2, 3, 4, 5, 6]
    got, lost = read(row, ontology(), of, series.index)
    assert lost == []
    assert (voxels(got, next(iter(got.instances)), volume.shape) == volume).all()


def test_a_nifti_row_is_what_encord_expects():
    volume = blob((6, 16, 20), 4)
    row, lost = written(ontology(), document(("Liver", masks_of(volume))), item(Kind.NIFTI, 6, format="nifti2"))
    (unit,) = row["data_units"].values()
    assert lost == []
    assert (row["data_type"], unit["data_type"], unit["width"], unit["height"]) == ("nifti", "application/nifti2", 20, 16)
    assert "metadata" not in next(iter(unit["labels"].values()))
    assert FEATURES.objects
    _, lost = written(ontology(), document(), item(Kind.NIFTI, 6, format="nrrd"))
    assert ["nrrd" in x.what for x in lost] == [True]
