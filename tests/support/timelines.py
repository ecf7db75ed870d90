"""Documents with tracks, and a timeline over them with a hand that has a real mouse and keyboard."""

from __future__ import annotations

import random
from typing import Any

from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QColor, QMouseEvent, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu

from storage.editing.focus import Focus
from storage.editing.on_frames import Moving
from storage.editing.session import EditSession
from storage.model.geometry import Box, ShapeKind
from storage.model.labels import Annotation, Answer, Classification, Instance, LabelDocument
from storage.model.ontology import Attribute, AttributeType, ClassificationClass, ObjectClass, Ontology, Option
from tests.support.sent import Sent
from viewers.scene.frame_clock import FrameClock
from viewers.timeline.look import ROW, RULER
from viewers.timeline.timeline import Timeline
from widgets import icons

NONE, LEFT = Qt.KeyboardModifier.NoModifier, Qt.MouseButton.LeftButton
CTRL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier


def ontology() -> Ontology:
    state = Attribute(
        "1.1", "State", AttributeType.RADIO, "state", dynamic=True,
        options=tuple(Option(f"1.1.{i}", name, name.lower(), f"state-{name.lower()}") for i, name in enumerate(("Moving", "Parked"))),
    )  # fmt: skip
    note = Attribute("1.2", "Note", AttributeType.TEXT, "note", dynamic=True)
    weather = Attribute(
        "9.1", "Weather", AttributeType.RADIO, "weather-a",
        options=tuple(Option(f"9.1.{i}", name, name.lower(), f"weather-{name.lower()}") for i, name in enumerate(("Sun", "Rain"))),
    )  # fmt: skip
    return Ontology(
        (
            ObjectClass("1", "Car", "#E27300", ShapeKind.BOX, "car", attributes=(state, note)),
            ObjectClass("2", "Person", "#009CE0", ShapeKind.BOX, "person"),
            ObjectClass("3", "Tree", "#68BC00", ShapeKind.BOX, "tree"),
        ),
        (ClassificationClass("9", "weather", weather),),
    )


def box(frame: int) -> Box:
    return Box(float(frame), 2.0 * frame, 10.0, 10.0)


def add(document: LabelDocument, name: str, feature: str, number: int, rows: str | dict[int, str]) -> None:
    """Rows by frame: "k" key frame, "a" alone, "o" outside. As text, a character a frame."""
    document.put(Instance(name, f"hash {name}", feature, number, created_at=1, edited_at=1))
    for frame, kind in rows.items() if isinstance(rows, dict) else enumerate(rows):
        if kind in "kao":
            document.put(
                Annotation(
                    f"{name}@{frame}", name, box(frame), frame, keyframe=kind != "a", outside=kind == "o", created_at=1,
                    edited_at=1, pts=frame * 100,
                )
            )  # fmt: skip


def street() -> LabelDocument:
    """Three objects, answers and weather over 200 frames."""
    document = LabelDocument("row")
    add(document, "car", "car", 1, {10: "k", 40: "k", 80: "k", 110: "k"})
    add(document, "walker", "person", 1, {30: "k", 60: "o", 90: "k", 120: "a", 150: "a", 152: "k", 180: "a"})
    add(document, "tree", "tree", 1, {0: "k", 199: "k"})
    document.put(Answer("moving", "car", "state", ("state-moving",), 10, 49))
    document.put(Answer("parked", "car", "state", ("state-parked",), 50, 80))
    document.put(Classification("sunny", "h1", "weather", ((0, 59),)))
    document.put(Answer("sunny answer", "sunny", "weather-a", ("weather-sun",)))
    document.put(Classification("rainy", "h2", "weather", ((100, 150),)))
    document.put(Answer("rainy answer", "rainy", "weather-a", ("weather-rain",)))
    return document


def many(objects: int, frames: int, rows: int, seed: int = 4) -> LabelDocument:
    """Objects with so many rows each, at random places in stretches of their own."""
    dice = random.Random(seed)
    document = LabelDocument("row")
    for n in range(objects):
        start = dice.randrange(frames // 2)
        end = dice.randrange(start + rows, frames) if start + rows < frames else frames
        places = sorted(dice.sample(range(start, end), min(rows, end - start)))
        kinds = {f: dice.choices("kao", (20, 2, 1))[0] for f in places}
        add(document, f"o{n}", ("car", "person", "tree")[n % 3], n + 1, kinds)
    return document


class TimelineStage:
    def __init__(self, qtbot: Any, document: LabelDocument | None = None, frames: int = 200, *, size=(900, 320)) -> None:
        self.qtbot = qtbot
        self.document = document if document is not None else street()
        self.sent = Sent()
        self.session = EditSession(self.document, self.sent, author="ann@example.org", frames=Moving(frames, lambda f: f * 100))
        self.focus = Focus()
        self.clock = FrameClock.even(frames)
        self.timeline = Timeline(self.session, self.focus, ontology(), self.clock, icon=icons.icon)
        self.view = self.timeline.view
        self.said: list[str] = []
        self.timeline.status.connect(self.said.append)
        self.timeline.seek_wanted.connect(lambda frame: self.focus.set(at=("", frame)))
        qtbot.addWidget(self.timeline, before_close_func=lambda timeline: timeline.close_timeline())
        self.timeline.resize(*size)
        with qtbot.waitExposed(self.timeline):
            self.timeline.show()
        self.view.setFocus()

    # -- where things are

    def x(self, frame: float) -> float:
        """The middle of a frame."""
        return self.view.layer.names + self.view.axis.x(frame + 0.5)

    def y(self, index: int) -> float:
        return self.view.layer.row_top(index) + ROW / 2

    def index(self, name: str) -> int:
        return next(i for i, row in enumerate(self.view.rows.rows) if row.id == name)

    # -- the hand

    def move(self, x: float, y: float, held: Qt.MouseButton = Qt.MouseButton.NoButton, keys: Any = NONE) -> None:
        at = QPointF(x, y)
        event = QMouseEvent(QMouseEvent.Type.MouseMove, at, self.view.mapToGlobal(at), Qt.MouseButton.NoButton, held, keys)
        QApplication.sendEvent(self.view, event)

    def press(self, x: float, y: float, keys: Any = NONE, button: Qt.MouseButton = LEFT) -> None:
        self.move(x, y, keys=keys)
        QTest.mousePress(self.view, button, keys, QPoint(round(x), round(y)))

    def release(self, x: float, y: float, keys: Any = NONE, button: Qt.MouseButton = LEFT) -> None:
        QTest.mouseRelease(self.view, button, keys, QPoint(round(x), round(y)))

    def click(self, x: float, y: float, keys: Any = NONE, button: Qt.MouseButton = LEFT) -> None:
        self.press(x, y, keys, button)
        self.release(x, y, keys, button)

    def double(self, x: float, y: float) -> None:
        self.click(x, y)
        QTest.mouseDClick(self.view, LEFT, NONE, QPoint(round(x), round(y)))

    def drag(self, x0: float, y0: float, x1: float, y1: float, keys: Any = NONE, *, button: Qt.MouseButton = LEFT) -> None:
        self.hold(x0, y0, x1, y1, keys, button=button)
        self.release(x1, y1, keys, button)

    def hold(self, x0: float, y0: float, x1: float, y1: float, keys: Any = NONE, *, button: Qt.MouseButton = LEFT) -> None:
        """A drag that has not ended."""
        self.press(x0, y0, keys, button)
        for i in range(1, 6):
            self.move(x0 + (x1 - x0) * i / 5, y0 + (y1 - y0) * i / 5, button, keys)

    def wheel(self, x: float, y: float, steps: float, keys: Any = NONE) -> None:
        at = QPointF(x, y)
        event = QWheelEvent(
            at, self.view.mapToGlobal(at), QPoint(), QPoint(0, round(steps * 120)), Qt.MouseButton.NoButton, keys,
            Qt.ScrollPhase.NoScrollPhase, False,
        )  # fmt: skip
        QApplication.sendEvent(self.view, event)

    def key(self, key: Qt.Key, keys: Any = NONE) -> None:
        QTest.keyClick(self.view, key, keys)

    def drag_frames(self, name: str, start: float, end: float, keys: Any = CTRL) -> None:
        """Along a row; without snapping unless asked for."""
        y = self.y(self.index(name))
        self.press(self.x(start), y)
        for i in range(1, 6):
            self.move(self.x(start + (end - start) * i / 5), y, LEFT, keys)
        self.release(self.x(end), y)

    def choose_frames(self, first: int, last: int) -> None:
        y = self.y(self.index("car"))
        self.drag(self.x(first), y, self.x(last), y, SHIFT | CTRL)
        assert self.timeline.selected_range == (first, last)

    def menu_at(self, name: str, frame: float) -> QMenu:
        self.click(self.x(frame), self.y(self.index(name)), button=Qt.MouseButton.RightButton)
        return self.popup()

    def popup(self) -> QMenu:
        found: list[QMenu] = []

        def shown() -> None:
            found[:] = [m for m in self.view.findChildren(QMenu) if m.isVisible()]
            assert found

        self.qtbot.waitUntil(shown)
        return found[0]

    def pixel(self, x: float, y: float) -> QColor:
        return self.view.grab().toImage().pixelColor(round(x), round(y))

    @property
    def texts(self) -> list[str]:
        return [c.step.text for c in self.sent if c.kind == "do"]

    def frames_of(self, name: str) -> dict[int, str]:
        rows = self.document.annotations_of(name)
        return {a.frame: "o" if a.outside else "k" if a.keyframe else "a" for a in rows}


RULER_Y = RULER / 2


def choose(menu: QMenu, text: str) -> None:
    """By the words of an entry."""
    entry = next(a for a in menu.actions() if a.text().split("\t")[0] == text)
    menu.close()
    entry.trigger()
