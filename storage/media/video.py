"""Video files: which frames they have, and what their headers and packets say. One frame is decoded, no more."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from storage.errors import BadInput
from storage.media.containers import ATTACHED_PICTURE, Packets, damaged, name_of, only, open_container, reading
from storage.media.frames import FrameTable
from storage.media.source import ByteSource
from storage.model.items import Kind, MediaInfo

if TYPE_CHECKING:
    from av.container import InputContainer

__all__ = ["FrameTable", "Scan", "choose_stream", "chosen_stream", "frame_table", "orientation_of", "probe_video", "scan"]

MAX_FRAMES = 100_000_000
MAX_SIDE = 65_535  # px
MAX_PIXELS = 1 << 28
_DEFAULT = 0x1

_MIMES = {
    "mov": "video/mp4", "matroska": "video/x-matroska", "avi": "video/x-msvideo", "mpegts": "video/mp2t", "mpeg": "video/mpeg",
    "flv": "video/x-flv", "asf": "video/x-ms-asf", "ogg": "video/ogg",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Scan:
    """A pass over the packets of one stream."""

    table: FrameTable
    packets: int
    discarded: int  # flagged so, as an edit list does
    corrupt: int  # flagged so, or unreadable


def frame_table(source: ByteSource | Path, stream: int | None = None, check: Callable[[], None] | None = None) -> FrameTable:
    """The frames of a stream (None: the one `probe_video` chooses) by demuxing alone. BadInput where there is none."""
    name, path = name_of(source)
    with reading(name, path):
        stream = chosen_stream(source) if stream is None else stream
        table = scan(source, stream, check).table
    if not len(table):
        raise BadInput(f"{name} holds no picture that can be read.", remedy="Copy it again from where it came.", input=path)
    return table


def scan(source: ByteSource | Path, index: int, check: Callable[[], None] | None = None) -> Scan:
    """All packets of one stream. May raise what PyAV raises."""
    times: list[int] = []
    keys: list[bool] = []
    untimed = discarded = 0
    last_dts = -(1 << 63)
    disordered = False
    with open_container(source) as container:
        stream = only(container, index)
        if stream.type != "video":
            raise ValueError(f"stream {index} holds no video")
        packets = Packets(container, stream)
        for packet in packets.filled(check):
            if packets.count > MAX_FRAMES:
                raise ValueError(f"it claims more than {MAX_FRAMES:,} frames")
            if packet.is_discard:
                discarded += 1
                continue
            time = packet.pts if packet.pts is not None else packet.dts
            if time is None:
                untimed += 1
                continue
            times.append(time)
            keys.append(packet.is_keyframe)
            if packet.dts is not None:
                disordered = disordered or packet.dts < last_dts
                last_dts = packet.dts
        time_base = Fraction(stream.time_base or Fraction(1, 1000))
        counted = untimed > 0 or _without_times(container, stream)
        del packet, stream  # they point into the container
    if counted or disordered or len(set(times)) < len(times):
        table = _by_decoding(source, index, check)
    else:
        table = _sorted(times, keys, time_base)
    return Scan(table, packets.count, discarded, packets.corrupt + packets.errors)


def _sorted(times: list[int], keys: list[bool], time_base: Fraction) -> FrameTable:
    pts = np.array(times, np.int64)
    order = np.argsort(pts)
    return FrameTable(pts[order], np.array(keys, np.bool_)[order], time_base)


def _without_times(container: InputContainer, stream: Any) -> bool:
    """AVI has no presentation times. For H.264 with B-frames FFmpeg's guess at them is out of order (8.1)."""
    context = stream.codec_context
    return container.format.name == "avi" and context.name in ("h264", "hevc") and bool(context.has_b_frames)


def _by_decoding(source: ByteSource | Path, index: int, check: Callable[[], None] | None) -> FrameTable:
    """Where packets have no times, the same time twice (fields, several pictures in one packet of MPEG-PS), or a clock
    that starts again: everything is decoded once. If even the decoded frames have no order, they are only counted."""
    import av

    times: list[int | None] = []
    keys: list[bool] = []
    with open_container(source) as container:
        stream = only(container, index)
        stream.codec_context.thread_type = "AUTO"
        for packet in Packets(container, stream):
            if check is not None:
                check()
            try:
                for frame in packet.decode():
                    times.append(frame.pts)
                    keys.append(bool(frame.key_frame))
            except (av.error.InvalidDataError, av.error.PatchWelcomeError, av.error.UndefinedError):
                continue
            if len(times) > MAX_FRAMES:
                raise ValueError(f"it claims more than {MAX_FRAMES:,} frames")
        rate = Fraction(stream.guessed_rate or stream.average_rate or 25)
        time_base = Fraction(stream.time_base or Fraction(1, 1000))
        without = _without_times(container, stream)
        del packet, stream  # they point into the container
    known = [t for t in times if t is not None]
    if len(known) == len(times) and all(a < b for a, b in pairwise(known)) and not without:
        return FrameTable(np.array(known, np.int64), np.array(keys, np.bool_), time_base)
    is_key = np.zeros(len(times), np.bool_)
    is_key[:1] = True
    return FrameTable(np.arange(len(times), dtype=np.int64), is_key, 1 / rate, counted=True)


def choose_stream(container: InputContainer) -> tuple[Any, str]:
    """The stream that is shown, and why. Cover pictures are no video."""
    videos = [s for s in container.streams.video if not int(s.disposition) & ATTACHED_PICTURE]
    if not videos:
        raise BadInput(
            "The file holds no video.",
            remedy="Add it as audio if it is sound; else check what it holds in another program.",
        )
    marked = [s for s in videos if int(s.disposition) & _DEFAULT] or videos
    area = max(s.codec_context.width * s.codec_context.height for s in marked)
    largest = [s for s in marked if s.codec_context.width * s.codec_context.height == area]
    if len(videos) == 1:
        return videos[0], "the only one"
    if len(marked) == 1:
        return marked[0], "marked as the default"
    if len(largest) == 1:
        return largest[0], "the largest picture"
    return largest[0], "the first of equal ones"


def chosen_stream(source: ByteSource | Path) -> int:
    """The number of the stream that `probe_video` chooses."""
    name, path = name_of(source)
    with reading(name, path), open_container(source) as container:
        return int(choose_stream(container)[0].index)


def probe_video(path: Path, check: Callable[[], None] | None = None) -> MediaInfo:
    """Facts of a video by its packets and its first frame. Raises BadInput and nothing else (Cancelled by `check`)."""
    with reading(path.name, str(path)):
        return _probe(path, check)


def _probe(path: Path, check: Callable[[], None] | None) -> MediaInfo:
    from storage.media.video_facts import first_frame, streams_of

    size = path.stat().st_size
    with open_container(path) as container:
        # PyAV's streams point into the container: once it is closed their numbers are those of freed memory.
        stream, why = choose_stream(container)
        index = stream.index
        _check_bounds(stream.codec_context.width, stream.codec_context.height)
        streams = streams_of(container)
        said = stream.frames
        format_name = container.format.name.split(",")[0]
        lasts = _said_by_matroska(container, stream) if format_name == "matroska" else None
        has_audio = bool(container.streams.audio)
        del stream
    found = scan(path, index, check)
    table = found.table
    if not len(table):
        raise ValueError("it holds no picture that can be read; it may have been cut off")
    first = first_frame(path, index)
    _check_bounds(first.width, first.height)
    turned = first.orientation >= 5
    width, height = (first.height, first.width) if turned else (first.width, first.height)
    mime = _MIMES.get(format_name, f"video/x-{format_name}")
    if format_name == "matroska" and path.suffix.lower() == ".webm":
        mime = "video/webm"
    facts = {
        **first.facts, "format": format_name, "stream": index, "stream_why": why, "streams": streams,
        "time_base": [table.time_base.numerator, table.time_base.denominator], "first_pts": int(table.pts[0]),
        "keys": int(table.is_key.sum()), "variable_rate": table.variable, "has_audio": has_audio,
        "header_frames": said, "hidden_frames": found.discarded, "untimed": table.counted,
    }  # fmt: skip
    return MediaInfo(
        Kind.VIDEO, mime, size, width, height, len(table), round(table.fps, 6), float(table.duration),
        facts, tuple(_warnings(found, said, lasts, why, index, streams) + first.warnings), table.to_bytes(),
    )  # fmt: skip


def _check_bounds(width: int, height: int) -> None:
    if width < 0 or height < 0 or max(width, height) > MAX_SIDE or width * height > MAX_PIXELS:
        raise BadInput(
            f"The file claims pictures of {width} × {height} pixels, more than Postil opens.",
            remedy="If the size is real, scale the video down; if not, the file is damaged or malicious.",
        )


def _said_by_matroska(container: InputContainer, stream: Any) -> float | None:
    """Seconds by its header, which counts no frames: of the stream if it says so, else of all that the file holds.

    https://www.matroska.org/technical/tagging.html (DURATION), https://www.matroska.org/technical/elements.html (Duration)
    """
    said = re.fullmatch(r"(\d+):(\d+):(\d+(?:\.\d+)?)", stream.metadata.get("DURATION", ""))
    if said:
        return int(said[1]) * 3600 + int(said[2]) * 60 + float(said[3])
    return container.duration / 1_000_000 if container.duration else None


def _warnings(found: Scan, said: int, lasts: float | None, why: str, chosen: int, streams: list[dict[str, Any]]) -> list[str]:
    """`said`: frames, `lasts`: seconds by the header."""
    table, warnings = found.table, []
    if lasts is not None and not table.counted and lasts - float(table.duration) > max(1.0, 0.02 * lasts):
        warnings.append(f"The header says {lasts:.2f} s; {float(table.duration):.2f} s can be shown.")
    if said and said != len(table):
        hidden = f" ({found.discarded:,} are hidden by an edit list)" if found.discarded else ""
        warnings.append(f"The header says {said:,} frames; {len(table):,} can be shown{hidden}.")
    if table.variable:
        steps = np.diff(table.pts) * float(table.time_base) * 1000
        warnings.append(f"The frame rate varies: frames last from {steps.min():.3g} to {steps.max():.3g} ms.")
    videos = [s for s in streams if s["type"] == "video" and not s.get("cover")]
    if len(videos) > 1:
        others = ", ".join(str(s["index"]) for s in videos if s["index"] != chosen)
        warnings.append(f"Of {len(videos)} video streams number {chosen} is shown ({why}); not shown: {others}.")
    if found.corrupt:
        warnings.append(f"{damaged(found.corrupt)}: what can be read is shown.")
    if table.counted:
        warnings.append("The file has no times for its frames: they are counted, and jumping takes longer.")
    return warnings


def orientation_of(matrix: bytes) -> int:
    """FFmpeg's display matrix as an EXIF orientation (1 to 8); angles between go to the nearest quarter turn."""
    a, b, _, c, d = np.frombuffer(matrix[:20], np.int32).tolist()
    if abs(a) + abs(d) >= abs(b) + abs(c):
        return {(True, True): 1, (False, True): 2, (False, False): 3, (True, False): 4}[a >= 0, d >= 0]
    return {(True, True): 5, (True, False): 6, (False, False): 7, (False, True): 8}[b >= 0, c >= 0]
