"""Drawings of skeletons: whatever is done to one, it stays whole, and the real SDK loads it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from storage.errors import Refused
from storage.model import ontology_codec, template_edit
from storage.model import ontology_edit as edit
from storage.model.geometry import ShapeKind
from storage.model.ontology import Ontology
from tests.support.encord_sdk import load_ontology

ONTOLOGY, POSE = edit.add_object(Ontology(), "Pose", ShapeKind.SKELETON)
places = st.floats(-0.5, 1.5)
picks = st.integers(0, 20)
verbs = st.lists(
    st.one_of(
        st.tuples(st.just("add"), places, places),
        st.tuples(st.just("move"), picks, places),
        st.tuples(st.just("name"), picks, st.text(min_size=1, max_size=5)),
        st.tuples(st.just("connect"), picks, picks),
        st.tuples(st.just("disconnect"), picks, picks),
        st.tuples(st.just("remove"), picks, picks),
        st.tuples(st.just("mirror"), picks, picks),
    ),
    max_size=15,
)


def blank():
    return template_edit.blank(ONTOLOGY.object(POSE))


def drawn(*names: str):
    template = blank()
    for n, name in enumerate(names):
        template, _ = template_edit.add_point(template, 0.1 * n, 0.2, "#112233", name)
    return template


@given(verbs)
@settings(deadline=None)
def test_a_drawing_stays_whole_and_the_sdk_loads_it(told):
    template = drawn("nose", "left ear")
    for what, one, two in told:
        n = len(template.points)
        match what:
            case "add":
                template, index = template_edit.add_point(template, one, two, "#00FF00")
                assert index == n
            case _ if n == 0:
                continue
            case "move":
                template = template_edit.move_points(template, {one % n: (two, two)})
            case "name":
                try:
                    template = template_edit.rename_point(template, one % n, two)
                except Refused:
                    continue
            case "connect":
                template = template_edit.connect(template, one % n, two % n, "#0000FF")
            case "disconnect":
                template = template_edit.disconnect(template, one % n, two % n)
            case "remove":
                kept = [p.feature_hash for i, p in enumerate(template.points) if i not in (one % n, two % n)]
                ends = {
                    (template.points[a].feature_hash, template.points[b].feature_hash)
                    for a, b, _ in template.edges
                    if not {a, b} & {one % n, two % n}
                }
                template = template_edit.remove_points(template, [one % n, two % n])
                assert [p.feature_hash for p in template.points] == kept
                assert {
                    (template.points[a].feature_hash, template.points[b].feature_hash) for a, b, _ in template.edges
                } == ends
            case "mirror":
                template, _ = template_edit.mirror(template, {one % n, two % n})
    assert len({p.name for p in template.points}) == len({p.feature_hash for p in template.points}) == len(template.points)
    assert all(0 <= v <= 1 for p in template.points for v in (p.x, p.y))
    assert all(a != b and 0 <= a < len(template.points) and 0 <= b < len(template.points) for a, b, _ in template.edges)
    assert len({frozenset((a, b)) for a, b, _ in template.edges}) == len(template.edges)
    ontology = edit.set_template(ONTOLOGY, template)
    structure = ontology_codec.to_dict(ontology)
    assert ontology_codec.from_dict(structure) == ontology
    theirs = load_ontology(structure).structure.skeleton_templates["Pose"]
    assert [(theirs.skeleton[str(i)].name, theirs.skeleton[str(i)].x) for i in range(len(template.points))] == [
        (p.name, p.x) for p in template.points
    ]


def test_mirroring_makes_the_other_half_with_its_lines():
    template = drawn("nose", "left ear", "left Eye")
    template = template_edit.connect(template, 0, 1, "#000000")
    template = template_edit.connect(template, 1, 2, "#111111")
    template, made = template_edit.mirror(template, [1, 2])
    assert [template.points[i].name for i in made] == ["right ear", "right Eye"]
    assert [template.points[i].x for i in made] == pytest.approx([0.9, 0.8])
    assert {(a, b) for a, b, _ in template.edges} == {(0, 1), (1, 2), (0, 3), (3, 4)}
    again, same = template_edit.mirror(template_edit.move_points(template, {1: (0.3, 0.4)}), [1])
    assert (len(again.points), same) == (5, (3,))
    assert (again.points[3].x, again.points[3].y) == pytest.approx((0.7, 0.4))


@pytest.mark.parametrize(
    ("name", "other"), [("left knee", "right knee"), ("L_hip", "R_hip"), ("Right", "Left"), ("collar", "collar")]
)
def test_left_is_right_on_the_other_side(name, other):
    assert template_edit.other_side(name) == other


def test_two_points_of_one_name_are_refused():
    with pytest.raises(Refused, match="Another point"):
        template_edit.rename_point(drawn("a", "b"), 0, "b")
    with pytest.raises(Refused, match="needs a name"):
        template_edit.rename_point(drawn("a"), 0, "  ")
    renamed = template_edit.rename_point(drawn("a"), 0, "Left Knee").points[0]
    assert (renamed.name, renamed.value) == ("Left Knee", "left_knee")


def test_unknown_keys_follow_their_points_and_lines():
    template = drawn("a", "b", "c")
    template = template_edit.connect(template, 1, 2, "#000000")
    template = replace(template, extra={"{points}": {"0": {"k": 0}, "2": {"k": 2}}, "{edges}": {"1,2": {"w": 5}}})
    left = template_edit.remove_points(template, [0])
    assert left.extra == {"{points}": {"1": {"k": 2}}, "{edges}": {"0,1": {"w": 5}}}
    assert template_edit.disconnect(left, 1, 0).extra["{edges}"] == {}
