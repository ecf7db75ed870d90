"""Clips that carry the number of each frame in the picture, as blocks of bits large enough for any codec."""

from __future__ import annotations

import struct
from collections.abc import Callable, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np

BITS = 12
BLOCK = 16
WIDTH, HEIGHT = 4 * BLOCK, 4 * BLOCK  # 12 bits in three rows; below them black, black, grey, white: which way is up
_FOOT = (0, 0, 128, 255)


def numbered(n: int, width: int = WIDTH, height: int = HEIGHT) -> np.ndarray:
    """(h, w, 3) uint8. The blocks fill the picture, whatever its size."""
    cells = np.zeros((4, 4), np.uint8)
    for bit in range(BITS):
        cells[bit // 4, bit % 4] = 235 if n >> bit & 1 else 16
    cells[3] = _FOOT
    rows = np.minimum(np.arange(height) * 4 // height, 3)
    columns = np.minimum(np.arange(width) * 4 // width, 3)
    return np.repeat(cells[np.ix_(rows, columns)][..., None], 3, axis=2)


def number_in(picture: np.ndarray) -> int:
    """The number read back from the middles of the blocks; -1 when the picture is not upright or too damaged to tell."""
    grey = picture[..., :3].astype(int).mean(axis=2)
    height, width = grey.shape
    cells = np.array([[grey[(2 * r + 1) * height // 8, (2 * c + 1) * width // 8] for c in range(4)] for r in range(4)])
    if np.abs(cells[3] - _FOOT).max() > 60:
        return -1
    return sum(1 << bit for bit in range(BITS) if cells[bit // 4, bit % 4] > 128)


def write(
    path: Path,
    frames: int = 60,
    *,
    codec: str = "libx264",
    gop: int = 12,
    b_frames: int = 0,
    size: tuple[int, int] = (WIDTH, HEIGHT),
    times: Sequence[int] | None = None,
    time_base: Fraction = Fraction(1, 25),
    rotation: int | None = None,
    pixels: str = "yuv420p",
    format: str | None = None,
    streams: int = 1,
    options: dict[str, str] | None = None,
    drawn: Callable[[int], np.ndarray] | None = None,
) -> Path:
    """`times` in ticks of `time_base`. A second stream counts down from 4,095. `drawn`: other pictures (RGB) than numbers."""
    with av.open(str(path), "w", format=format) as out:
        tracks: list[Any] = []
        for _ in range(streams):
            stream: Any = out.add_stream(codec, rate=25, options=options or _quick(codec, gop))
            stream.width, stream.height = size
            stream.pix_fmt = pixels
            stream.codec_context.gop_size = gop
            stream.codec_context.max_b_frames = b_frames
            stream.codec_context.time_base = time_base
            stream.codec_context.thread_count = 1
            if rotation is not None:
                stream.set_display_rotation(rotation)
            tracks.append(stream)
        for n in range(frames):
            for which, stream in enumerate(tracks):
                picture = drawn(n) if drawn is not None else numbered(4095 - n if which else n, *size)
                frame = av.VideoFrame.from_ndarray(picture, "rgb24")
                frame.pts = times[n] if times is not None else n
                frame.time_base = time_base
                out.mux(stream.encode(frame))
        for stream in tracks:
            out.mux(stream.encode())
    return path


def _quick(codec: str, gop: int) -> dict[str, str]:
    if codec == "libx264":
        return {"preset": "veryfast", "sc_threshold": "0", "keyint_min": str(gop)}
    if codec == "libvpx-vp9":
        return {"deadline": "realtime", "cpu-used": "8"}
    return {}


def with_edit_list(path: Path, media_time: int) -> Path:
    """The same MP4 with its edit starting at a time of the media, in ticks of the track: what is before is hidden."""
    data = bytearray(path.read_bytes())
    at = data.index(b"elst")
    version, count = data[at + 4], struct.unpack_from(">I", data, at + 8)[0]
    assert (version, count) == (0, 1)
    struct.pack_into(">i", data, at + 16, media_time)
    path.write_bytes(data)
    return path


def spoil(path: Path, of: Sequence[int]) -> Path:
    """Overwrite the insides of these packets (counted in the order of the file)."""
    with av.open(str(path)) as container:
        places = [(p.pos, p.size) for p in container.demux(video=0) if p.size]
    data = bytearray(path.read_bytes())
    for n in of:
        place, size = places[n]
        data[place : place + size] = b"\xff" * size
    path.write_bytes(data)
    return path
