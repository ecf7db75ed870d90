"""The tools that look at the picture, on 4000 x 3000 px, and what colour profiles cost when a picture is opened."""

from __future__ import annotations

import io
import math
import time
from collections.abc import Callable
from statistics import median
from typing import Any

import numpy as np

from benchmarks.rows import Row, percentile

WIDTH, HEIGHT = 4000, 3000
MOVE, FILL, CUT = 16.0, 100.0, 2000.0


def run(quick: bool) -> list[Row]:
    picture = _photograph()
    return [*_colours(picture, 5 if quick else 15), *_tools(picture, 3 if quick else 7)]


def _photograph() -> np.ndarray:  # type: ignore[type-arg]
    import cv2

    rng = np.random.default_rng(7)
    coarse = cv2.resize(rng.integers(0, 255, (30, 40, 3), np.uint8), (WIDTH, HEIGHT), interpolation=cv2.INTER_CUBIC)
    noise = rng.integers(0, 16, (HEIGHT, WIDTH, 1), np.uint8)
    return np.clip(coarse.astype(np.int16) + noise, 0, 255).astype(np.uint8)


def _ms(act: Callable[[], Any], times: int) -> float:
    act()
    taken = []
    for _ in range(times):
        began = time.perf_counter()
        act()
        taken.append((time.perf_counter() - began) * 1000)
    return median(taken)


def _colours(picture: np.ndarray, times: int) -> list[Row]:  # type: ignore[type-arg]
    from PIL import Image, ImageCms

    from storage.media.source import MemorySource
    from viewers.decode.images import open_image
    from viewers.decode.request import Request

    def written(profile: bytes) -> bytes:
        out = io.BytesIO()
        Image.fromarray(picture).save(out, "JPEG", quality=90, icc_profile=profile)
        return out.getvalue()

    def opened(data: bytes) -> None:
        decoder = open_image(MemorySource(data), {}, cache_dir=None)
        decoder.read(Request())
        decoder.close()

    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    plain = _ms(lambda: opened(written_plain), times) if (written_plain := written(b"")) else 0.0
    with_srgb = written(srgb)
    note = "12 megapixels, decoded whole"
    return [
        Row(
            "tools: opening with an sRGB profile, to none",
            _ms(lambda: opened(with_srgb), times),
            plain,
            "ms",
            1.1,
            "at most",
            note,
        )
    ]


def _tools(picture: np.ndarray, times: int) -> list[Row]:  # type: ignore[type-arg]
    import cv2

    from viewers.decode.request import PixelKind
    from viewers.tools.behind import Reading
    from viewers.tools.cut_out import cut_out
    from viewers.tools.flood_fill import fill
    from viewers.tools.wire import SIDE, Wire

    bgra = cv2.cvtColor(picture, cv2.COLOR_RGB2BGRA)
    whole = Reading(bgra, PixelKind.BGRA8, (0, 0, WIDTH, HEIGHT))
    flooded = _ms(lambda: fill(whole, (2000.0, 1500.0), 90, contiguous=True, frame=(WIDTH, HEIGHT)), times)
    part = Reading(np.ascontiguousarray(bgra[:SIDE, :SIDE]), PixelKind.BGRA8, (0, 0, SIDE, SIDE))
    laid = _ms(lambda: Wire.made(part, (SIDE / 2, SIDE / 2), lambda: False), times)
    wire = Wire.made(part, (SIDE / 2, SIDE / 2), lambda: False)
    assert wire is not None
    moves = []
    for i in range(200):
        to = (SIDE / 2 + 400 * math.cos(i / 20), SIDE / 2 + 400 * math.sin(i / 20))
        began = time.perf_counter()
        wire.path(to)
        moves.append((time.perf_counter() - began) * 1000)
    crop = np.ascontiguousarray(picture[500:2500, 500:2500, ::-1])
    cut = _ms(lambda: cut_out(crop, (300, 300, 1700, 1700), (), lambda: False), max(1, times // 3))
    return [
        Row("tools: flood fill of a 12-megapixel picture", flooded, FILL, "ms", 1, "at most", "in a worker"),
        Row("tools: livewire, a move of the mouse, p95", percentile(moves, 95), MOVE, "ms", 1, "at most", f"map of a new anchor: {laid:.0f} ms in a worker"),
        Row("tools: GrabCut of a 4-megapixel box", cut, CUT, "ms", 1, "at most", "in a worker"),
    ]  # fmt: skip
