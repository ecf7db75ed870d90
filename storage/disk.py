"""Room on a disk: looked at before much is written."""

from __future__ import annotations

import errno
import shutil
from pathlib import Path

_KEPT_FREE = 1 << 30
_FULL = frozenset((errno.ENOSPC, getattr(errno, "EDQUOT", errno.ENOSPC)))


def has_room(folder: Path, size: int) -> bool:
    """Whether so many bytes leave a reserve: 1 GB, or a twentieth of a small disk."""
    usage = shutil.disk_usage(folder)
    return usage.free - size >= min(_KEPT_FREE, usage.total // 20)


def is_full(error: OSError) -> bool:
    return error.errno in _FULL
