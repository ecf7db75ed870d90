"""The exact outline of a mask: rings along the edges of pixels.

Corners are found with numpy; on every grid line they pair up in order (first with second, third with fourth), so a ring
is walked by going to the partner on the row, then on the column, and so on. A vertex where two pixels touch only by
their corners is two corners, one for each pixel, so pixels join through sides only.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from storage.model.geometry import Polygon, Ring

GridPoint = tuple[int, int]  # column, row of the pixel grid


def _codes(*codes: int) -> NDArray[np.bool_]:
    return np.isin(np.arange(16), codes)


# Of the four pixels about a vertex (1 above left, 2 above right, 4 below left, 8 below right) one is set, or three:
# the odd one out says where the edges lead.
_SINGLE = _codes(1, 2, 4, 8, 14, 13, 11, 7)
_RIGHT = _codes(2, 8, 13, 7)
_DOWN = _codes(4, 8, 11, 7)


def outline(mask: NDArray[np.bool_], x: int, y: int) -> Polygon:
    """Of a mask that is not empty and whose first pixel lies at (x, y)."""
    padded = np.zeros((mask.shape[0] + 2, mask.shape[1] + 2), np.uint8)
    padded[1:-1, 1:-1] = mask
    rings = [simple for ring in _walk(*_corners(padded)) for simple in _split(ring)]
    outers: list[tuple[int, list[GridPoint]]] = []
    holes: list[tuple[int, list[GridPoint]]] = []
    labels = _labels(padded)
    for ring in rings:
        column, row = min(ring, key=lambda p: (p[1], p[0]))
        # Below the upper left corner is the ring's own inside, above it what surrounds it.
        if padded[row + 1, column + 1]:
            outers.append((int(labels[row + 1, column + 1]), ring))
        else:
            holes.append((int(labels[row, column + 1]), ring))
    holes_of: dict[int, list[Ring]] = {}
    for label, ring in holes:
        holes_of.setdefault(label, []).append(_placed(ring, x, y))
    return Polygon(tuple((_placed(ring, x, y), *holes_of.get(label, ())) for label, ring in outers))


def _placed(ring: list[GridPoint], x: int, y: int) -> Ring:
    return tuple((float(c + x), float(r + y)) for c, r in ring)


def _labels(padded: NDArray[np.uint8]) -> NDArray[np.int32]:
    """Which pixels hang together by their sides (numbers of OpenCV, exact: no approximation is involved)."""
    import cv2

    return np.asarray(cv2.connectedComponents(padded, connectivity=4)[1], np.int32)


def _corners(padded: NDArray[np.uint8]) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """Column, row, and whether the edges go right (else left) and down (else up), for every corner."""
    a, b = padded[:-1, :-1], padded[:-1, 1:]  # above left, above right
    c, d = padded[1:, :-1], padded[1:, 1:]  # below left, below right
    code = a + 2 * b + 4 * c + 8 * d
    rows, columns = np.nonzero(_SINGLE[code])
    found = code[rows, columns]
    parts = [(columns, rows, _RIGHT[found], _DOWN[found])]
    for crossing, pixels in ((9, ((False, False), (True, True))), (6, ((True, False), (False, True)))):
        rows, columns = np.nonzero(code == crossing)
        for goes_right, goes_down in pixels:
            n = len(rows)
            parts.append((columns, rows, np.full(n, goes_right), np.full(n, goes_down)))
    joined = [np.concatenate([p[i] for p in parts]).astype(np.int64) for i in range(4)]
    return joined[0], joined[1], joined[2], joined[3]


def _walk(
    columns: NDArray[np.int64], rows: NDArray[np.int64], right: NDArray[np.int64], down: NDArray[np.int64]
) -> list[list[GridPoint]]:
    """Closed rings of corners. At one vertex the corner whose edge ends there comes before the one whose edge begins."""
    n = len(columns)
    by_row = np.lexsort((right, columns, rows))
    by_column = np.lexsort((down, rows, columns))
    beside, below = np.empty(n, np.int64), np.empty(n, np.int64)
    for order, partner in ((by_row, beside), (by_column, below)):
        partner[order[0::2]] = order[1::2]
        partner[order[1::2]] = order[0::2]
    sideways, upright = beside.tolist(), below.tolist()
    points = list(zip(columns.tolist(), rows.tolist(), strict=True))
    seen = bytearray(n)
    rings: list[list[GridPoint]] = []
    for start in by_row.tolist():  # from the top, so that equal masks give equal rings
        if seen[start]:
            continue
        ring: list[GridPoint] = []
        at = start
        while not seen[at]:
            seen[at] = 1
            ring.append(points[at])
            at = sideways[at]
            seen[at] = 1
            ring.append(points[at])
            at = upright[at]
        rings.append(ring)
    return rings


def _split(ring: list[GridPoint]) -> list[list[GridPoint]]:
    """Cut a ring that meets itself at vertices into simple ones."""
    if len(set(ring)) == len(ring):
        return [ring]
    made: list[list[GridPoint]] = []
    stack: list[GridPoint] = []
    place: dict[GridPoint, int] = {}
    for point in ring:
        if point in place:
            at = place[point]
            made.append(stack[at:])
            for gone in stack[at + 1 :]:
                del place[gone]
            del stack[at + 1 :]
        else:
            place[point] = len(stack)
            stack.append(point)
    made.append(stack)
    return made
