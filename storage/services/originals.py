"""Where an item's bytes are: what windows, decoders and exports ask for."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from storage.media.originals import Originals
from storage.media.source import ByteSource, FileSource
from storage.model.items import Item

if TYPE_CHECKING:
    from storage.catalog.engine import Catalog


def path_of(catalog: Catalog, item: Item) -> Path:
    """The file of a local or linked item; it may be missing. Raises BadInput where the stored path leads out of the catalog."""
    return Originals(catalog.paths).path_of(item.source, item.location)


def source_of(catalog: Catalog, item: Item) -> ByteSource:
    """Raises BadInput when the file is gone."""
    return FileSource(path_of(catalog, item))
