"""A frame without a screen: a real session, focus and index, and a hand that moves the mouse over a tool."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from storage.editing.edits import DocumentChange
from storage.editing.focus import Focus
from storage.editing.session import EditSession
from storage.model.geometry import PICTURE_SHAPES, Geometry, ShapeKind
from storage.model.labels import Annotation, LabelDocument
from storage.model.ontology import ObjectClass, Ontology, SkeletonTemplate, TemplatePoint
from tests.support.sent import Sent
from viewers.tools.base import KeyEvent, Paper, PointerEvent, Tool, ToolContext, WheelEvent
from viewers.tools.hit_test import Index

NAMES = {
    ShapeKind.BOX: "Car",
    ShapeKind.ROTATED_BOX: "Ship",
    ShapeKind.POLYGON: "Tree",
    ShapeKind.POLYLINE: "Lane",
    ShapeKind.POINT: "Lamp",
    ShapeKind.SKELETON: "Person",
    ShapeKind.BITMASK: "Road",
    ShapeKind.CIRCLE: "Wheel",
    ShapeKind.ELLIPSE: "Pond",
    ShapeKind.CUBOID_2D: "Crate",
}


def feature(shape: ShapeKind) -> str:
    """The feature hash of the class of that shape in the stage's ontology."""
    return f"hash-{NAMES[shape]}"


def ontology() -> Ontology:
    """One class for every shape that a picture can hold, a second box and a second mask, and a skeleton of three points."""
    objects = [
        ObjectClass(str(i), NAMES[shape], "#D33115", shape, feature(shape), hotkey=str(i % 10))
        for i, shape in enumerate(PICTURE_SHAPES, start=1)
    ]
    objects.append(ObjectClass("11", "Free", "#E27300", ShapeKind.BOX, "hash-Free", allow_out_of_bounds=True))
    objects.append(ObjectClass("12", "Water", "#16406C", ShapeKind.BITMASK, "hash-Water"))
    points = tuple(
        TemplatePoint(x, y, name, "#68BC00", name, f"hash-{name}")
        for x, y, name in ((0.5, 0.0, "head"), (0.0, 1.0, "left"), (1.0, 1.0, "right"))
    )
    template = SkeletonTemplate("Person", feature(ShapeKind.SKELETON), 1, 1, points, ((0, 1, "#68BC00"), (0, 2, "#68BC00")))
    return Ontology(tuple(objects), (), (template,))


class Stage:
    def __init__(self, tool: Tool | None = None, *, size: tuple[int, int] = (400, 300), pixel: float = 1.0) -> None:
        self.document = LabelDocument()
        self.sent = Sent()
        self.session = EditSession(self.document, self.sent, author="ann@example.org")
        self.focus = Focus()
        self.ontology = ontology()
        self.index = Index()
        self.said: list[str] = []
        self.pixel = pixel
        self.context = ToolContext(
            self.session,
            self.focus,
            self.ontology,
            self.index,
            Paper(size),
            now=lambda: 1_000,
            pixel=lambda: self.pixel,
            say=self.said.append,
        )
        self.session.listen(self._changed)
        self.tool = tool
        if tool is not None:
            self.take(tool)

    def _changed(self, change: DocumentChange) -> None:
        for instance in change.instances:
            self.index.remove(instance)
            found = self.document.annotation_of(instance, self.focus.at)
            if found is not None and instance in self.document.instances:
                self.index.put(found, layer=self.document.instances[instance].layer)

    # -- what a person does

    def take(self, tool: Tool, shape: ShapeKind | None = None) -> Tool:
        if self.tool is not None and self.tool is not tool:
            self.tool.deactivate()
        shape = shape or getattr(tool, "shape", None)
        if shape is not None:
            self.focus.set(armed=feature(shape))
        self.tool = tool
        tool.activate(self.context)
        return tool

    def event(self, x: float, y: float, button: str = "left", **held: Any) -> PointerEvent:
        return PointerEvent(x, y, x / self.pixel, y / self.pixel, button, pixel=self.pixel, **held)  # type: ignore[arg-type]

    def hover(self, x: float, y: float, **held: Any) -> None:
        self.tool.move(self.event(x, y, "none", **held))

    def press(self, x: float, y: float, **held: Any) -> None:
        self.hover(x, y, **held)
        self.tool.press(self.event(x, y, **held))

    def move(self, x: float, y: float, **held: Any) -> None:
        self.tool.move(self.event(x, y, **held))

    def release(self, x: float, y: float, **held: Any) -> None:
        self.tool.release(self.event(x, y, **held))

    def click(self, x: float, y: float, **held: Any) -> None:
        self.press(x, y, **held)
        self.release(x, y, **held)

    def double(self, x: float, y: float) -> None:
        self.click(x, y)
        self.tool.double_click(replace(self.event(x, y), clicks=2))
        self.release(x, y)

    def right(self, x: float, y: float) -> bool:
        self.hover(x, y)
        return self.tool.right_click(self.event(x, y, "right"))

    def drag(self, x0: float, y0: float, x1: float, y1: float, steps: int = 6, **held: Any) -> None:
        self.press(x0, y0, **held)
        for i in range(1, steps + 1):
            self.move(x0 + (x1 - x0) * i / steps, y0 + (y1 - y0) * i / steps, **held)
        self.release(x1, y1, **held)

    def key(self, key: str, **held: Any) -> bool:
        return self.tool.key(KeyEvent(key, **held))

    def wheel(self, steps: float, **held: Any) -> bool:
        return self.tool.wheel(WheelEvent(0, 0, steps, **held))

    # -- what is there

    def put(self, geometry: Geometry, shape: ShapeKind | None = None) -> str:
        """An object that is there already, without a step."""
        from storage.editing import verbs

        edits, instance = verbs.add_object(
            self.document, feature(shape or geometry.kind), geometry, self.focus.at, by="ann@example.org", now=500
        )
        self.session.merge(edits)
        return instance

    def annotation(self, instance: str) -> Annotation:
        found = self.document.annotation_of(instance, self.focus.at)
        assert found is not None
        return found

    def shape(self, instance: str) -> Geometry:
        return self.annotation(instance).geometry

    @property
    def shapes(self) -> list[Geometry]:
        return [a.geometry for a in self.document.on_frame(self.focus.at)]

    @property
    def only(self) -> Geometry:
        (shape,) = self.shapes
        return shape

    @property
    def texts(self) -> list[str]:
        """What the undo list would show, oldest first."""
        return [c.step.text for c in self.sent if c.kind == "do"]
