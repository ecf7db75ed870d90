"""Where classifications hold: ranges of frames, both ends included. Pure.

Two classifications of one class never hold on the same frame: what one gains there the other loses, and one that holds
nowhere any more goes with its answers. A classification without ranges speaks of the whole and is left alone.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from storage.editing import verbs
from storage.editing.edits import Edit, Edits, Put
from storage.errors import Refused
from storage.ids import new_hash8, new_uuid
from storage.model.labels import Classification, LabelDocument, Range
from storage.model.ranges import joined, without


def of_class(document: LabelDocument, feature_hash: str) -> list[Classification]:
    """All classifications of a class, by their first frame."""
    found = [c for c in document.classifications.values() if c.feature_hash == feature_hash]
    return sorted(found, key=lambda c: c.ranges[0] if c.ranges else (-1, -1))


def at_frame(document: LabelDocument, feature_hash: str, frame: int) -> Classification | None:
    """The one that speaks of a frame; one for the whole where no other does."""
    whole: Classification | None = None
    for found in document.classifications.values():
        if found.feature_hash != feature_hash:
            continue
        if not found.ranges:
            whole = whole or found
        elif range_at(found.ranges, frame) is not None:
            return found
    return whole


def range_at(ranges: Iterable[Range], frame: int) -> Range | None:
    return next(((a, b) for a, b in ranges if a <= frame <= b), None)


def set_ranges(document: LabelDocument, uuid: str, ranges: Iterable[Range], *, by: str, now: int) -> Edits:
    """It holds just there; without any range left it goes. Others of its class make room."""
    own = document.classifications[uuid]
    wanted = tuple(joined(ranges))
    if not wanted:
        return verbs.delete_classification(document, uuid)
    room = make_room(document, own.feature_hash, wanted, besides=uuid, by=by, now=now)
    return room if wanted == own.ranges else (*room, Put(replace(own, ranges=wanted, edited_at=now, edited_by=by)))


def make_room(
    document: LabelDocument, feature_hash: str, wanted: Iterable[Range], *, besides: str = "", by: str, now: int
) -> Edits:
    """No other of the class holds there any more."""
    edits: list[Edit] = []
    for other in of_class(document, feature_hash):
        if other.uuid == besides or not other.ranges:
            continue
        left = tuple(without(other.ranges, wanted))
        if not left:
            edits.extend(verbs.delete_classification(document, other.uuid))
        elif left != other.ranges:
            edits.append(Put(replace(other, ranges=left, edited_at=now, edited_by=by)))
    return tuple(edits)


def extend(document: LabelDocument, uuid: str, first: int, last: int, *, by: str, now: int) -> Edits:
    """It holds on these frames as well."""
    ranges = document.classifications[uuid].ranges
    return set_ranges(document, uuid, [*ranges, (min(first, last), max(first, last))], by=by, now=now)


def clear(document: LabelDocument, uuid: str, first: int, last: int, *, by: str, now: int) -> Edits:
    """It does not hold there any more."""
    ranges = without(document.classifications[uuid].ranges, [(min(first, last), max(first, last))])
    return set_ranges(document, uuid, ranges, by=by, now=now)


def reshape(document: LabelDocument, uuid: str, old: Range, new: Range, *, by: str, now: int) -> Edits:
    """One of its ranges becomes another one: an end was moved."""
    others = [r for r in document.classifications[uuid].ranges if r != old]
    return set_ranges(document, uuid, [*others, (min(new), max(new))], by=by, now=now)


def split(document: LabelDocument, uuid: str, frame: int, *, by: str, now: int) -> tuple[Edits, str]:
    """From a frame on another classification of the class holds, with the same answers for now. Also its uuid."""
    own = document.classifications[uuid]
    here = range_at(own.ranges, frame)
    if here is None or here[0] == frame:
        raise Refused(
            f"The range cannot be split at frame {frame + 1}.", remedy="Go to a frame inside it, after its first one."
        )
    other = replace(
        own, uuid=new_uuid(), hash8=new_hash8(), ranges=((frame, here[1]),), created_at=now, created_by=by, edited_at=now,
        edited_by=by,
    )  # fmt: skip
    kept = replace(own, ranges=tuple(without(own.ranges, [(frame, here[1])])), edited_at=now, edited_by=by)
    copies = (Put(replace(a, uuid=new_uuid(), owner=other.uuid)) for a in document.answers_of(uuid))
    return (Put(kept), Put(other), *copies), other.uuid
