"""What an ontology asks of labels: which questions stand open, which answers are possible, what is still missing."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from storage.model.labels import AnswerValue, Classification, FrameKey, Instance, LabelDocument
from storage.model.ontology import Attribute, AttributeType, ClassificationClass, ObjectClass, Ontology


@dataclass(frozen=True, slots=True)
class Question:
    """An attribute that is to be asked now. `parent` is the feature hash of the radio attribute it is nested under."""

    attribute: Attribute
    depth: int = 0
    parent: str | None = None


@dataclass(frozen=True, slots=True)
class Gap:
    """Something required that is empty. `at` is a frame to jump to, where there is one."""

    text: str
    instance: str | None = None  # uuid
    classification: str | None = None  # uuid, or the feature hash when no such classification exists yet
    attribute: str | None = None  # feature hash
    at: FrameKey | None = None


Answers = Mapping[str, AnswerValue]  # feature hash of the attribute -> answer


def questions(attributes: Iterable[Attribute], answers: Answers) -> list[Question]:
    """The questions to ask, in order: nested ones right after their parent, only under its chosen option."""
    return list(_questions(attributes, answers, 0, None))


def _questions(attributes: Iterable[Attribute], answers: Answers, depth: int, parent: str | None) -> Iterator[Question]:
    for attribute in attributes:
        if attribute.archived:
            continue
        yield Question(attribute, depth, parent)
        chosen = answers.get(attribute.feature_hash)
        if attribute.type is not AttributeType.RADIO or not isinstance(chosen, tuple):
            continue
        for option in attribute.options:
            if option.feature_hash in chosen:
                yield from _questions(option.attributes, answers, depth + 1, attribute.feature_hash)


def nested_hashes(attribute: Attribute, *, but: AnswerValue | None = None) -> tuple[str, ...]:
    """Every attribute nested under an attribute, except below the options named in `but` (the new answer).

    What `editing.verbs.set_answer` takes as `drop`: the answers that lose their question.
    """
    kept = but if isinstance(but, tuple) else ()
    found: list[str] = []
    for option in attribute.options:
        if option.feature_hash in kept:
            continue
        for nested in option.attributes:
            found.append(nested.feature_hash)
            found.extend(nested_hashes(nested))
    return tuple(found)


def find_attribute(attributes: Iterable[Attribute], feature_hash: str) -> Attribute | None:
    """At any depth."""
    for attribute in attributes:
        if attribute.feature_hash == feature_hash:
            return attribute
        for option in attribute.options:
            if option.attributes and (found := find_attribute(option.attributes, feature_hash)):
                return found
    return None


def is_empty(value: AnswerValue | None) -> bool:
    return value is None or value == "" or value == ()


def validate_answer(attribute: Attribute, value: AnswerValue) -> str:
    """ "" when the attribute can hold that answer; else one sentence saying why not."""
    match attribute.type:
        case AttributeType.TEXT:
            return "" if isinstance(value, str) else f"“{attribute.name}” takes a text."
        case AttributeType.NUMERIC:
            if isinstance(value, bool) or not isinstance(value, (int, float)):
                return f"“{attribute.name}” takes a number."
            return "" if math.isfinite(value) else f"“{attribute.name}” takes a finite number."
        case AttributeType.RADIO | AttributeType.CHECKLIST:
            if not isinstance(value, tuple):
                return f"“{attribute.name}” takes options."
            if unknown := [v for v in value if attribute.option(str(v)) is None]:
                return f"“{attribute.name}” has no option {unknown[0]}."
            if len(set(value)) != len(value):
                return f"“{attribute.name}” has an option chosen twice."
            if attribute.type is AttributeType.RADIO and len(value) > 1:
                return f"“{attribute.name}” takes one option only."
            return ""


# -- gaps ---------------------------------------------------------------------------------------------------------


def requires_anything(ontology: Ontology) -> bool:
    """Whether any document can have gaps at all. Where not, nobody needs to read one to know."""
    classes = [c for c in ontology.objects if not c.archived]
    roots = [c.attribute for c in ontology.classifications if not c.archived]
    return any(c.required for c in classes) or any(
        a.required for a in _all([*roots, *(a for c in classes for a in c.attributes)])
    )


def gaps(
    ontology: Ontology,
    document: LabelDocument,
    frames: int = 1,
    *,
    moving: bool = False,
    members: Sequence[str] = (),
) -> list[Gap]:
    """Everything required that is empty; archived things ask nothing.

    `frames` is how many frames the unit has: only used to say where to go. A dynamic attribute is answered when every
    frame on which its object is drawn has an answer; the gap names the first frame that has none. `moving`: an object is
    there between its key frames as well. `members`: the uuids of a group's pictures, which are its frames.
    """
    found: list[Gap] = []
    if not requires_anything(ontology):
        return found
    by_class: dict[str, list[Instance]] = {}
    for instance in document.instances.values():
        by_class.setdefault(instance.feature_hash, []).append(instance)
    for object_class in ontology.objects:
        if object_class.archived:
            continue
        instances = by_class.get(object_class.feature_hash, [])
        if object_class.required and not instances:
            found.append(Gap(f"No “{object_class.name}” has been drawn."))
        if any(a.required for a in _all(object_class.attributes)):
            for instance in instances:
                found.extend(_instance_gaps(object_class, instance, document, moving, members))
    for classification in ontology.classifications:
        if not (classification.archived or classification.attribute.archived):
            found.extend(_classification_gaps(classification, document, members))
    return found


def _instance_gaps(
    object_class: ObjectClass, instance: Instance, document: LabelDocument, moving: bool, members: Sequence[str]
) -> Iterator[Gap]:
    static = {a.attribute: a.value for a in document.answers_of(instance.uuid) if a.first is None}
    label = f"{object_class.name} {instance.number}"
    keys = _moments(document, instance.uuid) if moving else _places(document, instance.uuid, members)
    first = keys[0] if keys else None
    for top in object_class.attributes:
        if not top.dynamic:
            for question in questions((top,), static):
                if question.attribute.required and is_empty(static.get(question.attribute.feature_hash)):
                    yield _gap(label, question.attribute, instance=instance.uuid, at=first)
            continue
        told: set[str] = set()
        for at in keys:
            here = static | answers_on(document, instance.uuid, _frame_of(at, members))
            for question in questions((top,), here):
                q = question.attribute
                if q.required and q.feature_hash not in told and is_empty(here.get(q.feature_hash)):
                    told.add(q.feature_hash)
                    yield _gap(label, q, instance=instance.uuid, at=at)


def _places(document: LabelDocument, instance: str, members: Sequence[str]) -> list[FrameKey]:
    """The frames on which it is seen, in their order; of what lies on planes the nearest ones."""
    found = [a.at if a.sheet is None else ("", a.frame) for a in document.annotations_of(instance) if not a.outside]
    return sorted(found, key=lambda at: _frame_of(at, members)) if members else found


def _frame_of(at: FrameKey, members: Sequence[str]) -> int:
    return members.index(at[0]) if at[0] in members else at[1]


def _moments(document: LabelDocument, instance: str) -> list[FrameKey]:
    """The frames of a track at which it appears or an answer begins or ends: between two of them nothing changes."""
    from storage.model import interpolation

    turns = {a.first for a in document.answers_of(instance) if a.first is not None}
    turns |= {a.last + 1 for a in document.answers_of(instance) if a.first is not None and a.last is not None}
    found: set[int] = set()
    for first, last in interpolation.ranges(document, instance):
        found |= {first, *(turn for turn in turns if first <= turn <= last)}
    return [("", frame) for frame in sorted(found)]


def answers_on(document: LabelDocument, owner: str, frame: int) -> dict[str, AnswerValue]:
    """The dynamic answers of an owner that hold on one frame, by attribute."""
    return {
        a.attribute: a.value
        for a in document.answers_of(owner)
        if a.first is not None and a.first <= frame and (a.last is None or frame <= a.last)
    }


def _classification_gaps(classification: ClassificationClass, document: LabelDocument, members: Sequence[str]) -> Iterator[Gap]:
    root = classification.attribute
    rows = [c for c in document.classifications.values() if c.feature_hash == classification.feature_hash]
    if not rows and root.required:
        yield Gap(
            f"“{classification.name}” is not answered.",
            classification=classification.feature_hash,
            attribute=root.feature_hash,
        )
    for row in rows:
        answers = {a.attribute: a.value for a in document.answers_of(row.uuid)}
        for question in questions((root,), answers):
            if question.attribute.required and is_empty(answers.get(question.attribute.feature_hash)):
                yield _gap(classification.name, question.attribute, classification=row.uuid, at=_first_frame(row, members))


def _gap(
    label: str,
    attribute: Attribute,
    *,
    instance: str | None = None,
    classification: str | None = None,
    at: FrameKey | None = None,
) -> Gap:
    text = f"{label}: “{attribute.name}” is not answered." if label != attribute.name else f"“{label}” is not answered."
    return Gap(text, instance, classification, attribute.feature_hash, at)


def _first_frame(row: Classification, members: Sequence[str]) -> FrameKey | None:
    if not row.ranges:
        return None
    frame = row.ranges[0][0]
    return (members[frame], 0) if frame < len(members) else ("", frame)


def _all(attributes: Iterable[Attribute]) -> Iterator[Attribute]:
    for attribute in attributes:
        yield attribute
        for option in attribute.options:
            yield from _all(option.attributes)
