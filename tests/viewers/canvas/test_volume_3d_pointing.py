"""What mouse and keys do to the 3D view."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QApplication, QWidget

from storage.model.space import letters
from tests.support.view_3d import LEFT, MIDDLE, NONE, PLAIN, RIGHT, SHIFT, click, drag, key, mouse, pixels, settle
from tests.support.volume_3d import scene, silhouette
from viewers.canvas.volume_3d_pointing import handles
from viewers.scene.volume_render.camera import Side
from viewers.scene.volume_render.looks import Look
from viewers.scene.volume_render.wish import GROUND, ClipBox


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
