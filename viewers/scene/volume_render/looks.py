"""How the values of a volume are shown: colour and opacity by value, or the greatest or least value along each ray.

Presets are given in shown values (HU of CT), or in parts of the volume's own range where values have no scale (MR). What a
person drags moves all points along the values (`shift`), spreads them around their middle (`spread`), or makes them denser.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from storage.model.space import Floats
from viewers.scene.volume_render.grid import Grid

Blend = Literal["composite", "max", "min"]
Point = tuple[float, float]  # value, opacity 0..1
ColorPoint = tuple[float, float, float, float]  # value, red, green, blue 0..1


@dataclass(frozen=True, slots=True)
class Preset:
    id: str
    title: str
    opacity: tuple[Point, ...]
    colors: tuple[ColorPoint, ...]
    blend: Blend = "composite"
    relative: bool = False  # values are parts of the volume's range
    shaded: bool = True


_BONE = Preset(
    "ct_bone", "CT bone",
    ((110, 0.0), (180, 0.0), (280, 0.28), (500, 0.6), (1200, 0.9), (3000, 0.95)),
    ((-1000, 0.2, 0.1, 0.1), (110, 0.55, 0.25, 0.15), (240, 0.88, 0.68, 0.5), (420, 0.97, 0.91, 0.78), (1200, 1, 1, 0.97)),
)  # fmt: skip
_SOFT = Preset(
    "ct_soft", "CT soft tissue",
    ((-60, 0.0), (-20, 0.02), (30, 0.12), (70, 0.2), (120, 0.3), (300, 0.55), (1200, 0.85)),
    ((-60, 0.75, 0.6, 0.35), (0, 0.7, 0.38, 0.28), (50, 0.76, 0.3, 0.24), (120, 0.86, 0.5, 0.38), (260, 0.96, 0.88, 0.74), (1200, 1, 1, 0.98)),
)  # fmt: skip
_LUNG = Preset(
    "ct_lung", "CT lung",
    ((-1000, 0.0), (-920, 0.0), (-820, 0.07), (-650, 0.16), (-500, 0.1), (-400, 0.0), (40, 0.0), (150, 0.03), (600, 0.15)),
    ((-1000, 0.3, 0.35, 0.5), (-820, 0.45, 0.6, 0.8), (-600, 0.85, 0.7, 0.65), (-400, 0.9, 0.55, 0.45), (150, 0.95, 0.85, 0.75), (600, 1, 1, 1)),
)  # fmt: skip
_SKIN = Preset(
    "ct_skin", "CT skin",
    ((-600, 0.0), (-420, 0.0), (-260, 0.5), (-120, 0.85), (1500, 0.95)),
    ((-600, 0.5, 0.32, 0.25), (-250, 0.8, 0.58, 0.46), (0, 0.92, 0.72, 0.6), (1500, 1, 0.95, 0.9)),
)  # fmt: skip
_VESSELS = Preset(
    "ct_vessels", "CT vessels",
    ((90, 0.0), (140, 0.0), (190, 0.35), (300, 0.55), (450, 0.55), (800, 0.75), (2500, 0.85)),
    ((90, 0.5, 0.05, 0.05), (180, 0.78, 0.14, 0.1), (300, 0.9, 0.36, 0.2), (480, 0.96, 0.8, 0.62), (1200, 1, 0.98, 0.92)),
)  # fmt: skip
_MR = Preset(
    "mr", "MR",
    ((0.0, 0.0), (0.16, 0.0), (0.3, 0.08), (0.55, 0.22), (0.85, 0.5), (1.2, 0.75)),
    ((0.0, 0, 0, 0), (0.2, 0.3, 0.22, 0.2), (0.45, 0.72, 0.55, 0.47), (0.8, 0.93, 0.87, 0.8), (1.2, 1, 1, 1)),
    relative=True,
)  # fmt: skip
_MIP = Preset(
    "mip",
    "Greatest value (MIP)",
    ((0.0, 0.0), (1.0, 1.0)),
    ((0.0, 1, 1, 1), (1.0, 1, 1, 1)),
    "max",
    relative=True,
    shaded=False,
)
_MIP_CT = replace(_MIP, opacity=((-100, 0.0), (1400, 1.0)), colors=((-100, 1, 1, 1), (1400, 1, 1, 1)), relative=False)
_MINIP = Preset(
    "minip",
    "Least value (MinIP)",
    ((0.0, 0.0), (1.0, 1.0)),
    ((0.0, 1, 1, 1), (1.0, 1, 1, 1)),
    "min",
    relative=True,
    shaded=False,
)
_MINIP_CT = replace(_MINIP, opacity=((-1000, 0.0), (-300, 1.0)), colors=((-1000, 1, 1, 1), (-300, 1, 1, 1)), relative=False)

#: No volume: only the surfaces of segments.
SURFACES = Preset("surfaces", "Segments only", (), (), relative=True)


def presets(modality: str) -> tuple[Preset, ...]:
    """Those that make sense, the first one to begin with."""
    if modality == "CT":
        return _BONE, _SOFT, _LUNG, _SKIN, _VESSELS, _MIP_CT, _MINIP_CT, SURFACES
    if modality in ("PT", "NM"):  # what shines is looked for, not a surface
        return _MIP, _MR, _MINIP, SURFACES
    return _MR, _MIP, _MINIP, SURFACES


@dataclass(frozen=True, slots=True)
class Look:
    preset: Preset
    shift: float = 0.0  # along the values, in shown values
    spread: float = 1.0  # of the points around their middle
    density: float = 1.0  # of opacities

    @property
    def shows_volume(self) -> bool:
        return self.preset is not SURFACES

    def opacity(self, grid: Grid) -> Floats:
        """[n, 2]: shown value, opacity."""
        points = np.array(self.preset.opacity, np.float64).reshape(-1, 2)
        points[:, 0] = self._placed(points[:, 0], grid)
        points[:, 1] = np.clip(points[:, 1] * self.density, 0, 1) if self.preset.blend == "composite" else points[:, 1]
        return points

    def colors(self, grid: Grid) -> Floats:
        """[n, 4]: shown value, red, green, blue."""
        points = np.array(self.preset.colors, np.float64).reshape(-1, 4)
        points[:, 0] = self._placed(points[:, 0], grid)
        return points

    def _placed(self, values: Floats, grid: Grid) -> Floats:
        span = (grid.high - grid.low) if self.preset.relative else 1.0
        start = grid.low if self.preset.relative else 0.0
        ends = _ends(self.preset.opacity)
        middle = start + span * (ends[0] + ends[1]) / 2
        return np.asarray(middle + (start + span * values - middle) * self.spread + self.shift)

    def span(self, grid: Grid) -> float:
        """How far values reach: what a drag over the whole view moves by."""
        ends = _ends(self.preset.opacity)
        return (ends[1] - ends[0]) * ((grid.high - grid.low) if self.preset.relative else 1.0)


def _ends(points: Sequence[Point]) -> tuple[float, float]:
    return (points[0][0], points[-1][0]) if points else (0.0, 1.0)
