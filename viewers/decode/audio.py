"""Sound by sample: blocks of any range, exactly; the index of samples and the peaks of the waveform, made in one pass."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from storage.media.audio import audio_stream
from storage.media.containers import Packets, only, open_container
from storage.media.source import ByteSource
from viewers.decode.faults import Check, decoding
from viewers.decode.peaks import PeakBuilder
from viewers.decode.sound_index import SoundIndex, load, place_of, store

Block = NDArray[np.float32]  # (samples, channels)
_PREROLL = 16  # packets before the wanted one that are decoded first: MP3, AAC and Opus lean on those before
_SCALES = {"u1": 128.0, "i2": 32768.0, "i4": 2147483648.0, "i8": 9223372036854775808.0}


class SoundDecoder:
    """Belongs to one thread. Sample 0 is the first that is heard; gaps in the file are silence."""

    def __init__(self, source: ByteSource, stream: int, index: SoundIndex) -> None:
        self.index = index
        self.rate, self.channels, self.samples = index.rate, index.channels, index.samples
        self._source = source
        self._stream = stream
        self._run: _Run | None = None
        self._ready: deque[tuple[int, Block]] = deque()  # (first sample, block)

    def read(self, first: int, count: int, check: Check | None = None) -> Block:
        """(count, channels) float32 in -1..1; silence outside the file."""
        out = np.zeros((max(0, count), self.channels), np.float32)
        with decoding(self._source):
            for at, block in self._blocks(max(0, first), min(first + count, self.samples), check or _never):
                low, high = max(at, first), min(at + len(block), first + count)
                out[low - first : high - first] = block[low - at : high - at]
        return out

    def another(self) -> SoundDecoder:
        """Of the same sound, for another thread; costs nothing until it is read."""
        return SoundDecoder(self._source, self._stream, self.index)

    def close(self) -> None:
        self._ready.clear()
        if self._run is not None:
            self._run.close()
            self._run = None

    def _blocks(self, first: int, end: int, check: Check) -> Iterator[tuple[int, Block]]:
        """Decoded blocks that overlap [first, end). Reading on where the last reading ended costs no seek."""
        if first >= end:
            return
        if self._run is None or not self._reaches(first):
            self._seek(first)
        assert self._run is not None
        while self._ready and self._ready[0][0] + len(self._ready[0][1]) <= first:
            self._ready.popleft()
        at = 0
        while True:
            check()
            if at == len(self._ready):
                found = self._run.next()
                if found is None:
                    return
                if found[0] + len(found[1]) <= first:
                    continue
                self._ready.append(found)
            if self._ready[at][0] >= end:
                return
            yield self._ready[at]
            if self._ready[at][0] + len(self._ready[at][1]) >= end:
                return
            at += 1

    def _reaches(self, first: int) -> bool:
        """Whether decoding on from here gets to a sample soon."""
        if self._ready:
            end = self._ready[-1][0] + len(self._ready[-1][1])
            return self._ready[0][0] <= first and (self.index.counted or first <= end + self.rate)
        assert self._run is not None
        ahead = self.samples if self.index.counted else self.rate  # no place to jump to: going on is always shorter
        return self._run.at <= first <= self._run.at + ahead

    def _seek(self, first: int) -> None:
        self._ready.clear()
        wanted = self.index.frame_at(first)
        for frame in dict.fromkeys((max(0, wanted - _PREROLL), 0)):
            if self._run is not None and frame and not self.index.counted:
                self._run.go(frame)
            else:
                if self._run is not None:
                    self._run.close()
                self._run = _Run(self._source, self._stream, self.index, frame)
            found = self._run.next()
            if found is not None and found[0] <= int(self.index.starts[wanted]):
                self._ready.append(found)
                return  # else the container landed too late, or with other times: from the start


class _Run:
    """Decoding from a frame of the index on. From the first one only a fresh container starts for certain; to another one it
    may go on in the same: to open one takes up to 40 ms (measured: WAV)."""

    def __init__(self, source: ByteSource, stream: int, index: SoundIndex, frame: int) -> None:
        self._index = index
        self._container: Any = open_container(source)
        self._track = only(self._container, stream)
        self._waiting: deque[tuple[int, Block]] = deque()
        self.go(frame)

    def go(self, frame: int) -> None:
        """Where it cannot jump nothing comes any more."""
        import av

        self._waiting.clear()
        self._packets: Iterator[Any] = iter(())
        self.at = int(self._index.starts[frame]) if frame else 0
        jumps = frame > 0 and not self._index.counted
        self._frame = -1 if jumps else 0  # of the index; -1 until a frame of known time has come
        if jumps:
            try:
                self._container.seek(int(self._index.times[frame]), stream=self._track, backward=True)
            except (av.error.FFmpegError, OSError):
                return
        self._packets = iter(Packets(self._container, self._track))

    def next(self) -> tuple[int, Block] | None:
        while not self._waiting:
            packet = next(self._packets, None)
            if packet is None:
                return None
            for frame in _decoded(packet):
                placed = self._place(frame)
                if placed is not None:
                    block = samples_of(frame, self._index.channels)
                    self._waiting.append((placed, block))
        self.at = self._waiting[0][0]
        return self._waiting.popleft()

    def _place(self, frame: Any) -> int | None:
        """The first sample of a decoded frame. After a jump the frame is found again by its time."""
        if self._frame < 0:
            found = self._index.frame_of(frame.pts)
            if found is None:
                return None
            self._frame = found
        if self._frame >= len(self._index.starts):
            return None
        start = int(self._index.starts[self._frame])
        self._frame += 1
        return start

    def close(self) -> None:
        self._packets = iter(())
        self._track = None  # it points into the container
        self._waiting.clear()
        self._container.close()


def _decoded(packet: Any) -> list[Any]:
    import av

    try:
        return list(packet.decode())
    except (av.error.InvalidDataError, av.error.PatchWelcomeError, av.error.UndefinedError, av.error.EOFError, ValueError):
        return []


def samples_of(frame: Any, channels: int) -> Block:
    """(samples, channels) float32 in -1..1. Missing channels are silent, further ones left out."""
    raw = frame.to_ndarray()
    planes = raw if frame.format.is_planar else raw.reshape(-1, frame.layout.nb_channels).T
    kind = planes.dtype.str[1:]
    if kind == "u1":
        values = (planes.astype(np.float32) - 128.0) / 128.0
    elif kind in _SCALES:
        values = (planes / np.float64(_SCALES[kind])).astype(np.float32) if kind != "i2" else planes / np.float32(32768)
    else:
        values = planes.astype(np.float32)
    out = np.zeros((planes.shape[1], channels), np.float32)
    shared = min(channels, planes.shape[0])
    out[:, :shared] = values[:shared].T
    return out


def open_sound(
    source: ByteSource,
    stream: int | None = None,
    *,
    cache_dir: Path | None,
    check: Check | None = None,
    on_progress: Callable[[float], None] | None = None,
) -> SoundDecoder:
    """Decodes everything once (an hour of AAC in some seconds) unless the cache folder holds the index already.

    Belongs in a background job; `on_progress` gets the seconds done.
    """
    with decoding(source):
        number = audio_stream(source) if stream is None else stream
        place = place_of(source, number, cache_dir)
        index = load(place) if place else None
        if index is None:
            index = _scan(source, number, check or _never, on_progress)
            if place:
                store(place, index)
        return SoundDecoder(source, number, index)


def _scan(source: ByteSource, stream: int, check: Check, on_progress: Callable[[float], None] | None) -> SoundIndex:
    starts: list[int] = []
    times: list[int | None] = []
    end = 0
    origin: int | None = None
    with open_container(source) as container:
        track = only(container, stream)
        rate, channels = int(track.codec_context.sample_rate), int(track.codec_context.channels)
        if rate <= 0 or channels <= 0:
            raise ValueError("its header names no sample rate")
        per_tick = float(track.time_base or 1 / rate) * rate
        peaks = PeakBuilder(channels)
        slack = 2 * per_tick + 64
        for number, packet in enumerate(Packets(container, track)):
            check()
            for frame in _decoded(packet):
                if frame.pts is not None:
                    origin = frame.pts if origin is None else origin
                    due = round((frame.pts - origin) * per_tick)
                    if due > end + slack:
                        peaks.silence(due - end)
                        end = due
                block = samples_of(frame, channels)
                starts.append(end)
                times.append(frame.pts)
                peaks.add(block)
                end += len(block)
            if on_progress is not None and number % 256 == 0:
                on_progress(end / rate)
        del packet, track  # they point into the container
    if not end:
        raise ValueError("nothing of its sound can be decoded")
    return SoundIndex.of(rate, channels, end, starts, times, peaks.finish())


def _never() -> None:
    return None
