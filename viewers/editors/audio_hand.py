"""What the mouse does with the regions of a sound: draw, add a range, move, drag edges, span several. Qt-free.

Places are milliseconds with fractions; what is stored is whole ones. A gesture begins once the pointer has moved some pixels;
before that a press is a click.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Literal

from storage.clock import now_ms
from storage.editing import verbs
from storage.editing.focus import Focus
from storage.editing.session import EditSession
from storage.model.geometry import AudioRanges, ShapeKind
from storage.model.ontology import ObjectClass, Ontology
from viewers.scene.frame_clock import time_text
from viewers.scene.sound_regions import WHOLE, Grip, Region, RegionKey, Side, SoundRegions, tidy
from viewers.scene.sound_touch import SoundDraft, Touch
from viewers.tools.words import name_of, names_of

THRESHOLD_PX = 4.0
SNAP_PX = 8.0
Act = Literal["draw", "add", "redraw", "edge", "move", "span"]


class AudioHand:
    def __init__(
        self, session: EditSession, focus: Focus, regions: SoundRegions, *,
        ontology: Callable[[], Ontology], length: Callable[[], int], playhead: Callable[[], float],
        seek: Callable[[float], None], say: Callable[[str], None], settle: Callable[[], None],
    ) -> None:  # fmt: skip
        """`length` in whole milliseconds; `playhead` and `seek` in milliseconds. `settle` ends what the keyboard holds open."""
        self._session, self._focus, self._regions = session, focus, regions
        self._ontology, self._length, self._playhead = ontology, length, playhead
        self._seek, self._say, self._settle = seek, say, settle
        self.current: RegionKey | None = None  # the range that was touched last
        self.draft: SoundDraft | None = None
        self.adding = False  # the next range drawn belongs to the selected object
        self.redraws: str | None = None  # an object whose ranges are drawn anew
        self._pressed: Touch | None = None
        self._act: Act | None = None
        self._before: dict[str, AudioRanges] = {}  # annotation -> ranges when the gesture began
        self._moving: frozenset[RegionKey] = frozenset()

    # -- the mouse

    @property
    def busy(self) -> bool:
        """Something is being dragged."""
        return self._act is not None

    @property
    def pressed(self) -> bool:
        return self._pressed is not None

    def press(self, at: Touch) -> None:
        self._settle()
        self._pressed = at
        grip = self._grip(at)
        if grip is not None:
            self.current = grip.key
            if not (at.ctrl or at.shift) and grip.key[0] not in self._focus.selected:
                self._focus.select((grip.key[0],))

    def move(self, at: Touch) -> None:
        if self._pressed is None:
            return
        if self._act is None:
            if abs(at.x - self._pressed.x) < THRESHOLD_PX:
                return
            self._begin(self._pressed)
        if self._before and (not self._session.in_gesture or any(self._row(key[0]) is None for key in self._moving)):
            self.cancel()  # something else has deleted it meanwhile, or begun a gesture of its own
        match self._act:
            case "draw" | "add" | "redraw" | "span":
                self._stretch(at)
            case "edge":
                self._drag_edge(at)
            case "move":
                self._drag_regions(at)

    def release(self, at: Touch) -> None:
        pressed, act = self._pressed, self._act
        self._pressed = self._act = None
        if pressed is None:
            return
        match act:
            case None:
                self._click(pressed)
            case "draw" | "add" | "redraw":
                self._finish_drawing(act)
            case "edge" | "move":
                self._finish_dragging()
            case "span":
                self._finish_span(at)

    def cancel(self) -> bool:
        """Drop what is being dragged, then what was armed for the next drag. True: there was something."""
        had = self._act is not None or self._pressed is not None
        self._pressed = self._act = None
        self.draft = None
        if self._before:
            self._before, self._moving = {}, frozenset()
            self._session.cancel()
        if not had and (self.adding or self.redraws is not None):
            self.adding, self.redraws, had = False, None, True
        return had

    def cursor(self, at: Touch) -> Literal["edge", "move", "draw", "arrow"]:
        grip = self._grip(at)
        if grip is not None:
            return "edge" if grip.side else "move"
        return "draw" if self._drawing() else "arrow"

    # -- what it expects

    def armed(self) -> ObjectClass | None:
        """The class to draw; None while the select tool is in hand."""
        known = self._ontology().object(self._focus.armed or "")
        drawing = self._focus.tool != "select" and known is not None and not known.archived
        return known if drawing and known is not None and known.shape is ShapeKind.AUDIO else None

    def primary(self) -> str | None:
        """The selected object that ranges are added to."""
        own = self._focus.primary
        return own if own is not None and own not in self._focus.locked and self._row(own) is not None else None

    @property
    def hint(self) -> str:
        if self._act is not None:
            return self._progress()
        if self.redraws is not None:
            return f"Drag over the sound to draw {self._name(self.redraws)} again. Esc keeps it as it was."
        own = self.primary()
        if self.adding and own is not None:
            return f"Drag over the sound: one more range of {self._name(own)}. Esc ends."
        known = self.armed()
        if known is not None:
            more = f" Shift+drag: one more range of {self._name(own)}." if own is not None else ""
            return f"{known.name}: drag from its start to its end.{more} Esc ends."
        if len(self._focus.selected) > 1:
            return "Drag to move them together. J joins them, M makes one range of them, Delete deletes them."
        if own is not None:
            return "Drag the region or an edge; [ and ] set its start and end at the playhead. Enter: its answers."
        return "Space plays. Click to place the playhead; a digit arms a class to draw with."

    # -- beginning

    def _drawing(self) -> bool:
        return self.armed() is not None or self.redraws is not None or (self.adding and self.primary() is not None)

    def _grip(self, at: Touch) -> Grip | None:
        """An armed class draws over what is there, unless S is held."""
        return at.grip if not self._drawing() or at.through else None

    def _begin(self, at: Touch) -> None:
        grip = self._grip(at)
        if grip is not None and grip.key[0] in self._focus.locked:
            self._say(f"{self._name(grip.key[0])} is locked: unlock it (L) to change it.")
            self._pressed = None
        elif grip is not None and grip.side:
            keys = (grip.key,) if at.ctrl else (grip.key, *grip.neighbours)
            self._lift("edge", keys)
        elif grip is not None:
            several = grip.key[0] in self._focus.selected and len(self._focus.selected) > 1
            chosen = self._focus.selected if several else (grip.key[0],)
            free = [r for i in chosen if i not in self._focus.locked for r in self._regions.of(i)]
            self._lift("move", tuple(r.key for r in free) if several else (grip.key,))
        elif self.redraws is not None:
            self._act = "redraw"
        elif self._drawing():
            adds = self.adding or (at.shift and self.primary() is not None)
            self._act = "add" if adds else "draw"
        else:
            self._act = "span"

    def _lift(self, act: Act, keys: tuple[RegionKey, ...]) -> None:
        self._act, self._moving = act, frozenset(keys)
        instances = list(dict.fromkeys(k[0] for k in keys))
        rows = [row for i in instances if (row := self._row(i)) is not None]
        self._before = {row.uuid: row.geometry for row in rows if isinstance(row.geometry, AudioRanges)}
        names = names_of(self._ontology(), self._session.document, instances)
        between = "Move the edge between two regions" if len(keys) > 1 else f"Resize {names}"
        self._session.begin(between if act == "edge" else f"Move {names}")

    # -- in the middle

    def _snap(self, ms: float, at: Touch) -> int:
        inside = min(max(ms, 0), self._length())
        if not at.ctrl:
            ends = (self._playhead(), 0, self._length())
            found = self._regions.snapped(inside, SNAP_PX * at.ms_per_px, ends, self._moving)
            if found is not None:
                return min(max(found, 0), self._length())
        return round(inside)

    def _stretch(self, at: Touch) -> None:
        assert self._pressed is not None
        if self._act == "span":
            a, b = round(self._pressed.ms), round(at.ms)
            self.draft = SoundDraft(min(a, b), max(a, b))
            return
        a, b = self._snap(self._pressed.ms, at), self._snap(at.ms, at)
        self.draft = SoundDraft(min(a, b), max(a, b), self._draft_color())

    def _drag_edge(self, at: Touch) -> None:
        assert self._pressed is not None
        grip = self._pressed.grip
        assert grip is not None and grip.side is not None
        place = self._snap(at.ms, at)
        edits: dict[RegionKey, Side] = {grip.key: grip.side}
        for key in self._moving - {grip.key}:
            edits[key] = "end" if grip.side == "start" else "start"
        low, high = 0, self._length()
        for key, side in edits.items():
            start, end = self._range_before(key)
            low, high = (low, min(high, end - 1)) if side == "start" else (max(low, start + 1), high)
        place = min(max(place, low), high)
        self._preview(
            {
                k: (place, self._range_before(k)[1]) if s == "start" else (self._range_before(k)[0], place)
                for k, s in edits.items()
            }
        )

    def _drag_regions(self, at: Touch) -> None:
        assert self._pressed is not None and self._pressed.grip is not None
        start, end = self._range_before(self._pressed.grip.key)
        way = at.ms - self._pressed.ms
        ways = [self._snap(edge + way, at) - edge for edge in (start, end)]
        by = round(min(ways, key=lambda snapped: abs(snapped - way)))
        every = [self._range_before(k) for k in self._moving]
        by = min(max(by, -min(a for a, _ in every)), self._length() - max(b for _, b in every))
        self._preview({k: (a + by, b + by) for k in self._moving for a, b in (self._range_before(k),)})

    def _range_before(self, key: RegionKey) -> tuple[int, int]:
        row = self._row(key[0])
        assert row is not None
        return self._before[row.uuid].ranges[key[1]]

    def _preview(self, ranges: Mapping[RegionKey, tuple[int, int]]) -> None:
        shapes: dict[str, AudioRanges] = {}
        for (instance, part), made in ranges.items():
            row = self._row(instance)
            assert row is not None
            present = list(shapes.get(row.uuid, self._before[row.uuid]).ranges)
            present[part] = made
            shapes[row.uuid] = AudioRanges(tuple(present))
        self._session.preview(*verbs.set_geometry(self._session.document, shapes, **self._who()))

    # -- the end

    def _click(self, at: Touch) -> None:
        grip, drawing = self._grip(at), self._drawing()
        if grip is not None:
            own = grip.key[0]
            if at.ctrl:
                self._focus.toggle(own)
            elif at.shift:
                self._focus.select((*self._focus.selected, own))
            else:
                self._focus.select((own,))
        elif not drawing and not at.ctrl and not at.shift:
            self.current = None
            self._focus.select(())
        if at.seeks and not at.ctrl and not at.shift:
            self._seek(min(max(at.ms, 0), self._length()))

    def _finish_drawing(self, act: Act) -> None:
        draft, self.draft = self.draft, None
        if draft is None or draft.end <= draft.start:
            return
        made = (draft.start, draft.end)
        known = self.armed()
        if act == "draw" and known is not None:
            self.draw(known, made)
        elif act == "add":
            self.adding = False
            own = self.primary()
            if own is not None:
                self.put_ranges(own, f"Add a range to {self._name(own)}", (*self._ranges(own), made), touched=made)
        elif act == "redraw" and self.redraws is not None:
            own, self.redraws = self.redraws, None
            self.put_ranges(own, f"Draw {self._name(own)} again", (made,), touched=made)

    def draw(self, known: ObjectClass, made: tuple[int, int]) -> None:
        """A new object with one range."""
        document = self._session.document
        number = document.next_number(known.feature_hash)
        edits, own = verbs.add_object(document, known.feature_hash, AudioRanges((made,)), WHOLE, **self._who())
        self._session.do(f"Draw {known.name} {number}", edits)
        self.current = (own, 0)
        self._focus.select((own,))

    def put_ranges(
        self, instance: str, text: str, ranges: tuple[tuple[int, int], ...], *, touched: tuple[int, int] | None = None
    ) -> None:
        """One step. `touched` is the range that is current from now on."""
        row = self._row(instance)
        if row is None:
            return
        made = tidy(ranges)
        self._session.do(text, verbs.set_geometry(self._session.document, {row.uuid: AudioRanges(made)}, **self._who()))
        self._hold(instance, touched)

    def _finish_dragging(self) -> None:
        document = self._session.document
        if not self._session.in_gesture:
            self._before, self._moving = {}, frozenset()
            return
        held = self._regions.get(self.current)
        rows = [document.annotations[u] for u in self._before if u in document.annotations]
        neat = {r.uuid: AudioRanges(tidy(r.geometry.ranges)) for r in rows if isinstance(r.geometry, AudioRanges)}
        changed = {r.uuid: neat[r.uuid] for r in rows if r.uuid in neat and neat[r.uuid] != r.geometry}
        unchanged = all(r.geometry == self._before[r.uuid] for r in rows)
        self._before, self._moving = {}, frozenset()
        if unchanged:
            self._session.cancel()  # back where it was: not a step
            return
        self._session.commit(*verbs.set_geometry(document, changed, **self._who()))
        if held is not None:
            self._hold(held.instance, (held.start, held.end))

    def _hold(self, instance: str, touched: tuple[int, int] | None) -> None:
        """The range that was worked on, wherever it stands now in its object."""
        if touched is not None:
            ranges = self._ranges(instance)
            part = next((i for i, (a, b) in enumerate(ranges) if a <= touched[0] < b), 0)
            self.current = (instance, part)

    def _finish_span(self, at: Touch) -> None:
        draft, self.draft = self.draft, None
        if draft is None:
            return
        inside = [r for r in self._regions.between(draft.start, draft.end) if draft.start <= r.start and r.end <= draft.end]
        found = dict.fromkeys(r.instance for r in inside)
        self._focus.select((*self._focus.selected, *found) if at.shift else found)

    # -- small

    def region(self) -> Region | None:
        """The range that verbs speak of: the one touched last if its object is selected, else the first of the primary."""
        own = self._focus.primary
        found = self._regions.get(self.current)
        if found is not None and found.instance == own:
            return found
        parts = self._regions.of(own) if own is not None else ()
        here = next((r for r in parts if r.start <= self._playhead() < r.end), None)
        return here or (parts[0] if parts else None)

    def _ranges(self, instance: str) -> tuple[tuple[int, int], ...]:
        row = self._row(instance)
        return row.geometry.ranges if row is not None and isinstance(row.geometry, AudioRanges) else ()

    def _row(self, instance: str) -> Any:
        return self._session.document.annotation_of(instance, WHOLE)

    def _name(self, instance: str) -> str:
        return name_of(self._ontology(), self._session.document, instance)

    def _who(self) -> dict[str, Any]:
        return {"by": self._session.author, "now": now_ms()}

    def _draft_color(self) -> str:
        known = self.armed()
        own = self.redraws or (self.primary() if self._act == "add" else None)
        if own is not None:
            known = self._ontology().object(self._session.document.instances[own].feature_hash)
        return known.color if known is not None else "#9CC6EA"

    def _progress(self) -> str:
        region = self._regions.get(self.current)
        start, end = (
            (self.draft.start, self.draft.end) if self.draft is not None else (region.start, region.end) if region else (0, 0)
        )
        text = f"{time_text(start / 1000)} to {time_text(end / 1000)}, {(end - start) / 1000:.3f} s."
        if self._act == "span":
            return f"{text} Let go to select what lies inside."
        return f"{text} It snaps to edges and the playhead, with Ctrl it does not. Esc drops it."
