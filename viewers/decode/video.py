"""A video as a `Decoder`: the frame asked for, exactly, forwards, backwards and at random."""

from __future__ import annotations

import os
import time
from collections.abc import Mapping
from hashlib import sha256
from itertools import count
from pathlib import Path
from typing import Any

import numpy as np

from storage.errors import BadInput, Cancelled
from storage.media.frames import FrameTable
from storage.media.source import ByteSource
from storage.media.video import chosen_stream, frame_table, orientation_of
from viewers.decode.arrays import CHANNELS, Array, halved
from viewers.decode.faults import decoding, name_of
from viewers.decode.frame_cache import FrameCache
from viewers.decode.pyramid import levels_of
from viewers.decode.regions import clipped, cut_out
from viewers.decode.request import FrameFacts, Picture, PixelKind, Region, Request
from viewers.decode.walker import Check, Walker

CACHE_BYTES = 512 << 20
_BEHIND = 12  # frames before the one jumped to that are kept, so that the first steps back cost nothing
_NEAR = 30  # frames: a shorter way is travel, a longer one a jump
_AHEAD = 48  # frames read ahead
_SKETCHED = 3  # of so many frames passed on the way one is kept as a sketch: something near is at hand wherever one drags to
_SKETCH_WIDTH = 640  # px at most
_SKETCH_BYTES = 64 << 20
_REST_S = 0.05  # so long in one place is a rest
_OVERHEAD = 8 << 10  # bytes a frame takes beside its planes (measured)


class VideoDecoder:
    """See `request.Decoder`. Belongs to one thread; `cancel` may be called from any.

    The owner calls `read_ahead` while nothing is asked for. Memory: the cache, plus a dozen frames inside FFmpeg.
    """

    def __init__(self, source: ByteSource, table: FrameTable, stream: int, *, cache_bytes: int = CACHE_BYTES) -> None:
        self.frames = len(table)
        self.table = table
        self.stream = stream
        self._source = source
        # One per core: with fewer a jump takes longer, and the window's worst gaps were no smaller (measured).
        self._walker = Walker(source, table, stream, min(8, os.cpu_count() or 1))
        self._cache = FrameCache(cache_bytes)
        self._sketches = FrameCache(_SKETCH_BYTES)
        self._shown_near: Picture | None = None  # the one given last: while one drags it is asked for again and again
        self._facts: FrameFacts | None = None
        self._orientation = 1
        self._stored = (0, 0)
        self._stand_in: dict[int, int] = {}  # damaged frame -> the one shown instead
        self._scalers: dict[int, Any] = {}
        self._given_up = -1

    # -- what everybody asks -----------------------------------------------------------------------------------------

    def facts(self, frame: int = 0) -> FrameFacts:
        """The same for all frames, but for warnings about the one asked for (known once it was read)."""
        with decoding(self._source):
            facts = self._look(_never)
        shown = self._stand_in.get(frame)
        told = list(facts.warnings)
        if shown is not None:
            told.append(f"Frame {frame} is damaged and cannot be decoded: frame {shown} is shown.")
        if self._walker.damaged:
            told.append(f"{self._walker.damaged:,} damaged packets were passed over so far.")
        return FrameFacts(facts.width, facts.height, facts.levels, facts.kind, facts.bits, facts.channels, tuple(told))

    def read(self, request: Request) -> Picture:
        def check() -> None:
            if 0 < request.generation <= self._given_up:
                raise Cancelled

        check()
        self._check_index(request.frame)
        with decoding(self._source):
            level = self._level(request.level, self._look(check))
            self._await_rest(request.frame, check)
            shown = self._exact(request.frame, check)
            return self._picture(request.frame, shown, self._cache.get(shown), level, request.region)

    def cancel(self, generation: int) -> None:
        self._given_up = max(self._given_up, generation)

    def close(self) -> None:
        self._cache.clear()
        self._sketches.clear()
        self._scalers.clear()
        self._walker.close()

    # -- video's own -------------------------------------------------------------------------------------------------

    def nearest_key(self, index: int, level: int = 0) -> Picture:
        """What can be shown at once while the exact frame is decoded; `Picture.frame` says which frame it is.

        A kept frame or a sketch (of a coarser level) that is nearer than the key frame before, else that key frame. Decoding
        goes on where it was, so a place that is dragged about is come nearer to with every call.
        """
        self._check_index(index)
        with decoding(self._source):
            level = self._level(level, self._look(_never))
            key = self.table.key_at(index)
            near = self._near(index, key, level)
            if near is not None:
                return near
            alone = self._walker.key_alone(key)
            if alone is None:
                shown = self._exact(key, _never)
                return self._picture(key, shown, self._cache.get(shown), level, None)
            self._keep(*alone)
            self._sketch(*alone)
            return self._picture(alone[0], alone[0], alone[1], level, None)

    def _near(self, index: int, key: int, level: int) -> Picture | None:
        """Of the frames passed since the key frame; a sharp one unless a sketch is clearly nearer."""
        found = self._cache.nearest_before(index, key)
        frame = None if found is None else self._cache.get(found)
        sketched = self._sketches.nearest_before(index - 1, key)  # of the frame itself no sketch is wanted
        if sketched is not None and (found is None or found + _SKETCHED < sketched):
            found, frame, level = sketched, self._sketches.get(sketched), max(level, self._sketch_level())
        if found is None:
            return None
        if self._shown_near is None or (self._shown_near.frame, self._shown_near.level) != (found, level):
            self._shown_near = self._picture(found, found, frame, level, None)
        return self._shown_near

    def cached(self, index: int) -> bool:
        return self._stand_in.get(index, index) in self._cache

    def kept(self, index: int, level: int = 0) -> Picture | None:
        """A cached frame, without this being taken for travel."""
        shown = self._stand_in.get(index, index)
        frame = self._cache.get(shown)
        if frame is None or self._facts is None:
            return None
        with decoding(self._source):
            return self._picture(index, shown, frame, self._level(level, self._facts), None)

    def travel(self, index: int, direction: int) -> None:
        self._cache.centre, self._cache.direction = index, direction

    def steps_to(self, index: int) -> int:
        """How many frames lie on the way to this one; 0 where it is cached."""
        if self.cached(index):
            return 0
        start, at = self._table_from(index), self._walker.at
        if start <= at < index and not self._walker.ended:
            return index - at
        return index - (0 if self.table.counted else self.table.key_at(index)) + 1

    @property
    def damage(self) -> str:
        """A sentence as soon as something could not be decoded, else empty."""
        if not self._walker.damaged and not self._stand_in:
            return ""
        return f"Parts of {name_of(self._source)[0]} are damaged: where a frame cannot be decoded, the one before it is shown."

    def read_ahead(self, check: Check, *, behind: bool = True) -> bool:
        """Decode what will be wanted next in the direction of travel, then (`behind`) the few frames before, which are
        missing after a jump to a key frame. False: there is nothing more to do for now.

        `check` raises Cancelled when a request waits; what was decoded until then stays.
        """
        with decoding(self._source):
            self._look(check)
            step, here = self._cache.direction, self._cache.centre
            missing = self._missing(here, step)
            if 0 <= missing < self.frames and abs(missing - here) <= self._reach():
                self._walk_to(missing, check, keep_from=missing - self._room() if step < 0 else missing)
                return True
            missing = self._missing(here, -1)
            if behind and step > 0 and missing >= 0 and here - missing <= min(_BEHIND, self._reach()):
                self._walk_to(missing, check, keep_from=here - _BEHIND)
                return True
            return False

    def _missing(self, here: int, step: int) -> int:
        missing = self._cache.run_end(here, step)
        while missing in self._stand_in:
            missing = self._cache.run_end(missing + step, step)
        return missing

    @property
    def bytes_kept(self) -> int:
        return self._cache.bytes

    def _await_rest(self, index: int, check: Check) -> None:
        """Where a sketch that hardly differs is seen already, a seek waits until the hand that drags rests: it cannot be given up,
        and each place on the way would wait for the seek to the place before."""
        near = self._shown_near
        if near is None or not 0 < index - near.frame <= _SKETCHED or self.cached(index):
            return
        if self._table_from(index) <= self._walker.at < index:
            return
        rests = time.monotonic() + _REST_S
        while time.monotonic() < rests:
            check()
            time.sleep(_REST_S / 10)

    # -- finding a frame ---------------------------------------------------------------------------------------------

    def _exact(self, index: int, check: Check) -> int:
        """Have the frame in the cache: its index, or that of the one that stands in for it."""
        moved = index - self._cache.centre
        travel = 0 < abs(moved) <= _NEAR
        if moved:
            self._cache.direction = -1 if travel and moved < 0 else 1
        self._cache.centre = index
        shown = self._stand_in.get(index, index)
        if shown in self._cache:
            return shown
        behind = self._room() if self._cache.direction < 0 else _BEHIND
        return self._walk_to(index, check, keep_from=index - behind)

    def _walk_to(self, index: int, check: Check, keep_from: int) -> int:
        """Decode forward to a frame, keeping those from `keep_from` on."""
        walker = self._walker
        if not self._table_from(index) <= walker.at < index or walker.ended or index <= walker.skipped_to:
            walker.seek(index, check)
        before = None
        while (found := walker.next(check, keep_from)) is not None:
            number, frame = found
            self._sketch(number, frame)
            if number >= index:
                self._keep(number, frame)
                if number == index:
                    return index
                break
            if number >= keep_from:
                self._keep(number, frame)
            before = found
        return self._replace(index, before, found, check)

    def _table_from(self, index: int) -> int:
        """From where on decoding forward is no longer than jumping."""
        return 0 if self.table.counted else self.table.key_at(index)

    def _replace(self, index: int, before: Any, after: Any, check: Check) -> int:
        """The frame could not be decoded: the last good one before it stands in, else the next."""
        if before is None:
            kept = self._cache.nearest_before(index, max(0, index - _NEAR))
            if kept is not None:
                before = (kept, self._cache.get(kept))
            elif index > 0:
                key = self.table.key_at(index - 1)
                self._walker.seek(key, check)
                while (found := self._walker.next(check)) is not None and found[0] < index:
                    before = found
        stand_in = before or after
        if stand_in is None:
            raise ValueError("none of its frames can be decoded")
        self._keep(*stand_in)
        self._stand_in[index] = int(stand_in[0])
        return int(stand_in[0])

    def _keep(self, index: int, frame: Any) -> None:
        self._cache.put(index, frame, _OVERHEAD + sum(plane.buffer_size for plane in frame.planes))

    def _sketch(self, index: int, frame: Any) -> None:
        """Keep it small, unless there is one near it."""
        if self._facts is None or self._sketched_about(index):
            return
        level = self._sketch_level()
        width, height = (halved(n, level) for n in (frame.width, frame.height))
        small = self._scaler(-1).reformat(frame, width=width, height=height, interpolation="FAST_BILINEAR")
        self._sketches.centre = self._cache.centre
        self._sketches.put(index, small, _OVERHEAD + sum(plane.buffer_size for plane in small.planes))

    def _sketched_about(self, index: int) -> bool:
        return self._sketches.nearest_before(index + _SKETCHED - 1, index - _SKETCHED + 1) is not None

    def _sketch_level(self) -> int:
        """Beyond those that can be asked for: there are many sketches."""
        return next(n for n in count() if halved(self._stored[0], n) <= _SKETCH_WIDTH)

    @staticmethod
    def _level(asked: int, facts: FrameFacts) -> int:
        return min(max(asked, 0), facts.levels)

    def _room(self) -> int:
        """How many frames fit in the cache."""
        each = max(1, self._cache.bytes // max(1, len(self._cache)))
        return max(1, self._cache.budget // each)

    def _reach(self) -> int:
        """How many frames ahead are read: half of what fits in the cache."""
        return min(_AHEAD, max(1, self._room() // 2))

    def _check_index(self, index: int) -> None:
        if not 0 <= index < self.frames:
            name, path = name_of(self._source)
            raise BadInput(
                f"{name} has {self.frames:,} frames; there is no frame {index:,}.", remedy="Count from 0.", input=path
            )

    # -- pixels ------------------------------------------------------------------------------------------------------

    def _look(self, check: Check) -> FrameFacts:
        """Size and kind, by the first frame."""
        if self._facts is None:
            frame = self._cache.get(self._walk_to(0, check, keep_from=0))
            assert frame is not None
            matrix = next((bytes(d) for d in frame.side_data if d.type.name == "DISPLAYMATRIX"), b"")
            self._orientation = orientation_of(matrix) if len(matrix) >= 36 else 1
            self._stored = (frame.width, frame.height)
            width, height = self._stored[::-1] if self._orientation >= 5 else self._stored
            parts = frame.format.components
            kind = PixelKind.RGBA8 if any(c.is_alpha for c in parts) else PixelKind.BGRA8
            bits = max((c.bits for c in parts), default=8)
            told = (f"{bits} bits per colour are shown as 8.",) if bits > 8 else ()
            self._facts = FrameFacts(width, height, levels_of(width, height), kind, bits, len(parts), told)
        return self._facts

    def _picture(self, index: int, shown: int, frame: Any, level: int, region: Region | None) -> Picture:
        facts = self._facts
        assert facts is not None
        assert frame is not None
        array = turned(self._converted(frame, level), self._orientation)
        name, path = name_of(self._source)
        size = (facts.width, facts.height)
        box = clipped(region, level, size, name, path)
        array = cut_out(array, box, level, size)
        return Picture(array, facts.kind, box, level, index, int(self.table.pts[shown]))

    def _converted(self, frame: Any, level: int) -> Array:
        """A stream may change its size on the way: all frames are brought to that of the first."""
        facts = self._facts
        assert facts is not None
        width, height = (halved(n, level) for n in self._stored)
        transparent = facts.kind is PixelKind.RGBA8
        name = "rgba" if transparent else "bgra"
        if width % 8:  # swscale 9.5 leaves the last width % 8 columns of four-byte pixels as they were
            name = "gbrap" if transparent else "rgb24"
        how = "AREA" if level else "BILINEAR"
        ready = self._scaler(level).reformat(frame, width=width, height=height, format=name, interpolation=how)
        array: Array = ready.to_ndarray()
        if name == "rgb24":
            import cv2

            array = np.asarray(cv2.cvtColor(array, cv2.COLOR_RGB2BGRA))
        assert array.shape == (height, width, CHANNELS[facts.kind])
        return np.ascontiguousarray(array)

    def _scaler(self, level: int) -> Any:
        """One for all frames: `frame.reformat` makes one for every frame (3 ms) and leaves it there (200 kB) as long as
        the frame is kept (PyAV 18.1)."""
        from av.video.reformatter import VideoReformatter

        if level not in self._scalers:
            self._scalers[level] = VideoReformatter()
        return self._scalers[level]


def open_video(
    source: ByteSource,
    facts: Mapping[str, Any],
    *,
    cache_dir: Path | None,
    table: FrameTable | None = None,
    cache_bytes: int = CACHE_BYTES,
) -> VideoDecoder:
    """A decoder for the stream that the facts name (else the one that probing chooses). The table of frames is taken
    from `table`, from the cache folder, or made (0.1 s for 27,000 frames)."""
    with decoding(source):
        stream = facts.get("stream")
        number = int(stream) if isinstance(stream, int) else chosen_stream(source)
        if table is None:
            table = _stored_table(source, number, cache_dir)
        return VideoDecoder(source, table, number, cache_bytes=cache_bytes)


def _stored_table(source: ByteSource, stream: int, cache_dir: Path | None) -> FrameTable:
    place = None
    if cache_dir is not None:
        identity = f"{source.path}|{source.etag}|{source.size}|{stream}"
        place = cache_dir / "frames" / f"{sha256(identity.encode('utf-8', 'surrogatepass')).hexdigest()[:40]}.pft"
        try:
            return FrameTable.from_bytes(place.read_bytes())
        except (OSError, BadInput):
            pass
    table = frame_table(source, stream)
    if place is not None:
        _store(place, table.to_bytes())
    return table


def _store(place: Path, data: bytes) -> None:
    """Whole or not at all; a cache that cannot be written is only slower."""
    from storage.ids import new_uuid

    part = place.with_suffix(f".{new_uuid()}.part")
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        part.write_bytes(data)
        part.replace(place)
    except OSError:
        return


def turned(a: Array, orientation: int) -> Array:
    """Upright, as memory of its own order: OpenCV turns 1080p in 2 ms, numpy takes 30."""
    if orientation == 1:
        return a
    import cv2

    match orientation:
        case 2:
            return np.asarray(cv2.flip(a, 1))
        case 3:
            return np.asarray(cv2.flip(a, -1))
        case 4:
            return np.asarray(cv2.flip(a, 0))
        case 5:
            return np.asarray(cv2.transpose(a))
        case 6:
            return np.asarray(cv2.rotate(a, cv2.ROTATE_90_CLOCKWISE))
        case 7:
            return np.asarray(cv2.transpose(cv2.flip(a, -1)))
    return np.asarray(cv2.rotate(a, cv2.ROTATE_90_COUNTERCLOCKWISE))


def _never() -> None:
    return None
