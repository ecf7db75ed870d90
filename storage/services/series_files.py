"""The files of series on their way in: hashed where they lie, by batches in threads or processes. What cannot stay there
(members of an archive, paths that are no text) is copied; `bring_in` copies the rest when the rows are there.

That is what an import waits for, so it begins as soon as the head of a file is known, while others are read and put together.
"""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Executor, Future
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from storage.catalog.volumes import VolumeFile
from storage.errors import Cancelled, DiskFull, PostilError
from storage.media.dicom_header import ImageFile
from storage.media.originals import Originals, hash_file
from storage.model.items import Location
from storage.progress import Progress, wait_for
from storage.services.results import Failure
from storage.services.walk import is_text, path_to_link
from storage.services.workers import Workers, one_by_one

Kept = VolumeFile | Failure

_TOGETHER = 16  # files a worker keeps before it answers
_UNDER_WAY = 32  # batches
_AHEAD = 1024  # files kept before it is known which series they make: done in vain when somebody thinks better of it


class Job(NamedTuple):
    path: Path
    size: int
    mtime_ns: int
    unpacked: bool  # from an archive, which is gone when the work is done


class Keeping:
    """`done` says what became of each file. At its end what is still under way is waited for, and is in `done` as well."""

    def __init__(self, originals: Originals, link: bool, workers: Workers, progress: Progress) -> None:
        self.done: dict[Path, Kept] = {}
        self._originals, self._link = originals, link
        self._workers, self._progress = workers, progress
        self._ends = ExitStack()
        self._begun: set[Path] = set()
        self._batch: list[Job] = []
        self._running: deque[Future[_Answer]] = deque()

    def __enter__(self) -> Keeping:
        self._pool: Executor = self._ends.enter_context(self._workers.pool("series"))
        self._ends.callback(self._collect)  # when the workers have been told to stop
        self._keeper = Keeper(self._originals, self._link, self._ends.enter_context(self._workers.stopper(self._progress)))
        return self

    def __exit__(self, *_error: object) -> None:
        self._ends.close()

    def ahead(self, images: Iterable[ImageFile], workspace: Path) -> None:
        """Begin with files whose heads are known; not with so many that giving up would be a pity."""
        for image in images:
            if len(self._begun) < _AHEAD:
                self._begin(Job(image.path, image.size, image.mtime_ns, image.path.parent == workspace))

    def each(self, jobs: Iterable[Job]) -> Iterator[None]:
        """Keep all of these; answers whenever some more are done."""
        coming = iter(jobs)
        while True:
            while len(self._running) < _UNDER_WAY and (job := next(coming, None)) is not None:
                self._begin(job)
            if len(self._running) < _UNDER_WAY:
                self._send()
            if not self._running:
                return
            kept, error = wait_for(self._running[0], self._progress)
            self._running.popleft()
            self.done.update(kept)
            if error is not None:
                raise error
            yield

    def _collect(self) -> None:
        for future in self._running:
            future.cancel()
        for future in self._running:
            with suppress(BaseException):  # cancelled, or its process died: what it said is told already
                self.done.update(future.result()[0])
        self._running.clear()

    def _begin(self, job: Job) -> None:
        if job.path not in self._begun:  # several parts of an enhanced file are series of their own
            self._begun.add(job.path)
            self._batch.append(job)
            if len(self._batch) >= _TOGETHER:
                self._send()

    def _send(self) -> None:
        if self._batch:
            self._running.append(self._pool.submit(self._keeper, self._batch))
            self._batch = []


# -- one batch, in a thread or a process ------------------------------------------------------------------------------

#: What was kept, and what ended it before the others were.
_Answer = tuple[list[tuple[Path, Kept]], Exception | None]


@dataclass(frozen=True, slots=True)
class Keeper:
    originals: Originals
    link: bool
    check: Callable[[], None]

    def __call__(self, jobs: list[Job]) -> _Answer:
        kept, error = one_by_one(jobs, self._one, self.check)
        return [(job.path, each) for job, each in kept], error

    def _one(self, job: Job) -> Kept:
        try:
            return self._copied(job) if job.unpacked or not (self.link or is_text(job.path)) else self._linked(job)
        except (Cancelled, DiskFull):
            raise
        except (PostilError, OSError) as error:
            return Failure.of_file(job.path, error)

    def _copied(self, job: Job) -> Kept:
        if _differs(job, job.path.stat()):
            return _changed(job)
        stored = self.originals.add_copy(job.path, ".dcm", self.check)
        if _differs(job, job.path.stat()):
            return _changed(job)
        return VolumeFile(Location.LOCAL, stored.source, stored.sha256, stored.size)

    def _linked(self, job: Job) -> Kept:
        path = path_to_link(job.path)
        digest = hash_file(path, self.check)
        status = path.stat()
        if _differs(job, status):
            return _changed(job)
        return VolumeFile(Location.LINKED, str(path), digest, status.st_size, status.st_mtime_ns)


def _differs(job: Job, status: os.stat_result) -> bool:
    """From when its head was read."""
    return status.st_size != job.size or status.st_mtime_ns != job.mtime_ns


def _changed(job: Job) -> Failure:
    return Failure(
        str(job.path), f"{job.path.name} changed while it was being added.", "Wait until it is written completely, then add it."
    )
