"""What is asked of a decoder and what it answers. Qt-free."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

Region = tuple[int, int, int, int]  # x, y, w, h in pixels of the full picture


class PixelKind(StrEnum):
    GRAY8 = "gray8"  # (h, w) uint8
    GRAY16 = "gray16"  # (h, w) uint16
    BGRA8 = "bgra8"  # (h, w, 4) uint8, opaque: QImage.Format_RGB32
    RGBA8 = "rgba8"  # (h, w, 4) uint8, straight alpha: QImage.Format_RGBA8888
    INT16 = "int16"  # (h, w) stored values of volumes
    FLOAT32 = "float32"  # (h, w)


@dataclass(frozen=True, slots=True)
class Request:
    """`level` halves the picture that many times (0: full size). `region` None: the whole frame."""

    frame: int = 0
    level: int = 0
    region: Region | None = None
    generation: int = 0


@dataclass(frozen=True, slots=True, eq=False)
class Picture:
    """`array` is C-contiguous and read-only. `region` is what it covers, in full-size pixels."""

    array: NDArray[Any]
    kind: PixelKind
    region: Region
    level: int = 0
    frame: int = 0
    pts: int | None = None


@dataclass(frozen=True, slots=True)
class FrameFacts:
    """Size as shown upright; `levels` is how many times it is worth halving (0 for small pictures).

    `finest` below 0: what is drawn from outlines (pages) can be had that many times doubled; full size stays level 0.
    """

    width: int
    height: int
    levels: int
    kind: PixelKind
    bits: int = 8
    channels: int = 3
    warnings: tuple[str, ...] = ()
    finest: int = 0


class Decoder(Protocol):
    """One per thread. `read` may take long and belongs off the GUI thread; `cancel` may be called from any thread."""

    frames: int

    def facts(self, frame: int = 0) -> FrameFacts: ...

    def read(self, request: Request) -> Picture: ...

    def cancel(self, generation: int) -> None:
        """Requests up to this generation are no longer wanted: their `read` may raise `Cancelled`."""

    def close(self) -> None: ...


def doubled(n: int, level: int) -> int:
    """`n` pixels of a level in full-size pixels: doubled `level` times, halved below 0."""
    return n << level if level >= 0 else n >> -level


def to_rgb(picture: Picture) -> NDArray[np.uint8]:
    """(h, w, 3) uint8 RGB for the scripting API and the command line; 16 bits are scaled to 8."""
    a = picture.array
    match picture.kind:
        case PixelKind.BGRA8:
            rgb = a[..., 2::-1]
        case PixelKind.RGBA8:
            alpha = a[..., 3:].astype(np.uint16)
            rgb = ((a[..., :3] * alpha + 127) // 255).astype(np.uint8)
        case PixelKind.GRAY8:
            rgb = np.repeat(a[..., None], 3, axis=2)
        case PixelKind.GRAY16:
            rgb = np.repeat((a >> 8).astype(np.uint8)[..., None], 3, axis=2)
        case _:
            low, high = float(a.min()), float(a.max())
            scaled = (a.astype(np.float32) - low) * (255.0 / (high - low) if high > low else 0.0)
            rgb = np.repeat(scaled.astype(np.uint8)[..., None], 3, axis=2)
    return np.ascontiguousarray(rgb)
