"""From stored values to greys on the screen, as the standard has it (PS3.3 C.11.1, C.11.2, C.7.6.3.1).

stored --modality LUT or slope and intercept--> modality values (HU ...) --window or VOI LUT--> 0..255 --polarity--> shown.
Colour is shown as it is; palettes give RGB. Values that mean "nothing here" (padding) are shown darkest.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from storage.media.dicom_index import FrameIndex, Lut
from viewers.decode.arrays import Array

LINEAR, LINEAR_EXACT, SIGMOID = "LINEAR", "LINEAR_EXACT", "SIGMOID"
_STRIP = 1 << 18  # values at a time in the formula: the parts stay in the processor's cache
_STEEPEST = 700.0  # exp() beyond it leaves the doubles


@dataclass(frozen=True, slots=True)
class Window:
    """In modality values. Any width can be shown: up to 0 (below 1 with LINEAR, which ends there) it is a step or exact."""

    center: float
    width: float
    function: str = LINEAR

    @staticmethod
    def between(low: float, high: float) -> Window:
        """Black at `low`, white at `high`."""
        return Window((low + high) / 2, max(0.0, high - low), LINEAR_EXACT)


@dataclass(frozen=True, slots=True)
class Look:
    """All that turns the stored values of one frame into what is shown. `voi` None: there is nothing to window (palette)."""

    voi: Window | Lut | None = None
    slope: float = 1.0
    intercept: float = 0.0
    modality_lut: Lut | None = None  # instead of slope and intercept
    inverted: bool = False
    palette: tuple[Lut, ...] = ()
    padding: tuple[float, float] | None = None  # stored values from..to


def look_of(index: FrameIndex, frame: int, voi: Window | Lut | None, *, invert: bool = False) -> Look:
    """As the file says, with this window or LUT. `invert` is the person's wish, on top of the file's polarity."""
    fmt = index.format_of(frame)
    padding = None
    if fmt.padding is not None:
        other = fmt.padding if fmt.padding_limit is None else fmt.padding_limit
        padding = (float(min(fmt.padding, other)), float(max(fmt.padding, other)))
    # A Presentation LUT Shape is the last word on polarity, also against MONOCHROME1: so DCMTK has it, and dcm4che.
    grey = fmt.photometric in ("MONOCHROME1", "MONOCHROME2")
    usual = "INVERSE" if fmt.photometric == "MONOCHROME1" else "IDENTITY"
    turned = grey and (fmt.presentation_shape if fmt.presentation_shape in ("IDENTITY", "INVERSE") else usual) == "INVERSE"
    return Look(
        voi=voi,
        slope=float(index.slope[frame]),
        intercept=float(index.intercept[frame]),
        modality_lut=fmt.modality_lut,
        inverted=turned != invert,
        palette=fmt.palette if fmt.photometric == "PALETTE COLOR" else (),
        padding=padding,
    )


def modality(stored: Array, slope: float = 1.0, intercept: float = 0.0, lut: Lut | None = None) -> NDArray[np.float32]:
    """HU or whatever the values mean."""
    if lut is not None:
        return _looked_up(np.asarray(stored, np.float64), lut).astype(np.float32)
    if slope == 1.0 and intercept == 0.0:
        return np.asarray(stored, np.float32)
    return (np.asarray(stored, np.float64) * slope + intercept).astype(np.float32)


def apply(stored: Array, look: Look) -> NDArray[np.uint8]:
    """(rows, columns) greys of 8 bits, or (rows, columns, 3) RGB for colour and palettes."""
    if stored.ndim == 3:
        rgb: NDArray[np.uint8] = 255 - stored if look.inverted else np.ascontiguousarray(stored)
        return rgb
    if look.palette:
        return _through_palette(stored, look)
    if stored.dtype.kind in "iu" and stored.dtype.itemsize <= 2:
        return _through_table(stored, table(look, stored.dtype.str))
    flat = np.ascontiguousarray(stored).reshape(-1)
    out = np.empty(flat.shape, np.uint8)
    for start in range(0, len(flat), _STRIP):
        out[start : start + _STRIP] = greys(flat[start : start + _STRIP], look)
    return out.reshape(stored.shape)


@lru_cache(maxsize=64)
def table(look: Look, kind: str) -> NDArray[np.uint8]:
    """The grey of every stored value there can be, by its bits read as unsigned."""
    unsigned = np.dtype(f"u{np.dtype(kind).itemsize}")
    every = np.arange(1 << (8 * unsigned.itemsize), dtype=unsigned).view(np.dtype(kind).newbyteorder("="))
    made = greys(every, look)
    made.flags.writeable = False
    return made


def _through_table(stored: Array, made: NDArray[np.uint8]) -> NDArray[np.uint8]:
    bits = np.ascontiguousarray(stored).view(f"u{stored.dtype.itemsize}")
    cv2 = sys.modules.get("cv2")  # never imported for this alone: the first picture would wait for it
    # Another thread may be in the midst of importing it: then it has neither a version nor functions yet.
    if cv2 is None or int(getattr(cv2, "__version__", "0").split(".")[0]) < 5 or not hasattr(cv2, "LUT"):
        return np.asarray(np.take(made, bits, mode="clip"))
    # OpenCV looks 16 bits up from version 5 on, four times as fast as numpy.
    return np.asarray(cv2.LUT(bits, made.reshape(1, -1)))


def _through_palette(stored: Array, look: Look) -> NDArray[np.uint8]:
    channels = []
    for lut in look.palette:
        values = lut.values
        eight = (values >> (lut.bits - 8) if lut.bits > 8 else values).astype(np.uint8)
        at = np.clip(stored.astype(np.int64) - lut.first, 0, len(eight) - 1)
        channels.append(eight[at])
    rgb: NDArray[np.uint8] = np.stack(channels, axis=-1)
    return 255 - rgb if look.inverted else rgb


# -- the formulas ------------------------------------------------------------------------------------------------------


def greys(stored: Array, look: Look) -> NDArray[np.uint8]:
    """By the letter of the standard, in doubles. Not a number: black."""
    values = np.asarray(stored, np.float64)
    if look.modality_lut is not None:
        values = _looked_up(values, look.modality_lut)
    elif look.slope != 1.0 or look.intercept != 0.0:
        values = values * look.slope + look.intercept
    with np.errstate(invalid="ignore", over="ignore", divide="ignore"):
        part = fraction(values, look.voi) if look.voi is not None else np.clip(values / 255.0, 0.0, 1.0)
        if look.inverted:
            part = 1.0 - part
        shown: NDArray[np.uint8] = (np.nan_to_num(part, nan=0.0) * 255.0 + 0.5).astype(np.uint8)
    if look.padding is not None:
        low, high = look.padding
        shown[(stored >= low) & (stored <= high)] = 0
    return shown


def fraction(values: NDArray[np.float64], voi: Window | Lut) -> NDArray[np.float64]:
    """0 (ymin) to 1 (ymax) of modality values."""
    if isinstance(voi, Lut):
        return _looked_up(values, voi) / float((1 << voi.bits) - 1)
    c, w = voi.center, voi.width
    match voi.function:
        case "SIGMOID" if w > 0:
            return np.asarray(1.0 / (1.0 + np.exp(np.clip(-4.0 * (values - c) / w, -_STEEPEST, _STEEPEST))))
        case "LINEAR" if w >= 1:
            # From c - 0.5 - (w-1)/2 to c - 0.5 + (w-1)/2; a width of 1 is a step after the first.
            return _ramp(values, c - 0.5, w - 1)
    return _ramp(values, c, max(0.0, w))


def _ramp(values: NDArray[np.float64], middle: float, width: float) -> NDArray[np.float64]:
    if width <= 0:
        return (values > middle).astype(np.float64) + np.where(np.isnan(values), np.nan, 0.0)
    return np.asarray(np.clip((values - middle) / width + 0.5, 0.0, 1.0))


def _looked_up(values: NDArray[np.float64], lut: Lut) -> NDArray[np.float64]:
    """Below the first entry the first holds, beyond the last the last."""
    entries = lut.values
    at = np.clip(np.nan_to_num(np.floor(values + 0.5)) - lut.first, 0, len(entries) - 1).astype(np.int64)
    found: NDArray[np.float64] = entries[at].astype(np.float64)
    return found


def range_of(array: Array, look: Look, part: float = 0.0) -> tuple[float, float] | None:
    """The modality values that `part` of all values lie below, and above; padding and what is no number left out."""
    values = _without_padding(array, look)
    if not len(values):
        return None
    if part <= 0:
        ends: Any = (values.min(), values.max())
    else:
        ends = np.quantile(values, (part, 1.0 - part))
    found = modality(np.asarray(ends, np.float64), look.slope, look.intercept, look.modality_lut)
    return float(found.min()), float(found.max())


def _without_padding(array: Array, look: Look) -> Array:
    values = array.reshape(-1)
    if len(values) > 1 << 20:
        values = values[:: len(values) >> 19]
    if values.dtype.kind == "f":
        values = values[np.isfinite(values)]
    if look.padding is not None:
        low, high = look.padding
        values = values[(values < low) | (values > high)]
    return values
