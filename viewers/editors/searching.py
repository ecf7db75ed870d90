"""The find bar of an editor and what it finds: hits arrive while the search goes on, and one walks from hit to hit."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QObject, Qt, Signal, Slot

from viewers.canvas.background import Bell
from viewers.editors.find_bar import FindBar
from viewers.scene.finder import Finder


class Searching(QObject):
    """The first hit from where one is gets shown at once: `first(by)` gives its number, in the direction of `by`;
    `passed(hit)` tells that a hit lies there or behind, so that the first one is known before all have arrived."""

    hit_wanted = Signal(object)  # a hit to go to
    changed = Signal()  # the hits, or which one is the current
    said = Signal(str)

    def __init__(
        self,
        finder: Finder[Any],
        bar: FindBar,
        *,
        first: Callable[[int], int],
        passed: Callable[[Any], bool],
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self.finder, self.bar = finder, bar
        self.at: int | None = None  # the current hit
        self._first, self._passed = first, passed
        self._begun = -1  # the search whose first hit was shown
        self._bell = Bell()
        self._bell.rung.connect(self._on_hits, Qt.ConnectionType.QueuedConnection)
        finder.listen(self._bell.ring)
        bar.words_changed.connect(self.find)
        bar.step_wanted.connect(self.step)
        bar.closed.connect(self.end)

    def close(self) -> None:
        self.finder.close()

    @property
    def current(self) -> Any | None:
        hits = self.finder.hits
        return hits[self.at] if self.at is not None and self.at < len(hits) else None

    @Slot(str, bool)
    def find(self, words: str, case: bool = False) -> None:
        self.at = None
        self.finder.find(words, case=case)
        self._tell()

    @Slot()
    def end(self) -> None:
        self.find("")

    @Slot(int)
    def step(self, by: int) -> None:
        count = len(self.finder.hits)
        if count:
            self.go_to(self._first(by) if self.at is None else (self.at + by) % count)

    @Slot(int)
    def go_to(self, number: int) -> None:
        if number < len(self.finder.hits):
            self.at = number
            self.hit_wanted.emit(self.finder.hits[number])
            self._tell()

    @Slot()
    def _on_hits(self) -> None:
        finder = self.finder
        known = bool(finder.hits) and (finder.done or self._passed(finder.hits[-1]))
        if known and self._begun != finder.revision:
            self._begun = finder.revision
            self.go_to(self._first(1))
        else:
            self._tell()

    def _tell(self) -> None:
        finder = self.finder
        at = self.at if self.current is not None else None
        self.bar.show_count(at, len(finder.hits), done=finder.done, full=finder.full)
        self.changed.emit()
        if finder.error is not None:
            self.said.emit(f"{finder.error.reason} {finder.error.remedy}")
