"""Which masks of a volume may share voxels, and who gives way: the person's choice, as rules for brushes and operations."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

from storage.editing.focus import Focus
from storage.editing.volume_verbs import PaintRules
from storage.model.labels import Instance

#: What classes can be put into; more of them nobody tells apart.
GROUPS = ("A", "B", "C", "D")
_MOST_KEPT = 500  # classes whose group is remembered


class Overlap(StrEnum):
    ALLOWED = "allowed"
    CLASS = "class"  # objects of one class share no voxel
    GROUP = "group"  # objects whose classes are in one group share none
    NEVER = "never"


TITLES = {
    Overlap.ALLOWED: "Masks may overlap",
    Overlap.CLASS: "No overlap within a class",
    Overlap.GROUP: "No overlap within a group",
    Overlap.NEVER: "No overlap at all",
}


@dataclass(slots=True)
class OverlapSettings:
    overlap: Overlap = Overlap.ALLOWED
    others_yield: bool = True  # what is painted is taken from the others; else only free voxels are won
    groups: dict[str, str] = field(default_factory=dict)  # feature hash of a class -> its group

    def group_of(self, instance: Instance) -> str | None:
        match self.overlap:
            case Overlap.CLASS:
                return instance.feature_hash
            case Overlap.GROUP:
                return self.groups.get(instance.feature_hash)
            case Overlap.NEVER:
                return ""
        return None

    def rules(self, focus: Focus, *, others_yield: bool = True) -> PaintRules:
        """As they are now, for a gesture that may last. What is locked never changes; what is hidden loses nothing unseen."""
        now = replace(self, groups=dict(self.groups))
        return PaintRules(focus.locked, now.group_of, self.others_yield and others_yield, focus.hidden)

    def put_into(self, feature_hash: str, group: str) -> None:
        """A class into a group; "" into none."""
        self.groups.pop(feature_hash, None)
        if group:
            self.groups[feature_hash] = group

    # -- kept from one volume to the next

    def as_plain(self) -> dict[str, Any]:
        newest = dict(list(self.groups.items())[-_MOST_KEPT:])
        return {"overlap": str(self.overlap), "yield": self.others_yield, "groups": newest}

    def use_plain(self, kept: Mapping[str, Any]) -> None:
        """What is not understood is passed over."""
        if kept.get("overlap") in list(Overlap):
            self.overlap = Overlap(kept["overlap"])
        if isinstance(kept.get("yield"), bool):
            self.others_yield = kept["yield"]
        groups = kept.get("groups")
        if isinstance(groups, dict):
            self.groups = {str(c): g for c, g in list(groups.items())[-_MOST_KEPT:] if g in GROUPS}
