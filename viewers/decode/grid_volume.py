"""Volumes whose values lie in one file in the order of the array: NIfTI, NRRD. Never as doubles unless the file has doubles.

A packed file is unpacked once into the cache.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from storage.errors import BadInput
from storage.media.dicom_index import Lut, Voi
from storage.media.grid_header import GridHeader
from storage.media.source import ByteSource, FileSource
from storage.model.space import VolumeGeometry
from viewers.decode.arrays import Array
from viewers.decode.faults import Check, decoding, name_of
from viewers.decode.overlays import Overlay
from viewers.decode.pyramid import touching, unnamed_file
from viewers.decode.straight import read_values
from viewers.decode.voi import Look, Window

#: Up to this size a packed file is unpacked in one go, five times as fast as in pieces.
_AT_ONCE = 1 << 30
_PIECE = 4 << 20
_SIP = 1 << 14  # packed bytes given to zlib at once: what follows a member is copied
_BEHIND = 1 << 20  # bytes that may follow the values
_WIDENED = {"i1": "i2"}


class GridFrames:
    """See `volume.Frames`. `source` holds the values (of a pair, the second file)."""

    def __init__(self, header: GridHeader, source: ByteSource) -> None:
        self.header = header
        self.geometry: VolumeGeometry | None = None if header.unmeasured else header.geometry
        self.slices, self.times = header.slices, header.times
        self.units = ""
        kind = np.dtype(header.dtype)
        self.dtype = np.dtype(_WIDENED.get(kind.str[1:], kind.newbyteorder("=")))
        frame = (header.rows, header.columns)
        self.shape: tuple[int, ...] = (header.times * header.slices, *frame, *((3,) if header.samples > 1 else ()))
        self.keep = self.at_once = bool(header.packed)
        self._frame_bytes = header.data_bytes // (header.times * header.slices)
        self._straight = np.dtype(header.dtype) == self.dtype and not header.interleaved and header.samples != 4
        self._source = source
        self._check()

    @property
    def identity(self) -> str:
        return f"grid|{self.header.to_dict()}|{self._source.path}|{self._source.etag}"

    def read_into(self, frame: int, out: Array) -> None:
        header, size = self.header, self._frame_bytes
        if header.packed:
            return self._read_packed(frame, out)
        with decoding(self._source):
            if self._straight and self._source.path is not None:
                return read_values(self._source.path, header.offset + frame * size, out)
            if header.interleaved:
                every = self._source.read_at(header.offset + frame % self.slices * size * self.times, size * self.times)
                values = np.frombuffer(every, header.dtype).reshape(-1, self.times)[:, frame // self.slices]
            else:
                values = np.frombuffer(self._source.read_at(header.offset + frame * size, size), header.dtype)
            self._convert(values, out)
        return None

    def fill(self, array: Array, came: Callable[[int], None], check: Check) -> None:
        """Every frame of a packed file, in its order; `came` after each."""
        with decoding(self._source):
            ready = touching(array if self._in_one_go else array[:0])
            done = 0
            try:
                for frame, values in self._frames(check):
                    ready.join()
                    self._convert(values, array[frame])
                    came(frame)
                    done += 1
            finally:
                ready.join()
            if done < len(array):
                raise ValueError(f"it ends early: {done} of {len(array)} slices are there")

    def _read_packed(self, frame: int, out: Array) -> None:
        """One frame alone: everything before it is unpacked and thrown away."""
        with decoding(self._source):
            for number, values in self._frames(_never):
                if number == frame:
                    self._convert(values, out)
                    return
            raise ValueError(f"it ends before slice {frame + 1}")

    def look(self, frame: int, chosen: Window | Lut | None = None, *, invert: bool = False) -> Look:
        header = self.header
        told = header.facts.get("display_range")
        own = Window.between(float(told[0]), float(told[1])) if told and header.samples == 1 else None
        return Look(chosen or own, header.slope, header.intercept, inverted=invert)

    def proposals(self, frame: int) -> Voi:
        return Voi()

    def has_overlays(self, frame: int) -> bool:
        return False

    def overlays(self, frame: int) -> tuple[Overlay, ...]:
        return ()

    def source(self, frame: int) -> ByteSource:
        return self._source

    def close(self) -> None:
        return None

    # -- unpacking ---------------------------------------------------------------------------------------------------

    def _convert(self, values: Array, out: Array) -> None:
        if self.header.samples > 1:
            out[...] = values.reshape(*out.shape[:2], self.header.samples)[..., :3]
        else:
            out[...] = values.reshape(out.shape)

    def _frames(self, check: Check) -> Iterator[tuple[int, Array]]:
        """The values of each frame of a packed file, as they come."""
        if self.header.interleaved:
            with unnamed_file(self.header.data_bytes) as file:
                file.writelines(self._unpacked(check))
                file.flush()
                came = file.tell()
                yield from self._interleaved(np.memmap(file, np.uint8, "r", shape=came) if came else np.zeros(0, np.uint8))
            return
        size, frame = self._frame_bytes, 0
        rest: bytes | memoryview = b""
        for piece in self._unpacked(check):
            rest = b"".join((rest, piece)) if rest else piece
            view, at = memoryview(rest), 0
            while len(view) - at >= size and frame < self.shape[0]:
                check()
                yield frame, np.frombuffer(view[at : at + size], self.header.dtype)
                at += size
                frame += 1
            rest = bytes(view[at:])

    def _interleaved(self, data: Array) -> Iterator[tuple[int, Array]]:
        whole = len(data) // (self._frame_bytes * self.times)
        values = data[: whole * self._frame_bytes * self.times].view(self.header.dtype)
        for k, voxels in enumerate(values.reshape(whole, -1, self.times)):
            for t in range(self.times):
                yield t * self.slices + k, voxels[:, t]

    def _unpacked(self, check: Check) -> Iterator[memoryview]:
        """The values alone, in pieces."""
        skip, left = self._skip, self.header.data_bytes
        for unpacked in self._pieces(check):
            piece = memoryview(unpacked)[skip : skip + left]
            skip = max(0, skip - len(unpacked))
            left -= len(piece)
            if piece:
                yield piece
            if not left:
                return

    def _pieces(self, check: Check) -> Iterator[bytes | memoryview]:
        start = self._start
        if self._in_one_go:
            everything = _at_once(self._source.read_at(start, self._source.size - start), self._skip + self.header.data_bytes)
            if everything is not None:
                yield everything
                return
        unpack, at = _Gzip(), start
        while at < self._source.size:
            check()
            data = self._source.read_at(at, _PIECE)
            if not data:
                return
            at += len(data)
            for unpacked in unpack.decompress(data):
                check()
                yield unpacked

    @property
    def _start(self) -> int:
        """Where what is packed begins in the file."""
        return self.header.offset if self.header.packed == "payload" else 0

    @property
    def _in_one_go(self) -> bool:
        whole = self._skip + self.header.data_bytes
        return whole <= _AT_ONCE and self._source.size - self._start <= whole + _BEHIND

    @property
    def _skip(self) -> int:
        """Bytes before the values in what is unpacked."""
        return self.header.offset if self.header.packed == "whole" else 0

    def _check(self) -> None:
        header, reason = self.header, ""
        if self.header.samples not in (1, 3, 4) or (header.samples > 1 and np.dtype(header.dtype) != np.uint8):
            reason = f"it has {header.samples} values of the type {np.dtype(header.dtype).name} in a voxel"
        elif not header.may_lie_in(self._source.size):
            reason = f"it ends early: {self._source.size:,} of {header.offset + header.data_bytes:,} bytes are there"
        if reason:
            name, path = name_of(self._source)
            raise BadInput(f"{name} cannot be shown: {reason}.", remedy="Copy it again from where it came.", input=path)


def open_grid(source: ByteSource, facts: Mapping[str, Any]) -> GridFrames:
    """A NIfTI or NRRD file. Its header is read again: `facts` may come from an older version; they count where there is no file."""
    from storage.media.nifti import read_nifti
    from storage.media.nrrd import read_nrrd

    if source.path is None:
        if "header" not in facts:
            raise BadInput("The header of this volume is not known.", remedy="Copy the file to a folder, and add it again.")
        return GridFrames(GridHeader.from_dict(facts["header"], Path()), source)
    header = read_nrrd(source.path) if source.read_at(0, 4) == b"NRRD" else read_nifti(source.path)
    return GridFrames(header, source if header.data_path == source.path else FileSource(header.data_path))


def _never() -> None:
    return None


def _at_once(data: bytes, size: int) -> memoryview | None:
    """By libdeflate; None where it cannot (several members, much more than is expected): the slow way finds out why."""
    import imagecodecs

    told = int.from_bytes(data[-4:], "little")  # the length of the last member, modulo 4 GB
    if not size <= told <= size + _BEHIND:
        return None
    try:
        # An array of that size lies in large pages, where bytes do not: a sixth less to wait for.
        unpacked = memoryview(imagecodecs.gzip_decode(data, out=np.empty(told, np.uint8).data))
    except (imagecodecs.GzipError, imagecodecs.DeflateError, ValueError, MemoryError):
        return None
    return unpacked if len(unpacked) >= size else None  # it stops silently after the first member


class _Gzip:
    """Members one after the other, each with its own head, zeros between them."""

    def __init__(self) -> None:
        self._stream = zlib.decompressobj(31)

    def decompress(self, data: bytes) -> Iterator[bytes]:
        """In pieces of bounded size, however much it unpacks to."""
        out: list[bytes] = []
        size = 0
        for at in range(0, len(data), _SIP):
            left = data[at : at + _SIP]
            while left:
                if self._stream.eof:
                    left = left.lstrip(b"\0")
                    if not left:
                        break
                    self._stream = zlib.decompressobj(31)
                out.append(self._stream.decompress(left, _PIECE))
                size += len(out[-1])
                left = self._stream.unused_data or self._stream.unconsumed_tail
                if size >= _PIECE:
                    yield b"".join(out)
                    out, size = [], 0
        yield b"".join(out)
