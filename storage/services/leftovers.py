"""What work that was killed left behind in the catalog's folder: half-written files that no row knows."""

from __future__ import annotations

import shutil
from pathlib import Path
from time import time
from typing import TYPE_CHECKING

from storage.media.originals import Originals

if TYPE_CHECKING:
    from storage.catalog.engine import Catalog

_DAY_S = 24 * 3600
_COARSE_S = 1  # clocks of disks lag behind
#: In the cache: archives being unpacked; files that get their name when they are whole.
_IN_CACHE = ("unpacked-*", "*/*.part", "*/.*.part.*")


def sweep(catalog: Catalog) -> int:
    """Remove them; answers how many. What somebody may be writing just now stays: whatever is younger than a day, or, if
    nobody else had the catalog open when this run opened it, than that."""
    now = time()
    before = now - _DAY_S if catalog.alone_since is None else catalog.alone_since - _COARSE_S
    removed = Originals(catalog.paths).sweep(older_than_s=now - before)
    for path in (path for pattern in _IN_CACHE for path in catalog.paths.cache.glob(pattern)):
        try:
            if path.lstat().st_mtime < before:
                _remove(path)
                removed += 1
        except OSError:
            continue
    return removed


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink()
