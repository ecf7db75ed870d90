"""How far an answer reaches that is given on a frame, and what giving it does to the answers that are there. Pure.

The answers of a dynamic attribute, and of the questions nested under it, always hold on ranges of frames; those of all
others hold for the whole object.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from storage.editing.answer_ranges import FOREVER, answer_at, clear_over, ranged, set_over
from storage.editing.edits import Drop, Edits, Put
from storage.model import rules
from storage.model.labels import AnswerValue, LabelDocument, Range
from storage.model.ontology import Attribute, Option


class Extent(StrEnum):
    ONWARD = "onward"  # from this frame on to where the answer changes next, or to the end
    WHOLE = "whole"  # on every frame
    SPAN = "span"  # on the frames that are chosen
    FRAME = "frame"  # on this frame only


@dataclass(frozen=True, slots=True)
class When:
    """The frame that is looked at, of how many, and how far answers reach."""

    frame: int = 0
    count: int = 1
    extent: Extent = Extent.ONWARD
    span: Range | None = None  # frames chosen on the timeline


def reach(document: LabelDocument, owner: str, attribute: str, when: When) -> Range:
    """The frames on which an answer given now will hold."""
    match when.extent:
        case Extent.WHOLE:
            return (0, max(when.count - 1, 0))
        case Extent.FRAME:
            return (when.frame, when.frame)
        case Extent.SPAN:
            first, last = when.span or (when.frame, when.frame)
            return (min(first, last), max(first, last))
        case Extent.ONWARD:
            return (when.frame, max(when.frame, _next_change(document, owner, attribute, when) - 1))


def _next_change(document: LabelDocument, owner: str, attribute: str, when: When) -> int:
    for answer in ranged(document, owner, attribute):
        assert answer.first is not None
        if answer.first > when.frame:
            return answer.first
        last = FOREVER if answer.last is None else answer.last
        if last >= when.frame:
            return min(last + 1, when.count)
    return when.count


def give(
    document: LabelDocument, owner: str, root: Attribute, attribute: Attribute, value: AnswerValue | None, when: When
) -> Edits:
    """The answer to a question at or below the dynamic attribute `root`, over the frames it reaches.

    A nested question is answered only where its parent's answer asks it; those nested under options no longer chosen
    lose their answers there.
    """
    where = reach(document, owner, attribute.feature_hash, when)

    def write(scratch: LabelDocument) -> None:
        for first, last in list(_asked(scratch, owner, root, attribute, where)):
            edits = set_over(scratch, owner, attribute.feature_hash, value, first, last)
            _apply(scratch, edits)
            for nested in rules.nested_hashes(attribute, but=value):
                _apply(scratch, clear_over(scratch, owner, nested, first, last))
        if when.extent is Extent.WHOLE:  # what held where nothing else did holds nowhere any more
            for answer in scratch.answers_of(owner):
                if answer.attribute == attribute.feature_hash and answer.first is None:
                    scratch.drop("answer", answer.uuid)

    return on_copy(document, owner, write)


def on_copy(document: LabelDocument, owner: str, write: Callable[[LabelDocument], None]) -> Edits:
    """What several changes of an owner's answers, each seeing those before it, come to."""
    scratch = LabelDocument()
    for annotation in document.annotations_of(owner):
        scratch.put(annotation)
    before = {a.uuid: a for a in document.answers_of(owner)}
    for answer in before.values():
        scratch.put(answer)
    write(scratch)
    after = {a.uuid: a for a in scratch.answers_of(owner)}
    gone = tuple(Drop("answer", uuid) for uuid in before if uuid not in after)
    return gone + tuple(Put(a) for uuid, a in after.items() if before.get(uuid) != a)


def _apply(scratch: LabelDocument, edits: Edits) -> None:
    for edit in edits:
        edit.apply(scratch)


def _asked(scratch: LabelDocument, owner: str, root: Attribute, attribute: Attribute, where: Range) -> Iterator[Range]:
    """The pieces of a range in which a question is asked at all."""
    above = _above(root, attribute.feature_hash)
    if above is None:
        yield where
        return
    parent, option = above
    cuts = {where[0]}
    for answer in ranged(scratch, owner, parent.feature_hash):
        assert answer.first is not None
        cuts |= {answer.first, (FOREVER if answer.last is None else answer.last) + 1}
    starts = sorted(c for c in cuts if where[0] <= c <= where[1])
    for start, end in zip(starts, [*(s - 1 for s in starts[1:]), where[1]], strict=True):
        held = answer_at(scratch, owner, parent.feature_hash, start)
        if held is not None and isinstance(held.value, tuple) and option.feature_hash in held.value:
            yield (start, end)


def _above(attribute: Attribute, feature_hash: str) -> tuple[Attribute, Option] | None:
    """The question and the option under which another question hangs."""
    for option in attribute.options:
        for nested in option.attributes:
            if nested.feature_hash == feature_hash:
                return attribute, option
            if found := _above(nested, feature_hash):
                return found
    return None
