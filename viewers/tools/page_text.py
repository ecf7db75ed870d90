"""The text tool of pages: characters are selected by their boxes, to be copied or to be drawn round."""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Callable
from itertools import pairwise

import numpy as np

from storage.model.geometry import Bounds, Box, Point, Polygon
from viewers.decode.pages import PageText
from viewers.scene.view_state import DRAG_THRESHOLD
from viewers.tools.base import Cursor, Draft, PointerEvent, Tool

Rects = list[tuple[float, float, float, float]]


class PageTextTool(Tool):
    id, title = "page_text", "Text"
    cursor = Cursor.CROSS
    draws = True

    def __init__(self, text_of: Callable[[int], PageText | None], changed: Callable[[], None]) -> None:
        self._text_of, self._changed = text_of, changed
        self.page = -1
        self.anchor = self.caret = 0
        self._press: PointerEvent | None = None
        self._word: tuple[int, int] | None = None  # a drag goes by words from there

    @property
    def hint(self) -> str:  # type: ignore[override]
        text = self._here()
        if text is None:
            return "The text of this page is being read"
        if not text.text.strip():
            return "This page has no text: it is a picture. Draw on it with the other tools"
        if self.selection is not None:
            return "Text selected: Ctrl+C copies it, a class's digit draws a box or polygon round it"
        return "Text: drag over characters, double click a word; Ctrl+C copies"

    @property
    def selection(self) -> tuple[int, int] | None:
        """Characters of the page looked at."""
        if self.page != self._page() or self.anchor == self.caret:
            return None
        return (min(self.anchor, self.caret), max(self.anchor, self.caret))

    def chosen(self) -> str:
        span = self.selection  # asked first: text that nobody selects in is not read
        text = self._here() if span is not None else None
        return text.text[span[0] : span[1]] if text is not None and span is not None else ""

    def rects(self) -> Rects:
        """One for each line of what is selected."""
        span = self.selection
        text = self._here() if span is not None else None
        return text.rects(*span) if text is not None and span is not None else []

    def select(self, start: int, end: int) -> None:
        self.page, self.anchor, self.caret = self._page(), start, end
        self._changed()

    # -- events

    def press(self, e: PointerEvent) -> None:
        text = self._here()
        if text is None:
            return
        at = place_at(text, e.point)
        self._press, self._word = e, None
        if not (e.shift and self.page == self._page()):
            self.select(at, at)
        else:
            self.select(self.anchor, at)

    def move(self, e: PointerEvent) -> None:
        text = self._here()
        if e.button != "left" or self._press is None or text is None:
            return
        if math.dist((e.screen_x, e.screen_y), (self._press.screen_x, self._press.screen_y)) < DRAG_THRESHOLD:
            return
        at = place_at(text, e.point)
        if self._word is None:
            self.select(self.anchor, at)
            return
        low, high = word_round(text.text, at)
        start, end = self._word
        self.select(*((end, low) if at < start else (start, max(end, high))))

    def release(self, e: PointerEvent) -> None:
        self._press = None

    def double_click(self, e: PointerEvent) -> None:
        text = self._here()
        if text is None or not text.text:
            return
        under = character_at(text, e.point)
        if under is not None:
            self._press, self._word = e, word_round(text.text, under)
            self.select(*self._word)

    def cancel(self) -> bool:
        had = self.selection is not None
        self._press = self._word = None
        self.anchor = self.caret
        self._changed()
        return had

    def draft(self) -> list[Draft]:
        return []  # the page's overlay paints it, over all pages' hits

    def _page(self) -> int:
        return self.context.at[1]

    def _here(self) -> PageText | None:
        return self._text_of(self._page())


def character_at(text: PageText, at: Point) -> int | None:
    """The character nearest to a point: one of the lines beside it, if there is any, else one above or below."""
    boxes = text.boxes
    if not len(boxes):
        return None
    x, y = at
    dx = np.maximum(np.maximum(boxes[:, 0] - x, x - boxes[:, 2]), 0)
    dy = np.maximum(np.maximum(boxes[:, 1] - y, y - boxes[:, 3]), 0)
    far = dx * dx + 16 * dy * dy
    far[(boxes[:, 2] <= boxes[:, 0]) | (boxes[:, 3] <= boxes[:, 1])] = np.inf
    beside = (dy == 0) & np.isfinite(far)
    if beside.any():
        far[~beside] = np.inf
    best = int(np.argmin(far))
    return best if np.isfinite(far[best]) else None


def place_at(text: PageText, at: Point) -> int:
    """Before or behind the nearest character, by which half of it the point is on."""
    found = character_at(text, at)
    if found is None:
        return 0
    left, _, right, _ = text.boxes[found].tolist()
    second = at[0] > (left + right) / 2
    if unicodedata.bidirectional(text.text[found]) in ("R", "AL"):
        second = not second
    place = found + second
    while place < len(text.text) and unicodedata.combining(text.text[place]):
        place += 1
    return int(place)


def word_round(text: str, at: int) -> tuple[int, int]:
    """Letters, digits and what joins them; any other sign alone."""
    at = min(at, len(text) - 1)
    if not _joins(text[at]):
        return (at, at + 1)
    start = end = at
    while start > 0 and _joins(text[start - 1]):
        start -= 1
    while end < len(text) and _joins(text[end]):
        end += 1
    return (start, end)


def _joins(character: str) -> bool:
    return character.isalnum() or character in "_'’\u00ad\u200d" or unicodedata.combining(character) > 0


# -- shapes round text


def box_round(rects: Rects) -> Box:
    x0, y0, x1, y1 = _bounds(rects)
    return Box(x0, y0, x1 - x0, y1 - y0)


def polygon_round(rects: Rects) -> Polygon:
    """One part for lines that stand below each other; another for what stands elsewhere (a second column)."""
    groups: list[Rects] = []
    for rect in rects:
        last = groups[-1][-1] if groups else None
        if last is not None and _follows(last, rect):
            groups[-1].append(rect)
        else:
            groups.append([rect])
    return Polygon(tuple((_stairs(group),) for group in groups))


def _follows(above: tuple[float, float, float, float], below: tuple[float, float, float, float]) -> bool:
    beside = min(above[2], below[2]) - max(above[0], below[0])
    return beside > 0 and below[1] > above[1] and below[1] - above[3] < 1.5 * (above[3] - above[1])


def _stairs(lines: Rects) -> tuple[Point, ...]:
    """Down the right ends of lines and up the left ones; between two lines half way."""
    edges = [lines[0][1], *((a[3] + b[1]) / 2 for a, b in pairwise(lines)), lines[-1][3]]
    right = [(rect[2], y) for i, rect in enumerate(lines) for y in (edges[i], edges[i + 1])]
    left = [(rect[0], y) for i, rect in enumerate(lines) for y in (edges[i], edges[i + 1])]
    ring = [*right, *reversed(left)]
    return tuple(p for i, p in enumerate(ring) if p != ring[i - 1])


def _bounds(rects: Rects) -> Bounds:
    xs0, ys0, xs1, ys1 = zip(*rects, strict=True)
    return (min(xs0), min(ys0), max(xs1), max(ys1))
