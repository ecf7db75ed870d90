"""The timeline at 200 objects over 27,000 frames with 300 rows each, in 1,600 x 360 px: every event within 16 ms.

An event counts from being sent to the repaint being done.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from statistics import median
from typing import Any

from benchmarks.application import application
from benchmarks.rows import Row, percentile
from widgets import icons

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
OBJECTS, FRAMES, ROWS = 200, 27_000, 300
EVENT, OPEN = 16.0, 250.0


def run(quick: bool) -> list[Row]:
    stage = Stage(60 if quick else 300)
    try:
        return stage.measure()
    finally:
        stage.end()


class Stage:
    def __init__(self, times: int) -> None:
        from storage.editing.focus import Focus
        from storage.editing.on_frames import Moving
        from storage.editing.session import EditSession
        from tests.support import timelines
        from tests.support.sent import stored
        from viewers.scene.frame_clock import FrameClock
        from viewers.timeline.timeline import Timeline

        self.app = application()
        self.times = times
        self.document = timelines.many(OBJECTS, FRAMES, ROWS)
        self.session = EditSession(self.document, stored, frames=Moving(FRAMES))
        self.focus = Focus()
        clock = FrameClock.even(FRAMES)
        began = time.perf_counter()
        self.timeline = Timeline(self.session, self.focus, timelines.ontology(), clock, icon=icons.icon)
        self.timeline.resize(1600, 360)
        self.timeline.show()
        self.view = self.timeline.view
        _until_painted(self.view)
        self.opened = (time.perf_counter() - began) * 1000
        self.timeline.seek_wanted.connect(lambda frame: self.focus.set(at=("", frame)))

    def measure(self) -> list[Row]:
        rows = [Row("timeline: open", round(self.opened, 1), OPEN, "ms", 1.0, "at most", f"{OBJECTS} objects x {ROWS} rows")]
        for name, act in (
            ("hover", self.hover),
            ("scrub", self.scrub),
            ("play", self.play),
            ("zoom at the cursor", self.zoom),
            ("pan", self.pan),
            ("scroll", self.scroll),
            ("select an object", self.select),
            ("drag a key frame", self.drag),
            ("a shape dragged on the picture", self.elsewhere),
        ):
            values = act()
            note = f"median {median(values):.2f} ms, worst {max(values):.1f} ms, {len(values)} events"
            rows.append(Row(f"timeline: {name}, p95", round(percentile(values, 95), 2), EVENT, "ms", 1.0, "at most", note))
        return rows

    def end(self) -> None:
        self.timeline.close_timeline()
        self.timeline.close()

    # -- what is measured

    def hover(self) -> list[float]:
        return [self.timed(lambda i=i: self.move(250 + i * 7 % 1300, 60 + i * 13 % 280)) for i in range(self.times)]

    def scrub(self) -> list[float]:
        self.press(400, 20)
        values = [self.timed(lambda i=i: self.move(400 + i * 3 % 1000, 20, held=True)) for i in range(self.times)]
        self.release(500, 20)
        return values

    def play(self) -> list[float]:
        return [self.timed(lambda i=i: self.focus.set(at=("", 5000 + i))) for i in range(self.times)]

    def zoom(self) -> list[float]:
        return [
            self.timed(lambda i=i: self.wheel(700, 200, 1 if i // 20 % 2 == 0 else -1, ctrl=True)) for i in range(self.times)
        ]

    def pan(self) -> list[float]:
        self.view.show_frames(8000, 9000)
        return [self.timed(lambda i=i: self.wheel(700, 20, 1 if i // 30 % 2 else -1)) for i in range(self.times)]

    def scroll(self) -> list[float]:
        self.view.fit()
        return [self.timed(lambda i=i: self.wheel(700, 200, 1 if i // 40 % 2 else -1)) for i in range(self.times)]

    def select(self) -> list[float]:
        order = self.view.rows.objects()
        return [self.timed(lambda i=i: self.focus.select((order[i * 7 % len(order)],))) for i in range(self.times)]

    def drag(self) -> list[float]:
        row = self.view.rows.objects()[0]
        track = self.view.rows.tracks[row]
        at = int(track.frames[100])
        self.view.show_frames(at - 40, at + 40)
        self.view.reveal_row(row)
        index = self.view.rows.index_of(row) or 0
        x = self.view.layer.names + self.view.axis.x(at + 0.5)
        y = self.view.layer.row_top(index) + 11
        self.view.repaint()
        self.press(x, y)
        values = [self.timed(lambda i=i: self.move(x + 60 * (i % 3 - 1) + i % 7, y, held=True)) for i in range(self.times)]
        self.release(x, y)
        self.view.fit()
        return values

    def elsewhere(self) -> list[float]:
        from dataclasses import replace

        from storage.editing.edits import Put

        row = self.document.annotations_of(self.view.rows.objects()[0])[50]
        self.view.repaint()
        self.session.begin("Move")
        values = [
            self.timed(lambda i=i: self.session.preview(Put(replace(row, geometry=row.geometry.moved(i, 0)))))
            for i in range(self.times)
        ]
        self.session.cancel()
        return values

    # -- the hand

    def timed(self, act: Callable[[], object]) -> float:
        began = time.perf_counter()
        act()
        self.view.repaint()
        return (time.perf_counter() - began) * 1000

    def move(self, x: float, y: float, *, held: bool = False) -> None:
        from PySide6.QtCore import QPointF, Qt
        from PySide6.QtGui import QMouseEvent

        buttons = Qt.MouseButton.LeftButton if held else Qt.MouseButton.NoButton
        at = QPointF(x, y)
        self._send(
            QMouseEvent(
                QMouseEvent.Type.MouseMove, at, self.view.mapToGlobal(at), Qt.MouseButton.NoButton, buttons,
                Qt.KeyboardModifier.ControlModifier if held else Qt.KeyboardModifier.NoModifier,
            )
        )  # fmt: skip

    def press(self, x: float, y: float) -> None:
        self._button(x, y, down=True)

    def release(self, x: float, y: float) -> None:
        self._button(x, y, down=False)

    def _button(self, x: float, y: float, *, down: bool) -> None:
        from PySide6.QtCore import QPoint, Qt
        from PySide6.QtTest import QTest

        act = QTest.mousePress if down else QTest.mouseRelease
        act(self.view, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, QPoint(round(x), round(y)))

    def wheel(self, x: float, y: float, steps: int, *, ctrl: bool = False) -> None:
        from PySide6.QtCore import QPoint, QPointF, Qt
        from PySide6.QtGui import QWheelEvent

        at = QPointF(x, y)
        keys = Qt.KeyboardModifier.ControlModifier if ctrl else Qt.KeyboardModifier.NoModifier
        self._send(
            QWheelEvent(
                at, self.view.mapToGlobal(at), QPoint(), QPoint(0, steps * 120), Qt.MouseButton.NoButton, keys,
                Qt.ScrollPhase.NoScrollPhase, False,
            )
        )  # fmt: skip

    def _send(self, event: Any) -> None:
        from PySide6.QtWidgets import QApplication

        QApplication.sendEvent(self.view, event)


def _until_painted(view: Any) -> None:
    """A window that was never exposed paints nothing, and would be very quick."""
    from PySide6.QtCore import QEventLoop, QTimer

    loop, timer = QEventLoop(), QTimer()
    timer.timeout.connect(lambda: loop.quit() if not view.layer.image.isNull() else None)
    timer.start(1)
    QTimer.singleShot(10_000, loop.quit)
    loop.exec()
    assert not view.layer.image.isNull(), "the timeline was never painted"


if __name__ == "__main__":
    for row in run(quick=True):
        print(f"{row.name:45s} {row.ours:8.2f} {row.theirs:8.1f}  {'holds' if row.holds else 'SHORT':6s} {row.note}")
