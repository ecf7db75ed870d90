"""What a drop on a folder would do: one place decides for tree, breadcrumb and chips."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QCoreApplication, QMimeData

from widgets import drags, words
from widgets.drags import Payload


@dataclass(frozen=True, slots=True)
class Drop:
    """`text` says what would happen, or why it cannot. One of payload and paths is set when it can."""

    text: str
    allowed: bool
    payload: Payload | None = None
    paths: tuple[str, ...] = ()


def weigh(mime: QMimeData, folder_id: int | None, title: str, ancestors: Sequence[int]) -> Drop | None:
    """None: nothing of ours. `folder_id` None is the top, where folders may lie but no items."""
    tr = QCoreApplication.translate
    payload = drags.payload_of(mime)
    paths = drags.paths_of(mime)
    if payload is None and not paths:
        return None
    if paths:
        count = tr("drops", "1 file or folder") if len(paths) == 1 else tr("drops", "{0} files and folders").format(len(paths))
        place = title if folder_id is not None else tr("drops", "a new folder")
        return Drop(tr("drops", "Add {0} to {1}").format(count, place), True, paths=tuple(paths))
    assert payload is not None
    if payload.folders:
        return _weigh_folders(payload, folder_id, title, ancestors)
    if folder_id is None:
        return Drop(tr("drops", "Items lie in folders: choose one"), False)
    assert payload.items is not None
    what = payload.title or words.items(payload.items.count)
    return Drop(tr("drops", "Move {0} to {1}").format(what, title), True, payload)


def _weigh_folders(payload: Payload, folder_id: int | None, title: str, ancestors: Sequence[int]) -> Drop:
    tr = QCoreApplication.translate
    if folder_id is not None and folder_id in payload.folders:
        return Drop(tr("drops", "A folder cannot be moved into itself"), False)
    if payload.folders.intersection(ancestors):
        return Drop(tr("drops", "A folder cannot be moved into one of its own sub-folders"), False)
    what = payload.title or words.folders(len(payload.folders))
    place = title if folder_id is not None else tr("drops", "the top")
    return Drop(tr("drops", "Move {0} to {1}").format(what, place), True, payload)
