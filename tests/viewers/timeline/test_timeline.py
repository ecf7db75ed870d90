"""The timeline under a real mouse and keyboard: looking and drawing."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QColor, QImage
from PySide6.QtWidgets import QToolButton

from storage.model.labels import Answer, Classification, LabelDocument
from tests.support.timelines import CTRL, LEFT, RULER_Y, SHIFT, TimelineStage, many
from viewers.timeline.look import ROW
from viewers.timeline.rows import Row

MIDDLE = Qt.MouseButton.MiddleButton
Key = Qt.Key


def test_a_click_on_the_ruler_goes_there_and_dragging_scrubs(stage):
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


def test_hovering_tells_what_and_when(stage):
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


def test_a_press_outside_of_everything_is_harmless(stage):
    stage.click(500, stage.view.height() - 5)
    stage.move(-50, -50, LEFT)
    stage.view.leaveEvent(None)
    assert stage.view.hover is None and stage.sent == []
    assert QPointF(-1, -1) == stage.view.pointer


def test_rows_follow_the_document_while_something_else_is_dragged(stage):
    from dataclasses import replace

    from storage.editing.edits import Put

    y = stage.y(stage.index("car"))
    ground = stage.pixel(stage.x(150), y)
    row = stage.document.annotation_of("car", ("", 110))
    stage.session.begin("stretch")
    stage.session.preview(Put(replace(row, frame=170)))
    assert stage.pixel(stage.x(150), y) != ground
    stage.session.cancel()
    assert stage.pixel(stage.x(150), y) == ground


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


def test_an_answer_on_a_single_frame_can_be_seen(qtbot):
    document = LabelDocument("row")
    document.put(Classification("foggy", "h3", "weather", ((77, 77),)))
    document.put(Answer("foggy answer", "foggy", "weather-a", ("weather-rain",)))
    stage = TimelineStage(qtbot, document, frames=2000)
    x, y = stage.x(77), stage.y(0)
    ground = stage.pixel(x + 40, y).lightness()
    seen = [abs(stage.pixel(x + dx, y).lightness() - ground) for dx in (-2, -1, 0, 1, 2, 3)]
    assert sum(difference > 60 for difference in seen) >= 2


def test_thumbnails_come_in_their_own_time_and_near_ones_are_kept(stage, qtbot):
    asked = []

    def render(frame, within):
        asked.append((frame, within))
        image = QImage(60, 40, QImage.Format.Format_RGB32)
        image.fill(QColor(frame, 0, 200))
        return frame, image

    stage.timeline.show_thumbnails(lambda: render, 1.5)
    place = QPoint(stage.view.layer.names + 20, 60)
    qtbot.waitUntil(lambda: stage.pixel(place.x(), place.y()) == QColor(0, 0, 200))
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
    qtbot.waitUntil(lambda: stage.pixel(x, 60) == QColor(1, 2, 3))
    assert stage.pixel(stage.view.layer.names + 10, 60) != QColor(1, 2, 3)


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
