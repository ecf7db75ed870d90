"""The face of the timeline: ruler, thumbnails, names and tracks in one widget, and what a hand does there.

What stays is on a `Layer`; the playing head, the hover and a drag are painted over it, so that most events cost a blit.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QEvent, QPoint, QPointF, QRect, QRectF, QSize, Qt, QTimer, Signal, Slot
from PySide6.QtGui import (
    QContextMenuEvent,
    QFocusEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
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
from viewers.timeline.layer import Layer
from viewers.timeline.look import NAMES, NAMES_LEAST, NAMES_MOST, ROW, RULER, THUMBS, Look
from viewers.timeline.overlay import draw_over
from viewers.timeline.rows import Row, TimelineRows
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
        self.keys_of: Callable[[str], tuple[str, ...]] | None = None  # of the editor's map, by the id of a verb
        self.empty_text = "No objects yet: draw one on the picture, or drag here to select frames."
        self.range: tuple[int, int] | None = None
        self.hover: Hit | None = None
        self.pointer = QPointF(-1, -1)
        self._thumbs: Thumbnails | None = None
        self._aspect = 16 / 9
        self.look = Look.of(self.palette(), self.font())
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

    def set_thumbnails(self, thumbs: Thumbnails, aspect: float) -> None:
        """`aspect`: width of a picture divided by its height. It is closed with the view."""
        if self._thumbs is not None:
            self._thumbs.close()
        self._thumbs, self._aspect = thumbs, max(0.2, min(5.0, aspect))
        self.layer.top, self.layer.thumbs = RULER + THUMBS, self._draw_thumbs
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
        draw_over(painter, self)
        painter.end()

    def _refresh(self) -> None:
        dpr = self.devicePixelRatioF()
        if self._stale:
            self.layer.draw(self.width(), self.height(), dpr, self.look)
        elif self._dirty:
            shown = self.layer.visible_rows(self.height())
            rows = self.rows.rows
            indices = [i for i in shown if rows[i] in self._dirty]
            self.layer.patch(indices, self.width(), self.height(), dpr)
        self._stale = False
        self._dirty.clear()

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
                painter.fillRect(place, self.look.bar)
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
            self.look = Look.of(self.palette(), self.font())
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
