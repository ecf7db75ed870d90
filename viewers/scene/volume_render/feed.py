"""What the 3D view takes from whatever holds a volume: a `VolumeSource`, or a plain store with its geometry beside it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from storage.model.space import VolumeGeometry
from viewers.scene.volume_render.grid import Array, Values
from viewers.scene.volume_render.render_thread import Subject

#: What a volume needs to stand in space, in the standard's words.
NEEDED = ("Image Position (Patient)", "Image Orientation (Patient)", "Pixel Spacing")


@dataclass(frozen=True, slots=True)
class Reading:
    """Of one time. `why_not`: why it can never be shown, as sentences."""

    have: int = 0
    wanted: int = 0
    why_not: str = ""
    subject: Subject | None = None  # all there is to come is there
    badges: tuple[str, ...] = ()


def read(store: Any, time: int, known: Subject | None = None) -> Reading:
    """Looks at what is there; cheap. `known` is given again while it is still the same volume at the same time."""
    error = getattr(store, "error", None)
    inner = getattr(store, "store", store)
    if inner is None or not len(inner.array):
        return Reading(why_not=str(error) if error is not None else "")
    geometry: VolumeGeometry | None = store.geometry
    if geometry is None:
        missing = ", ".join(tuple(getattr(store, "missing", ())) or NEEDED)
        return Reading(why_not=f"3D needs to know where the slices lie. The files do not tell: {missing}.")
    if min(geometry.shape) < 2:
        return Reading(why_not="3D needs at least two slices of two rows and columns.")
    array, have = _of_time(inner, geometry.n, time)
    there, over = int(have.sum()), error is not None or getattr(inner, "error", None) is not None
    if there < geometry.n and not over:
        return Reading(there, geometry.n)
    gone = _without_values(inner, geometry.n, time) + geometry.n - there
    badges = (f"{gone} of {geometry.n} slices cannot be read",) if gone else ()
    if known is not None and _same(known.array, array) and known.geometry is geometry:
        return Reading(there, geometry.n, "", known, badges)
    return Reading(there, geometry.n, "", Subject(array, geometry, values_of(store, time, geometry.n)), badges)


def modality_of(store: Any) -> str:
    """By which presets are chosen."""
    return str(getattr(store, "taken_for", "") or getattr(store, "modality", "") or "")


def values_of(store: Any, time: int, n: int) -> Values:
    """From the looks of its frames where it has them, else from what it tells itself."""
    look = getattr(store, "look", None)
    if look is None:
        return Values.of(store)
    looks = [look(frame) for frame in range(time * n, (time + 1) * n)]
    if any(found.modality_lut is not None or found.palette for found in looks):
        return Values()  # the table's values have no unit that presets could be given in
    paddings = {found.padding for found in looks}
    return Values(
        modality=modality_of(store),
        slope=np.array([found.slope for found in looks], np.float64),
        intercept=np.array([found.intercept for found in looks], np.float64),
        padding=paddings.pop() if len(paddings) == 1 else None,
    )


def _of_time(store: Any, n: int, time: int) -> tuple[Array, NDArray[np.bool_]]:
    frames = slice(time * n, (time + 1) * n)
    return store.array[frames], np.asarray(store.have[frames])


def _without_values(store: Any, n: int, time: int) -> int:
    return sum(1 for frame in getattr(store, "damaged", {}) if time * n <= frame < (time + 1) * n)


def _same(a: Array, b: Array) -> bool:
    ours, theirs = (x.__array_interface__["data"][0] for x in (a, b))
    return ours == theirs and a.shape == b.shape and a.dtype == b.dtype
