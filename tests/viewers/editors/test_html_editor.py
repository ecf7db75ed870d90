"""HTML with a real mouse: what is marked is found again by xpath and offset, and nothing in the file does anything."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest

from storage.editing import verbs
from storage.model.geometry import HtmlRanges
from tests.support.text_stage import CTRL, PERSON, SHIFT, TextStage
from tests.viewers.editors.test_text_editor import exported
from viewers.canvas.text_canvas import TextCanvas
from viewers.canvas.text_rich import MOST, RichText, places
from viewers.decode.html import HtmlPage

Key = Qt.Key
SOURCE = """<!doctype html><html><head><title>no</title><style>p{color:red}</style></head><body>
<h1>Ada   Lovelace</h1>
<p>She met <b>Charles</b> <i>Babbage</i> 👩‍👩‍👧 in&nbsp;London &amp; cafe\u0301.</p>
<ul><li>one</li><li>two <span>three</span></li></ul>
<table><tr><td>cell one</td><td>cell two</td></tr></table>
<pre>code  here\n  indented\ttab</pre><p dir="rtl">שלום עולם</p><p>last<br>line</p></body></html>"""


@pytest.fixture
def stage(qtbot):
    return TextStage(qtbot, SOURCE, html=True, size=(800, 900))


def span(stage, words):
    text = stage.editor.page.text
    return text.index(words), text.index(words) + len(words)


def mark(stage, words, key="1"):
    stage.focus.set(armed=None)
    stage.key(key)
    start, end = span(stage, words)
    first, last = stage.view.rects(start, start + 1)[0], stage.view.rects(end - 1, end)[-1]
    right_to_left = "\u0590" < words[0] < "\u0700"
    a = (first.right() - 0.5) if right_to_left else (first.left() + 0.5)
    b = (last.left() + 0.5) if right_to_left else (last.right() - 0.5)
    stage.drag_points(QPointF(a, first.center().y()).toPoint(), QPointF(b, last.center().y()).toPoint())
    stage.focus.set(armed=None)


def in_the_tree(places_):
    """The text between two places, read by lxml from the source itself."""
    (path_a, a), (path_b, b) = places_
    root = etree.fromstring(SOURCE.encode(), etree.HTMLParser(encoding="utf-8"))

    def node(path):
        (found,) = root.xpath(path)
        return str(found)

    return node(path_a)[a:b] if path_a == path_b else (node(path_a)[a:], node(path_b)[:b])


WORDS = ["She met", "Charles", "👩‍👩‍👧", "cafe\u0301", "three", "cell two", "code  here", "שלום", "line"]


@pytest.mark.parametrize("words", WORDS)
def test_the_place_in_the_tree_holds_the_marked_text(stage, words):
    mark(stage, words)
    (shape,) = stage.shapes
    assert isinstance(shape, HtmlRanges)
    assert in_the_tree(shape.ranges[0]) == words
    assert stage.marked() == [words]


@pytest.mark.parametrize("words", [*WORDS, "Charles Babbage 👩‍👩‍👧", "one\ntwo three"])
def test_what_was_marked_comes_back_from_encord_json(stage, words):
    mark(stage, words)
    row, back = exported(stage.document, "text/html")
    (answer,) = row["object_answers"].values()
    assert answer["range"] == []
    assert answer["range_html"][0]["start"]["xpath"].startswith("/html[1]/body[1]")
    assert [a.geometry for a in back.annotations.values()] == stage.shapes
    assert stage.marked() == [words]


def test_white_space_that_is_not_shown_is_counted(stage):
    mark(stage, "Lovelace")
    ((path, start), (_, end)) = stage.shapes[0].ranges[0]
    assert (path, start, end) == ("/html[1]/body[1]/h1[1]/text()[1]", 6, 14)


def test_ranges_are_added_moved_split_and_undone(stage):
    mark(stage, "Charles")
    stage.drag(*span(stage, "three"), SHIFT)
    assert stage.marked() == ["Charles", "three"]
    stage.view.select(*[span(stage, "les")[0]] * 2)
    stage.key("]")
    assert stage.marked() == ["Char", "three"]
    stage.view.select(*[span(stage, "three")[0]] * 2)
    stage.key(Key.Key_M, SHIFT)
    assert len(stage.shapes) == 2
    for _ in range(4):
        stage.key(Key.Key_Z, CTRL)
    assert stage.shapes == []


def test_double_click_marks_a_word_and_overlaps_are_reached(stage):
    stage.key("1")
    stage.double(span(stage, "Babbage")[0] + 2)
    assert stage.marked() == ["Babbage"]
    stage.focus.set(armed=None)
    mark(stage, "Charles Babbage", "2")
    place = span(stage, "Babbage")[0] + 3
    stage.focus.select(())
    seen = set()
    for _ in range(2):
        stage.click(place)
        seen.add(stage.focus.primary)
    assert len(seen) == 2
    lanes = {r.lane for r in stage.view.marks.runs}
    assert lanes == {0, 1}


def test_the_keyboard_alone_will_do(stage):
    stage.key(Key.Key_Home, CTRL)
    stage.key(Key.Key_Right, CTRL | SHIFT)
    stage.key("1")
    assert stage.marked()[0].strip() == "Ada"
    stage.key(Key.Key_End, CTRL)
    assert stage.view.caret == stage.view.length()
    stage.key(Key.Key_Tab)
    assert stage.view.caret == 0


def test_search_finds_across_tags_and_folded_space(stage):
    stage.key(Key.Key_F, CTRL)
    QTest.keyClicks(stage.editor.find_bar.box, "charles babbage")
    stage.qtbot.waitUntil(lambda: stage.editor.find_bar.count.text() == "1 of 1")
    assert stage.view.text_between(*stage.view.selection) == "Charles Babbage"


def test_the_source_is_beside_it_and_can_be_copied_from(stage):
    stage.key(Key.Key_F7)
    source = stage.editor.source_view
    assert source.isVisible()
    assert source.text_between(0, 15) == "<!doctype html>"
    source.select(0, 15)
    QTest.keyClick(source, Key.Key_C, CTRL)
    assert QGuiApplication.clipboard().text() == "<!doctype html>"
    stage.key(Key.Key_F7)
    assert not source.isVisible()
    button = stage.editor.strip.buttons["html_source"]
    button.click()
    assert source.isVisible()
    assert button.isChecked()


def test_a_place_that_is_not_in_the_page_is_kept(stage):
    lost = (("/html[1]/body[1]/p[99]/text()[1]", 0), ("/html[1]/body[1]/p[99]/text()[1]", 4))
    edits, instance = verbs.add_object(stage.document, PERSON, HtmlRanges((lost,)), ("", 0), by="", now=1)
    stage.session.merge(edits)
    stage.focus.select((instance,))
    stage.editor.reveal(instance)
    assert "not in this text" in stage.said[-1]
    stage.drag(*span(stage, "Charles"), SHIFT)
    assert lost in stage.shapes[0].ranges
    assert stage.marked() == ["Charles"]


def test_a_long_page_is_marked_as_plain_text_in_the_same_way(qtbot):
    source = "<p>first words</p>" + "<p>lorem ipsum dolor sit amet</p>" * 6000 + "<p>the end</p>"
    stage = TextStage(qtbot, source, html=True)
    stage.view = stage.editor.view
    assert len(stage.editor.page.text) > MOST
    assert isinstance(stage.view, TextCanvas)
    stage.view.setFocus()
    stage.key("1")
    stage.drag(*span(stage, "words"))
    assert stage.shapes[0].ranges == ((("/html[1]/body[1]/p[1]/text()[1]", 6), ("/html[1]/body[1]/p[1]/text()[1]", 11)),)


HOSTILE = """<html><head><script>location='http://evil/'</script><meta http-equiv=refresh content="0;url=http://evil/">
<link rel=stylesheet href="http://evil/a.css"><base href="http://evil/"></head>
<body onload="alert(1)"><!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>&e;
<img src="file:///etc/passwd" onerror="alert(1)"><iframe src="http://evil/"></iframe>
<a href="javascript:alert(1)">link</a> <a href="http://evil/">other</a><object data="file:///etc/passwd"></object>
<svg><script>alert(1)</script></svg><form action="http://evil/"><input value=x><button>go</button></form>
<p style="background:url(http://evil/x.png)">safe words</p></body></html>"""


def test_a_hostile_page_is_text_and_nothing_else(qtbot):
    stage = TextStage(qtbot, HOSTILE, html=True)
    text = stage.editor.page.text
    assert "safe words" in text
    assert "root:" not in text
    assert "alert" not in text
    html = stage.view._document.toHtml()
    for bad in ("evil", "javascript:", "<script", "file:", "<img", "href="):
        assert bad not in html
    assert stage.view._document.loadResource(2, "http://evil/x.png") is None
    start = text.index("link")
    stage.click(start + 1)
    stage.key("1")
    stage.drag(*span(stage, "safe words"))
    assert stage.marked() == ["safe words"]


@pytest.mark.parametrize("tag", ["<div>", "<table><tr><td>", "<b>", "<blockquote>", "<ul><li>"])
def test_huge_nesting_is_shown_as_plain_text_or_refused_with_a_sentence(qtbot, tag):
    """Qt would lay out some of these for hours."""
    stage = TextStage(qtbot, tag * 3000 + "deep words", html=True)
    stage.editor.view.grab()
    if stage.editor.loaded:
        assert isinstance(stage.editor.view, TextCanvas)
        assert "deep words" in stage.editor.page.text
    else:
        assert stage.source.error.remedy
        qtbot.waitUntil(lambda: not stage.editor.strip.isEnabled())  # no button that would do nothing


def test_an_empty_page_says_so(qtbot):
    stage = TextStage(qtbot, "<html><body> <script>x</script></body></html>", html=True)
    assert "empty" in stage.editor.view.message[0]


texts = st.lists(
    st.sampled_from(["word ", "😀", "e\u0301", "<b>x</b>", "<br>", "</p><p>", "<ul><li>i</ul>", "<pre>a  b\n c\td</pre>", "&nbsp;", "שלום",
                     "<table><tr><td>a<td>b</table>", "\n  ", "&amp;&lt;", "<h2>h</h2>", "<hr>", "\u3000x\u2003", "<blockquote>q</blockquote>"]),
    max_size=25,
).map(lambda parts: "<p>" + "".join(parts))  # fmt: skip


@pytest.fixture
def rich(qtbot):
    made = RichText()
    made.resize(500, 600)
    qtbot.addWidget(made)
    made.show()
    return made


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(source=texts)
def test_every_character_of_the_page_is_at_its_place_in_the_document(rich, source):
    page = HtmlPage(source)
    rich.set_page(page.html, page.text)
    raw = rich._document.toRawText()
    units = raw.encode("utf-16-le", "surrogatepass")
    found = places(page.text, raw)
    assert found == sorted(found)
    for i, character in enumerate(page.text):
        if not character.isspace():  # Qt leaves out spaces that stand alone between blocks
            size = len(character.encode("utf-16-le"))
            assert units[2 * found[i] : 2 * found[i] + size].decode("utf-16-le") == character


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(source=texts, data=st.data())
def test_a_range_of_the_page_is_the_same_after_a_way_through_the_tree(source, data):
    page = HtmlPage(source)
    if not page.text:
        return
    a, b = sorted(data.draw(st.lists(st.integers(0, len(page.text)), min_size=2, max_size=2)))
    kept = page.to_places(a, b) if a < b else None
    if kept is not None:
        low, high = page.from_places(*kept)
        assert a <= low < high <= b
        assert not page.text[a:low].strip("\n\t")
        assert not page.text[high:b].strip("\n\t")


def test_how_a_page_is_read_goes_along_to_the_next(qtbot):
    stage = TextStage(qtbot, "<p>one</p>", html=True)
    stage.editor.zoom_in()
    stage.editor.toggle_source()
    assert stage.editor.source_view.isVisible()
    following = TextStage(qtbot, "<p>two</p>", html=True)
    following.editor.use_look(stage.editor.look())
    assert following.editor.view.font_px == stage.editor.view.font_px
    assert following.editor.source_view.isVisible()
    following.editor.use_look({"px": "large", "source": 1, "source_px": None})
    assert following.editor.look() == stage.editor.look()
