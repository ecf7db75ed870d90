"""Where every frame of a DICOM series lies and what its numbers mean, so that a second opening parses nothing.

Kept by the catalog beside the item. Frame i is time `i // slices`, slice `i % slices` (decisions.md 5). `file` counts the
files of the series as the catalog keeps them.
"""

from __future__ import annotations

import base64
import json
import math
import zlib
from dataclasses import asdict, dataclass, field, fields, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from storage.errors import BadInput
from storage.model.space import VolumeGeometry

_MAGIC = b"PDI1"
MAX_FRAMES = 1 << 22
_MAX_BYTES = 1 << 30  # of an unpacked index; a hostile blob stops there

#: The columns of the table and how they are stored.
_COLUMNS = {
    "file": "<u4",
    "frame_number": "<u4",
    "offset": "<i8",
    "length": "<i8",
    "format": "<u2",
    "voi": "<u4",
    "slope": "<f8",
    "intercept": "<f8",
}


@dataclass(frozen=True, slots=True)
class Lut:
    """A look-up table: entry 0 is that of `first`; below it the first entry holds, beyond the end the last."""

    first: int
    bits: int
    data: bytes  # uint16, little endian
    explanation: str = ""

    @property
    def values(self) -> NDArray[np.uint16]:
        """One for each entry."""
        return np.frombuffer(self.data, "<u2")


@dataclass(frozen=True, slots=True)
class FileWindow:
    """A window the file itself proposes, in modality values."""

    center: float
    width: float
    explanation: str = ""


@dataclass(frozen=True, slots=True)
class Voi:
    """How a frame wants to be shown: alternatives for the person to choose from, the first one first."""

    windows: tuple[FileWindow, ...] = ()
    function: str = "LINEAR"  # LINEAR, LINEAR_EXACT or SIGMOID
    luts: tuple[Lut, ...] = ()

    def __post_init__(self) -> None:
        """Windows that cannot be meant (a width of 0 or less, as broken programs write it) are as if the file had none."""
        meant = tuple(w for w in self.windows if w.width > 0 and math.isfinite(w.width) and math.isfinite(w.center))
        object.__setattr__(self, "windows", meant)


@dataclass(frozen=True, slots=True)
class PixelFormat:
    """What frames have in common: how their bytes are to be read and what the numbers are."""

    transfer_syntax: str
    rows: int
    columns: int
    samples: int = 1
    photometric: str = "MONOCHROME2"
    planar: int = 0
    bits_allocated: int = 16
    bits_stored: int = 16
    high_bit: int = 15
    pixel_representation: int = 0  # 1: two's complement
    number: str = "int"  # int, float or double (Float and Double Float Pixel Data)
    lossy: bool = False  # has been through lossy compression at some time
    padding: int | None = None  # stored value that means "nothing here"
    padding_limit: int | None = None  # with it: all values between the two mean nothing
    units: str = ""  # of modality values: HU, BQML ...; "" unknown
    presentation_shape: str = ""  # IDENTITY or INVERSE
    modality_lut: Lut | None = None  # stands in place of slope and intercept
    palette: tuple[Lut, ...] = ()  # red, green, blue
    overlays: bool = False  # the header has overlay planes (60xx)
    tile: tuple[int, int, int] | None = None  # of a slice that is a tile of a mosaic: rows, columns of that, number in it

    @property
    def frame_bytes(self) -> int:
        """Of one uncompressed frame, rounded up to whole bytes.

        Frames of one bit follow each other without padding: one may begin inside the byte at its offset, at the bit
        `(frame_number - 1) * rows * columns % 8`.
        """
        pixels = self.rows * self.columns
        if self.photometric == "YBR_FULL_422" and self.samples == 3 and self.bits_allocated == 8:
            return pixels * 2
        return (pixels * self.samples * self.bits_allocated + 7) // 8

    @property
    def sheet(self) -> PixelFormat:
        """Of the picture that a tile is cut from; itself, if it is none."""
        return self if self.tile is None else replace(self, rows=self.tile[0], columns=self.tile[1], tile=None)

    @property
    def corner(self) -> tuple[int, int]:
        """Row and column of the sheet at which a tile begins."""
        if self.tile is None:
            return 0, 0
        down, across = divmod(self.tile[2], self.tile[1] // self.columns)
        return down * self.rows, across * self.columns


@dataclass(frozen=True, eq=False)
class FrameIndex:
    """A table with one row per frame; short lists of what repeats beside it."""

    slices: int
    times: int
    file: NDArray[np.uint32]
    frame_number: NDArray[np.uint32]  # from 1 within its file; 0: the file has only this frame
    offset: NDArray[np.int64]  # of the frame's first byte in the file; see `deflated`
    length: NDArray[np.int64]  # 0: the frame has no pixels
    format: NDArray[np.uint16]  # in `formats`
    voi: NDArray[np.uint32]  # in `vois`
    slope: NDArray[np.float64]
    intercept: NDArray[np.float64]
    formats: tuple[PixelFormat, ...]
    vois: tuple[Voi, ...]
    sop_uids: tuple[str, ...]  # by file
    sop_classes: tuple[str, ...]  # by file
    geometry: VolumeGeometry | None = None  # of each time; None where position, orientation or spacing are missing
    spacing: tuple[float, float] | None = None  # rows, columns in mm, where there is no geometry
    spacing_kind: str = ""  # patient, detector (Imager Pixel Spacing: not in the patient) or "" unknown
    time_values: tuple[float, ...] = ()  # of each time, in ms where known
    #: Frames that lie in several pieces (fragments): all of them, the first one included.
    pieces: dict[int, tuple[tuple[int, int], ...]] = field(default_factory=dict)
    #: Files whose whole data set is deflated: their offsets count in the head followed by the inflated rest.
    deflated: tuple[int, ...] = ()

    def __post_init__(self) -> None:
        for name, kind in _COLUMNS.items():
            column = np.ascontiguousarray(getattr(self, name), np.dtype(kind))
            if column.shape != (self.slices * self.times,):
                raise ValueError("a frame index needs one value per frame in every column")
            column.flags.writeable = False
            object.__setattr__(self, name, column)
        if len(self) and (self.format.max() >= len(self.formats) or self.voi.max() >= len(self.vois)):
            raise ValueError("a frame index names a format that is not there")
        if len(self.sop_uids) != len(self.sop_classes) or (len(self) and int(self.file.max()) >= len(self.sop_uids)):
            raise ValueError("a frame index names a file that is not there")

    def __len__(self) -> int:
        return self.slices * self.times

    def __eq__(self, other: object) -> bool:
        return isinstance(other, FrameIndex) and self._lists() == other._lists() and self._table() == other._table()

    def ranges(self, frame: int) -> tuple[tuple[int, int], ...]:
        """Offset and length of the pieces a frame's bytes are joined from."""
        whole = ((int(self.offset[frame]), int(self.length[frame])),)
        return self.pieces.get(frame, whole)

    def format_of(self, frame: int) -> PixelFormat:
        return self.formats[int(self.format[frame])]

    def voi_of(self, frame: int) -> Voi:
        return self.vois[int(self.voi[frame])]

    def place(self, frame: int) -> tuple[int, int]:
        """Time and slice."""
        return divmod(frame, self.slices)

    def sop_uid(self, frame: int) -> str:
        return self.sop_uids[int(self.file[frame])]

    # -- as the catalog keeps it -------------------------------------------------------------------------------------

    def _table(self) -> bytes:
        return b"".join(getattr(self, name).tobytes() for name in _COLUMNS)

    def _lists(self) -> dict[str, Any]:
        return {
            "slices": self.slices,
            "times": self.times,
            "formats": [_plain(asdict(f)) for f in self.formats],
            "vois": [_plain(asdict(v)) for v in self.vois],
            "sop_uids": list(self.sop_uids),
            "sop_classes": list(self.sop_classes),
            "geometry": self.geometry.to_dict() if self.geometry else None,
            "spacing": list(self.spacing) if self.spacing else None,
            "spacing_kind": self.spacing_kind,
            "time_values": list(self.time_values),
            "pieces": {str(frame): [list(p) for p in pieces] for frame, pieces in self.pieces.items()},
            "deflated": list(self.deflated),
        }

    def identity(self) -> bytes:
        """The same for the same frames of the same files, wherever those lie."""
        return json.dumps(self._lists(), separators=(",", ":")).encode() + self._table()

    def to_bytes(self) -> bytes:
        lists = json.dumps(self._lists(), separators=(",", ":")).encode()
        return _MAGIC + zlib.compress(len(lists).to_bytes(8, "little") + lists + self._table(), 6)

    @staticmethod
    def from_bytes(blob: bytes) -> FrameIndex:
        try:
            if blob[:4] != _MAGIC:
                raise ValueError
            unpack = zlib.decompressobj()
            data = unpack.decompress(blob[4:], _MAX_BYTES)
            if not unpack.eof:  # cut short, or more than there is room for
                raise ValueError
            size = int.from_bytes(data[:8], "little")
            found = json.loads(data[8 : 8 + size])
            return _from_lists(found, data[8 + size :])
        except (ValueError, KeyError, TypeError, IndexError, zlib.error) as error:
            raise BadInput(
                "A stored index of frames is damaged.", remedy="Add the series again; the index is made anew from its files."
            ) from error


def _from_lists(found: dict[str, Any], table: bytes) -> FrameIndex:
    n = int(found["slices"]) * int(found["times"])
    columns: dict[str, Any] = {}
    at = 0
    for name, kind in _COLUMNS.items():
        columns[name] = np.frombuffer(table, kind, n, at)
        at += n * np.dtype(kind).itemsize
    return FrameIndex(
        slices=int(found["slices"]),
        times=int(found["times"]),
        **columns,
        formats=tuple(_format(f) for f in found["formats"]),
        vois=tuple(_voi(v) for v in found["vois"]),
        sop_uids=tuple(found["sop_uids"]),
        sop_classes=tuple(found["sop_classes"]),
        geometry=VolumeGeometry.from_dict(found["geometry"]) if found["geometry"] else None,
        spacing=tuple(found["spacing"]) if found["spacing"] else None,
        spacing_kind=found["spacing_kind"],
        time_values=tuple(found["time_values"]),
        pieces={int(frame): tuple((a, b) for a, b in pieces) for frame, pieces in found["pieces"].items()},
        deflated=tuple(found["deflated"]),
    )


def _plain(value: Any) -> Any:
    """For JSON: bytes as base 64."""
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    if isinstance(value, dict):
        return {key: _plain(v) for key, v in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(v) for v in value]
    return value


def _lut(found: dict[str, Any]) -> Lut:
    return Lut(found["first"], found["bits"], base64.b64decode(found["data"]), found["explanation"])


def _voi(found: dict[str, Any]) -> Voi:
    windows = tuple(FileWindow(**w) for w in found["windows"])
    return Voi(windows, found["function"], tuple(_lut(v) for v in found["luts"]))


def _format(found: dict[str, Any]) -> PixelFormat:
    known = {f.name for f in fields(PixelFormat)}
    values = {key: value for key, value in found.items() if key in known}
    values["modality_lut"] = _lut(values["modality_lut"]) if values["modality_lut"] else None
    values["palette"] = tuple(_lut(v) for v in values["palette"])
    values["tile"] = tuple(values["tile"]) if values.get("tile") else None
    return PixelFormat(**values)
