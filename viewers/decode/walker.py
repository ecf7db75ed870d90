"""Frames of one video stream in order of time, from any frame on: by the table, never by counting seconds."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from storage.media.containers import Packets, only, open_container
from storage.media.frames import FrameTable
from storage.media.source import ByteSource
from viewers.decode.disposable import disposable_by

if TYPE_CHECKING:
    from collections.abc import Iterator

    from av.packet import Packet
    from av.video.frame import VideoFrame

Check = Callable[[], None]


class Walker:
    """Belongs to one thread. `seek(i)`, then `next()` gives (index, frame) with growing indices, i or one before it first.

    Frames that cannot be decoded are missing from what comes. Nothing of PyAV may be touched after `close`: its streams
    point into the freed container.
    """

    def __init__(self, source: ByteSource, table: FrameTable, stream: int, threads: int) -> None:
        self._source = source
        self._table = table
        self._number = stream
        self._threads = threads
        self._at_start = np.flatnonzero(table.is_key)[:1].tolist() or [0]
        self.damaged = 0  # packets that gave an error
        self.at = -1  # index of the frame given last
        self._open()

    def _open(self) -> None:
        self._container: Any = open_container(self._source)
        self._stream = only(self._container, self._number)
        context = self._stream.codec_context
        context.thread_type = "AUTO"
        context.thread_count = self._threads
        self._skipping = False
        self._disposable = disposable_by(context)
        self._begin()

    def _begin(self) -> None:
        self._packets: Iterator[Packet] = iter(Packets(self._container, self._stream))
        self._ready: deque[tuple[int, VideoFrame]] = deque()
        self._count = 0
        self._floor = -1
        self.at = -1
        self.skipped_to = -1  # up to this frame some were not decoded: they will not come
        self.ended = False

    def seek(self, index: int, check: Check) -> None:
        """To the key frame at or before `index`; further back where the container cannot land there."""
        if self._table.counted:
            self._restart()
            return
        key = self._table.key_at(index)
        while key > self._at_start[0]:
            if self._land(key) and self._settle(check) <= index:
                return
            key = self._table.key_at(max(0, key - 1 - (index - key)))
        self._restart()

    def next(self, check: Check, keep_from: int = 0) -> tuple[int, VideoFrame] | None:
        """None at the end. `check` is asked between packets; what was decoded is kept when it raises.

        Of the frames before `keep_from` only those are decoded on which others depend.
        """
        while not self._ready and not self.ended:
            check()
            packet = next(self._packets, None)
            if packet is None:
                self.ended = True
                break
            if not self._skip(packet, keep_from):
                self._decode(packet)
        if not self._ready:
            return None
        index, frame = self._ready.popleft()
        self.at = index
        return index, frame

    def key_alone(self, key: int) -> tuple[int, VideoFrame] | None:
        """Only that key frame, without waiting for those that the decoder works on beside it. `seek` must follow."""
        import av

        if self._table.counted or key <= self._at_start[0]:
            self._restart()
            packet = next(self._packets, None)
        else:
            packet = self._find_key(key)
        self.ended, self.at = True, -1
        if packet is None:
            return None
        self._decode(packet)
        try:
            for frame in self._stream.codec_context.decode(None):
                if (index := self._index_of(frame)) is not None:
                    self._ready.append((index, frame))
        except (av.error.FFmpegError, ValueError):
            pass
        found = next(((i, f) for i, f in self._ready if i <= key), None)
        self._ready.clear()
        return found

    def close(self) -> None:
        self._ready.clear()
        self._packets = iter(())
        self._stream = None
        if self._container is not None:
            self._container.close()
            self._container = None

    # -- seeking -----------------------------------------------------------------------------------------------------

    def _restart(self) -> None:
        """Raw streams cannot seek; a fresh container costs 1 ms and stands at its first packet for certain."""
        self.close()
        self._open()

    def _land(self, key: int) -> bool:
        packet = self._find_key(key)
        if packet is not None:
            self._decode(packet)
        return packet is not None

    def _find_key(self, key: int) -> Packet | None:
        """The packet of that key frame, or of one before it, where the container lands."""
        import av

        self._begin()
        if self._skipping:
            self._stream.codec_context.skip_frame = "DEFAULT"
            self._skipping = False
        try:
            self._container.seek(int(self._table.pts[key]), stream=self._stream, backward=True)
        except (av.error.FFmpegError, OSError):
            return None
        for packet in self._packets:
            # Some containers land between two key frames: nothing before the next one can be decoded.
            if packet.is_keyframe and packet.size:
                time = packet.pts if packet.pts is not None else packet.dts
                landed = self._table.index_of(time) if time is not None else None
                self._floor = -1 if landed is None else landed
                return packet if self._floor <= key else None
        return None

    def _settle(self, check: Check) -> int:
        """Decode until the first picture comes: its index, or the number of frames."""
        found = self.next(check)
        if found is None:
            return len(self._table)
        self._ready.appendleft(found)
        self.at = -1
        return found[0]

    # -- decoding ----------------------------------------------------------------------------------------------------

    def _decode(self, packet: Packet) -> None:
        import av

        try:
            frames = packet.decode()
        except av.error.EOFError:
            return
        except (av.error.InvalidDataError, av.error.PatchWelcomeError, av.error.UndefinedError, ValueError):
            self.damaged += 1
            return
        for frame in frames:
            index = self._index_of(frame)
            # Before the key frame come pictures (of an open group) whose references were never read.
            if index is not None and index >= self._floor:
                self._ready.append((index, frame))

    def _skip(self, packet: Packet, keep_from: int) -> bool:
        """This one is passed over; what the packets do not tell is left to FFmpeg."""
        wanted = self._table.pts[keep_from] if 0 < keep_from < len(self._table) else None
        skip = wanted is not None and not self._table.counted and packet.pts is not None and packet.pts < wanted
        if skip:
            self.skipped_to = max(self.skipped_to, int(np.searchsorted(self._table.pts, packet.pts or 0)))
        if skip != self._skipping:
            self._stream.codec_context.skip_frame = "NONREF" if skip else "DEFAULT"
            self._skipping = skip
        return skip and packet.size > 0 and self._disposable is not None and self._disposable(memoryview(packet))

    def _index_of(self, frame: Any) -> int | None:
        if self._table.counted:
            self._count += 1
            return self._count - 1 if self._count <= len(self._table) else None
        return self._table.index_of(frame.pts) if frame.pts is not None else None
