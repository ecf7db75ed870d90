"""The menu under the right mouse button on a sound."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu

from viewers.editors.tool_bar import Icon, swatch
from viewers.tools.words import names_of

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


def build_menu(editor: AudioEditor, icon: Icon | None) -> QMenu:
    """For the selection when there is one, else for the sound."""
    menu = QMenu(editor)
    menu.setToolTipsVisible(True)
    chosen = editor.focus.selected
    if chosen:
        title = menu.addAction(names_of(editor.ontology, editor.session.document, chosen))
        title.setEnabled(False)
        _classes(editor, menu)
        menu.addSeparator()
    for group in SELECTION if chosen else GROUND:
        for action_id in group:
            menu.addAction(_entry(editor, menu, action_id, icon))
        menu.addSeparator()
    return menu


def _classes(editor: AudioEditor, menu: QMenu) -> None:
    known = editor.sound_classes()
    if len(known) < 2:
        return
    sub = menu.addMenu("Class")
    for each in known:
        entry = sub.addAction(swatch(each.color), each.name)
        entry.triggered.connect(lambda _=False, h=each.feature_hash: editor.set_class(h))


def _entry(editor: AudioEditor, menu: QMenu, action_id: str, icon: Icon | None) -> QAction:
    action, keys = editor.keymap.action(action_id), editor.keymap.keys(action_id)
    entry = QAction(action.title + (f"\t{keys[0]}" if keys else ""), menu)
    if icon is not None and action.icon:
        entry.setIcon(icon(action.icon))
    why = action.why_not(editor)
    entry.setEnabled(not why)
    entry.setToolTip(why or action.title)
    entry.triggered.connect(lambda _=False, i=action_id: editor.run(i))
    return entry
