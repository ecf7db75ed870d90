"""What is being dragged inside the program.

A selection may stand for a million rows, so the mime data carries a number and the payload stays here until the
drag is over. Other programs see only the urls.
"""

from __future__ import annotations

import itertools
import os
from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QByteArray, QMimeData, QUrl

from storage.model.query import ItemSelection

MIME_FOLDERS = "application/x-postil-folders"
MIME_ITEMS = "application/x-postil-items"


@dataclass(frozen=True, slots=True)
class Payload:
    """Folders by id, or items."""

    folders: frozenset[int] = frozenset()
    items: ItemSelection | None = None
    title: str = ""  # the only one's name, else empty


_serials = itertools.count(1)
_current: tuple[bytes, Payload] | None = None


def pack(payload: Payload, paths: Sequence[str] = ()) -> QMimeData:
    global _current
    serial = f"{os.getpid()}:{next(_serials)}".encode()
    _current = (serial, payload)
    mime = QMimeData()
    mime.setData(MIME_FOLDERS if payload.folders else MIME_ITEMS, QByteArray(serial))
    if paths:
        mime.setUrls([QUrl.fromLocalFile(path) for path in paths])
    return mime


def payload_of(mime: QMimeData) -> Payload | None:
    """The payload, if this very drag began in this program."""
    if _current is None:
        return None
    for kind in (MIME_FOLDERS, MIME_ITEMS):
        if mime.hasFormat(kind) and bytes(mime.data(kind).data()) == _current[0]:
            return _current[1]
    return None


def paths_of(mime: QMimeData) -> list[str]:
    """Files and folders of the desktop; empty when the drag is our own."""
    if mime.hasFormat(MIME_FOLDERS) or mime.hasFormat(MIME_ITEMS):
        return []
    return [url.toLocalFile() for url in mime.urls() if url.isLocalFile()]


def finish() -> None:
    global _current
    _current = None
