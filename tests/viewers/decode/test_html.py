"""HTML: what is shown, where each character is in the tree and back, and nothing active in what is laid out."""

from __future__ import annotations

import re
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from storage.errors import BadInput
from viewers.decode.html import HtmlPage, normal

PAGE = """<!DOCTYPE html><html><head><title>t</title><style>p{}</style></head>\r
<body><h1>Héllo <b>wörld</b> </h1>
<p>one   two<!-- comment --> three<br>four 😀 é</p><pre>a
  b</pre><table><tr><td>1</td><td>2</td></tr></table><script>alert(1)</script>end</body></html>"""


def test_what_is_shown():
    assert HtmlPage(PAGE).text == "Héllo wörld\none two three\nfour 😀 é\na\n  b\n1\t2\nend\n"


def marked(page, words):
    start = page.text.index(words)
    return start, start + len(words), page.to_places(start, start + len(words))


def node_text(path):
    """By lxml itself: the text node of an xpath in the page as a browser has it."""
    tree = etree.fromstring(PAGE.replace("\r\n", "\n").encode(), etree.HTMLParser(encoding="utf-8"))
    (found,) = tree.getroottree().xpath(path)
    return str(found)


@pytest.mark.parametrize("words", ["Héllo", "wörld", "three", "four 😀 é", "😀", "a\n  b", "1", "2", "end"])
def test_places_are_xpaths_that_lead_to_the_marked_text(words):
    page = HtmlPage(PAGE)
    start, end, ((path, first), (other, last)) = marked(page, words)
    assert path == other and node_text(path)[first:last] == words
    assert page.from_places((path, first), (other, last)) == (start, end)


def test_a_range_over_several_nodes():
    page = HtmlPage(PAGE)
    start, end, (a, b) = marked(page, "wörld\none two three\nfour")
    assert a == ("/html[1]/body[1]/h1[1]/b[1]/text()[1]", 0)
    assert b == ("/html[1]/body[1]/p[1]/text()[3]", 4)
    assert page.from_places(a, b) == (start, end)
    assert page.to_places(11, 12) is None, "a line break between blocks is in no node"


@given(st.integers(0, 60), st.integers(0, 60))
def test_any_range_comes_back_but_for_breaks_at_its_ends(a, b):
    page = HtmlPage(PAGE)
    start, end = min(a, b), min(max(a, b), len(page.text))
    places = page.to_places(start, end)
    if places is None:
        assert not page.text[start:end].strip()
        return
    low, high = page.from_places(*places)
    assert start <= low <= high <= end
    assert page.text[low:high].strip() == page.text[start:end].strip()


def test_places_of_other_writers():
    page = HtmlPage(PAGE)
    at = page.text.index("three")
    assert page.from_places(("/html/body/p/text()[2]", 1), ("/HTML/BODY/P/text()[2]", 6)) == (at, at + 5)
    whole = page.from_places(("/html/body/h1", 0), ("/html/body/h1", 3))
    assert page.text[slice(*whole)].strip() == "Héllo wörld", "an element with the number of a child, as in a browser"
    assert page.from_places(("/html/body/h2/text()", 0), ("/html/body/p/text()", 1)) is None
    for nonsense in ("", "p", "//p", "/a[", "/p[x]", "/" * 50, "/a" * 9000):
        assert normal(nonsense) is None
        assert page.from_places((nonsense, 0), (nonsense, 1)) is None


def test_offsets_in_white_space_that_is_not_shown():
    page = HtmlPage("<p>   one \n\n two   </p>")
    assert page.text == "one two\n"
    path = "/html[1]/body[1]/p[1]/text()[1]"
    assert page.from_places((path, 0), (path, 18)) == (0, 7)
    assert page.from_places((path, 7), (path, 9)) == (4, 4)


def test_nothing_active_is_laid_out():
    page = HtmlPage(
        "<body onload=x()><img src=http://x.org/a.png onerror=y()><a href='javascript:1' onclick=z>a link</a>"
        "<iframe src=http://x.org>f</iframe><object>o</object><link rel=stylesheet href=http://x.org/a.css>"
        "<p style='background:url(http://x.org/b.png)' colspan='2\" onx=1'>text</p><svg><text>s</text></svg>"
        "<form action=http://x.org><input value=v><button>go</button></form><base href=http://x.org>"
    )
    for forbidden in ("http", "javascript", "on", "style", "src", "href", "<a", "<img", "<form", "<iframe", "<svg"):
        assert not re.search(rf"<[^>]*{forbidden.strip('<')}" if forbidden[0] != "<" else forbidden, page.html), forbidden
    assert page.text == "a link\ntext\ngo\n"
    assert "<p>text</p>" in page.html


@given(st.text(st.sampled_from("<>&\"'/=abp !-\n😀"), max_size=60))
@settings(deadline=None)
def test_any_soup_is_shown_and_its_copy_says_the_same(soup):
    page = HtmlPage(soup)
    parsed = etree.fromstring(("<div>" + page.html + "</div>").encode(), etree.HTMLParser(encoding="utf-8"))
    again = "".join(parsed.itertext())
    assert re.sub(r"\s", "", again) == re.sub(r"\s", "", page.text)
    for start in range(0, len(page.text), 3):
        places = page.to_places(start, len(page.text))
        if places is not None:
            low, high = page.from_places(*places)
            assert start <= low <= high <= len(page.text)


def test_bombs_stay_small():
    laughs = "".join(f'<!ENTITY a{i + 1} "{f"&a{i};" * 10}">' for i in range(9))
    page = HtmlPage(f'<!DOCTYPE html [<!ENTITY a0 "ha">{laughs}<!ENTITY x SYSTEM "file:///etc/passwd">]><p>&a9;&x;</p>')
    assert len(page.text) < 2000 and "root:" not in page.text
    begin = time.thread_time()
    with pytest.raises(BadInput, match="depth"):
        HtmlPage("<div>" * 200_000 + "x")
    assert time.thread_time() - begin < 5
    with pytest.raises(BadInput, match="too long"):
        HtmlPage("x" * 32_000_001)


def test_a_moderately_deep_page_is_shown_whole():
    assert HtmlPage("<div>" * 1500 + "x").text == "x\n"
    assert HtmlPage("").text == "" and HtmlPage("  \n ").html == ""
