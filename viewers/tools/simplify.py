"""Fewer vertices for the selected polygons and lines: a tolerance under the hand, the result shown until Enter takes it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from storage.model import polygons
from storage.model.geometry import Geometry, Polygon, Polyline, ShapeKind
from storage.model.labels import Annotation
from viewers.tools.base import Cursor, Draft, Handle, HandleRole, KeyEvent, PointerEvent, ShapeDraft, WheelEvent
from viewers.tools.drawing import DrawingTool
from viewers.tools.words import names_of

ROUGHEST = 50.0  # px
#: More vertices than these are not marked one by one.
MARKED = 600


@dataclass(slots=True)
class SimplifySettings:
    """`tolerance`: how far, in pixels of the picture, the outline may move."""

    tolerance: float = 1.0
    changed: Callable[[], None] = field(default=lambda: None, repr=False, compare=False)

    def set_tolerance(self, tolerance: float) -> None:
        tolerance = min(ROUGHEST, max(0.1, round(tolerance, 1)))
        if tolerance != self.tolerance:
            self.tolerance = tolerance
            self.changed()

    def step(self, steps: int) -> None:
        """By a tenth at first, by more when it is large."""
        for _ in range(abs(steps)):
            by = 0.1 if self.tolerance < 1 else 0.5 if self.tolerance < 5 else 2.0
            self.set_tolerance(self.tolerance + (by if steps > 0 else -by))


def simplified(geometry: Geometry, tolerance: float) -> Geometry:
    match geometry:
        case Polygon():
            return polygons.simplify(geometry, tolerance)
        case Polyline(points):
            return Polyline(polygons.simplify_line(points, tolerance))
    return geometry


def vertices(geometry: Geometry) -> int:
    match geometry:
        case Polygon(parts):
            return sum(len(ring) for part in parts for ring in part)
        case Polyline(points):
            return len(points)
    return 0


class SimplifyTool(DrawingTool):
    """Not armed by a class: it works on what is selected."""

    id, title, shape = "simplify", "Simplify", ShapeKind.POLYGON
    idle_hint = "Simplify: select polygons or lines first"
    cursor = Cursor.ARROW

    def __init__(self, settings: SimplifySettings | None = None) -> None:
        super().__init__()
        self.settings = settings or SimplifySettings()
        self._shown: tuple[object, dict[str, Geometry]] = (None, {})

    @property
    def feature_hash(self) -> str:
        return ""

    def has_draft(self) -> bool:
        return bool(self.targets())

    def reaches(self, e: PointerEvent) -> bool:
        """A click selects something else to simplify."""
        return True

    def targets(self) -> list[Annotation]:
        focus, session = self.context.focus, self.context.session
        found = (session.shown(i, self.context.at) for i in focus.selected if i not in focus.locked | focus.hidden)
        return [a for a in found if a is not None and not a.outside and isinstance(a.geometry, Polygon | Polyline)]

    def results(self) -> dict[str, Geometry]:
        """By instance: what Enter would make of it."""
        targets = self.targets()
        key = (self.settings.tolerance, tuple((a.instance, id(a.geometry)) for a in targets))
        if key != self._shown[0]:
            self._shown = (key, {a.instance: simplified(a.geometry, self.settings.tolerance) for a in targets})
        return self._shown[1]

    def key(self, e: KeyEvent) -> bool:
        if e.key in ("[", "]") and not e.ctrl:
            self.settings.step(-1 if e.key == "[" else 1)
            return True
        if e.key == "Enter":
            self.finish()
            return True
        return False

    def wheel(self, e: WheelEvent) -> bool:
        if not (e.ctrl and e.shift):
            return False
        self.settings.step(1 if e.steps > 0 else -1)
        return True

    def right_click(self, e: PointerEvent) -> bool:
        return False

    def undo_draft(self) -> bool:
        return False

    def finish(self) -> None:
        context, session = self.context, self.context.session
        before = {a.instance: a.geometry for a in self.targets()}
        changed = {i: g for i, g in self.results().items() if g != before[i]}
        if not before:
            context.say("Select polygons or lines that are not locked to simplify them.")
        elif not changed:
            context.say(f"Nothing to leave out within {self.settings.tolerance:g} px.")
        else:
            were, are = (sum(map(vertices, some)) for some in ((before[i] for i in changed), changed.values()))
            text = f"Simplify {names_of(context.ontology, session.document, tuple(changed))}"
            session.do(text, session.reshaped(changed, context.at, context.now()))
            context.say(f"{were:,} vertices became {are:,}.")
            context.made(next(iter(changed)))

    def draft(self) -> list[Draft]:
        results, before = self.results(), self.targets()
        self.hint = self.idle_hint
        if before:
            were, are = sum(vertices(a.geometry) for a in before), sum(map(vertices, results.values()))
            self.hint = (
                f"Simplify by up to {self.settings.tolerance:g} px: {were:,} vertices become {are:,}. "
                "[ ]: tolerance; Enter takes it; Esc keeps it as it was"
            )
        document = self.context.session.document
        shown: list[Draft] = []
        for instance, geometry in results.items():
            dots = _dots(geometry) if vertices(geometry) <= MARKED else ()
            shown.append(ShapeDraft(geometry, document.instances[instance].feature_hash, handles=dots))
        return shown

    def lifted(self) -> frozenset[str]:
        return frozenset(a.uuid for a in self.targets())


def _dots(geometry: Geometry) -> tuple[Handle, ...]:
    if isinstance(geometry, Polygon):
        rings = [ring for part in geometry.parts for ring in part]
    else:
        rings = [geometry.points] if isinstance(geometry, Polyline) else []
    return tuple(Handle(*p, HandleRole.VERTEX) for ring in rings for p in ring)
