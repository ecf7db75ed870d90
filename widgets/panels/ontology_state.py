"""The ontology being edited: what it was, what is saved, and what a change would cost. Qt-free."""

from __future__ import annotations

from dataclasses import dataclass, field

from storage.model import ontology_tree
from storage.model.ontology import Ontology
from storage.model.reads import OntologyUse


@dataclass(frozen=True, slots=True)
class Past:
    text: str
    ontology: Ontology


@dataclass(slots=True)
class Draft:
    """One ontology open in the editor with its own undo."""

    KEEP = 300

    ontology_id: int
    ontology: Ontology
    saved: Ontology
    done: list[Past] = field(default_factory=list)
    undone: list[Past] = field(default_factory=list)
    merging: str = ""  # the run of typing that the newest step belongs to

    @property
    def dirty(self) -> bool:
        return self.ontology != self.saved

    def change(self, text: str, ontology: Ontology, merge: str = "") -> bool:
        """Takes the new state; typing in one field is one step."""
        if ontology == self.ontology:
            return False
        if not (merge and merge == self.merging and self.done):
            self.done.append(Past(text, self.ontology))
            del self.done[: -self.KEEP]
        self.merging = merge
        self.undone.clear()
        self.ontology = ontology
        return True

    def undo(self) -> str | None:
        """The text of what was undone; None when there was nothing."""
        return self._step(self.done, self.undone)

    def redo(self) -> str | None:
        return self._step(self.undone, self.done)

    def _step(self, source: list[Past], target: list[Past]) -> str | None:
        if not source:
            return None
        past = source.pop()
        target.append(Past(past.text, self.ontology))
        self.ontology, self.merging = past.ontology, ""
        return past.text


def labels_below(ontology: Ontology, feature_hash: str, use: OntologyUse) -> int:
    """Annotations and answers that speak of a node or of anything below it."""
    total = 0
    inside: set[str] = set()
    for element, parent in ontology_tree.elements(ontology):
        if element.feature_hash == feature_hash or (parent is not None and parent.feature_hash in inside):
            inside.add(element.feature_hash)
            total += use.by_feature.get(element.feature_hash, 0)
    return total


def labels_lost(old: Ontology, new: Ontology, use: OntologyUse) -> int:
    """Annotations and answers whose node is in the old ontology and no longer in the new one."""
    kept = {e.feature_hash for e, _ in ontology_tree.elements(new)}
    return sum(use.by_feature.get(e.feature_hash, 0) for e, _ in ontology_tree.elements(old) if e.feature_hash not in kept)
