"""What people do to a document, as tuples of edits. Pure: nothing is applied here.

Each function takes the document and `by` (an e-mail) and `now` (ms UTC) for the provenance it writes.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from storage.editing.edits import Drop, Edit, Edits, Put
from storage.ids import new_hash8, new_uuid
from storage.model.geometry import Geometry
from storage.model.labels import (
    Annotation,
    Answer,
    AnswerValue,
    Classification,
    FrameKey,
    Instance,
    LabelDocument,
    Range,
)


def add_object(
    document: LabelDocument,
    feature_hash: str,
    geometry: Geometry,
    at: FrameKey,
    *,
    by: str,
    now: int,
    pts: int | None = None,
    keyframe: bool = True,
) -> tuple[Edits, str]:
    """A new instance with its first annotation. Returns the edits and the uuid of the instance."""
    layer = max((i.layer for i in document.instances.values()), default=0)
    instance = Instance(new_uuid(), new_hash8(), feature_hash, document.next_number(feature_hash), layer, now, by, now, by)
    annotation = Annotation(
        new_uuid(), instance.uuid, geometry, at[1], at[0], pts, keyframe,
        created_at=now, created_by=by, edited_at=now, edited_by=by,
    )  # fmt: skip
    return (Put(instance), Put(annotation)), instance.uuid


def set_geometry(document: LabelDocument, shapes: Mapping[str, Geometry], *, by: str, now: int) -> Edits:
    """New geometry for annotations, by their uuid."""
    return tuple(Put(document.annotations[uuid].reshaped(geometry, by=by, now=now)) for uuid, geometry in shapes.items())


def delete_instances(document: LabelDocument, instances: Iterable[str]) -> Edits:
    """Instances with all their annotations and answers."""
    edits: list[Edit] = []
    for uuid in dict.fromkeys(instances):
        edits.extend(Drop("answer", a.uuid) for a in document.answers_of(uuid))
        edits.extend(Drop("annotation", a.uuid) for a in document.annotations_of(uuid))
        edits.append(Drop("instance", uuid))
    return tuple(edits)


def delete_on_frame(document: LabelDocument, instances: Iterable[str], at: FrameKey) -> Edits:
    """Their shapes on one frame; an instance that is on no other frame goes as a whole, with its answers."""
    edits: list[Edit] = []
    for uuid in dict.fromkeys(instances):
        here = document.annotation_of(uuid, at)
        if here is not None and len(document.annotations_of(uuid)) > 1:
            edits.append(Drop("annotation", here.uuid))
        else:
            edits.extend(delete_instances(document, (uuid,)))
    return tuple(edits)


def set_class(document: LabelDocument, instances: Iterable[str], feature_hash: str, *, by: str, now: int) -> Edits:
    """Another class for instances. Their answers belong to the old class and go with it; numbers are the next free ones."""
    edits: list[Edit] = []
    number = document.next_number(feature_hash)
    for uuid in dict.fromkeys(instances):
        instance = document.instances[uuid]
        if instance.feature_hash == feature_hash:
            continue
        edits.extend(Drop("answer", a.uuid) for a in document.answers_of(uuid))
        edits.append(Put(replace(instance, feature_hash=feature_hash, number=number, edited_at=now, edited_by=by)))
        number += 1
    return tuple(edits)


def duplicate(
    document: LabelDocument,
    sources: Iterable[tuple[Instance, Annotation, Iterable[Answer]]],
    at: FrameKey,
    *,
    by: str,
    now: int,
    shift: tuple[float, float] = (0.0, 0.0),
) -> tuple[Edits, tuple[str, ...]]:
    """Copies as new objects, static answers included (paste of shapes, duplicate). Returns edits and the new instances."""
    edits: list[Edit] = []
    made: list[str] = []
    numbers: dict[str, int] = {}
    layer = max((i.layer for i in document.instances.values()), default=0)
    for instance, annotation, answers in sources:
        number = numbers.setdefault(instance.feature_hash, document.next_number(instance.feature_hash))
        numbers[instance.feature_hash] = number + 1
        copy = Instance(new_uuid(), new_hash8(), instance.feature_hash, number, layer, now, by, now, by)
        edits.append(Put(copy))
        edits.append(
            Put(
                replace(
                    annotation,
                    uuid=new_uuid(),
                    instance=copy.uuid,
                    geometry=annotation.geometry.moved(*shift),
                    part=at[0],
                    frame=at[1],
                    created_at=now,
                    created_by=by,
                    edited_at=now,
                    edited_by=by,
                )
            )
        )
        edits.extend(Put(replace(a, uuid=new_uuid(), owner=copy.uuid)) for a in answers if a.first is None)
        made.append(copy.uuid)
    return tuple(edits), tuple(made)


def move_layer(document: LabelDocument, instances: Iterable[str], by_layers: int) -> Edits:
    """One layer forward (+1) or back (-1)."""
    return tuple(
        Put(replace(document.instances[u], layer=document.instances[u].layer + by_layers)) for u in dict.fromkeys(instances)
    )


def set_answer(
    document: LabelDocument, owner: str, attribute: str, value: AnswerValue | None, *, drop: Iterable[str] = ()
) -> Edits:
    """The static answer to one attribute of an instance or classification; None takes it away.

    `drop` names attributes (feature hashes) whose answers go with it: questions nested under an option no longer chosen.
    """
    gone = frozenset(drop)
    edits: list[Edit] = []
    present: Answer | None = None
    for answer in document.answers_of(owner):
        if answer.attribute == attribute and answer.first is None:
            present = answer
        elif answer.attribute in gone:
            edits.append(Drop("answer", answer.uuid))
    empty = value is None or value == "" or value == ()
    if empty:
        if present is not None:
            edits.append(Drop("answer", present.uuid))
    else:
        assert value is not None
        made = replace(present, value=value, manual=True) if present else Answer(new_uuid(), owner, attribute, value)
        if made != present:
            edits.append(Put(made))
    return tuple(edits)


def add_classification(feature_hash: str, ranges: tuple[Range, ...], *, by: str, now: int) -> tuple[Edits, str]:
    made = Classification(
        new_uuid(), new_hash8(), feature_hash, ranges, created_at=now, created_by=by, edited_at=now, edited_by=by
    )
    return (Put(made),), made.uuid


def delete_classification(document: LabelDocument, uuid: str) -> Edits:
    return (*(Drop("answer", a.uuid) for a in document.answers_of(uuid)), Drop("classification", uuid))


def add_annotation(document: LabelDocument, instance: str, geometry: Geometry, at: FrameKey, *, by: str, now: int) -> Edits:
    """The same thing on another frame (paste of an instance). What it had there before is replaced."""
    old = document.annotation_of(instance, at)
    if old is not None:
        return set_geometry(document, {old.uuid: geometry}, by=by, now=now)
    made = Annotation(new_uuid(), instance, geometry, at[1], at[0], created_at=now, created_by=by, edited_at=now, edited_by=by)
    return (Put(made),)


def split_off(
    document: LabelDocument, annotation: Annotation, pieces: Sequence[Geometry], *, by: str, now: int
) -> tuple[Edits, tuple[str, ...]]:
    """Pieces of a shape become new objects on its frame, with copies of its answers. Returns edits and new instances."""
    edits: list[Edit] = []
    instance = document.instances[annotation.instance]
    number = document.next_number(instance.feature_hash)
    made: list[str] = []
    for piece in pieces:
        other = replace(
            instance,
            uuid=new_uuid(),
            hash8=new_hash8(),
            number=number,
            created_at=now,
            created_by=by,
            edited_at=now,
            edited_by=by,
        )
        shape = replace(
            annotation,
            uuid=new_uuid(),
            instance=other.uuid,
            geometry=piece,
            created_at=now,
            created_by=by,
            edited_at=now,
            edited_by=by,
        )
        edits += [Put(other), Put(shape)]
        edits += [
            Put(replace(a, uuid=new_uuid(), owner=other.uuid)) for a in document.answers_of(instance.uuid) if a.first is None
        ]
        made.append(other.uuid)
        number += 1
    return tuple(edits), tuple(made)


def convert(document: LabelDocument, shapes: Mapping[str, Geometry], feature_hash: str, *, by: str, now: int) -> Edits:
    """Another shape, and with it another class, for annotations by their uuid. Answers belong to the old class and go."""
    instances = [document.annotations[uuid].instance for uuid in shapes]
    return (
        *set_class(document, instances, feature_hash, by=by, now=now),
        *set_geometry(document, shapes, by=by, now=now),
    )


def set_occluded(document: LabelDocument, annotations: Iterable[str], occluded: bool, *, by: str, now: int) -> Edits:
    return tuple(
        Put(replace(document.annotations[uuid], occluded=occluded, edited_at=now, edited_by=by)) for uuid in annotations
    )
