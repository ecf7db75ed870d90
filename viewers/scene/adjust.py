"""How a picture's values become what is shown: brightness, contrast, gamma, inversion, one channel, a window for 16 bits.

All through lookup tables, so that it costs the same whatever is set. Qt-free; runs in the worker that holds the tiles.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal, get_args

import cv2
import numpy as np
from numpy.typing import NDArray

from viewers.decode.request import Picture, PixelKind

Channel = Literal["all", "r", "g", "b", "a"]
#: Where a channel lies in BGRA and in RGBA.
_PLANE = {PixelKind.BGRA8: {"b": 0, "g": 1, "r": 2}, PixelKind.RGBA8: {"r": 0, "g": 1, "b": 2, "a": 3}}


_SPANS = {"brightness": (-1.0, 1.0), "contrast": (-1.0, 1.0), "gamma": (0.1, 10.0)}


@dataclass(frozen=True, slots=True)
class Adjustments:
    brightness: float = 0.0  # -1..1
    contrast: float = 0.0  # -1..1
    gamma: float = 1.0  # 0.1..10; above 1 lightens the dark
    invert: bool = False
    channel: Channel = "all"
    #: The values shown black and white, for pictures of more than 8 bits. None: chosen from the picture.
    window: tuple[float, float] | None = None

    @property
    def plain(self) -> bool:
        return self == Adjustments(window=self.window)

    def as_plain(self) -> dict[str, Any]:
        """What suits other pictures too: not the window, which is of the values of one."""
        return {name: getattr(self, name) for name in (*_SPANS, "invert", "channel")}

    @staticmethod
    def of_plain(kept: Mapping[str, Any]) -> Adjustments:
        """What is not understood is as it is by itself."""
        known: dict[str, Any] = {}
        for name, (low, high) in _SPANS.items():
            value = kept.get(name)
            if isinstance(value, int | float) and low <= value <= high:
                known[name] = float(value)
        if kept.get("channel") in get_args(Channel):
            known["channel"] = kept["channel"]
        return Adjustments(**known, invert=kept.get("invert") is True)


def curve(a: Adjustments, n: int = 256) -> NDArray[np.uint8]:
    """The table from `n` input values, evenly from black to white, to 8 bits."""
    x = np.linspace(0.0, 1.0, n)
    slope = (1.0 + a.contrast) / (1.0 - a.contrast) if a.contrast < 0.999 else 1e3
    x = np.clip((x - 0.5) * slope + 0.5 + a.brightness, 0.0, 1.0)
    x = x ** (1.0 / min(10.0, max(0.1, a.gamma)))
    if a.invert:
        x = 1.0 - x
    return np.rint(x * 255).astype(np.uint8)


@lru_cache(maxsize=8)
def _table8(a: Adjustments) -> NDArray[np.uint8]:
    return curve(a)


@lru_cache(maxsize=4)
def _table16(a: Adjustments, low: float, high: float) -> NDArray[np.uint8]:
    x = (np.arange(65536) - low) / max(high - low, 1.0)
    return np.asarray(curve(a, 4096)[np.clip(np.rint(x * 4095), 0, 4095).astype(np.int32)])


def window_of(picture: Picture) -> tuple[float, float]:
    """A window that shows a picture well: nearly all its values, without the few outliers."""
    values = picture.array[np.isfinite(picture.array)] if picture.array.dtype.kind == "f" else picture.array
    if values.size == 0:
        return (0.0, 1.0)
    low, high = (float(v) for v in np.percentile(values, (0.1, 99.9)))
    return (low, high) if high > low else (low, low + 1.0)


def shown(picture: Picture, a: Adjustments, window: tuple[float, float]) -> NDArray[np.uint8]:
    """What is painted: (h, w, 4) BGRA, premultiplied where the picture has transparency; opaque otherwise."""
    array = picture.array
    match picture.kind:
        case PixelKind.BGRA8:
            return _colors(array, PixelKind.BGRA8, a)
        case PixelKind.RGBA8:
            return _transparent(array, a)
        case PixelKind.GRAY8:
            return _gray(cv2.LUT(array, _table8(a)))
        case PixelKind.GRAY16:
            return _gray(_table16(a, *window)[array])
        case _:
            low, high = window
            scaled = np.clip((array.astype(np.float32) - low) * (4095.0 / max(high - low, 1e-9)), 0, 4095)
            return _gray(curve(a, 4096)[np.nan_to_num(scaled).astype(np.int32)])


def _gray(values: NDArray[Any]) -> NDArray[np.uint8]:
    return np.asarray(cv2.cvtColor(values, cv2.COLOR_GRAY2BGRA))


def _colors(array: NDArray[Any], kind: PixelKind, a: Adjustments) -> NDArray[np.uint8]:
    if a.channel in ("r", "g", "b"):
        return _gray(cv2.LUT(np.ascontiguousarray(array[..., _PLANE[kind][a.channel]]), _table8(a)))
    return array if a.plain else cv2.LUT(array, _table8(a))


def _transparent(array: NDArray[Any], a: Adjustments) -> NDArray[np.uint8]:
    if a.channel != "all":
        return _gray(cv2.LUT(np.ascontiguousarray(array[..., _PLANE[PixelKind.RGBA8][a.channel]]), _table8(a)))
    bgra: NDArray[np.uint8] = cv2.cvtColor(array, cv2.COLOR_RGBA2BGRA)
    alpha = np.ascontiguousarray(bgra[..., 3])
    if not a.plain:
        bgra = cv2.LUT(bgra, _table8(a))
    if int(alpha.min()) == 255:
        bgra[..., 3] = 255
        return bgra
    bgra = cv2.multiply(bgra, cv2.merge([alpha] * 4), scale=1 / 255)
    bgra[..., 3] = alpha
    return bgra


def value_text(picture: Picture, x: int, y: int) -> str:
    """The value of the pixel at full-size (x, y), as stored: "17 203 88", or "1,204" for more than 8 bits."""
    column, row = (x - picture.region[0]) >> picture.level, (y - picture.region[1]) >> picture.level
    h, w = picture.array.shape[:2]
    value = picture.array[min(max(row, 0), h - 1), min(max(column, 0), w - 1)]
    match picture.kind:
        case PixelKind.BGRA8:
            return f"{value[2]} {value[1]} {value[0]}"
        case PixelKind.RGBA8:
            return f"{value[0]} {value[1]} {value[2]} {value[3]}"
        case PixelKind.FLOAT32:
            return f"{float(value):,.4g}"
    return f"{int(value):,}"
