"""The picture's layer: tiles put together and brought to the screen's scale, in a worker. Qt-free."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from viewers.decode.request import FrameFacts, doubled
from viewers.scene.pictures import SQUARES, TILE, PictureSource, Seen, Shown, TileKey
from viewers.scene.view_state import Matrix, level_for

CHECKER = ((204, 204, 204), (255, 255, 255))

Rect = tuple[int, int, int, int]  # x, y, w, h in device px


@dataclass(frozen=True, slots=True)
class Cut:
    """What of a frame lies under a rectangle of device pixels."""

    level: int
    keys: list[TileKey]
    region: tuple[int, int, int, int]  # full-size px


def cut(source: PictureSource, frame: int, matrix: Matrix, size: tuple[int, int]) -> Cut | None:
    """None when the size of the frame is not known yet or nothing of it is in sight. Of pictures that move the whole frame."""
    facts = source.facts(frame)
    if facts is None:
        return None
    x0, y0, x1, y1 = _image_region(matrix, size)
    left, top = max(0, int(np.floor(x0)) - 1), max(0, int(np.floor(y0)) - 1)
    right, bottom = min(facts.width, int(np.ceil(x1)) + 1), min(facts.height, int(np.ceil(y1)) + 1)
    if right <= left or bottom <= top:
        return None
    region = (left, top, right - left, bottom - top)
    level = level_for(_scale(matrix), facts.levels, facts.finest)
    if source.moving:
        return Cut(level, [(frame, level, -1, -1)], region)
    whole = (frame, facts.levels, -1, -1)
    if level == facts.levels and (facts.width >> level) * (facts.height >> level) <= 4 * TILE * TILE:
        return Cut(level, [whole], region)
    return Cut(level, [whole, *source.request(frame, level, region)], region)


def complete(source: PictureSource, frame: int, what: Cut) -> bool:
    """Everything of the cut is at hand, or will never be."""
    if source.error_of(frame) is not None:
        return True
    if source.moving:
        seen = source.seen(frame, what.level)
        return seen is not None and seen.frame == frame
    return all(source.tile(key) is not None for key in what.keys) or source.idle


def render(
    source: PictureSource,
    frame: int,
    matrix: Matrix,
    size: tuple[int, int],
    background: tuple[int, int, int],
    seen: Seen | None = None,
) -> Shown:
    """(h, w, 4) opaque BGRA. What is not decoded yet is drawn from the coarse picture, blurred. Of pictures that move `seen`
    stands in for the frame."""
    # As whole pixels: four times as fast as byte by byte.
    colour = np.array((*background, 255), np.uint8).view(np.uint32)[0]
    out: Shown = np.full((size[1], size[0]), colour).view(np.uint8).reshape(size[1], size[0], 4)
    what = cut(source, frame, matrix, size)
    facts = source.facts(frame)
    if what is None or facts is None:
        return out
    level, origin = what.level, (0.0, 0.0)
    if source.moving:
        seen = seen or source.seen(frame, level)
        mosaic, level = (seen.array, seen.level) if seen is not None else (None, level)
    else:
        mosaic, origin = _mosaic(source, facts, what, frame)
    if mosaic is None:
        return out
    target = _target(matrix, what.region, size)
    x, y, w, h = target
    if w <= 0 or h <= 0:
        return out
    warped = _warp(mosaic, origin, level, matrix, target, source.squares_from)
    if source.transparent(frame):
        _over_checker(warped, x, y)
    out[y : y + h, x : x + w] = warped
    return out


def _mosaic(source: PictureSource, facts: FrameFacts, what: Cut, frame: int) -> tuple[Shown | None, tuple[float, float]]:
    """The level's pixels of the region in one array, and which full-size pixel its corner is."""
    whole = source.whole(frame)
    if len(what.keys) == 1:
        return whole, (0.0, 0.0)
    tiles = what.keys[1:]
    c0, r0 = min(k[2] for k in tiles), min(k[3] for k in tiles)
    c1, r1 = max(k[2] for k in tiles) + 1, max(k[3] for k in tiles) + 1
    side = doubled(TILE, what.level)
    right, bottom = min(facts.width, c1 * side), min(facts.height, r1 * side)
    w, h = -doubled(c0 * side - right, -what.level), -doubled(r0 * side - bottom, -what.level)
    out = np.zeros((h, w, 4), np.uint8)
    for key in tiles:
        x, y = (key[2] - c0) * TILE, (key[3] - r0) * TILE
        place = out[y : y + TILE, x : x + TILE]
        tile = source.tile(key)
        if tile is None:
            _from_coarse(place, whole, facts, key)
        else:
            part = tile[: place.shape[0], : place.shape[1]]
            place[: part.shape[0], : part.shape[1]] = part
    return out, (float(c0 * side), float(r0 * side))


def _from_coarse(place: NDArray[Any], whole: Shown | None, facts: FrameFacts, key: TileKey) -> None:
    if whole is None or not place.size:
        return
    h, w = place.shape[:2]
    sx, sy = whole.shape[1] / facts.width, whole.shape[0] / facts.height
    step, side = 2.0 ** key[1], doubled(TILE, key[1])
    x, y = key[2] * side * sx, key[3] * side * sy
    m = np.array(((step * sx, 0, x + (step * sx - 1) / 2), (0, step * sy, y + (step * sy - 1) / 2)))
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    place[:] = cv2.warpAffine(whole, m, (w, h), flags=flags, borderMode=cv2.BORDER_REPLICATE)


def _warp(
    mosaic: Shown, origin: tuple[float, float], level: int, m: Matrix, target: Rect, squares_from: float = SQUARES
) -> Shown:
    """From the level's pixels to the target rectangle. Corners become centres: OpenCV's coordinates are pixel centres."""
    a, b, tx, c, d, ty = m
    step = 2.0**level
    tx, ty = tx + a * origin[0] + b * origin[1] - target[0], ty + c * origin[0] + d * origin[1] - target[1]
    a, b, c, d = a * step, b * step, c * step, d * step
    forward = np.array(((a, b, tx + (a + b) / 2 - 0.5), (c, d, ty + (c + d) / 2 - 0.5)))
    flags = cv2.INTER_NEAREST if _scale(m) * min(step, 1.0) >= squares_from else cv2.INTER_LINEAR
    if _scale(m) * step < 0.5:  # smaller than the coarsest level: average, else it shimmers
        shrink = _scale(m) * step
        h, w = max(1, round(mosaic.shape[0] * shrink)), max(1, round(mosaic.shape[1] * shrink))
        fx, fy = mosaic.shape[1] / w, mosaic.shape[0] / h
        mosaic = cv2.resize(mosaic, (w, h), interpolation=cv2.INTER_AREA)
        forward = np.array(
            ((a * fx, b * fy, tx + (a * fx + b * fy) / 2 - 0.5), (c * fx, d * fy, ty + (c * fx + d * fy) / 2 - 0.5))
        )
    return cv2.warpAffine(mosaic, forward, (target[2], target[3]), flags=flags, borderMode=cv2.BORDER_REPLICATE)


def _target(m: Matrix, region: tuple[int, int, int, int], size: tuple[int, int]) -> Rect:
    """The whole device pixels that the region covers, inside the layer."""
    x, y, w, h = region
    a, b, tx, c, d, ty = m
    xs = sorted((a * x + b * y + tx, a * (x + w) + b * (y + h) + tx))
    ys = sorted((c * x + d * y + ty, c * (x + w) + d * (y + h) + ty))
    left, top = max(0, round(xs[0])), max(0, round(ys[0]))
    right, bottom = min(size[0], round(xs[1])), min(size[1], round(ys[1]))
    return left, top, right - left, bottom - top


def _over_checker(array: Shown, x: int, y: int, side: int = 8) -> None:
    """Premultiplied pixels over a checkerboard that stands still on the layer."""
    h, w = array.shape[:2]
    odd = ((np.arange(y, y + h)[:, None] // side) + (np.arange(x, x + w)[None, :] // side)) & 1
    board = np.where(odd[..., None].astype(bool), np.uint8(CHECKER[0][0]), np.uint8(CHECKER[1][0])).repeat(4, axis=2)
    left = cv2.merge([cv2.bitwise_not(np.ascontiguousarray(array[..., 3]))] * 4)
    cv2.add(array, cv2.multiply(board, left, scale=1 / 255), array)


def _scale(m: Matrix) -> float:
    return float((m[0] * m[0] + m[3] * m[3]) ** 0.5)


def _image_region(m: Matrix, size: tuple[int, int]) -> tuple[float, float, float, float]:
    a, b, tx, c, d, ty = m
    det = a * d - b * c
    corners = []
    for u, v in ((0, 0), (size[0], size[1])):
        dx, dy = u - tx, v - ty
        corners.append(((d * dx - b * dy) / det, (a * dy - c * dx) / det))
    (x0, y0), (x1, y1) = corners
    return (min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1))
