"""A PDF as a `Decoder`: pages are frames, full size is one pixel per point of the crop box as shown.

Level -n doubles the resolution n times (down to `FINEST`), so zooming in stays sharp; coordinates are points at every
level. Text comes with a box per character, in the same points.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from math import ceil
from typing import Any

import numpy as np
from numpy.typing import NDArray

from storage.errors import BadInput, Cancelled
from storage.media import pdfium
from storage.media.source import ByteSource
from viewers.decode.request import FrameFacts, Picture, PixelKind, Region, Request

FINEST = -4  # 1,152 dots per inch
MAX_PIXELS = 64 << 20  # of one answer
MAX_CHARACTERS = 500_000  # of one page; more is no page for people
MAX_SECONDS = 30.0  # for one rendering
_WORTH = 512  # sides below this are not halved
_CONTINUE, _FAILED = 1, 3


@dataclass(frozen=True, slots=True, eq=False)
class PageText:
    """`text[i]` lies in `boxes[i]`: left, top, right, bottom in points (empty where the character was made up)."""

    text: str
    boxes: NDArray[np.float32]

    def rects(self, start: int, end: int) -> list[tuple[float, float, float, float]]:
        """One rectangle per line of `text[start:end]`, to be laid over the page."""
        made: list[list[float]] = []
        for left, top, right, bottom in self.boxes[start:end].tolist():
            if right <= left or bottom <= top:
                continue
            last = made[-1] if made else None
            if last and min(bottom, last[3]) - max(top, last[1]) > 0.5 * min(bottom - top, last[3] - last[1]):
                last[:] = [min(left, last[0]), min(top, last[1]), max(right, last[2]), max(bottom, last[3])]
            else:
                made.append([left, top, right, bottom])
        return [(a, b, c, d) for a, b, c, d in made]


@dataclass(frozen=True, slots=True)
class Hit:
    page: int
    start: int
    end: int
    rects: tuple[tuple[float, float, float, float], ...]


class PageDecoder:
    """See `request.Decoder`. `read` may be called from one thread at a time, `cancel` from any."""

    def __init__(self, source: ByteSource, *, seconds: float = MAX_SECONDS) -> None:
        """`seconds`: how long one rendering may take."""
        self._source = source
        self._seconds = seconds
        self._document = pdfium.open_document(source)
        with pdfium.LOCK:
            self.frames = len(self._document)
        self._texts: dict[int, PageText] = {}
        self._given_up = -1

    # -- pixels

    def size(self, page: int) -> tuple[float, float]:
        """Points as shown."""
        self._check_page(page)
        return pdfium.page_size(self._document, page) or pdfium.A4

    def facts(self, frame: int = 0) -> FrameFacts:
        width, height = self.size(frame)
        levels = 0
        while max(width, height) / 2 ** (levels + 1) >= _WORTH:
            levels += 1
        return FrameFacts(ceil(width), ceil(height), levels, PixelKind.BGRA8, finest=FINEST)

    def read(self, request: Request) -> Picture:
        def given_up() -> bool:
            return 0 < request.generation <= self._given_up

        if given_up():
            raise Cancelled
        width, height = self.size(request.frame)
        x, y, w, h = _inside(request.region, ceil(width), ceil(height))
        if request.level < FINEST:
            raise self._bad(f"Level {request.level} is finer than a page is rendered", "Ask for a coarser level.")
        scale = 2.0**-request.level
        columns, rows = max(1, ceil(w * scale)), max(1, ceil(h * scale))
        if columns * rows > MAX_PIXELS:
            raise self._bad(
                f"A picture of {columns} x {rows} pixels of page {request.frame + 1} is too large to be rendered at once",
                "Ask for a part, or for a coarser level.",
            )
        pixels = np.full((rows, columns, 4), 255, np.uint8)
        place = (-round(x * scale), -round(y * scale), max(1, round(width * scale)), max(1, round(height * scale)))
        self._render(request.frame, pixels, place, given_up)
        pixels[..., 3] = 255
        pixels.flags.writeable = False
        return Picture(pixels, PixelKind.BGRA8, (x, y, w, h), request.level, request.frame)

    def cancel(self, generation: int) -> None:
        self._given_up = max(self._given_up, generation)

    def close(self) -> None:
        with pdfium.LOCK:
            self._document.close()

    def _render(
        self, number: int, pixels: NDArray[np.uint8], place: tuple[int, int, int, int], given_up: Callable[[], bool]
    ) -> None:
        import pypdfium2.raw as raw

        limit = time.monotonic() + self._seconds
        pause = raw.IFSDK_PAUSE(version=1)
        pause.NeedToPauseNow = type(pause.NeedToPauseNow)(lambda _: int(given_up() or time.monotonic() > limit))
        with pdfium.LOCK:
            page = self._load(number)
            rows, columns = pixels.shape[:2]
            bitmap = raw.FPDFBitmap_CreateEx(columns, rows, raw.FPDFBitmap_BGRx, pixels.ctypes.data, columns * 4)
            try:
                status = raw.FPDF_RenderPageBitmap_Start(bitmap, page, *place, 0, raw.FPDF_ANNOT, pause)
                late = status == _CONTINUE
            finally:
                raw.FPDF_RenderPage_Close(page)
                raw.FPDFBitmap_Destroy(bitmap)
                raw.FPDF_ClosePage(page)
        if late and given_up():
            raise Cancelled
        if late:
            raise self._bad(
                f"Page {number + 1} takes longer than {self._seconds:.0f} s to render", "Print it to a new PDF and add that."
            )
        if status == _FAILED:
            raise self._bad(f"Page {number + 1} cannot be rendered", "Print the document to a new PDF and add that.")

    def _load(self, number: int) -> Any:
        import pypdfium2.raw as raw

        page = raw.FPDF_LoadPage(self._document, number)
        if not page:
            raise self._bad(f"Page {number + 1} is damaged and cannot be shown", "Copy the file again from where it came.")
        return page

    # -- text

    def text(self, page: int) -> PageText:
        """The characters of a page in reading order, as the document has them."""
        self._check_page(page)
        if page not in self._texts:
            if len(self._texts) >= 32:
                self._texts.pop(next(iter(self._texts)))
            self._texts[page] = self._read_text(page)
        return self._texts[page]

    def search(
        self, words: str, *, case: bool = False, first: int = 0, check: Callable[[], None] | None = None
    ) -> Iterator[Hit]:
        """Hits page by page from `first` on; a space stands for any white space."""
        if not words.strip():
            return
        pattern = re.compile(r"\s+".join(map(re.escape, words.split())), 0 if case else re.IGNORECASE)
        for page in range(first, self.frames):
            if check is not None:
                check()
            try:
                if page not in self._texts and pattern.search(self._quick_text(page)) is None:
                    continue  # boxes cost a thousand times as much
                found = self.text(page)
            except BadInput:
                continue  # a damaged page does not end the search
            for match in pattern.finditer(found.text):
                yield Hit(page, match.start(), match.end(), tuple(found.rects(match.start(), match.end())))

    def _quick_text(self, number: int) -> str:
        """Without boxes, and without characters that have no code."""
        import ctypes

        import pypdfium2.raw as raw

        with pdfium.LOCK:
            page = self._load(number)
            text = raw.FPDFText_LoadPage(page)
            try:
                count = min(raw.FPDFText_CountChars(text), MAX_CHARACTERS) if text else 0
                if count <= 0:
                    return ""
                units = (ctypes.c_ushort * (2 * count + 2))()
                written = raw.FPDFText_GetText(text, 0, count, units)
            finally:
                if text:
                    raw.FPDFText_ClosePage(text)
                raw.FPDF_ClosePage(page)
        return bytes(units)[: 2 * max(0, written - 1)].decode("utf-16-le", "replace")

    def _read_text(self, number: int) -> PageText:
        import pypdfium2.raw as raw

        with pdfium.LOCK:
            page = self._load(number)
            text = raw.FPDFText_LoadPage(page)
            try:
                if not text:
                    return PageText("", np.zeros((0, 4), np.float32))
                count = min(raw.FPDFText_CountChars(text), MAX_CHARACTERS)
                box, shown = raw.FS_RECTF(), _Upright(page)
                points: list[int] = []
                boxes: list[tuple[float, float, float, float]] = []
                for i in range(max(0, count)):
                    code = raw.FPDFText_GetUnicode(text, i)
                    found = raw.FPDFText_GetLooseCharBox(text, i, box)
                    boxes.append(shown(box.left, box.bottom, box.right, box.top) if found else (0.0, 0.0, 0.0, 0.0))
                    points.append(code)
            finally:
                if text:
                    raw.FPDFText_ClosePage(text)
                raw.FPDF_ClosePage(page)
        return _joined(points, boxes)

    def _check_page(self, page: int) -> None:
        if not 0 <= page < self.frames:
            name, _ = pdfium.name_of(self._source)
            raise self._bad(f"{name} has {self.frames} pages; there is no page {page + 1}", "Count from 1.")

    def _bad(self, what: str, remedy: str) -> BadInput:
        return BadInput(f"{what}.", remedy=remedy, input=pdfium.name_of(self._source)[1])


class _Upright:
    """Of a page: user space (y up) to points of the crop box from its top left, rotation applied."""

    def __init__(self, page: Any) -> None:
        import pypdfium2.raw as raw

        box = raw.FS_RECTF()
        raw.FPDF_GetPageBoundingBox(page, box)
        self._box = (box.left, box.bottom, box.right, box.top)
        self._turn = raw.FPDFPage_GetRotation(page) % 4

    def __call__(self, left: float, bottom: float, right: float, top: float) -> tuple[float, float, float, float]:
        l0, b0, r0, t0 = self._box
        match self._turn:
            case 1:
                return (bottom - b0, left - l0, top - b0, right - l0)
            case 2:
                return (r0 - right, bottom - b0, r0 - left, top - b0)
            case 3:
                return (t0 - top, r0 - right, t0 - bottom, r0 - left)
        return (left - l0, t0 - top, right - l0, t0 - bottom)


def _joined(points: list[int], boxes: list[tuple[float, float, float, float]]) -> PageText:
    """Code points as text; halves of UTF-16 pairs, which some files have, become one character."""
    made: list[str] = []
    kept: list[tuple[float, float, float, float]] = []
    high = 0
    for code, box in zip(points, boxes, strict=True):
        if 0xDC00 <= code <= 0xDFFF and high:
            made[-1] = chr(0x10000 + (high - 0xD800 << 10) + code - 0xDC00)
            high = 0
            continue
        high = code if 0xD800 <= code <= 0xDBFF else 0
        made.append("\ufffd" if 0xD800 <= code <= 0xDFFF or not 0 < code < 0x110000 else chr(code))
        kept.append(box)
    return PageText("".join(made), np.asarray(kept, np.float32).reshape(-1, 4))


def _inside(region: Region | None, width: int, height: int) -> Region:
    if region is None:
        return (0, 0, width, height)
    x, y, w, h = region
    x0, y0, x1, y1 = max(0, x), max(0, y), min(width, x + w), min(height, y + h)
    if x1 <= x0 or y1 <= y0:
        raise BadInput("The part asked for lies outside of the page.", remedy="Ask for a part of the page.")
    return (x0, y0, x1 - x0, y1 - y0)


def open_pages(source: ByteSource, facts: Mapping[str, Any]) -> PageDecoder:
    """A decoder for one PDF. Raises BadInput where it is encrypted, broken or no PDF."""
    return PageDecoder(source)
