"""What a tracker found, as an object that a person can go on editing: few key frames, one step."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

from storage.editing import track_verbs
from storage.editing.edits import Edit, Edits, Put
from storage.editing.track_verbs import Stamp
from storage.errors import Refused
from storage.ids import new_uuid
from storage.model import interpolation
from storage.model.geometry import Bitmask, Box, Circle, Cuboid2D, Ellipse, Geometry, Points, Polygon, Polyline, RotatedBox

from storage.model.geometry import Keypoint, Skeleton  # isort: skip
from storage.model.labels import Annotation, LabelDocument
from viewers.track.tracker import Tracked


def keyed(tracked: Sequence[Tracked], tolerance: float, start: Tracked | None = None) -> list[Tracked]:
    """Those that are needed so that what lies between them is nowhere off by more than `tolerance` pixels.

    `start` is the shape they set out from: it counts, but is not among the result.
    """
    found = {t.frame: t for t in tracked}
    if start is not None:
        found[start.frame] = start
    frames = sorted(found)
    if not frames:
        return []
    kept = {frames[0], frames[-1]}
    open_ = [(0, len(frames) - 1)]
    while open_:
        i, j = open_.pop()
        worst, where = _worst([found[f] for f in frames[i : j + 1]])
        if worst > tolerance:
            kept.add(frames[i + where])
            open_ += [(i, i + where), (i + where, j)]
    if start is not None:
        kept.discard(start.frame)
    return [found[f] for f in sorted(kept)]


def _worst(run: Sequence[Tracked]) -> tuple[float, int]:
    """How far the way from the first to the last is off, and where."""
    first, last = run[0], run[-1]
    worst, where = -1.0, 0
    for n in range(1, len(run) - 1):
        t = (run[n].frame - first.frame) / (last.frame - first.frame)
        off = apart(interpolation.between(first.geometry, last.geometry, t), run[n].geometry)
        if off > worst:
            worst, where = off, n
    return worst, where


def apart(a: Geometry, b: Geometry) -> float:
    """The greatest distance between corresponding places of two shapes of one kind, in pixels."""
    p, q = _places(a), _places(b)
    if len(p) != len(q):
        p, q = _box(a), _box(b)
    return max(math.hypot(u[0] - v[0], u[1] - v[1]) for u, v in zip(p, q, strict=True))


def _places(shape: Geometry) -> Points:
    match shape:
        case Box() | RotatedBox():
            return shape.corners()
        case Polygon():
            return tuple(p for ring in shape.rings() for p in ring)
        case Polyline(points):
            return points
        case Keypoint(x, y):
            return ((x, y),)
        case Skeleton(joints):
            return tuple((j.x, j.y) for j in joints)
        case Cuboid2D(front):
            return front + shape.back()
        case Circle(x, y, r, stretch, theta):
            return RotatedBox(x - r, y - r * stretch, 2 * r, 2 * r * stretch, theta).corners()
        case Ellipse(x, y, rx, ry, theta):
            return RotatedBox(x - rx, y - ry, 2 * rx, 2 * ry, theta).corners()
        case Bitmask():
            return _box(shape)
    return _box(shape)


def _box(shape: Geometry) -> Points:
    x0, y0, x1, y1 = shape.bounds()
    return ((x0, y0), (x1, y0), (x1, y1), (x0, y1))


def default_tolerance(geometry: Geometry) -> float:
    """Pixels: what an eye forgives at the size of the object."""
    x0, y0, x1, y1 = geometry.bounds()
    return max(1.0, 0.02 * max(x1 - x0, y1 - y0))


def put_tracked(
    document: LabelDocument,
    instance: str,
    start: int,
    tracked: Sequence[Tracked],
    stamp: Stamp,
    tolerance: float | None = None,
) -> Edits:
    """The object goes this way from `start` on (or up to it, tracked backwards): what it was there before is replaced.

    Before and after it everything is as it was; answers stay. The rows are marked as not made by hand.
    """
    found = [t for t in tracked if t.frame != start and not t.lost]
    shown = interpolation.present(document, instance, start, stamp.part)
    if shown is None or shown.outside:
        raise Refused(f"The object is not to be seen on frame {start}.", remedy="Go to a frame where it is and track again.")
    if not found:
        return ()
    back = found[0].frame < start
    first = min(t.frame for t in found)
    last = max(t.frame for t in found)
    beyond = interpolation.present(document, instance, last + 1, stamp.part)
    runs_on = last + 1 == start or (beyond is not None and not beyond.outside)
    cleared = track_verbs.cut(document, instance, first, last, stamp)
    edits: list[Edit] = [e for e in cleared if e.kind != "answer" and not _on(e, start)]
    edits.append(Put(_start_row(document, instance, start, shown, stamp, runs_on=back is False)))
    keys = keyed(
        found, default_tolerance(shown.geometry) if tolerance is None else tolerance, Tracked(start, shown.geometry, 1.0)
    )
    for key in keys:
        ends = key.frame == last and not back and not runs_on
        edits.append(
            Put(
                Annotation(
                    new_uuid(), instance, key.geometry, key.frame, stamp.part, stamp.pts(key.frame), keyframe=not ends,
                    occluded=shown.occluded, confidence=key.confidence, manual=False, created_at=stamp.now,
                    created_by=stamp.by, edited_at=stamp.now, edited_by=stamp.by,
                )
            )
        )  # fmt: skip
    return tuple(edits)


def _on(edit: Edit, frame: int) -> bool:
    return isinstance(edit, Put) and isinstance(edit.record, Annotation) and edit.record.frame == frame


def _start_row(
    document: LabelDocument, instance: str, frame: int, shown: interpolation.Shown, stamp: Stamp, *, runs_on: bool
) -> Annotation:
    """The row that the track sets out from: there already, or made of what is seen."""
    row = shown.row or Annotation(
        new_uuid(), instance, shown.geometry, frame, stamp.part, stamp.pts(frame), occluded=shown.occluded,
        created_at=stamp.now, created_by=stamp.by, edited_at=stamp.now, edited_by=stamp.by,
    )  # fmt: skip
    after = interpolation.present(document, instance, frame + 1, stamp.part)
    goes_on = after is not None and not after.outside
    return replace(row, keyframe=runs_on or (row.keyframe if shown.row else goes_on))
