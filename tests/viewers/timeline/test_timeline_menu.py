"""The menus of the timeline."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLineEdit, QMenu

from storage.model.interpolation import ranges
from tests.support.timelines import CTRL, choose

RIGHT = Qt.MouseButton.RightButton


def test_the_menu_splits_here(stage):
    said: list[str] = []
    stage.timeline.status.connect(said.append)
    stage.focus.set(at=("", 50))
    choose(stage.menu_at("car", 60), "Split here")
    assert len(stage.document.instances) == 4 and stage.texts == ["Split: Car 1"]
    (new,) = stage.focus.selected
    assert new != "car"
    assert ranges(stage.document, new)[0][0] == 60, "where the menu was opened, not where the playhead is"
    assert stage.focus.at == ("", 50) and said == ["Split: Car 1, on frame 60."]


def test_the_menu_of_a_key_frame_takes_it_away_wherever_the_playhead_is(stage):
    stage.focus.set(at=("", 50))
    first = stage.document.annotations_of("car")[0].frame
    menu = stage.menu_at("car", first)
    assert "Remove key frame\tK" in [a.text() for a in menu.actions()]
    choose(menu, "Remove key frame")
    assert first not in [a.frame for a in stage.document.annotations_of("car")]


def test_the_menu_tells_the_keys_as_they_are_bound(stage):
    menu = stage.menu_at("car", 60)
    assert "Split here\tShift+M" in [a.text() for a in menu.actions()]
    menu.close()
    stage.timeline.show_keys(lambda verb: ("Ctrl+9",) if verb == "track_split" else ())
    menu = stage.menu_at("car", 60)
    assert "Split here\tCtrl+9" in [a.text() for a in menu.actions()]
    menu.close()


def test_the_menu_says_why_something_cannot_be_done(stage):
    menu = stage.menu_at("car", 60)
    entries = {a.objectName(): a for a in menu.actions()}
    assert not entries["track_merge"].isEnabled()
    assert entries["track_merge"].toolTip() == "Select two or more objects first."
    assert entries["track_cut_range"].toolTip().startswith("Select frames first")
    menu.close()


def test_the_menu_cuts_and_deletes_the_chosen_frames(stage):
    stage.choose_frames(50, 60)
    choose(stage.menu_at("car", 30), "Cut the chosen frames out of the selected")
    assert stage.texts == ["Cut frames 50 to 60 of Car 1"]
    assert 49 in stage.frames_of("car") and 61 in stage.frames_of("car")
    stage.choose_frames(100, 199)
    choose(stage.menu_at("car", 30), "Delete all objects on the chosen frames")
    assert max(stage.frames_of("tree")) == 99 and stage.texts[-1] == "Delete frames 100 to 199 of 3 objects"


def test_the_menu_hides_from_here_and_shows_again(stage):
    stage.focus.set(at=("", 50))
    choose(stage.menu_at("car", 60), "Hide from here")
    assert stage.frames_of("car")[60] == "o" and 50 not in stage.frames_of("car")
    choose(stage.menu_at("car", 60), "Show again from here")
    assert stage.frames_of("car")[60] == "k"


def test_the_menu_turns_interpolation_off_and_on(stage):
    stage.focus.set(at=("", 50))
    choose(stage.menu_at("car", 60), "Do not interpolate from here")
    assert stage.frames_of("car")[40] == "a"
    choose(stage.menu_at("car", 45), "Interpolate from here")
    assert stage.frames_of("car")[40] == "k"


def test_what_cannot_be_merged_is_said_and_changes_nothing(stage):
    stage.focus.select(["car", "tree"])
    choose(stage.menu_at("tree", 30), "Merge selected")
    assert stage.sent == [] and "different classes" in stage.said[-1]


def test_the_shape_is_repeated_over_the_chosen_frames_in_one_step(stage):
    stage.choose_frames(20, 60)
    stage.focus.set(at=("", 50))
    choose(stage.menu_at("car", 30), "Repeat this shape over the chosen frames")
    here = stage.session.shown("car", ("", 20)).geometry
    assert stage.session.shown("car", ("", 60)).geometry == here == stage.session.shown("car", ("", 41)).geometry
    assert len(stage.texts) == 1
    stage.session.undo()
    assert stage.frames_of("car") == {10: "k", 40: "k", 80: "k", 110: "k"}


def test_a_range_is_split_answered_and_deleted_from_its_menu(stage):
    y = stage.y(0)

    def menu():
        stage.click(stage.x(30), y, button=RIGHT)
        return stage.popup()

    choose(menu(), "Split this range at frame 30")
    assert sorted(c.ranges for c in stage.document.classifications.values()) == [((0, 29),), ((30, 59),), ((100, 150),)]
    opened = menu()
    answers = next(m for m in opened.findChildren(QMenu) if m.title() == "Answer")
    choose(answers, "Rain")
    opened.close()
    (made,) = [c.uuid for c in stage.document.classifications.values() if c.ranges == ((30, 59),)]
    assert [a.value for a in stage.document.answers_of(made)] == [("weather-rain",)]
    choose(menu(), "Delete this range")
    assert made not in stage.document.classifications
    assert stage.texts == ["Split range of “Weather”", "Answer “Weather”", "Delete range of “Weather”"]


def test_two_adjoining_answers_share_their_edge(stage):
    stage.focus.select(["car"])
    y = stage.y(stage.index("state"))
    x = stage.view.layer.names + stage.view.axis.x(50)
    stage.drag(x, y, stage.x(60), y, CTRL)
    ends = sorted((a.first, a.last) for a in stage.document.answers_of("car"))
    assert ends in ([(10, 59), (60, 80)], [(10, 60), (61, 80)]) and len(stage.texts) == 1


def test_answers_of_a_locked_object_do_not_change(stage):
    stage.focus.select(["car"])
    stage.focus.lock(["car"], True)
    y = stage.y(stage.index("state"))
    stage.drag(stage.view.layer.names + stage.view.axis.x(50), y, stage.x(60), y, CTRL)
    stage.drag(stage.x(120), y, stage.x(140), y, CTRL)
    assert stage.sent == [] and stage.view.findChild(QLineEdit) is None
