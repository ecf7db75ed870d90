"""Bitmasks: run lengths inside a tight box of pixels, to and from numpy arrays, shapes and the codes of others.

Stored runs are uint32 little-endian, row-major within the box, background first. A pixel is inside a
shape when its centre is, by the even-odd rule; edges are half-open, so polygons that share an edge share no pixel.
An empty mask is a box without size and without runs.

Nearly everything here works on *toggles*: sorted positions in a row-major raster at which inside and outside change.
They make rasterising, joining and the codecs a few vectorised lines that never need a whole frame of pixels.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from storage.model.geometry import (
    Bitmask,
    Bounds,
    Box,
    Circle,
    Cuboid2D,
    Ellipse,
    Geometry,
    Point,
    Points,
    Polygon,
    Ring,
    RotatedBox,
)

Mask = NDArray[np.bool_]
Ints = NDArray[np.int64]

EMPTY = Bitmask(0, 0, 0, 0, b"")


# -- runs and arrays ----------------------------------------------------------------------------------------------


def encode(mask: NDArray, x: int = 0, y: int = 0) -> Bitmask:
    """The bitmask of an array whose first pixel lies at (x, y) of the frame: cut to what is set."""
    mask = np.ascontiguousarray(mask, bool)
    rows = np.flatnonzero(mask.any(axis=1)) if mask.size else np.zeros(0, np.int64)
    if len(rows) == 0:
        return EMPTY
    top, bottom = int(rows[0]), int(rows[-1]) + 1
    columns = np.flatnonzero(mask[top:bottom].any(axis=0))
    left, right = int(columns[0]), int(columns[-1]) + 1
    tight = mask[top:bottom, left:right]
    runs = _runs_of_toggles(_toggles(tight), tight.size)
    return Bitmask(x + left, y + top, right - left, bottom - top, runs.astype("<u4").tobytes())


def decode(bitmask: Bitmask) -> Mask:
    """The pixels of its box. Raises ValueError when the runs do not fit it."""
    runs = np.frombuffer(bitmask.runs, "<u4").astype(np.int64)
    area = bitmask.w * bitmask.h
    if int(runs.sum()) > area:
        raise ValueError(f"the runs of a mask hold {int(runs.sum())} pixels, its box only {area}")
    return _mask_of_runs(runs, bitmask.h, bitmask.w)


def to_frame(bitmask: Bitmask, width: int, height: int) -> Mask:
    """The whole frame; what lies outside of it is cut off."""
    return window(bitmask, 0, 0, width, height)


def window(bitmask: Bitmask, x: int, y: int, width: int, height: int) -> Mask:
    """The pixels of a window of the frame."""
    out = np.zeros((height, width), bool)
    left, top = max(bitmask.x, x), max(bitmask.y, y)
    right, bottom = min(bitmask.x + bitmask.w, x + width), min(bitmask.y + bitmask.h, y + height)
    if left < right and top < bottom:
        part = decode(bitmask)[top - bitmask.y : bottom - bitmask.y, left - bitmask.x : right - bitmask.x]
        out[top - y : bottom - y, left - x : right - x] = part
    return out


def area(bitmask: Bitmask) -> int:
    """Pixels that are set."""
    return int(np.frombuffer(bitmask.runs, "<u4")[1::2].sum(dtype=np.int64))


def _toggles(mask: Mask) -> Ints:
    """Positions in the flattened mask where it changes; starts outside, ends outside at the array's end."""
    flat = mask.ravel()
    if flat.size == 0:
        return np.zeros(0, np.int64)
    inner = np.flatnonzero(flat[1:] != flat[:-1]) + 1
    head = [0] if flat[0] else []
    tail = [flat.size] if flat[-1] else []
    return np.concatenate([head, inner, tail]).astype(np.int64)


def _runs_of_toggles(toggles: Ints, size: int) -> Ints:
    """Counts: background, foreground, background... up to the end of the array; a last empty run is left out."""
    runs = np.diff(toggles, prepend=0)
    rest = size - (int(toggles[-1]) if len(toggles) else 0)
    return np.append(runs, rest) if rest else runs


def _mask_of_runs(runs: Ints, height: int, width: int) -> Mask:
    total = int(runs.sum())
    flat = np.repeat(np.arange(len(runs)) % 2 == 1, runs)
    if total < height * width:
        flat = np.concatenate([flat, np.zeros(height * width - total, bool)])
    return flat.reshape(height, width)


def _cancelled(toggles: Ints) -> Ints:
    """Sorted toggles without the pairs that undo each other."""
    toggles = np.sort(toggles)
    if len(toggles) < 2 or (toggles[1:] != toggles[:-1]).all():
        return toggles
    values, counts = np.unique(toggles, return_counts=True)
    odd: Ints = values[counts % 2 == 1]
    return odd


def _row_edges(mask: Mask) -> tuple[Ints, Ints, Ints]:
    """Runs row by row: row, first column, column after the last."""
    padded = np.zeros((mask.shape[0], mask.shape[1] + 2), np.int8)
    padded[:, 1:-1] = mask
    step = np.diff(padded, axis=1)
    rows, starts = np.nonzero(step == 1)
    ends = np.nonzero(step == -1)[1]
    return rows, starts, ends


# -- joining ------------------------------------------------------------------------------------------------------


def union(masks: Iterable[Bitmask]) -> Bitmask:
    masks = [m for m in masks if m.w and m.h]
    if not masks:
        return EMPTY
    left, top, right, bottom = _common_box(masks)
    out = np.zeros((bottom - top, right - left), bool)
    for m in masks:
        out[m.y - top : m.y - top + m.h, m.x - left : m.x - left + m.w] |= decode(m)
    return encode(out, left, top)


def subtract(mask: Bitmask, others: Iterable[Bitmask]) -> Bitmask:
    out = decode(mask)
    for other in others:
        out &= ~window(other, mask.x, mask.y, mask.w, mask.h)
    return encode(out, mask.x, mask.y)


def intersect(mask: Bitmask, other: Bitmask) -> Bitmask:
    return encode(decode(mask) & window(other, mask.x, mask.y, mask.w, mask.h), mask.x, mask.y)


def _common_box(masks: Sequence[Bitmask]) -> tuple[int, int, int, int]:
    return (
        min(m.x for m in masks),
        min(m.y for m in masks),
        max(m.x + m.w for m in masks),
        max(m.y + m.h for m in masks),
    )


# -- painting -----------------------------------------------------------------------------------------------------


def stroke(points: Points, radius: float, width: int, height: int) -> Bitmask:
    """What a round brush covers on its way through points: pixels whose centre is within `radius` of the path.

    A brush smaller than a pixel still paints the pixel under each point.
    """
    xs, ys = [p[0] for p in points], [p[1] for p in points]
    left, top = max(0, math.floor(min(xs) - radius)), max(0, math.floor(min(ys) - radius))
    right, bottom = min(width, math.ceil(max(xs) + radius) + 1), min(height, math.ceil(max(ys) + radius) + 1)
    if left >= right or top >= bottom:
        return EMPTY
    out = np.zeros((bottom - top, right - left), bool)
    for a, b in zip(points, (*points[1:], points[-1]), strict=True):
        _paint_segment(out, a, b, radius, left, top)
    for x, y in points:
        if left <= x < right and top <= y < bottom:
            out[int(y) - top, int(x) - left] = True
    return encode(out, left, top)


def _paint_segment(out: Mask, a: Point, b: Point, radius: float, left: int, top: int) -> None:
    """Only the pixels near the segment are looked at."""
    x0 = max(0, math.floor(min(a[0], b[0]) - radius) - left)
    x1 = min(out.shape[1], math.ceil(max(a[0], b[0]) + radius) + 1 - left)
    y0 = max(0, math.floor(min(a[1], b[1]) - radius) - top)
    y1 = min(out.shape[0], math.ceil(max(a[1], b[1]) + radius) + 1 - top)
    if x0 >= x1 or y0 >= y1:
        return
    px = (np.arange(x0, x1) + left + 0.5)[None, :] - a[0]
    py = (np.arange(y0, y1) + top + 0.5)[:, None] - a[1]
    dx, dy = b[0] - a[0], b[1] - a[1]
    length2 = dx * dx + dy * dy
    along = np.clip((px * dx + py * dy) / length2, 0.0, 1.0) if length2 > 0 else np.zeros((1, 1))
    distance2 = (px - along * dx) ** 2 + (py - along * dy) ** 2
    out[y0:y1, x0:x1] |= distance2 <= radius * radius


def paint(
    base: Bitmask | None, points: Points, radius: float, *, width: int, height: int, erase: bool = False
) -> Bitmask | None:
    """`base` with a brush stroke added or taken away; None when nothing is left."""
    brush = stroke(points, radius, width, height)
    made = subtract(base or EMPTY, (brush,)) if erase else union((base or EMPTY, brush))
    return made if made.w else None


# -- shapes to pixels ---------------------------------------------------------------------------------------------


def rasterize(geometry: Geometry, width: int, height: int) -> Mask:
    """Which pixels of a frame have their centre inside. Lines, points and skeletons hold none."""
    if isinstance(geometry, Bitmask):
        return to_frame(geometry, width, height)
    return to_frame(to_bitmask(geometry, width, height), width, height)


def to_bitmask(geometry: Geometry, width: int, height: int) -> Bitmask:
    """The same as a bitmask, cut to the frame; costs only the shape's own box."""
    match geometry:
        case Bitmask():
            return encode(to_frame(geometry, width, height)) if _sticks_out(geometry, width, height) else geometry
        case Box() | RotatedBox():
            return _raster((((geometry.corners()),),), geometry.bounds(), width, height)
        case Polygon(parts):
            rings = [r for part in parts for r in part]
            return _raster(parts, _bounds(rings), width, height)
        case Circle(x, y, r, stretch, theta):
            return _raster_ellipse(x, y, r, r * stretch, theta, geometry.bounds(), width, height)
        case Ellipse(x, y, rx, ry, theta):
            return _raster_ellipse(x, y, rx, ry, theta, geometry.bounds(), width, height)
        case Cuboid2D(front):
            back, n = geometry.back(), len(front)
            sides = tuple(((front[i], front[(i + 1) % n], back[(i + 1) % n], back[i]),) for i in range(n))
            return _raster(((front,), (back,), *sides), geometry.bounds(), width, height)
    return EMPTY


def _sticks_out(m: Bitmask, width: int, height: int) -> bool:
    return m.x < 0 or m.y < 0 or m.x + m.w > width or m.y + m.h > height


def _bounds(rings: Sequence[Ring]) -> Bounds:
    xs = [p[0] for ring in rings for p in ring]
    ys = [p[1] for ring in rings for p in ring]
    return (min(xs), min(ys), max(xs), max(ys))


def _clip(bounds: Bounds, width: int, height: int) -> tuple[int, int, int, int]:
    """Left, top, right, bottom of the pixels of the frame that a shape may touch."""
    x0, y0, x1, y1 = bounds
    if not all(map(math.isfinite, bounds)):
        raise ValueError("a shape with coordinates that are not finite")
    left, top = min(max(0, math.floor(x0)), width), min(max(0, math.floor(y0)), height)
    return left, top, max(left, min(width, math.ceil(x1) + 1)), max(top, min(height, math.ceil(y1) + 1))


def _raster(parts: Sequence[Sequence[Ring]], bounds: Bounds, width: int, height: int) -> Bitmask:
    left, top, right, bottom = _clip(bounds, width, height)
    w, h = right - left, bottom - top
    if w == 0 or h == 0:
        return EMPTY
    out: Mask | None = None
    for rings in parts:
        toggles = _cancelled(np.concatenate([_ring_toggles(ring, left, top, w, h) for ring in rings]))
        made = _mask_of_runs(_runs_of_toggles(toggles, w * h), h, w)
        out = made if out is None else out | made
    assert out is not None
    return encode(out, left, top)


def _ring_toggles(ring: Ring, left: int, top: int, w: int, h: int) -> Ints:
    """Where the rows of a window cross a ring. Every row is crossed an even number of times.

    An edge belongs to the rows whose centre lies in [upper y, lower y); it is always run from its upper end, so that the
    same edge in a neighbour gives the same crossing to the last bit.
    """
    points = np.asarray(ring, np.float64)
    a, b = points, np.roll(points, -1, axis=0)
    swap = a[:, 1] > b[:, 1]
    x0, y0 = np.where(swap, b[:, 0], a[:, 0]), np.where(swap, b[:, 1], a[:, 1])
    x1, y1 = np.where(swap, a[:, 0], b[:, 0]), np.where(swap, a[:, 1], b[:, 1])
    # Row r has its centre at top + r + 0.5: the first one at or below y0, and the first one at or below y1.
    first = np.clip(np.ceil(y0 - top - 0.5), 0, h).astype(np.int64)
    last = np.clip(np.ceil(y1 - top - 0.5), 0, h).astype(np.int64)
    counts = np.maximum(last - first, 0)
    edge = np.repeat(np.arange(len(counts)), counts)
    row = np.arange(len(edge)) - np.repeat(np.cumsum(counts) - counts, counts) + first[edge]
    centre = row + (top + 0.5)
    # The share along the edge first: exact at both ends, monotonous between them.
    share = (centre - y0[edge]) / (y1 - y0)[edge]
    x = x0[edge] + share * (x1 - x0)[edge]
    column = np.clip(np.ceil(x - left - 0.5), 0, w).astype(np.int64)
    toggles: Ints = row * w + column
    return toggles


def _raster_ellipse(x: float, y: float, rx: float, ry: float, theta: float, bounds: Bounds, width: int, height: int) -> Bitmask:
    left, top, right, bottom = _clip(bounds, width, height)
    if right <= left or bottom <= top or rx <= 0 or ry <= 0:
        return EMPTY
    dx = (np.arange(left, right) + 0.5 - x)[None, :]
    dy = (np.arange(top, bottom) + 0.5 - y)[:, None]
    c, s = math.cos(math.radians(theta)), math.sin(math.radians(theta))
    inside = ((dx * c + dy * s) / rx) ** 2 + ((dy * c - dx * s) / ry) ** 2 <= 1.0
    return encode(inside, left, top)


# -- pixels to shapes ---------------------------------------------------------------------------------------------


def contours(bitmask: Bitmask) -> Polygon | None:
    """The exact outline of the pixels, holes kept: rasterising it gives the mask again. None for an empty mask.

    Pixels that touch only at a corner belong to different parts.
    """
    from storage.model.mask_outline import outline

    mask = decode(bitmask)
    return outline(mask, bitmask.x, bitmask.y) if mask.any() else None


# -- codes of others ----------------------------------------------------------------------------------------------


def to_counts(bitmask: Bitmask, width: int, height: int, *, columns: bool = False) -> list[int]:
    """Run lengths over the whole frame, background first: row by row (Encord) or column by column (COCO)."""
    return [int(c) for c in _frame_counts(bitmask, width, height, columns)]


def _frame_counts(bitmask: Bitmask, width: int, height: int, columns: bool) -> Ints:
    if _sticks_out(bitmask, width, height):
        bitmask = encode(to_frame(bitmask, width, height))
    mask = decode(bitmask)
    rows, starts, ends = _row_edges(mask.T if columns else mask)
    stride, first_row, first_column = (height, bitmask.x, bitmask.y) if columns else (width, bitmask.y, bitmask.x)
    base = (rows + first_row) * stride + first_column
    return _runs_of_toggles(_cancelled(np.concatenate([base + starts, base + ends])), width * height)


def from_counts(counts: Sequence[int] | Ints, width: int, height: int, *, columns: bool = False) -> Bitmask:
    """The inverse of `to_counts`; counts may stop early, the rest is background. Raises ValueError."""
    runs = np.asarray(counts, np.int64)
    if runs.ndim != 1 or (runs < 0).any():
        raise ValueError("the run lengths of a mask must be counts, none below 0")
    if int(runs.sum()) > width * height:
        raise ValueError(f"the runs of a mask hold {int(runs.sum())} pixels, its frame only {width * height}")
    ends = np.cumsum(runs)
    starts, stops = (ends - runs)[1::2], ends[1::2]
    starts, stops = starts[stops > starts], stops[stops > starts]
    if len(starts) == 0:
        return EMPTY
    # Only the rows (columns) between the first and the last set pixel are unpacked.
    stride = height if columns else width
    first, last = int(starts[0]) // stride, (int(stops[-1]) - 1) // stride + 1
    toggles = _cancelled(np.concatenate([starts, stops]) - first * stride)
    mask = _mask_of_runs(_runs_of_toggles(toggles, (last - first) * stride), last - first, stride)
    return encode(mask.T, first, 0) if columns else encode(mask, 0, first)


def pack_counts(counts: Sequence[int] | Ints) -> str:
    """The character code that Encord's rleString and COCO's compressed counts share (encord.md 2.7)."""
    values = np.asarray(counts, np.int64).copy()
    if len(values) > 3:
        values[3:] -= np.asarray(counts, np.int64)[1:-2]
    chars = np.full((len(values), 13), -1, np.int16)
    open_ = np.ones(len(values), bool)
    for k in range(13):
        low = values & 31
        values = values >> 5
        done = ((values == 0) & (low < 16)) | ((values == -1) & (low >= 16))
        chars[:, k] = np.where(open_, low + np.where(done, 0, 32) + 48, -1)
        open_ &= ~done
        if not open_.any():
            break
    flat = chars.ravel()
    return flat[flat >= 0].astype(np.uint8).tobytes().decode("ascii")


def unpack_counts(text: str | bytes) -> Ints:
    """The inverse of `pack_counts`. Raises ValueError when the text is no such code."""
    raw = text if isinstance(text, bytes) else text.encode()
    code = np.frombuffer(raw, np.uint8).astype(np.int64) - 48
    if len(code) == 0:
        return np.zeros(0, np.int64)
    if (code < 0).any() or (code > 63).any() or code[-1] & 32:
        raise ValueError("not a run-length code: a character outside of 0 to o, or it stops in the middle")
    last = (code & 32) == 0
    starts = np.concatenate([[0], np.flatnonzero(last)[:-1] + 1])
    group = np.cumsum(last) - last
    place = np.arange(len(code)) - starts[group]
    if int(place.max()) > 11:
        raise ValueError("not a run-length code: a number of more than 60 bits")
    values = np.add.reduceat((code & 31) << (5 * place), starts)
    ends = np.flatnonzero(last)
    negative = (code[ends] & 16) != 0
    values = np.where(negative, values - (np.int64(1) << (5 * (place[ends] + 1))), values)
    values[1::2] = np.cumsum(values[1::2])
    values[2::2] = np.cumsum(values[2::2])
    return values


def encord_rle(bitmask: Bitmask, width: int, height: int) -> str:
    """Encord's rleString of the whole frame: row by row."""
    return pack_counts(_frame_counts(bitmask, width, height, columns=False))


def from_encord_rle(text: str, width: int, height: int) -> Bitmask:
    return from_counts(unpack_counts(text), width, height)


def coco_rle(bitmask: Bitmask, width: int, height: int) -> dict[str, object]:
    """COCO's compressed run lengths: column by column."""
    return {"size": [height, width], "counts": pack_counts(_frame_counts(bitmask, width, height, columns=True))}


def from_coco_rle(counts: str | bytes | Sequence[int], width: int, height: int) -> Bitmask:
    """Compressed (text) or uncompressed (list) counts."""
    values = unpack_counts(counts) if isinstance(counts, (str, bytes)) else counts
    return from_counts(values, width, height, columns=True)
