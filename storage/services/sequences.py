"""The videos that image sequences are made into: in the cache, made anew whenever one is missing.

Until a sequence is encoded it is played from its pictures. What could not be encoded is remembered beside it, so that it is
not tried again at every start.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from storage.errors import PostilError
from storage.model.items import Item, Kind
from storage.model.query import ItemQuery
from storage.progress import Progress
from storage.services.originals import paths_of

if TYPE_CHECKING:
    from storage.catalog.engine import Catalog

#: Pictures, where the video goes, the size of the first picture, and how far it is (`viewers.decode.encode.encode_members`).
Encode = Callable[[Sequence[Path], Path, tuple[int, int], Progress], object]

_FOLDER = "sequences"
_GAVE_UP = ".failed"


def encoded(catalog: Catalog, item: Item) -> Path | None:
    """The video of a sequence, where there is one."""
    place = _place(catalog, item)
    return place if place.is_file() else None


def why_not(catalog: Catalog, item: Item) -> str:
    """Why a sequence could not be encoded; empty when it was not tried or it worked."""
    try:
        return _place(catalog, item).with_suffix(_GAVE_UP).read_text("utf-8")
    except OSError:
        return ""


def missing(catalog: Catalog) -> list[int]:
    """Sequences that are still to be encoded, oldest first."""
    ids = sorted(catalog.reads.ids(ItemQuery(kinds=frozenset({Kind.IMAGE_SEQUENCE}))))
    items = (catalog.reads.item(item_id) for item_id in ids)
    return [i.id for i in items if i.sha256 and encoded(catalog, i) is None and not why_not(catalog, i)]


def encode(catalog: Catalog, item_id: int, work: Encode, progress: Progress) -> Path:
    """Encode one sequence. Cancelled leaves it for another time; what fails is remembered and raised."""
    item = catalog.reads.item(item_id)
    place = _place(catalog, item)
    place.parent.mkdir(parents=True, exist_ok=True)
    try:
        work(paths_of(catalog, item), place, (item.width or 1, item.height or 1), progress)
    except PostilError as error:
        place.with_suffix(_GAVE_UP).write_text(error.reason, "utf-8")
        raise
    place.with_suffix(_GAVE_UP).unlink(missing_ok=True)
    return place


def sweep(catalog: Catalog) -> int:
    """Remove the videos of sequences that are gone for good; answers how many."""
    removed = 0
    for path in (catalog.paths.cache / _FOLDER).glob("*"):
        if path.name.startswith("."):
            continue  # being written
        try:
            key = bytes.fromhex(path.name.split(".")[0])
        except ValueError:
            key = b""
        if not catalog.reader().execute("SELECT 1 FROM items WHERE sha256 = ?", (key,)).fetchone():
            path.unlink(missing_ok=True)
            removed += 1
    return removed


def _place(catalog: Catalog, item: Item) -> Path:
    return catalog.paths.cache / _FOLDER / f"{item.sha256}.webm"
