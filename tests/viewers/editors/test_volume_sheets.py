"""The tools in hand on planes that are not the acquired slices: what they measure there, and where they say that they cannot."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

from storage.model.geometry import ShapeKind
from storage.model.space import VolumeGeometry
from tests.support.tool_stage import feature
from tests.support.volume_view import CTRL, LEFT, NONE, RIGHT, ArrayFrames, VolumeStage, pixels, space
from viewers.scene.mpr import PlaneKind, Slab
from viewers.tools.base import LabelDraft

SAGITTAL, CORONAL, AXIAL = PlaneKind.SAGITTAL, PlaneKind.CORONAL, PlaneKind.AXIAL
SPACES = {
    "anisotropic": space(mm=(1.4, 0.7), step=3.0),
    "tilted": space(tilt=18.5, mm=(0.9, 0.9), step=2.5),
    "uneven": space(spacings=(2.0, 2.0, 5.0) * 6 + (2.0,)),
    "askew": space(row=(np.cos(0.4), np.sin(0.4), 0), col=(-np.sin(0.4), np.cos(0.4), 0), mm=(1.2, 0.8)),
}


def plane_of(stage: VolumeStage, kind: PlaneKind):
    pane = stage.editor.planes[kind]
    pane.read()
    return pane


def drawn(stage: VolumeStage, pane):
    """What is to be seen on a pane, one sheet at most."""
    found = stage.editor.sheets.seen.on(pane)
    assert len(found) < 2
    return found[0] if found else None


def told(stage: VolumeStage) -> list[str]:
    return [d.text for d in stage.editor.tool.draft() if isinstance(d, LabelDraft)]


def on_pane(stage: VolumeStage, pane, *parts: tuple[float, float]) -> list[QPoint]:
    """Places by parts of the pane round its middle."""
    return [QPoint(round(pane.width() * (0.5 + x)), round(pane.height() * (0.5 + y))) for x, y in parts]


def mm_of(pane, at: QPoint) -> np.ndarray:
    """By numpy alone: the pixel under a place, and where the plane puts it."""
    u, v = pane.view.image_point(at.x(), at.y())
    plane = pane.plane
    return plane.origin + (u - 0.5) * plane.mm_right * plane.right + (v - 0.5) * plane.mm_down * plane.down


@pytest.mark.parametrize("kind", [SAGITTAL, CORONAL])
@pytest.mark.parametrize("name", SPACES)
def test_the_ruler_measures_millimetres_in_every_plane(qtbot, kind, name):
    stage = VolumeStage(qtbot, SPACES[name])
    pane, before = plane_of(stage, kind), stage.editor.state.crosshair
    stage.editor.arm_tool("ruler")
    a, b = on_pane(stage, pane, (-0.15, -0.1), (0.12, 0.17))
    stage.drag(pane, a, b)
    true = np.linalg.norm(mm_of(pane, b) - mm_of(pane, a))
    assert told(stage) == [f"{true:,.1f} mm"]
    assert stage.editor.state.crosshair is before  # it has not been moved
    assert stage.document.instances == {}


def test_a_plane_that_is_turned_is_measured_in_its_own_millimetres(qtbot):
    stage = VolumeStage(qtbot, SPACES["anisotropic"])
    stage.editor.state.turn(AXIAL, 33)
    stage.editor.state.turn(SAGITTAL, 21)
    for kind in (SAGITTAL, CORONAL, AXIAL):
        pane = plane_of(stage, kind)
        stage.editor.arm_tool("ruler")
        a, b = on_pane(stage, pane, (-0.1, 0.1), (0.1, -0.05))
        stage.drag(pane, a, b)
        assert told(stage) == [f"{np.linalg.norm(mm_of(pane, b) - mm_of(pane, a)):,.1f} mm"]
        stage.editor.arm_tool("select")


def test_a_slab_is_measured_like_a_plane(qtbot):
    stage = VolumeStage(qtbot, SPACES["tilted"])
    stage.editor.state.set(slab=Slab("max", 10.0))
    pane = plane_of(stage, AXIAL)
    stage.editor.arm_tool("ruler")
    a, b = on_pane(stage, pane, (-0.1, 0.1), (0.1, -0.05))
    stage.drag(pane, a, b)
    assert told(stage) == [f"{np.linalg.norm(mm_of(pane, b) - mm_of(pane, a)):,.1f} mm"]


@pytest.mark.parametrize("name", SPACES)
def test_angles_between_ways_in_the_patient(qtbot, name):
    stage = VolumeStage(qtbot, SPACES[name])
    pane = plane_of(stage, CORONAL)
    stage.editor.run("tool_angle")
    at = on_pane(stage, pane, (0.2, 0.02), (-0.1, 0.05), (0.05, -0.2))
    for place in at:
        stage.click(pane, place)
    a, corner, b = (mm_of(pane, place) for place in at)
    true = np.degrees(np.arccos((a - corner) @ (b - corner) / np.linalg.norm(a - corner) / np.linalg.norm(b - corner)))
    assert float(told(stage)[0].rstrip("°")) == pytest.approx(true, abs=0.051)


def test_cobbs_angle_on_a_coronal_plane(qtbot):
    stage = VolumeStage(qtbot, SPACES["anisotropic"])
    pane = plane_of(stage, CORONAL)
    stage.editor.run("tool_cobb")
    at = on_pane(stage, pane, (-0.2, -0.15), (0.2, -0.1), (-0.15, 0.2), (0.2, 0.1))
    for place in at:
        stage.click(pane, place)
    u, v = mm_of(pane, at[1]) - mm_of(pane, at[0]), mm_of(pane, at[3]) - mm_of(pane, at[2])
    true = np.degrees(np.arccos(abs(u @ v) / np.linalg.norm(u) / np.linalg.norm(v)))
    assert float(told(stage)[0].removeprefix("Cobb ").rstrip("°")) == pytest.approx(true, abs=0.051)
    stage.key(Qt.Key.Key_Escape, pane=pane)
    assert told(stage) == []


def test_a_measure_is_seen_on_its_plane_only(qtbot):
    stage = VolumeStage(qtbot, SPACES["anisotropic"])
    state, pane = stage.editor.state, plane_of(stage, SAGITTAL)
    state.set(lines=False)
    stage.editor.arm_tool("ruler")
    empty = pixels(pane)
    start, end = on_pane(stage, pane, (-0.15, -0.1), (0.12, 0.17))
    stage.drag(pane, start, end)
    drawn = pixels(pane)
    yellow = (np.abs(drawn.astype(int) - (255, 214, 10)).max(axis=2) < 40).sum()
    assert yellow > 50 and not np.array_equal(drawn, empty)
    stage.wheel(pane, QPoint(5, 5), -3)
    pane.grab()
    assert told(stage) == []  # nor Ctrl+Z, nor Enter, see it
    assert (np.abs(pixels(pane).astype(int) - (255, 214, 10)).max(axis=2) < 40).sum() == 0
    stage.wheel(pane, QPoint(5, 5), 3)
    pane.grab()
    assert len(told(stage)) == 1
    assert (np.abs(pixels(pane).astype(int) - (255, 214, 10)).max(axis=2) < 40).sum() == yellow
    state.turn(AXIAL, 30)
    pane.grab()
    assert told(stage) == []


def test_a_measure_is_seen_on_its_acquired_slice_only(qtbot):
    stage = VolumeStage(qtbot)
    stage.editor.arm_class(feature(ShapeKind.POLYLINE))
    stage.editor.arm_tool("ruler")
    stage.drag(stage.canvas, QPoint(150, 100), QPoint(250, 160))
    assert len(told(stage)) == 1
    stage.wheel(stage.canvas, QPoint(200, 100), -4)
    stage.settle()
    assert stage.canvas.on_screen == ("", 4) and told(stage) == []
    stage.key(Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    stage.wheel(stage.canvas, QPoint(200, 100), 4)
    stage.settle()
    assert len(told(stage)) == 1
    stage.key(Qt.Key.Key_Return)
    (kept,) = stage.document.on_frame(("", 0))
    assert kept.geometry.kind is ShapeKind.POLYLINE


def test_a_press_elsewhere_brings_the_tool_there(qtbot):
    stage = VolumeStage(qtbot)
    stage.editor.arm_class(feature(ShapeKind.POLYLINE))
    stage.editor.arm_tool("ruler")
    sagittal, coronal = plane_of(stage, SAGITTAL), plane_of(stage, CORONAL)
    stage.drag(sagittal, *on_pane(stage, sagittal, (-0.1, -0.1), (0.1, 0.1)))
    one = told(stage)
    stage.drag(coronal, *on_pane(stage, coronal, (-0.1, -0.05), (0.1, 0.2)))
    two = told(stage)
    assert len(one) == len(two) == 1 and one != two
    stage.drag(stage.canvas, QPoint(150, 100), QPoint(250, 160))
    (a, b) = (stage.canvas.view.image_point(x, y) for x, y in ((150, 100), (250, 160)))
    assert told(stage) == [f"{np.hypot(a[0] - b[0], a[1] - b[1]):,.1f} mm"]  # a millimetre for a pixel
    stage.key(Qt.Key.Key_Return)
    assert len(stage.document.on_frame(("", 0))) == 1


def ramp(geometry: VolumeGeometry) -> np.ndarray:
    k, j, i = np.indices(geometry.shape)
    return (7 * k + 3 * j + i - 50).astype(np.int16)


@pytest.mark.parametrize("tool", ["ellipse", "box", "polygon"])
def test_what_lies_under_a_shape_is_what_numpy_says(qtbot, tool):
    """Along the voxels its pixels are voxels, wider than high or not."""
    geometry = SPACES["anisotropic"]
    values = ramp(geometry)
    stage = VolumeStage(qtbot, geometry, values)
    stage.editor.state.look_at(geometry.to_mm(30, 20, 9))
    pane = plane_of(stage, CORONAL)
    stage.editor.arm_tool(tool)
    at = on_pane(stage, pane, (-0.21, -0.13), (0.17, 0.22))
    if tool == "polygon":
        at = on_pane(stage, pane, (-0.21, -0.13), (0.17, -0.1), (0.05, 0.22))
        for place in at:
            stage.click(pane, place)
        stage.key(Qt.Key.Key_Return, pane=pane)
    else:
        stage.drag(pane, *at)
    column, k = np.meshgrid(np.arange(geometry.columns), np.arange(geometry.n))
    centres = geometry.to_mm(column, 20, k)
    plane, ends = pane.plane, [mm_of(pane, place) for place in at]
    x, y = (centres - ends[0]) @ plane.right, (centres - ends[0]) @ plane.down
    w, h = (ends[1] - ends[0]) @ plane.right, (ends[1] - ends[0]) @ plane.down
    if tool == "ellipse":
        inside, area = ((x - w / 2) / (w / 2)) ** 2 + ((y - h / 2) / (h / 2)) ** 2 <= 1, np.pi * w * h / 4
    elif tool == "box":
        inside, area = (x >= 0) & (x < w) & (y >= 0) & (y < h), w * h
    else:
        x2, y2 = (ends[2] - ends[0]) @ plane.right, (ends[2] - ends[0]) @ plane.down
        sides = [x * h - y * w, (x - w) * (y2 - h) - (y - h) * (x2 - w), (x - x2) * -y2 - (y - y2) * -x2]
        inside, area = (np.all(np.array(sides) <= 0, axis=0), abs(w * y2 - h * x2) / 2)
    found = values[:, 20, :][inside].astype(float)
    (said,) = [lines for _, lines in drawn(stage, pane).said]
    expected = f"{found.mean():,.1f} ± {found.std():,.1f} HU, {found.min():.0f} to {found.max():.0f}, {len(found):,} px"
    assert said[0] == expected
    assert said[1] == (f"{area:,.1f} mm²" if area < 1000 else f"{area / 100:,.2f} cm²")
    (kept,) = stage.document.annotations.values()
    assert kept.sheet is not None and not stage.document.on_frame(("", kept.frame))


def test_between_voxels_it_says_so(qtbot):
    """A tilted volume whose values rise evenly along the patient's head: the plane's mean is that of the places in the middle."""
    geometry = SPACES["tilted"]
    k, j, i = np.indices(geometry.shape)
    values = np.rint(10 * geometry.to_mm(i, j, k)[..., 2]).astype(np.int16)
    stage = VolumeStage(qtbot, geometry, values)
    pane = plane_of(stage, SAGITTAL)
    stage.editor.arm_tool("ellipse")
    start, end = on_pane(stage, pane, (-0.1, -0.1), (0.1, 0.1))
    stage.drag(pane, start, end)
    ((_, said),) = drawn(stage, pane).said
    middle = (mm_of(pane, start) + mm_of(pane, end)) / 2
    assert said[0].endswith("of the plane as shown")
    assert float(said[0].split()[0].replace(",", "")) == pytest.approx(10 * middle[2], abs=1.5)


def test_what_lies_outside_of_the_volume_is_not_measured(qtbot):
    geometry = space(tilt=18.5)
    stage = VolumeStage(qtbot, geometry, np.full(geometry.shape, 77, np.int16))
    pane = plane_of(stage, SAGITTAL)
    stage.editor.arm_tool("box")
    pane.zoom_by(0.7)
    pane.read()
    stage.drag(pane, *on_pane(stage, pane, (-0.45, -0.45), (0.45, 0.45)))
    ((_, said),) = drawn(stage, pane).said
    assert said[0].startswith("77.0 ± 0.0 HU, 77 to 77")


def begin_a_polygon(stage: VolumeStage, pane) -> QPoint:
    stage.editor.arm_tool("polygon")
    a, b, c = on_pane(stage, pane, (-0.2, -0.1), (0.1, -0.1), (0.1, 0.2))
    stage.click(pane, a)
    stage.click(pane, b)
    return c


def end_it(stage: VolumeStage, pane, place: QPoint) -> float:
    """How far the plane of what is kept lies from the crosshair."""
    stage.click(pane, place)
    stage.key(Qt.Key.Key_Return, pane=pane)
    (row,) = stage.document.annotations.values()
    assert row.sheet is not None and len(row.geometry.parts[0][0]) == 3
    return abs(float(row.sheet.place_of(stage.editor.state.crosshair)[2]))


@pytest.mark.parametrize("turned", [False, True])
def test_a_shape_that_is_being_drawn_stays_on_its_plane(qtbot, turned):
    stage = VolumeStage(qtbot)
    if turned:
        stage.editor.state.turn(AXIAL, 33)
    pane = plane_of(stage, CORONAL)
    last = begin_a_polygon(stage, pane)
    stage.wheel(pane, last, -2)
    pane.read()
    assert drawn(stage, pane) is None and stage.editor.tool.draft() == []
    assert "waits on" in stage.said[-1]
    stage.key(Qt.Key.Key_Return, pane=pane)
    assert not stage.document.annotations
    stage.wheel(pane, last, 2)
    pane.read()
    assert drawn(stage, pane) is not None
    stage.click(pane, last)
    QTest.mouseClick(pane, RIGHT, NONE, last)
    assert len(stage.editor.tool._points) == 2  # the right button takes one back
    assert end_it(stage, pane, last) < 1e-6


def test_a_box_under_the_hand_stays_on_its_plane_when_the_wheel_turns(qtbot):
    stage = VolumeStage(qtbot)
    pane = plane_of(stage, SAGITTAL)
    stage.editor.arm_tool("box")
    a, b = on_pane(stage, pane, (-0.2, -0.1), (0.1, 0.2))
    QTest.mousePress(pane, LEFT, NONE, a)
    stage.move(pane, b, LEFT)
    stage.wheel(pane, b, 1)
    QTest.mouseRelease(pane, LEFT, NONE, b)
    assert not stage.document.annotations
    stage.wheel(pane, b, -1)
    stage.click(pane, b)
    (row,) = stage.document.annotations.values()
    assert abs(float(row.sheet.place_of(stage.editor.state.crosshair)[2])) < 1e-6


@pytest.mark.parametrize("gives_way_to", ["another tool", "a press on a slice", "the wheel"])
def test_undo_goes_back_to_what_was_begun_on_a_plane(qtbot, gives_way_to):
    stage = VolumeStage(qtbot)
    pane = plane_of(stage, CORONAL)
    last = begin_a_polygon(stage, pane)
    if gives_way_to == "another tool":
        stage.editor.arm_tool("box")
        assert "undo brings it back" in stage.said[-1]
        stage.wheel(pane, last, 3)
    elif gives_way_to == "a press on a slice":
        stage.click(stage.canvas, QPoint(150, 100))
        assert len(stage.editor.tool._points) == 1  # anew, on the slice
        stage.key(Qt.Key.Key_Escape)
        stage.wheel(pane, last, 3)
    else:
        stage.wheel(pane, last, 3)
    before = stage.editor.state.crosshair
    stage.key(Qt.Key.Key_Z, CTRL, pane=pane)
    pane.read()
    assert stage.editor.tool.id == "polygon" and len(stage.editor.tool._points) == 2
    assert not np.allclose(stage.editor.state.crosshair, before)
    assert end_it(stage, pane, last) < 1e-6


def test_what_was_begun_on_a_slice_waits_while_one_draws_on_a_plane(qtbot):
    stage = VolumeStage(qtbot)
    pane = plane_of(stage, CORONAL)
    stage.editor.arm_tool("polygon")
    for place in (QPoint(120, 100), QPoint(200, 110), QPoint(190, 160)):
        stage.click(stage.canvas, place)
    stage.click(pane, on_pane(stage, pane, (0.1, 0.1))[0])
    assert len(stage.editor.tool._points) == 1
    stage.key(Qt.Key.Key_Escape, pane=pane)
    stage.key(Qt.Key.Key_Z, CTRL, pane=pane)
    assert len(stage.editor.tool._points) == 3
    stage.key(Qt.Key.Key_Return)
    (row,) = stage.document.annotations.values()
    assert row.at == stage.focus.at


@pytest.mark.parametrize(
    ("tool", "title"), [("lasso", "Lasso"), ("skeleton", "Skeleton"), ("livewire", "Magnetic"), ("flood", "")]
)
def test_a_tool_that_cannot_work_says_so(qtbot, tool, title):
    stage = VolumeStage(qtbot)
    pane, before = plane_of(stage, SAGITTAL), stage.editor.state.crosshair
    stage.editor.arm_tool(tool)
    start, end = on_pane(stage, pane, (-0.15, -0.1), (0.12, 0.17))
    stage.move(pane, start)
    assert pane.cursor().shape() is Qt.CursorShape.ForbiddenCursor
    assert stage.said[-1].endswith("works only on the acquired slices, the axial ones.")
    stage.said.clear()
    stage.drag(pane, start, end)
    assert any("the acquired slices" in text for text in stage.said)
    assert stage.editor.state.crosshair is before


def test_the_crosshair_stays_with_select_and_its_own_tool(qtbot):
    stage = VolumeStage(qtbot)
    pane = plane_of(stage, SAGITTAL)
    for tool in ("select", "crosshair"):
        stage.editor.arm_tool(tool)
        before = stage.editor.state.crosshair
        stage.click(pane, on_pane(stage, pane, (0.2, 0.1) if tool == "select" else (-0.2, 0.2))[0])
        assert stage.editor.state.crosshair is not before


def test_another_tool_comes_home(qtbot):
    stage = VolumeStage(qtbot)
    pane = plane_of(stage, SAGITTAL)
    stage.editor.arm_tool("ellipse")
    stage.drag(pane, *on_pane(stage, pane, (-0.1, -0.1), (0.1, 0.1)))
    assert [kept.shape.geometry.kind for kept in drawn(stage, pane).kept] == [ShapeKind.ELLIPSE]
    stage.editor.arm_tool("box")
    assert stage.editor.sheets.at is None and stage.canvas.tool is stage.editor.tool
    stage.drag(stage.canvas, QPoint(150, 100), QPoint(250, 160))
    (kept,) = stage.document.on_frame(("", 0))
    assert kept.geometry.kind is ShapeKind.BOX and kept.geometry.w > 5
    assert stage.focus.armed == feature(ShapeKind.BOX)


def test_words_of_a_draft_keep_clear_of_what_is_measured(qtbot):
    """The value of an angle that is being drawn beside an ellipse stands beside its statistics, not under them."""
    stage = VolumeStage(qtbot)
    canvas = stage.canvas
    stage.editor.arm_tool("ellipse")
    stage.drag(canvas, QPoint(120, 100), QPoint(200, 160))
    (instance,) = stage.document.instances
    stage.focus.select((instance,))
    stage.editor.run("tool_angle")
    stage.focus.select((instance,))
    for place in (QPoint(260, 160), QPoint(212, 164), QPoint(250, 210)):
        stage.click(canvas, place)
    seen = []
    overlay = canvas._painter.overlay
    label = overlay.label

    def spy(p, at, text, color=None, taken=()):
        rect = label(p, at, text, color, taken)
        seen.append((rect, list(taken)))
        return rect

    overlay.label = spy
    canvas.grab()
    ((rect, taken),) = seen
    assert len(taken) == 1 and not rect.intersects(taken[0])
    x, y = canvas.view.screen_point(*stage.editor.tool._points[1])
    assert taken[0].contains(x + 20, y + 18)  # it would have stood there


def test_nothing_is_measured_before_the_plane_is_there(qtbot):
    stage = VolumeStage(qtbot, frames=ArrayFrames(ramp(space()), space(), gate=True), wait=False)
    qtbot.waitUntil(lambda: stage.editor.state is not None)
    pane = stage.editor.planes[SAGITTAL]
    stage.editor.arm_tool("ruler")
    stage.drag(pane, QPoint(50, 50), QPoint(90, 90))
    assert told(stage) == []
    stage.frames.open.set()
    stage.settle()
    pane.read()
    a, b = on_pane(stage, pane, (-0.15, -0.1), (0.12, 0.17))
    stage.drag(pane, a, b)
    assert told(stage) == [f"{np.linalg.norm(mm_of(pane, b) - mm_of(pane, a)):,.1f} mm"]
