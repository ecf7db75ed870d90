"""Runs in a process of its own: the real program in its real window, driven by events. The last line it prints is JSON.

Imports stand in the functions: what the child loads for itself would count as the program's start.

window.py start CATALOG            says "usable" when a click on the first folder has shown its rows
window.py open CATALOG TASK TASK TASK   opens the first, hovers and drags there, submits it, and the second
window.py add CATALOG FOLDER       adds the pictures of a folder, and how late a timer of 5 ms was meanwhile
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
Story = Iterator[Callable[[], object]]


def environment(home: str) -> dict[str, str]:
    """The person's own settings stay out of it; drawn off screen as the peers are, on a screen that has room for the window."""
    xdg = {f"XDG_{name}_HOME": f"{home}/{name.lower()}" for name in ("DATA", "CONFIG", "CACHE", "STATE")}
    screen = f"offscreen:configfile={ROOT / 'benchmarks' / 'screen.json'}"
    return {**os.environ, **xdg, "PYTHONPATH": str(ROOT), "QT_QPA_PLATFORM": screen, "POSTIL_CATALOG": ""}


def run_window(*arguments: str, timeout: float = 600) -> dict[str, Any]:
    import json
    import subprocess
    import tempfile

    with tempfile.TemporaryDirectory(prefix="postil-home-") as home:
        answer = subprocess.run(
            [sys.executable, __file__, *arguments],
            capture_output=True, text=True, timeout=timeout, env=environment(home), cwd=home, check=False,
        )  # fmt: skip
    if answer.returncode:
        raise RuntimeError(f"window.py {arguments[0]} failed: {answer.stderr.strip()[-2000:]}")
    found: dict[str, Any] = json.loads(answer.stdout.strip().splitlines()[-1])
    return found


# -- in the child


class Driver:
    """A story yields what to wait for; it goes on in a later turn of the program's own event loop."""

    def __init__(self, story: Story) -> None:
        from PySide6.QtCore import Qt, QTimer

        self._story, self._until = story, None
        self._timer = QTimer()
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._tick)
        self._timer.start(4)  # often enough to measure by, seldom enough not to take the interpreter from the workers

    def _tick(self) -> None:
        from PySide6.QtWidgets import QApplication

        if self._until is not None and not self._until():  # type: ignore[misc]
            return
        try:
            self._until = next(self._story)  # type: ignore[assignment]
        except StopIteration:
            self._timer.stop()
            QApplication.closeAllWindows()
        except BaseException:
            self._timer.stop()
            QApplication.exit(1)
            raise


def the_window() -> Any:
    from PySide6.QtWidgets import QApplication

    from app.window import MainWindow

    return next((w for w in QApplication.topLevelWidgets() if isinstance(w, MainWindow)), None)


def opened() -> bool:
    window = the_window()
    return window is not None and window.pages is not None


def click(view: Any, place: Any) -> None:
    from PySide6.QtCore import QEvent, QPointF, Qt
    from PySide6.QtGui import QMouseEvent
    from PySide6.QtWidgets import QApplication

    at = QPointF(place)
    left, none = Qt.MouseButton.LeftButton, Qt.MouseButton.NoButton
    for kind, held in ((QEvent.Type.MouseButtonPress, left), (QEvent.Type.MouseButtonRelease, none)):
        event = QMouseEvent(kind, at, view.viewport().mapToGlobal(at), left, held, Qt.KeyboardModifier.NoModifier)
        QApplication.sendEvent(view.viewport(), event)


def start() -> Story:
    yield opened
    panel = the_window().pages.files.panel
    tree = panel.sidebar.tree
    yield lambda: tree.model().rowCount() > 0 and tree.visualRect(tree.model().index(0, 0)).height() > 0
    click(tree, tree.visualRect(tree.model().index(0, 0)).center())
    yield lambda: panel.place.kind == "folder" and panel.list.model.rowCount() > 0
    panel.list.view().viewport().repaint()
    assert panel.list.view().isVisible()
    print("usable", flush=True)


def open_task(first: int, second: int, third: int) -> Story:
    import json

    from tests.support import mouse

    yield opened
    window = the_window()
    window.resize(1600, 1000)
    window.go("projects")
    soon = time.perf_counter() + 1.5  # a person finds the task in the queue meanwhile; labelme's window has settled, too
    yield lambda: time.perf_counter() > soon
    began = time.perf_counter()
    window.pages.open_task(first)
    yield lambda: drawn(window, first)
    answer: dict[str, Any] = {"open_ms": (time.perf_counter() - began) * 1000, "shapes": 0}
    editor = window.pages.editor
    canvas = editor.task.editor.canvas
    answer["shapes"] = len(editor.task.session.document.annotations)
    answer["hover_ms"] = [timed(canvas, lambda i=i: mouse.move(canvas, 300 + 37 * i, 300 + 23 * i)) for i in range(80)]
    entry = canvas.hits.near((1500, 1200, 1600, 1300))[-1]
    x0, y0, x1, y1 = entry.geometry.bounds()
    x, y = (x0 + x1) / 2, (y0 + y1) / 2
    mouse.move(canvas, x, y)
    mouse.press(canvas, x, y)
    answer["drag_ms"] = [timed(canvas, lambda i=i: mouse.move(canvas, x + 3 * i, y + 2 * i, mouse.LEFT)) for i in range(1, 81)]
    mouse.release(canvas, x + 240, y + 160)
    yield lambda: drawn(window, first) and not editor.task.saving.pending
    answer["next_ms"] = []
    for following in (second, third):
        yield lambda: editor.loader.ahead is not None
        wait = time.perf_counter() + 1.0  # a person looks at the picture while the next one is read
        yield lambda wait=wait: time.perf_counter() > wait
        assert editor.loader.ahead.task.id == following
        began = time.perf_counter()
        editor.verbs.submit()
        yield lambda following=following: drawn(window, following)
        answer["next_ms"].append((time.perf_counter() - began) * 1000)
    print(json.dumps(answer), flush=True)


def drawn(window: Any, task_id: int) -> bool:
    """The editor shows this task, and everything in sight is drawn and sharp."""
    pages = window.pages
    if not pages.editing or pages.editor.task_id != task_id:
        return False
    canvas = pages.task.editor.canvas
    if not canvas.sharp or canvas._later.isActive():
        return False
    canvas.repaint()
    return True


def timed(canvas: Any, act: Callable[[], object]) -> float:
    began = time.perf_counter()
    act()
    canvas.repaint()
    return (time.perf_counter() - began) * 1000


class Lateness:
    """How late a timer of 5 ms is, in ms."""

    def __init__(self) -> None:
        from PySide6.QtCore import Qt, QTimer

        self.late: list[float] = []
        self._last = time.perf_counter()
        self._timer = QTimer()
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._tick)
        self._timer.start(5)

    def _tick(self) -> None:
        now = time.perf_counter()
        self.late.append(max(0.0, (now - self._last) * 1000 - 5.0))
        self._last = now

    def take(self) -> list[float]:
        taken, self.late = self.late, []
        return taken


def add(folder: str) -> Story:
    import json

    from app.background.adding import add_paths

    yield opened
    window = the_window()
    panel = window.pages.files.panel
    folder_id = window.context.reads.child_folders(None)[0].id
    panel.open_folder(folder_id)
    soon = time.perf_counter() + 1.0
    yield lambda: time.perf_counter() > soon
    watch = Lateness()
    later = time.perf_counter() + 3.0
    yield lambda: time.perf_counter() > later
    answer: dict[str, Any] = {"idle_ms": watch.take()}
    done: list[Any] = []
    began = time.perf_counter()
    add_paths(window, window.context, sorted(Path(folder).iterdir()), folder_id, then=done.append)
    yield lambda: bool(done)
    answer.update(busy_ms=watch.take(), seconds=time.perf_counter() - began, added=len(done[0].added))
    print(json.dumps(answer), flush=True)


def main(arguments: list[str]) -> int:
    from app.main import application_of
    from postil.__main__ import main as program

    what, catalog, *rest = arguments
    application_of(["postil"])
    story = {"start": start, "open": lambda *ids: open_task(*map(int, ids)), "add": add}[what](*rest)
    driver = Driver(story)
    code = program(["--catalog", catalog])
    del driver
    return code


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
