"""Bytes of a medium by range, wherever they are."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Protocol

from storage.errors import BadInput


class ByteSource(Protocol):
    """`path` is set where the bytes are an ordinary file, for the libraries that want one."""

    size: int
    etag: str
    path: Path | None

    def read_at(self, offset: int, n: int) -> bytes: ...


def etag_of(status: os.stat_result) -> str:
    """Another one where the file was written to."""
    return etag(status.st_mtime_ns, status.st_size)


def etag(mtime_ns: int, size: int) -> str:
    return f"{mtime_ns:x}-{size:x}"


class FileSource:
    def __init__(self, path: Path) -> None:
        self.path: Path | None = path
        try:
            status = path.stat()
        except OSError as error:
            raise BadInput(
                f"{path.name} cannot be opened: {error.strerror}.",
                remedy="Reconnect the disk, or locate the file anew.",
                input=str(path),
            ) from error
        self.size = status.st_size
        self.etag = etag_of(status)

    def read_at(self, offset: int, n: int) -> bytes:
        assert self.path is not None
        with self.path.open("rb") as file:
            return os.pread(file.fileno(), n, offset) if hasattr(os, "pread") else _seek_read(file, offset, n)


class MemorySource:
    path: Path | None = None

    def __init__(self, data: bytes) -> None:
        self._data = data
        self.size = len(data)
        self.etag = f"memory-{len(data):x}"

    def read_at(self, offset: int, n: int) -> bytes:
        return self._data[offset : offset + n]


def _seek_read(file, offset: int, n: int) -> bytes:  # type: ignore[no-untyped-def]
    file.seek(offset)
    return file.read(n)  # type: ignore[no-any-return]
