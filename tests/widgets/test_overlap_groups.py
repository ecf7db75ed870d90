"""Which masks may overlap, in the ontology editor: chosen for a class, undone, kept, exported, loaded by Encord's SDK."""

from __future__ import annotations

import json

import pytest
from PySide6.QtCore import Qt

from storage.errors import Refused
from storage.exchange import ontology_json
from storage.model import ontology_edit as edit
from storage.model.geometry import ShapeKind
from storage.model.ontology import Ontology
from storage.model.overlap_groups import group_in, groups_of
from tests.support.encord_sdk import load_ontology
from tests.widgets.test_ontology_editor import room
from widgets.panels.ontology_forms import ObjectForm

__all__ = ["room"]


def mask_form(room):
    """Of a class of masks, which is made."""
    mask = room.editor.ontology.objects[0]
    room.editor.change("Change the shape", lambda o: edit.set_shape(o, mask.feature_hash, ShapeKind.BITMASK))
    room.editor.choose(mask.feature_hash)
    return room.form(ObjectForm), mask.feature_hash


def test_a_group_is_chosen_kept_and_exported(room):
    form, key = mask_form(room)
    assert form.overlap.isVisible() and form.overlap.currentText() == "May overlap with all"
    form.overlap.setFocus()
    room.qtbot.keyClick(form.overlap, Qt.Key.Key_Down)
    assert form.overlap.currentText() == "None within group A"
    room.editor.flush()
    assert groups_of(room.stored()) == {key: "A"}
    text = ontology_json.dumps(room.stored())
    assert next(o for o in json.loads(text)["objects"] if o["featureNodeHash"] == key)["overlapGroup"] == "A"
    assert groups_of(ontology_json.loads(text)) == {key: "A"}
    loaded = load_ontology(json.loads(text))
    assert loaded.structure.get_child_by_hash(key).name == room.stored().object(key).name
    room.catalog.undo().result()
    assert groups_of(room.stored()) == {}


def test_shapes_that_are_no_masks_have_no_group(room):
    thing = next(o for o in room.editor.ontology.objects if o.shape is not ShapeKind.BITMASK)
    room.editor.choose(thing.feature_hash)
    assert not room.form(ObjectForm).overlap.isVisible()


def test_what_is_no_group_is_refused_and_what_was_written_by_others_is_passed_over(room):
    thing = room.editor.ontology.objects[0]
    with pytest.raises(Refused, match="no group “Z”"):
        edit.set_overlap_group(room.editor.ontology, thing.feature_hash, "Z")
    assert [group_in({"overlapGroup": value}) for value in ("B", "Z", 3, None, ["A"])] == ["B", "", "", "", ""]
    assert groups_of(Ontology()) == {}
