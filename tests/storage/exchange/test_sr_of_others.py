"""Reports as other programs write them: regions in space, regions outside of groups, values that disagree."""

from __future__ import annotations

from dataclasses import replace

import highdicom as hd
import numpy as np
import pydicom
import pytest
from pydicom.dataset import Dataset
from pydicom.sr.codedict import codes

from storage.exchange.dicom_sr import write_sr
from storage.exchange.features import Features
from storage.exchange.losses import Losses
from storage.exchange.sr_read import read_sr, references_of
from storage.exchange.volumes import DocumentFiller
from storage.model import masks
from storage.model.geometry import Cuboid2D, Ellipse, Keypoint, Polygon, Polyline, ShapeKind
from storage.model.labels import LabelDocument
from storage.model.ontology import ObjectClass
from tests.support import phantoms
from tests.support.seg_files import contents, errors_of
from tests.support.volume_stage import NOW, document, of_phantom, ontology

BLOCK = ObjectClass("12", "Block", "#FA28FF", ShapeKind.CUBOID_2D, "Bb000012")
LESIONS = Features(ontology(BLOCK))


@pytest.fixture(params=["straight", "oblique"])
def series(tmp_path, request):
    turned = {"orientation": phantoms.ORIENTATIONS["oblique"]} if request.param == "oblique" else {}
    return of_phantom(phantoms.series(tmp_path / "s", spacing=(0.7, 0.5), **turned))


def in_space(series, frame: int, points) -> np.ndarray:
    """Millimetres of points of a picture, by the header of its own file and nothing of ours."""
    head = series.header(int(series.index.file[frame]))
    across, down = np.array(head.ImageOrientationPatient[:3], float), np.array(head.ImageOrientationPatient[3:], float)
    row, column = (float(v) for v in head.PixelSpacing)
    origin = np.array(head.ImagePositionPatient, float)
    return np.array([origin + across * column * (x - 0.5) + down * row * (y - 0.5) for x, y in points])


def region3d(series, kind: str, mm: np.ndarray, reference: str = "") -> hd.sr.ImageRegion3D:
    frame_of_reference = reference or series.first_header().FrameOfReferenceUID
    return hd.sr.ImageRegion3D(kind, mm, frame_of_reference)


def report(path, series, *groups) -> None:
    """As highdicom makes one of regions in space."""
    device = hd.sr.DeviceObserverIdentifyingAttributes(uid=hd.UID(), name="Other")
    context = hd.sr.ObservationContext(observer_device_context=hd.sr.ObserverContext(codes.DCM.Device, device))
    content = hd.sr.MeasurementReport(context, codes.LN.CTUnspecifiedBodyRegion, imaging_measurements=list(groups))
    made = hd.sr.Comprehensive3DSR(
        [series.header(f) for f in range(series.files)], content[0], hd.UID(), 1, hd.UID(), 1, manufacturer="Other"
    )
    made.save_as(path)


def group(name: str, region, *measurements) -> hd.sr.PlanarROIMeasurementsAndQualitativeEvaluations:
    tracking = hd.sr.TrackingIdentifier(hd.UID(), name)
    return hd.sr.PlanarROIMeasurementsAndQualitativeEvaluations(
        tracking, referenced_region=region, measurements=list(measurements) or None
    )


def taken(path, series, features=LESIONS) -> tuple[dict[str, tuple], list]:
    losses = Losses()
    got = read_sr(path, DocumentFiller(series, features, LabelDocument(), losses))
    named = {
        f"{features.objects[got.instances[a.instance].feature_hash].name} {got.instances[a.instance].number}": (
            a.frame,
            a.geometry,
        )
        for a in got.annotations.values()
    }
    return named, losses.all()


def test_regions_in_space_come_onto_their_slices(tmp_path, series):
    line, ring = [(2.0, 3.0), (14.0, 3.0), (14.0, 9.5)], [(3.0, 4.0), (9.0, 4.0), (9.0, 11.0), (3.0, 4.0)]
    path = tmp_path / "sr.dcm"
    report(
        path,
        series,
        group("Spot 1", region3d(series, "POINT", in_space(series, 4, [(6.25, 7.5)]))),
        group("Line 1", region3d(series, "POLYLINE", in_space(series, 1, line))),
        group("Outline 1", region3d(series, "POLYGON", in_space(series, 3, ring))),
    )
    found, lost = taken(path, series)
    assert lost == []
    assert {name: frame for name, (frame, _) in found.items()} == {"Spot 1": 4, "Line 1": 1, "Outline 1": 3}
    spot, drawn, outline = (found[n][1] for n in ("Spot 1", "Line 1", "Outline 1"))
    assert isinstance(spot, Keypoint)
    assert (spot.x, spot.y) == pytest.approx((6.25, 7.5), abs=1e-4)
    assert isinstance(drawn, Polyline)
    assert np.allclose(drawn.points, line, atol=1e-4)
    assert isinstance(outline, Polygon)
    assert np.allclose(outline.parts[0][0], ring[:-1], atol=1e-4)


def test_an_ellipse_in_space_is_the_same_ellipse_on_pixels_that_are_not_square(tmp_path, series):
    """Its axes stand at right angles in millimetres, and do not on the picture."""
    centre = in_space(series, 2, [(9.0, 8.0)])[0]
    across, down = (in_space(series, 2, [p])[0] - centre for p in ((10.0, 8.0), (9.0, 9.0)))
    across, down = across / np.linalg.norm(across), down / np.linalg.norm(down)
    turn = np.radians(35)
    long, short = across * np.cos(turn) + down * np.sin(turn), down * np.cos(turn) - across * np.sin(turn)
    ends = np.array([centre - 3 * long, centre + 3 * long, centre - 1.5 * short, centre + 1.5 * short])
    path = tmp_path / "sr.dcm"
    report(path, series, group("Round 1", region3d(series, "ELLIPSE", ends)))
    found, lost = taken(path, series)
    assert lost == []
    frame, shape = found["Round 1"]
    assert frame == 2
    assert isinstance(shape, Ellipse)
    around = np.linspace(0, 2 * np.pi, 24)
    a, b = np.cos(around) * shape.rx, np.sin(around) * shape.ry
    theta = np.radians(shape.theta)
    rim = [
        (shape.x + u * np.cos(theta) - v * np.sin(theta), shape.y + u * np.sin(theta) + v * np.cos(theta))
        for u, v in zip(a, b, strict=True)
    ]
    mm = in_space(series, 2, rim) - centre
    assert np.allclose((mm @ long / 3) ** 2 + (mm @ short / 1.5) ** 2, 1, atol=1e-3)


def test_points_in_space_lie_each_on_its_own_slice(tmp_path, series):
    mm = np.concatenate([in_space(series, f, [(3.0 + f, 5.0)]) for f in (1, 2, 5)])
    path = tmp_path / "sr.dcm"
    report(path, series, group("Spot 1", region3d(series, "POINT", mm[:1])))
    made = pydicom.dcmread(path)
    (region,) = [i for i in contents(made) if i.ValueType == "SCOORD3D"]
    region.GraphicType, region.GraphicData = "MULTIPOINT", mm.ravel().tolist()
    made.save_as(path)
    losses = Losses()
    got = read_sr(path, DocumentFiller(series, LESIONS, LabelDocument(), losses))
    assert losses.all() == []
    places = {(a.frame, round(a.geometry.x, 3), round(a.geometry.y, 3)) for a in got.annotations.values()}
    assert places == {(1, 4, 5), (2, 5, 5), (5, 8, 5)}


def test_a_line_across_slices_lies_on_a_plane_of_its_own(tmp_path, series):
    ends = np.array([in_space(series, f, [p])[0] for f, p in ((1, (2, 3)), (3, (8, 3)))])
    path = tmp_path / "sr.dcm"
    report(path, series, group("Line 1", region3d(series, "POLYLINE", ends)))
    losses = Losses()
    (row,) = read_sr(path, DocumentFiller(series, LESIONS, LabelDocument(), losses)).annotations.values()
    assert losses.all() == []
    assert row.sheet is not None
    assert np.allclose(row.sheet.at(row.geometry.points), ends, atol=1e-3)


def test_what_lies_in_no_slice_is_told_with_its_reason(tmp_path, series):
    twisted = np.array([in_space(series, f, [p])[0] for f, p in ((1, (2, 3)), (3, (8, 3)), (2, (9, 12)), (5, (2, 9)))])
    away = in_space(series, 0, [(4, 4)]) + 500
    ring = in_space(series, 2, [(3.0, 4.0), (9.0, 4.0), (9.0, 11.0), (3.0, 4.0)])
    path = tmp_path / "sr.dcm"
    report(
        path,
        series,
        group("Line 1", region3d(series, "POLYLINE", twisted)),
        group("Spot 1", region3d(series, "POINT", away)),
        group("Outline 1", region3d(series, "POLYGON", ring, "1.2.3.4")),
    )
    found, lost = taken(path, series)
    assert not found
    told = {each.what: each.why for each in lost}
    assert told["Line 1"] == "it does not lie in one plane"
    assert "mm from the nearest slice" in told["Spot 1"]
    assert told["Outline 1"] == "it was drawn in another frame of reference"


def test_a_series_without_positions_has_no_place_for_regions_in_space(tmp_path):
    series = of_phantom(phantoms.series(tmp_path / "s"))
    path = tmp_path / "sr.dcm"
    report(path, series, group("Spot 1", region3d(series, "POINT", in_space(series, 4, [(6, 7)]))))
    _, lost = taken(path, replace(series, geometry=None))
    assert [each.why for each in lost] == ["it lies in millimetres, and the series has no positions in a patient"]


def test_the_space_of_a_report_says_which_series_it_belongs_to(tmp_path, series):
    path = tmp_path / "sr.dcm"
    report(path, series, group("Spot 1", region3d(series, "POINT", in_space(series, 4, [(6, 7)]))))
    assert references_of(pydicom.dcmread(path)).frame_of_reference == series.first_header().FrameOfReferenceUID


# -- values ------------------------------------------------------------------------------------------------------------


def length(value: float, unit=codes.UCUM.Millimeter) -> hd.sr.Measurement:
    return hd.sr.Measurement(codes.SCT.Length, value, unit)


@pytest.mark.parametrize(("value", "unit"), [(6.0, codes.UCUM.Millimeter), (0.602, codes.UCUM.Centimeter)])
def test_a_length_that_agrees_is_not_spoken_of(tmp_path, series, value, unit):
    path = tmp_path / "sr.dcm"
    mm = in_space(series, 1, [(2.0, 3.0), (14.0, 3.0)])
    report(path, series, group("Line 1", region3d(series, "POLYLINE", mm), length(value, unit)))
    found, lost = taken(path, series)
    assert set(found) == {"Line 1"}
    assert lost == []


def test_values_that_disagree_and_values_that_nobody_measures_are_told(tmp_path, series):
    path = tmp_path / "sr.dcm"
    mm = in_space(series, 1, [(2.0, 3.0), (14.0, 3.0)])
    ring = in_space(series, 3, [(3.0, 4.0), (9.0, 4.0), (9.0, 10.0), (3.0, 10.0), (3.0, 4.0)])
    area = hd.sr.Measurement(codes.SCT.Area, 36 * 0.35 * 1.2, codes.UCUM.SquareMillimeter)
    thick = hd.sr.Measurement(codes.SCT.Depth, 3.0, codes.UCUM.Millimeter)
    report(
        path,
        series,
        group("Line 1", region3d(series, "POLYLINE", mm), length(7.5)),
        group("Outline 1", region3d(series, "POLYGON", ring), area, thick),
    )
    found, lost = taken(path, series)
    assert set(found) == {"Line 1", "Outline 1"}
    assert {each.what: each.why for each in lost} == {
        "Length of Line 1": "it is 7.5 mm in the report and 6 mm as its shape is measured here",
        "Area of Outline 1": "it is 15.12 mm² in the report and 12.6 mm² as its shape is measured here",
        "1 measured values": "their shapes are measured anew",
    }


# -- where regions stand -----------------------------------------------------------------------------------------------


def code(value: str, scheme: str, meaning: str) -> list[Dataset]:
    made = Dataset()
    made.CodeValue, made.CodingSchemeDesignator, made.CodeMeaning = value, scheme, meaning
    return [made]


def item(kind: str, relation: str, concept: str, *below: Dataset, **values) -> Dataset:
    made = Dataset()
    made.RelationshipType, made.ValueType = relation, kind
    if concept:
        made.ConceptNameCodeSequence = code(concept.upper()[:12], "99OTHER", concept)
    for name, value in values.items():
        setattr(made, name, value)
    if below:
        made.ContentSequence = list(below)
    return made


def image(series, frame: int) -> Dataset:
    reference = Dataset()
    reference.ReferencedSOPClassUID, reference.ReferencedSOPInstanceUID, _ = series.sop(frame)
    return item("IMAGE", "SELECTED FROM", "", ReferencedSOPSequence=[reference])


def scoord(relation: str, kind: str, data, *below: Dataset) -> Dataset:
    return item("SCOORD", relation, "Region", *below, GraphicType=kind, GraphicData=[float(v) for v in data])


def of_another_maker(path, series, *found: Dataset) -> None:
    """A report that holds these items and no measurement group."""
    report(path, series, group("Spot 1", region3d(series, "POINT", in_space(series, 4, [(6, 7)]))))
    made = pydicom.dcmread(path)
    made.SOPClassUID = made.file_meta.MediaStorageSOPClassUID = "1.2.840.10008.5.1.4.1.1.88.33"
    made.ContentSequence = list(found)
    made.save_as(path)


def test_regions_outside_of_groups_come_back_too(tmp_path, series):
    """As CAD reports have them: below a finding, or below the number that was measured on it."""
    measured = Dataset()
    measured.NumericValue, measured.MeasurementUnitsCodeSequence = "9.0", code("mm", "UCUM", "mm")
    path = tmp_path / "sr.dcm"
    of_another_maker(
        path,
        series,
        item(
            "CONTAINER",
            "CONTAINS",
            "Findings",
            item(
                "CODE",
                "CONTAINS",
                "Single Image Finding",
                scoord("HAS PROPERTIES", "POLYLINE", (3, 4, 9, 4, 9, 11, 3, 4), image(series, 3)),
                ConceptCodeSequence=code("1", "99OTHER", "Outline"),
            ),
            item(
                "NUM",
                "CONTAINS",
                "Line",
                scoord("INFERRED FROM", "POLYLINE", (2, 3, 14, 3), image(series, 1)),
                MeasuredValueSequence=[measured],
            ),
        ),
    )
    found, lost = taken(path, series)
    assert {name: frame for name, (frame, _) in found.items()} == {"Outline 1": 3, "Line 1": 1}
    assert [(x.what, x.why) for x in lost] == [
        ("Line of Line", "it is 9 mm in the report and 6 mm as its shape is measured here")
    ]


def test_an_image_that_is_named_by_its_place_in_the_report(tmp_path, series):
    named = Dataset()
    named.RelationshipType, named.ReferencedContentItemIdentifier = "SELECTED FROM", [1, 1, 2]
    library = item("CONTAINER", "CONTAINS", "Image Library", image(series, 0), image(series, 5))
    path = tmp_path / "sr.dcm"
    of_another_maker(
        path,
        series,
        library,
        item(
            "CODE",
            "CONTAINS",
            "Finding",
            scoord("HAS PROPERTIES", "POINT", (6, 7), named),
            ConceptCodeSequence=code("1", "99OTHER", "Spot"),
        ),
    )
    found, lost = taken(path, series)
    assert lost == []
    assert found["Spot 1"] == (5, Keypoint(6, 7))


def test_regions_of_a_group_within_a_group_belong_to_the_inner_one(tmp_path, series):
    path = tmp_path / "sr.dcm"
    report(
        path,
        series,
        group("Outline 1", region3d(series, "POLYGON", in_space(series, 3, [(3, 4), (9, 4), (9, 11), (3, 4)]))),
        group("Spot 1", region3d(series, "POINT", in_space(series, 4, [(6, 7)]))),
    )
    made = pydicom.dcmread(path)
    (outer, inner) = [
        i for i in contents(made) if i.ValueType == "CONTAINER" and i.ConceptNameCodeSequence[0].CodeValue == "125007"
    ]
    (home,) = [i for i in contents(made) if inner in (i.get("ContentSequence") or ())]
    home.ContentSequence = [i for i in home.ContentSequence if i != inner]
    outer.ContentSequence = [*outer.ContentSequence, inner]
    made.save_as(path)
    found, lost = taken(path, series)
    assert lost == []
    assert {name: frame for name, (frame, _) in found.items()} == {"Outline 1": 3, "Spot 1": 4}


# -- cuboids -----------------------------------------------------------------------------------------------------------

_FACE = ((3.0, 4.0), (9.0, 4.0), (9.0, 10.0), (3.0, 10.0))


@pytest.mark.parametrize(
    "cuboid",
    [
        Cuboid2D(_FACE, offset=(4.0, -2.0)),
        Cuboid2D(_FACE, offset=(4.0, 0.0)),
        Cuboid2D(_FACE, (16.0, 2.0), 0.6),
        Cuboid2D(_FACE, (6.0, 7.0), 0.5),
        Cuboid2D(((3.0, 4.0), (9.0, 4.0), (6.0, 10.0)), offset=(2.0, 2.5)),
    ],
)
def test_a_cuboid_comes_back_with_both_faces(tmp_path, series, cuboid):
    labels = document(("Block", {2: cuboid}), features=LESIONS)
    path = tmp_path / "sr.dcm"
    losses = Losses()
    write_sr(path, series, labels, LESIONS, losses, now=NOW)
    assert errors_of(path) == []
    found, lost = taken(path, series)
    assert [*losses.all(), *lost] == []
    frame, shape = found["Block 1"]
    assert frame == 2
    assert isinstance(shape, Cuboid2D)
    assert np.allclose(shape.front, cuboid.front, atol=1e-4)
    assert np.allclose(shape.back(), cuboid.back(), atol=1e-3)
    again = read_sr(path, DocumentFiller(series, LESIONS, labels, Losses(), now=NOW))
    assert again.annotations == labels.annotations
    # Where the class is one of areas, it is the voxels of the silhouette.
    areas = Features(ontology(replace(BLOCK, shape=ShapeKind.BITMASK, feature_hash="Bb000013")))
    found, lost = taken(path, series, areas)
    assert lost == []
    assert found["Block 1"][1] == masks.to_bitmask(cuboid, series.columns, series.rows)
