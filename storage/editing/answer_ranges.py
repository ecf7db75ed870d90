"""Answers that change over time: ranges of frames that never overlap, per owner and attribute. Pure.

An answer without a range (`first` is None) holds wherever no ranged answer of the same attribute does.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from storage.editing.edits import Drop, Edit, Edits, Put
from storage.errors import Refused
from storage.ids import new_uuid
from storage.model.interpolation import ranges
from storage.model.labels import Answer, AnswerValue, LabelDocument, Range

FOREVER = 2**53  # an open end


def answer_at(document: LabelDocument, owner: str, attribute: str, frame: int) -> Answer | None:
    """What holds on a frame."""
    found: Answer | None = None
    for answer in document.answers_of(owner):
        if answer.attribute != attribute:
            continue
        if answer.first is None:
            found = found or answer
        elif answer.first <= frame <= _last(answer):
            return answer
    return found


def ranged(document: LabelDocument, owner: str, attribute: str) -> list[Answer]:
    """By time."""
    found = [a for a in document.answers_of(owner) if a.attribute == attribute and a.first is not None]
    return sorted(found, key=_first)


def set_over(document: LabelDocument, owner: str, attribute: str, value: AnswerValue | None, first: int, last: int) -> Edits:
    """The answer on these frames; None or empty: no answer there. Neighbours with the same value grow together."""
    if first > last:
        first, last = last, first
    if value is None or value in ("", ()):
        return clear_over(document, owner, attribute, first, last)
    edits = list(_cleared(document, owner, attribute, first, last))
    gone = {e.uuid for e in edits if isinstance(e, Drop)}
    changed = {e.uuid: e.record for e in edits if isinstance(e, Put) and isinstance(e.record, Answer)}
    left = [changed.pop(a.uuid, a) for a in ranged(document, owner, attribute) if a.uuid not in gone]
    made = Answer(new_uuid(), owner, attribute, value, first, last)
    for near in [*left, *changed.values()]:
        if near.value == value and (_last(near) + 1 == first or _first(near) == last + 1):
            made = replace(made, first=min(_first(near), _first(made)), last=max(_last(near), _last(made)))
            edits.append(Drop("answer", near.uuid))
    return (*edits, Put(made))


def clear_over(document: LabelDocument, owner: str, attribute: str, first: int, last: int) -> Edits:
    """No answer on these frames. An answer without a range is first spread over the frames of its owner."""
    if first > last:
        first, last = last, first
    edits = list(_cleared(document, owner, attribute, first, last))
    whole = next((a for a in document.answers_of(owner) if a.attribute == attribute and a.first is None), None)
    if whole is None:
        return tuple(edits)
    taken = [(_first(a), _last(a)) for a in ranged(document, owner, attribute)] + [(first, last)]
    edits.append(Drop("answer", whole.uuid))
    edits.extend(Put(replace(whole, uuid=new_uuid(), first=a, last=b)) for a, b in _free(ranges(document, owner), taken))
    return tuple(edits)


def split(document: LabelDocument, uuid: str, frame: int) -> Edits:
    """One range becomes two; the second begins at `frame`. Nothing changes but the ends that can be dragged."""
    answer = document.answers[uuid]
    if answer.first is None or not answer.first < frame <= _last(answer):
        raise Refused(f"The range cannot be split at frame {frame}.", remedy="Choose a frame inside it, after its first one.")
    return (Put(replace(answer, last=frame - 1)), Put(replace(answer, uuid=new_uuid(), first=frame)))


def merge(document: LabelDocument, uuids: tuple[str, ...]) -> Edits:
    """Ranges of one attribute become one with the value of the first of them, from the first frame to the last."""
    answers = [document.answers[u] for u in dict.fromkeys(uuids)]
    if len(answers) < 2:
        return ()
    if len({(a.owner, a.attribute) for a in answers}) > 1 or any(a.first is None for a in answers):
        raise Refused("Only ranges of one attribute of one object can be merged.", remedy="Choose such ranges.")
    answers.sort(key=_first)
    first, last = _first(answers[0]), max(_last(a) for a in answers)
    cleared = _cleared(document, answers[0].owner, answers[0].attribute, first, last)
    edits = tuple(e for e in cleared if e.uuid != answers[0].uuid)
    return (*edits, Put(replace(answers[0], last=last)))


# -- for the verbs of tracks --------------------------------------------------------------------------------------


def trimmed(document: LabelDocument, owner: str, first: int, last: int) -> Edits:
    """Ranges without the frames that are cut out of their owner."""
    attributes = dict.fromkeys(a.attribute for a in document.answers_of(owner) if a.first is not None)
    return tuple(e for attribute in attributes for e in _cleared(document, owner, attribute, first, last))


def divided(document: LabelDocument, owner: str, other: str, frame: int) -> Edits:
    """Answers before a frame stay, those from there on go to `other`; answers without a range are copied."""
    edits: list[Edit] = []
    for answer in document.answers_of(owner):
        if answer.first is None:
            edits.append(Put(replace(answer, uuid=new_uuid(), owner=other)))
        elif answer.first >= frame:
            edits.append(Put(replace(answer, owner=other)))
        elif _last(answer) >= frame:
            edits.append(Put(replace(answer, last=frame - 1)))
            edits.append(Put(replace(answer, uuid=new_uuid(), owner=other, first=frame)))
    return tuple(edits)


def moved(document: LabelDocument, owners: Iterable[str], to: str) -> Edits:
    """Answers of objects that become another: what is free there goes along, what is answered already goes away."""
    taken: dict[str, list[Range]] = {}
    static = {a.attribute for a in document.answers_of(to) if a.first is None}
    for answer in document.answers_of(to):
        if answer.first is not None:
            taken.setdefault(answer.attribute, []).append((answer.first, _last(answer)))
    edits: list[Edit] = []
    for answer in (a for owner in owners for a in document.answers_of(owner)):
        there = taken.setdefault(answer.attribute, [])
        free = answer.attribute not in static if answer.first is None else not _meets(answer, there)
        edits.append(Put(replace(answer, owner=to)) if free else Drop("answer", answer.uuid))
        if free and answer.first is None:
            static.add(answer.attribute)
        elif free:
            there.append((_first(answer), _last(answer)))
    return tuple(edits)


def _meets(answer: Answer, taken: list[Range]) -> bool:
    return any(a <= _last(answer) and b >= _first(answer) for a, b in taken)


def _cleared(document: LabelDocument, owner: str, attribute: str, first: int, last: int) -> Edits:
    edits: list[Edit] = []
    for answer in ranged(document, owner, attribute):
        a, b = _first(answer), _last(answer)
        if b < first or a > last:
            continue
        if a < first:
            edits.append(Put(replace(answer, last=first - 1)))
        if b > last:
            uuid = new_uuid() if a < first else answer.uuid
            edits.append(Put(replace(answer, uuid=uuid, first=last + 1)))
        if a >= first and b <= last:
            edits.append(Drop("answer", answer.uuid))
    return tuple(edits)


def _free(wanted: list[Range], taken: list[Range]) -> list[Range]:
    left = list(wanted)
    for first, last in taken:
        left = [piece for a, b in left for piece in ((a, min(b, first - 1)), (max(a, last + 1), b)) if piece[0] <= piece[1]]
    return sorted(set(left))


def _first(answer: Answer) -> int:
    return answer.first if answer.first is not None else 0


def _last(answer: Answer) -> int:
    return answer.last if answer.last is not None else FOREVER
