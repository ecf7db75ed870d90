"""The menu under the right mouse button: every verb of the selection, in one order, each with its key."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu

from storage.model.geometry import Polygon, Polyline
from viewers.editors.actions import EditorAction
from viewers.editors.shape_verbs import SHAPE_WORDS
from viewers.editors.tool_bar import Icon, swatch
from viewers.tools.words import names_of

if TYPE_CHECKING:
    from viewers.editors.image_editor import ImageEditor

SELECTION = (
    ("copy", "duplicate", "delete", "delete_locked", "redraw"),
    ("hide", "lock", "occluded", "forward", "back"),
    ("join", "subtract", "slice", "part", "hole", "simplify", "repair"),
)
GROUND = (("undo", "redo"), ("paste", "paste_shape", "select_all"), ("hide_all", "lock_all"), ("fit", "full_size", "adjust"))


def build_menu(editor: ImageEditor, icon: Icon | None) -> QMenu:
    """For the selection when there is one, else for the picture."""
    menu = QMenu(editor)
    menu.setToolTipsVisible(True)
    if editor.focus.selected:
        title = menu.addAction(names_of(editor.ontology, editor.session.document, editor.focus.selected))
        title.setEnabled(False)
        menu.addSeparator()
        _classes(editor, menu)
        _conversions(editor, menu)
        menu.addSeparator()
    for group in editor.menu_groups():
        for action_id in group:
            if (action_id in ("part", "hole") and not _one_polygon(editor)) or (
                action_id in ("simplify", "repair") and not _outlines(editor)
            ):
                continue
            menu.addAction(_entry(editor, menu, editor.keymap.action(action_id), icon))
        menu.addSeparator()
    if editor.focus.selected:
        menu.addAction(_entry(editor, menu, editor.keymap.action("paste"), icon))
        menu.addAction(_entry(editor, menu, editor.keymap.action("fit"), icon))
    return menu


def _entry(editor: ImageEditor, menu: QMenu, action: EditorAction, icon: Icon | None) -> QAction:
    keys = editor.keymap.keys(action.id)
    title = editor.title_of(action)
    entry = QAction(title + (f"\t{keys[0]}" if keys else ""), menu)
    if icon is not None and action.icon:
        entry.setIcon(icon(action.icon))
    why = action.why_not(editor)
    entry.setEnabled(not why)
    entry.setToolTip(why or title)
    entry.triggered.connect(lambda _=False, i=action.id: editor.run(i))
    return entry


def _classes(editor: ImageEditor, menu: QMenu) -> None:
    """Classes of the shapes that are selected."""
    kinds = {a.geometry.kind for a in editor.selected()}
    fits = [c for c in editor.classes() if kinds == {c.shape}]
    if len(fits) < 2:
        return
    sub = menu.addMenu("Class")
    for known in fits:
        entry = sub.addAction(swatch(known.color), known.name)
        entry.triggered.connect(lambda _=False, h=known.feature_hash: editor.set_class(h))


def _conversions(editor: ImageEditor, menu: QMenu) -> None:
    found = editor.conversions()
    if not found:
        return
    sub = menu.addMenu("Convert to")
    for shape, known in found:
        entry = sub.addAction(swatch(known.color), f"{SHAPE_WORDS[shape]}: {known.name}")
        entry.triggered.connect(lambda _=False, s=shape, h=known.feature_hash: editor.convert(s, h))


def _outlines(editor: ImageEditor) -> bool:
    return any(isinstance(a.geometry, Polygon | Polyline) for a in editor.selected())


def _one_polygon(editor: ImageEditor) -> bool:
    found = editor.selected()
    return len(found) == 1 and isinstance(found[0].geometry, Polygon)
