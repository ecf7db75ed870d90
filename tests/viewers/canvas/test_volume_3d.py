"""The 3D view: what it shows, what hands do to it, and that nothing of it outlives it."""

from __future__ import annotations

import gc
import math
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt, QTimer
from PySide6.QtGui import QGuiApplication, QImage, QKeyEvent, QMouseEvent, QWheelEvent
from PySide6.QtWidgets import QApplication, QMenu, QWidget

from storage.errors import PostilError, Refused
from storage.media.dicom import scan
from storage.media.source import FileSource
from storage.model.space import letters
from tests.support import phantoms
from tests.support.volume_3d import ball_mask, geometry, scene, silhouette, voxel_mm
from viewers.canvas.volume_3d import VolumeView
from viewers.canvas.volume_3d_marks import cube_faces, scale_of
from viewers.canvas.volume_3d_pointing import handles
from viewers.decode.volume import open_volume
from viewers.scene.volume_render import ladder, render_thread
from viewers.scene.volume_render.camera import Side
from viewers.scene.volume_render.grid import Values
from viewers.scene.volume_render.ladder import Choice, Step
from viewers.scene.volume_render.looks import SURFACES, Look
from viewers.scene.volume_render.render_thread import LIMITS, RenderThread, Subject
from viewers.scene.volume_render.vtk_parts import MODULES
from viewers.scene.volume_render.wish import GROUND, ClipBox
from viewers.scene.volume_source import VolumeSource

LEFT, MIDDLE, RIGHT = Qt.MouseButton.LeftButton, Qt.MouseButton.MiddleButton, Qt.MouseButton.RightButton
NONE = Qt.MouseButton.NoButton
PLAIN, SHIFT = Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ShiftModifier


@pytest.fixture
def opened(qtbot):
    """Views that are closed at the end, whatever happens to them."""
    made: list[VolumeView] = []

    def open_one(store=None, *, step=Step.CPU, size=(320, 280), settle=True, **options) -> VolumeView:
        view = VolumeView(store if store is not None else scene(), step=step, **options)
        qtbot.addWidget(view)
        made.append(view)
        view.resize(*size)
        view.show()
        if settle:
            qtbot.waitUntil(lambda: view.settled)
        return view

    yield open_one
    for view in made:
        view.close_view()
    assert all(view.ended() for view in made)


def settle(qtbot, view):
    qtbot.waitUntil(lambda: view.settled)


def mouse(view, kind, x, y, button=NONE, held=NONE, keys=PLAIN):
    at = QPointF(x, y)
    QApplication.sendEvent(view, QMouseEvent(kind, at, view.mapToGlobal(at), button, held, keys))


def drag(view, button, start, end, steps=4, keys=PLAIN):
    mouse(view, QEvent.Type.MouseButtonPress, *start, button, button, keys)
    for n in range(1, steps + 1):
        x, y = (a + (b - a) * n / steps for a, b in zip(start, end, strict=True))
        mouse(view, QEvent.Type.MouseMove, x, y, NONE, button, keys)
    mouse(view, QEvent.Type.MouseButtonRelease, *end, button, NONE, keys)


def click(view, x, y, button=LEFT):
    drag(view, button, (x, y), (x, y), steps=1)


def key(view, which, keys=PLAIN) -> bool:
    event = QKeyEvent(QEvent.Type.KeyPress, which, keys)
    QApplication.sendEvent(view, event)
    return event.isAccepted()


def pixels(image: QImage) -> np.ndarray:
    image = image.convertToFormat(QImage.Format.Format_RGB32)
    return np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.width(), 4).copy()


# -- what is shown ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("step", [Step.CPU, Step.GPU, Step.NUMPY])
def test_every_step_of_the_ladder_shows_the_volume_where_it_lies(opened, qtbot, step):
    made = scene(geometry(tilt=18.5), box=False)
    view = opened(made, step=step)
    assert view.step is step and view.shown.fine
    view.set_camera(view.camera.turned(50, -20))
    settle(qtbot, view)
    seen = silhouette(pixels(view.picture(marks=False)), GROUND)
    rows, columns = np.nonzero(seen)
    x, y, _ = view.camera.project(made.ball, view.px_size)
    assert math.dist((columns.mean() + 0.5, rows.mean() + 0.5), (x, y)) < 2.0


def test_the_grab_of_the_widget_shows_what_is_seen(opened):
    """VTK's own widgets are black or blank here."""
    view = opened()
    assert silhouette(pixels(view.grab().toImage()), GROUND).mean() > 0.02


def test_the_crosshair_stands_at_its_millimetres(opened, qtbot):
    made = scene()
    view = opened(made)
    view.set_preset(SURFACES)
    view.set_camera(view.camera.turned(25, 10))
    settle(qtbot, view)
    before = pixels(view.picture())
    view.set_crosshair(made.ball)
    changed = np.abs(pixels(view.picture()).astype(int) - before).sum(axis=-1) > 100
    rows, columns = np.nonzero(changed)
    x, y, _ = view.camera.project(made.ball, view.px_size)
    assert math.dist((columns.mean() + 0.5, rows.mean() + 0.5), (x, y)) < 2.0
    view.set_crosshair(None)
    assert np.array_equal(pixels(view.picture()), before)


def test_segments_appear_change_and_vanish(opened, qtbot):
    made = scene(ball=False, box=False)
    view = opened(made)
    middle = made.geometry.to_mm(33, 30, 20)
    assert not silhouette(pixels(view.picture(marks=False)), GROUND).any()
    view.set_surfaces({"a": (ball_mask(made.geometry, middle, 8.0), (250, 40, 40))})
    settle(qtbot, view)
    seen = pixels(view.picture(marks=False))
    small = silhouette(seen, GROUND)
    assert small.sum() == pytest.approx(math.pi * (8.0 * view.camera.px_per_mm(view.px_size)) ** 2, rel=0.1)
    x, y, _ = view.camera.project(middle, view.px_size)
    blue, green, red, _ = seen[int(y), int(x)].tolist()
    assert red > 3 * max(green, blue)
    view.set_surfaces({"a": (ball_mask(made.geometry, middle, 12.0), (40, 250, 40))})
    settle(qtbot, view)
    large = pixels(view.picture(marks=False))
    assert silhouette(large, GROUND).sum() > 1.8 * small.sum()
    assert large[int(y), int(x), 1] > 3 * large[int(y), int(x), 2]
    view.set_surfaces({})
    settle(qtbot, view)
    assert not silhouette(pixels(view.picture(marks=False)), GROUND).any()


def test_a_volume_over_time_shows_the_time_asked_for(opened, qtbot):
    first, second = scene(box=False), scene(ball=False)
    first.array = np.concatenate([first.array, second.array])
    first.have = np.ones(len(first.array), bool)
    view = opened(first)
    for time, there in ((1, second.box), (0, first.ball)):
        view.set_time(time)
        settle(qtbot, view)
        rows, columns = np.nonzero(silhouette(pixels(view.picture(marks=False)), GROUND))
        x, y, _ = view.camera.project(there, view.px_size)
        assert math.dist((columns.mean() + 0.5, rows.mean() + 0.5), (x, y)) < 2.0


def test_tilt_and_resampling_are_said(opened):
    assert opened(scene(geometry(tilt=18.5))).badges == ("Gantry tilt 18.5° corrected",)
    assert "resampled" in opened(scene(geometry(irregular=True))).badges[0]
    assert opened(scene()).badges == ()


def test_the_scale_bar_is_as_long_as_it_says(opened):
    view = opened()
    bar = scale_of(view.camera, view.px_size)
    value, unit = bar.text.split()
    mm = float(value) * {"cm": 10, "mm": 1, "µm": 0.001}[unit]
    x, _, _ = view.camera.project(np.stack([view.camera.pivot, view.camera.pivot + view.camera.right * mm]), view.px_size)
    assert x[1] - x[0] == pytest.approx(bar.length)


def test_the_cube_shows_the_sides_that_look_at_the_viewer(opened):
    view = opened()
    faces = cube_faces(view.camera.seen_from(Side.A).turned(-30, 20))
    assert {text for _, text, _ in faces} == {"A", "L", "F"} and faces[-1][1] == "A"


# -- states -------------------------------------------------------------------------------------------------------------


def test_nothing_is_rendered_before_all_slices_are_there_and_then_it_is(opened, qtbot):
    made = scene()
    made.have[5:] = False
    view = opened(made, settle=False)
    qtbot.waitUntil(lambda: view.patient)
    assert view.reading.have == 5 and "Loading 5 of 40" in view._words()
    made.have[:] = True
    made.tell()
    settle(qtbot, view)
    assert view.shown is not None and view._words() == ""


def test_without_geometry_the_missing_tags_are_named(opened):
    made = scene()
    made.geometry = None
    view = opened(made)
    for tag in ("Image Position (Patient)", "Image Orientation (Patient)", "Pixel Spacing"):
        assert tag in view._words()
    assert view._workers.thread.alive is False
    made.missing = ("Pixel Spacing",)
    only = opened(made)
    assert "Pixel Spacing" in only._words() and "Position" not in only._words()


def test_a_single_slice_has_no_depth(opened):
    made = scene(geometry(n=2))
    made.geometry = geometry(n=1)
    made.array, made.have = made.array[:1], made.have[:1]
    assert "at least two slices" in opened(made)._words()


def test_a_volume_that_cannot_be_opened_says_why(opened):
    made = scene()
    made.array = made.array[:0]
    made.error = PostilError("The disk is full.", remedy="Free some space.")
    assert "The disk is full." in opened(made)._words()


def test_slices_without_values_are_counted(opened):
    made = scene()
    made.damaged = {3: PostilError("broken"), 4: PostilError("broken")}
    assert opened(made).badges == ("2 of 40 slices cannot be read",)


def test_without_opengl_a_note_says_so(opened, monkeypatch):
    note = "No OpenGL here (no such device): simple projections are shown instead."
    monkeypatch.setattr(ladder, "choice", lambda stopped: Choice(Step.NUMPY, note))
    view = opened(step=None)
    assert view.step is Step.NUMPY and view.note == note
    shown = pixels(view.picture())
    assert (np.abs(shown.astype(int) - pixels(view.picture(marks=False))).sum(axis=-1) > 60)[:60].sum() > 200


def test_an_engine_that_cannot_be_made_falls_to_numpy(opened, monkeypatch):
    from viewers.scene.volume_render import vtk_parts

    def broken(size):
        raise RuntimeError("no display")

    monkeypatch.setattr(vtk_parts, "window", broken)
    view = opened(step=Step.CPU)
    assert view.step is Step.NUMPY and "no display" in view.note and view.shown is not None


def test_a_fault_while_rendering_is_said_and_the_next_wish_tries_again(opened, qtbot, monkeypatch):
    from viewers.scene.volume_render.numpy_engine import NumpyEngine

    view = opened(step=Step.NUMPY)
    with monkeypatch.context() as patched:
        patched.setattr(NumpyEngine, "draw", lambda *_, **__: (_ for _ in ()).throw(MemoryError()))
        view.look_from(Side.L)
        qtbot.waitUntil(lambda: "Memory" in view._words())
    view.look_from(Side.R)
    settle(qtbot, view)
    assert view._words() == ""


def test_the_person_may_switch_3d_off_and_on(opened, qtbot):
    view = opened()
    thread = view._workers.thread
    with qtbot.waitSignal(view.switched) as seen:
        view.set_on(False)
    assert seen.args == [False] and thread.join(5) and "switched off" in view._words()
    assert not silhouette(pixels(view.picture(marks=False)), GROUND)[:100].any()
    view.set_on(True)
    settle(qtbot, view)
    assert view.shown.fine


def test_a_view_that_begins_switched_off_starts_nothing(opened):
    view = opened(on=False)
    assert view._workers.thread is None and not key(view, Qt.Key.Key_A)


def test_3d_can_be_switched_off_from_outside(opened, monkeypatch):
    monkeypatch.setenv(ladder.OVERRIDE, "off")
    view = opened(step=None)
    assert "switched off" in view._words() and view._workers.thread.join(5) and not key(view, Qt.Key.Key_A)


@pytest.mark.parametrize("slope", [1.0, 2.0])
def test_a_series_of_files_is_shown_by_its_own_millimetres_and_units(opened, qtbot, tmp_path, slope):
    """From DICOM files through index, frames and source: what is bone in HU is seen where the header says."""
    made = scene(geometry(n=12, tilt=15.0), box=False)
    where = made.geometry
    middle = where.to_mm(33, 30, 6)
    stored = np.where(np.linalg.norm(voxel_mm(where) - middle, axis=-1) < 7, (1900 + 24) / slope, 24 / slope)
    phantom = phantoms.series(
        tmp_path / "ct", n=12, rows=60, cols=66, spacing=(1.0, 0.9), spacings=1.5, tilt=15.0, values=stored.astype(np.uint16),
        origin=where.origins[0], slope=slope, intercept=-1024.0,
    )  # fmt: skip
    found = scan([tmp_path / "ct"]).series[0]
    source = VolumeSource(lambda: open_volume(found.index, lambda i: FileSource(found.files[i])), modality="CT")
    source.start()
    view = opened(source, settle=False)
    settle(qtbot, view)
    assert view.grid.intercept == -1024.0 and view.grid.slope == slope and view.look.preset.id == "ct_bone"
    rows, columns = np.nonzero(silhouette(pixels(view.picture(marks=False)), GROUND))
    x, y, _ = view.camera.project(phantom.lps(6, 30, 33), view.px_size)
    assert math.dist((columns.mean() + 0.5, rows.mean() + 0.5), (x, y)) < 2.0
    view.close_view()
    source.close()


# -- hands --------------------------------------------------------------------------------------------------------------


def test_a_left_drag_turns_the_front_with_the_hand(opened, qtbot):
    view = opened()
    front = view.camera.pivot + view.camera.toward * 20
    x0, y0, _ = view.camera.project(front, view.px_size)
    drag(view, LEFT, (150, 150), (190, 120))
    x1, y1, _ = view.camera.project(front, view.px_size)
    assert x1 > x0 + 5 and y1 < y0 - 5
    settle(qtbot, view)
    assert view.shown.fine


@pytest.mark.parametrize(("button", "keys"), [(MIDDLE, PLAIN), (LEFT, SHIFT)])
def test_middle_and_shift_drag_move_the_picture_with_the_hand(opened, button, keys):
    view = opened()
    x0, y0, _ = view.camera.project(view.camera.pivot, view.px_size)
    drag(view, button, (100, 100), (130, 90), keys=keys)
    x1, y1, _ = view.camera.project(view.camera.pivot, view.px_size)
    assert (x1 - x0, y1 - y0) == pytest.approx((30, -10))


def test_the_wheel_zooms_at_the_pointer(opened):
    view = opened()
    before, height = view.camera.at(60, 200, view.px_size), view.camera.height_mm
    at = QPointF(60, 200)
    wheel = QWheelEvent(at, view.mapToGlobal(at), QPoint(), QPoint(0, 120), NONE, PLAIN, Qt.ScrollPhase.NoScrollPhase, False)
    QApplication.sendEvent(view, wheel)
    assert view.camera.height_mm < height
    assert view.camera.project(before, view.px_size)[:2] == pytest.approx((60, 200))


def test_a_right_drag_shifts_and_spreads_the_values(opened, qtbot):
    view = opened()
    drag(view, RIGHT, (100, 100), (100, 160))
    assert view.look.shift > 0 and view.look.spread == 1.0
    drag(view, RIGHT, (100, 100), (160, 100))
    assert view.look.spread > 1.0
    settle(qtbot, view)
    view.set_preset(view.look.preset)
    assert view.look == Look(view.look.preset)


def test_a_click_asks_for_the_crosshair_at_what_is_seen(opened, qtbot):
    made = scene()
    view = opened(made)
    x, y, _ = view.camera.project(made.ball, view.px_size)
    with qtbot.waitSignal(view.crosshair_wanted) as seen:
        click(view, float(x), float(y))
    assert np.linalg.norm(seen.args[0] - (made.ball + view.camera.toward * 8.0)) < 2.5
    with qtbot.assertNotEmitted(view.crosshair_wanted):
        click(view, 3, 100)
        drag(view, LEFT, (x, y), (x + 30, y))


def test_letters_look_from_the_sides_of_the_patient(opened):
    view = opened()
    for side in Side:
        assert key(view, getattr(Qt.Key, f"Key_{side}"))
        assert letters(view.camera.toward) == side


def test_arrows_turn_plus_zooms_home_fits_and_other_keys_go_on(opened):
    view = opened()
    start = view.camera
    assert key(view, Qt.Key.Key_Left) and not np.allclose(view.camera.toward, start.toward)
    assert key(view, Qt.Key.Key_Right) and np.allclose(view.camera.toward, start.toward)
    assert key(view, Qt.Key.Key_Plus) and view.camera.height_mm < start.height_mm
    assert key(view, Qt.Key.Key_Home) and view.camera.height_mm == pytest.approx(start.height_mm)
    assert not key(view, Qt.Key.Key_B) and not key(view, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)


def test_the_handles_of_the_clip_box_cut_the_volume(opened, qtbot):
    made = scene()
    view = opened(made)
    view.set_clipping(True)
    settle(qtbot, view)
    whole = silhouette(pixels(view.picture(marks=False)), GROUND).sum()
    place, way = handles(view)[0, False]
    drag(view, LEFT, (place.x(), place.y()), (place.x() + way.x() * 0.5, place.y() + way.y() * 0.5))
    assert view.clip.low[0] == pytest.approx(0.5, abs=0.02) and view.clip.high == (1.0, 1.0, 1.0)
    settle(qtbot, view)
    assert silhouette(pixels(view.picture(marks=False)), GROUND).sum() < 0.8 * whole
    view.set_clipping(False)
    settle(qtbot, view)
    assert view.clip == ClipBox() and not handles(view)
    assert silhouette(pixels(view.picture(marks=False)), GROUND).sum() == pytest.approx(whole, abs=3)


def test_a_double_click_is_left_to_whoever_holds_the_panes(opened, qtbot):
    class Holder(QWidget):
        doubled = 0

        def mouseDoubleClickEvent(self, event):
            self.doubled += 1

    holder = Holder()
    qtbot.addWidget(holder)
    view = opened()
    view.setParent(holder)
    mouse(view, QEvent.Type.MouseButtonDblClick, 50, 50, LEFT, LEFT)
    assert holder.doubled == 1
    view.setParent(None)


# -- pictures, menus ----------------------------------------------------------------------------------------------------


def test_the_picture_can_be_copied_and_saved(opened, tmp_path):
    view = opened()
    assert key(view, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert np.array_equal(pixels(QGuiApplication.clipboard().image()), pixels(view.picture()))
    view.save_picture(tmp_path / "seen.png")
    assert np.array_equal(pixels(QImage(str(tmp_path / "seen.png"))), pixels(view.picture()))
    with pytest.raises(Refused, match="cannot be written"):
        view.save_picture(tmp_path / "nowhere" / "seen.png")


def test_every_button_has_a_name_and_every_verb_stands_in_the_menu(opened):
    view = opened()
    assert all(button.accessibleName() for button in (view.bar.preset, view.bar.side, view.bar.clip, view.bar.more))
    menu = view.bar.menu(view)
    texts = {action.text().split("\t")[0] for action in menu.actions()}
    assert {"Show as", "Look from", "Segments", "Fit", "Clip box", "Copy picture", "Save picture…", "Switch 3D off"} <= texts
    next(a for a in menu.actions() if a.text() == "Clip box").trigger()
    assert view.clipping and view.bar.clip.isChecked()
    sub = next(m for m in menu.findChildren(QMenu) if m.title() == "Show as")
    next(a for a in sub.actions() if a.text() == "CT lung").trigger()
    assert view.look.preset.id == "ct_lung" and view.bar.preset.text() == "CT lung"


# -- pace and end -------------------------------------------------------------------------------------------------------


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
    monkeypatch.setattr(render_thread, "CALM_S", 2.0)
    view = opened()
    drawn: list[bool] = []
    view.drawn.connect(lambda: drawn.append(view.shown.fine))
    view.set_crosshair((0.0, 0.0, 0.0))
    with qtbot.waitSignal(view.drawn):
        view.set_camera(view.camera.turned(10, 0))
    with pytest.raises(qtbot.TimeoutError), qtbot.waitSignal(view.drawn, timeout=400):
        pass
    assert drawn == [False] and not view.settled
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
    assert thread.join(10)
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
        [sys.executable, "-c", PROGRAM, str(after_ms)], capture_output=True, text=True, timeout=60, check=False
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
    run = subprocess.run([sys.executable, "-c", LOADED], capture_output=True, text=True, timeout=60, check=True)
    assert set(run.stdout.split()) - {"util", "numpy_interface"} == set(MODULES)
