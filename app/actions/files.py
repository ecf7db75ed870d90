"""Verbs on folders and items. What they act on is the selection of the Files panel."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from app.actions.registry import Action

if TYPE_CHECKING:
    from app.rooms.files import FilesRoom


def file_actions(room: FilesRoom) -> list[Action]:
    return [*_adding(room), *_looking(room), *_of_selection(room)]


def _adding(room: FilesRoom) -> list[Action]:
    tr, action = room.tr, partial(Action, group=room.tr("Files"), changes=True)
    return [
        action("files.add", tr("Add data…"), room.add_data, ("Ctrl+U",), "ph.plus"),
        action("files.new_folder", tr("New folder…"), room.new_folder, ("Ctrl+Shift+N",), "ph.folder-simple-plus"),
        action("files.relink", tr("Locate missing originals…"), room.relink, icon="ph.link"),
    ]


def _looking(room: FilesRoom) -> list[Action]:
    def shown() -> str:
        return "" if room.shown() else tr("Go to Files first.")

    tr, panel, action = room.tr, room.panel, partial(Action, group=room.tr("Files"), when=shown)
    return [
        action("files.grid", tr("Show as pictures"), panel.show_grid, ("Ctrl+1",), "ph.squares-four", scope="files"),
        action("files.table", tr("Show as a table"), panel.show_table, ("Ctrl+2",), "ph.rows", scope="files"),
        action("files.back", tr("Back"), panel.go_back, ("Alt+Left", "Back"), "ph.arrow-left"),
        action("files.forward", tr("Forward"), panel.go_forward, ("Alt+Right", "Forward"), "ph.arrow-right"),
    ]


def _of_selection(room: FilesRoom) -> list[Action]:
    def items() -> str:
        return "" if room.items().count else tr("Select items first.")

    def something() -> str:
        return "" if room.items().count or room.folders() else tr("Select a folder or items first.")

    def one() -> str:
        return "" if room.items().count == 1 or len(room.folders()) == 1 else tr("Select one folder or one item.")

    def one_item() -> str:
        return "" if room.items().count == 1 else tr("Select one item.")

    tr, group = room.tr, room.tr("Files")
    look, change = partial(Action, group=group), partial(Action, group=group, changes=True)
    add, remove, move = room.add_selected_to_dataset, room.remove_from_datasets, room.move_selected
    rename, delete, verbs = room.rename_selected, room.delete_selected, room.of_items
    return [
        look("files.open", tr("Open"), verbs.open_selected, icon="ph.arrow-square-out", when=one_item),
        look("files.look", tr("Look at the file"), verbs.look_at_selected, icon="ph.eye", when=one_item),
        look("files.open_task", tr("Open its task"), verbs.open_task_of_selected, icon="ph.tag", when=verbs.why_no_task),
        change("files.add_to_dataset", tr("Add to dataset…"), add, ("Ctrl+D",), "ph.database", when=something, scope="files"),
        change("files.remove_from_datasets", tr("Remove from datasets…"), remove, icon="ph.minus-circle", when=items),
        change("files.move", tr("Move to another folder…"), move, ("Ctrl+M",), "ph.folder-simple", when=something),
        change(
            "files.modality", tr("Take it for CT or MR…"), verbs.choose_modality, icon="ph.cube", when=verbs.why_no_modality
        ),
        change("files.rename", tr("Rename"), rename, ("F2",), "ph.pencil-simple", when=one, scope="files"),
        change("files.delete", tr("Delete…"), delete, ("Delete",), "ph.trash", when=something, scope="files"),
        look("files.reveal", tr("Reveal the file"), verbs.reveal, icon="ph.folder-open", when=one_item),
        look("files.copy_path", tr("Copy path"), verbs.copy_path, icon="ph.copy", when=items),
    ]


ITEM_MENU = ("files.open", "files.look", "files.open_task", "-", "files.add_to_dataset", "files.remove_from_datasets", "-", "files.move", "files.rename", "files.modality", "-", "files.reveal", "files.copy_path", "-", "files.delete")  # fmt: skip
FOLDER_MENU = ("files.add", "files.new_folder", "-", "files.add_to_dataset", "-", "files.move", "files.rename", "-", "files.delete")  # fmt: skip
PLACE_MENU = ("files.add", "files.new_folder", "-", "files.relink")
