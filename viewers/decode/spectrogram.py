"""Columns of a spectrogram by level, in tiles that are kept while they are looked at."""

from __future__ import annotations

from collections import OrderedDict

import numpy as np
from numpy.typing import NDArray

from viewers.decode.audio import SoundDecoder
from viewers.decode.faults import Check
from viewers.decode.spectrum_store import SpectrumStore

SIZE = 1024  # samples a window
HOP = 512  # samples between columns of level 0; each level doubles it, those below zero halve it
FINEST = -3
TILE = 256  # columns
BINS = SIZE // 2 + 1
FLOOR_DB = -100.0
FAR = 16 * SIZE
SKETCHED = 8  # columns of a tile for which one stands in a sketch of it
_KEPT = 96  # tiles of 131 kB


def hop_of(level: int) -> int:
    """Samples from one column of a level to the next."""
    return HOP << level if level >= 0 else HOP >> -level


class Spectrogram:
    """Belongs to the thread of its decoder. Column k of a level is the loudest of some windows around sample k * hop_of(level):
    one where windows overlap, up to four where they lie apart, so that short sounds are seen from afar."""

    def __init__(self, sound: SoundDecoder, channel: int | None = None, store: SpectrumStore | None = None) -> None:
        """`channel` None: the mean of all. `store` keeps tiles for the next time."""
        self._store = store
        self._sound = sound
        self._channel = channel
        self._window = np.hanning(SIZE + 1)[:-1].astype(np.float32)
        self._tiles: OrderedDict[tuple[int, int], NDArray[np.uint8]] = OrderedDict()

    def columns(self, level: int) -> int:
        return -(-self._sound.samples // hop_of(level))

    def tile(self, level: int, number: int, check: Check) -> NDArray[np.uint8]:
        """(columns, SIZE // 2 + 1) uint8: 0 is -100 dB and less, 255 a full-scale sine; frequencies from 0 up."""
        key = (level, number)
        if key not in self._tiles:
            self._tiles[key] = self._stored(level, number, check)
            while len(self._tiles) > _KEPT:
                self._tiles.popitem(last=False)
        self._tiles.move_to_end(key)
        return self._tiles[key]

    def sketch(self, level: int, number: int, check: Check) -> NDArray[np.uint8] | None:
        """Something to be seen of a tile long before it is made; None where it takes no long time, or cannot be done fast."""
        hop, first = hop_of(level), number * TILE
        if hop <= 4 * SIZE or self._sound.index.counted or self._at_hand(level, number):
            return None
        wide = min(TILE, self.columns(level) - first)
        places = (min(at + SKETCHED // 2, wide - 1) for at in range(0, wide, SKETCHED))
        seen = [self._mono((first + at) * hop - SIZE // 2, SIZE, check) for at in places]
        return np.repeat(self._levels(np.stack(seen)), SKETCHED, axis=0)[:wide] if seen else None

    def _stored(self, level: int, number: int, check: Check) -> NDArray[np.uint8]:
        kept = self._read(level, number)
        if kept is not None:
            return kept
        made = self._made(level, number, check)
        if self._store is not None:
            self._store.write(level, number, made.tobytes(), -(-self.columns(level) // TILE))
        return made

    def _at_hand(self, level: int, number: int) -> bool:
        return (level, number) in self._tiles or self._read(level, number) is not None

    def _read(self, level: int, number: int) -> NDArray[np.uint8] | None:
        wide = max(0, min(TILE, self.columns(level) - number * TILE))
        data = self._store.read(level, number, wide * BINS) if self._store is not None else None
        return np.frombuffer(data, np.uint8).reshape(wide, BINS) if data is not None else None

    def _made(self, level: int, number: int, check: Check) -> NDArray[np.uint8]:
        hop, first = hop_of(level), number * TILE
        columns = max(0, min(TILE, self.columns(level) - first))
        out = np.zeros((columns, BINS), np.uint8)
        far = hop > FAR  # the samples between the windows are not decoded
        windows = min(2 if far else 4, max(1, hop // SIZE))
        apart = hop // windows
        shift = SIZE // 2 + (hop - apart) // 2
        batch = 1 if far else max(1, min(TILE, (1 << 20) // hop))
        for begin in range(0, columns, batch):
            check()
            count = min(batch, columns - begin)
            start = (first + begin) * hop - shift
            if far:
                seen = np.stack([self._mono(start + k * apart, SIZE, check) for k in range(windows)])
            else:
                samples = self._mono(start, (count * windows - 1) * apart + SIZE, check)
                seen = np.lib.stride_tricks.sliding_window_view(samples, SIZE)[::apart]
            out[begin : begin + count] = self._levels(seen).reshape(count, windows, BINS).max(axis=1)
        return out

    def _mono(self, first: int, count: int, check: Check) -> NDArray[np.float32]:
        block = self._sound.read(first, count, check)
        mono: NDArray[np.float32] = block.mean(axis=1) if self._channel is None else block[:, self._channel]
        return np.ascontiguousarray(mono)

    def _levels(self, windows: NDArray[np.float32]) -> NDArray[np.uint8]:
        spectrum = np.abs(np.fft.rfft(windows * self._window, axis=1)) / (SIZE / 4)
        db = 20 * np.log10(np.maximum(spectrum, 1e-9))
        scaled: NDArray[np.uint8] = np.clip((db - FLOOR_DB) * (255 / -FLOOR_DB) + 0.5, 0, 255).astype(np.uint8)
        return scaled
