"""The face of the timeline: ruler, thumbnails, names and tracks in one widget, and what a hand does there.

What stays is on a `Layer`; the playing head, the hover and a drag are painted over it, so that most events cost a blit.
"""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QLineF, QPoint, QPointF, QRect, QRectF, QSize, Qt, QTimer, Signal, Slot
from PySide6.QtGui import (
    QContextMenuEvent,
    QFocusEvent,
    QFontMetricsF,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from storage.editing.focus import Focus
from storage.editing.session import EditSession
from storage.model.ontology import Ontology
from viewers.scene.frame_clock import FrameClock
from viewers.timeline.gestures import Gestures
from viewers.timeline.hits import Hit, hit
from viewers.timeline.layer import Layer, draw_buttons
from viewers.timeline.look import NAMES, NAMES_LEAST, NAMES_MOST, ROW, RULER, THUMBS, Look, faint
from viewers.timeline.rows import Row, TimelineRows
from viewers.timeline.strips import diamond
from viewers.timeline.thumbnails import Thumbnails
from viewers.timeline.time_axis import TimeAxis
from viewers.timeline.verbs import TrackVerbs

ZOOM_STEP = 1.25
#: Of thumbnails, in frames: steps that lie close to each other, so that zooming asks for few new ones.
_STEPS = (1, 2, 3, *(n << k for k in range(20) for n in (4, 5, 6, 7)))


class TimelineView(QWidget):
    seek_wanted = Signal(int)
    range_changed = Signal(int, int)  # -1, -1: no frames are selected any more
    hovered = Signal(str)
    grabbed = Signal()  # something is about to be dragged: what plays should stand still
    status = Signal(str)
    scrolled = Signal()  # the part in sight, or the length of the list
    menu_wanted = Signal(object, QPoint)  # instance or None

    def __init__(
        self, session: EditSession, focus: Focus, ontology: Ontology, clock: FrameClock, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.session, self.focus, self.clock = session, focus, clock
        self.rows = TimelineRows(session, focus, ontology)
        self.axis = TimeAxis(clock.count)
        self.verbs = TrackVerbs(session, focus, ontology)
        self.layer = Layer(self.rows, self.axis, clock)
        self.layer.names = NAMES
        self.gestures = Gestures(self)
        self.range: tuple[int, int] | None = None
        self.hover: Hit | None = None
        self.pointer = QPointF(-1, -1)
        self._thumbs: Thumbnails | None = None
        self._aspect = 16 / 9
        self._look = Look.of(self.palette(), self.font())
        self._stale = True  # the layer, as a whole
        self._dirty: set[Row] = set()
        self._playhead = session.frames.index(focus.at)
        self._ask_thumbs = QTimer(self)
        self._ask_thumbs.setSingleShot(True)
        self._ask_thumbs.setInterval(120)
        self._ask_thumbs.timeout.connect(self._want_thumbs)
        self.rows.listen(self._on_rows)
        self._endings = [focus.listen(self._on_focus)]
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setAccessibleName("Timeline")
        self.setMinimumHeight(RULER + 2 * ROW)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self._describe()

    def close_view(self) -> None:
        self.gestures.cancel()
        for end in self._endings:
            end()
        self._endings = []
        self.rows.close()
        self._ask_thumbs.stop()
        if self._thumbs is not None:
            self._thumbs.close()

    def sizeHint(self) -> QSize:
        return QSize(800, self.layer.top + 6 * ROW)

    # -- what is shown

    def set_ontology(self, ontology: Ontology) -> None:
        self.verbs.ontology = ontology
        self.rows.set_ontology(ontology)

    def set_marks(self, frames: Sequence[int]) -> None:
        self.layer.marks = tuple(frames)
        self.redraw()

    def set_thumbnails(self, thumbs: Thumbnails | None, aspect: float) -> None:
        """`aspect`: width of a picture divided by its height. It is closed with the view."""
        if self._thumbs is not None:
            self._thumbs.close()
        self._thumbs, self._aspect = thumbs, max(0.2, min(5.0, aspect))
        self.layer.top = RULER + THUMBS if thumbs is not None else RULER
        self.layer.thumbs = self._draw_thumbs if thumbs is not None else None
        if thumbs is not None:
            thumbs.came.connect(self._on_thumb)
        self.setMinimumHeight(self.layer.top + 2 * ROW)
        self.redraw()
        self.scrolled.emit()

    def set_range(self, chosen: tuple[int, int] | None) -> None:
        if chosen is not None:
            low, high = sorted(chosen)
            chosen = (max(0, low), min(high, self.clock.count - 1))
        if chosen != self.range:
            self.range = self.verbs.range = chosen
            self.range_changed.emit(*(chosen or (-1, -1)))
            self.update()

    @property
    def scroll_most(self) -> int:
        return max(0, len(self.rows.rows) * ROW - max(0, self.height() - self.layer.top))

    def scroll_to(self, y: int) -> None:
        y = min(max(0, y), self.scroll_most)
        if y != self.layer.scroll:
            self.layer.scroll = y
            self.redraw()
            self.scrolled.emit()

    def reveal_row(self, instance: str) -> None:
        """Scroll no further than needed."""
        index = self.rows.index_of(instance)
        if index is None:
            return
        room = max(ROW, self.height() - self.layer.top)
        top = index * ROW
        if top < self.layer.scroll:
            self.scroll_to(top)
        elif top + ROW > self.layer.scroll + room:
            self.scroll_to(top + ROW - room)

    def redraw(self) -> None:
        self._stale = True
        self.update()

    # -- zoom

    def zoom(self, factor: float, x: float | None = None) -> None:
        """Round a place of the axis, else round the playing head or the middle."""
        if x is None:
            x = self.axis.x(self._playhead + 0.5)
            x = x if 0 <= x <= self.axis.width else self.axis.width / 2
        self.moved(self.axis.zoom_at(factor, x))

    def fit(self) -> None:
        self.moved(self.axis.fit())

    def show_frames(self, first: int, last: int) -> None:
        self.moved(self.axis.show(first, last))

    def moved(self, really: bool) -> None:
        """The part of the axis in sight has changed."""
        if really:
            self.redraw()
            self.scrolled.emit()
            if self._thumbs is not None:
                self._ask_thumbs.start()

    def set_names_width(self, width: int) -> None:
        self.layer.names = min(max(NAMES_LEAST, width), NAMES_MOST, max(NAMES_LEAST, self.width() // 2))
        self.axis.resize(self.width() - self.layer.names)
        self.moved(True)

    # -- what happens elsewhere

    def _on_rows(self, rows: set[Row] | None) -> None:
        if rows is None:
            self._stale = True
            self.layer.scroll = min(self.layer.scroll, self.scroll_most)
            self.scrolled.emit()
        else:
            self._dirty |= rows
        self.update()

    def _on_focus(self, names: frozenset[str]) -> None:
        if "at" in names:
            self._set_playhead(self.session.frames.index(self.focus.at))
        if "selected" in names and self.focus.primary is not None:
            self.reveal_row(self.focus.primary)
        if names & {"at", "selected"}:
            self._describe()

    def _set_playhead(self, frame: int) -> None:
        before, self._playhead = self._playhead, frame
        if not self.gestures.busy and self.axis.reveal(frame):
            self.moved(True)
        else:
            for at in (before, frame):
                self.update(self._head_rect(at))

    def _head_rect(self, frame: int) -> QRect:
        x = round(self.layer.names + self.axis.x(frame + 0.5))
        half = max(8, round(self.axis.scale / 2) + 2)
        return QRect(x - half, 0, 2 * half + 1, self.height())

    @property
    def playhead(self) -> int:
        return self._playhead

    def _describe(self) -> None:
        primary = self.focus.primary
        name = self.rows.title(Row("object", primary)) if primary in self.session.document.instances else "nothing"
        self.setAccessibleDescription(f"Frame {self._playhead} of {self.clock.count}; selected: {name}")

    # -- painting

    def paintEvent(self, event: QPaintEvent) -> None:
        self._refresh()
        painter = QPainter(self)
        dpr = self.devicePixelRatioF()
        rect = event.rect()
        source = QRectF(rect.x() * dpr, rect.y() * dpr, rect.width() * dpr, rect.height() * dpr)
        painter.drawImage(QRectF(rect), self.layer.image, source)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if not self.rows.rows:
            self._draw_empty(painter)
        self._draw_hover_row(painter)
        field = QRect(self.layer.names, 0, self.width() - self.layer.names, self.height())
        painter.setClipRect(field)
        self._draw_range(painter)
        self._draw_held(painter)
        self._draw_playhead(painter)
        self._draw_chip(painter)
        painter.setClipping(False)
        if self.hasFocus():
            painter.setPen(QPen(self._look.accent, 1.5))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(QRectF(self.rect()).adjusted(0.75, 0.75, -0.75, -0.75))
        painter.end()

    def _refresh(self) -> None:
        dpr = self.devicePixelRatioF()
        if self._stale:
            self.layer.draw(self.width(), self.height(), dpr, self._look)
        elif self._dirty:
            shown = self.layer.visible_rows(self.height())
            rows = self.rows.rows
            indices = [i for i in shown if rows[i] in self._dirty]
            self.layer.patch(indices, self.width(), self.height(), dpr)
        self._stale = False
        self._dirty.clear()

    def _draw_empty(self, painter: QPainter) -> None:
        painter.setPen(self._look.quiet)
        painter.setFont(self._look.font)
        rect = QRectF(self.layer.names, self.layer.top, self.axis.width, self.height() - self.layer.top)
        text = "No objects yet: draw one on the picture, or drag here to select frames."
        painter.drawText(rect, Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap, text)

    def _draw_hover_row(self, painter: QPainter) -> None:
        if self.hover is None or self.hover.row is None or self.hover.row.kind != "object" or self.gestures.dragging:
            return
        row, top = self.hover.row, self.layer.row_top(self.hover.index)
        painter.setClipRect(QRect(0, self.layer.top, self.width(), self.height()))
        if self.hover.zone == "names":
            ground = self._look.chosen if row.id in self.focus.selected else self._look.names
            both = QRectF(self.layer.names - 46, top + 1, 44, ROW - 2)
            painter.fillRect(both, ground)
            hidden, locked = row.id in self.focus.hidden, row.id in self.focus.locked
            draw_buttons(painter, self.layer.names, top, self._look, hidden=hidden, locked=locked, every=True)
        painter.setClipping(False)

    def _draw_range(self, painter: QPainter) -> None:
        shown = self.gestures.drawn
        for chosen, top, bottom in (
            *(((self.range, 0, self.height()),) if self.range else ()),
            *((shown,) if shown else ()),
        ):
            x0, x1 = self.layer.names + self.axis.x(chosen[0]), self.layer.names + self.axis.x(chosen[1] + 1)
            rect = QRectF(x0, top, max(1.0, x1 - x0), bottom - top)
            painter.fillRect(rect, faint(self._look.accent, 0.14))
            painter.setPen(QPen(faint(self._look.accent, 0.8), 1))
            painter.drawLines([QLineF(x, top, x, bottom) for x in (x0 + 0.5, x1 - 0.5)])

    def _draw_held(self, painter: QPainter) -> None:
        """What can be, or is, dragged."""
        found = self.hover
        if found is None or found.row is None or self.layer.row_top(found.index) + ROW <= self.layer.top:
            return
        painter.setClipRect(QRect(self.layer.names, self.layer.top, self.width(), self.height()))
        held = self.gestures.held if self.gestures.dragging else found.held
        middle = self.layer.row_top(found.index) + ROW / 2
        painter.setPen(QPen(self._look.accent, 1.8))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        if found.part == "key":
            painter.drawPath(diamond(QPointF(self.layer.names + self.axis.x(held + 0.5), middle), 6.6))
        elif found.part in ("start", "end", "bar_first", "bar_last"):
            begins = found.part in ("start", "bar_first")
            x = self.layer.names + self.axis.x(held if begins else held + 1)
            way = 4 if begins else -4
            painter.drawPolyline(
                [QPointF(x + way, middle - 8), QPointF(x, middle - 8), QPointF(x, middle + 8), QPointF(x + way, middle + 8)]
            )
        painter.setClipRect(QRect(self.layer.names, 0, self.width() - self.layer.names, self.height()))

    def _draw_playhead(self, painter: QPainter) -> None:
        left, right = self.axis.x(self._playhead), self.axis.x(self._playhead + 1)
        x = self.layer.names + round((left + right) / 2) + 0.5
        if self.axis.scale > 6:
            painter.fillRect(
                QRectF(self.layer.names + left, RULER, right - left, self.height()), faint(self._look.accent, 0.10)
            )
        painter.setPen(QPen(self._look.accent, 1))
        painter.drawLine(QLineF(x, RULER - 4, x, self.height()))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._look.accent)
        painter.drawPolygon(
            [
                QPointF(x - 6, RULER - 12),
                QPointF(x + 6, RULER - 12),
                QPointF(x + 6, RULER - 7),
                QPointF(x, RULER),
                QPointF(x - 6, RULER - 7),
            ]
        )

    def _draw_chip(self, painter: QPainter) -> None:
        """Frame and time under the pointer, or where a drag is."""
        text = self.gestures.chip
        if not text and self.hover is not None and self.hover.zone in ("ruler", "thumbs", "tracks"):
            text = f"{self.hover.frame:,}  {self.clock.text(self.hover.frame)}"
        if not text:
            return
        metrics = QFontMetricsF(self._look.small)
        wide = metrics.horizontalAdvance(text) + 12
        x = min(max(self.layer.names + 2.0, self.pointer.x() - wide / 2), self.width() - wide - 2.0)
        rect = QRectF(x, 2, wide, 16)
        painter.setPen(QPen(self._look.line, 1))
        painter.setBrush(self._look.ground)
        painter.drawRoundedRect(rect, 4, 4)
        painter.setPen(self._look.text)
        painter.setFont(self._look.small)
        painter.drawText(rect, Qt.AlignmentFlag.AlignCenter, text)

    # -- thumbnails

    def _slots(self) -> tuple[list[int], int]:
        """The frames of the strip, and how many lie between two."""
        wide = (THUMBS - 4) * self._aspect
        least = wide / self.axis.scale
        step = next((s for s in _STEPS if s >= least), _STEPS[-1])
        first, last = self.axis.visible()
        return list(range(first - first % step, last + 1, step)), step

    def _draw_thumbs(self, painter: QPainter, rect: QRectF) -> None:
        assert self._thumbs is not None
        height = THUMBS - 4
        wide = height * self._aspect
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        frames, step = self._slots()
        for frame in frames:
            place = QRectF(self.layer.names + self.axis.x(frame), rect.top() + 1, wide, height)
            image = self._thumbs.get(frame)
            if image is None:
                painter.fillRect(place, self._look.bar)
            else:
                painter.drawImage(place, image)
        if not self._ask_thumbs.isActive():
            self._thumbs.want(frames, step // 2)

    @Slot()
    def _want_thumbs(self) -> None:
        if self._thumbs is not None:
            frames, step = self._slots()
            self._thumbs.want(frames, step // 2)

    @Slot(int)
    def _on_thumb(self, frame: int) -> None:
        """Onto the layer, where it belongs: nothing else is drawn again."""
        assert self._thumbs is not None
        image = self._thumbs.get(frame)
        if image is None or self._stale or self.layer.image.isNull() or frame not in self._slots()[0]:
            return
        height = THUMBS - 4
        place = QRectF(self.layer.names + self.axis.x(frame), RULER + 1, height * self._aspect, height)
        painter = QPainter(self.layer.image)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.setClipRect(QRect(self.layer.names, RULER, self.width(), THUMBS))
        painter.drawImage(place, image)
        painter.end()
        self.update(place.toAlignedRect())

    # -- events

    def resizeEvent(self, event: QResizeEvent) -> None:
        self.axis.resize(self.width() - self.layer.names)
        self.layer.scroll = min(self.layer.scroll, self.scroll_most)
        self.moved(True)

    def changeEvent(self, event: QEvent) -> None:
        if event.type() in (QEvent.Type.PaletteChange, QEvent.Type.FontChange, QEvent.Type.StyleChange):
            self._look = Look.of(self.palette(), self.font())
            self.redraw()
        super().changeEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        self.update()

    def hit_at(self, place: QPointF) -> Hit:
        return hit(self.layer, place.x(), place.y(), moving=self.session.frames.moving)

    def set_hover(self, place: QPointF, found: Hit | None) -> None:
        self.pointer, self.hover = place, found
        self.update()
        self.hovered.emit(self.gestures.told(found) if found is not None else "")

    def leaveEvent(self, event: QEvent) -> None:
        if not self.gestures.busy:
            self.set_hover(QPointF(-1, -1), None)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self.gestures.press(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self.gestures.move(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self.gestures.release(event)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        self.gestures.double_click(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """The key; the mouse's comes with the release of the right button."""
        if event.reason() == QContextMenuEvent.Reason.Keyboard:
            self.gestures.menu(None, event.globalPos())

    def wheelEvent(self, event: QWheelEvent) -> None:
        self.gestures.wheel(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        event.setAccepted(self.gestures.key(event))
