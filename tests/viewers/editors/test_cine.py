"""Films run at the pace they were taken at, frame by frame where frames stayed differently long, and the way they ask for."""

from __future__ import annotations

import time
from itertools import pairwise

import numpy as np
import pydicom
import pytest
from PySide6.QtCore import Qt

from storage.media.dicom_index import FrameIndex
from storage.model.film import Film, stays_of
from tests.support import phantoms
from tests.support.volume_view import VolumeStage
from tests.support.volumes import found, frames_of
from viewers.editors.volume_view_verbs import Cine

VECTOR = [0, 20, 20, 160, 20]


def film(path, change=None, frames=5):
    """An angiography of one file; the grey of each frame is its number."""
    ds = phantoms.dataset("1.2.840.10008.1.2.1", "1.2.840.10008.5.1.4.1.1.12.1", "XA")
    ds.StudyInstanceUID = ds.SeriesInstanceUID = pydicom.uid.generate_uid()
    stored = np.repeat(np.arange(frames, dtype=np.uint16), 16 * 20).reshape(frames, 16, 20)
    phantoms.set_pixels(ds, stored[0])
    ds.NumberOfFrames, ds.PixelData = frames, stored.tobytes()
    ds.FrameTimeVector, ds.FrameIncrementPointer = [str(v) for v in VECTOR], 0x00181065
    if change is not None:
        change(ds)
    path.mkdir()
    phantoms.save(ds, path / "film.dcm", "1.2.840.10008.1.2.1")
    (series,) = found(path)
    return series


def film_of(series) -> Film:
    return Film.of_facts(series.info.fps, series.info.facts)


def test_the_vector_says_how_long_each_frame_stays(tmp_path):
    """The time stands at the frame it leads to; the last one stays as long as the others do on the whole."""
    got = film_of(film(tmp_path / "s"))
    assert got.stays_ms == (20, 20, 160, 20, 55)
    assert got.fps == pytest.approx(5000 / 275)
    assert not got.sweeps
    assert [got.stay_ms(n, 5, got.fps) for n in range(5)] == pytest.approx([20, 20, 160, 20, 55])
    assert [got.stay_ms(n, 5, got.fps / 2) for n in range(5)] == pytest.approx([40, 40, 320, 40, 110])


@pytest.mark.parametrize(
    ("vector", "fps", "stays"),
    [
        ([40] * 5, 25, ()),
        ([0, 40, 40, 40, 40], 25, ()),
        ([40] * 4, 25, ()),
        ([0, 40, 40], None, ()),
        ([0, 40, -40, 40, 40], None, ()),
        ([0, 0, 0, 0, 0], None, ()),
    ],
)
def test_vectors_that_are_even_or_make_no_sense(tmp_path, vector, fps, stays):
    def change(ds):
        ds.FrameTimeVector = [str(v) for v in vector]

    got = film_of(film(tmp_path / "s", change))
    assert (got.fps, got.stays_ms) == (fps, stays)


@pytest.mark.parametrize(("pointer", "fps"), [(0x00181063, 20), (0x00181065, 5000 / 275)])
def test_the_increment_pointer_decides_between_time_and_vector(tmp_path, pointer, fps):
    def change(ds):
        ds.FrameTime, ds.FrameIncrementPointer = "50", pointer

    got = film_of(film(tmp_path / "s", change))
    assert got.fps == pytest.approx(fps)
    assert bool(got.stays_ms) == (pointer == 0x00181065)


def test_the_facts_survive_the_catalog(tmp_path):
    series = film(tmp_path / "s")
    assert FrameIndex.from_bytes(series.index.to_bytes()).frame_number.tolist() == [1, 2, 3, 4, 5]
    assert Film.of_facts(18.0, {"stays_ms": "nonsense"}) == Film(18.0)
    assert Film.of_facts(18.0, {"stays_ms": [1, float("nan")]}) == Film(18.0)
    assert Film.of_facts(18.0, {"stays_ms": [0, 0]}) == Film(18.0)
    assert stays_of([0], 1) == stays_of([], 5) == ()


def test_frames_stay_on_the_screen_as_long_as_they_were_taken_apart(qtbot, tmp_path):
    series = film(tmp_path / "s")
    stage = VolumeStage(qtbot, opener=lambda: frames_of(series), film=film_of(series))
    editor = stage.editor
    qtbot.waitUntil(lambda: stage.volume.complete)
    seen: list[tuple[int, float, int]] = []
    beat = editor.cine._timer.interval
    stage.focus.listen(lambda *_: seen.append((editor.frame(), time.perf_counter(), beat())))
    stage.canvas.setFocus()
    stage.key(Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: len(seen) >= 16)
    stage.key(Qt.Key.Key_Space)
    assert not editor.cine.playing
    frames = [frame for frame, _, _ in seen]
    assert frames[:11] == [1, 2, 3, 4, 0, 1, 2, 3, 4, 0, 1]
    for (frame, begun, _), (_, ended, stay) in pairwise(seen):
        assert stay == (20, 20, 160, 20, 55)[frame]
        assert frame != 2 or 1000 * (ended - begun) > 130  # a busy machine may hold frames up: none is cut short by more
    editor.change_speed(-1)
    assert editor.cine.speed == 15


@pytest.mark.parametrize(
    ("preferred", "runs"), [(0, [1, 2, 3, 4, 0, 1, 2, 3, 4]), (1, [1, 2, 3, 4, 3, 2, 1, 0, 1]), (None, [1, 2, 3, 4, 0, 1])]
)
def test_films_run_round_or_to_and_fro_as_they_ask(qtbot, tmp_path, preferred, runs):
    def change(ds):
        if preferred is not None:
            ds.PreferredPlaybackSequencing = preferred
        ds.FrameTimeVector = ["0", *["10"] * 4]

    series = film(tmp_path / "s", change)
    at, seen = [0], []

    def go(number: int) -> None:
        at[0] = number
        seen.append(number)

    cine = Cine(lambda: (at[0], 5), go, lambda: True, film_of(series))
    cine.toggle()
    qtbot.waitUntil(lambda: len(seen) >= len(runs))
    cine.stop()
    assert seen[: len(runs)] == runs


def test_one_frame_that_sweeps_stays(qtbot):
    seen = []
    cine = Cine(lambda: (0, 1), seen.append, lambda: True, Film(100.0, sweeps=True))
    cine.toggle()
    qtbot.waitUntil(lambda: len(seen) >= 2)
    cine.stop()
    assert set(seen) == {0}
