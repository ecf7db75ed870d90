"""Playing: every frame that is shown is there and is the right one; the sound leads; time is kept and frames are dropped."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from statistics import median

import pytest
from pytestqt.qtbot import QtBot

from storage.errors import Refused
from storage.media.source import FileSource
from tests.support import clips, sounds
from tests.support.clips import number_in
from tests.support.film_stage import FilmStage
from tests.support.sound_recorder import Recorder
from viewers.decode.audio import open_sound
from viewers.editors.player import Player
from viewers.scene.playback import Loop
from viewers.sound.feeder import SoundFeeder


@pytest.fixture(autouse=True)
def _timers_need_an_application(qapp):
    pass


class Watched:
    """A player whose owner looks at each frame as a canvas does, and notes what its pixels say."""

    def __init__(self, path: Path, sound: object = None, **options: object) -> None:
        self.stage = FilmStage(path)
        self.player = Player(self.stage.pictures, self.stage.pictures.clock, sound, **options)
        self.frames: list[int] = []
        self.numbers: list[int | None] = []  # None: not ready to be painted
        self.said: list[str] = []
        self.player.frame_changed.connect(self._on_frame)
        self.player.said.connect(self.said.append)
        self.stage.exact(0)

    def _on_frame(self, frame: int) -> None:
        self.frames.append(frame)
        seen = self.stage.pictures.seen(frame) if self.stage.pictures.ready(frame) else None
        self.numbers.append(number_in(seen.array) if seen is not None else None)
        self.stage.look_at(frame)
        self.player.seek(frame)  # as an owner does whose focus changed: must change nothing

    def close(self) -> None:
        self.player.close()
        self.stage.pictures.close()


@pytest.fixture(scope="module")
def clip(tmp_path_factory):
    return clips.write(tmp_path_factory.mktemp("player") / "clip.mp4", 300, gop=50, b_frames=2)


@pytest.fixture
def watched(clip) -> Iterator[Watched]:
    made = Watched(clip)
    yield made
    made.close()


def until(qtbot: QtBot, true) -> None:
    qtbot.waitUntil(true)


@pytest.mark.parametrize("speed", [0.5, 1.0, 2.0, 4.0])
def test_frames_come_in_order_each_ready_and_the_one_it_says(watched, qtbot, speed):
    player = watched.player
    player.seek(200)
    watched.stage.exact(200)
    player.speed = speed
    watched.frames.clear(), watched.numbers.clear()
    player.play()
    until(qtbot, lambda: player.frame >= 200 + 20 * min(speed, 2))
    player.pause()
    assert watched.frames == sorted(set(watched.frames))
    assert watched.numbers == watched.frames
    assert player.frame == watched.frames[-1]


def test_it_plays_to_the_end_stops_there_and_begins_again(watched, qtbot):
    player = watched.player
    player.seek(285)
    player.play()
    assert player.playing
    until(qtbot, lambda: not player.playing)
    assert player.frame == 299
    player.play()
    assert player.frame == 0
    player.pause()


def test_at_sixteen_times_the_speed_frames_are_dropped_and_not_time(watched, qtbot):
    player = watched.player
    player.speed = 16
    began = time.monotonic()
    player.play()
    until(qtbot, lambda: not player.playing)
    took = time.monotonic() - began
    assert took >= 0.95 * player.clock.duration / 16
    assert player.frame == 299
    assert [n for n in watched.numbers[:-1] if n is not None] == [
        f for f, n in zip(watched.frames[:-1], watched.numbers[:-1], strict=True) if n is not None
    ]
    assert player.dropped + len(watched.frames) == 299
    assert player.dropped > 150


def test_a_loop_shows_its_frames_only(watched, qtbot):
    player = watched.player
    player.loop = Loop(20, 24)
    player.speed = 2
    player.play()
    until(qtbot, lambda: len(watched.frames) > 15)
    player.pause()
    assert set(watched.frames) <= set(range(20, 25))
    assert watched.frames.count(20) > 1
    assert watched.numbers[1:] == watched.frames[1:]


def test_the_whole_film_can_be_looped(watched, qtbot):
    player = watched.player
    player.loop = Loop(0, player.count - 1)
    player.seek(295)
    player.play()
    until(qtbot, lambda: 3 in watched.frames)
    player.pause()
    assert watched.frames[0] >= 295 > player.frame


def test_a_loop_chosen_at_rest_does_not_move_the_picture(watched):
    watched.player.seek(100)
    watched.player.loop = Loop(20, 30)
    assert watched.player.frame == 100
    watched.player.play()
    assert watched.player.frame == 20


def test_seeking_while_playing_goes_on_from_there(watched, qtbot):
    player = watched.player
    player.play()
    until(qtbot, lambda: player.frame >= 5)
    player.seek(150)
    assert player.frame == 150
    assert player.playing
    until(qtbot, lambda: 155 <= player.frame < 250)
    player.pause()


def test_a_pause_stays_on_the_frame_that_is_seen(watched, qtbot):
    player = watched.player
    player.play()
    until(qtbot, lambda: player.frame >= 8)
    player.pause()
    here = player.frame
    assert player.time == player.clock.time(here)
    player.play()
    until(qtbot, lambda: player.frame > here)
    assert watched.frames[watched.frames.index(here) + 1] <= here + 3
    player.pause()


def test_a_step_pauses_and_stays_inside_the_film(watched):
    player = watched.player
    player.play()
    player.step(1)
    assert not player.playing
    player.seek(5)
    player.step(-10)
    assert player.frame == 0
    player.step(1000)
    assert player.frame == 299


def test_while_the_slider_is_dragged_nothing_plays_on_and_afterwards_it_does(watched, qtbot):
    player = watched.player
    player.play()
    player.scrub(120)
    assert player.playing
    assert player.frame == 120
    player.scrub(130)
    player.end_scrub()
    until(qtbot, lambda: 132 <= player.frame < 230)
    player.pause()
    player.scrub(10)
    player.end_scrub()
    assert not player.playing
    assert player.frame == 10


def test_the_usual_speeds_one_after_the_other(watched):
    player = watched.player
    told = []
    player.state_changed.connect(lambda: told.append(player.speed))
    player.faster()
    player.faster()
    player.faster(-1)
    assert told == [1.25, 1.5, 1.25]
    player.faster(-100)
    assert player.speed == 0.1


# -- with sound


class Heard:
    """A sound that is where the test says."""

    def __init__(self) -> None:
        self.error = None
        self.muted, self.volume = False, 1.0
        self.at: float | None = None
        self.orders: list[tuple[float, dict]] = []

    def play(self, at: float, **how: object) -> None:
        self.orders.append((at, how))

    def stop(self) -> None:
        self.at = None

    def heard(self) -> float | None:
        return self.at


def test_the_picture_follows_the_sound(clip, qtbot):
    sound = Heard()
    watched = Watched(clip, sound)
    player = watched.player
    player.play()
    assert sound.orders == [(0.0, {"speed": 1.0, "start": 0.0, "end": 12.0, "loop": False})]
    for at in (0.5, 1.0, 2.0):
        sound.at = at
        until(qtbot, lambda at=at: abs(player.frame - at * 25) < 8)
    until(qtbot, lambda: player.frame == 50)
    count = len(watched.frames)
    qtbot.waitUntil(lambda: player.playing and player.pictures.idle)
    assert len(watched.frames) == count  # the sound stands still: so does the picture
    watched.close()


def test_the_sound_is_told_of_every_jump_speed_and_loop(clip):
    sound = Heard()
    watched = Watched(clip, sound)
    player = watched.player
    player.seek(50)
    assert sound.orders == []
    player.play()
    player.seek(100)
    player.speed = 2
    player.loop = Loop(100, 149)
    ats = [at for at, _ in sound.orders]
    assert ats == pytest.approx([2.0, 4.0, 4.0, 4.0], abs=0.2)
    assert sound.orders[-1][1] == {"speed": 2, "start": 4.0, "end": 6.0, "loop": True}
    watched.close()


def test_without_a_device_it_says_so_once_and_the_picture_plays_on(clip, qtbot):
    sound = Heard()
    sound.error = Refused("No sound: there is no device.", remedy="Connect one.")
    watched = Watched(clip, sound)
    watched.player.play()
    until(qtbot, lambda: watched.player.frame > 10)
    watched.player.pause()
    assert watched.said == ["No sound: there is no device. Connect one."]
    watched.close()


def test_volume_and_mute_are_those_of_the_sound_also_of_one_that_comes_later(clip):
    watched = Watched(clip, Heard())
    player = watched.player
    assert player.has_sound
    player.volume = 0.3
    player.muted = True
    later = Heard()
    player.sound = later
    assert (later.volume, later.muted) == (0.3, True)
    player.volume = 0.5
    assert not player.muted
    player.sound = None
    assert not player.has_sound
    watched.close()


def test_sound_and_picture_stay_together(clip, qtbot, tmp_path):
    """Real samples, a device that hears as fast as time goes by; from the start, after a jump, over many rounds of a loop."""
    path = sounds.write(tmp_path / "tone.wav", sounds.tone(12 * 8000, 8000, 440), 8000)
    recorder = Recorder()
    feeder = SoundFeeder(lambda check: open_sound(FileSource(path), cache_dir=None), recorder)
    watched = Watched(clip, feeder)
    player = watched.player
    apart: list[float] = []

    def compare(frame: int) -> None:
        heard = feeder.heard()
        if heard is not None and player.playing:
            apart.append(abs(heard - player.clock.time(frame)))

    player.frame_changed.connect(compare)
    with recorder.hearing():
        for start, loop, speed in ((0, None, 1.0), (200, None, 2.0), (100, Loop(100, 112), 1.0)):
            player.pause()
            apart.clear()
            player.loop, player.speed = loop, speed
            player.seek(start)
            player.play()
            until(qtbot, lambda: len(apart) > 40)
            assert median(apart) < 2 * player.clock.time(1)
        player.close()
    feeder.close()
    watched.close()


# -- damage


def test_a_damaged_film_plays_through_and_says_so_once(tmp_path, qtbot):
    path = clips.write(tmp_path / "damaged.mp4", 60, gop=10)
    clips.spoil(path, [23, 24, 41])
    watched = Watched(path)
    watched.player.speed = 2
    watched.player.play()
    until(qtbot, lambda: not watched.player.playing)
    until(qtbot, lambda: bool(watched.said))
    assert watched.player.frame == 59
    assert len(watched.said) == 1
    assert "damaged.mp4" in watched.said[0]
    watched.close()
