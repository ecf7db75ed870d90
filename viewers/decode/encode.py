"""Pictures become an image sequence: a video whose frame i is exactly the i-th picture.

VP9 or AV1 in WebM. H.264 would be wider spread, but the encoder in PyAV's wheel (x264) is under the GPL.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any, Literal

import numpy as np

from storage.errors import BadInput, DiskFull, Refused
from storage.ids import new_uuid
from storage.media.frames import FrameTable
from storage.media.source import FileSource
from storage.media.video import frame_table
from storage.model.items import MAX_SEQUENCE, SEQUENCE_FPS
from storage.progress import Progress
from viewers.decode.arrays import Array
from viewers.decode.images import open_image
from viewers.decode.request import Request, to_rgb

FPS = SEQUENCE_FPS
MAX_IMAGES = MAX_SEQUENCE
_KEY_EVERY = 25  # frames: a jump decodes half a second at most
MAX_SIDE = 16_384  # px, of both codecs

Codec = Literal["vp9", "av1"]
_OPTIONS: dict[str, tuple[str, dict[str, str]]] = {
    "vp9": ("libvpx-vp9", {"crf": "18", "b": "0", "deadline": "good", "cpu-used": "5", "row-mt": "1", "lag-in-frames": "0", "auto-alt-ref": "0"}),
    "av1": ("libsvtav1", {"crf": "20", "preset": "9", "svtav1-params": "enable-overlays=0"}),
}  # fmt: skip


def encode_sequence(
    pictures: Sequence[Path],
    out: Path,
    *,
    codec: Codec = "vp9",
    progress: Progress,
    read: Callable[[Path], Array] | None = None,
) -> FrameTable:
    """Write `out` whole or not at all. The first picture gives the size; others are scaled to fit and padded with black.

    `read` gives (h, w, 3) uint8 RGB of a picture. The finished file is counted before it gets its name. BadInput names
    the picture that cannot be read; Refused where there are none or too many.
    """
    _check_count(len(pictures))
    read = read or read_rgb
    progress.stage("Encoding the sequence", len(pictures))
    part = out.with_name(f".{out.stem}.{new_uuid()}.part.webm")
    try:
        _write(pictures, part, codec, progress, read)
        table = frame_table(part, check=progress.check)
        if len(table) != len(pictures):
            raise BadInput(
                f"Of {len(pictures):,} pictures {len(table):,} arrived in the sequence {out.name}.",
                remedy="Try again; if it happens again, choose the other codec.",
                input=str(out),
            )
        part.replace(out)
        return table
    except OSError as error:
        if getattr(error, "errno", None) == 28:
            raise DiskFull(
                f"There is no room left for the sequence {out.name}.", remedy="Free some space and try again.", input=str(out)
            ) from error
        raise BadInput(
            f"The sequence {out.name} cannot be written: {getattr(error, 'strerror', None) or error}.",
            remedy="Check the folder it goes to, and try again.",
            input=str(out),
        ) from error
    finally:
        part.unlink(missing_ok=True)


def _check_count(count: int) -> None:
    if not count:
        raise Refused("An image sequence needs at least one picture.", remedy="Choose pictures.")
    if count > MAX_IMAGES:
        raise Refused(
            f"An image sequence holds at most {MAX_IMAGES:,} pictures; these are {count:,}.",
            remedy="Split them into several sequences, or make a group.",
        )


def read_rgb(path: Path) -> Array:
    decoder = open_image(FileSource(path), {}, cache_dir=None)
    try:
        return to_rgb(decoder.read(Request()))
    finally:
        decoder.close()


def _write(pictures: Sequence[Path], part: Path, codec: Codec, progress: Progress, read: Callable[[Path], Array]) -> None:
    import av

    first = read(pictures[0])
    height, width = first.shape[:2]
    if max(width, height) > MAX_SIDE:
        raise BadInput(
            f"{pictures[0].name} ({width} × {height}) is too large for a video frame; at most {MAX_SIDE:,} pixels a side.",
            remedy="Make a group of the pictures instead: its members keep their size.",
            input=str(pictures[0]),
        )
    os.environ.setdefault("SVT_LOG", "1")  # errors only: SVT-AV1 writes its settings to the console otherwise
    name, options = _OPTIONS[codec]
    with av.open(str(part), "w", format="webm") as container:
        stream: Any = container.add_stream(name, rate=FPS, options=options)
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
        stream.codec_context.gop_size = _KEY_EVERY
        stream.codec_context.thread_count = max(1, (os.cpu_count() or 2) - 1)  # one core stays the person's
        for number, path in enumerate(pictures):
            progress.step(number)
            picture = first if number == 0 else fitted(read(path), width, height)
            frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(picture), "rgb24")
            frame.pts, frame.time_base = number, Fraction(1, FPS)
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
        progress.step(len(pictures))


def fitted(picture: Array, width: int, height: int) -> Array:
    """Scaled to fit inside, in the middle of black."""
    import cv2

    own_height, own_width = picture.shape[:2]
    if (own_width, own_height) == (width, height):
        return picture
    scale = min(width / own_width, height / own_height)
    inner = (max(1, min(width, round(own_width * scale))), max(1, min(height, round(own_height * scale))))
    how = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    small = cv2.resize(np.ascontiguousarray(picture), inner, interpolation=how)
    out = np.zeros((height, width, 3), np.uint8)
    x, y = (width - inner[0]) // 2, (height - inner[1]) // 2
    out[y : y + inner[1], x : x + inner[0]] = small
    return out


def encode_members(pictures: Sequence[Path], out: Path, size: tuple[int, int], progress: Progress) -> FrameTable:
    """`encode_sequence` for pictures of which some may be damaged: those are black frames, so that every frame keeps its
    number. `size` is that of the first picture as its header tells it."""

    def read(path: Path) -> Array:
        try:
            return read_rgb(path)
        except BadInput:
            return np.zeros((size[1], size[0], 3), np.uint8)

    return encode_sequence(pictures, out, progress=progress, read=read)
