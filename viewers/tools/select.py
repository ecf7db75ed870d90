"""Select, move, resize, rotate, and edit vertices: the tool that is in hand when no other is."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Literal

from storage.model.geometry import Bounds, Box, Cuboid2D, Geometry, Skeleton, Visibility
from storage.model.labels import Annotation
from viewers.tools.base import (
    BoxDraft,
    Cursor,
    Draft,
    Handle,
    HandleRole,
    HandlesDraft,
    KeyEvent,
    LabelDraft,
    PointerEvent,
    Tool,
)
from viewers.tools.bounds import cuboid_inside, inside, limited_shift, why_degenerate
from viewers.tools.handles import after_insert, dragged
from viewers.tools.holds import MANY, Holds
from viewers.tools.moves import allowed, may_stick_out, preview
from viewers.tools.nudges import Nudges
from viewers.tools.snap import snapped
from viewers.tools.vertices import can_lose, delete_vertex, points_of, toggle_visibility
from viewers.tools.words import name_of, names_of

ARROWS = {"Left": (-1, 0), "Right": (1, 0), "Up": (0, -1), "Down": (0, 1)}

#: From this many objects on a drag shows the box that they fill; they follow when it ends.
MANY_MOVING = 300

_CORNER_CURSORS = (Cursor.SIZE_FDIAG, Cursor.SIZE_BDIAG)
_SIDE_CURSORS = (Cursor.SIZE_V, Cursor.SIZE_H)


@dataclass(slots=True)
class _Drag:
    """What a press has taken hold of."""

    kind: Literal["marquee", "move", "handle"]
    start: PointerEvent
    originals: dict[str, Annotation] = field(default_factory=dict)  # by instance, as they were at the press
    handle: Handle | None = None
    on_click: str | None = None  # the instance that a click without a drag selects
    moved: bool = False
    last: PointerEvent | None = None
    shift: tuple[float, float] = (0.0, 0.0)
    box: Bounds | None = None  # of all that it moves, once it is asked for

    @property
    def is_light(self) -> bool:
        """Too many to draw each of them anew at every event."""
        return self.kind == "move" and len(self.originals) >= MANY_MOVING


class SelectTool(Tool):
    id, title = "select", "Select"
    hint = "Select: click a shape, Ctrl+click adds, drag on empty ground to catch several"

    def __init__(self) -> None:
        self._drag: _Drag | None = None
        self._hot: Handle | None = None
        self._pointer = (0.0, 0.0)
        self.holds, self._nudges = Holds(self), Nudges()
        self._on_ghost = False

    # -- events

    def press(self, e: PointerEvent) -> None:
        self.settle()
        handle = None if e.through else self.holds.handle_at(e)
        single = self.holds.single()
        if handle is not None and single is not None:
            if e.ctrl and can_lose(single.geometry, handle):
                self._delete_vertex(single, handle)
                return
            self._hot = handle
            self._drag = _Drag("handle", e, {single.instance: single}, handle)
            return
        found, focus = self.holds.shapes_at(e), self.context.focus
        if not found:
            self._drag = _Drag("marquee", e)
            return
        # Dragging what is selected wins over what is smaller: else a shape under another could never be moved.
        held = next((i for i in found if i in focus.selected), None)
        self._drag = _Drag("move", e, on_click=found[0])
        if held is None and not e.ctrl and not e.shift:
            focus.select((found[0],))
            self._drag.on_click = None
        self._drag.originals = {a.instance: a for a in self.holds.selected()}

    def move(self, e: PointerEvent) -> None:
        self._pointer = e.point
        drag = self._drag
        if drag is None:
            self._hot = None if e.through or e.button != "none" else self.holds.handle_at(e)
            self._on_ghost = self._hot is None and not e.through and bool(self.holds.ghost_at(e))
            self.cursor = self._cursor()
            return
        if not drag.moved and not e.far_from(drag.start):
            return
        if not drag.moved:
            drag.moved = True
            self._begin(drag)
        drag.last = e
        if drag.kind == "move":
            self._move_to(drag, e)
        elif drag.kind == "handle":
            self._handle_to(drag, e)

    def release(self, e: PointerEvent) -> None:
        drag, self._drag = self._drag, None
        if drag is None:
            return
        if not drag.moved:
            self._clicked(drag, e)
        elif drag.kind == "marquee":
            self._catch(drag, e)
        elif drag.is_light:
            self._move_many(drag)
        elif self.context.session.in_gesture:
            self._end(drag)

    def double_click(self, e: PointerEvent) -> None:
        self.press(e)

    def right_click(self, e: PointerEvent) -> bool:
        """On a vertex: it goes. Elsewhere the menu of what lies under the pointer opens, which is selected first."""
        self.settle()
        handle, single = self.holds.handle_at(e), self.holds.single()
        if handle is not None and single is not None and can_lose(single.geometry, handle):
            self._delete_vertex(single, handle)
            return True
        found, focus = self.holds.shapes_at(e), self.context.focus
        if found and not any(i in focus.selected for i in found):
            focus.select((found[0],))
        return False

    def leave(self) -> None:
        if self._drag is None:
            self._hot = None

    def key(self, e: KeyEvent) -> bool:
        if e.ctrl and e.key in ARROWS:
            return self.nudge(*(d * (10 if e.shift else 1) for d in ARROWS[e.key]))
        if e.key not in ("Ctrl", "Shift"):
            self.settle_nudges()
        if e.key in ("O", "Q") and not e.ctrl and not e.shift:
            return self._toggle_visibility(Visibility.INVISIBLE if e.key == "O" else Visibility.OCCLUDED)
        return False

    def key_up(self, e: KeyEvent) -> bool:
        if e.key == "Ctrl":
            self.settle_nudges()
        return False

    def cancel(self) -> bool:
        """A drag or run of nudges under way is taken back; what is selected stays."""
        drag, self._drag = self._drag, None
        running = self._nudges.drop()
        if running or (drag is not None and drag.moved and drag.kind != "marquee"):
            self.context.session.cancel()
        return running or (drag is not None and drag.moved)

    def deactivate(self) -> None:
        self.settle()
        self.cancel()
        self._hot = None

    def undo_draft(self) -> bool:
        """Ctrl+Z in mid-drag takes the drag back; a run of nudges is a step like any other."""
        self.settle_nudges()
        return self.cancel()

    def finish(self) -> None:
        self.settle()

    # -- clicks and the marquee

    def _clicked(self, drag: _Drag, e: PointerEvent) -> None:
        focus = self.context.focus
        if drag.kind == "marquee":
            if not (e.ctrl or e.shift):
                focus.select(())
        elif drag.kind == "move" and drag.on_click is not None:
            if drag.start.ctrl or drag.start.shift:
                focus.toggle(drag.on_click)
            else:
                focus.select((drag.on_click,))

    def _catch(self, drag: _Drag, e: PointerEvent) -> None:
        """Everything that lies wholly in the marquee."""
        context = self.context
        caught = context.hits.in_rect(_rect(drag.start, e), skip=context.focus.hidden)
        keep = context.focus.selected if drag.start.shift or drag.start.ctrl else ()
        context.focus.select((*keep, *caught))

    # -- dragging

    def _begin(self, drag: _Drag) -> None:
        context = self.context
        if drag.kind == "move":
            adds = drag.start.ctrl or drag.start.shift
            if adds and drag.on_click is not None and drag.on_click not in context.focus.selected:
                context.focus.select((*context.focus.selected, drag.on_click))
                drag.originals = {a.instance: a for a in self.holds.selected()}
            if not drag.originals:
                context.say("The object is locked: unlock it (L) to move it.")
                return
            if not drag.is_light:
                context.session.begin(self._move_text(drag))
        elif drag.kind == "handle" and drag.handle is not None:
            (original,) = drag.originals.values()
            name = name_of(context.ontology, context.session.document, original.instance)
            context.session.begin(f"{_verb(drag.handle)} {name}")

    def _move_text(self, drag: _Drag) -> str:
        moving = [a.instance for a in drag.originals.values()]
        return f"Move {names_of(self.context.ontology, self.context.session.document, moving)}"

    def _move_many(self, drag: _Drag) -> None:
        session = self.context.session
        shapes = {i: a.geometry.moved(*drag.shift) for i, a in drag.originals.items() if i in session.document.instances}
        session.do(self._move_text(drag), session.reshaped(shapes, self.context.at, self.context.now()))

    def _move_to(self, drag: _Drag, e: PointerEvent) -> None:
        if not drag.originals or not (drag.is_light or self.context.session.in_gesture):
            return
        dx, dy = e.x - drag.start.x, e.y - drag.start.y
        if e.shift:
            dx, dy = (dx, 0.0) if abs(dx) >= abs(dy) else (0.0, dy)
        if drag.is_light:
            drag.shift = self._allowed_together(drag, dx, dy)
            return
        dx, dy = allowed(self.context, drag.originals.values(), dx, dy)
        preview(self.context, {i: a.geometry.moved(dx, dy) for i, a in drag.originals.items()})

    def _handle_to(self, drag: _Drag, e: PointerEvent) -> None:
        if drag.handle is None or not self.context.session.in_gesture:
            return
        (original,) = drag.originals.values()
        handle, at = drag.handle, e.point
        if e.ctrl and handle.role in (HandleRole.VERTEX, HandleRole.INSERT):
            snap = snapped(self.context, at, e.pixel, frozenset((original.instance,)))
            at = (snap.x, snap.y) if snap is not None else at
        if handle.role is not HandleRole.ROTATE and not may_stick_out(self.context, original):
            at = inside(at, self.context.frame_size)
        geometry = dragged(original.geometry, handle, at, regular=e.shift)
        if isinstance(geometry, Cuboid2D) and not may_stick_out(self.context, original):
            geometry = cuboid_inside(geometry, self.context.frame_size)
        preview(self.context, {original.instance: geometry})
        self._hot = replace(after_insert(handle), x=at[0], y=at[1])

    def _end(self, drag: _Drag) -> None:
        session = self.context.session
        if drag.kind == "handle":
            (instance,) = drag.originals
            present = self.holds.on_frame(instance)
            if present is not None and why_degenerate(present.geometry, self.context.paper.pixel):
                session.cancel()
                self.context.say("The shape would be smaller than one pixel: it was left as it was.")
                return
        session.commit()

    def _allowed_together(self, drag: _Drag, dx: float, dy: float) -> tuple[float, float]:
        """As `moves.allowed`, by the one box that all of them fill."""
        if all(may_stick_out(self.context, a) for a in drag.originals.values()):
            return (dx, dy)
        return limited_shift([self._box_of(drag)], self.context.frame_size, dx, dy)

    def _box_of(self, drag: _Drag) -> Bounds:
        if drag.box is None:
            drag.box = self.context.hits.bounds(a.instance for a in drag.originals.values()) or (0.0, 0.0, 0.0, 0.0)
        return drag.box

    # -- keys

    def nudge(self, dx: float, dy: float) -> bool:
        """Move the selection a little. A run of nudges is one step, which ends when Ctrl is let go or no key comes for a while."""
        if self._drag is not None:
            self.cancel()
        if not self._nudges.running or not self.context.session.in_gesture:
            found = self.holds.selected()
            if not found:
                return False
            self._nudges.begin(self.context, found)
        self._nudges.nudge(self.context, dx, dy)
        return True

    def settle(self) -> None:
        """Before anything else happens: a run of nudges becomes a step, a drag whose button is still down is dropped."""
        self.settle_nudges()
        if self._drag is not None:
            self.cancel()

    def settle_nudges(self) -> None:
        self._nudges.settle(self.context.session)

    def _delete_vertex(self, annotation: Annotation, handle: Handle) -> None:
        if delete_vertex(self.context, annotation, handle):
            self._hot = None

    def _toggle_visibility(self, other: Visibility) -> bool:
        """Of the skeleton's point under the pointer."""
        single, hot = self.holds.single(), self._hot
        if single is None or not isinstance(single.geometry, Skeleton) or hot is None or hot.role is not HandleRole.VERTEX:
            return False
        toggle_visibility(self.context, single, hot, other)
        return True

    # -- what is drawn

    def draft(self) -> list[Draft]:
        shown: list[Draft] = []
        drag = self._drag
        if drag is not None and drag.moved and drag.kind == "marquee" and drag.last is not None:
            return [BoxDraft(_rect(drag.start, drag.last))]
        if drag is not None and drag.kind == "move" and drag.moved:
            return self._carried(drag)
        single = self.holds.single()
        if single is not None:
            shown.append(HandlesDraft(self._shown_handles(single.geometry)))
        return shown

    def _carried(self, drag: _Drag) -> list[Draft]:
        """No handles, they would be in the way of what is being placed; many objects are shown as their box."""
        if not drag.is_light:
            return []
        (x0, y0, x1, y1), (dx, dy) = self._box_of(drag), drag.shift
        text = f"{len(drag.originals):,} objects"
        return [BoxDraft((x0 + dx, y0 + dy, x1 + dx, y1 + dy)), LabelDraft(x0 + dx, y0 + dy, text)]

    def _shown_handles(self, geometry: Geometry) -> tuple[Handle, ...]:
        if self._drag is not None and self._drag.moved and self._hot is not None and points_of(geometry) > MANY:
            return (replace(self._hot, hot=True),)
        return self.holds.shown_handles(geometry, self._pointer, self._hot)

    def _cursor(self) -> Cursor:
        if self._hot is None:
            over = self.context.focus.hovered
            held = self._on_ghost if over is None else over in self.context.focus.selected
            return Cursor.MOVE if held else Cursor.ARROW
        match self._hot.role:
            case HandleRole.ROTATE:
                return Cursor.ROTATE
            case HandleRole.CORNER if isinstance(self._geometry(), Box):
                return _CORNER_CURSORS[self._hot.path[-1] % 2]
            case HandleRole.EDGE if isinstance(self._geometry(), Box):
                return _SIDE_CURSORS[self._hot.path[-1] % 2]
            case _:
                return Cursor.POINT

    def _geometry(self) -> Geometry | None:
        single = self.holds.single()
        return single.geometry if single is not None else None


def _rect(a: PointerEvent, b: PointerEvent) -> tuple[float, float, float, float]:
    return (min(a.x, b.x), min(a.y, b.y), max(a.x, b.x), max(a.y, b.y))


def _verb(handle: Handle) -> str:
    match handle.role:
        case HandleRole.ROTATE:
            return "Rotate"
        case HandleRole.VERTEX:
            return "Move a point of"
        case HandleRole.INSERT:
            return "Add a point to"
        case _:
            return "Resize"
