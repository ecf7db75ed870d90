"""What a tool has done behind the window (`viewers.tools.behind`): values from the picture's worker, jobs in one of its own."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QObject, Qt, Signal, Slot

from viewers.canvas.background import Newest
from viewers.decode.request import Picture, Region
from viewers.scene.pictures import PictureSource
from viewers.tools.behind import Job, Reading


class ToolWork(QObject):
    """`acted` is called after an answer was handed to its tool: the draft may be another one.

    Without a parent: a canvas that dies must not take it along while another thread has its hand on it.
    """

    _came = Signal(int, object)

    def __init__(self, pictures: PictureSource, frame: Callable[[], int], acted: Callable[[], None], worker: Newest) -> None:
        super().__init__()
        self._pictures, self._frame, self._acted = pictures, frame, acted
        self._worker = worker
        self._worker.connect_done(self._on_done)
        self._came.connect(self._on_came, Qt.ConnectionType.QueuedConnection)
        self._asked = self._given = self._since = 0  # readings asked; jobs given; the last job that is not wanted any more
        self._reader: Callable[[Reading], None] | None = None
        self._taker: Callable[[Any], None] | None = None

    @property
    def busy(self) -> bool:
        """Something that was asked for has not come home."""
        return self._reader is not None or self._taker is not None

    def read(self, level: int, region: Region, done: Callable[[Reading], None]) -> None:
        self._asked += 1
        ticket, self._reader = self._asked, done
        frame = self._frame()

        def tell(picture: Picture) -> None:  # on the worker's thread
            self._came.emit(ticket, Reading.of(picture, self._pictures.window(frame)))

        self._pictures.read(frame, level, region, tell)

    def work(self, job: Job, done: Callable[[Any], None]) -> None:
        self._given += 1
        ticket, self._taker = self._given, done

        def run(stop: Callable[[], bool]) -> Any:
            answer = job(stop)
            return None if answer is None else (ticket, answer)

        self._worker.submit("tool", run)

    def drop(self) -> None:
        self._reader = self._taker = None
        self._since = self._given
        self._worker.submit("tool", _nothing)

    @Slot(int, object)
    def _on_came(self, ticket: int, reading: Reading) -> None:
        done = self._reader
        if done is None or ticket != self._asked:
            return
        self._reader = None
        done(reading)
        self._acted()

    @Slot(str, object)
    def _on_done(self, _slot: str, answer: tuple[int, Any]) -> None:
        done = self._taker
        if done is None or answer[0] <= self._since:
            return
        if answer[0] == self._given:
            self._taker = None
        done(answer[1])
        self._acted()


def _nothing(_stop: Callable[[], bool]) -> None:
    return None
