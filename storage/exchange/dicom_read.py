"""DICOM files of labels, read with bounds: a hostile file costs a sentence, not the program."""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from storage.errors import BadInput, NotFound
from storage.media.dicom_tags import Elements, Malformed, NotDicom, Wanted, dataset_start, items_in
from storage.media.dicom_values import Values

if TYPE_CHECKING:
    from pydicom.dataelem import DataElement
    from pydicom.dataset import Dataset

MAX_HEAD = 1 << 29  # bytes of a file without its pixels, and of an unpacked deflated one
MAX_FRAMES = 1 << 20
_META = 1 << 20  # bytes before the data set
_WINDOW = 1 << 20  # bytes of pixels read at once
_UNDEFINED = 0xFFFFFFFF
_DEEPEST = 40  # sequences in sequences
_PER_FRAME = 0x52009230
_LONG = 1 << 16  # bytes of a sequence from which on it is read under watch
Check = Callable[[], None]
MAX_FRAME_PIXELS = 1 << 28
_DEFLATED = "1.2.840.10008.1.2.1.99"
_DEFLATED_FRAMES = "1.2.840.10008.1.2.8.1"
_BIG_ENDIAN = "1.2.840.10008.1.2.2"
_NATIVE = frozenset({"1.2.840.10008.1.2", "1.2.840.10008.1.2.1", _DEFLATED})


@cache
def damage() -> tuple[type[Exception], ...]:
    """What pydicom raises when it meets values that are not what they should be."""
    from pydicom.errors import BytesLengthException

    common = (ValueError, TypeError, KeyError, IndexError, AttributeError, RecursionError, OverflowError, NotImplementedError)
    return (*common, BytesLengthException, zlib.error, struct.error, EOFError, MemoryError)


def bad(path: Path, why: str) -> BadInput:
    return BadInput(f"{path.name} cannot be read: {why}.", remedy="Export it again from where it comes from.", input=str(path))


def never() -> None:
    """Nobody asks it to stop."""


class _Watched(io.BufferedReader):
    """pydicom builds a sequence of undefined length while it reads: whoever wants to stop it asks at each reading."""

    def __init__(self, held: io.FileIO | io.BytesIO, check: Check) -> None:
        super().__init__(held)
        self._check = check

    def read(self, size: int | None = -1, /) -> bytes:
        self._check()
        return super().read(size)


def read_head(path: Path, check: Check = never) -> Dataset:
    """The data set without its pixels; `pixels_at` tells where those begin. Raises BadInput, and what `check` raises, which
    is asked again and again: a head may hold a million items."""
    import pydicom
    from pydicom.errors import InvalidDicomError

    try:
        size = path.stat().st_size
        with _Watched(io.FileIO(path), check) as file:
            _refuse_bombs(file, path, size)
            file.seek(0)
            made = pydicom.dcmread(file, stop_before_pixels=True)
            if size > MAX_HEAD and file.tell() > MAX_HEAD:
                raise bad(path, "its head is larger than any that makes sense")
            made.pixels_at = file.tell()
        if "TransferSyntaxUID" not in made.file_meta:
            raise bad(path, "it does not say how its bytes are written")
        _resolve(made, check)
        return made
    except FileNotFoundError as error:
        raise NotFound(f"There is no file {path}.", remedy="Check the path.", input=str(path)) from error
    except InvalidDicomError as error:
        raise bad(path, "it is no DICOM file") from error
    except OSError as error:
        check()  # pydicom takes whatever stops it in the middle of a sequence for an end of the file
        raise bad(path, error.strerror or str(error)) from error
    except damage() as error:
        raise bad(path, f"its elements cannot be followed ({type(error).__name__})") from error


def _refuse_bombs(file: IO[bytes], path: Path, size: int) -> None:
    """pydicom unpacks a deflated data set whole, and builds every sequence it is told of."""

    def read_at(offset: int, n: int) -> bytes:
        file.seek(offset)
        return file.read(n)

    try:
        start = dataset_start(read_at, size)
    except (NotDicom, Malformed):
        return  # pydicom says so as well
    if start > _META:
        raise bad(path, "its head is larger than any that makes sense")
    if _DEFLATED.encode() not in read_at(0, start):
        return
    body = read_at(start, size) if size <= MAX_HEAD else b""
    if not body or len(zlib.decompressobj(-zlib.MAX_WBITS).decompress(body, MAX_HEAD)) >= MAX_HEAD:
        raise bad(path, "it unpacks to more than any labels hold")


def _resolve(made: Dataset, check: Check) -> None:
    """Sequences are built when asked for: here, so that damage shows at once and in one place. Values stay as they are.

    Groups of frames alone wait for `groups`: there may be a million, of 9 KB each once they are built.
    """
    from pydicom.datadict import dictionary_has_tag, dictionary_VR

    waiting: list[tuple[Dataset, int]] = [(made, 0)]
    while waiting:
        check()
        there, depth = waiting.pop()
        if depth > _DEEPEST:
            raise ValueError("sequences are nested too deeply")
        for tag in list(there.keys()):
            element = there.get_item(tag)
            kind, held = element.VR, element.value
            if (
                isinstance(held, bytes)
                and getattr(element, "length", 0) not in (_UNDEFINED, 0)
                and len(held) < getattr(element, "length", 0)
            ):
                raise ValueError("an element is cut off")
            if kind is None or kind == "UN":
                kind = dictionary_VR(tag) if dictionary_has_tag(tag) else "UN"
            if kind == "SQ" and not (depth == 0 and tag == _PER_FRAME and _is_raw(element)):
                if isinstance(held, bytes) and len(held) > _LONG:
                    there[tag] = _sequence(there, element, check)
                waiting.extend((below, depth + 1) for below in there[tag].value)


def _is_raw(element: Any) -> bool:
    return isinstance(element.value, bytes) and element.VR != "UN"


def _sequence(there: Dataset, element: Any, check: Check) -> DataElement:
    """What pydicom would make of it when it is asked for, which could not be stopped."""
    from pydicom.dataelem import DataElement
    from pydicom.filereader import read_sequence

    held = _Watched(io.BytesIO(element.value), check)
    encoding = there.original_character_set
    items = read_sequence(held, element.is_implicit_VR, element.is_little_endian, len(element.value), encoding)
    return DataElement(element.tag, "SQ", items)


def value(found: Any, keyword: str) -> Any:
    """None where it is absent or cannot be read as what it should be."""
    try:
        return found.get(keyword) if found is not None else None
    except damage():
        return None


def sequence(found: Any, keyword: str) -> list[Dataset]:
    """The items of a sequence, none where it is absent or something else."""
    there = value(found, keyword)
    return list(there) if there is not None and not isinstance(there, (str, bytes, int, float)) else []


def first(found: Any, keyword: str) -> Any:
    items = sequence(found, keyword)
    return items[0] if items else None


def text(found: Any, keyword: str) -> str:
    there = value(found, keyword)
    return "" if there is None else str(there).strip()


def whole(found: Any, keyword: str, default: int = 0) -> int:
    there = value(found, keyword)
    try:
        return int(there[0] if isinstance(there, (list, tuple)) else there) if there is not None else default
    except (TypeError, ValueError, IndexError, OverflowError):
        return default


def coded(found: Any, keyword: str) -> tuple[str, str, str]:
    """Value, scheme and meaning of the first code of a sequence."""
    item = first(found, keyword)
    own = text(item, "CodeValue") or text(item, "LongCodeValue") or text(item, "URNCodeValue")
    return own, text(item, "CodingSchemeDesignator"), text(item, "CodeMeaning")


# -- pixels ------------------------------------------------------------------------------------------------------------


@dataclass
class FramePixels:
    """Frames of a multi-frame object of labels: 1, 8 or 16 bits, one sample; read one at a time."""

    path: Path
    head: Dataset

    def __post_init__(self) -> None:
        self.rows, self.columns = whole(self.head, "Rows"), whole(self.head, "Columns")
        self.count = whole(self.head, "NumberOfFrames", 1)
        self.bits = whole(self.head, "BitsAllocated")
        self._syntax = str(self.head.file_meta.TransferSyntaxUID)
        self._whole: Dataset | None = None
        self._window = 0, b""  # of the pixels: where it begins, and its bytes
        pixels = self.rows * self.columns
        if not 0 < pixels <= MAX_FRAME_PIXELS or not 0 < self.count <= MAX_FRAMES or self.bits not in (1, 8, 16):
            raise bad(self.path, "its pixels have a size that no labels have")
        self._native = self._syntax in _NATIVE
        if self._syntax == _BIG_ENDIAN:
            raise bad(self.path, "its bytes are in an order that this version does not read for labels")
        if self._native:
            self._find()

    def _find(self) -> None:
        """Where native pixels begin; a file that is too short for its frames is refused."""
        if self._syntax == _DEFLATED:
            import pydicom

            self._bytes: bytes | None = bytes(pydicom.dcmread(self.path).get("PixelData", b""))
            self._at, length = 0, len(self._bytes)
        else:
            self._bytes = None
            with self.path.open("rb") as file:
                file.seek(self.head.pixels_at)
                element = file.read(12)
            explicit = self._syntax != "1.2.840.10008.1.2"
            size = element[8:12] if explicit else element[4:8]
            if element[:4] != b"\xe0\x7f\x10\x00":
                raise bad(self.path, "it has no pixels")
            self._at, length = self.head.pixels_at + (12 if explicit else 8), int.from_bytes(size, "little")
            length = min(length, self.path.stat().st_size - self._at)
        if length * 8 < self.rows * self.columns * self.count * self.bits:
            raise bad(self.path, "it is cut off: there are fewer pixels than frames")

    def frame(self, number: int) -> NDArray[np.uint16] | NDArray[np.uint8]:
        """Frame from 0. Raises BadInput."""
        if not 0 <= number < self.count:
            raise bad(self.path, f"it has no frame {number + 1}")
        if self._native:
            return self._unpacked(number)
        try:
            return self._decoded(number)
        except damage() as error:
            raise bad(self.path, f"its frame {number + 1} cannot be decoded ({error})"[:300]) from error

    def _unpacked(self, number: int) -> NDArray[Any]:
        pixels = self.rows * self.columns
        first_bit = number * pixels * self.bits
        start, skip = divmod(first_bit, 8)
        size = (skip + pixels * self.bits + 7) // 8
        raw = self._read(start, size)
        if self.bits == 1:
            bits = np.unpackbits(np.frombuffer(raw, np.uint8), bitorder="little")[skip : skip + pixels]
            return bits.reshape(self.rows, self.columns)
        return np.frombuffer(raw, "<u1" if self.bits == 8 else "<u2").reshape(self.rows, self.columns)

    def _read(self, start: int, size: int) -> bytes:
        if self._bytes is not None:
            return self._bytes[start : start + size]
        within = start - self._window[0]
        if not 0 <= within <= len(self._window[1]) - size:  # small frames are read many at once
            with self.path.open("rb") as file:
                file.seek(self._at + start)
                self._window, within = (start, file.read(max(size, _WINDOW))), 0
        return self._window[1][within : within + size]

    def _decoded(self, number: int) -> NDArray[Any]:
        import pydicom
        from pydicom.encaps import get_frame
        from pydicom.pixels.decoders.base import get_decoder
        from pydicom.uid import UID

        if self._whole is None:
            if self.path.stat().st_size > 1 << 31:
                raise bad(self.path, "compressed labels of more than 2 GB are not read")
            self._whole = pydicom.dcmread(self.path)
        if self._syntax == _DEFLATED_FRAMES:
            pixels = self.rows * self.columns
            size = (pixels * self.bits + 7) // 8
            raw = get_frame(self._whole.PixelData, number, number_of_frames=self.count)
            data = zlib.decompressobj(-zlib.MAX_WBITS).decompress(raw, size + 2)
            if self.bits == 1:
                return np.unpackbits(np.frombuffer(data, np.uint8), bitorder="little")[:pixels].reshape(self.rows, self.columns)
            return np.frombuffer(data, "<u1" if self.bits == 8 else "<u2")[:pixels].reshape(self.rows, self.columns)
        made, _ = get_decoder(UID(self._syntax)).as_array(self._whole, index=number, raw=True)
        if made.shape != (self.rows, self.columns):
            raise ValueError(f"a frame of {made.shape}")
        return np.asarray(made)


def groups(head: Dataset, count: int, wanted: Wanted, check: Check = never) -> Iterator[tuple[Values, Values]]:
    """What is wanted of the shared and the own functional groups of each frame; empty ones where they are missing."""
    shared = _values(first(head, "SharedFunctionalGroupsSequence"), wanted)
    own = _own_groups(head, wanted, check)
    none = Values({})
    for _ in range(count):
        check()
        yield shared, next(own, none)


def _own_groups(head: Dataset, wanted: Wanted, check: Check) -> Iterator[Values]:
    """Of each frame, one at a time, without building what nobody wants. Raises BadInput where they cannot be followed."""
    element: Any = head.get_item(_PER_FRAME) if _PER_FRAME in head else None
    if element is None or not _is_raw(element):
        for item in sequence(head, "PerFrameFunctionalGroupsSequence"):
            check()
            yield _values(item, wanted)
        return
    explicit, little = not element.is_implicit_VR, bool(element.is_little_endian)
    try:
        for found in items_in(element.value, wanted, little=little, explicit=explicit, check=check):
            yield Values(found, little=little)
    except Malformed as error:
        path = Path(str(getattr(head, "filename", None) or "The file"))
        raise bad(path, f"the groups of its frames cannot be followed ({error})") from error


def _values(found: Dataset | None, wanted: Wanted) -> Values:
    return Values(_elements(found, wanted))


def _elements(found: Dataset | None, wanted: Wanted) -> Elements:
    """Of what pydicom has built."""
    from pydicom.datadict import dictionary_VR, keyword_for_tag

    made: Elements = {}
    for tag, inner in wanted.items():
        keyword = keyword_for_tag(tag)
        if inner is not None:
            made[tag] = [_elements(item, inner) for item in sequence(found, keyword)]
        elif (there := value(found, keyword)) is not None:
            short = dictionary_VR(tag) == "US" and isinstance(there, int) and 0 <= there < 1 << 16
            several = not isinstance(there, (str, bytes)) and hasattr(there, "__iter__")
            text = "\\".join(map(str, there)) if several else str(there)
            made[tag] = struct.pack("<H", there) if short else text.encode("ascii", "replace")
    return made


def group(shared: Values, own: Values, tag: int) -> Values:
    """The first item of a functional group, of the frame itself or shared."""
    found = own.item(tag)
    return found if found.elements else shared.item(tag)
