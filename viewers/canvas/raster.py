"""Many shapes to pixels, fast and without holding the interpreter lock. Qt-free.

QPainter needs 60 us for an antialiased polygon of 20 vertices and `drawPath` keeps the lock for its whole length (measured:
one path of 2,500 polygons, 1.1 s). OpenCV draws it in 2 to 20 us with the lock released. Fills lie under all outlines, so
that no outline is hidden; a dark halo under the outlines keeps them visible on any picture and costs the same for any
number of shapes, because it is grown from the outlines' coverage.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Protocol

import cv2
import numpy as np
from numpy.typing import NDArray

from storage.model.geometry import Bounds
from viewers.canvas.empty import empty_pixels
from viewers.scene.outlines import Outline, Path
from viewers.scene.view_state import Matrix

Pixels = NDArray[np.uint8]  # (h, w, 4) premultiplied BGRA: QImage.Format_ARGB32_Premultiplied

#: Fixed point of OpenCV's drawing: 1/16 px.
SHIFT = 4
SCALE = 1 << SHIFT
#: Shapes in one go between two looks at whether the work is still wanted.
CHUNK = 200
HALO = 0.55
#: Composed at a time: width and height, px.
BLOCK = (512, 64)
#: Of a block with fewer lines than one pixel in so many, only those are composed.
FEW = 12
#: Outlines between key frames, and of what is not there (of 255).
PALE, GHOST = 150, 95
#: So few shapes are drawn on a sheet no larger than they reach; of more it is not worth asking each.
ASKED = 64
#: Coordinates beyond this overflow OpenCV's fixed point.
FAR = float(1 << 25)

Color = tuple[int, int, int]  # blue, green, red
Place = tuple[int, int, int, int]  # left, top, right, bottom


@dataclass(frozen=True, slots=True)
class Look:
    """How a batch is drawn, in device px."""

    width: int = 2
    opacity: float = 0.25
    halo: int = 1
    dot: float = 3.5


class Shape(Protocol):
    """An `Entry` of the index, or a `Loose` one."""

    @property
    def outline(self) -> Outline: ...
    @property
    def mask(self) -> Pixels: ...  # 0 and 1


@dataclass(slots=True, eq=False)
class Loose:
    """A shape that is in no document: a draft."""

    outline: Outline
    mask: Pixels | None = None


@dataclass(slots=True, eq=False)
class Item:
    """One shape of a batch."""

    shape: Shape
    color: Color
    dashed: bool = False
    strong: bool = False  # selected or hovered: more fill
    faint: bool = False  # between key frames: a paler outline
    ghost: bool = False  # not there, but shown where it would be: a pale outline and no fill

    @property
    def outline(self) -> Outline:
        return self.shape.outline

    def bounds(self) -> Bounds:
        """In image px; meaningless for an outline of nothing."""
        outline = self.outline
        if outline.mask is not None:
            return outline.mask.bounds()
        ends = [(*p.points.min(axis=0), *p.points.max(axis=0)) for p in outline.paths if len(p.points)]
        ends += [(d.x, d.y, d.x, d.y) for d in outline.dots]
        if not ends:
            return (0.0, 0.0, 0.0, 0.0)
        x0, y0, x1, y1 = zip(*ends, strict=True)
        return (float(min(x0)), float(min(y0)), float(max(x1)), float(max(y1)))


def never() -> bool:
    return False


@lru_cache(maxsize=4096)
def bgr(color: str, fallback: Color = (206, 160, 0)) -> Color:
    """ "#RRGGBB" as OpenCV wants it."""
    try:
        n = int(color.lstrip("#")[:6], 16)
    except ValueError:
        return fallback
    return (n & 255, n >> 8 & 255, n >> 16 & 255)


def draw(
    items: Sequence[Item],
    matrix: Matrix,
    size: tuple[int, int],
    look: Look,
    *,
    stop: Callable[[], bool] = never,
    within: Place | None = None,
) -> Pixels | None:
    """`matrix` takes image coordinates to px of the result, `size` is its width and height; `within`: their `place_of`, where it
    is known. None when stopped."""
    x0, y0, x1, y1 = within or place_of(items, matrix, size, look)
    if (x1 - x0, y1 - y0) == size:
        return _drawn(items, matrix, size, look, stop)
    whole = empty_pixels(*size)
    if x1 > x0 and y1 > y0:
        a, b, tx, c, d, ty = matrix
        part = _drawn(items, (a, b, tx - x0, c, d, ty - y0), (x1 - x0, y1 - y0), look, stop)
        if part is None:
            return None
        whole[y0:y1, x0:x1] = part
    return whole


def place_of(items: Sequence[Item], matrix: Matrix, size: tuple[int, int], look: Look) -> Place:
    """Beyond this part of the result (left, top, right, bottom) the items leave it empty."""
    if not items:
        return 0, 0, 0, 0
    if len(items) > ASKED:
        return 0, 0, *size
    a, b, tx, c, d, ty = matrix
    x0, y0, x1, y1 = np.array([item.bounds() for item in items]).T
    xs, ys = np.concatenate((x0, x1, x0, x1)), np.concatenate((y0, y0, y1, y1))
    us, vs = a * xs + b * ys + tx, c * xs + d * ys + ty
    pad = 2 * look.width + look.halo + look.dot + 4
    left, top = max(0, math.floor(us.min() - pad)), max(0, math.floor(vs.min() - pad))
    right, bottom = min(size[0], math.ceil(us.max() + pad)), min(size[1], math.ceil(vs.max() + pad))
    return (left, top, right, bottom) if right > left and bottom > top else (0, 0, 0, 0)


def _drawn(items: Sequence[Item], matrix: Matrix, size: tuple[int, int], look: Look, stop: Callable[[], bool]) -> Pixels | None:
    sheet = _Sheet(size, items, matrix, look)
    for at in range(0, len(items), CHUNK):
        if stop():
            return None
        sheet.fill(items[at : at + CHUNK])
    # By colour, not by shape: a tenth of the calls, and crossings look the same whichever part of a scene is drawn.
    # Pale ones first, so that they do not dim the others.
    for (cover, color, closed), paths in sorted(sheet.strokes.items(), key=lambda group: group[0]):
        for at in range(0, len(paths), CHUNK):
            if stop():
                return None
            sheet.stroke(paths[at : at + CHUNK], color, closed, cover)
    sheet.widen()
    for item in items:
        if item.outline.dots:
            sheet.dots(item)
    return None if stop() else sheet.composed()


def draw_cut(
    items: Sequence[Item], matrix: Matrix, size: tuple[int, int], look: Look, *, stop: Callable[[], bool] = never
) -> Pixels | None:
    """A piece of a larger drawing: equal to that drawing up to its border, where halos come from outside."""
    pad = look.width + look.halo + 1
    a, b, tx, c, d, ty = matrix
    grown = draw(items, (a, b, tx + pad, c, d, ty + pad), (size[0] + 2 * pad, size[1] + 2 * pad), look, stop=stop)
    return None if grown is None else grown[pad:-pad, pad:-pad]


class _Sheet:
    """What is drawn on: fills in colour; of the outlines how much of each pixel they cover and the number of their colour.

    Kept apart, because lines are drawn thin and then widened by a maximum over neighbours (five times faster than wide lines
    and as smooth): a maximum of colours would mix them where lines cross.
    """

    def __init__(self, size: tuple[int, int], items: Sequence[Item], matrix: Matrix, look: Look) -> None:
        w, h = size
        self.m, self.look = matrix, look
        self.strokes: dict[tuple[int, Color, bool], list[NDArray[Any]]] = {}
        colors = {item.color for item in items}
        for item in items:
            if item.shape.outline.dots or len(item.shape.outline.paths) > 1:
                colors.update(bgr(p.color) for p in item.outline.paths if p.color)
                colors.update(bgr(d.color) for d in item.outline.dots if d.color)
        self.colors = sorted(colors)
        self.number = {color: n for n, color in enumerate(self.colors, start=1)}
        self.fills = np.zeros((h, w, 4), np.uint8)
        self.cover = np.zeros((h, w), np.uint8)
        self.index = np.zeros((h, w), np.uint8 if len(colors) < 255 else np.uint16)

    def fill(self, items: Sequence[Item]) -> None:
        """The insides, bottom first; the outlines are collected in `strokes`."""
        look = self.look
        paths = [p for item in items for p in item.outline.paths]
        # Widening by an even number of pixels goes one pixel further to the right and down than to the left and up.
        nudge = -0.5 if look.width % 2 == 0 else 0.0
        fixed = iter(_fixed(paths, self.m, nudge))
        for item in items:
            outline = item.outline
            if outline.mask is not None:
                self._mask(item)
            rings: dict[int, list[NDArray[Any]]] = {}
            cover = _cover(item)
            for path in outline.paths:
                points = next(fixed)
                if path.part >= 0:
                    rings.setdefault(path.part, []).append(points)
                color = bgr(path.color) if path.color else item.color
                if item.dashed:
                    self.strokes.setdefault((cover, color, False), []).extend(_dashes(points, path.closed, look.width))
                else:
                    self.strokes.setdefault((cover, color, path.closed), []).append(points)
            alpha = _alpha(item, look)
            if alpha:
                paint = _premultiplied(item.color, alpha)
                for part in rings.values():
                    cv2.fillPoly(self.fills, part, paint, cv2.LINE_8, SHIFT)

    def stroke(self, paths: Sequence[NDArray[Any]], color: Color, closed: bool, cover: int = 255) -> None:
        cv2.polylines(self.cover, paths, closed, cover, 1, cv2.LINE_AA, SHIFT)
        cv2.polylines(self.index, paths, closed, self.number[color], 1, cv2.LINE_8, SHIFT)

    def widen(self) -> None:
        """Lines to their width; the numbers one pixel further all round, for the soft rim of a line has its colour too."""
        width = self.look.width
        if width > 1:
            self.cover = cv2.dilate(self.cover, np.ones((width, width), np.uint8))
        reach = width + 2
        self.index = cv2.dilate(self.index, np.ones((reach, reach), np.uint8))

    def dots(self, item: Item) -> None:
        a, b, tx, c, d, ty = self.m
        h, w = self.cover.shape
        for dot in item.outline.dots:
            x, y = a * dot.x + b * dot.y + tx - 0.5, c * dot.x + d * dot.y + ty - 0.5
            if not (-99 < x < w + 99 and -99 < y < h + 99):
                continue
            centre = (round(x * SCALE), round(y * SCALE))
            radius = self.look.dot + 1.0 if item.strong else self.look.dot
            number = self.number[bgr(dot.color) if dot.color else item.color]
            cv2.circle(self.index, centre, round((radius + 2) * SCALE), number, -1, cv2.LINE_8, SHIFT)
            cv2.circle(self.cover, centre, round(radius * SCALE), _cover(item), -1, cv2.LINE_AA, SHIFT)
            if dot.hollow:
                hole = max(1.0, radius - self.look.width * 0.75)
                cv2.circle(self.cover, centre, round(hole * SCALE), 0, -1, cv2.LINE_AA, SHIFT)

    def _mask(self, item: Item) -> None:
        """The mask's pixels tinted, with its border as an outline."""
        placed = _warped(item, self.m, self.look, self.cover.shape)
        if placed is None:
            return
        shown, (x0, y0, x1, y1) = placed
        alpha = _alpha(item, self.look)
        if alpha:
            tint = np.full((*shown.shape, 4), _premultiplied(item.color, alpha), np.uint8)
            cv2.copyTo(tint, shown, self.fills[y0:y1, x0:x1])
        edge = cv2.subtract(shown, cv2.erode(shown, cv2.getStructuringElement(cv2.MORPH_CROSS, (3, 3))))
        self.cover[y0:y1, x0:x1][edge > 0] = _cover(item)
        self.index[y0:y1, x0:x1][edge > 0] = self.number[item.color]

    def composed(self) -> Pixels:
        """Outlines over their halo over the fills, only where there are lines: in blocks that stay in the processor's cache, of
        a block with few lines their pixels alone."""
        cover = self.cover
        halo = cover
        if self.look.halo:
            k = 2 * self.look.halo + 1
            halo = cv2.dilate(cover, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (k, k)))
        table = np.zeros((len(self.colors) + 1, 4), np.uint8)
        table[1:] = np.array([(*color, 255) for color in self.colors], np.uint8).reshape(-1, 4)
        out = self.fills
        h, w = cover.shape
        for y in range(0, h, BLOCK[1]):
            for x in range(0, w, BLOCK[0]):
                place = np.s_[y : y + BLOCK[1], x : x + BLOCK[0]]
                sheets = (out[place], cover[place], halo[place], self.index[place])
                lined = cv2.countNonZero(halo[place])
                if 0 < lined * FEW < halo[place].size:
                    some = np.nonzero(halo[place])
                    out[place][some] = self._block(*(sheet[some][:, None] for sheet in sheets), table)[:, 0]
                elif lined:
                    out[place] = self._block(*sheets, table)
        return out

    def _block(self, fills: Pixels, cover: Pixels, halo: Pixels, index: NDArray[Any], table: Pixels) -> Pixels:
        keep = cv2.bitwise_not(cover)
        paint = np.take(table.view(np.uint32)[:, 0], index).view(np.uint8).reshape(*cover.shape, 4)
        lines = cv2.multiply(paint, cv2.merge((cover, cover, cover, cover)), scale=1 / 255)
        if not self.look.halo:
            return cv2.add(cv2.multiply(fills, cv2.merge((keep, keep, keep, keep)), scale=1 / 255), lines)
        dark = cv2.multiply(halo, keep, scale=HALO / 255)
        keep = cv2.multiply(keep, cv2.bitwise_not(cv2.convertScaleAbs(halo, alpha=HALO)), scale=1 / 255)
        out = cv2.add(cv2.multiply(fills, cv2.merge((keep, keep, keep, keep)), scale=1 / 255), lines)
        cv2.insertChannel(cv2.add(cv2.extractChannel(out, 3), dark), out, 3)
        return out


def _cover(item: Item) -> int:
    """How much of a pixel its outline takes."""
    return GHOST if item.ghost else PALE if item.faint else 255


def _alpha(item: Item, look: Look) -> int:
    if item.ghost:
        return 0
    opacity = min(1.0, look.opacity + 0.18) if item.strong else look.opacity
    return round(opacity * 255)


def _fixed(paths: Sequence[Path], m: Matrix, nudge: float) -> list[NDArray[Any]]:
    """All points of all paths in fixed point, transformed together: ten thousand small transforms cost 50 times more."""
    if not paths:
        return []
    a, b, tx, c, d, ty = m
    flat = np.concatenate([p.points for p in paths])
    out = np.empty(flat.shape)
    # OpenCV's integer coordinates are pixel centres, ours are corners.
    out[:, 0] = a * flat[:, 0] + b * flat[:, 1] + (tx - 0.5 + nudge)
    out[:, 1] = c * flat[:, 0] + d * flat[:, 1] + (ty - 0.5 + nudge)
    np.clip(out, -FAR, FAR, out=out)
    fixed = np.rint(out * SCALE).astype(np.int32)
    result, at = [], 0
    for path in paths:
        end = at + len(path.points)
        result.append(_thinned(fixed[at:end]) if end - at > 400 else fixed[at:end])
        at = end
    return result


def _thinned(points: NDArray[Any]) -> NDArray[Any]:
    """Without vertices that fall on the same half pixel as the one before: outlines traced pixel by pixel, seen small."""
    coarse = points >> (SHIFT - 1)
    keep = np.empty(len(points), bool)
    keep[0] = True
    np.any(coarse[1:] != coarse[:-1], axis=1, out=keep[1:])
    return points[keep] if keep.sum() >= 3 else points


def _dashes(points: NDArray[Any], closed: bool, width: int) -> list[NDArray[Any]]:
    """The line cut into dashes of even length, as pieces of two points or more."""
    line = (np.concatenate((points, points[:1])) if closed else points).astype(np.float64)
    lengths = np.hypot(*np.diff(line, axis=0).T)
    along = np.concatenate(((0.0,), np.cumsum(lengths)))
    total = along[-1]
    dash = 4.0 * max(width, 1) * SCALE
    count = int(total // dash)
    if count < 3 or count > 5000:
        return [np.rint(line).astype(np.int32)]
    marks = np.linspace(0.0, total, count + 1 if count % 2 == 0 else count)
    xs, ys = np.interp(marks, along, line[:, 0]), np.interp(marks, along, line[:, 1])
    ends = np.rint(np.stack((xs, ys), axis=1)).astype(np.int32)
    pieces = []
    for i in range(0, len(marks) - 1, 2):
        first, last = np.searchsorted(along, marks[i : i + 2], "right")
        corners = np.rint(line[first:last]).astype(np.int32)
        pieces.append(np.concatenate((ends[i : i + 1], corners, ends[i + 1 : i + 2])))
    return pieces


def _warped(item: Item, m: Matrix, look: Look, shape: tuple[int, ...]) -> tuple[Pixels, tuple[int, int, int, int]] | None:
    """A mask's pixels as they fall on the sheet, and on which part of it (left, top, right, bottom)."""
    box, mask = item.outline.mask, item.shape.mask
    assert box is not None
    a, b, tx, c, d, ty = m
    mask, ox, oy = _seen(mask, box.x, box.y, m, shape)
    if not mask.size:
        return None
    tx, ty = tx + a * ox + b * oy, ty + c * ox + d * oy
    mh, mw = mask.shape
    corners = np.array(
        ((tx, ty), (a * mw + tx, c * mw + ty), (b * mh + tx, d * mh + ty), (a * mw + b * mh + tx, c * mw + d * mh + ty))
    )
    pad = look.width + 1
    x0, y0 = (int(v) for v in np.maximum(np.floor(corners.min(axis=0)) - pad, 0))
    x1, y1 = (int(v) for v in np.minimum(np.ceil(corners.max(axis=0)) + pad, (shape[1], shape[0])))
    if x1 <= x0 or y1 <= y0:
        return None
    source, shrink = _shrunk(mask, (a * a + c * c) ** 0.5)
    a, b, c, d = a * shrink, b * shrink, c * shrink, d * shrink
    to_sheet = np.array(((a, b, tx - x0 + (a + b) / 2 - 0.5), (c, d, ty - y0 + (c + d) / 2 - 0.5)))
    return cv2.warpAffine(source, to_sheet, (x1 - x0, y1 - y0), flags=cv2.INTER_NEAREST, borderValue=0), (x0, y0, x1, y1)


def _seen(mask: Pixels, x: int, y: int, m: Matrix, shape: tuple[int, ...]) -> tuple[Pixels, int, int]:
    """The part of a mask that can show, cut on multiples of 64 so that shrinking groups the same pixels wherever one looks."""
    a, b, tx, c, d, ty = m
    det = a * d - b * c
    xs, ys = zip(
        *(
            ((d * (u - tx) - b * (v - ty)) / det, (a * (v - ty) - c * (u - tx)) / det)
            for u, v in ((0, 0), (shape[1], shape[0]))
        ),
        strict=True,
    )
    x0, y0 = max(0, (int(min(xs)) - x - 4) // 64 * 64), max(0, (int(min(ys)) - y - 4) // 64 * 64)
    x1, y1 = max(0, int(max(xs)) - x + 68), max(0, int(max(ys)) - y + 68)
    return mask[y0:y1, x0:x1], x + x0, y + y0


def _shrunk(mask: Pixels, scale: float) -> tuple[Pixels, int]:
    """Halved until nearest-neighbour no longer skips pixels; a block with any pixel set stays set, so thin strokes survive."""
    shrink = 1
    while scale * shrink < 0.5 and min(mask.shape) > 2:
        h, w = mask.shape
        mask = np.pad(mask, ((0, h & 1), (0, w & 1)))
        mask = mask[::2, ::2] | mask[1::2, ::2] | mask[::2, 1::2] | mask[1::2, 1::2]
        shrink *= 2
    return np.ascontiguousarray(mask), shrink


@lru_cache(maxsize=4096)
def _premultiplied(color: Color, alpha: int) -> tuple[int, int, int, int]:
    b, g, r = (round(v * alpha / 255) for v in color)
    return (b, g, r, alpha)
