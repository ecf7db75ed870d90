"""What the hand does on the timeline: each gesture that changes labels is one step, Escape takes back the one under way."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QKeyEvent, QMouseEvent, QWheelEvent

from storage.errors import PostilError
from viewers.timeline import drags
from viewers.timeline.drags import Drag, Grip
from viewers.timeline.drawing import RangeDrawing
from viewers.timeline.hits import Hit, snap_targets, snapped
from viewers.timeline.look import ROW
from viewers.timeline.menus import build_menu
from viewers.timeline.rows import Row

if TYPE_CHECKING:
    from viewers.timeline.view import TimelineView

Button, Key, Modifier = Qt.MouseButton, Qt.Key, Qt.KeyboardModifier
THRESHOLD = 4  # px before a press becomes a drag
SNAP = 6.0  # px
ZOOM = 1.25

CURSORS = {
    "key": Qt.CursorShape.PointingHandCursor,
    "start": Qt.CursorShape.SizeHorCursor,
    "end": Qt.CursorShape.SizeHorCursor,
    "bar_first": Qt.CursorShape.SizeHorCursor,
    "bar_last": Qt.CursorShape.SizeHorCursor,
    "bar": Qt.CursorShape.OpenHandCursor,
}
_WORDS = {
    "key": "key frame",
    "alone": "frame of its own",
    "outside": "hidden from here",
    "interpolated": "between key frames",
    "hidden": "hidden",
    "gap": "not there",
}


class Gestures:
    def __init__(self, view: TimelineView) -> None:
        self._view = view
        self._pressed: Hit | None = None
        self._from = QPointF()
        self._mode = ""  # "", "press", "scrub", "pan", "drag", "range", "draw", "divider", "right"
        self._drag: Drag | None = None
        self._offset = 0  # frames from what is held to the pointer
        self._targets = np.empty(0, np.int64)
        self._anchor = 0
        self.drawing = RangeDrawing(view)
        self.chip = ""

    # -- what is going on

    @property
    def busy(self) -> bool:
        return bool(self._mode)

    @property
    def dragging(self) -> bool:
        return self._drag is not None

    @property
    def held(self) -> int:
        return self._drag.frame if self._drag is not None else -1

    def cancel(self) -> bool:
        """Whether there was something to take back."""
        was = self._mode not in ("", "press", "right")
        if self._drag is not None:
            self._drag.cancel()
        self._drag, self._mode, self._pressed, self.chip = None, "", None, ""
        self.drawing.drop()
        return was

    def told(self, found: Hit) -> str:
        """In words: what is under the pointer, and when."""
        view = self._view
        when = f"frame {found.frame:,}  {view.clock.text(found.frame)}"
        if found.row is None:
            return when
        title = view.rows.title(found.row)
        if found.bar is not None:
            return f"{title}: {found.bar.text}, frames {found.bar.first:,} to {found.bar.last:,}"
        if found.row.kind != "object" or found.zone == "names":
            return title
        at = found.held if found.part == "key" else found.frame
        place = view.rows.tracks[found.row.id].place(at)
        what = _WORDS[place.kind] if place else "not there"
        return f"{title}: {what}, frame {at:,}  {view.clock.text(at)}"

    # -- the mouse

    def press(self, event: QMouseEvent) -> None:
        view, found = self._view, self._view.hit_at(event.position())
        self.cancel()
        self._pressed, self._from = found, event.position()
        if event.button() == Button.MiddleButton:
            self._mode = "pan"
        elif event.button() == Button.RightButton:
            self._mode = "right"
        elif event.button() == Button.LeftButton:
            self._press_left(found, event)
        view.update()

    def _press_left(self, found: Hit, event: QMouseEvent) -> None:
        view = self._view
        if found.zone == "divider":
            self._mode = "divider"
        elif found.part in ("eye", "lock") and found.row is not None:
            self._flip(found.row, found.part)
        elif event.modifiers() & Modifier.ShiftModifier and found.zone != "names":
            self._mode, self._anchor = "range", found.frame
            view.set_range((found.frame, found.frame))
        elif found.zone in ("ruler", "thumbs"):
            edge = self._range_edge(event.position().x())
            if edge is not None:
                self._mode, self._anchor = "range", edge
            else:
                self._mode = "scrub"
                view.seek_wanted.emit(found.frame)
        else:
            self._mode = "press"

    def _range_edge(self, x: float) -> int | None:
        """Where a range is held by one end: its other end."""
        view = self._view
        if view.range is None:
            return None
        first, last = view.range
        x -= view.layer.names
        if abs(x - view.axis.x(first)) <= 5:
            return last
        return first if abs(x - view.axis.x(last + 1)) <= 5 else None

    def _flip(self, row: Row, part: str) -> None:
        focus = self._view.focus
        which = focus.selected if row.id in focus.selected else (row.id,)
        if part == "eye":
            focus.hide(which, row.id not in focus.hidden)
        else:
            focus.lock(which, row.id not in focus.locked)

    def move(self, event: QMouseEvent) -> None:
        view, place = self._view, event.position()
        if not self._mode:
            self._hover(place)
            return
        if self._mode == "press":
            if (place - self._from).manhattanLength() < THRESHOLD:
                return
            self._begin_drag()
        if self._mode == "pan":
            moved = place - self._from
            self._from = place
            view.moved(view.axis.pan(-moved.x()))
            view.scroll_to(view.layer.scroll - round(moved.y()))
            return
        if self._mode == "divider":
            view.set_names_width(round(place.x()))
            return
        view.pointer = place
        frame = view.axis.frame(place.x() - view.layer.names)
        free = bool(event.modifiers() & Modifier.ControlModifier)
        self._edge_scroll(place.x())
        if self._mode == "scrub":
            if frame != view.playhead:
                view.seek_wanted.emit(frame)
        elif self._mode == "range":
            view.set_range((self._anchor, self._snap(frame, free, (view.playhead,))))
            self._tell_range(view.range)
        elif self._mode == "draw":
            self._tell_range(self.drawing.to(self._snap(frame, free)))
        elif self._drag is not None:
            self._drag.to(self._snap(frame - self._offset, free))
            self._tell_drag()
        view.update()

    def _hover(self, place: QPointF) -> None:
        view = self._view
        found = view.hit_at(place)
        if found.zone == "divider":
            view.setCursor(Qt.CursorShape.SplitHCursor)
        elif found.zone == "ruler" and self._range_edge(place.x()) is not None:
            view.setCursor(Qt.CursorShape.SizeHorCursor)
        elif found.row is not None and found.zone == "tracks" and not view.rows.locked(found.row):
            view.setCursor(CURSORS.get(found.part, Qt.CursorShape.ArrowCursor))
        else:
            view.setCursor(Qt.CursorShape.ArrowCursor)
        view.set_hover(place, found)

    def _edge_scroll(self, x: float) -> None:
        """Beyond an edge the axis follows."""
        view = self._view
        beyond = min(0.0, x - view.layer.names) + max(0.0, x - view.width())
        if beyond:
            view.moved(view.axis.pan(beyond / 2))

    def _snap(self, frame: int, free: bool, targets: tuple[int, ...] | None = None) -> int:
        view = self._view
        if free:
            return frame
        found = np.array(targets, np.int64) if targets is not None else self._targets
        return snapped(found, frame, SNAP / view.axis.scale)

    def _begin_drag(self) -> None:
        view = self._view
        found = self._pressed = view.hit_at(self._from)  # what was pressed on may have changed since
        if found.row is None or found.zone == "names":
            self._mode = "range" if found.zone == "tracks" else "right"
            self._anchor = found.frame
            return
        if view.rows.locked(found.row) and (found.movable or found.row.kind != "object"):
            view.status.emit(f"{view.rows.title(Row('object', view.rows.instance(found.row) or ''))} is locked.")
            self._mode = "right"
            return
        self._targets = snap_targets(view.layer, found, view.playhead)
        grip = self._grip(found)
        if grip is not None:
            view.grabbed.emit()
            self._drag = Drag(view.session, grip)
            at = view.axis.frame(self._from.x() - view.layer.names)
            self._offset = at - grip.frame if found.part == "bar" else 0
            self._mode = "drag"
        elif found.row.kind == "object":
            self._mode, self._anchor = "range", found.frame
        else:
            self._mode = "draw" if self.drawing.begin(found) else "right"

    def _grip(self, found: Hit) -> Grip | None:
        view, row = self._view, found.row
        assert row is not None
        document, count = view.session.document, view.clock.count
        if found.bar is not None and not found.bar.whole:
            own = drags.bar_grips(document, view.rows.bars(row), found.bar, count, view.rows.title(row))
            return own[{"bar_first": 0, "bar_last": 1}.get(found.part, 2)]
        if row.kind != "object" or not view.session.frames.moving:
            return None
        stamp, name = view.verbs.stamp, view.rows.title(row)
        if found.part == "key":
            return drags.row_grip(document, row.id, found.held, count, name, stamp)
        if found.run is not None and found.part == "start":
            return drags.start_grip(document, row.id, found.run, name, stamp)
        if found.run is not None and found.part == "end":
            return drags.end_grip(document, row.id, found.run, count, name, stamp)
        return None

    def release(self, event: QMouseEvent) -> None:
        mode, found = self._mode, self._pressed
        if mode == "drag" and self._drag is not None:
            drag, self._drag = self._drag, None
            drag.finish()
        elif mode == "draw":
            self.drawing.ask()
        elif mode == "press":
            self._click(self._view.hit_at(self._from), event)
        elif mode == "right" and event.button() == Button.RightButton and found is not None:
            self._mode = ""
            self.menu(found, event.globalPosition().toPoint())
        self._mode, self.chip = "", ""
        self._pressed = None
        self._hover(event.position())

    def _click(self, found: Hit, event: QMouseEvent) -> None:
        view, row = self._view, found.row
        instance = view.rows.instance(row) if row is not None else None
        if row is None or instance is None:
            view.set_range(None)
            return
        keys = event.modifiers()
        if row.kind == "object":
            self._select(instance, keys)
        if found.part == "key" and not keys & Modifier.ControlModifier:
            view.seek_wanted.emit(found.held)

    def _select(self, instance: str, keys: Qt.KeyboardModifier) -> None:
        view = self._view
        if keys & Modifier.ControlModifier:
            view.focus.toggle(instance)
        elif keys & Modifier.ShiftModifier and view.focus.primary in view.rows.tracks:
            order = view.rows.objects()
            one, other = sorted((order.index(view.focus.primary), order.index(instance)))
            view.focus.select([*(i for i in order[one : other + 1] if i != instance), instance])
        elif instance != view.focus.primary or len(view.focus.selected) > 1:
            view.focus.select((instance,))

    def double_click(self, event: QMouseEvent) -> None:
        """On a thing: it fills the width. On the ruler: everything."""
        view, found = self._view, self._view.hit_at(event.position())
        if event.button() != Button.LeftButton:
            return
        if found.zone in ("ruler", "thumbs"):
            view.fit()
        elif found.bar is not None:
            view.show_frames(found.bar.first, found.bar.last)
        elif found.row is not None and found.row.kind == "object" and found.part not in ("eye", "lock"):
            track = view.rows.tracks[found.row.id]
            run = found.run if found.zone == "tracks" else None
            first, last = run or (track.first, track.last)
            if first >= 0:
                view.show_frames(first, last)
        elif found.part in ("eye", "lock") and found.row is not None:
            self._flip(found.row, found.part)

    def wheel(self, event: QWheelEvent) -> None:
        view, keys = self._view, event.modifiers()
        across, along = event.angleDelta().x(), event.angleDelta().y()
        event.accept()
        if keys & Modifier.ControlModifier:
            view.zoom(ZOOM ** (along / 120), event.position().x() - view.layer.names)
        elif keys & Modifier.ShiftModifier or event.position().y() < view.layer.top or not view.scroll_most:
            view.moved(view.axis.pan(-(along or across) / 120 * 80))
        else:
            view.scroll_to(view.layer.scroll - round(along / 120 * 2 * ROW))
            if across:
                view.moved(view.axis.pan(-across / 120 * 80))

    # -- words

    def _tell_range(self, chosen: tuple[int, int] | None) -> None:
        if chosen is not None:
            clock = self._view.clock
            long = clock.time(chosen[1] + 1) - clock.time(chosen[0])
            self.chip = f"{chosen[0]:,} to {chosen[1]:,}   {chosen[1] - chosen[0] + 1:,} frames, {long:.2f} s"

    def _tell_drag(self) -> None:
        assert self._drag is not None
        to, was = self._drag.frame, self._drag.grip.frame
        self.chip = f"{to:,}  {self._view.clock.text(to)}   {to - was:+,}" if to != was else f"{to:,}"

    # -- keys and menu

    def key(self, event: QKeyEvent) -> bool:
        """True: it was ours. All others go on to the editor."""
        view, keys = self._view, event.modifiers() & ~Modifier.KeypadModifier
        if event.key() == Key.Key_Escape:
            if self.cancel():
                return True
            had = view.range is not None
            view.set_range(None)
            return had
        if event.key() in (Key.Key_Up, Key.Key_Down) and keys in (Modifier.NoModifier, Modifier.ShiftModifier):
            self._walk(1 if event.key() == Key.Key_Down else -1, bool(keys & Modifier.ShiftModifier))
            return True
        if keys & Modifier.ControlModifier:
            if event.key() in (Key.Key_Plus, Key.Key_Equal):
                view.zoom(ZOOM)
            elif event.key() == Key.Key_Minus:
                view.zoom(1 / ZOOM)
            elif event.key() == Key.Key_0:
                view.fit()
            else:
                return False
            return True
        if event.key() == Key.Key_Menu:
            self.menu(None, view.mapToGlobal(QPoint(view.layer.names + 20, view.layer.top)))
            return True
        return False

    def _walk(self, step: int, more: bool) -> None:
        view = self._view
        order = view.rows.objects()
        if not order:
            return
        here = order.index(view.focus.primary) if view.focus.primary in order else (-1 if step > 0 else len(order))
        target = order[min(max(0, here + step), len(order) - 1)]
        view.focus.select((*view.focus.selected, target) if more else (target,))

    def menu(self, found: Hit | None, at: QPoint) -> None:
        view = self._view
        instance = view.rows.instance(found.row) if found is not None and found.row is not None else None
        if instance is not None and instance not in view.focus.selected:
            view.focus.select((instance,))
        view.menu_wanted.emit(instance, at)
        menu = build_menu(view, found, self.run)
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(at)

    def run(self, work: Callable[[], object]) -> None:
        """A verb; what it refuses is said, nothing is changed."""
        try:
            work()
        except PostilError as error:
            self._view.session.cancel()
            self._view.status.emit(" ".join(filter(None, (str(error), getattr(error, "remedy", "")))))
