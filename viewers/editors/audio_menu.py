"""The menu under the right mouse button on a sound."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QMenu

from viewers.editors.context_menu import add_actions, add_classes, add_names, start_menu

if TYPE_CHECKING:
    from viewers.editors.audio_editor import AudioEditor

SELECTION = (
    ("audio_play_region", "audio_loop"),
    ("audio_start_here", "audio_end_here", "audio_split"),
    ("audio_add_range", "join", "audio_merge"),
    ("copy", "duplicate", "delete", "delete_locked", "audio_delete_range", "redraw"),
    ("hide", "lock"),
    ("paste", "fit"),
)
GROUND = (
    ("play_toggle", "audio_loop"),
    ("undo", "redo"),
    ("paste", "paste_shape", "select_all"),
    ("audio_split", "hide_all", "lock_all"),
    ("fit", "audio_spectrum", "audio_goto"),
)


def build_menu(editor: AudioEditor) -> QMenu:
    """For the selection when there is one, else for the sound."""
    menu, chosen = start_menu(editor), editor.focus.selected
    if chosen:
        add_names(menu, editor)
        known = editor.sound_classes()
        if len(known) > 1:
            add_classes(menu, "Class", known, editor.set_class)
        menu.addSeparator()
    add_actions(menu, editor, SELECTION if chosen else GROUND)
    return menu
