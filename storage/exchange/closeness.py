"""When two shapes are the same after a journey through 0..1."""

from __future__ import annotations

from dataclasses import fields, is_dataclass
from typing import Any

from storage.model.geometry import Geometry

#: Of the frame's larger side.
TOLERANCE = 1e-9


def same_geometry(a: Geometry, b: Geometry, size: tuple[float, float]) -> bool:
    """Equal but for rounding within `TOLERANCE` of the frame; masks, names and flags exactly."""
    return type(a) is type(b) and _same(a, b, TOLERANCE * max(*size, 1))


def near(a: Geometry, b: Geometry, tolerance: float) -> bool:
    """Of the same kind, every coordinate within so many pixels."""
    return type(a) is type(b) and _same(a, b, tolerance)


def _same(a: Any, b: Any, tolerance: float) -> bool:
    if isinstance(a, float) or isinstance(b, float):
        try:
            return isinstance(a, (int, float)) and isinstance(b, (int, float)) and abs(a - b) <= tolerance
        except OverflowError:  # a whole number beyond every float
            return False
    if isinstance(a, tuple) and isinstance(b, tuple):
        return len(a) == len(b) and all(_same(x, y, tolerance) for x, y in zip(a, b, strict=True))
    if is_dataclass(a) and type(a) is type(b):
        return all(_same(getattr(a, f.name), getattr(b, f.name), tolerance) for f in fields(a))
    return bool(a == b)
