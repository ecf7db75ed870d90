"""Painting masks into a volume: in space by a ball, in any plane by a disc, by millimetres and never by pixels. Qt-free.

`VolumePainter` has one stroke at a time, from wherever it is drawn; the tools of the acquired slices and the panes of the other
planes hand their points to it. What it writes is seen at once; the stroke becomes one step when it ends.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal

import numpy as np

from storage.editing.session import EditSession
from storage.editing.volume_verbs import PaintRules, VolumeGesture, no_group
from storage.errors import Refused
from storage.model.labels import Instance
from storage.model.ontology import ObjectClass, Ontology
from storage.model.space import Floats, VolumeGeometry
from storage.model.volume_masks import VolumeMasks
from storage.model.voxels import VoxelBlock, VoxelBox
from viewers.scene.segment.brush import ball, disc
from viewers.scene.segment.islands import grow_region
from viewers.scene.segment.values import Values, gated
from viewers.tools.base import BrushDraft, Cursor, Draft, MaskDraft, PointerEvent
from viewers.tools.brush import BrushSettings, BrushTool
from viewers.tools.toolbox import SHAPES_OF
from viewers.tools.words import name_of

Form = Literal["ball", "disc"]

SHAPES_OF.setdefault("sphere", SHAPES_OF["eraser"])
SHAPES_OF.setdefault("grow", SHAPES_OF["eraser"])


@dataclass(slots=True)
class Ground:
    """What there is to paint on; None of it before the volume is open."""

    geometry: VolumeGeometry
    masks: VolumeMasks
    values: Values


class VolumePainter:
    def __init__(
        self,
        session: EditSession,
        settings: BrushSettings,
        ground: Callable[[], Ground | None],
        *,
        now: Callable[[], int],
        changed: Callable[[VoxelBox | None], None],
    ) -> None:
        self.session, self.settings, self.ground = session, settings, ground
        self.gate: Callable[[], tuple[float, float] | None] = lambda: None  # values that may be painted, of modality
        self.stroke_gate: tuple[float, float] | None = None  # of this stroke alone
        self.rules: Callable[[], PaintRules] = _all_may_overlap
        self._now, self._changed = now, changed
        self._gesture: VolumeGesture | None = None
        self.live: str | None = None  # the object that is being painted
        self.feature_hash = ""
        self.erasing = False
        self._form: Form = "ball"
        self._normal: Floats = np.zeros(3)
        self._last: Floats = np.zeros(3)
        self._new = False

    @property
    def painting(self) -> bool:
        return self._gesture is not None

    @property
    def radius_mm(self) -> float:
        """The size of the brush counts in columns of the acquired slices."""
        ground = self.ground()
        return self.settings.size / 2 * (ground.geometry.spacing_col_mm if ground is not None else 1.0)

    def gesture(self, rules: PaintRules | None = None) -> VolumeGesture | None:
        """`rules`: others than the person's."""
        ground = self.ground()
        if ground is None:
            return None
        held_to = rules or self.rules()
        return VolumeGesture(self.session.document, ground.masks, held_to, by=self.session.author, now=self._now())

    # -- a stroke

    def begin(
        self, feature_hash: str, target: Instance | None, mm: Floats, *, form: Form, normal: Floats, erase: bool = False
    ) -> None:
        """`target`: what is gone on with; None: a new object."""
        gesture = self.gesture()
        if gesture is None:
            return
        self._gesture, self._form, self._normal, self.erasing = gesture, form, normal, erase
        self._new, self.feature_hash = target is None, feature_hash
        self.live = target.uuid if target is not None else gesture.new_object(feature_hash)
        self._last = mm
        self.to(mm)

    def to(self, mm: Floats) -> None:
        """On to there. No gap, however far it is."""
        gesture, ground = self._gesture, self.ground()
        if gesture is None or ground is None or self.live is None:
            return
        if self._form == "ball":
            block = ball(ground.geometry, self._last, mm, self.radius_mm)
        else:
            block = disc(ground.geometry, self._last, mm, self.radius_mm, self._normal)
        gate = self.stroke_gate or self.gate()
        if gate is not None and not self.erasing:
            block = gated(block, ground.values, *gate)
        self._last = mm
        changed = (gesture.remove if self.erasing else gesture.add)(self.live, block)
        if changed is not None:
            self._changed(changed)

    def commit(self, ontology: Ontology) -> str | None:
        """The stroke is one step. The object, or None where nothing was painted."""
        gesture, live = self._gesture, self.live
        self._gesture = self.live = self.stroke_gate = None
        if gesture is None or live is None:
            return None
        known = ontology.object(self.feature_hash)
        kind = known.name if known is not None else "mask"
        number = self.session.document.next_number(self.feature_hash)
        name = f"{kind} {number}" if self._new else name_of(ontology, self.session.document, live)
        step = gesture.commit(self.session, f"{'Erase from' if self.erasing else 'Paint'} {name}")
        self._changed(None)
        return live if step is not None else None

    def cancel(self) -> bool:
        gesture = self._gesture
        self._gesture = self.live = self.stroke_gate = None
        if gesture is not None:
            gesture.cancel()
            self._changed(None)
        return gesture is not None

    def on_slice(self, k: int) -> VoxelBlock | None:
        """What is being painted, as it lies on an acquired slice."""
        ground = self.ground()
        if ground is None or self.live is None:
            return None
        _, rows, columns = ground.masks.shape
        box = ground.masks.box_of(self.live).cut(VoxelBox((k, 0, 0), (k + 1, rows, columns)))
        return ground.masks.read(self.live, box) if not box.empty else None


def _all_may_overlap() -> PaintRules:
    return PaintRules(group_of=no_group)


class SphereTool(BrushTool):
    """A ball in space, drawn from an acquired slice; the panes of the other planes use the painter themselves."""

    id, title = "sphere", "Sphere brush"
    idle_hint = "Sphere brush: paint a ball through the slices, in any plane. Hold Ctrl: erase; [ ] or Ctrl+Shift+wheel: size"
    form: Form = "ball"

    def __init__(self, settings: BrushSettings, painter: VolumePainter) -> None:
        super().__init__(settings)
        self.painter = painter
        self._pressed: Floats = np.zeros(3)  # where the stroke began, mm

    def has_draft(self) -> bool:
        return self.painter.painting

    def target_of(self, mm: Floats, *, erase: bool) -> Instance | None:
        """The selected mask of the armed class; an eraser takes what it touches, too."""
        context, document = self.context, self.context.session.document
        known = document.instances.get(context.focus.primary or "")
        if known is not None and known.feature_hash == self.feature_hash and known.uuid not in context.focus.locked:
            return known
        if not erase:
            return None
        off = context.focus.hidden | context.focus.locked
        free = (document.instances[i] for i in self._under(mm) if i not in off)
        return next((i for i in free if i.feature_hash == self.feature_hash), None)

    def _under(self, mm: Floats) -> Iterator[str]:
        """Whose mask has the voxel there, the topmost first."""
        ground = self.painter.ground()
        if ground is None:
            return
        column, row, k = (round(float(v)) for v in ground.geometry.to_voxel(mm))
        here = VoxelBox((k, row, column), (k + 1, row + 1, column + 1)).cut(ground.masks.whole)
        if not here.empty:
            yield from (i for i in reversed(ground.masks.objects()) if ground.masks.read(i, here).count)

    def stroke_from(self, mm: Floats, normal: Floats, *, ctrl: bool) -> bool:
        """Begin to paint, from whichever pane. False, and a sentence, where it cannot be."""
        if self.armed is None:
            self.context.say("Pick a class with the shape “bitmask” first, then paint.")
            return False
        erase = self.erases != ctrl
        target = self.target_of(mm, erase=erase)
        if erase and target is None:
            self.context.say(self.why_kept(self._under(mm)))
            return False
        self._pressed = mm
        try:
            self.painter.begin(self.feature_hash, target, mm, form=self.form, normal=normal, erase=erase)
        except Refused as refused:
            self.painter.cancel()
            self.context.say(f"{refused.reason} {refused.remedy}")
            return False
        return True

    def end_stroke(self) -> None:
        try:
            made = self.painter.commit(self.context.ontology)
        except Refused as refused:
            self.context.say(f"{refused.reason} {refused.remedy}")
            return
        known = self.context.session.document.instances
        if made is not None and made in known:
            self.context.focus.select((made,))
        elif made is None and self.painter.erasing:
            under = [*self._under(self._pressed)]
            self.context.say(self.why_kept(under) if under else "No mask lies under the eraser here: nothing was erased.")

    # -- on acquired slices

    def _mm(self, e: PointerEvent) -> Floats | None:
        ground = self.painter.ground()
        if ground is None:
            return None
        k = self.context.session.frames.index(self.context.at) % ground.geometry.n
        return ground.geometry.to_mm(e.x - 0.5, e.y - 0.5, k)

    def begin_at(self, e: PointerEvent) -> None:
        self._pointer, self._goes_on = e, False
        mm, ground = self._mm(e), self.painter.ground()
        if mm is None or ground is None:
            self.context.say("This series has no place in space: the brush paints on single slices only.")
            return
        self._held = self.stroke_from(mm, ground.geometry.normal, ctrl=e.ctrl) or self._held

    def drag_to(self, e: PointerEvent) -> None:
        self._pointer = e
        mm = self._mm(e)
        if self._goes_on and e.button == "left":
            self.begin_at(e)
        elif self.painter.painting and e.button == "left" and mm is not None:
            self.painter.to(mm)

    def end_at(self, e: PointerEvent) -> None:
        self._held = self._goes_on = False
        self.drag_to(e)
        self.finish()

    def finish(self) -> None:
        if self.painter.painting:
            self.end_stroke()

    def drop(self) -> bool:
        return self.painter.cancel()

    def drawn(self) -> list[Draft]:
        shown: list[Draft] = []
        ground = self.painter.ground()
        if self.painter.painting and ground is not None:
            k = self.context.session.frames.index(self.context.at) % ground.geometry.n
            block = self.painter.on_slice(k)
            if block is not None and block.array.size:
                self._revision += 1
                _, row, column = block.lo
                shown.append(MaskDraft(block.array[0], column, row, self.painter.feature_hash, "", self._revision))
        if self._pointer is not None:
            erase = self.painter.erasing if self.painter.painting else self._pointer.ctrl
            shown.append(BrushDraft(self._pointer.x, self._pointer.y, self.settings.size / 2, erase=erase))
        return shown

    def lifted(self) -> frozenset[str]:
        live = self.painter.live
        found = self.context.session.shown(live, self.context.at) if live is not None else None
        return frozenset((found.uuid,)) if found is not None else frozenset()


class PlaneBrush(SphereTool):
    """What brush and eraser are in the planes that are not the acquired ones. Never in the tool bar."""

    form: Form = "disc"

    def __init__(self, settings: BrushSettings, painter: VolumePainter, *, erases: bool) -> None:
        super().__init__(settings, painter)
        self.erases = erases


@dataclass(slots=True)
class GrowSettings:
    deviations: float = 2.5  # from the mean of the region


class GrowTool(SphereTool):
    """A click takes what hangs together with a voxel and has values like those around it."""

    id, title = "grow", "Region growing"
    idle_hint = "Region growing: click inside what is to be found. Shift: on this slice only; N: new mask"
    cursor = Cursor.CROSS

    def __init__(self, settings: BrushSettings, painter: VolumePainter, growing: GrowSettings) -> None:
        super().__init__(settings, painter)
        self.growing = growing
        self._at_work = False

    def begin_at(self, e: PointerEvent) -> None:
        mm = self._mm(e)
        if mm is not None:
            self.grow_at(mm, one_slice=e.shift)

    def grow_at(self, mm: Floats, *, one_slice: bool) -> None:
        """From a place in LPS mm, as a job. `one_slice`: not beyond the acquired slice it lies on."""
        ground, armed = self.painter.ground(), self.armed
        if ground is None or armed is None:
            self.context.say("Pick a class with the shape “bitmask” first, then click.")
            return
        column, row, k = (round(float(v)) for v in ground.geometry.to_voxel(mm))
        _, rows, columns = ground.masks.shape
        within = VoxelBox((k, 0, 0), (k + 1, rows, columns)) if one_slice else ground.masks.whole
        seed, deviations = (k, row, column), self.growing.deviations

        def job(stop: Callable[[], bool]) -> VoxelBlock:
            found = grow_region(ground.values, seed, within=within, deviations=deviations, stop=stop)
            return found if found is not None else VoxelBlock.nothing()

        target = self.target_of(mm, erase=False)
        self._at_work = True
        self.context.say("Growing… Esc stops it.")
        self.context.behind.work(job, lambda block: self._put(block, target, armed, ground))

    def cancel(self) -> bool:
        at_work, self._at_work = self._at_work, False
        if at_work:
            self.context.behind.drop()
            self.context.say("Nothing was grown.")
        return super().cancel() or at_work

    def _put(self, block: VoxelBlock, target: Instance | None, armed: ObjectClass, ground: Ground) -> None:
        """Of the class that was armed when it began; not at another time than that one."""
        self._at_work = False
        gesture, document = self.painter.gesture(), self.context.session.document
        if gesture is None:
            return
        if self.painter.ground() is not ground:
            self.context.say("Nothing was grown: another time came on the screen meanwhile. Click again.")
            return
        if not block.count:
            self.context.say("Nothing hangs together with this place.")
            return
        live = target.uuid if target is not None else gesture.new_object(armed.feature_hash)
        number = document.next_number(armed.feature_hash)
        name = f"{armed.name} {number}" if target is None else name_of(self.context.ontology, document, live)
        try:
            gesture.add(live, block)
            gesture.commit(self.context.session, f"Grow {name}")
        except Refused as refused:
            gesture.cancel()
            self.context.say(f"{refused.reason} {refused.remedy}")
            return
        if live in document.instances:
            self.context.focus.select((live,))
        self.context.say(f"{name}: {block.count:,} voxels")

    def drag_to(self, e: PointerEvent) -> None:
        self._pointer = e

    def end_at(self, e: PointerEvent) -> None:
        self._pointer = e

    def drawn(self) -> list[Draft]:
        return []
