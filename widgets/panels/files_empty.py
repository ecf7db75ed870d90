"""What is said in Files where no item is, and what can be done about it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from storage.model.query import ItemQuery

if TYPE_CHECKING:
    from widgets.panels.files import FilesPanel

Offer = tuple[str, Callable[[], object]]  # the words of a button, what it does
NOTHING: Offer = ("", lambda: None)


@dataclass(frozen=True, slots=True)
class Empty:
    title: str
    text: str = ""
    first: Offer = NOTHING
    second: Offer = NOTHING


def empty_of(panel: FilesPanel, query: ItemQuery) -> Empty:
    tr, below = panel.tr, panel.folders_below
    if query.text:
        title = tr("No file is called “{0}”") if panel.strip.isVisible() else tr("Nothing is called “{0}”")
        searched = tr("Names in every folder were searched.")
        return Empty(title.format(query.text), searched, (tr("Clear search"), panel.search.clear))
    if panel.filters.is_narrowing():
        return Empty(tr("No item passes the filters"), first=(tr("Clear filters"), panel.filters.clear))
    if panel.only_read:
        return Empty(tr("Only folders here") if below(query.folder_id) else tr("No items here"))
    add = (tr("Add data"), panel.want_data)
    if query.folder_id is None:
        text = tr(
            "Drag files or whole folders in from your file manager, or choose them: pictures, videos, audio, DICOM, NIfTI, PDF, text. Folders stay folders."
        )
        folder, sample = (tr("New folder"), panel.want_new_folder), (tr("Open the sample project"), panel.sample_wanted.emit)
        return Empty(tr("Start with your files"), text, add, folder if below(None) else sample)
    text = tr("Drop files here, or choose them. They are copied into the catalog or linked where they are.")
    return Empty(tr("Only folders here") if below(query.folder_id) else tr("This folder has no items yet"), text, add)
