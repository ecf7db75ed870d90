"""What the instances of a list are called, which of them are looked for, and where they stand: by class, or by the time they were made."""

from __future__ import annotations

from collections.abc import Sequence

from storage.model.deleted_classes import name_of
from storage.model.geometry import ShapeKind
from storage.model.labels import Instance
from storage.model.ontology import Ontology

Key = tuple[int, int, int, int, str]  # class, 0 header or 1 instance, time or 0, number, uuid


class InstanceOrder:
    def __init__(self, ontology: Ontology) -> None:
        self.grouped = True
        self.text = ""  # what is looked for, casefolded
        self.use(ontology)

    def use(self, ontology: Ontology) -> None:
        self._ontology = ontology
        self._classes = {o.feature_hash: o for o in ontology.objects}
        self._order = {o.feature_hash: n for n, o in enumerate(ontology.objects)}

    # -- classes

    def name(self, feature_hash: str) -> str:
        found = self._classes.get(feature_hash)
        return found.name if found else name_of(self._ontology, feature_hash)

    def color(self, feature_hash: str) -> str:
        found = self._classes.get(feature_hash)
        return found.color if found else "#888888"

    def shape(self, feature_hash: str) -> ShapeKind | None:
        found = self._classes.get(feature_hash)
        return found.shape if found else None

    # -- instances

    def title(self, instance: Instance) -> str:
        return f"{self.name(instance.feature_hash)} {instance.number}"

    def passes(self, instance: Instance) -> bool:
        return not self.text or self.text in self.title(instance).casefold()

    def sifted(self, instances: Sequence[Instance]) -> list[Instance]:
        """As `passes`, of many at once."""
        names = {h: self.name(h).casefold() for h in {i.feature_hash for i in instances}}
        return [i for i in instances if self.text in f"{names[i.feature_hash]} {i.number}"]

    # -- where they stand

    def key(self, instance: Instance) -> Key:
        if self.grouped:
            return (self._place(instance.feature_hash), 1, 0, instance.number, instance.uuid)
        return (0, 1, instance.created_at, instance.number, instance.uuid)

    def header_key(self, feature_hash: str) -> Key:
        return (self._place(feature_hash), 0, 0, 0, feature_hash)

    def class_at(self, place: int) -> str:
        """The class that stands there: of an instance whose row is folded away."""
        return next((h for h, n in self._order.items() if n == place), "")

    def _place(self, feature_hash: str) -> int:
        """Classes that the ontology does not know come after the others."""
        return self._order.setdefault(feature_hash, len(self._order))
