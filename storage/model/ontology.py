"""Ontologies: which objects can be drawn and which questions are asked (encord.md 2.2). Frozen values.

The JSON of the outside world is read and written by `storage.exchange.ontology_json`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from storage.model.geometry import ShapeKind

MAX_NESTING = 7

#: Given out in turn to new objects (encord.md 2.1).
PALETTE = tuple(
    f"#{c}"
    for c in (
        "D33115 E27300 16406C FE9200 FCDC00 DBDF00 A4DD00 68CCCA 73D8FF AEA1FF FCC400 B0BC00 68BC00 16A5A5 "
        "009CE0 7B64FF FA28FF B3B3B3 9F0500 C45100 FB9E00 808900 194D33 0C797D 0062B1 653294 AB149E"
    ).split()
)


class AttributeType(StrEnum):
    RADIO = "radio"
    CHECKLIST = "checklist"
    TEXT = "text"
    NUMERIC = "numeric"


@dataclass(frozen=True, slots=True)
class Option:
    """A choice. `attributes` are the questions nested under it (radio only)."""

    id: str
    label: str
    value: str
    feature_hash: str
    archived: bool = False
    attributes: tuple[Attribute, ...] = ()
    extra: Mapping[str, Any] = field(default_factory=dict)  # unknown keys of the JSON, written back unchanged


@dataclass(frozen=True, slots=True)
class Attribute:
    id: str
    name: str
    type: AttributeType
    feature_hash: str
    required: bool = False
    dynamic: bool = False
    archived: bool = False
    options: tuple[Option, ...] = ()
    extra: Mapping[str, Any] = field(default_factory=dict)

    def option(self, feature_hash: str) -> Option | None:
        return next((o for o in self.options if o.feature_hash == feature_hash), None)


@dataclass(frozen=True, slots=True)
class ObjectClass:
    id: str
    name: str
    color: str  # #RRGGBB
    shape: ShapeKind
    feature_hash: str
    required: bool = False
    archived: bool = False
    attributes: tuple[Attribute, ...] = ()
    hotkey: str = ""  # a digit 1..9, 0, or "" (key `hotkey` in the JSON, ignored by Encord's loader)
    allow_out_of_bounds: bool = False
    extra: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ClassificationClass:
    """Its title is the name of its one root attribute."""

    id: str
    feature_hash: str
    attribute: Attribute
    is_global: bool = False
    archived: bool = False
    extra: Mapping[str, Any] = field(default_factory=dict)

    @property
    def name(self) -> str:
        return self.attribute.name


@dataclass(frozen=True, slots=True)
class TemplatePoint:
    x: float  # 0..1 of the template's drawing
    y: float
    name: str
    color: str
    value: str
    feature_hash: str


@dataclass(frozen=True, slots=True)
class SkeletonTemplate:
    """Shares its feature hash and its name with its object class. `edges` are (start, end, colour), by point index."""

    name: str
    feature_hash: str
    width: float
    height: float
    points: tuple[TemplatePoint, ...]
    edges: tuple[tuple[int, int, str], ...]
    extra: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Ontology:
    objects: tuple[ObjectClass, ...] = ()
    classifications: tuple[ClassificationClass, ...] = ()
    skeleton_templates: tuple[SkeletonTemplate, ...] = ()
    extra: Mapping[str, Any] = field(default_factory=dict)

    def object(self, feature_hash: str) -> ObjectClass | None:
        return next((o for o in self.objects if o.feature_hash == feature_hash), None)

    def classification(self, feature_hash: str) -> ClassificationClass | None:
        return next((c for c in self.classifications if c.feature_hash == feature_hash), None)

    def template(self, feature_hash: str) -> SkeletonTemplate | None:
        return next((t for t in self.skeleton_templates if t.feature_hash == feature_hash), None)


def walk(attributes: tuple[Attribute, ...]) -> Iterator[Attribute]:
    """Every attribute, nested ones after their parent."""
    for attribute in attributes:
        yield attribute
        for option in attribute.options:
            yield from walk(option.attributes)
