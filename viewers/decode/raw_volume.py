"""Volumes whose values lie in one file in the order of the array: NIfTI, NRRD. Never as doubles unless the file has doubles.

A file that is not packed is mapped: nothing is read until it is looked at. A packed one is unpacked once into the cache.
"""

from __future__ import annotations

import bz2
import math
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from storage.errors import BadInput
from storage.media.dicom_index import Lut, Voi
from storage.media.source import ByteSource
from storage.model.space import VolumeGeometry
from viewers.decode.arrays import Array
from viewers.decode.faults import Check, decoding, name_of
from viewers.decode.overlays import Overlay
from viewers.decode.voi import Look, Window

#: Up to this size a packed file is unpacked in one go, five times as fast as in pieces.
_AT_ONCE = 1 << 30
_PIECE = 4 << 20
MAX_BYTES = 1 << 38
_WIDENED = {"i1": "i2", "c8": "f4", "c16": "f8", "f16": "f8", "c32": "f8"}


@dataclass(frozen=True, slots=True)
class RawLayout:
    """How the values lie: C order, `kind` a numpy type with its byte order. `samples` 3 or 4: bytes of RGB or RGBA."""

    kind: str
    times: int
    slices: int
    rows: int
    columns: int
    offset: int = 0  # of the first value, in the unpacked file
    packed: str = ""  # gzip, bzip2
    samples: int = 1
    slope: float = 1.0
    intercept: float = 0.0
    window: tuple[float, float] | None = None  # modality values that the file wants black and white
    units: str = ""

    @property
    def frame_bytes(self) -> int:
        return self.rows * self.columns * self.samples * np.dtype(self.kind).itemsize

    @property
    def nbytes(self) -> int:
        return self.frame_bytes * self.slices * self.times


class RawFrames:
    """See `volume.Frames`. `source` holds the values (of a pair, the second file)."""

    def __init__(self, layout: RawLayout, source: ByteSource, geometry: VolumeGeometry | None) -> None:
        self.layout = layout
        self.geometry = geometry
        self.slices, self.times = layout.slices, layout.times
        self.units = layout.units
        kind = np.dtype(layout.kind)
        self.dtype = np.dtype(_WIDENED.get(kind.str[1:], kind.newbyteorder("=")))
        frame = (layout.rows, layout.columns)
        self.shape: tuple[int, ...] = (layout.times * layout.slices, *frame, *((3,) if layout.samples > 1 else ()))
        self.keep = self.at_once = bool(layout.packed)
        self._source = source
        self._check()

    @property
    def identity(self) -> str:
        return f"raw|{self.layout}|{self._source.path}|{self._source.etag}"

    def mapped(self) -> Array | None:
        path, layout = self._source.path, self.layout
        plain = np.dtype(layout.kind).newbyteorder("=") == self.dtype and np.dtype(layout.kind).isnative
        if path is None or layout.packed or not plain or layout.samples == 4:
            return None
        with decoding(self._source):
            return np.asarray(np.memmap(path, self.dtype, "r", layout.offset, self.shape))

    def read_into(self, frame: int, out: Array) -> None:
        """One frame of a file that is not packed."""
        size = self.layout.frame_bytes
        with decoding(self._source):
            data = self._source.read_at(self.layout.offset + frame * size, size)
            self._convert(np.frombuffer(data, self.layout.kind), out)

    def fill(self, array: Array, came: Callable[[int], None], check: Check) -> None:
        """Every frame of a packed file, in its order; `came` after each."""
        size, frame, rest = self.layout.frame_bytes, 0, b""
        with decoding(self._source):
            for piece in self._unpacked(check):
                rest = rest + piece if rest else piece
                view = memoryview(rest)
                at = 0
                while len(view) - at >= size and frame < len(array):
                    self._convert(np.frombuffer(view[at : at + size], self.layout.kind), array[frame])
                    at += size
                    came(frame)
                    frame += 1
                rest = bytes(view[at:])
            if frame < len(array):
                raise ValueError(f"it ends early: {frame} of {len(array)} slices are there")

    def look(self, frame: int, chosen: Window | Lut | None = None, *, invert: bool = False) -> Look:
        layout = self.layout
        own = Window.between(*layout.window) if layout.window and layout.samples == 1 else None
        return Look(chosen or own, layout.slope, layout.intercept, inverted=invert)

    def proposals(self, frame: int) -> Voi:
        return Voi()

    def overlays(self, frame: int) -> tuple[Overlay, ...]:
        return ()

    def source(self, frame: int) -> ByteSource:
        return self._source

    def close(self) -> None:
        return None

    # -- unpacking ---------------------------------------------------------------------------------------------------

    def _convert(self, values: Array, out: Array) -> None:
        if self.layout.samples > 1:
            out[...] = values.reshape(*out.shape[:2], self.layout.samples)[..., :3]
        elif np.iscomplexobj(values):
            out[...] = np.abs(values).reshape(out.shape)
        else:
            out[...] = values.reshape(out.shape)

    def _unpacked(self, check: Check) -> Iterator[bytes]:
        """The values alone, in pieces."""
        skip, left = self.layout.offset, self.layout.nbytes
        for piece in self._pieces(check):
            dropped = min(skip, len(piece))
            skip -= dropped
            piece = piece[dropped : dropped + left] if dropped or len(piece) > left else piece
            left -= len(piece)
            if piece:
                yield piece
            if not left:
                return

    def _pieces(self, check: Check) -> Iterator[bytes]:
        whole = self.layout.offset + self.layout.nbytes
        if self.layout.packed == "gzip" and whole <= _AT_ONCE:
            data = self._source.read_at(0, self._source.size)
            unpacked = _at_once(data, whole)
            if unpacked is not None:
                yield unpacked
                return
        unpack = _Gzip() if self.layout.packed == "gzip" else bz2.BZ2Decompressor()
        at = 0
        while at < self._source.size:
            check()
            data = self._source.read_at(at, _PIECE)
            if not data:
                return
            at += len(data)
            yield unpack.decompress(data)

    def _check(self) -> None:
        layout, reason = self.layout, ""
        kind = np.dtype(layout.kind)
        if min(layout.times, layout.slices, layout.rows, layout.columns) < 1 or layout.nbytes > MAX_BYTES:
            reason = f"its size is {layout.columns} × {layout.rows} × {layout.slices} × {layout.times}"
        elif layout.samples not in (1, 3, 4) or (layout.samples > 1 and kind != np.uint8):
            reason = f"it has {layout.samples} values of {kind} a voxel"
        elif layout.packed not in ("", "gzip", "bzip2"):
            reason = f"its values are packed as “{layout.packed}”"
        elif not layout.packed and self._source.size < layout.offset + layout.nbytes:
            reason = f"it ends early: {self._source.size:,} of {layout.offset + layout.nbytes:,} bytes are there"
        elif not (math.isfinite(layout.slope) and math.isfinite(layout.intercept)):
            reason = "its scaling is not a number"
        if reason:
            name, path = name_of(self._source)
            raise BadInput(f"{name} cannot be shown: {reason}.", remedy="Copy it again from where it came.", input=path)


def _at_once(data: bytes, size: int) -> bytes | None:
    """By libdeflate; None where it cannot (several members, more than is expected): the slow way finds out why."""
    import imagecodecs

    room = size + (1 << 16)  # what follows the values: extensions, padding
    try:
        unpacked = bytes(imagecodecs.gzip_decode(data, out=room))
    except (imagecodecs.GzipError, imagecodecs.DeflateError, ValueError, MemoryError):
        return None
    return unpacked if len(unpacked) >= size else None  # it stops silently after the first member


class _Gzip:
    """Members one after the other, each with its own head."""

    def __init__(self) -> None:
        self._stream = zlib.decompressobj(31)

    def decompress(self, data: bytes) -> bytes:
        out = [self._stream.decompress(data)]
        while self._stream.eof and self._stream.unused_data.strip(b"\0"):
            data = self._stream.unused_data
            self._stream = zlib.decompressobj(31)
            out.append(self._stream.decompress(data))
        return b"".join(out)
