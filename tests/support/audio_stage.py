"""An audio editor over a generated sound, a device that keeps what it is given, and a hand with a real mouse and keyboard."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QMouseEvent, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from storage.editing.focus import Focus
from storage.editing.session import EditSession
from storage.errors import BadInput
from storage.media.source import FileSource
from storage.model.geometry import AudioRanges, ShapeKind
from storage.model.labels import LabelDocument
from storage.model.ontology import Attribute, AttributeType, ObjectClass, Ontology
from tests.support.sent import Sent
from tests.support.sound_recorder import Recorder
from viewers.editors.audio_editor import AudioEditor
from viewers.scene.sound_source import SoundSource
from widgets import icons

NONE, LEFT, MIDDLE = Qt.KeyboardModifier.NoModifier, Qt.MouseButton.LeftButton, Qt.MouseButton.MiddleButton
CTRL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
SPEECH, NOISE, WORDS = "hash-speech", "hash-noise", "hash-words"


def ontology() -> Ontology:
    words = Attribute("1.1", "Transcript", AttributeType.TEXT, WORDS)
    return Ontology(
        (
            ObjectClass("1", "Speech", "#16A5A5", ShapeKind.AUDIO, SPEECH, attributes=(words,)),
            ObjectClass("2", "Noise", "#E27300", ShapeKind.AUDIO, NOISE),
            ObjectClass("3", "Car", "#D33115", ShapeKind.BOX, "hash-car"),
        )
    )


class AudioStage:
    def __init__(
        self, qtbot: Any, path: Path, *, cache_dir: Path | None = None, size: tuple[int, int] = (940, 560),
        shown: Ontology | None = None, wait: bool = True, **options: Any,
    ) -> None:  # fmt: skip
        self.qtbot = qtbot
        self.document: LabelDocument = options.pop("document", None) or LabelDocument()
        self.sent = Sent()
        self.session = EditSession(self.document, options.pop("sink", None) or self.sent, author="ann@example.org")
        self.focus = Focus()
        self.sound = SoundSource.of(FileSource(path), cache_dir=cache_dir)
        self.output = Recorder()
        self.editor = AudioEditor(
            self.session, self.focus, shown or ontology(), self.sound, output=self.output, icon=icons.icon, **options
        )
        self.moment = 1000.0  # no clock runs: what the test listens to moves the sound on
        self.editor.player._now = self.editor.player._feeder._now = lambda: self.moment
        self.editor.own_menu = False
        self.said: list[str] = []
        self.places: list[str] = []
        self.editor.status.connect(self.said.append)
        self.editor.place.connect(self.places.append)
        self.failures: list[BadInput] = []
        self.editor.failed.connect(self.failures.append)
        qtbot.addWidget(self.editor, before_close_func=self._close)
        self.editor.resize(*size)
        self.canvas = self.editor.canvas
        with qtbot.waitExposed(self.editor):  # what was painted is asked for
            self.editor.show()
        if wait:
            qtbot.waitUntil(lambda: self.editor.ready and self.canvas._open)
        self.canvas.setFocus()

    def _close(self, editor: AudioEditor) -> None:
        editor.close_editor()
        self.sound.close()

    def settle(self) -> None:
        self.qtbot.waitUntil(lambda: self.editor.settled)

    def ends(self) -> None:
        """What plays comes to its end, and nothing is left over."""
        self.qtbot.waitUntil(lambda: self.editor.player._feeder.heard() is None)
        self.moment += 60
        self.qtbot.waitUntil(lambda: not self.editor.player.playing)
        assert not self.output.waiting

    # -- the hand, in seconds; `row` says how high: "sound", "lane", "ruler", "spectrum" or px

    def at(self, seconds: float, row: str | float = "sound", lane: int = 0) -> QPoint:
        layout = self.canvas.layout_
        rows = {
            "sound": layout.waves[0].center().y(),
            "lane": layout.lane(lane).center().y(),
            "ruler": layout.ruler.center().y(),
        }
        if layout.spectrum is not None:
            rows["spectrum"] = layout.spectrum.center().y()
        y = rows[row] if isinstance(row, str) else row
        return QPoint(round(self.canvas.view.x(seconds)), round(y))

    def send(self, widget: QWidget, place: QPoint, held: Qt.MouseButton, keys: Any) -> None:
        """QTest.mouseMove has no buttons, so the event is sent as Qt would send it."""
        at = QPointF(place)
        event = QMouseEvent(QMouseEvent.Type.MouseMove, at, widget.mapToGlobal(at), Qt.MouseButton.NoButton, held, keys)
        QApplication.sendEvent(widget, event)

    def move(
        self,
        seconds: float,
        row: str | float = "sound",
        *,
        held: Any = Qt.MouseButton.NoButton,
        keys: Any = NONE,
        lane: int = 0,
    ) -> None:
        self.send(self.canvas, self.at(seconds, row, lane), held, keys)

    def press(self, seconds: float, row: str | float = "sound", *, keys: Any = NONE, lane: int = 0, button: Any = LEFT) -> None:
        self.move(seconds, row, keys=keys, lane=lane)
        QTest.mousePress(self.canvas, button, keys, self.at(seconds, row, lane))

    def release(
        self, seconds: float, row: str | float = "sound", *, keys: Any = NONE, lane: int = 0, button: Any = LEFT
    ) -> None:
        QTest.mouseRelease(self.canvas, button, keys, self.at(seconds, row, lane))

    def click(self, seconds: float, row: str | float = "sound", *, keys: Any = NONE, lane: int = 0, button: Any = LEFT) -> None:
        self.press(seconds, row, keys=keys, lane=lane, button=button)
        self.release(seconds, row, keys=keys, lane=lane, button=button)

    def drag(
        self,
        first: float,
        last: float,
        row: str | float = "sound",
        *,
        keys: Any = NONE,
        lane: int = 0,
        button: Any = LEFT,
        let_go: bool = True,
    ) -> None:
        self.press(first, row, keys=keys, lane=lane, button=button)
        start, end = self.at(first, row, lane), self.at(last, row, lane)
        for i in range(1, 6):
            self.send(self.canvas, start + (end - start) * (i / 5), button, keys)
        if let_go:
            QTest.mouseRelease(self.canvas, button, keys, end)

    def wheel(self, seconds: float, steps: float, row: str | float = "sound", keys: Any = NONE) -> None:
        at = QPointF(self.at(seconds, row))
        turned = QPoint(0, round(steps * 120))
        QApplication.sendEvent(
            self.canvas,
            QWheelEvent(
                at,
                self.canvas.mapToGlobal(at),
                QPoint(),
                turned,
                Qt.MouseButton.NoButton,
                keys,
                Qt.ScrollPhase.NoScrollPhase,
                False,
            ),
        )

    def key(self, key: Qt.Key | str, keys: Any = NONE) -> None:
        QTest.keyClick(self.canvas, key, keys)

    # -- what is there

    def draw(self, *spans: tuple[float, float], digit: str = "1") -> list[str]:
        """New objects by the mouse, then the select tool again. Their uuids, in the order of the spans."""
        made = []
        self.key(digit)
        for first, last in spans:
            self.drag(first, last, keys=CTRL)
            made.append(self.focus.primary or "")
        self.key(Qt.Key.Key_Escape)
        self.key(Qt.Key.Key_Escape)
        return made

    @property
    def ranges(self) -> list[tuple[tuple[int, int], ...]]:
        return [a.geometry.ranges for a in self.document.on_frame() if isinstance(a.geometry, AudioRanges)]

    def of(self, instance: str) -> tuple[tuple[int, int], ...]:
        annotation = self.document.annotation_of(instance)
        return annotation.geometry.ranges if annotation is not None else ()  # type: ignore[union-attr]

    @property
    def texts(self) -> list[str]:
        return [c.step.text for c in self.sent if c.kind == "do"]
