"""Segmentations of any writer come onto their series, voxel for voxel, or it is told why not."""

from __future__ import annotations

import tracemalloc
from collections.abc import Iterator
from pathlib import Path

import highdicom as hd
import numpy as np
import pydicom
import pytest
import SimpleITK
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from storage.errors import BadInput, Cancelled
from storage.exchange import dicom_read as dr
from storage.exchange.dicom_seg import write_seg
from storage.exchange.losses import Losses
from storage.exchange.seg_read import _GROUPS, read_seg, references_of
from storage.exchange.volumes import DocumentFiller, Series, segments_of
from storage.media.dicom_tags import Wanted
from storage.media.dicom_values import Values
from storage.model.geometry import Polygon
from storage.model.labels import LabelDocument
from tests.support import phantoms
from tests.support.seg_files import CASES, classes_of, made, written
from tests.support.volume_stage import (
    FEATURES,
    NOW,
    blob,
    document,
    masks_of,
    named,
    of_phantom,
    sorted_series,
    voxels,
)


def read(path: Path, series: Series, present: LabelDocument | None = None, **options) -> tuple[LabelDocument, list]:
    losses = Losses()
    got = read_seg(path, DocumentFiller(series, FEATURES, present or LabelDocument(), losses, now=NOW), **options)
    return got, losses.all()


def same_voxels(got: LabelDocument, series: Series, wanted: dict[str, np.ndarray]) -> None:
    found = named(got)
    assert set(found) == set(wanted)
    for name, volume in wanted.items():
        assert (voxels(got, found[name].uuid, volume.shape) == volume).all(), name


@pytest.mark.parametrize("options", CASES.values(), ids=list(CASES))
def test_ours_come_back_as_the_same_objects(tmp_path, options):
    series, labels, volumes = made(tmp_path, **options)
    path = written(tmp_path, series, labels)
    got, lost = read(path, series)
    assert lost == []
    same_voxels(got, series, dict(zip(("Liver 1", "Liver 2", "Tumour 1"), volumes, strict=True)))
    assert set(got.instances) == set(labels.instances)

    again, lost = read(path, series, labels)
    assert lost == []
    assert again.annotations == labels.annotations  # nothing changes where nothing differs


@pytest.mark.parametrize("label_map", [False, True])
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_any_masks_of_any_size_come_back(tmp_path_factory, label_map, data):
    tmp_path = tmp_path_factory.mktemp("any")
    rows, cols, n = (data.draw(st.integers(1, 9)) for _ in range(3))
    series = of_phantom(phantoms.series(tmp_path / "s", n=n, rows=rows, cols=cols))
    volume = data.draw(hnp.arrays(bool, (n, rows, cols)))
    if not volume.any():
        volume[0, 0, 0] = True
    labels = document(("Liver", masks_of(volume)))
    got, lost = read(written(tmp_path, series, labels, label_map=label_map), series)
    assert lost == []
    same_voxels(got, series, {"Liver 1": volume})


@pytest.mark.parametrize("name", ["axial", "oblique", "tilted", "irregular"])
def test_without_references_the_millimetres_place_them(tmp_path, name):
    series, labels, volumes = made(tmp_path, **CASES[name])
    path = written(tmp_path, series, labels)
    seg = pydicom.dcmread(path)
    for group in seg.PerFrameFunctionalGroupsSequence:
        del group.DerivationImageSequence
    del seg.ReferencedSeriesSequence
    seg.save_as(path)
    got, lost = read(path, series)
    assert lost == []
    same_voxels(got, series, dict(zip(("Liver 1", "Liver 2", "Tumour 1"), volumes, strict=True)))


def test_a_series_of_several_times_keeps_them_apart(tmp_path):
    series = of_phantom(phantoms.series(tmp_path / "s", n=4, times=3))
    volume = blob((12, 16, 20), 4)
    labels = document(("Liver", masks_of(volume)))
    got, lost = read(written(tmp_path, series, labels), series)
    assert lost == []
    same_voxels(got, series, {"Liver 1": volume})


def test_on_an_enhanced_multi_frame_image(tmp_path):
    series = of_phantom(phantoms.enhanced(tmp_path / "mf.dcm"), multi=True)
    volume = blob((6, 16, 20), 4)
    path = written(tmp_path, series, document(("Liver", masks_of(volume))))
    got, lost = read(path, series)
    assert lost == []
    same_voxels(got, series, {"Liver 1": volume})
    numbers = [
        g.DerivationImageSequence[0].SourceImageSequence[0].ReferencedFrameNumber
        for g in pydicom.dcmread(path).PerFrameFunctionalGroupsSequence
    ]
    assert numbers == [k + 1 for k in range(6) if volume[k].any()]


def _described(number: int, label: str) -> hd.seg.SegmentDescription:
    return hd.seg.SegmentDescription(
        number,
        label,
        hd.sr.CodedConcept("85756007", "SCT", "Tissue"),
        hd.sr.CodedConcept("10200004", "SCT", label),
        hd.seg.SegmentAlgorithmTypeValues.AUTOMATIC,
        hd.AlgorithmIdentificationSequence("net", hd.sr.CodedConcept("123110", "DCM", "Artificial Intelligence"), "1"),
    )


@pytest.mark.parametrize("kind", ["BINARY", "FRACTIONAL", "LABELMAP"])
def test_those_of_highdicom(tmp_path, kind):
    phantom = phantoms.series(tmp_path / "s")
    series = of_phantom(phantom)
    volume = blob((6, 16, 20), 9)
    pixels = volume.astype(float) * np.where(np.arange(20) % 2, 0.7, 0.3) if kind == "FRACTIONAL" else volume.astype(np.uint8)
    seg = hd.seg.Segmentation(
        [pydicom.dcmread(f) for f in reversed(phantom.files)],
        pixels[::-1],
        kind,
        [_described(1, "Liver")],
        "1.2.3", 1, "1.2.4", 1, "M", "M", "1", "1",
    )  # fmt: skip
    seg.save_as(tmp_path / "seg.dcm")
    got, lost = read(tmp_path / "seg.dcm", series)
    if kind == "FRACTIONAL":
        volume = pixels >= 0.5
        assert [x.what for x in lost] == ["fractional values"]
        assert "0.5" in lost[0].why
    else:
        assert lost == []
    same_voxels(got, series, {"Liver 1": volume})
    assert not next(iter(got.annotations.values())).manual


def test_another_grid_is_placed_by_the_nearest_voxel(tmp_path):
    fine = of_phantom(phantoms.series(tmp_path / "fine", n=12, rows=32, cols=40, spacing=(0.35, 0.25), spacings=1.25))
    volume = blob((12, 32, 40), 2, 0.5)
    path = written(tmp_path, fine, document(("Liver", masks_of(volume))))
    head = pydicom.dcmread(path)
    coarse_files = phantoms.series(
        tmp_path / "coarse", frame_of_reference=head.FrameOfReferenceUID, origin=(-12.4, 30.3, -99.8)
    )
    coarse = of_phantom(coarse_files)
    got, lost = read(path, coarse)
    assert [x.what for x in lost] == ["the exact grid", "6 frames"]  # every second slice lies between two coarse ones

    def image(array, series):
        geometry = series.geometry
        made = SimpleITK.GetImageFromArray(array.astype(np.uint8))
        made.SetOrigin(list(geometry.origins[0]))
        made.SetSpacing([geometry.spacing_col_mm, geometry.spacing_row_mm, geometry.slice_spacing_mm])
        return made

    reference = image(np.zeros(coarse.geometry.shape), coarse)
    wanted = SimpleITK.GetArrayFromImage(
        SimpleITK.Resample(image(volume, fine), reference, SimpleITK.Transform(), SimpleITK.sitkNearestNeighbor)
    )
    found = voxels(got, named(got)["Liver 1"].uuid, wanted.shape)
    # Voxels half way between two may go to either.
    assert (found != wanted.astype(bool)).mean() < 0.02
    assert found.any()


def test_a_sagittal_segmentation_comes_onto_axial_slices(tmp_path):
    axial = of_phantom(
        phantoms.series(
            tmp_path / "a", n=8, rows=8, cols=8, spacing=(1, 1), spacings=1, origin=(0, 0, 0), frame_of_reference="1.2.9"
        )
    )
    sagittal = of_phantom(
        phantoms.series(
            tmp_path / "b", n=8, rows=8, cols=8, spacing=(1, 1), spacings=1, origin=(7, 0, 7),
            orientation="sagittal", frame_of_reference="1.2.9",
        )
    )  # fmt: skip
    volume = blob((8, 8, 8), 3)
    path = written(tmp_path, sagittal, document(("Liver", masks_of(volume))))
    got, lost = read(path, axial)
    assert lost == []
    k, r, c = np.nonzero(volume)
    wanted = {tuple(np.round(p).astype(int)) for p in sagittal.geometry.to_mm(c, r, k)}
    k, r, c = np.nonzero(voxels(got, named(got)["Liver 1"].uuid, (8, 8, 8)))
    assert {tuple(np.round(p).astype(int)) for p in axial.geometry.to_mm(c, r, k)} == wanted


def test_another_frame_of_reference_is_told_not_placed(tmp_path):
    series, labels, _ = made(tmp_path)
    path = written(tmp_path, series, labels)
    other = of_phantom(phantoms.series(tmp_path / "other"))
    got, lost = read(path, other)
    assert not got.annotations
    assert not got.instances
    assert {x.why for x in lost} == {"it was drawn in another frame of reference"}


def test_a_class_that_is_not_there_is_told(tmp_path):
    series, labels, _ = made(tmp_path)
    path = written(tmp_path, series, labels)
    seg = pydicom.dcmread(path)
    seg.SegmentSequence[2].SegmentLabel = seg.SegmentSequence[2].SegmentDescription = "Spleen"
    del seg.SegmentSequence[2].SegmentedPropertyTypeCodeSequence
    seg.save_as(path)
    got, lost = read(path, series)
    assert set(named(got)) == {"Liver 1", "Liver 2"}
    assert [(x.what, "no class" in x.why) for x in lost] == [("Spleen", True)]


def test_a_polygon_is_kept_as_drawn_while_its_voxels_are_the_same(tmp_path):
    series = of_phantom(phantoms.series(tmp_path / "s"))
    outline = Polygon.simple(((2.2, 2.3), (15.1, 3.7), (9.4, 13.2)))
    labels = document(("Outline", {2: outline}))
    losses = Losses()
    path = tmp_path / "seg.dcm"
    write_seg(path, series, segments_of(series, labels, FEATURES, None, losses), now=NOW)
    assert ["outline" in x.what for x in losses.all()] == [True]
    again, _ = read(path, series, labels)
    assert again.annotations == labels.annotations
    fresh, _ = read(path, series)
    assert isinstance(next(iter(fresh.annotations.values())).geometry, Polygon)


def test_what_it_refers_to(tmp_path):
    phantom = phantoms.series(tmp_path / "s")
    path = written(tmp_path, of_phantom(phantom), document(("Liver", masks_of(blob((6, 16, 20), 1), [2]))))
    told = references_of(pydicom.dcmread(path, stop_before_pixels=True))
    assert (told.series, told.instances) == ({phantom.series_uid}, {phantom.sop_uids[2]})


@pytest.mark.parametrize("keep", [100, 400, 2000, -50])
def test_a_file_that_is_cut_off_is_refused(tmp_path, keep):
    series, labels, _ = made(tmp_path)
    path = written(tmp_path, series, labels)
    path.write_bytes(path.read_bytes()[:keep])
    with pytest.raises(BadInput, match="cannot be read"):
        read(path, series)


def test_nonsense_in_numbers_is_refused(tmp_path):
    series, labels, _ = made(tmp_path)
    path = written(tmp_path, series, labels)
    seg = pydicom.dcmread(path)
    seg.NumberOfFrames = 2_000_000_000
    seg.save_as(path)
    with pytest.raises(BadInput):
        read(path, series)


# -- groups of frames --------------------------------------------------------------------------------------------------


def nested(path: Path, target: Path, *, implicit: bool, undefined: bool) -> Path:
    """The file with private sequences in its groups, in one of the ways to write them."""
    seg = pydicom.dcmread(path)
    for k, own in enumerate(seg.PerFrameFunctionalGroupsSequence):
        block = own.private_block(0x0077, "NESTED", create=True)
        inner = pydicom.Dataset()
        inner.ReferencedSegmentNumber, inner.PatientComments = 99, "ü" * k
        inner.is_undefined_length_sequence_item = undefined
        block.add_new(1, "SQ", [inner])
        own[block.get_tag(1)].is_undefined_length = undefined
        own.is_undefined_length_sequence_item = undefined
    seg.file_meta.TransferSyntaxUID = "1.2.840.10008.1.2" + ("" if implicit else ".1")
    seg.SpecificCharacterSet = "ISO_IR 100"
    seg.save_as(target, implicit_vr=implicit, little_endian=True)
    return target


@pytest.mark.parametrize("implicit", [False, True])
@pytest.mark.parametrize("undefined", [False, True])
def test_groups_of_frames_are_those_that_pydicom_reads(tmp_path, implicit, undefined):
    series, labels, _ = made(tmp_path)
    plain = written(tmp_path, series, labels)
    path = nested(plain, tmp_path / "nested.dcm", implicit=implicit, undefined=undefined)
    assert_groups_are_right(path)
    assert [(a.frame, a.geometry) for a in read(path, series)[0].annotations.values()] == [
        (a.frame, a.geometry) for a in labels.annotations.values()
    ]


def assert_groups_are_right(path: Path) -> None:
    oracle = pydicom.dcmread(path)
    count = int(oracle.NumberOfFrames)
    found = list(dr.groups(dr.read_head(path), count, _GROUPS))
    assert len(found) == count
    for (shared, own), item in zip(found, oracle.PerFrameFunctionalGroupsSequence, strict=True):
        assert_said(own, item, _GROUPS)
        assert_said(shared, oracle.SharedFunctionalGroupsSequence[0], _GROUPS)


def assert_said(found: Values, oracle: pydicom.Dataset, wanted: Wanted) -> None:
    """All that is wanted, as pydicom has it."""
    for tag, inner in wanted.items():
        there = oracle.get(tag)
        if inner is not None:
            items = list(there.value) if there is not None else []
            assert len(found.items(tag)) == len(items)
            for got, item in zip(found.items(tag), items, strict=True):
                assert_said(got, item, inner)
        elif there is None:
            assert not found.raw(tag)
        elif there.VR == "US":
            assert found.short(tag) == there.value
        else:
            several = there.value if there.VM > 1 else [there.value]
            assert found.codes(tag) == tuple(str(v) for v in several)


@pytest.mark.realdata
def test_groups_of_frames_of_others_are_those_that_pydicom_reads(real_data):
    files = [p for p in sorted((real_data / "seg").rglob("*.dcm")) if "PerFrameFunctionalGroupsSequence" in head_of(p)]
    assert len(files) > 5
    for path in files:
        assert_groups_are_right(path)


def head_of(path: Path) -> pydicom.Dataset:
    return pydicom.dcmread(path, stop_before_pixels=True, force=True)


def test_groups_of_very_many_frames_are_never_in_memory_at_once(tmp_path):
    path = very_many(tmp_path, 2000)
    tracemalloc.start()
    try:
        assert sum(bool(dr.group(*g, 0x00209113).elements) for g in dr.groups(dr.read_head(path), 2000, _GROUPS)) == 2000
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert most < 3 * path.stat().st_size  # built at once they take more than 20 times as much


def very_many(folder: Path, count: int) -> Path:
    series, labels, _ = made(folder)
    path = written(folder, series, labels)
    seg = pydicom.dcmread(path)
    seg.PerFrameFunctionalGroupsSequence = [seg.PerFrameFunctionalGroupsSequence[0]] * count
    seg.NumberOfFrames, seg.PixelData = count, bytes(count * 40)
    seg.save_as(path)
    return path


def test_groups_of_frames_can_be_stopped_anywhere(tmp_path):
    head = dr.read_head(very_many(tmp_path, 50))
    for limit in range(1, 50, 7):
        asked = iter(range(limit))

        def stop(asked: Iterator[int] = asked) -> None:
            if next(asked, None) is None:
                raise Cancelled

        with pytest.raises(Cancelled):
            list(dr.groups(head, 50, _GROUPS, stop))


def test_damaged_groups_of_frames_are_a_sentence(tmp_path):
    series, labels, _ = made(tmp_path)
    path = written(tmp_path, series, labels)
    whole = path.read_bytes()
    at = whole.index(b"\x00\x52\x30\x92SQ") + 12
    path.write_bytes(whole[: at + 12] + b"\xff\xff" + whole[at + 14 :])  # what type the first element of the first item has
    with pytest.raises(BadInput, match="the groups of its frames cannot be followed"):
        read(path, series)


# -- real files --------------------------------------------------------------------------------------------------------


@pytest.mark.realdata
@pytest.mark.parametrize(
    ("name", "files"), [("liver", ["liver_seg"]), ("partial_overlaps", [f"partial_overlaps-{k}" for k in (1, 2, 3)])]
)
def test_dcmqi_on_its_ct(real_data, name, files):
    folder = real_data / "seg" / "dcmqi"
    series = sorted_series(folder / "ct-3slice")
    head = pydicom.dcmread(folder / f"{name}.dcm", stop_before_pixels=True)
    features = classes_of(head)
    losses = Losses()
    got = read_seg(folder / f"{name}.dcm", DocumentFiller(series, features, LabelDocument(), losses))
    assert losses.all() == []
    numbers = {s.SegmentLabel: s.SegmentNumber for s in head.SegmentSequence}
    found = {numbers[features.objects[i.feature_hash].name]: i.uuid for i in got.instances.values()}
    assert sorted(found) == sorted(numbers.values())
    for file in files:
        image = SimpleITK.ReadImage(str(folder / f"{file}.nrrd"))
        array = SimpleITK.GetArrayFromImage(image)
        for number in np.unique(array[array > 0]):
            at = np.argwhere(array == number)
            points = np.array([image.TransformIndexToPhysicalPoint((int(c), int(r), int(k))) for k, r, c in at])
            columns, rows, slices = (np.round(v).astype(int) for v in series.geometry.to_voxel(points))
            expected = np.zeros(series.geometry.shape, bool)
            expected[slices, rows, columns] = True
            assert (voxels(got, found[int(number)], expected.shape) == expected).all()


@pytest.mark.realdata
@pytest.mark.parametrize("name", ["sparse-labelmap-noppv", "sparse-labelmap-ppv5"])
def test_label_maps_with_and_without_padding(real_data, name):
    folder = real_data / "seg" / "dcmqi"
    path = folder / f"{name}.dcm"
    series = sorted_series(folder / "24x38x3" / "image")
    head = pydicom.dcmread(path)
    losses = Losses()
    got = read_seg(path, DocumentFiller(series, classes_of(head), LabelDocument(), losses))
    total = sum(int(voxels(got, i.uuid, series.geometry.shape).sum()) for i in got.instances.values())
    pixels = head.pixel_array
    background = head.get("PixelPaddingValue", 0)
    described = [s.SegmentNumber for s in head.SegmentSequence]
    assert losses.all() == []
    assert total == int(((pixels != background) & np.isin(pixels, described)).sum()) > 0
