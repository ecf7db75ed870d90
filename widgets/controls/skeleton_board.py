"""The drawing of a skeleton: points are set by a click, dragged, connected by a drag from one to the other.

Like the tools of the canvas it works on positions of its own world, 0..1 of the drawing, and says each finished gesture
once; whoever listens keeps the drawing and its undo.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QImage, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from storage.model import template_edit
from storage.model.ontology import SkeletonTemplate
from widgets import theme

Mode = Literal["points", "lines"]
NEAR = 9.0  # px around a point that are still that point
DRAG = 4.0  # px that make a drag of a press


class SkeletonBoard(QWidget):
    changed = Signal(str, object)  # what was done, the SkeletonTemplate
    selected_changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.template: SkeletonTemplate | None = None
        self.color = "#D33115"  # of what is added
        self.mode: Mode = "points"
        self.selected: frozenset[int] = frozenset()
        self.edge: tuple[int, int] | None = None
        self._picture: QImage | None = None
        self._pressed: QPointF | None = None
        self._at = QPointF()
        self._held: int | None = None  # the point under the press
        self._dragged = False
        self._hovered: int | None = None
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(self.tr("Drawing of the skeleton"))

    # -- showing

    def show_template(self, template: SkeletonTemplate, color: str) -> None:
        self.template, self.color = template, color
        self._choose({i for i in self.selected if i < len(template.points)})
        if self.edge is not None and template_edit.edge_between(template, *self.edge) is None:
            self.edge = None
        self.setAccessibleDescription(", ".join(p.name for p in template.points))
        self.update()

    def show_picture(self, picture: QImage | None) -> None:
        """Something to draw over; not kept with the ontology."""
        self._picture = picture
        self.update()

    def set_mode(self, mode: Mode) -> None:
        self.mode = mode
        self.update()

    def choose(self, index: int) -> None:
        self._choose({index})

    def _choose(self, indices: set[int]) -> None:
        chosen = frozenset(indices)
        if chosen != self.selected:
            self.selected = chosen
            self.selected_changed.emit()
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(320, 340)

    # -- places

    def _area(self) -> QRectF:
        """The drawing on the screen: a square with a margin, or the picture's form."""
        room = QRectF(self.rect()).adjusted(12, 12, -12, -12)
        wide, high = (self._picture.width(), self._picture.height()) if self._picture is not None else (1, 1)
        scale = min(room.width() / wide, room.height() / high)
        area = QRectF(0, 0, wide * scale, high * scale)
        area.moveCenter(room.center())
        return area

    def to_screen(self, x: float, y: float) -> QPointF:
        area = self._area()
        return QPointF(area.left() + x * area.width(), area.top() + y * area.height())

    def _to_drawing(self, at: QPointF) -> tuple[float, float]:
        area = self._area()
        return (at.x() - area.left()) / area.width(), (at.y() - area.top()) / area.height()

    def point_at(self, at: QPointF) -> int | None:
        if self.template is None:
            return None
        found = [((self.to_screen(p.x, p.y) - at).manhattanLength(), i) for i, p in enumerate(self.template.points)]
        distance, index = min(found, default=(NEAR + 1, 0))
        return index if distance <= NEAR else None

    def edge_at(self, at: QPointF) -> tuple[int, int] | None:
        if self.template is None:
            return None
        for a, b, _ in reversed(self.template.edges):
            start, end = (self.to_screen(self.template.points[i].x, self.template.points[i].y) for i in (a, b))
            along = end - start
            length = QPointF.dotProduct(along, along)
            t = max(0.0, min(1.0, QPointF.dotProduct(at - start, along) / length)) if length else 0.0
            if (start + along * t - at).manhattanLength() < NEAR - 2:
                return (a, b)
        return None

    # -- mouse

    def _connects(self, event: QMouseEvent) -> bool:
        return self.mode == "lines" or bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() != Qt.MouseButton.LeftButton or self.template is None:
            return
        self._pressed = self._at = event.position()
        self._held, self._dragged = self.point_at(self._at), False
        if self._held is not None:
            self.edge = None
            if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
                self._choose(set(self.selected ^ {self._held}))
            elif self._held not in self.selected:
                self._choose({self._held})
        self.update()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._at = event.position()
        self._hovered = self.point_at(self._at)
        if self._pressed is not None:
            self._dragged = self._dragged or (self._at - self._pressed).manhattanLength() >= DRAG
        self.setCursor(Qt.CursorShape.PointingHandCursor if self._hovered is not None else Qt.CursorShape.CrossCursor)
        self.update()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() != Qt.MouseButton.LeftButton or self._pressed is None or self.template is None:
            return
        self._at = event.position()
        held, dragged = self._held, self._dragged
        template, connects = self._moved() if held is not None else self.template, self._connects(event)
        self._pressed, self._held = None, None
        if held is None:
            if not dragged:
                self._clicked_ground(connects)
        elif dragged and connects:
            end = self.point_at(self._at)
            if end is not None:
                self._say(self.tr("Connect points"), template_edit.connect(self.template, held, end, self.color))
        elif dragged:
            self._say(self.tr("Move a point"), template)
        self.update()

    def _clicked_ground(self, connects: bool) -> None:
        """On a line: choose it. On empty ground: a new point, tied to the chosen one where lines are drawn."""
        assert self.template is not None
        edge = self.edge_at(self._at)
        if edge is not None:
            self.edge = edge
            self._choose(set())
            return
        before = next(iter(self.selected)) if len(self.selected) == 1 else None
        made, index = template_edit.add_point(self.template, *self._to_drawing(self._at), self.color)
        if connects and before is not None:
            made = template_edit.connect(made, before, index, self.color)
        self._say(self.tr("Add a point"), made)
        self.edge = None
        self._choose({index})

    def _moved(self) -> SkeletonTemplate:
        """As the drag under way would leave it."""
        assert self.template is not None
        if self._pressed is None or self._held is None or not self._dragged:
            return self.template
        x0, y0 = self._to_drawing(self._pressed)
        x1, y1 = self._to_drawing(self._at)
        moving = self.selected if self._held in self.selected else {self._held}
        points = self.template.points
        return template_edit.move_points(self.template, {i: (points[i].x + x1 - x0, points[i].y + y1 - y0) for i in moving})

    # -- keys and verbs

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = 0.05 if event.modifiers() & Qt.KeyboardModifier.ShiftModifier else 0.005
        ways = {Qt.Key.Key_Left: (-1, 0), Qt.Key.Key_Right: (1, 0), Qt.Key.Key_Up: (0, -1), Qt.Key.Key_Down: (0, 1)}
        way = ways.get(Qt.Key(event.key()))
        if event.key() in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            self.remove_selected()
        elif event.key() == Qt.Key.Key_Escape and self._pressed is not None:
            self._pressed, self._held = None, None
            self.update()
        elif event.key() == Qt.Key.Key_A and event.modifiers() & Qt.KeyboardModifier.ControlModifier and self.template:
            self._choose(set(range(len(self.template.points))))
        elif way is not None and self.selected and self.template is not None:
            p = self.template.points
            places = {i: (p[i].x + way[0] * step, p[i].y + way[1] * step) for i in self.selected}
            self._say(self.tr("Move a point"), template_edit.move_points(self.template, places))
        else:
            super().keyPressEvent(event)

    def remove_selected(self) -> None:
        if self.template is None:
            return
        if self.edge is not None:
            self._say(self.tr("Delete a line"), template_edit.disconnect(self.template, *self.edge))
            self.edge = None
        elif self.selected:
            self._do(self.tr("Delete points"), lambda t: template_edit.remove_points(t, self.selected))
            self._choose(set())

    def mirror_selected(self) -> None:
        if self.template is not None and self.selected:
            made, indices = template_edit.mirror(self.template, sorted(self.selected))
            self._say(self.tr("Mirror points"), made)
            self._choose(set(indices))

    def _do(self, text: str, verb: Callable[[SkeletonTemplate], SkeletonTemplate]) -> None:
        assert self.template is not None
        self._say(text, verb(self.template))

    def _say(self, text: str, template: SkeletonTemplate) -> None:
        if template != self.template:
            self.template = template
            self.changed.emit(text, template)

    # -- painting

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(theme.accent() if self.hasFocus() else theme.border())
        painter.setBrush(self.palette().base())
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), theme.RADIUS, theme.RADIUS)
        if self._picture is not None:
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
            painter.setOpacity(0.75)
            painter.drawImage(self._area(), self._picture)
            painter.setOpacity(1)
        else:
            self._paint_grid(painter)
        if self.template is None:
            return
        template = self._moved() if not (self._held is not None and self._connecting()) else self.template
        if not template.points:
            painter.setPen(theme.subtle_text())
            hint = self.tr("Click to set the first point.\nDrag from point to point with Shift to connect them.")
            room = self.rect().adjusted(theme.GAP, 0, -theme.GAP, 0)
            painter.drawText(room, Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap, hint)
        self._paint_edges(painter, template)
        self._paint_points(painter, template)

    def _connecting(self) -> bool:
        from PySide6.QtWidgets import QApplication

        return self.mode == "lines" or bool(QApplication.keyboardModifiers() & Qt.KeyboardModifier.ShiftModifier)

    def _paint_grid(self, painter: QPainter) -> None:
        area = self._area()
        for n in range(11):
            painter.setPen(QPen(theme.border(), 1, Qt.PenStyle.DashLine if n == 5 else Qt.PenStyle.DotLine))
            x, y = area.left() + area.width() * n / 10, area.top() + area.height() * n / 10
            painter.drawLine(QPointF(x, area.top()), QPointF(x, area.bottom()))
            painter.drawLine(QPointF(area.left(), y), QPointF(area.right(), y))

    def _paint_edges(self, painter: QPainter, template: SkeletonTemplate) -> None:
        places = [self.to_screen(p.x, p.y) for p in template.points]
        for a, b, color in template.edges:
            chosen = self.edge is not None and {a, b} == set(self.edge)
            if chosen:
                painter.setPen(_round_pen(theme.accent(), 6))
                painter.drawLine(places[a], places[b])
            painter.setPen(_round_pen(QColor(color), 2.5))
            painter.drawLine(places[a], places[b])
        if self._held is not None and self._dragged and self._connecting():
            painter.setPen(QPen(theme.accent(), 2, Qt.PenStyle.DashLine))
            end = self.point_at(self._at)
            painter.drawLine(places[self._held], places[end] if end is not None else self._at)

    def _paint_points(self, painter: QPainter, template: SkeletonTemplate) -> None:
        painter.setFont(theme.font(theme.SMALL))
        for i, point in enumerate(template.points):
            at = self.to_screen(point.x, point.y)
            chosen = i in self.selected
            painter.setPen(QPen(theme.accent() if chosen else self.palette().base().color(), 2.5 if chosen else 1.5))
            painter.setBrush(QColor(point.color))
            r = 6.5 if i == self._hovered or chosen else 5.0
            painter.drawEllipse(at, r, r)
            self._paint_name(painter, at, point.name, right=point.x >= 0.5)

    def _paint_name(self, painter: QPainter, at: QPointF, name: str, *, right: bool) -> None:
        """Away from the middle, where there is room; on a ground that any picture lets be read."""
        metrics = painter.fontMetrics()
        name = metrics.elidedText(name, Qt.TextElideMode.ElideRight, 110)
        wide = metrics.horizontalAdvance(name) + 6
        before, after = at.x() - 9 - wide, at.x() + 9
        right = before < 2 or (right and after + wide < self.width() - 2)
        left = after if right else before
        room = QRectF(left, at.y() - metrics.height() / 2, wide, metrics.height())
        ground = self.palette().base().color()
        ground.setAlpha(190)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(ground)
        painter.drawRoundedRect(room, 3, 3)
        painter.setPen(theme.text())
        painter.drawText(room, Qt.AlignmentFlag.AlignCenter, name)


def _round_pen(color: QColor, width: float) -> QPen:
    pen = QPen(color, width)
    pen.setCapStyle(Qt.PenCapStyle.RoundCap)
    return pen
