"""The whole program with somebody at it who never stops: real mouse and key events, until it is killed.

python -m tests.support.annotator CATALOG LOG SEED

After every gesture that the header calls saved, one line goes to LOG: the number of the newest step and a digest of the labels.
"""

from __future__ import annotations

import hashlib
import os
import random
import sys
from pathlib import Path

from PySide6.QtCore import Qt, QTimer
from PySide6.QtTest import QTest

from app.main import application_of
from app.program import Program
from app.settings import Settings
from storage.model.labels import LabelDocument
from tests.support import mouse


def digest(document: LabelDocument) -> str:
    """What is shown, as a short word; times and order of making do not count."""
    seen = sorted(
        [f"{a.uuid} {a.instance} {a.at} {a.geometry!r}" for a in document.annotations.values()]
        + [f"{i.uuid} {i.feature_hash} {i.number} {i.layer}" for i in document.instances.values()]
        + [f"{a.uuid} {a.owner} {a.attribute} {a.value!r}" for a in document.answers.values()]
        + [f"{c.uuid} {c.feature_hash} {c.ranges}" for c in document.classifications.values()]
    )
    return hashlib.sha256("\n".join(seen).encode()).hexdigest()[:24]


class Annotator:
    title = ""  # of the task; none: the first one

    def __init__(self, catalog: Path, log: Path, seed: int) -> None:
        self.random = random.Random(seed)
        self.log = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        self.program = Program(catalog, Settings(catalog.parent / "settings.json"))
        self.program.show()
        self.window = self.program.windows[0]
        self.window.ready.connect(self.start)
        self.program.open()
        self.timer = QTimer()
        self.timer.setInterval(1)
        self.timer.timeout.connect(self.act)
        self.last = -1

    def start(self) -> None:
        pages, context = self.window.pages, self.window.context
        assert pages is not None
        assert context is not None
        project = context.reads.projects()[0]
        tasks = (context.reads.task(i) for i in context.reads.task_ids(project.id))
        task = next(t for t in tasks if self.title in ("", t.title))
        pages.open_task(task.id)
        self.editor = pages.editor
        self.timer.start()

    def act(self) -> None:
        task = self.editor.task if self.editor is not None else None
        if task is None or task.editor.canvas.context.frame_size == (0, 0):
            return
        saving = task.saving
        if saving.pending:
            return
        n = task.session.history.next_n - 1
        if saving.state == "saved" and task.loaded.row.id and n != self.last:
            living = task.session.history.undoable()
            os.write(self.log, f"{n} {living.n if living else 0} {digest(task.session.document)}\n".encode())
            self.last = n
        self.gesture(task.editor.canvas)

    def gesture(self, canvas) -> None:
        r = self.random
        width, height = canvas.context.frame_size
        x, y = r.uniform(20, width - 120), r.uniform(20, height - 120)
        match r.choice(("box", "polygon", "move", "undo", "redo", "delete", "duplicate")):
            case "box":
                QTest.keyClick(canvas, Qt.Key.Key_1)
                mouse.drag(canvas, [(x, y), (x + 30, y + 30), (x + 80, y + 60)])
                QTest.keyClick(canvas, Qt.Key.Key_Escape)
            case "polygon":
                QTest.keyClick(canvas, Qt.Key.Key_2)
                for dx, dy in ((0, 0), (60, 10), (70, 70), (10, 60)):
                    mouse.click(canvas, x + dx, y + dy)
                QTest.keyClick(canvas, Qt.Key.Key_Return)
                QTest.keyClick(canvas, Qt.Key.Key_Escape)
            case "move":
                mouse.drag(canvas, [(x, y), (x + 5, y + 5), (x + 20, y + 15)])
            case "undo":
                QTest.keyClick(canvas, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
                self.last = -1
            case "redo":
                QTest.keyClick(canvas, Qt.Key.Key_Y, Qt.KeyboardModifier.ControlModifier)
                self.last = -1
            case "delete":
                QTest.keyClick(canvas, Qt.Key.Key_Delete)
            case "duplicate":
                QTest.keyClick(canvas, Qt.Key.Key_D, Qt.KeyboardModifier.ControlModifier)


def main(arguments: list[str]) -> int:
    application = application_of(["annotator"])
    annotator = Annotator(Path(arguments[0]), Path(arguments[1]), int(arguments[2]))
    assert annotator.program
    return application.exec()


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
