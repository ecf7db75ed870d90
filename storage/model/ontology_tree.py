"""An ontology as a tree: objects and classifications, their attributes, the options of those. Everything has a feature hash of its
own, by which it is found; what is rewritten shares all else with the old ontology.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from typing import Any, TypeVar

from storage.errors import NotFound
from storage.model.ontology import Attribute, ClassificationClass, ObjectClass, Ontology, Option

Element = ObjectClass | ClassificationClass | Attribute | Option
E = TypeVar("E", bound=Element)
Row = Callable[[tuple[Element, ...]], tuple[Element, ...]]


def elements(ontology: Ontology) -> Iterator[tuple[Element, Element | None]]:
    """Everything in it with its parent, parents first. A classification's root attribute comes after it."""
    for thing in ontology.objects:
        yield thing, None
        yield from _below(thing.attributes, thing)
    for row in ontology.classifications:
        yield row, None
        yield from _below((row.attribute,), row)


def _below(attributes: Iterable[Attribute], parent: Element) -> Iterator[tuple[Element, Element | None]]:
    for attribute in attributes:
        yield attribute, parent
        for option in attribute.options:
            yield option, attribute
            yield from _below(option.attributes, option)


def find(ontology: Ontology, feature_hash: str) -> Element:
    """Raises NotFound."""
    for element, _ in elements(ontology):
        if element.feature_hash == feature_hash:
            return element
    raise NotFound("This is no longer part of the ontology.", input=feature_hash)


def parent_of(ontology: Ontology, feature_hash: str) -> Element | None:
    for element, parent in elements(ontology):
        if element.feature_hash == feature_hash:
            return parent
    raise NotFound("This is no longer part of the ontology.", input=feature_hash)


def level_of(ontology: Ontology, feature_hash: str) -> int:
    """How deep an attribute or option lies: 0 for an attribute of an object, 1 for one under an option of that, ..."""
    level, at = 0, parent_of(ontology, feature_hash)
    while at is not None and not isinstance(at, (ObjectClass, ClassificationClass)):
        level += isinstance(at, Option)
        at = parent_of(ontology, at.feature_hash)
    return level


def changed(ontology: Ontology, element: Element, **values: object) -> Ontology:
    """The ontology with new values in one element."""
    made = replace(element, **values)  # type: ignore[arg-type]
    own = element.feature_hash
    return with_row(ontology, own, lambda row: tuple(made if e.feature_hash == own else e for e in row))


def with_row(ontology: Ontology, feature_hash: str, change: Row) -> Ontology:
    """`change` applied to the one row of siblings that holds an element; all else is shared with the old ontology."""
    objects = _rewrite(ontology.objects, feature_hash, change)
    if objects is not None:
        return replace(ontology, objects=objects)
    classifications = _rewrite(ontology.classifications, feature_hash, change)
    if classifications is not None:
        return replace(ontology, classifications=classifications)
    raise NotFound("This is no longer part of the ontology.", input=feature_hash)


def _rewrite(row: tuple[Element, ...], feature_hash: str, change: Row) -> tuple | None:
    if any(e.feature_hash == feature_hash for e in row):
        return change(row)
    for i, element in enumerate(row):
        made: Element | None = None
        match element:
            case ObjectClass(attributes=below) | Option(attributes=below):
                if below and (rows := _rewrite(below, feature_hash, change)) is not None:
                    made = replace(element, attributes=rows)
            case ClassificationClass(attribute=root):
                if (rows := _rewrite((root,), feature_hash, change)) is not None:
                    made = replace(element, attribute=rows[0])
            case Attribute(options=options):
                if options and (rows := _rewrite(options, feature_hash, change)) is not None:
                    made = replace(element, options=rows)
        if made is not None:
            return (*row[:i], made, *row[i + 1 :])
    return None


def renumbered(element: E, own: str) -> E:
    """With another id; those of everything below it begin with its own."""
    below: dict[str, Any] = {}
    match element:
        case ObjectClass(attributes=rows) | Option(attributes=rows):
            below["attributes"] = tuple(renumbered(a, own + a.id.removeprefix(element.id)) for a in rows)
        case ClassificationClass(attribute=root):
            below["attribute"] = renumbered(root, own + root.id.removeprefix(element.id))
        case Attribute(options=options):
            below["options"] = tuple(renumbered(o, own + o.id.removeprefix(element.id)) for o in options)
    return replace(element, id=own, **below)
