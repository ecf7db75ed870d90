"""The 3D view where there is nothing to show yet, or nothing at all, or another way to show it."""

from __future__ import annotations

import math

import numpy as np
import pytest
from PySide6.QtCore import Qt

from storage.errors import PostilError
from storage.media.dicom import scan
from storage.media.source import FileSource
from tests.support import phantoms
from tests.support.view_3d import key, pixels, settle
from tests.support.volume_3d import geometry, scene, silhouette, voxel_mm
from viewers.decode.volume import open_volume
from viewers.scene.volume_render import ladder
from viewers.scene.volume_render.camera import Side
from viewers.scene.volume_render.ladder import Choice, Step
from viewers.scene.volume_render.wish import GROUND
from viewers.scene.volume_source import VolumeSource


def test_nothing_is_rendered_before_all_slices_are_there_and_then_it_is(opened, qtbot):
    made = scene()
    made.have[5:] = False
    view = opened(made, settle=False)
    qtbot.waitUntil(lambda: view.patient)
    assert view.reading.have == 5 and "Loading 5 of 40" in view.words
    made.have[:] = True
    made.tell()
    settle(qtbot, view)
    assert view.shown is not None and view.words == ""


def test_without_geometry_the_missing_tags_are_named(opened):
    made = scene()
    made.geometry = None
    view = opened(made)
    for tag in ("Image Position (Patient)", "Image Orientation (Patient)", "Pixel Spacing"):
        assert tag in view.words
    assert view._workers.thread.alive is False
    made.missing = ("Pixel Spacing",)
    only = opened(made)
    assert "Pixel Spacing" in only.words and "Position" not in only.words


def test_a_single_slice_has_no_depth(opened):
    made = scene(geometry(n=2))
    made.geometry = geometry(n=1)
    made.array, made.have = made.array[:1], made.have[:1]
    assert "at least two slices" in opened(made).words


def test_a_volume_that_cannot_be_opened_says_why(opened):
    made = scene()
    made.array = made.array[:0]
    made.error = PostilError("The disk is full.", remedy="Free some space.")
    assert "The disk is full." in opened(made).words


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
        qtbot.waitUntil(lambda: "Memory" in view.words)
    view.look_from(Side.R)
    settle(qtbot, view)
    assert view.words == ""


def test_the_person_may_switch_3d_off_and_on(opened, qtbot):
    view = opened()
    thread = view._workers.thread
    with qtbot.waitSignal(view.switched) as seen:
        view.set_on(False)
    assert seen.args == [False] and thread.join(60) and "switched off" in view.words
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
    assert "switched off" in view.words and view._workers.thread.join(60) and not key(view, Qt.Key.Key_A)


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
