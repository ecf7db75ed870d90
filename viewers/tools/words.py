"""How objects are called in the texts of steps and in sentences: "Car 3", "5 objects"."""

from __future__ import annotations

from collections.abc import Sequence

from storage.model import deleted_classes
from storage.model.labels import LabelDocument
from storage.model.ontology import Ontology


def name_of(ontology: Ontology, document: LabelDocument, instance: str) -> str:
    found = document.instances.get(instance)
    if found is None:
        return "object"
    return f"{deleted_classes.name_of(ontology, found.feature_hash)} {found.number}"


def counted(count: int, what: str) -> str:
    """In words: "1 answer", "2 answers"."""
    return f"{count:,} {what}" + ("s" if count != 1 else "")


def names_of(ontology: Ontology, document: LabelDocument, instances: Sequence[str]) -> str:
    return name_of(ontology, document, instances[0]) if len(instances) == 1 else f"{len(instances)} objects"
