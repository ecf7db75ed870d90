"""Verbs on folders and items. What they act on is the selection of the Files panel."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.actions.registry import Action

if TYPE_CHECKING:
    from app.rooms.files import FilesRoom


def file_actions(room: FilesRoom) -> list[Action]:
    tr, group = room.tr, room.tr("Files")

    def shown() -> str:
        return "" if room.shown() else tr("Go to Files first.")

    def items() -> str:
        return "" if room.items().count else tr("Select items first.")

    def something() -> str:
        return "" if room.items().count or room.folders() else tr("Select a folder or items first.")

    def one() -> str:
        return "" if room.items().count == 1 or len(room.folders()) == 1 else tr("Select one folder or one item.")

    def one_item() -> str:
        return "" if room.items().count == 1 else tr("Select one item.")

    return [
        Action("files.add", tr("Add data…"), room.add_data, ("Ctrl+U",), "ph.plus", group=group),
        Action("files.new_folder", tr("New folder…"), room.new_folder, ("Ctrl+Shift+N",), "ph.folder-simple-plus", group=group),
        Action(
            "files.grid",
            tr("Show as pictures"),
            room.panel.show_grid,
            ("Ctrl+1",),
            "ph.squares-four",
            when=shown,
            group=group,
            scope="files",
        ),
        Action(
            "files.table",
            tr("Show as a table"),
            room.panel.show_table,
            ("Ctrl+2",),
            "ph.rows",
            when=shown,
            group=group,
            scope="files",
        ),
        Action("files.back", tr("Back"), room.panel.go_back, ("Back",), "ph.arrow-left", when=shown, group=group),
        Action("files.forward", tr("Forward"), room.panel.go_forward, ("Forward",), "ph.arrow-right", when=shown, group=group),
        Action("files.open", tr("Open"), room.open_selected, (), "ph.arrow-square-out", when=one_item, group=group),
        Action(
            "files.add_to_dataset",
            tr("Add to dataset…"),
            room.add_selected_to_dataset,
            ("Ctrl+D",),
            "ph.database",
            when=something,
            group=group,
            scope="files",
        ),
        Action(
            "files.remove_from_datasets",
            tr("Remove from datasets…"),
            room.remove_from_datasets,
            (),
            "ph.minus-circle",
            when=items,
            group=group,
        ),
        Action(
            "files.move",
            tr("Move to another folder…"),
            room.move_selected,
            ("Ctrl+M",),
            "ph.folder-simple",
            when=something,
            group=group,
        ),
        Action(
            "files.rename",
            tr("Rename"),
            room.rename_selected,
            ("F2",),
            "ph.pencil-simple",
            when=one,
            group=group,
            scope="files",
        ),
        Action(
            "files.delete",
            tr("Delete…"),
            room.delete_selected,
            ("Delete",),
            "ph.trash",
            when=something,
            group=group,
            scope="files",
        ),
        Action("files.reveal", tr("Reveal the file"), room.reveal, (), "ph.eye", when=one_item, group=group),
        Action("files.copy_path", tr("Copy path"), room.copy_path, (), "ph.copy", when=items, group=group),
        Action("files.relink", tr("Locate missing originals…"), room.relink, (), "ph.link", group=group),
    ]


ITEM_MENU = ("files.open", "-", "files.add_to_dataset", "files.remove_from_datasets", "-", "files.move", "files.rename", "-", "files.reveal", "files.copy_path", "-", "files.delete")  # fmt: skip
FOLDER_MENU = (
    "files.add",
    "files.new_folder",
    "-",
    "files.add_to_dataset",
    "-",
    "files.move",
    "files.rename",
    "-",
    "files.delete",
)
PLACE_MENU = ("files.add", "files.new_folder", "-", "files.relink")
