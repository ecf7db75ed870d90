"""Tiles of a spectrogram in the cache folder: a sparse file a level, so that a sound opened again is drawn at once."""

from __future__ import annotations

import zlib
from pathlib import Path

TILE_BYTES = 256 * 513
#: Levels larger than this are made anew each time: only a few of their tiles are ever in sight.
LARGEST = 64 << 20
#: Bytes of all levels of all sounds; the oldest make room.
BUDGET = 1 << 30
_MARK = 5  # bytes that tell of a tile: 1, and its CRC-32


class SpectrumStore:
    """`name` tells sounds and their channels apart. A cache that cannot be written is only slower."""

    def __init__(self, folder: Path, name: str) -> None:
        self._folder, self._name = folder, name

    def read(self, level: int, number: int, size: int) -> bytes | None:
        """None where there is none, or a damaged one."""
        try:
            with self._place(level).open("rb") as file:
                file.seek(_at(number))
                mark = file.read(_MARK)
                data = file.read(size)
        except OSError:
            return None
        whole = len(data) == size and mark == b"\x01" + zlib.crc32(data).to_bytes(4, "little")
        return data if whole else None

    def write(self, level: int, number: int, data: bytes, tiles: int) -> None:
        """`tiles`: how many the level has."""
        if tiles * TILE_BYTES > LARGEST:
            return
        place = self._place(level)
        try:
            if not place.exists():
                place.parent.mkdir(parents=True, exist_ok=True)
                self._make_room()
                place.touch()
            with place.open("r+b") as file:
                file.seek(_at(number))
                file.write(b"\x01" + zlib.crc32(data).to_bytes(4, "little") + data)
        except OSError:
            return

    def _place(self, level: int) -> Path:
        return self._folder / f"{self._name}.{level}.spectrum"

    def _make_room(self) -> None:
        files = []
        for path in self._folder.glob("*.spectrum"):
            status = path.stat()
            files.append((status.st_mtime, status.st_size, path))
        total = sum(size for _, size, _ in files)
        for _, size, path in sorted(files):
            if total <= BUDGET:
                return
            path.unlink(missing_ok=True)
            total -= size


def _at(number: int) -> int:
    return number * (TILE_BYTES + _MARK)
