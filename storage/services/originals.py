"""Where an item's bytes are: what windows, decoders and exports ask for."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

from storage.errors import BadInput, PostilError
from storage.media.dicom_index import FrameIndex
from storage.media.frames import FrameTable
from storage.media.originals import Originals
from storage.media.source import ByteSource, FileSource, etag
from storage.model.items import BATCHES, Item, Kind, Location

if TYPE_CHECKING:
    from storage.catalog.engine import Catalog
    from storage.catalog.volumes import VolumeFile

_HASH_NAME = re.compile(r"\b[0-9a-f]{64}(\.\w+)*")


def path_of(catalog: Catalog, item: Item) -> Path:
    """The file of a local or linked item; it may be missing. A group has none of its own: BadInput. Of a series its first.

    Raises BadInput too where the stored path leads out of the catalog.
    """
    if item.kind is Kind.DICOM_SERIES and not item.source:
        return _volume_paths(catalog, _volume_files(catalog, item)[:1])[0]
    if item.kind in BATCHES:
        raise BadInput(
            f"“{item.title}” is made of pictures and has no file of its own.",
            remedy="Its pictures lie in the folder beside it.",
        )
    return Originals(catalog.paths).path_of(item.source, item.location)


def paths_of(catalog: Catalog, item: Item) -> list[Path]:
    """The files behind an item: its own, those of its pictures in order, or those of a series in the order of its index."""
    if item.kind is Kind.DICOM_SERIES and not item.source:
        return _volume_paths(catalog, _volume_files(catalog, item))
    if item.kind not in BATCHES:
        return [path_of(catalog, item)]
    originals = Originals(catalog.paths)
    return originals.paths_of((m.source, m.location) for m in catalog.reads.members_of(item.id))


def face_of(catalog: Catalog, item: Item) -> Path:
    """The file that the small picture of an item is drawn from: its own, that of its first picture, a series' middle one."""
    if item.kind is Kind.DICOM_SERIES and not item.source:
        paths = _volume_paths(catalog, _volume_files(catalog, item))
        return paths[len(paths) // 2]
    if item.kind in BATCHES:
        item = _first_picture(catalog, item)
    return path_of(catalog, item)


def source_of(catalog: Catalog, item: Item) -> ByteSource:
    """What a decoder is opened on; of a group its first picture, of a sequence the encoded video where there is one.

    Raises BadInput when the file is gone.
    """
    if item.kind is Kind.IMAGE_SEQUENCE:
        from storage.services.sequences import encoded

        video = encoded(catalog, item)
        if video is not None:
            return FileSource(video)
    if item.kind in BATCHES:
        item = _first_picture(catalog, item)
    return FileSource(path_of(catalog, item))


def by_its_title(error: PostilError, item: Item) -> PostilError:
    """The same error in the words of a person: a copy in the catalog is a file named by its hash, which says nothing."""
    error.reason = _HASH_NAME.sub(lambda _found: item.title, error.reason)
    error.args = (error.reason,)
    return error


def _volume_files(catalog: Catalog, item: Item) -> list[VolumeFile]:
    from storage.catalog.volumes import files_of

    behind = files_of(catalog.reader(), item.id)
    if not behind:
        raise BadInput(f"The files of “{item.title}” are not known.", remedy="Add the series again.", input=item.title)
    return behind


def _volume_paths(catalog: Catalog, behind: list[VolumeFile]) -> list[Path]:
    return Originals(catalog.paths).paths_of((f.source, f.location) for f in behind)


def _first_picture(catalog: Catalog, group: Item) -> Item:
    from storage.catalog.members import first_member

    first = first_member(catalog.reader(), group.id)
    if first is None:
        raise BadInput(f"“{group.title}” has no pictures.", remedy="Delete it, and make it anew.", input=group.title)
    return catalog.reads.item(first)


def facts_of(catalog: Catalog, item: Item) -> dict[str, Any]:
    """The facts of an item with what decoders need beside them: hand these to `viewers.decode.open_media`.

    `frame_table`: a `FrameTable`, of videos for which it is known. `members`: of groups and sequences, each with the
    `path` of its file. `encoded`: the path of the video that a sequence was made into, where there is one. `frame_index`
    and `files`: of DICOM series the `FrameIndex` and the paths of its files in that order; `etags` those of linked files when
    they were added, by their number.
    """
    facts: dict[str, Any] = dict(item.facts)
    if item.kind is Kind.VIDEO and item.sha256:
        table = catalog.reads.frame_table(item.sha256)
        if table is not None:
            facts["frame_table"] = FrameTable.from_bytes(table)
    if item.kind is Kind.DICOM_SERIES and item.sha256 and not item.source:
        index = catalog.reads.frame_index(item.sha256)
        if index is not None:
            facts["frame_index"] = FrameIndex.from_bytes(index)
        behind = _volume_files(catalog, item)
        facts["files"] = [str(path) for path in _volume_paths(catalog, behind)]
        linked = ((n, f) for n, f in enumerate(behind) if f.location is not Location.LOCAL)
        facts["etags"] = {n: etag(f.mtime_ns, f.size) for n, f in linked if f.mtime_ns is not None}
    if item.kind in BATCHES:
        originals = Originals(catalog.paths)
        pictures = catalog.reads.members_of(item.id)
        places = originals.paths_of((m.source, m.location) for m in pictures)
        facts["members"] = [m.fact() | {"path": str(path)} for m, path in zip(pictures, places, strict=True)]
    if item.kind is Kind.IMAGE_SEQUENCE:
        from storage.services.sequences import encoded

        video = encoded(catalog, item)
        facts |= {"width": item.width, "height": item.height, "encoded": str(video) if video is not None else None}
    return facts
