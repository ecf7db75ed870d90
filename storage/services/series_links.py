"""Linked files of DICOM series: are they still there and still the same, and where did they go?"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from storage.catalog import volumes
from storage.catalog.volumes import Lost, VolumeFile
from storage.media.originals import hash_file
from storage.model.items import Item, Location
from storage.progress import Progress

if TYPE_CHECKING:
    from storage.catalog.engine import Catalog

_LINKS = (Location.LINKED, Location.MISSING, Location.CHANGED)


def check_series(catalog: Catalog, item: Item, progress: Progress) -> Location:
    """How the linked files of a series stand; what differs from the catalog's word is written there."""
    behind = volumes.files_of(catalog.reader(), item.id)
    found = {n: _state(file, progress) for n, file in enumerate(behind) if file.location in _LINKS}
    changed = {n: place for n, place in found.items() if place is not behind[n].location}
    whole = _whole({**{n: f.location for n, f in enumerate(behind)}, **found})
    if changed or whole is not item.location:
        catalog.do("Check linked files", volumes.set_locations, item.id, changed, whole, by_itself=True)
    return whole


def lost_files(catalog: Catalog, item: Item) -> list[Lost]:
    """The linked files of a series that are not where they were."""
    behind = volumes.files_of(catalog.reader(), item.id)
    return [Lost(item.id, n, file) for n, file in enumerate(behind) if file.location in _LINKS and not _there(file)]


def relink_files(catalog: Catalog, item: Item, found: Mapping[int, Path]) -> Location:
    """Point a series at files of the same content in other places."""
    behind = volumes.files_of(catalog.reader(), item.id)
    places = {n: (str(path), path.stat().st_mtime_ns) for n, path in found.items()}
    left = {n: f.location if n not in found else Location.LINKED for n, f in enumerate(behind)}
    left |= {n: Location.MISSING for n, f in enumerate(behind) if n not in found and f.location in _LINKS and not _there(f)}
    whole = _whole(left)
    catalog.do("Relink", volumes.relink, item.id, places, whole)
    return whole


def _whole(places: Mapping[int, Location]) -> Location:
    """A series is missing when one of its files is."""
    for place in (Location.MISSING, Location.CHANGED, Location.LINKED):
        if place in places.values():
            return place
    return Location.LOCAL


def _there(file: VolumeFile) -> bool:
    try:
        return Path(file.source).stat().st_size == file.size
    except OSError:
        return False


def _state(file: VolumeFile, progress: Progress) -> Location:
    path = Path(file.source)
    try:
        status = path.stat()
        if status.st_size != file.size:
            return Location.CHANGED
        if status.st_mtime_ns == file.mtime_ns or hash_file(path, progress.check) == file.sha256:
            return Location.LINKED
    except OSError:
        return Location.MISSING
    return Location.CHANGED
