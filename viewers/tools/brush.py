"""Brush and eraser for masks. One stroke is one step; it goes on in the selected mask of the armed class."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from storage.editing.edits import Edit
from storage.editing.volume_verbs import PaintRules
from storage.model import masks
from storage.model.geometry import Bitmask, Point, ShapeKind
from storage.model.labels import Annotation, FrameKey, Instance
from viewers.tools.base import BrushDraft, Cursor, Draft, KeyEvent, MaskDraft, PointerEvent, WheelEvent
from viewers.tools.drawing import DrawingTool
from viewers.tools.stroke import LiveMask, Rect
from viewers.tools.words import name_of

SMALLEST, LARGEST = 1, 500


@dataclass(slots=True)
class BrushSettings:
    """Shared by brush and eraser, and by the strip that shows them. `size` is the width in pixels of the picture.

    `resized` is called when the size changes, by key, wheel or strip.
    """

    size: int = 20
    square: bool = False
    remove_underlying: bool = False
    #: Of volumes, whose rules take the place of “remove underlying”: who may share voxels with whom, and who gives way.
    rules: Callable[[], PaintRules] | None = field(default=None, repr=False, compare=False)
    resized: Callable[[], None] = field(default=lambda: None, repr=False, compare=False)
    #: Millimetres of a pixel, where they are known.
    mm: Callable[[], float | None] = field(default=lambda: None, repr=False, compare=False)
    #: How many columns a row is as tall as: pixels of a slice need not be square, a brush is round in the patient.
    aspect: Callable[[], float] = field(default=lambda: 1.0, repr=False, compare=False)

    @property
    def tall(self) -> int:
        """In rows, as `size` is in columns."""
        return max(1, round(self.size / self.aspect()))

    def unit(self) -> str:
        """What stands behind the size: " px", or " px, 9.8 mm"."""
        mm = self.mm()
        return " px" if mm is None else f" px, {self.size * mm:.3g} mm"

    def words(self) -> str:
        return f"{self.size}{self.unit()}"

    def resize(self, size: int) -> None:
        size = min(LARGEST, max(SMALLEST, size))
        if size != self.size:
            self.size = size
            self.resized()

    def grow(self, steps: int) -> None:
        """By a tenth a step, at least one pixel: small brushes finely, large ones fast."""
        for _ in range(abs(steps)):
            change = max(1, self.size // 10)
            self.resize(self.size + change if steps > 0 else self.size - change)


class BrushTool(DrawingTool):
    id, title, shape = "brush", "Brush", ShapeKind.BITMASK
    idle_hint = "Brush: paint. Hold Ctrl: erase; X: eraser; [ ] or Ctrl+Shift+wheel: size; H held: see under it; N: new mask"
    cursor = Cursor.NONE
    erases = False
    does, undoes = "Paint", "Erase from"  # in the text of the step
    #: A stroke on a frame where the selected mask is not goes on in it: slices of one body. Else it begins a new one.
    continues = False

    def __init__(self, settings: BrushSettings | None = None) -> None:
        super().__init__()
        self.settings = settings or BrushSettings()
        self._pointer: PointerEvent | None = None
        self._live: LiveMask | None = None
        self._began: tuple[FrameKey, str] | None = None  # frame and class of the stroke, whatever is looked at when it ends
        self._held = False  # the button that began a stroke is still down
        self._goes_on = False  # ... and another frame has come under the hand
        self._target: Annotation | None = None  # what the stroke goes on in; None: a new mask
        self._last: Point = (0.0, 0.0)
        self._erasing = False
        self._veiled: frozenset[str] = frozenset()  # H is held: annotations that are not drawn, to see the picture
        self._revision = 0
        self._dirty: Rect | None = None

    def has_draft(self) -> bool:
        return self._live is not None

    @property
    def at(self) -> FrameKey:
        return self._began[0] if self._began is not None else super().at

    @property
    def feature_hash(self) -> str:
        return self._began[1] if self._began is not None else super().feature_hash

    # -- events

    def begin_at(self, e: PointerEvent) -> None:
        self._pointer, self._goes_on = e, False
        if self.armed is None:
            self.context.say("Pick a class with the shape “bitmask” first, then paint.")
            return
        self._erasing = self.erases != e.ctrl
        self._target = self.target(e)
        if self._erasing and self._target is None:
            self.context.say(self._why_kept(e.x, e.y))
            return
        live = self.new_live()
        if self._target is not None:
            mask = self._target.geometry
            assert isinstance(mask, Bitmask)
            live.load(masks.decode(mask), mask.x, mask.y)
        self._began, self._held = (self.at, self.feature_hash), True
        self._live, self._last, self._dirty = live, e.point, None
        self._paint(e.point)

    def new_live(self) -> LiveMask:
        return LiveMask(self.context.pixels)

    def drag_to(self, e: PointerEvent) -> None:
        self._pointer = e
        if self._goes_on and e.button == "left" and not self.has_draft():
            self.begin_at(e)
        elif self._live is not None and e.button == "left":
            self._paint(e.point)

    def end_at(self, e: PointerEvent) -> None:
        self._pointer, self._held, self._goes_on = e, False, False
        if self._live is not None:
            self._paint(e.point)
            self.finish()

    def leave(self) -> None:
        if self._live is None:
            self._pointer = None

    def key(self, e: KeyEvent) -> bool:
        if e.key in ("[", "]") and not e.ctrl:
            self.settings.grow(-1 if e.key == "[" else 1)
            self.context.say(f"Brush: {self.settings.words()}")
            return True
        if e.key == "H" and not (e.ctrl or e.shift):
            if not e.repeat:
                self._veiled = self._under_pointer(e.x, e.y)
            return bool(self._veiled)
        return super().key(e)

    def key_up(self, e: KeyEvent) -> bool:
        if e.key == "H" and self._veiled:
            self._veiled = frozenset()
            return True
        return super().key_up(e)

    def _under_pointer(self, x: float, y: float) -> frozenset[str]:
        """The selected mask and those under the pointer."""
        context = self.context
        instances = {*context.focus.selected, *context.hits.at(x, y, 0.0)}
        found = (context.session.shown(i, context.at) for i in instances)
        return frozenset(a.uuid for a in found if a is not None and isinstance(a.geometry, Bitmask))

    def wheel(self, e: WheelEvent) -> bool:
        if not (e.ctrl and e.shift):
            return False
        self.settings.grow(1 if e.steps > 0 else -1)
        self.context.say(f"Brush: {self.settings.words()}")
        return True

    def deactivate(self) -> None:
        self._veiled = frozenset()
        super().deactivate()

    def settle(self) -> None:
        super().settle()
        self.finish()

    def frame_changes(self) -> None:
        """What is painted is a step on its own frame; while the button is held the stroke goes on on the next one."""
        super().frame_changes()
        self._goes_on = self._held

    def cancel(self) -> bool:
        self._held = self._goes_on = False
        return super().cancel()

    def right_click(self, e: PointerEvent) -> bool:
        return False

    def undo_draft(self) -> bool:
        self._held = self._goes_on = False
        return self.drop()

    def drop(self) -> bool:
        had = self._live is not None
        self._live = self._target = self._began = None
        return had

    # -- what the stroke does

    def target(self, e: PointerEvent) -> Annotation | None:
        """The selected mask of the armed class; an eraser also takes the one under the pointer."""
        context = self.context
        wanted = [context.focus.primary] if context.focus.primary else []
        if self._erasing:
            wanted += context.hits.at(e.x, e.y, 0.0)
        for instance in wanted:
            known = context.session.document.instances.get(instance or "")
            if known is None or known.feature_hash != self.feature_hash:
                continue
            if instance in context.focus.locked or instance in context.focus.hidden:
                continue
            found = context.session.shown(known.uuid, context.at)
            if found is not None and not found.outside and isinstance(found.geometry, Bitmask):
                return found
        return None

    def _why_kept(self, x: float, y: float) -> str:
        context = self.context
        shown = ((i, context.session.shown(i, context.at)) for i in context.hits.at(x, y, 0.0))
        return self.why_kept(i for i, found in shown if found is not None and isinstance(found.geometry, Bitmask))

    def why_kept(self, under: Iterable[str]) -> str:
        """Nothing was rubbed out here: which of the masks under the eraser stands in the way of the wish, and what would help."""
        context = self.context
        for instance in under:
            known = context.session.document.instances.get(instance)
            if known is None:
                continue
            name = name_of(context.ontology, context.session.document, instance)
            other = context.ontology.object(known.feature_hash)
            if instance in context.focus.locked:
                return f"{name} is locked: unlock it to erase from it."
            if other is not None and known.feature_hash != self.feature_hash:
                return f"{name} is of another class: choose “{other.name}” to erase from it."
            if instance in context.focus.hidden:
                return f"{name} is hidden: show it to erase from it."
            if instance != context.focus.primary:
                return f"{name} is not the selected one: select it to erase from it."
        return "There is no mask of this class to erase here: select one first."

    def _paint(self, to: Point) -> None:
        assert self._live is not None
        before = self._live.array
        size, square = self.settings.size, self.settings.square
        changed = self._live.stroke(self._last, to, size, square=square, value=not self._erasing, tall=self.settings.tall)
        self._last = to
        self._revision += 1
        # A mask that has grown is another array: all of it is new to the canvas.
        self._dirty = changed if self._live.array is before else None

    def finish(self) -> None:
        live, target, began = self._live, self._target, self._began
        if live is None:
            return
        self.drop()
        self._began = began
        try:
            self._commit(live, target)
        finally:
            self._began = None

    def _commit(self, live: LiveMask, target: Annotation | None) -> None:
        if live.is_empty():
            self._emptied(target)
            return
        self._keep(masks.encode(live.array, live.x, live.y), target)

    def _keep(self, geometry: Bitmask, target: Annotation | None) -> None:
        """What the target, or a new mask, is to be, as far as the rules let it."""
        if not self._erasing:
            geometry = self._spared(geometry, target)
        if geometry.w == 0:
            self.context.say("Nothing was painted: other masks keep these pixels (see the overlap of masks).")
        elif target is None:
            self._commit_new(geometry)
        elif geometry != target.geometry:
            self._commit_into(target, geometry)
        elif self._erasing:
            self.context.say(self._why_kept(*self._last))

    def _commit_new(self, geometry: Bitmask) -> None:
        if self.redraws:
            self.make(geometry)
            return
        context, session, armed = self.context, self.context.session, self.armed
        if armed is None:
            return
        own = self._elsewhere() if self.continues else None
        if own is not None:
            edits = session.reshaped({own: geometry}, self.at, context.now())
            name = name_of(context.ontology, session.document, own)
            session.do(f"{self.does} {name}", (*edits, *self._underlying(geometry, own)))
            return
        edits, instance = session.drawn(armed.feature_hash, geometry, self.at, context.now())
        number = session.document.next_number(armed.feature_hash)
        session.do(f"{self.does} {armed.name} {number}", (*edits, *self._underlying(geometry, "")))
        context.focus.select((instance,))

    def _elsewhere(self) -> str | None:
        """The selected mask of the armed class, which has no pixel on this frame yet."""
        focus = self.context.focus
        known = self.context.session.document.instances.get(focus.primary or "")
        if known is None or known.feature_hash != self.feature_hash or known.uuid in focus.locked | focus.hidden:
            return None
        here = self.context.session.shown(known.uuid, self.at)
        return known.uuid if here is None or here.outside else None

    def _commit_into(self, target: Annotation, geometry: Bitmask) -> None:
        context, session = self.context, self.context.session
        name = name_of(context.ontology, session.document, target.instance)
        edits: tuple[Edit, ...] = session.reshaped({target.instance: geometry}, self.at, context.now())
        if not self._erasing:
            edits += self._underlying(self._gained(geometry, target), target.instance)
        session.do(f"{self.undoes if self._erasing else self.does} {name}", edits)
        context.focus.select((target.instance,))

    def _emptied(self, target: Annotation | None) -> None:
        """The last pixel is gone, and the object with it."""
        if target is None:
            return
        session = self.context.session
        name = name_of(self.context.ontology, session.document, target.instance)
        session.do(f"Erase all of {name}", self._gone((target.instance,)))
        if target.instance in session.document.instances:
            self.context.say(f"{name} has no pixel left on this frame and is gone from it. Undo brings it back.")
        else:
            self.context.focus.select(())
            self.context.say(f"{name} had no pixel left and was deleted. Undo brings it back.")

    def _gone(self, instances: Sequence[str]) -> tuple[Edit, ...]:
        """Off this frame, and as a whole where they are on no other."""
        return self.context.session.vanished(instances, self.at, self.context.now())

    def _underlying(self, painted: Bitmask, own: str) -> tuple[Edit, ...]:
        """With “remove underlying”, or by the rules of a volume: the pixels are taken from other masks that give way."""
        context = self.context
        kept: dict[str, Bitmask] = {}
        gone: list[str] = []
        for other, mask in self._rivals(painted, own):
            if self._keeps(other):
                continue
            left = masks.subtract(mask, (painted,))
            if left.w == 0:
                gone.append(other)
            elif left != mask:
                kept[other] = left
        return (*context.session.reshaped(kept, self.at, context.now()), *self._gone(gone))

    def _spared(self, painted: Bitmask, target: Annotation | None) -> Bitmask:
        """By the rules of a volume: without the pixels of masks that do not give way."""
        if self.settings.rules is None:
            return painted
        own = target.instance if target is not None else (self._elsewhere() if self.continues else None) or ""
        gained = self._gained(painted, target)
        kept = [masks.intersect(gained, mask) for other, mask in self._rivals(gained, own) if self._keeps(other)]
        return masks.subtract(painted, kept) if kept else painted

    def _gained(self, painted: Bitmask, target: Annotation | None) -> Bitmask:
        """By the rules of a volume only what is new counts; without them all that the mask covers."""
        if self.settings.rules is None or target is None or not isinstance(target.geometry, Bitmask):
            return painted
        return masks.subtract(painted, (target.geometry,))

    def _rivals(self, painted: Bitmask, own: str) -> list[tuple[str, Bitmask]]:
        """Other masks under the painted pixels that may not share them: instance and mask."""
        context, rules = self.context, self.settings.rules
        if rules is None and not self.settings.remove_underlying:
            return []
        found = [
            (other.instance, other.geometry)
            for other in context.session.on_frame(self.at)
            if isinstance(other.geometry, Bitmask) and other.instance != own and _overlap(other.geometry, painted)
        ]
        if rules is None:
            return found
        known, group_of = context.session.document.instances, rules().group_of
        group = group_of(known.get(own) or Instance("", "", self.feature_hash, 0))
        return [(other, mask) for other, mask in found if group is not None and group_of(known[other]) == group]

    def _keeps(self, instance: str) -> bool:
        if self.settings.rules is not None:
            return self.settings.rules().keeps(instance)
        return instance in self.context.focus.locked or instance in self.context.focus.hidden

    # -- what is drawn

    def drawn(self) -> list[Draft]:
        shown: list[Draft] = []
        if self._live is not None and not self._veiled:
            live = self._live
            shown.append(MaskDraft(live.array, live.x, live.y, self.feature_hash, "", self._revision, self._dirty))
        if self._pointer is not None:
            size, p = self.settings.size, self._pointer
            erase = self._erasing if self._live is not None else self.erases != p.ctrl
            shown.append(BrushDraft(p.x, p.y, size / 2, erase=erase, square=self.settings.square))
        return shown

    def lifted(self) -> frozenset[str]:
        own = (self._target.uuid,) if self._live is not None and self._target is not None else ()
        return self._veiled.union(own)


class EraserTool(BrushTool):
    id, title = "eraser", "Eraser"
    idle_hint = "Eraser: rub out. Hold Ctrl: paint; X: brush; [ ] or Ctrl+Shift+wheel: size"
    erases = True


def _overlap(a: Bitmask, b: Bitmask) -> bool:
    return a.x < b.x + b.w and b.x < a.x + a.w and a.y < b.y + b.h and b.y < a.y + a.h
