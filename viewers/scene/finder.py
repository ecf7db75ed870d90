"""Searching on a thread of its own: hits arrive while the search goes on, a newer search ends the older. Qt-free."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from typing import Generic, TypeVar

from storage.errors import Cancelled, PostilError
from storage.listeners import Listeners
from viewers.scene.threads import give_way, step_back

Hit = TypeVar("Hit")
Check = Callable[[], None]

MOST = 100_000
_TELL_EVERY_S = 0.1
_AT_ONCE = 1 << 16  # characters searched without letting others run


class Finder(Generic[Hit]):
    """`search(words, case, check)` gives hits in order; it runs on the finder's thread, and calls `check` wherever others may have
    their turn. End with `close()`."""

    def __init__(self, search: Callable[[str, bool, Check], Iterable[Hit]]) -> None:
        self.hits: list[Hit] = []  # only appended to while a search lasts
        self.words = ""
        self.case = False
        self.done = True
        self.full = False  # there are more hits than are kept
        self.error: PostilError | None = None
        self.revision = 0  # counts searches
        self._search = search
        self._listeners: Listeners[[]] = Listeners()
        self._thread: threading.Thread | None = None

    def find(self, words: str, *, case: bool = False) -> None:
        """Begin anew; empty words end the search."""
        self.revision += 1
        self.words, self.case, self.hits, self.error = words, case, [], None
        self.full, self.done = False, not words
        if words:
            before, own = self._thread, (self.revision, self.hits)
            self._thread = threading.Thread(target=self._run, args=(words, case, before, *own), name="find", daemon=True)
            self._thread.start()
        else:
            self._tell()

    def listen(self, listener: Callable[[], None]) -> Callable[[], None]:
        """Called on the finder's thread when there are more hits, and at the end."""
        return self._listeners.add(listener)

    def close(self) -> None:
        self.revision += 1
        self._listeners.clear()
        if self._thread is not None:
            self._thread.join(timeout=10)

    def _run(self, words: str, case: bool, before: threading.Thread | None, revision: int, hits: list[Hit]) -> None:
        step_back()
        if before is not None:
            before.join()  # what is searched may be read by one thread at a time
        told = time.monotonic()
        error: PostilError | None = None
        full = False

        def check() -> None:
            if revision != self.revision:
                raise Cancelled

        def between() -> None:
            check()
            give_way()

        try:
            for hit in self._search(words, case, between):
                check()
                hits.append(hit)
                if len(hits) >= MOST:
                    full = True
                    break
                if len(hits) == 1 or time.monotonic() - told > _TELL_EVERY_S:
                    told = time.monotonic()
                    self._tell()
            check()
        except Cancelled:
            return
        except PostilError as stopped:
            error = stopped
        except Exception as stopped:
            error = PostilError(f"The search ended early: {stopped}.", remedy="Open the file again.")
        self.error, self.full, self.done = error, full, True
        self._tell()

    def _tell(self) -> None:
        self._listeners.tell()


def search_text(text: str, words: str, case: bool, check: Check) -> Iterator[tuple[int, int]]:
    """Hits in a text that is at hand as a whole; a space stands for any white space."""
    if not words.strip():
        return
    pattern = re.compile(r"\s+".join(map(re.escape, words.split())), 0 if case else re.IGNORECASE)
    at, overlap = 0, 4 * len(words) + 64
    for base in range(0, len(text), _AT_ONCE):
        check()
        for match in pattern.finditer(text, max(at, base), min(len(text), base + _AT_ONCE + overlap)):
            if match.start() < base + _AT_ONCE:
                at = match.end()
                yield match.span()
