"""What work that was killed left behind in the catalog's folder: half-written files, and whole copies, that no row knows."""

from __future__ import annotations

import re
import shutil
from collections.abc import Mapping
from pathlib import Path
from time import time
from typing import TYPE_CHECKING

from storage.catalog import volumes
from storage.media.originals import Originals

if TYPE_CHECKING:
    from storage.catalog.engine import Catalog

_DAY_S = 24 * 3600
_COARSE_S = 1  # clocks of disks lag behind
_NAME = re.compile(r"[0-9a-f]{64}(\.[a-z0-9]{1,10}){0,2}")
#: In the cache: archives being unpacked; files that get their name when they are whole.
_IN_CACHE = ("unpacked-*", "*/*.part", "*/.*.part.*")


def sweep(catalog: Catalog) -> int:
    """Remove them; answers how many. What somebody may be writing just now stays: whatever is younger than a day, or, if
    nobody else had the catalog open when this run opened it, than that."""
    now = time()
    before = now - _DAY_S if catalog.alone_since is None else catalog.alone_since - _COARSE_S
    removed = Originals(catalog.paths).sweep(older_than_s=now - before)
    if removed:  # copying was killed: looking through all copies at every start would take too long
        removed += len(remove_unnamed(catalog))
    for path in (path for pattern in _IN_CACHE for path in catalog.paths.cache.glob(pattern)):
        try:
            if path.lstat().st_mtime < before:
                _remove(path)
                removed += 1
        except OSError:
            continue
    return removed


def remove_unused(catalog: Catalog, copies: Mapping[str, str]) -> None:
    """Of these copies (source -> hash) those on which no item stands."""
    originals = Originals(catalog.paths)
    for source in volumes.unused(catalog.reader(), copies) if copies else ():
        originals.remove(source)


def remove_unnamed(catalog: Catalog) -> list[str]:
    """Copies that were whole when their import was killed, and stand in no row: nobody would ever see them. What lies in the
    trash is named. Only for a run that had the catalog alone when it opened it, and of older copies: those of an import at
    work have no rows yet, and what was undone elsewhere may be wanted again."""
    if catalog.alone_since is None:
        return []
    before, db = catalog.alone_since - _COARSE_S, catalog.reader()
    found: list[str] = []
    for folder in sorted(catalog.paths.originals.glob("[0-9a-f][0-9a-f]")):
        copies = {
            path.relative_to(catalog.path).as_posix(): path.name.partition(".")[0]
            for path in folder.glob("[0-9a-f][0-9a-f]/*")
            if _NAME.fullmatch(path.name)
        }
        found += volumes.unused(db, copies)
    named = volumes.named(db, found) if found else set()
    gone = [source for source in found if source not in named and _is_older(catalog.path / source, before)]
    for source in gone:
        Originals(catalog.paths).remove(source)
    return gone


def _is_older(path: Path, before: float) -> bool:
    """A copy that is found there already when its file is added again is as young as a new one."""
    try:
        return path.lstat().st_mtime < before
    except OSError:
        return False


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink()
