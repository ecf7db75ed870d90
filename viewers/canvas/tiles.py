"""The picture's layer: tiles put together and brought to the screen's scale, in a worker. Qt-free."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from viewers.canvas.placing import covered, painted, placed, scales
from viewers.decode.request import FrameFacts, doubled
from viewers.scene.pictures import TILE, PictureSource, Seen, Shown, TileKey
from viewers.scene.view_state import Matrix, level_for

CHECKER = ((204, 204, 204), (255, 255, 255))


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
    level = level_for(max(scales(matrix)), facts.levels, facts.finest)
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
    ground = int(np.array((*background, 255), np.uint8).view(np.uint32)[0])
    nothing = (0, 0, 0, 0)
    what = cut(source, frame, matrix, size)
    facts = source.facts(frame)
    if what is None or facts is None:
        return painted(size, nothing, None, ground)
    level, origin = what.level, (0.0, 0.0)
    if source.moving:
        seen = seen or source.seen(frame, level)
        mosaic, level = (seen.array, seen.level) if seen is not None else (None, level)
    else:
        mosaic, origin = _mosaic(source, facts, what, frame)
    target = covered(matrix, what.region, size)
    if mosaic is None or target[2] <= 0 or target[3] <= 0:
        return painted(size, nothing, None, ground)
    step = 2.0**level
    squares = min(scales(matrix)) * min(step, 1.0) >= source.squares_from
    warped = placed(mosaic, _of_level(matrix, origin, step), target, squares=squares)
    if source.transparent(frame):
        _over_checker(warped, target[0], target[1])
    return painted(size, target, warped, ground)


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


def _of_level(m: Matrix, origin: tuple[float, float], step: float) -> Matrix:
    """From px of a level, of which the first lies at `origin` of the picture, to device px."""
    a, b, tx, c, d, ty = m
    tx, ty = tx + a * origin[0] + b * origin[1], ty + c * origin[0] + d * origin[1]
    return a * step, b * step, tx, c * step, d * step, ty


def _over_checker(array: Shown, x: int, y: int, side: int = 8) -> None:
    """Premultiplied pixels over a checkerboard that stands still on the layer."""
    h, w = array.shape[:2]
    odd = ((np.arange(y, y + h)[:, None] // side) + (np.arange(x, x + w)[None, :] // side)) & 1
    board = np.where(odd[..., None].astype(bool), np.uint8(CHECKER[0][0]), np.uint8(CHECKER[1][0])).repeat(4, axis=2)
    left = cv2.merge([cv2.bitwise_not(np.ascontiguousarray(array[..., 3]))] * 4)
    cv2.add(array, cv2.multiply(board, left, scale=1 / 255), array)


def _image_region(m: Matrix, size: tuple[int, int]) -> tuple[float, float, float, float]:
    a, b, tx, c, d, ty = m
    det = a * d - b * c
    corners = []
    for u, v in ((0, 0), (size[0], size[1])):
        dx, dy = u - tx, v - ty
        corners.append(((d * dx - b * dy) / det, (a * dy - c * dx) / det))
    (x0, y0), (x1, y1) = corners
    return (min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1))
