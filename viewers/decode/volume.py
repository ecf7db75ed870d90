"""The frames of a volume as arrays of stored values, read from where the catalog's index says they lie.

Nothing is parsed: pixels that lie in a file as they are go straight into the array that is shown, compressed ones through
the codecs. A reader may be used by several threads at once. Values stay as stored; `modality` makes HU of them.
"""

from __future__ import annotations

import threading
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import MappingProxyType
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from storage.errors import BadInput, Cancelled
from storage.media.dicom_index import FrameIndex, Lut, PixelFormat, Voi
from storage.media.source import ByteSource, FileSource
from storage.model.dicom_units import spoken
from storage.model.space import VolumeGeometry
from viewers.decode import voi
from viewers.decode.arrays import Array
from viewers.decode.dicom_codecs import BIG_ENDIAN, is_native
from viewers.decode.dicom_pixels import check_format, decode_frame, dtype_of, fit, shape_of
from viewers.decode.elsewhere import Elsewhere
from viewers.decode.faults import Check, decoding, name_of
from viewers.decode.jpeg_head import Damaged, StreamHead, head_of
from viewers.decode.overlays import Overlay, read_overlays
from viewers.decode.straight import read_straight
from viewers.decode.voi import Look, Window, look_of

__all__ = ["DicomFrames", "Frames", "load_order", "open_volume"]

_MAX_INFLATED = 4 << 30
_SPREAD = 4  # after what is seen, every fourth slice: the other planes take shape early


class Frames(Protocol):
    """Where a volume's values come from. Frame i is time `i // slices`, slice `i % slices`."""

    slices: int
    times: int
    shape: tuple[int, ...]  # (frames, rows, columns) or (frames, rows, columns, 3) of RGB
    dtype: np.dtype
    at_once: bool  # one stream from which no frame can be had alone: see `fill`
    keep: bool  # unpacking took time: worth keeping in the cache
    geometry: VolumeGeometry | None  # None: a stack of pictures without place in space
    units: str  # of modality values: HU, Bq/ml ...; "" unknown

    @property
    def identity(self) -> str:
        """Of the content; another one when a file has changed."""

    def read_into(self, frame: int, out: Array) -> None:
        """Fills `out`, contiguous and of one frame's shape. BadInput names file and reason."""

    def fill(self, array: Array, came: Callable[[int], None], check: Check) -> None:
        """Instead of `read_into`, where `at_once`: all frames in the order of the file."""

    def look(self, frame: int, chosen: Window | Lut | None = None, *, invert: bool = False) -> Look:
        """How a frame is shown: with the file's own first window or LUT unless one is chosen."""

    def proposals(self, frame: int) -> Voi:
        """The windows and LUTs that the file has for this frame."""

    def has_overlays(self, frame: int) -> bool:
        """As far as is known without reading its file."""

    def overlays(self, frame: int) -> tuple[Overlay, ...]:
        """Drawings that the file lays over this frame. Reads the file's head: not for the GUI thread."""

    def source(self, frame: int) -> ByteSource:
        """The file that this frame is in."""

    def close(self) -> None: ...


def load_order(n: int, middle: int | None = None, visible: Sequence[int] = ()) -> list[int]:
    """Each of n slices once: the middle one, what is seen, every fourth (all planes take shape), then the rest."""
    middle = n // 2 if middle is None else min(max(middle, 0), n - 1)
    spread = [k for start in range(_SPREAD) for k in range(start, n, _SPREAD)]
    order = [middle, *(k for k in visible if 0 <= k < n), *spread]
    return list(dict.fromkeys(order))


class DicomFrames:
    """See `Frames`. `sources(i)` opens the i-th file of the index. `aspect`: how high and how wide a pixel is, in relation.
    `etags` of the files when they were added: one that has another now is looked at before its pixels are trusted."""

    def __init__(
        self,
        index: FrameIndex,
        sources: Callable[[int], ByteSource],
        aspect: tuple[float, float] = (1.0, 1.0),
        etags: Mapping[int, str] = MappingProxyType({}),
    ) -> None:
        self.index, self.aspect = index, aspect
        self._doubted = dict(etags)
        self.slices, self.times = index.slices, index.times
        self._sources = sources
        self._open: dict[int, ByteSource] = {}
        self._inflated: tuple[int, bytes] | None = None
        self._sheet: tuple[int, Array] | None = None  # the mosaic that was last taken apart, by file
        self._elsewhere: Elsewhere | None = None
        self._lock = threading.Lock()
        used = [index.formats[k] for k in np.unique(index.format)]
        self._check(used)
        self.dtype = np.result_type(*(dtype_of(f) for f in used))
        self.shape = (len(index), *shape_of(used[0]))
        self.at_once = False
        self.keep = any(not is_native(f.transfer_syntax) or f.transfer_syntax.endswith(".99") for f in used)
        self.geometry = index.geometry
        self.units = spoken(used[0].units)
        self._straight = [self._is_straight(f) for f in index.formats]

    @property
    def identity(self) -> str:
        """The index and, of each file, size and time of change."""
        files = "|".join(f"{s.path}:{s.etag}" for s in map(self._source, np.unique(self.index.file).tolist()))
        return f"dicom|{zlib.crc32(self.index.to_bytes()):x}|{self.shape}|{self.dtype.str}|{files}"

    def read_into(self, frame: int, out: Array) -> None:
        index = self.index
        file = int(index.file[frame])
        straight = self._straight[index.format[frame]]
        if straight and index.length[frame] > 0 and file not in index.deflated and frame not in index.pieces:
            source = self._trusted(file)
            if source.path is not None:
                place = int(index.offset[frame]), int(index.length[frame])
                try:
                    read_straight(source, *place, index.format_of(frame), out, first=index.frame_number[frame] <= 1)
                except Exception:
                    with self._naming(source, frame):
                        raise
                return
        out[...] = self.frame(frame)

    def frame(self, frame: int, check: Check | None = None) -> Array:
        """One frame as it is stored, in the format of its own file."""
        tile = self.index.format_of(frame)
        if tile.tile is None:
            return self._decoded(frame, tile, check)
        file, sheet = int(self.index.file[frame]), self._sheet
        if sheet is None or sheet[0] != file:  # all tiles of a mosaic are wanted, one after the other
            sheet = self._sheet = (file, self._decoded(frame, tile.sheet, check))
        row, column = tile.corner
        return np.ascontiguousarray(sheet[1][row : row + tile.rows, column : column + tile.columns])

    def _decoded(self, frame: int, fmt: PixelFormat, check: Check | None) -> Array:
        with self._reading(frame) as source:
            if check is not None:
                check()
            data, first_bit = self._bytes(source, frame, fmt)
            if check is not None:
                check()
            try:
                return decode_frame(data, fmt, first_bit=first_bit)
            except Exception as error:
                if is_native(fmt.transfer_syntax) or isinstance(error, Damaged):
                    raise
                return self._by_others(data, fmt, error)

    def modality(self, frame: int, stored: Array) -> NDArray[np.float32]:
        """HU, or whatever the values of this frame mean, in the shape of `stored`."""
        fmt = self.index.format_of(frame)
        slope, intercept = float(self.index.slope[frame]), float(self.index.intercept[frame])
        return voi.modality(stored, slope, intercept, fmt.modality_lut)

    def fill(self, array: Array, came: Callable[[int], None], check: Check) -> None:
        for frame in range(len(array)):
            check()
            self.read_into(frame, array[frame])
            came(frame)

    def look(self, frame: int, chosen: Window | Lut | None = None, *, invert: bool = False) -> Look:
        own = self.index.voi_of(frame)
        if chosen is not None:
            return look_of(self.index, frame, chosen, invert=invert)
        if own.luts:
            return look_of(self.index, frame, own.luts[0], invert=invert)
        window = Window(own.windows[0].center, own.windows[0].width, own.function) if own.windows else None
        return look_of(self.index, frame, window, invert=invert)

    def proposals(self, frame: int) -> Voi:
        return self.index.voi_of(frame)

    def has_overlays(self, frame: int) -> bool:
        fmt = self.index.format_of(frame)
        return fmt.overlays and fmt.tile is None

    def overlays(self, frame: int) -> tuple[Overlay, ...]:
        if not self.has_overlays(frame):
            return ()
        fmt = self.index.format_of(frame)
        with self._reading(frame) as source:
            data = self._bytes(source, frame, fmt)[0] if is_native(fmt.transfer_syntax) and fmt.samples == 1 else b""
            return read_overlays(source, fmt, max(1, int(self.index.frame_number[frame])), data)

    def source(self, frame: int) -> ByteSource:
        return self._trusted(int(self.index.file[frame]))

    def close(self) -> None:
        with self._lock:
            elsewhere, self._elsewhere = self._elsewhere, None
            self._inflated = self._sheet = None
        if elsewhere is not None:
            elsewhere.close()

    # -- bytes -------------------------------------------------------------------------------------------------------

    def _bytes(self, source: ByteSource, frame: int, fmt: PixelFormat) -> tuple[bytes, int]:
        index = self.index
        if not index.length[frame]:
            raise ValueError("it has no pixels")
        if fmt.bits_allocated == 8 and fmt.transfer_syntax in BIG_ENDIAN and self._in_words(source, frame, fmt):
            return self._unswapped(source, frame, fmt), 0
        first_bit, more = 0, 0
        if fmt.bits_allocated == 1 and is_native(fmt.transfer_syntax):
            first_bit = (max(0, int(index.frame_number[frame]) - 1) * fmt.rows * fmt.columns) % 8
            more = 1 if first_bit else 0  # the last bits may lie in one byte more than the frame's length
        parts = [self._part(source, frame, offset, length + more) for offset, length in index.ranges(frame)]
        return b"".join(parts), first_bit

    def _part(self, source: ByteSource, frame: int, offset: int, length: int) -> bytes:
        file = int(self.index.file[frame])
        if file not in self.index.deflated:
            return source.read_at(offset, length)
        with self._lock:
            if self._inflated is None or self._inflated[0] != file:
                self._inflated = (file, inflated(source))
            return self._inflated[1][offset : offset + length]

    def _in_words(self, source: ByteSource, frame: int, fmt: PixelFormat) -> bool:
        """Bytes that an explicit big endian file keeps as words (OW) lie swapped: the element's head says so."""
        start = int(self.index.offset[frame]) - self._before(frame, fmt) - 12
        return start >= 0 and source.read_at(start, 6) == b"\x7f\xe0\x00\x10OW"

    def _unswapped(self, source: ByteSource, frame: int, fmt: PixelFormat) -> bytes:
        """A frame of odd length begins or ends in the middle of a word."""
        lead, length = self._before(frame, fmt) % 2, int(self.index.length[frame])
        data = source.read_at(int(self.index.offset[frame]) - lead, (lead + length + 1) // 2 * 2)
        words = np.frombuffer(data, np.uint8, len(data) & ~1).reshape(-1, 2)
        return words[:, ::-1].tobytes()[lead : lead + length]

    def _before(self, frame: int, fmt: PixelFormat) -> int:
        """Bytes of the frames before this one in its file."""
        return max(0, int(self.index.frame_number[frame]) - 1) * fmt.frame_bytes

    def _source(self, file: int) -> ByteSource:
        found = self._open.get(file)
        if found is None:
            found = self._open[file] = self._sources(file)
        return found

    def _trusted(self, file: int) -> ByteSource:
        """Raises BadInput where other pictures lie there than those that were added."""
        source, told = self._source(file), self._doubted.get(file)
        if told is not None:
            if told != source.etag and source.path is not None:
                from viewers.decode.unchanged import expect_same  # brings what reads heads, which is seldom wanted

                with decoding(source):
                    expect_same(source.path, self.index, file)
            self._doubted.pop(file, None)
        return source

    # -- what goes wrong ---------------------------------------------------------------------------------------------

    @contextmanager
    def _reading(self, frame: int) -> Iterator[ByteSource]:
        if not 0 <= frame < len(self.index):
            raise BadInput(f"The volume has {len(self.index)} frames; there is no frame {frame}.", remedy="Count from 0.")
        source = self._trusted(int(self.index.file[frame]))
        with self._naming(source, frame):
            yield source

    @contextmanager
    def _naming(self, source: ByteSource, frame: int) -> Iterator[None]:
        """Reasons name the file, and the frame in it where it has several."""
        number = int(self.index.frame_number[frame])
        with decoding(source):
            try:
                yield
            except (BadInput, Cancelled, MemoryError):
                raise
            except Exception as error:
                if number > 1:
                    raise ValueError(f"frame {number}: {error}") from error
                raise

    def _by_others(self, data: bytes, fmt: PixelFormat, error: Exception) -> Array:
        """The first reason is the one told, if the others know nothing better."""
        try:
            head: StreamHead = head_of(data)
        except ValueError:
            raise error from None
        with self._lock:
            if self._elsewhere is None:
                self._elsewhere = Elsewhere()
            elsewhere = self._elsewhere
        try:
            array = elsewhere.decode(data, fmt)
        except ValueError:
            raise error from None
        if array.shape != shape_of(fmt):
            raise error
        return fit(array, head, fmt) if fmt.samples == 1 else array.astype(np.uint8)

    def _check(self, formats: Sequence[PixelFormat]) -> None:
        name, path = name_of(self._source(0)) if len(self.index) else ("The series", "")
        reason = "" if formats else "it has no frames"
        for fmt in formats:
            try:
                check_format(fmt)
            except ValueError as error:
                reason = str(error)
        if len({shape_of(f) for f in formats}) > 1:
            reason = "its frames are of different sizes"
        if reason:
            remedy = "Open it in a program that can, and save it in another transfer syntax."
            raise BadInput(f"{name} cannot be shown: {reason}.", remedy=remedy, input=path)

    def _is_straight(self, fmt: PixelFormat) -> bool:
        """The bytes of a frame are its array, but for bits to mask."""
        if not is_native(fmt.transfer_syntax) or fmt.transfer_syntax in BIG_ENDIAN or dtype_of(fmt) != self.dtype:
            return False
        if fmt.tile is not None:
            return False
        if fmt.samples == 3:
            return fmt.photometric == "RGB" and fmt.planar == 0 and fmt.bits_allocated == fmt.bits_stored == 8
        return fmt.bits_allocated == 8 * self.dtype.itemsize


def inflated(source: ByteSource) -> bytes:
    """A deflated file with its data set unpacked behind the head, which is never deflated."""
    data = source.read_at(0, source.size)
    if data[128:132] != b"DICM" or data[132:136] != b"\x02\x00\x00\x00":
        raise ValueError("it has no DICOM head")
    start = 144 + int.from_bytes(data[140:144], "little")
    stream = zlib.decompressobj(-15)
    rest = stream.decompress(data[start:], _MAX_INFLATED)
    return data[:start] + rest


def open_volume(index: FrameIndex, sources: Callable[[int], ByteSource]) -> DicomFrames:
    """BadInput where the format of the series cannot be shown at all; single damaged frames are told when they are read."""
    return DicomFrames(index, sources)


def modality_of(facts: Mapping[str, Any]) -> Callable[[int], Array]:
    """The modality values of a series' frames, by the facts of `storage.services.originals.facts_of`: for reports."""
    files, etags = facts["files"], facts.get("etags", {})
    volume = DicomFrames(facts["frame_index"], lambda file: FileSource(Path(files[file])), etags=etags)
    return lambda frame: volume.modality(frame, volume.frame(frame))
