"""The video editor with a real clip, mouse and keyboard: its frames, playing, and its actions."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMenu

from storage.model.geometry import ShapeKind
from tests.support import clips
from tests.support.tool_stage import feature
from tests.support.video_stage import SIZE, VideoStage
from viewers.editors.actions import KeyMap
from viewers.editors.track_actions import GROUP_ACTIONS, VIDEO_ACTIONS

Key = Qt.Key
FRAMES = 60


@pytest.fixture(scope="module")
def clip(tmp_path_factory):
    return clips.write(tmp_path_factory.mktemp("clips") / "clip.mp4", FRAMES, size=SIZE)


@pytest.fixture
def stage(qtbot, clip):
    return VideoStage(qtbot, clip)


# -- frames


def test_keys_go_through_the_frames_and_the_picture_follows(stage):
    for key, held, frame in (
        ("F", None, 1), (Key.Key_Right, None, 2), ("V", None, 12), ("D", None, 11), (Key.Key_Left, None, 10), ("C", None, 0),
        (Key.Key_End, None, FRAMES - 1), (Key.Key_Home, None, 0),
    ):  # fmt: skip
        stage.key(key, *([held] if held else []))
        assert stage.frame() == frame
        stage.settle()
        assert stage.picture() == frame


def test_the_place_says_frame_and_time(stage):
    stage.go(41)
    assert stage.places[-1].endswith("frame 41 / 60  0:01.640")
    stage.move(10, 20)
    assert stage.places[-1].startswith("x 10.0  y 20.0")
    assert stage.places[-1].endswith("frame 41 / 60  0:01.640")


def test_a_frame_is_gone_to_by_number_or_time(stage, qtbot):
    for typed, frame in (("25", 25), ("+5", 30), ("0:00.4", 10), ("999", FRAMES - 1)):
        stage.key("`")
        box = stage.editor.go_to_box
        qtbot.keyClicks(box.line, typed)
        qtbot.keyClick(box.line, Key.Key_Return)
        assert stage.frame() == frame
    stage.key("`")
    qtbot.keyClicks(box.line, "soon")
    qtbot.keyClick(box.line, Key.Key_Return)
    assert stage.frame() == FRAMES - 1
    assert "Neither" in box.note.text()
    box.hide()


# -- playing


def test_space_plays_and_pauses_and_shapes_stay_with_the_picture(stage, qtbot):
    own = stage.box_on(0, 100, 100)
    stage.go(59)
    stage.key("K")
    stage.drag(130, 120, 330, 120)
    stage.go(0)
    stage.settle()
    seen = []

    def look():
        picture = stage.picture()
        entries = stage.canvas._painter._held
        items = entries.live if entries is not None else stage.canvas.shapes.live_items()
        seen.append((picture, [item.bounds()[0] for item in items]))

    stage.canvas.turned.connect(look)
    stage.key(Key.Key_Space)
    assert stage.editor.player.playing
    qtbot.waitUntil(lambda: len(seen) > 8)
    stage.key(Key.Key_Space)
    assert not stage.editor.player.playing
    for picture, lefts in seen:
        assert lefts == pytest.approx([stage.session.shown(own, ("", picture)).geometry.x])
    stage.settle()
    assert stage.picture() == stage.frame() == stage.editor.player.frame


def test_a_press_on_the_canvas_pauses(stage):
    stage.key(Key.Key_Space)
    stage.click(10, 10)
    assert not stage.editor.player.playing


def test_a_loop_is_where_the_selected_object_is(stage):
    stage.track()
    stage.editor.run("play_loop")
    assert (stage.editor.player.loop.first, stage.editor.player.loop.last) == (10, 30)
    stage.editor.run("play_loop")
    assert stage.editor.player.loop is None


def test_held_space_pans_and_does_not_play(stage):
    from PySide6.QtTest import QTest

    QTest.keyPress(stage.canvas, Key.Key_Space)
    stage.drag(100, 100, 150, 120)
    QTest.keyRelease(stage.canvas, Key.Key_Space)
    assert not stage.editor.player.playing


# -- the table


@pytest.mark.parametrize("actions", [VIDEO_ACTIONS, GROUP_ACTIONS])
def test_no_key_means_two_things(actions):
    assert KeyMap(actions).clashes() == []


def test_every_action_names_a_method_and_can_be_asked(stage):
    ids = [a.id for a in VIDEO_ACTIONS]
    assert len(ids) == len(set(ids))
    for action in VIDEO_ACTIONS:
        assert callable(getattr(stage.editor, action.method)), action.id
        assert isinstance(action.why_not(stage.editor), str)


def test_the_menu_reaches_the_verbs_of_tracks(stage):

    stage.track()
    stage.go(20)
    menu = stage.editor.build_menu()
    assert menu.sizeHint().height() < 600
    texts = [a.text().split("\t")[0] for each in (menu, *menu.findChildren(QMenu)) for a in each.actions()]
    for wanted in (
        "Add key frame here",
        "Split here",
        "Delete on this frame only",
        "Delete on all frames",
        "Ends with this frame",
    ):
        assert wanted in texts
    stage.key("K")
    texts = [a.text().split("\t")[0] for a in stage.editor.build_menu().actions()]
    assert "Remove key frame" in texts


def test_drawing_armed_by_class_starts_a_track_with_its_time(stage):
    own = stage.box_on(10, 100, 100)
    (row,) = stage.document.annotations_of(own)
    assert stage.document.instances[own].feature_hash == feature(ShapeKind.BOX)
    assert row.pts == stage.editor.clock.pts(10)
    assert row.keyframe
