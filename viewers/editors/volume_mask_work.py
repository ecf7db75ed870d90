"""Operations on masks as bodies, done behind the window: one at a time, told how far they are, stopped by Esc.

What comes home becomes one step, unless the labels were changed meanwhile.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from PySide6.QtCore import QObject, Signal, Slot

from storage.editing.volume_verbs import PaintRules, VolumeGesture
from storage.errors import Cancelled, PostilError, Refused
from storage.model.geometry import Bitmask
from storage.progress import Progress
from viewers.canvas.background import Newest
from viewers.editors.volume_part import VolumePart
from viewers.scene.segment.operations import Bench
from viewers.scene.segment.values import StoredValues
from viewers.tools.volume_paint import Ground
from viewers.tools.words import name_of

#: What takes longer (s) is told, and so often.
PATIENCE_S, PAUSE_S = 0.15, 0.1


class _Told(Progress):
    """Tells now and then how many per cent are done."""

    def __init__(self, tell: Callable[[int], None]) -> None:
        super().__init__()
        self._tell = tell
        self._next = time.monotonic() + PATIENCE_S

    def check(self) -> None:
        super().check()
        if time.monotonic() >= self._next:
            self._next = time.monotonic() + PAUSE_S
            self._tell(100 * self.done // self.total if self.total else 0)


class MaskWork(QObject):
    """The thread of it. Without a parent: an editor that dies must not take it along while the thread has its hand on it."""

    told = Signal(int)  # per cent

    def __init__(self) -> None:
        super().__init__()
        self._worker = Newest("masks")
        self._worker.connect_done(self._on_done)
        self._progress: _Told | None = None
        self._taker: Callable[[object], None] | None = None

    @property
    def busy(self) -> bool:
        return self._taker is not None

    def run(self, work: Callable[[Progress], object], done: Callable[[object], None]) -> None:
        """`done` gets what `work` made, or what it raised."""
        progress = self._progress = _Told(self.told.emit)
        self._taker = done

        def job(_stop: Callable[[], bool]) -> tuple[object]:
            try:
                return (work(progress),)
            except Exception as error:
                return (error,)

        self._worker.submit("masks", job)

    def stop(self) -> None:
        if self._progress is not None:
            self._progress.cancel()

    def close(self) -> None:
        """Nobody waits for what is worked on: it stops at its next step, and its thread ends by itself."""
        self._taker = None
        self.stop()
        if not self._worker.busy:
            self._worker.close()

    @Slot(str, object)
    def _on_done(self, _slot: str, answer: tuple[object]) -> None:
        done, self._taker = self._taker, None
        if done is not None:
            done(answer[0])


class MaskBench(VolumePart):
    """Mixed into the volume editor: what operations work on, and how they are done."""

    _ground: tuple[tuple[int, int], Ground] | None = None
    _doing = ""

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
        luts = [look.modality_lut for look in looks]
        have, padding = store.have[first : first + n], looks[0].padding
        values = StoredValues(store.at_time(state.time), slopes, intercepts, padding, have, luts)
        self._ground = ((state.time, id(masks)), Ground(state.geometry, masks, values))
        return self._ground[1]

    def bodies(self) -> tuple[str, ...]:
        """The selected objects that have a mask and may be changed, in the order in which they were selected."""
        masks, locked = self.masks, self.focus.locked
        if masks is None:
            return ()
        return tuple(i for i in self.focus.selected if i not in locked and masks.slices_of(i))

    def why_no_body(self) -> str:
        if self.state is None:
            return "This series has no place in space, so its masks have no body."
        if self.bodies():
            return ""
        locked = any(i in self.focus.locked for i in self.focus.selected)
        return "This object is locked." if locked else "Select an object with a mask first."

    def why_not_several(self) -> str:
        if self.state is None:
            return self.why_no_body()
        return "" if len(self.bodies()) > 1 else "Select two or more objects with masks first."

    def operate(
        self,
        text: str,
        instances: Sequence[str],
        work: Callable[[Bench], Any],
        *,
        rules: PaintRules | None = None,
        done: Callable[[Any], object] = lambda made: None,
    ) -> None:
        """`work` off the window's thread; what it leaves in the masks is one step called `text`. `instances`: those that it
        reads, which must be the same at its end. `done` gets what it made, once that is a step."""
        ground = self.ground()
        gesture = self.painter.gesture(rules) if ground is not None else None
        if ground is None or gesture is None:
            self.say("The volume is still being opened.")
            return
        if self.mask_work.busy:
            self.say(f"{self._doing}: this is still being worked on. Esc stops it.")
            return
        bench = Bench(self.session.document, ground.masks, gesture, ground.geometry, ground.values)
        rows = self._rows(instances)

        def job(progress: Progress) -> Any:
            bench.progress = progress
            made = work(bench)
            progress.check()
            gesture.prepare()
            return made

        def take(answer: object) -> None:
            if isinstance(answer, Exception):
                self._drop(gesture)
                self._tell_failure(answer)
            elif self._rows(instances) != rows:
                self._drop(gesture)
                self.say("The labels were changed meanwhile, so this was not applied. Run it again.")
            elif self.commit_gesture(gesture, text):
                done(answer)

        self._doing = text
        self.say(f"{text}…")
        self.mask_work.run(job, take)

    def tell_progress(self, percent: int) -> None:
        if self.mask_work.busy:
            self.say(f"{self._doing}… {f'{percent} %. ' if percent else ''}Esc stops it.")

    def _drop(self, gesture: VolumeGesture) -> None:
        gesture.cancel()
        self.refresh_labels()

    def _tell_failure(self, error: Exception) -> None:
        if isinstance(error, Cancelled):
            self.say(f"Stopped: {self._doing}. Nothing has changed.")
        elif isinstance(error, PostilError):
            self.say(f"{error.reason} {error.remedy}".rstrip())
        else:
            raise error

    def _rows(self, instances: Sequence[str]) -> list[object]:
        return [
            (i, a.frame, a.geometry)
            for i in instances
            for a in self.session.document.annotations_of(i)
            if isinstance(a.geometry, Bitmask)
        ]

    def commit_gesture(self, gesture: VolumeGesture, text: str) -> bool:
        """One step, if anything has changed; what is selected and gone is selected no more."""
        before = {i: self.body_names([i]) for i in self.focus.selected}
        try:
            step = gesture.commit(self.session, text)
        except Refused as refused:
            self.say(f"{refused.reason} {refused.remedy}".rstrip())
            return False
        known = self.session.document.instances
        gone = [name for i, name in before.items() if i not in known]
        self.focus.select(i for i in self.focus.selected if i in known)
        lost = f" No voxel is left of {' and '.join(gone)}." if gone else ""
        self.say(f"{text}.{lost}" if step is not None else "Nothing has changed.")
        return step is not None

    def body_names(self, instances: Sequence[str]) -> str:
        if len(instances) != 1:
            return f"{len(instances):,} objects"
        return name_of(self.ontology, self.session.document, instances[0])
