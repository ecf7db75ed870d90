"""Answers of Encord's label rows into records: static ones, and those of dynamic attributes with their ranges."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from storage.exchange.features import Features, Place
from storage.exchange.losses import Losses
from storage.ids import new_uuid
from storage.model.labels import Answer, AnswerValue, LabelDocument, Range
from storage.model.ontology import Attribute, AttributeType
from storage.model.ranges import ranges_of
from storage.model.rules import is_empty, validate_answer

Json = Mapping[str, Any]
Key = tuple[str, int | None, int | None]  # attribute, first, last


class AnswerReader:
    def __init__(self, features: Features, document: LabelDocument, losses: Losses, where: str, frames: int) -> None:
        self._features, self._document, self._losses = features, document, losses
        self._where, self._frames = where, frames
        self._what = ""
        self._before: dict[Key, Answer] = {}

    def read(
        self, owner: str, feature_hash: str, static: list[Any], actions: list[Any], *, frames: Iterable[int], what: str
    ) -> None:
        """The answers of an owner become those of the row, which may leave questions out: those keep theirs. Records of the same
        question keep their uuid."""
        found: dict[Key, Answer] = {}
        self._what = what
        before = {(a.attribute, a.first, a.last): a for a in self._document.answers_of(owner)}
        self._before = before
        for entry in _merged(static):
            self._static(found, owner, feature_hash, entry)
        for entry in _apart(actions):
            self._dynamic(found, owner, feature_hash, entry, ranges_of(frames))
        told = {attribute for attribute, _, _ in found}
        for answer in before.values():
            if self._is_told(feature_hash, answer.attribute, told):
                self._document.drop("answer", answer.uuid)
        for key, answer in found.items():
            known = before.get(key) or self._widened(answer, before)
            if known is not None:
                answer = Answer(known.uuid, owner, answer.attribute, answer.value, known.first, known.last, answer.manual)
            elif answer.uuid in self._document.answers:
                answer = Answer(new_uuid(), owner, answer.attribute, answer.value, answer.first, answer.last, answer.manual)
            self._document.put(answer)

    def _is_told(self, owner_class: str, attribute: str, told: set[str]) -> bool:
        """Whether the row says something of a question, or of the choice that asks it."""
        place = self._features.place(owner_class, attribute)
        while place is not None and attribute not in told and place.parent is not None:
            attribute = place.parent.feature_hash
            place = self._features.place(owner_class, attribute)
        return attribute in told

    def _widened(self, answer: Answer, before: Mapping[Key, Answer]) -> Answer | None:
        """The static answer that a writer without our keys has spread over the frames of the object."""
        known = before.get((answer.attribute, None, None))
        return known if known is not None and known.value == answer.value and answer.first is not None else None

    def _static(self, found: dict[Key, Answer], owner: str, feature_hash: str, entry: Json) -> None:
        place, value = self._value(feature_hash, entry)
        if place is None or value is None:
            return
        told = _table(entry.get("postil"))
        first: int | None = None
        last: int | None = None
        if isinstance(told.get("range"), list):
            first, last = told["range"]
        key = (place.attribute.feature_hash, first, last)
        manual = bool(entry.get("manualAnnotation", True))
        found[key] = Answer(_uuid(told.get("uuid")), owner, place.attribute.feature_hash, value, first, last, manual)

    def _dynamic(self, found: dict[Key, Answer], owner: str, feature_hash: str, entry: Json, on: list[Range]) -> None:
        place, value = self._value(feature_hash, entry)
        if place is None or value is None:
            return
        attribute, told = place.attribute.feature_hash, _table(entry.get("postil"))
        manual = bool(entry.get("manualAnnotation", True))
        ranges = [(int(a), int(b)) for a, b in _list(entry.get("range"))]
        # On a picture of one frame an answer for that frame is an answer, plain and simple.
        plain = self._frames == 1 and "uuids" not in told and (attribute, 0, 0) not in self._before
        if told.get("whole") or (plain and (not ranges or (0, 0) in ranges)):
            found[attribute, None, None] = Answer(_uuid(told.get("uuid")), owner, attribute, value, manual=manual)
            return
        uuids = _list(told.get("uuids"))
        for i, (first, last) in enumerate(ranges or on):
            uuid = _uuid(uuids[i] if len(uuids) == len(ranges) else None)
            found[attribute, first, last] = Answer(uuid, owner, attribute, value, first, last, manual)

    def _value(self, feature_hash: str, entry: Json) -> tuple[Place | None, AnswerValue | None]:
        place = self._features.place(feature_hash, str(entry.get("featureHash")))
        if place is None:
            name = entry.get("name") or entry.get("featureHash")
            self._losses.add(f"{self._what}: the answer to “{name}”", self._where, "the class has no such attribute")
            return None, None
        value = _answer_value(place.attribute, entry.get("answers"))
        if value is None or is_empty(value):
            return place, None
        if why := validate_answer(place.attribute, value):
            self._losses.add(f"{self._what}: the answer to “{place.attribute.name}”", self._where, why)
            return place, None
        return place, value


def _answer_value(attribute: Attribute, told: Any) -> AnswerValue | None:
    if attribute.type in (AttributeType.RADIO, AttributeType.CHECKLIST):
        if not isinstance(told, list):
            return None
        return tuple(dict.fromkeys(_option(attribute, o) for o in told if isinstance(o, Mapping)))
    if attribute.type is AttributeType.NUMERIC:
        return float(told) if isinstance(told, (int, float)) and not isinstance(told, bool) else told
    return told  # type: ignore[no-any-return]  # checked by `validate_answer`


def _option(attribute: Attribute, told: Json) -> str:
    return str(told.get("featureHash"))


def _merged(entries: Iterable[Any]) -> list[Json]:
    """The web editor writes one entry per chosen option of a checklist: one entry per attribute here."""
    made: dict[object, dict[str, Any]] = {}
    for entry in entries:
        if not isinstance(entry, Mapping):
            continue
        key = (str(entry.get("featureHash")), str(_table(entry.get("postil")).get("range")))
        if key in made and isinstance(entry.get("answers"), list) and isinstance(made[key].get("answers"), list):
            made[key]["answers"] = [*made[key]["answers"], *entry["answers"]]
        else:
            made[key] = dict(entry)
    return list(made.values())


def _apart(actions: Iterable[Any]) -> list[Json]:
    """Entries of one attribute whose lists of options overlap in time (the web editor's checklists), in pieces that do not."""
    entries = [a for a in actions if isinstance(a, Mapping)]
    groups: dict[object, list[Json]] = {}
    for entry in entries:
        groups.setdefault(entry.get("featureHash"), []).append(entry)
    made: list[Json] = []
    for group in groups.values():
        spans = [(int(a), int(b)) for e in group for a, b in _list(e.get("range"))]
        several = all(isinstance(e.get("answers"), list) for e in group)
        if not several or not _overlap(spans):
            made.extend(group)
            continue
        made.extend(_pieces(group, spans))
    return made


def _overlap(spans: list[Range]) -> bool:
    spans = sorted(spans)
    return any(b[0] <= a[1] for a, b in itertools.pairwise(spans))


def _pieces(group: list[Json], spans: list[Range]) -> list[Json]:
    cuts = sorted({s for s, _ in spans} | {e + 1 for _, e in spans})
    by_answer: dict[tuple[str, ...], dict[str, Any]] = {}
    for first, after in itertools.pairwise(cuts):
        here = [e for e in group if any(int(a) <= first <= int(b) for a, b in _list(e.get("range")))]
        options = {str(o.get("featureHash")): o for e in here for o in e["answers"] if isinstance(o, Mapping)}
        if not options:
            continue
        key = tuple(sorted(options))
        entry = by_answer.setdefault(
            key, {k: v for k, v in here[0].items() if k != "postil"} | {"answers": list(options.values()), "range": []}
        )
        entry["range"].append([first, after - 1])
    return list(by_answer.values())


def _uuid(told: Any) -> str:
    try:
        return str(UUID(told)) if isinstance(told, str) else new_uuid()
    except ValueError:
        return new_uuid()


def _table(value: Any) -> Json:
    return value if isinstance(value, Mapping) else {}


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
