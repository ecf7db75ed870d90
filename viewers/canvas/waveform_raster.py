"""Waveforms and spectrograms as arrays of 0xffRRGGBB pixels. Numpy alone: runs in any thread."""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import NDArray

from viewers.decode.spectrogram import BINS

Pixels = NDArray[np.uint32]
Scale = Literal["linear", "mel"]

#: As behind pictures: dark in both colour schemes.
GROUND = 0xFF1E1F22
MIDDLE = 0xFF33363C
PEAK = 0xFF4C7396
RMS = 0xFF9CC6EA
CLIPPED = 0xFFE7B25A
#: Full scale but for a step or two of 16 bits.
FULL = 0.9995


def draw_wave(out: Pixels, values: NDArray[np.float32], gain: float) -> None:
    """`values` (columns, 3): least, greatest, rms of one channel. `out` (height, columns), a pixel a column."""
    height = out.shape[0]
    middle, reach, rows = _cleared(out, gain)
    top, bottom = _thick(middle - values[:, 1] * reach, middle - values[:, 0] * reach)
    out[(rows >= top) & (rows < bottom)] = PEAK
    inner_top = np.maximum(top, middle - values[:, 2] * reach)
    inner_bottom = np.minimum(bottom, middle + values[:, 2] * reach)
    some = inner_bottom - inner_top >= 1
    out[(rows >= np.where(some, inner_top, height)) & (rows < inner_bottom)] = RMS
    out[0:2, values[:, 1] >= FULL] = CLIPPED
    out[height - 2 :, values[:, 0] <= -FULL] = CLIPPED


def draw_line(out: Pixels, values: NDArray[np.float32], gain: float, thick: float) -> None:
    """The same close up, where a sample is wider than a pixel: the line alone, `thick` pixels."""
    middle, reach, rows = _cleared(out, gain)
    top, bottom = _thick(middle - values[:, 1] * reach, middle - values[:, 0] * reach, thick)
    out[(rows >= top) & (rows < bottom)] = RMS


def _cleared(out: Pixels, gain: float) -> tuple[float, float, NDArray[np.float32]]:
    """Only the line in the middle is left: where it lies, how far 1.0 is from it, and the middles of all rows."""
    height = out.shape[0]
    middle = height / 2
    out[:] = GROUND
    out[min(height - 1, int(middle))] = MIDDLE
    return middle, (middle - 2) * gain, (np.arange(height, dtype=np.float32) + 0.5)[:, None]


def _thick(
    top: NDArray[np.float32], bottom: NDArray[np.float32], least: float = 1.0
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    thin = np.maximum(0, least - (bottom - top)) / 2
    return top - thin, bottom + thin


def spectrum_rows(height: int, rate: int, top_hz: float, scale: Scale) -> NDArray[np.float64]:
    """Edges of the pixel rows in bins, from the lowest row up: height + 1 values."""
    at = np.arange(height + 1) / max(1, height)
    hertz = at * top_hz if scale == "linear" else _from_mel(at * _to_mel(top_hz))
    return np.clip(hertz / (rate / 2) * (BINS - 1), 0, BINS - 1)


def place_of_frequency(hertz: float, top_hz: float, scale: Scale) -> float:
    """The part of the height, 0 below."""
    return hertz / top_hz if scale == "linear" else float(_to_mel(hertz) / _to_mel(top_hz))


def _to_mel(hertz: float | NDArray) -> float | NDArray:
    return 2595 * np.log10(1 + hertz / 700)


def _from_mel(mel: float | NDArray) -> float | NDArray:
    return 700 * (10 ** (mel / 2595) - 1)


def draw_spectrum(
    out: Pixels, columns: NDArray[np.uint8], there: NDArray[np.bool_], places: NDArray[np.float64],
    rows: NDArray[np.float64], colors: Pixels,
) -> None:  # fmt: skip
    """`columns` (n, bins); `places` the column at the middle of each pixel; `rows` from `spectrum_rows`."""
    height = out.shape[0]
    left = np.clip(np.floor(places).astype(np.int64), 0, max(0, len(columns) - 1))
    right = np.minimum(left + 1, len(columns) - 1)
    folded = _folded(columns, rows, height)
    part = np.clip((places - left) * 256, 0, 256).astype(np.uint16)[:, None]
    levels = (folded[left] * (256 - part) + folded[right] * part) >> 8
    picture = colors[levels]
    picture[~there[left] | (places < -0.5) | (places > len(columns))] = GROUND
    out[:] = picture.T[::-1]


def _folded(columns: NDArray[np.uint8], rows: NDArray[np.float64], height: int) -> NDArray[np.uint16]:
    """(n, height): the loudest bin of each pixel row; between two bins where a row is narrower than one."""
    low = np.clip(np.round(rows[:-1]).astype(np.int64), 0, BINS - 1)
    high = np.clip(np.round(rows[1:]).astype(np.int64), 0, BINS)
    middle = np.clip((rows[:-1] + rows[1:]) / 2, 0, BINS - 1)
    whole = np.minimum(middle.astype(np.int64), BINS - 2)
    part = ((middle - whole) * 256).astype(np.uint16)
    made: NDArray[np.uint16] = (columns[:, whole] * (256 - part) + columns[:, whole + 1] * part) >> 8
    wide = np.flatnonzero(high - low > 1)
    if len(wide):
        ends = np.stack([low[wide], np.minimum(high[wide], BINS - 1)], axis=1).reshape(-1)
        made[:, wide] = np.maximum.reduceat(columns, ends, axis=1)[:, ::2]
    return made
