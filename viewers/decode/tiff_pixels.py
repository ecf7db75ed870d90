"""What the samples of a TIFF segment mean: colours, greys, transparency, ranges. Pure functions of arrays."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from viewers.decode.arrays import Array, bgra, cmyk_to_rgb, lab_to_rgb, ycbcr_to_rgb
from viewers.decode.request import PixelKind

MINISWHITE, MINISBLACK, RGB, PALETTE, MASK, CMYK, YCBCR, CIELAB, ICCLAB = 0, 1, 2, 3, 4, 5, 6, 8, 9
_COLOURS = {RGB: 3, CMYK: 4, YCBCR: 3, CIELAB: 3, ICCLAB: 3}

Convert = Callable[[Array], Array]  # (h, w, samples) as stored -> the display array


@dataclass(frozen=True, slots=True)
class Layout:
    """How one page stores its samples."""

    photometric: int
    samples: int
    bits: int
    dtype: np.dtype[Any]
    extra: tuple[int, ...]  # EXTRASAMPLE: 0 unspecified, 1 associated alpha, 2 straight alpha
    palette: Array | None = field(compare=False)  # (3, 2**bits) uint16

    @property
    def colours(self) -> int:
        wanted = _COLOURS.get(self.photometric, 1)
        return wanted if self.samples >= wanted else 1

    @property
    def alpha(self) -> int:
        """1 or 2: the first extra sample is opacity (associated, straight); 0: there is none."""
        if self.photometric in (CMYK, CIELAB, ICCLAB, PALETTE) or self.samples <= self.colours or self.dtype.kind == "f":
            return 0
        return self.extra[0] if self.extra and self.extra[0] in (1, 2) else 0


def plan(
    layout: Layout, sample: Callable[[], Iterable[Array]], inks: Convert = cmyk_to_rgb
) -> tuple[PixelKind, Convert, list[str]]:
    """The kind a page is shown as, the function that makes it so, and what the person should know.

    `sample` gives some segments of the page: the range of values without a natural white is taken from them. `inks` turns
    CMYK of 8 bits into RGB.
    """
    if layout.dtype.kind not in "uif" or layout.dtype.itemsize > 8:
        raise ValueError(f"samples of the type {layout.dtype} are no picture")
    warnings: list[str] = []
    if layout.samples > layout.colours + (1 if layout.alpha else 0):
        shown = "colours" if layout.colours > 1 else "channel"
        warnings.append(
            f"{layout.samples} channels: the first {layout.colours} are shown ({shown}).".replace("first 1 are", "first is")
        )
    if layout.photometric == PALETTE and layout.palette is not None:
        return PixelKind.BGRA8, _palette(layout.palette), warnings
    if layout.colours == 1 and not layout.alpha:
        kind, convert, more = _gray(layout, sample)
        return kind, convert, warnings + more
    to8, more = _eight_bits(layout, sample)
    if layout.colours == 1:
        return PixelKind.RGBA8, _gray_alpha(layout, to8), warnings + more
    if layout.photometric in (CIELAB, ICCLAB):
        return PixelKind.BGRA8, _lab(layout), warnings
    if layout.photometric == CMYK:
        return PixelKind.BGRA8, lambda a: bgra(inks(to8(a))), warnings + more
    if layout.photometric == YCBCR:
        return PixelKind.BGRA8, lambda a: bgra(ycbcr_to_rgb(to8(a[..., :3]))), warnings + more
    if layout.alpha:
        return PixelKind.RGBA8, _rgba(layout, to8), warnings + more
    return PixelKind.BGRA8, lambda a: bgra(to8(a[..., :3])), warnings + more


def _palette(palette: Array) -> Convert:
    table = (palette.T >> 8 if int(palette.max(initial=0)) > 255 else palette.T).astype(np.uint8)

    def convert(a: Array) -> Array:
        return bgra(table[np.minimum(a[..., 0], len(table) - 1)])

    return convert


def _gray(layout: Layout, sample: Callable[[], Iterable[Array]]) -> tuple[PixelKind, Convert, list[str]]:
    inverted = layout.photometric == MINISWHITE
    if layout.dtype.kind == "u" and layout.bits <= 8:
        table = np.minimum(np.arange(256) * 255 // ((1 << layout.bits) - 1), 255).astype(np.uint8)
        table = 255 - table if inverted else table
        if layout.bits == 8 and not inverted:
            return PixelKind.GRAY8, lambda a: a[..., 0], []
        return PixelKind.GRAY8, lambda a: table[a[..., 0].astype(np.uint8)], []
    if layout.dtype.kind == "u" and layout.bits <= 16:
        top = (1 << layout.bits) - 1
        if inverted:
            return PixelKind.GRAY16, lambda a: np.uint16(top) - a[..., 0].astype(np.uint16), []
        return PixelKind.GRAY16, lambda a: a[..., 0].astype(np.uint16, copy=False), []
    if layout.dtype == np.int8:
        return (
            PixelKind.GRAY8,
            lambda a: (a[..., 0].astype(np.int16) + 128).astype(np.uint8),
            ["Signed values are shown from -128 (black)."],
        )
    if layout.dtype.kind == "i" and layout.bits <= 16:
        shift = "Signed values are shown raised by 32,768."
        return PixelKind.GRAY16, lambda a: (a[..., 0].astype(np.int32) + 32768).astype(np.uint16), [shift]
    low, high = _range(sample(), 1)
    to16 = _stretch(low, high, np.dtype(np.uint16))
    told = [f"Values from {low:.6g} (black) to {high:.6g} (white) are shown as 0 to 65,535."]
    if inverted:
        return PixelKind.GRAY16, lambda a: np.uint16(65535) - to16(a[..., 0]), told
    return PixelKind.GRAY16, lambda a: to16(a[..., 0]), told


def _eight_bits(layout: Layout, sample: Callable[[], Iterable[Array]]) -> tuple[Convert, list[str]]:
    if layout.dtype == np.uint8 and layout.bits == 8:
        return lambda a: a, []
    if layout.dtype.kind == "u" and layout.bits < 8:
        top = (1 << layout.bits) - 1
        return lambda a: (a.astype(np.uint16) * 255 // top).astype(np.uint8), []
    if layout.dtype.kind == "u" and layout.bits <= 16:
        shift = layout.bits - 8
        return lambda a: np.minimum(a >> shift, 255).astype(np.uint8), []
    low, high = _range(sample(), layout.colours)
    if layout.dtype.kind == "f" and low >= 0 and high <= 1:
        low, high = 0.0, 1.0  # the usual range of floating-point colours
    return _stretch(low, high, np.dtype(np.uint8)), [f"Values from {low:.6g} to {high:.6g} are shown as 0 to 255."]


def _stretch(low: float, high: float, dtype: np.dtype[Any]) -> Convert:
    top = float(np.iinfo(dtype).max)
    scale = top / (high - low) if high > low else 0.0

    def convert(a: Array) -> Array:
        with np.errstate(all="ignore"):
            scaled = (np.nan_to_num(a.astype(np.float64), nan=low, posinf=high, neginf=low) - low) * scale
        return (np.clip(scaled, 0, top) + 0.5).astype(dtype)

    return convert


def _range(segments: Iterable[Array], colours: int) -> tuple[float, float]:
    """The least and greatest finite value of some segments."""
    low, high = np.inf, -np.inf
    for segment in segments:
        values = segment[..., :colours].astype(np.float64)
        values = values[np.isfinite(values)]
        if values.size:
            low, high = min(low, float(values.min())), max(high, float(values.max()))
    return (low, high) if low <= high else (0.0, 1.0)


def _gray_alpha(layout: Layout, to8: Convert) -> Convert:
    def convert(a: Array) -> Array:
        both = to8(a[..., :2])
        gray = 255 - both[..., 0] if layout.photometric == MINISWHITE else both[..., 0]
        return _with_alpha(np.repeat(gray[..., None], 3, axis=-1), both[..., 1], layout.alpha)

    return convert


def _rgba(layout: Layout, to8: Convert) -> Convert:
    def convert(a: Array) -> Array:
        all4 = to8(a[..., :4])
        return _with_alpha(all4[..., :3], all4[..., 3], layout.alpha)

    return convert


def _with_alpha(rgb: Array, alpha: Array, association: int) -> Array:
    out = np.empty((*rgb.shape[:2], 4), np.uint8)
    if association == 1:  # colours were multiplied by it: divide again
        opacity = np.maximum(alpha, 1)[..., None].astype(np.uint16)
        rgb = np.minimum(rgb.astype(np.uint16) * 255 // opacity, 255)
    out[..., :3] = rgb
    out[..., 3] = alpha
    return out


def _lab(layout: Layout) -> Convert:
    """CIELAB stores a and b signed, ICCLAB raised by half their range; 16 bits are 256 times finer."""
    top = float((1 << layout.bits) - 1)
    fine = 256.0 if layout.bits == 16 else 1.0

    def convert(a: Array) -> Array:
        lightness = a[..., 0].astype(np.float32) * (100.0 / top)
        chroma = a[..., 1:3]
        if layout.photometric == CIELAB:
            chroma = chroma.astype(np.int16 if layout.bits == 16 else np.int8).astype(np.float32) / fine
        else:
            chroma = chroma.astype(np.float32) / fine - 128.0
        return bgra(lab_to_rgb(lightness, chroma[..., 0], chroma[..., 1]))

    return convert
