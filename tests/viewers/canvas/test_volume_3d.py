"""The 3D view: what it shows, copies and offers."""

from __future__ import annotations

import math

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication, QImage
from PySide6.QtWidgets import QMenu

from storage.errors import Refused
from tests.support.view_3d import key, pixels, settle
from tests.support.volume_3d import ball_mask, geometry, scene, silhouette
from viewers.canvas.volume_3d_marks import cube_faces, scale_of
from viewers.scene.volume_render.camera import Side
from viewers.scene.volume_render.ladder import Step
from viewers.scene.volume_render.looks import SURFACES
from viewers.scene.volume_render.wish import GROUND


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
