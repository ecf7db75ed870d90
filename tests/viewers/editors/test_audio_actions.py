"""The table of the audio editor: unambiguous, and in step with the picture editor's."""

from __future__ import annotations

import pytest
from PySide6.QtGui import QKeySequence

from viewers.editors.actions import EDITOR_ACTIONS, KeyMap
from viewers.editors.audio_actions import AUDIO_ACTIONS
from viewers.editors.audio_editor import AudioEditor
from viewers.editors.audio_menu import GROUND, SELECTION
from viewers.editors.audio_strip import seconds_of
from viewers.editors.track_actions import VIDEO_ACTIONS


def test_no_key_means_two_things():
    assert KeyMap(AUDIO_ACTIONS).clashes() == []
    assert len({a.id for a in AUDIO_ACTIONS}) == len(AUDIO_ACTIONS)


@pytest.mark.parametrize("action", AUDIO_ACTIONS, ids=lambda a: a.id)
def test_every_action_names_a_public_method_and_keys_that_exist(action):
    assert not action.method.startswith("_")
    assert callable(getattr(AudioEditor, action.method))
    for key in action.keys:
        assert "Alt" not in key
        assert not QKeySequence(key).isEmpty()


def test_an_action_of_the_same_id_has_the_same_title_and_keys_in_every_editor():
    others = {a.id: a for a in (*EDITOR_ACTIONS, *VIDEO_ACTIONS)}
    shared = [a for a in AUDIO_ACTIONS if a.id in others]
    assert len(shared) > 40
    for action in shared:
        assert (action.title, action.keys) == (others[action.id].title, others[action.id].keys)


def test_the_menus_speak_of_actions_that_exist():
    known = {a.id for a in AUDIO_ACTIONS}
    assert {i for group in (*GROUND, *SELECTION) for i in group} <= known


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("62.5", 62.5), ("1:02.5", 62.5), ("1:00:01", 3601.0), (" 0:00,25 ", 0.25), ("", None), ("a", None), ("-1", None), ("nan", None),
     ("1:2:3:4", None)],
)  # fmt: skip
def test_times_are_understood_as_people_write_them(text, seconds):
    assert seconds_of(text) == seconds
