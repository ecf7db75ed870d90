"""Files with a million items on the screen: from the click to the first rows, scrolling, Ctrl+A, End, search."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from benchmarks.application import application
from benchmarks.rows import Row, percentile

_BIG = 1
_QUICK, _FULL = 100_000, 1_000_000


def run(quick: bool) -> list[Row]:
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    from benchmarks.scale_catalog import make_catalog
    from storage.catalog.engine import Catalog

    app = application()
    catalog = Catalog.open(make_catalog(None, _QUICK if quick else _FULL), read_only=True)
    try:
        bench = _Bench(app, catalog)
        rows = bench.measure(3 if quick else 7)
        bench.close()
        return rows
    finally:
        catalog.close()


class _Bench:
    """A Files panel of 1280x800, driven by key and wheel events; every event is handled and painted within its time."""

    def __init__(self, app: Any, catalog: Any) -> None:
        from PySide6.QtCore import QObject, QTimer, Signal
        from PySide6.QtGui import QImage

        from widgets import theme
        from widgets.bus import CatalogBus
        from widgets.panels.files import FilesPanel

        class Thumbs(QObject):
            ready = Signal(int, QImage)

            def get(self, key: str) -> QImage | None:
                return None

            def request(self, keys: object, generation: int) -> None:
                """Pictures are measured elsewhere."""

        self.app, self.catalog = app, catalog
        self.work = _Work()
        self.pulse = QTimer()
        self.pulse.start(5)
        theme.apply(app, "light")
        self.panel = FilesPanel(catalog.reads, CatalogBus(), self.work, Thumbs())
        self.panel.resize(1280, 800)
        self.panel.show()
        self.until(lambda: self.panel.list.model.complete)

    def close(self) -> None:
        self.panel.close()
        self.panel.deleteLater()
        self.work.close()

    def until(self, true: Callable[[], bool], seconds: float = 60.0) -> None:
        """Waits as an event loop does: spinning would take the interpreter from the read job."""
        from PySide6.QtCore import QEventLoop

        end = time.perf_counter() + seconds
        while not true():
            self.app.processEvents(QEventLoop.ProcessEventsFlag.WaitForMoreEvents)
            if time.perf_counter() > end:
                raise TimeoutError("the list did not settle")

    def painted(self, act: Callable[[], object]) -> float:
        """Milliseconds from the event until what it made stale is painted."""
        from PySide6.QtCore import QEvent

        start = time.perf_counter()
        act()
        self.app.sendPostedEvents(self.panel, QEvent.Type.UpdateRequest)
        return (time.perf_counter() - start) * 1000

    def measure(self, times: int) -> list[Row]:
        rows = [self._first_rows(times)]
        self.panel.open_folder(_BIG)
        self.until(lambda: self.panel.list.model.complete)
        count = self.panel.list.model.rowCount()
        for mode in ("grid", "table"):
            self.panel.set_mode(mode)
            self.until(lambda: True)
            rows += self._events(mode, count, times)
        rows.append(self._search(times))
        return rows

    def _first_rows(self, times: int) -> Row:
        taken = []
        for _ in range(times):
            self.panel.open_folder(2)
            self.until(lambda: self.panel.list.model.complete)
            taken.append(self.painted(lambda: self.panel.open_folder(_BIG)))
            self.until(lambda: self.panel.list.model.complete)
        return _row("lists: first rows after the click", max(taken), 100, "worst of the runs, painted")

    def _events(self, mode: str, count: int, times: int) -> list[Row]:
        from PySide6.QtCore import Qt

        key = Qt.Key
        view = self.panel.list.view()
        view.setFocus()
        note = f"{count:,} rows"
        wheel = [self.painted(lambda: self._wheel(view, -120)) for _ in range(100 * times)]
        far = [self.painted(lambda v=value: view.verticalScrollBar().setValue(v)) for value in self._places(view, 20 * times)]
        everything = [self.painted(lambda: self._key(view, key.Key_A, ctrl=True)) for _ in range(times)]
        scroll_all = [self.painted(lambda: self._wheel(view, -120)) for _ in range(20 * times)]
        ends = [self.painted(lambda k=k: self._key(view, k)) for _ in range(times) for k in (key.Key_End, key.Key_Home)]
        self.panel.list.selection.clear()
        return [
            _row(f"lists: {mode}, a notch of the wheel", _p99(wheel), 16, f"p99, {note}"),
            _row(f"lists: {mode}, a jump of the scroll bar", _p99(far), 16, f"p99, rows read and painted, {note}"),
            _row(f"lists: {mode}, Ctrl+A", max(everything), 16, f"worst, {note}"),
            _row(f"lists: {mode}, the wheel with all selected", _p99(scroll_all), 16, "p99"),
            _row(f"lists: {mode}, End and Home", max(ends), 16, f"worst, {note}"),
        ]

    def _places(self, view: Any, count: int) -> list[int]:
        """Far apart, so that every one needs blocks that are not here."""
        most = view.verticalScrollBar().maximum()
        return [most * ((n * 37) % count) // count for n in range(1, count)]

    def _search(self, times: int) -> Row:
        taken = []
        words = ("lesion", "street", "camera", "patient", "harbour", "brain", "scan", "left", "rain", "le", "camera night")
        for word in words * max(1, times // 2):
            start = time.perf_counter()
            shown: list[float] = []
            self.panel.list.model.shown.connect(lambda s=start, into=shown: into.append((time.perf_counter() - s) * 1000))
            self.panel._search(word)
            self.until(lambda into=shown: bool(into))
            self.panel.list.view().viewport().repaint()
            taken.append((time.perf_counter() - start) * 1000)
            self.until(lambda: self.panel.list.model.complete)
            self.panel._search("")
            self.until(lambda: self.panel.list.model.complete)
        return _row(
            "lists: search, hits painted", percentile(taken, 95), 50, f"p95 of {len(taken)}, after the last letter settled"
        )

    def _wheel(self, view: Any, notch: int) -> None:
        from PySide6.QtCore import QPoint, QPointF, Qt
        from PySide6.QtGui import QWheelEvent

        at = QPointF(view.viewport().rect().center())
        event = QWheelEvent(
            at, view.viewport().mapToGlobal(at), QPoint(), QPoint(0, notch), Qt.MouseButton.NoButton,
            Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase, False,
        )  # fmt: skip
        self.app.sendEvent(view.viewport(), event)

    def _key(self, view: Any, key: Any, *, ctrl: bool = False) -> None:
        from PySide6.QtCore import QEvent, Qt
        from PySide6.QtGui import QKeyEvent

        held = Qt.KeyboardModifier.ControlModifier if ctrl else Qt.KeyboardModifier.NoModifier
        self.app.sendEvent(view, QKeyEvent(QEvent.Type.KeyPress, key, held))


class _Work:
    """Read jobs as in the program: a thread asks, the GUI thread answers."""

    def __init__(self) -> None:
        from PySide6.QtCore import QObject, Qt, Signal

        class Carrier(QObject):
            arrived = Signal(object)

        self._pool = ThreadPoolExecutor(1)
        self._carrier = Carrier()
        self._carrier.arrived.connect(self._deliver, Qt.ConnectionType.QueuedConnection)

    def read(self, ask: Any, done: Any, failed: Any = None, *, owner: Any) -> None:
        def run() -> None:
            try:
                answer = ask()
            except Exception as error:
                self._carrier.arrived.emit((failed, error))
            else:
                self._carrier.arrived.emit((done, answer))

        self._pool.submit(run)

    def _deliver(self, answer: Any) -> None:
        call, value = answer
        if call is not None:
            call(value)

    def close(self) -> None:
        self._pool.shutdown()


def _p99(taken: list[float]) -> float:
    return percentile(taken, 99)


def _row(name: str, ours: float, goal: float, note: str) -> Row:
    return Row(name, ours, goal, "ms", 1, "at most", note)


if __name__ == "__main__":
    import sys

    for row in run("--quick" in sys.argv):
        print(f"{row.name:48} {row.ours:8.2f} {row.unit}  goal {row.goal:g}  {'holds' if row.holds else 'SHORT'}  {row.note}")
