"""The picture that stands for a video in lists: its first key frame that is not black."""

from __future__ import annotations

import time
from typing import Any

import numpy as np

from storage.media.containers import Packets, only, open_container
from storage.media.source import ByteSource
from storage.media.video import chosen_stream, orientation_of
from viewers.decode.arrays import Array
from viewers.decode.video import turned

_KEYS = 24  # key frames looked at
_PACKETS = 4000  # ... or so many packets: a title of a minute may be black
_LIMIT_S = 4.0  # ... or so long: key frames of damaged or huge videos may come slowly
_DARK = 24  # of 255: the brightest twentieth of a black picture is below


def key_picture(source: ByteSource, size: int) -> Array:
    """(h, w, 3) uint8 RGB, upright, just large enough for a thumbnail of `size`. ValueError when nothing can be shown."""
    first: Array | None = None
    looked = 0
    until = time.monotonic() + _LIMIT_S
    index = chosen_stream(source)
    with open_container(source) as container:
        stream = only(container, index)
        stream.codec_context.skip_frame = "NONKEY"
        for number, packet in enumerate(Packets(container, stream)):
            for frame in _decoded(packet):
                picture = _small(frame, size)
                first = picture if first is None else first
                if np.percentile(picture.max(axis=2), 95) > _DARK:
                    return picture
                looked += 1
            late = number >= _PACKETS or time.monotonic() > until
            if looked >= _KEYS or (late and first is not None):
                break
        del packet, stream  # they point into the container
    if first is None:
        raise ValueError("none of its pictures can be decoded")
    return first


def _decoded(packet: Any) -> list[Any]:
    import av

    try:
        return list(packet.decode())
    except (av.error.InvalidDataError, av.error.PatchWelcomeError, av.error.UndefinedError, av.error.EOFError):
        return []


def _small(frame: Any, size: int) -> Array:
    scale = min(1.0, size / max(frame.width, frame.height))
    width, height = max(1, round(frame.width * scale)), max(1, round(frame.height * scale))
    ready = frame.reformat(width=width, height=height, format="rgb24", interpolation="AREA")
    matrix = next((bytes(d) for d in frame.side_data if d.type.name == "DISPLAYMATRIX"), b"")
    array: Array = np.ascontiguousarray(ready.to_ndarray())
    return turned(array, orientation_of(matrix) if len(matrix) >= 36 else 1)
