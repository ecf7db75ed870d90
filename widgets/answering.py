"""What an answer given in a panel means for the document. Qt-free; the panels apply the edits through the session."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from storage.editing import verbs
from storage.editing.answer_extent import When, give
from storage.editing.edits import Drop, Edit, Edits, Put
from storage.editing.focus import Focus
from storage.editing.session import EditSession
from storage.ids import new_uuid
from storage.model import rules
from storage.model.labels import Answer, AnswerValue, LabelDocument
from storage.model.ontology import Attribute
from widgets.controls.answer_fields import Mixed, Shown, Toggle

__all__ = ["agreed", "answer_edits", "first_answer", "new_value", "root_of", "shown_values", "values_of", "when_of"]


def when_of(session: EditSession, focus: Focus) -> When:
    """The frame that is looked at, and how far answers reach."""
    frames = session.frames
    return When(frames.index(focus.at), frames.count, focus.extent, focus.span)


def values_of(document: LabelDocument, owner: str, frame: int) -> dict[str, AnswerValue]:
    """Answers that hold on a frame, by attribute; one given for the frame comes before the static one."""
    found: dict[str, AnswerValue] = {}
    for answer in document.answers_of(owner):
        if answer.first is None:
            found.setdefault(answer.attribute, answer.value)
        elif _covers(answer, frame):
            found[answer.attribute] = answer.value
    return found


def shown_values(values: Sequence[Mapping[str, AnswerValue]]) -> dict[str, Shown]:
    """What a form shows for several owners at once."""
    if len(values) == 1:
        return dict(values[0])
    shown: dict[str, Shown] = {}
    for attribute in {a for v in values for a in v}:
        each = tuple(v.get(attribute) for v in values)
        same = all(_same(each[0], other) for other in each[1:])
        shown[attribute] = each[0] if same else Mixed(each)
    return shown


def agreed(shown: Mapping[str, Shown]) -> dict[str, AnswerValue]:
    """The answers that decide which nested questions are asked."""
    return {a: v for a, v in shown.items() if v is not None and not isinstance(v, Mixed)}


def new_value(change: object, old: AnswerValue | None) -> AnswerValue | None:
    if isinstance(change, Toggle):
        return change.apply(old)
    assert change is None or isinstance(change, (str, float, int, tuple))
    return change


def root_of(attributes: Iterable[Attribute], feature_hash: str) -> Attribute | None:
    """The question at the top under which another one hangs."""
    return next((top for top in attributes if rules.find_attribute((top,), feature_hash) is not None), None)


def answer_edits(
    document: LabelDocument, owners: Iterable[str], root: Attribute, attribute: Attribute, change: object, when: When
) -> Edits:
    """The edits by which each owner gets the answer; questions nested under options no longer chosen lose theirs."""
    edits: list[Edit] = []
    for owner in owners:
        value = new_value(change, values_of(document, owner, when.frame).get(attribute.feature_hash))
        if root.dynamic:
            edits.extend(give(document, owner, root, attribute, value, when))
            continue
        dropped = rules.nested_hashes(attribute, but=value)
        local = _frame_answer(document, owner, attribute.feature_hash, when.frame)
        if local is not None:  # of a time when the question could change
            edits.append(Put(replace(local, value=value, manual=True)) if value is not None else Drop("answer", local.uuid))
            edits.extend(Drop("answer", a.uuid) for a in document.answers_of(owner) if a.attribute in dropped)
        else:
            edits.extend(verbs.set_answer(document, owner, attribute.feature_hash, value, drop=dropped))
    return tuple(edits)


def first_answer(owner: str, attribute: Attribute, change: object) -> Edits:
    """For an owner that is made in the same step."""
    value = new_value(change, None)
    return () if value is None else (Put(Answer(new_uuid(), owner, attribute.feature_hash, value)),)


def _frame_answer(document: LabelDocument, owner: str, attribute: str, frame: int) -> Answer | None:
    return next(
        (a for a in document.answers_of(owner) if a.attribute == attribute and a.first is not None and _covers(a, frame)), None
    )


def _covers(answer: Answer, frame: int) -> bool:
    return answer.first is not None and answer.first <= frame and (answer.last is None or frame <= answer.last)


def _same(one: AnswerValue | None, other: AnswerValue | None) -> bool:
    if isinstance(one, tuple) and isinstance(other, tuple):
        return set(one) == set(other)
    return one == other
