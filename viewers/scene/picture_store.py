"""Pictures at hand, as read and as shown, within a budget of bytes: what was used longest ago goes first. Qt-free."""

from __future__ import annotations

from collections import OrderedDict

import numpy as np
from numpy.typing import NDArray

from viewers.decode.request import Picture
from viewers.scene.adjust import Adjustments

#: frame, level, column, row; column and row -1: the whole frame (of tiled pictures at their coarsest level only).
TileKey = tuple[int, int, int, int]
Shown = NDArray[np.uint8]


class PictureStore:
    """Not thread safe: its owner holds a lock."""

    def __init__(self, budget: int) -> None:
        self.budget = budget
        self.bytes = 0
        self._raw: OrderedDict[TileKey, Picture] = OrderedDict()
        self._shown: dict[TileKey, tuple[Adjustments, Shown]] = {}

    def raw(self, key: TileKey) -> Picture | None:
        return self._raw.get(key)

    def shown(self, key: TileKey) -> Shown | None:
        """Possibly with adjustments of a moment ago."""
        found = self._shown.get(key)
        if found is None:
            return None
        self._raw.move_to_end(key)
        return found[1]

    def has(self, key: TileKey, adjust: Adjustments) -> bool:
        found = self._shown.get(key)
        return found is not None and found[0] == adjust

    def whole_frames(self) -> list[TileKey]:
        return [key for key in self._raw if key[2] == -1]

    def put(self, key: TileKey, picture: Picture, adjust: Adjustments, array: Shown) -> None:
        """The newest is kept, whatever its size."""
        self._drop(key)
        self._raw[key] = picture
        self._shown[key] = (adjust, array)
        self.bytes += _weight(picture, array)
        while self.bytes > self.budget and len(self._raw) > 1:
            self._drop(next(k for k in self._raw if k != key))

    def clear(self) -> None:
        self._raw.clear()
        self._shown.clear()
        self.bytes = 0

    def _drop(self, key: TileKey) -> None:
        picture = self._raw.pop(key, None)
        if picture is not None:
            self.bytes -= _weight(picture, self._shown.pop(key)[1])


def _weight(picture: Picture, array: Shown) -> int:
    return picture.array.nbytes + (0 if array is picture.array else array.nbytes)
