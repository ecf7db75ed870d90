"""Label volumes: other programs find every label at its millimetre, and ours come back as the same objects."""

from __future__ import annotations

import gzip
import shutil
from pathlib import Path

import nibabel
import numpy as np
import pytest
import SimpleITK
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from storage.errors import BadInput, DiskFull, Refused
from storage.exchange.features import Features
from storage.exchange.grid_labels import LabelFile, read_labels
from storage.exchange.losses import Losses
from storage.exchange.nifti_labels import open_nifti_labels, write_nifti
from storage.exchange.nrrd_labels import open_nrrd_labels, write_nrrd
from storage.exchange.volumes import DocumentFiller, Series, segments_of
from storage.model.geometry import ShapeKind
from storage.model.labels import LabelDocument
from storage.model.ontology import ObjectClass, Ontology
from storage.model.space import LPS_RAS, VolumeGeometry
from tests.support import phantoms
from tests.support.seg_files import CASES, by_mm, made, wanted_points
from tests.support.volume_stage import FEATURES, NOW, blob, document, masks_of, named, of_phantom, voxels

REGULAR = [name for name in CASES if name != "irregular"]
NAMES = ("Liver 1", "Liver 2", "Tumour 1")


def segments(series: Series, labels: LabelDocument):
    losses = Losses()
    found = segments_of(series, labels, FEATURES, None, losses)
    assert losses.all() == []
    return found


def read(file: LabelFile, path: Path, series: Series, present: LabelDocument | None = None, features: Features = FEATURES):
    losses = Losses()
    filler = DocumentFiller(series, features, present or LabelDocument(), losses, now=NOW)
    return read_labels(path, file, filler), losses.all()


def apart(volumes: list[np.ndarray]) -> list[np.ndarray]:
    return [v & ~np.any(volumes[:i], axis=0) if i else v for i, v in enumerate(volumes)]


@pytest.mark.parametrize("name", REGULAR)
def test_nibabel_finds_every_label_where_it_is(tmp_path, name):
    series, _, volumes = made(tmp_path, **CASES[name])
    volumes = apart(volumes)
    labels = document(*((n[:-2], masks_of(v)) for n, v in zip(NAMES, volumes, strict=True)))
    files = write_nifti(tmp_path / "l.nii.gz", series, segments(series, labels))
    assert [f.name for f in files] == ["l.nii.gz", "l.tsv"]
    image = nibabel.load(files[0])
    array = np.asarray(image.dataobj)
    assert array.dtype == np.uint8
    for number, volume in enumerate(volumes, start=1):
        points = nibabel.affines.apply_affine(LPS_RAS @ image.affine, np.argwhere(array == number))
        assert {tuple(np.round(p * 20).astype(int)) for p in points} == {
            tuple(np.round(np.array(p) / 5).astype(int)) for p in wanted_points(series, volume)
        }
    assert files[1].read_text().splitlines()[:2] == ["index\tname\tcolor", "1\tLiver 1\t#D33115"]


@pytest.mark.parametrize("name", REGULAR)
def test_itk_finds_every_label_of_a_nrrd(tmp_path, name):
    series, _, volumes = made(tmp_path, **CASES[name])
    volumes = apart(volumes)
    labels = document(*((n[:-2], masks_of(v)) for n, v in zip(NAMES, volumes, strict=True)))
    path = tmp_path / "l.seg.nrrd"
    write_nrrd(path, series, segments(series, labels))
    if "tilt" in CASES[name]:  # ITK holds no shear; the header is checked by our own reader
        assert np.allclose(open_nrrd_labels(path).header.geometry.affine, series.geometry.affine)
        return
    image = SimpleITK.ReadImage(str(path))
    assert image.GetMetaData("Segment1_Name") == "Liver 2"
    array = SimpleITK.GetArrayFromImage(image)
    for number, volume in enumerate(volumes, start=1):
        found = {
            by_mm(np.array(image.TransformIndexToPhysicalPoint((int(c), int(r), int(k)))))
            for k, r, c in np.argwhere(array == number)
        }
        assert found == wanted_points(series, volume)


@pytest.mark.parametrize("name", REGULAR)
def test_overlapping_objects_come_back_whole(tmp_path, name):
    series, labels, volumes = made(tmp_path, **CASES[name])
    write_nrrd(tmp_path / "l.seg.nrrd", series, segments(series, labels))
    got, lost = read(open_nrrd_labels(tmp_path / "l.seg.nrrd"), tmp_path / "l.seg.nrrd", series)
    assert lost == []
    assert set(got.instances) == set(labels.instances)
    for label, volume in zip(NAMES, volumes, strict=True):
        assert (voxels(got, named(got)[label].uuid, volume.shape) == volume).all()

    got = LabelDocument()
    for file in write_nifti(tmp_path / "l.nii.gz", series, segments(series, labels)):
        if file.suffix == ".gz":
            got, lost = read(open_nifti_labels(file), file, series, got)
            assert lost == []
    assert set(got.instances) == set(labels.instances)
    for label, volume in zip(NAMES, volumes, strict=True):
        assert (voxels(got, named(got)[label].uuid, volume.shape) == volume).all()


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data(), nrrd=st.booleans())
def test_any_mask_comes_back(tmp_path_factory, data, nrrd):
    folder = tmp_path_factory.mktemp("any")
    rows, cols, n = (data.draw(st.integers(1, 7)) for _ in range(3))
    series = of_phantom(phantoms.series(folder / "s", n=n, rows=rows, cols=cols))
    volume = data.draw(hnp.arrays(bool, (n, rows, cols)))
    volume[0, 0, 0] = True
    drawn = segments(series, document(("Liver", masks_of(volume))))
    path = folder / ("l.seg.nrrd" if nrrd else "l.nii.gz")
    write_nrrd(path, series, drawn) if nrrd else write_nifti(path, series, drawn)
    got, lost = read(open_nrrd_labels(path) if nrrd else open_nifti_labels(path), path, series)
    assert lost == []
    assert (voxels(got, named(got)["Liver 1"].uuid, volume.shape) == volume).all()


def test_times_are_kept_apart(tmp_path):
    series = of_phantom(phantoms.series(tmp_path / "s", n=4, times=3))
    volume = blob((12, 16, 20), 4)
    path = tmp_path / "l.nii.gz"
    write_nifti(path, series, segments(series, document(("Liver", masks_of(volume)))))
    assert nibabel.load(path).shape == (20, 16, 4, 3)
    got, lost = read(open_nifti_labels(path), path, series)
    assert lost == []
    assert (voxels(got, named(got)["Liver 1"].uuid, volume.shape) == volume).all()


@pytest.mark.parametrize("nrrd", [False, True])
def test_an_ontology_without_the_classes_gets_those_and_not_one_for_each_object(tmp_path, nrrd):
    series = of_phantom(phantoms.series(tmp_path / "s", n=4))
    volume = blob((4, 16, 20), 4)
    other = np.zeros_like(volume)
    other[:, :3, :3] = True
    drawn = segments(series, document(("Liver", masks_of(volume & ~other)), ("Liver", masks_of(other))))
    path = tmp_path / ("l.seg.nrrd" if nrrd else "l.nii.gz")
    write_nrrd(path, series, drawn) if nrrd else write_nifti(path, series, drawn)
    features = Features(Ontology(), growing=True)
    got, lost = read(open_nrrd_labels(path) if nrrd else open_nifti_labels(path), path, series, features=features)
    assert [thing.name for thing in features.grown] == ["Liver"]
    assert sorted(i.number for i in got.instances.values()) == [1, 2]
    assert lost == []


@pytest.mark.parametrize("shared", [False, True])
def test_a_file_of_one_time_goes_back_to_its_time(tmp_path, shared):
    """Also in layers, which objects that share voxels get."""
    series = of_phantom(phantoms.series(tmp_path / "s", n=4, times=3))
    volume = np.zeros((12, 16, 20), bool)
    volume[8:] = blob((4, 16, 20), 4)
    things = [("Liver", masks_of(volume)), *([("Tumour", masks_of(volume))] if shared else [])]
    path = tmp_path / "l.t3.seg.nrrd"
    write_nrrd(path, series, segments(series, document(*things)), time=2)
    got, lost = read(open_nrrd_labels(path), path, series)
    assert lost == []
    assert len(got.instances) == len(things)
    for instance in got.instances:
        assert (voxels(got, instance, volume.shape) == volume).all()
    plain = tmp_path / "other.seg.nrrd"
    plain.write_bytes(path.read_bytes().replace(b"Postil_Time:=3", b"Postil_Time:=9"))
    got, lost = read(open_nrrd_labels(plain), plain, series)
    assert ["put on the first" in str(told) for told in lost] == [True]
    assert (voxels(got, next(iter(got.instances)), volume.shape)[:4] == volume[8:]).all()


def test_irregular_slices_are_refused_with_what_to_do(tmp_path):
    series, labels, _ = made(tmp_path, **CASES["irregular"])
    for write, path in ((write_nifti, "l.nii.gz"), (write_nrrd, "l.seg.nrrd")):
        with pytest.raises(Refused, match="unevenly spaced") as refused:
            write(tmp_path / path, series, segments(series, labels))
        assert "DICOM SEG" in refused.value.remedy
        assert not (tmp_path / path).exists()


def test_labels_that_dcm2niix_would_turn_over_come_on_right(tmp_path):
    """Rows flipped, slices reversed, axes swapped: the same voxels, the same millimetres."""
    phantom = phantoms.series(tmp_path / "s")
    series = of_phantom(phantom)
    volume = blob((6, 16, 20), 4)
    affine = LPS_RAS @ series.geometry.affine
    data = volume.T.astype(np.uint8)  # column, row, slice
    turned = np.transpose(data[:, ::-1, ::-1], (2, 0, 1))
    flip = np.array([[0, 1, 0, 0], [0, 0, -1, 15], [-1, 0, 0, 5], [0, 0, 0, 1]], float)
    nibabel.save(nibabel.Nifti1Image(turned, affine @ flip), tmp_path / "Liver.nii")
    (tmp_path / "Liver.tsv").write_text("index\tname\n1\tliver\n")
    path = tmp_path / "Liver.nii"
    got, lost = read(open_nifti_labels(path), path, series)
    assert lost == []
    assert (voxels(got, named(got)["Liver 1"].uuid, volume.shape) == volume).all()


def test_numbers_without_names_are_guessed_and_told(tmp_path):
    series = of_phantom(phantoms.series(tmp_path / "s"))
    array = np.zeros((6, 16, 20), np.float32)
    array[2, 3, 4], array[3, 5, 6], array[0, 0, 0] = 1, 2, 9
    path = phantoms.nifti(tmp_path / "l.nii.gz", array, LPS_RAS @ series.geometry.affine)
    got, lost = read(open_nifti_labels(path), path, series)
    assert set(named(got)) == {"Liver 1", "Tumour 1"}
    assert [x.what for x in lost] == ["the label 9", "what the labels are called"] or {x.what for x in lost} == {
        "what the labels are called",
        "the label 9",
    }


@pytest.mark.parametrize("value", [0.5, -1.0, 70000.0, np.nan])
def test_pictures_are_no_labels(tmp_path, value):
    series = of_phantom(phantoms.series(tmp_path / "s"))
    array = np.zeros((6, 16, 20), np.float32)
    array[2, 3, 4] = value
    path = phantoms.nifti(tmp_path / "l.nii.gz", array, LPS_RAS @ series.geometry.affine)
    with pytest.raises(BadInput, match="a picture, not labels"):
        read(open_nifti_labels(path), path, series)


def test_a_packed_file_that_is_cut_off_is_refused(tmp_path):
    series, labels, _ = made(tmp_path)
    files = write_nifti(tmp_path / "l.nii.gz", series, segments(series, labels))
    files[0].write_bytes(files[0].read_bytes()[:-40])
    with pytest.raises(BadInput):
        read(open_nifti_labels(files[0]), files[0], series)


def test_a_bomb_is_unpacked_only_as_far_as_its_header_says(tmp_path):
    series = of_phantom(phantoms.series(tmp_path / "s"))
    path = phantoms.nifti(tmp_path / "l.nii", np.ones((6, 16, 20), np.uint8), LPS_RAS @ series.geometry.affine)
    packed = tmp_path / "l.nii.gz"
    with gzip.open(packed, "wb") as file:
        file.write(path.read_bytes())
        for _ in range(64):
            file.write(bytes(1 << 20))
    got, _ = read(open_nifti_labels(packed), packed, series)
    assert len(got.annotations) == 6


def test_packed_labels_without_room_to_unpack_them_say_so(tmp_path, monkeypatch):
    series = of_phantom(phantoms.series(tmp_path / "s"))
    path = phantoms.nifti(tmp_path / "l.nii.gz", np.ones((6, 16, 20), np.uint8), LPS_RAS @ series.geometry.affine)
    monkeypatch.setattr(shutil, "disk_usage", lambda folder: shutil._ntuple_diskusage(1000, 999, 1))
    with pytest.raises(DiskFull, match=r"no room to unpack l\.nii\.gz"):
        read(open_nifti_labels(path), path, series)


@pytest.mark.realdata
@pytest.mark.parametrize("name", ["brain1", "brain2", "breast1"])
def test_real_nrrd_labels_on_their_images(real_data, name):
    folder = real_data / "nrrd" / "pyradiomics"
    image = open_nrrd_labels(folder / f"{name}_image.nrrd").header
    series = Series(name, image.rows, image.columns, image.slices, geometry=image.geometry)
    path = folder / f"{name}_label.nrrd"
    features = Features(Ontology((ObjectClass("1", "Tumour", "#D33115", ShapeKind.BITMASK, "Aa000001"),)))
    got, lost = read(open_nrrd_labels(path), path, series, features=features)
    assert [x.what for x in lost] == ["what the labels are called"]
    array = SimpleITK.GetArrayFromImage(SimpleITK.ReadImage(str(path)))
    for value, instance in zip(np.unique(array[array > 0]), got.instances.values(), strict=True):
        assert (voxels(got, instance.uuid, array.shape) == (array == value)).all()


@pytest.mark.realdata
def test_labels_on_an_oblique_real_nifti(real_data, tmp_path):
    from storage.media.nifti import read_nifti

    header = read_nifti(real_data / "nifti" / "CT_pitch.nii.gz")
    series = Series("pitch", header.rows, header.columns, header.slices, geometry=header.geometry)
    volume = blob((header.slices, header.rows, header.columns), 4)
    path = tmp_path / "l.nii.gz"
    write_nifti(path, series, segments(series, document(("Liver", masks_of(volume)))))
    ours, theirs = nibabel.load(path), nibabel.load(real_data / "nifti" / "CT_pitch.nii.gz")
    assert np.abs(ours.affine - theirs.affine).max() < 1e-3
    assert (np.asarray(ours.dataobj).T.astype(bool) == volume).all()
    assert isinstance(series.geometry, VolumeGeometry)
    got, lost = read(open_nifti_labels(path), path, series)
    assert lost == []
    assert (voxels(got, named(got)["Liver 1"].uuid, volume.shape) == volume).all()
