"""The menu under the right mouse button: every verb of the selection, in one order, each with its key."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu

from storage.model.geometry import Polygon, Polyline
from storage.model.ontology import ObjectClass
from viewers.canvas.menu_heading import add_heading
from viewers.editors.actions import EditorAction
from viewers.editors.editor import Editor
from viewers.editors.shape_verbs import SHAPE_WORDS
from viewers.editors.tool_bar import swatch
from viewers.tools.words import names_of

if TYPE_CHECKING:
    from viewers.editors.image_editor import ImageEditor


class SubMenu(tuple[str, ...]):
    """Verbs behind one entry of the menu, which else would be as high as the screen."""

    title: str

    def __new__(cls, title: str, ids: Iterable[str]) -> SubMenu:
        made = super().__new__(cls, ids)
        made.title = title
        return made


SELECTION = (
    ("copy", "duplicate", "delete", "delete_locked", "redraw"),
    ("hide", "lock", "occluded", "forward", "back"),
    SubMenu("Outline", ("join", "subtract", "slice", "part", "hole", "simplify", "repair")),
)
GROUND = (("undo", "redo"), ("paste", "paste_shape", "select_all"), ("hide_all", "lock_all"), ("fit", "full_size", "adjust"))


def build_menu(editor: ImageEditor) -> QMenu:
    """For the selection when there is one, else for the picture."""
    menu = start_menu(editor)
    if editor.focus.selected:
        add_names(menu, editor)
        menu.addSeparator()
        kinds = {a.geometry.kind for a in editor.selected()}
        fitting = [c for c in editor.classes() if kinds == {c.shape}]
        if len(fitting) > 1:
            add_classes(menu, "Class", fitting, editor.set_class)
        _conversions(editor, menu)
        menu.addSeparator()
    without = () if _one_polygon(editor) else ("part", "hole")
    without += () if _outlines(editor) else ("simplify", "repair")
    add_actions(menu, editor, editor.menu_groups(), without)
    if editor.focus.selected:
        add_actions(menu, editor, [("paste", "fit")])
    return menu


# -- what the menus of all editors are made of


def start_menu(editor: Editor) -> QMenu:
    menu = QMenu(editor)
    menu.setToolTipsVisible(True)
    return menu


def add_names(menu: QMenu, editor: Editor) -> None:
    """What is selected."""
    add_heading(menu, names_of(editor.ontology, editor.session.document, editor.focus.selected))


def add_classes(menu: QMenu, title: str, classes: Iterable[ObjectClass], act: Callable[[str], object]) -> None:
    sub = menu.addMenu(title)
    for known in classes:
        entry = sub.addAction(swatch(known.color), known.name)
        entry.triggered.connect(lambda _=False, h=known.feature_hash: act(h))


def add_actions(menu: QMenu, editor: Editor, groups: Iterable[Iterable[str]], without: Iterable[str] = ()) -> None:
    """Ids of actions, group by group; those that this editor does not have are left out."""
    left_out = frozenset(without)
    for group in groups:
        known = [i for i in group if i in editor.keymap and i not in left_out]
        target = menu
        if known and isinstance(group, SubMenu):
            target = menu.addMenu(group.title)
            target.setToolTipsVisible(True)
        for action_id in known:
            target.addAction(_entry(target, editor, editor.keymap.action(action_id)))
        if not isinstance(group, SubMenu):
            menu.addSeparator()


def _entry(menu: QMenu, editor: Editor, action: EditorAction) -> QAction:
    keys, title = editor.keymap.keys(action.id), editor.title_of(action)
    entry = QAction(title + (f"\t{keys[0]}" if keys else ""), menu)
    if action.icon:
        entry.setIcon(editor.icon(action.icon))
    why = editor.why_not(action.id)
    entry.setEnabled(not why)
    entry.setToolTip(why or title)
    entry.triggered.connect(lambda _=False: editor.run(action.id))
    return entry


# -- of pictures alone


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
