"""A film made of numbers: a textured card that moves, turns and grows over a textured ground that drifts."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from storage.model.geometry import Points, RotatedBox


@dataclass(frozen=True)
class Film:
    """`turn`: degrees a frame; `grow`: factor a frame; `sway`: px to each side; `hidden`: frames behind a bar; `light`: its change."""

    width: int = 480
    height: int = 360
    side: int = 80
    turn: float = 1.0
    grow: float = 1.003
    sway: float = 90.0
    drift: float = 0.7
    light: float = 0.0
    noise: float = 3.0
    hidden: tuple[int, int] | None = None
    seed: int = 1

    def pose(self, frame: int) -> RotatedBox:
        """Where the card is, exactly."""
        size = self.side * self.grow**frame
        t = frame / 100
        x = self.width / 2 + self.sway * math.sin(2 * math.pi * t)
        y = self.height / 2 + 0.5 * self.sway * math.sin(3 * math.pi * t + 0.5)
        return RotatedBox(x - size / 2, y - size * 0.35, size, size * 0.7, (self.turn * frame) % 360)

    def read(self, frame: int) -> NDArray[Any]:
        """BGR. Read twice it is the same."""
        ground = _texture(self.seed, self.height + 300, self.width + 300)
        x = 100 + self.drift * frame
        move = np.array([[1.0, 0, x], [0, 1.0, 120 - 0.3 * x]])
        flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
        picture = cv2.warpAffine(ground, move, (self.width, self.height), flags=flags, borderMode=cv2.BORDER_REFLECT)
        card = _texture(self.seed + 1, 210, 300)
        corners = np.array(self.pose(frame).corners(), np.float32)
        own = np.array([[0, 0], [300, 0], [300, 210], [0, 210]], np.float32)
        warp = cv2.getPerspectiveTransform(own, corners - 0.5)
        size = (self.width, self.height)
        drawn = cv2.warpPerspective(card, warp, size, flags=cv2.INTER_AREA)
        inside = cv2.warpPerspective(np.full(card.shape, 255, np.uint8), warp, size)
        soft = inside.astype(np.float32) / 255
        made = picture * (1 - soft) + drawn * soft
        if self.hidden and self.hidden[0] <= frame <= self.hidden[1]:
            made[:, :] = 40 + 20 * (np.indices((self.height, self.width)).sum(axis=0) // 16 % 2)
        made = made * (1 + self.light * frame / 100)
        made = made + np.random.default_rng(1000 * self.seed + frame).normal(0, self.noise, made.shape)
        grey = np.clip(made, 0, 255).astype(np.uint8)
        return cv2.cvtColor(grey, cv2.COLOR_GRAY2BGR)


@lru_cache(maxsize=16)
def _texture(seed: int, height: int, width: int) -> NDArray[np.float32]:
    dice = np.random.default_rng(seed)
    made = np.zeros((height, width), np.float32)
    for sigma, weight in ((2.0, 1.0), (5.0, 2.0), (14.0, 5.0)):
        layer = cv2.GaussianBlur(dice.normal(0, 1, (height, width)).astype(np.float32), (0, 0), sigma)
        made += weight * layer / layer.std()
    return 120 + 35 * made / made.std()


def overlap(a: Points, b: Points) -> float:
    """Intersection over union of two outlines."""
    from shapely.geometry import Polygon

    one, two = Polygon(a), Polygon(b)
    return float(one.intersection(two).area / one.union(two).area)
