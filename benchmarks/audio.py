"""Two hours of speech with 3,000 regions: what an event costs until it is painted, and how soon the sound is sharp."""

from __future__ import annotations

import os
import random
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import Future
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
from PySide6.QtCore import QEventLoop, QPoint, QPointF, Qt, QTimer
from PySide6.QtGui import QMouseEvent, QWheelEvent
from PySide6.QtWidgets import QApplication

from benchmarks.application import application
from benchmarks.rows import Row, percentile
from storage.editing.edits import Put
from storage.editing.focus import Focus
from storage.editing.session import EditSession
from storage.media.source import FileSource
from storage.model.geometry import AudioRanges, ShapeKind
from storage.model.labels import Annotation, Instance, LabelDocument
from storage.model.ontology import ObjectClass, Ontology
from viewers.decode.audio import open_sound
from viewers.editors.audio_editor import AudioEditor
from viewers.scene.sound_source import SoundSource
from widgets import icons

Took = tuple[float, float]  # seconds on the clock, and of this thread's work

RATE = 16_000
NONE, SHIFT = Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ShiftModifier
LEFT, NO_BUTTON = Qt.MouseButton.LeftButton, Qt.MouseButton.NoButton


def run(quick: bool) -> list[Row]:
    minutes = 20 if quick else 120
    regions = 500 if quick else 3000
    path = _speech(minutes)
    _app = application()
    with tempfile.TemporaryDirectory() as cache:
        rows = [_opening(path, Path(cache), minutes)]
        desk = _Desk(path, Path(cache), minutes * 60_000, regions)
        note = f"{minutes} min, {regions:,} regions, 1600 x 900"
        rows += [
            _row("audio: wheel zoom until painted, p95", desk.zoom(60), note),
            _row("audio: pan until painted, p95", desk.pan(120), note),
            _row("audio: hover until painted, p95", desk.hover(120), note),
            _row("audio: drag of an edge until painted, p95", desk.drag(60), note),
            _row("audio: step of the playhead until painted, p95", desk.play(120), note),
            Row("audio: waveform sharp after a zoom, median", desk.sharp(12), 0, "ms", 250, "at most", note),
        ]
        desk.close()
    return rows


def _row(name: str, times: list[Took], note: str) -> Row:
    wall, cpu = [1e3 * t[0] for t in times], [1e3 * t[1] for t in times]
    note = f"{note}; of it work of the window's thread {percentile(cpu, 95):.1f} ms, worst {max(wall):.1f} ms"
    return Row(name, percentile(wall, 95), 0, "ms", 16, "at most", note)


def _speech(minutes: int) -> Path:
    """Made once: bursts of tones with pauses, in mu-law."""
    import av

    path = Path(tempfile.gettempdir()) / f"postil-bench-{minutes}-min.wav"
    if path.exists():
        return path
    dice = np.random.default_rng(3)
    clock = np.arange(60 * RATE) / RATE
    voice = np.sin(2 * np.pi * (220 + 40 * np.sin(clock)) * clock) + 0.4 * dice.normal(size=len(clock))
    loud = np.repeat(np.clip(dice.normal(0.2, 0.3, 60 * 8), 0, 1), RATE // 8)
    minute = (voice * loud * 12_000).astype(np.int16)[None, :]
    part = path.with_suffix(f".{os.getpid()}.wav")
    with av.open(str(part), "w") as out:
        stream: Any = out.add_stream("pcm_mulaw", rate=RATE, layout="mono")
        for n in range(minutes):
            frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(minute), "s16", "mono")
            frame.sample_rate, frame.pts = RATE, n * minute.shape[1]
            out.mux(stream.encode(frame))
        out.mux(stream.encode())
    part.replace(path)
    return path


def _opening(path: Path, cache: Path, minutes: int) -> Row:
    began = time.perf_counter()
    open_sound(FileSource(path), cache_dir=cache).close()
    first = time.perf_counter() - began
    began = time.perf_counter()
    open_sound(FileSource(path), cache_dir=cache).close()
    again = time.perf_counter() - began
    note = f"{minutes} min; the first time {first:.1f} s"
    return Row("audio: opened again, index from the cache", 1e3 * again, 0, "ms", 500, "at most", note)


class _Desk:
    def __init__(self, path: Path, cache: Path, length: int, regions: int) -> None:
        self.dice = random.Random(1)
        known = ObjectClass("1", "Speech", "#16A5A5", ShapeKind.AUDIO, "speech")
        session = EditSession(_document(length, regions), lambda _change: Future(), author="bench")
        self.focus = Focus()
        self.sound = SoundSource.of(FileSource(path), cache_dir=cache)
        self.editor = AudioEditor(session, self.focus, Ontology((known,)), self.sound, icon=icons.icon)
        self.editor.resize(1600, 900)
        self.editor.show()
        self.canvas = self.editor.canvas
        _until(lambda: self.editor.ready and self.canvas.view.duration > 1 and self.editor.settled, 120)

    def close(self) -> None:
        self.editor.close_editor()
        self.sound.close()

    def zoom(self, count: int) -> list[Took]:
        """In to a second and out again, at random places."""
        times = []
        for n in range(count):
            steps = 1 if n % 40 < 20 else -1
            at = QPointF(self.dice.uniform(100, 1500), 500)
            times.append(self._timed(lambda at=at, steps=steps: self._wheel(at, steps * 2, NONE)))
        return times

    def pan(self, count: int) -> list[Took]:
        times = []
        for span in (7200.0, 600.0, 30.0):
            self.canvas.show_span(0, min(span, self.canvas.view.duration), 0)
            for n in range(count // 3):
                times.append(self._timed(lambda n=n: self._wheel(QPointF(700, 500), -1 if n % 20 < 10 else 1, SHIFT)))
        return times

    def hover(self, count: int) -> list[Took]:
        self.canvas.fit()
        return [
            self._timed(lambda: self._move(QPointF(self.dice.uniform(0, 1500), self.dice.uniform(30, 800))))
            for _ in range(count)
        ]

    def drag(self, count: int) -> list[Took]:
        """An edge of a region in the middle, ten minutes in sight."""
        view = self.canvas.view
        region = self.editor.regions.all[len(self.editor.regions.all) // 2]
        middle = region.end / 1000
        self.canvas.show_span(max(0.0, middle - 300), middle + 300, 0)
        y = self.canvas.layout_.waves[0].center().y()
        at = QPointF(view.x(middle), y)
        self._send(QMouseEvent.Type.MouseButtonPress, at, LEFT, LEFT)
        times = [self._timed(lambda n=n: self._move(at + QPointF(5 + n % 40, 0), LEFT)) for n in range(count)]
        self._send(QMouseEvent.Type.MouseButtonRelease, at, LEFT, NO_BUTTON)
        return times

    def play(self, count: int) -> list[Took]:
        """What the timer does while it plays: only the strips that change are painted, as Qt does it."""
        self.canvas.fit()
        self._settle()
        step = self.canvas.view.duration / count
        return [self._timed(lambda n=n: self.editor.player.seek(n * step), whole=False) for n in range(count)]

    def sharp(self, count: int) -> float:
        times = []
        self.canvas.set_look(spectrum=False)
        for _ in range(count):
            self.canvas.fit()
            self._settle()
            middle = self.dice.uniform(60, self.canvas.view.duration - 60)
            began = time.perf_counter()
            self.canvas.show_span(middle - 20, middle + 20, 0)
            self._settle()
            times.append(time.perf_counter() - began)
        return 1e3 * median(times)

    def _settle(self) -> None:
        _until(lambda: self.editor.settled, 60)

    def _timed(self, act: Callable[[], object], *, whole: bool = True) -> Took:
        """One event and the painting it asks for; `whole`: of all the canvas."""
        began, worked = time.perf_counter(), time.thread_time()
        act()
        if whole:
            self.canvas.repaint()
        else:
            for widget in (self.canvas, self.editor.map):
                x = int(self.canvas.view.x(self.canvas.playhead))
                widget.repaint(x - 8, 0, 17, widget.height())
        took = time.perf_counter() - began, time.thread_time() - worked
        _until(lambda: True, 1)
        return took

    def _wheel(self, at: QPointF, steps: float, keys: Qt.KeyboardModifier) -> None:
        turned = QPoint(0, round(120 * steps))
        event = QWheelEvent(
            at, self.canvas.mapToGlobal(at), QPoint(), turned, NO_BUTTON, keys, Qt.ScrollPhase.NoScrollPhase, False
        )
        QApplication.sendEvent(self.canvas, event)

    def _move(self, at: QPointF, held: Qt.MouseButton = NO_BUTTON) -> None:
        self._send(QMouseEvent.Type.MouseMove, at, NO_BUTTON, held)

    def _send(self, kind: Any, at: QPointF, button: Qt.MouseButton, held: Qt.MouseButton) -> None:
        QApplication.sendEvent(self.canvas, QMouseEvent(kind, at, self.canvas.mapToGlobal(at), button, held, NONE))


def _document(length: int, regions: int) -> LabelDocument:
    document, dice = LabelDocument(), random.Random(2)
    for n in range(regions):
        start = n * length // regions
        end = start + dice.randrange(length // regions // 3, 2 * length // regions)
        own = f"00000000-0000-4000-8000-{n:012}"
        Put(Instance(own, f"{n:08}", "speech", n + 1)).apply(document)
        Put(Annotation(f"10000000-0000-4000-8000-{n:012}", own, AudioRanges(((start, min(end, length)),)))).apply(document)
    return document


def _until(done: Callable[[], bool], seconds: float) -> None:
    """Lets Qt work until it is so, at least once."""
    loop, ends = QEventLoop(), time.monotonic() + seconds
    timer = QTimer()
    timer.setInterval(2)
    timer.timeout.connect(lambda: loop.quit() if done() or time.monotonic() > ends else None)
    timer.start()
    loop.exec()
    timer.stop()
