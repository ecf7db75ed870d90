"""The rows of the timeline in their order, kept in step with the document and with what is looked at. Qt-free.

Classifications come first, then the objects; under the selected object lie its answers that change over time.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal

from storage.editing.answer_ranges import FOREVER
from storage.editing.edits import DocumentChange
from storage.editing.focus import Focus
from storage.editing.session import EditSession
from storage.model import deleted_classes
from storage.model.labels import Answer, AnswerValue, Classification
from storage.model.ontology import Attribute, AttributeType, Ontology, walk
from viewers.timeline.tracks import Track, followed
from viewers.tools.words import name_of

Order = Literal["first", "class"]
UNKNOWN = "#888888"  # of an object whose class is not in the ontology


@dataclass(frozen=True, slots=True)
class Row:
    """`id`: an instance, an attribute (feature hash; `owner` is its instance), or a class of classifications."""

    kind: Literal["object", "answer", "classification"]
    id: str
    owner: str = ""


@dataclass(frozen=True, slots=True)
class Bar:
    """A range of frames that says something. `part` is its place among the ranges of a classification."""

    uuid: str
    first: int
    last: int
    text: str
    part: int = -1
    whole: bool = False  # holds everywhere: has no ends to drag


class TimelineRows:
    """`changed(None)`: the list itself; else the rows that look different."""

    def __init__(self, session: EditSession, focus: Focus, ontology: Ontology) -> None:
        self.session, self.focus, self.ontology = session, focus, ontology
        self.order: Order = "first"
        self.rows: list[Row] = []
        self.tracks: dict[str, Track] = {}
        self._bars: dict[Row, list[Bar]] = {}
        self._sequence: list[str] = []  # the objects as they stand
        self._listener: Callable[[set[Row] | None], None] = lambda rows: None
        self._endings = [session.listen(self._on_document), focus.listen(self._on_focus)]
        self.read()

    def listen(self, listener: Callable[[set[Row] | None], None]) -> None:
        self._listener = listener

    def close(self) -> None:
        for end in self._endings:
            end()
        self._endings = []

    def read(self) -> None:
        """Everything anew."""
        document = self.session.document
        self.tracks = {i: Track.read(document, i, self.session.frames) for i in document.instances}
        self._sequence = sorted(self.tracks, key=self._rank)
        self._bars.clear()
        self._compose()

    def set_order(self, order: Order) -> None:
        self.order = order
        self._sequence.sort(key=self._rank)
        self._compose()
        self._listener(None)

    def set_ontology(self, ontology: Ontology) -> None:
        self.ontology = ontology
        self._bars.clear()
        self._compose()
        self._listener(None)

    # -- what a row is

    def title(self, row: Row) -> str:
        if row.kind == "object":
            return name_of(self.ontology, self.session.document, row.id)
        if row.kind == "classification":
            return deleted_classes.name_of(self.ontology, row.id)
        attribute = self.attribute(row)
        return attribute.name if attribute else "Unknown question"

    def color(self, row: Row) -> str:
        if row.kind == "classification":
            return ""
        instance = self.session.document.instances.get(row.owner or row.id)
        known = self.ontology.object(instance.feature_hash) if instance else None
        return known.color if known else UNKNOWN

    def attribute(self, row: Row) -> Attribute | None:
        """The question that a row of answers, or a classification, asks."""
        if row.kind == "classification":
            known = self.ontology.classification(row.id)
            return known.attribute if known else None
        instance = self.session.document.instances.get(row.owner)
        known_object = self.ontology.object(instance.feature_hash) if instance else None
        return next((a for a in walk(known_object.attributes) if a.feature_hash == row.id), None) if known_object else None

    def instance(self, row: Row) -> str | None:
        """The object that a row belongs to."""
        return None if row.kind == "classification" else row.owner or row.id

    def locked(self, row: Row) -> bool:
        return self.instance(row) in self.focus.locked

    def objects(self) -> list[str]:
        """In the order shown."""
        return list(self._sequence)

    def index_of(self, instance: str) -> int | None:
        return next((i for i, row in enumerate(self.rows) if row.kind == "object" and row.id == instance), None)

    def bars(self, row: Row) -> list[Bar]:
        """By time. A whole one, if any, comes first: the others lie upon it."""
        found = self._bars.get(row)
        if found is None:
            made = self._classified(row) if row.kind == "classification" else self._answered(row)
            found = self._bars[row] = sorted(made, key=lambda bar: (not bar.whole, bar.first))
        return found

    def _classified(self, row: Row) -> Iterator[Bar]:
        end = self.session.frames.count - 1
        for made in self.session.document.classifications.values():
            if made.feature_hash == row.id:
                text = self._said(made, row)
                if not made.ranges:
                    yield Bar(made.uuid, 0, end, text, whole=True)
                for part, (first, last) in enumerate(made.ranges):
                    yield Bar(made.uuid, first, min(last, end), text, part)

    def _said(self, made: Classification, row: Row) -> str:
        attribute = self.attribute(row)
        answers = self.session.document.answers_of(made.uuid)
        value = next((a.value for a in answers if attribute and a.attribute == attribute.feature_hash), None)
        return said(attribute, value)

    def _answered(self, row: Row) -> Iterator[Bar]:
        attribute, end = self.attribute(row), self.session.frames.count - 1
        for answer in self.session.document.answers_of(row.owner):
            if answer.attribute == row.id:
                first, last = span_of(answer)
                yield Bar(answer.uuid, first, min(last, end), said(attribute, answer.value), whole=answer.first is None)

    # -- the list

    def _rank(self, instance: str) -> tuple[object, ...]:
        document, track = self.session.document, self.tracks[instance]
        found = document.instances[instance]
        place = next((n for n, c in enumerate(self.ontology.objects) if c.feature_hash == found.feature_hash), 10**6)
        if self.order == "class":
            return (place, found.feature_hash, found.number)
        return (track.first < 0, track.first, place, found.number)

    def _compose(self) -> None:
        rows = [
            Row("classification", c.feature_hash)
            for c in self.ontology.classifications
            if not c.is_global and (not c.archived or self._used(c.feature_hash))
        ]
        primary = self.focus.primary
        for instance in self._sequence:
            rows.append(Row("object", instance))
            if instance == primary:
                rows += [Row("answer", a.feature_hash, instance) for a in self._dynamic(instance)]
        self.rows = rows

    def _used(self, feature_hash: str) -> bool:
        return any(c.feature_hash == feature_hash for c in self.session.document.classifications.values())

    def _dynamic(self, instance: str) -> Iterator[Attribute]:
        """Questions that change over time; nested ones once they are answered."""
        found = self.session.document.instances[instance]
        known = self.ontology.object(found.feature_hash)
        if known is None:
            return
        ranged = {a.attribute for a in self.session.document.answers_of(instance) if a.first is not None}
        for top in known.attributes:
            for attribute in walk((top,)):
                asked = attribute is top and attribute.dynamic and not attribute.archived
                if asked or attribute.feature_hash in ranged:
                    yield attribute

    # -- what happens

    def _on_document(self, change: DocumentChange) -> None:
        dirty: set[Row] = set()
        listed = self._follow_objects(change, dirty)
        touched = change.answers | change.classifications
        for row in [r for r in self._bars if self._speaks_of(r, touched)]:
            del self._bars[row]
        if touched or listed:
            before = self.rows
            self._compose()
            listed = listed or before != self.rows
            dirty |= {r for r in self.rows if r.kind != "object" and self._speaks_of(r, touched)}
        if listed:
            self._listener(None)
        elif dirty:
            self._listener(dirty)

    def _speaks_of(self, row: Row, touched: frozenset[str]) -> bool:
        if row.kind != "classification":
            return row.owner in touched
        known = self.session.document.instances
        return any(uuid not in known for uuid in touched)

    def _follow_objects(self, change: DocumentChange, dirty: set[Row]) -> bool:
        """Whether objects came or went. The others keep their places: nothing moves under the mouse."""
        document, frames = self.session.document, self.session.frames
        changed = {i for at in change.frames if 0 <= (i := frames.index(at)) < frames.count}
        listed = False
        for instance in change.instances:
            if instance not in document.instances:
                if self.tracks.pop(instance, None) is not None:
                    self._sequence.remove(instance)
                    listed = True
            elif instance not in self.tracks:
                self.tracks[instance] = Track.read(document, instance, frames)
                self._insert(instance)
                listed = True
            else:
                before = self.tracks[instance]
                now = followed(before, document, instance, changed, frames)
                self.tracks[instance] = now
                if now is not before or not changed:  # no frame: its class or number may have changed
                    dirty.add(Row("object", instance))
        return listed

    def _insert(self, instance: str) -> None:
        rank = self._rank(instance)
        at = next((n for n, other in enumerate(self._sequence) if self._rank(other) > rank), len(self._sequence))
        self._sequence.insert(at, instance)

    def _on_focus(self, names: frozenset[str]) -> None:
        if not names & {"selected", "hidden", "locked"}:
            return
        before = self.rows
        if "selected" in names:
            self._compose()
        self._listener(None if before != self.rows else {r for r in self.rows if r.kind == "object"})


def span_of(answer: Answer) -> tuple[int, int]:
    return (answer.first or 0, answer.last if answer.last is not None else FOREVER)


def said(attribute: Attribute | None, value: AnswerValue | None) -> str:
    """An answer as it is written on a bar."""
    if value is None or value == () or value == "":
        return "not answered"
    if isinstance(value, tuple):
        known = {o.feature_hash: o.label for o in attribute.options} if attribute else {}
        return ", ".join(known.get(v, "?") for v in value)
    if attribute is not None and attribute.type is AttributeType.NUMERIC and isinstance(value, float):
        return f"{value:g}"
    return str(value)
