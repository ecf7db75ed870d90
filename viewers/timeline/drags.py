"""What is held on the timeline and what dragging it does, as tuples of edits. Qt-free; nothing is applied here.

A row (key frame) moves between its neighbours. The first and last frame of where an object is seen, and the frames where
it is hidden and comes back, are pulled in or out: what is seen on the frames that stay is kept.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from storage.editing import answer_ranges, track_verbs, verbs
from storage.editing.edits import Drop, Edit, Edits, Put
from storage.editing.session import EditSession
from storage.editing.track_verbs import Stamp
from storage.ids import new_hash8, new_uuid
from storage.model.interpolation import around, present
from storage.model.labels import Annotation, Answer, AnswerValue, Classification, LabelDocument, RecordKind
from storage.model.ontology import Attribute
from storage.model.rules import nested_hashes
from viewers.timeline.rows import Bar


@dataclass(frozen=True, slots=True)
class Grip:
    """Something that can be dragged along time: `frame` is where it is, `low` to `high` where it can go."""

    text: str  # of the undo step
    frame: int
    low: int
    high: int
    edits: Callable[[int], Edits]  # for the document as it was when the drag began

    def limited(self, frame: int) -> int:
        return min(max(frame, self.low), self.high)


# -- objects ------------------------------------------------------------------------------------------------------


def row_grip(document: LabelDocument, instance: str, frame: int, count: int, name: str, stamp: Stamp) -> Grip:
    """A stored row, between the rows beside it."""
    before, after = _beside(document, instance, frame, stamp.part)
    low = before.frame + 1 if before else 0
    high = after.frame - 1 if after else count - 1
    row = document.annotation_of(instance, (stamp.part, frame))
    assert row is not None, "there is no row to hold"
    if row.outside:
        text, edits = f"Move where {name} is hidden", _moved_outside(document, row, stamp)
    else:
        text, edits = f"Move key frame of {name}", _moved_row(row, stamp)
    return Grip(text, frame, low, high, edits)


def start_grip(document: LabelDocument, instance: str, run: tuple[int, int], name: str, stamp: Stamp) -> Grip:
    """The first frame of where it is seen."""
    first, last = run
    before, _ = _beside(document, instance, first, stamp.part)

    def edits(target: int) -> Edits:
        if target >= first:
            return track_verbs.cut(document, instance, first, target - 1, stamp) if target > first else ()
        row = document.annotation_of(instance, (stamp.part, first))
        assert row is not None, "where an object comes into sight there is a row"
        return (Put(_copied(row, target, stamp, keyframe=True)),)

    return Grip(f"Change where {name} begins", first, before.frame + 1 if before else 0, last, edits)


def end_grip(document: LabelDocument, instance: str, run: tuple[int, int], count: int, name: str, stamp: Stamp) -> Grip:
    """The last frame of where it is seen."""
    first, last = run
    text = f"Change where {name} ends"
    _, after = _beside(document, instance, last, stamp.part)
    if after is not None and after.outside and after.frame == last + 1:
        _, beyond = _beside(document, instance, after.frame, stamp.part)
        moved = _moved_outside(document, after, stamp)
        high = beyond.frame - 2 if beyond else count - 1
        return Grip(
            text, last, first, high, lambda target: moved(target + 1) if target < count - 1 else _shown_on(after, stamp, target)
        )
    row = document.annotation_of(instance, (stamp.part, last))
    assert row is not None, "where an object goes out of sight there is a row"

    def edits(target: int) -> Edits:
        if target <= last:
            return track_verbs.cut(document, instance, target + 1, last, stamp) if target < last else ()
        held = _copied(row, target, stamp, keyframe=row.keyframe and after is None)
        return (Put(_touched(replace(row, keyframe=True), stamp)), Put(held))

    return Grip(text, last, first, after.frame - 1 if after else count - 1, edits)


def _moved_row(row: Annotation, stamp: Stamp) -> Callable[[int], Edits]:
    def edits(target: int) -> Edits:
        moved = replace(row, frame=target, pts=stamp.pts(target))
        return () if target == row.frame else (Put(_touched(moved, stamp)),)

    return edits


def _moved_outside(document: LabelDocument, row: Annotation, stamp: Stamp) -> Callable[[int], Edits]:
    """Hidden from another frame on; the shapes before it stay where they are."""
    before = present(document, row.instance, row.frame - 1, row.part)
    seen = before is not None and not before.outside

    def edits(target: int) -> Edits:
        if target == row.frame:
            return ()
        moved = _touched(replace(row, frame=target, pts=stamp.pts(target)), stamp)
        if target > row.frame:
            shown = (Put(_copied(row, row.frame, stamp, keyframe=True)),) if seen else ()
            return (Put(moved), *shown)
        inside = [a for a in document.annotations_of(row.instance) if a.part == row.part and target <= a.frame < row.frame]
        there = present(document, row.instance, target, row.part)
        if seen and there is not None and not there.outside:
            moved = replace(moved, geometry=there.geometry)
        return (*(Drop("annotation", a.uuid) for a in inside), Put(moved))

    return edits


def _shown_on(row: Annotation, stamp: Stamp, target: int) -> Edits:
    """Seen up to the last frame of all: nothing is left to be hidden."""
    shown = _touched(replace(row, outside=False), stamp)
    if target == row.frame:
        return (Put(shown),)
    return (Put(replace(shown, keyframe=True)), Put(_copied(shown, target, stamp, keyframe=True)))


def _copied(row: Annotation, frame: int, stamp: Stamp, *, keyframe: bool) -> Annotation:
    made = replace(row, uuid=new_uuid(), frame=frame, pts=stamp.pts(frame), keyframe=keyframe, outside=False)
    return replace(_touched(made, stamp), created_at=stamp.now, created_by=stamp.by)


def _touched(row: Annotation, stamp: Stamp) -> Annotation:
    return replace(row, edited_at=stamp.now, edited_by=stamp.by, manual=True)


def _beside(document: LabelDocument, instance: str, frame: int, part: str) -> tuple[Annotation | None, Annotation | None]:
    return around(document, instance, frame - 1, part)[0], around(document, instance, frame, part)[1]


# -- bars ---------------------------------------------------------------------------------------------------------


def bar_grips(document: LabelDocument, bars: list[Bar], bar: Bar, count: int, name: str) -> tuple[Grip, Grip, Grip]:
    """Its first frame, its last, and the whole. Where two bars meet, both edges move."""
    ranged = [b for b in bars if not b.whole]
    i = ranged.index(bar)
    left, right = (ranged[i - 1] if i else None), (ranged[i + 1] if i + 1 < len(ranged) else None)
    text = f"Move range of “{name}”"
    meets_left = left is not None and left.last + 1 == bar.first
    meets_right = right is not None and right.first == bar.last + 1
    free_low = left.last + 1 if left else 0
    free_high = right.first - 1 if right else count - 1

    def first(target: int) -> Edits:
        moved = [(bar, target, bar.last)]
        if meets_left and left is not None:
            moved.append((left, left.first, target - 1))
        return _ranged(document, moved)

    def last(target: int) -> Edits:
        moved = [(bar, bar.first, target)]
        if meets_right and right is not None:
            moved.append((right, target + 1, right.last))
        return _ranged(document, moved)

    def whole(target: int) -> Edits:
        return _ranged(document, [(bar, target, target + bar.last - bar.first)])

    return (
        Grip(text, bar.first, left.first + 1 if meets_left and left else free_low, bar.last, first),
        Grip(text, bar.last, bar.first, right.last - 1 if meets_right and right else free_high, last),
        Grip(text, bar.first, free_low, max(free_low, free_high - (bar.last - bar.first)), whole),
    )


def free_around(bars: list[Bar], frame: int, count: int) -> tuple[int, int] | None:
    """The frames around this one where no bar is. None: there is one."""
    low, high = 0, count - 1
    for bar in bars:
        if bar.whole:
            continue
        if bar.first <= frame <= bar.last:
            return None
        if bar.last < frame:
            low = max(low, bar.last + 1)
        else:
            high = min(high, bar.first - 1)
    return low, high


def without_bar(document: LabelDocument, bar: Bar) -> Edits:
    """Its range goes; a classification that has no other goes with its answers."""
    if bar.uuid in document.answers:
        return (Drop("answer", bar.uuid),)
    made = document.classifications[bar.uuid]
    left = tuple(r for part, r in enumerate(made.ranges) if part != bar.part)
    if left and not bar.whole:
        return (Put(replace(made, ranges=left)),)
    return (*(Drop("answer", a.uuid) for a in document.answers_of(bar.uuid)), Drop("classification", bar.uuid))


def answered_bar(document: LabelDocument, bar: Bar, attribute: Attribute, value: AnswerValue | None) -> Edits:
    """Another answer for the whole of it; questions nested under what is no longer chosen lose theirs."""
    dropped = nested_hashes(attribute, but=value)
    answer = document.answers.get(bar.uuid)
    if answer is None:
        return verbs.set_answer(document, bar.uuid, attribute.feature_hash, value, drop=dropped)
    if value is None or value == answer.value:
        return ()
    gone = (
        a
        for a in document.answers_of(answer.owner)
        if a.attribute in dropped and (a.first, a.last) == (answer.first, answer.last)
    )
    return (Put(replace(answer, value=value, manual=True)), *(Drop("answer", a.uuid) for a in gone))


def split_bar(document: LabelDocument, bar: Bar, frame: int) -> Edits:
    """Two ranges that meet at a frame; of a classification the second is one of its own, so that it can be answered anew."""
    if bar.uuid in document.answers:
        return answer_ranges.split(document, bar.uuid, frame)
    if bar.whole or not bar.first < frame <= bar.last:
        return ()
    made = document.classifications[bar.uuid]
    ranges = list(made.ranges)
    ranges[bar.part] = (bar.first, frame - 1)
    other = replace(made, uuid=new_uuid(), hash8=new_hash8(), ranges=((frame, bar.last),))
    answers = (Put(replace(a, uuid=new_uuid(), owner=other.uuid)) for a in document.answers_of(made.uuid))
    return (Put(replace(made, ranges=tuple(ranges))), Put(other), *answers)


def _ranged(document: LabelDocument, moved: list[tuple[Bar, int, int]]) -> Edits:
    """Bars with new ends. Two of them may belong to one classification; one that is gone by now stays gone."""
    made: dict[str, Answer | Classification] = {}
    for bar, first, last in moved:
        record = made.get(bar.uuid) or document.answers.get(bar.uuid) or document.classifications.get(bar.uuid)
        if isinstance(record, Answer):
            made[bar.uuid] = replace(record, first=first, last=last)
        elif record is not None and 0 <= bar.part < len(record.ranges):
            ranges = list(record.ranges)
            ranges[bar.part] = (first, last)
            made[bar.uuid] = replace(record, ranges=tuple(ranges))
    before = {u: document.answers.get(u) or document.classifications[u] for u in made}
    return tuple(Put(record) for uuid, record in made.items() if record != before[uuid])


# -- a drag under way ---------------------------------------------------------------------------------------------


class Drag:
    """Shows where the grip is now, each time from the document as it was at the beginning; one step at the end."""

    def __init__(self, session: EditSession, grip: Grip) -> None:
        self._session, self.grip = session, grip
        self.frame = grip.frame
        self._back: list[Edit] = []  # from what is shown to how it was
        session.begin(grip.text)
        self._revision = session.document.revision

    def to(self, frame: int) -> bool:
        """Whether it went anywhere."""
        frame = self.grip.limited(frame)
        if frame == self.frame or not self.alive:
            return False
        document = self._session.document
        back = self._back
        forth = [edit.apply(document) for edit in back]  # nobody looks while it is as it was
        edits = self.grip.edits(frame) if frame != self.grip.frame else ()
        touched: dict[tuple[RecordKind, str], Edit] = {}
        for edit in edits:
            old = document.get(edit.kind, edit.uuid)
            touched[edit.kind, edit.uuid] = Put(old) if old is not None else Drop(edit.kind, edit.uuid)
        for edit in reversed(forth):
            edit.apply(document)
        self._session.preview(*back, *edits)
        self._back, self.frame = list(touched.values()), frame
        self._revision = document.revision
        return True

    @property
    def alive(self) -> bool:
        """Undo, and whatever else begins a step of its own, ends it; so does what comes in from another window."""
        return self._session.in_gesture and self._session.document.revision == self._revision

    def finish(self) -> None:
        if self.alive:
            self._session.commit()
        else:
            self.cancel()

    def cancel(self) -> None:
        self._session.cancel()
