"""Sound faster or slower at the same pitch, by FFmpeg's `atempo`. Qt-free."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

Block = NDArray[np.float32]  # (samples, channels), one or two channels

#: One stage does at most this factor: beyond it leaves samples out instead of blending them, at 16 it aborts (FFmpeg 8).
_MOST, _LEAST = 2.0, 0.5

#: `atempo` cuts the sound in pieces of 1/24 s, rounded up to a power of two of samples: at low rates far too long ones.
_FINE_RATE = 48_000


class Tempo:
    """`push` blocks of media, get what is to be heard; `finish` gives the rest. For one run at one speed."""

    def __init__(self, rate: int, channels: int, speed: float, *, out_rate: int | None = None) -> None:
        self._rate, self._channels = rate, channels
        self._layout = "mono" if channels == 1 else "stereo"
        self._pushed = 0
        self._graph: Any = None
        if speed != 1.0 or out_rate not in (None, rate):
            self._build(speed, out_rate or rate)

    def _build(self, speed: float, out_rate: int) -> None:
        from av.filter import Graph

        self._graph = graph = Graph()
        tick = Fraction(1, self._rate)
        last: Any = graph.add_abuffer(sample_rate=self._rate, format="flt", layout=self._layout, time_base=tick)
        self._source = last
        rate, names = self._rate, []
        if speed != 1.0 and rate < _FINE_RATE:
            rate, names = _FINE_RATE, [("aresample", str(_FINE_RATE))]
        names += [("atempo", f"{factor:.9f}") for factor in _stages(speed)]
        if out_rate != rate:
            names.append(("aresample", str(out_rate)))
        names.append(("aformat", f"sample_fmts=flt:channel_layouts={self._layout}"))
        for name, value in names:
            following = graph.add(name, value)
            last.link_to(following)
            last = following
        self._sink: Any = graph.add("abuffersink")
        last.link_to(self._sink)
        graph.configure()

    def push(self, block: Block) -> Block:
        if self._graph is None or not len(block):
            return block
        import av

        packed = np.ascontiguousarray(block, np.float32).reshape(1, -1)
        frame = av.AudioFrame.from_ndarray(packed, "flt", self._layout)
        frame.sample_rate, frame.pts = self._rate, self._pushed
        self._pushed += len(block)
        self._source.push(frame)
        return self._ready()

    def finish(self) -> Block:
        if self._graph is None or not self._pushed:
            return np.zeros((0, self._channels), np.float32)
        self._source.push(None)
        return self._ready()

    def _ready(self) -> Block:
        import av

        parts = []
        while True:
            try:
                parts.append(self._sink.pull().to_ndarray().reshape(-1, self._channels))
            except (av.error.BlockingIOError, av.error.EOFError):
                break
        return np.concatenate(parts) if parts else np.zeros((0, self._channels), np.float32)


def _stages(speed: float) -> Iterator[float]:
    while speed > _MOST:
        yield _MOST
        speed /= _MOST
    while speed < _LEAST:
        yield _LEAST
        speed /= _LEAST
    if speed != 1.0:
        yield speed


def mixed_down(block: Block) -> Block:
    """One or two channels of any number: front left and right, what is between both at 0.7, the rest in turns.

    In FFmpeg's order (left, right, centre, low frequencies, then pairs), which is that of most files.
    """
    channels = block.shape[1]
    if channels <= 2:
        return block
    gains = np.zeros((channels, 2), np.float32)
    gains[0, 0] = gains[1, 1] = 1.0
    gains[2] = 0.7
    for n in range(3, channels):
        if n == 3 and channels >= 6:
            continue  # low frequencies, as every mix-down leaves them out
        gains[n, n % 2] = 0.7
    mixed: Block = block @ (gains / gains.sum(axis=0).max())
    return mixed
