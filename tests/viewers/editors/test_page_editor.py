"""Pages with a real mouse and keyboard: text by its characters' boxes, search, shapes, and a strip that asks for what is seen."""

from __future__ import annotations

import io
import json
from dataclasses import replace

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QGuiApplication, QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton

from storage.exchange.encord_json import EncordWriter, read_row
from storage.exchange.features import Features
from storage.exchange.losses import Losses
from storage.model.geometry import Box, Polygon, ShapeKind
from storage.model.items import Kind
from storage.model.labels import LabelDocument
from storage.model.ontology import Ontology
from tests.support.editor_stage import CTRL, LEFT, NONE, SHIFT
from tests.support.label_strategies import info_of, item_of
from tests.support.page_stage import PageStage
from tests.support.pdfs import pdf, square, words
from tests.support.tool_stage import ontology
from viewers.editors.actions import EDITOR_ACTIONS, KeyMap
from viewers.editors.page_actions import PAGE_ACTIONS
from viewers.editors.text_actions import TEXT_ACTIONS
from viewers.tools.page_text import box_round, character_at, place_at, polygon_round

Key = Qt.Key
W, H = 400, 300


def page(number, *lines):
    draw = "".join(words(line, 40, H - 60 - 30 * k, 14) for k, line in enumerate((f"Page number {number}", *lines)))
    return {"size": (W, H), "draw": draw + square(300, 20, 60, 40)}


LINES = ("The quick brown fox", "jumps over the lazy dog")


@pytest.fixture
def path(tmp_path):
    made = tmp_path / "report.pdf"
    made.write_bytes(pdf(*(page(i + 1, *LINES) for i in range(6))))
    return made


@pytest.fixture
def stage(qtbot, path):
    return PageStage(qtbot, path)


def box_of(stage, text, page=0):
    """Left, top, right, bottom of words on a page."""
    found = stage.editor.reader.text(page)
    start = found.text.index(text)
    (rect,) = found.rects(start, start + len(text))
    return rect


def drag_over(stage, first, last):
    a, b = box_of(stage, first), box_of(stage, last)
    stage.drag(a[0] + 0.5, (a[1] + a[3]) / 2, b[2] - 0.5, (b[1] + b[3]) / 2)


def test_dragged_text_is_copied_as_the_document_has_it(stage):
    stage.take_text_tool()
    drag_over(stage, "quick", "fox")
    assert stage.editor.page_text.chosen() == "quick brown fox"
    stage.key(Key.Key_C, CTRL)
    assert QGuiApplication.clipboard().text() == "quick brown fox"
    drag_over(stage, "brown", "lazy")
    assert " ".join(stage.editor.page_text.chosen().split()) == "brown fox jumps over the lazy"


def test_a_double_click_takes_a_word_and_shift_click_reaches_further(stage):
    stage.take_text_tool()
    left, top, right, bottom = box_of(stage, "brown")
    stage.double((left + right) / 2, (top + bottom) / 2)
    stage.release((left + right) / 2, (top + bottom) / 2)
    assert stage.editor.page_text.chosen() == "brown"
    end = box_of(stage, "fox")
    stage.click(end[2], (top + bottom) / 2, SHIFT)
    assert stage.editor.page_text.chosen() == "brown fox"
    stage.key(Key.Key_Escape)
    assert stage.editor.page_text.chosen() == ""
    assert stage.editor.tool.id == "page_text"
    stage.key(Key.Key_Escape)
    assert stage.editor.tool.id == "select"


def test_a_class_of_boxes_or_polygons_is_drawn_round_the_selected_text(stage):
    stage.take_text_tool()
    drag_over(stage, "quick", "fox")
    stage.key("1")
    left, top, right, bottom = box_of(stage, "quick brown fox")
    (box,) = stage.shapes
    assert isinstance(box, Box)
    assert (box.x, box.y, box.x + box.w, box.y + box.h) == pytest.approx((left, top, right, bottom))
    assert stage.texts == ["Draw Car 1 round text"]
    stage.take_text_tool()
    drag_over(stage, "brown", "over")
    stage.key("3")
    polygon = stage.shapes[-1]
    assert isinstance(polygon, Polygon)
    assert len(polygon.parts) == 1
    assert polygon.bounds()[3] == pytest.approx(box_of(stage, "over")[3])
    stage.key(Key.Key_Z, CTRL)
    assert len(stage.shapes) == 1


def test_shapes_on_pages_come_back_from_encord_json(stage):
    for number, wanted in ((0, "quick"), (2, "lazy")):
        stage.editor.go_to_page(number)
        stage.take_text_tool()
        stage.qtbot.waitUntil(lambda: stage.canvas.settled)
        left, top, right, bottom = box_of(stage, wanted, number)
        stage.drag(left + 0.5, (top + bottom) / 2, right - 0.5, (top + bottom) / 2)
        stage.key("1" if number else "3")
    item = replace(item_of(frames=6, kind=Kind.PDF), mime="application/pdf", facts={"pages": [[6, W, H]]}, width=W, height=H)
    out = io.StringIO()
    writer = EncordWriter(out, ontology())
    writer.add(info_of(item), stage.document)
    writer.close()
    row, losses = json.loads(out.getvalue())[0], Losses()
    back = read_row(row, item, Features(ontology()), LabelDocument(), losses)
    assert not writer.losses.all() and not losses.all()
    (unit,) = row["data_units"].values()
    assert list(unit["labels"]) == ["0", "2"]
    for mine, theirs in zip(stage.document.annotations.values(), back.annotations.values(), strict=True):
        assert mine.at == theirs.at
        assert mine.geometry.bounds() == pytest.approx(theirs.geometry.bounds(), abs=1e-6)


def test_the_class_in_hand_is_drawn_round_text_by_one_key(stage):
    stage.take_text_tool()
    stage.key(Key.Key_Return, SHIFT)
    assert stage.shapes == []
    assert "Select text first" in stage.said[-1]
    drag_over(stage, "quick", "fox")
    stage.key(Key.Key_Return, SHIFT)
    assert len(stage.shapes) == 1
    boxes_gone = Ontology(tuple(o for o in stage.editor.ontology.objects if o.shape is ShapeKind.POINT))
    stage.editor.set_ontology(boxes_gone)
    stage.take_text_tool()
    drag_over(stage, "quick", "fox")
    stage.editor.run("page_text_shape")
    assert "no class" in stage.said[-1]


def test_search_lists_marks_and_walks_through_hits_of_all_pages(stage):
    stage.find("lazy dog")
    editor = stage.editor
    stage.qtbot.waitUntil(lambda: editor.find_bar.count.text() == "1 of 6")
    assert editor.hit_list.isVisible()
    assert editor.hit_list.model().rowCount() == 6
    assert "lazy dog" in editor.hit_list.model().index(3, 0).data()
    assert len(editor.overlay.hits) == 1
    assert editor.overlay.current == editor.finder.hits[0].rects
    stage.key(Key.Key_F3)
    assert stage.focus.at == ("", 1)
    stage.key(Key.Key_F3, SHIFT)
    stage.key(Key.Key_F3, SHIFT)
    assert stage.focus.at == ("", 5)
    assert editor.find_bar.count.text() == "6 of 6"
    index = editor.hit_list.model().index(2, 0)
    place = editor.hit_list.visualRect(index).center()
    QTest.mouseClick(editor.hit_list.viewport(), LEFT, NONE, place)
    assert stage.focus.at == ("", 2)
    QTest.keyClick(editor.find_bar.box, Key.Key_Escape)
    assert not editor.hit_list.isVisible()
    assert not editor.overlay.hits


def test_a_hit_within_a_word_is_listed_as_it_stands_in_its_line(stage):
    stage.find("azy do")
    editor = stage.editor
    stage.qtbot.waitUntil(lambda: editor.find_bar.count.text() == "1 of 6")
    first = editor.hit_list.model().index(0, 0)
    assert "azy dog" in first.data()
    assert "lazy dog" in first.data(Qt.ItemDataRole.ToolTipRole)


def test_a_hit_out_of_sight_is_brought_into_it(stage):
    stage.canvas.zoom_to(8.0)
    stage.find("lazy")
    stage.qtbot.waitUntil(lambda: stage.editor.searching.current is not None)
    x0, y0, x1, y1 = stage.editor.finder.hits[0].rects[0]
    left, top, right, bottom = stage.canvas.view.visible_region()
    assert left <= x0 and x1 <= right and top <= y0 and y1 <= bottom
    assert stage.canvas.view.zoom == 8.0


def test_keys_and_the_strip_turn_pages(stage):
    stage.key("F")
    assert stage.focus.at == ("", 1)
    stage.key("D")
    stage.key(Key.Key_End)
    assert stage.focus.at == ("", 5)
    stage.key(Key.Key_Home)
    thumbs = stage.editor.thumbs
    QTest.mouseClick(thumbs.viewport(), LEFT, NONE, QPoint(60, 156 + 40))
    assert stage.focus.at == ("", 1)
    assert thumbs.page == 1
    stage.key(Key.Key_F7)
    assert not thumbs.isVisible()
    stage.key(Key.Key_F7)
    assert thumbs.isVisible()
    stage.key("`")
    assert stage.editor.pages.box.hasFocus()


def test_two_thousand_pages_ask_for_the_few_in_sight(qtbot, tmp_path):
    path = tmp_path / "long.pdf"
    path.write_bytes(pdf(*(page(i) for i in range(2000))))
    stage = PageStage(qtbot, path)
    thumbs, reader = stage.editor.thumbs, stage.editor.reader
    qtbot.waitUntil(lambda: thumbs.pages == 2000 and reader.thumb(0) is not None)
    qtbot.waitUntil(lambda: reader.idle)
    assert len(reader._thumbs) < 15
    stage.key(Key.Key_End)
    qtbot.waitUntil(lambda: reader.thumb(1999) is not None)
    assert reader.thumb(1000) is None
    assert 1999 in thumbs.in_sight()


def test_objects_are_counted_on_the_small_pages(stage):
    stage.arm(ShapeKind.BOX)
    stage.drag(50, 50, 90, 90)
    stage.key("F")
    stage.drag(50, 50, 90, 90)
    stage.drag(120, 50, 190, 90)
    assert dict(stage.editor.thumbs._counts) == {0: 1, 1: 2}
    assert "2 objects" in stage.editor.thumbs._tip(1)


def test_zooming_in_is_sharp(stage):
    """The edge of the red square is one device pixel wide at any zoom."""
    stage.canvas.zoom_to(12.0)
    stage.canvas.centre_on((296, 236, 312, 252), 0.0)
    stage.qtbot.waitUntil(lambda: stage.canvas.settled)
    image = stage.canvas.grab().toImage().convertToFormat(QImage.Format.Format_RGB32)
    x, y = (round(v) for v in stage.canvas.view.screen_point(300, 245))
    greens = [image.pixelColor(x + d, y).green() for d in range(-8, 9)]
    between = [g for g in greens if 20 < g < 235]
    assert greens[0] == 255
    assert greens[-1] == 0
    assert len(between) <= 2


def test_a_page_without_text_says_so(qtbot, tmp_path):
    path = tmp_path / "scan.pdf"
    path.write_bytes(pdf({"size": (W, H), "draw": square(10, 10, 50, 50)}))
    stage = PageStage(qtbot, path)
    stage.take_text_tool()
    qtbot.waitUntil(lambda: "no text" in stage.editor.hint)
    stage.drag(20, 20, 100, 100)
    assert stage.editor.page_text.chosen() == ""
    assert not stage.editor.side.isVisible()


HOSTILE = (
    b"<< /Type /Catalog /Pages 2 0 R /OpenAction << /S /JavaScript /JS (app.alert\\(1\\)) >> "
    b"/AA << /WC << /S /Launch /F (/bin/sh) >> >> >>"
)


def test_a_hostile_document_is_only_looked_at(qtbot, tmp_path):
    path = tmp_path / "hostile.pdf"
    data = pdf(page(1, *LINES)).replace(b"<< /Type /Catalog /Pages 2 0 R >>", HOSTILE)
    path.write_bytes(data)
    stage = PageStage(qtbot, path)
    stage.take_text_tool()
    drag_over(stage, "quick", "fox")
    assert stage.editor.page_text.chosen() == "quick brown fox"


def test_a_broken_document_says_why(qtbot, tmp_path):
    path = tmp_path / "broken.pdf"
    path.write_bytes(b"%PDF-1.7\nnothing")
    stage = PageStage(qtbot, path, wait=False)
    qtbot.waitUntil(lambda: stage.pictures.error is not None)
    assert "damaged" in stage.pictures.error.reason
    stage.key("T")
    stage.find("x")
    stage.qtbot.waitUntil(lambda: any("damaged" in s for s in stage.said))


def test_keys_do_not_clash_and_mean_the_same_everywhere():
    assert KeyMap(PAGE_ACTIONS).clashes() == []
    others = {a.id: a for a in (*EDITOR_ACTIONS, *TEXT_ACTIONS)}
    pictures = {a.id for a in EDITOR_ACTIONS}
    for action in PAGE_ACTIONS:
        same = others.get(action.id)
        if same is not None and (action.id in pictures or action.id.startswith("find")):
            if action.id in pictures:
                same = next(a for a in EDITOR_ACTIONS if a.id == action.id)
            assert (action.title, action.keys) == (same.title, same.keys)
        else:
            assert action.id.startswith(("page_", "tool_page_"))


def test_every_action_is_a_method_and_every_button_has_a_name(stage):
    for action in PAGE_ACTIONS:
        assert callable(getattr(stage.editor, action.method)), action.id
    for button in stage.editor.findChildren(QAbstractButton):
        assert button.accessibleName() or button.text()


# -- places in text, without a screen


def test_the_nearest_character_is_rather_in_the_same_line(stage):
    stage.take_text_tool()
    text = stage.editor.reader.text(0)
    left, top, _, bottom = box_of(stage, "quick")
    start = text.text.index("quick")
    assert character_at(text, (left + 1, (top + bottom) / 2)) == start
    assert place_at(text, (left + 0.5, (top + bottom) / 2)) == start
    far_right = place_at(text, (W - 5, (top + bottom) / 2))
    assert text.text[:far_right].rstrip().endswith("fox")


def test_lines_that_do_not_stand_below_each_other_become_parts():
    one, two, column = (10, 10, 90, 20), (10, 24, 50, 34), (120, 10, 180, 20)
    shape = polygon_round([one, two, column])
    assert len(shape.parts) == 2
    assert shape.bounds() == (10, 10, 180, 34)
    assert box_round([one, column]) == Box(10, 10, 170, 10)
    assert polygon_round([one]).parts == ((((90, 10), (90, 20), (10, 20), (10, 10)),),)
