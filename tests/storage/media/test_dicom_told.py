"""What a person is told of a series: what is missing, uneven, doubtful, and whose it is."""

from __future__ import annotations

import numpy as np
import pydicom
import pytest
from pydicom.uid import ExplicitVRLittleEndian, generate_uid

from storage.media.dicom import scan
from tests.support import phantoms
from tests.support.series_read import only, stored, titles, volume


def test_gaps_tilt_and_uneven_slices_are_told(tmp_path):
    gap = phantoms.series(tmp_path / "gap", n=8, spacings=2.5)
    gap.files[4].unlink()
    (told,) = only(tmp_path / "gap").warnings
    assert told == "Slices are missing after slice 4 (5 mm instead of 2.5)."
    phantoms.series(tmp_path / "tilt", tilt=-18.5)
    assert "tilted by 18.5 degrees" in only(tmp_path / "tilt").warnings[0]
    phantoms.series(tmp_path / "uneven", spacings=[2, 2, 2.2, 2.4, 2])
    assert "vary from 2 to 2.4 mm" in only(tmp_path / "uneven").warnings[0]
    phantoms.series(tmp_path / "even")
    assert only(tmp_path / "even").warnings == ()


def test_rescaling_that_differs_is_kept_per_slice_and_told(tmp_path):
    phantom = phantoms.series(tmp_path, slope=[1, 1, 2, 1, 1, 1], intercept=-1024)
    series = only(tmp_path)
    assert series.index.slope.tolist() == [1, 1, 2, 1, 1, 1] and series.index.intercept.tolist() == [-1024] * 6
    assert "rescaled differently" in series.warnings[0]
    assert np.array_equal(volume(series)[0], phantom.volume)


def test_a_copy_is_left_out_and_a_twin_with_other_pixels_is_not(tmp_path):
    phantom = phantoms.series(tmp_path, n=3)
    (tmp_path / "copy").write_bytes(phantom.files[1].read_bytes())
    series = only(tmp_path)
    assert series.index.slices == 3 and "1 file is a copy of another" in series.warnings[0]
    other = pydicom.dcmread(phantom.files[1])
    other.PixelData = other.PixelData[::-1]
    other.save_as(tmp_path / "twin")
    result = scan([tmp_path])
    assert [s.index.slices for s in result.series] == [3, 1]
    assert "same SOP Instance UID and other pixels" in result.series[1].warnings[0]


def test_without_a_place_it_is_a_stack_in_the_order_of_its_numbers(tmp_path):
    def forget(i, ds):
        del ds.ImagePositionPatient

    phantom = phantoms.series(tmp_path, n=4, names="shuffled", change=forget)
    series = only(tmp_path)
    assert series.geometry is None and series.info.facts["missing_3d"] == ["ImagePositionPatient"]
    assert "ImagePositionPatient is missing" in series.warnings[0]
    assert np.array_equal(volume(series)[0], phantom.volume)
    assert series.index.spacing == (0.7, 0.5) and series.index.spacing_kind == "patient"


@pytest.mark.parametrize(("own", "kind"), [([0.2, 0.2], "detector"), ([0.18, 0.18], "patient")])
def test_pixel_spacing_counts_in_the_patient_where_it_was_calibrated(tmp_path, own, kind):
    def xray(i, ds):
        del ds.ImagePositionPatient
        ds.PixelSpacing, ds.ImagerPixelSpacing, ds.Modality = own, [0.2, 0.2], "DX"

    phantoms.series(tmp_path, n=1, change=xray)
    series = only(tmp_path)
    assert (series.index.spacing, series.index.spacing_kind) == (tuple(own), kind)


def test_spacing_of_the_detector_is_said_to_be_so(tmp_path):
    def xray(i, ds):
        for name in ("ImagePositionPatient", "ImageOrientationPatient", "PixelSpacing"):
            delattr(ds, name)
        ds.ImagerPixelSpacing, ds.Modality, ds.PhotometricInterpretation = [0.2, 0.2], "DX", "MONOCHROME1"

    phantoms.series(tmp_path, n=1, change=xray)
    series = only(tmp_path)
    assert (series.index.spacing, series.index.spacing_kind) == ((0.2, 0.2), "detector")
    assert series.index.formats[0].photometric == "MONOCHROME1"
    assert any("at the detector" in w for w in series.warnings)


def test_mosaics_are_told_apart_and_have_no_millimetres(tmp_path):
    one = {"series_uid": generate_uid(), "study_uid": generate_uid()}
    kind = ["ORIGINAL", "PRIMARY", "M", "MOSAIC"]
    phantoms.series(tmp_path / "a", n=2, **one, change=lambda i, ds: setattr(ds, "ImageType", kind))
    phantoms.series(tmp_path / "b", n=3, **one)
    result = scan([tmp_path])
    mosaic = next(s for s in result.series if s.geometry is None)
    assert mosaic.index.slices == 2 and mosaic.warnings[0].startswith("Mosaics")


def test_a_cine_is_a_stack_of_its_own(tmp_path):
    study, series = generate_uid(), generate_uid()
    for n in range(2):
        frames = phantoms.numbered((5, 6, 8, 3), bits=8)
        ds = phantoms.dataset(ExplicitVRLittleEndian, "1.2.840.10008.5.1.4.1.1.3.1", "US")
        ds.StudyInstanceUID, ds.SeriesInstanceUID, ds.InstanceNumber = study, series, n
        phantoms.set_pixels(ds, frames[0])
        ds.NumberOfFrames, ds.FrameTime, ds.PixelData = 5, 40.0, frames.tobytes()
        phantoms.save(ds, tmp_path / f"{n}", ExplicitVRLittleEndian)
    result = scan([tmp_path])
    assert [(s.index.slices, s.index.times, s.info.fps) for s in result.series] == [(5, 1, 25.0)] * 2
    assert np.array_equal(stored(result.series[0], 3), frames[3])


def test_labels_are_set_apart_with_the_series_they_refer_to(tmp_path):
    phantom = phantoms.series(tmp_path, n=2)
    for name, sop_class, modality in [
        ("seg", "1.2.840.10008.5.1.4.1.1.66.4", "SEG"),
        ("ko", "1.2.840.10008.5.1.4.1.1.88.59", "KO"),
    ]:
        ds = phantoms.dataset(ExplicitVRLittleEndian, sop_class, modality)
        ds.ReferencedSeriesSequence = [pydicom.Dataset()]
        ds.ReferencedSeriesSequence[0].SeriesInstanceUID = phantom.series_uid
        phantoms.save(ds, tmp_path / name, ExplicitVRLittleEndian)
    result = scan([tmp_path])
    assert sorted((f.kind, f.refers_to) for f in result.labels_found) == [
        ("KO", (phantom.series_uid,)),
        ("SEG", (phantom.series_uid,)),
    ]
    assert len(result.series) == 1


def test_lookup_tables_palettes_and_padding_come_along(tmp_path):
    def change(i, ds):
        ds.PhotometricInterpretation = "PALETTE COLOR"
        for colour in ("Red", "Green", "Blue"):
            setattr(ds, f"{colour}PaletteColorLookupTableDescriptor", [4, 0, 16])
            setattr(ds, f"{colour}PaletteColorLookupTableData", np.array([0, 1, 2, 65535], "<u2").tobytes())
        lut = pydicom.Dataset()
        lut.LUTDescriptor, lut.LUTData, lut.LUTExplanation = [3, 65535 - 1, 12], [0, 2000, 4095], "bone"
        lut["LUTDescriptor"].VR = "US"
        lut["LUTData"].VR = "US"
        ds.VOILUTSequence = [lut]
        ds.add_new("PixelPaddingValue", "US", 63536)
        ds.PixelRepresentation = 1

    phantoms.series(tmp_path, n=1, change=change)
    index = only(tmp_path).index
    assert [list(lut.values) for lut in index.formats[0].palette] == [[0, 1, 2, 65535]] * 3
    assert index.formats[0].padding == -2000
    (lut,) = index.voi_of(0).luts
    assert (lut.first, lut.bits, list(lut.values), lut.explanation) == (-2, 12, [0, 2000, 4095], "bone")


def test_names_in_any_alphabet(tmp_path):
    def change(i, ds):
        ds.SpecificCharacterSet, ds.SeriesDescription, ds.PatientName = "ISO_IR 192", "Schädel nativ", "Ёжик^Иван"

    phantoms.series(tmp_path / "a", n=1, change=change)
    series = only(tmp_path / "a")
    assert series.title == "Schädel nativ" and series.info.facts["patient_name"] == "Ёжик^Иван"
    japanese = r"ISO 2022 IR 6\ISO 2022 IR 87".split("\\")

    def other(i, ds):
        ds.SpecificCharacterSet, ds.SeriesDescription = japanese, "頭部"

    phantoms.series(tmp_path / "b", n=1, change=other)
    assert only(tmp_path / "b").title == "頭部"


@pytest.mark.parametrize(
    "segments",
    [
        [0, 3, 5, 6, 7, 1, 5, 107, 0, 2, 1, 65535],
        [0, 1, 0, 1, 255, 65280],
        [0, 2, 10, 20, 1, 4, 100, 2, 2, 0, 0, 0, 1, 9],
    ],
)
def test_palettes_told_as_segments_are_those_pydicom_unrolls(tmp_path, segments):
    from pydicom.pixels.processing import _expand_segmented_lut

    wanted = _expand_segmented_lut(tuple(segments), "<H")

    def change(i, ds):
        ds.PhotometricInterpretation = "PALETTE COLOR"
        for colour in ("Red", "Green", "Blue"):
            setattr(ds, f"{colour}PaletteColorLookupTableDescriptor", [len(wanted), 0, 16])
            data = np.array(segments, "<u2").tobytes()
            setattr(ds, f"Segmented{colour}PaletteColorLookupTableData", data)

    phantoms.series(tmp_path, n=1, change=change)
    palette = only(tmp_path).index.formats[0].palette
    assert len(palette) == 3
    for lut in palette:
        assert np.abs(lut.values.astype(int) - wanted).max() <= 1  # rounded here, cut off there


@pytest.mark.parametrize(
    "segments", [[9, 9, 9], [1, 3, 5], [2, 65535, 0, 0], [0, 65535, 1], [0, 1, 5, 2, 1, 3, 0] * 50, [1, 0, 0]]
)
def test_segments_of_nonsense_are_no_palette(tmp_path, segments):
    def change(i, ds):
        ds.PhotometricInterpretation = "PALETTE COLOR"
        for colour in ("Red", "Green", "Blue"):
            setattr(ds, f"{colour}PaletteColorLookupTableDescriptor", [256, 0, 16])
            setattr(ds, f"Segmented{colour}PaletteColorLookupTableData", np.array(segments, "<u2").tobytes())

    phantoms.series(tmp_path, n=1, change=change)
    series = only(tmp_path)
    assert series.index.formats[0].palette == () and any("palette cannot be read" in w for w in series.warnings)


def test_two_kernels_and_two_studies_are_apart(tmp_path):
    uid = generate_uid()
    for kernel in ("B30s", "B70s"):
        phantoms.series(tmp_path / kernel, n=3, series_uid=uid, study_uid="1.2.3", change=kernel_of(kernel))
    phantoms.series(tmp_path / "other", n=2, series_uid=uid, study_uid="1.2.4", change=kernel_of("B30s"))
    result = scan([tmp_path])
    assert sorted((s.study_uid, s.index.slices) for s in result.series) == [("1.2.3", 3), ("1.2.3", 3), ("1.2.4", 2)]
    assert sorted(titles(result)) == ["Phantom", "Phantom (B30s)", "Phantom (B70s)"]


def kernel_of(name):
    return lambda i, ds: setattr(ds, "ConvolutionKernel", name)


@pytest.mark.parametrize(
    ("tags", "side", "view"),
    [
        ({"ImageLaterality": "L", "ViewPosition": "MLO"}, "L", "MLO"),
        ({"Laterality": "R"}, "R", ""),
        ({"ImageLaterality": "R", "Laterality": "L", "code": "399162004"}, "R", "CC"),
        ({"frames": "L", "code": "R-10226"}, "L", "MLO"),
    ],
)
def test_side_and_view_are_known_however_they_are_said(tmp_path, tags, side, view):
    def change(i, ds):
        ds.Modality, ds.AccessionNumber = "MG", "ACC1"
        for name, value in tags.items():
            if name == "code":
                code = pydicom.Dataset()
                code.CodeValue, code.CodingSchemeDesignator, code.CodeMeaning = value, "SCT", "a view"
                ds.ViewCodeSequence = [code]
            elif name == "frames":
                anatomy, shared = pydicom.Dataset(), pydicom.Dataset()
                anatomy.FrameLaterality = value
                shared.FrameAnatomySequence = [anatomy]
                ds.SharedFunctionalGroupsSequence = [shared]
            else:
                setattr(ds, name, value)

    phantoms.series(tmp_path, n=1, change=change)
    facts = only(tmp_path).info.facts
    assert (facts.get("laterality", ""), facts.get("view_position", "")) == (side, view)
    assert facts["accession"] == "ACC1"


def test_a_series_of_several_views_is_none_of_them(tmp_path):
    def change(i, ds):
        ds.ImageLaterality, ds.ViewPosition = "LR"[i % 2], "CC"

    phantoms.series(tmp_path, n=4, change=change)
    facts = only(tmp_path).info.facts
    assert "laterality" not in facts
    assert facts["view_position"] == "CC"


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("PixelSpacing", [0, 0], "PixelSpacing is impossible (0.0\\0.0)"),
        ("PixelSpacing", [-1, -1], "PixelSpacing is impossible (-1.0\\-1.0)"),
        ("ImageOrientationPatient", [0] * 6, "ImageOrientationPatient is impossible (0.0\\0.0\\0.0\\0.0\\0.0\\0.0)"),
        ("ImageOrientationPatient", [1, 0, 0, 1, 0, 0], "ImageOrientationPatient is impossible (1.0\\0.0\\0.0\\1.0\\0.0\\0.0)"),
        ("ImagePositionPatient", [1e9, 0, 0], "ImagePositionPatient is impossible (1000000000.0\\0.0\\0.0)"),
    ],
)
def test_what_cannot_be_meant_is_called_impossible_with_its_value(tmp_path, name, value, said):
    phantoms.series(tmp_path, n=3, change=lambda _i, ds: setattr(ds, name, [float(v) for v in value]))
    series = only(tmp_path)
    assert series.geometry is None and series.info.facts["missing_3d"] == [name]
    assert series.warnings[0] == f"Shown as a stack only, without 3D: {said}."
    assert f"{name} is impossible ({series.info.facts['impossible_3d'][name]})" == said


def test_what_is_missing_and_what_is_impossible_are_told_apart(tmp_path):
    def spoil(_i, ds):
        del ds.ImagePositionPatient, ds.ImageOrientationPatient
        ds.PixelSpacing = [0.0, 1.0]

    phantoms.series(tmp_path, n=3, change=spoil)
    told = "ImagePositionPatient and ImageOrientationPatient are missing, PixelSpacing is impossible (0.0\\1.0)"
    assert only(tmp_path).warnings[0] == f"Shown as a stack only, without 3D: {told}."


@pytest.mark.parametrize(("changed", "whose"), [("PatientID", "another patient"), ("StudyInstanceUID", "another study")])
def test_one_series_uid_of_two_patients_or_studies_makes_two_series_that_say_so(tmp_path, changed, whose):
    common = {"series_uid": generate_uid(), "study_uid": generate_uid(), "frame_of_reference": generate_uid()}
    one = phantoms.series(tmp_path / "a", n=4, **common)
    other = generate_uid() if changed == "StudyInstanceUID" else "SOMEBODY-ELSE"
    two = phantoms.series(tmp_path / "b", n=4, change=lambda _i, ds: setattr(ds, changed, other), **common)
    found = scan([tmp_path]).series
    assert {frozenset(s.files) for s in found} == {frozenset(one.files), frozenset(two.files)}
    for series in found:
        assert series.index.times == 1 and series.geometry is not None
        assert whose in series.warnings[0] and "same Series Instance UID" in series.warnings[0]


def test_patients_without_an_id_are_told_apart_by_name(tmp_path):
    common = {"series_uid": generate_uid(), "study_uid": generate_uid()}
    for name in ("Alpha^A", "Beta^B"):
        phantoms.series(tmp_path / name, n=4, patient=name, change=lambda _i, ds: setattr(ds, "PatientID", ""), **common)
    assert [s.index.times for s in scan([tmp_path]).series] == [1, 1]


def test_slices_at_different_places_with_one_sop_uid_are_one_volume_that_says_so(tmp_path):
    uid = generate_uid()
    values = np.zeros((5, 16, 20), np.uint16)
    values[2:] = np.arange(3)[:, None, None] + 1  # the first two have the same pixels, too

    def same(_i, ds):
        ds.SOPInstanceUID = ds.file_meta.MediaStorageSOPInstanceUID = uid

    phantom = phantoms.series(tmp_path, n=5, names="shuffled", values=values, change=same)
    series = only(tmp_path)
    assert series.geometry is not None and series.index.slices == 5
    assert np.array_equal(volume(series)[0], phantom.volume)
    assert series.warnings[0].startswith("Slices at different places share one SOP Instance UID")
    (tmp_path / "copy").write_bytes(phantom.files[0].read_bytes())
    assert only(tmp_path).index.slices == 5


def test_whose_a_series_is_comes_with_birth_and_sex(tmp_path):
    def change(_, ds):
        ds.PatientBirthDate, ds.PatientSex = "19500302", "F"

    phantoms.series(tmp_path / "a", n=2, change=change)
    facts = only(tmp_path / "a").info.facts
    assert (facts["patient_birth"], facts["patient_sex"]) == ("19500302", "F")
