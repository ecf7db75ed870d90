"""Hypothesis strategies: random ontologies, and random label documents that obey them.

`ontologies()` and `documents(ontology, ...)` for properties; `full_ontology()` and `full_document(ontology)` are one fixed
pair with every picture shape and every kind of attribute, for tests that want to name what they compare.
"""

from __future__ import annotations

import base64
import uuid
from collections.abc import Sequence

import numpy as np
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from storage.ids import new_hash8
from storage.model import masks, ontology_edit, ontology_tree
from storage.model.geometry import (
    PICTURE_SHAPES,
    Box,
    Circle,
    Cuboid2D,
    Ellipse,
    Geometry,
    Keypoint,
    Polygon,
    Polyline,
    RotatedBox,
    ShapeKind,
    Skeleton,
    SkeletonPoint,
    Visibility,
)
from storage.model.items import Item, Kind, Location
from storage.model.labels import Annotation, Answer, AnswerValue, Classification, Instance, LabelDocument
from storage.model.ontology import (
    Attribute,
    AttributeType,
    ObjectClass,
    Ontology,
    SkeletonTemplate,
    TemplatePoint,
)
from storage.model.reads import LabelRowInfo
from storage.model.workflow import TaskStatus

uuids = st.uuids(version=4).map(str)
names = st.text(st.characters(codec="utf-8", exclude_categories=("Cs", "Cc", "Zl", "Zp", "Zs")), min_size=1, max_size=8)
people = st.sampled_from([None, "a@x.org", "Zoë@example.com"])
moments = st.integers(0, 2_000_000_000_000)


# -- ontologies ---------------------------------------------------------------------------------------------------


@st.composite
def ontologies(draw: st.DrawFn, *, shapes: Sequence[ShapeKind] = PICTURE_SHAPES, classes: int = 4) -> Ontology:
    """Made by the verbs that people use, so every rule of the editor holds."""
    made = Ontology()
    for shape in draw(st.lists(st.sampled_from(shapes), min_size=1, max_size=classes)):
        made, own = ontology_edit.add_object(made, f"{draw(names)} {len(made.objects)}", shape, required=draw(st.booleans()))
        made = draw(_attributes(made, own, dynamic=True, depth=2))
        if shape is ShapeKind.SKELETON:
            made = ontology_edit.set_template(made, _template(made.object(own)))
    for _ in range(draw(st.integers(0, 3))):
        made, own = ontology_edit.add_classification(
            made, f"{draw(names)} {len(made.classifications)}", draw(_types), is_global=draw(st.booleans())
        )
        root = made.classification(own)
        assert root is not None
        made = draw(_options(made, root.attribute, depth=2))
    return made


_types = st.sampled_from(list(AttributeType))


@st.composite
def _attributes(draw: st.DrawFn, ontology: Ontology, owner: str, *, dynamic: bool, depth: int) -> Ontology:
    for i in range(draw(st.integers(0, 2))):
        ontology, own = ontology_edit.add_attribute(
            ontology,
            owner,
            f"{draw(names)} {i}",
            draw(_types),
            required=draw(st.booleans()),
            dynamic=dynamic and draw(st.booleans()),
        )
        attribute = ontology_tree.find(ontology, own)
        assert isinstance(attribute, Attribute)
        ontology = draw(_options(ontology, attribute, depth=depth))
    return ontology


@st.composite
def _options(draw: st.DrawFn, ontology: Ontology, attribute: Attribute, *, depth: int) -> Ontology:
    if attribute.type not in ontology_edit.CHOICES:
        return ontology
    for i in range(draw(st.integers(1, 3))):
        ontology, own = ontology_edit.add_option(ontology, attribute.feature_hash, f"{draw(names)} {i}")
        if attribute.type is AttributeType.RADIO and depth > 0 and draw(st.booleans()):
            ontology = draw(_attributes(ontology, own, dynamic=False, depth=depth - 1))
    return ontology


def _template(thing: ObjectClass | None, points: int = 3) -> SkeletonTemplate:
    assert thing is not None
    joints = tuple(TemplatePoint(0.2 * i, 0.5, f"joint {i}", "#00FF00", f"joint_{i}", new_hash8()) for i in range(points))
    return SkeletonTemplate(thing.name, thing.feature_hash, 0.5, 0.25, joints, ((0, 1, "#FF0000"), (1, 2, "#0000FF")))


# -- shapes -------------------------------------------------------------------------------------------------------


def geometries(
    kind: ShapeKind, width: int, height: int, template: SkeletonTemplate | None = None
) -> st.SearchStrategy[Geometry]:
    x = st.floats(0, width, allow_subnormal=False)
    y = st.floats(0, height, allow_subnormal=False)
    point = st.tuples(x, y)
    angle = st.floats(-360, 360, allow_subnormal=False)
    size = st.floats(0.5, max(width, height), allow_subnormal=False)
    ring = st.lists(point, min_size=3, max_size=7).map(tuple)
    match kind:
        case ShapeKind.BOX:
            return st.builds(Box, x, y, size, size)
        case ShapeKind.ROTATED_BOX:
            return st.builds(RotatedBox, x, y, size, size, angle)
        case ShapeKind.POLYGON:
            parts = st.lists(st.lists(ring, min_size=1, max_size=3).map(tuple), min_size=1, max_size=3).map(tuple)
            return st.builds(Polygon, parts)
        case ShapeKind.POLYLINE:
            return st.builds(Polyline, st.lists(point, min_size=1, max_size=6).map(tuple))
        case ShapeKind.POINT:
            return st.builds(Keypoint, x, y)
        case ShapeKind.CIRCLE:
            return st.builds(Circle, x, y, size, st.floats(0.1, 3), angle)
        case ShapeKind.ELLIPSE:
            return st.builds(Ellipse, x, y, size, size, angle)
        case ShapeKind.CUBOID_2D:
            front = st.lists(point, min_size=4, max_size=4).map(tuple)
            return st.one_of(
                st.builds(lambda f, o: Cuboid2D(f, offset=o), front, point),
                st.builds(lambda f, v, s: Cuboid2D(f, v, s), front, point, st.floats(0.1, 0.9)),
            )
        case ShapeKind.SKELETON:
            assert template is not None, "a skeleton needs its template"
            joints = [
                st.builds(
                    SkeletonPoint,
                    x,
                    y,
                    st.just(p.name),
                    st.just(p.color),
                    st.just(p.value),
                    st.just(p.feature_hash),
                    st.sampled_from(Visibility),
                )
                for p in template.points
            ]
            return st.tuples(*joints).map(Skeleton)
        case ShapeKind.BITMASK:
            shape = st.tuples(st.integers(1, height), st.integers(1, width))
            drawn = shape.flatmap(lambda s: hnp.arrays(bool, s)).map(_with_a_pixel)
            return drawn.map(masks.encode)
    raise AssertionError(f"no strategy for {kind}")


def _with_a_pixel(mask: np.ndarray) -> np.ndarray:
    if not mask.any():
        mask[-1, -1] = True
    return mask


def hash8_of(own: str) -> str:
    """As unique as the uuid it is made from: one hash, one thing, in every document."""
    return base64.b64encode(uuid.UUID(own).bytes[:6]).decode()


# -- documents ----------------------------------------------------------------------------------------------------


def answers_to(attribute: Attribute) -> st.SearchStrategy[AnswerValue]:
    own = [o.feature_hash for o in attribute.options]
    match attribute.type:
        case AttributeType.TEXT:
            return st.text(st.characters(codec="utf-8", exclude_categories=("Cs",)), min_size=1, max_size=10)
        case AttributeType.NUMERIC:
            return st.floats(allow_nan=False, allow_infinity=False)
        case AttributeType.RADIO:
            return st.sampled_from(own).map(lambda h: (h,))
        case AttributeType.CHECKLIST:
            order = {h: i for i, h in enumerate(own)}
            return st.lists(st.sampled_from(own), min_size=1, unique=True).map(
                lambda hs: tuple(sorted(hs, key=order.__getitem__))
            )


@st.composite
def _answers(draw: st.DrawFn, document: LabelDocument, owner: str, attributes: Sequence[Attribute], frames: list[int]) -> None:
    for attribute in attributes:
        if not draw(st.booleans()):
            continue
        value = draw(answers_to(attribute))
        first = draw(st.sampled_from(frames)) if attribute.dynamic and frames and draw(st.booleans()) else None
        document.put(Answer(draw(uuids), owner, attribute.feature_hash, value, first, first, draw(st.booleans())))
        if attribute.type is AttributeType.RADIO and isinstance(value, tuple):
            chosen = attribute.option(value[0])
            if chosen is not None:
                draw(_answers(document, owner, chosen.attributes, frames))


@st.composite
def documents(
    draw: st.DrawFn, ontology: Ontology, *, width: int = 24, height: int = 16, frames: int = 1, objects: int = 5
) -> LabelDocument:
    """Labels that an editor could have made: one annotation per object and frame, answers that fit their questions."""
    document = LabelDocument(draw(uuids))
    for thing in draw(st.lists(st.sampled_from(ontology.objects), max_size=objects)) if ontology.objects else []:
        own = draw(uuids)
        instance = Instance(
            own,
            hash8_of(own),
            thing.feature_hash,
            document.next_number(thing.feature_hash),
            draw(st.integers(-2, 2)),
            *draw(st.tuples(moments, people, moments, people)),
        )
        document.put(instance)
        shapes = geometries(thing.shape, width, height, ontology.template(thing.feature_hash))
        on = sorted(draw(st.sets(st.integers(0, frames - 1), min_size=1)))
        for frame in on:
            document.put(
                Annotation(
                    draw(uuids),
                    instance.uuid,
                    draw(shapes),
                    frame,
                    occluded=draw(st.booleans()),
                    confidence=draw(st.floats(0, 1)),
                    manual=draw(st.booleans()),
                    created_at=draw(moments),
                    created_by=draw(people),
                    edited_at=draw(moments),
                    edited_by=draw(people),
                )
            )
        draw(_answers(document, instance.uuid, thing.attributes, on))
    for row in ontology.classifications:
        if not draw(st.booleans()):
            continue
        ranges = () if row.is_global else ((0, draw(st.integers(0, frames - 1))),)
        own = draw(uuids)
        made = Classification(
            own, hash8_of(own), row.feature_hash, ranges, draw(st.floats(0, 1)), draw(st.booleans()), draw(moments),
            draw(people), draw(moments), draw(people),
        )  # fmt: skip
        document.put(made)
        draw(_answers(document, made.uuid, (row.attribute,), []))
    return document


# -- what surrounds a document ------------------------------------------------------------------------------------


def item_of(*, width: int = 24, height: int = 16, frames: int = 1, title: str = "a.png", kind: Kind = Kind.IMAGE) -> Item:
    return Item(
        1, str(uuid.uuid4()), 1, kind, title, "", "image/png", 10, width, height, frames, None, None, Location.LOCAL,
        "originals/a", None, {}, {}, (), 0, "a@x.org", 0, None,
    )  # fmt: skip


def info_of(item: Item) -> LabelRowInfo:
    return LabelRowInfo(
        1, str(uuid.uuid4()), 1, str(uuid.uuid4()), str(uuid.uuid4()), "Pictures", "main", item, "Annotate 1",
        TaskStatus.NEW, str(uuid.uuid4()), 1_772_708_601_123, 1_772_708_602_456,
    )  # fmt: skip


# -- one of everything --------------------------------------------------------------------------------------------


def full_ontology() -> Ontology:
    """Every picture shape, each with attributes of all kinds, nested and dynamic; frame and global classifications."""
    made = Ontology()
    for shape in PICTURE_SHAPES:
        made, own = ontology_edit.add_object(made, f"Any {shape}", shape)
        for kind in AttributeType:
            made, plain = ontology_edit.add_attribute(made, own, f"plain {kind}", kind, required=True)
            made, moving = ontology_edit.add_attribute(made, own, f"moving {kind}", kind, dynamic=True)
            if kind in ontology_edit.CHOICES:
                for attribute in (plain, moving):
                    made, option = ontology_edit.add_option(made, attribute, "Well defined")
                    made, _ = ontology_edit.add_option(made, attribute, "Bad")
                    if kind is AttributeType.RADIO and attribute is plain:
                        made, deep = ontology_edit.add_attribute(made, option, "why", AttributeType.RADIO)
                        made, last = ontology_edit.add_option(made, deep, "Light")
                        made, _ = ontology_edit.add_attribute(made, last, "how much", AttributeType.NUMERIC)
        if shape is ShapeKind.SKELETON:
            made = ontology_edit.set_template(made, _template(made.object(own)))
    for is_global in (False, True):
        for kind in AttributeType:
            made, own = ontology_edit.add_classification(made, f"{kind} {is_global}", kind, is_global=is_global)
            root = made.classification(own)
            assert root is not None
            if kind in ontology_edit.CHOICES:
                for label in ("One", "Two"):
                    made, _ = ontology_edit.add_option(made, root.attribute.feature_hash, label)
    return made


def full_document(ontology: Ontology, *, width: int = 24, height: int = 16) -> LabelDocument:
    """Every class of `full_ontology` once, every question answered."""
    document = LabelDocument(str(uuid.uuid4()))
    for i, thing in enumerate(ontology.objects):
        instance = Instance(
            str(uuid.uuid4()), new_hash8(), thing.feature_hash, 1, i, 1_772_708_601_001, "a@x.org", 1_772_708_602_002, "b@x.org"
        )
        document.put(instance)
        shape = full_geometry(thing.shape, ontology.template(thing.feature_hash))
        document.put(
            Annotation(
                str(uuid.uuid4()),
                instance.uuid,
                shape,
                created_at=1_772_708_601_000,
                created_by="a@x.org",
                edited_at=1_772_708_603_000,
                edited_by="b@x.org",
                confidence=0.5,
                manual=False,
                occluded=bool(i % 2),
            )
        )
        _answer_all(document, instance.uuid, thing.attributes)
    for row in ontology.classifications:
        ranges = () if row.is_global else ((0, 0),)
        made = Classification(
            str(uuid.uuid4()), new_hash8(), row.feature_hash, ranges, 0.25, False, 1_772_708_601_000, "a@x.org",
            1_772_708_602_000, "b@x.org",
        )  # fmt: skip
        document.put(made)
        _answer_all(document, made.uuid, (row.attribute,))
    return document


def _answer_all(document: LabelDocument, owner: str, attributes: Sequence[Attribute]) -> None:
    for attribute in attributes:
        value: AnswerValue
        match attribute.type:
            case AttributeType.TEXT:
                value = f"text of {attribute.name}"
            case AttributeType.NUMERIC:
                value = 4.5
            case AttributeType.RADIO:
                value = (attribute.options[0].feature_hash,)
            case AttributeType.CHECKLIST:
                value = tuple(o.feature_hash for o in attribute.options)
        frame = 0 if attribute.dynamic else None
        document.put(Answer(str(uuid.uuid4()), owner, attribute.feature_hash, value, frame, frame))
        if attribute.type is AttributeType.RADIO:
            _answer_all(document, owner, attribute.options[0].attributes)


def full_geometry(kind: ShapeKind, template: SkeletonTemplate | None = None) -> Geometry:
    match kind:
        case ShapeKind.BOX:
            return Box(2.4, 3.2, 6.0, 8.0)
        case ShapeKind.ROTATED_BOX:
            return RotatedBox(2.4, 3.2, 6.0, 8.0, 33.0)
        case ShapeKind.POLYGON:
            outer = ((1.0, 1.0), (20.0, 1.5), (20.0, 14.0), (1.0, 14.0))
            hole = ((4.0, 4.0), (8.0, 4.0), (8.0, 9.0))
            return Polygon(((outer, hole), (((21.0, 1.0), (23.0, 1.0), (23.0, 5.0)),)))
        case ShapeKind.POLYLINE:
            return Polyline(((1.0, 2.0), (5.5, 7.25), (20.0, 3.0)))
        case ShapeKind.POINT:
            return Keypoint(7.7, 3.3)
        case ShapeKind.CIRCLE:
            return Circle(10.0, 8.0, 4.0, 0.5, 20.0)
        case ShapeKind.ELLIPSE:
            return Ellipse(10.0, 8.0, 4.0, 2.5, 75.0)
        case ShapeKind.CUBOID_2D:
            return Cuboid2D(((1.0, 1.0), (6.0, 1.0), (6.0, 6.0), (1.0, 6.0)), (20.0, 10.0), 0.5)
        case ShapeKind.SKELETON:
            assert template is not None
            seen = list(Visibility)
            return Skeleton(
                tuple(
                    SkeletonPoint(2.0 + 3 * i, 4.0 + i, p.name, p.color, p.value, p.feature_hash, seen[i % 4])
                    for i, p in enumerate(template.points)
                )
            )
        case _:
            drawn = np.zeros((5, 7), bool)
            drawn[0, 3] = drawn[2, 1:6] = drawn[4, 0] = drawn[3, 6] = True
            return masks.encode(drawn, 3, 4)
