"""What all drawing tools share: the armed class, the frame's border, making the object, and reaching through to select."""

from __future__ import annotations

from collections.abc import Callable
from copy import copy
from dataclasses import replace

from storage.model.geometry import Box, Geometry, Point, ShapeKind
from storage.model.labels import FrameKey
from storage.model.ontology import ObjectClass
from viewers.tools.base import Cursor, Draft, KeyEvent, PointerEvent, Tool, ToolContext
from viewers.tools.bounds import clipped_box, inside, why_degenerate
from viewers.tools.select import SelectTool
from viewers.tools.words import name_of


class DrawingTool(Tool):
    """Subclasses override `begin_at`, `drag_to`, `end_at`, `take_double` and keep their draft.

    An armed drawing tool ignores the shapes that are there. While S is held (`through`) and no draft is open, the pointer
    goes to a select tool instead, so that one can move the last shape without putting the tool away.
    """

    draws = True
    cursor = Cursor.CROSS
    shape: ShapeKind
    #: The idle hint and those of later stages are set by the subclass.
    idle_hint: str = ""
    #: The attributes that a draft of several clicks consists of: with them it waits and goes on.
    parts: tuple[str, ...] = ()

    def __init__(self) -> None:
        self._select = SelectTool()
        self._reaching = False  # the press went to the select tool: so does all until the release
        self._hovering = False  # S is held: the handles of what is selected are shown
        self.redraws: str | None = None  # an instance whose shape the next one replaces
        self.hint = self.idle_hint

    @property
    def selecting(self) -> SelectTool:
        """What it reaches through with while S is held; also nudges and such."""
        return self._select

    # -- what it draws

    @property
    def armed(self) -> ObjectClass | None:
        known = self.context.ontology.object(self.feature_hash)
        return known if known is not None and known.shape == self.shape else None

    @property
    def feature_hash(self) -> str:
        return self.context.focus.armed or ""

    @property
    def at(self) -> FrameKey:
        """Where what is drawn goes."""
        return self.context.at

    def within(self, at: Point) -> Point:
        """On the frame, unless the class allows shapes to stick out."""
        return at if self.sticks_out else inside(at, self.context.frame_size)

    @property
    def sticks_out(self) -> bool:
        """The class may reach beyond the picture."""
        return self.armed is not None and self.armed.allow_out_of_bounds

    def make(self, geometry: Geometry) -> str | None:
        """The finished shape as an object of the armed class, selected. None and a sentence when it cannot be made."""
        context, armed = self.context, self.armed
        if armed is None:
            context.say(f"Pick a class of the shape “{self.title.lower()}” first, then draw.")
            return None
        if isinstance(geometry, Box) and not armed.allow_out_of_bounds:
            geometry = clipped_box(geometry, context.frame_size)
        if why := why_degenerate(geometry, context.paper.pixel):
            context.say(why)
            return None
        if context.paper.measured is not None:
            context.paper.measured(geometry)
            return None
        return self._replace(geometry) if self.redraws else self._add(armed, geometry)

    def _add(self, armed: ObjectClass, geometry: Geometry) -> str:
        session, focus = self.context.session, self.context.focus
        edits, instance = session.drawn(armed.feature_hash, geometry, self.at, self.context.now())
        number = session.document.next_number(armed.feature_hash)
        session.do(f"Draw {armed.name} {number}", edits)
        focus.select((instance,))
        self.context.made(instance)
        return instance

    def _replace(self, geometry: Geometry) -> str | None:
        session, focus, instance = self.context.session, self.context.focus, self.redraws
        self.redraws = None
        if instance is None or instance not in session.document.instances:
            self.context.say("The object to redraw is gone; nothing was drawn.")
            return None
        text = f"Redraw {name_of(self.context.ontology, session.document, instance)}"
        session.do(text, session.reshaped({instance: geometry}, self.at, self.context.now()))
        focus.select((instance,))
        return instance

    # -- events, and who gets them

    def activate(self, context: ToolContext) -> None:
        super().activate(context)
        self._select.activate(context)
        self.hint = self.idle_hint

    def deactivate(self) -> None:
        super().deactivate()
        self._select.deactivate()
        self.redraws = None

    def settle(self) -> None:
        self._select.settle()

    def let_draft_wait(self) -> Callable[[], None] | None:
        """Drop the draft. What is returned brings it back, once the tool is in hand again; None: there is none."""
        if not self.parts or not self.has_draft():
            return None
        kept = {name: copy(getattr(self, name)) for name in ("hint", "redraws", *self.parts)}
        self.cancel()

        def resume() -> None:
            vars(self).update(kept)
            self.draft_resumed()

        return resume

    def draft_resumed(self) -> None:
        """The draft is there again."""

    def has_draft(self) -> bool:
        return False

    def reaches(self, e: PointerEvent) -> bool:
        """Whether this press is meant for the shapes that are there."""
        return e.through and not self.has_draft()

    def press(self, e: PointerEvent) -> None:
        self._select.settle()
        self._reaching = self.reaches(e)
        if self._reaching:
            self._select.press(replace(e, through=False))
        else:
            self.begin_at(e)

    def move(self, e: PointerEvent) -> None:
        self._hovering = e.button == "none" and self.reaches(e)
        if self._reaching or self._hovering:
            self._select.move(replace(e, through=False))
            self.cursor = self._select.cursor
        else:
            self.cursor = type(self).cursor
            self.drag_to(e)

    def release(self, e: PointerEvent) -> None:
        if self._reaching:
            self._reaching = False
            self._select.release(replace(e, through=False))
        else:
            self.end_at(e)

    def double_click(self, e: PointerEvent) -> None:
        self._reaching = False
        self.take_double(e)

    def key(self, e: KeyEvent) -> bool:
        if self.has_draft():
            if e.key == "Enter":
                self.finish()
                return True
            if e.key == "Backspace":
                return self.undo_draft()
        return False

    def key_up(self, e: KeyEvent) -> bool:
        return self._select.key_up(e)

    def right_click(self, e: PointerEvent) -> bool:
        return self.undo_draft()

    def cancel(self) -> bool:
        if self._reaching:
            self._reaching = False
            return self._select.cancel()
        return self.drop()

    def draft(self) -> list[Draft]:
        return [*self.drawn(), *(self._select.draft() if self._reaching or self._hovering else ())]

    def lifted(self) -> frozenset[str]:
        return frozenset()

    # -- for the subclass

    def begin_at(self, e: PointerEvent) -> None:
        """A press meant for drawing."""

    def drag_to(self, e: PointerEvent) -> None:
        """A move, held or not."""

    def end_at(self, e: PointerEvent) -> None:
        """A release."""

    def take_double(self, e: PointerEvent) -> None:
        self.begin_at(e)

    def drop(self) -> bool:
        """Forget the draft; True when there was one."""
        return False

    def drawn(self) -> list[Draft]:
        return []


class TwoPointTool(DrawingTool):
    """Two places make the shape: click and click, or press, drag and release."""

    parts: tuple[str, ...] = ("_first", "_now")

    def __init__(self) -> None:
        super().__init__()
        self._first: PointerEvent | None = None
        self._held = False  # the button of the first press is still down
        self._now: PointerEvent | None = None

    def has_draft(self) -> bool:
        return self._first is not None

    def shape_between(self, first: Point, now: Point, *, regular: bool) -> Geometry:
        raise NotImplementedError

    def complete(self, geometry: Geometry) -> None:
        """Both places are known."""
        self.make(geometry)

    def begin_at(self, e: PointerEvent) -> None:
        if self._first is None:
            self._first = self._now = e
            self._held = True
        else:
            self._now = e
            self._held = False
            self.finish()

    def drag_to(self, e: PointerEvent) -> None:
        if self._first is not None:
            self._now = e

    def end_at(self, e: PointerEvent) -> None:
        if self._first is None or not self._held:
            return
        self._held = False
        if e.far_from(self._first):
            self._now = e
            self.finish()

    def take_double(self, e: PointerEvent) -> None:
        """A double click in one place is a slip, not a shape of no size: the second press is not taken."""
        if self._first is None or e.far_from(self._first):
            self.begin_at(e)

    def finish(self) -> None:
        geometry = self._geometry()
        self.drop()
        if geometry is not None:
            self.complete(geometry)

    def undo_draft(self) -> bool:
        return self.drop()

    def drop(self) -> bool:
        had = self._first is not None
        self._first = self._now = None
        self._held = False
        return had

    def _geometry(self) -> Geometry | None:
        if self._first is None or self._now is None:
            return None
        return self.shape_between(self.within(self._first.point), self.within(self._now.point), regular=self._now.shift)
