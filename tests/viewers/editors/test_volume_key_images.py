"""Key images: one key, kept with the labels, seen at the slider and in the corner, gone to from one to the next."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import Qt

from storage.model.key_images import key_class, with_key_class
from tests.support.tool_stage import ontology
from tests.support.volume_view import CTRL, ArrayFrames, VolumeStage, beads, pixels, space
from viewers.scene.mpr import PlaneKind


def stage_with_class(qtbot, **options) -> VolumeStage:
    stage = VolumeStage(qtbot, **options)
    stage.editor.set_ontology(with_key_class(ontology()))
    stage.canvas.setFocus()
    return stage


def mark(stage: VolumeStage, *slices: int) -> None:
    for k in slices:
        stage.editor.go_to(("", k))
        stage.key(Qt.Key.Key_K)


def test_one_key_marks_the_slice_and_undo_takes_the_mark_away(qtbot):
    stage = stage_with_class(qtbot)
    stage.editor.go_to(("", 3))
    stage.key(Qt.Key.Key_K)
    (kept,) = stage.document.classifications.values()
    known = key_class(stage.editor.ontology)
    assert (kept.feature_hash, kept.ranges, kept.created_by) == (known.feature_hash, ((3, 3),), "ann@example.org")
    assert [a.value for a in stage.document.answers_of(kept.uuid)] == [(known.attribute.options[0].feature_hash,)]
    assert [change.step.text for change in stage.sent] == ["Mark slice 4 as key image"]
    assert stage.canvas.corners().bottom_left[0] == "Key image"
    stage.key(Qt.Key.Key_Z, CTRL)
    assert not stage.document.classifications
    assert stage.editor.key_images == frozenset()
    assert "Key image" not in stage.canvas.corners().bottom_left


def test_the_same_key_takes_the_mark_off_again_and_leaves_the_others(qtbot):
    stage = stage_with_class(qtbot)
    mark(stage, 2, 3, 4)
    mark(stage, 3)
    assert stage.editor.key_images == {2, 4}
    assert sorted(c.ranges for c in stage.document.classifications.values()) == [((2, 2),), ((4, 4),)]


def test_a_range_that_was_stretched_by_hand_is_cut_where_the_mark_is_taken_off(qtbot):
    from storage.editing.classification_ranges import extend

    stage = stage_with_class(qtbot)
    mark(stage, 5)
    (kept,) = stage.document.classifications
    stage.session.do("Stretch", extend(stage.document, kept, 4, 7, by="ann@example.org", now=1))
    assert stage.editor.key_images == {4, 5, 6, 7}
    mark(stage, 6)
    assert stage.editor.key_images == {4, 5, 7}


def test_the_slider_shows_a_mark_for_each_and_none_in_other_planes(qtbot):
    stage = stage_with_class(qtbot)
    slider = stage.editor.strip.slider
    plain = pixels(slider)
    mark(stage, 0, 19)
    stage.editor.go_to(("", 0))
    stage.settle()
    qtbot.waitUntil(lambda: slider.value() == 0)
    assert slider.marks == (0, 19)
    marked = pixels(slider)
    changed = np.flatnonzero((marked[:7].astype(int) - plain[:7]).any(axis=(0, 2)))
    assert abs(changed.min() - slider.x_of(0)) < 4
    assert abs(changed.max() - slider.x_of(19)) < 4
    stage.editor.planes[PlaneKind.CORONAL].setFocus()
    assert slider.marks == ()


def test_keys_go_from_one_key_image_to_the_next_and_round(qtbot):
    stage = stage_with_class(qtbot)
    mark(stage, 2, 9, 15)
    seen = []
    for key in (Qt.Key.Key_R, Qt.Key.Key_R, Qt.Key.Key_E):
        stage.key(key)
        seen.append(stage.focus.at[1])
    assert seen == [2, 9, 2]
    assert stage.said[-1] == "Key image 1 of 3: slice 3."
    stage.key(Qt.Key.Key_E)
    assert stage.focus.at == ("", 15)


def test_in_four_dimensions_a_key_image_is_of_one_time(qtbot):
    geometry = space()
    stage = stage_with_class(qtbot, frames=ArrayFrames(beads(geometry, times=3), geometry))
    mark(stage, 4 + 20)
    assert stage.sent[-1].step.text == "Mark slice 5 of time 2 as key image"
    assert stage.editor.strip.slider.marks == (4,)
    stage.editor.go_to_time(0)
    qtbot.waitUntil(lambda: stage.editor.strip.slider.marks == ())


@pytest.mark.parametrize("moved", [False, True])
def test_without_a_class_it_is_asked_for_and_the_slice_is_marked_once_it_is_there(qtbot, moved):
    stage = VolumeStage(qtbot)
    stage.editor.go_to(("", 6))
    with qtbot.waitSignal(stage.editor.ontology_wanted) as asked:
        stage.key(Qt.Key.Key_K)
    text, changed = asked.args
    assert text == "Add “Key image” to the ontology" and key_class(changed) is not None
    assert "no classification “Key image”" in stage.said[-1]
    assert stage.sent == []
    if moved:
        stage.editor.go_to(("", 7))
    stage.editor.set_ontology(changed)
    assert stage.editor.key_images == (frozenset() if moved else {6})
