"""Small pictures of what was added, into the file of thumbnails."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from storage.errors import DiskFull, PostilError
from storage.media.thumbnails import SIZE, ThumbnailStore
from storage.progress import Progress
from storage.services.results import Failure
from storage.services.workers import Workers

Render = Callable[[Path, int], bytes]

_TOGETHER = 64  # a transaction


def make_previews(
    file: Path, pictures: Mapping[str, Path], render: Render, workers: Workers, progress: Progress
) -> list[Failure]:
    """`pictures`: key -> what to draw; those there are already are left alone. Answers those that cannot be drawn."""
    failures: list[Failure] = []
    waiting: list[tuple[str, bytes]] = []
    store: ThumbnailStore | None = None
    try:
        store = ThumbnailStore(file)
        missing = store.missing(list(pictures))
        progress.stage("Making previews", len(missing))
        wanted = [(key, pictures[key]) for key in missing]
        for done, (key, jpeg) in enumerate(workers.map("previews", _Drawer(render), wanted, progress), start=1):
            if isinstance(jpeg, Failure):
                failures.append(jpeg)
            else:
                waiting.append((key, jpeg))
            if len(waiting) >= _TOGETHER:
                store.put_many(waiting)
                waiting = []
            progress.step(done)
    except sqlite3.Error as error:
        waiting = []
        if "full" in str(error):
            raise DiskFull(
                "There is no room left on the catalog's disk for previews; the files themselves are added.",
                remedy="Free some space; previews are made when they are next needed.",
                input=str(file),
            ) from error
        failures.append(_not_kept(file, error))
    finally:
        if store is not None:
            if waiting:
                store.put_many(waiting)
            store.close()
    return failures


@dataclass(frozen=True, slots=True)
class _Drawer:
    """Draws one small picture; a class so that it can be sent to another process."""

    render: Render

    def __call__(self, wanted: tuple[str, Path]) -> tuple[str, bytes | Failure]:
        key, path = wanted
        try:
            return key, self.render(path, SIZE)
        except PostilError as error:
            return key, Failure(str(path), f"No preview could be made: {error.reason}", error.remedy)


def _not_kept(path: Path, error: sqlite3.Error) -> Failure:
    return Failure(
        str(path),
        f"Previews cannot be kept in {path.name}: {error}. The files themselves are added.",
        "Check your rights to that file, or delete it: it is made anew.",
    )
