"""GrabCut made affordable: models of colour on a small copy, then the border found at full size by a watershed.

Bounds: the small copy has at most `COARSE` pixels (some 0.3 s a round on two cores), the border is searched at full size in
boxes of up to `MOST` pixels, elsewhere it is as fine as the small copy. Both can be stopped between their steps.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from storage.model.geometry import Point
from viewers.tools.behind import Stop

Mask = NDArray[np.bool_]

COARSE = 120_000
ROUNDS = 3
#: Round the box so much of its size is looked at as well: the ground is learnt from there.
MARGIN = 0.15


@dataclass(frozen=True, slots=True)
class Hint:
    """A stroke of the person: pixels that belong to the object, or do not. Places in the crop's pixels."""

    points: tuple[Point, ...]
    size: float
    inside: bool


def cut_out(bgr: NDArray[np.uint8], box: tuple[int, int, int, int], hints: tuple[Hint, ...], stop: Stop) -> Mask | None:
    """What lies in `box` (left, top, right, bottom) of a crop and is not ground. None: stopped."""
    height, width = bgr.shape[:2]
    scale = min(1.0, (COARSE / (height * width)) ** 0.5)
    size = (max(8, round(width * scale)), max(8, round(height * scale)))
    small = cv2.resize(bgr, size, interpolation=cv2.INTER_AREA) if scale < 1 else bgr
    fx, fy = size[0] / width, size[1] / height
    marks = np.full((size[1], size[0]), cv2.GC_BGD, np.uint8)
    left, top = max(1, int(box[0] * fx)), max(1, int(box[1] * fy))
    right, bottom = min(size[0] - 1, max(left + 1, round(box[2] * fx))), min(size[1] - 1, max(top + 1, round(box[3] * fy)))
    marks[top:bottom, left:right] = cv2.GC_PR_FGD
    for hint in hints:
        _draw(marks, hint, (fx, fy), cv2.GC_FGD if hint.inside else cv2.GC_BGD)
    if not _rounds(small, marks, stop):
        return None
    found = (marks == cv2.GC_FGD) | (marks == cv2.GC_PR_FGD)
    if scale < 1:
        found = _refined(bgr, found, hints, 1 / min(fx, fy))
    return None if stop() else found


def _rounds(small: NDArray[np.uint8], marks: NDArray[np.uint8], stop: Stop) -> bool:
    if not ((marks == cv2.GC_BGD).any() and (marks & 1).any()):
        return True  # nothing to tell apart
    ground, thing = np.zeros((1, 65)), np.zeros((1, 65))
    for n in range(ROUNDS):
        if stop():
            return False
        mode = cv2.GC_INIT_WITH_MASK if n == 0 else cv2.GC_EVAL
        cv2.setRNGSeed(7)  # the same box gives the same object
        cv2.grabCut(small, marks, None, ground, thing, 1, mode)
    return True


def _refined(bgr: NDArray[np.uint8], small: Mask, hints: tuple[Hint, ...], grain: float) -> Mask:
    """The border at full size: within a pixel of the small copy on either side, it goes where the picture changes."""
    height, width = bgr.shape[:2]
    coarse = cv2.resize(small.astype(np.uint8), (width, height), interpolation=cv2.INTER_NEAREST)
    reach = max(1, round(grain * 1.5))
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * reach + 1, 2 * reach + 1))
    marks = np.zeros((height, width), np.int32)
    marks[cv2.erode(coarse, kernel) > 0] = 2
    marks[cv2.dilate(coarse, kernel) == 0] = 1
    for hint in hints:
        _draw(marks, hint, (1.0, 1.0), 2 if hint.inside else 1)
    cv2.watershed(bgr, marks)
    # Lines between two basins are nobody's: they go with what the small copy said.
    return np.asarray(np.where(marks == -1, coarse > 0, marks == 2))


def _draw(marks: NDArray[Any], hint: Hint, scale: tuple[float, float], value: int) -> None:
    points = np.array([(x * scale[0] - 0.5, y * scale[1] - 0.5) for x, y in hint.points]).round().astype(np.int32)
    thickness = max(1, round(hint.size * min(scale)))
    if len(points) == 1:
        cv2.circle(marks, tuple(points[0].tolist()), max(0, thickness // 2), value, -1)
    else:
        cv2.polylines(marks, [points.reshape(-1, 1, 2)], False, value, thickness)
