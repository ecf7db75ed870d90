"""What stands on the screen while a hand goes through a volume is what a fresh painting of all of it would show."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap
import threading
from contextlib import contextmanager

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QObject, QPoint, QRect, Qt
from PySide6.QtGui import QImage, QRegion
from PySide6.QtWidgets import QWidget

from storage.model.geometry import ShapeKind
from tests.support.tool_stage import feature
from tests.support.turns import turn
from tests.support.volume_3d import scene
from tests.support.volume_view import VolumeStage, panes, pixels, space
from viewers.canvas.slice_canvas import SliceCanvas
from viewers.canvas.volume_3d import VolumeView
from viewers.scene.mpr import PlaneKind, Slab
from viewers.scene.volume_render.ladder import Step


def on_the_screen(pane: QWidget) -> np.ndarray:
    """(h, w, 3) RGB as its window has it by now, device px."""
    corner, size = pane.mapTo(pane.window(), QPoint()), pane.size()
    shot = pane.screen().grabWindow(pane.window().winId(), corner.x(), corner.y(), size.width(), size.height())
    image = shot.toImage().convertToFormat(QImage.Format.Format_RGB888)
    flat = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.bytesPerLine())
    return flat[:, : image.width() * 3].reshape(image.height(), image.width(), 3).copy()


def settled(stage: VolumeStage) -> list[SliceCanvas]:
    stage.settle()
    stage.qtbot.waitUntil(lambda: not any("volume" in thread.name for thread in threading.enumerate()))  # all is told
    turn()
    stage.qtbot.waitUntil(lambda: not stage.editor._pause.isActive())
    turn()
    return [pane for pane in panes(stage) if isinstance(pane, SliceCanvas)]


#: Levels by which a slanted line comes out otherwise at most where the corners of a pane are covered: Qt then paints it in
#: pieces, and smooths each for itself. A line that was left behind, or is missing, stands out by twice as much.
PIECES = 96


def differing(stage: VolumeStage) -> dict[PlaneKind, int]:
    """Pixels of the screen that a fresh painting would have quite other than they are."""
    found = {}
    for pane in settled(stage):
        shown = on_the_screen(pane).astype(np.int16)  # before all of it is painted for the comparison
        found[pane.kind] = int((np.abs(shown - pixels(pane)) > PIECES).any(axis=2).sum())
    return found


class Painted(QObject):
    """How much of each plane was painted, in parts of it."""

    def __init__(self) -> None:
        super().__init__()
        self.parts: dict[PlaneKind, list[float]] = {}

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Paint:
            area = sum(rect.width() * rect.height() for rect in event.region())
            self.parts.setdefault(watched.kind, []).append(area / (watched.width() * watched.height()))
        return False


@contextmanager
def painted(stage: VolumeStage):
    watcher, watched = Painted(), settled(stage)
    for pane in watched:
        pane.installEventFilter(watcher)
    yield watcher.parts
    settled(stage)
    for pane in watched:
        pane.removeEventFilter(watcher)


@pytest.mark.parametrize("geometry", [space(), space(tilt=14.0), space(row=(0, 1, 0), col=(0, 0, -1))])
def test_the_screen_keeps_up_with_every_way_through_a_volume(qtbot, geometry):
    stage = VolumeStage(qtbot, geometry)
    state, rng = stage.editor.state, np.random.default_rng(5)
    for nth in range(12):
        pane = panes(stage)[nth % 3]
        stage.wheel(pane, pane.rect().center(), int(rng.integers(-3, 4)) or 1)
        assert not any(differing(stage).values()), nth
        state.look_at(geometry.to_mm(*rng.uniform(0, (geometry.columns, geometry.rows, geometry.n))))
        assert not any(differing(stage).values()), nth
    state.turn(PlaneKind.AXIAL, 20)
    assert not any(differing(stage).values())
    for shift in ((1.0, 0.4, 0.0), (0.0, -2.0, 3.0)):
        state.look_at(state.crosshair + np.array(shift))
        assert not any(differing(stage).values())
    stage.editor.straighten()
    state.set(slab=Slab("max", 8.0))
    stage.editor.next_page()
    assert not any(differing(stage).values())


def test_a_slice_step_paints_of_the_other_planes_the_crosshair_alone(qtbot):
    stage = VolumeStage(qtbot)
    stage.editor.next_page()
    with painted(stage) as parts:
        stage.editor.next_page()
    assert set(parts) == {PlaneKind.SAGITTAL, PlaneKind.CORONAL}
    assert max(max(of) for of in parts.values()) < 0.1


def test_a_plane_that_the_crosshair_leaves_is_painted_whole(qtbot):
    stage = VolumeStage(qtbot)
    stage.editor.step_slices(1, PlaneKind.SAGITTAL)
    with painted(stage) as parts:
        stage.editor.step_slices(1, PlaneKind.SAGITTAL)
    assert parts[PlaneKind.SAGITTAL] == [1.0]
    assert max(parts[PlaneKind.CORONAL]) < 0.1


def test_a_window_that_changes_during_a_step_is_seen_everywhere(qtbot):
    stage = VolumeStage(qtbot)
    before = {pane.kind: pixels(pane) for pane in settled(stage)}
    stage.editor.next_page()
    stage.editor.drag_window(0.3, 0.4)
    assert not any(differing(stage).values())
    for pane in settled(stage):
        assert (pixels(pane) != before[pane.kind]).any(axis=2).mean() > 0.2


def test_a_brush_of_another_size_is_seen_where_the_pointer_rests(qtbot):
    stage = VolumeStage(qtbot)
    stage.editor.arm_class(feature(ShapeKind.BITMASK))
    stage.editor.arm_tool("sphere")
    pane = stage.editor.planes[PlaneKind.SAGITTAL]
    stage.move(pane, pane.rect().center())
    settled(stage)
    before = on_the_screen(pane)
    stage.key(Qt.Key.Key_BracketRight, pane=pane)
    settled(stage)
    assert (on_the_screen(pane) != before).any()
    assert not any(differing(stage).values())


def test_no_row_of_a_pane_is_left_as_it_was_where_pixels_are_one_and_a_half():
    script = textwrap.dedent(
        """
        from threading import Event
        from PySide6.QtCore import QPoint
        from PySide6.QtGui import QColor, QImage, QRegion
        from PySide6.QtWidgets import QApplication, QWidget
        from tests.support.turns import turn
        from tests.support.volume_view import ArrayFrames, beads, space
        from viewers.canvas.slice_canvas import SliceCanvas
        from viewers.scene.mpr import PlaneKind
        from viewers.scene.mpr_state import MprState
        from viewers.scene.plane_reader import PlaneReader
        from viewers.scene.volume_source import VolumeSource

        app = QApplication([])
        geometry = space()
        volume = VolumeSource(lambda: ArrayFrames(beads(geometry), geometry), modality="CT")
        complete = Event()
        volume.listen(lambda: complete.set() if volume.complete else None)
        volume.start()
        assert complete.wait(60)
        holder = QWidget()
        holder.resize(300, 300)
        pane = SliceCanvas(PlaneReader(volume), MprState(geometry, 1), PlaneKind.SAGITTAL, holder)
        holder.show()
        before = QColor(255, 0, 255)
        for at in range(3):
            for size in range(100, 104):
                pane.setGeometry(at, at, size, size)
                turn()
                image = QImage(450, 450, QImage.Format.Format_RGB32)
                image.setDevicePixelRatio(1.5)
                image.fill(before)
                holder.render(image, QPoint(), QRegion(), QWidget.RenderFlag.DrawChildren)
                first, last = round(at * 1.5 + 0.01), round((at + size) * 1.5 + 0.01) - 1
                for px in (first, last):
                    assert image.pixelColor(px, 60) != before, (at, size, px)
                    assert image.pixelColor(60, px) != before, (at, size, px)
        volume.close()
        print("whole")
        """
    )
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen", "QT_SCALE_FACTOR": "1.5"}
    done = subprocess.run(
        [sys.executable, "-c", script], env=environment, capture_output=True, text=True, timeout=300, check=False
    )
    assert done.stdout.strip() == "whole", done.stderr


def test_a_part_that_comes_to_light_again_is_as_it_was(qtbot):
    stage = VolumeStage(qtbot)
    for pane in settled(stage):
        whole = QImage(pane.size(), QImage.Format.Format_RGB32)
        pane.render(whole)
        part = whole.copy()
        part.fill(0)
        region = QRegion(10, 20, 90, 40)
        pane.render(part, QPoint(10, 20), region)
        assert part.copy(10, 20, 90, 40) == whole.copy(10, 20, 90, 40)


def test_in_3d_a_crosshair_that_moves_leaves_nothing_behind(qtbot):
    made = scene()
    view = VolumeView(made, step=Step.NUMPY)
    qtbot.addWidget(view, before_close_func=VolumeView.close_view)
    view.resize(420, 380)
    view.show()
    qtbot.waitUntil(lambda: view.settled)
    low, high = made.geometry.extent_mm
    without = pixels(view)
    for part in (0.5, 0.1, 0.9, 0.45, 1.0):
        view.set_crosshair(low + (high - low) * (part, 1 - part, part))
        turn()
        shown = on_the_screen(view)
        assert (shown != without).any()
        assert (shown == pixels(view)).all(), part
    view.set_crosshair(None)
    turn()
    assert (on_the_screen(view) == without).all()
    view.close_view()
    assert view.ended()


def test_a_pane_with_a_corner_under_the_options_of_a_tool_keeps_up(qtbot):
    stage = VolumeStage(qtbot)
    stage.editor.arm_class(feature(ShapeKind.BITMASK))
    stage.editor.arm_tool("threshold")
    pane = stage.editor.planes[PlaneKind.SAGITTAL]
    settled(stage)
    options = stage.editor.options
    over = QRect(pane.mapTo(stage.editor.grid, QPoint()), pane.size()).intersected(options.geometry())
    assert not over.isEmpty()
    free = slice(pane.height() // 2, None)
    before = on_the_screen(pane)[free]
    stage.wheel(pane, pane.rect().center(), 3)
    settled(stage)
    shown = on_the_screen(pane)[free]
    assert (shown != before).any()
    assert (shown == pixels(pane)[free]).all()
