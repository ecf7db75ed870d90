"""A film on screen: the real editor over the clip of `benchmarks.video`, 1600 x 1000. Called from there."""

from __future__ import annotations

import os
import random
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import Future
from fractions import Fraction
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
from PySide6.QtCore import QEvent, QObject, QTimer

from benchmarks.application import application
from benchmarks.rows import Row, percentile
from storage.media.source import FileSource
from widgets import icons

GAP = 16.0  # ms, p99.9
FIRST = 60.0  # ms until something of the frame jumped to is on screen
STEP = 16.0  # ms until a frame in the cache is
MEMORY = 900  # MB above an empty program, for a film of any length


class Painted(QObject):
    """Counts the frames that a canvas paints."""

    def __init__(self, canvas: Any) -> None:
        super().__init__(canvas)
        self.count, self._last, self._canvas = 0, None, canvas
        self.tell: Callable[[], None] | None = None
        canvas.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Paint and self._canvas.on_screen != self._last:
            self.count, self._last = self.count + 1, self._canvas.on_screen
            if self.tell is not None:
                QTimer.singleShot(0, self.tell)
        return False


class Film:
    def __init__(self, path: Path) -> None:
        from storage.editing.focus import Focus
        from storage.editing.on_frames import Moving
        from storage.editing.session import EditSession
        from storage.media.video import frame_table
        from storage.model.labels import LabelDocument
        from storage.model.ontology import Ontology
        from viewers.decode import open_media
        from viewers.editors.video_editor import VideoEditor
        from viewers.scene.frame_clock import FrameClock
        from viewers.scene.pictures import PictureSource

        self.app = application()
        source = FileSource(path)
        table = frame_table(source)
        clock = FrameClock.of(table)
        session = EditSession(LabelDocument(), _acknowledge, author="bench", frames=Moving(clock.count, clock.pts))
        self.focus = Focus()
        self.pictures = PictureSource(lambda: open_media(source, "video", {"frame_table": table}, None))
        self.editor = VideoEditor(session, self.focus, Ontology(), self.pictures, clock, icon=icons.icon)
        self.canvas, self.player, self.frames = self.editor.canvas, self.editor.player, clock.count
        self.turned = 0
        self._waiting: Any = None
        self.canvas.turned.connect(self._on_turned)
        self.painted = Painted(self.canvas)
        self.editor.resize(1600, 1000)
        self.editor.show()
        self.until(lambda: self.canvas.settled)

    def _on_turned(self) -> None:
        self.canvas.repaint()
        self.turned += 1
        if self._waiting is not None:
            self._waiting.quit()

    def show(self, frame: int, *, anything: bool = False) -> float:
        """ms from asking for a frame until it is painted, or `anything` new: a frame near it."""
        from PySide6.QtCore import QEventLoop

        began, turned = time.perf_counter(), self.turned
        if self.focus.at == ("", frame):
            return 0.0
        self.focus.set(at=("", frame))
        if self.turned == turned:
            self._waiting = QEventLoop()
            self.painted.tell = self._waiting.quit if anything else None
            QTimer.singleShot(5000, self._waiting.quit)
            self._waiting.exec()
            self._waiting = self.painted.tell = None
        return (time.perf_counter() - began) * 1e3

    def settle(self, frame: int) -> None:
        self.until(lambda: self.canvas.settled and self.pictures.ready(frame) and self.pictures.rested)

    def gaps(self, seconds: float) -> list[float]:
        """Lateness (ms) of a 5 ms timer."""
        from PySide6.QtCore import Qt, QTimer

        late: list[float] = []
        last = time.perf_counter()

        def tick() -> None:
            nonlocal last
            now = time.perf_counter()
            late.append(max(0.0, (now - last) * 1e3 - 5.0))
            last = now

        timer = QTimer()
        timer.setTimerType(Qt.TimerType.PreciseTimer)
        timer.timeout.connect(tick)
        timer.start(5)
        self.rest(round(seconds * 1e3))
        timer.stop()
        return late

    def rest(self, ms: int) -> None:
        from PySide6.QtCore import QEventLoop, QTimer

        loop = QEventLoop()
        QTimer.singleShot(ms, loop.quit)
        loop.exec()

    def until(self, true: Callable[[], bool]) -> None:
        from PySide6.QtCore import QEventLoop, QTimer

        loop, timer = QEventLoop(), QTimer()
        timer.timeout.connect(lambda: loop.quit() if true() else None)
        timer.start(3)
        QTimer.singleShot(20_000, loop.quit)
        loop.exec()

    def close(self) -> None:
        self.editor.close_editor()
        self.editor.close()
        self.pictures.close()


def rows(path: Path, quick: bool) -> list[Row]:
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    film = Film(path)
    try:
        return [*_steps(film), _jumps(film, 10 if quick else 30), *_playing(film, 4 if quick else 20), *_fast(film)]
    finally:
        film.close()


def _steps(film: Film) -> list[Row]:
    made = []
    for name, step in (("forward", 1), ("back", -1)):
        here, times = film.frames // 2, []
        for n in range(40):
            if n % 8 == 0:  # as between two presses
                film.show(here)
                film.settle(here)
            here += step
            times.append(film.show(here))
        made.append(Row(f"film: step {name} inside the cache, on screen, p95", percentile(times, 95), 0, "ms", STEP, "at most"))
    return made


def _jumps(film: Film, count: int) -> Row:
    times = []
    for frame in random.Random(5).sample(range(film.frames), count):
        times.append(film.show(frame, anything=True))
        film.settle(frame)
    note = f"{count} jumps, most {max(times):.0f} ms"
    return Row("film: first picture after a jump, on screen, median", median(times), 0, "ms", FIRST, "at most", note)


def _playing(film: Film, seconds: float) -> list[Row]:
    idle = film.gaps(1.0)
    film.player.seek(0)
    film.settle(0)
    dropped, painted = film.player.dropped, film.painted.count
    film.player.play()
    late = film.gaps(seconds)
    due = film.player.frame
    film.player.pause()
    dropped, painted = film.player.dropped - dropped, film.painted.count - painted
    most = max(33.0, max(idle) + 20)
    return [
        Row("film: GUI gap while playing, p99.9", percentile(late, 99.9), 0, "ms", GAP, "at most", f"idle {max(idle):.1f} ms"),
        Row("film: GUI gap while playing, most", max(late), 0, "ms", most, "at most"),
        Row(
            "film: frames on screen of those due",
            painted / max(1, due),
            0,
            "",
            0.98,
            "at least",
            f"{dropped} of {due} not ready",
        ),
    ]


def _fast(film: Film) -> list[Row]:
    """Frames may be dropped, time may not."""
    made = []
    for speed in (4.0, 16.0):
        film.player.seek(0)
        film.settle(0)
        film.player.speed = speed
        painted = film.painted.count
        began = time.perf_counter()
        film.player.play()
        film.until(lambda: not film.player.playing)
        took = (time.perf_counter() - began) / (film.player.clock.duration / speed)
        rate = (film.painted.count - painted) / (film.player.clock.duration / speed)
        made.append(Row(f"film: time taken at {speed:g}x", took, 1, "", 1.1, "at most", f"{rate:.0f} pictures a second"))
    film.player.speed = 1.0
    return made


def memory(quick: bool) -> Row:
    """A film of two hours, in and out of which one jumps, plays and scrubs."""
    from viewers.editors import video_editor

    path = _long_clip(120)
    app, _ = application(), video_editor  # a program costs what it costs
    before = _resident()
    film = Film(path)
    most = 0.0
    dice = random.Random(2)
    for n in range(10 if quick else 60):
        film.show(dice.randrange(film.frames))
        if n % 5 == 0:
            film.player.speed = 4.0
            film.player.play()
            film.rest(500)
            film.player.pause()
        film.rest(100)
        most = max(most, _resident() - before)
    film.close()
    del app
    hours = film.frames / 25 / 3600
    return Row(
        "film: memory for a long film", most, 0, "MB", MEMORY, "at most", f"{hours:.1f} hours of 1080p; jumps, plays, scrubs"
    )


def _long_clip(minutes: int) -> Path:
    """Made once: the packets of one minute, again and again."""
    import av

    path = Path(tempfile.gettempdir()) / f"postil-bench-long-{minutes}.mp4"
    if path.exists():
        return path
    part = path.with_suffix(f".{os.getpid()}.mp4")
    minute = _minute(path.with_suffix(f".{os.getpid()}.minute.mp4"))
    with av.open(str(part), "w") as out:
        stream: Any = None
        for n in range(minutes):
            with av.open(str(minute)) as container:
                source = container.streams.video[0]
                stream = stream or out.add_stream_from_template(source)
                length = round(60 / source.time_base)
                for packet in container.demux(source):
                    if packet.dts is not None and packet.pts is not None:
                        packet.pts, packet.dts = packet.pts + n * length, packet.dts + n * length
                        packet.stream = stream
                        out.mux(packet)
                del packet, source
    minute.unlink()
    part.replace(path)
    return path


def _minute(path: Path) -> Path:
    import av
    import cv2

    options = {"preset": "ultrafast", "crf": "35", "sc_threshold": "0"}
    with av.open(str(path), "w") as out:
        stream: Any = out.add_stream("libx264", rate=25, options=options)
        stream.width, stream.height, stream.pix_fmt = 1920, 1080, "yuv420p"
        stream.codec_context.gop_size = 250
        for n in range(1500):
            if n % 25 == 0:
                picture = np.full((1080, 1920, 3), 90, np.uint8)
                cv2.putText(picture, str(n), (80, 200), cv2.FONT_HERSHEY_SIMPLEX, 6, (255, 255, 255), 12)
                frame = av.VideoFrame.from_ndarray(picture, "rgb24").reformat(format="yuv420p")
            frame.pts, frame.time_base = n, Fraction(1, 25)
            out.mux(stream.encode(frame))
        out.mux(stream.encode())
    return path


def _resident() -> float:
    """MB, of this process now."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmRSS"):
            return int(line.split()[1]) / 1024
    return 0.0


def _acknowledge(_: object) -> Future[Any]:
    done: Future[Any] = Future()
    done.set_result(None)
    return done
