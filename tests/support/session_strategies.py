"""Hypothesis: geometries of every kind, and random work on a label document through its edit session."""

from __future__ import annotations

import random
from collections.abc import Callable

from hypothesis import strategies as st

from storage.editing import verbs
from storage.editing.edits import Edits
from storage.editing.session import EditSession
from storage.model.geometry import (
    Bitmask,
    Box,
    Circle,
    Cuboid2D,
    Ellipse,
    Geometry,
    Keypoint,
    Opaque,
    Polygon,
    Polyline,
    RotatedBox,
    ShapeKind,
    Skeleton,
    SkeletonPoint,
    Visibility,
)

number = st.floats(-1e6, 1e6, allow_nan=False)
size = st.floats(0, 1e5, allow_nan=False)
point = st.tuples(number, number)
ring = st.lists(point, min_size=3, max_size=8).map(tuple)
words = st.text(max_size=8).filter(lambda s: "\x00" not in s)

skeleton_point = st.builds(
    SkeletonPoint, number, number, words, st.just("#D33115"), words, st.just("AAAABBBB"), st.sampled_from(Visibility)
)

geometry: st.SearchStrategy[Geometry] = st.one_of(
    st.builds(Box, number, number, size, size),
    st.builds(RotatedBox, number, number, size, size, number),
    st.lists(st.lists(ring, min_size=1, max_size=3).map(tuple), min_size=1, max_size=3).map(lambda p: Polygon(tuple(p))),
    st.lists(point, min_size=1, max_size=6).map(lambda p: Polyline(tuple(p))),
    st.builds(Keypoint, number, number),
    st.builds(Circle, number, number, size, size, number),
    st.builds(Ellipse, number, number, size, size, number),
    st.builds(Bitmask, *(st.integers(0, 9999) for _ in range(4)), st.binary(max_size=60)),
    st.builds(Cuboid2D, ring, vanishing_point=point, scale_ratio=number),
    st.builds(Cuboid2D, ring, offset=point),
    st.lists(skeleton_point, max_size=4).map(lambda p: Skeleton(tuple(p))),
    st.builds(Opaque, st.just(ShapeKind.CUBOID), st.just('{"a": 1.5}')),
)

answer = st.one_of(words, number, st.lists(st.sampled_from(["AAAAAAAA", "BBBBBBBB"]), max_size=2).map(tuple))
spans = st.lists(st.tuples(st.integers(0, 50), st.integers(51, 99)), max_size=3).map(tuple)

Act = Callable[[EditSession, random.Random], Edits]


def _pick(session: EditSession, chance: random.Random) -> str | None:
    return chance.choice(list(session.document.instances)) if session.document.instances else None


def draw(shape: Geometry, frame: int) -> Act:
    def act(session: EditSession, _chance: random.Random) -> Edits:
        return verbs.add_object(session.document, "CLASS001", shape, ("", frame), by="ada@example.org", now=7)[0]

    return act


def reshape(shape: Geometry) -> Act:
    def act(session: EditSession, chance: random.Random) -> Edits:
        uuids = list(session.document.annotations)
        return verbs.set_geometry(session.document, {chance.choice(uuids): shape}, by="bob@x", now=9) if uuids else ()

    return act


def delete() -> Act:
    def act(session: EditSession, chance: random.Random) -> Edits:
        uuid = _pick(session, chance)
        return verbs.delete_instances(session.document, [uuid]) if uuid else ()

    return act


def reclass() -> Act:
    def act(session: EditSession, chance: random.Random) -> Edits:
        uuid = _pick(session, chance)
        return verbs.set_class(session.document, [uuid], "CLASS002", by="bob@x", now=8) if uuid else ()

    return act


def reply(value: object) -> Act:
    def act(session: EditSession, chance: random.Random) -> Edits:
        owners = [*session.document.instances, *session.document.classifications]
        return verbs.set_answer(session.document, chance.choice(owners), "ATTR0001", value) if owners else ()  # type: ignore[arg-type]

    return act


def classify(ranges: tuple[tuple[int, int], ...]) -> Act:
    return lambda session, chance: verbs.add_classification("CLASS003", ranges, by="ada@example.org", now=5)[0]


def declassify() -> Act:
    def act(session: EditSession, chance: random.Random) -> Edits:
        known = list(session.document.classifications)
        return verbs.delete_classification(session.document, chance.choice(known)) if known else ()

    return act


acts: st.SearchStrategy[Act] = st.one_of(
    st.builds(draw, geometry, st.integers(0, 3)),
    st.builds(reshape, geometry),
    st.builds(reply, answer),
    st.builds(classify, spans),
    st.builds(delete),
    st.builds(reclass),
    st.builds(declassify),
)
