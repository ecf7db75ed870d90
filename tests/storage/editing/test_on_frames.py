"""What is to be seen on a frame, and what an edit there changes: over tracks of every shape, checked against the rule."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from storage.editing import verbs
from storage.editing.edits import Drop, Put
from storage.editing.on_frames import Moving, Still, is_between
from storage.model.geometry import Box, Keypoint, ShapeKind
from storage.model.interpolation import present
from storage.model.labels import Annotation, Instance, LabelDocument
from storage.model.masks import encode
from tests.support.label_strategies import geometries
from tests.support.track_strategies import FRAMES, tracks

frames = st.integers(0, FRAMES - 1)
slow = settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))


def apply(document, edits):
    inverse = [edit.apply(document) for edit in edits]
    return tuple(reversed(inverse))


def rule(document, frame):
    """What `interpolation.present` says is to be seen, asked object by object."""
    found = {i: present(document, i, frame) for i in document.instances}
    return {i: s.geometry for i, s in found.items() if s is not None and not s.outside}


def on(moving, document, frame):
    return {a.instance: a.geometry for a in moving.on_frame(document, ("", frame))}


@slow
@given(tracks(), st.data())
def test_every_frame_shows_what_the_rule_says_while_the_document_changes(document, data):
    moving = Moving(FRAMES)
    for _ in range(4):
        for frame in (*range(0, FRAMES, 5), data.draw(frames)):
            assert on(moving, document, frame) == rule(document, frame)
        uuid = data.draw(st.sampled_from(list(document.instances)))
        edits = data.draw(
            st.sampled_from([
                moving.set_geometry(document, {uuid: Box(1, 2, 3, 4)}, ("", data.draw(frames)), by="b", now=2),
                moving.remove(document, [uuid], ("", data.draw(frames))),
                verbs.delete_instances(document, [uuid]),
                verbs.add_object(document, "new", Box(5, 5, 5, 5), ("", data.draw(frames)), by="b", now=2)[0],
            ])
        )  # fmt: skip
        inverse = apply(document, edits)
        if data.draw(st.booleans()):
            apply(document, inverse)
        if not document.instances:
            break


@slow
@given(tracks(), st.data())
def test_a_shape_set_on_any_frame_is_shown_there_and_no_other_row_changes(document, data):
    moving = Moving(FRAMES, pts=lambda frame: frame * 40)
    uuid = data.draw(st.sampled_from(list(document.instances)))
    frame = data.draw(frames)
    geometry = data.draw(geometries(ShapeKind.POLYGON, 24, 16))
    before = dict(document.annotations)
    inverse = apply(document, moving.set_geometry(document, {uuid: geometry}, ("", frame), by="b", now=5))
    shown = moving.shown(document, uuid, ("", frame))
    assert shown.geometry == geometry
    assert not shown.outside
    assert not is_between(shown)
    assert shown.edited_by == "b"
    assert {u: a for u, a in document.annotations.items() if u != shown.uuid} == {
        u: a for u, a in before.items() if u != shown.uuid
    }
    if shown.uuid not in before:
        assert shown.pts == frame * 40
    apply(document, inverse)
    assert document.annotations == before


@slow
@given(tracks(), st.data())
def test_a_preview_of_a_drag_makes_one_row_however_often_it_is_repeated(document, data):
    moving = Moving(FRAMES)
    uuid = data.draw(st.sampled_from(list(document.instances)))
    at = ("", data.draw(frames))
    rows = len(document.annotations_of(uuid)) + (document.annotation_of(uuid, at) is None)
    for x in range(3):
        apply(document, moving.set_geometry(document, {uuid: Box(x, 0, 1, 1)}, at, by="b", now=1))
    assert len(document.annotations_of(uuid)) == rows
    assert on(moving, document, at[1])[uuid] == Box(2, 0, 1, 1)


def document_of(*rows, layer=0, own="i", into=None):
    document = into or LabelDocument()
    document.put(Instance(own, f"hash {own}", "c", 1, layer))
    for frame, more in rows:
        geometry = more.pop("geometry", Keypoint(frame, 0))
        document.put(Annotation(f"{own}{frame}", own, geometry, frame, **more))
    return document


def test_between_rows_nothing_is_stored_and_the_uuid_names_no_row():
    document = document_of((0, {"occluded": True}), (10, {}))
    seen = Moving(20).shown(document, "i", ("", 5))
    assert seen.geometry == Keypoint(5, 0)
    assert is_between(seen)
    assert seen.uuid not in document.annotations
    assert (seen.keyframe, seen.occluded, seen.confidence) == (False, True, 0.99)
    assert Moving(20).on_frame(document, ("", 5)) == [seen]


def test_what_is_outside_is_not_on_the_frame_but_is_told():
    document = document_of((0, {}), (5, {"outside": True}))
    moving = Moving(20)
    assert moving.on_frame(document, ("", 5)) == []
    assert moving.shown(document, "i", ("", 5)).outside
    assert moving.shown(document, "i", ("", 7)).outside
    assert moving.shown(document, "i", ("", 4)).outside is False


def test_a_row_that_stands_alone_still_does_after_its_shape_was_changed():
    document = document_of((0, {"keyframe": False}), (10, {}))
    moving = Moving(20)
    apply(document, moving.set_geometry(document, {"i": Keypoint(3, 3)}, ("", 0), by="b", now=1))
    assert moving.shown(document, "i", ("", 0)).geometry == Keypoint(3, 3)
    assert moving.shown(document, "i", ("", 5)) is None


def test_masks_painted_on_two_frames_say_nothing_of_those_between():
    import numpy as np

    mask = encode(np.ones((4, 4), bool), 0, 0)
    document = document_of((0, {"geometry": mask, "keyframe": False}))
    moving = Moving(20)
    apply(document, moving.set_geometry(document, {"i": mask}, ("", 8), by="b", now=1))
    assert [f for f in range(20) if moving.on_frame(document, ("", f))] == [0, 8]


def test_a_mask_painted_where_one_is_held_goes_on_being_held():
    import numpy as np

    one, other = encode(np.ones((4, 4), bool), 0, 0), encode(np.ones((2, 2), bool), 1, 1)
    document = document_of((0, {"geometry": one}), (10, {"geometry": one, "keyframe": False}))
    moving = Moving(20)
    apply(document, moving.set_geometry(document, {"i": other}, ("", 4), by="b", now=1))
    assert [on(moving, document, f).get("i") for f in (3, 4, 9, 10, 11)] == [one, other, other, one, None]


def test_layers_say_what_lies_on_top():
    document = document_of((0, {}), (9, {}), own="low")
    document_of((0, {}), (9, {}), own="top", layer=2, into=document)
    document_of((3, {}), own="mid", layer=1, into=document)
    moving = Moving(20)
    assert [a.instance for a in moving.on_frame(document, ("", 3))] == ["low", "mid", "top"]
    Put(replace(document.instances["low"], layer=5)).apply(document)
    assert [a.instance for a in moving.on_frame(document, ("", 3))] == ["mid", "top", "low"]


def test_removing_the_last_row_that_is_seen_removes_the_object():
    document = document_of((4, {}), (6, {"outside": True}))
    apply(document, Moving(20).remove(document, ["i"], ("", 4)))
    assert not document.instances
    assert not document.annotations


def test_another_document_is_not_taken_for_the_last_one():
    moving = Moving(20)
    assert on(moving, document_of((0, {}), (9, {})), 3)
    assert not on(moving, document_of((7, {})), 3)


def test_pages_and_members_know_only_rows():
    pages, members = Still(3), Still(2, ("m1", "m2"))
    assert [pages.key(i) for i in range(3)] == [("", 0), ("", 1), ("", 2)]
    assert [members.index(members.key(i)) for i in range(2)] == [0, 1]
    document = document_of((0, {}), (2, {}))
    assert pages.shown(document, "i", ("", 1)) is None
    assert pages.on_frame(document, ("", 1)) == []
    apply(document, pages.set_geometry(document, {"i": Keypoint(8, 8)}, ("", 1), by="b", now=1))
    assert pages.shown(document, "i", ("", 1)).geometry == Keypoint(8, 8)
    apply(document, pages.set_geometry(document, {"i": Keypoint(9, 9)}, ("", 1), by="b", now=1))
    assert [a.geometry for a in document.annotations_of("i")] == [Keypoint(0, 0), Keypoint(9, 9), Keypoint(2, 0)]
    apply(document, pages.remove(document, ["i"], ("", 1)))
    assert [a.frame for a in document.annotations_of("i")] == [0, 2]
    assert pages.remove(document, ["i"], ("", 1)) == ()


def test_what_changed_is_told_newest_first_and_once():
    document = document_of((0, {}), own="a")
    document_of((0, {}), own="b", into=document)
    since = document.revision
    assert list(document.changed_since(since)) == []
    Put(replace(document.annotations["a0"], frame=3)).apply(document)
    Drop("annotation", "b0").apply(document)
    Put(replace(document.annotations["a0"], frame=4)).apply(document)
    assert list(document.changed_since(since)) == ["a", "b"]
