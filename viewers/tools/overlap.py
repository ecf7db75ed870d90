"""Which masks of a volume may share voxels, and who gives way, as rules for brushes and operations.

The groups are the ontology's and hold for everybody; the person may be stricter, and chooses who gives way.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

from storage.editing.focus import Focus
from storage.editing.volume_verbs import PaintRules
from storage.model.labels import Instance


class Overlap(StrEnum):
    ALLOWED = "allowed"  # as far as the groups of the ontology let them
    CLASS = "class"  # nor objects of one class
    NEVER = "never"


TITLES = {
    Overlap.ALLOWED: "Masks may overlap",
    Overlap.CLASS: "No overlap within a class",
    Overlap.NEVER: "No overlap at all",
}
BY_GROUPS = "No overlap within a group"


@dataclass(slots=True)
class OverlapSettings:
    overlap: Overlap = Overlap.ALLOWED
    others_yield: bool = True  # what is painted is taken from the others; else only free voxels are won
    groups: Mapping[str, str] = field(default_factory=dict)  # of the ontology: feature hash of a class -> its group

    def title(self, overlap: Overlap) -> str:
        return BY_GROUPS if overlap is Overlap.ALLOWED and self.groups else TITLES[overlap]

    @property
    def matters(self) -> bool:
        """Some masks may not overlap."""
        return self.overlap is not Overlap.ALLOWED or bool(self.groups)

    def group_of(self, instance: Instance) -> str | None:
        if self.overlap is Overlap.NEVER:
            return ""
        alone = instance.feature_hash if self.overlap is Overlap.CLASS else None
        return self.groups.get(instance.feature_hash, alone)

    def rules(self, focus: Focus, *, others_yield: bool = True) -> PaintRules:
        """As they are now, for a gesture that may last. What is locked never changes; what is hidden loses nothing unseen."""
        now = replace(self, groups=dict(self.groups))
        return PaintRules(focus.locked, now.group_of, self.others_yield and others_yield, focus.hidden)

    # -- kept from one volume to the next

    def as_plain(self) -> dict[str, Any]:
        return {"overlap": str(self.overlap), "yield": self.others_yield}

    def use_plain(self, kept: Mapping[str, Any]) -> None:
        """What is not understood is passed over."""
        if kept.get("overlap") in list(Overlap):
            self.overlap = Overlap(kept["overlap"])
        if isinstance(kept.get("yield"), bool):
            self.others_yield = kept["yield"]
