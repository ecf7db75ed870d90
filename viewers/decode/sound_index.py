"""Where each decoded frame of a sound begins, to the sample, with the peaks: one file in the cache folder."""

from __future__ import annotations

import io
import zipfile
from dataclasses import dataclass
from hashlib import sha256
from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from storage.ids import new_uuid
from storage.media.source import ByteSource
from viewers.decode.peaks import Peaks

_VERSION = 2  # 1: WAV in packets of 2 KB


@dataclass(frozen=True, slots=True)
class SoundIndex:
    """`counted`: the frames have no usable times, so a sample can only be reached from the start."""

    rate: int
    channels: int
    samples: int
    starts: NDArray[np.int64]  # first sample of each decoded frame
    times: NDArray[np.int64]  # its time in ticks of the stream
    counted: bool
    peaks: Peaks

    @staticmethod
    def of(rate: int, channels: int, samples: int, starts: list[int], times: list[int | None], peaks: Peaks) -> SoundIndex:
        known = [t for t in times if t is not None]
        counted = len(known) < len(times) or any(a >= b for a, b in pairwise(known))
        ticks = np.arange(len(starts), dtype=np.int64) if counted else np.array(known, np.int64)
        return SoundIndex(rate, channels, samples, np.array(starts, np.int64), ticks, counted, peaks)

    def frame_at(self, sample: int) -> int:
        return max(0, int(np.searchsorted(self.starts, sample, side="right")) - 1)

    def frame_of(self, time: int | None) -> int | None:
        if time is None or self.counted:
            return None
        at = int(np.searchsorted(self.times, time))
        return at if at < len(self.times) and int(self.times[at]) == time else None

    @property
    def duration(self) -> float:
        return self.samples / self.rate


def place_of(source: ByteSource, stream: int, cache_dir: Path | None) -> Path | None:
    if cache_dir is None:
        return None
    identity = f"{_VERSION}|{source.path}|{source.etag}|{source.size}|{stream}"
    return cache_dir / "sounds" / f"{sha256(identity.encode('utf-8', 'surrogatepass')).hexdigest()[:40]}.npz"


def load(place: Path) -> SoundIndex | None:
    """None where there is none, or a damaged one."""
    try:
        with np.load(io.BytesIO(place.read_bytes()), allow_pickle=False) as stored:
            rate, channels, samples, counted, levels = (int(n) for n in stored["head"])
            peaks = Peaks(tuple(stored[f"level{k}"] for k in range(levels)), samples)
            return SoundIndex(rate, channels, samples, stored["starts"], stored["times"], bool(counted), peaks)
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile):
        return None


def store(place: Path, index: SoundIndex) -> None:
    """Whole or not at all; a cache that cannot be written is only slower."""
    out = io.BytesIO()
    head = np.array([index.rate, index.channels, index.samples, index.counted, len(index.peaks.levels)], np.int64)
    levels = {f"level{k}": level for k, level in enumerate(index.peaks.levels)}
    np.savez(out, head=head, starts=index.starts, times=index.times, **levels)  # type: ignore[arg-type]
    part = place.with_suffix(f".{new_uuid()}.part")
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        part.write_bytes(out.getvalue())
        part.replace(place)
    except OSError:
        return
