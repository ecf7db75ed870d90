"""Pixels turned, halved and converted: plain numpy, used by every decoder of flat pictures."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from viewers.decode.request import PixelKind

Array = NDArray[Any]

CHANNELS = {PixelKind.GRAY8: 0, PixelKind.GRAY16: 0, PixelKind.BGRA8: 4, PixelKind.RGBA8: 4}
DTYPES = {PixelKind.GRAY8: np.uint8, PixelKind.GRAY16: np.uint16, PixelKind.BGRA8: np.uint8, PixelKind.RGBA8: np.uint8}


def shape_of(kind: PixelKind, width: int, height: int) -> tuple[int, ...]:
    return (height, width, 4) if CHANNELS[kind] else (height, width)


def halved(n: int, level: int) -> int:
    """A side after `level` halvings; an odd pixel at the edge stays a pixel."""
    return -(-n >> level) if level else n


def upright(stored: Array, orientation: int) -> Array:
    """A view of stored pixels as EXIF says they are to be shown."""
    match orientation:
        case 2:
            return stored[:, ::-1]
        case 3:
            return stored[::-1, ::-1]
        case 4:
            return stored[::-1]
        case 5:
            return stored.swapaxes(0, 1)
        case 6:
            return stored.swapaxes(0, 1)[:, ::-1]
        case 7:
            return stored[::-1, ::-1].swapaxes(0, 1)
        case 8:
            return stored.swapaxes(0, 1)[::-1]
    return stored


def as_stored(shown: Array, orientation: int) -> Array:
    """The inverse of `upright`: a view of an upright array into which stored pixels can be written."""
    return upright(shown, {6: 8, 8: 6}.get(orientation, orientation))


def stored_region(region: tuple[int, int, int, int], width: int, height: int, orientation: int) -> tuple[int, int, int, int]:
    """The stored rectangle behind an upright one; `width` and `height` are the stored picture's."""
    x, y, w, h = region
    if orientation >= 5:
        x, y, w, h = y, x, h, w
    if orientation in (2, 3, 7, 8):
        x = width - x - w
    if orientation in (3, 4, 6, 7):
        y = height - y - h
    return x, y, w, h


def halve(a: Array, kind: PixelKind) -> Array:
    """Each 2 x 2 block becomes its mean. At an odd edge the last row or column stands for both."""
    import cv2

    height, width = a.shape[:2]
    if height & 1 or width & 1:
        pad = ((0, height & 1), (0, width & 1)) + ((0, 0),) * (a.ndim - 2)
        a = np.pad(a, pad, mode="edge")
    size = (a.shape[1] // 2, a.shape[0] // 2)
    if kind is PixelKind.RGBA8 and int(a[..., 3].min()) < 255:
        return _halve_with_alpha(a, size)
    return np.asarray(cv2.resize(np.ascontiguousarray(a), size, interpolation=cv2.INTER_AREA))


def _halve_with_alpha(a: Array, size: tuple[int, int]) -> Array:
    """Colours weigh by their opacity, else what is invisible would bleed into what is seen."""
    import cv2

    alpha = a[..., 3:].astype(np.float32)
    colours = cv2.resize(a[..., :3].astype(np.float32) * alpha, size, interpolation=cv2.INTER_AREA)
    opacity = cv2.resize(np.ascontiguousarray(alpha[..., 0]), size, interpolation=cv2.INTER_AREA)[..., None]
    out = np.empty((size[1], size[0], 4), np.uint8)
    out[..., :3] = np.clip(colours / np.maximum(opacity, 1e-3) + 0.5, 0, 255)
    out[..., 3:] = opacity + 0.5
    return out


def bgra(rgb: Array) -> Array:
    """(h, w, 3 or more) RGB of 8 bits as opaque BGRA."""
    import cv2

    return np.asarray(cv2.cvtColor(np.ascontiguousarray(rgb[..., :3]), cv2.COLOR_RGB2BGRA))


def put_bgra(rgb: Array, into: Array) -> None:
    """The same, put where it is wanted: straight, where that is memory in one piece."""
    import cv2

    if into.flags.c_contiguous and rgb.flags.c_contiguous:
        cv2.cvtColor(rgb, cv2.COLOR_RGB2BGRA, dst=into)
    else:
        into[...] = bgra(rgb)


def cmyk_to_rgb(a: Array) -> Array:
    """Without a profile: each ink takes away its share, black from all."""
    light = 255 - a[..., :4].astype(np.uint16)
    return ((light[..., :3] * light[..., 3:] + 127) // 255).astype(np.uint8)


def ycbcr_to_rgb(a: Array) -> Array:
    """Full range, as JFIF has it."""
    y, cb, cr = (a[..., i].astype(np.float32) for i in range(3))
    rgb = np.stack([y + 1.402 * (cr - 128), y - 0.344136 * (cb - 128) - 0.714136 * (cr - 128), y + 1.772 * (cb - 128)], axis=-1)
    return np.clip(rgb + 0.5, 0, 255).astype(np.uint8)


def lab_to_rgb(lightness: Array, a: Array, b: Array) -> Array:
    """CIE L*a*b* under D50 (as TIFF and ICC have it), L 0..100, to sRGB."""
    fy = (lightness.astype(np.float32) + 16) / 116
    f = np.stack([fy + a.astype(np.float32) / 500, fy, fy - b.astype(np.float32) / 200], axis=-1)
    xyz = np.where(f > 6 / 29, f**3, 3 * (6 / 29) ** 2 * (f - 4 / 29)) * np.array([0.9642, 1.0, 0.8249], np.float32)
    to_srgb = np.array(  # Bradford-adapted from D50
        [[3.1338561, -1.6168667, -0.4906146], [-0.9787684, 1.9161415, 0.0334540], [0.0719453, -0.2289914, 1.4052427]],
        np.float32,
    )
    linear = np.clip(xyz @ to_srgb.T, 0, 1)
    srgb = np.where(linear <= 0.0031308, 12.92 * linear, 1.055 * linear ** (1 / 2.4) - 0.055)
    return (srgb * 255 + 0.5).astype(np.uint8)
