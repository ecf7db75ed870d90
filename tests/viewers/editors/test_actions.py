"""The table of verbs: whole, unambiguous, re-bindable."""

from __future__ import annotations

import pytest
from PySide6.QtGui import QKeySequence

from viewers.editors.actions import EDITOR_ACTIONS, ICONS, EditorAction, KeyMap
from viewers.editors.image_editor import ImageEditor
from viewers.tools.toolbox import Toolbox


def test_no_key_means_two_things():
    assert KeyMap().clashes() == []


def test_a_clash_is_found():
    keys = KeyMap(rebound={"join": ("N",)})
    assert ("n", "join", "new_object") in keys.clashes()


def test_drawing_and_idle_keys_may_be_the_same_but_not_with_the_editors():
    def action(name, scope):
        return EditorAction(name, name, ("A",), "undo", scope=scope)

    assert KeyMap([action("one", "canvas"), action("two", "drawing")]).clashes() == []
    assert KeyMap([action("one", "editor"), action("two", "drawing")]).clashes() == [("a", "one", "two")]


@pytest.mark.parametrize("action", EDITOR_ACTIONS, ids=lambda a: a.id)
def test_every_action_names_a_public_method_and_keys_that_exist(action):
    assert not action.method.startswith("_")
    assert callable(getattr(ImageEditor, action.method))
    for key in action.keys:
        assert "Alt" not in key
        assert not QKeySequence(key).isEmpty()


def test_ids_are_unique_and_every_tool_has_an_icon_and_an_action():
    ids = [a.id for a in EDITOR_ACTIONS]
    assert len(set(ids)) == len(ids)
    tools = set(Toolbox().tools)
    assert set(ICONS) - tools == {"audio_region", "page_text", "crosshair", "sphere", "grow", "angle", "cobb", "snip"}
    assert tools < set(ICONS)
    assert tools - {a.args[0] for a in EDITOR_ACTIONS if a.method == "arm_tool"} == {"slice", "simplify"}


def test_rebinding_changes_what_a_key_finds():
    keys = KeyMap()
    keys.rebind("join", ("Ctrl+G",))
    assert keys.find("J") is None
    assert keys.find("Ctrl+G").id == "join"
