"""What is done to shapes: join, subtract, convert between polygon, mask and box. One step each, which says what it loses."""

from __future__ import annotations

from collections.abc import Sequence

from storage.clock import now_ms
from storage.editing import verbs
from storage.editing.edits import Drop
from storage.model import masks, polygons
from storage.model.geometry import Bitmask, Box, Geometry, Polygon, RotatedBox, ShapeKind
from storage.model.labels import Annotation
from storage.model.ontology import ObjectClass
from viewers.editors.selection_verbs import SelectionVerbs
from viewers.tools.words import counted, names_of

#: What can be made of what.
CONVERSIONS: dict[ShapeKind, tuple[ShapeKind, ...]] = {
    ShapeKind.POLYGON: (ShapeKind.BITMASK, ShapeKind.BOX),
    ShapeKind.BITMASK: (ShapeKind.POLYGON, ShapeKind.BOX),
    ShapeKind.BOX: (ShapeKind.POLYGON, ShapeKind.BITMASK),
    ShapeKind.ROTATED_BOX: (ShapeKind.POLYGON, ShapeKind.BITMASK, ShapeKind.BOX),
    ShapeKind.CIRCLE: (ShapeKind.BITMASK, ShapeKind.BOX),
    ShapeKind.ELLIPSE: (ShapeKind.BITMASK, ShapeKind.BOX),
}

SHAPE_WORDS = {ShapeKind.POLYGON: "polygon", ShapeKind.BITMASK: "mask", ShapeKind.BOX: "box"}


def converted(geometry: Geometry, to: ShapeKind, frame: tuple[int, int]) -> Geometry | None:
    """The same place as another shape; None when nothing of it would be left."""
    if to is ShapeKind.BOX:
        x0, y0, x1, y1 = geometry.bounds()
        return Box(x0, y0, x1 - x0, y1 - y0)
    if to is ShapeKind.BITMASK:
        mask = masks.to_bitmask(geometry, *frame)
        return mask if mask.w else None
    if isinstance(geometry, Bitmask):
        return masks.contours(geometry)
    return Polygon.simple(geometry.corners()) if isinstance(geometry, Box | RotatedBox) else None


def loss(geometry: Geometry, to: ShapeKind) -> str:
    """What a conversion loses, in a few words; nothing when it can be undone by converting back."""
    if to is ShapeKind.BITMASK:
        return "its outline is rounded to whole pixels"
    if to is ShapeKind.BOX and not isinstance(geometry, Box):
        return "only its extent is kept"
    return ""


class ShapeVerbs(SelectionVerbs):
    # -- join and subtract

    def join_selected(self) -> None:
        """Polygons, or masks, of one class become one: the first one selected goes on, the others go."""
        found = self.selected()
        if len(found) < 2 or (not _all_of(found, Polygon) and not _all_of(found, Bitmask)):
            self.say("Select two or more polygons, or two or more masks, to join them.")
            return
        classes = {self.session.document.instances[a.instance].feature_hash for a in found}
        if len(classes) > 1:
            self.say("Objects of different classes are not joined: give them one class first (Ctrl+digit).")
            return
        self.settle()
        joined: Geometry
        if _all_of(found, Polygon):
            joined = polygons.union([a.geometry for a in found if isinstance(a.geometry, Polygon)])
        else:
            joined = masks.union([a.geometry for a in found if isinstance(a.geometry, Bitmask)])
        document, instances = self.session.document, [a.instance for a in found]
        answers = {i: len(document.answers_of(i)) for i in instances[1:]}
        into = self.name(instances[0])
        self.session.do(
            f"Join {len(found)} objects into {into}",
            (
                *self.session.reshaped({instances[0]: joined}, self.focus.at, now_ms()),
                *self.session.vanished(instances[1:], self.focus.at, now_ms()),
            ),
            about=instances,
        )
        self.focus.select(instances[:1])
        lost = sum(n for i, n in answers.items() if i not in document.instances)
        self.say(f"Joined into {into}." + (f" Dropped: {counted(lost, 'answer')} of the others." if lost else ""))

    def subtract_selected(self) -> None:
        """The newest selected polygon or mask is cut out of the others."""
        found = [a for a in self.selected() if isinstance(a.geometry, Polygon | Bitmask)]
        if len(found) < 2:
            self.say("Select the shapes to cut, then the polygon or mask that cuts them.")
            return
        self.settle()
        *targets, cutter = found
        kept: dict[str, Geometry] = {}
        gone: list[str] = []
        for target in targets:
            left = self._without(target.geometry, cutter.geometry)
            if left is None:
                gone.append(target.instance)
            elif left != target.geometry:
                kept[target.instance] = left
        if not kept and not gone:
            self.say(f"{self.name(cutter.instance)} does not overlap the others: nothing was cut.")
            return
        at, now = self.focus.at, now_ms()
        text = f"Subtract {self.name(cutter.instance)} from {self._names(targets)}"
        said = f"{len(gone)} objects lay wholly inside and were deleted; undo brings them back." if gone else ""
        self.session.do(text, (*self.session.reshaped(kept, at, now), *self.session.vanished(gone, at, now)))
        self.focus.select(i for i in self.focus.selected if i not in gone)
        self.say(said)

    def _without(self, target: Geometry, cutter: Geometry) -> Geometry | None:
        if isinstance(target, Bitmask):
            left = masks.subtract(target, (masks.to_bitmask(cutter, *self.frame_size()),))
            return left if left.w else None
        assert isinstance(target, Polygon)
        knife = masks.contours(cutter) if isinstance(cutter, Bitmask) else cutter
        return polygons.subtract(target, (knife,)) if isinstance(knife, Polygon) else target

    # -- convert

    def conversions(self) -> list[tuple[ShapeKind, ObjectClass]]:
        """What the selection can become: shapes that all of it can take, with each class of that shape."""
        found = self.selected()
        if not found:
            return []
        shapes = set(CONVERSIONS.get(found[0].geometry.kind, ()))
        for annotation in found[1:]:
            shapes &= set(CONVERSIONS.get(annotation.geometry.kind, ()))
        return [(known.shape, known) for known in self.classes() if known.shape in shapes]

    def convert_to_polygon(self) -> None:
        self.convert(ShapeKind.POLYGON)

    def convert_to_mask(self) -> None:
        self.convert(ShapeKind.BITMASK)

    def convert_to_box(self) -> None:
        self.convert(ShapeKind.BOX)

    def convert(self, to: ShapeKind, feature_hash: str | None = None) -> None:
        """The selected shapes as another kind of shape, and thereby another class. One step."""
        found = self.selected()
        if not found:
            self._nothing("convert")
            return
        fits = [a for a in found if to in CONVERSIONS.get(a.geometry.kind, ())]
        if not fits:
            self.say(f"This cannot become a {SHAPE_WORDS[to]}.")
            return
        known = self.ontology.object(feature_hash) if feature_hash else self._class_for(to, fits)
        if known is None:
            self.say(f"The ontology has no class with the shape {SHAPE_WORDS[to]}: add one, then convert.")
            return
        document = self.session.document
        if any(row.sheet is not None for a in fits for row in document.annotations_of(a.instance)):
            self.say("Shapes on planes of their own stay what they are: nothing was converted.")
            return
        self.settle()
        made: dict[str, Geometry] = {}
        empty: list[str] = []
        losses: set[str] = set()
        # The class is the object's, so its shapes on all frames become the new kind together.
        for row in (row for a in fits for row in document.annotations_of(a.instance)):
            shape = converted(row.geometry, to, self.frame_size())
            if shape is not None:
                made[row.uuid] = shape
                losses.add(loss(row.geometry, to))
            else:
                empty.append(row.uuid)
        instances = list(dict.fromkeys(document.annotations[u].instance for u in made))
        if not instances:
            self.say("It covers no pixel's centre: a mask of it would be empty. Nothing was converted.")
            return
        if to is ShapeKind.BITMASK and any(
            self.session.frames.moving and len(document.annotations_of(i)) > 1 for i in instances
        ):
            losses.add("masks stand still from one key frame to the next")
        answers = sum(len(document.answers_of(i)) for i in instances)
        text = f"Convert {names_of(self.ontology, document, instances)} to {SHAPE_WORDS[to]}"
        gone = [Drop("annotation", u) for u in empty if document.annotations[u].instance in instances]
        self.session.do(text, (*verbs.convert(document, made, known.feature_hash, **self._who()), *gone))
        said = [f"Now {known.name}", *sorted(losses - {""})]
        said += [f"without {counted(answers, 'answer')} of the old class"] if answers else []
        self.say("; ".join(said) + ". Undo brings it all back.")

    def _class_for(self, to: ShapeKind, found: Sequence[Annotation]) -> ObjectClass | None:
        """Of that shape: the armed class, else the one with the same name, else the first."""
        candidates = [c for c in self.classes() if c.shape == to]
        own = self.ontology.object(self.session.document.instances[found[0].instance].feature_hash)
        for known in candidates:
            if known.feature_hash == self.focus.armed:
                return known
        for known in candidates:
            if own is not None and known.name.casefold() == own.name.casefold():
                return known
        return candidates[0] if candidates else None


def _all_of(found: Sequence[Annotation], kind: type) -> bool:
    return all(isinstance(a.geometry, kind) for a in found)
