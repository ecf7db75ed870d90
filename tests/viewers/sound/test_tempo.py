"""Faster and slower: at the same pitch, as long as it must be, every moment where it belongs."""

from __future__ import annotations

import numpy as np
import pytest

from viewers.scene.playback import SPEEDS
from viewers.sound.tempo import Tempo, mixed_down

RATE = 8000


def stretched(samples: np.ndarray, speed: float, **options) -> np.ndarray:
    tempo = Tempo(RATE, samples.shape[1], speed, **options)
    parts = [tempo.push(samples[n : n + 500]) for n in range(0, len(samples), 500)]
    return np.concatenate([*parts, tempo.finish()])


def pitch(samples: np.ndarray, rate: int = RATE) -> float:
    window = samples[:, 0] * np.hanning(len(samples))
    return float(np.abs(np.fft.rfft(window, 1 << 17)).argmax() * rate / (1 << 17))


def tone(seconds: float, channels: int = 1, hertz: float = 440) -> np.ndarray:
    wave = np.sin(np.arange(int(seconds * RATE)) * 2 * np.pi * hertz / RATE) * 0.5
    return np.repeat(wave[:, None], channels, axis=1).astype(np.float32)


@pytest.mark.parametrize("speed", SPEEDS)
def test_the_pitch_is_kept_and_the_length_follows_the_speed(speed):
    seconds = max(2.0, 3 * speed)
    out = stretched(tone(seconds), speed)
    assert len(out) == pytest.approx(seconds / speed * RATE, rel=0.03, abs=0.05 * RATE)
    middle = out[len(out) // 4 : -len(out) // 4]
    assert pitch(middle) == pytest.approx(440, abs=4)


def test_at_full_speed_samples_are_not_touched():
    block = tone(0.1, 2)
    assert np.array_equal(stretched(block, 1.0), block)


def test_both_channels_stay_apart():
    both = np.hstack([tone(2), tone(2, hertz=900)])
    out = stretched(both, 1.5)
    assert pitch(out[2000:8000, :1]) == pytest.approx(440, abs=4)
    assert pitch(out[2000:8000, 1:]) == pytest.approx(900, abs=4)


def test_another_rate_keeps_pitch_and_length():
    out = stretched(tone(2), 1.0, out_rate=48_000)
    assert len(out) == pytest.approx(2 * 48_000, rel=0.01)
    assert pitch(out[20_000:60_000], 48_000) == pytest.approx(440, abs=4)


def test_many_channels_become_two_without_clipping():
    block = np.ones((10, 6), np.float32)
    mixed = mixed_down(block)
    assert mixed.shape == (10, 2)
    assert float(mixed.max()) <= 1.0
    left = np.zeros((10, 6), np.float32)
    left[:, 0] = 1
    assert mixed_down(left)[0, 0] > 0
    assert mixed_down(left)[0, 1] == 0
    assert mixed_down(block[:, :2]).shape == (10, 2)
