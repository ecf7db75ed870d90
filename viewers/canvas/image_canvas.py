"""The canvas for pictures: the picture and the shapes on it, the view, and the tool in hand.

Three layers. *Picture* and *static* (all shapes at rest) are images larger than the canvas, drawn in a worker and only
shifted or scaled by `paintEvent`; *live* is what changes under the hand (selected, hovered, dragged, the tool's draft) and is
drawn at each repaint. So a repaint costs the same at ten shapes and at ten thousand.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from PySide6.QtCore import QPoint, QPointF, QRectF, QSize, Qt, QTimer, Signal, SignalInstance, Slot
from PySide6.QtGui import QFocusEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from storage.clock import now_ms
from storage.editing.edits import DocumentChange
from storage.editing.focus import Focus
from storage.editing.session import EditSession
from storage.model.labels import FrameKey
from storage.model.ontology import Ontology
from viewers.canvas.background import Bell, Newest
from viewers.canvas.canvas_painter import CanvasPainter
from viewers.canvas.ending import Ending, weak
from viewers.canvas.events import ZOOM_STEP, Pointing, cursor_shape
from viewers.canvas.frame_turn import FrameTurn
from viewers.canvas.hover import Hover
from viewers.canvas.overlay import BACKGROUND
from viewers.canvas.picture_layer import PictureLayer
from viewers.canvas.raster import Look
from viewers.canvas.scene_shapes import SceneShapes
from viewers.canvas.shape_layer import ShapeLayer
from viewers.canvas.tool_work import ToolWork
from viewers.canvas.viewed import ViewedCanvas
from viewers.scene.adjust import Adjustments
from viewers.scene.pictures import PictureSource
from viewers.scene.view_state import ViewState
from viewers.tools.base import Paper, Tool, ToolContext
from viewers.tools.hit_test import Index

#: After a frame has rested so long (ms) what lies around it is drawn, too.
REST_MS = 150
#: Shapes that are still being drawn so long (ms) after the canvas came in sight are told.
PATIENCE_MS = 150


class ImageCanvas(ViewedCanvas):
    cursor_moved = Signal(float, float, object)  # x, y, text of the pixel's value or None
    status = Signal(str)  # what the tool expects next
    menu_wanted = Signal(object, QPoint)  # instance under the pointer or None, global position
    opened = Signal()  # the size of the frame on screen is known
    failed = Signal(object)  # PostilError: no picture
    adjusted = Signal()
    space_tapped = Signal()  # Space was pressed and let go, not held to pan

    picture_worker: type[Newest] = Newest  # who draws the picture's layer
    written: tuple[QRectF, ...] = ()  # where words stand over the picture: names of objects keep off

    def __init__(
        self,
        session: EditSession,
        focus: Focus,
        ontology: Ontology,
        pictures: PictureSource,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.session, self.focus, self.pictures = session, focus, pictures
        self.view = self.make_view()
        self.hits = Index()
        self.shapes = SceneShapes(session, focus, ontology, self.hits)
        self.tool: Tool | None = None
        self.context = ToolContext(
            session,
            focus,
            ontology,
            self.hits,
            now=now_ms,
            pixel=lambda: self.view.pixel,
            say=self._say,
            refresh=self.tool_acted,
        )
        self._workers = (self.picture_worker("canvas picture"), Newest("canvas shapes"), Newest("canvas tools"))
        self.tool_work = ToolWork(pictures, self.frame_index, self.tool_acted, self._workers[2])
        self.context.behind = self.tool_work
        background = (BACKGROUND.blue(), BACKGROUND.green(), BACKGROUND.red())
        self._picture = PictureLayer(self.view, self._workers[0], pictures, self.frame_index, background, self)
        self._picture.grid = focus.display.pixel_grid
        self._static = ShapeLayer(self.view, self._workers[1], self.shapes.static_items, self.look, self)
        self._painter = CanvasPainter(self)
        self._pointing = Pointing(self)
        self.hover = Hover(self, self._pointing)
        self._turn = FrameTurn(self)
        self._patience_over = False  # see `is_late`
        self._hint = ""
        self._told = False  # the tool has said something of what it did
        self._heard = -1
        self._seen = (-1, -1)  # version of the pictures, frame
        self._set_up()

    def _set_up(self) -> None:
        self.setAccessibleName(self.tr("Picture"))
        self.setAccessibleDescription(
            self.tr("The picture with its labels. Tab goes to the next object, F6 leaves the canvas.")
        )
        self._picture.changed.connect(self.update)
        self._static.changed.connect(self.update)
        self._bell = Bell()
        self._bell.rung.connect(self._on_arrived, Qt.ConnectionType.QueuedConnection)
        self._later = QTimer(self)  # one look at the layers after a burst of wheel and pan events
        self._later.setSingleShot(True)
        self._later.setInterval(0)
        self._later.timeout.connect(self._ensure)
        self._rest = QTimer(self)
        self._rest.setSingleShot(True)
        self._rest.setInterval(REST_MS)
        self._rest.timeout.connect(self._ensure)
        detach = [
            self.session.listen(weak(self._on_document)),
            self.focus.listen(weak(self._on_focus)),
            self.pictures.listen(self._bell.ring),
        ]
        self._workers[2].connect_failed(self._on_tool_failed)
        self._ending = Ending(self._workers, detach)
        self.destroyed.connect(self._ending)
        self._on_arrived()

    def make_view(self) -> ViewState:
        """How image and screen meet; of slices pixels need not be square."""
        return ViewState()

    # -- what others may do

    @property
    def adjust(self) -> Adjustments:
        return self._picture.adjust

    @adjust.setter
    def adjust(self, value: Adjustments) -> None:
        if value != self._picture.adjust:
            self._picture.adjust = value
            self._picture.invalidate()
            self.adjusted.emit()

    @property
    def drafting(self) -> bool:
        """The tool has something unfinished on the canvas, or a button is held."""
        return self._pointing.dragging

    @property
    def settled(self) -> bool:
        """Everything on screen is sharp and up to date."""
        if self._turn.active or self._rest.isActive() or self._later.isActive():
            return False
        return self.pictures.idle and self._heard == self.pictures.told and self._picture.settled and self._static.settled

    @property
    def sharp(self) -> bool:
        """Everything in sight is up to date; what lies around it may still be drawn."""
        if self._turn.active:
            return False
        return self.pictures.idle and self._heard == self.pictures.told and self._picture.sharp and self._static.sharp

    @property
    def in_sight(self) -> bool:
        """Picture and shapes are there, sharp or not."""
        there = self._seen != (-1, -1) and self.pictures.error is None
        return there and self._picture.layer is not None and self._static.layer is not None

    @property
    def on_screen(self) -> FrameKey:
        """The frame that is seen: the one that is wanted, or the last one while that is being drawn."""
        return self._turn.on_screen

    @property
    def turned(self) -> SignalInstance:
        """The frame that is wanted is on screen, its shapes with it."""
        return self._turn.turned

    def frame_index(self) -> int:
        """Of the frame that is wanted, as the pictures count."""
        return self.session.frames.index(self.focus.at)

    def set_tool(self, tool: Tool | None) -> None:
        if self.tool is not None:
            self.tool.deactivate()
        self.tool = tool
        if tool is not None:
            tool.activate(self.context)
        self.hover.set(None)
        self.tool_acted()

    def set_ontology(self, ontology: Ontology) -> None:
        self.context.ontology = ontology
        self.shapes.set_ontology(ontology)
        self._static.invalidate()
        self.update()

    def wheeled(self, steps: float, at: QPointF, *, ctrl: bool) -> None:
        """A wheel that the tool in hand did not want."""
        self.zoom_by(ZOOM_STEP**steps, at)

    def turn(self, degrees: int = 90) -> None:
        """Turn the view (not the picture) clockwise."""
        self.view.turn(degrees)
        self._refit()

    def mirror(self) -> None:
        self.view.mirror()
        self._refit()

    def reset_orientation(self) -> None:
        self.view.rotation, self.view.flip = 0, False
        self._refit()

    def look(self) -> Look:
        """The style of shapes in device px."""
        display, dpr = self.focus.display, self.view.dpr
        width = max(1, round(display.line_width * dpr))
        return Look(width, display.opacity, max(1, round(dpr)), dot=(2.5 + display.line_width / 2) * dpr)

    def close_canvas(self) -> None:
        """End the workers and stop listening. The picture source belongs to whoever made it."""
        self.tool_work.drop()
        self._ending()

    def sizeHint(self) -> QSize:
        return QSize(800, 600)

    # -- listening

    @Slot()
    def _on_arrived(self) -> None:
        self._heard = self.pictures.told
        if self.pictures.error is not None:
            self.failed.emit(self.pictures.error)
            self.update()
            return
        facts = self.pictures.facts(self.frame_index())
        if self._turn.active:
            self._turn.arrived()
            return
        if facts is None:
            self.update()
            return
        size = (facts.width, facts.height)
        if size != self.view.frame:
            self.view.frame, self.context.paper = size, Paper(size)
            self.fit()
            self.opened.emit()
        if self._seen != (self.pictures.version, self.frame_index()):
            self._seen = (self.pictures.version, self.frame_index())
            if self.isVisible():
                self._picture.arrived()
            else:
                self._picture.stale = True
        self.hover.tell()

    @Slot(str)
    def _on_tool_failed(self, _slot: str) -> None:
        """What the tool in hand waits for does not come."""
        self.tool_work.drop()
        if self.tool is not None:
            self.tool.cancel()
            self.tool_acted()
        self.status.emit(self.tr("That could not be worked out, and nothing was changed. The log says why; try it again."))

    def _on_document(self, change: DocumentChange) -> None:
        stale = self.shapes.changed(change)
        if stale is None:
            self._static.invalidate()
        else:
            self._static.touch(stale)
        self._painter.names_changed()
        if self.focus.hovered is not None and self.hits.get(self.focus.hovered) is None:
            self.hover.set(None)
        self.update()

    def _on_focus(self, names: frozenset[str]) -> None:
        if "at" in names:
            self._rest.stop()
            self._turn.leave()
            self.shapes.reload()
            self._turn.go()
        if names & {"display", "hidden", "locked"}:
            self.shapes.forget_items()
            self._static.invalidate()
            self._painter.names_changed()
        if "display" in names:
            self._picture.show_grid(self.focus.display.pixel_grid)
        if "selected" in names:
            if self.focus.display.only_selected:
                self._static.invalidate()
            self._static.touch(self.shapes.settle())
        if names != {"at"} or not self._turn.active:  # while the next frame is being drawn nothing on the screen changes
            self.update()

    def _await_shapes(self) -> None:
        self._patience_over = False
        QTimer.singleShot(PATIENCE_MS, self, self._on_patience)

    @Slot()
    def _on_patience(self) -> None:
        self._patience_over = True
        if self.is_late:
            self.update()

    @property
    def is_late(self) -> bool:
        """The picture is seen, its shapes are not yet: it is told, so that nobody draws them a second time."""
        return (
            self._patience_over and self._static.layer is None and self._picture.layer is not None and not self._static.failed
        )

    def frame_opened(self) -> None:
        """Another frame is shown as it comes."""
        self._await_shapes()
        self._on_arrived()
        self.frame_turned()

    def frame_turned(self) -> None:
        """Another frame is on screen."""
        self._painter.names_changed()
        self.hover.look_again()
        self.tool_acted()
        if self._picture.stale or not self._picture.sharp or not self._static.sharp:
            self._later.start()
        else:
            self._rest.start()

    # -- the view

    def _view_moved(self) -> None:
        self._later.start()
        super()._view_moved()

    def _refit(self) -> None:
        if self._fitted:
            self.view.fit()
        self._view_moved()
        self.refresh_cursor()

    @Slot()
    def _ensure(self) -> None:
        if not self.isVisible():
            return
        self._picture.ensure()
        self._static.ensure()
        self._painter.ensure_names()

    # -- what the pointer and the tool did

    def tool_acted(self) -> None:
        """After every event a tool was given: its draft, its cursor and its hint may be others. A new hint does not wipe away
        what the tool has just said."""
        tool = self.tool
        lifted = tool.lifted() if tool is not None else frozenset()
        self._static.touch(self.shapes.lift(lifted))
        hint, told = tool.hint if tool is not None else "", self._told
        self._told = False
        if hint != self._hint:
            self._hint = hint
            if not told:
                self.status.emit(hint)
        self._painter.read_draft(tool)
        self.refresh_cursor()

    def _say(self, text: str) -> None:
        self._told = True
        self.status.emit(text)

    def refresh_cursor(self) -> None:
        if self._pointing.panning:
            shape = Qt.CursorShape.ClosedHandCursor
        elif self._pointing.space:
            shape = Qt.CursorShape.OpenHandCursor
        elif self.tool is not None:
            shape = cursor_shape(self.tool.cursor, self.view.rotation, self.view.flip)
        else:
            shape = Qt.CursorShape.ArrowCursor
        if self.cursor().shape() != shape:
            self.setCursor(shape)

    def right_dragged(self, way: QPointF) -> None:
        """Window and level where the picture has more than 8 bits, else pan."""
        window = self.pictures.window(self.frame_index())
        if window is None:
            self.pan_by(way)
            return
        low, high = window
        width, level = high - low, (low + high) / 2
        width = max(1.0, width * 1.005 ** way.x())
        level -= way.y() * width / 500
        self.adjust = replace(self.adjust, window=(level - width / 2, level + width / 2))

    def paint_words(self, p: QPainter) -> list[QRectF]:
        """What is written beside shapes; where, so that the words of a draft keep clear of it."""
        return []

    def open_menu(self, at: QPointF, global_at: QPointF) -> None:
        self.menu_wanted.emit(self.hover.under(at, skip=self.focus.hidden), global_at.toPoint())

    # -- Qt

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        try:
            self._painter.paint(painter)
        finally:
            painter.end()

    def showEvent(self, event: Any) -> None:
        super().showEvent(event)
        self._ensure()  # drawn while the rest of the window is laid out
        self._await_shapes()

    def leaveEvent(self, event: Any) -> None:
        super().leaveEvent(event)
        self.hover.set(None)
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.refresh_cursor()
        self.update()

    def focusInEvent(self, event: QFocusEvent) -> None:
        self.update()
