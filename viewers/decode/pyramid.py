"""A picture and its halvings as raw arrays: in memory for ordinary pictures, in one mapped file for large ones.

The file is allocated before it is mapped: writing to a mapped file on a full disk would kill the process.
"""

from __future__ import annotations

import os
import sys
import tempfile
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

import numpy as np

from storage.disk import is_full
from storage.errors import DiskFull
from viewers.decode.arrays import DTYPES, Array, halve, halved, shape_of
from viewers.decode.faults import Check
from viewers.decode.request import PixelKind

_STRIP_BYTES = 16 << 20
_PAGE = 4096
SMALLEST = 2048  # px of the longer side: no need to halve further


def levels_of(width: int, height: int) -> int:
    """How many times it is worth halving a picture of this size."""
    level = 0
    while halved(max(width, height), level) > SMALLEST:
        level += 1
    return level


class Pyramid:
    """`arrays[k]` is the upright picture halved k times. Only filled ones may be served: see `filled`."""

    def __init__(self, width: int, height: int, kind: PixelKind, levels: int) -> None:
        self.kind = kind
        self.shapes = [shape_of(kind, halved(width, k), halved(height, k)) for k in range(levels + 1)]
        self.dtype = np.dtype(DTYPES[kind])
        self.arrays: list[Array] = []
        self.filled = False
        self._file: IO[bytes] | None = None
        self.path: Path | None = None

    @property
    def nbytes(self) -> int:
        return sum(self._length(shape) for shape in self.shapes)

    def _length(self, shape: tuple[int, ...]) -> int:
        return int(np.prod(shape, dtype=np.int64)) * self.dtype.itemsize

    def in_memory(self) -> Pyramid:
        self.arrays = [np.empty(shape, self.dtype) for shape in self.shapes[:1]]
        return self

    def in_file(self, path: Path | None) -> Pyramid:
        """Mapped from a new file at `path`, or from one without a name that vanishes with the decoder."""
        try:
            self._file = path.open("w+b") if path else tempfile.TemporaryFile(prefix="postil-")  # noqa: SIM115
            self.path = path
            allocate(self._file, self.nbytes)
        except OSError as error:
            self.close()
            if path is not None:
                path.unlink(missing_ok=True)
            if not is_full(error):
                raise
            raise DiskFull(
                f"Showing this picture needs {self.nbytes // 1_000_000:,} MB in the cache folder, and the disk is full.",
                remedy="Free some space, or empty the catalog's cache folder.",
                input=str(path or tempfile.gettempdir()),
            ) from error
        self._map("r+")
        return self

    def from_file(self, path: Path) -> Pyramid:
        """One that was finished earlier. Raises OSError when it is absent or of another size."""
        self._file = path.open("rb")
        if os.fstat(self._file.fileno()).st_size != self.nbytes:
            self.close()
            raise FileNotFoundError(path)
        self.path = path
        self._map("r")
        self.filled = True
        return self

    def _map(self, mode: str) -> None:
        assert self._file is not None
        offset = 0
        for shape in self.shapes:
            arguments: dict[str, Any] = {"dtype": self.dtype, "mode": mode, "offset": offset, "shape": shape}
            self.arrays.append(np.asarray(np.memmap(self._file, **arguments)))
            offset += self._length(shape)

    def fill(self, check: Check) -> Iterator[None]:
        """Make the smaller levels from the full one, a strip at a time."""
        for level in range(1, len(self.shapes)):
            if len(self.arrays) <= level:
                self.arrays.append(np.empty(self.shapes[level], self.dtype))
            source, target = self.arrays[level - 1], self.arrays[level]
            rows = max(2, _STRIP_BYTES // max(1, source.strides[0])) & ~1
            for y in range(0, source.shape[0], rows):
                strip = source[y : y + rows]
                target[y // 2 : y // 2 + (len(strip) + 1) // 2] = halve(strip, self.kind)
                yield
                check()
        self.filled = True

    def flush(self) -> None:
        if self._file is not None:
            sync(self._file, self.arrays)

    def close(self) -> None:
        self.arrays = []
        if self._file is not None:
            self._file.close()
            self._file = None


def touching(array: Array) -> threading.Thread:
    """All of its pages come to be, on a thread of its own, while somebody works out what is to be put there: half of the time that
    putting it into new pages takes. To be joined before anything is."""
    pages = array.reshape(-1).view(np.uint8)[::_PAGE] if array.flags.c_contiguous else array[:0]

    def touch() -> None:
        pages[...] = 0

    thread = threading.Thread(target=touch, name="postil-pages", daemon=True)
    thread.start()
    return thread


def scratch(shape: tuple[int, ...], dtype: np.dtype[Any]) -> Array:
    """Room for a while: in memory up to 256 MB, in an unnamed file above."""
    size = int(np.prod(shape, dtype=np.int64)) * dtype.itemsize
    if size <= 256 << 20:
        return np.empty(shape, dtype)
    with tempfile.TemporaryFile(prefix="postil-") as file:
        allocate(file, size)
        return np.asarray(np.memmap(file, dtype=dtype, mode="r+", shape=shape))  # the mapping outlives the file object


@contextmanager
def unnamed_file(size: int) -> Iterator[IO[bytes]]:
    """Room for a volume on the disk of the system, gone when nobody holds it any more. DiskFull where there is none."""
    with tempfile.TemporaryFile(prefix="postil-") as file:
        try:
            allocate(file, size)
        except OSError as error:
            if not is_full(error):
                raise
            raise DiskFull(
                f"Showing this volume needs {size // 1_000_000:,} MB, and neither memory nor disk has that much room.",
                remedy="Close other series, or free some space on the disk.",
                input=tempfile.gettempdir(),
            ) from error
        file.seek(0)
        yield file


def sync(file: IO[bytes], arrays: Iterable[Array]) -> None:
    """What was written into these mappings of a file is on the disk. On Linux by the file: a mapping's own `flush` holds the
    interpreter's lock until the disk has everything, and the window stands still."""
    if sys.platform.startswith("linux"):
        os.fsync(file.fileno())
        return
    for array in arrays:
        if isinstance(array.base, np.memmap):
            array.base.flush()


def allocate(file: IO[bytes], size: int) -> None:
    """Room on the disk before it is mapped. OSError where there is none."""
    if hasattr(os, "posix_fallocate"):
        os.posix_fallocate(file.fileno(), 0, size)
        return
    block = bytes(1 << 20)
    for _ in range(size >> 20):
        file.write(block)
    file.write(bytes(size & ((1 << 20) - 1)))
    file.flush()
