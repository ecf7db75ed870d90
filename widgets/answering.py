"""What an answer given in a panel means for the document. Qt-free; the panels apply the edits through the session."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from storage.editing import verbs
from storage.editing.edits import Drop, Edit, Edits, Put
from storage.ids import new_uuid
from storage.model import rules
from storage.model.labels import Answer, AnswerValue, FrameKey, LabelDocument
from storage.model.ontology import Attribute
from widgets.controls.answer_fields import Mixed, Shown, Toggle

__all__ = ["agreed", "answer_edits", "first_answer", "new_value", "shown_values", "values_of"]


def values_of(document: LabelDocument, owner: str, at: FrameKey) -> dict[str, AnswerValue]:
    """Answers that hold on a frame, by attribute; one given for the frame comes before the static one."""
    found: dict[str, AnswerValue] = {}
    for answer in document.answers_of(owner):
        if answer.first is None:
            found.setdefault(answer.attribute, answer.value)
        elif _covers(answer, at):
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


def answer_edits(document: LabelDocument, owners: Iterable[str], attribute: Attribute, change: object, at: FrameKey) -> Edits:
    """The edits by which each owner gets the answer; questions nested under options no longer chosen lose theirs."""
    edits: list[Edit] = []
    for owner in owners:
        value = new_value(change, values_of(document, owner, at).get(attribute.feature_hash))
        dropped = rules.nested_hashes(attribute, but=value)
        local = _frame_answer(document, owner, attribute.feature_hash, at)
        if local is not None:
            edits.append(Put(replace(local, value=value, manual=True)) if value is not None else Drop("answer", local.uuid))
            edits.extend(Drop("answer", a.uuid) for a in document.answers_of(owner) if a.attribute in dropped)
        else:
            edits.extend(verbs.set_answer(document, owner, attribute.feature_hash, value, drop=dropped))
    return tuple(edits)


def first_answer(owner: str, attribute: Attribute, change: object) -> Edits:
    """For an owner that is made in the same step."""
    value = new_value(change, None)
    return () if value is None else (Put(Answer(new_uuid(), owner, attribute.feature_hash, value)),)


def _frame_answer(document: LabelDocument, owner: str, attribute: str, at: FrameKey) -> Answer | None:
    return next(
        (a for a in document.answers_of(owner) if a.attribute == attribute and a.first is not None and _covers(a, at)), None
    )


def _covers(answer: Answer, at: FrameKey) -> bool:
    return answer.first is not None and answer.first <= at[1] and (answer.last is None or at[1] <= answer.last)


def _same(one: AnswerValue | None, other: AnswerValue | None) -> bool:
    if isinstance(one, tuple) and isinstance(other, tuple):
        return set(one) == set(other)
    return one == other
