"""Values that lie in a file as they are shown: read straight into the array, with no copy between.

Files of others are read, never mapped: one that is cut short while it is mapped ends the whole program.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import numpy as np

from storage.media.dicom_index import PixelFormat
from storage.media.source import ByteSource
from viewers.decode.arrays import Array

_ELEMENT = 12  # bytes of an explicit element's head
_PIXELS = frozenset(bytes.fromhex(tag) for tag in ("e07f1000", "e07f0800", "e07f0900"))
_IN_AN_ITEM = "1.2.840.10008.1.2.1.98"


def read_straight(source: ByteSource, offset: int, length: int, fmt: PixelFormat, out: Array, *, first: bool) -> None:
    """`first`: the frame lies right behind the head of its element, which must still be there."""
    assert source.path is not None
    if length < out.nbytes:
        raise ValueError(f"it ends early: {length:,} of {out.nbytes:,} bytes of the frame are there")
    lead = bytearray(_ELEMENT if first and offset >= _ELEMENT else 0)
    got = _read_both(source.path, offset - len(lead), lead, out)
    if lead and fmt.transfer_syntax != _IN_AN_ITEM and not _is_pixel_data(lead):
        raise ValueError("it has changed since it was added: its pixels are not where they were")
    _expect(got, out)
    if fmt.number == "int" and fmt.samples == 1:
        _mask(out, fmt)


def read_values(path: Path, offset: int, out: Array) -> None:
    """The bytes of `out` from there on. ValueError where there are fewer."""
    _expect(_read_both(path, offset, bytearray(), out), out)


def _expect(got: int, out: Array) -> None:
    if got < out.nbytes:
        raise ValueError(f"it ends early: {max(0, got):,} of {out.nbytes:,} bytes of the frame are there")


def _read_both(path: Path, offset: int, lead: bytearray, out: Array) -> int:
    """Bytes of `out` that were read."""
    view = out.data.cast("B")
    handle = os.open(path, os.O_RDONLY | getattr(os, "O_BINARY", 0))
    try:
        if not hasattr(os, "preadv"):  # Windows
            with os.fdopen(os.dup(handle), "rb", buffering=0) as file:
                file.seek(offset)
                return (file.readinto(lead) or 0) - len(lead) + _rest(file.readinto, view, 0)
        got = os.preadv(handle, [lead, view], offset) - len(lead)
        return _rest(lambda left: os.preadv(handle, [left], offset + len(lead) + len(view) - len(left)), view, got)
    finally:
        os.close(handle)


def _rest(read: Callable[[memoryview], int | None], view: memoryview, got: int) -> int:
    """One call may bring less than was asked for."""
    while 0 <= got < len(view) and (more := read(view[got:])):
        got += more
    return got


def _is_pixel_data(lead: bytearray) -> bool:
    """The last 12 bytes before the values: explicit elements take them all, implicit ones eight."""
    return bytes(lead[:4]) in _PIXELS or bytes(lead[4:8]) in _PIXELS


def _mask(out: Array, fmt: PixelFormat) -> None:
    """As `dicom_pixels.stored_bits`, in place."""
    spare = fmt.bits_allocated - fmt.bits_stored
    low = fmt.high_bit + 1 - fmt.bits_stored
    if not spare:
        return
    kind = out.dtype.type
    if fmt.pixel_representation:
        np.left_shift(out, kind(spare - low), out=out)
        np.right_shift(out, kind(spare), out=out)
        return
    if low:
        np.right_shift(out, kind(low), out=out)
    np.bitwise_and(out, kind((1 << fmt.bits_stored) - 1), out=out)
