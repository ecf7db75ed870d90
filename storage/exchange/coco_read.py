"""COCO files into label documents: our own whole, those of others as far as the ontology has classes for them.

The file lies in a `CocoFile`, asked for picture by picture. Pictures are matched by the caller; categories go to ontology
classes of the same name, and among those to the one whose shape fits the annotation best. On videos and sequences what our
own export wrote between key frames makes no row while it still looks so; rows of others do not run across gaps.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import pairwise
from typing import Any
from uuid import UUID

from storage.editing.answer_ranges import set_over
from storage.exchange.closeness import same_geometry
from storage.exchange.coco_categories import Categories, holds
from storage.exchange.coco_file import CocoFile
from storage.exchange.coco_read_shapes import geometry_of, number
from storage.exchange.coco_shots import key_of, size_of
from storage.exchange.encord_read import copy_of
from storage.exchange.features import Features, Place, frame_count, machine_value
from storage.exchange.losses import Losses
from storage.ids import new_hash8, new_uuid
from storage.model.geometry import (
    Geometry,
)
from storage.model.interpolation import present as shown_at
from storage.model.items import MOVING, Item
from storage.model.labels import Annotation, Answer, AnswerValue, Classification, FrameKey, Instance, LabelDocument
from storage.model.ontology import AttributeType, ObjectClass
from storage.model.rules import is_empty, validate_answer

Json = Mapping[str, Any]

_VIDEO_FRAME = re.compile(r"(videos/[^/]+)/(\d{1,9})\.\w+")
_ENCORDS_NAME = re.compile(r"(?:images|videos)/([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})[./]")
#: How often what was marked as between is compared again after rows were added for what differed.
_ROUNDS = 4


@dataclass(slots=True)
class Taken:
    """What else is to be told of the annotations of a file."""

    names: dict[str, str] = field(default_factory=dict)  # what the file calls a row: "annotation 6"
    known: int = 0  # were there already, just so


def page_of(image: Json) -> tuple[str, int]:
    """The path of the picture and the page or frame of it: `a.tif#page=2`, `videos/<hash>/41.jpg`."""
    name = str(image.get("file_name") or "")
    told = image.get("postil")
    if isinstance(told, Mapping) and isinstance(told.get("page"), int):
        return name.rsplit("#page=", 1)[0], told["page"]
    base, mark, number = name.rpartition("#page=")
    if mark and number.isdecimal() and len(number) < 10:
        return base, int(number) - 1
    found = _VIDEO_FRAME.fullmatch(name)
    return (found[1], int(found[2])) if found else (name, 0)


def hash_of(image: Json) -> str:
    """The data hash in a file name as Encord gives them: `images/<hash>.png`, `videos/<hash>/41.jpg`."""
    found = _ENCORDS_NAME.match(str(image.get("file_name") or ""))
    return found[1] if found else ""


def read_images(
    images: Iterable[Json],
    data: CocoFile,
    item: Item,
    features: Features,
    categories: Categories,
    present: LabelDocument,
    losses: Losses,
    taken: Taken | None = None,
) -> LabelDocument:
    """A new document: `present` with the annotations of an item's images (and their pages) merged into it."""
    reader = _Reader(item, features, data, categories, present, losses, taken or Taken())
    for image in images:
        reader.image(image)
    reader.settle()
    return reader.made


class _Reader:
    def __init__(
        self,
        item: Item,
        features: Features,
        data: CocoFile,
        categories: Categories,
        present: LabelDocument,
        losses: Losses,
        taken: Taken,
    ) -> None:
        self._item, self._features, self._data = item, features, data
        self._categories, self._losses, self._taken = categories, losses, taken
        self.made = copy_of(present)
        self._where = item.title
        self._by_hash = {i.hash8: i.uuid for i in present.instances.values()}
        self._class_hash = {c.hash8: c.uuid for c in present.classifications.values()}
        self._there: set[tuple[str, Geometry]] = set()
        self._renamed: dict[str, str] = {}  # instance uuid in the file -> here
        self._moving = item.kind in MOVING
        self._foreign: set[str] = set()  # instances with rows of others
        self._told: set[str] = set()  # uuids of rows that our own records came with
        self._unsettled: list[tuple[int, Json]] = []  # pictures with annotations that lie between key frames

    def image(self, image: Json) -> None:
        page = page_of(image)[1]
        size = size_of(self._item, page)
        if size is None or not 0 <= page < frame_count(self._item):
            self._losses.add(f"page {page + 1}", self._where, "the item has no such page, or its size is not known")
            return
        told = (image.get("width"), image.get("height"))
        if all(isinstance(v, int) and v > 0 for v in told) and told != size:
            self._losses.add(
                f"all labels of page {page + 1}",
                self._where,
                f"the file speaks of {told[0]} x {told[1]} pixels, the picture has {size[0]} x {size[1]}",
            )
            return
        # Others give no names to annotations: what is there already is not taken a second time.
        self._there = {
            (self.made.instances[a.instance].feature_hash, a.geometry)
            for at in {("", page), key_of(self._item, page)}
            for a in self.made.on_frame(at)
            if a.instance in self.made.instances
        }
        for annotation in self._data.annotations(image):
            self._try(annotation, partial(self._annotation, annotation, page, size))
        if self._moving and any(True for _ in self._data.annotations(image, between=True)):
            self._unsettled.append((page, {"id": image["id"]}))
        self._image_answers(image, page)

    def _try(self, annotation: Json, work: Callable[[], None]) -> None:
        try:
            work()
        except (KeyError, ValueError, TypeError, IndexError, AttributeError, OverflowError) as error:
            said = f"the key {error} is missing" if isinstance(error, KeyError) else str(error)
            self._losses.add(_name(annotation), self._where, f"it cannot be read: {said}")

    # -- what lies between key frames

    def settle(self) -> None:
        """After all pictures: gaps in the tracks of others, and whether what we marked as between still looks so."""
        for instance in self._foreign if self._moving else ():
            for before, after in pairwise(self.made.annotations_of(instance)):
                if after.frame > before.frame + 1 and before.uuid not in self._told:
                    self.made.put(replace(before, keyframe=False))
        for _ in range(_ROUNDS):
            differing = [(page, row) for page, row in self._marked() if not self._is_shown(page, row)]
            for page, row in differing:
                size = size_of(self._item, page)
                assert size is not None
                self._try(row, partial(self._annotation, row, page, size))
            if not differing:
                return

    def _marked(self) -> Iterator[tuple[int, Json]]:
        for page, image in self._unsettled:
            for row in self._data.annotations(image, between=True):
                yield page, row

    def _is_shown(self, page: int, row: Json) -> bool:
        """Whether the document shows this shape without a row, or has a row of its own there."""
        told, size, thing = row["postil"], size_of(self._item, page), self._categories.choose(row)
        instance = self._renamed.get(str(told.get("instance")))
        if thing is None or size is None:
            return True  # told when it was looked at first
        shown = shown_at(self.made, instance, page) if instance is not None else None
        if shown is None:
            return False
        if shown.row is not None:
            return True
        try:
            category = self._data.categories.get(row["category_id"], {})
            return not shown.outside and same_geometry(
                shown.geometry, geometry_of(row, thing, self._features, category, size), size
            )
        except (KeyError, ValueError, TypeError, IndexError, AttributeError, OverflowError):
            return False

    # -- annotations

    def _annotation(self, row: Json, page: int, size: tuple[int, int]) -> None:
        thing = self._categories.choose(row)
        if thing is None:
            self._without_class(row)
            return
        told = row["postil"] if isinstance(row.get("postil"), Mapping) and "instance" in row["postil"] else None
        geometry = geometry_of(row, thing, self._features, self._data.categories.get(row["category_id"], {}), size)
        if told is None and (thing.feature_hash, geometry) in self._there:
            self._taken.known += 1
            return
        attributes = row["attributes"] if isinstance(row.get("attributes"), Mapping) else {}
        instance = self._instance(thing, told, attributes)
        at = self._at(told, page)
        if told is None:
            self._foreign.add(instance)
            if self.made.annotation_of(instance, at) is not None:
                instance = self._new_instance(thing, new_hash8())
        said = {
            "occluded": attributes.get("occluded"),
            "confidence": attributes.get("confidence", row.get("score")),
            "manual": attributes.get("manual_annotation", row.get("score") is None),
        }
        self._put_row(instance, geometry, at, told, said, _name(row))
        if told is None:
            self._foreign_answers(instance, thing, attributes, page)
        elif "answers" in told:
            self._own_answers(instance, thing.feature_hash, told["answers"])
            for hidden in told.get("hidden") or []:
                shape = geometry_of({**hidden, "category_id": row["category_id"]}, thing, self._features, {}, size)
                frame = int(hidden["frame"])
                name = f"{_name(row)}, hidden on frame {frame + 1}"
                self._put_row(instance, shape, self._at(hidden["postil"], frame), hidden["postil"], hidden, name)

    def _put_row(self, instance: str, geometry: Geometry, at: FrameKey, told: Json | None, said: Json, name: str) -> None:
        present = self.made.annotation_of(instance, at)
        own = told.get("uuid") if told is not None else None
        made = present or Annotation(_free(own, self.made.annotations), instance, geometry, at[1], at[0])
        if told is not None and own is not None:
            self._told.add(made.uuid)
            created_at, created_by, edited_at, edited_by = told["made"]
            made = replace(
                made,
                pts=told.get("pts"),
                keyframe=bool(told.get("keyframe", True)),
                outside=bool(told.get("outside")),
                created_at=created_at,
                created_by=created_by,
                edited_at=edited_at,
                edited_by=edited_by,
            )
        occluded = said.get("occluded")
        made = replace(
            made,
            geometry=geometry,
            occluded=made.occluded if occluded is None else bool(occluded),
            confidence=number(said.get("confidence"), 1.0),
            manual=bool(said.get("manual")),
        )
        self._taken.names[made.uuid] = self._taken.names[instance] = name
        self._taken.known += made == present
        self.made.put(made)

    def _at(self, told: Json | None, page: int) -> FrameKey:
        """Where a row belongs: our own records say in which form they had it."""
        if told is not None and "uuid" in told and "part" not in told:
            return ("", page)
        return key_of(self._item, page)

    def _without_class(self, row: Json) -> None:
        name = str(self._data.categories.get(row["category_id"], {}).get("name", row["category_id"]))
        why = (
            f"the class “{name}” has no shape that can be made of it ({holds(row) or 'nothing drawn'})"
            if self._categories.known(row)
            else f"the project's ontology has no class “{name}”"
        )
        self._losses.add(_name(row), self._where, why)

    def _instance(self, thing: ObjectClass, told: Json | None, attributes: Json) -> str:
        """The uuid of the instance that an annotation belongs to, made when it is new."""
        if told is not None:
            name = str(told["instance"])
            if name in self._renamed:
                return self._renamed[name]
            own = told.get("object") or {}
            here = name if name in self.made.instances else self._by_hash.get(str(own.get("hash8")))
            if here is None:
                here = self._new_instance(thing, str(own.get("hash8") or new_hash8()), name, own)
            self._renamed[name] = here
            return here
        # Others link the same thing on several frames by a track id, if at all.
        track = attributes.get("encord_track_uuid") or attributes.get("track_id")
        if track is None:
            return self._new_instance(thing, new_hash8())
        key = f"track {thing.feature_hash} {track}"
        if key not in self._renamed:
            self._renamed[key] = self._new_instance(thing, new_hash8())
        return self._renamed[key]

    def _new_instance(self, thing: ObjectClass, hash8: str, uuid: str | None = None, own: Json | None = None) -> str:
        own = own or {}
        created_at, created_by, edited_at, edited_by = own.get("made") or (0, None, 0, None)
        made = Instance(
            _free(uuid, self.made.instances),
            hash8,
            thing.feature_hash,
            own.get("number") or self.made.next_number(thing.feature_hash),
            int(own.get("layer") or 0),
            created_at,
            created_by,
            edited_at,
            edited_by,
        )
        self.made.put(made)
        return made.uuid

    # -- answers

    def _own_answers(self, owner: str, feature_hash: str, records: Iterable[Json]) -> None:
        for answer in self.made.answers_of(owner):
            self.made.drop("answer", answer.uuid)
        for record in records:
            value: AnswerValue = tuple(record["value"]) if isinstance(record["value"], list) else record["value"]
            place = self._features.place(feature_hash, record["attribute"])
            why = "the class has no such attribute" if place is None else validate_answer(place.attribute, value)
            if why:
                self._losses.add(f"the answer to {record['attribute']}", self._where, why)
                continue
            uuid = _free(record["uuid"], self.made.answers)
            self.made.put(Answer(uuid, owner, record["attribute"], value, record["first"], record["last"], record["manual"]))

    def _foreign_answers(self, owner: str, thing: ObjectClass, attributes: Json, page: int) -> None:
        """By the names of the questions: flat among the attributes (CVAT), or under `classifications` (Encord)."""
        nested = attributes.get("classifications")
        told = {**attributes, **(nested if isinstance(nested, Mapping) else {})}
        self._named_answers(owner, thing.feature_hash, told, page)

    def _named_answers(self, owner: str, feature_hash: str, told: Json, page: int) -> None:
        for place in self._features.places(feature_hash).values():
            value = _value_of(place, told)
            if value is None or is_empty(value):
                continue
            if why := validate_answer(place.attribute, value):
                self._losses.add(f"the answer to “{place.attribute.name}”", self._where, why)
                continue
            if place.top.dynamic:
                for edit in set_over(self.made, owner, place.attribute.feature_hash, value, page, page):
                    edit.apply(self.made)
                continue
            for answer in self.made.answers_of(owner):
                if answer.attribute == place.attribute.feature_hash:
                    self.made.drop("answer", answer.uuid)
            self.made.put(Answer(new_uuid(), owner, place.attribute.feature_hash, value))

    def _image_answers(self, image: Json, page: int) -> None:
        told = image["postil"] if isinstance(image.get("postil"), Mapping) else None
        if told is not None:
            for record in told.get("classifications") or []:
                self._own_classification(record)
            return
        attributes = image.get("attributes")
        if not isinstance(attributes, Mapping):
            return
        for row in self._features.classifications.values():
            if row.name in attributes and not any(
                c.feature_hash == row.feature_hash for c in self.made.classifications.values()
            ):
                made = Classification(new_uuid(), new_hash8(), row.feature_hash, () if row.is_global else ((page, page),))
                self.made.put(made)
                self._named_answers(made.uuid, row.feature_hash, attributes, page)

    def _own_classification(self, record: Json) -> None:
        feature_hash = record["featureHash"]
        if feature_hash not in self._features.classifications and self._categories.adopt(feature_hash) is None:
            self._losses.add("a classification", self._where, "the project's ontology has no such class")
            return
        same = [c for c in self.made.classifications.values() if c.feature_hash == feature_hash]
        ranges = tuple((int(a), int(b)) for a, b in record["ranges"])
        here = self._class_hash.get(record["hash8"]) or next(
            (c.uuid for c in same if c.uuid == record["uuid"] or not ranges or set(c.ranges) & set(ranges)), None
        )
        made = Classification(
            here or _free(record["uuid"], self.made.classifications),
            record["hash8"],
            feature_hash,
            ranges,
            record["confidence"],
            record["manual"],
            *record["made"],
        )
        self.made.put(made)
        self._own_answers(made.uuid, feature_hash, record["answers"])


def _value_of(place: Place, told: Json) -> AnswerValue | None:
    """The answer under a question's name: options by their label or value, in a list or alone."""
    attribute = place.attribute
    raw = told.get(attribute.name)
    if raw is None or (place.parent is not None and _parent_unchosen(place, told)):
        return None
    match attribute.type:
        case AttributeType.TEXT:
            return raw if isinstance(raw, str) else str(raw)
        case AttributeType.NUMERIC:
            return float(raw) if isinstance(raw, (int, float)) and not isinstance(raw, bool) else None
    named = {n: o.feature_hash for o in attribute.options for n in (machine_value(o.label), o.value, o.label)}
    wanted = raw if isinstance(raw, list) else [raw]
    return tuple(dict.fromkeys(named[str(w)] for w in wanted if str(w) in named))


def _parent_unchosen(place: Place, told: Json) -> bool:
    assert place.parent is not None
    assert place.option is not None
    chosen = told.get(place.parent.name)
    return chosen not in (place.option.label, place.option.value)


def _name(row: Json) -> str:
    return f"annotation {row.get('id', '?')}"


def _free(told: Any, taken: Mapping[str, object]) -> str:
    try:
        return str(UUID(told)) if isinstance(told, str) and told not in taken else new_uuid()
    except ValueError:
        return new_uuid()
