"""Which frames a video has: the table by which every frame is named."""

from __future__ import annotations

import struct
import zlib
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from storage.errors import BadInput

_MAGIC = b"PFT1"
_HEAD = struct.Struct("<4sBQqq")  # magic, counted, frames, time base


@dataclass(frozen=True, slots=True, eq=False)
class FrameTable:
    """Frame i of a stream is the one with the i-th smallest presentation time.

    `counted`: the file has no usable times (raw streams, some AVI); `pts` are then the frames' numbers as decoding from
    the start gives them, and a frame can only be reached from the start.
    """

    pts: NDArray[np.int64]
    is_key: NDArray[np.bool_]
    time_base: Fraction
    counted: bool = False

    def __post_init__(self) -> None:
        if self.pts.shape != self.is_key.shape or self.pts.ndim != 1:
            raise ValueError("a frame table needs one time and one key flag per frame")
        if self.pts.size > 1 and not bool((np.diff(self.pts) > 0).all()):
            raise ValueError("the times of a frame table must increase")
        self.pts.flags.writeable = False
        self.is_key.flags.writeable = False

    def __len__(self) -> int:
        return int(self.pts.size)

    def __eq__(self, other: object) -> bool:
        return (
            isinstance(other, FrameTable)
            and (self.time_base, self.counted) == (other.time_base, other.counted)
            and np.array_equal(self.pts, other.pts)
            and np.array_equal(self.is_key, other.is_key)
        )

    def index_of(self, pts: int) -> int | None:
        """The frame of exactly this time."""
        at = int(np.searchsorted(self.pts, pts))
        return at if at < len(self) and int(self.pts[at]) == pts else None

    def at_time(self, seconds: float | Fraction) -> int:
        """The frame that is shown at a time counted from the first frame."""
        ticks = Fraction(seconds) / self.time_base + int(self.pts[0])
        return max(0, int(np.searchsorted(self.pts, ticks.numerator // ticks.denominator, side="right")) - 1)

    def key_at(self, index: int) -> int:
        """The key frame at or before a frame; the first frame counts as one."""
        keys = np.flatnonzero(self.is_key[: index + 1])
        return int(keys[-1]) if keys.size else 0

    def key_after(self, index: int) -> int:
        """The next key frame after a frame, or the number of frames."""
        rest = self.is_key[index + 1 :]
        at = int(rest.argmax()) if rest.size else 0
        return index + 1 + at if rest.size and rest[at] else len(self)

    def nearest_key(self, index: int) -> int:
        before, after = self.key_at(index), self.key_after(index)
        return after if after < len(self) and after - index < index - before else before

    def seconds(self) -> NDArray[np.float64]:
        """Times from the first frame, in seconds."""
        shifted: Any = (self.pts - self.pts[0]) * float(self.time_base) if len(self) else self.pts.astype(np.float64)
        return np.asarray(shifted, dtype=np.float64)

    @property
    def duration(self) -> Fraction:
        """From the first frame to the end of the last, which lasts as long as most do."""
        if len(self) < 2:
            return Fraction(0)
        return (int(self.pts[-1] - self.pts[0]) + self.usual_step) * self.time_base

    @property
    def usual_step(self) -> int:
        """The commonest distance of two frames in ticks (of equals the shortest)."""
        if len(self) < 2:
            return 1
        steps, counts = np.unique(np.diff(self.pts), return_counts=True)
        return int(steps[counts.argmax()])

    @property
    def fps(self) -> float:
        """Frames by duration: the average."""
        return float(len(self) / self.duration) if len(self) > 1 else 0.0

    @property
    def variable(self) -> bool:
        """Whether the frames are unevenly spaced by more than the rounding of the container's clock."""
        if len(self) < 3 or self.counted:
            return False
        even = np.linspace(float(self.pts[0]), float(self.pts[-1]), len(self))
        slack = max(1.5, 0.02 * self.usual_step)
        return bool(np.abs(self.pts - even).max() > slack)

    def to_bytes(self) -> bytes:
        head = _HEAD.pack(_MAGIC, self.counted, len(self), self.time_base.numerator, self.time_base.denominator)
        steps = np.diff(self.pts, prepend=np.int64(0)).astype("<i8")
        return head + zlib.compress(steps.tobytes() + np.packbits(self.is_key).tobytes(), 6)

    @staticmethod
    def from_bytes(blob: bytes) -> FrameTable:
        try:
            magic, counted, frames, numerator, denominator = _HEAD.unpack_from(blob)
            if magic != _MAGIC or frames > 1 << 32:
                raise ValueError
            wanted = frames * 8 + (frames + 7) // 8
            unpack = zlib.decompressobj()
            data = unpack.decompress(blob[_HEAD.size :], wanted + 1)
            if len(data) != wanted or not unpack.eof:
                raise ValueError
            pts = np.cumsum(np.frombuffer(data[: frames * 8], "<i8"), dtype=np.int64)
            keys = np.unpackbits(np.frombuffer(data[frames * 8 :], np.uint8), count=frames).astype(np.bool_)
            return FrameTable(pts, keys, Fraction(numerator, denominator), bool(counted))
        except (ValueError, struct.error, zlib.error, ZeroDivisionError) as error:
            raise BadInput(
                "A stored table of frames is damaged.", remedy="Open the video again; the table is made anew from the file."
            ) from error
