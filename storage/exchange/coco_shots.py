"""The pictures of an item in COCO's sense: which of its frames become images, under which names and numbers.

Pages, members of a group and pictures are all images, labelled or not. Of a video or a sequence only the frames that
something is said of, named as Encord names them (encord.md 2.12): `videos/<data hash>/<frame>.jpg`.
"""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import PurePosixPath
from typing import Any

from storage.exchange.encord_write import unit_hash
from storage.exchange.features import frame_count, place_size
from storage.model import interpolation
from storage.model.items import MOVING, Item, Kind
from storage.model.labels import Annotation, FrameKey, LabelDocument, Range
from storage.model.ranges import joined, within
from storage.model.reads import LabelRowInfo

#: Kinds of items whose labels lie on pictures.
PICTURES = frozenset({Kind.IMAGE, Kind.IMAGE_GROUP, Kind.IMAGE_SEQUENCE, Kind.VIDEO, Kind.PDF})


class Shots:
    """Of one label row. `first_id` is the number of its first image in the file."""

    def __init__(
        self, info: LabelRowInfo, document: LabelDocument, first_id: int, path: str, wanted: Callable[[str], bool]
    ) -> None:
        self._info, self.item, self._path, self._first_id = info, info.item, path, first_id
        self.count = frame_count(self.item)
        self.moving = self.item.kind in MOVING
        self._ranges = self._labelled(document, wanted) if self.moving else [(0, self.count - 1)]
        self._before = [0]  # images before each range
        for a, b in self._ranges:
            self._before.append(self._before[-1] + b - a + 1)

    def _labelled(self, document: LabelDocument, wanted: Callable[[str], bool]) -> list[Range]:
        told = [
            span
            for instance in document.instances.values()
            if wanted(instance.feature_hash)
            for span in interpolation.ranges(document, instance.uuid)
        ]
        spoken = [c for c in document.classifications.values() if wanted(c.feature_hash)]
        told.extend(span for c in spoken for span in c.ranges)
        if any(not c.ranges for c in spoken):
            told.append((0, 0))  # what is said of the whole needs a picture to stand at
        return joined(within(told, self.count))

    def __iter__(self) -> Iterator[int]:
        for a, b in self._ranges:
            yield from range(a, b + 1)

    @property
    def first(self) -> int | None:
        return self._ranges[0][0] if self._ranges else None

    def id_of(self, frame: int) -> int | None:
        """The number of a frame's image; None when it is none."""
        at = bisect_left(self._ranges, (frame + 1, 0)) - 1
        if at < 0 or frame > self._ranges[at][1]:
            return None
        return self._first_id + self._before[at] + frame - self._ranges[at][0]

    def frame_of(self, annotation: Annotation) -> int | None:
        """The frame, page or member that a row lies on; None when the item has no such place."""
        frame = frame_of(self.item, annotation.at)
        return frame if frame is not None and 0 <= frame < self.count else None

    def size(self, frame: int) -> tuple[int, int] | None:
        """Whole pixels; the points of a page are rounded up, so that nothing lies outside."""
        return size_of(self.item, frame)

    def title(self, frame: int) -> dict[str, str]:
        if self.moving:
            return {"video_title": self.item.title}
        return {"image_title": str(_member(self.item, frame).get("title") or self.item.title)}

    def name(self, frame: int) -> str:
        match self.item.kind:
            case Kind.VIDEO | Kind.IMAGE_SEQUENCE:
                return f"videos/{self._info.data_uuid}/{frame}.jpg"
            case Kind.IMAGE_GROUP:
                end = PurePosixPath(str(_member(self.item, frame).get("title") or "")).suffix or ".png"
                return f"images/{unit_hash(self._info.data_uuid, frame)}{end}"
        return page_name(self._path, frame, self.count)


def page_name(path: str, page: int, pages: int) -> str:
    """`scan.tif#page=2`: the second page of a picture with several."""
    return path if pages == 1 else f"{path}#page={page + 1}"


def frame_of(item: Item, at: FrameKey) -> int | None:
    """Members of a group are its frames."""
    part, frame = at
    if not part:
        return frame
    uuids = [m.get("uuid") for m in _members(item)]
    return uuids.index(part) if part in uuids and frame == 0 else None


def key_of(item: Item, frame: int) -> FrameKey:
    """Where a new row of that frame belongs."""
    part = _member(item, frame).get("uuid")
    return (str(part), 0) if part else ("", frame)


def size_of(item: Item, frame: int) -> tuple[int, int] | None:
    size = place_size(item, frame)
    return (math.ceil(size[0]), math.ceil(size[1])) if size else None


def _members(item: Item) -> Sequence[Mapping[str, Any]]:
    members = item.facts.get("members")
    return members if item.kind is Kind.IMAGE_GROUP and isinstance(members, (list, tuple)) else ()


def _member(item: Item, frame: int) -> Mapping[str, Any]:
    members = _members(item)
    return members[frame] if 0 <= frame < len(members) else {}
