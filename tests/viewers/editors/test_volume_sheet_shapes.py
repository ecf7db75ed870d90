"""Shapes that are kept on planes of their own: drawn, seen, taken hold of and gone to there, and nowhere else."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

from storage.model.geometry import Box, Polyline, ShapeKind
from storage.model.measure_classes import Measure, with_line_class
from storage.model.ontology import Ontology
from tests.support.tool_stage import feature
from tests.support.volume_view import CTRL, LEFT, NONE, RIGHT, SHIFT, VolumeStage, pixels, space
from tests.viewers.editors.test_volume_sheets import CORONAL, SAGITTAL, SPACES, drawn, mm_of, on_pane, plane_of
from viewers.scene.mpr import PlaneKind, Slab
from widgets.item_models.label_rows import LabelRows, Role

CORNERS = {
    "box": ((-0.2, -0.1), (0.15, 0.2)),
    "ellipse": ((-0.2, -0.1), (0.15, 0.2)),
    "point": ((0.1, -0.1),),
    "polyline": ((-0.2, -0.1), (0.1, -0.15), (0.12, 0.2)),
    "polygon": ((-0.2, -0.1), (0.1, -0.15), (0.12, 0.2)),
    "rotated_box": ((-0.2, -0.1), (0.1, -0.15), (0.12, 0.2)),
}


def draw(stage: VolumeStage, pane, tool: str) -> list[QPoint]:
    stage.editor.arm_tool(tool)
    places = on_pane(stage, pane, *CORNERS[tool])
    if tool in ("box", "ellipse"):
        stage.drag(pane, *places)
    else:
        for place in places:
            stage.click(pane, place)
    if tool in ("polyline", "polygon"):
        stage.key(Qt.Key.Key_Return, pane=pane)
    return places


def kept(stage: VolumeStage):
    (row,) = stage.document.annotations.values()
    return row


@pytest.mark.parametrize("name", SPACES)
@pytest.mark.parametrize("tool", CORNERS)
def test_what_is_drawn_on_a_plane_lies_in_the_patient_where_the_hand_was(qtbot, tool, name):
    stage = VolumeStage(qtbot, SPACES[name])
    pane = plane_of(stage, CORONAL)
    true = np.array([mm_of(pane, place) for place in draw(stage, pane, tool)])
    row = kept(stage)
    x0, y0, x1, y1 = row.geometry.bounds()
    if tool in ("box", "ellipse"):
        assert np.allclose(row.sheet.at(((x0, y0), (x1, y1))), true, atol=1e-9)
    elif tool == "point":
        assert np.allclose(row.sheet.at((row.geometry.x, row.geometry.y)), true[0], atol=1e-9)
    elif tool == "rotated_box":
        assert np.allclose(sorted(np.linalg.norm(row.sheet.at(row.geometry.corners()) - true[0], axis=1))[0], 0, atol=1e-9)
    else:
        points = row.geometry.points if tool == "polyline" else row.geometry.parts[0][0]
        assert np.allclose(row.sheet.at(points), true, atol=1e-9)
    assert all(not stage.document.on_frame(("", k)) for k in range(stage.volume.slices))


def test_it_is_seen_on_its_plane_and_on_no_other(qtbot):
    stage = VolumeStage(qtbot, space(), np.zeros((20, 48, 64), np.int16))
    stage.editor.state.set(lines=False)
    pane = plane_of(stage, SAGITTAL)

    def coloured() -> int:
        return int((np.ptp(pixels(pane).astype(int), axis=2) > 60).sum())

    pane.marked = stage.canvas.marked = False
    bare = coloured()
    draw(stage, pane, "box")
    stage.editor.arm_tool("select")
    assert coloured() > bare + 500
    stage.wheel(pane, QPoint(5, 5), 1)
    assert coloured() == bare and drawn(stage, pane) is None
    stage.wheel(pane, QPoint(5, 5), -1)
    assert coloured() > bare + 500
    assert drawn(stage, plane_of(stage, CORONAL)) is None
    stage.focus.hide(stage.document.instances, True)
    stage.editor.acted()
    assert drawn(stage, pane) is None


def test_it_looks_as_it_would_on_a_slice(qtbot):
    stage = VolumeStage(qtbot)
    pane = plane_of(stage, SAGITTAL)
    draw(stage, pane, "box")
    stage.editor.arm_tool("select")
    stage.editor.run("occluded")
    (chosen,) = drawn(stage, pane).kept
    assert chosen.strong and chosen.dashed
    stage.focus.select(())
    (plain,) = drawn(stage, pane).kept
    assert plain.dashed and not plain.strong


def test_it_is_taken_hold_of_moved_and_brought_back(qtbot):
    stage = VolumeStage(qtbot, SPACES["tilted"])
    pane = plane_of(stage, SAGITTAL)
    a, b = draw(stage, pane, "box")
    stage.editor.arm_tool("select")
    stage.focus.select(())
    first, crosshair = kept(stage), stage.editor.state.crosshair
    middle = QPoint((a.x() + b.x()) // 2, (a.y() + b.y()) // 2)
    stage.move(pane, middle)
    assert stage.focus.hovered == first.instance
    stage.drag(pane, middle, middle + QPoint(20, 10))
    assert stage.focus.selected == (first.instance,)
    moved = kept(stage)
    way = mm_of(pane, middle + QPoint(20, 10)) - mm_of(pane, middle)
    corner = moved.sheet.at((moved.geometry.x, moved.geometry.y)) - first.sheet.at((first.geometry.x, first.geometry.y))
    assert np.allclose(corner, way, atol=1e-9)
    assert stage.editor.state.crosshair is crosshair
    corner = stage.at(pane, moved.sheet.at((moved.geometry.x + moved.geometry.w, moved.geometry.y + moved.geometry.h)))
    stage.drag(pane, corner, corner + QPoint(15, 15))
    assert kept(stage).geometry.w > moved.geometry.w
    stage.key(Qt.Key.Key_Z, CTRL, pane=pane)
    assert kept(stage).geometry == moved.geometry
    stage.key(Qt.Key.Key_Z, CTRL, pane=pane)
    assert kept(stage) == first
    stage.key(Qt.Key.Key_Z, CTRL, pane=pane)
    assert stage.document.annotations == {}


def test_keys_do_to_it_what_they_do_to_others(qtbot):
    stage = VolumeStage(qtbot)
    pane = plane_of(stage, CORONAL)
    draw(stage, pane, "ellipse")
    stage.editor.arm_tool("select")
    first = kept(stage)
    assert stage.focus.selected == (first.instance,)
    stage.key(Qt.Key.Key_Right, CTRL, pane=pane)
    stage.editor.settle()
    assert kept(stage).geometry.x > first.geometry.x
    stage.key(Qt.Key.Key_D, CTRL, pane=pane)
    rows = list(stage.document.annotations.values())
    assert len(rows) == 2 and rows[0].at == rows[1].at
    stage.key(Qt.Key.Key_Delete, pane=pane)
    assert len(stage.document.annotations) == 1


def test_what_is_copied_on_a_plane_is_not_pasted_on_a_slice(qtbot):
    """Its millimetres are no pixels."""
    stage = VolumeStage(qtbot)
    pane = plane_of(stage, CORONAL)
    draw(stage, pane, "box")
    stage.editor.run("copy")
    stage.focus.select(())
    stage.editor.run("paste")
    assert len(stage.document.annotations) == 1
    assert "plane" in stage.said[-1]


def test_the_right_button_opens_the_menu_of_what_is_under_it(qtbot):
    stage = VolumeStage(qtbot)
    pane = plane_of(stage, SAGITTAL)
    a, b = draw(stage, pane, "box")
    stage.editor.arm_tool("select")
    stage.focus.select(())
    asked = []
    stage.editor.menu_wanted.connect(lambda instance, at: asked.append(stage.focus.selected))
    QTest.mouseClick(pane, RIGHT, NONE, QPoint((a.x() + b.x()) // 2, (a.y() + b.y()) // 2))
    assert asked == [(kept(stage).instance,)]


def test_going_to_it_turns_a_plane_there(qtbot):
    stage = VolumeStage(qtbot, SPACES["anisotropic"])
    state = stage.editor.state
    state.turn(PlaneKind.AXIAL, 30)
    state.turn(PlaneKind.CORONAL, 12)
    pane = plane_of(stage, SAGITTAL)
    draw(stage, pane, "box")
    row = kept(stage)
    stage.editor.arm_tool("select")
    state.straighten()
    state.look_at(stage.volume.geometry.to_mm(5, 5, 2))
    pane.read()
    assert drawn(stage, pane) is None
    stage.editor.reveal(row.instance)
    shown = [p for p in stage.editor.planes.values() if p.read() is not None and stage.editor.sheets.seen.on(p)]
    assert len(shown) == 1
    x0, y0, x1, y1 = row.geometry.bounds()
    assert np.allclose(state.crosshair, row.sheet.at(((x0 + x1) / 2, (y0 + y1) / 2)), atol=1e-6)
    assert stage.focus.at[0] == ""


def test_going_back_to_a_plane_of_the_scanner_leaves_nothing_turned(qtbot):
    stage = VolumeStage(qtbot)
    state = stage.editor.state
    draw(stage, plane_of(stage, CORONAL), "box")
    state.turn(PlaneKind.AXIAL, 30)
    stage.editor.reveal(kept(stage).instance)
    assert not state.turned and drawn(stage, plane_of(stage, CORONAL)) is not None


def test_undo_goes_to_the_plane_that_it_is_about(qtbot):
    stage = VolumeStage(qtbot)
    pane = plane_of(stage, CORONAL)
    draw(stage, pane, "box")
    stage.editor.arm_tool("select")
    (instance,) = stage.document.instances
    stage.key(Qt.Key.Key_Right, CTRL, pane=pane)
    stage.editor.settle()
    stage.wheel(pane, QPoint(5, 5), 5)
    stage.editor.run("undo")
    pane.read()
    assert stage.focus.at[0] == "" and drawn(stage, pane) is not None
    assert stage.editor.measure(instance).endswith(("mm²", "cm²"))


@pytest.mark.parametrize(
    ("tool", "measure", "clicks"), [("ruler", Measure.LENGTH, 2), ("angle", Measure.ANGLE, 3), ("cobb", Measure.COBB, 4)]
)
def test_measures_are_kept_on_their_plane(qtbot, tool, measure, clicks):
    stage = VolumeStage(qtbot, SPACES["anisotropic"])
    stage.editor.set_ontology(with_line_class(stage.editor.ontology, measure))
    pane = plane_of(stage, SAGITTAL)
    stage.editor.run(f"tool_{tool}")
    places = on_pane(stage, pane, (-0.2, -0.1), (0.15, -0.12), (0.1, 0.2), (-0.15, 0.1))[:clicks]
    for place in places:
        stage.click(pane, place)
    (before,) = [d.text for d in stage.editor.tool.draft() if hasattr(d, "text")]
    stage.key(Qt.Key.Key_Return, pane=pane)
    row = kept(stage)
    assert isinstance(row.geometry, Polyline) and row.sheet is not None
    assert stage.editor.measure(row.instance) == before
    stage.editor.arm_tool("select")
    ((_, said),) = drawn(stage, pane).said
    assert said == (before,)


def test_a_measure_waits_for_its_class(qtbot):
    """The ontology gets it from a question; what was measured is kept then."""
    stage = VolumeStage(qtbot)
    pane = plane_of(stage, SAGITTAL)
    stage.editor.set_ontology(Ontology())
    asked = []
    stage.editor.ontology_wanted.connect(lambda text, ontology: asked.append(ontology))
    stage.editor.run("tool_angle")
    for place in on_pane(stage, pane, (-0.2, -0.1), (0.15, -0.12), (0.1, 0.2)):
        stage.click(pane, place)
    stage.key(Qt.Key.Key_Return, pane=pane)
    assert len(asked) == 1 and stage.document.annotations == {}
    stage.editor.set_ontology(asked[0])
    assert kept(stage).sheet is not None and len(asked) == 1


def test_two_drawn_on_one_plane_lie_on_the_same(qtbot):
    stage = VolumeStage(qtbot, SPACES["askew"])
    pane = plane_of(stage, SAGITTAL)
    draw(stage, pane, "box")
    stage.editor.state.look_at(stage.editor.state.crosshair + 0.5 * pane.plane.right)
    pane.zoom_by(1.7)
    pane.read()
    draw(stage, pane, "ellipse")
    one, two = stage.document.annotations.values()
    assert one.at == two.at


def test_on_a_slab_of_acquired_slices_nothing_is_kept(qtbot):
    stage = VolumeStage(qtbot, SPACES["tilted"])
    stage.editor.state.set(slab=Slab("mean", 9.0))
    pane = plane_of(stage, PlaneKind.AXIAL)
    draw(stage, pane, "ellipse")
    assert stage.document.annotations == {}
    assert any("kept nowhere" in text for text in stage.said)
    assert drawn(stage, pane) is not None
    stage.key(Qt.Key.Key_Escape, pane=pane)
    assert drawn(stage, pane) is None and stage.editor.tool.id == "ellipse"


def test_shift_click_adds_and_empty_ground_moves_the_crosshair(qtbot):
    stage = VolumeStage(qtbot)
    pane = plane_of(stage, CORONAL)
    stage.editor.arm_tool("box")
    stage.drag(pane, *on_pane(stage, pane, (-0.3, -0.3), (-0.1, -0.1)))
    stage.drag(pane, *on_pane(stage, pane, (0.1, 0.1), (0.3, 0.3)))
    stage.editor.arm_tool("select")
    one, two = on_pane(stage, pane, (-0.2, -0.2), (0.2, 0.2))
    QTest.mouseClick(pane, LEFT, NONE, one)
    QTest.mouseClick(pane, LEFT, SHIFT, two)
    assert len(stage.focus.selected) == 2
    before = stage.editor.state.crosshair
    stage.click(pane, on_pane(stage, pane, (0.2, -0.2))[0])
    assert stage.editor.state.crosshair is not before


def test_a_class_of_another_shape_stays_what_it_is(qtbot):
    stage = VolumeStage(qtbot)
    pane = plane_of(stage, CORONAL)
    draw(stage, pane, "box")
    assert stage.focus.armed == feature(ShapeKind.BOX)
    assert isinstance(kept(stage).geometry, Box)
    stage.editor.run("to_mask")
    assert isinstance(kept(stage).geometry, Box)  # masks lie on slices


def test_it_is_listed_whatever_slice_is_looked_at(qtbot):
    stage = VolumeStage(qtbot)
    rows = LabelRows(stage.session, stage.focus, stage.editor.ontology)
    draw(stage, plane_of(stage, CORONAL), "box")
    (instance,) = stage.document.instances
    for k in (0, 7):
        stage.editor.go_to(("", k))
        row = rows.row_of(instance)
        assert row is not None
        assert rows.data(rows.index(row, 0), Role.WHERE) == "on a plane"
    rows.close()
