"""An object followed through a film by the tracker, in the video editor."""

from __future__ import annotations

from functools import partial
from threading import Thread

import pytest
from PySide6.QtCore import Qt

from storage.model.geometry import Box
from storage.progress import Progress
from tests.support import clips
from tests.support.editor_stage import CTRL, SHIFT
from tests.support.moving import Film, overlap
from tests.support.video_stage import VideoStage

Key = Qt.Key


class Jobs:
    """Runs each on a thread of its own and hands its end back when asked."""

    def __init__(self):
        self.threads, self.ends, self.progress = [], [], []

    def __call__(self, title, work, done, failed):
        progress = Progress()
        self.progress.append(progress)

        def run():
            try:
                answer = work(progress)
            except Exception as error:
                self.ends.append(partial(failed, error))
            else:
                self.ends.append(partial(done, answer))

        self.threads.append(Thread(target=run))
        self.threads[-1].start()

    def finish(self):
        for thread in self.threads:
            thread.join(60)
        for end in self.ends:
            end()
        self.threads, self.ends = [], []


@pytest.fixture(scope="module")
def film(tmp_path_factory):
    moving = Film(side=70, turn=0.0, grow=1.0)
    path = tmp_path_factory.mktemp("films") / "film.mp4"
    clips.write(path, 40, size=(moving.width, moving.height), drawn=lambda n: moving.read(n))
    return moving, path


def on_card(stage, moving, frame):
    """A box round the card, drawn with the mouse."""
    stage.editor.zoom_full_size()
    x0, y0, x1, y1 = moving.pose(frame).bounds()
    return stage.box_on(frame, round(x0), round(y0), round(x1 - x0), round(y1 - y0))


@pytest.mark.parametrize("way", [1, -1])
def test_an_object_is_followed_in_one_step(qtbot, film, way):
    moving, path = film
    jobs = Jobs()
    stage = VideoStage(qtbot, path, run_job=jobs)
    start = 5 if way > 0 else 30
    own = on_card(stage, moving, start)
    stage.key("T", CTRL if way > 0 else CTRL | SHIFT)
    stage.key("T", CTRL if way > 0 else CTRL | SHIFT)
    assert "already" in stage.said[-1]
    jobs.finish()
    frames = range(5, 40) if way > 0 else range(31)
    assert stage.shown_on(own, range(40)) == list(frames)
    for frame in frames:
        found = stage.session.shown(own, ("", frame)).geometry
        assert overlap(found.corners(), Box(*_box(moving.pose(frame).bounds())).corners()) > 0.75
    assert len(stage.texts) == 2
    stage.key("Z", CTRL)
    assert stage.shown_on(own, range(40)) == [start]


def _box(bounds):
    x0, y0, x1, y1 = bounds
    return x0, y0, x1 - x0, y1 - y0


def test_following_ends_before_the_next_key_frame_made_by_hand(qtbot, film):
    moving, path = film
    jobs = Jobs()
    stage = VideoStage(qtbot, path, run_job=jobs)
    own = on_card(stage, moving, 5)
    stage.go(20)
    stage.key("K")
    kept = stage.session.shown(own, ("", 20))
    stage.go(5)
    stage.key("T", CTRL)
    assert "to frame 19" in stage.said[-1]
    jobs.finish()
    assert stage.session.shown(own, ("", 20)) == kept


def test_what_was_followed_before_the_job_was_stopped_is_kept_or_nothing_is_changed(qtbot, film):
    moving, path = film
    jobs = Jobs()
    stage = VideoStage(qtbot, path, run_job=jobs)
    own = on_card(stage, moving, 5)
    stage.key("T", CTRL)
    jobs.progress[-1].cancel()
    jobs.finish()
    seen = stage.shown_on(own, range(40))
    assert seen[0] == 5
    assert seen == list(range(5, 5 + len(seen)))
    assert "followed" in stage.said[-1]


def test_an_object_deleted_while_it_is_followed_stays_deleted(qtbot, film):
    moving, path = film
    jobs = Jobs()
    stage = VideoStage(qtbot, path, run_job=jobs)
    own = on_card(stage, moving, 5)
    stage.key("T", CTRL)
    stage.key(Key.Key_Delete)
    jobs.finish()
    assert own not in stage.document.instances
    assert "deleted while" in stage.said[-1]
