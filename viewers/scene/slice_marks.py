"""What is written over a slice: orientation letters, the scale bar, the corners, warnings. Qt-free."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from storage.model.calibration import Calibration
from storage.model.space import Floats, letters
from viewers.scene.mpr import Plane
from viewers.scene.view_state import ViewState

_OPPOSITE = str.maketrans("APLRHF", "PARLFH")


@dataclass(frozen=True, slots=True)
class ScaleBar:
    length: float  # logical px
    text: str


@dataclass(frozen=True, slots=True)
class Corners:
    """Lines of text, the first at the top of its corner."""

    top_left: tuple[str, ...] = ()
    top_right: tuple[str, ...] = ()
    bottom_left: tuple[str, ...] = ()
    bottom_right: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()


def screen_ways(view: ViewState, plane: Plane) -> tuple[Floats, Floats]:
    """Millimetres in the patient for one logical pixel to the right, and for one down."""
    p = view.placement()
    across, along = plane.mm_right * plane.right, plane.mm_down * plane.down
    det = p.a * p.d - p.b * p.c
    return (p.d * across - p.c * along) / det, (p.a * along - p.b * across) / det


def edge_letters(view: ViewState, plane: Plane) -> tuple[str, str, str, str]:
    """Of the left, right, top and bottom edge of the pane: the side of the patient that lies there."""
    right, down = (letters(way) for way in screen_ways(view, plane))
    return right.translate(_OPPOSITE), right, down.translate(_OPPOSITE), down


def edge_sides(view: ViewState, sides: Sequence[str]) -> tuple[str, str, str, str]:
    """The same of a picture without a place: `sides` are those its rows and its columns run to (Patient Orientation)."""
    corner, *ends = view.to_screen([(0, 0), (1, 0), (0, 1)])
    found: dict[str, str] = {}
    for side, (x, y) in zip(sides, (end - corner for end in ends), strict=False):
        along = ("left", "right") if abs(x) > abs(y) else ("top", "bottom")
        back, ahead = along if x + y > 0 else along[::-1]
        found[ahead] = side
        found[back] = side.translate(_OPPOSITE) if set(side) <= set("APLRHF") else ""  # hands and paws have other words
    left, right, top, bottom = (found.get(edge, "") for edge in ("left", "right", "top", "bottom"))
    return left, right, top, bottom


def scale_bar(view: ViewState, plane: Plane) -> ScaleBar | None:
    """A round number of millimetres, at most a quarter of the pane long."""
    return round_bar(math.hypot(*screen_ways(view, plane)[0]), view.size[0])


def flat_scale_bar(view: ViewState, calibration: Calibration, frame: int) -> ScaleBar | None:
    """The same of a picture without a place in space, by what is calibrated in the middle of the pane; none for pixels."""
    w, h = view.size
    (x0, y0), (x1, y1) = view.image_point(w / 2, h / 2), view.image_point(w / 2 + 1, h / 2)
    scale = calibration.at([(x0, y0)], frame)
    if not scale.unit.startswith("mm"):
        return None
    return round_bar(math.hypot(*scale.way((x0, y0), (x1, y1))), w, scale.unit.removeprefix("mm"))


def round_bar(mm: float, width: float, where: str = "") -> ScaleBar | None:
    """At most a quarter of the width long; `mm`: of one logical pixel."""
    most = width / 4 * mm
    if not math.isfinite(most) or most <= 0:
        return None
    power = 10.0 ** math.floor(math.log10(most))
    length = next(m * power for m in (5, 2, 1) if m * power <= most * (1 + 1e-9))
    text = f"{length / 10:g} cm" if length >= 10 else f"{length:g} mm" if length >= 0.1 else f"{length * 1000:g} µm"
    return ScaleBar(length / mm, text + where)


def place_words(mm: Floats | tuple[float, float, float]) -> str:
    """ "L 12.3  P 40.1  H 88.0 mm": by the patient's own sides."""
    sides = (("L", "R"), ("P", "A"), ("H", "F"))
    return "  ".join(f"{pair[int(v < 0)]} {abs(float(v)):.1f}" for pair, v in zip(sides, mm, strict=True)) + " mm"
