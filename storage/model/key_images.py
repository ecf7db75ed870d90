"""Key images: the slices that show what matters. They are the frames on which a classification of that name holds."""

from __future__ import annotations

from storage.model import ontology_edit
from storage.model.labels import LabelDocument
from storage.model.ontology import AttributeType, ClassificationClass, Ontology

TITLE = "Key image"
_NAMES = frozenset({"key image", "key images"})


def means_key_image(classification: ClassificationClass) -> bool:
    return classification.name.strip().casefold() in _NAMES


def key_class(ontology: Ontology) -> ClassificationClass | None:
    """What new key images are marked with."""
    return next((c for c in ontology.classifications if means_key_image(c) and not c.archived), None)


def with_key_class(ontology: Ontology) -> Ontology:
    """With a classification for key images: one box to tick."""
    if key_class(ontology) is not None:
        return ontology
    made, own = ontology_edit.add_classification(ontology, TITLE, AttributeType.CHECKLIST)
    known = made.classification(own)
    assert known is not None
    return ontology_edit.add_option(made, known.attribute.feature_hash, "Yes")[0]


def key_frames(document: LabelDocument, ontology: Ontology, frames: int) -> frozenset[int]:
    """Which of so many frames are key images."""
    known = {c.feature_hash for c in ontology.classifications if means_key_image(c)}
    return frozenset(
        frame
        for found in document.classifications.values()
        if found.feature_hash in known
        for first, last in found.ranges
        for frame in range(max(0, first), min(last, frames - 1) + 1)
    )
