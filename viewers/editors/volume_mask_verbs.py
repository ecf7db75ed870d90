"""Verbs on masks as bodies: fill between slices, grow and shrink, smooth, islands, seeds, copy onward, one of another.

The reckoning is done behind the window (`ToolWork`); what comes home becomes one step, if nobody has changed the labels since.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

from storage.editing.focus import Focus
from storage.editing.session import EditSession
from storage.editing.volume_verbs import VolumeGesture, copy_slice
from storage.errors import Cancelled, PostilError, Refused
from storage.model.geometry import Bitmask
from storage.model.ontology import Ontology
from storage.model.volume_masks import VolumeMasks
from storage.model.voxels import VoxelBlock
from storage.progress import Progress
from viewers.canvas.slice_acquired import AcquiredCanvas
from viewers.scene.mpr_state import MprState
from viewers.scene.segment.values import StoredValues
from viewers.scene.volume_source import VolumeSource
from viewers.scene.window_level import Window
from viewers.tools.volume_paint import Ground, VolumePainter
from viewers.tools.words import name_of

#: What a verb makes of the object's voxels.
Body = Callable[[VoxelBlock, Ground, Progress], VoxelBlock]
#: Smaller pieces go with “Remove small pieces” (voxels).
SMALL = 50


class _Watched(Progress):
    """Stops when the worker is told to."""

    def __init__(self, stop: Callable[[], bool]) -> None:
        super().__init__()
        self._asked = stop

    def check(self) -> None:
        if self._asked():
            raise Cancelled


class VolumeMaskVerbs:
    volume: VolumeSource
    state: MprState | None
    masks: VolumeMasks | None
    session: EditSession
    focus: Focus
    ontology: Ontology
    canvas: AcquiredCanvas
    painter: VolumePainter
    say: Callable[[str], None]
    ask_number: Callable[[str, str, float], float | None]  # title, unit, what is proposed; None: cancelled
    _gate_on = False
    _ground: tuple[tuple[int, int], Ground] | None = None

    # -- what there is

    def ground(self) -> Ground | None:
        """Geometry, masks and values at the time that is looked at."""
        state, masks, store = self.state, self.masks, self.volume.store
        if state is None or masks is None or store is None or self.volume.coloured:
            return None
        first, n = state.time * state.geometry.n, state.geometry.n
        if self._ground is not None and self._ground[0] == (state.time, id(masks)):
            return self._ground[1]
        looks = [self.volume.look(first + k) for k in range(n)]
        slopes, intercepts = np.array([k.slope for k in looks]), np.array([k.intercept for k in looks])
        values = StoredValues(store.at_time(state.time), slopes, intercepts, looks[0].padding, store.have[first : first + n])
        self._ground = ((state.time, id(masks)), Ground(state.geometry, masks, values))
        return self._ground[1]

    def body(self) -> str:
        """The selected object with a mask; empty where there is none."""
        chosen = self.focus.primary
        if chosen is None or self.masks is None or not self.masks.slices_of(chosen):
            return ""
        return chosen

    def why_no_body(self) -> str:
        if self.state is None:
            return "This series has no place in space, so its masks have no body."
        if not self.body():
            return "Select an object with a mask first."
        return "This object is locked." if self.body() in self.focus.locked else ""

    # -- the brush's gate

    def toggle_gate(self) -> None:
        """Brushes of the volume paint only values that the window shows between black and white."""
        self._gate_on = not self._gate_on
        gate = self.gate()
        if gate is None:
            self.say("Brushes paint all values.")
        else:
            self.say(f"Brushes paint values from {gate[0]:,.5g} to {gate[1]:,.5g} only (the window).")

    def gate(self) -> tuple[float, float] | None:
        if not self._gate_on:
            return None
        window = self.volume.window_of(self.session.frames.index(self.focus.at))
        if not isinstance(window, Window):
            return None
        return window.center - window.width / 2, window.center + window.width / 2

    # -- verbs

    def fill_between(self) -> None:
        from viewers.scene.segment.between import fill_between

        self._reshape("Fill between slices of", lambda b, g, p: fill_between(b, g.geometry, 0, p))

    def grow_body(self) -> None:
        from viewers.scene.segment.margins import margin

        mm = self.ask_number("Margin", "mm", 2.0)
        if mm:
            text = "Grow" if mm > 0 else "Shrink"
            self._reshape(f"{text} by {abs(mm):g} mm:", lambda b, g, p: margin(b, mm, g.geometry, p))

    def hollow_body(self) -> None:
        from viewers.scene.segment.margins import hollow

        mm = self.ask_number("Thickness of the shell", "mm", 3.0)
        if mm and mm > 0:
            self._reshape("Hollow", lambda b, g, p: hollow(b, mm, g.geometry, "inside", p))

    def smooth_body(self) -> None:
        from viewers.scene.segment.smoothing import gaussian

        mm = self.ask_number("Smooth by", "mm", 1.5)
        if mm and mm > 0:
            self._reshape("Smooth", lambda b, g, p: gaussian(b, mm, g.geometry, p))

    def keep_largest(self) -> None:
        from viewers.scene.segment.islands import keep_largest

        self._reshape("Keep the largest piece of", lambda b, _g, p: keep_largest(b, 1, 26, p))

    def remove_small(self) -> None:
        from viewers.scene.segment.islands import remove_small

        self._reshape("Remove small pieces of", lambda b, _g, p: remove_small(b, SMALL, 26, p))

    def split_islands(self) -> None:
        """Each piece an object of its own; the largest keeps the name."""
        from viewers.scene.segment.islands import islands

        def work(blocks: Mapping[str, VoxelBlock], _ground: Ground, progress: Progress) -> list[VoxelBlock]:
            return islands(next(iter(blocks.values())), 26, progress)

        own = self.body()

        def take(pieces: list[VoxelBlock]) -> None:
            gesture = self.painter.gesture()
            if gesture is None or len(pieces) < 2:
                self.say("It is one piece.")
                return
            feature = self.session.document.instances[own].feature_hash
            for piece in pieces[1:]:
                gesture.remove(own, piece)
                gesture.add(gesture.new_object(feature), piece)
            self._commit(gesture, f"Split {self._name(own)} into {len(pieces)} pieces")

        self._behind((own,), work, take)

    def grow_from_seeds(self) -> None:
        """All masks that are neither hidden nor locked grow until they meet."""
        from viewers.scene.segment.seeds import grow_from_seeds

        masks = self.masks
        if masks is None:
            return
        off = self.focus.hidden | self.focus.locked
        seeds = tuple(i for i in masks.objects() if i not in off)

        def work(blocks: Mapping[str, VoxelBlock], ground: Ground, progress: Progress) -> dict[str, VoxelBlock]:
            return grow_from_seeds(blocks, ground.values, ground.geometry, progress=progress)

        def take(grown: dict[str, VoxelBlock]) -> None:
            gesture = self.painter.gesture()
            if gesture is not None:
                for instance, block in grown.items():
                    gesture.put(instance, block)
                self._commit(gesture, f"Grow {len(grown)} objects from seeds")

        self._behind(seeds, work, take)

    def subtract_bodies(self) -> None:
        """The newest selected from all others that are selected, in all slices."""
        chosen = [i for i in self.focus.selected if self.masks is not None and self.masks.slices_of(i)]
        if len(chosen) < 2:
            self.say("Select two or more objects with masks first.")
            return
        gesture, masks = self.painter.gesture(), self.masks
        if gesture is None or masks is None:
            return
        taken = masks.read(chosen[-1])
        try:
            for instance in chosen[:-1]:
                gesture.remove(instance, taken)
        except Refused as refused:
            gesture.cancel()
            self.say(f"{refused.reason} {refused.remedy}")
            return
        self._commit(gesture, f"Subtract {self._name(chosen[-1])} from {len(chosen) - 1} objects")

    def copy_to_slice(self, by: int) -> None:
        """The selected masks of this slice on the next one, which is then looked at."""
        state, masks, gesture = self.state, self.masks, self.painter.gesture()
        if state is None or masks is None or gesture is None:
            return
        k = state.slice()
        here = [i for i in self.focus.selected if i not in self.focus.locked and masks.row(i, k) is not None]
        if not here:
            self.say("Select a mask of this slice first.")
            return
        try:
            copy_slice(gesture, masks, here, k, k + by)
        except Refused as refused:
            gesture.cancel()
            self.say(f"{refused.reason} {refused.remedy}")
            return
        self._commit(gesture, f"Copy {len(here)} masks to slice {k + by + 1}")
        state.go_to_slice(k + by)

    # -- doing it

    def _reshape(self, text: str, body: Body) -> None:
        own = self.body()

        def work(blocks: Mapping[str, VoxelBlock], ground: Ground, progress: Progress) -> VoxelBlock:
            return body(blocks[own], ground, progress)

        def take(block: VoxelBlock) -> None:
            gesture = self.painter.gesture()
            if gesture is not None:
                gesture.put(own, block)
                self._commit(gesture, f"{text} {self._name(own)}")

        self._behind((own,), work, take)

    def _behind(
        self,
        instances: tuple[str, ...],
        work: Callable[[Mapping[str, VoxelBlock], Ground, Progress], object],
        take: Callable[..., None],
    ) -> None:
        """`work` off the window's thread on copies of the masks; `take` with what it has made, if they are still the same."""
        ground = self.ground()
        if ground is None:
            self.say("The volume is still being opened.")
            return
        blocks = {i: ground.masks.read(i) for i in instances}
        rows = self._rows(instances)

        def job(stop: Callable[[], bool]) -> object:
            try:
                return (work(blocks, ground, _Watched(stop)),)
            except Cancelled:
                return None
            except PostilError as error:
                return error

        def done(answer: object) -> None:
            if isinstance(answer, PostilError):
                self.say(f"{answer.reason} {answer.remedy}".rstrip())
            elif self._rows(instances) != rows:
                self.say("The labels were changed meanwhile, so this was not applied. Run it again.")
            elif isinstance(answer, tuple):
                try:
                    take(answer[0])
                except Refused as refused:
                    self.say(f"{refused.reason} {refused.remedy}")

        self.say("Working…")
        self.canvas.tool_work.work(job, done)

    def _rows(self, instances: tuple[str, ...]) -> list[object]:
        return [
            (i, a.frame, a.geometry)
            for i in instances
            for a in self.session.document.annotations_of(i)
            if isinstance(a.geometry, Bitmask)
        ]

    def _commit(self, gesture: VolumeGesture, text: str) -> None:
        step = gesture.commit(self.session, text)
        known = self.session.document.instances
        self.focus.select(i for i in self.focus.selected if i in known)
        self.say(text if step is not None else "Nothing has changed.")

    def _name(self, instance: str) -> str:
        return name_of(self.ontology, self.session.document, instance)
