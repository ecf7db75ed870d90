"""What lies over the shapes: handles, labels, the brush, the ruler, names. Painted live, in logical pixels."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QFont, QFontMetricsF, QPainter, QPen, QPolygonF

from viewers.canvas.raster import Color, Item, Loose, bgr
from viewers.scene.outlines import Dot, Outline, Path, outline
from viewers.scene.view_state import ViewState
from viewers.tools.base import (
    BoxDraft,
    BrushDraft,
    Draft,
    Handle,
    HandleRole,
    HandlesDraft,
    LabelDraft,
    MaskDraft,
    PathDraft,
    RulerDraft,
    ShapeDraft,
    SkeletonDraft,
    SnapDraft,
)

#: Behind the picture, in both colour schemes.
BACKGROUND = QColor(30, 31, 34)
ACCENT = QColor("#2D7FF9")
DARK = QColor(0, 0, 0, 170)
#: Handles nearer than this to the one drawn before are left out (logical px): a 6,000-point outline seen small.
CROWDED = 9.0
MOST_HANDLES = 1500


def draft_items(drafts: Iterable[Draft], color_of: dict[str, Color], templates: dict, armed: Color) -> list[Item]:
    """The part of a tool's draft that looks like shapes, for the rasteriser."""
    items: list[Item] = []
    for d in drafts:
        match d:
            case ShapeDraft():
                color = bgr(d.color) if d.color else color_of.get(d.feature_hash, armed)
                shape = Loose(outline(d.geometry, templates.get(d.feature_hash)))
                if shape.outline.mask is not None:
                    from viewers.scene.outlines import mask_array

                    shape.mask = mask_array(shape.outline.mask)
                items.append(Item(shape, color, d.stroke == "dashed" or d.ghost, not d.ghost))
            case PathDraft():
                items += _path_items(d, bgr(d.color) if d.color else color_of.get(d.feature_hash, armed))
            case SkeletonDraft():
                items.append(_skeleton_item(d, armed))
    return items


def _path_items(d: PathDraft, color: Color) -> list[Item]:
    import numpy as np

    points = np.asarray(d.points, np.float64).reshape(-1, 2)
    items = []
    if len(points) >= 2:
        path = Path(points, d.closed, 0 if d.fill and len(points) >= 3 else -1)
        items.append(Item(Loose(Outline((path,))), color, d.stroke == "dashed"))
    elif len(points) == 1 and not d.handles:
        items.append(Item(Loose(Outline(dots=(Dot(*points[0]),))), color))
    if d.rubber is not None and len(points):
        rubber = Path(np.array((points[-1], d.rubber)), False)
        items.append(Item(Loose(Outline((rubber,))), color, dashed=True))
    return items


def _skeleton_item(d: SkeletonDraft, color: Color) -> Item:
    import numpy as np

    n = len(d.points)
    edges = tuple(Path(np.array((d.points[i], d.points[j])), False, -1, c) for i, j, c in d.edges if i < n and j < n)
    dots = tuple(Dot(x, y, d.colors[i] if i < len(d.colors) else "") for i, (x, y) in enumerate(d.points))
    return Item(Loose(Outline(edges, dots)), color, strong=True)


class Overlay:
    """Paints drafts' handles and signs. One painter, logical coordinates, antialiased."""

    def __init__(self, view: ViewState, font: QFont) -> None:
        self._view = view
        self.font = QFont(font)
        self.font.setPixelSize(12)
        self._metrics = QFontMetricsF(self.font)

    def paint(self, p: QPainter, drafts: Sequence[Draft], armed: Color) -> None:
        for d in drafts:
            match d:
                case BoxDraft():
                    self._box(p, d)
                case BrushDraft():
                    self._brush(p, d, armed)
                case SnapDraft():
                    self._snap(p, d)
                case RulerDraft():
                    self._ruler(p, d)
                case SkeletonDraft():
                    for (x, y), name in zip(d.points, d.names, strict=False):
                        self.label(p, self._at(x, y) + QPointF(10, -10), name)
                case MaskDraft():
                    pass
        for d in drafts:
            if isinstance(d, ShapeDraft | PathDraft | SkeletonDraft | HandlesDraft):
                self.handles(p, d.handles)

    def labels(self, p: QPainter, drafts: Sequence[Draft], taken: Sequence[QRectF] = ()) -> None:
        """The words of a draft, over all else; `taken`: where others stand, which they keep clear of."""
        held = list(taken)
        for d in drafts:
            if isinstance(d, LabelDraft):
                held.append(self.label(p, self._at(d.x, d.y) + QPointF(14, 18), d.text, taken=held))

    def _at(self, x: float, y: float) -> QPointF:
        return QPointF(*self._view.screen_point(x, y))

    # -- handles

    def handles(self, p: QPainter, handles: Sequence[Handle]) -> None:
        if not handles:
            return
        w, h = self._view.size
        screen = self._view.to_screen([(handle.x, handle.y) for handle in handles])
        shown: list[tuple[Handle, float, float]] = []
        last = (-1e9, -1e9)
        for handle, (x, y) in zip(handles, screen.tolist(), strict=True):
            if not (-12 < x < w + 12 and -12 < y < h + 12) or len(shown) > MOST_HANDLES:
                continue
            crowded = abs(x - last[0]) + abs(y - last[1]) < CROWDED
            if crowded and not handle.hot and handle.role in (HandleRole.VERTEX, HandleRole.INSERT):
                continue
            last = (x, y)
            shown.append((handle, x, y))
        self._handle_marks(p, shown)

    def _handle_marks(self, p: QPainter, shown: list[tuple[Handle, float, float]]) -> None:
        inserts = [QPointF(x, y) for h, x, y in shown if h.role is HandleRole.INSERT and not h.hot]
        p.setPen(QPen(DARK, 1))
        p.setBrush(QColor(255, 255, 255, 120))
        for at in inserts:
            p.drawEllipse(at, 2.5, 2.5)
        squares, rounds = [], []
        for h, x, y in shown:
            if h.hot or h.role is HandleRole.INSERT:
                continue
            if h.role in (HandleRole.CORNER, HandleRole.EDGE):
                r = 4.0 if h.role is HandleRole.CORNER else 3.0
                squares.append(QRectF(x - r, y - r, 2 * r, 2 * r))
            else:
                rounds.append(QPointF(x, y))
            if h.role is HandleRole.ROTATE:
                _turn_mark(p, x, y)
        p.setPen(QPen(DARK, 1))
        p.setBrush(QColor("white"))
        p.drawRects(squares)
        for at in rounds:
            p.drawEllipse(at, 4, 4)
        p.setBrush(ACCENT)
        p.setPen(QPen(QColor("white"), 1.5))
        for h, x, y in shown:
            if h.hot:
                p.drawEllipse(QPointF(x, y), 5.5, 5.5)

    # -- signs

    def _box(self, p: QPainter, d: BoxDraft) -> None:
        x0, y0, x1, y1 = d.bounds
        rect = QRectF(self._at(x0, y0), self._at(x1, y1)).normalized()
        color = QColor(d.color) if d.color else ACCENT
        if d.fill:
            p.fillRect(rect, QColor(color.red(), color.green(), color.blue(), 36))
        p.setBrush(Qt.BrushStyle.NoBrush)
        p.setPen(QPen(DARK, 1))
        p.drawRect(rect)
        style = Qt.PenStyle.DashLine if d.stroke == "dashed" else Qt.PenStyle.SolidLine
        p.setPen(QPen(color.lighter(130), 1, style))
        p.drawRect(rect)

    def _brush(self, p: QPainter, d: BrushDraft, armed: Color) -> None:
        color = QColor(d.color) if d.color else QColor(armed[2], armed[1], armed[0])
        now = self._view.placement()
        r = max(1.0, d.radius * math.hypot(now.a, now.c))  # a column's width counts
        centre = self._at(d.x, d.y)
        p.setBrush(Qt.BrushStyle.NoBrush)
        for pen in (QPen(DARK, 3), QPen(color if not d.erase else QColor("white"), 1.5)):
            if d.erase:
                pen.setStyle(Qt.PenStyle.DashLine)
            p.setPen(pen)
            if d.square:
                p.drawRect(QRectF(centre.x() - r, centre.y() - r, 2 * r, 2 * r))
            else:
                p.drawEllipse(centre, r, r)
        p.setPen(QPen(QColor("white"), 1))
        p.drawPoint(centre)

    def _snap(self, p: QPainter, d: SnapDraft) -> None:
        at = self._at(d.x, d.y)
        p.setBrush(Qt.BrushStyle.NoBrush)
        for pen in (QPen(DARK, 3.5), QPen(QColor("#FFD60A"), 1.5)):
            p.setPen(pen)
            if d.kind == "vertex":
                p.drawRect(QRectF(at.x() - 6, at.y() - 6, 12, 12))
            else:
                p.drawPolygon(QPolygonF([at + QPointF(0, -7), at + QPointF(7, 0), at + QPointF(0, 7), at + QPointF(-7, 0)]))

    def _ruler(self, p: QPainter, d: RulerDraft) -> None:
        a, b = self._at(*d.start), self._at(*d.end)
        line = QLineF(a, b)
        across = line.normalVector().unitVector()
        dx, dy = across.dx() * 6, across.dy() * 6
        ends = [QLineF(e.x() - dx, e.y() - dy, e.x() + dx, e.y() + dy) for e in (a, b)] if line.length() > 0 else []
        for pen in (QPen(DARK, 3.5), QPen(QColor("#FFD60A"), 1.5)):
            p.setPen(pen)
            p.drawLines([line, *ends])
        text = d.text or f"{math.dist(d.start, d.end):,.1f} px"
        self.label(p, line.center() + QPointF(10, 16), text)

    def label(self, p: QPainter, at: QPointF, text: str, color: QColor | None = None, taken: Sequence[QRectF] = ()) -> QRectF:
        """A chip with text, its left middle at `at`; kept on the canvas and off what is taken."""
        w = self._metrics.horizontalAdvance(text) + 12 + (6 if color else 0)
        h = self._metrics.height() + 4
        x = min(max(at.x(), 2.0), max(2.0, self._view.size[0] - w - 2))
        y = min(max(at.y() - h / 2, 2.0), max(2.0, self._view.size[1] - h - 2))
        rect = free_place(QRectF(x, y, w, h), taken, self._view.size[1] - 2)
        draw_chip(p, rect, text, self.font, color)
        return rect

    def name(self, p: QPainter, x: float, y: float, text: str, color: Color) -> None:
        """A shape's name above its top left corner; `x`, `y` logical px."""
        height = self._metrics.height() + 4
        self.label(p, QPointF(x, y - height / 2 - 4), text, QColor(color[2], color[1], color[0]))


def free_place(wanted: QRectF, taken: Sequence[QRectF], bottom: float) -> QRectF:
    """The nearest place below where nothing is written yet, else the nearest above."""
    for down in (True, False):
        place = QRectF(wanted)
        while (met := next((t for t in taken if t.intersects(place)), None)) is not None:
            place.moveTop(met.bottom() + 1) if down else place.moveBottom(met.top() - 1)
        if (place.bottom() <= bottom) if down else (place.top() >= 0):
            return place
    return wanted


def draw_chip(p: QPainter, rect: QRectF, text: str, font: QFont, color: QColor | None) -> None:
    p.setPen(Qt.PenStyle.NoPen)
    p.setBrush(QColor(20, 20, 22, 205))
    p.drawRoundedRect(rect, 4, 4)
    left = 6.0
    if color is not None:
        p.setBrush(color)
        p.drawRoundedRect(QRectF(rect.x() + 4, rect.y() + 4, 4, rect.height() - 8), 2, 2)
        left = 12.0
    p.setPen(QColor(245, 245, 245))
    p.setFont(font)
    p.drawText(rect.adjusted(left, 0, -2, 0), Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, text)


def _turn_mark(p: QPainter, x: float, y: float) -> None:
    """Two thirds of a circle round the handle that turns a shape."""
    p.setBrush(QBrush(Qt.BrushStyle.NoBrush))
    for pen in (QPen(DARK, 3), QPen(QColor("white"), 1.2)):
        p.setPen(pen)
        p.drawArc(QRectF(x - 8, y - 8, 16, 16), 40 * 16, 280 * 16)
