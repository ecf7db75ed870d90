"""Reads whose late answers are dropped: only the newest question of one kind is answered."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from PySide6.QtCore import QObject

from widgets.work import Work

T = TypeVar("T")


class Latest:
    """Make one for each kind of question. Ask on the GUI thread."""

    def __init__(self, work: Work, owner: QObject) -> None:
        self._work, self._owner = work, owner
        self._number = 0

    def ask(self, ask: Callable[[], T], done: Callable[[T], None], failed: Callable[[Exception], None] | None = None) -> None:
        self._number += 1
        number = self._number

        def answered(answer: T) -> None:
            if number == self._number:
                done(answer)

        def went_wrong(error: Exception) -> None:
            if number != self._number:
                return
            if failed is None:
                raise error
            failed(error)

        self._work.read(ask, answered, went_wrong, owner=self._owner)

    def forget(self) -> None:
        """Whatever is still under way is no longer wanted."""
        self._number += 1
