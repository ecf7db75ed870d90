"""Sounds whose samples tell where they are."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import av
import numpy as np


def ramp(samples: int, channels: int = 1) -> np.ndarray:
    """(samples, channels) int16: every sample of a stretch of 60,000 has a value of its own, each channel its own."""
    n = np.arange(samples)[:, None] * 7919 + np.arange(channels) * 1000
    return (n % 60_001 - 30_000).astype(np.int16)


def as_int16(samples: np.ndarray) -> np.ndarray:
    """What a decoder reads, as it was written by `ramp`."""
    return np.clip(np.rint(samples * 32768), -32768, 32767).astype(np.int16)


def tone(samples: int, rate: int, hertz: float, loudness: float = 0.5) -> np.ndarray:
    return (np.sin(np.arange(samples) * 2 * np.pi * hertz / rate) * loudness * 32767).astype(np.int16)[:, None]


def sweep(samples: int, rate: int) -> np.ndarray:
    """A tone that rises, so that every place sounds different (noise will not do: AAC decodes it at random)."""
    time = np.arange(samples) / rate
    return (np.sin(2 * np.pi * (100 * time + 60 * time**2)) * 12_000).astype(np.int16)[:, None]


def write(
    path: Path,
    samples: np.ndarray,
    rate: int = 8000,
    *,
    codec: str = "pcm_s16le",
    format: str | None = None,
    gap: tuple[int, int] | None = None,
) -> Path:
    """`gap`: (sample, length): from that sample on times are later by so many."""
    layout = "mono" if samples.shape[1] == 1 else "stereo"
    with av.open(str(path), "w", format=format) as out:
        stream: Any = out.add_stream(codec, rate=rate, layout=layout)
        resampler = av.AudioResampler(format=stream.codec_context.format, layout=layout, rate=rate)
        size = 1000
        for at in range(0, len(samples), size):
            packed = np.ascontiguousarray(samples[at : at + size].reshape(1, -1))
            frame = av.AudioFrame.from_ndarray(packed, "s16", layout)
            frame.sample_rate = rate
            frame.pts = at + (gap[1] if gap and at >= gap[0] else 0)
            for ready in resampler.resample(frame) if not gap else [frame]:
                out.mux(stream.encode(ready))
        out.mux(stream.encode())
    return path


def speechlike(seconds: float, rate: int = 16_000, seed: int = 4) -> np.ndarray:
    """(samples, 1) int16: syllables of a gliding voice with two formants, breath between words, pauses between sentences."""
    dice = np.random.default_rng(seed)
    out = np.zeros(int(seconds * rate), np.float64)
    at = int(0.3 * rate)
    while at < len(out):
        for _ in range(int(dice.integers(3, 9))):
            count = int(rate * dice.uniform(0.08, 0.28))
            time = np.arange(count) / rate
            pitch = dice.uniform(100, 180) * (1 + dice.uniform(-0.2, 0.2) * time / max(time[-1], 1e-3))
            phase = 2 * np.pi * np.cumsum(pitch) / rate
            formants = dice.uniform((300, 900, 2300), (800, 2200, 3200))
            voice = np.zeros(count)
            for k in range(1, 30):
                hertz = k * pitch.mean()
                if hertz < rate / 2:
                    weight = sum(np.exp(-(((hertz - f) / 160) ** 2)) for f in formants) + 0.05
                    voice += weight * np.sin(k * phase) / k**0.3
            breath = dice.normal(0, 0.25, count) * np.exp(-time * 25)
            shape = np.sin(np.pi * np.linspace(0, 1, count)) ** 0.6
            part = (voice / 4 + breath) * shape * dice.uniform(0.3, 0.9)
            end = min(len(out), at + count)
            out[at:end] += part[: max(0, end - at)]
            at += int(count * dice.uniform(0.85, 1.3))
        at += int(rate * dice.uniform(0.25, 1.2))
    out += dice.normal(0, 0.002, len(out))
    return np.clip(out * 14_000, -32768, 32767).astype(np.int16)[:, None]
