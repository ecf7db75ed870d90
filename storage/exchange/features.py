"""An ontology by feature hash, for writers and readers that look things up a million times; and frames of items."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from storage.errors import Refused
from storage.model import ontology_edit
from storage.model.dicom_codes import Code
from storage.model.geometry import ShapeKind
from storage.model.items import Item, Kind
from storage.model.labels import AnswerValue
from storage.model.ontology import Attribute, ClassificationClass, ObjectClass, Ontology, Option, SkeletonTemplate
from storage.model.ontology_tree import elements

MAX_NAME = 200  # characters of a class that is named by a file


@dataclass(frozen=True, slots=True)
class Place:
    """An attribute and where it hangs: `top` is the question at the root, `option` the choice that asks it."""

    attribute: Attribute
    top: Attribute
    option: Option | None = None
    parent: Attribute | None = None


class Features:
    """`growing`: readers may ask for classes that the ontology does not have (`grow`, `grow_classification`); whoever writes what they read
    writes those that have `grown`, too."""

    def __init__(self, ontology: Ontology, *, growing: bool = False) -> None:
        self.ontology, self.growing = ontology, growing
        self.grown: list[ObjectClass | ClassificationClass] = []
        self.objects: dict[str, ObjectClass] = {o.feature_hash: o for o in ontology.objects}
        self.classifications: dict[str, ClassificationClass] = {c.feature_hash: c for c in ontology.classifications}
        self._places: dict[str, dict[str, Place]] = {
            **{o.feature_hash: dict(_places(o.attributes)) for o in ontology.objects},
            **{c.feature_hash: dict(_places((c.attribute,))) for c in ontology.classifications},
        }

    def grow(
        self,
        name: str,
        shape: ShapeKind,
        *,
        color: str = "",
        code: Code | None = None,
        draw: Callable[[ObjectClass], SkeletonTemplate] | None = None,
    ) -> ObjectClass | None:
        """None where nothing may be added, or a class that is out of use bears the name."""
        if not self.growing or not name.strip():
            return None
        try:
            made, feature_hash = ontology_edit.add_object(self.ontology, name.strip()[:MAX_NAME], shape, color=color)
            if code is not None:
                made = ontology_edit.set_dicom_code(made, feature_hash, code, None)
            if draw is not None:
                made = ontology_edit.set_template(made, draw(made.objects[-1]))
        except Refused:
            return None
        self._grow_into(made)
        return self.objects[feature_hash]

    def grow_classification(self, add: Callable[[Ontology], Ontology]) -> ClassificationClass | None:
        """The one that `add` puts at the end of an ontology; None where nothing may be added, or its name is taken."""
        if not self.growing:
            return None
        try:
            made = add(self.ontology)
        except Refused:
            return None
        self._grow_into(made)
        return made.classifications[-1]

    def adopt(self, other: Ontology, feature_hash: str) -> ObjectClass | ClassificationClass | None:
        """A class of another ontology with all its questions, under its own hashes; None where that cannot be."""
        thing = other.object(feature_hash) or other.classification(feature_hash)
        if not self.growing or thing is None:
            return None
        only = Ontology((thing,)) if isinstance(thing, ObjectClass) else Ontology((), (thing,))
        taken = {e.feature_hash for e, _ in elements(self.ontology)}
        if not taken.isdisjoint(e.feature_hash for e, _ in elements(only)):
            return None
        drawing = other.template(feature_hash)
        try:
            self._grow_into(ontology_edit.add_made(self.ontology, (thing,), (drawing,) if drawing is not None else ()))
        except Refused:
            return None
        return self.objects.get(feature_hash) or self.classifications[feature_hash]

    def _grow_into(self, made: Ontology) -> None:
        """From now on it is this one, which has a class more than the one before."""
        self.ontology = made
        for thing in made.objects[len(self.objects) :]:
            self.objects[thing.feature_hash], self._places[thing.feature_hash] = thing, dict(_places(thing.attributes))
            self.grown.append(thing)
        for row in made.classifications[len(self.classifications) :]:
            self.classifications[row.feature_hash], self._places[row.feature_hash] = row, dict(_places((row.attribute,)))
            self.grown.append(row)

    def place(self, owner: str, attribute: str) -> Place | None:
        """Of an attribute of a class, both by feature hash, at any depth."""
        return self._places.get(owner, {}).get(attribute)

    def places(self, owner: str) -> dict[str, Place]:
        return self._places.get(owner, {})


def _places(
    attributes: Iterable[Attribute],
    top: Attribute | None = None,
    option: Option | None = None,
    parent: Attribute | None = None,
) -> Iterator[tuple[str, Place]]:
    for attribute in attributes:
        root = top or attribute
        yield attribute.feature_hash, Place(attribute, root, option, parent)
        for choice in attribute.options:
            yield from _places(choice.attributes, root, choice, attribute)


def machine_value(name: str) -> str:
    """How Encord writes names in labels: lower case, spaces (only) as underscores."""
    return name.lower().replace(" ", "_")


def labels_of(attribute: Attribute, value: AnswerValue) -> list[str]:
    """The labels of chosen options, in the ontology's order."""
    return [o.label for o in attribute.options if isinstance(value, tuple) and o.feature_hash in value]


# -- frames -------------------------------------------------------------------------------------------------------


def frame_count(item: Item) -> int:
    return max(1, item.frames or 1)


def frame_size(item: Item, frame: int) -> tuple[int, int] | None:
    """Pixels of a frame as shown upright. Pages of a TIFF may differ (`page_sizes`)."""
    sizes = item.facts.get("page_sizes")
    if isinstance(sizes, Sequence) and frame < len(sizes):
        width, height = sizes[frame]
        return int(width), int(height)
    if not item.width or not item.height:
        return None
    return item.width, item.height


def place_size(item: Item, frame: int) -> tuple[float, float] | None:
    """Of what shapes lie on: pixels of a frame or of a group's member, points of a page.

    `facts["members"]` of a group: one table per picture with uuid, title, mime, width and height, in their order;
    `facts["pages"]` of a PDF: runs of equal pages, [count, width, height].
    """
    if item.kind is Kind.PDF and isinstance(item.facts.get("pages"), Sequence):
        left = frame
        for count, width, height in item.facts["pages"]:
            if left < count:
                return float(width), float(height)
            left -= count
        return None
    members = item.facts.get("members")
    if isinstance(members, Sequence) and frame < len(members):
        width, height = members[frame].get("width"), members[frame].get("height")
        return (float(width), float(height)) if width and height else None
    return frame_size(item, frame)
