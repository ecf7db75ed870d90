"""Image sequences become videos behind the window: one after the other, in a process of its own, and again where one is missing.

Until then they are played from their pictures, so nobody waits for this.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor, wait
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Slot

from storage.errors import Cancelled, PostilError
from storage.progress import Progress

if TYPE_CHECKING:
    from app.jobs import Job, JobRunner
    from storage.catalog.engine import Catalog

log = logging.getLogger(__name__)

_ASK_S = 0.2


class Encoding(QObject):
    """One for each program: `look` finds what is missing and encodes it; more asked meanwhile comes after."""

    def __init__(self, catalog: Catalog, jobs: JobRunner) -> None:
        super().__init__(jobs)
        self._catalog, self._jobs = catalog, jobs
        self._job: Job | None = None
        self._again = False

    @staticmethod
    def of(catalog: Catalog, jobs: JobRunner) -> Encoding:
        return jobs.findChild(Encoding) or Encoding(catalog, jobs)

    @Slot()
    def look(self) -> None:
        if self._job is not None:
            self._again = True
            return
        from storage.services import sequences

        catalog = self._catalog
        self._jobs.read(
            lambda: sequences.missing(catalog), self._begin, lambda error: log.warning("sequences: %s", error), owner=self
        )

    def _begin(self, ids: list[int]) -> None:
        if not ids or self._job is not None:
            return
        title = (
            self.tr("Encoding an image sequence") if len(ids) == 1 else self.tr("Encoding {0} image sequences").format(len(ids))
        )
        self._job = self._jobs.start(title, lambda progress: encode_all(self._catalog, ids, progress))
        self._job.ended.connect(self._on_ended)

    @Slot()
    def _on_ended(self) -> None:
        stopped = self._job is not None and self._job.state == "cancelled"
        self._job = None
        if self._again and not stopped:
            self._again = False
            self.look()


def encode_all(catalog: Catalog, ids: Sequence[int], progress: Progress) -> int:
    """What cannot be encoded is remembered by the service, and does not keep the others from it."""
    from storage.services import sequences

    done = 0
    for item_id in ids:
        try:
            sequences.encode(catalog, item_id, elsewhere, progress)
            done += 1
        except PostilError as error:
            log.warning("sequence %s: %s", item_id, error)
    return done


def elsewhere(pictures: Sequence[Path], out: Path, size: tuple[int, int], progress: Progress) -> None:
    """`encode_members` in a process of its own, which tells how far it is and can be stopped."""
    import multiprocessing

    context = multiprocessing.get_context("spawn")
    done, stop = context.Value("q", 0), context.Event()
    progress.stage("Encoding the sequence", len(pictures))
    with ProcessPoolExecutor(1, context, initializer=_begin, initargs=(done, stop)) as pool:
        work = pool.submit(_encode, list(pictures), out, size)
        while not wait([work], _ASK_S).done:
            progress.done = done.value
            if progress.cancelled:
                stop.set()
        work.result()


# -- in the other process

_told: tuple[Any, Any] | None = None


def _begin(done: Any, stop: Any) -> None:
    global _told
    from app.processes import begin_behind

    _told = (done, stop)
    begin_behind()


class _Telling(Progress):
    def step(self, done: int, total: int | None = None) -> None:
        assert _told is not None
        _told[0].value = done
        super().step(done, total)

    def check(self) -> None:
        assert _told is not None
        if _told[1].is_set():
            raise Cancelled


def _encode(pictures: list[Path], out: Path, size: tuple[int, int]) -> None:
    from viewers.decode.encode import encode_members

    encode_members(pictures, out, size, _Telling())
