"""The front of a sound: opened, indexed and decoded in a thread of its own, kept within a budget of bytes. Qt-free.

What is drawn is asked for by key: blocks of samples (close up) and tiles of the spectrogram. The waveform of anything wider
comes from the peaks, which are in memory. Listeners are called on the worker's thread.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from storage.errors import Cancelled, PostilError
from storage.listeners import Listeners
from storage.media.source import ByteSource
from viewers.decode.audio import SoundDecoder, open_sound
from viewers.decode.faults import Check
from viewers.decode.peaks import BASE
from viewers.decode.sound_index import SoundIndex
from viewers.decode.spectrogram import BINS, FINEST, TILE, Spectrogram, hop_of
from viewers.decode.spectrum_store import SpectrumStore
from viewers.scene.threads import step_back

#: Samples of a block.
BLOCK = 1 << 16
_SKETCHES = 400  # kept at most, a tile each
MIX = -1  # the channel that is the mean of all
Open = Callable[[Check, Callable[[float], None]], SoundDecoder]


@dataclass(frozen=True, slots=True)
class Key:
    """A block of samples, or a tile of the spectrogram of a channel."""

    kind: Literal["samples", "spectrum"]
    number: int
    level: int = 0
    channel: int = MIX


@dataclass(frozen=True, slots=True, eq=False)
class Wave:
    """(columns, channels, 3): least, greatest, rms in -1..1. Not `exact`: samples are still missing, the peaks stand in."""

    values: NDArray[np.float32]
    exact: bool
    missing: tuple[Key, ...] = ()


class SoundSource:
    """`open` makes the decoder, on the worker's thread. `seconds` is how long it is said to be, for the progress alone."""

    def __init__(
        self, open: Open, *, seconds: float | None = None, store: Path | None = None, name: str = "", budget: int = 128 << 20
    ) -> None:
        self.error: PostilError | None = None  # why there is nothing to be heard or seen
        self.index: SoundIndex | None = None
        self.done_s = 0.0  # seconds indexed so far
        self.told = 0  # how often listeners were told
        self._open, self._seconds, self._store, self._name, self._budget = open, seconds, store, name, budget
        self._decoder: SoundDecoder | None = None
        self._spectra: dict[int, Spectrogram] = {}
        self._held: OrderedDict[Key, NDArray] = OrderedDict()
        self._sketches: OrderedDict[Key, NDArray | None] = OrderedDict()  # of tiles that are still to be made
        self._bytes = 0
        self._wishes: frozenset[Key] = frozenset()  # of the last call of `want`
        self._wanted: list[Key] = []  # those of them that are not there yet
        self._current: Key | None = None
        self._failed: set[Key] = set()
        self._listeners: Listeners[[]] = Listeners()
        self._wake = threading.Condition()
        self._thread: threading.Thread | None = None
        self._closed = False

    @staticmethod
    def of(
        source: ByteSource, *, cache_dir: Path | None, stream: int | None = None, seconds: float | None = None
    ) -> SoundSource:
        """Of a file. Index, peaks and spectrogram are kept in the cache folder."""

        def opened(check: Check, told: Callable[[float], None]) -> SoundDecoder:
            return open_sound(source, stream, cache_dir=cache_dir, check=check, on_progress=told)

        identity = f"{source.path}|{source.etag}|{source.size}|{stream}".encode("utf-8", "surrogatepass")
        folder = cache_dir / "sounds" if cache_dir is not None else None
        return SoundSource(opened, seconds=seconds, store=folder, name=sha256(identity).hexdigest()[:40])

    # -- asked by the window; never blocks for longer than a look-up

    def start(self) -> None:
        """Begin to open it; listeners are told how it goes."""
        with self._wake:
            if self._thread is None and not self._closed:
                self._thread = threading.Thread(target=self._run, name="sound", daemon=True)
                self._thread.start()

    def retry(self) -> None:
        """After an error: once more."""
        if self.error is not None and self._thread is not None:
            self._thread.join(timeout=10)
            self._thread, self.error = None, None
            self.start()

    @property
    def progress(self) -> float | None:
        """0..1 while it is opened; None where nobody knows how long it is."""
        return min(1.0, self.done_s / self._seconds) if self._seconds else None

    @property
    def duration(self) -> float:
        return self.index.duration if self.index is not None else 0.0

    @property
    def duration_ms(self) -> int:
        """The last of them may be shorter."""
        return -(-self.index.samples * 1000 // self.index.rate) if self.index is not None else 0

    @property
    def loudest(self) -> float:
        """The greatest level of all, 0..1."""
        return (
            float(np.abs(self.index.peaks.levels[-1][..., :2].astype(np.int32)).max()) / 32768
            if self.index is not None
            else 0.0
        )

    def decoder(self) -> SoundDecoder | None:
        """One more, for a thread that plays. None until the sound is open."""
        return self._decoder.another() if self._decoder is not None else None

    def wave(self, first: float, per_column: float, columns: int) -> Wave:
        """Columns of `per_column` samples from sample `first` on: from the samples themselves where they are closer than peaks."""
        index = self.index
        if index is None:
            return Wave(np.zeros((columns, 1, 3), np.float32), False)
        if per_column < BASE:
            low, high = max(0, int(first) - 2), min(index.samples, int(first + per_column * columns) + 3)
            keys = [Key("samples", n) for n in range(low // BLOCK, -(-high // BLOCK))]
            with self._wake:
                blocks = [self._look(key) for key in keys]
            there = [block for block in blocks if block is not None]
            if len(there) == len(keys):
                return Wave(_close_up(there, keys[0].number * BLOCK if keys else 0, first, per_column, columns, index), True)
            missing = tuple(k for k, b in zip(keys, blocks, strict=True) if b is None and k not in self._failed)
        else:
            missing = ()
        coarse = index.peaks.columns(first, per_column * columns, columns)
        return Wave(coarse, not missing, missing)

    def spectrum(
        self, channel: int, level: int, first: int, columns: int
    ) -> tuple[NDArray[np.uint8], NDArray[np.bool_], list[Key]]:
        """Columns of a level (columns, bins), which of them are there, and the tiles that are missing."""
        out = np.zeros((columns, BINS), np.uint8)
        there = np.zeros(columns, bool)
        missing = []
        for key in self.spectrum_keys(channel, level, first, columns):
            with self._wake:
                tile = self._look(key)
            at = key.number * TILE
            if tile is None:
                missing += [key] * (key not in self._failed)
                tile = self._sketches.get(key)
            if tile is None:
                continue
            low, high = max(at, first), min(at + len(tile), first + columns)
            if low < high:
                out[low - first : high - first] = tile[low - at : high - at]
                there[low - first : high - first] = True
        return out, there, missing

    def spectrum_keys(self, channel: int, level: int, first: int, columns: int) -> list[Key]:
        total = -(-(self.index.samples if self.index else 0) // hop_of(level))
        low, high = max(0, first) // TILE, -(-min(total, first + columns) // TILE)
        return [Key("spectrum", n, level, channel) for n in range(low, high)]

    def loudness(self, first: int, count: int) -> float:
        """The greatest level of all channels over some samples, 0..1."""
        if self.index is None or first >= self.index.samples:
            return 0.0
        values = self.wave(float(first), float(max(1, count)), 1).values
        return float(np.abs(values[..., :2]).max())

    def want(self, keys: Iterable[Key]) -> None:
        """Everything that is to be shown now, most urgent first. Replaces what was wanted before."""
        with self._wake:
            wishes = dict.fromkeys(keys)
            self._wishes = frozenset(wishes)
            self._wanted = [k for k in wishes if k not in self._held and k not in self._failed and k != self._current]
            if self._wanted:
                self._wake.notify_all()

    @property
    def idle(self) -> bool:
        with self._wake:
            opening = self._thread is not None and self.index is None and self.error is None
            return not (opening or self._wanted or self._current)

    def listen(self, listener: Callable[[], None]) -> Callable[[], None]:
        """Called on the worker's thread when something arrived: progress, the index, a tile, an error."""
        return self._listeners.add(listener)

    def close(self) -> None:
        with self._wake:
            self._closed = True
            self._wanted = []
            self._listeners.clear()
            self._wake.notify_all()
        if self._thread is not None and self._thread is not threading.current_thread():
            self._thread.join(timeout=10)

    # -- the worker

    def _look(self, key: Key) -> NDArray | None:
        found = self._held.get(key)
        if found is not None:
            self._held.move_to_end(key)
        return found

    def _run(self) -> None:
        step_back()
        try:
            self._decoder = self._open(self._check_open, self._on_progress)
            self.index = self._decoder.index
        except Cancelled:
            return
        except PostilError as error:
            self.error = error
        except Exception as error:  # a decoder that dies must not take the window with it
            self.error = PostilError(f"The sound cannot be read: {error}.", remedy="Check the file with another program.")
        self._tell()
        while self.error is None:
            with self._wake:
                while not (self._closed or self._wanted):
                    self._wake.wait()
                if self._closed:
                    break
                bare = next((k for k in self._wanted if k.kind == "spectrum" and k not in self._sketches), None)
                key = self._current = bare or self._wanted.pop(0)
            made = self._sketched(key) if bare is not None else self._made(key)
            with self._wake:
                self._current = None
            if made:
                self._tell()
        if self._decoder is not None:
            self._decoder.close()

    def _sketched(self, key: Key) -> bool:
        """All that is in sight is sketched before anything of it is made: coarse to fine."""
        try:
            sketch = self._spectrum(key.channel).sketch(key.level, key.number, partial(self._check, key))
        except Cancelled:
            return False
        except Exception:
            sketch = None
        with self._wake:
            self._sketches[key] = sketch
            while len(self._sketches) > _SKETCHES:
                self._sketches.popitem(last=False)
            if key in self._wishes and key not in self._wanted:
                self._wanted.insert(0, key)  # it was wanted anew while it was sketched
        return sketch is not None

    def _made(self, key: Key) -> bool:
        try:
            self._keep(key, self._make(key))
        except Cancelled:
            return False
        except Exception:  # what is damaged stays blank; the rest is shown
            self._failed.add(key)
        return True

    def _make(self, key: Key) -> NDArray:
        assert self._decoder is not None
        check = partial(self._check, key)
        if key.kind == "samples":
            first = key.number * BLOCK
            return self._decoder.read(first, min(BLOCK, self._decoder.samples - first), check)
        return self._spectrum(key.channel).tile(key.level, key.number, check)

    def _spectrum(self, channel: int) -> Spectrogram:
        assert self._decoder is not None
        if channel not in self._spectra:
            store = SpectrumStore(self._store, f"{self._name}.{channel}") if self._store is not None else None
            self._spectra[channel] = Spectrogram(self._decoder, None if channel == MIX else channel, store)
        return self._spectra[channel]

    def _keep(self, key: Key, array: NDArray) -> None:
        with self._wake:
            self._held[key] = array
            self._bytes += array.nbytes
            while self._bytes > self._budget and len(self._held) > 1:
                _, old = self._held.popitem(last=False)
                self._bytes -= old.nbytes

    def _check(self, key: Key) -> None:
        if self._closed or key not in self._wishes:
            raise Cancelled

    def _check_open(self) -> None:
        if self._closed:
            raise Cancelled

    def _on_progress(self, seconds: float) -> None:
        self.done_s = seconds
        self._tell()

    def _tell(self) -> None:
        self.told += 1
        self._listeners.tell()


def level_for(per_pixel: float) -> int:
    """The level of the spectrogram that has at least one column a pixel."""
    level = FINEST
    while hop_of(level + 1) <= per_pixel:
        level += 1
    return level


def _close_up(
    blocks: list[NDArray], start: int, first: float, per_column: float, columns: int, index: SoundIndex
) -> NDArray[np.float32]:
    """From the samples; the line between two of them is followed, so that columns join."""
    out = np.zeros((columns, index.channels, 3), np.float32)
    if not blocks:
        return out
    samples = np.concatenate(blocks) if len(blocks) > 1 else blocks[0]
    edges = first + np.arange(columns + 1) * per_column - start
    inside = (edges[1:] > -start) & (edges[:-1] < index.samples - start)
    at = np.clip(edges, 0, len(samples) - 1)
    whole = np.minimum(at.astype(np.int64), max(0, len(samples) - 2))
    part = (at - whole)[:, None].astype(np.float32)
    line = samples[whole] * (1 - part) + samples[np.minimum(whole + 1, len(samples) - 1)] * part
    low = np.clip(np.ceil(edges[:-1]), 0, len(samples)).astype(np.int64)
    high = np.clip(np.ceil(edges[1:]), 0, len(samples)).astype(np.int64)
    out[..., 0] = np.minimum(line[:-1], line[1:])
    out[..., 1] = np.maximum(line[:-1], line[1:])
    out[..., 2] = np.abs(line[:-1])
    some = np.flatnonzero(low < high)
    if len(some):
        ends = np.stack([low[some], high[some]], axis=1).reshape(-1)
        base, top = int(ends[0]), int(ends[-1])
        seen = np.concatenate([samples[base:top], samples[top - 1 : top]])
        ends = ends - base
        out[some, :, 0] = np.minimum(out[some, :, 0], np.minimum.reduceat(seen, ends, axis=0)[::2])
        out[some, :, 1] = np.maximum(out[some, :, 1], np.maximum.reduceat(seen, ends, axis=0)[::2])
        squares = np.add.reduceat(seen.astype(np.float64) ** 2, ends, axis=0)[::2]
        out[some, :, 2] = np.sqrt(squares / (high - low)[some][:, None])
    out[~inside] = 0
    return out
