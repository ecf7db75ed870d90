"""What is under the pointer: boxes of all annotations of a frame in numpy, exact tests only on the few whose box is near.

Pure: no Qt, no drawing. One update costs the shape it is about, a question some tens of microseconds at 10,000 shapes.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from storage.model.geometry import Bitmask, Bounds, Geometry, Point
from storage.model.labels import Annotation
from viewers.scene.outlines import Outline, Template, mask_array, outline
from viewers.tools.base import Handle, HandleRole
from viewers.tools.handles import handles, nearest

NONE: frozenset[str] = frozenset()


@dataclass(slots=True, eq=False)
class Entry:
    """One annotation on the frame. `outline` is made when first needed."""

    annotation: Annotation
    slot: int
    layer: int
    seq: int
    template: Template | None = None
    drawn: Any = None  # what a canvas made of it, to be drawn; forgotten with the entry or when the style changes
    _outline: Outline | None = None
    _area: float | None = None
    _mask: NDArray[np.uint8] | None = None

    @property
    def instance(self) -> str:
        return self.annotation.instance

    @property
    def geometry(self) -> Geometry:
        return self.annotation.geometry

    @property
    def outline(self) -> Outline:
        if self._outline is None:
            self._outline = outline(self.geometry, self.template)
        return self._outline

    @property
    def mask(self) -> NDArray[np.uint8]:
        """0 and 1; bitmasks only."""
        if self._mask is None:
            assert isinstance(self.geometry, Bitmask)
            self._mask = mask_array(self.geometry)
        return self._mask

    def take_over(self, other: Entry) -> None:
        """What has been worked out for the same shape."""
        self._outline, self._area, self._mask = other._outline, other._area, other._mask

    @property
    def area(self) -> float:
        """In image px²; what has no inside counts 0, so that it is found before what it lies on."""
        if self._area is None:
            if isinstance(self.geometry, Bitmask):
                self._area = float(self.mask.sum())
            else:
                self._area = sum(abs(_shoelace(p.points)) for p in self.outline.paths if p.part >= 0)
        return self._area


@dataclass(frozen=True, slots=True)
class HandleHit:
    instance: str
    annotation: str  # uuid
    handle: Handle
    distance: float


@dataclass(frozen=True, slots=True)
class EdgeHit:
    """A place on an outline. `path` is the vertex before it, as in `Handle`; a new vertex would be `index + 1`."""

    instance: str
    annotation: str
    path: tuple[int, ...]
    point: Point
    distance: float


class Index:
    """Kept up to date by the canvas: one per canvas, for the frame on screen."""

    def __init__(self) -> None:
        self._entries: list[Entry | None] = []
        self._by_instance: dict[str, Entry] = {}
        self._free: list[int] = []
        self._boxes = np.zeros((64, 4))
        self._alive = np.zeros(64, bool)
        self._order = np.zeros((64, 2), np.int64)
        self._seqs: dict[str, int] = {}  # by instance, also of those that have gone: undone they lie where they lay

    def __len__(self) -> int:
        return len(self._by_instance)

    def __iter__(self) -> Any:
        return iter(self._by_instance.values())

    def get(self, instance: str) -> Entry | None:
        return self._by_instance.get(instance)

    def boxes(self, instances: Iterable[str]) -> list[Bounds]:
        """Of those that are there."""
        slots = [e.slot for e in map(self._by_instance.get, instances) if e is not None]
        return [tuple(box) for box in self._boxes[slots].tolist()] if slots else []

    # -- keeping it

    def clear(self) -> None:
        self.__init__()  # type: ignore[misc]

    def refill(self, found: Iterable[tuple[Annotation, int, Template | None]]) -> None:
        """Another frame: annotations with layer and template, bottom first. Outlines of shapes that are the same are kept."""
        known = self._by_instance
        self.clear()
        self.put_all(found, known)

    def put(self, annotation: Annotation, *, layer: int = 0, template: Template | None = None) -> Entry:
        """Add or replace the annotation of its instance."""
        self.put_all([(annotation, layer, template)])
        return self._by_instance[annotation.instance]

    def put_all(
        self, found: Iterable[tuple[Annotation, int, Template | None]], known: Mapping[str, Entry] | None = None
    ) -> None:
        """As `put` of one after the other. `known`: where outlines of shapes that are the same are, if not here."""
        present = self._by_instance
        known = present if known is None else known
        made: list[Entry] = []
        for annotation, layer, template in found:
            instance = annotation.instance
            old = present.get(instance)
            if old is not None:
                if old.annotation is annotation and old.layer == layer and old.template is template:
                    continue
                slot, seq = old.slot, old.seq
            else:
                slot, seq = self._new_slot(), self._seqs.setdefault(instance, len(self._seqs))
            entry = Entry(annotation, slot, layer, seq, template)
            before = known.get(instance)
            if before is not None and before.annotation.geometry is annotation.geometry and before.template is template:
                entry.take_over(before)
            self._entries[slot] = present[instance] = entry
            made.append(entry)
        if made:
            slots = [e.slot for e in made]
            self._boxes[slots] = [e.annotation.geometry.bounds() for e in made]
            self._order[slots] = [(e.layer, e.seq) for e in made]
            self._alive[slots] = [not e.annotation.outside for e in made]

    def remove(self, instance: str) -> Entry | None:
        entry = self._by_instance.pop(instance, None)
        if entry is not None:
            self._entries[entry.slot] = None
            self._alive[entry.slot] = False
            self._free.append(entry.slot)
        return entry

    def _new_slot(self) -> int:
        if self._free:
            return self._free.pop()
        self._entries.append(None)
        slot = len(self._entries) - 1
        if slot >= len(self._boxes):
            self._boxes = np.concatenate((self._boxes, np.zeros_like(self._boxes)))
            self._alive = np.concatenate((self._alive, np.zeros_like(self._alive)))
            self._order = np.concatenate((self._order, np.zeros_like(self._order)))
        return slot

    # -- asking

    def near(self, bounds: Bounds) -> list[Entry]:
        """Entries whose box touches `bounds`, bottom first."""
        x0, y0, x1, y1 = bounds
        b = self._boxes
        slots = np.flatnonzero((b[:, 0] <= x1) & (b[:, 2] >= x0) & (b[:, 1] <= y1) & (b[:, 3] >= y0) & self._alive)
        if len(slots) > 1:
            order = self._order[slots]
            slots = slots[np.lexsort((order[:, 1], order[:, 0]))]
        entries = self._entries
        return [entries[s] for s in slots.tolist()]  # type: ignore[misc]

    def at(self, x: float, y: float, tol: float = 0.0, *, skip: Collection[str] = NONE) -> list[str]:
        """Instances under a point, smallest first, of equal size the topmost first. `tol` in image px, `skip` hidden ones."""
        found = [
            e for e in self.near((x - tol, y - tol, x + tol, y + tol)) if e.instance not in skip and _touches(e, x, y, tol)
        ]
        found.sort(key=lambda e: (e.area, -e.layer, -e.seq))
        return [e.instance for e in found]

    def in_rect(self, bounds: Bounds, *, contained: bool = True, skip: Collection[str] = NONE) -> list[str]:
        """Instances inside a rectangle (wholly, or whose box touches it), bottom first."""
        x0, y0, x1, y1 = (
            min(bounds[0], bounds[2]),
            min(bounds[1], bounds[3]),
            max(bounds[0], bounds[2]),
            max(bounds[1], bounds[3]),
        )
        b = self._boxes
        found = self.near((x0, y0, x1, y1))
        if contained:
            inside = (b[:, 0] >= x0) & (b[:, 1] >= y0) & (b[:, 2] <= x1) & (b[:, 3] <= y1)
            found = [e for e in found if inside[e.slot]]
        return [e.instance for e in found if e.instance not in skip]

    def bounds(self, instances: Iterable[str]) -> Bounds | None:
        slots = [e.slot for e in (self._by_instance.get(i) for i in instances) if e is not None]
        if not slots:
            return None
        b = self._boxes[slots]
        return (float(b[:, 0].min()), float(b[:, 1].min()), float(b[:, 2].max()), float(b[:, 3].max()))

    def handle_at(self, x: float, y: float, tol: float, instances: Iterable[str], *, pixel: float = 1.0) -> HandleHit | None:
        """The nearest handle of these instances within `tol` (image px). Points win over the middles of edges."""
        best: HandleHit | None = None
        for entry in (self._by_instance.get(i) for i in instances):
            handle = nearest(handles(entry.geometry, pixel), x, y, tol) if entry is not None else None
            if entry is None or handle is None:
                continue
            distance = float(np.hypot(handle.x - x, handle.y - y))
            if best is None or distance < best.distance:
                best = HandleHit(entry.instance, entry.annotation.uuid, handle, distance)
        return best

    def vertex_at(self, x: float, y: float, tol: float, instances: Iterable[str] | None = None) -> HandleHit | None:
        """The nearest vertex within `tol`: of these instances, or of any whose box is near."""
        entries = self._some(instances, x, y, tol)
        best: HandleHit | None = None
        for entry in entries:
            handle = _nearest_vertex(entry, x, y, best.distance if best else tol)
            if handle is not None:
                distance = float(np.hypot(handle.x - x, handle.y - y))
                if best is None or distance < best.distance:
                    best = HandleHit(entry.instance, entry.annotation.uuid, handle, distance)
        return best

    def edge_at(
        self, x: float, y: float, tol: float, instances: Iterable[str] | None = None, *, skip: Collection[str] = NONE
    ) -> EdgeHit | None:
        """The nearest place on an outline within `tol`."""
        best: EdgeHit | None = None
        for entry in self._some(instances, x, y, tol):
            if entry.instance in skip:
                continue
            for number, path in enumerate(entry.outline.paths):
                point, segment, distance = _nearest_on_path(path.points, path.closed, x, y)
                if distance <= (best.distance if best else tol):
                    where = _path_of(entry, number, segment)
                    best = EdgeHit(entry.instance, entry.annotation.uuid, where, point, distance)
        return best

    def snap(self, x: float, y: float, tol: float, *, skip: Collection[str] = NONE) -> tuple[Point, str] | None:
        """Where a point snaps to: ("vertex") the nearest vertex, else ("edge") the nearest place on an outline."""
        near = [e.instance for e in self.near((x - tol, y - tol, x + tol, y + tol)) if e.instance not in skip]
        vertex = self.vertex_at(x, y, tol, near)
        if vertex is not None:
            return (vertex.handle.x, vertex.handle.y), "vertex"
        edge = self.edge_at(x, y, tol, near)
        return (edge.point, "edge") if edge is not None else None

    def _some(self, instances: Iterable[str] | None, x: float, y: float, tol: float) -> list[Entry]:
        if instances is None:
            return self.near((x - tol, y - tol, x + tol, y + tol))
        return [e for e in (self._by_instance.get(i) for i in instances) if e is not None]


# -- exact tests --------------------------------------------------------------------------------------------------


def inside_rings(rings: list[NDArray[Any]], x: float, y: float) -> bool:
    """Even-odd over all rings together."""
    odd = False
    for ring in rings:
        px, py = ring[:, 0], ring[:, 1]
        qx, qy = np.roll(px, -1), np.roll(py, -1)
        crosses = (py > y) != (qy > y)
        if crosses.any():
            px, py, qx, qy = px[crosses], py[crosses], qx[crosses], qy[crosses]
            odd ^= bool(np.count_nonzero(x < px + (y - py) * (qx - px) / (qy - py)) & 1)
    return odd


def _touches(entry: Entry, x: float, y: float, tol: float) -> bool:
    shape = entry.geometry
    if isinstance(shape, Bitmask):
        return _mask_touches(entry, x, y, tol)
    parts: dict[int, list[NDArray[Any]]] = {}
    for path in entry.outline.paths:
        if path.part >= 0:
            parts.setdefault(path.part, []).append(path.points)
    if any(inside_rings(rings, x, y) for rings in parts.values()):
        return True
    if any((d.x - x) ** 2 + (d.y - y) ** 2 <= tol * tol for d in entry.outline.dots):
        return True
    return tol > 0 and any(_nearest_on_path(p.points, p.closed, x, y)[2] <= tol for p in entry.outline.paths)


def _mask_touches(entry: Entry, x: float, y: float, tol: float) -> bool:
    shape = entry.geometry
    assert isinstance(shape, Bitmask)
    column, row = int(np.floor(x)) - shape.x, int(np.floor(y)) - shape.y
    reach = min(int(tol), 2)  # a mask is an area: being near it is not being on it, but one-pixel strokes must be found
    part = entry.mask[max(0, row - reach) : max(0, row + reach + 1), max(0, column - reach) : max(0, column + reach + 1)]
    return bool(part.any())


def _nearest_on_path(points: NDArray[Any], closed: bool, x: float, y: float) -> tuple[Point, int, float]:
    """The nearest place on a line, the vertex before it, and how far it is."""
    if len(points) == 1:
        px, py = float(points[0, 0]), float(points[0, 1])
        return (px, py), 0, float(np.hypot(px - x, py - y))
    start = points if closed else points[:-1]
    end = np.roll(points, -1, axis=0) if closed else points[1:]
    along = end - start
    length = np.einsum("ij,ij->i", along, along)
    t = np.einsum("ij,ij->i", (x, y) - start, along) / np.where(length > 0, length, 1.0)
    place = start + np.clip(t, 0.0, 1.0)[:, None] * along
    away = np.hypot(place[:, 0] - x, place[:, 1] - y)
    i = int(away.argmin())
    return (float(place[i, 0]), float(place[i, 1])), i, float(away[i])


def _nearest_vertex(entry: Entry, x: float, y: float, tol: float) -> Handle | None:
    """Of the shapes that have vertices to drag (polygon, polyline, point, skeleton, cuboid)."""
    best: tuple[float, Handle] | None = None
    for path, points in vertices_of(entry):
        away = np.hypot(points[:, 0] - x, points[:, 1] - y)
        i = int(away.argmin())
        distance = float(away[i])
        if distance <= tol and (best is None or distance < best[0]):
            best = (distance, Handle(float(points[i, 0]), float(points[i, 1]), HandleRole.VERTEX, (*path, i)))
    return best[1] if best else None


def vertices_of(entry: Entry) -> list[tuple[tuple[int, ...], NDArray[Any]]]:
    """Arrays of draggable vertices with the beginning of their handle's path."""
    from storage.model import geometry as g

    shape = entry.geometry
    match shape:
        case g.Polygon(parts):
            heads = [(i, j) for i, part in enumerate(parts) for j in range(len(part))]
            return [(head, p.points) for head, p in zip(heads, entry.outline.paths, strict=True)]
        case g.Polyline():
            return [((), np.concatenate([p.points for p in entry.outline.paths]))]
        case g.Keypoint(x, y):
            return [((), np.array(((x, y),)))]
        case g.Skeleton(points):
            return [((), np.array([(p.x, p.y) for p in points]))] if points else []
        case g.Cuboid2D():
            return [((0,), np.array(shape.front)), ((1,), np.array(shape.back()))]
    return []


def _path_of(entry: Entry, number: int, segment: int) -> tuple[int, ...]:
    heads = vertices_of(entry)
    if hasattr(entry.geometry, "parts") and number < len(heads):
        return (*heads[number][0], segment)
    return (sum(len(p.points) for p in entry.outline.paths[:number]) + segment,)


def _shoelace(p: NDArray[Any]) -> float:
    x, y = p[:, 0], p[:, 1]
    return float(np.dot(x, np.roll(y, -1)) - np.dot(y, np.roll(x, -1))) / 2
