"""Read jobs for tests of widgets: answered in the next turn of the event loop, or when the test says so."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtGui import QColor, QImage
from shiboken6 import isValid


class SoonWork:
    """Asks and answers in the next turn of the event loop, on the same thread."""

    def read(
        self,
        ask: Callable[[], Any],
        done: Callable[[Any], None],
        failed: Callable[[Exception], None] | None = None,
        *,
        owner: QObject,
    ) -> None:
        def run() -> None:
            if isValid(owner):
                answer(ask, done, failed)

        QTimer.singleShot(0, run)


class HeldWork:
    """Keeps what is asked until `release`: for answers that come late, or in another order."""

    def __init__(self) -> None:
        self.waiting: list[tuple[Callable[[], Any], Callable[[Any], None], Callable[[Exception], None] | None]] = []

    def read(
        self,
        ask: Callable[[], Any],
        done: Callable[[Any], None],
        failed: Callable[[Exception], None] | None = None,
        *,
        owner: QObject,
    ) -> None:
        self.waiting.append((ask, done, failed))

    def release(self, number: int = 0) -> None:
        answer(*self.waiting.pop(number))

    def release_all(self) -> None:
        while self.waiting:
            self.release()


def answer(ask: Callable[[], Any], done: Callable[[Any], None], failed: Callable[[Exception], None] | None) -> None:
    try:
        value = ask()
    except Exception as error:
        if failed is None:
            raise
        failed(error)
        return
    done(value)


class FakeThumbs(QObject):
    """Remembers what was asked for; `deliver` answers with a plain picture."""

    ready = Signal(int, QImage)

    def __init__(self) -> None:
        super().__init__()
        self.requests: list[tuple[list[tuple[int, str]], int]] = []

    def get(self, key: str) -> QImage | None:
        return None

    def request(self, keys: Sequence[tuple[int, str]], generation: int) -> None:
        self.requests.append((list(keys), generation))

    def deliver(self, item_id: int, colour: str = "#406080") -> None:
        image = QImage(160, 120, QImage.Format.Format_RGB32)
        image.fill(QColor(colour))
        self.ready.emit(item_id, image)
