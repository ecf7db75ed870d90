"""Pictures brought to the device pixels of a canvas: scaled, mirrored, turned by quarters; masks blended over them. Qt-free."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from viewers.scene.view_state import Matrix

Pixels = NDArray[np.uint8]
Rect = tuple[int, int, int, int]  # x, y, w, h in device px


@dataclass(frozen=True, slots=True, eq=False)
class Labels:
    """Masks over a picture. `values` counts objects from 1, 0 is nothing; its first pixel lies at (left, top) of the picture.
    `colors`: of each value, premultiplied ARGB (`color_table`)."""

    values: NDArray[np.uint16]
    left: int
    top: int
    colors: NDArray[np.uint32]


def color_table(colors: Sequence[tuple[int, int, int, float]]) -> NDArray[np.uint32]:
    """Of (red, green, blue, opacity 0..1), counted from 1; 0 is nothing."""
    table = np.zeros((len(colors) + 1, 4), np.uint8)  # blue, green, red, alpha
    for i, (red, green, blue, alpha) in enumerate(colors, start=1):
        table[i] = (round(blue * alpha), round(green * alpha), round(red * alpha), round(255 * alpha))
    return table.view(np.uint32).ravel()


def scales(m: Matrix) -> tuple[float, float]:
    """Device px for a pixel of the picture, along its rows and down its columns."""
    return float(np.hypot(m[0], m[3])), float(np.hypot(m[1], m[4]))


def covered(m: Matrix, region: Rect, size: tuple[int, int]) -> Rect:
    """The whole device pixels under which a region of the picture lies, inside of a canvas; empty where w or h is not above 0."""
    x, y, w, h = region
    a, b, tx, c, d, ty = m
    xs = sorted((a * x + b * y + tx, a * (x + w) + b * (y + h) + tx))
    ys = sorted((c * x + d * y + ty, c * (x + w) + d * (y + h) + ty))
    left, top = max(0, round(xs[0])), max(0, round(ys[0]))
    right, bottom = min(size[0], round(xs[1])), min(size[1], round(ys[1]))
    return left, top, right - left, bottom - top


def placed(source: Pixels, m: Matrix, target: Rect, *, squares: bool) -> Pixels:
    """What of a picture (of any number of channels) is seen in `target`."""
    across, down = scales(m)
    if min(across, down) < 0.5:  # averaged, else it shimmers
        h, w = source.shape[:2]
        small = max(1, round(w * min(1.0, across))), max(1, round(h * min(1.0, down)))
        source = cv2.resize(source, small, interpolation=cv2.INTER_AREA)
        m = _stretched(m, w / small[0], h / small[1])
    flags = cv2.INTER_NEAREST if squares else cv2.INTER_LINEAR
    forward = _by_centres(m, target)
    return cv2.warpAffine(source, forward, target[2:], flags=flags, borderMode=cv2.BORDER_REPLICATE)


def painted(size: tuple[int, int], target: Rect, part: Pixels | None, ground: int) -> Pixels:
    """(h, w, 4) opaque BGRA: `part` (greys, RGB or BGRA) in its place, `ground` (ARGB) around it."""
    x, y, w, h = target if part is not None else (0, 0, 0, 0)
    out: Pixels = np.empty((size[1], size[0], 4), np.uint8)
    whole = out.view(np.uint32)[..., 0]  # pixel by pixel: four times as fast as byte by byte
    for around in (whole[:y], whole[y + h :], whole[y : y + h, :x], whole[y : y + h, x + w :]):
        around[:] = ground
    if part is None:
        return out
    inside = out[y : y + h, x : x + w]
    if part.ndim == 3 and part.shape[2] == 4:
        inside[:] = part
    else:
        cv2.cvtColor(part, cv2.COLOR_GRAY2BGRA if part.ndim == 2 else cv2.COLOR_RGB2BGRA, dst=inside)
    return out


def lay_over(pixels: Pixels, labels: Labels, m: Matrix) -> None:
    """Masks of a picture, blended into what `painted` has made of it."""
    values = labels.values
    own = (m[0], m[1], m[0] * labels.left + m[1] * labels.top + m[2], m[3], m[4], m[3] * labels.left + m[4] * labels.top + m[5])
    x, y, w, h = covered(own, (0, 0, values.shape[1], values.shape[0]), (pixels.shape[1], pixels.shape[0]))
    if w <= 0 or h <= 0:
        return
    seen = cv2.warpAffine(
        values, _by_centres(own, (x, y, w, h)), (w, h), flags=cv2.INTER_NEAREST, borderMode=cv2.BORDER_REPLICATE
    )
    over = labels.colors[seen].view(np.uint8).reshape(h, w, 4)
    keep = cv2.bitwise_not(cv2.extractChannel(over, 3))
    inside = pixels[y : y + h, x : x + w]
    inside[:] = cv2.add(over, cv2.multiply(inside, cv2.merge((keep, keep, keep, keep)), scale=1 / 255))


def _stretched(m: Matrix, across: float, down: float) -> Matrix:
    a, b, tx, c, d, ty = m
    return a * across, b * down, tx, c * across, d * down, ty


def _by_centres(m: Matrix, target: Rect) -> NDArray[np.float64]:
    """Ours count corners, OpenCV counts from the middle of a pixel."""
    a, b, tx, c, d, ty = m
    return np.array(((a, b, tx + (a + b) / 2 - 0.5 - target[0]), (c, d, ty + (c + d) / 2 - 0.5 - target[1])))
