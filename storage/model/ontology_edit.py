"""Changing an ontology: pure verbs that return a new one. Everything is addressed by its feature hash.

What the rules forbid is `Refused` with a sentence; whether labels use a thing is the caller's question, asked before.
`add_...` also return the hash of what they made. Ids are Encord's dotted paths: the parent's id and the next number.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace

from storage.errors import Refused
from storage.ids import new_hash8
from storage.model import dicom_codes, overlap_groups
from storage.model.class_keys import class_keys
from storage.model.dicom_codes import Code
from storage.model.geometry import ShapeKind
from storage.model.ontology import (
    MAX_NESTING,
    PALETTE,
    Attribute,
    AttributeType,
    ClassificationClass,
    ObjectClass,
    Ontology,
    Option,
    SkeletonTemplate,
)
from storage.model.ontology_tree import Element, changed, elements, find, level_of, parent_of, renumbered, with_row

MAX_NAME = 1000  # characters; far above sense, below harm

HOTKEYS = ("1", "2", "3", "4", "5", "6", "7", "8", "9", "0")
CHOICES = (AttributeType.RADIO, AttributeType.CHECKLIST)


# -- what a new one is given --------------------------------------------------------------------------------------


def machine_name(label: str) -> str:
    """An option's `value`: white space to underscores, lower case."""
    return re.sub(r"\s", "_", label).lower()


def next_color(ontology: Ontology) -> str:
    """The palette's next after the last object's colour, as Encord does it."""
    if not ontology.objects:
        return PALETTE[0]
    last = ontology.objects[-1].color.upper()
    return PALETTE[(PALETTE.index(last) + 1) % len(PALETTE)] if last in PALETTE else PALETTE[0]


def next_hotkey(ontology: Ontology) -> str:
    """That nobody has, be it by the place in the list alone, nor had when it was put out of use."""
    taken = {*class_keys(ontology, tuple(ShapeKind)).values(), *(o.hotkey for o in ontology.objects)}
    return next((k for k in HOTKEYS if k not in taken), "")


# -- adding -------------------------------------------------------------------------------------------------------


def add_object(
    ontology: Ontology, name: str, shape: ShapeKind, *, color: str = "", required: bool = False, hotkey: str | None = None
) -> tuple[Ontology, str]:
    """A new object class with the palette's next colour and the next free digit as its key (`hotkey` None)."""
    name = _name(name)
    _free(((o.name, o.shape) for o in ontology.objects), (name, shape), name)
    made = ObjectClass(
        _next_number(ontology.objects),
        name,
        _color(color) if color else next_color(ontology),
        shape,
        _new_hash(ontology),
        required,
        hotkey=next_hotkey(ontology) if hotkey is None else "",
    )
    ontology = replace(ontology, objects=(*ontology.objects, made))
    if hotkey:
        ontology = set_hotkey(ontology, made.feature_hash, hotkey)
    return ontology, made.feature_hash


def add_made(
    ontology: Ontology, things: Iterable[ObjectClass | ClassificationClass], drawings: Iterable[SkeletonTemplate] = ()
) -> Ontology:
    """With classes that were made for another state of it: their hashes stay, since labels bear them. Raises Refused where a name
    is taken by now."""
    for thing in things:
        if isinstance(thing, ClassificationClass):
            _free((c.name for c in ontology.classifications), thing.name, thing.name)
            row = renumbered(thing, _next_number(ontology.classifications))
            ontology = replace(ontology, classifications=(*ontology.classifications, row))
            continue
        _free(((o.name, o.shape) for o in ontology.objects), (thing.name, thing.shape), thing.name)
        made = replace(renumbered(thing, _next_number(ontology.objects)), hotkey=next_hotkey(ontology))
        ontology = replace(ontology, objects=(*ontology.objects, made))
    for drawing in drawings:
        ontology = set_template(ontology, drawing)
    return ontology


def add_classification(
    ontology: Ontology,
    name: str,
    type: AttributeType = AttributeType.TEXT,
    *,
    is_global: bool = False,
    required: bool = False,
) -> tuple[Ontology, str]:
    """A new classification with its root attribute. The hash returned is the classification's."""
    name = _name(name)
    _free((c.name for c in ontology.classifications), name, name)
    number = _next_number(ontology.classifications)
    own = _new_hash(ontology)
    root = Attribute(f"{number}.1", name, type, _new_hash(ontology, own), required)
    made = ClassificationClass(number, own, root, is_global)
    return replace(ontology, classifications=(*ontology.classifications, made)), own


def add_attribute(
    ontology: Ontology,
    owner: str,
    name: str,
    type: AttributeType = AttributeType.TEXT,
    *,
    required: bool = False,
    dynamic: bool = False,
) -> tuple[Ontology, str]:
    """A new question of an object, or under an option of a radio attribute."""
    parent = find(ontology, owner)
    name = _name(name)
    if isinstance(parent, Option):
        _may_nest(ontology, parent)
        if dynamic:
            raise Refused("A nested attribute cannot be dynamic.", remedy="Make the attribute at the top dynamic.")
    elif not isinstance(parent, ObjectClass):
        raise Refused("Only objects and options of radio attributes take attributes.", input=name)
    _free((a.name for a in parent.attributes), name, name)
    made = Attribute(f"{parent.id}.{_next_number(parent.attributes)}", name, type, _new_hash(ontology), required, dynamic)
    return changed(ontology, parent, attributes=(*parent.attributes, made)), made.feature_hash


def _may_nest(ontology: Ontology, option: Option) -> None:
    attribute = parent_of(ontology, option.feature_hash)
    assert isinstance(attribute, Attribute)
    if attribute.type is not AttributeType.RADIO:
        raise Refused(
            f"“{attribute.name}” is a checklist: its options cannot have questions of their own.",
            remedy="Make it a radio attribute first.",
        )
    if level_of(ontology, attribute.feature_hash) >= MAX_NESTING:
        raise Refused(f"Attributes can be nested {MAX_NESTING} levels deep, no deeper.", input=option.label)


def add_option(ontology: Ontology, attribute: str, label: str) -> tuple[Ontology, str]:
    """A new choice. Its value is made from its label."""
    parent = find(ontology, attribute)
    label = _name(label)
    if not isinstance(parent, Attribute) or parent.type not in CHOICES:
        raise Refused("Only radio and checklist attributes have options.", input=label)
    _free((o.label for o in parent.options), label, label)
    made = Option(f"{parent.id}.{_next_number(parent.options)}", label, machine_name(label), _new_hash(ontology))
    return changed(ontology, parent, options=(*parent.options, made)), made.feature_hash


def set_template(ontology: Ontology, template: SkeletonTemplate) -> Ontology:
    """The drawing of a skeleton class; takes its name. Replaces an older one."""
    thing = _object(ontology, template.feature_hash)
    if thing.shape is not ShapeKind.SKELETON:
        raise Refused(f"“{thing.name}” is no skeleton.", input=thing.name)
    template = replace(template, name=thing.name)
    others = tuple(t for t in ontology.skeleton_templates if t.feature_hash != template.feature_hash)
    _free((t.name for t in others), template.name, template.name)
    return replace(ontology, skeleton_templates=(*others, template))


# -- changing -----------------------------------------------------------------------------------------------------


def rename(ontology: Ontology, feature_hash: str, name: str) -> Ontology:
    """An option's value follows its label as long as it was made from it."""
    name = _name(name)
    element = find(ontology, feature_hash)
    match element:
        case ObjectClass():
            _free(((o.name, o.shape) for o in ontology.objects if o is not element), (name, element.shape), name)
            templates = tuple(
                replace(t, name=name) if t.feature_hash == feature_hash else t for t in ontology.skeleton_templates
            )
            return changed(replace(ontology, skeleton_templates=templates), element, name=name)
        case ClassificationClass():
            return rename(ontology, element.attribute.feature_hash, name)
        case Attribute():
            parent = parent_of(ontology, feature_hash)
            if isinstance(parent, ClassificationClass):
                _free((c.name for c in ontology.classifications if c is not parent), name, name)
            elif parent is not None:
                assert isinstance(parent, (ObjectClass, Option))
                _free((a.name for a in parent.attributes if a is not element), name, name)
            return changed(ontology, element, name=name)
        case Option():
            parent = parent_of(ontology, feature_hash)
            assert isinstance(parent, Attribute)
            _free((o.label for o in parent.options if o is not element), name, name)
            derived = element.value == machine_name(element.label)
            return changed(ontology, element, label=name, value=machine_name(name) if derived else element.value)


def recolor(ontology: Ontology, feature_hash: str, color: str) -> Ontology:
    return changed(ontology, _object(ontology, feature_hash), color=_color(color))


def set_shape(ontology: Ontology, feature_hash: str, shape: ShapeKind) -> Ontology:
    """The drawing of a skeleton goes when it becomes something else."""
    thing = _object(ontology, feature_hash)
    _free(((o.name, o.shape) for o in ontology.objects if o is not thing), (thing.name, shape), thing.name)
    if shape is not ShapeKind.SKELETON:
        ontology = _without_template(ontology, feature_hash)
    return changed(ontology, thing, shape=shape)


def set_required(ontology: Ontology, feature_hash: str, required: bool) -> Ontology:
    element = find(ontology, feature_hash)
    if isinstance(element, ClassificationClass):
        element = element.attribute
    if isinstance(element, Option):
        raise Refused("An option cannot be required; its attribute can.", input=element.label)
    return changed(ontology, element, required=required)


def set_dynamic(ontology: Ontology, feature_hash: str, dynamic: bool) -> Ontology:
    element = find(ontology, feature_hash)
    if not isinstance(element, Attribute) or (dynamic and not isinstance(parent_of(ontology, feature_hash), ObjectClass)):
        raise Refused("Only an attribute at the top of an object can be dynamic.", input=_title(element))
    return changed(ontology, element, dynamic=dynamic)


def set_archived(ontology: Ontology, feature_hash: str, archived: bool) -> Ontology:
    """Archived things are hidden from the editor; their labels are kept."""
    element = find(ontology, feature_hash)
    if isinstance(element, Attribute) and isinstance(parent_of(ontology, feature_hash), ClassificationClass):
        element = _parent_classification(ontology, element)
    if isinstance(element, ClassificationClass):
        # Encord knows the flag of the root attribute only.
        return changed(ontology, element, archived=archived, attribute=replace(element.attribute, archived=archived))
    return changed(ontology, element, archived=archived)


def set_global(ontology: Ontology, feature_hash: str, is_global: bool) -> Ontology:
    element = find(ontology, feature_hash)
    if not isinstance(element, ClassificationClass):
        raise Refused("Only a classification can be global.", input=_title(element))
    return changed(ontology, element, is_global=is_global)


def set_hotkey(ontology: Ontology, feature_hash: str, hotkey: str) -> Ontology:
    """A digit, or "" for none. Whichever class had that key loses it."""
    thing = _object(ontology, feature_hash)
    if hotkey and hotkey not in HOTKEYS:
        raise Refused("A class key is one of the digits 1 to 9 and 0.", input=hotkey)
    freed = tuple(replace(o, hotkey="") if hotkey and o.hotkey == hotkey else o for o in ontology.objects)
    ontology = replace(ontology, objects=freed)
    return changed(ontology, _object(ontology, thing.feature_hash), hotkey=hotkey)


def set_out_of_bounds(ontology: Ontology, feature_hash: str, allowed: bool) -> Ontology:
    return changed(ontology, _object(ontology, feature_hash), allow_out_of_bounds=allowed)


def set_dicom_code(ontology: Ontology, feature_hash: str, code: Code | None, category: Code | None) -> Ontology:
    """The coded concept of a class of objects, and what kind of thing that is."""
    thing = _object(ontology, feature_hash)
    return changed(ontology, thing, extra=dicom_codes.with_codes(thing.extra, code, category))


def set_overlap_group(ontology: Ontology, feature_hash: str, group: str) -> Ontology:
    """Masks of classes in one group share no voxel; "" for none."""
    thing = _object(ontology, feature_hash)
    if group and group not in overlap_groups.GROUPS:
        raise Refused(f"There is no group “{group}” of masks.", remedy=f"Choose {', '.join(overlap_groups.GROUPS)} or none.")
    return changed(ontology, thing, extra=overlap_groups.with_group(thing.extra, group))


def set_type(ontology: Ontology, feature_hash: str, type: AttributeType) -> Ontology:
    """Another type of question. Options stay from radio to checklist and back, without what was nested under them in a
    checklist; text and number drop them. Answers belong to the old type: ask before."""
    element = find(ontology, feature_hash)
    if isinstance(element, ClassificationClass):
        element = element.attribute
    if not isinstance(element, Attribute):
        raise Refused("Only attributes and classifications have a type of answer.", input=_title(element))
    options = element.options if type in CHOICES else ()
    if type is AttributeType.CHECKLIST:
        options = tuple(replace(o, attributes=()) for o in options)
    return changed(ontology, element, type=type, options=options)


def remove(ontology: Ontology, feature_hash: str) -> Ontology:
    """With everything below it. Labels that use it lose their class: archive instead where there are any."""
    element = find(ontology, feature_hash)
    if isinstance(element, Attribute) and isinstance(parent_of(ontology, feature_hash), ClassificationClass):
        raise Refused("A classification keeps its question.", remedy="Remove the classification instead.")
    if isinstance(element, ObjectClass):
        ontology = _without_template(ontology, feature_hash)
    return with_row(ontology, feature_hash, lambda row: tuple(e for e in row if e.feature_hash != feature_hash))


def move(ontology: Ontology, feature_hash: str, index: int) -> Ontology:
    """To a place among its siblings, counted without itself; beyond the end means last. Ids do not change."""
    element = find(ontology, feature_hash)

    def reorder(row: tuple[Element, ...]) -> tuple[Element, ...]:
        rest = [e for e in row if e.feature_hash != feature_hash]
        at = max(0, min(index, len(rest)))
        return (*rest[:at], element, *rest[at:])

    return with_row(ontology, feature_hash, reorder)


# -- what the verbs share -----------------------------------------------------------------------------------------


def _object(ontology: Ontology, feature_hash: str) -> ObjectClass:
    element = find(ontology, feature_hash)
    if not isinstance(element, ObjectClass):
        raise Refused("Only an object class can be changed so.", input=_title(element))
    return element


def _parent_classification(ontology: Ontology, attribute: Attribute) -> ClassificationClass:
    parent = parent_of(ontology, attribute.feature_hash)
    assert isinstance(parent, ClassificationClass)
    return parent


def _without_template(ontology: Ontology, feature_hash: str) -> Ontology:
    kept = tuple(t for t in ontology.skeleton_templates if t.feature_hash != feature_hash)
    return ontology if len(kept) == len(ontology.skeleton_templates) else replace(ontology, skeleton_templates=kept)


def _next_number(row: Iterable[Element]) -> str:
    return str(max((int(e.id.rsplit(".", 1)[-1]) for e in row), default=0) + 1)


def _new_hash(ontology: Ontology, *taken: str) -> str:
    known = {e.feature_hash for e, _ in elements(ontology)}.union(taken)
    while (made := new_hash8()) in known:
        pass
    return made


def _title(element: Element) -> str:
    return element.label if isinstance(element, Option) else element.name


def _name(name: str) -> str:
    name = name.strip()
    if not name:
        raise Refused("A name is needed.", remedy="Type a name.")
    if len(name) > MAX_NAME:
        raise Refused(f"The name is longer than {MAX_NAME} characters.", remedy="Use a shorter one.", input=name[:40] + "…")
    return name


def _color(color: str) -> str:
    if not re.fullmatch(r"#[0-9A-Fa-f]{6}", color):
        raise Refused(f"“{color}” is no colour.", remedy="A colour looks like #D33115.", input=color)
    return color.upper()


def _free(taken: Iterable[object], wanted: object, name: str) -> None:
    if wanted in set(taken):
        raise Refused(f"There is a “{name}” here already.", remedy="Choose another name.", input=name)
