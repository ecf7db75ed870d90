"""Emptying the trash: rows first, then the files that nothing needs any more."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from pathlib import Path

from storage.catalog import trash
from storage.catalog.engine import Catalog, Priority
from storage.clock import now_ms
from storage.progress import Progress
from storage.services import sequences

KEEP_DAYS = trash.KEEP_DAYS
_DAY_MS = 24 * 60 * 60 * 1000


@dataclass(frozen=True, slots=True)
class Emptied:
    groups: int
    files: int
    size: int  # bytes given back to the disk


def empty(catalog: Catalog, older_than_days: int | None = KEEP_DAYS, progress: Progress | None = None) -> Emptied:
    """Purge what has lain in the trash for longer; None: everything. Originals go with the last item that used them.

    A file is removed only after the commit that forgot it: a crash in between leaves a file too many, never one too few.
    """
    catalog.require_writing()
    progress = progress or Progress()
    before = None if older_than_days is None else now_ms() - older_than_days * _DAY_MS
    groups = trash.older_than(catalog.reader(), before)
    progress.stage("Emptying the trash", len(groups))
    files = size = 0
    for done, group in enumerate(groups, start=1):
        sources = catalog.do("Empty the trash", trash.purge, group, priority=Priority.BULK, undoable=False)
        for source in sources:
            freed = _remove(catalog, source)
            if freed is not None:
                files, size = files + 1, size + freed
        progress.step(done)
    sequences.sweep(catalog)
    return Emptied(len(groups), files, size)


def purge(catalog: Catalog, group: str) -> Emptied:
    """One deletion for good, with its originals."""
    freed = [
        _remove(catalog, s) for s in catalog.do("Delete for good", trash.purge, group, priority=Priority.BULK, undoable=False)
    ]
    gone = [size for size in freed if size is not None]
    sequences.sweep(catalog)
    return Emptied(1, len(gone), sum(gone))


def _remove(catalog: Catalog, source: str) -> int | None:
    """Bytes freed; None when there was nothing to remove. Nothing outside the catalog's originals is ever touched."""
    root = catalog.paths.originals.resolve()
    path = (catalog.path / source).resolve()
    if root not in path.parents or not path.is_file():
        return None
    size = path.stat().st_size
    with contextlib.suppress(OSError):  # in use on Windows: `check` finds what is left over
        path.unlink()
        _remove_empty(path.parent, root)
        return size
    return None


def _remove_empty(folder: Path, root: Path) -> None:
    with contextlib.suppress(OSError):
        while folder != root:
            folder.rmdir()
            folder = folder.parent
