"""The timeline under a real mouse and keyboard."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QColor, QImage
from PySide6.QtWidgets import QLineEdit, QMenu, QToolButton

from storage.editing.edits import Drop
from storage.model.interpolation import ranges
from storage.model.labels import Answer, Classification, LabelDocument
from tests.support.timelines import CTRL, LEFT, RULER_Y, SHIFT, TimelineStage, many
from viewers.timeline.look import ROW
from viewers.timeline.rows import Row

RIGHT, MIDDLE = Qt.MouseButton.RightButton, Qt.MouseButton.MiddleButton
Key = Qt.Key


@pytest.fixture
def stage(qtbot):
    return TimelineStage(qtbot)


def popup(stage, qtbot) -> QMenu:
    found = []

    def shown():
        found[:] = [m for m in stage.view.findChildren(QMenu) if m.isVisible()]
        assert found

    qtbot.waitUntil(shown)
    return found[0]


def choose(menu: QMenu, text: str) -> None:
    entry = next(a for a in menu.actions() if a.text().split("\t")[0] == text)
    menu.close()
    entry.trigger()


def pixel(stage, x, y) -> QColor:
    image: QImage = stage.view.grab().toImage()
    return image.pixelColor(round(x), round(y))


# -- looking


def test_a_click_on_the_ruler_goes_there_and_dragging_scrubs(stage, qtbot):
    wanted = []
    stage.timeline.seek_wanted.connect(wanted.append)
    stage.drag(stage.x(50), RULER_Y, stage.x(60), RULER_Y)
    assert wanted[0] == 50 and wanted[-1] == 60 and wanted == sorted(wanted)
    assert stage.view.playhead == 60


def test_a_click_on_a_name_selects(stage):
    stage.click(60, stage.y(stage.index("walker")))
    assert stage.focus.selected == ("walker",)
    stage.click(60, stage.y(stage.index("tree")), CTRL)
    assert stage.focus.selected == ("walker", "tree")


def test_a_click_on_a_key_frame_selects_and_goes_there(stage):
    stage.click(stage.x(80), stage.y(stage.index("car")))
    assert stage.focus.selected == ("car",) and stage.focus.at == ("", 80)


def test_a_click_between_key_frames_selects_and_stays(stage):
    stage.focus.set(at=("", 3))
    stage.click(stage.x(60), stage.y(stage.index("car")))
    assert stage.focus.selected == ("car",) and stage.focus.at == ("", 3)


def test_a_double_click_zooms_to_the_stretch_and_on_the_ruler_back(stage):
    stage.double(stage.x(60), stage.y(stage.index("car")))
    first, last = stage.view.axis.visible()
    assert first <= 10 and last >= 110 and last - first < 140
    stage.double(stage.x(60), RULER_Y)
    assert stage.view.axis.visible() == (0, 199)


def test_ctrl_and_wheel_zooms_at_the_pointer(stage):
    x = stage.x(120)
    stage.wheel(x, stage.y(0), 4, CTRL)
    assert stage.view.axis.scale > 4 and stage.view.axis.frame(x - stage.view.layer.names) == 120


def test_the_keyboard_zooms_and_shows_all(stage):
    stage.key(Key.Key_Plus, CTRL)
    stage.key(Key.Key_Equal, CTRL)
    assert stage.view.axis.page < 140
    stage.key(Key.Key_Minus, CTRL)
    assert 140 < stage.view.axis.page < 180
    stage.key(Key.Key_0, CTRL)
    assert stage.view.axis.fits


def test_shift_and_wheel_and_the_middle_button_pan(stage):
    stage.view.show_frames(80, 120)
    before = stage.view.axis.left
    stage.wheel(stage.x(100), stage.y(0), -1, SHIFT)
    assert stage.view.axis.left > before
    middle = stage.view.axis.left
    stage.drag(500, 150, 600, 150, button=MIDDLE)
    assert stage.view.axis.left == pytest.approx(middle - 100 / stage.view.axis.scale)


def test_many_rows_scroll_and_only_those_in_sight_are_drawn(qtbot):
    stage = TimelineStage(qtbot, many(60, 400, 20), 400)
    assert stage.view.scroll_most == 61 * ROW - (stage.view.height() - stage.view.layer.top)
    stage.wheel(500, 150, -5)
    assert stage.view.layer.scroll == 10 * ROW
    assert len(stage.view.layer.visible_rows(stage.view.height())) < 20
    last = stage.view.rows.objects()[-1]
    stage.focus.select([last])
    assert stage.view.layer.scroll == stage.view.scroll_most == stage.timeline.down.value()


def test_up_and_down_walk_through_the_objects(stage):
    stage.key(Key.Key_Down)
    assert stage.focus.primary == "tree"
    stage.key(Key.Key_Down)
    stage.key(Key.Key_Down)
    assert stage.focus.primary == "walker"
    stage.key(Key.Key_Up)
    assert stage.focus.selected == ("car",)


def test_keys_of_the_editor_go_on_to_it(stage):
    seen = []
    stage.timeline.keyPressEvent = lambda event: seen.append(event.key())
    stage.key(Key.Key_D)
    stage.key(Key.Key_Up)
    assert seen == [Key.Key_D]


def test_the_page_turns_with_the_playing_head(stage):
    stage.view.show_frames(0, 50)
    stage.focus.set(at=("", 150))
    first, last = stage.view.axis.visible()
    assert first <= 150 <= last


def test_hovering_tells_what_and_when(stage, qtbot):
    told = []
    stage.timeline.hovered.connect(told.append)
    stage.move(stage.x(40), stage.y(stage.index("car")))
    assert told[-1] == "Car 1: key frame, frame 40  0:01.600"
    stage.move(stage.x(70), stage.y(stage.index("walker")))
    assert told[-1].startswith("Person 1: hidden, frame 70")
    stage.move(stage.x(30), stage.y(0))
    assert told[-1] == "Weather: Sun, frames 0 to 59"


def test_the_eye_and_the_lock_are_pressed_in_the_names(stage):
    y = stage.y(stage.index("car"))
    names = stage.view.layer.names
    stage.click(names - 34, y)
    assert stage.focus.hidden == {"car"}
    stage.click(names - 14, y)
    assert stage.focus.locked == {"car"}
    stage.click(names - 34, y)
    assert stage.focus.hidden == frozenset() and stage.focus.selected == ()


def test_every_button_has_a_name(stage):
    for button in stage.timeline.findChildren(QToolButton):
        if button.parent() is stage.timeline._corner:
            assert button.accessibleName() and button.toolTip()
    assert stage.view.accessibleName() == "Timeline"
    stage.focus.select(["car"])
    assert "Car 1" in stage.view.accessibleDescription()


# -- changing


def test_dragging_a_key_frame_is_one_step(stage):
    stage.drag_frames("car", 40, 55)
    assert stage.frames_of("car") == {10: "k", 55: "k", 80: "k", 110: "k"}
    assert stage.texts == ["Move key frame of Car 1"]
    stage.session.undo()
    assert 40 in stage.frames_of("car")


def test_neighbours_are_the_limits_of_a_key_frame(stage):
    stage.drag_frames("car", 40, 150)
    assert stage.frames_of("car") == {10: "k", 79: "k", 80: "k", 110: "k"}


def test_a_drag_snaps_to_the_playing_head_unless_ctrl_is_held(stage):
    stage.focus.set(at=("", 52))
    near = 52 + 4 / stage.view.axis.scale
    stage.drag_frames("car", 40, near, Qt.KeyboardModifier.NoModifier)
    assert 52 in stage.frames_of("car")
    stage.drag_frames("car", 52, 61, CTRL)
    assert 61 in stage.frames_of("car")


def test_escape_gives_a_drag_up(stage):
    y = stage.y(stage.index("car"))
    stage.hold(stage.x(40), y, stage.x(60), y, CTRL)
    assert 60 in stage.frames_of("car")
    stage.key(Key.Key_Escape)
    assert 40 in stage.frames_of("car") and stage.sent == []
    stage.release(stage.x(60), y)
    assert stage.sent == []


def test_undo_in_the_middle_of_a_drag_ends_it(stage):
    stage.drag_frames("car", 40, 55)
    y = stage.y(stage.index("car"))
    stage.hold(stage.x(80), y, stage.x(90), y, CTRL)
    stage.session.undo()
    stage.move(stage.x(95), y, LEFT, CTRL)
    stage.release(stage.x(95), y)
    assert stage.frames_of("car") == {10: "k", 40: "k", 80: "k", 110: "k"} and stage.session.undo_text == ""


def test_what_was_pressed_on_and_is_gone_is_not_dragged(stage):
    stage.drag_frames("car", 40, 55)
    y = stage.y(stage.index("car"))
    stage.press(stage.x(55), y)
    stage.session.undo()
    stage.move(stage.x(70), y, LEFT, CTRL)
    stage.release(stage.x(70), y)
    assert stage.frames_of("car") == {10: "k", 40: "k", 80: "k", 110: "k"}


def test_what_another_window_writes_ends_a_drag(stage):
    y = stage.y(stage.index("car"))
    stage.hold(stage.x(40), y, stage.x(60), y, CTRL)
    stage.session.merge(tuple(Drop("annotation", f"car@{f}") for f in (80, 110)))
    stage.move(stage.x(70), y, LEFT, CTRL)
    stage.release(stage.x(70), y)
    assert stage.frames_of("car") == {10: "k", 40: "k"} and stage.sent == []


def test_what_plays_is_told_to_stand_still(stage, qtbot):
    with qtbot.waitSignal(stage.timeline.grabbed):
        stage.drag_frames("car", 40, 55)


def test_the_ends_of_an_object_are_pulled_in_and_out(stage):
    y = stage.y(stage.index("car"))
    x = stage.x(110) + 9
    stage.drag(x, y, stage.x(150), y, CTRL)
    assert stage.frames_of("car") == {10: "k", 40: "k", 80: "k", 110: "k", 150: "k"}
    x = stage.x(10) - 9
    stage.drag(x, y, stage.x(25), y, CTRL)
    assert list(stage.frames_of("car")) == [25, 40, 80, 110, 150]
    assert stage.texts == ["Change where Car 1 ends", "Change where Car 1 begins"]


def test_an_object_of_all_frames_can_be_pulled_in_at_both_ends(stage):
    y = stage.y(stage.index("tree"))
    stage.drag(stage.x(0) - 9, y, stage.x(20), y, CTRL)
    stage.drag(stage.x(199) + 9, y, stage.x(150), y, CTRL)
    assert list(stage.frames_of("tree")) == [20, 150]


def test_where_an_object_is_hidden_is_dragged(stage):
    stage.drag_frames("walker", 60, 45)
    assert stage.frames_of("walker")[45] == "o" and stage.texts == ["Move where Person 1 is hidden"]


def test_locked_objects_do_not_change(stage):
    stage.focus.lock(["car"], True)
    stage.drag_frames("car", 40, 55)
    assert stage.sent == [] and stage.said == ["Car 1 is locked."]
    stage.focus.select(["car"])
    assert stage.timeline.verbs.why_not("here") == "What is selected is locked."


def test_the_edges_of_a_classification_are_dragged(stage):
    y = stage.y(0)
    stage.drag(stage.view.layer.names + stage.view.axis.x(60) - 2, y, stage.x(80), y, CTRL)
    assert stage.document.classifications["sunny"].ranges == ((0, 80),)
    stage.drag(stage.x(120), y, stage.x(130), y, CTRL)
    assert stage.document.classifications["rainy"].ranges == ((110, 160),)
    assert stage.texts == ["Move range of “Weather”"] * 2


def test_a_classification_is_drawn_and_answered_in_one_step(stage, qtbot):
    y = stage.y(0)
    stage.drag(stage.x(70), y, stage.x(90), y, CTRL)
    assert stage.sent == []
    choose(popup(stage, qtbot), "Rain")
    (made,) = [c for c in stage.document.classifications.values() if c.ranges == ((70, 90),)]
    assert [a.value for a in stage.document.answers_of(made.uuid)] == [("weather-rain",)]
    assert stage.texts == ["“Weather” on frames 70 to 90: Rain"]


def test_a_drawn_range_stops_at_its_neighbour(stage, qtbot):
    y = stage.y(0)
    stage.drag(stage.x(70), y, stage.x(140), y, CTRL)
    choose(popup(stage, qtbot), "No answer yet")
    assert ((70, 99),) in {c.ranges for c in stage.document.classifications.values()}


def test_an_answer_over_time_is_typed_over_the_range_that_was_drawn(stage, qtbot):
    stage.focus.select(["car"])
    y = stage.y(stage.index("note"))
    stage.drag(stage.x(20), y, stage.x(30), y, CTRL)
    field = stage.view.findChild(QLineEdit)
    qtbot.keyClicks(field, "dented")
    qtbot.keyClick(field, Key.Key_Return)
    (made,) = [a for a in stage.document.answers.values() if a.attribute == "note"]
    assert (made.value, made.first, made.last, made.owner) == ("dented", 20, 30, "car")
    assert stage.texts == ["“Note” on frames 20 to 30: dented"]


def test_a_range_that_is_not_answered_is_not_made(stage, qtbot):
    stage.focus.select(["car"])
    y = stage.y(stage.index("note"))
    stage.drag(stage.x(20), y, stage.x(30), y, CTRL)
    qtbot.keyClick(stage.view.findChild(QLineEdit), Key.Key_Escape)
    assert stage.sent == [] and stage.view.gestures.drawing.chosen is None


def choose_frames(stage, first, last):
    y = stage.y(stage.index("car"))
    stage.drag(stage.x(first), y, stage.x(last), y, SHIFT | CTRL)
    assert stage.timeline.selected_range == (first, last)


def test_shift_and_drag_selects_frames(stage):
    told = []
    stage.timeline.range_changed.connect(lambda a, b: told.append((a, b)))
    choose_frames(stage, 30, 70)
    assert told[-1] == (30, 70)
    stage.drag(stage.view.layer.names + stage.view.axis.x(71), RULER_Y, stage.x(90), RULER_Y, CTRL)
    assert stage.timeline.selected_range == (30, 90)
    stage.key(Key.Key_Escape)
    assert stage.timeline.selected_range is None and told[-1] == (-1, -1)


def test_frames_can_be_selected_where_there_is_no_object_yet(qtbot):
    stage = TimelineStage(qtbot, LabelDocument("row"))
    stage.view.set_ontology(type(stage.view.rows.ontology)())
    assert stage.view.rows.rows == []
    stage.drag(stage.x(30), 150, stage.x(70), 150, CTRL)
    assert stage.timeline.selected_range == (30, 70)


# -- the menu


def menu_at(stage, qtbot, name, frame):
    stage.click(stage.x(frame), stage.y(stage.index(name)), button=RIGHT)
    return popup(stage, qtbot)


def test_the_menu_splits_here(stage, qtbot):
    said: list[str] = []
    stage.timeline.status.connect(said.append)
    stage.focus.set(at=("", 50))
    choose(menu_at(stage, qtbot, "car", 60), "Split here")
    assert len(stage.document.instances) == 4 and stage.texts == ["Split: Car 1"]
    (new,) = stage.focus.selected
    assert new != "car"
    assert ranges(stage.document, new)[0][0] == 60, "where the menu was opened, not where the playhead is"
    assert stage.focus.at == ("", 50) and said == ["Split: Car 1, on frame 60."]


def test_the_menu_of_a_key_frame_takes_it_away_wherever_the_playhead_is(stage, qtbot):
    stage.focus.set(at=("", 50))
    first = stage.document.annotations_of("car")[0].frame
    menu = menu_at(stage, qtbot, "car", first)
    assert "Remove key frame\tK" in [a.text() for a in menu.actions()]
    choose(menu, "Remove key frame")
    assert first not in [a.frame for a in stage.document.annotations_of("car")]


def test_the_menu_tells_the_keys_as_they_are_bound(stage, qtbot):
    menu = menu_at(stage, qtbot, "car", 60)
    assert "Split here\tShift+M" in [a.text() for a in menu.actions()]
    menu.close()
    stage.timeline.show_keys(lambda verb: ("Ctrl+9",) if verb == "track_split" else ())
    menu = menu_at(stage, qtbot, "car", 60)
    assert "Split here\tCtrl+9" in [a.text() for a in menu.actions()]
    menu.close()


def test_the_menu_says_why_something_cannot_be_done(stage, qtbot):
    menu = menu_at(stage, qtbot, "car", 60)
    entries = {a.objectName(): a for a in menu.actions()}
    assert not entries["track_merge"].isEnabled()
    assert entries["track_merge"].toolTip() == "Select two or more objects first."
    assert entries["track_cut_range"].toolTip().startswith("Select frames first")
    menu.close()


def test_the_menu_cuts_and_deletes_the_chosen_frames(stage, qtbot):
    choose_frames(stage, 50, 60)
    choose(menu_at(stage, qtbot, "car", 30), "Cut the chosen frames out of the selected")
    assert stage.texts == ["Cut frames 50 to 60 of Car 1"]
    assert 49 in stage.frames_of("car") and 61 in stage.frames_of("car")
    choose_frames(stage, 100, 199)
    choose(menu_at(stage, qtbot, "car", 30), "Delete all objects on the chosen frames")
    assert max(stage.frames_of("tree")) == 99 and stage.texts[-1] == "Delete frames 100 to 199 of 3 objects"


def test_the_menu_hides_from_here_and_shows_again(stage, qtbot):
    stage.focus.set(at=("", 50))
    choose(menu_at(stage, qtbot, "car", 60), "Hide from here")
    assert stage.frames_of("car")[60] == "o" and 50 not in stage.frames_of("car")
    choose(menu_at(stage, qtbot, "car", 60), "Show again from here")
    assert stage.frames_of("car")[60] == "k"


def test_the_menu_turns_interpolation_off_and_on(stage, qtbot):
    stage.focus.set(at=("", 50))
    choose(menu_at(stage, qtbot, "car", 60), "Do not interpolate from here")
    assert stage.frames_of("car")[40] == "a"
    choose(menu_at(stage, qtbot, "car", 45), "Interpolate from here")
    assert stage.frames_of("car")[40] == "k"


def test_what_cannot_be_merged_is_said_and_changes_nothing(stage, qtbot):
    stage.focus.select(["car", "tree"])
    choose(menu_at(stage, qtbot, "tree", 30), "Merge selected")
    assert stage.sent == [] and "different classes" in stage.said[-1]


def test_the_shape_is_repeated_over_the_chosen_frames_in_one_step(stage, qtbot):
    choose_frames(stage, 20, 60)
    stage.focus.set(at=("", 50))
    choose(menu_at(stage, qtbot, "car", 30), "Repeat this shape over the chosen frames")
    here = stage.session.shown("car", ("", 20)).geometry
    assert stage.session.shown("car", ("", 60)).geometry == here == stage.session.shown("car", ("", 41)).geometry
    assert len(stage.texts) == 1
    stage.session.undo()
    assert stage.frames_of("car") == {10: "k", 40: "k", 80: "k", 110: "k"}


def test_a_range_is_split_answered_and_deleted_from_its_menu(stage, qtbot):
    y = stage.y(0)

    def menu():
        stage.click(stage.x(30), y, button=RIGHT)
        return popup(stage, qtbot)

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


# -- drawing


def test_rows_follow_the_document_while_something_else_is_dragged(stage):
    from dataclasses import replace

    from storage.editing.edits import Put

    y = stage.y(stage.index("car"))
    ground = pixel(stage, stage.x(150), y)
    row = stage.document.annotation_of("car", ("", 110))
    stage.session.begin("stretch")
    stage.session.preview(Put(replace(row, frame=170)))
    assert pixel(stage, stage.x(150), y) != ground
    stage.session.cancel()
    assert pixel(stage, stage.x(150), y) == ground


def test_a_patched_row_looks_as_if_all_had_been_drawn(stage):
    stage.focus.select(["car"])
    stage.view.grab()
    stage.drag_frames("car", 80, 95)
    stage.move(2, 2)
    patched = stage.view.grab().toImage()
    stage.view.redraw()
    assert stage.view.grab().toImage() == patched


def test_marks_of_the_file_stand_on_the_ruler(stage):
    before = stage.view.grab().toImage()
    stage.timeline.set_marks([120])
    after = stage.view.grab().toImage()
    x = round(stage.x(120))
    assert before.pixelColor(x, 35) != after.pixelColor(x, 35)


def test_an_empty_timeline_says_how_to_begin(qtbot):
    stage = TimelineStage(qtbot, LabelDocument("row"))
    stage.view.set_ontology(type(stage.view.rows.ontology)())
    image = stage.view.grab().toImage()
    ground = image.pixelColor(stage.view.layer.names + 5, stage.view.height() - 10)
    line = [image.pixelColor(x, (stage.view.layer.top + stage.view.height()) // 2) for x in range(300, 800)]
    assert any(color != ground for color in line)


def test_the_order_button_sorts_by_class(stage):
    stage.timeline.set_order("class")
    assert stage.view.rows.rows[1] == Row("object", "car")
    assert [a.isChecked() for a in stage.timeline.order_button.menu().actions()] == [False, True]


def test_names_are_as_wide_as_one_likes(stage):
    stage.drag(stage.view.layer.names - 2, 150, 260, 150)
    assert stage.view.layer.names == 260 and stage.view.axis.width == stage.view.width() - 260


# -- thumbnails


def test_thumbnails_come_in_their_own_time_and_near_ones_are_kept(stage, qtbot):
    asked = []

    def render(frame, within):
        asked.append((frame, within))
        image = QImage(60, 40, QImage.Format.Format_RGB32)
        image.fill(QColor(frame, 0, 200))
        return frame, image

    stage.timeline.show_thumbnails(lambda: render, 1.5)
    place = QPoint(stage.view.layer.names + 20, 60)
    qtbot.waitUntil(lambda: pixel(stage, place.x(), place.y()) == QColor(0, 0, 200))
    frames, step = stage.view._slots()
    qtbot.waitUntil(lambda: {f for f, _ in asked} == set(frames))
    assert step * stage.view.axis.scale >= 60
    stage.focus.set(at=("", 20))
    stage.view.redraw()
    stage.view.grab()
    assert len(asked) == len(frames)


def test_a_picture_that_cannot_be_made_leaves_the_others(stage, qtbot):
    from storage.errors import BadInput

    def render(frame, within):
        if frame == 0:
            raise BadInput("damaged", remedy="", input="x")
        image = QImage(4, 4, QImage.Format.Format_RGB32)
        image.fill(QColor(1, 2, 3))
        return frame, image

    stage.timeline.show_thumbnails(lambda: render, 1.5)
    step = stage.view._slots()[1]
    x = stage.view.layer.names + stage.view.axis.x(step) + 10
    qtbot.waitUntil(lambda: pixel(stage, x, 60) == QColor(1, 2, 3))
    assert pixel(stage, stage.view.layer.names + 10, 60) != QColor(1, 2, 3)


@pytest.mark.realdata
def test_thumbnails_of_a_real_film_come_and_end_at_once(stage, qtbot, real_data):
    from storage.media.source import FileSource
    from viewers.decode.video import open_video
    from viewers.timeline.timeline import DecodedThumbnails

    path = real_data / "videos" / "bikes.mp4"
    stage.timeline.show_thumbnails(lambda: DecodedThumbnails(open_video(FileSource(path), {}, cache_dir=None), 40), 640 / 272)
    thumbs = stage.view._thumbs
    with qtbot.waitSignal(thumbs.came):
        stage.view.redraw()
    image = thumbs.get(stage.view._slots()[0][0])
    assert image is not None and (image.height(), image.width()) == (40, 94)
    stage.timeline.close_timeline()
    assert not thumbs._thread.is_alive()


def test_a_press_outside_of_everything_is_harmless(stage):
    stage.click(500, stage.view.height() - 5)
    stage.move(-50, -50, LEFT)
    stage.view.leaveEvent(None)
    assert stage.view.hover is None and stage.sent == []
    assert QPointF(-1, -1) == stage.view.pointer


def test_an_answer_on_a_single_frame_can_be_seen(qtbot):
    document = LabelDocument("row")
    document.put(Classification("foggy", "h3", "weather", ((77, 77),)))
    document.put(Answer("foggy answer", "foggy", "weather-a", ("weather-rain",)))
    stage = TimelineStage(qtbot, document, frames=2000)
    x, y = stage.x(77), stage.y(0)
    ground = pixel(stage, x + 40, y).lightness()
    seen = [abs(pixel(stage, x + dx, y).lightness() - ground) for dx in (-2, -1, 0, 1, 2, 3)]
    assert sum(difference > 60 for difference in seen) >= 2
