"""What is measured on slices: millimetres where there are any, pixels where not."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QRectF, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu

from storage.editing.edits import Put
from storage.ids import new_uuid
from storage.model import masks, ontology_edit
from storage.model.calibration import Calibration
from storage.model.geometry import Box, Polyline, ShapeKind
from storage.model.measure_classes import Measure, with_line_class
from storage.model.ontology import Ontology
from tests.support.tool_stage import feature
from tests.support.volume_view import (
    CTRL,
    LEFT,
    NONE,
    ArrayFrames,
    VolumeStage,
    beads,
    pixels,
    space,
)
from viewers.canvas.overlay import free_place
from viewers.scene.slice_marks import flat_scale_bar


def measured(stage: VolumeStage) -> list[str]:
    """Texts of the draft of the tool in hand."""
    from viewers.tools.base import LabelDraft

    return [d.text for d in stage.editor.tool.draft() if isinstance(d, LabelDraft)]


def test_distances_are_millimetres_of_unequal_pixels(qtbot):
    geometry = space(mm=(1.4, 0.7))
    stage = VolumeStage(qtbot, geometry)
    stage.editor.arm_class(feature(ShapeKind.POLYLINE))
    stage.editor.arm_tool("ruler")
    a, b = geometry.to_mm(10, 10, 0), geometry.to_mm(40, 30, 0)
    stage.drag(stage.canvas, stage.at(stage.canvas, a), stage.at(stage.canvas, b))
    length, unit = measured(stage)[0].split()
    assert unit == "mm"
    assert float(length) == pytest.approx(float(np.linalg.norm(b - a)), abs=0.4)
    stage.key(Qt.Key.Key_Return)
    (kept,) = stage.document.on_frame(("", 0))
    assert kept.geometry.kind is ShapeKind.POLYLINE
    assert measured(stage) == []


def test_distances_without_spacing_are_pixels_and_say_so(qtbot):
    stage = VolumeStage(qtbot, frames=ArrayFrames(beads(space()), None))
    stage.editor.arm_tool("ruler")
    stage.drag(stage.canvas, QPoint(300, 200), QPoint(400, 200))
    assert measured(stage)[0].endswith(" px")


def test_angles_are_those_in_the_patient(qtbot):
    geometry = space(mm=(1.4, 0.7))
    stage = VolumeStage(qtbot, geometry)
    stage.editor.run("tool_angle")
    places = [geometry.to_mm(40, 20, 0), geometry.to_mm(20, 20, 0), geometry.to_mm(30, 25, 0)]
    for place in places:
        stage.click(stage.canvas, stage.at(stage.canvas, place))
    u, v = places[0] - places[1], places[2] - places[1]
    true = np.degrees(np.arccos(u @ v / np.linalg.norm(u) / np.linalg.norm(v)))
    assert float(measured(stage)[0].rstrip("°")) == pytest.approx(true, abs=1.5)


def test_cobbs_angle_lies_between_two_lines(qtbot):
    geometry = space()
    stage = VolumeStage(qtbot, geometry)
    stage.editor.run("tool_cobb")
    for column, row in ((10, 10), (50, 10), (10, 30), (30, 42)):
        stage.click(stage.canvas, stage.at(stage.canvas, geometry.to_mm(column, row, 0)))
    assert measured(stage)[0].startswith("Cobb ")
    assert float(measured(stage)[0].split()[1].rstrip("°")) == pytest.approx(np.degrees(np.arctan2(12, 20)), abs=1.5)


@pytest.mark.parametrize(
    ("tool", "title", "places"),
    [
        ("ruler", "Length", ((10, 10), (40, 30))),
        ("angle", "Angle", ((40, 20), (20, 20), (30, 35))),
        ("cobb", "Cobb angle", ((50, 10), (10, 10), (30, 42), (10, 30))),
    ],
)
def test_without_a_class_it_is_asked_for_and_what_was_measured_is_kept_once_it_is_there(qtbot, tool, title, places):
    geometry = space()
    stage = VolumeStage(qtbot, geometry)
    stage.editor.set_ontology(Ontology())
    stage.editor.run(f"tool_{tool}")
    for column, row in places:
        stage.click(stage.canvas, stage.at(stage.canvas, geometry.to_mm(column, row, 0)))
    (told,) = measured(stage)
    with qtbot.waitSignal(stage.editor.ontology_wanted) as asked:
        stage.key(Qt.Key.Key_Return)
    text, changed = asked.args
    assert text == f"Add “{title}” to the ontology"
    assert f"no class of lines “{title}”" in stage.said[-1]
    assert stage.sent == []
    stage.editor.set_ontology(changed)
    (kept,) = stage.document.on_frame(("", 0))
    assert isinstance(kept.geometry, Polyline) and len(kept.geometry.points) == len(places)
    assert stage.editor.measure(kept.instance) == told  # the panel says what the tool said
    assert measured(stage) == []
    stage.key(Qt.Key.Key_Z, CTRL)
    assert stage.document.on_frame(("", 0)) == []


def measure_a_length(stage: VolumeStage) -> None:
    stage.editor.arm_tool("ruler")
    a, b = (stage.at(stage.canvas, stage.volume.geometry.to_mm(*place, 0)) for place in ((10, 10), (40, 30)))
    stage.drag(stage.canvas, a, b)
    stage.key(Qt.Key.Key_Return)


def names(stage: VolumeStage) -> list[str]:
    return [stage.editor.name(a.instance) for a in stage.document.on_frame(("", 0))]


def test_what_is_measured_goes_to_no_class_that_nobody_chose(qtbot):
    """Once one is asked, at the pointer; from then on it is known, unless another class of lines is armed."""
    stage = VolumeStage(qtbot)
    known = Ontology()
    for name in ("Kerb", "Diameter", "Vessel"):
        known = ontology_edit.add_object(known, name, ShapeKind.POLYLINE)[0]
    stage.editor.set_ontology(known)
    measure_a_length(stage)
    menu = QApplication.activePopupWidget()
    assert isinstance(menu, QMenu) and stage.sent == []
    assert [a.text() for a in menu.actions() if a.text()] == ["Kerb", "Diameter", "Vessel", "Add “Length” to the ontology"]
    assert "Choose the class" in stage.said[-1]
    QTest.mouseClick(menu, LEFT, NONE, menu.actionGeometry(menu.actions()[1]).center())
    assert names(stage) == ["Diameter 1"] and stage.said[-1] == "Kept as Diameter 1."
    assert measured(stage) == []
    measure_a_length(stage)
    assert QApplication.activePopupWidget() is None and names(stage) == ["Diameter 1", "Diameter 2"]
    stage.focus.set(armed=known.objects[2].feature_hash)
    measure_a_length(stage)
    assert names(stage)[-1] == "Vessel 1" and stage.said[-1] == "Kept as Vessel 1."


def test_the_enter_that_keeps_a_measure_asks_for_no_answers(qtbot):
    stage = VolumeStage(qtbot)
    stage.editor.set_ontology(ontology_edit.add_object(Ontology(), "Diameter", ShapeKind.POLYLINE)[0])
    stage.focus.set(armed=stage.editor.ontology.objects[0].feature_hash)
    with qtbot.assertNotEmitted(stage.editor.answers_wanted):
        measure_a_length(stage)
    assert names(stage) == ["Diameter 1"] and stage.said[-1] == "Kept as Diameter 1."
    with qtbot.waitSignal(stage.editor.answers_wanted):
        stage.key(Qt.Key.Key_Return)


def test_the_question_for_a_class_is_left_by_esc_and_what_was_measured_stays(qtbot):
    stage = VolumeStage(qtbot)
    stage.editor.set_ontology(ontology_edit.add_object(Ontology(), "Kerb", ShapeKind.POLYLINE)[0])
    asked = []
    stage.editor.ontology_wanted.connect(lambda text, ontology: asked.append(ontology))
    measure_a_length(stage)
    QTest.keyClick(QApplication.activePopupWidget(), Qt.Key.Key_Escape)
    assert stage.sent == [] and len(measured(stage)) == 1 and asked == []
    stage.key(Qt.Key.Key_Return)
    menu = QApplication.activePopupWidget()
    QTest.keyClick(menu, Qt.Key.Key_Up)
    QTest.keyClick(menu, Qt.Key.Key_Return)
    stage.editor.set_ontology(asked[0])
    assert names(stage) == ["Length 1"]


def test_lines_of_cobbs_angle_are_joined_by_their_near_ends(qtbot):
    geometry = space()
    stage = VolumeStage(qtbot, geometry)
    stage.editor.set_ontology(with_line_class(Ontology(), Measure.COBB))
    stage.editor.run("tool_cobb")
    for column, row in ((10, 10), (50, 12), (10, 30), (48, 34)):
        stage.click(stage.canvas, stage.at(stage.canvas, geometry.to_mm(column, row, 0)))
    stage.key(Qt.Key.Key_Return)
    (kept,) = stage.document.on_frame(("", 0))
    points = kept.geometry.points
    assert abs(points[1][0] - points[2][0]) < 5  # 10 and 10, not 50 and 10
    across = math.degrees(math.atan2(4, 38) - math.atan2(2, 40))
    assert float(stage.editor.measure(kept.instance).removeprefix("Cobb ").rstrip("°")) == pytest.approx(across, abs=1.5)


def test_a_mask_is_measured_as_a_body_on_whatever_slice_one_is(qtbot):
    geometry = space(mm=(1.4, 0.7), step=2.5)
    stage = VolumeStage(qtbot, geometry)
    thing, mask = feature(ShapeKind.BITMASK), np.zeros(geometry.shape[1:], bool)
    mask[10:20, 10:30] = True
    edits, instance = stage.session.drawn(thing, masks.encode(mask, 0, 0), ("", 3), 1)
    stage.session.do("Draw", edits)
    assert stage.editor.measure(instance) == f"{200 * 1.4 * 0.7 * 2.5:.1f} mm³ in 1 slice"
    again = masks.encode(np.ones(geometry.shape[1:], bool), 0, 0)
    row = replace(stage.document.annotation_of(instance, ("", 3)), uuid=new_uuid(), frame=4, geometry=again)
    stage.session.do("Draw on", (Put(row),))
    count = 200 + geometry.rows * geometry.columns
    assert stage.editor.measure(instance) == f"{count * 1.4 * 0.7 * 2.5 / 1000:.2f} cm³ in 2 slices"


def test_a_mask_of_uneven_slices_has_voxels_and_no_volume(qtbot):
    geometry = space(n=4, spacings=(1, 3, 2))
    stage = VolumeStage(qtbot, geometry)
    bitmask = masks.encode(np.ones((4, 5), bool), 3, 3)
    edits, instance = stage.session.drawn(feature(ShapeKind.BITMASK), bitmask, ("", 1), 1)
    stage.session.do("Draw", edits)
    assert stage.editor.measure(instance) == "20 voxels in 1 slice"


def test_statistics_under_a_box_are_those_of_numpy(qtbot):
    geometry = space(mm=(1.4, 0.7))
    array = np.random.default_rng(4).integers(-500, 500, geometry.shape).astype(np.int16)
    stage = VolumeStage(qtbot, frames=ArrayFrames(array, geometry, slope=2.0, intercept=-10.0))
    words = stage.editor.measuring.words(Box(10, 8, 20, 12), 3)
    part = array[3, 8:20, 10:30] * 2.0 - 10
    mean, deviation = float(part.mean()), float(part.std())
    assert words[0] == f"{mean:,.1f} ± {deviation:,.1f} HU, {part.min():,.0f} to {part.max():,.0f}, 240 px"
    assert words[1] == f"{20 * 12 * 1.4 * 0.7:,.1f} mm²"


def test_what_is_selected_is_measured_beside_it(qtbot):
    geometry = space()
    stage = VolumeStage(qtbot, geometry, np.zeros(geometry.shape, np.int16))
    stage.editor.state.set(lines=False)
    stage.editor.arm_class(feature(ShapeKind.BOX))
    start = stage.at(stage.canvas, geometry.to_mm(10, 10, 0))
    stage.drag(stage.canvas, start, start + QPoint(60, 40))
    shown = pixels(stage.canvas)
    stage.focus.select(())
    gone = pixels(stage.canvas)
    chip = (slice(start.y() + 46, start.y() + 80), slice(start.x() + 70, start.x() + 160))
    assert np.abs(shown[chip].astype(int) - gone[chip]).max() > 60


def test_what_is_measured_of_several_shapes_is_not_written_over_each_other():
    taken: list[QRectF] = []
    for top in (40.0, 45.0, 52.0):
        taken.append(free_place(QRectF(10, top, 120, 36), taken, bottom=150))
    assert [place.top() for place in taken] == [40, 77, 114]
    assert free_place(QRectF(10, 80, 120, 36), taken, bottom=150) == QRectF(10, 3, 120, 36)  # there is no room below
    assert free_place(QRectF(140, 80, 20, 36), taken, bottom=150) == QRectF(140, 80, 20, 36)


def ultrasound(*boxes: list[int], **facts) -> Calibration:
    regions = [{"box": box, "format": 1, "flags": 0, "units": [3, 3], "delta": [0.02, 0.02]} for box in boxes]
    return Calibration.of_facts({"ultrasound": {"regions": [regions]}, **facts})


def picture_of(stage: VolumeStage, x: float, y: float) -> QPoint:
    (at,) = stage.canvas.view.to_screen([(x, y)])
    return QPoint(round(at[0]), round(at[1]))


def test_ultrasound_is_measured_in_mm_inside_its_region_and_nowhere_else(qtbot):
    frames = ArrayFrames(beads(space()), None)
    stage = VolumeStage(qtbot, frames=frames, calibration=ultrasound([10, 10, 39, 39]))
    stage.editor.arm_tool("ruler")
    stage.drag(stage.canvas, picture_of(stage, 12, 20), picture_of(stage, 32, 20))
    length, unit = measured(stage)[0].split()
    assert unit == "mm" and float(length) == pytest.approx(20 * 0.2, abs=0.1)
    stage.key(Qt.Key.Key_Escape)
    stage.drag(stage.canvas, picture_of(stage, 12, 20), picture_of(stage, 52, 20))
    assert measured(stage)[0].endswith(" px, not in one calibrated region")
    stage.key(Qt.Key.Key_Escape)
    stage.editor.arm_tool("box")
    words = stage.editor.measuring.words
    assert words(Box(12, 12, 10, 10), 0)[-1] == "4.0 mm²"
    assert words(Box(2, 2, 30, 10), 0)[-1].startswith("300.0 px²")


@pytest.mark.parametrize(
    ("region", "line", "box"),
    [
        ({"format": 2, "units": [4, 3], "delta": [0.005, 0.02]}, "0.100 s · 2.0 mm", "0.050 s × 1.0 mm"),  # M-mode
        ({"format": 3, "units": [4, 7], "delta": [0.005, -0.8]}, "0.100 s · 8.0 cm/s", "0.050 s × 4.0 cm/s"),  # Doppler
        ({"format": 3, "units": [4, 5], "delta": [0.005, 40.0]}, "0.100 s · 400.0 Hz", "0.050 s × 200.0 Hz"),
    ],
)
def test_m_mode_and_doppler_are_measured_in_their_own_units(qtbot, region, line, box):
    frames = ArrayFrames(beads(space()), None)
    strip = {"box": [10, 10, 49, 39], "flags": 0, **region}
    calibration = Calibration.of_facts({"ultrasound": {"regions": [[strip]]}})
    stage = VolumeStage(qtbot, frames=frames, calibration=calibration)
    stage.editor.arm_tool("ruler")
    stage.drag(stage.canvas, picture_of(stage, 12, 20), picture_of(stage, 32, 30))
    wanted, (across, down) = line.split(" · "), measured(stage)[0].split(" · ")
    for got, meant in ((across, wanted[0]), (down, wanted[1])):
        assert got.split()[1] == meant.split()[1]
        assert float(got.split()[0]) == pytest.approx(float(meant.split()[0]), rel=0.05)
    stage.key(Qt.Key.Key_Escape)
    words = stage.editor.measuring.words
    assert words(Polyline(((12, 20), (32, 30))), 0) == (line,)
    assert words(Box(12, 12, 10, 5), 0)[-1] == box
    assert words(Polyline(((12, 20), (32, 30), (20, 35))), 0, "Angle") == ("no angle: the directions have units of their own",)
    assert words(Polyline(((12, 20), (60, 30))), 0)[0].endswith(" px")
    assert words(Box(2, 12, 10, 5), 0)[-1].startswith("50.0 px²")


def test_pictures_with_pixels_that_are_not_square_stand_as_high_as_they_are(qtbot):
    """4:3: a square of pixels on the screen is a third higher than wide; lengths are counted in widths."""
    stage = VolumeStage(
        qtbot, frames=ArrayFrames(beads(space()), None), calibration=Calibration.of_facts({"pixel_aspect": [4, 3]})
    )
    view = stage.canvas.view
    corner, right, down = view.to_screen([(10, 10), (22, 10), (10, 22)])
    assert (down - corner)[1] == pytest.approx((right - corner)[0] * 4 / 3, rel=1e-6)
    stage.editor.arm_tool("ruler")
    stage.drag(stage.canvas, picture_of(stage, 20, 10), picture_of(stage, 20, 40))
    length, *unit = measured(stage)[0].split()
    assert float(length) == pytest.approx(40.0, abs=0.4) and unit == ["px", "widths"]


def test_a_square_of_flat_pixels_is_painted_flat(qtbot):
    """What is on the screen, not what the view says: a white square of 20 by 20 pixels that are twice as wide as high."""
    picture = np.zeros((1, 48, 64), np.int16)
    picture[0, 10:30, 20:40] = 1000
    stage = VolumeStage(qtbot, frames=ArrayFrames(picture, None), calibration=Calibration.of_facts({"pixel_aspect": [1, 2]}))
    white = pixels(stage.canvas)[..., :3].min(axis=-1) > 250
    centre = picture_of(stage, 30, 20)
    height = int(white[:, centre.x()].sum())
    width = int(white[centre.y()].sum())
    assert height > 50 and width == pytest.approx(2 * height, rel=0.03)


def test_under_a_shape_pet_is_told_in_suv_as_well(qtbot):
    geometry = space()
    values = np.zeros(geometry.shape, np.int16)
    values[4, 10:20, 10:20] = np.arange(100).reshape(10, 10) * 100
    stage = VolumeStage(qtbot, frames=ArrayFrames(values, geometry, units="BQML"), modality="PT")
    words = stage.editor.measuring.words
    box = Box(10, 10, 10, 10)
    plain = words(box, 4)
    assert plain[0] == "4,950.0 ± 2,886.6 BQML, 0 to 9,900, 100 px"
    stage.volume.suv = 0.0004
    assert words(box, 4) == ("1.98 ± 1.15 SUVbw, 0.00 to 3.96", *plain)


def test_pictures_without_a_place_have_a_scale_where_they_are_calibrated(qtbot):
    """In the middle of the pane; turned pictures of unequal pixels by what lies across the pane; none where nobody knows."""
    frames = ArrayFrames(beads(space()), None)
    made = Calibration.of_facts({"spacing": [0.2, 0.1], "spacing_kind": "detector"})
    stage = VolumeStage(qtbot, frames=frames, calibration=made)
    view = stage.canvas.view
    for turn, mm in ((0, 0.1), (90, 0.2)):
        view.rotation = turn
        bar = flat_scale_bar(view, made, 0)
        ends = view.to_image([(100.0, 100.0), (100.0 + bar.length, 100.0)])
        across = np.abs(ends[1] - ends[0]).max() * mm
        assert bar.text.endswith(" mm at detector") and float(bar.text.split()[0]) == pytest.approx(across, rel=1e-6)
    assert flat_scale_bar(view, Calibration(), 0) is None
    inside = ultrasound([0, 0, 63, 47])
    assert flat_scale_bar(view, inside, 0).text.endswith("mm") and flat_scale_bar(view, ultrasound([0, 0, 5, 5]), 0) is None


def test_the_scale_of_a_calibrated_picture_is_painted(qtbot):
    frames = ArrayFrames(np.zeros((1, 48, 64), np.int16), None)
    plain = VolumeStage(qtbot, frames=frames)
    spaced = VolumeStage(
        qtbot, frames=frames, calibration=Calibration.of_facts({"spacing": [0.2, 0.2], "spacing_kind": "patient"})
    )
    assert (pixels(spaced.canvas) != pixels(plain.canvas)).any()


def test_cobbs_angle_is_seen_as_two_lines_that_are_dragged_like_one(qtbot):
    geometry = space()
    stage = VolumeStage(qtbot, geometry, np.zeros(geometry.shape, np.int16))
    stage.editor.state.set(lines=False)
    stage.editor.set_ontology(with_line_class(Ontology(), Measure.COBB))
    (thing,) = stage.editor.ontology.objects
    line = Polyline(((50.0, 10.0), (12.0, 10.0), (12.0, 36.0), (50.0, 40.0)))
    edits, instance = stage.session.drawn(thing.feature_hash, line, ("", 0), 1)
    stage.session.do("Draw", edits)
    qtbot.waitUntil(lambda: stage.canvas.sharp)
    seen = pixels(stage.canvas).astype(int)

    def drawn(column, row):
        x, y = (round(v) for v in stage.canvas.view.screen_point(column, row))
        return np.ptp(seen[y - 2 : y + 3, x - 2 : x + 3], axis=2).max() > 60  # coloured

    assert drawn(30, 10) and drawn(31, 38)
    assert not drawn(12, 22)  # nothing joins them
    stage.editor.arm_tool("select")
    stage.focus.select((instance,))
    start = stage.at(stage.canvas, geometry.to_mm(49.5, 39.5, 0))
    stage.drag(stage.canvas, start, start - QPoint(0, round(10 * stage.canvas.view.zoom)))
    moved = stage.document.annotation_of(instance, ("", 0)).geometry.points
    assert moved[:3] == line.points[:3]
    assert moved[3][1] == pytest.approx(30, abs=0.5)
