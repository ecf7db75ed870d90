"""Follows one object by the motion of what it encloses: no model, no learning, nothing to download.

From frame to frame points inside the shape are followed by pyramidal optical flow, forth and back; those that do not come
home are left out, and a similarity is fitted to the rest. Small errors would add up, so each frame is then laid over a
template of the object (turned and scaled as the object is now) and the rest of the motion taken out. The template is
taken anew when the object has come to look otherwise. Lost, it is looked for around by correlation for some frames.
"""

from __future__ import annotations

import cmath
import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from storage.errors import Refused
from storage.model.geometry import Geometry, Points
from viewers.track.similarity import Similarity, carried, region

Image = NDArray[Any]
Gray = NDArray[np.uint8]

#: Correlation with the template: from here it is the object, below `_FADES` the template is taken anew.
_SURE, _FADES = 0.55, 0.8
_MAYBE, _FOUND = 0.45, 0.65  # of a search all around: worth a closer look, and after it
#: An object whose inside varies less (grey levels) is followed by its border as well, which is a little beyond the shape.
_EVEN, _INSIDE, _WITH_BORDER = 4.0, 0.95, 1.15
_PATIENCE = 8  # frames without it after which it is lost
_SIDE = 160.0  # px of the template's longer side, at most
_POINTS = 160
_HOME = 1.0  # px by which a point followed forth and back may miss
_LEAST = 6  # points that say something
#: From shapes, where the first pixel begins at 0, to OpenCV, where its middle is 0.
_PIXELS = Similarity(1, -0.5 - 0.5j)


@dataclass(frozen=True, slots=True)
class Tracked:
    """`lost` is a sentence on the last one given when the object could not be followed further; `frame` is where it was."""

    frame: int
    geometry: Geometry
    confidence: float
    lost: str = ""


def track(
    read: Callable[[int], Image],
    start: int,
    geometry: Geometry,
    stop: int,
    check: Callable[[], None] = lambda: None,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> Iterator[Tracked]:
    """From the frame after `start` to `stop`, or back to it where that is smaller, one by one.

    `read` gives grey, BGR or BGRA pixels of a frame, upright; `check` raises `Cancelled` when it is to end.
    """
    way = 1 if stop >= start else -1
    follower = Follower(gray(read(start)), geometry)
    last, missed, total = start, 0, abs(stop - start)
    for frame in range(start + way, stop + way, way):
        check()
        found = follower.step(gray(read(frame)))
        progress(abs(frame - start), total)
        if found is None:
            missed += 1
            if missed > _PATIENCE:
                break
            continue
        if not follower.inside:
            yield Tracked(frame, found[0], found[1], f"The object leaves the picture at frame {frame}.")
            return
        last, missed = frame, 0
        yield Tracked(frame, found[0], found[1])
    if missed:
        yield Tracked(last, follower.shape, 0.0, f"The object was lost after frame {last}: it could not be found again.")


def gray(picture: Image) -> Gray:
    import cv2

    if picture.ndim == 2:
        plain = picture
    else:
        plain = cv2.cvtColor(picture, cv2.COLOR_BGRA2GRAY if picture.shape[2] == 4 else cv2.COLOR_BGR2GRAY)
    if plain.dtype == np.uint16:
        plain = plain >> 8
    made: Gray = np.ascontiguousarray(plain, np.uint8)
    return made


@dataclass(frozen=True, slots=True)
class _Template:
    """The object upright in `pixels`; `to_frame` leads from their coordinates to the frame it was taken on."""

    pixels: Gray
    weights: NDArray[np.float32]
    points: NDArray[np.float32]
    to_frame: Similarity
    total: Similarity  # from the start to that frame


class Follower:
    """One object on one frame after another."""

    def __init__(self, first: Gray, geometry: Geometry) -> None:
        self.start = geometry
        self._outline = _PIXELS.points(region(geometry))
        self._now = Similarity()  # from the start to the frame before
        self._velocity = 0j
        self._missed = 0
        self._before = first
        self._size = first.shape
        self._seen = True
        self._even, self._part = False, _INSIDE
        self._template = self._taken(first)
        if float(self._template.pixels[self._template.weights > 0.5].std()) < _EVEN:
            self._even, self._part = True, _WITH_BORDER
            self._template = self._taken(first)
        if float(self._template.pixels.std()) < 1.0:
            raise Refused(
                "There is nothing in the object that could be followed: it is one even surface.",
                remedy="Draw it larger, or set key frames by hand.",
            )

    @property
    def shape(self) -> Geometry:
        return carried(self.start, _PIXELS.inverse().after(self._now).after(_PIXELS))

    @property
    def inside(self) -> bool:
        """Whether its middle is in the picture."""
        x, y = self._middle(self._now)
        return bool(0 <= x < self._size[1] and 0 <= y < self._size[0])

    def step(self, picture: Gray) -> tuple[Geometry, float] | None:
        """The object on the next picture, and how sure that is (0..1). None: not to be seen."""
        guess = self._flowed(picture) if self._seen else None
        found = self._settled(picture, guess) if guess is not None else None
        if found is None:
            found = self._searched(picture)
        self._before, self._seen = picture, found is not None
        if found is None:
            self._missed += 1
            return None
        now, likeness = found
        old = complex(*self._middle(self._now))
        self._now = now
        self._velocity = 0.5 * self._velocity + 0.5 * (complex(*self._middle(now)) - old) / (self._missed + 1)
        self._missed = 0
        if likeness < _FADES or not 0.7 < (now.scale / self._template.total.scale) < 1.4:
            self._template = self._taken(picture)
        return self.shape, round(min(1.0, max(0.05, likeness)), 3)

    def _middle(self, by: Similarity) -> tuple[float, float]:
        x0, y0, x1, y1 = _bounds(self._outline)
        return by.point((x0 + x1) / 2, (y0 + y1) / 2)

    # -- from the frame before

    def _flowed(self, picture: Gray) -> Similarity | None:
        """By the points inside the shape that were followed forth and back."""
        outline = self._now.points(self._outline)
        crop = _crop(outline, self._size)
        if crop is None:
            return None
        left, top, right, bottom, shrink = crop
        before = _smaller(self._before[top:bottom, left:right], shrink)
        after = _smaller(picture[top:bottom, left:right], shrink)
        inner = np.array([((x - left) / shrink, (y - top) / shrink) for x, y in outline], np.float32)
        mask = _filled(before.shape, inner, self._part - 0.03)
        points = _corners(before, mask, _POINTS)
        ring = _corners(before, _around(mask, before.shape), 80)
        fits = _fitted(before, after, points, ring)
        if fits is None or self._bends(fits):
            return None
        place = Similarity(shrink, complex(left, top))
        return place.after(fits).after(place.inverse()).after(self._now)

    def _bends(self, fit: Similarity) -> bool:
        """Of an even object too little is seen to tell that it grows by much from one frame to the next."""
        return self._even and not 0.97 < fit.scale < 1.03

    # -- on the template

    def _settled(self, picture: Gray, guess: Similarity) -> tuple[Similarity, float] | None:
        """Laid over the template, what is left of the motion taken out. None where it does not look like the object."""
        template = self._template
        best, likeness = guess, self._likeness(picture, guess)
        for _ in range(2):
            rest = _fitted(template.pixels, self._laid(picture, best), template.points, None)
            if rest is None or self._bends(rest) or not (0.8 < rest.scale < 1.25 and abs(rest.degrees) < 20):
                break
            to_frame = template.to_frame
            step = to_frame.after(rest).after(to_frame.inverse())
            better = best.after(template.total.inverse()).after(step).after(template.total)
            value = self._likeness(picture, better)
            if value <= likeness + 1e-4:
                break
            best, likeness = better, value
        return (best, likeness) if likeness >= _SURE else None

    def _laid(self, picture: Gray, now: Similarity) -> Gray:
        """The picture in the template's coordinates, were the object where `now` says."""
        import cv2

        template = self._template
        way = now.after(template.total.inverse()).after(template.to_frame)
        height, width = template.pixels.shape
        flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
        laid: Gray = cv2.warpAffine(picture, way.matrix(), (width, height), flags=flags, borderMode=cv2.BORDER_REPLICATE)
        return laid

    def _likeness(self, picture: Gray, now: Similarity) -> float:
        return _correlation(self._template.pixels, self._laid(picture, now), self._template.weights)

    def _taken(self, picture: Gray) -> _Template:
        import cv2

        outline = self._now.points(self._outline)
        x0, y0, x1, y1 = _bounds(outline)
        room = 0.12 * max(x1 - x0, y1 - y0) + 4
        x0, y0, x1, y1 = x0 - room, y0 - room, x1 + room, y1 + room
        shrink = max(1.0, max(x1 - x0, y1 - y0) / _SIDE)
        width, height = max(8, round((x1 - x0) / shrink)), max(8, round((y1 - y0) / shrink))
        to_frame = Similarity(shrink, complex(x0, y0))
        flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
        source = cv2.GaussianBlur(picture, (0, 0), shrink / 2) if shrink > 1.5 else picture
        pixels = cv2.warpAffine(source, to_frame.matrix(), (width, height), flags=flags, borderMode=cv2.BORDER_REPLICATE)
        inner = np.array([((x - x0) / shrink, (y - y0) / shrink) for x, y in outline], np.float32)
        mask = _filled(pixels.shape, inner, self._part)
        weights = cv2.GaussianBlur(mask.astype(np.float32) / 255, (0, 0), max(1.0, min(width, height) / 20))
        return _Template(pixels, weights, _corners(pixels, mask, _POINTS), to_frame, self._now)

    # -- all around

    def _searched(self, picture: Gray) -> tuple[Similarity, float] | None:
        """By correlation in a window around where it should be, in three sizes and turns."""
        sizes, turns = ((1.0,), (0.0,)) if self._even else ((1.0, 0.88, 1.14), (0.0, -9.0, 9.0))
        found = [self._matched(picture, size, turn) for turn in turns for size in sizes]
        for score, guess in sorted((f for f in found if f is not None), key=lambda f: -f[0])[:3]:
            if score < _MAYBE:
                break
            settled = self._settled(picture, guess)
            if settled is not None and settled[1] >= _FOUND:
                return settled
        return None

    def _matched(self, picture: Gray, size: float, degrees: float) -> tuple[float, Similarity] | None:
        import cv2

        template = self._template
        middle = complex(*self._middle(self._now))
        change = cmath.rect(size, math.radians(degrees))
        changed = Similarity(change, middle - change * middle).after(self._now)
        outline = changed.points(self._outline)
        x0, y0, x1, y1 = _bounds(outline)
        shrink = max(1.0, max(x1 - x0, y1 - y0) / 64)
        ahead = self._velocity * (self._missed + 1)
        reach = 0.9 * max(x1 - x0, y1 - y0) + abs(ahead) + 24
        left = (x0 + x1) / 2 + ahead.real - (x1 - x0) / 2 - reach
        top = (y0 + y1) / 2 + ahead.imag - (y1 - y0) / 2 - reach
        window = self._upright(
            picture, Similarity(shrink, complex(left, top)), (x1 - x0 + 2 * reach) / shrink, (y1 - y0 + 2 * reach) / shrink
        )
        # The template as it would look now: pixels of the window <- this frame <- the start <- the template's frame.
        here = Similarity(shrink, complex(x0, y0))
        way = template.to_frame.inverse().after(template.total).after(changed.inverse()).after(here)
        patch = self._upright(template.pixels, way, (x1 - x0) / shrink, (y1 - y0) / shrink)
        corners = np.array([((x - x0) / shrink, (y - y0) / shrink) for x, y in outline], np.float32)
        mask = _filled(patch.shape, corners, self._part)
        if not mask.any() or patch[mask > 0].std() < 1.0 or min(np.subtract(window.shape, patch.shape)) < 0:
            return None
        scores = cv2.matchTemplate(window, patch, cv2.TM_CCOEFF_NORMED, mask=mask)
        scores[~np.isfinite(scores)] = -1
        _, score, _, (px, py) = cv2.minMaxLoc(scores)
        moved = complex(left + px * shrink, top + py * shrink) - complex(x0, y0)
        return float(score), Similarity(1, moved).after(changed)

    def _upright(self, image: Gray, way: Similarity, width: float, height: float) -> Gray:
        import cv2

        flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
        size = (max(6, round(width)), max(6, round(height)))
        made: Gray = cv2.warpAffine(image, way.matrix(), size, flags=flags, borderMode=cv2.BORDER_REPLICATE)
        return made


# -- pixels -------------------------------------------------------------------------------------------------------


def _fitted(before: Gray, after: Gray, points: NDArray[np.float32], ring: NDArray[np.float32] | None) -> Similarity | None:
    """The similarity that most of the points follow. Points that go along with the ground around (`ring`) count as ground
    where enough others go another way."""
    import cv2

    if len(points) < _LEAST:
        return None
    start, end = _forth_and_back(before, after, points)
    if len(start) < _LEAST:
        return None
    if ring is not None and len(ring) >= _LEAST:
        own = _not_ground(before, after, ring, start, end)
        if own is not None:
            start, end = start[own], end[own]
    matrix, inliers = cv2.estimateAffinePartial2D(start, end, method=cv2.RANSAC, ransacReprojThreshold=1.5, maxIters=400)
    if matrix is None or inliers is None or int(inliers.sum()) < max(_LEAST, 0.3 * len(start)):
        return None
    found = Similarity.of(matrix)
    return found if 0.5 < found.scale < 2 else None


def _not_ground(
    before: Gray, after: Gray, ring: NDArray[np.float32], start: NDArray[np.float32], end: NDArray[np.float32]
) -> NDArray[np.bool_] | None:
    import cv2

    ground_start, ground_end = _forth_and_back(before, after, ring)
    if len(ground_start) < _LEAST:
        return None
    matrix, inliers = cv2.estimateAffinePartial2D(ground_start, ground_end, method=cv2.RANSAC, ransacReprojThreshold=1.5)
    if matrix is None or inliers is None or int(inliers.sum()) < 0.5 * len(ground_start):
        return None
    rest = np.linalg.norm(start @ matrix[:, :2].T + matrix[:, 2] - end, axis=1)
    own: NDArray[np.bool_] = rest > 0.75
    return own if int(own.sum()) >= max(_LEAST, 0.25 * len(start)) else None


def _forth_and_back(before: Gray, after: Gray, points: NDArray[np.float32]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    import cv2

    window, levels = (17, 17), 4
    ends, there, _ = cv2.calcOpticalFlowPyrLK(before, after, points, None, winSize=window, maxLevel=levels)
    homes, back, _ = cv2.calcOpticalFlowPyrLK(after, before, ends, None, winSize=window, maxLevel=levels)
    miss = np.linalg.norm((homes - points).reshape(-1, 2), axis=1)
    good = (there.ravel() == 1) & (back.ravel() == 1) & (miss < _HOME)
    return points.reshape(-1, 2)[good], ends.reshape(-1, 2)[good]


def _correlation(a: Gray, b: Gray, weights: NDArray[np.float32]) -> float:
    """-1..1, whatever the brightness and the contrast."""
    total = float(weights.sum())
    if total <= 0:
        return 0.0
    x, y = a.astype(np.float32), b.astype(np.float32)
    x -= float((x * weights).sum()) / total
    y -= float((y * weights).sum()) / total
    square = float((x * x * weights).sum()) * float((y * y * weights).sum())
    return float((x * y * weights).sum()) / math.sqrt(square) if square > 0 else 0.0


def _corners(image: Gray, mask: Gray, most: int) -> NDArray[np.float32]:
    """Places that can be followed; (n, 1, 2) as OpenCV wants them."""
    import cv2

    area = int(np.count_nonzero(mask))
    apart = max(2.0, math.sqrt(area / most) * 0.6)
    found = cv2.goodFeaturesToTrack(image, most, 0.01, apart, mask=mask, blockSize=5)
    return found if found is not None else np.empty((0, 1, 2), np.float32)


def _filled(shape: tuple[int, ...], outline: NDArray[np.float32], part: float) -> Gray:
    """The inside of an outline, shrunk to a part of its size about its middle: its border is half ground."""
    import cv2

    middle = (outline.min(axis=0) + outline.max(axis=0)) / 2
    mask = np.zeros(shape[:2], np.uint8)
    cv2.fillPoly(mask, [np.round(middle + (outline - middle) * part).astype(np.int32)], 255)
    return mask


def _around(mask: Gray, shape: tuple[int, ...]) -> Gray:
    """A ring of ground about the object."""
    import cv2

    near = cv2.dilate(mask, np.ones((9, 9), np.uint8))
    ring: Gray = np.full(shape[:2], 255, np.uint8)
    ring[near > 0] = 0
    return ring


def _crop(outline: Points, size: tuple[int, ...]) -> tuple[int, int, int, int, float] | None:
    """The object with room to move in, and by how much to shrink it."""
    x0, y0, x1, y1 = _bounds(outline)
    side = max(x1 - x0, y1 - y0)
    room = max(48.0, 0.6 * side)
    left, top = max(0, math.floor(x0 - room)), max(0, math.floor(y0 - room))
    right, bottom = min(size[1], math.ceil(x1 + room)), min(size[0], math.ceil(y1 + room))
    if right - left < 16 or bottom - top < 16:
        return None
    return left, top, right, bottom, max(1.0, side / 320)


def _smaller(image: Gray, shrink: float) -> Gray:
    import cv2

    if shrink <= 1.0:
        return np.ascontiguousarray(image)
    size = (max(8, round(image.shape[1] / shrink)), max(8, round(image.shape[0] / shrink)))
    made: Gray = cv2.resize(image, size, interpolation=cv2.INTER_AREA)
    return made


def _bounds(points: Points) -> tuple[float, float, float, float]:
    xs, ys = [p[0] for p in points], [p[1] for p in points]
    return min(xs), min(ys), max(xs), max(ys)
