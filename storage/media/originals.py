"""Copies of originals inside the catalog's folder, named by their content: `originals/aa/bb/<sha256>.<ext>`.

A copy is written to `originals/incoming/`, then renamed: whoever sees the final name sees the whole file. There is no
fsync per file (it would cap intake at a few hundred files a second); instead `sync()` flushes the whole file system before
rows that point to copies are written, a batch of them at a time. So a power cut leaves no row without its bytes. Larger
copies are on their way to the disk while the next file is hashed, so that `sync()` finds little left to do. Neither reflinks
nor hard links are assumed.
"""

from __future__ import annotations

import ctypes
import errno
import hashlib
import os
import re
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache, partial
from io import RawIOBase
from pathlib import Path
from time import time
from typing import Protocol

from storage.disk import is_full
from storage.errors import BadInput, DiskFull, PostilError
from storage.ids import new_uuid
from storage.model.items import Location

_CHUNK = 1 << 20
_WHOLE = 16 << 20  # files up to this size are read at once: a duplicate is then never written
_AT_ONCE = 64 << 10  # bytes from which a copy is worth a request of its own to the disk
_SYNC_FILE_RANGE_WRITE = 2
_STORED = re.compile(r"originals/([0-9a-f]{2})/([0-9a-f]{2})/([0-9a-f]{64})(\.[a-z0-9]{1,10}){0,2}")


class HasOriginals(Protocol):
    @property
    def originals(self) -> Path: ...


@dataclass(frozen=True, slots=True)
class Stored:
    source: str  # relative to the catalog, forward slashes
    sha256: str
    size: int
    is_new: bool  # False: the same bytes were here already
    path: Path  # where that is now


class Originals:
    def __init__(self, paths: HasOriginals) -> None:
        self._folder = paths.originals
        self._root = paths.originals.parent
        self._incoming = paths.originals / "incoming"
        self._ready = False

    def add_copy(self, path: Path, extension: str = "", check: Callable[[], None] | None = None) -> Stored:
        """Copy a file in, hashing it in the same pass. `check` may raise Cancelled between chunks of a long file."""
        try:
            with path.open("rb", buffering=0) as file:
                before = os.fstat(file.fileno())
                if before.st_size <= _WHOLE:
                    stored = self._add_bytes(file.read(before.st_size + 1) or b"", extension)
                else:
                    stored = self._add_stream(iter(partial(file.read, _CHUNK), b""), extension, check)
                after = os.fstat(file.fileno())
        except OSError as error:
            raise self._explain(path, error) from error
        if stored.size != after.st_size or before.st_mtime_ns != after.st_mtime_ns:
            raise BadInput(
                f"{path.name} changed while it was being copied.",
                remedy="Wait until it is written completely, then add it again.",
                input=str(path),
            )
        return stored

    def add_pieces(self, path: Path, pieces: Iterable[bytes], extension: str, check: Callable[[], None]) -> Stored:
        """What is made of a file, piece by piece."""
        try:
            return self._add_stream(pieces, extension, check)
        except OSError as error:
            raise self._explain(path, error) from error

    def path_of(self, source: str, location: Location) -> Path:
        """Where the bytes of an item are. A stored path that leads out of the catalog's folder is refused."""
        if location in (Location.LINKED, Location.MISSING, Location.CHANGED):
            return Path(source)
        if not _STORED.fullmatch(source):
            raise self._outside(source)
        path = self._root / source
        if not path.resolve().is_relative_to(self._folder.resolve()):
            raise self._outside(source)
        return path

    def paths_of(self, places: Iterable[tuple[str, Location]]) -> list[Path]:
        """The same for the thousands of files of a series or sequence: only where there are links are they followed."""
        top, root, is_link = f"{self._folder.resolve()}{os.sep}", str(self._root), cache(os.path.islink)
        paths = []
        for source, location in places:
            if location is Location.LOCAL:
                if not _STORED.fullmatch(source):
                    raise self._outside(source)
                whole = f"{root}/{source}"
                inner = whole.rpartition("/")[0]
                linked = is_link(whole) or is_link(inner) or is_link(inner.rpartition("/")[0])
                if linked and not os.path.realpath(whole).startswith(top):
                    raise self._outside(source)
                paths.append(Path(whole))
            else:
                paths.append(self.path_of(source, location))
        return paths

    def sync(self) -> None:
        """Everything copied so far is on the disk when this returns. Raises DiskFull or PostilError where that failed."""
        if not self._folder.is_dir():
            return
        try:
            sync_file_system(self._folder)
        except OSError as error:
            if is_full(error):
                reason = f"There is no room left on the disk of {self._folder} for the copies."
                raise DiskFull(reason, remedy="Free some space there, then add the files again.") from error
            reason = f"The copies in {self._folder} could not be written to the disk ({error.strerror})."
            raise PostilError(reason, remedy="Check the disk, then add the files again.") from error

    def remove(self, source: str) -> int:
        """Delete a copy that no item uses any more; answers the bytes given back."""
        path = self.path_of(source, Location.LOCAL)
        try:
            size = path.stat().st_size
            path.unlink()
        except FileNotFoundError:
            return 0
        return size

    def sweep(self, older_than_s: float = 24 * 3600) -> int:
        """Remove what an interrupted copy left behind."""
        removed = 0
        for path in self._incoming.glob("*"):
            try:
                if path.stat().st_mtime < time() - older_than_s:
                    path.unlink()
                    removed += 1
            except OSError:
                continue
        return removed

    # -- how ---------------------------------------------------------------------------------------------------------

    def _add_bytes(self, data: bytes, extension: str) -> Stored:
        digest = hashlib.sha256(data).hexdigest()
        source, target = self._place(digest, extension)
        if _is_there(target, len(data)):
            return Stored(source, digest, len(data), False, target)
        temporary = self._temporary()
        try:
            with temporary.open("wb", buffering=0) as out:
                _write_all(out, data)
                if len(data) >= _AT_ONCE:
                    _begin_writing_out(out.fileno())
            _put(temporary, target)
        except BaseException:
            temporary.unlink(missing_ok=True)
            raise
        return Stored(source, digest, len(data), True, target)

    def _add_stream(self, pieces: Iterable[bytes], extension: str, check: Callable[[], None] | None) -> Stored:
        hasher, size, temporary = hashlib.sha256(), 0, self._temporary()
        try:
            with temporary.open("wb", buffering=0) as out:
                for chunk in pieces:
                    if check is not None:
                        check()
                    hasher.update(chunk)
                    _write_all(out, chunk)
                    _begin_writing_out(out.fileno(), size, len(chunk))
                    size += len(chunk)
            source, target = self._place(hasher.hexdigest(), extension)
            is_new = not _is_there(target, size)
            if is_new:
                _put(temporary, target)
        finally:
            temporary.unlink(missing_ok=True)
        return Stored(source, hasher.hexdigest(), size, is_new, target)

    def _place(self, digest: str, extension: str) -> tuple[str, Path]:
        suffix = extension.lower() if re.fullmatch(r"(\.[a-zA-Z0-9]{1,10}){1,2}", extension) else ""
        source = f"originals/{digest[:2]}/{digest[2:4]}/{digest}{suffix}"
        return source, self._root / source

    def _temporary(self) -> Path:
        if not self._ready:
            self._incoming.mkdir(parents=True, exist_ok=True)
            self._ready = True
        return self._incoming / new_uuid()

    def _explain(self, path: Path, error: OSError) -> BadInput | DiskFull:
        if is_full(error):
            return DiskFull(
                f"There is no room left on the catalog's disk for {path.name}.",
                remedy="Free some space there, or add the files as links; what was added before stays.",
                input=str(path),
            )
        reason = error.strerror or str(error)
        if error.filename is not None and Path(os.fsdecode(error.filename)).is_relative_to(self._root):
            return BadInput(
                f"{path.name} cannot be copied: the catalog's folder {self._folder} cannot be written ({reason}).",
                remedy="Ask for the right to write there, or add the files as links.",
                input=str(path),
            )
        return BadInput(f"{path.name} cannot be copied: {reason}.", remedy="Check the disk and your rights.", input=str(path))

    def _outside(self, source: str) -> BadInput:
        return BadInput(
            f"The stored path “{source[:80]}” leads out of the catalog and is not followed.",
            remedy="The catalog was changed by another program; restore a backup.",
            input=source,
        )


def hash_file(path: Path, check: Callable[[], None] | None = None) -> str:
    """SHA-256 of a file left in place."""
    hasher = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            if check is not None:
                check()
            hasher.update(chunk)
    return hasher.hexdigest()


def _write_all(out: RawIOBase, data: bytes) -> None:
    """A raw write may take less than it is given, as it does just before the disk is full."""
    written = out.write(data) or 0
    while written < len(data):
        written += out.write(data[written:]) or 0


def _is_there(path: Path, size: int) -> bool:
    """The copy is wanted again: it counts as new for whoever looks for copies that nobody wants."""
    try:
        if path.stat().st_size != size:
            return False
        os.utime(path)
    except FileNotFoundError:
        return False
    return True


def _put(temporary: Path, target: Path) -> None:
    try:
        temporary.replace(target)
    except FileNotFoundError:
        target.parent.mkdir(parents=True, exist_ok=True)
        temporary.replace(target)


@cache
def _libc() -> ctypes.CDLL:
    libc = ctypes.CDLL(None, use_errno=True)
    libc.sync_file_range.argtypes = (ctypes.c_int, ctypes.c_int64, ctypes.c_int64, ctypes.c_uint)
    return libc


def _begin_writing_out(handle: int, start: int = 0, size: int = 0) -> None:
    """These bytes of a file (0: all) are sent to the disk and not waited for. They are safe after a sync only; that this fails
    does no harm."""
    if sys.platform == "linux":
        _libc().sync_file_range(handle, start, size, _SYNC_FILE_RANGE_WRITE)


def sync_file_system(folder: Path) -> None:
    """syncfs(2) where there is one: only this disk is waited for. Elsewhere sync(2); Windows has neither for a user."""
    if sys.platform == "linux":
        handle = os.open(folder, os.O_RDONLY)
        try:
            if _libc().syncfs(handle) != 0:
                raise OSError(number := ctypes.get_errno() or errno.EIO, os.strerror(number))
        finally:
            os.close(handle)
    elif hasattr(os, "sync"):
        os.sync()
