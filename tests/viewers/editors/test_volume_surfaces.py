"""What is painted is seen in 3D in its colour, and goes when it is hidden, undone or shown alone no more."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtGui import QImage

from tests.support.volume_view import ready_to_paint, space
from viewers.canvas.volume_3d import VolumeView
from viewers.scene import surfaces
from viewers.scene.volume_render import render_thread
from viewers.scene.volume_render.looks import SURFACES


@pytest.fixture
def painting(qtbot, monkeypatch):
    """A sphere brush in hand, and beside it the 3D view with nothing but segments."""
    monkeypatch.setenv("POSTIL_3D", "cpu")
    stage = ready_to_paint(qtbot, "sphere", use_3d=True, geometry=space(n=24, step=1.0))
    view = stage.editor.view_3d
    assert isinstance(view, VolumeView) and view.isVisible()
    view.set_preset(SURFACES)
    qtbot.waitUntil(lambda: view.settled)
    return stage, view


def colored(view: VolumeView, stage) -> int:
    """Pixels in which the colour of the class prevails."""
    image = view.picture(marks=False).convertToFormat(QImage.Format.Format_RGB32)
    bgr = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.width(), 4)[..., :3].astype(int)
    armed = stage.editor.ontology.object(stage.focus.armed)
    wanted = [int(armed.color[i : i + 2], 16) for i in (5, 3, 1)]
    strongest = int(np.argmax(wanted))
    others = [c for c in range(3) if c != strongest]
    return int((bgr[..., strongest] > 1.5 * bgr[..., others].max(axis=-1) + 30).sum())


def becomes(qtbot, stage, view, true) -> bool:
    """Whether what is said of the number of coloured pixels comes true when all is drawn that was begun."""
    try:
        qtbot.waitUntil(lambda: view.settled and true(colored(view, stage)))
    except qtbot.TimeoutError:
        return False
    return True


def seen(pixels: int) -> bool:
    return pixels > 30


def gone(pixels: int) -> bool:
    return pixels == 0


def paint(stage) -> str:
    stage.click(stage.canvas, stage.at(stage.canvas, stage.volume.geometry.to_mm(30, 20, 9)))
    (instance,) = stage.document.instances
    return instance


def test_a_stroke_is_seen_in_3d_and_its_undo(qtbot, painting):
    stage, view = painting
    assert colored(view, stage) == 0
    paint(stage)
    assert becomes(qtbot, stage, view, seen)
    once = colored(view, stage)
    stage.click(stage.canvas, stage.at(stage.canvas, stage.volume.geometry.to_mm(44, 34, 9)))
    assert becomes(qtbot, stage, view, lambda pixels: pixels > 1.3 * once)
    stage.session.undo()
    assert becomes(qtbot, stage, view, lambda pixels: abs(pixels - once) < 0.05 * once)
    stage.session.undo()
    assert becomes(qtbot, stage, view, gone)
    stage.session.redo()
    assert becomes(qtbot, stage, view, seen)


def test_what_is_hidden_is_hidden_in_3d(qtbot, painting):
    stage, view = painting
    instance = paint(stage)
    assert becomes(qtbot, stage, view, seen)
    stage.focus.set(hidden=frozenset((instance,)))
    assert becomes(qtbot, stage, view, gone)
    stage.focus.set(hidden=frozenset())
    assert becomes(qtbot, stage, view, seen)


def test_what_was_painted_while_3d_was_out_of_sight_is_there_when_it_comes_back(qtbot, painting):
    stage, view = painting
    stage.editor.use_layout("stack")
    assert not view.isVisible()
    paint(stage)
    stage.editor.use_layout("grid")
    assert becomes(qtbot, stage, view, seen)


def test_while_a_film_runs_3d_is_brought_up_to_date(qtbot, painting, monkeypatch):
    stage, view = painting
    instance = paint(stage)
    assert becomes(qtbot, stage, view, seen)
    stage.focus.set(hidden=frozenset((instance,)))
    assert becomes(qtbot, stage, view, gone)
    for room in (surfaces, render_thread):
        monkeypatch.setattr(room, "CALM_S", 60.0)
    stage.editor.run("play_toggle")
    qtbot.waitUntil(lambda: stage.canvas.on_screen not in (("", 9), ("", 10)))
    stage.session.undo()
    stage.session.redo()
    stage.focus.set(hidden=frozenset())
    assert becomes(qtbot, stage, view, seen)
    assert stage.editor.cine.playing
    stage.editor.run("play_toggle")
