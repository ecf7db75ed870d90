"""The text canvas: from the mouse to code points and back, whatever the text is made of, however long its lines are."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from PySide6.QtCore import QPoint, QPointF, QTextBoundaryFinder
from PySide6.QtGui import QMouseEvent
from PySide6.QtTest import QTest

from storage.media.source import MemorySource
from tests.support.text_stage import LEFT, NONE
from viewers.canvas import text_pieces
from viewers.canvas.text_canvas import TextCanvas
from viewers.canvas.text_marks import Mark, Marks
from viewers.canvas.text_pieces import Pieces, PlainText
from viewers.canvas.text_units import Units, next_grapheme, word_at
from viewers.decode.text import TextFile

LTR = [
    "a",
    "é",
    "e\u0301",
    "日本",
    "😀",
    "👩‍👩‍👧",
    "🇩🇪",
    "\r\n",
    "\n",
    "\r",
    "  ",
    "\t",
    "word ",
    "\U0001d518",
    "\x07",
    "\u2028",
    "fi",
]
RTL = ["שלום ", "ע\u05b4ב", "السلام", "\u200f", "12 "]
texts = st.lists(st.sampled_from(LTR), max_size=40).map("".join)
mixed = st.lists(st.sampled_from(LTR + RTL), max_size=40).map("".join)
QUICK = settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)


@pytest.fixture
def canvas(qtbot):
    made = TextCanvas()
    made.resize(420, 900)
    qtbot.addWidget(made)
    made.show()
    return made


def show(canvas, text, encoding="utf-8", mark=b""):
    canvas.set_text(TextFile(MemorySource(mark + text.encode(encoding))))
    return canvas


def boundaries(text):
    """Between what a reader calls characters, counted in code points without help of the program."""
    finder = QTextBoundaryFinder(QTextBoundaryFinder.BoundaryType.Grapheme, text)
    raw, found = text.encode("utf-16-le", "surrogatepass"), [0]
    while (at := finder.toNextBoundary()) >= 0:
        found.append(len(raw[: 2 * at].decode("utf-16-le")))
    return found


def drawn(canvas, first, last):
    """What a drag between two points of the viewport marks."""
    seen = []
    canvas.range_drawn.connect(lambda a, b, add: seen.append((a, b)))
    view = canvas.viewport()
    QTest.mousePress(view, LEFT, NONE, first)
    for i in (1, 2, 3):
        canvas.mouseMoveEvent(_move(view, first + (last - first) * i / 3))
    QTest.mouseRelease(view, LEFT, NONE, last)
    canvas.range_drawn.disconnect()
    return seen


def _move(view, at):
    return QMouseEvent(QMouseEvent.Type.MouseMove, QPointF(at), view.mapToGlobal(QPointF(at)), LEFT, LEFT, NONE)


@given(text=mixed, place=st.integers(0, 200))
def test_units_and_points_are_the_same_places(text, place):
    units = Units(text)
    point = min(place, len(text))
    assert units.unit(point) == len(text[:point].encode("utf-16-le")) // 2
    assert units.point(units.unit(point)) == point
    inside = min(place, units.units)
    assert text.encode("utf-16-le")[: 2 * inside].decode("utf-16-le", "ignore") == text[: units.point(inside)]


@given(text=mixed.filter(bool), place=st.integers(0, 200))
def test_a_word_is_whole_and_holds_its_place(text, place):
    place = min(place, len(text) - 1)
    start, end = word_at(text, place)
    assert 0 <= start <= place < end <= len(text)
    assert start in boundaries(text)
    assert end in boundaries(text)


@given(text=texts.filter(bool))
def test_stepping_by_characters_as_a_reader_counts_them(text):
    at, steps = 0, [0]
    while at < len(text):
        at = next_grapheme(text, at)
        steps.append(at)
    assert steps == boundaries(text)


@QUICK
@given(text=texts, data=st.data())
def test_a_drag_from_one_place_to_another_marks_what_lies_between(canvas, text, data):
    show(canvas, text)
    places = [
        b
        for b in boundaries(text)
        if not (0 < b < len(text) and text[b - 1] == "\r" and text[b] == "\n") and _one_place(text, b)
    ]
    a, b = sorted(data.draw(st.lists(st.sampled_from(places), min_size=2, max_size=2)))
    first, last = (canvas.caret_rect(o) for o in (a, b))
    start, end = (QPointF(r.left() + 0.3, r.center().y()).toPoint() for r in (first, last))
    seen = drawn(canvas, start, end)
    if (end - start).manhattanLength() > 6:
        assert seen == [(a, b)]
        assert canvas.text_between(*seen[0]) == text[a:b]


def _one_place(text, at):
    """Signs narrower than a pixel, and what Qt takes for one place, cannot be told apart by a mouse. Behind an emoji Qt
    sees a place inside of a flag; the canvas does not."""
    inside = 0 < at < len(text) and all("\U0001f1e6" <= sign <= "\U0001f1ff" for sign in text[at - 1 : at + 1])
    return not inside and at in boundaries(text.replace("\u2028", "x"))


@QUICK
@example(text="👩\u200d👩\u200d👧", points=[(0, 0), (42, 0)])
@given(text=mixed, points=st.lists(st.tuples(st.integers(-20, 440), st.integers(-20, 920)), min_size=2, max_size=2))
def test_any_drag_gives_whole_characters_of_the_text(canvas, text, points):
    show(canvas, text)
    canvas.select(0, 0)
    for a, b in drawn(canvas, *(QPoint(*p) for p in points)):
        assert 0 <= a < b <= len(text)
        assert canvas.text_between(a, b) == text[a:b]
        shown = text_pieces.shown(text.replace("\r", "\n"))  # what is shown for controls is a character of its own
        assert {a, b} <= set(boundaries(shown))


@pytest.mark.parametrize(
    ("encoding", "mark"), [("utf-8", b"\xef\xbb\xbf"), ("utf-16-le", b"\xff\xfe"), ("utf-16-be", b"\xfe\xff")]
)
def test_a_byte_order_mark_is_no_text(canvas, encoding, mark):
    show(canvas, "ab😀cd\r\nef", encoding, mark)
    first, last = canvas.caret_rect(2), canvas.caret_rect(5)
    ((a, b),) = drawn(canvas, first.center().toPoint(), last.center().toPoint())
    assert (a, b) == (2, 5) or canvas.text_between(a, b) == "😀cd"[: b - a]
    assert canvas.text_between(2, 3) == "😀"


@pytest.fixture
def short_pieces(monkeypatch):
    monkeypatch.setattr(text_pieces, "CHUNK", 24)
    monkeypatch.setattr(text_pieces, "_LOOK", 8)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=st.lists(st.sampled_from(LTR + RTL), max_size=150).map("".join), wrap=st.booleans())
def test_pieces_are_the_whole_text_in_order_and_cut_no_character(short_pieces, qapp, text, wrap):
    pieces = Pieces(TextFile(MemorySource(text.encode())))
    pieces.set_style(qapp.font(), 120.0, wrap)
    found = [pieces.at(0)]
    while (after := pieces.after(found[-1])) is not None:
        found.append(after)
    assert [p.start for p in found] == [0, *(p.end for p in found[:-1])]
    assert found[-1].end == len(text)
    assert {p.start for p in found} <= {*boundaries(text), len(text)}
    back = [pieces.at(len(text))]
    while (before := pieces.before(back[-1])) is not None:
        back.append(before)
    assert [p.start for p in back[::-1]] == [p.start for p in found]
    for piece in found:
        for offset in range(piece.start, piece.end):
            assert pieces.at(offset) is piece or pieces.at(offset).start == piece.start
        rows = [piece.row_range(n) for n in range(piece.rows)]
        assert rows[0][0] == piece.start
        assert rows[-1][1] == piece.start + piece.shown


def test_a_line_of_ten_million_characters_scrolls_to_both_ends(canvas):
    show(canvas, "start " + "lorem ipsum " * 830_000 + "the end")
    size = canvas.length()
    canvas.show_place(size)
    low, high = canvas.in_sight()
    assert high == size
    assert low > size - 5000
    canvas.verticalScrollBar().triggerAction(canvas.verticalScrollBar().SliderAction.SliderToMinimum)
    assert canvas.in_sight()[0] == 0
    canvas.verticalScrollBar().setSliderPosition(canvas.verticalScrollBar().maximum() // 2)
    middle = canvas.in_sight()[0]
    assert abs(middle - size / 2) < 3000


def test_the_signs_of_a_language_have_colours_and_stay_where_they_are(canvas):
    def coloured():
        image = canvas.viewport().grab().toImage()
        pixels = (image.pixelColor(x, y) for x in range(image.width()) for y in range(40))
        return sum(abs(c.red() - c.blue()) > 60 for c in pixels)

    text = '{"name 😀": "value", "n": 12}'
    show(canvas, text)
    canvas.set_look(numbers=False)
    before = [canvas.caret_rect(n) for n in range(len(text))]
    assert coloured() == 0
    canvas.set_language("json")
    assert coloured() > 50
    assert [canvas.caret_rect(n) for n in range(len(text))] == before
    canvas.set_language("")
    assert coloured() == 0


def test_scrolling_down_and_up_again_comes_back_to_the_same_row(canvas):
    show(canvas, "\n".join(f"{i} " + "word " * (i % 40) for i in range(3000)))
    canvas.scroll_by(1234)
    before = canvas.in_sight()
    canvas.scroll_by(54321)
    assert canvas.in_sight() != before
    canvas.scroll_by(-54321)
    assert canvas.in_sight() == before
    canvas.scroll_by(-1e7)
    assert canvas.in_sight()[0] == 0
    canvas.scroll_by(1e7)
    assert canvas.in_sight()[1] == canvas.length()
    assert canvas.verticalScrollBar().value() == canvas.verticalScrollBar().maximum()


@pytest.mark.parametrize("text", ["", "\n", "one", "one\n", "😀\r\n"])
def test_short_texts_have_a_caret_at_both_ends_and_no_scroll_bar(canvas, text):
    show(canvas, text)
    assert canvas.caret_rect(0) is not None
    assert canvas.caret_rect(len(text)) is not None
    assert canvas.verticalScrollBar().maximum() == 0


@QUICK
@given(text=mixed)
def test_the_arrow_key_walks_through_every_character_and_back(canvas, text):
    show(canvas, text)
    at, there = 0, [0]
    while at < len(text):
        after = canvas.stepped(at, "right", by_word=False)
        assert after > at
        there.append(at := after)
    back = [at]
    while at > 0:
        before = canvas.stepped(at, "left", by_word=False)
        assert before < at
        back.append(at := before)
    assert back[::-1] == there


@given(spans=st.lists(st.tuples(st.integers(0, 60), st.integers(1, 20)), max_size=12))
def test_underlines_that_overlap_run_in_lanes_of_their_own(spans):
    marks = Marks([Mark(str(i), ((a, a + n),), None, str(i)) for i, (a, n) in enumerate(spans)])
    runs = marks.runs
    for one in runs:
        for two in runs:
            if one is not two and one.start < two.end and two.start < one.end:
                assert one.lane != two.lane
    for offset in range(85):
        inside = {str(i) for i, (a, n) in enumerate(spans) if a <= offset < a + n}
        assert {r.mark.instance for r in marks.at(offset)} == inside


@given(
    changes=st.lists(st.tuples(st.integers(0, 5), st.none() | st.tuples(st.integers(0, 40), st.integers(1, 20))), max_size=40)
)
def test_marks_changed_one_by_one_are_those_made_at_once(changes):
    marks, there = Marks(), {}
    for number, span in changes:
        mark = None if span is None else Mark(str(number), ((span[0], span[0] + span[1]),), None, "")
        marks.put({str(number): mark})
        there[str(number)] = mark
    fresh = Marks(m for m in there.values() if m is not None)
    assert {(r.mark, r.start, r.end) for r in marks.runs} == {(r.mark, r.start, r.end) for r in fresh.runs}
    for offset in range(62):
        assert {r.mark for r in marks.at(offset)} == {r.mark for r in fresh.at(offset)}


def test_plain_text_has_the_lines_of_a_file(canvas):
    text = "one\n\ntwo😀\nthree"
    plain, file = PlainText(text), TextFile(MemorySource(text.encode()))
    assert [plain.line_of(i) for i in range(len(text) + 1)] == [file.line_of(i) for i in range(len(text) + 1)]
    assert [plain.line_start(i) for i in range(6)] == [file.line_start(i) for i in range(6)]
