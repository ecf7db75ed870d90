"""A pane that shows one plane of a volume: greys through the window, masks over them, the crosshair and what is written around.

The pointer as in reading rooms: the wheel turns the slices, Ctrl+wheel zooms, the right button sets the window, the middle one
pans, the left one has the crosshair or the tool in hand: brushes paint here, others draw in millimetres of the plane (`PlaneTools`).
Shapes of acquired slices are drawn on those (`AcquiredCanvas`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, Protocol

import numpy as np
from PySide6.QtCore import QPoint, QPointF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QImage,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPolygonF,
    QRegion,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from storage.model.geometry import Point
from storage.model.space import Floats
from viewers.canvas.events import ctrl_shift
from viewers.canvas.live import LiveImage
from viewers.canvas.overlay import BACKGROUND, DARK
from viewers.canvas.placing import Labels, Pixels, covered, lay_over, painted, placed, scales
from viewers.canvas.raster import Item, Look
from viewers.canvas.slice_marks import (
    Lettering,
    Piece,
    corner_pieces,
    letter_pieces,
    paint_lines,
    paint_pieces,
    scale_pieces,
    under_lines,
)
from viewers.scene.crosshair import CrosshairHand, Line, hold_at, lines, mm_at, on_screen
from viewers.scene.mpr import Plane, PlaneKind
from viewers.scene.mpr_state import MprState
from viewers.scene.pictures import SQUARES
from viewers.scene.plane_reader import Cut, PlaneReader
from viewers.scene.slice_marks import Corners, edge_letters, scale_bar
from viewers.scene.slice_view import SliceView
from viewers.scene.view_state import DRAG_THRESHOLD, Placement
from viewers.tools.base import Button

ZOOM_STEP = 1.25


class PlaneHand(Protocol):
    """A brush that paints on planes. `radius_mm` None: there is none in hand, the crosshair is."""

    def radius_mm(self) -> float | None: ...

    def outline(self) -> Sequence[Floats]: ...  # what is being drawn round with it

    def press(self, mm: Floats, normal: Floats, *, ctrl: bool, shift: bool) -> None: ...

    def move(self, mm: Floats) -> None: ...

    def release(self) -> None: ...


class PlaneTools(Protocol):
    """The tool in hand, where it is no brush."""

    def takes(self, canvas: SliceCanvas, at: QPointF) -> bool: ...  # the left button there; else the crosshair has it

    def takes_double(self) -> bool: ...

    def refusal(self) -> str: ...  # why it can do nothing here

    def cursor(self) -> Qt.CursorShape: ...

    def press(self, canvas: SliceCanvas, event: QMouseEvent, *, double: bool = False) -> None: ...

    def hover(self, canvas: SliceCanvas, event: QMouseEvent) -> None: ...

    def move(self, canvas: SliceCanvas, event: QMouseEvent, button: Button) -> None: ...

    def release(self, canvas: SliceCanvas, event: QMouseEvent) -> None: ...

    def right_click(self, canvas: SliceCanvas, event: QMouseEvent) -> bool: ...

    def leave(self) -> None: ...

    def key(self, event: QKeyEvent) -> bool: ...

    def paint(self, canvas: SliceCanvas, p: QPainter) -> None: ...


class SliceCanvas(QWidget):
    refused = Signal(str)  # the tool in hand can do nothing here
    slice_wanted = Signal(int)  # by so many along the plane's normal
    window_dragged = Signal(float, float)  # by these parts of the pane, to the right and down
    brush_resized = Signal(int)
    pointed = Signal(object)  # mm under the pointer, or None: it left
    enlarge_wanted = Signal()
    menu_wanted = Signal(object, QPoint)  # None (no instance), global position
    view_changed = Signal()

    def __init__(self, reader: PlaneReader, state: MprState, kind: PlaneKind, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.reader, self.state, self.kind = reader, state, kind
        self.view = SliceView()
        self.labels: Callable[[Plane], Labels | None] = _no_labels
        self.outlines: Callable[[Plane], Sequence[Item]] = _no_outlines  # of shapes, in pixels of the plane
        self.look: Callable[[], Look] = Look  # ... and how they are drawn
        self.corners: Callable[[Cut], Corners] = _no_corners
        self.inset: Callable[[], float] = lambda: 0.0  # of what floats over the top left
        self.brush: PlaneHand | None = None
        self.sheets: PlaneTools | None = None
        self.marked = True  # letters, corners and scale bar
        self.hand = CrosshairHand(state, kind)
        self._cut: Cut | None = None
        self._held: Qt.MouseButton = Qt.MouseButton.NoButton
        self._painting = self._drawing = False
        self._pointer: QPointF | None = None
        self._from = QPointF()  # where the pointer was last while held
        self._dragged = False
        self._fitted = True
        self._image: tuple[tuple[Any, ...], QImage, Pixels] | None = None
        self._over: tuple[tuple[Any, ...], Labels | None] | None = None
        self._outlined: tuple[tuple[Any, ...], Sequence[Item]] = ((), ())
        self._shapes = LiveImage()
        self._lines: list[Line] = []  # of the crosshair, as they were painted last
        self._marks: list[Piece] = []  # ... and what stands over them
        self._looked_at: Floats = state.crosshair  # at the last press
        self._told: Floats = state.crosshair  # where it stood when all of the pane was painted
        self._finest = 0.0  # mm
        self._stale = True  # all of it is to be painted anew, not only under the lines
        self.version = 0  # of the labels
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAccessibleName(self.tr("Plane of the volume: {0}").format(kind.value))

    def sizeHint(self) -> QSize:
        return QSize(400, 300)

    # -- what others may do

    @property
    def plane(self) -> Plane | None:
        return self._cut.plane if self._cut is not None else None

    def read(self) -> Cut | None:
        """The plane as it is now; the place in the middle of the pane stays there though the plane be another."""
        cut = self.reader.cut(self.state, self.kind, self._pixel_mm())
        old, self._cut = self._cut, cut
        if cut is None or (old is not None and old.plane is cut.plane):
            return cut
        plane, view = cut.plane, self.view
        held = None if old is None or self._fitted else old.plane.at(view.centre[0] - 0.5, view.centre[1] - 0.5)
        scale = view.zoom / min(old.plane.mm_right, old.plane.mm_down) if old is not None else 0.0
        view.frame = (plane.width, plane.height)
        view.use_spacing(plane.mm_right, plane.mm_down)
        if held is None:
            view.fit()
        else:
            u, v, _ = plane.pixel_of(held)
            view.centre = (float(u) + 0.5, float(v) + 0.5)
            view.zoom = scale * min(plane.mm_right, plane.mm_down)
        return cut

    def _pixel_mm(self) -> float:
        """Of a device pixel, or a little less: a zoom that changes by a breath does not cut the plane anew."""
        if self._cut is not None:
            plane, view = self._cut.plane, self.view
            now = min(plane.mm_right, plane.mm_down) / (view.zoom * view.dpr)
            if not 0.9 * now <= self._finest <= now:
                self._finest = now
        return self._finest

    def follow_crosshair(self) -> None:
        """It has moved: where that was along this plane only its lines are painted anew."""
        cut, view, state = self._cut, self.view, self.state
        if not self.isVisible():
            return
        if cut is None or not state.within(cut.plane, self._told) or state.plane(self.kind, self._pixel_mm()) is not cut.plane:
            self.update()
        elif state.lines:
            now = lines(state, self.kind, view, cut.plane)
            self.update(under_lines([*self._lines, *now], view.size, handles=self._turns()))

    def refresh_labels(self) -> None:
        self.version += 1
        self.update()

    def fit(self) -> None:
        self._fitted = True
        self.view.fit()
        self._moved()

    def zoom_to(self, zoom: float) -> None:
        """1.0: a voxel's finest distance is a logical pixel, however coarse the plane is cut now."""
        self._fitted = False
        coarse = self._cut.plane.mm_right / self.state.plane(self.kind).mm_right if self._cut is not None else 1.0
        self.view.zoom_to(zoom * coarse)
        self._moved()

    def zoom_by(self, factor: float, at: QPointF | None = None) -> None:
        """The point under `at` (or the middle) stays where it is."""
        self._fitted = False
        place = at or QPointF(self.width() / 2, self.height() / 2)
        self.view.zoom_at(factor, (place.x(), place.y()))
        self._moved()

    def show_at(self, zoom: float, centre: Point) -> None:
        """`centre` of the plane in the middle."""
        self._fitted = False
        self.view.zoom, self.view.centre = zoom, centre
        self._moved()

    def mm_under(self, at: QPointF) -> Floats | None:
        return mm_at(self.view, self._cut.plane, at.x(), at.y()) if self._cut is not None else None

    def _moved(self) -> None:
        self.update()
        self.view_changed.emit()

    # -- painting

    def update(self, *part: Any) -> None:
        """All of it, unless a part is named. What covers a corner of the pane takes that out of what is painted, so the region
        of a painting does not tell the two from each other."""
        self._stale = self._stale or not part
        super().update(*part)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Whatever changes has all of the pane painted anew, but for a crosshair that moves in its plane."""
        p = QPainter(self)
        try:
            if self._stale or self._cut is None or self._image is None or event.region() == QRegion(self.rect()):
                self._stale = False
                self._paint(p)
            else:
                p.drawImage(0, 0, self._image[1])
                self._paint_over(p, self._cut)
        finally:
            p.end()

    def _paint(self, p: QPainter) -> None:
        before, cut = self._cut, self.read()
        if cut is None:
            p.fillRect(self.rect(), BACKGROUND)
            return
        if before is not cut and self._pointer is not None:
            self.pointed.emit(self.mm_under(self._pointer))  # another place lies under a pointer that rests
        self._paint_plane(p, cut)
        self._marks, self._told = [*self._marks_of(cut)], self.state.crosshair
        self._paint_over(p, cut)

    def _paint_plane(self, p: QPainter, cut: Cut) -> None:
        now, size = self.view.placement(), self.view.device_size
        over = self._labels_of(cut)
        key = (id(cut.eight), now, size, self.state.smooth, id(over))
        if self._image is None or self._image[0] != key:
            pixels = drawn(cut.eight, now, size, smooth=self.state.smooth)
            if over is not None:
                lay_over(pixels, over, now.device())
            image = QImage(pixels.data, size[0], size[1], size[0] * 4, QImage.Format.Format_RGB32)
            image.setDevicePixelRatio(now.dpr)
            self._image = (key, image, pixels)
            self._shown = cut.eight  # its address is part of the key: it must not be used again
        p.drawImage(0, 0, self._image[1])

    def _labels_of(self, cut: Cut) -> Labels | None:
        key = (self.version, cut.plane)
        if self._over is None or self._over[0] != key:
            self._over = (key, self.labels(cut.plane))
        return self._over[1]

    def _paint_shapes(self, p: QPainter, cut: Cut) -> None:
        key = (self.version, cut.plane)
        if self._outlined[0] != key:
            self._outlined = (key, self.outlines(cut.plane))
        self._shapes.paint(p, self._outlined[1], self.look(), self.view.placement(), self.view.device_size)

    def _marks_of(self, cut: Cut) -> Iterator[Piece]:
        how, size = Lettering.of(self.font(), self.devicePixelRatioF()), self.view.size
        said = self.corners(cut)
        yield from letter_pieces(how, edge_letters(self.view, cut.plane), size)
        yield from corner_pieces(how, said if self.marked else Corners(warnings=said.warnings), size, self.inset())
        if self.marked:
            yield from scale_pieces(how, scale_bar(self.view, cut.plane), size)

    def _paint_over(self, p: QPainter, cut: Cut) -> None:
        self._paint_shapes(p, cut)
        self._paint_brush(p, cut)
        self._lines = lines(self.state, self.kind, self.view, cut.plane) if self.state.lines else []
        paint_lines(p, self._lines, self.view.size, handles=self._turns())
        if self.sheets is not None:
            self.sheets.paint(self, p)
        paint_pieces(p, self._marks)

    def _turns(self) -> bool:
        """The pointer is here, and the crosshair is in its hand."""
        return self.hand.turns and self._pointer is not None and self._radius() is None and self._tools(self._pointer) is None

    def _tools(self, at: QPointF) -> PlaneTools | None:
        """None: a brush or the crosshair has the left button."""
        taken = self.sheets is not None and self._radius() is None and self.sheets.takes(self, at)
        return self.sheets if taken else None

    def _paint_brush(self, p: QPainter, cut: Cut) -> None:
        """Its outline round the pointer, as large as it paints; of scissors what has been drawn."""
        drawn = self.brush.outline() if self.brush is not None else ()
        if len(drawn) > 1:
            ring = QPolygonF([QPointF(*on_screen(self.view, cut.plane, mm)) for mm in drawn])
            p.setRenderHint(QPainter.RenderHint.Antialiasing)
            p.setBrush(QColor(255, 255, 255, 40))
            p.setPen(QPen(QColor("white"), 1.5, Qt.PenStyle.DashLine))
            p.drawPolygon(ring)
        radius, at = self._radius(), self._pointer
        if radius is None or at is None or radius <= 0:
            return
        r = radius / cut.plane.mm_right * self.view.stretch[0] * self.view.zoom
        p.setRenderHint(QPainter.RenderHint.Antialiasing)
        p.setBrush(Qt.BrushStyle.NoBrush)
        for color, width in ((DARK, 3.0), (QColor("white"), 1.5)):
            p.setPen(QPen(color, width))
            p.drawEllipse(at, r, r)

    # -- the pointer

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if self._cut is None or self._held != Qt.MouseButton.NoButton:
            return
        self._held, self._from, self._dragged = event.button(), event.position(), False
        self._looked_at = self.state.crosshair
        if self._held != Qt.MouseButton.LeftButton:
            return
        at, plane = event.position(), self._cut.plane
        self._painting, tools = self._radius() is not None, self._tools(event.position())
        self._drawing = tools is not None
        if tools is not None:
            tools.press(self, event)
        elif self._painting and self.brush is not None:
            ctrl, shift = ctrl_shift(event.modifiers())
            self.brush.press(mm_at(self.view, plane, at.x(), at.y()), plane.normal, ctrl=ctrl, shift=shift)
        else:
            self.hand.begin(self.view, plane, at.x(), at.y())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        at, way = event.position(), event.position() - self._from
        came, self._pointer = self._pointer is None, at
        tools = self._tools(at)
        if came or self._radius() is not None:
            self.update()
            if tools is not None and came:
                self.refused.emit(tools.refusal())
        match self._held:
            case Qt.MouseButton.LeftButton if self._drawing:
                if self.sheets is not None:
                    self.sheets.move(self, event, "left")
            case Qt.MouseButton.LeftButton if self._painting and self._cut is not None and self.brush is not None:
                self.brush.move(mm_at(self.view, self._cut.plane, at.x(), at.y()))
            case Qt.MouseButton.LeftButton if self._cut is not None:
                self.hand.move(self.view, self._cut.plane, at.x(), at.y())
            case Qt.MouseButton.MiddleButton:
                self._fitted = False
                self.view.pan(way.x(), way.y())
                self._from = at
                self._moved()
            case Qt.MouseButton.RightButton if self._dragged or way.manhattanLength() > DRAG_THRESHOLD:
                self._dragged, self._from = True, at
                self.window_dragged.emit(way.x() / max(1, self.width()), way.y() / max(1, self.height()))
            case Qt.MouseButton.NoButton:
                self._hover(event)
        self.pointed.emit(self.mm_under(at))

    def _radius(self) -> float | None:
        return self.brush.radius_mm() if self.brush is not None else None

    def _hover(self, event: QMouseEvent) -> None:
        if self._cut is None:
            return
        if self.sheets is not None and self._radius() is None:
            self.sheets.hover(self, event)
        tools = self._tools(event.position())
        if self._radius() is not None or tools is not None:
            self.setCursor(Qt.CursorShape.CrossCursor if tools is None else tools.cursor())
            self.setToolTip("")
            return
        at = event.position()
        if event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            self.state.look_at(mm_at(self.view, self._cut.plane, at.x(), at.y()))
            return
        found = lines(self.state, self.kind, self.view, self._cut.plane) if self.state.lines else []
        hold = hold_at(found, at.x(), at.y(), self.view.size, turns=self.hand.turns)
        shapes = {"line": Qt.CursorShape.SizeAllCursor, "turn": Qt.CursorShape.PointingHandCursor}
        self.setCursor(shapes.get(hold.what, Qt.CursorShape.CrossCursor))
        self.setToolTip(self.tr("Drag to turn the planes; Shift+S: straight again") if hold.what == "turn" else "")

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() != self._held:
            return
        held, self._held = self._held, Qt.MouseButton.NoButton
        if held == Qt.MouseButton.LeftButton and self._painting and self.brush is not None:
            self._painting = False
            self.brush.release()
        elif held == Qt.MouseButton.LeftButton and self._drawing:
            self._drawing = False
            if self.sheets is not None:
                self.sheets.release(self, event)
        elif held == Qt.MouseButton.LeftButton:
            self.hand.end()
        elif held == Qt.MouseButton.RightButton and not self._dragged and not self._took_back(event):
            self.menu_wanted.emit(None, event.globalPosition().toPoint())

    def _took_back(self, event: QMouseEvent) -> bool:
        """The right button has removed a vertex."""
        return self.sheets is not None and self.sheets.right_click(self, event)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        tools = self._tools(event.position())
        if event.button() == Qt.MouseButton.LeftButton and tools is not None and tools.takes_double():
            self._held, self._drawing = event.button(), True
            tools.press(self, event, double=True)
        elif event.button() == Qt.MouseButton.LeftButton:
            self.state.look_at(self._looked_at)  # its first click has moved the crosshair
            self.enlarge_wanted.emit()
        else:
            self.mousePressEvent(event)

    def wheelEvent(self, event: QWheelEvent) -> None:
        event.accept()
        steps = (event.angleDelta().y() or event.angleDelta().x()) / 120
        if steps == 0:
            return
        keys = event.modifiers()
        sizing = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
        if keys & sizing == sizing and self._radius() is not None:
            self.brush_resized.emit(1 if steps > 0 else -1)
        elif keys & Qt.KeyboardModifier.ControlModifier:
            self.zoom_by(ZOOM_STEP**steps, event.position())
        else:
            self.slice_wanted.emit(-whole(steps))

    def leaveEvent(self, event: Any) -> None:
        self._pointer = None
        self.update()
        if self.sheets is not None:
            self.sheets.leave()
        self.pointed.emit(None)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        event.setAccepted(self.sheets is not None and self.sheets.key(event))

    def resizeEvent(self, event: QResizeEvent) -> None:
        self.view.resize(self.width(), self.height(), self.devicePixelRatioF())
        if self._fitted:
            self.view.fit()
        self._moved()

    def showEvent(self, event: Any) -> None:
        self.resizeEvent(event)

    def hideEvent(self, event: Any) -> None:
        """What is held cannot be let go where nothing is seen."""
        self._held, self._painting, self._drawing = Qt.MouseButton.NoButton, False, False


def whole(steps: float) -> int:
    """Notches of a wheel; the small steps of a touch pad count as one each."""
    return round(steps) or (1 if steps > 0 else -1)


def drawn(eight: Pixels, now: Placement, size: tuple[int, int], *, smooth: bool) -> Pixels:
    """Greys or RGB of a plane as (h, w, 4) device pixels of a pane, the background around it."""
    m = now.device()
    target = covered(m, (0, 0, eight.shape[1], eight.shape[0]), size)
    if target[2] <= 0 or target[3] <= 0:
        return painted(size, (0, 0, 0, 0), None, BACKGROUND.rgb())
    squares = not smooth and min(scales(m)) >= SQUARES
    return painted(size, target, placed(np.ascontiguousarray(eight), m, target, squares=squares), BACKGROUND.rgb())


def _no_labels(_plane: Plane) -> Labels | None:
    return None


def _no_outlines(_plane: Plane) -> Sequence[Item]:
    return ()


def _no_corners(_cut: Cut) -> Corners:
    return Corners()
