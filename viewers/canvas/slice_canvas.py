"""A pane that shows one plane of a volume: greys through the window, masks over them, the crosshair and what is written around.

What the pointer does: `SlicePointing`. Brushes paint here, other tools draw in millimetres of the plane; shapes of acquired slices
are drawn on those (`AcquiredCanvas`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
from PySide6.QtCore import QPoint, QPointF, QSize, Qt, Signal
from PySide6.QtGui import (
    QImage,
    QPainter,
    QPaintEvent,
    QRegion,
)
from PySide6.QtWidgets import QWidget

from storage.model.space import Floats
from viewers.canvas.live import LiveImage
from viewers.canvas.overlay import BACKGROUND
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
from viewers.canvas.slice_pointing import PlaneHand, SlicePointing
from viewers.canvas.viewed import ViewedCanvas
from viewers.scene.crosshair import CrosshairDrag, Line, lines, mm_at
from viewers.scene.mpr import Plane, PlaneKind
from viewers.scene.mpr_state import MprState
from viewers.scene.pictures import SQUARES
from viewers.scene.plane_reader import Cut, PlaneReader
from viewers.scene.slice_marks import Corners, edge_letters, scale_bar
from viewers.scene.slice_view import SliceView
from viewers.scene.view_state import Placement


class SliceCanvas(ViewedCanvas):
    refused = Signal(str)  # the tool in hand can do nothing here
    slice_wanted = Signal(int)  # by so many along the plane's normal
    window_dragged = Signal(float, float)  # by these parts of the pane, to the right and down
    brush_resized = Signal(int)
    pointed = Signal(object)  # mm under the pointer, or None: it left
    enlarge_wanted = Signal()
    menu_wanted = Signal(object, QPoint)  # None (no instance), global position

    def __init__(self, reader: PlaneReader, state: MprState, kind: PlaneKind, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.reader, self.state, self.kind = reader, state, kind
        self.view = SliceView()
        self.labels: Callable[[Plane], Labels | None] = _no_labels
        self.outlines: Callable[[Plane], Sequence[Item]] = _no_outlines  # of shapes, in pixels of the plane
        self.look: Callable[[], Look] = Look  # ... and how they are drawn
        self.corners: Callable[[Cut], Corners] = _no_corners
        self.inset: Callable[[], float] = lambda: 0.0  # of what floats over the top left
        self.brush = self.sheets = PlaneHand()  # whoever shows the pane sets its own
        self.marked = True  # letters, corners and scale bar
        self.crosshair = CrosshairDrag(state, kind)
        self._cut: Cut | None = None
        self._pointing = SlicePointing(self)
        self._image: tuple[tuple[Any, ...], QImage, Pixels] | None = None
        self._over: tuple[tuple[Any, ...], Labels | None] | None = None
        self._outlined: tuple[tuple[Any, ...], Sequence[Item]] = ((), ())
        self._shapes = LiveImage()
        self._lines: list[Line] = []  # of the crosshair, as they were painted last
        self._marks: list[Piece] = []  # ... and what stands over them
        self._told: Floats = state.crosshair  # where it stood when all of the pane was painted
        self._finest = 0.0  # mm
        self._stale = True  # all of it is to be painted anew, not only under the lines
        self.version = 0  # of the labels
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
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
            self.update(under_lines([*self._lines, *now], view.size, handles=self._pointing.turns))

    def refresh_labels(self) -> None:
        self.version += 1
        self.update()

    def zoom_to(self, zoom: float) -> None:
        """1.0: a voxel's finest distance is a logical pixel, however coarse the plane is cut now."""
        coarse = self._cut.plane.mm_right / self.state.plane(self.kind).mm_right if self._cut is not None else 1.0
        super().zoom_to(zoom * coarse)

    @property
    def pointer(self) -> QPointF | None:
        return self._pointing.position

    def mm_under(self, at: QPointF) -> Floats | None:
        """LPS mm, of a place in logical px; None where no plane is shown."""
        return mm_at(self.view, self._cut.plane, at.x(), at.y()) if self._cut is not None else None

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
        if before is not cut and self.pointer is not None:
            self.pointed.emit(self.mm_under(self.pointer))  # another place lies under a pointer that rests
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
        self.brush.paint(self, p)
        self._lines = lines(self.state, self.kind, self.view, cut.plane) if self.state.lines else []
        paint_lines(p, self._lines, self.view.size, handles=self._pointing.turns)
        self.sheets.paint(self, p)
        paint_pieces(p, self._marks)

    def hideEvent(self, event: Any) -> None:
        super().hideEvent(event)
        self._pointing.let_go()


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
