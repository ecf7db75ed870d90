"""The acquired slices on the canvas of pictures: all tools draw here, in pixels of the slice, and nothing is resampled."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QMouseEvent, QPainter, QPaintEvent

from storage.editing.focus import Focus
from storage.editing.session import EditSession
from storage.model.geometry import Geometry
from storage.model.ontology import Ontology
from viewers.canvas.background import AtOnce
from viewers.canvas.events import ZOOM_STEP
from viewers.canvas.image_canvas import ImageCanvas
from viewers.canvas.measure_chips import paint_chips
from viewers.canvas.slice_marks import (
    Lettering,
    Piece,
    corner_pieces,
    letter_pieces,
    paint_lines,
    paint_pieces,
    scale_pieces,
    under_pieces,
)
from viewers.canvas.slice_pointing import whole
from viewers.scene.crosshair import CrosshairDrag, lines, mm_at
from viewers.scene.mpr import Floats, Plane, acquired
from viewers.scene.mpr_state import MprState
from viewers.scene.slice_marks import Corners, edge_letters, edge_sides, flat_scale_bar, scale_bar
from viewers.scene.slice_view import SliceView
from viewers.scene.volume_pictures import VolumePictures
from viewers.tools.base import ShapeDraft
from viewers.tools.crosshair import CrosshairTool

#: Of so many selected shapes the measures are written beside them.
MEASURED = 4


class AcquiredCanvas(ImageCanvas):
    slice_wanted = Signal(int)
    window_dragged = Signal(float, float)
    pointed = Signal(object)  # mm where there is space; None: it left
    enlarge_wanted = Signal()

    view: SliceView
    picture_worker = AtOnce  # the slice is at hand: 2 ms

    def __init__(
        self,
        session: EditSession,
        focus: Focus,
        ontology: Ontology,
        pictures: VolumePictures,
        parent: Any = None,
    ) -> None:
        self.state: MprState | None = None  # once the volume is open and has a place in space
        self.corners: Callable[[], Corners] = Corners
        self.measured: Callable[[Geometry, int, str], Sequence[str]] = lambda shape, frame, name: ()
        self.marked = True
        self.enlarges: Callable[[], bool] = lambda: True  # a double click has nothing else to do
        self.inset: Callable[[], float] = lambda: 0.0  # of what floats over the top left
        self._drag: CrosshairDrag | None = None
        self._looked_at: Floats | None = None  # when the crosshair tool was last pressed
        self._smooth = True
        self.slices = pictures
        super().__init__(session, focus, ontology, pictures, parent)
        tall, wide = pictures.volume.calibration.aspect  # until it has a place in space
        self.view.use_spacing(wide, tall)
        self.smooth(True)
        self.setAccessibleName(self.tr("Acquired slices"))
        self.setAccessibleDescription(
            self.tr("The slices with their labels. F and D turn them, Tab goes to the next object, Ctrl+F6 leaves the canvas.")
        )

    def make_view(self) -> SliceView:
        return SliceView()

    def smooth(self, on: bool) -> None:
        """Pixels blend into each other; else they are squares, with a grid once they are large."""
        self._smooth = on
        self._picture.show_grid(self.focus.display.pixel_grid and not on)
        self.slices.smooth(on)

    def _on_focus(self, names: frozenset[str]) -> None:
        super()._on_focus(names)
        if "display" in names:
            self._picture.show_grid(self.focus.display.pixel_grid and not self._smooth)

    def follow(self, state: MprState) -> None:
        """The volume is open: from now on there are millimetres."""
        self.state, self._drag = state, CrosshairDrag(state, state.acquired)
        self.view.use_spacing(state.geometry.spacing_col_mm, state.geometry.spacing_row_mm)
        self.orient(True)

    def orient(self, to_patient: bool) -> None:
        """As the patient is looked at by custom (only turned and mirrored), or as the rows are stored."""
        if self.state is None:
            return
        if to_patient:
            geometry = self.state.geometry
            self.view.look_like(geometry.row_dir, geometry.col_dir, *self.state.base.look(self.state.acquired))
        else:
            self.view.rotation, self.view.flip = 0, False
        self._refit()

    @property
    def plane(self) -> Plane | None:
        """Of the slice on the screen."""
        if self.state is None:
            return None
        k = self.session.frames.index(self.on_screen) % self.state.geometry.n
        return acquired(self.state.geometry, k)

    # -- the pointer

    def wheeled(self, steps: float, at: QPointF, *, ctrl: bool) -> None:
        if ctrl:
            self.zoom_by(ZOOM_STEP**steps, at)
        else:
            self.slice_wanted.emit(-whole(steps))

    def right_dragged(self, way: QPointF) -> None:
        self.window_dragged.emit(way.x() / max(1, self.width()), way.y() / max(1, self.height()))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        super().mouseMoveEvent(event)
        plane = self.plane
        at = event.position()
        mm = mm_at(self.view, plane, at.x(), at.y()) if plane is not None else None
        idle = event.buttons() == Qt.MouseButton.NoButton and not (self.tool is not None and self.tool.draws)
        if mm is not None and idle and event.modifiers() & Qt.KeyboardModifier.ShiftModifier and self.state is not None:
            self.state.look_at(mm)
        if mm is not None:
            self.pointed.emit(mm)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton and self.enlarges():
            if isinstance(self.tool, CrosshairTool) and self._looked_at is not None and self.state is not None:
                self.state.look_at(self._looked_at)  # its first click has moved the crosshair
            self.enlarge_wanted.emit()
        else:
            super().mouseDoubleClickEvent(event)

    def leaveEvent(self, event: Any) -> None:
        super().leaveEvent(event)
        self.pointed.emit(None)

    def crosshair(self, what: str, x: float, y: float) -> None:
        """What the crosshair tool asks for."""
        plane, drag = self.plane, self._drag
        if plane is None or drag is None:
            return
        match what:
            case "begin":
                self._looked_at = drag.state.crosshair
                drag.begin(self.view, plane, x, y)
            case "move":
                drag.move(self.view, plane, x, y)
            case _:
                drag.end()

    # -- painting

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if self.context.frame_size == (0, 0):
            return
        p = QPainter(self)
        try:
            self._paint_marks(p)
        finally:
            p.end()

    def paint_words(self, p: QPainter) -> list[QRectF]:
        """What is measured of the shapes that are selected, and of the one that is being drawn."""
        if not self.marked or self.context.frame_size == (0, 0):
            return []
        frame = self.session.frames.index(self.on_screen)
        drafts = [(d.geometry, d.feature_hash) for d in self._painter._drafts if isinstance(d, ShapeDraft)]
        chosen = [e for i in self.focus.selected[-MEASURED:] if (e := self.hits.get(i)) is not None and self.shapes.shown(e)]
        known = self.session.document.instances
        shapes = drafts or [(e.geometry, known[e.instance].feature_hash) for e in chosen]
        names = ((shape, self.context.ontology.object(feature_hash)) for shape, feature_hash in shapes)
        said = [(shape, self.measured(shape, frame, thing.name if thing is not None else "")) for shape, thing in names]
        return paint_chips(p, self._lettering, self.view, said)

    @property
    def _lettering(self) -> Lettering:
        return Lettering.of(self.font(), self.devicePixelRatioF())

    def _paint_marks(self, p: QPainter) -> None:
        how, plane, state = self._lettering, self.plane, self.state
        if plane is not None and state is not None and state.lines and state.geometry.n > 1:  # of one slice there are no others
            turns = self.tool is not None and self.tool.id == CrosshairTool.id
            paint_lines(p, lines(state, state.acquired, self.view, plane), self.view.size, handles=turns)
        marks = [*self._marks_of(how, plane)]
        paint_pieces(p, marks)
        written = under_pieces(marks)
        if written != self.written:
            self.written = written
            self._painter.ensure_names()

    def _marks_of(self, how: Lettering, plane: Plane | None) -> Iterator[Piece]:
        said, size = self.corners(), self.view.size
        yield from corner_pieces(how, said if self.marked else Corners(warnings=said.warnings), size, self.inset())
        if plane is not None:
            yield from letter_pieces(how, edge_letters(self.view, plane), size)
            bar = scale_bar(self.view, plane)
        else:
            yield from letter_pieces(how, edge_sides(self.view, self.slices.volume.sides), size)
            bar = flat_scale_bar(self.view, self.slices.volume.calibration, self.session.frames.index(self.on_screen))
        if self.marked:
            yield from scale_pieces(how, bar, size)
