"""Frames of a 60 s 1080p H.264 clip with 250 frames between key frames: exact jumps, steps, the first picture."""

from __future__ import annotations

import os
import random
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np

from benchmarks import film
from benchmarks.rows import Row, percentile
from storage.media.source import FileSource
from storage.media.video import frame_table
from viewers.decode.request import Request
from viewers.decode.video import open_video
from viewers.scene.threads import step_back

WIDTH, HEIGHT, GOP = 1920, 1080, 250


def run(quick: bool) -> list[Row]:
    frames = 500 if quick else 1500
    path = _clip(frames)
    rows = _jumps(path, frames, 8 if quick else 24)
    rows += _steps(path, frames)
    rows.append(_first_pictures(path, frames, 10 if quick else 30))
    rows.append(_playback_gap(path, 100 if quick else 400))
    rows += film.rows(path, quick)
    rows.append(film.memory(quick))
    return rows


def _clip(frames: int) -> Path:
    """Made once: a textured picture that pans, with some noise, at about 8 Mbit a second."""
    import av
    import cv2

    path = Path(tempfile.gettempdir()) / f"postil-bench-{WIDTH}x{HEIGHT}-{GOP}-{frames}.mp4"
    if path.exists():
        return path
    dice = np.random.default_rng(1)
    ground = cv2.GaussianBlur(dice.integers(0, 255, (HEIGHT + 200, WIDTH + 400, 3), np.uint8), (0, 0), 3)
    ground = cv2.normalize(ground, None, 0, 255, cv2.NORM_MINMAX)
    part = path.with_suffix(f".{os.getpid()}.mp4")
    options = {"preset": "veryfast", "crf": "26", "sc_threshold": "0", "keyint_min": str(GOP)}
    with av.open(str(part), "w") as out:
        stream: Any = out.add_stream("libx264", rate=25, options=options)
        stream.width, stream.height, stream.pix_fmt = WIDTH, HEIGHT, "yuv420p"
        stream.codec_context.gop_size = GOP
        for n in range(frames):
            x, y = abs(n * 3 % 800 - 400), abs(n % 400 - 200)
            picture = np.ascontiguousarray(ground[y : y + HEIGHT, x : x + WIDTH])
            cv2.putText(picture, str(n), (80, 200), cv2.FONT_HERSHEY_SIMPLEX, 6, (255, 255, 255), 12)
            out.mux(stream.encode(av.VideoFrame.from_ndarray(picture, "rgb24")))
        out.mux(stream.encode())
    part.replace(path)
    return path


def _jumps(path: Path, frames: int, count: int) -> list[Row]:
    """Ours and raw PyAV take turns at the same frames."""
    import av

    wanted = random.Random(4).sample(range(frames), count)
    table = frame_table(path)
    ours_s: list[float] = []
    theirs_s: list[float] = []
    decoder = open_video(FileSource(path), {}, cache_dir=None)
    decoder.read(Request(0))
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        stream.thread_type = "AUTO"
        for index in wanted:
            began = time.perf_counter()
            raw = _raw(container, stream, int(table.pts[index]))
            theirs_s.append(time.perf_counter() - began)
            began = time.perf_counter()
            picture = decoder.read(Request(index))
            ours_s.append(time.perf_counter() - began)
            assert np.array_equal(picture.array, raw), f"frame {index} is not the same"
    decoder.close()
    note = f"{count} jumps, mean; {GOP} frames between key frames"
    return [
        Row(
            "video: exact jump to any frame", 1e3 * sum(ours_s) / count, 1e3 * sum(theirs_s) / count, "ms", 1.1, "at most", note
        )
    ]


def _raw(container: Any, stream: Any, pts: int) -> Any:
    container.seek(pts, stream=stream)
    for frame in container.decode(stream):
        if frame.pts >= pts:
            return frame.reformat(format="bgra").to_ndarray()
    raise AssertionError("the frame is not there")


def _steps(path: Path, frames: int) -> list[Row]:
    decoder = open_video(FileSource(path), {}, cache_dir=None)
    rows = []
    for name, step in (("forward", 1), ("back", -1)):
        here = frames // 2 + 100
        times = []
        for k in range(40):
            if k % 10 == 0:  # as the worker does between two requests
                decoder.read(Request(here))
                decoder.read(Request(here + step))
                while decoder.read_ahead(lambda: None):
                    pass
                here += step
            here += step
            assert decoder.cached(here)
            times.append(_timed(lambda at=here: decoder.read(Request(at))))
        rows.append(Row(f"video: step {name} inside the cache, p95", 1e3 * percentile(times, 95), 0, "ms", 16, "at most"))
    decoder.close()
    return rows


def _first_pictures(path: Path, frames: int, count: int) -> Row:
    decoder = open_video(FileSource(path), {}, cache_dir=None, cache_bytes=16 << 20)
    decoder.read(Request(0))
    times = [_timed(lambda at=at: decoder.nearest_key(at)) for at in random.Random(9).sample(range(frames), count)]
    decoder.close()
    return Row("video: first picture after a jump, median", 1e3 * median(times), 0, "ms", 60, "at most", f"{count} jumps")


def _playback_gap(path: Path, frames: int) -> Row:
    """The worst lateness of a 5 ms timer while frames are decoded and converted as fast as can be, over an idle one's."""
    idle = _gaps(lambda: time.sleep(1.0))

    def play() -> None:
        step_back()  # as the threads of the viewers do
        decoder = open_video(FileSource(path), {}, cache_dir=None)
        for n in range(frames):
            decoder.read(Request(n))
        decoder.close()

    busy = _gaps(play)
    bar = max(33.0, idle + 20)
    return Row("video: worst gap of a timer while playing", busy, 0, "ms", bar, "at most", f"idle {idle:.1f} ms")


def _gaps(work: Callable[[], None]) -> float:
    """ms. The timer has this thread; the work one of its own, as in the window."""
    thread = threading.Thread(target=work)
    worst, last = 0.0, time.perf_counter()
    thread.start()
    while thread.is_alive():
        time.sleep(0.005)
        now = time.perf_counter()
        worst, last = max(worst, now - last - 0.005), now
    return worst * 1e3


def _timed(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began
