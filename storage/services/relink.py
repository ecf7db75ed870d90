"""Originals that were left in place: are they still there and still the same, and where did they go?

A link is *missing* when no file is there, *changed* when the file's size differs or its time differs and its bytes do too.
Relinking goes by the SHA-256 of the content; another file is taken only when the person says so.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from storage.catalog import files
from storage.catalog.volumes import Lost
from storage.errors import BadInput, PostilError
from storage.media.originals import hash_file
from storage.media.probe import check_file, probe
from storage.model.items import Item, Kind, Location
from storage.progress import Progress
from storage.services.results import Failure
from storage.services.series_links import check_series, lost_files, relink_files
from storage.services.walk import find_files, path_to_link

if TYPE_CHECKING:
    from storage.catalog.engine import Catalog

_LINKS = (Location.LINKED, Location.MISSING, Location.CHANGED)


class OtherContent(BadInput):
    """The file is there, with other bytes than those that were registered."""


@dataclass(frozen=True, slots=True)
class LinkState:
    item_id: int
    title: str
    path: str
    location: Location  # LINKED: as it was registered


@dataclass(slots=True)
class RelinkResult:
    relinked: list[LinkState] = field(default_factory=list)
    not_found: list[LinkState] = field(default_factory=list)
    errors: list[Failure] = field(default_factory=list)


def check_links(catalog: Catalog, item_ids: Sequence[int], progress: Progress) -> list[LinkState]:
    """The state of each linked item among `item_ids`; what differs from the catalog's word is written there."""
    progress.stage("Checking linked files", len(item_ids))
    states: list[LinkState] = []
    changed: dict[Location, list[int]] = {}
    for done, item_id in enumerate(item_ids, start=1):
        item = catalog.reads.item(item_id)
        if item.kind is Kind.DICOM_SERIES:
            if item.location in _LINKS:
                states.append(LinkState(item.id, item.title, item.source, check_series(catalog, item, progress)))
        elif item.location in _LINKS:
            state = _state(item, progress)
            states.append(state)
            if state.location is not item.location:
                changed.setdefault(state.location, []).append(item_id)
        progress.step(done)
    for location, ids in changed.items():
        catalog.do("Check linked files", files.set_location, ids, location, by_itself=True)
    return states


def find_and_relink(catalog: Catalog, item_ids: Sequence[int], folder: Path, progress: Progress) -> RelinkResult:
    """Look for lost links by content under a folder. Only files of a wanted size are hashed."""
    lost = [i for i in (catalog.reads.item(n) for n in item_ids) if i.location in _LINKS]
    wanted: dict[tuple[int, str], list[Item]] = {}
    behind: dict[tuple[int, str], list[Lost]] = {}
    for item in lost:
        if item.kind is Kind.DICOM_SERIES:
            for part in lost_files(catalog, item):
                behind.setdefault((part.file.size, part.file.sha256), []).append(part)
        elif item.sha256:
            wanted.setdefault((item.size, item.sha256), []).append(item)
    places: dict[int, dict[int, Path]] = {}
    sizes = {size for size, _ in (*wanted, *behind)}
    result = RelinkResult()
    progress.stage("Looking for files")
    found = find_files([folder], progress).files
    progress.stage("Comparing files", len(found))
    for done, file in enumerate(found, start=1):
        if not wanted and not behind:
            break
        try:
            size = file.path.stat().st_size
            if size in sizes:
                key = (size, hash_file(file.path, progress.check))
                path = path_to_link(file.path) if key in wanted or key in behind else file.path
                for item in wanted.pop(key, ()):
                    result.relinked.append(relink(catalog, item.id, path))
                for part in behind.pop(key, ()):
                    places.setdefault(part.item_id, {})[part.position] = path
        except (PostilError, OSError) as error:
            result.errors.append(Failure.of_file(file.path, error))
        progress.step(done)
    for item in (i for i in lost if i.id in places):
        whole = relink_files(catalog, item, places[item.id])
        if whole is Location.LINKED:
            result.relinked.append(LinkState(item.id, item.title, str(next(iter(places[item.id].values())).parent), whole))
    done_ids = {state.item_id for state in result.relinked}
    result.not_found = [LinkState(i.id, i.title, i.source, i.location) for i in lost if i.id not in done_ids]
    return result


def relink(catalog: Catalog, item_id: int, path: Path, *, accept_changed: bool = False) -> LinkState:
    """Point an item at a file. BadInput when its bytes are not the registered ones, unless `accept_changed`."""
    item = catalog.reads.item(item_id)
    if item.kind is Kind.DICOM_SERIES:
        raise BadInput(
            f"{item.title} is a series of many files.", remedy="Choose the folder that they are in now.", input=item.title
        )
    if item.location not in _LINKS:
        raise BadInput(f"{item.title} is not a linked file.", remedy="Only linked files can be located anew.", input=item.title)
    path = path_to_link(path)
    info = probe(path)
    digest = hash_file(path)
    if item.sha256 and digest != item.sha256 and not accept_changed:
        raise OtherContent(
            f"{path.name} is not the file that was registered as {item.title}: its content differs.",
            remedy="Choose another file, or accept the changed one; labels stay where they are on the picture.",
            input=str(path),
        )
    status = path.stat()
    info = replace(info, facts={**info.facts, "mtime_ns": status.st_mtime_ns})
    catalog.do("Relink", files.relink, item_id, str(path), info, digest, status.st_mtime_ns)
    return LinkState(item_id, item.title, str(path), Location.LINKED)


def _state(item: Item, progress: Progress) -> LinkState:
    return LinkState(item.id, item.title, item.source, _where(item, progress))


def _where(item: Item, progress: Progress) -> Location:
    path = Path(item.source)
    try:
        status = check_file(path)
    except BadInput:
        # An unreadable or emptied file is there, but no longer what it was.
        return Location.CHANGED if _exists(path) else Location.MISSING
    if status.st_size != item.size:
        return Location.CHANGED
    if item.facts.get("mtime_ns") == status.st_mtime_ns:
        return Location.LINKED
    try:
        same = hash_file(path, progress.check) == item.sha256
    except OSError:
        return Location.MISSING
    return Location.LINKED if same else Location.CHANGED


def _exists(path: Path) -> bool:
    try:
        return path.exists()
    except OSError:
        return False
