"""What is asked of a document besides the page on screen: small pictures of pages, their text. On a thread of its own. Qt-free.

It has a decoder of its own, so that a strip of thumbnails never keeps the canvas waiting for its answer.
"""

from __future__ import annotations

import re
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from storage.errors import PostilError
from storage.listeners import Listeners
from viewers.decode.pages import PageDecoder, PageText
from viewers.decode.request import Request
from viewers.scene.finder import Check
from viewers.scene.threads import step_back

THUMB_PX = 180  # of the longer side, at least
_THUMBS, _TEXTS = 300, 24
_ROUND = 36  # characters left and right of a hit
_BLANKS = re.compile(r"\s+")
NO_THUMB: NDArray[np.uint8] = np.zeros((0, 0, 4), np.uint8)
NO_TEXT = PageText("", np.zeros((0, 4), np.float32))

Open = Callable[[], PageDecoder]


@dataclass(frozen=True, slots=True)
class Found:
    """A hit of a search, in points of its page."""

    page: int
    start: int
    end: int
    rects: tuple[tuple[float, float, float, float], ...]
    before: str
    words: str
    after: str


class PageReader:
    """`open` makes the decoder on the worker's thread. Answers are there when listeners are told. End with `close()`."""

    def __init__(self, open: Open) -> None:
        self._open = open
        self._thumbs: OrderedDict[int, NDArray[np.uint8]] = OrderedDict()
        self._texts: OrderedDict[int, PageText] = OrderedDict()
        self._wanted: list[int] = []
        self._reading: list[int] = []
        self._listeners: Listeners[[]] = Listeners()
        self._wake = threading.Condition()
        self._thread: threading.Thread | None = None
        self._closed = False

    def thumb(self, page: int) -> NDArray[np.uint8] | None:
        """(h, w, 4) BGRA; of no size where the page cannot be drawn; None: not there yet."""
        with self._wake:
            return self._thumbs.get(page)

    def want_thumbs(self, pages: Iterable[int]) -> None:
        """Those in sight, most urgent first. Replaces what was wanted before."""
        with self._wake:
            self._wanted = [p for p in pages if p not in self._thumbs]
            self._start()

    def text(self, page: int) -> PageText | None:
        """None: it is being read; listeners are told."""
        with self._wake:
            found = self._texts.get(page)
            if found is None and page not in self._reading:
                self._reading.append(page)
                self._start()
            return found

    def search(self, words: str, case: bool, check: Check) -> Iterator[Found]:
        """On the caller's thread, with one more decoder."""
        decoder = self._open()
        try:
            for hit in decoder.search(words, case=case, check=check):
                text = decoder.text(hit.page).text
                before, found, after = text[max(0, hit.start - _ROUND) : hit.start], text[hit.start : hit.end], text[hit.end :]
                parts = (_one_line(part) for part in (before, found, after[:_ROUND]))
                yield Found(hit.page, hit.start, hit.end, hit.rects, *parts)
        finally:
            decoder.close()

    def listen(self, listener: Callable[[], None]) -> Callable[[], None]:
        """Called on the worker's thread when something has come."""
        return self._listeners.add(listener)

    @property
    def idle(self) -> bool:
        with self._wake:
            return not (self._wanted or self._reading)

    def close(self) -> None:
        with self._wake:
            self._closed = True
            self._listeners.clear()
            self._wake.notify_all()
        if self._thread is not None:
            self._thread.join(timeout=10)

    # -- the worker

    def _start(self) -> None:
        if self._thread is None and not self._closed:
            self._thread = threading.Thread(target=self._run, name="pages", daemon=True)
            self._thread.start()
        self._wake.notify()

    def _run(self) -> None:
        step_back()
        try:
            decoder = self._open()
        except PostilError:
            return  # the canvas says why
        while True:
            with self._wake:
                while not (self._closed or self._reading or self._wanted):
                    self._wake.wait()
                if self._closed:
                    break
                reading = bool(self._reading)
                page = self._reading[0] if reading else self._wanted[0]
            if reading:
                self._keep_text(page, _text(decoder, page))
            else:
                self._keep_thumb(page, _thumb(decoder, page))
            self._listeners.tell()
        decoder.close()

    def _keep_text(self, page: int, text: PageText) -> None:
        with self._wake:
            self._texts[page] = text
            self._reading.remove(page)
            while len(self._texts) > _TEXTS:
                self._texts.popitem(last=False)

    def _keep_thumb(self, page: int, thumb: NDArray[np.uint8]) -> None:
        with self._wake:
            self._thumbs[page] = thumb
            if page in self._wanted:
                self._wanted.remove(page)
            while len(self._thumbs) > _THUMBS:
                self._thumbs.popitem(last=False)


def _thumb(decoder: PageDecoder, page: int) -> NDArray[np.uint8]:
    try:
        width, height = decoder.size(page)
        level = 0
        while max(width, height) / 2 ** (level + 1) >= THUMB_PX:
            level += 1
        return decoder.read(Request(page, level)).array
    except PostilError:
        return NO_THUMB


def _text(decoder: PageDecoder, page: int) -> PageText:
    try:
        return decoder.text(page)
    except PostilError:
        return NO_TEXT


def _one_line(text: str) -> str:
    """Line breaks and runs of blanks as one blank; those at the ends stay, for a hit may end within a word."""
    return _BLANKS.sub(" ", text)
