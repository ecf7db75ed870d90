"""Image groups and sequences from the pictures they are made of.

A group's frame i is its i-th picture, in its own size. A sequence moves: all frames have the size of the first, others are
scaled to fit and padded with black, exactly as in the video that it is made into (`encode`).
"""

from __future__ import annotations

import math
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from storage.errors import BadInput, Cancelled
from storage.media.frames import FrameTable
from storage.media.source import ByteSource, FileSource
from storage.model.items import SEQUENCE_FPS
from viewers.decode.arrays import Array, halved
from viewers.decode.faults import name_of
from viewers.decode.frame_cache import FrameCache
from viewers.decode.images import open_image
from viewers.decode.pyramid import levels_of
from viewers.decode.regions import clipped, cut_out
from viewers.decode.request import Decoder, FrameFacts, Picture, PixelKind, Request, to_rgb

_OPEN = 3  # pictures whose pixels stay in memory
SEQUENCE_BYTES = 256 << 20
_AHEAD = 24  # frames


@dataclass(frozen=True, slots=True)
class _Member:
    title: str
    path: Path


def open_group(source: ByteSource, facts: Mapping[str, Any], *, cache_dir: Path | None) -> GroupDecoder:
    """`facts["members"]` as `storage.services.originals.facts_of` gives them."""
    return GroupDecoder(_members(source, facts), cache_dir)


def open_sequence(source: ByteSource, facts: Mapping[str, Any], *, cache_dir: Path | None) -> Decoder:
    """The encoded video, where there is one that has a frame for every picture; else the pictures themselves."""
    members = _members(source, facts)
    video = facts.get("encoded")
    if video:
        from viewers.decode.video import open_video

        try:
            decoder = open_video(FileSource(Path(video)), {}, cache_dir=cache_dir)
        except BadInput:
            pass  # the video is made anew from the pictures some day; until then they will do
        else:
            if decoder.frames == len(members):
                return decoder
            decoder.close()
    return SequenceDecoder(members, facts, cache_dir)


def _members(source: ByteSource, facts: Mapping[str, Any]) -> list[_Member]:
    found = facts.get("members")
    if not isinstance(found, Sequence) or not found:
        name, path = name_of(source)
        raise BadInput(
            f"{name} belongs to a group whose pictures are not known.", remedy="Delete the group, and make it anew.", input=path
        )
    return [_Member(str(m.get("title") or f"Picture {n + 1}"), Path(m["path"])) for n, m in enumerate(found)]


class GroupDecoder:
    """See `request.Decoder`. A picture that cannot be read is an error of its own frame only."""

    def __init__(self, members: Sequence[_Member], cache_dir: Path | None) -> None:
        self.frames = len(members)
        self._members = members
        self._cache_dir = cache_dir
        self._open: OrderedDict[int, Decoder] = OrderedDict()
        self._facts: dict[int, FrameFacts] = {}
        self._given_up = -1

    def facts(self, frame: int = 0) -> FrameFacts:
        if frame not in self._facts:
            self._facts[frame] = self._decoder(frame).facts(0)
        return self._facts[frame]

    def read(self, request: Request) -> Picture:
        return replace(self._decoder(request.frame).read(replace(request, frame=0)), frame=request.frame)

    def cancel(self, generation: int) -> None:
        self._given_up = max(self._given_up, generation)
        for decoder in tuple(self._open.values()):
            decoder.cancel(generation)

    def close(self) -> None:
        while self._open:
            self._open.popitem()[1].close()

    def _decoder(self, index: int) -> Decoder:
        _check_index(index, self.frames)
        if index not in self._open:
            while len(self._open) >= _OPEN:
                self._open.popitem(last=False)[1].close()
            made = open_image(FileSource(self._members[index].path), {}, cache_dir=self._cache_dir)
            made.cancel(self._given_up)
            self._open[index] = made
        self._open.move_to_end(index)
        return self._open[index]


class SequenceDecoder:
    """See `moving.MovingDecoder`: every frame stands for itself. One that cannot be read is black and told in `damage`."""

    def __init__(
        self, members: Sequence[_Member], facts: Mapping[str, Any], cache_dir: Path | None, *, cache_bytes: int = SEQUENCE_BYTES
    ) -> None:
        self.frames = len(members)
        self.table = FrameTable(
            np.arange(self.frames, dtype=np.int64), np.ones(self.frames, np.bool_), Fraction(1, SEQUENCE_FPS)
        )
        self._members = members
        self._cache_dir = cache_dir
        self._level = 0  # read last: what is cached has this one
        self._cache = FrameCache(cache_bytes)
        self._damaged: dict[int, str] = {}
        self._given_up = -1
        width, height = facts.get("width"), facts.get("height")
        if not width or not height:
            first = self._image(0)
            width, height = first.facts(0).width, first.facts(0).height
            first.close()
        self._size = (int(width), int(height))

    def facts(self, frame: int = 0) -> FrameFacts:
        width, height = self._size
        told = (f"{self._damaged[frame]} Its frame is black.",) if frame in self._damaged else ()
        return FrameFacts(width, height, levels_of(width, height), PixelKind.BGRA8, warnings=told)

    def read(self, request: Request) -> Picture:
        def check() -> None:
            if 0 < request.generation <= self._given_up:
                raise Cancelled

        check()
        index, facts = request.frame, self.facts()
        _check_index(index, self.frames)
        level = min(max(request.level, 0), facts.levels)
        moved = index - self._cache.centre
        if moved:
            self._cache.direction = -1 if -_AHEAD <= moved < 0 else 1
        self._cache.centre = index
        box = clipped(request.region, level, self._size, self._members[index].title)
        return Picture(cut_out(self._frame(index, level), box, level, self._size), facts.kind, box, level, index, index)

    def cancel(self, generation: int) -> None:
        self._given_up = max(self._given_up, generation)

    def close(self) -> None:
        self._cache.clear()

    # -- as of all that moves

    def cached(self, index: int) -> bool:
        return index in self._cache

    def kept(self, index: int, level: int = 0) -> Picture | None:
        level = min(max(level, 0), self.facts().levels)
        return Picture(self._frame(index, level), PixelKind.BGRA8, (0, 0, *self._size), level, index, index)

    def travel(self, index: int, direction: int) -> None:
        self._cache.centre, self._cache.direction = index, direction

    def steps_to(self, index: int) -> int:
        return 0 if index in self._cache else 1

    def nearest_key(self, index: int, level: int = 0) -> Picture:
        return self.read(Request(index, level))

    def read_ahead(self, check: Callable[[], None], *, behind: bool = True) -> bool:
        step, here = self._cache.direction, self._cache.centre
        missing = self._cache.run_end(here, step)
        width, height = (halved(n, self._level) for n in self._size)
        reach = min(_AHEAD, max(1, self._cache.budget // (width * height * 8)))
        if not 0 <= missing < self.frames or abs(missing - here) > reach:
            return False
        check()
        self._frame(missing, self._level)
        return True

    @property
    def damage(self) -> str:
        if not self._damaged:
            return ""
        return f"{next(iter(self._damaged.values()))} Frames whose picture cannot be read are black."

    # -- pixels

    def _frame(self, index: int, level: int) -> Array:
        if level != self._level:
            self._cache.clear()
            self._level = level
        found: Array | None = self._cache.get(index)
        if found is None:
            found = self._made(index, level)
            found.flags.writeable = False
            self._cache.put(index, found, found.nbytes)
        return found

    def _made(self, index: int, level: int) -> Array:
        out = np.zeros((halved(self._size[1], level), halved(self._size[0], level), 4), np.uint8)
        out[..., 3] = 255
        try:
            decoder = self._image(index)
        except BadInput as error:
            self._damaged[index] = error.reason
            return out
        try:
            self._put(decoder, out, level)
        except BadInput as error:
            self._damaged[index] = error.reason
        finally:
            decoder.close()
        return out

    def _put(self, decoder: Decoder, out: Array, level: int) -> None:
        """Scaled to fit, in the middle of black. A picture of the first one's size is not touched."""
        facts = decoder.facts(0)
        height, width = out.shape[:2]
        scale = min(width / facts.width, height / facts.height)
        coarse = min(facts.levels, max(0, math.floor(math.log2(1 / scale) + 1e-9))) if level and scale < 1 else 0
        small = cv2.cvtColor(to_rgb(decoder.read(Request(0, coarse))), cv2.COLOR_RGB2BGRA)
        inner = (max(1, min(width, round(facts.width * scale))), max(1, min(height, round(facts.height * scale))))
        if small.shape[1::-1] != inner:
            small = cv2.resize(small, inner, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR)
        x, y = (width - inner[0]) // 2, (height - inner[1]) // 2
        out[y : y + inner[1], x : x + inner[0]] = small

    def _image(self, index: int) -> Decoder:
        return open_image(FileSource(self._members[index].path), {}, cache_dir=self._cache_dir)


def _check_index(index: int, frames: int) -> None:
    if not 0 <= index < frames:
        raise BadInput(f"There are {frames:,} pictures; there is no picture {index:,}.", remedy="Count from 0.")
