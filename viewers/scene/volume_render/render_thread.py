"""The thread that renders one view: small and quick while things move, better when they rest.

Everything that is drawn with lives on this thread alone. The view hands in values (`want`, `show`, `set_surfaces`) and is
told by two callbacks, on this thread, when a picture is ready and when the state has changed. `close` never waits.
"""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Protocol

import numpy as np

from storage.model.space import VolumeGeometry
from viewers.scene.surfaces import Surface
from viewers.scene.threads import CALM_S, LAST, step_back
from viewers.scene.volume_render import ladder
from viewers.scene.volume_render.grid import MOVING_VOXELS, STILL_VOXELS, Array, Grid, Values, grid_of
from viewers.scene.volume_render.ladder import Choice, Step
from viewers.scene.volume_render.wish import Drawn, Picture, Wish

#: A thread that nobody closes looks this often whether the program has ended.
_WATCH_S = 1.0
_REST_S = 0.15  # a button is down, but nothing moves: begin to refine
_SMOOTH_S = 0.06  # a frame while moving should take no longer
_FINE_S = 0.3  # the first refined one
_SCALES = (1.0, 0.5, 0.34, 0.25)
_SLOW_FRAMES = 3  # on the GPU, one after the other, of more than ladder.SLOW_S


class Engine(Protocol):
    def draw(
        self, wish: Wish, grid: Grid | None, surfaces: Mapping[str, Surface], *, scale: float, coarse: bool
    ) -> Picture | None: ...
    def abort(self) -> None: ...
    def keep(self, grids: set[object]) -> None: ...
    def close(self) -> None: ...


@dataclass(frozen=True, slots=True)
class Limits:
    """What a step of the ladder can do in good time."""

    moving_voxels: int
    still_voxels: int
    still_shaded: int  # with light: VTK works out gradients first, which on the processor takes seconds and cannot be stopped
    still_px: int
    scale: int  # the largest of `_SCALES` while moving


LIMITS = {
    Step.GPU: Limits(STILL_VOXELS, 4 * STILL_VOXELS, 4 * STILL_VOXELS, 16_000_000, 0),
    Step.CPU: Limits(MOVING_VOXELS, STILL_VOXELS, MOVING_VOXELS, 1_000_000, 1),
    Step.NUMPY: Limits(96**3, 200**3, 200**3, 300_000, 2),
}


@dataclass(frozen=True, eq=False)
class Subject:
    """What is looked at: one time of a volume."""

    array: Array
    geometry: VolumeGeometry
    values: Values


@dataclass(frozen=True, slots=True)
class State:
    """`step` None: not known yet. `fault`: why there is no picture, as a sentence."""

    step: Step | None = None
    note: str = ""
    fault: str = ""
    preparing: bool = False
    grid: Grid | None = None  # the one drawn while moving: picks and looks go by it


class _Moved(Exception):
    """Something else is wanted by now."""


class RenderThread:
    def __init__(self, drawn: Callable[[Drawn], None], told: Callable[[], None], step: Step | None = None) -> None:
        self.state = State()
        self._drawn, self._told, self._forced = drawn, told, step
        self._wake = threading.Condition()
        self._wish: Wish | None = None
        self._subject: Subject | None = None
        self._surfaces: dict[str, Surface] = {}
        self._serial = 0  # of what is wanted
        self._done = 0  # the serial that has its fine picture
        self._closed = False
        self._engine: Engine | None = None
        self._refining = False
        self._calm = 0.0  # until then (monotonic) nothing is refined
        self._begun = 0  # the serial that has its coarse picture
        self._grids: dict[int, Grid] = {}
        self._of: Subject | None = None  # what the grids are of
        self._scale = 1
        self._slow = 0
        self._cost = 0.0  # s a px of a refined picture, as last seen
        self._thread: threading.Thread | None = None

    # -- called by the view ------------------------------------------------------------------------------------------

    def want(self, wish: Wish) -> None:
        self._change(wish=wish)

    def show(self, subject: Subject | None) -> None:
        self._change(subject=subject)

    def set_surfaces(self, surfaces: Mapping[str, Surface]) -> None:
        self._change(surfaces=dict(surfaces))

    def give_way(self) -> None:
        """Slices are turned through: the processor is theirs. What is being refined is given up and begun anew afterwards."""
        with self._wake:
            self._calm = time.monotonic() + CALM_S
            engine = self._engine if self._refining else None
        if engine is not None:
            engine.abort()

    @property
    def settled(self) -> bool:
        """What is wanted is drawn as well as it can be."""
        with self._wake:
            return self._done == self._serial

    @property
    def alive(self) -> bool:
        thread = self._thread
        return thread is not None and thread.is_alive()

    def close(self) -> None:
        """The thread puts its things away and ends when what it draws at this moment has stopped."""
        with self._wake:
            self._closed = True
            self._subject, self._surfaces = None, {}
            self._wake.notify_all()
            engine = self._engine if self._refining else None
        if engine is not None:
            engine.abort()

    def join(self, timeout: float) -> bool:
        """Only where a moment's wait does no harm: in tests, and when the program ends."""
        thread = self._thread
        if thread is not None:
            thread.join(timeout)
        return not self.alive

    def _change(self, **new: Any) -> None:
        with self._wake:
            if self._closed:
                return
            for name, value in new.items():
                setattr(self, f"_{name}", value)
            self._serial += 1
            if self._thread is None:
                # Not a daemon: one that is inside of VTK when the interpreter ends takes the program down with it.
                self._thread = threading.Thread(target=self._run, name="postil-3d", daemon=False)
                self._thread.start()
            self._wake.notify_all()
            engine = self._engine if self._refining else None
        if engine is not None:
            engine.abort()

    # -- the thread --------------------------------------------------------------------------------------------------

    def _run(self) -> None:
        step_back(LAST)
        try:
            self._begin()
            while self._engine is not None and self._wait():
                self._turn()
        finally:
            engine, self._engine = self._engine, None
            if engine is not None:
                engine.close()
            self._grids.clear()
            self._of = None

    def _begin(self) -> None:
        import cv2  # noqa: F401 - holds up every thread: here, not between two frames under the hand

        found = Choice(self._forced) if self._forced is not None else ladder.choice(self._over)
        if found is None:  # closed in the meantime
            return
        self._tell(step=found.step, note=found.note)
        self._make_engine(found.step)

    def _make_engine(self, step: Step) -> None:
        if step is Step.OFF:
            return
        old, self._engine = self._engine, None
        if old is not None:
            old.close()
        if step is not Step.NUMPY:
            try:
                from viewers.scene.volume_render.vtk_engine import VtkEngine

                self._engine = VtkEngine(gpu=step is Step.GPU)
            except Exception as error:
                self._tell(step=Step.NUMPY, note=f"OpenGL cannot be used here ({error}): simple projections are shown instead.")
        if self._engine is None:
            from viewers.scene.volume_render.numpy_engine import NumpyEngine

            self._engine = NumpyEngine()
        self._scale = self._limits.scale
        self._cost = 0.0

    @property
    def _limits(self) -> Limits:
        return LIMITS[self.state.step or Step.CPU]

    def _over(self) -> bool:
        return self._closed or not threading.main_thread().is_alive()

    def _wait(self) -> bool:
        """Until something is to be drawn. False: it is over."""
        with self._wake:
            while True:
                if self._over():
                    return False
                if self._wish is not None and self._done != self._serial:
                    return True
                self._wake.wait(_WATCH_S)

    def _turn(self) -> None:
        with self._wake:
            wish, subject, surfaces, serial = self._wish, self._subject, self._surfaces, self._serial
        assert wish is not None
        try:
            self._draw(wish, subject, surfaces, serial)
        except _Moved:
            return
        except MemoryError:
            self._fail(serial, "Memory does not suffice for the 3D view. Close other volumes, then open it again.")
        except Exception as error:
            self._fail(serial, f"The volume cannot be rendered: {error}.")

    def _draw(self, wish: Wish, subject: Subject | None, surfaces: dict[str, Surface], serial: int) -> None:
        limits = self._limits
        grid = self._grid(subject, limits.moving_voxels)
        if self.state.fault:
            self._tell(fault="")
        if self._begun != serial:
            self._keep_pace(self._coarse(wish, grid, surfaces))
            self._begun = serial
        self._rest(wish, serial)
        most = min(1.0, math.sqrt(limits.still_px / (wish.size[0] * wish.size[1])))
        first = self._affordable(wish, most)
        most_voxels = limits.still_shaded if wish.look.preset.shaded else limits.still_voxels
        whole = grid is None or grid.whole or not wish.look.shows_volume or most_voxels <= limits.moving_voxels
        self._fine(wish, grid, surfaces, serial, first, last=whole and first == most)
        if not (whole and first == most):
            better = grid if whole else self._grid(subject, most_voxels, serial)
            self._fine(wish, better, surfaces, serial, most, last=True)
        with self._wake:
            if self._serial == serial:
                self._done = serial

    def _coarse(self, wish: Wish, grid: Grid | None, surfaces: dict[str, Surface]) -> float:
        assert self._engine is not None
        began = time.perf_counter()
        picture = self._engine.draw(wish, grid, surfaces, scale=_SCALES[self._scale], coarse=True)
        took = time.perf_counter() - began
        if picture is not None:
            self._hand_over(picture, wish, grid, took, fine=False)
        return took

    def _fine(
        self, wish: Wish, grid: Grid | None, surfaces: dict[str, Surface], serial: int, scale: float, *, last: bool
    ) -> None:
        assert self._engine is not None
        with self._wake:
            if self._serial != serial or self._closed:
                raise _Moved
            self._refining = True
        began = time.perf_counter()
        try:
            picture = self._engine.draw(wish, grid, surfaces, scale=scale, coarse=False)
        finally:
            self._refining = False
        took = time.perf_counter() - began
        if picture is None:
            raise _Moved
        if grid is not None and grid is self._grids.get(self._limits.moving_voxels):
            self._cost = took / (picture.shape[0] * picture.shape[1])
        self._hand_over(picture, wish, grid, took, fine=last)

    def _hand_over(self, picture: Picture, wish: Wish, grid: Grid | None, took: float, *, fine: bool) -> None:
        """Scaled up here: the window's thread would take ten times as long."""
        scale = picture.shape[0] / wish.size[1]
        if picture.shape[:2] != wish.size[::-1]:
            import cv2

            picture = np.asarray(cv2.resize(picture, wish.size, interpolation=cv2.INTER_LINEAR), np.uint8)
        if not self._closed:
            self._drawn(Drawn(picture, wish, fine, took, scale, grid.array.size if grid is not None else 0))

    def _affordable(self, wish: Wish, most: float) -> float:
        """How large the first refined picture may be, so that it does not keep anybody waiting."""
        px = wish.size[0] * wish.size[1]
        if not self._cost or self._cost * px * most * most <= _FINE_S * 1.25:
            return most
        return max(min(most, 0.5), min(most, math.sqrt(_FINE_S / (self._cost * px))))

    def _rest(self, wish: Wish, serial: int) -> None:
        """With a button down the next move is near; and the picture can wait for those who turn slices."""
        until = time.monotonic() + _REST_S if wish.held else 0.0
        with self._wake:
            while self._serial == serial and not self._closed:
                left = max(until, self._calm) - time.monotonic()
                if left <= 0:
                    break
                self._wake.wait(left)
            if self._serial != serial or self._closed:
                raise _Moved

    def _keep_pace(self, took: float) -> None:
        """Smaller pictures where the machine is slow, larger ones again where it is not."""
        if took > 1.5 * _SMOOTH_S and self._scale + 1 < len(_SCALES):
            self._scale += 1
        elif took < 0.3 * _SMOOTH_S and self._scale > self._limits.scale:
            self._scale -= 1
        self._slow = self._slow + 1 if took > ladder.SLOW_S and self.state.step is Step.GPU else 0
        if self._slow >= _SLOW_FRAMES:
            self._slow = 0
            self._tell(step=Step.CPU, note="")
            self._grids.clear()
            self._make_engine(Step.CPU)
            raise _Moved

    # -- volumes -----------------------------------------------------------------------------------------------------

    def _grid(self, subject: Subject | None, most: int, serial: int | None = None) -> Grid | None:
        """Of the subject with at most so many voxels. With a serial: given up as soon as something else is wanted; else another
        time of the volume waits for this one, for a film through time would never let one be made."""
        if subject is not self._of:
            self._grids.clear()
            self._of = subject
            self._engine_keeps()
            self._cost = 0.0
        if subject is None:
            return None
        if most not in self._grids:

            def check() -> None:
                if self._closed or (serial is not None and self._serial != serial):
                    raise _Moved

            if serial is None:
                self._tell(preparing=True)
            made = grid_of(subject.array, subject.geometry, subject.values, most=most, check=check)
            self._grids[most] = made
            self._engine_keeps()
            if serial is None:
                self._tell(preparing=False, grid=made)
        return self._grids[most]

    def _engine_keeps(self) -> None:
        if self._engine is not None:
            self._engine.keep({g.key for g in self._grids.values()})

    def _fail(self, serial: int, sentence: str) -> None:
        with self._wake:
            self._done = serial
        self._tell(fault=sentence, preparing=False)

    def _tell(self, **news: Any) -> None:
        self.state = replace(self.state, **news)
        if not self._closed:
            self._told()
