"""Series that were added by an earlier version: their headers are read again, so that they know what series added today know.

Labels stand on frames, so frames and their order never change here. Where today's reading makes the very same series of the
files, it gets today's index and hash, and adding its files once more finds it there; else it learns facts alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from storage.catalog import volumes
from storage.catalog.writer import Priority
from storage.errors import BadInput, PostilError
from storage.media.dicom import read_file
from storage.media.dicom_header import ImageFile
from storage.media.dicom_index import FrameIndex
from storage.media.dicom_series import group
from storage.media.dicom_tags import NotDicom
from storage.media.dicom_tell import READ_AS, series_facts
from storage.media.thumbnails import ThumbnailStore
from storage.model.items import Item, MediaInfo
from storage.progress import Progress
from storage.services.originals import paths_of
from storage.services.results import Failure
from storage.services.series import hash_of

if TYPE_CHECKING:
    from storage.catalog.engine import Catalog


@dataclass(slots=True)
class Reread:
    """Titles of series that are as if they were added today, and of those that learned facts alone."""

    renewed: list[str] = field(default_factory=list)
    informed: list[str] = field(default_factory=list)
    errors: list[Failure] = field(default_factory=list)


def reread(catalog: Catalog, progress: Progress) -> Reread:
    """All series of the catalog that an earlier version has read."""
    found = Reread()
    waiting = volumes.read_before(catalog.reader(), READ_AS)
    progress.stage("Reading headers of earlier versions", len(waiting))
    for done, item_id in enumerate(waiting, start=1):
        item = catalog.reads.item(item_id)
        try:
            (found.renewed if _renew(catalog, item, progress) else found.informed).append(item.title)
        except PostilError as error:
            found.errors.append(Failure.of(error, item.title))
        progress.step(done)
    return found


def _renew(catalog: Catalog, item: Item, progress: Progress) -> bool:
    paths = paths_of(catalog, item)
    gone = [path for path in paths if not path.is_file()]
    if gone:
        more = f" and {len(gone) - 1:,} more" if len(gone) > 1 else ""
        reason = f"“{item.title}”: the file {gone[0].name}{more} is missing."
        raise BadInput(reason, remedy="Relink the series, or put the files back.", input=item.title)
    images = _read(paths, item, progress)
    old = _index_of(catalog, item)
    found = next((s for s in group(images, []) if _frames(s.index) == _frames(old) and s.files == paths), None)
    renew = partial(catalog.do, f"Read the headers of {item.title} again", volumes.renew, item.id, by_itself=True)
    if found is None:
        spacing_kind = images[0].keys["spacing_kind"] if old.spacing else ""
        facts = series_facts(images, replace(old, spacing_kind=spacing_kind))
        renew(_info_of(item, facts), priority=Priority.BULK)
        return False
    sha256 = hash_of(catalog.reads.volume_files_of(item.id), found.index)
    _keep_picture(catalog, item, sha256)
    renew(found.info, sha256, found.index.to_bytes(), priority=Priority.BULK)
    return True


def _read(paths: list[Path], item: Item, progress: Progress) -> list[ImageFile]:
    images: list[ImageFile] = []
    for path in paths:
        progress.check()
        try:
            read = read_file(path)
        except NotDicom:
            read = ""
        if not isinstance(read, ImageFile):
            reason = f"“{item.title}”: the file {path.name} is no picture of DICOM any more."
            raise BadInput(reason, remedy="Relink the series, or put the file back.", input=item.title)
        images.append(read)
    return images


def _index_of(catalog: Catalog, item: Item) -> FrameIndex:
    blob = catalog.reads.frame_index(item.sha256 or "")
    if blob is None:
        reason = f"Where the frames of “{item.title}” lie is not known."
        raise BadInput(reason, remedy="Add the series again.", input=item.title)
    return FrameIndex.from_bytes(blob)


def _frames(index: FrameIndex) -> list[tuple[str, int, int]]:
    """Which picture each frame is: instance, number in it, and first byte (copies of an instance have their own)."""
    numbers = zip(index.file.tolist(), index.frame_number.tolist(), index.offset.tolist(), strict=True)
    return [(index.sop_uids[file], number, offset) for file, number, offset in numbers]


def _info_of(item: Item, facts: Mapping[str, Any]) -> MediaInfo:
    """As it is, with other facts."""
    size = item.width, item.height, item.frames
    return MediaInfo(item.kind, item.mime, item.size, *size, item.fps, facts=facts, warnings=item.warnings)


def _keep_picture(catalog: Catalog, item: Item, sha256: str) -> None:
    """Its preview is the same; it is kept by the hash."""
    if not item.sha256 or item.sha256 == sha256:
        return
    store = ThumbnailStore(catalog.paths.thumbnails)
    try:
        picture = store.get(item.sha256)
        if picture is not None:
            store.put(sha256, picture)
    finally:
        store.close()
