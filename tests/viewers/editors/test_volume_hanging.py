"""A series hangs by a rule when it is opened; what is done by hand stays; another series stands beside it."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from storage.media.dicom_index import Voi
from storage.model.hanging import Arrangement, Beside, HangingRule
from tests.support.turns import turn
from tests.support.volume_view import (
    CTRL,
    LEFT,
    MIDDLE,
    NONE,
    RIGHT,
    SHIFT,
    ArrayFrames,
    VolumeStage,
    bead,
    beads,
    pixels,
    space,
)
from viewers.canvas.mpr_grid import Layout
from viewers.scene.crosshair import mm_at
from viewers.scene.mpr import PlaneKind
from viewers.scene.volume_source import VolumeSource
from viewers.scene.window_level import Window


def hung(qtbot, rule: HangingRule | None, **options) -> VolumeStage:
    return VolumeStage(qtbot, hanging=rule, **options)


@pytest.fixture
def other(qtbot):
    """Another series of the same patient, opened by somebody else."""
    made = VolumeSource(lambda: ArrayFrames(beads(space(n=10, step=4.0)), space(n=10, step=4.0)), modality="CT")
    yield made
    made.close()


def test_without_a_rule_three_planes_stand_beside_3d(qtbot):
    assert hung(qtbot, None).editor.grid.visible_panes() == [0, 1, 2, 3]


@pytest.mark.parametrize(
    ("rule", "layout", "panes"),
    [
        (HangingRule("a"), Layout.GRID, [0, 1, 2, 3]),
        (HangingRule("b", layout=Arrangement.STACK), Layout.STACK, [0]),
        (HangingRule("c", layout=Arrangement.ONE), Layout.ONE, [0]),
        (HangingRule("d", layout=Arrangement.ONE, plane="coronal"), Layout.ONE, [2]),
        (HangingRule("e", layout=Arrangement.ONE, plane="3d"), Layout.ONE, [3]),
    ],
    ids=lambda v: getattr(v, "title", None),
)
def test_the_rule_says_which_panes_are_seen(qtbot, rule, layout, panes):
    stage = hung(qtbot, rule)
    assert stage.editor.grid.layout_shown is layout
    assert stage.editor.grid.visible_panes() == panes
    assert not stage.editor.by_hand


def test_one_slice_is_a_stack_whatever_the_rule(qtbot):
    geometry = space(n=1)
    stage = hung(qtbot, HangingRule("x", layout=Arrangement.GRID), geometry=geometry)
    assert stage.editor.grid.layout_shown is Layout.STACK


@pytest.mark.parametrize(
    ("window", "center", "width", "title"),
    [("lung", -600, 1500, "Lung"), ("30/90", 30, 90, ""), ("", 40, 400, ""), ("suv5", 40, 400, "")],
)
def test_the_rule_says_which_window(qtbot, window, center, width, title):
    stage = hung(qtbot, HangingRule("x", window=window))
    shown = stage.volume.window_of(0)
    assert (shown.center, shown.width) == (center, width)
    assert stage.volume.window.title == title


def test_an_automatic_window_waits_for_the_first_slice_and_is_set_once(qtbot):
    geometry = space()
    frames = ArrayFrames(beads(geometry), geometry, gate=True, voi=Voi(()))
    stage = hung(qtbot, HangingRule("x", window="auto"), frames=frames, wait=False)
    qtbot.waitUntil(lambda: stage.volume.ready)
    assert stage.volume.window.chosen is None
    frames.open.set()
    qtbot.waitUntil(lambda: stage.volume.window.title == "Automatic")
    first = stage.volume.window.chosen
    stage.settle()
    assert stage.volume.window.chosen is first


def test_3d_can_be_off_by_rule(qtbot):
    assert hung(qtbot, HangingRule("x", use_3d=False), use_3d=True).editor.view_3d.on is False


def test_what_is_done_by_hand_is_known_and_a_rule_does_not_undo_it(qtbot, other):
    stage = hung(qtbot, HangingRule("x", layout=Arrangement.STACK, beside=Beside.PRIOR))
    stage.key(Qt.Key.Key_F2, SHIFT)
    assert stage.editor.by_hand
    assert stage.editor.layout_by_hand() == {"layout": "grid"}
    stage.editor.show_beside(other, "Prior", same_space=False, by_rule=True)  # it comes late
    assert stage.editor.grid.layout_shown is Layout.GRID
    stage.key(Qt.Key.Key_F5, SHIFT)
    assert stage.editor.grid.layout_shown is Layout.SIDE
    assert stage.editor.layout_by_hand() == {"layout": "side"}


def test_a_double_click_is_by_hand_too(qtbot):
    stage = hung(qtbot, HangingRule("x"))
    coronal = stage.editor.planes[PlaneKind.CORONAL]
    QTest.mouseDClick(coronal, LEFT, NONE, QPoint(10, 10))
    assert stage.editor.layout_by_hand() == {"layout": "one", "plane": "coronal"}


def test_a_prior_that_the_rule_wants_comes_beside(qtbot, other):
    stage = hung(qtbot, HangingRule("x", layout=Arrangement.STACK, beside=Beside.PRIOR))
    stage.editor.show_beside(other, "Prior", same_space=False, by_rule=True)
    assert stage.editor.grid.layout_shown is Layout.SIDE
    assert not stage.editor.by_hand
    own, pane = stage.editor.grid.panes[stage.editor.grid.acquired], stage.editor.grid.beside
    qtbot.waitUntil(lambda: own.x() == 0 and pane.x() > 300)


def test_the_right_breast_hangs_at_the_left(qtbot, other):
    stage = hung(qtbot, HangingRule("x", layout=Arrangement.STACK, beside=Beside.OTHER_SIDE))
    stage.editor.show_beside(other, "R CC", same_space=False, left=True, by_rule=True)
    qtbot.waitUntil(lambda: stage.editor.grid.beside.width() > 100)
    own = stage.editor.grid.panes[stage.editor.grid.acquired]
    assert stage.editor.grid.beside.x() < own.x()
    stage.key(Qt.Key.Key_F4, SHIFT)
    qtbot.waitUntil(lambda: own.width() > 900)


def test_hanging_again_lets_go_of_what_was_done_by_hand(qtbot):
    stage = hung(qtbot, HangingRule("Bones", layout=Arrangement.ONE, plane="sagittal", window="bone"))
    stage.key(Qt.Key.Key_F2, SHIFT)
    stage.volume.window.choose(Window(1, 2))
    stage.key(Qt.Key.Key_F6, SHIFT)
    assert stage.editor.grid.visible_panes() == [1]
    assert stage.volume.window.title == "Bone"
    assert not stage.editor.by_hand
    assert stage.said[-1] == "Hung by the rule “Bones”."


def test_a_rule_can_be_tried_on_the_open_series(qtbot):
    stage = hung(qtbot, None)
    stage.editor.hang(HangingRule("Try", layout=Arrangement.ONE, plane="coronal", window="-600/1500"))
    assert stage.editor.grid.visible_panes() == [2]
    assert stage.volume.window_of(0) == Window(-600, 1500)


def test_the_next_series_is_asked_for_by_key_and_said_where_there_is_none(qtbot):
    stage = hung(qtbot, None)
    stage.key(Qt.Key.Key_O, SHIFT)
    assert stage.said[-1] == "There is no other series of this patient."
    stage.editor.others = 2
    with qtbot.waitSignal(stage.editor.beside_wanted) as wanted:
        stage.key(Qt.Key.Key_O, SHIFT)
    assert wanted.args == ["next"]
    with qtbot.waitSignal(stage.editor.beside_wanted):  # side by side with nothing there yet: it is fetched
        stage.key(Qt.Key.Key_F5, SHIFT)


def test_taking_the_other_series_away_leaves_this_one(qtbot, other):
    stage = hung(qtbot, None)
    stage.editor.show_beside(other, "Prior", same_space=True)
    qtbot.waitUntil(lambda: stage.editor.beside.canvas is not None)
    with qtbot.waitSignal(stage.editor.beside_wanted) as told:
        stage.editor.run("volume_beside_away")
    assert told.args == [""]
    assert stage.editor.beside is None
    assert stage.editor.grid.layout_shown is Layout.GRID


def test_pictures_without_a_place_in_space_stand_beside_as_a_stack(qtbot):
    geometry = space(n=4)
    frames = ArrayFrames(beads(geometry), None)
    volume = VolumeSource(lambda: frames, modality="MG")
    stage = hung(qtbot, None, frames=ArrayFrames(beads(geometry), None))
    stage.editor.show_beside(volume, "R CC", same_space=False, left=True)
    qtbot.waitUntil(lambda: stage.editor.beside.canvas is not None and stage.editor.beside.canvas.sharp)
    pane = stage.editor.beside.canvas
    row, column = bead(geometry, 0)

    def is_bright() -> bool:
        x, y = (round(v) for v in pane.view.screen_point(column + 0.5, row + 0.5))
        return pixels(pane)[y, x].min() > 200

    qtbot.waitUntil(is_bright)  # the grid may still be laid out
    stage.wheel(pane, QPoint(50, 50), -1)
    stage.wheel(pane, QPoint(50, 50), -1)
    qtbot.waitUntil(lambda: pane.on_screen == ("", 2))
    assert stage.focus.at == ("", 0)  # each turns on its own
    before = volume.window_of(0)
    stage.drag(pane, QPoint(50, 50), QPoint(150, 50), RIGHT)
    assert volume.window_of(0).width > before.width
    assert stage.volume.window.chosen is None
    stage.editor.take_beside_away()
    volume.close()


def test_a_ct_beside_a_ct_is_seen_in_the_same_greys_until_it_gets_its_own(qtbot, other):
    stage = hung(qtbot, HangingRule("x", window="lung"))
    stage.editor.show_beside(other, "Prior", same_space=False)
    qtbot.waitUntil(lambda: other.window.title == "Lung")
    stage.key(Qt.Key.Key_F4)
    qtbot.waitUntil(lambda: other.window.title == "Bone")
    stage.drag(stage.editor.beside.canvas, QPoint(50, 50), QPoint(150, 50), RIGHT)
    own = other.window.chosen
    stage.key(Qt.Key.Key_F2)
    qtbot.waitUntil(lambda: stage.volume.window.title == "Abdomen")
    assert other.window.chosen == own


def test_in_one_space_both_look_at_the_same_point(qtbot, other):
    stage = hung(qtbot, None)
    stage.editor.show_beside(other, "Prior", same_space=True)
    qtbot.waitUntil(lambda: stage.editor.beside.state is not None)
    stage.editor.state.look_at(stage.volume.geometry.to_mm(20, 20, 12))
    assert np.allclose(stage.editor.beside.state.crosshair, stage.editor.state.crosshair)


def test_the_menu_of_layouts_names_the_rule_and_what_can_be_done(qtbot):
    stage = hung(qtbot, HangingRule("Chest"))
    menu = stage.editor.show_layouts()
    texts = [a.text().split("\t")[0] for a in menu.actions() if not a.isSeparator()]
    assert texts[0] == "Hung by “Chest”"
    assert "Hanging rules…" in texts
    checked = [a.text().split("\t")[0] for a in menu.actions() if a.isChecked()]
    assert checked == ["Three planes and 3D"]
    with qtbot.waitSignal(stage.editor.hanging_wanted):
        next(a for a in menu.actions() if a.text() == "Hanging rules…").trigger()
    menu.close()


def side_by_side(qtbot, other, *, same_space=True):
    """(stage, pane of the edited series, pane of the other)"""
    stage = hung(qtbot, None)
    stage.editor.show_beside(other, "Prior", same_space=same_space)
    qtbot.waitUntil(lambda: stage.editor.beside.canvas is not None and stage.editor.beside.canvas.plane is not None)
    return stage, stage.canvas, stage.editor.beside.canvas


def mm_at_middle(pane) -> np.ndarray:
    return mm_at(pane.view, pane.plane, pane.view.size[0] / 2, pane.view.size[1] / 2)


def mm_across(pane) -> float:
    return float(np.linalg.norm(mm_at(pane.view, pane.plane, 100, 50) - mm_at(pane.view, pane.plane, 0, 50)))


def assert_alike(one, two):
    assert mm_across(one) == pytest.approx(mm_across(two), rel=1e-6)
    assert np.allclose(mm_at_middle(one)[:2], mm_at_middle(two)[:2], atol=1.0 / one.view.zoom)  # both axial


def test_in_one_space_zoom_and_pan_are_the_same_in_both_panes(qtbot, other):
    stage, own, pane = side_by_side(qtbot, other)
    assert_alike(own, pane)
    before = mm_across(pane)
    stage.wheel(own, QPoint(120, 200), 3, CTRL)
    assert mm_across(pane) < before / 1.5
    assert_alike(own, pane)
    middle = mm_at_middle(pane)
    stage.drag(pane, QPoint(200, 200), QPoint(150, 230), MIDDLE)
    assert np.linalg.norm(mm_at_middle(pane) - middle) > 1
    assert_alike(own, pane)
    stage.wheel(pane, QPoint(100, 100), -2, CTRL)
    assert_alike(own, pane)


@pytest.mark.parametrize("other_space", [space(rows=128, columns=128), space(rows=20, columns=24)], ids=["alike", "small"])
def test_a_window_of_another_size_leaves_the_edited_series_fitted(qtbot, other_space):
    volume = VolumeSource(lambda: ArrayFrames(beads(other_space), other_space), modality="CT")
    stage = VolumeStage(qtbot, space(rows=128, columns=128), size=(900, 700))
    whole, size = mm_across(stage.canvas), stage.editor.size()
    stage.editor.show_beside(volume, "Earlier", same_space=True)
    beside = stage.editor.beside
    qtbot.waitUntil(lambda: beside.canvas is not None and beside.canvas.plane is not None)
    for wide, high in ((1400, 900), (700, 500), (1000, 760)):
        stage.editor.resize(wide, high)
        stage.settle()
        qtbot.waitUntil(lambda: beside.volume.complete and not beside._pause.isActive())
        turn()
        assert_alike(stage.canvas, beside.canvas)
        corners = stage.canvas.view.to_screen([(0, 0), stage.canvas.view.frame])
        assert corners.min() >= 0, "all of the slice is seen"
        assert (corners.max(axis=0) <= stage.canvas.view.size).all()
        assert np.isclose(np.ptp(corners, axis=0) / stage.canvas.view.size, 1, atol=0.1).any(), "as large as it fits"
    stage.editor.resize(size)
    stage.editor.take_beside_away()
    stage.settle()
    assert np.isclose(mm_across(stage.canvas), whole)
    volume.close()


def test_in_one_space_the_edited_series_goes_where_one_looks_in_the_other(qtbot, other):
    stage, _own, pane = side_by_side(qtbot, other)
    place = stage.volume.geometry.to_mm(30, 15, 4)
    stage.click(pane, stage.at(pane, place))
    assert np.allclose(stage.editor.state.crosshair[:2], place[:2], atol=1.0)
    at = stage.editor.state.slice()
    stage.wheel(pane, QPoint(100, 100), -1)
    assert stage.editor.state.slice() == at + 2  # 4 mm there are two slices here
    assert np.allclose(stage.editor.state.crosshair, stage.editor.beside.state.crosshair)
    stage.key(Qt.Key.Key_L, CTRL)
    stage.wheel(pane, QPoint(100, 100), -1)
    assert stage.editor.state.slice() == at + 2


def test_where_the_edited_series_does_not_reach_one_can_look_in_the_other(qtbot):
    long = space(n=40)
    volume = VolumeSource(lambda: ArrayFrames(beads(long), long), modality="CT")
    stage, _own, _pane = side_by_side(qtbot, volume)
    stage.editor.beside.state.go_to_slice(35)
    assert stage.editor.beside.state.slice() == 35
    assert stage.editor.state.slice() == stage.volume.geometry.n - 1
    volume.close()


def test_a_fault_on_the_way_does_not_unlink_two_series(qtbot, other):
    stage, own, pane = side_by_side(qtbot, other)
    mine, others = stage.editor.state, stage.editor.beside.state

    def fails(*_: object) -> None:
        raise ZeroDivisionError

    for leads in (others, mine):  # the one goes there, the other fails while it is to follow
        end = (mine if leads is others else others).listen(fails)
        with pytest.raises(ZeroDivisionError):
            leads.look_at(stage.volume.geometry.to_mm(10, 8, 2))
        end()
        leads.look_at(stage.volume.geometry.to_mm(30, 15, 6))
        assert np.allclose(mine.crosshair, others.crosshair)
    with qtbot.captureExceptions():
        pane.view_changed.connect(fails)
        stage.wheel(own, QPoint(120, 200), 3, CTRL)
        pane.view_changed.disconnect(fails)
    stage.wheel(own, QPoint(120, 200), -1, CTRL)
    assert_alike(own, pane)


def test_two_series_are_unlinked_and_linked_again_by_one_key(qtbot, other):
    stage, own, pane = side_by_side(qtbot, other)
    stage.key(Qt.Key.Key_L, CTRL)
    assert "Not linked" in pane.corners(pane.read()).warnings
    width, crosshair = mm_across(pane), stage.editor.beside.state.crosshair.copy()
    stage.wheel(own, QPoint(120, 200), 3, CTRL)
    stage.editor.go_to(("", 2))
    assert mm_across(pane) == width
    assert np.array_equal(stage.editor.beside.state.crosshair, crosshair)
    stage.key(Qt.Key.Key_L, CTRL)
    assert np.allclose(stage.editor.beside.state.crosshair, stage.editor.state.crosshair)
    assert_alike(own, pane)


def test_series_of_different_spaces_are_zoomed_each_for_itself(qtbot, other):
    stage, own, pane = side_by_side(qtbot, other, same_space=False)
    before = mm_across(pane)
    stage.wheel(own, QPoint(120, 200), 3, CTRL)
    assert mm_across(pane) == before


def leave(pane):
    QApplication.sendEvent(pane, QEvent(QEvent.Type.Leave))


def test_under_the_pointer_is_the_series_that_it_points_at(qtbot, other):
    """Never values of another series, nor of a slice that has been left."""
    stage = hung(qtbot, HangingRule("x", layout=Arrangement.STACK, beside=Beside.PRIOR))
    stage.editor.show_beside(other, "Prior", same_space=False)
    qtbot.waitUntil(lambda: stage.editor.beside.canvas is not None and other.complete)
    own, pane = stage.canvas, stage.editor.beside.canvas
    qtbot.waitUntil(lambda: own.isVisible() and pane.isVisible() and pane.plane is not None)
    geometry = stage.volume.geometry
    stage.move(own, stage.at(own, geometry.to_mm(*reversed(bead(geometry, 0)), 0)))
    assert "1,000 HU" in stage.places[-1]
    leave(own)
    assert stage.places[-1] == ""
    k, there = stage.editor.beside.state.slice(), other.geometry
    row, column = bead(there, k)
    at = stage.at(pane, there.to_mm(column, row, k))
    stage.move(pane, at)
    assert stage.places[-1].startswith("Prior:")
    assert f"1,000 HU (stored 1,000)    voxel {column}, {row}, slice {k + 1}" in stage.places[-1]
    stage.wheel(pane, at, -1)
    qtbot.waitUntil(lambda: f"voxel {column}, {row}, slice {k + 2}" in stage.places[-1])
    assert "1,000 HU" not in stage.places[-1]
    leave(pane)
    assert stage.places[-1] == ""


def test_whose_the_series_is_stands_in_the_corner_of_each_and_goes_with_the_other_corner_words(qtbot, other):
    who = ("DOE, JOHN", "PAT-1 · M")
    stage = hung(qtbot, HangingRule("x", layout=Arrangement.STACK), titles=lambda: ("CT series 2",), patient=who)
    stage.editor.show_beside(other, "Prior", same_space=False, titles=("ROE, JANE", "Prior"))
    qtbot.waitUntil(lambda: stage.editor.beside.canvas is not None and other.complete)
    own, pane = stage.canvas, stage.editor.beside.canvas
    assert own.corners().top_left == (*who, "CT series 2")
    assert pane.corners(pane.read()).top_left == ("ROE, JANE", "Prior")
    qtbot.waitUntil(lambda: own.isVisible() and own.sharp)
    corner = slice(0, 40), slice(0, 120)
    seen = pixels(own)[corner]
    stage.editor.run("volume_marks")
    assert (pixels(own)[corner] != seen).any()
    assert not own.marked
