"""The 3D view keeps up with the hand, and nothing of it outlives it."""

from __future__ import annotations

import gc
import subprocess
import sys
from dataclasses import replace

import pytest
from PySide6.QtCore import QTimer

from storage.model.space import letters
from tests.support.view_3d import pixels, settle
from tests.support.volume_3d import scene, silhouette
from viewers.canvas.volume_3d import VolumeView
from viewers.scene.volume_render import ladder, render_thread
from viewers.scene.volume_render.camera import Side
from viewers.scene.volume_render.grid import Values
from viewers.scene.volume_render.ladder import Step
from viewers.scene.volume_render.render_thread import LIMITS, RenderThread, Subject
from viewers.scene.volume_render.vtk_parts import MODULES
from viewers.scene.volume_render.wish import GROUND


def test_while_it_is_turned_pictures_are_smaller_and_the_last_one_is_fine(opened, qtbot):
    view = opened()
    drawn: list[tuple[float, bool]] = []
    view.drawn.connect(lambda: drawn.append((view.shown.scale, view.shown.fine)))
    view.set_camera(view.camera.turned(10, 0), held=True)
    qtbot.waitUntil(lambda: bool(drawn))
    assert drawn[0][0] <= 0.51 and not drawn[0][1]
    settle(qtbot, view)
    assert drawn[-1] == (1.0, True)
    assert view.shown.picture.shape[:2] == (view.height(), view.width())


def test_while_slices_are_turned_nothing_is_refined(opened, qtbot, monkeypatch):
    monkeypatch.setattr(render_thread, "CALM_S", 600.0)
    view = opened()
    drawn: list[bool] = []
    view.drawn.connect(lambda: drawn.append(view.shown.fine))
    view.set_crosshair((0.0, 0.0, 0.0))
    with qtbot.waitSignal(view.drawn):
        view.set_camera(view.camera.turned(10, 0))
    with pytest.raises(qtbot.TimeoutError), qtbot.waitSignal(view.drawn, timeout=400):
        pass
    assert drawn == [False] and not view.settled
    monkeypatch.setattr(render_thread, "CALM_S", 0.0)  # the last turn of a slice
    view.set_crosshair((0.0, 0.0, 0.0))
    view.set_camera(view.camera.turned(1, 0))
    settle(qtbot, view)
    assert drawn[-1]


def test_a_film_through_slices_does_not_keep_the_picture_from_being_refined(opened, qtbot, monkeypatch):
    monkeypatch.setattr(render_thread, "CALM_S", 60.0)
    view = opened()
    beat = QTimer()
    beat.timeout.connect(lambda: view.set_crosshair((0.0, 0.0, 0.0), by_hand=False))
    beat.start(10)
    view.set_camera(view.camera.turned(10, 0))
    assert not view.settled
    settle(qtbot, view)
    assert view.shown.fine
    beat.stop()


def test_times_that_follow_faster_than_they_are_prepared_are_seen_all_the_same(qtbot, monkeypatch):
    made, seen, real = scene(), [], render_thread.grid_of
    subjects = [Subject(made.array.copy(), made.geometry, Values.of(made)) for _ in range(4)]

    def overtaken(array, *args, **more):
        if len(seen) + 1 < len(subjects):
            thread.show(subjects[len(seen) + 1])  # the next one comes while this one is prepared
        grid = real(array, *args, **more)
        seen.append(array)
        return grid

    monkeypatch.setattr(render_thread, "grid_of", overtaken)
    drawn: list[object] = []
    thread = RenderThread(drawn.append, lambda: None, Step.NUMPY)
    thread.show(subjects[0])
    thread.want(made.wish(made.camera()))
    qtbot.waitUntil(lambda: thread.settled)
    thread.close()
    assert thread.join(60)
    assert len(drawn) >= len(subjects)
    assert all(array is subject.array for array, subject in zip(seen, subjects, strict=False))


def test_a_large_volume_is_thinned_while_it_moves_and_whole_again_where_that_is_quick(opened, qtbot, monkeypatch):
    small = replace(LIMITS[Step.CPU], moving_voxels=20_000, still_shaded=20_000)
    monkeypatch.setitem(LIMITS, Step.CPU, small)
    made = scene()
    view = opened(made)
    assert view.shown.voxels <= 20_000 and not view.grid.whole
    assert "of 66 × 60 × 40 voxels" in view.bar._how()
    view.set_preset(next(p for p in view.presets() if p.id == "mip"))
    settle(qtbot, view)
    assert view.shown.voxels == made.array.size


def test_a_graphics_card_that_is_slow_in_practice_gives_way_to_the_processor(opened, qtbot, monkeypatch):
    monkeypatch.setattr(ladder, "SLOW_S", 0.0)
    view = opened(step=Step.GPU)
    for side in (Side.P, Side.L, Side.R, Side.H):
        view.look_from(side)
        settle(qtbot, view)
    assert view.step is Step.CPU and letters(view.shown.wish.camera.toward) == "H"


def test_wishes_that_are_no_longer_wanted_are_not_drawn(opened, qtbot):
    view = opened()
    drawn: list[int] = []
    view.drawn.connect(lambda: drawn.append(view.shown.wish.generation))
    for _ in range(200):
        view.set_camera(view.camera.turned(1, 0))
    settle(qtbot, view)
    assert len(drawn) < 100 and drawn == sorted(drawn) and drawn[-1] == view._workers.generation


def test_what_nobody_sees_is_not_drawn_until_it_is_shown(opened, qtbot):
    view = opened()
    view.hide()
    wished = view._workers.generation
    view.look_from(Side.H)
    view.set_preset(view.presets()[1])
    assert view._workers.generation == wished
    view.show()
    settle(qtbot, view)
    assert view.shown.wish.look.preset is view.presets()[1] and letters(view.shown.wish.camera.toward) == "H"


def test_views_come_and_go_in_the_middle_of_their_work(qtbot):
    """One of two is closed while both render; views die unclosed; the one that stays goes on."""
    made = scene()
    stays = VolumeView(made, step=Step.CPU)
    qtbot.addWidget(stays)
    stays.resize(200, 200)
    stays.show()
    ended = []
    for n in range(6):
        view = VolumeView(made, step=Step.CPU)
        view.resize(300, 300)
        view.show()
        thread = view._workers.thread
        if n % 3 == 1:
            qtbot.waitUntil(lambda view=view: view.shown is not None)
            view.set_camera(view.camera.turned(30, 0))
            stays.set_camera(stays.camera.turned(10, 5) if stays.camera else None)
        elif n % 3 == 2:
            settle(qtbot, view)
        if n % 2:
            view.close_view()
        view.deleteLater()
        del view
        gc.collect()
        ended.append(thread)
    qtbot.waitUntil(lambda: not any(t.alive for t in ended))
    stays.look_from(Side.F)
    settle(qtbot, stays)
    assert silhouette(pixels(stays.grab().toImage()), GROUND).any()
    stays.close_view()
    assert stays.ended()


PROGRAM = """
import sys
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication
from tests.support.volume_3d import scene
from viewers.canvas.volume_3d import VolumeView
from viewers.scene.volume_render.ladder import Step

def main():
    app = QApplication([])
    assert not any(name.startswith("vtkmodules") for name in sys.modules), "VTK is imported too early"
    views = [VolumeView(scene(), step=Step.CPU) for _ in range(2)]
    assert not any(name.startswith("vtkmodules") for name in sys.modules), "VTK is imported before a view is shown"
    for view in views:
        view.show()
    QTimer.singleShot(int(sys.argv[1]), app.quit)
    app.exec()
    print("done", flush=True)

if __name__ == "__main__":
    main()
"""


@pytest.mark.parametrize("after_ms", [5, 700])
def test_a_program_that_ends_with_views_open_ends(after_ms):
    """Nobody closed them: no crash, no waiting for ever. VTK is imported only when a view is shown."""
    run = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(after_ms)], capture_output=True, text=True, timeout=300, check=False
    )
    assert run.returncode == 0 and "done" in run.stdout, run.stderr


LOADED = """
import sys
from tests.support.volume_3d import ball_mask, scene
from viewers.scene.surfaces import Surface, mesh_of
from viewers.scene.volume_render.vtk_engine import VtkEngine
made = scene()
surface = Surface(mesh_of(ball_mask(made.geometry, made.ball, 9.0), made.geometry), (1, 2, 3))
for gpu in (False, True):
    engine = VtkEngine(gpu=gpu)
    engine.draw(made.wish(made.camera()), made.grid, {"a": surface}, scale=1.0, coarse=False)
    engine.close()
print(*(name.split(".")[1] for name in sys.modules if name.startswith("vtkmodules.")))
"""


def test_packagers_know_every_part_of_vtk_that_is_loaded():
    run = subprocess.run([sys.executable, "-c", LOADED], capture_output=True, text=True, timeout=300, check=True)
    assert set(run.stdout.split()) - {"util", "numpy_interface"} == set(MODULES)
