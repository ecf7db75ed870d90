"""The whole program with somebody at it who paints masks into a volume without end: the annotator of `annotator`, at a series.

python -m tests.support.painter CATALOG LOG SEED TITLE

A stroke is spread over many turns of the event loop, so that a kill finds many of them unfinished.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from app.main import application_of
from storage.model.geometry import ShapeKind
from tests.support.annotator import Annotator

LEFT, NO_KEYS, CTRL = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ControlModifier


class Painter(Annotator):
    def __init__(self, catalog: Path, log: Path, seed: int, title: str) -> None:
        self.title = title
        self.stroke: Iterator[None] | None = None
        super().__init__(catalog, log, seed)

    def act(self) -> None:
        if self.stroke is not None:
            if next(self.stroke, "over") == "over":
                self.stroke = None
            return
        task = self.editor.task if self.editor is not None else None
        if task is not None and task.editor.state is not None and task.editor.canvas.sharp:
            super().act()

    def gesture(self, canvas) -> None:
        r, editor = self.random, self.editor.task.editor
        match r.choice(("paint", "paint", "paint", "paint", "undo", "redo", "delete", "slice", "body")):
            case "paint":
                self.begin(canvas)
            case "undo":
                QTest.keyClick(canvas, Qt.Key.Key_Z, CTRL)
                self.last = -1
            case "redo":
                QTest.keyClick(canvas, Qt.Key.Key_Y, CTRL)
                self.last = -1
            case "delete" if r.random() < 0.3:
                QTest.keyClick(canvas, Qt.Key.Key_Delete)
            case "body":
                QTest.keyClick(canvas, Qt.Key.Key_F, Qt.KeyboardModifier.ShiftModifier)
            case _:
                editor.state.go_to_slice(r.randrange(editor.volume.slices))

    def begin(self, canvas) -> None:
        """Take a tool (of a new object, now and then) and begin a stroke in one of the panes."""
        r, editor = self.random, self.editor.task.editor
        if r.random() < 0.3 or not editor.focus.selected:
            editor.focus.select(())
            editor.arm_class(next(o.feature_hash for o in editor.ontology.objects if o.shape is ShapeKind.BITMASK))
        editor.arm_tool(r.choice(("brush", "brush", "sphere", "threshold", "eraser")))
        panes = [pane.shown for pane in editor.grid.panes[:3] if pane.shown is not None and pane.shown.isVisible()]
        self.stroke = self.draw(r.choice(panes))

    def draw(self, pane) -> Iterator[None]:
        """From press to release, a turn between two events."""
        r, keys = self.random, CTRL if self.random.random() < 0.2 else NO_KEYS
        middle = QPointF(pane.width() / 2, pane.height() / 2)
        at = middle + QPointF(r.uniform(-60, 60), r.uniform(-60, 60))
        self.move(pane, at, Qt.MouseButton.NoButton, keys)
        QTest.mousePress(pane, LEFT, keys, at.toPoint())
        for _ in range(r.randrange(2, 25)):
            yield
            at += QPointF(r.uniform(-9, 9), r.uniform(-9, 9))
            self.move(pane, at, LEFT, keys)
        yield
        QTest.mouseRelease(pane, LEFT, keys, at.toPoint())

    @staticmethod
    def move(pane, at: QPointF, held: Qt.MouseButton, keys) -> None:
        event = QMouseEvent(QMouseEvent.Type.MouseMove, at, pane.mapToGlobal(at), Qt.MouseButton.NoButton, held, keys)
        QApplication.sendEvent(pane, event)


def main(arguments: list[str]) -> int:
    application = application_of(["painter"])
    painter = Painter(Path(arguments[0]), Path(arguments[1]), int(arguments[2]), arguments[3])
    assert painter.program
    return application.exec()


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
