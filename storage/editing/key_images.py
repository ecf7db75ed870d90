"""Marking a frame as a key image, and taking the mark away. Pure."""

from __future__ import annotations

from storage.editing import classification_ranges, verbs
from storage.editing.edits import Edit, Edits
from storage.model.labels import LabelDocument
from storage.model.ontology import AttributeType, ClassificationClass


def toggle(document: LabelDocument, known: ClassificationClass, frame: int, *, by: str, now: int) -> Edits:
    """Each key image is a classification of its own, so that each can have answers of its own."""
    present = [c for c in classification_ranges.of_class(document, known.feature_hash) if c.ranges]
    here = [c for c in present if classification_ranges.range_at(c.ranges, frame) is not None]
    if here:
        edits: list[Edit] = []
        for found in here:
            edits.extend(classification_ranges.clear(document, found.uuid, frame, frame, by=by, now=now))
        return tuple(edits)
    made, uuid = verbs.add_classification(known.feature_hash, ((frame, frame),), by=by, now=now)
    root = known.attribute
    first = next((o for o in root.options if not o.archived), None)
    if root.type not in (AttributeType.CHECKLIST, AttributeType.RADIO) or first is None:
        return made
    return (*made, *verbs.set_answer(document, uuid, root.feature_hash, (first.feature_hash,)))
