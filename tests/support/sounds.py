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
