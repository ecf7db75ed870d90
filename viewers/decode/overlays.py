"""Overlay planes (60xx): one bit drawings that a file lays over its picture (PS3.3 C.9)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from storage.media.dicom_index import PixelFormat
from storage.media.source import ByteSource
from viewers.decode.dicom_codecs import BIG_ENDIAN, without_items

_GROUPS = range(0x6000, 0x6020, 2)


@dataclass(frozen=True, slots=True, eq=False)
class Overlay:
    """`mask` lies with its first pixel on (row, column) of the picture, counted from 0; it may reach beyond it."""

    mask: NDArray[np.bool_]
    row: int
    column: int
    kind: str  # G: graphics, R: region of interest
    label: str


def read_overlays(source: ByteSource, fmt: PixelFormat, number: int, pixels: bytes) -> tuple[Overlay, ...]:
    """Those of one frame (`number` from 1). `pixels`: its native bytes, in whose unused bits old files keep overlays."""
    import io

    from pydicom import dcmread

    file: Any = str(source.path) if source.path else io.BytesIO(source.read_at(0, source.size))
    header = dcmread(file, stop_before_pixels=True, force=True)
    found = []
    for group in _GROUPS:
        if (group, 0x0010) in header and (group, 0x0011) in header:
            overlay = _plane(header, group, fmt, number, without_items(pixels))
            if overlay is not None:
                found.append(overlay)
    return tuple(found)


def _plane(header: Any, group: int, fmt: PixelFormat, number: int, pixels: bytes) -> Overlay | None:
    def value(element: int, default: Any) -> Any:
        found = header.get((group, element))
        return default if found is None or found.value in (None, "") else found.value

    rows, columns = int(value(0x10, 0)), int(value(0x11, 0))
    frames, first = int(value(0x15, 1)), int(value(0x51, 1))
    if not 0 < rows * columns <= 1 << 28 or not first <= number < first + frames:
        return None
    data = value(0x3000, b"")
    mask = _own(data, rows * columns, number - first) if data else _in_pixels(int(value(0x102, 0)), fmt, pixels)
    if mask is None or len(mask) != rows * columns:
        return None
    origin = value(0x50, [1, 1])
    kind, label = str(value(0x40, "G")), str(value(0x1500, "") or value(0x22, ""))
    return Overlay(mask.reshape(rows, columns), int(origin[0]) - 1, int(origin[1]) - 1, kind, label)


def _own(data: bytes, count: int, frame: int) -> NDArray[np.bool_] | None:
    bits = np.unpackbits(np.frombuffer(data, np.uint8), bitorder="little")
    mask = bits[frame * count : (frame + 1) * count]
    return mask.astype(np.bool_) if len(mask) == count else None


def _in_pixels(bit: int, fmt: PixelFormat, pixels: bytes) -> NDArray[np.bool_] | None:
    if fmt.bits_allocated not in (8, 16) or not 0 <= bit < fmt.bits_allocated or len(pixels) < fmt.frame_bytes:
        return None
    order = ">" if fmt.transfer_syntax in BIG_ENDIAN else "<"
    words = np.frombuffer(pixels, f"{order}u{fmt.bits_allocated // 8}", fmt.rows * fmt.columns)
    return ((words >> bit) & 1).astype(np.bool_)
