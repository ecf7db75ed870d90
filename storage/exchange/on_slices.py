"""Shapes on planes of their own, which most formats cannot hold: the one place where they are taken out and told."""

from __future__ import annotations

from storage.exchange.losses import Losses
from storage.model.label_formats import FORMAT_NAMES
from storage.model.labels import LabelDocument
from storage.model.ontology import Ontology

#: Formats that hold places in space.
IN_SPACE = frozenset({"sr"})


def of_slices(
    document: LabelDocument, ontology: Ontology, format: str, where: str, classes: frozenset[str] | None, losses: Losses
) -> LabelDocument:
    """What a format can hold of it: what lies on slices and frames; the document itself where that is all. An object that lies on
    planes alone is left out."""
    if format in IN_SPACE:
        return document
    off = {a.uuid: a.instance for a in document.annotations.values() if a.sheet is not None}
    if not off:
        return document
    gone = set(off.values()) - {a.instance for a in document.annotations.values() if a.uuid not in off}
    for uuid in dict.fromkeys(off.values()):
        instance = document.instances.get(uuid)
        if instance is None or (classes is not None and instance.feature_hash not in classes):
            continue
        known = ontology.object(instance.feature_hash)
        name = known.name if known is not None else "object"
        why = f"it lies on a plane of its own, and {FORMAT_NAMES.get(format, format)} holds shapes of slices alone; a report (SR) holds it"
        losses.add(f"{name} {instance.number}", where, why)
    made = LabelDocument(document.uuid)
    for record in document.records():
        if record.uuid not in off and record.uuid not in gone and getattr(record, "owner", None) not in gone:
            made.put(record)
    return made
