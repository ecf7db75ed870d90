"""Which catalog was used last: one line in a file of the person's data folder, shared by the window and the command line."""

from __future__ import annotations

import contextlib
from pathlib import Path

from storage.paths import user_data_dir


def last_catalog() -> Path | None:
    try:
        path = Path((user_data_dir() / "last-catalog").read_text("utf-8").strip())
    except (OSError, UnicodeDecodeError):
        return None
    return path if path.is_absolute() and path.is_dir() else None


def remember_catalog(path: Path) -> None:
    """Convenience only: where it cannot be written, the default is used next time."""
    with contextlib.suppress(OSError):
        folder = user_data_dir()
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "last-catalog").write_text(str(path.resolve()), "utf-8")
