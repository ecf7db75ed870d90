"""The canvas at 10,000 polygons of 20 vertices, over a 4000x3000 JPEG in a window of 1600x1000.

An event counts from being sent to the repaint being done. GUI gap: lateness of a 5 ms timer while the view is moved.
"""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import quantiles

import numpy as np

from benchmarks.application import application
from benchmarks.rows import Row

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

SHAPES = 10_000
WIDTH, HEIGHT = 4000, 3000
EVENT, PAN, ZOOM, SHARP, OPEN, GAP = 16.0, 8.0, 16.0, 250.0, 660.0, 16.0


def run(quick: bool) -> list[Row]:
    with tempfile.TemporaryDirectory() as folder:
        return Stage(_jpeg(Path(folder)), quick).measure()


def _jpeg(folder: Path) -> Path:
    """A photograph-like picture: smooth shapes and some noise."""
    import cv2

    rng = np.random.default_rng(5)
    small = rng.integers(0, 255, (60, 80, 3), np.uint8)
    array = cv2.resize(small, (WIDTH, HEIGHT), interpolation=cv2.INTER_CUBIC)
    noise = rng.integers(-8, 9, (HEIGHT, WIDTH, 1), np.int16)
    path = folder / "picture.jpg"
    cv2.imwrite(str(path), np.clip(array + noise, 0, 255).astype(np.uint8), [cv2.IMWRITE_JPEG_QUALITY, 90])
    return path


class Stage:
    def __init__(self, path: Path, quick: bool) -> None:
        from tests.support import scenes

        self.app = application()
        self.scenes, self.path = scenes, path
        self.times = 40 if quick else 200
        self.session = scenes.session(scenes.many(SHAPES, WIDTH, HEIGHT, radius=40.0))

    def measure(self) -> list[Row]:
        from tests.support import mouse
        from viewers.tools.select import SelectTool

        self.mouse = mouse
        rows = [_row("canvas: open", self.open(), OPEN, "window made to everything in sight sharp")]
        self.canvas.set_tool(SelectTool())
        for name, bar, act in (
            ("hover", EVENT, self.hover),
            ("drag a polygon", EVENT, self.drag),
            ("pan", PAN, self.pan),
            ("zoom, at once", ZOOM, self.zoom),
        ):
            values = act()
            rows.append(
                _row(f"canvas: {name}, p95", _p(values, 95), bar, f"median {_p(values, 50):.1f} ms, {len(values)} events")
            )
        rows.append(_row("canvas: zoom, until sharp, p95", _p(self.sharp(), 95), SHARP, ""))
        gaps, idle = self.gaps(moving=True), self.gaps(moving=False)
        most = max(33.0, max(idle) + 20.0)
        rows.append(_row("canvas: GUI gap p99.9", _p(gaps, 99.9), GAP, f"most {max(gaps):.0f} ms, idle {max(idle):.0f} ms"))
        rows.append(_row("canvas: GUI gap, most", max(gaps), most, "bar: 33 ms or idle + 20 ms"))
        rows.append(_row("canvas: move a vertex of 6,000, p95", _p(self.large(), 95), EVENT, "one polygon across the picture"))
        self.end()
        return rows

    # -- what is measured

    def open(self) -> float:
        from viewers.canvas.image_canvas import ImageCanvas

        start = time.perf_counter()
        self.source = self.scenes.picture_file(self.path)
        self.focus = self.scenes.focus()
        self.canvas = ImageCanvas(self.session, self.focus, self.scenes.ontology(), self.source)
        self.canvas.resize(1600, 1000)
        self.canvas.show()
        self.until_sharp()
        taken = (time.perf_counter() - start) * 1000
        self.until_settled()
        return taken

    def hover(self) -> list[float]:
        return [self.timed(lambda i=i: self.mouse.move(self.canvas, *self.spot(i))) for i in range(self.times)]

    def drag(self) -> list[float]:
        canvas, values = self.canvas, []
        entry = canvas.hits.near((1500, 1200, 1600, 1300))[-1]
        x0, y0, x1, y1 = entry.geometry.bounds()
        x, y = (x0 + x1) / 2, (y0 + y1) / 2
        self.mouse.move(canvas, x, y)
        self.mouse.press(canvas, x, y)
        for i in range(self.times):
            to = (x + 3 * i, y + 40 * np.sin(i / 5))
            values.append(self.timed(lambda to=to: self.mouse.move(canvas, *to, self.mouse.LEFT)))
        self.mouse.release(canvas, *to)
        self.until_settled()
        return values

    def pan(self) -> list[float]:
        from PySide6.QtCore import QPointF

        self.canvas.zoom_by(3.0)
        self.until_settled()
        values = []
        for i in range(self.times):
            way = QPointF(9 * np.cos(i / 9), 7 * np.sin(i / 9))
            values.append(self.timed(lambda way=way: self.canvas.pan_by(way)))
            self.turn_loop(4)
        self.canvas.fit()
        self.until_settled()
        return values

    def zoom(self) -> list[float]:
        values = []
        for i in range(max(10, self.times // 10)):
            step = 1 if (i // 4) % 2 == 0 else -1
            values.append(self.timed(lambda step=step: self.mouse.wheel(self.canvas, 2000, 1500, step)))
        self.canvas.fit()
        self.until_settled()
        return values

    def sharp(self) -> list[float]:
        values = []
        for i in range(max(6, self.times // 20)):
            start = time.perf_counter()
            self.mouse.wheel(self.canvas, 2000, 1500, 1 if i % 2 else -1)
            self.until_sharp()
            values.append((time.perf_counter() - start) * 1000)
            self.until_settled()
        return values

    def gaps(self, *, moving: bool) -> list[float]:
        """Lateness of a 5 ms timer for some seconds; `moving`: while the view zooms and pans and the layers are redrawn."""
        from PySide6.QtCore import QPointF, Qt, QTimer

        late: list[float] = []
        last = time.perf_counter()

        def tick() -> None:
            nonlocal last
            now = time.perf_counter()
            late.append(max(0.0, (now - last) * 1000 - 5.0))
            last = now

        def act() -> None:
            n = len(late)
            if n % 3:
                self.canvas.pan_by(QPointF(30, 12 if n % 2 else -12))
            else:
                self.canvas.zoom_by(1.1 if (n // 200) % 2 else 1 / 1.1, QPointF(800, 500))

        timer, actor = QTimer(), QTimer()
        timer.setTimerType(Qt.TimerType.PreciseTimer)
        timer.timeout.connect(tick)
        actor.timeout.connect(act)
        timer.start(5)
        if moving:
            actor.start(40)
        self.turn_loop(2000 if self.times < 100 else 6000)
        timer.stop()
        actor.stop()
        self.canvas.fit()
        self.until_settled()
        return late

    def large(self) -> list[float]:
        from viewers.canvas.image_canvas import ImageCanvas
        from viewers.tools.select import SelectTool

        polygon = self.scenes.coast(WIDTH / 2, HEIGHT / 2, 1300, 6000)
        canvas = ImageCanvas(self.scenes.session([polygon]), self.scenes.focus(), self.scenes.ontology(), self.source)
        canvas.resize(1600, 1000)
        canvas.show()
        canvas.set_tool(SelectTool())
        self.until_settled(canvas)
        canvas.focus.select(["i0"])
        self.until_settled(canvas)
        x, y = polygon.parts[0][0][100]
        self.mouse.move(canvas, x, y)
        self.mouse.press(canvas, x, y)
        values = []
        for i in range(self.times // 2):
            values.append(self.timed(lambda i=i: self.mouse.move(canvas, x + i, y - i, self.mouse.LEFT), canvas))
        self.mouse.release(canvas, x + i, y - i)
        canvas.close_canvas()
        canvas.close()
        return values

    # -- helpers

    def spot(self, i: int) -> tuple[float, float]:
        return 200 + (i * 37) % (WIDTH - 400), 200 + (i * 53) % (HEIGHT - 400)

    def timed(self, act: Callable[[], object], canvas: object = None) -> float:
        start = time.perf_counter()
        act()
        (canvas or self.canvas).repaint()  # type: ignore[attr-defined]
        return (time.perf_counter() - start) * 1000

    def until_settled(self, canvas: object = None) -> None:
        """The margin round what is in sight is drawn, too."""
        shown = canvas or self.canvas
        self.until(lambda: shown.settled and not shown._later.isActive())  # type: ignore[attr-defined]

    def until_sharp(self) -> None:
        """Everything in sight is drawn and sharp."""
        self.until(lambda: self.canvas.sharp and not self.canvas._later.isActive())

    def until(self, true: Callable[[], bool]) -> None:
        from PySide6.QtCore import QEventLoop, QTimer

        loop, timer = QEventLoop(), QTimer()
        timer.timeout.connect(lambda: loop.quit() if true() else None)
        timer.start(1)
        QTimer.singleShot(20_000, loop.quit)
        loop.exec()

    def turn_loop(self, ms: int) -> None:
        from PySide6.QtCore import QEventLoop, QTimer

        loop = QEventLoop()
        QTimer.singleShot(ms, loop.quit)
        loop.exec()

    def end(self) -> None:
        self.canvas.close_canvas()
        self.canvas.close()
        self.source.close()


def _p(values: list[float], percent: float) -> float:
    if percent == 50 or len(values) < 3:
        return sorted(values)[len(values) // 2]
    return quantiles(values, n=1000, method="inclusive")[min(998, round(percent * 10) - 1)]


def _row(name: str, ours: float, bar: float, note: str) -> Row:
    return Row(name, round(ours, 2), bar, "ms", 1.0, "at most", note)


if __name__ == "__main__":
    for row in run(quick=True):
        print(f"{row.name:45s} {row.ours:8.1f} {row.theirs:8.1f}  {'holds' if row.holds else 'SHORT':6s} {row.note}")
