"""A volume as one regular array that a renderer takes, of a bounded size, and where it lies.

A tilted volume is regular: its sheared affine places every voxel, nothing is resampled. Slices that lie irregularly are
brought onto an even row, and the badge says so. What is larger than a renderer can take is averaged down; the affine of
what comes out is that of the new voxels' centres, so millimetres stay right.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np
from numpy.typing import ArrayLike, NDArray

from storage.model.space import Floats, VolumeGeometry
from viewers.scene.mpr import UPRIGHT_DEG, spacing_words, tilt_words

Array = NDArray[Any]
Check = Callable[[], None]  # raises when nobody wants the result any more

MOVING_VOXELS = 256**3
#: Of what is drawn when nothing moves: gradients take three bytes a voxel more.
STILL_VOXELS = 96 << 20
MOST_SIDE = 2048  # voxels along an axis: what textures and tables of renderers take
_RESAMPLED_STEPS = 1024  # slices of the even row that irregular ones are brought onto


class VolumeStore(Protocol):
    """What a volume is read from. `viewers.decode.volume_store.VolumeStore` with its geometry beside it is one.

    Optional, read by name where they are there: `at_time(t)`, `times`, `listen(told) -> stop`, `error`, and what
    `Values` holds.
    """

    array: Array  # [slice, row, column]; several times behind each other; uint8 RGB in a fourth axis
    have: NDArray[np.bool_]
    geometry: VolumeGeometry | None


@dataclass(frozen=True, eq=False)
class Values:
    """What stored values mean."""

    modality: str = ""  # "CT", "MR" ...
    slope: float | NDArray[np.float64] = 1.0  # one, or one a slice
    intercept: float | NDArray[np.float64] = 0.0
    padding: tuple[float, float] | None = None  # stored values from..to that mean "nothing here"
    missing: tuple[str, ...] = ()  # tags without which there is no geometry

    @staticmethod
    def of(store: Any) -> Values:
        """Whatever of it the store tells."""
        known = {name: getattr(store, name) for name in Values.__dataclass_fields__ if getattr(store, name, None) is not None}
        return Values(**known)

    def line(self, n: int) -> tuple[Floats, Floats]:
        """Slope and intercept of each of n slices."""
        slopes, intercepts = (np.broadcast_to(np.asarray(v, np.float64), (n,)) for v in (self.slope, self.intercept))
        return slopes, intercepts

    def even(self, n: int) -> bool:
        slopes, intercepts = self.line(n)
        return bool(np.ptp(slopes) == 0 and np.ptp(intercepts) == 0)


@dataclass(frozen=True, eq=False)
class Grid:
    """`array` [slice, row, column]; `affine` takes (column, row, slice, 1) to LPS mm of voxel centres.

    Shown value = slope * array + intercept (HU of CT). `low` and `high`: the shown values' range without rare extremes.
    """

    array: Array
    affine: Floats
    slope: float = 1.0
    intercept: float = 0.0
    low: float = 0.0
    high: float = 1.0
    least: float = 0.0
    most: float = 1.0
    badges: tuple[str, ...] = ()
    whole: bool = True  # nothing was averaged
    key: object = field(default_factory=object)

    @property
    def spacing(self) -> tuple[float, float, float]:
        """Between columns, rows, slices, in mm."""
        a, b, c = (float(np.linalg.norm(self.affine[:3, axis])) for axis in range(3))
        return a, b, c

    @property
    def size(self) -> tuple[int, int, int]:
        """Columns, rows, slices."""
        n, rows, columns = self.array.shape
        return columns, rows, n

    def to_mm(self, points: ArrayLike) -> Floats:
        """(column, row, slice) [..., 3] to mm."""
        return np.asarray(np.asarray(points, np.float64) @ self.affine[:3, :3].T + self.affine[:3, 3])

    def to_index(self, mm: ArrayLike) -> Floats:
        """mm [..., 3] to (column, row, slice)."""
        return np.asarray((np.asarray(mm, np.float64) - self.affine[:3, 3]) @ np.linalg.inv(self.affine[:3, :3]).T)

    def corner(self, fractions: ArrayLike) -> Floats:
        """mm of places given by fractions (column, row, slice) of the box around the voxels' outer sides."""
        return self.to_mm(np.asarray(fractions, np.float64) * self.size - 0.5)

    def stored(self, shown: ArrayLike) -> Floats:
        """Values as they are shown (HU), as the array holds them."""
        return np.asarray((np.asarray(shown, np.float64) - self.intercept) / (self.slope or 1.0))


def corners(geometry: VolumeGeometry) -> tuple[Floats, Floats]:
    """The box around the outer sides of all voxels, in mm."""
    ends = [
        (c, r, s) for c in (-0.5, geometry.columns - 0.5) for r in (-0.5, geometry.rows - 0.5) for s in (-0.5, geometry.n - 0.5)
    ]
    points = geometry.to_mm(*np.array(ends).T)
    return points.min(axis=0), points.max(axis=0)


def grid_of(array: Array, geometry: VolumeGeometry, values: Values, *, most: int, check: Check = lambda: None) -> Grid:
    """Of one time of a volume, with at most `most` voxels. Without need nothing is copied."""
    badges: tuple[str, ...] = ()
    instead = _instead(array)
    if geometry.affine is not None:
        affine, slices, n = geometry.affine, _as_they_are(array, values, instead), geometry.n
        if geometry.tilt_deg > UPRIGHT_DEG:
            badges = (f"{tilt_words(geometry)} corrected",)
    else:
        affine, slices, n = _even_row(array, geometry, values, instead)
        badges = (f"{spacing_words(geometry)}: resampled",)
    shape = n, geometry.rows, geometry.columns
    target = reduced_shape(shape, [float(np.linalg.norm(affine[:3, a])) for a in (2, 1, 0)], most)
    plain = values.even(geometry.n) and values.padding is None and array.ndim == 3 and instead is None
    slope, intercept = (float(v[0]) for v in values.line(geometry.n)) if values.even(geometry.n) else (1.0, 0.0)
    if target == shape and plain and geometry.affine is not None:
        made = np.ascontiguousarray(array)
    else:
        kind = (
            array.dtype
            if values.even(geometry.n) and array.ndim == 3
            else np.dtype(np.float32 if array.ndim == 3 else np.uint8)
        )
        made = averaged(slices, shape, target, kind, check)
    low, high, least, highest = _ranges(made)
    ends = sorted((slope * low + intercept, slope * high + intercept))
    extremes = sorted((slope * least + intercept, slope * highest + intercept))
    place = scaled_affine(affine, shape, target)
    return Grid(made, place, slope, intercept, ends[0], ends[1], extremes[0], extremes[1], badges, target == shape)


def reduced_shape(shape: tuple[int, ...], spacing: list[float], most: int) -> tuple[int, int, int]:
    """At most so many voxels: the finest axes are thinned first, so that voxels become cubes before they become coarse."""
    size = [min(n, MOST_SIDE) for n in shape]
    extent = [n * mm for n, mm in zip(shape, spacing, strict=True)]
    low, high = min(spacing), max(extent)
    if math.prod(size) > most:
        for _ in range(60):  # the voxel's side in mm, by halving
            side = math.sqrt(low * high)
            fits = math.prod(_cut(size, extent, side)) <= most
            low, high = (low, side) if fits else (side, high)
        size = _cut(size, extent, high)
    return size[0], size[1], size[2]


def _cut(size: list[int], extent: list[float], side: float) -> list[int]:
    return [max(1, min(n, int(mm / side))) for n, mm in zip(size, extent, strict=True)]


def scaled_affine(affine: Floats, shape: tuple[int, ...], target: tuple[int, ...]) -> Floats:
    """Of an array of another number of voxels over the same extent."""
    factors = np.array([a / b for a, b in zip(shape, target, strict=True)])[::-1]
    made = affine.copy()
    made[:3, :3] = affine[:3, :3] * factors
    made[:3, 3] = affine[:3, 3] + affine[:3, :3] @ ((factors - 1) / 2)
    return made


def averaged(
    slices: Callable[[int], Array], shape: tuple[int, ...], target: tuple[int, int, int], kind: np.dtype, check: Check
) -> Array:
    """Every new voxel is the mean of what it covers."""
    import cv2

    made = np.empty(target, kind)
    ratio = shape[0] / target[0]
    whole = target[1:] == tuple(shape[1:])
    held: dict[int, Array] = {}

    def small(k: int) -> Array:
        if k not in held:
            plane = np.ascontiguousarray(slices(k))
            plane = plane if plane.dtype in _RESIZED else plane.astype(np.float32)
            held[k] = plane if whole else cv2.resize(plane, (target[2], target[1]), interpolation=cv2.INTER_AREA)
        return held[k]

    for k in range(target[0]):
        check()
        first, last = k * ratio, (k + 1) * ratio
        for old in [o for o in held if o < int(first)]:
            del held[old]
        parts = list(_parts(first, last, shape[0]))
        if len(parts) == 1:
            made[k] = small(parts[0][0])
            continue
        total = np.zeros(target[1:], np.float32)
        for index, weight in parts:
            total += small(index).astype(np.float32) * np.float32(weight)
        made[k] = total if kind.kind == "f" else np.rint(total)
    return made


_RESIZED = tuple(np.dtype(t) for t in (np.uint8, np.uint16, np.int16, np.float32))  # what cv2 averages as it is


def _parts(first: float, last: float, n: int) -> Iterator[tuple[int, float]]:
    """Slices between two edges, with their shares."""
    for k in range(int(first), min(n, math.ceil(last - 1e-9))):
        share = (min(last, k + 1) - max(first, k)) / (last - first)
        if share > 1e-9:
            yield k, share


# -- slices, one by one -------------------------------------------------------------------------------------------------


def _instead(array: Array) -> float | None:
    """The least number of all, which stands for what is none (renderers draw nothing at all then). None: all are numbers."""
    if array.dtype.kind != "f" or all(bool(np.isfinite(plane).all()) for plane in array):
        return None
    least = min(float(np.where(np.isfinite(plane), plane, np.inf).min()) for plane in array)
    return least if math.isfinite(least) else 0.0


def _as_they_are(array: Array, values: Values, instead: float | None) -> Callable[[int], Array]:
    even = values.even(len(array))
    slopes, intercepts = values.line(len(array))

    def one(k: int) -> Array:
        plane = array[k] if instead is None else np.where(np.isfinite(array[k]), array[k], array.dtype.type(instead))
        if plane.ndim == 3:
            return np.asarray(plane.mean(axis=2), np.uint8)
        if not even:
            shown = plane.astype(np.float32) * np.float32(slopes[k]) + np.float32(intercepts[k])
            return _without_padding(plane, shown, values)
        return _without_padding(plane, plane, values)

    return one


def _without_padding(stored: Array, shown: Array, values: Values) -> Array:
    """What means "nothing here" gets the least value of its slice."""
    if values.padding is None:
        return shown
    nothing = (stored >= values.padding[0]) & (stored <= values.padding[1])
    if not nothing.any():
        return shown
    rest = shown[~nothing]
    return np.where(nothing, rest.min() if rest.size else shown.dtype.type(0), shown).astype(shown.dtype, copy=False)


def _even_row(
    array: Array, geometry: VolumeGeometry, values: Values, instead: float | None
) -> tuple[Floats, Callable[[int], Array], int]:
    """Irregular slices brought onto an even row from the first to the last one: each place takes from the two slices it
    lies between, shifted to where they lie."""
    steps = geometry.distances_mm[geometry.distances_mm > 1e-4]
    way = geometry.origins[-1] - geometry.origins[0]
    usual = float(np.median(steps)) if len(steps) else 1.0
    n = int(min(_RESAMPLED_STEPS, max(2, round(abs(float(way @ geometry.normal)) / usual) + 1)))
    affine = np.eye(4)
    affine[:3, 0], affine[:3, 1] = geometry.row_dir * geometry.spacing_col_mm, geometry.col_dir * geometry.spacing_row_mm
    affine[:3, 2], affine[:3, 3] = way / (n - 1), geometry.origins[0]
    own = _as_they_are(array, values, instead)
    columns, rows, places = geometry.to_voxel(geometry.origins[0] + np.arange(n)[:, None] * (way / (n - 1)))

    def one(k: int) -> Array:
        place = min(max(float(places[k]), 0.0), geometry.n - 1.0)
        low = min(int(place), geometry.n - 2)
        part = place - low
        near, far = own(low), own(low + 1)
        mixed = near if part < 1e-6 else far if part > 1 - 1e-6 else near * np.float32(1 - part) + far * np.float32(part)
        mixed = _shifted(mixed, float(columns[k]), float(rows[k]))
        return mixed if near.dtype.kind == "f" else np.rint(mixed).astype(near.dtype)

    return affine, one, n


def _shifted(plane: Array, column: float, row: float) -> Array:
    """So that the value at (column, row) comes first."""
    if abs(column) < 1e-3 and abs(row) < 1e-3:
        return plane
    import cv2

    turn = np.array([[1, 0, column], [0, 1, row]], np.float64)
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    size = plane.shape[1], plane.shape[0]
    return np.asarray(
        cv2.warpAffine(np.ascontiguousarray(plane, np.float32), turn, size, flags=flags, borderMode=cv2.BORDER_REPLICATE)
    )


def _ranges(array: Array) -> tuple[float, float, float, float]:
    """Without rare extremes, and with them; of every so many voxels, which is enough to show by."""
    step = max(1, int((array.size / 2e6) ** (1 / 3)))
    some = array[::step, ::step, ::step].reshape(-1)
    some = some[np.isfinite(some)] if some.dtype.kind == "f" else some
    if not some.size:
        return 0.0, 1.0, 0.0, 1.0
    low, high = np.percentile(some, (2, 99.7))
    least, most = float(array.min()), float(array.max())
    if not (math.isfinite(least) and math.isfinite(most)):
        least, most = float(some.min()), float(some.max())
    return float(low), float(max(high, low + 1e-6)), least, most
