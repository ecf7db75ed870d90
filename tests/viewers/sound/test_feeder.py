"""What is handed to the device is what belongs there: at every speed, over loops and after jumps."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from storage.errors import BadInput
from storage.media.source import FileSource
from tests.support import sounds
from tests.support.sound_recorder import Recorder
from viewers.decode.audio import open_sound
from viewers.scene.playback import SPEEDS
from viewers.sound.feeder import SoundFeeder

RATE = 8000
SECONDS = 40
LOW, HIGH = 300.0, 3300.0  # Hz at the beginning and at the end
STILL = 1000.0  # the feeder's clock stands still: only the recorder moves


@pytest.fixture(scope="module")
def rising(tmp_path_factory) -> Path:
    """A tone that rises evenly: its pitch tells the media time."""
    at = np.arange(SECONDS * RATE) / RATE
    phase = 2 * np.pi * (LOW * at + (HIGH - LOW) / SECONDS / 2 * at**2)
    samples = (np.sin(phase) * 12_000).astype(np.int16)[:, None]
    return sounds.write(tmp_path_factory.mktemp("sound") / "rising.wav", samples, RATE)


def media_time(samples: np.ndarray, at: float) -> float:
    """Of what is heard at `at` seconds of the output."""
    half = 400
    middle = round(at * RATE)
    window = samples[middle - half : middle + half, 0].astype(float) * np.hanning(2 * half)
    spectrum = np.abs(np.fft.rfft(window, 1 << 17))
    return (spectrum.argmax() * RATE / (1 << 17) - LOW) / (HIGH - LOW) * SECONDS


@pytest.fixture
def recorder() -> Recorder:
    return Recorder()


@pytest.fixture
def feeder(rising, recorder) -> Iterator[SoundFeeder]:
    made = SoundFeeder(lambda check: open_sound(FileSource(rising), cache_dir=None, check=check), recorder, now=lambda: STILL)
    yield made
    made.close()


def drift(samples: np.ndarray, began: float, speed: float, *, first: float = 0.1) -> float:
    """The worst distance (s; of the output when it is faster, of the media when it is slower) from what belongs there."""
    places = np.linspace(first, len(samples) / RATE - 0.1, 25)
    return max(abs(media_time(samples, at) - (began + at * speed)) / max(speed, 1.0) for at in places)


@pytest.mark.parametrize("speed", SPEEDS)
def test_the_sample_of_a_moment_is_heard_at_that_moment_over_speed(feeder, recorder, speed):
    feeder.play(2.0, speed=speed, end=SECONDS)
    heard = recorder.listen(int(min(4.0, (SECONDS - 3) / speed) * RATE))
    assert drift(heard, 2.0, speed) < 0.02


def test_at_full_speed_the_samples_are_those_of_the_file(feeder, recorder, rising):
    feeder.play(1.0, end=SECONDS)
    decoder = open_sound(FileSource(rising), cache_dir=None)
    heard = recorder.listen(RATE)
    assert np.array_equal(heard, sounds.as_int16(decoder.read(RATE, RATE)))
    decoder.close()


@pytest.mark.parametrize("speed", [0.5, 1.0, 2.0])
def test_nothing_adds_up_over_many_rounds_of_a_loop(feeder, recorder, speed):
    feeder.play(10.0, speed=speed, start=10.0, end=11.0, loop=True)
    round_s = 1.0 / speed
    heard = recorder.listen(int(12.5 * round_s * RATE))
    for n in range(12):
        at = n * round_s + round_s / 2
        assert media_time(heard, at) == pytest.approx(10.5, abs=0.02 * max(1, speed))


def test_after_a_jump_what_was_not_heard_yet_is_dropped(feeder, recorder):
    feeder.play(2.0, end=SECONDS)
    recorder.listen(RATE)
    for to in (30.0, 5.0, 17.25):
        drops = recorder.drops
        feeder.play(to, end=SECONDS)
        recorder.wait_for_drop(drops)
        heard = recorder.listen(RATE)
        assert drift(heard, to, 1.0) < 0.02


def test_it_says_what_is_heard(feeder, recorder):
    feeder.play(3.0, speed=2.0, end=SECONDS)
    assert feeder.heard() is None  # nothing yet
    recorder.listen(4 * RATE)
    wait_until(lambda: feeder.heard() == pytest.approx(11.0, abs=0.1))
    feeder.stop()
    assert feeder.heard() is None


def test_it_says_what_is_heard_over_the_end_of_a_loop(feeder, recorder):
    feeder.play(10.5, start=10.0, end=11.0, loop=True)
    recorder.listen(int(2.75 * RATE))
    wait_until(lambda: feeder.heard() == pytest.approx(10.25, abs=0.05))


def test_at_the_end_it_is_silent_and_says_so(feeder, recorder):
    feeder.play(SECONDS - 0.5, end=SECONDS)
    assert len(recorder.listen(RATE // 2)) == RATE // 2
    wait_until(lambda: feeder.heard() is None)
    assert not recorder.waiting


def test_before_and_after_the_sound_there_is_silence(rising, recorder):
    made = SoundFeeder(lambda check: open_sound(FileSource(rising), cache_dir=None), recorder, starts_at=1.5, now=lambda: STILL)
    made.play(0.0, end=SECONDS + 3)
    heard = recorder.listen(3 * RATE)
    made.close()
    assert not heard[: int(1.49 * RATE)].any()
    assert drift(heard[int(1.5 * RATE) :], 0.0, 1.0) < 0.02


def test_mute_and_volume(feeder, recorder):
    feeder.volume = 0.5
    feeder.play(1.0, end=SECONDS)
    assert np.abs(recorder.listen(RATE // 2)).max() == pytest.approx(12_000 / 4, rel=0.02)
    feeder.muted = True
    recorder.listen(RATE)  # what was written already
    assert not recorder.listen(RATE // 2).any()


def test_without_a_device_there_is_a_sentence_and_another_try_when_played_again(feeder, recorder):
    recorder.refuse = "No sound: there is no device."
    feeder.play(0.0, end=SECONDS)
    wait_until(lambda: feeder.error is not None)
    assert "no device" in feeder.error.reason
    assert feeder.heard() is None
    recorder.refuse = ""
    feeder.play(1.0, end=SECONDS)
    assert len(recorder.listen(RATE)) == RATE
    assert feeder.error is None


def test_a_device_that_refuses_the_rate_gets_another(rising):
    class Picky(Recorder):
        def open(self, rate: int, channels: int) -> None:
            self.refuse = "" if rate == 48_000 else "No such rate."
            super().open(rate, channels)

    recorder = Picky()
    feeder = SoundFeeder(lambda check: open_sound(FileSource(rising), cache_dir=None), recorder, now=lambda: STILL)
    feeder.play(2.0, end=SECONDS)
    heard = recorder.listen(2 * 48_000)
    feeder.close()
    assert recorder.rate == 48_000
    assert drift(heard[::6], 2.0, 1.0) < 0.02


def test_sound_that_cannot_be_read_is_a_sentence(tmp_path, recorder):
    path = tmp_path / "none.wav"
    path.write_bytes(b"nothing" * 100)
    feeder = SoundFeeder(lambda check: open_sound(FileSource(path), cache_dir=None), recorder)
    feeder.play(0.0, end=1.0)
    wait_until(lambda: feeder.error is not None)
    assert isinstance(feeder.error, BadInput)
    feeder.close()


def test_closing_ends_the_thread_and_the_device(feeder, recorder):
    feeder.play(0.0, end=SECONDS)
    recorder.listen(RATE // 4)
    feeder.close()
    assert recorder.closed
    assert not feeder._thread.is_alive()


def wait_until(true, seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    pause = threading.Event()
    while not true():
        assert time.monotonic() < end, "what was waited for did not come"
        pause.wait(0.005)
