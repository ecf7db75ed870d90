"""The picture that stands for a sound in lists: its waveform, of long sounds by samples taken here and there."""

from __future__ import annotations

import time
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from storage.media.audio import choose_audio
from storage.media.containers import Packets, only, open_container
from storage.media.source import ByteSource

_GROUND, _BAR = (34, 38, 46), (108, 164, 224)
_RATIO = 0.6  # height by width
_BARS = 64
_WHOLE_S = 90.0  # sounds up to this long are decoded whole
_LOOK_S = 0.15  # of longer ones so much at each bar
_PIECE = 128  # samples of which the loudest is looked for
_LIMIT_S = 4.0  # after this what is known is drawn


def waveform(source: ByteSource, size: int) -> Image.Image:
    """`size` pixels wide. ValueError when nothing can be decoded."""
    loud = _loudness(source)
    if not np.isfinite(loud).any():
        raise ValueError("none of its sound can be decoded")
    loud = np.nan_to_num(loud)
    loud = loud / max(float(loud.max()), 0.02)
    width, height = max(16, size), max(10, round(size * _RATIO))
    image = Image.new("RGB", (width, height), _GROUND)
    pen = ImageDraw.Draw(image)
    step, middle = width / _BARS, height / 2
    for n, value in enumerate(loud.tolist()):
        half = max(1.0, value * height * 0.42)
        left = n * step + step * 0.18
        pen.rounded_rectangle((left, middle - half, left + step * 0.64, middle + half), radius=step * 0.3, fill=_BAR)
    return image


def _loudness(source: ByteSource) -> NDArray[np.float64]:
    """The greatest sample of each bar, NaN where nothing is known."""
    until = time.monotonic() + _LIMIT_S
    loud = np.full(_BARS, np.nan)
    with open_container(source) as container:
        stream, _ = choose_audio(container)
        stream = only(container, stream.index)
        length = _length(container, stream)
        if length and length > _WHOLE_S:
            for bar in range(_BARS):
                loud[bar] = _near(container, stream, bar * length / _BARS)
                if time.monotonic() > until:
                    break
        else:
            _whole(container, stream, loud, length, until)
        del stream  # it points into the container
    return loud


def _length(container: Any, stream: Any) -> float:
    if stream.duration and stream.time_base:
        return float(stream.duration * stream.time_base)
    return float(container.duration) / 1e6 if container.duration else 0.0


def _whole(container: Any, stream: Any, loud: NDArray[np.float64], length: float, until: float) -> None:
    """Decoded from the start; where the header says no length, by what came."""
    moments: list[NDArray[np.float64]] = []
    peaks: list[NDArray[np.float64]] = []
    at = 0.0
    for packet in Packets(container, stream):
        for frame in _decoded(packet):
            begins = np.arange(0, frame.samples, _PIECE)
            if begins.size:
                rate = frame.sample_rate or 1
                moments.append(at + begins / rate)
                peaks.append(np.maximum.reduceat(_heights(frame), begins))
                at += frame.samples / rate
        if time.monotonic() > until:
            break
    total = max(at, length)
    if not moments:
        return
    bars = np.minimum(_BARS - 1, np.concatenate(moments) / total * _BARS).astype(int)
    np.fmax.at(loud, bars, np.concatenate(peaks))
    known = np.flatnonzero(np.isfinite(loud))  # of a sound shorter than its bars each piece fills those up to the next
    heard = min(_BARS, int(np.ceil(at / total * _BARS)))
    loud[:heard] = loud[known[np.searchsorted(known, np.arange(heard), side="right").clip(1) - 1]]


def _near(container: Any, stream: Any, seconds: float) -> float:
    import av

    try:
        container.seek(int(seconds / stream.time_base), stream=stream)
    except av.error.FFmpegError:
        return float("nan")
    heard, peak = 0.0, float("nan")
    for packet in Packets(container, stream):
        for frame in _decoded(packet):
            peak = float(np.fmax(peak, _peak(frame)))
            heard += frame.samples / (frame.sample_rate or 1)
        if heard >= _LOOK_S:
            break
    return peak


def _decoded(packet: Any) -> list[Any]:
    import av

    try:
        return list(packet.decode())
    except (av.error.InvalidDataError, av.error.PatchWelcomeError, av.error.UndefinedError, av.error.EOFError):
        return []


def _peak(frame: Any) -> float:
    return float(_heights(frame).max(initial=0.0))


def _heights(frame: Any) -> NDArray[np.float64]:
    """float64[samples]: the loudest channel's."""
    from viewers.decode.audio import samples_of

    samples = samples_of(frame, len(frame.layout.channels))
    return np.asarray(np.abs(np.nan_to_num(samples)).max(axis=1, initial=0.0), np.float64)
