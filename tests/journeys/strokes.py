"""Drawing with every tool, by the keys and the mouse of a person. Places are fractions of the picture."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from storage.model.labels import LabelDocument
from tests.journeys.desk import Desk
from tests.support import mouse

Place = tuple[float, float]


class Hand:
    """On the canvas of the task that is open, with the classes of the sample ontology (their keys are the digits)."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk

    # -- what is there

    @property
    def canvas(self) -> object:
        return self.desk.canvas

    @property
    def document(self) -> LabelDocument:
        return self.desk.task.session.document  # type: ignore[no-any-return]

    def kinds(self) -> list[str]:
        return sorted(str(a.geometry.kind) for a in self.document.annotations.values())

    def saved(self) -> None:
        self.desk.until(lambda: self.desk.editor.task.saving.state == "saved", "everything is saved")

    # -- the hand

    def at(self, place: Place) -> Place:
        width, height = self.desk.canvas.context.frame_size
        return place[0] * width, place[1] * height

    def key(self, key: Qt.Key | str, keys: Qt.KeyboardModifier = mouse.NO_KEYS) -> None:
        QTest.keyClick(self.desk.canvas, key, keys)

    def click(self, *places: Place, keys: Qt.KeyboardModifier = mouse.NO_KEYS) -> None:
        for place in places:
            mouse.click(self.desk.canvas, *self.at(place), keys=keys)

    def drag(self, *places: Place, keys: Qt.KeyboardModifier = mouse.NO_KEYS) -> None:
        mouse.drag(self.desk.canvas, [self.at(p) for p in places], keys=keys)

    def outline(self, *places: Place) -> None:
        self.click(*places)
        self.key(Qt.Key.Key_Return)

    def verb(self, title: str) -> None:
        """Any verb by the palette."""
        self.desk.find_and_run(title)
        self.desk.canvas.setFocus()

    # -- the tools, each with its class

    def box(self) -> None:
        self.key("1")
        self.drag((0.05, 0.1), (0.1, 0.15), (0.2, 0.3))

    def polygon_with_hole_and_part(self) -> None:
        self.key("2")
        self.outline((0.3, 0.1), (0.5, 0.1), (0.5, 0.4), (0.3, 0.4))
        self.verb("Cut a hole")
        self.outline((0.35, 0.2), (0.45, 0.2), (0.4, 0.3))
        self.verb("Add a part")
        self.outline((0.55, 0.1), (0.6, 0.1), (0.6, 0.2))
        self.key(Qt.Key.Key_Escape)

    def polyline(self) -> None:
        self.key("3")
        self.outline((0.05, 0.9), (0.3, 0.85), (0.6, 0.95), (0.9, 0.85))

    def point(self) -> None:
        self.key("4")
        self.click((0.95, 0.1))

    def circle(self) -> None:
        self.key("5")
        self.drag((0.15, 0.5), (0.18, 0.5), (0.2, 0.5))

    def skeleton(self) -> None:
        self.key("6")
        self.drag((0.3, 0.5), (0.35, 0.6), (0.4, 0.8))

    def cuboid(self) -> None:
        self.key("7")
        self.drag((0.5, 0.55), (0.55, 0.6), (0.65, 0.75))
        mouse.move(self.desk.canvas, *self.at((0.7, 0.7)))
        self.click((0.72, 0.68))

    def rotated_box(self) -> None:
        self.key("8")
        self.click((0.7, 0.2), (0.85, 0.3), (0.8, 0.45))

    def ellipse(self) -> None:
        self.key("9")
        self.drag((0.8, 0.55), (0.85, 0.6), (0.95, 0.7))

    def brush_and_eraser(self) -> None:
        self.key("0")
        self.drag((0.1, 0.72), (0.15, 0.74), (0.2, 0.76))
        self.key("x")
        self.drag((0.16, 0.68), (0.16, 0.76), (0.16, 0.84))
        self.key("x")

    def tools(self) -> Sequence[tuple[str, Callable[[], None], int]]:
        """(what it draws, how, how many steps it makes)."""
        return (
            ("bounding_box", self.box, 1),
            ("polygon", self.polygon_with_hole_and_part, 3),
            ("polyline", self.polyline, 1),
            ("point", self.point, 1),
            ("circle", self.circle, 1),
            ("skeleton", self.skeleton, 1),
            ("cuboid_2d", self.cuboid, 1),
            ("rotatable_bounding_box", self.rotated_box, 1),
            ("ellipse", self.ellipse, 1),
            ("bitmask", self.brush_and_eraser, 2),
        )

    def draw_everything(self) -> int:
        """One object with each tool. Returns the number of steps that undo must take back."""
        steps = 0
        for _, draw, made in self.tools():
            draw()
            steps += made
        self.key(Qt.Key.Key_Escape)
        self.key(Qt.Key.Key_Escape)
        self.saved()
        return steps

    # -- undo

    def undo_all(self) -> int:
        """Ctrl+Z until there is nothing more to take back; how often."""
        return self._until_none("undo", Qt.KeyboardModifier.ControlModifier)

    def redo_all(self) -> int:
        return self._until_none("redo", Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier)

    def _until_none(self, which: str, keys: Qt.KeyboardModifier) -> int:
        count = 0
        while getattr(self.desk.editor.task, f"{which}_text") and count < 500:
            self.key("z", keys)
            count += 1
        self.saved()
        return count
