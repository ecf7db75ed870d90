"""Two documents of labels compared, whatever ids and order they were given."""

from __future__ import annotations

from dataclasses import replace

from storage.exchange.closeness import same_geometry
from storage.model.labels import LabelDocument


def assert_equal(a: LabelDocument, b: LabelDocument, size=(24, 16)):
    """Geometry within 1e-9 of the frame size, all else identical."""
    assert a.instances == b.instances
    assert a.classifications == b.classifications
    assert a.answers == b.answers
    assert a.annotations.keys() == b.annotations.keys()
    for uuid, left in a.annotations.items():
        right = b.annotations[uuid]
        assert same_geometry(left.geometry, right.geometry, size), (left.geometry, right.geometry)
        assert replace(left, geometry=None) == replace(right, geometry=None)


def without_our_keys(value):
    """What is left when a program has passed the file on that drops unknown keys."""
    if isinstance(value, dict):
        return {k: without_our_keys(v) for k, v in value.items() if k != "postil"}
    return [without_our_keys(v) for v in value] if isinstance(value, list) else value


def as_value(value):
    if isinstance(value, (tuple, list, set)):
        return {getattr(v, "feature_node_hash", v) for v in value}
    return {value.feature_node_hash} if hasattr(value, "feature_node_hash") else value
