"""Folders and items: what lies in Files."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

MAX_TITLE = 300  # characters


class Kind(StrEnum):
    IMAGE = "image"
    IMAGE_GROUP = "image_group"
    IMAGE_SEQUENCE = "image_sequence"
    VIDEO = "video"
    AUDIO = "audio"
    DICOM_SERIES = "dicom_series"
    NIFTI = "nifti"
    PDF = "pdf"
    TEXT = "text"

    @property
    def words(self) -> str:
        """In a sentence: image group, DICOM series."""
        return _SPELT.get(self, self.value.replace("_", " "))


_SPELT = {Kind.DICOM_SERIES: "DICOM series", Kind.NIFTI: "NIfTI", Kind.PDF: "PDF"}
#: Kinds whose frames follow each other in time: an object is there between its key frames too.
MOVING = frozenset({Kind.VIDEO, Kind.IMAGE_SEQUENCE})
#: Kinds that are volumes: slices with a place in space.
VOLUMES = frozenset({Kind.DICOM_SERIES, Kind.NIFTI})
#: What a NIfTI or NRRD, whose file does not say it, can be told to show; as DICOM calls it.
GRID_MODALITIES = ("CT", "MR")
#: Kinds that are made of pictures which are items of their own.
BATCHES = frozenset({Kind.IMAGE_GROUP, Kind.IMAGE_SEQUENCE})

SEQUENCE_FPS = 25  # at which image sequences are encoded, played and exported
MAX_SEQUENCE = 32_767  # pictures
ADVISED_SEQUENCE = 15_000


class Location(StrEnum):
    """Where an item's original lives."""

    LOCAL = "local"  # copied into the catalog's originals/
    LINKED = "linked"  # left in place; the catalog keeps its path
    CLOUD = "cloud"
    CACHED = "cached"
    MISSING = "missing"  # a link whose file is gone
    CHANGED = "changed"  # a link whose file is no longer what was registered


class FolderKind(StrEnum):
    PLAIN = "plain"
    CLOUD_SYNCED = "cloud_synced"
    MEMBERS = "members"  # made by the program for the members of a group or sequence


@dataclass(frozen=True, slots=True)
class MediaInfo:
    """Header facts of one file. Sizes are those of the picture as shown upright (EXIF orientation applied)."""

    kind: Kind
    mime: str
    size: int  # bytes
    width: int | None = None  # px
    height: int | None = None  # px
    frames: int | None = None  # frames, pages or slices
    fps: float | None = None
    duration: float | None = None  # s
    facts: Mapping[str, Any] = field(default_factory=dict)  # JSON: orientation, mode, bits, pages, icc ...
    warnings: tuple[str, ...] = ()
    frame_table: bytes | None = None  # of a video: `storage.media.frames.FrameTable`, kept by the catalog


@dataclass(frozen=True, slots=True)
class FileRow:
    """One row of a list of items: thin, read in blocks."""

    id: int
    title: str
    kind: Kind
    size: int
    width: int | None
    height: int | None
    frames: int | None
    duration: float | None
    location: Location
    created_at: int  # ms UTC
    datasets: int  # how many datasets hold it
    labelled: bool
    warnings: bool
    folder_id: int
    thumb_key: str | None  # key in the thumbnail file (sha256 of the content), None until known


@dataclass(frozen=True, slots=True)
class Item:
    """One item whole."""

    id: int
    uuid: str
    folder_id: int
    kind: Kind
    title: str
    description: str
    mime: str
    size: int
    width: int | None
    height: int | None
    frames: int | None
    fps: float | None
    duration: float | None
    location: Location
    source: str  # LOCAL: path relative to the catalog; LINKED: absolute path; CLOUD: url
    sha256: str | None
    facts: Mapping[str, Any]
    metadata: Mapping[str, Any]
    warnings: tuple[str, ...]
    created_at: int
    created_by: str
    edited_at: int
    trashed_at: int | None


@dataclass(frozen=True, slots=True)
class Member:
    """One picture of an image group or sequence: an item of its own."""

    item_id: int
    uuid: str
    title: str
    mime: str
    width: int | None
    height: int | None
    size: int
    location: Location
    source: str
    sha256: str | None

    def fact(self) -> dict[str, Any]:
        """As it stands in `Item.facts["members"]`, which exporters and decoders read."""
        return {
            "uuid": self.uuid,
            "item_id": self.item_id,
            "title": self.title,
            "mime": self.mime,
            "width": self.width,
            "height": self.height,
            "location": str(self.location),
            "source": self.source,
            "sha256": self.sha256,
        }


@dataclass(frozen=True, slots=True)
class Folder:
    id: int
    uuid: str
    parent_id: int | None
    title: str
    description: str
    kind: FolderKind
    has_children: bool
    created_at: int
    created_by: str
    edited_at: int
    trashed_at: int | None = None


@dataclass(frozen=True, slots=True)
class FolderSummary:
    """What the details pane says of a folder, its sub-folders included."""

    items: int
    folders: int
    size: int
    kinds: Mapping[Kind, int]


@dataclass(frozen=True, slots=True)
class NewItem:
    """A row about to be made by intake. `uuid` is chosen by the caller so that files can be named before the row exists."""

    uuid: str
    title: str
    info: MediaInfo
    location: Location
    source: str
    sha256: str | None
    mtime_ns: int | None = None
    metadata: Mapping[str, Any] = field(default_factory=dict)
