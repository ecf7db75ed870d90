"""HTML as text to be marked: what a reader sees, each character with its xpath and offset, and a harmless copy to show.

Nothing is fetched, no script runs, no entity of the file's own is expanded (libxml2's HTML parser knows only HTML's).
White space is folded as browsers do it; places in the tree (encord.md 2.8) count Unicode code points of the text node.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass, field
from html import escape
from typing import Any

from storage.errors import BadInput

MAX_CHARACTERS = 32_000_000
MAX_NODES = 2_000_000

Place = tuple[str, int]  # xpath of a text node (or an element: offset = number of a child), offset

_SPACE = re.compile(r"[ \t\n\r\f]+|[^ \t\n\r\f]+")
_STEP = re.compile(r"([^/\[\]]+)(?:\[(\d+)\])?\Z")
_HIDDEN = frozenset(
    "head script style template noscript iframe frame frameset object embed applet canvas audio video svg math "
    "select datalist meta link title base".split()
)
_BLOCKS = frozenset(
    "html body address article aside blockquote dd details dialog div dl dt fieldset figcaption figure footer form "
    "h1 h2 h3 h4 h5 h6 header hgroup hr li main nav ol p pre section summary table tbody thead tfoot tr ul caption "
    "center legend optgroup option".split()
)
_SHOWN = frozenset(
    "p div span h1 h2 h3 h4 h5 h6 ul ol li dl dt dd b strong i em u s sub sup small big code pre blockquote table "
    "thead tbody tfoot tr td th caption br hr center address tt kbd samp var cite dfn del ins mark".split()
)
_VOID = frozenset({"br", "hr"})
_KEPT = {"colspan": re.compile(r"\d{1,3}\Z"), "rowspan": re.compile(r"\d{1,3}\Z"), "dir": re.compile(r"(ltr|rtl)\Z")}


@dataclass(slots=True)
class _Node:
    """A text node; its runs of the rendered text: where they start there, where in the node, how long."""

    xpath: str
    starts: list[int] = field(default_factory=list)
    offsets: list[int] = field(default_factory=list)
    lengths: list[int] = field(default_factory=list)


class HtmlPage:
    """`text` is what is shown, `html` a copy without anything active whose text is the same but for line breaks."""

    def __init__(self, source: str, name: str = "The page") -> None:
        body = _parse(source, name)
        builder = _Builder(name)
        if body is not None:
            builder.walk(body)
        self.text = "".join(builder.text)
        self.html = "".join(builder.html)
        self._nodes = builder.nodes
        self._by_path = {node.xpath: i for i, node in enumerate(builder.nodes)}
        self._elements = builder.elements
        self._starts = [start for start, _, _, _ in builder.runs]
        self._runs = builder.runs

    def to_places(self, start: int, end: int) -> tuple[Place, Place] | None:
        """Where `text[start:end]` is in the tree; None where nothing of it is (line breaks between blocks)."""
        first = last = None
        i = max(0, bisect_right(self._starts, start) - 1)
        while i < len(self._runs) and self._starts[i] < end:
            at, node, offset, length = self._runs[i]
            low, high = max(start, at), min(end, at + length)
            if low < high:
                path = self._nodes[node].xpath
                first = first or (path, offset + low - at)
                last = (path, offset + high - at)
            i += 1
        return (first, last) if first and last else None

    def from_places(self, start: Place, end: Place) -> tuple[int, int] | None:
        """The rendered range between two places; None where a place is not in this page."""
        a, b = self._find(start, after=True), self._find(end, after=False)
        return None if a is None or b is None else (a, max(a, b))

    def _find(self, place: Place, *, after: bool) -> int | None:
        path = normal(place[0])
        if path is None:
            return None
        i = self._by_path.get(path)
        if i is None:
            return self._in_element(path, place[1], after=after)
        node, offset = self._nodes[i], place[1]
        if not node.starts:
            return None
        k = bisect_right(node.offsets, offset) - 1
        if k >= 0 and offset <= node.offsets[k] + node.lengths[k]:
            at_end = offset == node.offsets[k] + node.lengths[k]
            if not (after and at_end and k + 1 < len(node.starts)):
                return node.starts[k] + offset - node.offsets[k]
        if after:  # in white space that is not shown
            return node.starts[k + 1] if k + 1 < len(node.starts) else node.starts[-1] + node.lengths[-1]
        return node.starts[k] + node.lengths[k] if k >= 0 else node.starts[0]

    def _in_element(self, path: str, child: int, *, after: bool) -> int | None:
        """As a browser's ranges name places between the children of an element."""
        marks = self._elements.get(path)
        if marks is None or child < 0:
            return None
        place = marks[min(child, len(marks) - 1)]
        if after:
            return place
        i = bisect_right(self._starts, place - 1) - 1  # back over line breaks that no node has
        return min(place, self._runs[i][0] + self._runs[i][3]) if i >= 0 else 0


def normal(xpath: str) -> str | None:
    """With every number written out and small letters: `/html/body/p/text()` is `/html[1]/body[1]/p[1]/text()[1]`."""
    if not xpath.startswith("/") or xpath.startswith("//") or len(xpath) > 10_000:
        return None
    made = []
    for step in xpath.strip("/").split("/"):
        match = _STEP.match(step)
        if match is None:
            return None
        made.append(f"/{match[1].lower()}[{int(match[2] or 1)}]")
    return "".join(made)


def _parse(source: str, name: str) -> Any:
    from lxml import etree

    if len(source) > MAX_CHARACTERS:
        raise BadInput(
            f"{name} is too long to be laid out ({len(source):,} characters; at most {MAX_CHARACTERS:,}).",
            remedy="Split it, or mark it as plain text.",
        )
    clean = source.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "\ufffd")
    data = clean.encode("utf-8", "replace")
    if not data.strip():
        return None
    parser = etree.HTMLParser(encoding="utf-8", no_network=True, recover=True, huge_tree=True)
    try:
        root = etree.fromstring(data, parser)
    except (etree.LxmlError, ValueError) as error:
        raise _unreadable(name, str(error)) from error
    for fault in parser.error_log:
        if fault.type_name in ("ERR_RESOURCE_LIMIT", "ERR_NO_MEMORY"):  # the parser has left out the rest
            raise _unreadable(name, fault.message)
    return root


def _unreadable(name: str, why: str) -> BadInput:
    return BadInput(
        f"{name} cannot be read as HTML: {why.split(', use')[0]}.",
        remedy="Open it in a browser and save it again, or mark it as plain text.",
    )


@dataclass(slots=True)
class _Frame:
    """An element being walked: its children still to come and how many of each sort were there."""

    element: Any
    path: str
    children: Any
    marks: list[int]
    counts: dict[str, int] = field(default_factory=dict)
    pre: bool = False
    close: str = ""
    block: bool = False


class _Builder:
    def __init__(self, name: str) -> None:
        self.text: list[str] = []
        self.html: list[str] = []
        self.nodes: list[_Node] = []
        self.runs: list[tuple[int, int, int, int]] = []  # start in the text, node, offset in the node, length
        self.elements: dict[str, list[int]] = {}  # per element: where each child starts in the text, and its end
        self._name = name
        self._at = 0
        self._fresh = True  # at the start of a line: white space is not shown
        self._pending: tuple[int, int] | None = None  # a space that is shown when something follows

    def walk(self, root: Any) -> None:
        """Without recursion: files may be nested as deep as they like."""
        stack = [self._open(root, f"/{_tag(root)}[1]", pre=False)]
        while stack:
            frame = stack[-1]
            child = next(frame.children, None)
            if child is None:
                self._close(stack.pop())
                if stack:
                    self._tail(stack[-1], frame.element)
                continue
            if len(self.nodes) + len(self.elements) > MAX_NODES:
                raise BadInput(f"{self._name} has too many parts to be laid out.", remedy="Split it.")
            frame.marks.append(self._at)
            tag = _tag(child)
            if tag:
                frame.counts[tag] = frame.counts.get(tag, 0) + 1
            if not tag or tag in _HIDDEN or child.get("hidden") is not None:
                self._tail(frame, child)
                continue
            stack.append(self._open(child, f"{frame.path}/{tag}[{frame.counts[tag]}]", pre=frame.pre))

    def _open(self, element: Any, path: str, *, pre: bool) -> _Frame:
        tag = _tag(element)
        frame = _Frame(element, path, iter(element), [], pre=pre or tag in ("pre", "textarea", "listing"))
        self.elements[path] = frame.marks
        frame.block = tag in _BLOCKS
        if frame.block:
            self._line()
        elif tag in ("td", "th") and not self._fresh:
            self._made_up("\t")
            self._fresh = True
        if tag in _SHOWN:
            kept = "".join(f' {k}="{v}"' for k, rule in _KEPT.items() if (v := element.get(k)) and rule.match(v))
            self.html.append(f"<{tag}{kept}>")
            frame.close = "" if tag in _VOID else f"</{tag}>"
        if tag == "br":
            self._made_up("\n")
            self._fresh, self._pending = True, None
        self._node(frame, element.text)
        return frame

    def _close(self, frame: _Frame) -> None:
        frame.marks.append(self._at)
        if frame.close:
            self.html.append(frame.close)
        if frame.block:
            self._line()

    def _tail(self, frame: _Frame, child: Any) -> None:
        self._node(frame, child.tail)

    def _node(self, frame: _Frame, text: str | None) -> None:
        if not text:
            return
        frame.marks.append(self._at)
        frame.counts["text()"] = n = frame.counts.get("text()", 0) + 1
        self.nodes.append(_Node(f"{frame.path}/text()[{n}]"))
        own = len(self.nodes) - 1
        if frame.pre:
            self._emit(own, 0, text)
            self._fresh = text.endswith("\n")
            return
        for match in _SPACE.finditer(text):
            if match[0][0] not in " \t\n\r\f":
                if self._pending is not None:
                    self._emit(*self._pending, " ")
                self._emit(own, match.start(), match[0])
                self._fresh, self._pending = False, None
            elif not self._fresh and self._pending is None:
                self._pending = (own, match.start())

    def _emit(self, node: int, offset: int, text: str) -> None:
        self.runs.append((self._at, node, offset, len(text)))
        place = self.nodes[node]
        place.starts.append(self._at)
        place.offsets.append(offset)
        place.lengths.append(len(text))
        self.text.append(text)
        self.html.append(escape(text, quote=False))
        self._at += len(text)

    def _made_up(self, text: str) -> None:
        self.text.append(text)
        self._at += len(text)

    def _line(self) -> None:
        self._pending = None
        if not self._fresh:
            self._made_up("\n")
        self._fresh = True


def _tag(element: Any) -> str:
    """Empty for comments and processing instructions."""
    return element.tag.lower() if isinstance(element.tag, str) else ""
