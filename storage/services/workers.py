"""Work on many files at once: in threads, or in the processes that a window lends."""

from __future__ import annotations

import os
import tempfile
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TypeVar

from storage.errors import Cancelled, DiskFull
from storage.progress import Progress, wait_for

T = TypeVar("T")
R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class Workers:
    """`processes` takes the work off this process: decoders hold the interpreter's lock, which a window needs."""

    count: int = 2
    processes: Executor | None = None

    def map(self, name: str, work: Callable[[T], R], inputs: Sequence[T], progress: Progress) -> Iterator[R]:
        """In order, with a bounded number of calls under way. When the reader stops or a call raises, the rest is not begun."""
        waiting: deque[Future[R]] = deque()
        source = iter(inputs)
        with self.pool(name) as pool:
            try:
                for value in islice(source, 16 * self.count):
                    waiting.append(pool.submit(work, value))
                while waiting:
                    result = wait_for(waiting.popleft(), progress)
                    for value in islice(source, 1):
                        waiting.append(pool.submit(work, value))
                    yield result
            finally:
                for left in waiting:
                    left.cancel()

    @contextmanager
    def stopper(self, progress: Progress) -> Iterator[Callable[[], None]]:
        """What work asks in the middle of a long file: raises Cancelled when it is to stop, in another process as well."""
        if self.processes is None:
            yield progress.check
            return
        handle, name = tempfile.mkstemp(prefix="postil-at-work-")
        os.close(handle)
        try:
            yield WhileThere(Path(name))
        finally:
            Path(name).unlink(missing_ok=True)

    def pool(self, name: str) -> AbstractContextManager[Executor]:
        return ThreadPoolExecutor(self.count, name) if self.processes is None else nullcontext(self.processes)


@dataclass(frozen=True, slots=True)
class WhileThere:
    """Work may go on as long as a file is there: the one sign that every process sees."""

    sign: Path

    def __call__(self) -> None:
        if not self.sign.exists():
            raise Cancelled


def one_by_one(
    inputs: Iterable[T], work: Callable[[T], R], check: Callable[[], None]
) -> tuple[list[tuple[T, R]], Exception | None]:
    """What became of each, and what ended the batch before the others were done: what is done by then is not forgotten."""
    done: list[tuple[T, R]] = []
    try:
        for value in inputs:
            check()
            done.append((value, work(value)))
    except (Cancelled, DiskFull) as error:
        return done, error
    return done, None
