"""A text of 100 MB and 10,000 marks in it, and one line of 10 MB: opening, scrolling, searching, marking (window 1600x1000).

An event counts from being sent to the repaint being done. Gap: lateness of a 5 ms timer while the file is read or searched.
"""

from __future__ import annotations

import os
import random
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from benchmarks.application import application
from benchmarks.rows import Row, percentile
from widgets import icons

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

BYTES, LONG = 100_000_000, 10_000_000
MARKS = 10_000
EVENT, OPEN_S, FIND_S, GAP = 16.0, 3.0, 10.0, 16.0


def run(quick: bool) -> list[Row]:
    size = BYTES // 10 if quick else BYTES
    rows = []
    for name, path in (("100 MB", _lines(size)), ("one line of 10 MB", _one_line(LONG))):
        stage = Stage(path)
        rows += stage.measure(name, 60 if quick else 300)
        stage.close()
    return rows


def _lines(size: int) -> Path:
    """Lines of all lengths, a third of them with characters of two to four bytes. Made once."""
    path = Path(tempfile.gettempdir()) / f"postil-bench-{size}.txt"
    if not path.exists():
        dice = random.Random(2)
        words = ["lorem", "ipsum", "dolor", "naïve", "日本語", "sit", "amet", "😀", "consectetur", "tabs\t"]
        block = "\r\n".join(" ".join(dice.choices(words, k=dice.randint(0, 40))) for _ in range(5000)) + "\r\n"
        data = block.encode()
        _write(path, data * (size // len(data) + 1))
    return path


def _one_line(size: int) -> Path:
    path = Path(tempfile.gettempdir()) / f"postil-bench-line-{size}.json"
    if not path.exists():
        _write(path, b'{"key": "value", "numbers": [1, 2, 3]}, ' * (size // 40))
    return path


def _write(path: Path, data: bytes) -> None:
    part = path.with_suffix(f".{os.getpid()}")
    part.write_bytes(data)
    part.replace(path)


class Stage:
    def __init__(self, path: Path) -> None:
        from PySide6.QtCore import QTimer

        from storage.editing.focus import Focus
        from storage.editing.session import EditSession
        from storage.media.source import FileSource
        from storage.model.labels import LabelDocument
        from tests.support.sent import stored
        from tests.support.text_stage import ontology
        from viewers.editors.text_editor import TextEditor
        from viewers.scene.text_source import TextSource

        self.app = application()
        self.late: list[float] = []
        self._due = 0.0
        self.timer = QTimer()
        self.timer.setInterval(5)
        self.timer.timeout.connect(self._tick)
        self.source = TextSource(lambda: FileSource(path))
        self.session = EditSession(LabelDocument(), stored, author="ann@example.org")
        self.editor = TextEditor(self.session, Focus(), ontology(), self.source, icon=icons.icon)
        self.editor.resize(1600, 1000)
        self.editor.show()

    def close(self) -> None:
        self.editor.close_editor()
        self.source.close()
        self.editor.deleteLater()

    def _tick(self) -> None:
        now = time.perf_counter()
        if self._due:
            self.late.append((now - self._due) * 1e3)
        self._due = now + 0.005

    def until(self, ready: Callable[[], bool]) -> tuple[float, float]:
        """Seconds until it is so, and the p99.9 gap in ms meanwhile. The loop runs as in the program."""
        from PySide6.QtCore import QEventLoop, QTimer

        loop, asks = QEventLoop(), QTimer()
        asks.setInterval(10)
        asks.timeout.connect(lambda: loop.quit() if ready() else None)
        self.late, self._due = [], 0.0
        began = time.perf_counter()
        self.timer.start()
        asks.start()
        loop.exec()
        self.timer.stop()
        return time.perf_counter() - began, percentile(self.late or [0.0], 99.9)

    def measure(self, name: str, times: int) -> list[Row]:
        ends = time.perf_counter() + 1
        seconds, gap = self.until(lambda: self.editor.loaded)
        _, idle = self.until(lambda: time.perf_counter() > ends + seconds)
        rows = [
            _row(f"text, {name}: open", seconds, OPEN_S, "s", "read once, every line known"),
            _row(f"text, {name}: gap while opening", gap, GAP, "ms", f"p99.9 of a 5 ms timer; idle {idle:.1f}"),
        ]
        self._mark_up()
        view, size = self.editor.canvas, self.editor.canvas.length()
        dice = random.Random(3)
        rows.append(self._events(f"text, {name}: wheel", times, lambda _: view.scroll_by(120)))
        rows.append(
            self._events(f"text, {name}: jump anywhere", times, lambda _: view.show_place(dice.randrange(size), middle=True))
        )
        rows.append(self._events(f"text, {name}: select by a drag", times, self._drag))
        rows.append(self._events(f"text, {name}: mark and undo", times // 3, self._mark))
        self.editor.find_bar.words_changed.emit("not there at all", False)
        seconds, gap = self.until(lambda: self.editor.finder.done)
        rows.append(_row(f"text, {name}: search to the end", seconds, FIND_S, "s", "no hit, capitals do not count"))
        rows.append(_row(f"text, {name}: gap while searching", gap, GAP, "ms", f"p99.9 of a 5 ms timer; idle {idle:.1f}"))
        return rows

    def _mark_up(self) -> None:
        from storage.editing import verbs
        from storage.model.geometry import TextRanges
        from tests.support.text_stage import PERSON

        size, dice = self.editor.canvas.length(), random.Random(4)
        document = self.session.document
        for _ in range(MARKS):
            at = dice.randrange(size - 60)
            edits, _uuid = verbs.add_object(
                document, PERSON, TextRanges(((at, at + dice.randint(3, 50)),)), ("", 0), by="", now=1
            )
            for edit in edits:
                edit.apply(document)
        self.editor.refresh_marks()

    def _events(self, name: str, times: int, act: Callable[[int], object]) -> Row:
        view = self.editor.canvas.viewport()
        spent = []
        for i in range(times):
            began = time.perf_counter()
            act(i)
            view.repaint()
            spent.append((time.perf_counter() - began) * 1e3)
        return _row(name, percentile(spent, 99), EVENT, "ms", f"p99 of {times}; worst {max(spent):.1f}")

    def _drag(self, i: int) -> None:
        from PySide6.QtCore import QPointF

        view = self.editor.canvas
        view.select(view.offset_at(QPointF(300, 200)), view.offset_at(QPointF(300 + i % 600, 200 + i % 500)))

    def _mark(self, i: int) -> None:
        from tests.support.text_stage import PERSON

        view = self.editor.canvas
        self.editor.focus.set(armed=PERSON)
        start = view.in_sight()[0] + i
        if i % 2:
            self.editor.undo()
        else:
            self.editor.mark(start, start + 20)


def _row(name: str, ours: float, bar: float, unit: str, note: str) -> Row:
    return Row(name, ours, bar, unit, 1.0, "at most", note)
