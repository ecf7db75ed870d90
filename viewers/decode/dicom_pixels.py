"""The stored values of one frame of a DICOM file, from the bytes at its known place.

What comes out: (rows, columns) as `dtype_of` says, or (rows, columns, 3) uint8 RGB. Bits beyond those stored are garbage or
old overlays: in what was kept without loss they are masked away, what a lossy codec made too large is clipped, never masked
(medical.md 3: masking would turn the brightest pixels black).
"""

from __future__ import annotations

from typing import Any

import numpy as np

from storage.media.dicom_index import PixelFormat
from viewers.decode.arrays import Array
from viewers.decode.dicom_codecs import (
    BIG_ENDIAN,
    DEFLATED_FRAME,
    RLE,
    decode_stream,
    is_native,
    refusal,
    unpacked,
    without_items,
)
from viewers.decode.jpeg_head import Family, StreamHead

_PHOTOMETRIC_1 = frozenset({"MONOCHROME1", "MONOCHROME2", "PALETTE COLOR"})
_PHOTOMETRIC_3 = frozenset({"RGB", "YBR_FULL", "YBR_FULL_422", "YBR_PARTIAL_422", "YBR_ICT", "YBR_RCT", "XYB"})
MAX_PIXELS = 1 << 28  # of one frame; a code stream of some bytes can claim as many as it likes


def dtype_of(fmt: PixelFormat) -> np.dtype[Any]:
    """Of the array its frames come as: 8-bit signed ones are widened, colour is always 8 bits."""
    if fmt.samples == 3:
        return np.dtype(np.uint8)
    if fmt.number != "int":
        return np.dtype(np.float32 if fmt.number == "float" else np.float64)
    if fmt.bits_allocated <= 8:
        return np.dtype(np.int16 if fmt.pixel_representation else np.uint8)
    if fmt.bits_allocated <= 16:
        return np.dtype(np.int16 if fmt.pixel_representation else np.uint16)
    return np.dtype(np.int32 if fmt.pixel_representation else np.uint32)


def shape_of(fmt: PixelFormat) -> tuple[int, ...]:
    return (fmt.rows, fmt.columns, 3) if fmt.samples == 3 else (fmt.rows, fmt.columns)


def check_format(fmt: PixelFormat) -> None:
    """ValueError with the reason why no frame of this format can be shown."""
    reason = refusal(fmt.transfer_syntax)
    if reason:
        raise ValueError(reason)
    if fmt.rows < 1 or fmt.columns < 1 or fmt.rows * fmt.columns > MAX_PIXELS:
        most = f"; at most {MAX_PIXELS / 1e6:,.0f} million can be shown" if min(fmt.rows, fmt.columns) > 0 else ""
        raise ValueError(f"it says to have {fmt.columns} × {fmt.rows} pixels{most}")
    known = {1: _PHOTOMETRIC_1, 3: _PHOTOMETRIC_3}.get(fmt.samples)
    if known is None:
        raise ValueError(f"it has {fmt.samples} samples a pixel; 1 and 3 can be shown")
    if fmt.photometric not in known:
        raise ValueError(
            f"its colours are called “{fmt.photometric}” with {fmt.samples} samples a pixel, which cannot be shown"
        )
    if fmt.number == "int":
        if fmt.bits_allocated not in (1, 8, 16, 32):
            raise ValueError(f"it keeps {fmt.bits_allocated} bits a pixel; 1, 8, 16 and 32 can be read")
        if not 1 <= fmt.bits_stored <= fmt.bits_allocated or not fmt.bits_stored - 1 <= fmt.high_bit < fmt.bits_allocated:
            raise ValueError(
                f"its bits contradict each other: {fmt.bits_stored} stored of {fmt.bits_allocated}, the highest {fmt.high_bit}"
            )
    elif fmt.samples != 1:
        raise ValueError("it has colours in floating point")


def decode_frame(data: bytes, fmt: PixelFormat, *, first_bit: int = 0) -> Array:
    """ValueError (or whatever a codec raises) says what is wrong with it.

    `first_bit`: where a frame of one bit a pixel begins in its first byte.
    """
    check_format(fmt)
    if is_native(fmt.transfer_syntax):
        data = without_items(data)
        order = ">" if fmt.transfer_syntax in BIG_ENDIAN else "<"
        return _of_plain(data, fmt, order, first_bit, planar=fmt.planar == 1)
    data = without_items(data)
    if fmt.transfer_syntax in (RLE, DEFLATED_FRAME):
        planar = fmt.transfer_syntax == RLE or fmt.planar == 1
        return _of_plain(unpacked(data, fmt), fmt, "<", 0, planar=planar)
    array, head = decode_stream(data, fmt)
    return fit(array, head, fmt)


# -- plain bytes -------------------------------------------------------------------------------------------------------


def _of_plain(data: bytes, fmt: PixelFormat, order: str, first_bit: int, *, planar: bool) -> Array:
    pixels = fmt.rows * fmt.columns
    subsampled = fmt.photometric in ("YBR_FULL_422", "YBR_PARTIAL_422") and not planar
    if subsampled and len(data) < pixels * 3 and fmt.bits_allocated == 8:
        return _of_422(data, fmt)
    bits = pixels * fmt.samples * fmt.bits_allocated + first_bit
    if len(data) * 8 < bits:
        raise ValueError(f"it ends early: {len(data):,} of {(bits + 7) // 8:,} bytes of the frame are there")
    if fmt.bits_allocated == 1 and fmt.number == "int":
        return _bits(data, first_bit, pixels * fmt.samples).reshape(fmt.rows, fmt.columns)
    if fmt.number == "int":
        kind = f"{order}u{fmt.bits_allocated // 8}"
    else:
        kind = order + ("f4" if fmt.number == "float" else "f8")
    values = np.frombuffer(data, kind, pixels * fmt.samples)
    if fmt.samples == 3:
        return _colour(values, fmt, planar)
    values = values.reshape(fmt.rows, fmt.columns)
    return stored_bits(values, fmt) if fmt.number == "int" else values.astype(dtype_of(fmt))


def _bits(data: bytes, first: int, count: int) -> Array:
    """One bit a pixel, the lowest bit of each byte first."""
    whole = np.unpackbits(np.frombuffer(data, np.uint8, (first + count + 7) // 8), bitorder="little")
    return whole[first : first + count].copy()


def stored_bits(values: Array, fmt: PixelFormat) -> Array:
    """A fresh array of the stored values in the bits of unsigned words: shifted down, masked, with their sign."""
    spare = fmt.bits_allocated - fmt.bits_stored
    target = dtype_of(fmt)
    kind = np.dtype(f"u{fmt.bits_allocated // 8}")
    if not fmt.pixel_representation:
        low = fmt.high_bit + 1 - fmt.bits_stored
        out = values.astype(kind)
        if low:
            out >>= kind.type(low)
        if spare:
            out &= kind.type((1 << fmt.bits_stored) - 1)
        return out.astype(target, copy=False)
    signed = values.astype(kind).view(np.dtype(f"i{kind.itemsize}"))
    if spare:
        signed <<= signed.dtype.type(fmt.bits_allocated - 1 - fmt.high_bit)
        signed >>= signed.dtype.type(spare)
    return signed.astype(target, copy=False)


def _colour(values: Array, fmt: PixelFormat, planar: bool) -> Array:
    from viewers.decode.dicom_color import to_rgb

    if planar:
        values = np.moveaxis(values.reshape(3, fmt.rows, fmt.columns), 0, -1)
    else:
        values = values.reshape(fmt.rows, fmt.columns, 3)
    return to_rgb(_to_8_bits(values, fmt), fmt.photometric)


def _to_8_bits(values: Array, fmt: PixelFormat) -> Array:
    if fmt.bits_allocated == 8 and fmt.bits_stored == 8:
        return np.ascontiguousarray(values.astype(np.uint8))
    masked = (values >> (fmt.high_bit + 1 - fmt.bits_stored)) & values.dtype.type((1 << fmt.bits_stored) - 1)
    if fmt.bits_stored >= 8:
        eight: Array = masked >> (fmt.bits_stored - 8)
    else:
        eight = masked.astype(np.uint16) * 255 // ((1 << fmt.bits_stored) - 1)
    return eight.astype(np.uint8)


def _of_422(data: bytes, fmt: PixelFormat) -> Array:
    from viewers.decode.dicom_color import from_422

    needed = fmt.rows * ((fmt.columns + 1) // 2) * 4
    if len(data) < needed:
        raise ValueError(f"it ends early: {len(data):,} of {needed:,} bytes of the frame are there")
    return from_422(np.frombuffer(data, np.uint8, needed), fmt)


# -- code streams ------------------------------------------------------------------------------------------------------


def fit(array: Array, head: StreamHead, fmt: PixelFormat) -> Array:
    """What a codec gave, as the stored values that the header speaks of."""
    if fmt.samples == 3:
        return _colour_of_stream(array, head, fmt)
    if fmt.number != "int":
        return array.astype(dtype_of(fmt))
    signed = bool(fmt.pixel_representation)
    if head.exact and head.signed == signed and head.bits <= fmt.bits_stored:
        return array.astype(dtype_of(fmt))
    low, high = limits(fmt)
    wide = array.astype(np.int64 if array.dtype.itemsize > 2 else np.int32)
    if head.exact:
        return _wrapped(wide, fmt.bits_stored, signed).astype(dtype_of(fmt))
    if signed and not head.signed and head.family is not Family.JPEG_XL:
        # Two's complement went through the codec as large numbers: kept inside its own range first, then read as signed.
        wide = _wrapped(np.clip(wide, 0, (1 << head.bits) - 1), head.bits, True)
    clipped: Array = np.clip(wide, low, high)
    return clipped.astype(dtype_of(fmt))


def limits(fmt: PixelFormat) -> tuple[int, int]:
    """The least and the greatest stored value that the header allows."""
    if fmt.pixel_representation:
        return -(1 << (fmt.bits_stored - 1)), (1 << (fmt.bits_stored - 1)) - 1
    return 0, (1 << fmt.bits_stored) - 1


def _wrapped(values: Array, bits: int, signed: bool) -> Array:
    masked: Array = values & ((1 << bits) - 1)
    return np.where(masked >> (bits - 1), masked - (1 << bits), masked) if signed else masked


def _colour_of_stream(array: Array, head: StreamHead, fmt: PixelFormat) -> Array:
    """JPEG and JPEG 2000 undo their own transforms; JPEG-LS and lossless JPEG hold what the header names."""
    from viewers.decode.dicom_color import to_rgb

    if array.dtype != np.uint8:
        array = np.clip(array >> max(0, head.bits - 8), 0, 255).astype(np.uint8)
    own = head.family in (Family.JPEG, Family.JPEG_XL)
    in_stream = own or fmt.photometric in ("YBR_RCT", "YBR_ICT")
    return np.ascontiguousarray(array) if in_stream else to_rgb(array, fmt.photometric)
