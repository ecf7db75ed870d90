"""What people do to objects over time, as tuples of edits. Pure: nothing is applied here.

Rows and what lies between them: `storage.model.interpolation`. Where a piece is cut out, split off or merged in, what is
seen on all other frames stays as it is: the ends are pinned by rows of the shape seen there.
`pts` gives the time stamp of a frame, kept with every row.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from storage.editing import answer_ranges
from storage.editing.edits import Drop, Edit, Edits, Put
from storage.editing.verbs import delete_instances
from storage.errors import Refused
from storage.ids import new_hash8, new_uuid
from storage.model.geometry import Geometry
from storage.model.interpolation import Shown, present, ranges, rows_of
from storage.model.labels import Annotation, Instance, LabelDocument


@dataclass(frozen=True, slots=True)
class Stamp:
    """Who does it, when (ms UTC), in which group member, and the time stamp of each frame."""

    by: str
    now: int
    part: str = ""
    pts: Callable[[int], int | None] = lambda frame: None


def set_key_frame(document: LabelDocument, instance: str, frame: int, geometry: Geometry | None, stamp: Stamp) -> Edits:
    """A key frame here: with a new shape, or (None) with the one that is shown."""
    shown = present(document, instance, frame, stamp.part)
    if geometry is None:
        if shown is None:
            raise _nowhere(document, instance, frame)
        geometry = shown.geometry
    if shown is not None and shown.row is not None:
        made = replace(shown.row, geometry=geometry, keyframe=True, outside=False)
        return () if made == shown.row else (Put(_touched(made, stamp)),)
    return (Put(_row(instance, frame, geometry, stamp, shown)),)


def remove_key_frame(document: LabelDocument, instance: str, frame: int, stamp: Stamp) -> Edits:
    """The row of this frame; what lies between its neighbours is interpolated anew. The last one seen takes the object along."""
    row = document.annotation_of(instance, (stamp.part, frame))
    if row is None:
        return ()
    if not any(a.uuid != row.uuid and not a.outside for a in document.annotations_of(instance)):
        return delete_instances(document, (instance,))
    return (Drop("annotation", row.uuid),)


def set_outside(document: LabelDocument, instance: str, frame: int, outside: bool, stamp: Stamp) -> Edits:
    """Hidden from here until its next row, or (False) to be seen again."""
    shown = present(document, instance, frame, stamp.part)
    if shown is None or shown.outside == outside:
        return ()
    if shown.row is not None:
        return (Put(_touched(replace(shown.row, outside=outside), stamp)),)
    return (Put(replace(_row(instance, frame, shown.geometry, stamp, shown), outside=outside)),)


def set_occluded(document: LabelDocument, instance: str, frame: int, occluded: bool, stamp: Stamp) -> Edits:
    """From here until its next row."""
    shown = present(document, instance, frame, stamp.part)
    if shown is None or shown.occluded == occluded:
        return ()
    if shown.row is not None:
        return (Put(_touched(replace(shown.row, occluded=occluded), stamp)),)
    return (Put(replace(_row(instance, frame, shown.geometry, stamp, shown), occluded=occluded)),)


def set_interpolated(document: LabelDocument, instance: str, frame: int, on: bool, stamp: Stamp) -> Edits:
    """Whether the shape runs on between the rows around this frame, or the first of them stands alone."""
    before = next((a for a in reversed(rows_of(document, instance, stamp.part)) if a.frame <= frame), None)
    if before is None or before.keyframe == on:
        return ()
    return (Put(_touched(replace(before, keyframe=on), stamp)),)


def propagate(document: LabelDocument, instances: Iterable[str], frame: int, n: int, stamp: Stamp, *, frames: int) -> Edits:
    """The shape of this frame on the next `n` (or, negative, the former), cut to the frames that exist."""
    end = min(max(0, frame + n), frames - 1)
    first, last = min(frame, end), max(frame, end)
    if first == last:
        return ()
    edits: list[Edit] = []
    for instance in dict.fromkeys(instances):
        shown = present(document, instance, frame, stamp.part)
        if shown is None or shown.outside:
            continue
        rows = [a for a in rows_of(document, instance, stamp.part) if first <= a.frame <= last]
        kept = {a.frame: a for a in rows if a.frame in (first, last)}
        edits.extend(Drop("annotation", a.uuid) for a in rows if a.frame not in kept)
        if first < frame:
            edits.extend(_pin(document, instance, first - 1, stamp))
        edits.append(Put(_held(kept.get(first), instance, first, shown, stamp, runs_on=True)))
        runs_on = _runs_on(document, instance, last, stamp)
        edits.append(Put(_held(kept.get(last), instance, last, shown, stamp, runs_on=runs_on)))
    return tuple(edits)


def cut(document: LabelDocument, instance: str, first: int, last: int, stamp: Stamp) -> Edits:
    """The object is gone from `first` to `last`; before and after it everything is as it was, dynamic answers too."""
    rows = rows_of(document, instance, stamp.part)
    inside = [a for a in rows if first <= a.frame <= last]
    if not inside and not any(a <= last and b >= first for a, b in ranges(document, instance, stamp.part)):
        return ()
    edits: list[Edit] = [Drop("annotation", a.uuid) for a in inside]
    before, after = _pin(document, instance, first - 1, stamp), _start(document, instance, last + 1, stamp)
    edits += [*before, *after]
    gone = {a.uuid for a in inside}
    stays = any(a.uuid not in gone and not a.outside for a in document.annotations_of(instance))
    if not (stays or before or after):
        return delete_instances(document, (instance,))
    return (*edits, *answer_ranges.trimmed(document, instance, first, last))


def delete_range(document: LabelDocument, instances: Iterable[str], first: int, last: int, stamp: Stamp) -> Edits:
    """Several objects are gone on these frames; those that are nowhere else are deleted."""
    return tuple(edit for uuid in dict.fromkeys(instances) for edit in cut(document, uuid, first, last, stamp))


def split_at(document: LabelDocument, instance: str, frame: int, stamp: Stamp) -> tuple[Edits, str]:
    """From this frame on it is another object, with the same answers. Returns the edits and the new instance."""
    rows = rows_of(document, instance, stamp.part)
    old = document.instances[instance]
    later = [a for a in rows if a.frame >= frame]
    shown = present(document, instance, frame, stamp.part)
    goes_on = any(not a.outside for a in later) or (shown is not None and not shown.outside)
    if not goes_on or not any(a.frame < frame and not a.outside for a in rows):
        raise Refused(
            f"The object cannot be split at frame {frame}: it is not there both before and from there on.",
            remedy="Go to a frame inside the track.",
        )
    other = replace(
        old,
        uuid=new_uuid(),
        hash8=new_hash8(),
        number=document.next_number(old.feature_hash),
        created_at=stamp.now,
        created_by=stamp.by,
        edited_at=stamp.now,
        edited_by=stamp.by,
    )
    edits: list[Edit] = [Put(other)]
    edits.extend(_pin(document, instance, frame - 1, stamp))
    if shown is not None and shown.row is None and not shown.outside:
        edits.append(Put(_row(other.uuid, frame, shown.geometry, stamp, shown)))
    edits.extend(Put(replace(a, instance=other.uuid)) for a in later)
    edits.extend(answer_ranges.divided(document, instance, other.uuid, frame))
    return tuple(edits), other.uuid


def merge_tracks(document: LabelDocument, instances: Iterable[str], stamp: Stamp, *, bridge: bool = False) -> Edits:
    """Several objects become the first of them. Gaps between them stay gaps, unless `bridge`: then shapes run across.

    Refused where classes differ or two of them are to be seen on the same frame. Where static answers differ the
    first object's stand.
    """
    first, *others = dict.fromkeys(instances)
    if not others:
        return ()
    _may_merge(document, [document.instances[u] for u in (first, *others)], stamp.part)
    rows = sorted(
        (a for u in (first, *others) for a in document.annotations_of(u)), key=lambda a: (a.at, a.outside, a.instance != first)
    )
    edits: list[Edit] = []
    kept: list[Annotation] = []
    for row in rows:
        last = kept[-1] if kept else None
        if last is not None and last.at == row.at:
            edits.append(Drop("annotation", row.uuid))  # hidden in one of them: the one that is seen stays
            continue
        if bridge and last is not None and last.outside and (last.part, last.instance) != (row.part, row.instance):
            edits.append(Drop("annotation", kept.pop().uuid))
        kept.append(row)
    for i, row in enumerate(kept):
        after = kept[i + 1] if i + 1 < len(kept) and kept[i + 1].part == row.part else None
        apart = after is not None and after.instance != row.instance and after.frame > row.frame + 1
        made = replace(row, instance=first, keyframe=row.keyframe and (bridge or row.outside or not apart))
        if made != row:
            edits.append(Put(made))
    edits.extend(answer_ranges.moved(document, others, first))
    return (*edits, *(Drop("instance", other) for other in others))


# -- rows ---------------------------------------------------------------------------------------------------------


def _row(instance: str, frame: int, geometry: Geometry, stamp: Stamp, shown: Shown | None) -> Annotation:
    return Annotation(
        new_uuid(), instance, geometry, frame, stamp.part, stamp.pts(frame), occluded=shown.occluded if shown else False,
        created_at=stamp.now, created_by=stamp.by, edited_at=stamp.now, edited_by=stamp.by,
    )  # fmt: skip


def _touched(row: Annotation, stamp: Stamp) -> Annotation:
    return replace(row, edited_at=stamp.now, edited_by=stamp.by, manual=True)


def _held(row: Annotation | None, instance: str, frame: int, shown: Shown, stamp: Stamp, *, runs_on: bool) -> Annotation:
    row = row or _row(instance, frame, shown.geometry, stamp, shown)
    made = replace(row, geometry=shown.geometry, keyframe=runs_on, outside=False, occluded=shown.occluded)
    return made if made == row else _touched(made, stamp)


def _runs_on(document: LabelDocument, instance: str, frame: int, stamp: Stamp) -> bool:
    """Whether the object is still to be seen right after a frame by running on, or ends its track here."""
    after = present(document, instance, frame + 1, stamp.part)
    return after is not None and not after.outside


def _pin(document: LabelDocument, instance: str, frame: int, stamp: Stamp) -> Edits:
    """The object ends with this frame, its shape there as it is now."""
    shown = present(document, instance, frame, stamp.part)
    if shown is None or shown.outside:
        return ()
    if shown.row is not None:
        return (Put(_touched(replace(shown.row, keyframe=False), stamp)),) if shown.row.keyframe else ()
    return (Put(replace(_row(instance, frame, shown.geometry, stamp, shown), keyframe=False)),)


def _start(document: LabelDocument, instance: str, frame: int, stamp: Stamp) -> Edits:
    """The object goes on from this frame, its shape there as it is now."""
    shown = present(document, instance, frame, stamp.part)
    if shown is None or shown.row is not None or shown.outside:
        return ()
    return (Put(_row(instance, frame, shown.geometry, stamp, shown)),)


def _may_merge(document: LabelDocument, instances: list[Instance], part: str) -> None:
    if len({i.feature_hash for i in instances}) > 1:
        raise Refused("Objects of different classes cannot be merged.", remedy="Change the class of one of them first.")
    parts = {a.part for i in instances for a in document.annotations_of(i.uuid)} | {part}
    for own in parts:
        seen = sorted((first, last, i.number) for i in instances for first, last in ranges(document, i.uuid, own))
        for (_, end, one), (start, _, two) in itertools.pairwise(seen):
            if start <= end:
                raise Refused(
                    f"The objects {one} and {two} are both on frame {start}: a merged object can be there only once.",
                    remedy="Cut one of them there first.",
                )


def _nowhere(document: LabelDocument, instance: str, frame: int) -> Refused:
    number = document.instances[instance].number
    return Refused(f"Object {number} is not on frame {frame}.", remedy="Draw it there, or go to one of its frames.")
