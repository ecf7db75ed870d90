"""The volume viewer on 400 slices of 512 x 512 in a window of 1600 x 1000, three planes shown.

A slice step counts from the wheel to the slice being on the screen with its shapes; all panes shown are repainted. An oblique
redraw is one move of a hand that turns a line: two planes cut anew and all panes repainted. With masks on them, too. The first
steps are taken from the opening until the 3D view stands: VTK is loaded and the volume made smaller meanwhile.
"""

from __future__ import annotations

import gc
import os
import sys
import time
from statistics import median, quantiles
from typing import TYPE_CHECKING, Any

import numpy as np

from benchmarks.application import application
from benchmarks.rows import Row
from widgets import icons

if TYPE_CHECKING:
    from viewers.canvas.volume_3d import VolumeView

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

STEP, OBLIQUE = 8.0, 16.0
FRAME = 33.0  # in the first seconds: of a screen that shows 30 pictures a second
SHAPE = (400, 512, 512)


def run(quick: bool) -> list[Row]:
    stage = Stage()
    try:
        return stage.measure(20 if quick else 80)
    finally:
        stage.close()


class Stage:
    def __init__(self) -> None:
        from app.collecting import Collector
        from storage.editing.focus import Focus
        from storage.editing.on_frames import Still
        from storage.editing.session import EditSession
        from storage.model.labels import LabelDocument
        from tests.support.tool_stage import ontology
        from tests.support.volume_view import ArrayFrames, space
        from viewers.editors.volume_editor import VolumeEditor
        from viewers.scene.volume_source import VolumeSource

        self._turns = sys.getswitchinterval()
        self.app = application()
        geometry = space(n=SHAPE[0], rows=SHAPE[1], columns=SHAPE[2], mm=(0.7, 0.7), step=0.8)
        frames = ArrayFrames(_head(), geometry)
        self.volume = VolumeSource(lambda: frames, modality="CT")
        self.focus, self.document = Focus(), LabelDocument()
        self.session = EditSession(self.document, _stored, frames=Still(SHAPE[0]))
        self.editor = VolumeEditor(self.session, self.focus, ontology(), self.volume, icon=icons.icon)
        self.editor.resize(1600, 1000)
        self.editor.show()
        self._until(lambda: self.volume.complete and self.editor.state is not None and self.editor.canvas.sharp)
        self._collector = Collector()
        self._collector.start()  # as the program does once its window is in use

    def close(self) -> None:
        self.editor.close_editor()
        self.volume.close()
        self.editor.deleteLater()
        self._collector.stop()
        gc.unfreeze()
        gc.enable()
        sys.setswitchinterval(self._turns)

    def _until(self, there: Any, limit: float = 60.0) -> None:
        end = time.perf_counter() + limit
        while not there():
            self.app.processEvents()
            if time.perf_counter() > end:
                raise TimeoutError("the volume did not come")

    def measure(self, times: int) -> list[Row]:
        state = self.editor.state
        assert state is not None
        first = self.steps(times)
        while self.solid.grid is None:
            first += self.steps(times)
        rows = [_row("volume view: slice step while 3D is being prepared", first, FRAME)]
        self._until(lambda: self.solid.settled)
        rows += self._both(times, "")
        self._paint()
        rows += self._both(times, ", masks of 60 slices over them")
        self.editor.use_layout("stack")
        self.settle()
        rows.append(_row("volume view: slice step, acquired slices alone", self.steps(times), STEP))
        return rows

    def _both(self, times: int, note: str) -> list[Row]:
        found = [_row(f"volume view: slice step{note}", self.steps(times), STEP)]
        state = self.editor.state
        assert state is not None
        found.append(_row(f"volume view: oblique redraw{note}", self.turns(times), OBLIQUE))
        state.held = True
        found.append(_row(f"volume view: oblique redraw while a line is held{note}", self.turns(times), OBLIQUE))
        state.set(held=False)
        self.editor.straighten()
        self.settle()
        return found

    @property
    def solid(self) -> VolumeView:
        from viewers.canvas.volume_3d import VolumeView

        assert isinstance(self.editor.view_3d, VolumeView)
        return self.editor.view_3d

    def settle(self) -> None:
        self._until(lambda: self.editor.canvas.sharp or not self.editor.canvas.isVisible())

    def steps(self, times: int) -> list[float]:
        from PySide6.QtCore import QEventLoop

        state, canvas, found = self.editor.state, self.editor.canvas, []
        assert state is not None
        state.go_to_slice(150)
        self.settle()
        for _ in range(times):
            loop = QEventLoop()
            canvas.turned.connect(loop.quit)
            began = time.perf_counter()
            self.editor.next_page()
            if canvas.on_screen != self.focus.at:
                loop.exec()  # a loop that asks again and again would keep the threads that draw from their work
            self.app.processEvents()
            canvas.turned.disconnect(loop.quit)
            found.append((time.perf_counter() - began) * 1000)
        return found

    def turns(self, times: int) -> list[float]:
        from viewers.scene.mpr import PlaneKind

        state, found = self.editor.state, []
        assert state is not None
        state.turn(PlaneKind.SAGITTAL, 10)
        self.app.processEvents()
        for _ in range(times):
            began = time.perf_counter()
            state.turn(PlaneKind.SAGITTAL, 0.4)
            self.app.processEvents()
            found.append((time.perf_counter() - began) * 1000)
        return found

    def _paint(self) -> None:
        from storage.model.geometry import ShapeKind
        from tests.support.tool_stage import feature

        state, ground = self.editor.state, self.editor.ground()
        assert state is not None
        assert ground is not None
        self.editor.toolbox.brush.resize(68)
        for way in (-40.0, 0.0, 40.0):
            place = state.crosshair + np.array((way, way / 2, 0.0))
            self.editor.painter.begin(feature(ShapeKind.BITMASK), None, place, form="ball", normal=ground.geometry.normal)
            self.editor.painter.commit(self.editor.ontology)
        self.settle()
        self._until(lambda: self.solid.settled)


def _head() -> np.ndarray:
    """Something round with noise, so that nothing is quick by being even."""
    rng = np.random.default_rng(2)
    noise = rng.integers(-60, 60, SHAPE[1:], np.int16)
    made = np.empty(SHAPE, np.int16)
    y, x = np.mgrid[: SHAPE[1], : SHAPE[2]]
    for k in range(SHAPE[0]):
        radius = 230 * np.sin(np.pi * (k + 20) / (SHAPE[0] + 40))
        made[k] = np.where((y - 256) ** 2 + (x - 256) ** 2 < radius * radius, 40, -1000) + np.roll(noise, 7 * k)
    return made


def _stored(_change: object) -> Any:
    from concurrent.futures import Future

    done: Future[None] = Future()
    done.set_result(None)
    return done


def _row(what: str, times: list[float], bar: float) -> Row:
    p95 = quantiles(times, n=20)[-1]
    return Row(what, p95, bar, "ms", 1.0, "at most", f"p95; median {median(times):.1f} ms, longest {max(times):.1f} ms")
