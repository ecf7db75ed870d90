"""Least, greatest and root-mean-square values of sound by level: what a waveform is drawn from at any zoom."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

BASE = 256  # samples a bucket of level 0
STEP = 4  # buckets of one level a bucket of the next
_CHUNK = BASE * 1024

#: (buckets, channels, 3): least and greatest of -32768..32767, rms of 0..32767
Level = NDArray[np.int16]


@dataclass(frozen=True, slots=True)
class Peaks:
    levels: tuple[Level, ...]
    samples: int

    def columns(self, first: float, count: float, columns: int) -> NDArray[np.float32]:
        """(columns, channels, 3) in -1..1 for a range of samples: exact to a bucket at its ends.

        From 256 samples a column on; closer up the samples themselves are drawn.
        """
        channels = self.levels[0].shape[1]
        out = np.zeros((columns, channels, 3), np.float32)
        per_column = max(1.0, count / max(1, columns))
        level = 0
        while level + 1 < len(self.levels) and BASE * STEP ** (level + 1) <= per_column:
            level += 1
        buckets, size = self.levels[level], BASE * STEP**level
        edges = first + np.arange(columns + 1) * (count / max(1, columns))
        low = np.floor(edges[:-1] / size).astype(np.int64)
        high = np.maximum(low + 1, np.ceil(edges[1:] / size).astype(np.int64))
        low, high = np.clip(low, 0, len(buckets)), np.clip(high, 0, len(buckets))
        seen = np.flatnonzero((low < high) & (edges[:-1] < self.samples))
        if len(seen):
            values = reduced(buckets[low[seen[0]] : high[seen[-1]]], low[seen] - low[seen[0]], high[seen] - low[seen[0]])
            out[seen] = values
        return out


def reduced(buckets: NDArray[np.int16], low: NDArray[np.int64], high: NDArray[np.int64]) -> NDArray[np.float32]:
    """Least, greatest and rms over the buckets [low, high) of each column, which ascend. In -1..1."""
    ends = np.stack([low, high], axis=1).reshape(-1)
    padded = np.concatenate([buckets, buckets[-1:]])  # the end of the last column must be a place, too
    out = np.empty((len(low), buckets.shape[1], 3), np.float32)
    out[..., 0] = np.minimum.reduceat(padded[..., 0], ends, axis=0)[::2]
    out[..., 1] = np.maximum.reduceat(padded[..., 1], ends, axis=0)[::2]
    squares = np.add.reduceat(padded[..., 2].astype(np.float64) ** 2, ends, axis=0)[::2]
    out[..., 2] = np.sqrt(squares / (high - low)[:, None])
    return out / np.float32(32768)


class PeakBuilder:
    """Takes blocks as they are decoded; holds 1 MB of samples at most, whatever the length."""

    def __init__(self, channels: int) -> None:
        self._channels = channels
        self._waiting: list[NDArray[np.float32]] = []
        self._held = 0
        self._done: list[Level] = []
        self._samples = 0

    def add(self, block: NDArray[np.float32]) -> None:
        """[sample, channel], full scale -1..1."""
        self._waiting.append(block)
        self._held += len(block)
        self._samples += len(block)
        if self._held >= _CHUNK:
            self._reduce(last=False)

    def silence(self, samples: int) -> None:
        while samples > 0:
            part = min(samples, _CHUNK)
            self.add(np.zeros((part, self._channels), np.float32))
            samples -= part

    def finish(self) -> Peaks:
        self._reduce(last=True)
        base = np.concatenate(self._done) if self._done else np.zeros((1, self._channels, 3), np.int16)
        levels = [base]
        while len(levels[-1]) > STEP:
            levels.append(_coarser(levels[-1]))
        return Peaks(tuple(levels), self._samples)

    def _reduce(self, last: bool) -> None:
        if not self._held:
            return
        samples = np.concatenate(self._waiting)
        whole = len(samples) // BASE * BASE
        if last and whole < len(samples):  # the last bucket is shorter: its final sample is repeated
            samples = np.pad(samples, ((0, BASE - (len(samples) - whole)), (0, 0)), mode="edge")
            whole = len(samples)
        self._waiting = [samples[whole:]]
        self._held = len(samples) - whole
        if not whole:
            return
        boxes = samples[:whole].reshape(-1, BASE, self._channels)
        rms = np.sqrt(np.einsum("bsc,bsc->bc", boxes, boxes) / BASE)
        values = np.stack([boxes.min(axis=1), boxes.max(axis=1), rms], axis=-1)
        self._done.append(np.clip(np.rint(np.nan_to_num(values) * 32768), -32768, 32767).astype(np.int16))


def _coarser(level: Level) -> Level:
    spare = -len(level) % STEP
    padded = np.concatenate([level, np.repeat(level[-1:], spare, axis=0)]) if spare else level
    boxes = padded.reshape(-1, STEP, *level.shape[1:])
    rms = np.sqrt((boxes[..., 2].astype(np.float32) ** 2).mean(axis=1))
    return np.stack([boxes[..., 0].min(axis=1), boxes[..., 1].max(axis=1), rms.astype(np.int16)], axis=-1)
