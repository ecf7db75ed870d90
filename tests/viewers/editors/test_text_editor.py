"""The text editor with a real mouse and keyboard: what is marked is `text[start:end]` of the file as stored."""

from __future__ import annotations

import io
import json
from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QMenu

from storage.editing import verbs
from storage.exchange.encord_json import EncordWriter, read_row
from storage.exchange.features import Features
from storage.exchange.losses import Losses
from storage.model.geometry import TextRanges
from storage.model.items import Kind
from storage.model.labels import LabelDocument
from tests.support.label_strategies import info_of, item_of
from tests.support.text_stage import CTRL, NONE, PERSON, SHIFT, TextStage, ontology
from viewers.canvas import text_marks
from viewers.editors.actions import EDITOR_ACTIONS, KeyMap
from viewers.editors.text_actions import HTML_ACTIONS, TEXT_ACTIONS

Key = Qt.Key
TEXT = (
    "Ada Lovelace met 👩‍👩‍👧 Charles in London.\r\n"
    "cafe\u0301 nai\u0308ve\ttabs\t\tend 😀🇩🇪\r\n"
    "שלום עולם and English\r\n"
    "line four\rline five\nlast line without end"
)


@pytest.fixture
def stage(qtbot):
    return TextStage(qtbot, TEXT)


def span(words, text=TEXT):
    start = text.index(words)
    return start, start + len(words)


def mark(stage, words, key="1"):
    stage.focus.set(armed=None)
    stage.key(key)
    stage.drag(*span(words))
    stage.focus.set(armed=None)


def exported(document, mime="text/plain"):
    item = replace(item_of(frames=1, kind=Kind.TEXT, title="notes"), mime=mime)
    out = io.StringIO()
    writer = EncordWriter(out, ontology())
    writer.add(info_of(item), document)
    writer.close()
    assert not writer.losses.all()
    row = json.loads(out.getvalue())[0]
    losses = Losses()
    back = read_row(row, item, Features(ontology()), LabelDocument(), losses)
    assert not losses.all()
    return row, back


WORDS = [
    "Lovelace", "👩‍👩‍👧", "met 👩‍👩‍👧 Charles", "cafe\u0301", "nai\u0308ve\ttabs\t\tend", "😀🇩🇪", "😀", "שלום עולם", "London.\r\ncafe\u0301", "four\rline five\nlast",
    "Lovelace met 👩‍👩‍👧 Charles in London.\r\ncafe\u0301 nai\u0308ve\ttabs\t\tend 😀🇩🇪",
]  # fmt: skip


@pytest.mark.parametrize("words", WORDS)
def test_the_marked_text_is_the_text_between_the_offsets_of_the_file(stage, words):
    mark(stage, words)
    ((a, b),) = stage.shapes[0].ranges
    assert TEXT[a:b] == words
    assert stage.marked() == [words]
    assert stage.texts == ["Mark Person 1"]


@pytest.mark.parametrize("words", WORDS)
def test_what_was_marked_comes_back_from_encord_json(stage, words):
    mark(stage, words)
    row, back = exported(stage.document)
    (answer,) = row["object_answers"].values()
    first, last = answer["range"][0]
    assert TEXT[first : last + 1] == words  # Encord counts the last one in
    assert [a.geometry for a in back.annotations.values()] == stage.shapes


def test_selected_text_is_marked_by_a_digit(stage):
    stage.drag(*span("Charles"))
    assert stage.shapes == []
    assert stage.view.selection == span("Charles")
    stage.key("2")
    assert stage.marked() == ["Charles"]
    assert stage.said[-1].startswith("Place 1") or "Place" in stage.said[-1]


def test_a_double_click_marks_a_word_and_a_triple_click_selects_the_line(stage):
    stage.double(span("London")[0] + 2)
    assert stage.view.selection == span("London")
    stage.qtbot.waitUntil(lambda: stage.view.pointing.double is None)
    stage.double(span("four")[0], triple=True)
    assert stage.view.text_between(*stage.view.selection) == "line four"
    stage.key("1")
    assert stage.marked() == ["line four"]


def test_everything_by_keyboard(stage):
    stage.key(Key.Key_Home, CTRL)
    for _ in range(3):
        stage.key(Key.Key_Right, SHIFT)
    stage.key("1")
    assert stage.marked() == ["Ada"]
    stage.key(Key.Key_Escape)
    stage.key(Key.Key_Right, CTRL)
    stage.key(Key.Key_Right, CTRL | SHIFT)
    stage.key(Key.Key_Return, SHIFT)
    assert len(stage.shapes) == 1
    assert stage.ranges[0] == ((0, 3), (4, 13)) or stage.marked()[1].startswith("Lovelace")
    stage.key(Key.Key_Right)
    stage.key(Key.Key_End, SHIFT)
    stage.key(Key.Key_N)
    assert len(stage.shapes) == 2
    stage.key(Key.Key_Tab)
    first = stage.focus.primary
    stage.key(Key.Key_Tab)
    assert stage.focus.primary != first
    stage.key(Key.Key_Tab, SHIFT)
    assert stage.focus.primary == first
    stage.key(Key.Key_Delete)
    stage.key(Key.Key_Z, CTRL)
    assert len(stage.shapes) == 2


def test_shift_drag_adds_ranges_to_the_selected_object_and_joins_those_that_touch(stage):
    mark(stage, "Ada")
    stage.drag(*span("Charles"), SHIFT)
    stage.drag(*span("London"), SHIFT)
    assert stage.marked() == ["Ada", "Charles", "London"]
    stage.drag(*span("Charles in Lon"), SHIFT)
    assert stage.marked() == ["Ada", "Charles in London"]
    assert stage.texts == ["Mark Person 1", *["Add a range to Person 1"] * 3]
    _, back = exported(stage.document)
    assert [a.geometry for a in back.annotations.values()] == stage.shapes
    for _ in range(4):
        stage.key(Key.Key_Z, CTRL)
    assert stage.shapes == []


def test_an_end_is_moved_by_its_handle_in_one_step_and_escape_leaves_it(stage):
    mark(stage, "Lovelace")
    _, end = span("Lovelace")
    view = stage.view.viewport()
    rect = stage.view.rects(end - 1, end)[0]
    _, knob = text_marks.handle_points(rect, at_end=True)
    knob = knob.toPoint()
    target = stage.at(span("Charles")[1])
    before = len(stage.texts)
    QTest.mousePress(view, Qt.MouseButton.LeftButton, NONE, knob)
    stage.move(target, Qt.MouseButton.LeftButton)
    assert stage.marked() == ["Lovelace met 👩‍👩‍👧 Charles"]
    stage.key(Key.Key_Escape)
    QTest.mouseRelease(view, Qt.MouseButton.LeftButton, NONE, target)
    assert stage.marked() == ["Lovelace"]
    assert len(stage.texts) == before
    stage.drag_points(knob, target)
    assert stage.marked() == ["Lovelace met 👩‍👩‍👧 Charles"]
    assert stage.texts[before:] == ["Move the end of Person 1"]
    stage.key(Key.Key_Z, CTRL)
    assert stage.marked() == ["Lovelace"]


def test_ends_follow_the_caret_by_keys(stage):
    mark(stage, "Lovelace")
    stage.view.select(*[span("Lovelace")[0] + 4] * 2)
    stage.key("[")
    assert stage.marked() == ["lace"]
    stage.view.select(*[span("Lovelace")[0] + 6] * 2)
    stage.key("]")
    assert stage.marked() == ["la"]
    stage.view.select(0, 0)
    stage.key("]")
    assert stage.marked() == ["la"]
    assert "empty" in stage.said[-1]


def test_split_at_the_caret_and_join_again(stage):
    mark(stage, "Lovelace")
    stage.drag(*span("Charles"), SHIFT)
    stage.view.select(*[span("lace")[0]] * 2)
    stage.key(Key.Key_M, SHIFT)
    assert stage.marked() == ["Love", "lace", "Charles"]
    assert len(stage.shapes) == 2
    joined = stage.focus.selected
    assert len(joined) == 2
    stage.key(Key.Key_J)
    assert stage.marked() == ["Lovelace", "Charles"]
    assert len(stage.shapes) == 1
    stage.key(Key.Key_Z, CTRL)
    assert set(stage.focus.selected) == set(joined)


def test_one_range_goes_by_backspace_the_object_by_delete(stage):
    mark(stage, "Ada")
    stage.drag(*span("Charles"), SHIFT)
    stage.view.select(*[span("Charles")[0] + 1] * 2)
    stage.key(Key.Key_Backspace)
    assert stage.marked() == ["Ada"]
    stage.key(Key.Key_Backspace)
    assert stage.shapes == []
    assert not stage.document.instances


def test_a_locked_object_is_selected_but_not_changed(stage):
    mark(stage, "Lovelace")
    stage.key(Key.Key_L)
    assert not stage.view.handles()
    for key in (Key.Key_Delete, Key.Key_Backspace):
        stage.key(key)
        assert stage.marked() == ["Lovelace"]
        assert "locked" in stage.said[-1]
    stage.drag(*span("Charles"), SHIFT)
    assert stage.marked() == ["Lovelace"]
    stage.key(Key.Key_Delete, SHIFT)
    assert stage.shapes == []


def test_a_hidden_object_is_neither_seen_nor_hit(stage):
    mark(stage, "Lovelace")
    stage.key(Key.Key_H)
    assert stage.view.marks.runs == []
    stage.click(span("Lovelace")[0] + 2)
    assert stage.focus.selected == ()
    stage.key(Key.Key_H, SHIFT)
    assert len(stage.view.marks.runs) == 1


def test_clicks_and_hovering_reach_each_of_the_objects_that_overlap(stage):
    mark(stage, "Lovelace met 👩‍👩‍👧 Charles")
    mark(stage, "Charles in London", "2")
    mark(stage, "Charles")
    place = span("Charles")[0] + 3
    stage.focus.select(())
    seen = set()
    for _ in range(3):
        stage.click(place)
        seen.add(stage.focus.primary)
    assert len(seen) == 3
    stage.focus.select(())
    stage.move(stage.middle(place))
    assert stage.editor.name(stage.focus.hovered) == "Person 2"  # the shortest
    stage.move(stage.middle(span("London")[0]))
    assert stage.editor.name(stage.focus.hovered) == "Place 1"
    stage.move(stage.middle(span("line four")[0]))
    assert stage.focus.hovered is None
    stage.click(span("London")[0])
    stage.click(span("met")[0], CTRL)
    assert len(stage.focus.selected) == 2
    stage.click(span("line four")[0])
    assert stage.focus.selected == ()


def test_escape_drops_the_drag_then_the_text_then_the_class_then_the_object(stage):
    mark(stage, "Ada")
    stage.focus.set(armed=PERSON)
    view = stage.view.viewport()
    QTest.mousePress(view, Qt.MouseButton.LeftButton, NONE, stage.at(10))
    stage.move(stage.at(30), Qt.MouseButton.LeftButton)
    stage.key(Key.Key_Escape)
    QTest.mouseRelease(view, Qt.MouseButton.LeftButton, NONE, stage.at(30))
    assert len(stage.shapes) == 1
    stage.view.select(3, 8)
    stage.key(Key.Key_Escape)
    assert stage.view.selection == (8, 8)
    assert stage.focus.armed == PERSON
    stage.key(Key.Key_Escape)
    assert stage.focus.armed is None
    assert stage.focus.selected
    stage.key(Key.Key_Escape)
    assert stage.focus.selected == ()


def test_copy_takes_the_text_as_stored(stage):
    stage.view.select(*span("London.\r\ncafe\u0301"))
    stage.key(Key.Key_C, CTRL)
    assert QGuiApplication.clipboard().text().replace("\r\n", "\n") == "London.\ncafe\u0301"
    mark(stage, "Ada")
    stage.drag(*span("Charles"), SHIFT)
    stage.key(Key.Key_C, CTRL)
    assert QGuiApplication.clipboard().text() == "Ada\nCharles"


def test_a_class_of_another_shape_cannot_be_marked(stage):
    stage.view.select(0, 3)
    stage.editor.arm_class("hash-Car")
    assert stage.shapes == []
    assert "cannot be marked in a text" in stage.said[-1]
    stage.key("9")
    assert "No class has the key 9" in stage.said[-1]


def test_another_class_for_what_is_selected(stage):
    mark(stage, "Ada")
    stage.key(Key.Key_2, CTRL)
    assert stage.editor.name(stage.focus.primary) == "Place 1"
    assert "Place 1" in stage.view.marks.marks[stage.focus.primary].name


@pytest.mark.parametrize(("typed", "offset"), [("2", 41), ("2:4", 44), ("@12", 12), ("99", len(TEXT)), ("1,", 0)])
def test_go_to_line_column_and_offset(stage, typed, offset):
    offset = {41: TEXT.index("cafe"), 44: TEXT.index("cafe") + 3}.get(offset, offset)
    stage.key("`")
    box = stage.editor.strip.box
    stage.qtbot.waitUntil(box.hasFocus)
    QTest.keyClicks(box, typed)
    QTest.keyClick(box, Key.Key_Return)
    assert stage.view.caret == offset
    assert stage.view.hasFocus()


def test_enter_where_a_place_is_typed_does_not_go_on_to_the_answers_of_what_is_marked(stage):
    mark(stage, "Ada")
    asked: list[bool] = []
    stage.editor.answers_wanted.connect(lambda: asked.append(True))
    stage.key("`")
    box = stage.editor.strip.box
    stage.qtbot.waitUntil(box.hasFocus)
    QTest.keyClicks(box, "2")
    QTest.keyClick(box, Key.Key_Return)
    assert stage.view.hasFocus()
    assert stage.focus.selected and not asked


def test_a_place_that_is_none_is_said(stage):
    stage.editor.go_to_place("somewhere")
    assert "is no place" in stage.said[-1]


def test_an_object_is_revealed_wherever_it_is(qtbot):
    text = "line\n" * 50_000 + "here"
    stage = TextStage(qtbot, text)
    edits, instance = verbs.add_object(stage.document, PERSON, TextRanges(((len(text) - 4, len(text)),)), ("", 0), by="", now=1)
    stage.session.merge(edits)
    assert not stage.view.rects(len(text) - 4, len(text))
    stage.editor.reveal(instance)
    assert stage.view.rects(len(text) - 4, len(text))


def test_a_range_beyond_the_text_is_kept_but_not_shown(stage):
    edits, instance = verbs.add_object(stage.document, PERSON, TextRanges(((0, 3), (9_000, 9_005))), ("", 0), by="", now=1)
    stage.session.merge(edits)
    stage.focus.select((instance,))
    stage.drag(*span("Charles"), SHIFT)
    assert stage.shapes[0].ranges == ((0, 3), span("Charles"), (9_000, 9_005))
    assert stage.marked() == ["Ada", "Charles"]


def test_how_it_is_shown_can_be_changed_and_keeps_the_place(stage):
    canvas, buttons = stage.editor.canvas, stage.editor.strip.buttons
    for name in ("text_wrap", "text_mono", "text_numbers", "text_compact"):
        before = buttons[name].isChecked()
        buttons[name].click()
        assert buttons[name].isChecked() is not before
        canvas.grab()
    assert (canvas.wrap, canvas.mono, canvas.numbers, canvas.compact) == (False, False, False, True)
    mark(stage, "Lovelace met 👩‍👩‍👧 Charles")
    assert stage.marked() == ["Lovelace met 👩‍👩‍👧 Charles"]
    size = canvas.font_px
    stage.key("+", CTRL)
    assert canvas.font_px == size + 1


def test_the_menu_lists_what_can_be_done_and_why_not(stage):
    stage.view.select(0, 3)
    menu = stage.editor.build_menu()
    assert menu.actions()[0].text() == "Mark as"
    classes = menu.findChild(QMenu)
    assert [a.text() for a in classes.actions()] == ["Person", "Place"]
    classes.actions()[1].trigger()
    assert stage.editor.name(stage.focus.primary) == "Place 1"
    menu = stage.editor.build_menu()
    entries = {a.text().split("\t")[0]: a for a in menu.actions()}
    assert not entries["Join"].isEnabled()
    assert "two or more" in entries["Join"].toolTip()
    entries["Delete"].trigger()
    assert stage.shapes == []


@pytest.mark.parametrize("actions", [TEXT_ACTIONS, HTML_ACTIONS])
def test_keys_do_not_clash_and_mean_the_same_as_in_the_picture_editor(actions):
    assert KeyMap(actions).clashes() == []
    pictures = {a.id: a for a in EDITOR_ACTIONS}
    for action in actions:
        if action.id in pictures and action.id != "finish":
            assert (action.title, action.keys) == (pictures[action.id].title, pictures[action.id].keys)
        else:
            assert action.id.startswith(("text_", "html_", "find", "finish"))
    assert len({a.id for a in actions}) == len(actions)


def test_every_action_is_a_method_and_every_button_has_a_name(stage):
    for action in TEXT_ACTIONS:
        assert callable(getattr(stage.editor, action.method)), action.id
    for button in stage.editor.findChildren(QAbstractButton):
        assert button.accessibleName() or button.text()


def test_after_closing_nothing_listens(stage):
    stage.editor.close_editor()
    before = len(stage.said)
    stage.focus.select(("x",))
    assert len(stage.said) == before


def test_facts_that_have_no_room_end_in_an_ellipsis_and_are_told_whole(qtbot):
    stage = TextStage(qtbot, "word\n" * 30_000, size=(620, 300))
    facts = stage.editor.strip.facts
    assert facts.text().endswith("…")
    assert facts.fontMetrics().horizontalAdvance(facts.text()) <= facts.width()
    assert "150,000 characters" in facts.toolTip()
    stage.editor.resize(1000, 300)
    qtbot.waitUntil(lambda: "150,000 characters" in facts.text())


def test_the_names_over_a_line_stand_as_their_ranges_begin_whichever_is_selected(qtbot):
    stage = TextStage(qtbot, "Hello wide family and flag.\nsecond line")
    for start, end in ((2, 14), (0, 10), (11, 21), (5, 9)):
        stage.drag(start, end)
        stage.key("1")
        stage.key(Qt.Key.Key_Escape)

    def places() -> dict[str, tuple[float, float]]:
        stage.view.viewport().repaint()
        return {run.mark.name: (rect.left(), rect.top()) for rect, run in stage.view.painter.chips}

    before = places()
    assert sorted(before, key=before.__getitem__) == ["Person 2", "Person 1", "Person 4", "Person 3"]
    for instance in list(stage.document.instances):
        stage.focus.select([instance])
        assert places() == before


def test_one_line_is_one_line(qtbot):
    assert " 1 line " in TextStage(qtbot, "a word").editor.strip.facts.accessibleName()
