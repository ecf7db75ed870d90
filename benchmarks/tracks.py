"""The video editor at 200 tracks over 27,000 frames, canvas and timeline together, 1,600 x 1,000 px: every event within 16 ms.

A key frame of a polygon of 20 vertices every 135 frames in each track; the film is 1080p. An event counts from being sent to
the repaint of the canvas being done. Beside it: until the frame is on screen with its shapes, where it had been decoded.
"""

from __future__ import annotations

import os
import random
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from benchmarks.rows import Row, percentile
from widgets import icons

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
TRACKS, FRAMES, EVERY = 200, 27_000, 135
FILM = 240  # frames that are really there; the clock says 27,000
EVENT, ON_SCREEN, ASKED = 16.0, 60.0, 5.0


def run(quick: bool) -> list[Row]:
    with tempfile.TemporaryDirectory() as folder:
        stage = Stage(Path(folder) / "film.mp4", 40 if quick else 160)
        try:
            return stage.measure()
        finally:
            stage.end()


class Stage:
    def __init__(self, path: Path, times: int) -> None:
        from PySide6.QtWidgets import QApplication

        from storage.editing.focus import Focus
        from storage.editing.on_frames import Moving
        from storage.editing.session import EditSession
        from storage.media.source import FileSource
        from tests.support import clips, scenes
        from tests.support.sent import stored
        from viewers.decode import open_media
        from viewers.editors.video_editor import VideoEditor
        from viewers.scene.frame_clock import FrameClock
        from viewers.scene.pictures import PictureSource

        self.app = QApplication.instance() or QApplication([])
        self.times = times
        clips.write(path, FILM, size=(1920, 1088))
        self.document = _tracks()
        self.session = EditSession(self.document, stored, frames=Moving(FRAMES))
        self.focus = Focus()
        self.pictures = PictureSource(partial(open_media, FileSource(path), "video", {}, None))
        self.editor = VideoEditor(
            self.session, self.focus, scenes.ontology(), self.pictures, FrameClock.even(FRAMES), icon=icons.icon
        )
        self.canvas = self.editor.canvas
        self.editor.resize(1600, 1000)
        self.editor.show()
        self.until(lambda: self.editor.settled)

    def measure(self) -> list[Row]:
        frame, drawn = self.steps()
        rows = [
            _row("tracks: step a frame, p95", frame, EVENT, f"{TRACKS} tracks over {FRAMES:,} frames"),
            _row("tracks: frame and shapes on screen, p95", drawn, ON_SCREEN, "decoded before"),
        ]
        rows.append(_row("tracks: hover, p95", self.hover(), EVENT, ""))
        rows.append(_row("tracks: drag between key frames, p95", self.drag(), EVENT, "one polygon, timeline in sight"))
        rows.append(_row("tracks: undo and redo, p95", self.undo(), EVENT, ""))
        rows.append(_row("tracks: what 10,000 short tracks show, p95", short_lived(self.times), ASKED, "asked of the session"))
        return rows

    # -- what is measured

    def steps(self) -> tuple[list[float], list[float]]:
        asked, drawn = [], []
        for frame in range(1, FILM):  # decoded and cached
            self.focus.set(at=("", frame))
            self.until(lambda: not self.canvas._turn.active)
        for n in range(self.times):
            frame = FILM - 60 + (n if n < 50 else -n) % 50
            began = time.perf_counter()
            self.focus.set(at=("", frame))
            self.canvas.repaint()
            asked.append((time.perf_counter() - began) * 1000)
            self.until(lambda: not self.canvas._turn.active)
            drawn.append((time.perf_counter() - began) * 1000)
        return asked, drawn

    def hover(self) -> list[float]:
        from tests.support import mouse

        self.until(lambda: self.editor.settled)
        return [
            self.timed(lambda i=i: mouse.move(self.canvas, 60 + (i * 97) % 1800, 60 + (i * 53) % 960))
            for i in range(self.times)
        ]

    def drag(self) -> list[float]:
        from tests.support import mouse

        x, y = 960.0, 540.0
        entry = self.canvas.hits.near((0, 0, 1920, 1088))[-1]
        x0, y0, x1, y1 = entry.geometry.bounds()
        x, y = (x0 + x1) / 2, (y0 + y1) / 2
        mouse.move(self.canvas, x, y)
        mouse.press(self.canvas, x, y)
        values = []
        for i in range(self.times):
            values.append(self.timed(lambda i=i: mouse.move(self.canvas, x + i % 60, y + i % 40, mouse.LEFT)))
        mouse.release(self.canvas, x + 10, y + 10)
        return values

    def undo(self) -> list[float]:
        values = []
        for _ in range(max(4, self.times // 10)):
            values += [self.timed(self.editor.undo), self.timed(self.editor.redo)]
        return values

    # -- helpers

    def timed(self, act: Callable[[], object]) -> float:
        began = time.perf_counter()
        act()
        self.canvas.repaint()
        return (time.perf_counter() - began) * 1000

    def until(self, true: Callable[[], bool]) -> None:
        from PySide6.QtCore import QEventLoop, QTimer

        loop, timer = QEventLoop(), QTimer()
        timer.timeout.connect(lambda: loop.quit() if true() else None)
        timer.start(1)
        QTimer.singleShot(20_000, loop.quit)
        loop.exec()

    def end(self) -> None:
        self.editor.close_editor()
        self.editor.close()
        self.pictures.close()


def _tracks() -> Any:
    from storage.model.labels import Annotation, Instance, LabelDocument
    from tests.support import scenes

    dice = random.Random(1)
    document = LabelDocument("row")
    for i in range(TRACKS):
        document.put(Instance(f"i{i}", f"h{i}", f"c{i % 4}", i + 1))
        x, y = dice.uniform(60, 1860), dice.uniform(60, 1000)
        for frame in range(-(i % EVERY), FRAMES, EVERY):
            x, y = min(1860.0, max(60.0, x + dice.uniform(-40, 40))), min(1000.0, max(60.0, y + dice.uniform(-40, 40)))
            shape = scenes.star(x, y, 35, 20, random.Random(i))
            document.put(Annotation(f"a{i}_{frame}", f"i{i}", shape, max(0, frame)))
    return document


def short_lived(times: int) -> list[float]:
    """10,000 objects that are on ten frames each."""
    from storage.editing.on_frames import Moving
    from storage.model.geometry import Box
    from storage.model.labels import Annotation, Instance, LabelDocument

    dice = random.Random(2)
    document = LabelDocument("row")
    for i in range(10_000):
        document.put(Instance(f"i{i}", f"h{i}", "c", i + 1))
        first = dice.randrange(FRAMES - 10)
        for frame in (first, first + 9):
            document.put(Annotation(f"a{i}_{frame}", f"i{i}", Box(frame % 900, 10, 30, 30), frame))
    frames = Moving(FRAMES)
    frames.on_frame(document, ("", 0))
    values = []
    for _ in range(times):
        at = ("", dice.randrange(FRAMES))
        began = time.perf_counter()
        frames.on_frame(document, at)
        values.append((time.perf_counter() - began) * 1000)
    return values


def _row(name: str, values: list[float], bar: float, note: str) -> Row:
    middle = f"median {percentile(values, 50):.1f} ms"
    return Row(name, round(percentile(values, 95), 2), bar, "ms", 1.0, "at most", f"{middle}; {note}" if note else middle)


if __name__ == "__main__":
    for row in run(quick=True):
        print(f"{row.name:45s} {row.ours:8.2f} {row.theirs:8.2f}  {'holds' if row.holds else 'SHORT':6s} {row.note}")
