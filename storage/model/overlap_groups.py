"""Which classes of masks share no voxel: the same for everybody who works with an ontology.

Kept among the keys of the class in the ontology's JSON, `"overlapGroup": "A"`, which other programs pass over. Objects of
classes in one group share no voxel, those of a class without a group may overlap with all.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from storage.model.ontology import Ontology

KEY = "overlapGroup"
#: What classes can be put into; more of them nobody tells apart.
GROUPS = ("A", "B", "C", "D")


def group_in(extra: Mapping[str, Any]) -> str:
    """Of a class, by the unknown keys of its JSON; "" where it has none, or one that is not known."""
    found = extra.get(KEY)
    return found if isinstance(found, str) and found in GROUPS else ""


def with_group(extra: Mapping[str, Any], group: str) -> dict[str, Any]:
    """These keys with another group; "" takes it away."""
    others = {k: v for k, v in extra.items() if k != KEY}
    return {**others, KEY: group} if group else others


def groups_of(ontology: Ontology) -> dict[str, str]:
    """Feature hash of a class -> its group, of those that have one."""
    return {known.feature_hash: group for known in ontology.objects if (group := group_in(known.extra))}
