"""Changing the drawing of a skeleton: pure verbs that return a new one. `ontology_edit.set_template` puts it in place.

Points are addressed by their index, lines by the indices of their ends. Coordinates are 0..1 of the drawing, y down;
`width` and `height` follow the points. Every point keeps its feature hash for life: labels are read by it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from storage.errors import Refused
from storage.ids import new_hash8
from storage.model.ontology import ObjectClass, SkeletonTemplate, TemplatePoint

Edge = tuple[int, int, str]

_SIDES = {"left": "right", "Left": "Right", "LEFT": "RIGHT", "l": "r", "L": "R"}
_SIDE_WORDS = re.compile(r"(?<![A-Za-z])(left|right|Left|Right|LEFT|RIGHT|[lrLR])(?![A-Za-z])")
#: Where `ontology_codec` keeps unknown keys of points and lines, by index.
_POINT_EXTRA, _EDGE_EXTRA = "{points}", "{edges}"


def blank(thing: ObjectClass) -> SkeletonTemplate:
    """Nothing drawn yet."""
    return SkeletonTemplate(thing.name, thing.feature_hash, 0.0, 0.0, (), ())


def add_point(template: SkeletonTemplate, x: float, y: float, color: str, name: str = "") -> tuple[SkeletonTemplate, int]:
    """Named by its number unless a name is given. Also its index."""
    number = len(template.points) + 1
    taken = {p.name for p in template.points}
    while not name or name in taken:
        name = f"{name} {number}" if name else f"Point {number}"
        number += 1
    made = TemplatePoint(_inside(x), _inside(y), name, color, _value(name), new_hash8())
    return _measured(template, points=(*template.points, made)), len(template.points)


def move_points(template: SkeletonTemplate, places: Mapping[int, tuple[float, float]]) -> SkeletonTemplate:
    points = tuple(
        replace(p, x=_inside(places[i][0]), y=_inside(places[i][1])) if i in places else p
        for i, p in enumerate(template.points)
    )
    return _measured(template, points=points)


def rename_point(template: SkeletonTemplate, index: int, name: str) -> SkeletonTemplate:
    """Its value follows as long as it was made from the name."""
    name, old = name.strip(), template.points[index]
    if not name:
        raise Refused("A point needs a name.", remedy="Type a name.")
    if any(p.name == name for i, p in enumerate(template.points) if i != index):
        raise Refused(
            f"Another point is called “{name}”.", remedy="Names of points tell them apart: choose another.", input=name
        )
    value = _value(name) if old.value == _value(old.name) else old.value
    return _with_point(template, index, replace(old, name=name, value=value))


def recolor_points(template: SkeletonTemplate, indices: Iterable[int], color: str) -> SkeletonTemplate:
    chosen = set(indices)
    points = tuple(replace(p, color=color) if i in chosen else p for i, p in enumerate(template.points))
    return replace(template, points=points)


def remove_points(template: SkeletonTemplate, indices: Iterable[int]) -> SkeletonTemplate:
    """With the lines that end in them."""
    gone = set(indices)
    kept = [i for i in range(len(template.points)) if i not in gone]
    place = {old: new for new, old in enumerate(kept)}
    edges = tuple((place[a], place[b], c) for a, b, c in template.edges if a in place and b in place)
    extra = dict(template.extra)
    _move_keys(extra, _POINT_EXTRA, {str(old): str(new) for old, new in place.items()})
    _move_keys(extra, _EDGE_EXTRA, {f"{a},{b}": f"{place[a]},{place[b]}" for a in place for b in place})
    return _measured(replace(template, edges=edges, extra=extra), points=tuple(template.points[i] for i in kept))


def connect(template: SkeletonTemplate, start: int, end: int, color: str) -> SkeletonTemplate:
    """A line; one that is there already, either way round, stays as it is."""
    if start == end or edge_between(template, start, end) is not None:
        return template
    # Beside the others that begin there: the JSON holds them by their first point.
    last = max((i for i, edge in enumerate(template.edges) if edge[0] == start), default=len(template.edges) - 1)
    return replace(template, edges=(*template.edges[: last + 1], (start, end, color), *template.edges[last + 1 :]))


def disconnect(template: SkeletonTemplate, start: int, end: int) -> SkeletonTemplate:
    edges = tuple(e for e in template.edges if {e[0], e[1]} != {start, end})
    extra = dict(template.extra)
    gone = {f"{start},{end}", f"{end},{start}"}
    _move_keys(extra, _EDGE_EXTRA, {k: k for k in extra.get(_EDGE_EXTRA, {}) if k not in gone})
    return replace(template, edges=edges, extra=extra)


def edge_between(template: SkeletonTemplate, start: int, end: int) -> Edge | None:
    return next((e for e in template.edges if {e[0], e[1]} == {start, end}), None)


def mirror(template: SkeletonTemplate, indices: Iterable[int]) -> tuple[SkeletonTemplate, tuple[int, ...]]:
    """The other half of a figure: copies across the upright middle line, with left and right changed in their names.

    Lines among the points are copied, and lines to a point on neither half (the spine) too. A point whose namesake of
    the other side is there already moves that one. Also the indices of the mirrored points.
    """
    chosen = list(dict.fromkeys(indices))
    made: dict[int, int] = {}
    for index in chosen:
        point = template.points[index]
        name = other_side(point.name)
        there = next((i for i, p in enumerate(template.points) if p.name == name and i != index), None)
        if there is not None:
            template = move_points(template, {there: (1 - point.x, point.y)})
        else:
            template, there = add_point(template, 1 - point.x, point.y, point.color, name)
        made[index] = there
    for a, b, color in template.edges:
        if a in made or b in made:
            template = connect(template, made.get(a, a), made.get(b, b), color)
    return template, tuple(made.values())


def other_side(name: str) -> str:
    """`left knee` for `right knee`; a name without a side stays."""
    both = _SIDES | {right: left for left, right in _SIDES.items()}
    return _SIDE_WORDS.sub(lambda found: both[found[0]], name)


def _with_point(template: SkeletonTemplate, index: int, point: TemplatePoint) -> SkeletonTemplate:
    return replace(template, points=(*template.points[:index], point, *template.points[index + 1 :]))


def _measured(template: SkeletonTemplate, points: tuple[TemplatePoint, ...]) -> SkeletonTemplate:
    xs, ys = [p.x for p in points] or [0.0], [p.y for p in points] or [0.0]
    return replace(template, points=points, width=max(xs) - min(xs), height=max(ys) - min(ys))


def _move_keys(extra: dict[str, Any], part: str, new: Mapping[str, str]) -> None:
    if part in extra:
        extra[part] = {new[k]: v for k, v in extra[part].items() if k in new}


def _value(name: str) -> str:
    return re.sub(r"\s", "_", name).lower()


def _inside(v: float) -> float:
    return min(1.0, max(0.0, float(v)))
