"""Two slices looked at as one: the same place in the middle of both panes, a millimetre as long in one as in the other. Qt-free."""

from __future__ import annotations

import numpy as np

from storage.model.geometry import Point
from viewers.scene.mpr import Plane
from viewers.scene.slice_marks import screen_ways
from viewers.scene.view_state import MAX_ZOOM, MIN_ZOOM, ViewState

#: Cosine of the angle between two planes up to which a way on one of them is the same way on the other.
_PARALLEL = 0.9


def alike(view: ViewState, plane: Plane, other: ViewState, others: Plane) -> tuple[float, Point] | None:
    """Zoom and centre that show `plane` as `other` shows its own. Planes across each other share the zoom only. None: it is so."""
    own_mm, other_mm = (float(np.linalg.norm(screen_ways(v, p)[0])) for v, p in ((view, plane), (other, others)))
    zoom = min(MAX_ZOOM, max(MIN_ZOOM, view.zoom * own_mm / other_mm))
    centre = view.centre
    if abs(float(plane.normal @ others.normal)) > _PARALLEL:
        u, v, _ = plane.pixel_of(others.at(other.centre[0] - 0.5, other.centre[1] - 0.5))
        centre = (float(u) + 0.5, float(v) + 0.5)
    near = np.allclose(centre, view.centre, rtol=0, atol=1e-6) and abs(zoom / view.zoom - 1) < 1e-9
    return None if near else (zoom, centre)
