"""Contours go out and come back with their holes, not half a voxel away."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pydicom
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from storage.errors import BadInput, Refused
from storage.exchange.losses import Losses
from storage.exchange.outlines import keyhole, without_channels
from storage.exchange.rtstruct import write_rtstruct
from storage.exchange.rtstruct_read import read_rtstruct, references_of
from storage.exchange.volumes import DocumentFiller, Series
from storage.model import masks
from storage.model.geometry import Ellipse, Keypoint, Polygon, Polyline
from storage.model.labels import LabelDocument
from tests.support import phantoms
from tests.support.seg_files import CASES, errors_of, made
from tests.support.volume_stage import FEATURES, NOW, blob, document, masks_of, named, of_phantom, sorted_series, voxels

RING = Polygon(
    (
        (
            ((1.5, 1.5), (14.25, 2.0), (13.0, 12.5), (2.0, 11.0)),
            ((4.0, 4.0), (4.5, 7.0), (7.0, 6.5)),
            ((9, 5), (9, 8), (11, 8)),
        ),
        (((16.0, 12.0), (19.0, 12.0), (18.0, 15.0)),),
    )
)


def write(path: Path, series: Series, labels: LabelDocument, **options) -> list:
    losses = Losses()
    write_rtstruct(path, series, labels, FEATURES, losses, now=NOW, **options)
    return losses.all()


def read(path: Path, series: Series, present: LabelDocument | None = None) -> tuple[LabelDocument, list]:
    losses = Losses()
    filler = DocumentFiller(series, FEATURES, present or LabelDocument(), losses, now=NOW)
    return read_rtstruct(path, filler), losses.all()


def dice(a: np.ndarray, b: np.ndarray) -> float:
    return float(2 * (a & b).sum() / (a.sum() + b.sum()))


@pytest.mark.parametrize("xor", [False, True], ids=["keyhole", "xor"])
@pytest.mark.parametrize("options", CASES.values(), ids=list(CASES))
def test_masks_with_holes_come_back_exactly(tmp_path, options, xor):
    series, labels, volumes = made(tmp_path, **options)
    path = tmp_path / "rt.dcm"
    assert write(path, series, labels, xor=xor) == []
    assert [e for e in errors_of(path) if not (xor and "CLOSEDPLANAR_XOR" in e)] == []
    got, lost = read(path, series)
    assert lost == []
    assert set(got.instances) == set(labels.instances)
    found = named(got)
    for name, volume in zip(("Liver 1", "Liver 2", "Tumour 1"), volumes, strict=True):
        back = voxels(got, found[name].uuid, volume.shape)
        assert dice(back, volume) == 1.0
    again, _ = read(path, series, labels)
    assert again.annotations == labels.annotations


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data(), xor=st.booleans())
def test_any_mask_comes_back(tmp_path_factory, data, xor):
    folder = tmp_path_factory.mktemp("any")
    series = of_phantom(phantoms.series(folder / "s", n=2, rows=9, cols=11, orientation="oblique"))
    volume = data.draw(hnp.arrays(bool, (2, 9, 11)))
    volume[0, 0, 0] = True
    write(folder / "rt.dcm", series, document(("Liver", masks_of(volume))), xor=xor)
    got, lost = read(folder / "rt.dcm", series)
    assert lost == []
    assert (voxels(got, named(got)["Liver 1"].uuid, volume.shape) == volume).all()


def test_a_polygon_keeps_its_corners_and_holes(tmp_path):
    series = of_phantom(phantoms.series(tmp_path / "s", tilt=12))
    labels = document(("Outline", {3: RING}))
    path = tmp_path / "rt.dcm"
    assert write(path, series, labels) == []
    got, lost = read(path, series)
    assert lost == []
    back = next(iter(got.annotations.values())).geometry
    assert isinstance(back, Polygon)
    assert [len(p) for p in back.parts] == [3, 1]

    def corners(shape: Polygon) -> list[list[tuple[float, float]]]:
        return sorted(sorted((round(x, 5), round(y, 5)) for x, y in ring) for ring in shape.rings())

    assert corners(back) == corners(RING)


def test_lines_and_points(tmp_path):
    series = of_phantom(phantoms.series(tmp_path / "s"))
    labels = document(("Line", {1: Polyline(((1.0, 2.0), (8.5, 3.25)))}), ("Spot", {4: Keypoint(3.5, 9.5)}))
    path = tmp_path / "rt.dcm"
    assert write(path, series, labels) == []
    assert errors_of(path) == []
    again, lost = read(path, series, labels)
    assert lost == []
    assert again.annotations == labels.annotations
    fresh, _ = read(path, series)
    assert {type(a.geometry) for a in fresh.annotations.values()} == {Polyline, Keypoint}


def test_the_middle_of_a_voxel_is_where_the_standard_says(tmp_path):
    phantom = phantoms.series(tmp_path / "s", orientation="oblique")
    labels = document(("Spot", {2: Keypoint(7 + 0.5, 5 + 0.5)}))
    write(tmp_path / "rt.dcm", of_phantom(phantom), labels)
    contour = pydicom.dcmread(tmp_path / "rt.dcm").ROIContourSequence[0].ContourSequence[0]
    assert np.allclose(np.array(contour.ContourData, float), phantom.lps(2, 5, 7), atol=1e-7)


def test_curves_are_told(tmp_path):
    series = of_phantom(phantoms.series(tmp_path / "s"))
    ellipse = Ellipse(10, 8, 6, 4, 20)
    lost = write(tmp_path / "rt.dcm", series, document(("Round", {0: ellipse})))
    assert ["curve" in x.what for x in lost] == [True]
    contour = pydicom.dcmread(tmp_path / "rt.dcm").ROIContourSequence[0].ContourSequence[0]
    assert contour.NumberOfContourPoints == 90


def test_nothing_to_write_is_refused(tmp_path):
    series = of_phantom(phantoms.series(tmp_path / "s"))
    with pytest.raises(Refused, match="no labels"):
        write(tmp_path / "rt.dcm", series, document())


def test_images_that_are_missing_are_named(tmp_path):
    phantom = phantoms.series(tmp_path / "s")
    path = tmp_path / "rt.dcm"
    write(path, of_phantom(phantom), document(("Liver", masks_of(blob((6, 16, 20), 4)))))
    fewer = phantoms.Phantom(
        **{**vars(phantom), "volume": phantom.volume[:4], "origins": phantom.origins[:4], "files": phantom.files[:4]}
    )
    got, lost = read(path, of_phantom(fewer))
    assert {a.frame for a in got.annotations.values()} <= {0, 1, 2, 3}
    assert {x.what for x in lost} == {f"the image {uid}" for uid in phantom.sop_uids[4:]}


def test_nested_closed_contours_are_holes_for_those_who_write_them_so(tmp_path):
    series = of_phantom(phantoms.series(tmp_path / "s"))
    path = tmp_path / "rt.dcm"
    write(path, series, document(("Liver", {0: masks.encode(np.ones((16, 20), bool))})))
    rt = pydicom.dcmread(path)
    inner = pydicom.Dataset()
    inner.update(rt.ROIContourSequence[0].ContourSequence[0])
    corners = [series.geometry.to_mm(c, r, 0) for c, r in ((4.5, 4.5), (9.5, 4.5), (9.5, 8.5), (4.5, 8.5))]
    inner.ContourData = [str(round(v, 6)) for p in corners for v in p]
    inner.NumberOfContourPoints = 4
    rt.ROIContourSequence[0].ContourSequence.append(inner)
    rt.save_as(path)
    got, _ = read(path, series)
    expected = np.ones((16, 20), bool)
    expected[5:9, 5:10] = False
    assert (voxels(got, named(got)["Liver 1"].uuid, (6, 16, 20))[0] == expected).all()


def test_contours_across_the_slices_are_told(tmp_path):
    axial = phantoms.series(tmp_path / "a", frame_of_reference="1.2.9")
    sagittal = phantoms.series(tmp_path / "b", frame_of_reference="1.2.9", orientation="sagittal")
    path = tmp_path / "rt.dcm"
    write(path, of_phantom(sagittal), document(("Liver", masks_of(blob((6, 16, 20), 4)))))
    got, lost = read(path, of_phantom(axial))
    assert not got.annotations
    assert any("does not lie in one slice" in x.why for x in lost)


def test_another_frame_of_reference_is_told(tmp_path):
    path = tmp_path / "rt.dcm"
    write(path, of_phantom(phantoms.series(tmp_path / "a")), document(("Liver", masks_of(blob((6, 16, 20), 4)))))
    got, lost = read(path, of_phantom(phantoms.series(tmp_path / "b")))
    assert not got.annotations
    assert [x.why for x in lost] == ["it was drawn in another frame of reference"]


def test_keyholes_open_again():
    for part in RING.parts:
        found = without_channels(keyhole(part))
        assert sorted(map(frozenset, found), key=len) == sorted(map(frozenset, part), key=len)


@pytest.mark.parametrize("keep", [10, 500, 3000])
def test_a_cut_off_file_is_refused_or_told(tmp_path, keep):
    series = of_phantom(phantoms.series(tmp_path / "s"))
    path = tmp_path / "rt.dcm"
    write(path, series, document(("Liver", masks_of(blob((6, 16, 20), 4)))))
    path.write_bytes(path.read_bytes()[:keep])
    try:
        got, lost = read(path, series)
    except BadInput:
        return
    assert lost
    assert not got.annotations


@pytest.mark.realdata
def test_a_real_structure_set_names_the_images_that_are_not_there(real_data, tmp_path):
    from storage.exchange.features import Features
    from storage.model.geometry import ShapeKind
    from storage.model.ontology import ObjectClass, Ontology

    folder = real_data / "rtstruct/dicompyler-core/testdata/example_data"
    (tmp_path / "ct").mkdir()
    (tmp_path / "ct" / "0.dcm").write_bytes((folder / "ct.0.dcm").read_bytes())
    series = sorted_series(tmp_path / "ct")
    rt = pydicom.dcmread(folder / "rtss.dcm")
    names = [str(s.ROIName) for s in rt.StructureSetROISequence]
    assert len(names) == 10
    things = tuple(ObjectClass(str(k), n, "#D33115", ShapeKind.POLYGON, f"A{k:07d}") for k, n in enumerate(names))
    losses = Losses()
    got = read_rtstruct(folder / "rtss.dcm", DocumentFiller(series, Features(Ontology(things)), LabelDocument(), losses))
    told = references_of(rt)
    assert str(series.sop(0)[1]) in told.instances
    here = [
        str(roi.ReferencedROINumber)
        for roi in rt.ROIContourSequence
        for c in roi.get("ContourSequence", [])
        if c.ContourImageSequence[0].ReferencedSOPInstanceUID == series.sop(0)[1] and c.ContourGeometricType == "CLOSED_PLANAR"
    ]
    assert len(got.annotations) == len(set(here)) > 0
    missing = {x.what for x in losses.all() if x.what.startswith("the image")}
    assert len(missing) == len({f"the image {u}" for u in told.instances - {series.sop(0)[1]}} & missing) > 10
