"""A volume in three dimensions, with the surfaces of its segments.

VTK renders off screen on a thread of its own and never sees this widget; what comes is a picture that is painted like any
other. Crosshair, letters, scale bar and the handles of the clip box are drawn over it, from the camera of that picture.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from PySide6.QtCore import QEvent, QPoint, QSize, Qt, QTimer, Signal, Slot
from PySide6.QtGui import (
    QGuiApplication,
    QHideEvent,
    QImage,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
    QShowEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from storage.errors import Refused
from storage.model.space import Floats
from storage.model.voxels import VoxelBlock
from viewers.canvas.volume_3d_bar import Bar
from viewers.canvas.volume_3d_painter import VolumePainter
from viewers.canvas.volume_3d_pointing import VolumePointing
from viewers.canvas.volume_3d_workers import Workers
from viewers.scene.surfaces import Color
from viewers.scene.view_state import device_size
from viewers.scene.volume_render.camera import Camera, Side
from viewers.scene.volume_render.feed import Reading, modality_of, read
from viewers.scene.volume_render.grid import Grid, corners
from viewers.scene.volume_render.ladder import Step
from viewers.scene.volume_render.looks import Look, Preset, presets
from viewers.scene.volume_render.pick import pick
from viewers.scene.volume_render.render_thread import Subject
from viewers.scene.volume_render.wish import ClipBox, Drawn

#: What takes longer (ms) says so.
PATIENCE_MS = 150


class VolumeView(QWidget):
    """`store`: a `VolumeSource`, or anything with `array` [slice, row, column], `have` and `geometry` (see `feed`).

    Nothing of VTK is imported or started before the view is first shown. End with `close_view`.
    """

    crosshair_wanted = Signal(object)  # LPS mm of what was clicked
    click_undone = Signal()  # it was the first of a double click
    look_changed = Signal()
    switched = Signal(bool)  # the person turned 3D on or off
    status = Signal(str)
    drawn = Signal()  # a new picture is shown

    def __init__(self, store: Any, parent: QWidget | None = None, *, step: Step | None = None, on: bool = True) -> None:
        super().__init__(parent)
        self.store, self.on, self.time = store, on, 0
        self.camera: Camera | None = None
        self.clip, self.clipping = ClipBox(), False
        self.crosshair: Floats | None = None
        self.segments_opacity = 1.0
        self.titles: Callable[[], Sequence[str]] = tuple  # lines of the first corner; no part of a picture that is saved
        self.look = Look(presets("")[0])
        self.shown: Drawn | None = None  # the picture on the screen
        self.reading = Reading()
        self.patient = False
        self._painter = VolumePainter(self)
        self._workers = Workers(step)
        self._chosen_look = self._held = self._stale = False
        self._closed = False
        self._stop_listening = lambda: None
        self._pointing = VolumePointing(self)
        self.bar = Bar(self)
        self._set_up()

    def _set_up(self) -> None:
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(96, 96)
        self.setAccessibleName(self.tr("3D"))
        self.setAccessibleDescription(
            self.tr("The volume in 3D. Arrow keys turn it, A, P, L, R, H and F look from a side of the patient.")
        )
        self._workers.bell.rung.connect(self._on_news, Qt.ConnectionType.QueuedConnection)
        self.destroyed.connect(self._workers.end)
        listen = getattr(self.store, "listen", None)
        if listen is not None:
            self._stop_listening = listen(self._workers.bell.ring)
        self._patience = QTimer(self)
        self._patience.setSingleShot(True)
        self._patience.setInterval(PATIENCE_MS)
        self._patience.timeout.connect(self._on_patience)
        self.bar.follow()

    # -- what others may do ------------------------------------------------------------------------------------------

    def set_crosshair(self, mm: Any, *, by_hand: bool = True) -> None:
        """None: there is none. Told at every step through the slices, which go before refining the picture; a film that runs
        through them for minutes does not."""
        self.crosshair = None if mm is None else np.asarray(mm, np.float64).reshape(3)
        if by_hand:
            self._workers.give_way()
        if self._painter.has_picture and not self.words:  # else there is none to be seen
            self.update(self._painter.crosshair_moved())

    def set_surfaces(self, masks: Mapping[str, tuple[VoxelBlock, Color]]) -> None:
        """All segments that are seen: by id the block of voxels and the colour (red, green, blue of 0..255). A block that is
        another object than before has changed; until its surface is made the old one stays."""
        self._workers.set_masks({name: (block, (int(c[0]), int(c[1]), int(c[2]))) for name, (block, c) in masks.items()})

    def set_time(self, t: int) -> None:
        """Of a volume over time."""
        if t != self.time:
            self.time = t
            self._read()

    def set_on(self, on: bool) -> None:
        """The person's switch. Off: no thread, no memory, no OpenGL."""
        if on == self.on:
            return
        self.on = on
        if not on:
            self._workers.end()
            self._painter.take(None)
            self.shown = None
        elif self.isVisible():
            self._begin()
        self.bar.follow()
        self.update()
        self.switched.emit(on)

    def set_preset(self, preset: Preset) -> None:
        self._chosen_look = True
        self.set_look(Look(preset))

    def set_look(self, look: Look) -> None:
        self.look = look
        self.bar.follow()
        self.look_changed.emit()
        self.ask()

    def presets(self) -> tuple[Preset, ...]:
        subject = self.reading.subject
        return presets(subject.values.modality if subject is not None else modality_of(self.store))

    def look_from(self, side: Side) -> None:
        if self.camera is not None:
            self.camera = self.camera.seen_from(side)
            self.fit()

    def fit(self) -> None:
        """All of the volume in sight."""
        points = self._corner_points()
        if self.camera is not None and points is not None:
            self.set_camera(self.camera.fitted(points, self.px_size))

    def set_camera(self, camera: Camera, *, held: bool = False) -> None:
        self.camera = camera
        self.ask(held=held)

    def set_clipping(self, on: bool) -> None:
        """Show the box with its handles; off: all of the volume is shown."""
        self.clipping = on
        self.set_clip(self.clip if on else ClipBox())
        self.bar.follow()

    def set_clip(self, clip: ClipBox, *, held: bool = False) -> None:
        self.clip = clip
        self.ask(held=held)

    def set_segments_opacity(self, opacity: float) -> None:
        self.segments_opacity = min(max(opacity, 0.0), 1.0)
        self.ask()

    def picture(self, *, marks: bool = True) -> QImage:
        """What is seen, without the buttons."""
        return self._painter.picture(marks=marks)

    def copy_picture(self) -> None:
        QGuiApplication.clipboard().setImage(self.picture())
        self.status.emit(self.tr("The picture of the 3D view is on the clipboard."))

    def save_picture(self, path: Path) -> None:
        """PNG, or what the ending says. Refused where it cannot be written."""
        if not self.picture().save(str(path)):
            raise Refused(
                f"The picture cannot be written to {path.name}.",
                remedy="Choose another folder, or the ending .png.",
                input=str(path),
            )
        self.status.emit(self.tr("The picture of the 3D view is saved: {name}").format(name=path.name))

    @property
    def settled(self) -> bool:
        """What is wanted is on the screen, as good as it gets."""
        if not self.on or self.step is Step.OFF or self.reading.why_not or self._closed:
            return True
        if not self._workers.settled:
            return False
        shown = self.shown
        return bool(self._workers.state.fault) or (
            shown is not None and shown.fine and shown.wish.generation == self._workers.generation
        )

    @property
    def step(self) -> Step | None:
        """Of the ladder; None before it is known."""
        return self._workers.state.step

    @property
    def grid(self) -> Grid | None:
        return self._workers.state.grid

    @property
    def note(self) -> str:
        return self._workers.state.note

    @property
    def badges(self) -> tuple[str, ...]:
        """What is not as it was acquired."""
        return (*(self.grid.badges if self.grid is not None else ()), *self.reading.badges)

    @property
    def hint(self) -> str:
        return self.tr("Drag to turn, click for the crosshair; middle drag moves, wheel zooms, right drag shifts the values")

    @property
    def picture_size(self) -> tuple[int, int]:
        return device_size(*self.px_size, self.devicePixelRatioF())

    @property
    def px_size(self) -> tuple[float, float]:
        """Logical px."""
        return float(max(1, self.width())), float(max(1, self.height()))

    def close_view(self) -> None:
        """Ends the threads without waiting for them. The store belongs to whoever made it."""
        if self._closed:
            return
        self._closed = True
        self._stop_listening()
        self._patience.stop()
        self._workers.end()
        self.reading = Reading()

    def ended(self, timeout: float = 10.0) -> bool:
        """After `close_view`: waits for the threads. For tests and benchmarks."""
        return self._workers.ended(timeout)

    # -- threads -----------------------------------------------------------------------------------------------------

    def _begin(self) -> None:
        if self._workers.running or self._closed or not self.on:
            return
        self._workers.begin()
        self._patience.start()
        self._read()

    def _read(self) -> None:
        """What has come of the volume."""
        if not self._workers.running:
            return
        before = self.reading
        self.reading = read(self.store, self.time, before.subject)
        subject = self.reading.subject
        if subject is not None and (subject is not before.subject or self._workers.shows_nothing):
            self._meet(subject)
        self.update()

    def _meet(self, subject: Subject) -> None:
        if self.camera is None:
            self.camera = Camera.around(*corners(subject.geometry))
            self.camera = self.camera.fitted(self._corner_points(), self.px_size)
        if not self._chosen_look:
            self.look = Look(self.presets()[0])
        self._workers.show(subject)
        self.bar.follow()
        self.ask()

    def ask(self, *, held: bool = False) -> None:
        """A picture of how things stand now."""
        self._held = held
        self._stale = not self.isVisible()  # nobody looks: drawn when it is shown
        if self._stale or not self._workers.running or self.camera is None or self.reading.subject is None:
            self.update()
            return
        self._workers.want(self.camera, self.picture_size, self.look, self.clip, self.segments_opacity, held=held)

    @Slot()
    def _on_news(self) -> None:
        if self._closed:
            return
        if self.reading.subject is None:
            self._read()
        drawn = self._workers.take()
        if drawn is not None:
            self._painter.take(drawn)
            self.shown = drawn  # keeps the picture's memory
            self.drawn.emit()
        self.update()

    @Slot()
    def _on_patience(self) -> None:
        self.patient = True
        self.update()

    def _corner_points(self) -> Floats | None:
        subject = self.reading.subject
        if subject is None:
            return None
        g = subject.geometry
        ends = np.array([(c, r, s) for c in (-0.5, g.columns - 0.5) for r in (-0.5, g.rows - 0.5) for s in (-0.5, g.n - 0.5)])
        return g.to_mm(*ends.T)

    # -- painting ----------------------------------------------------------------------------------------------------

    @property
    def seen_camera(self) -> Camera | None:
        """Of the picture on the screen; a frame behind `camera` while it moves."""
        return self.shown.wish.camera if self.shown is not None else self.camera

    @property
    def words(self) -> str:
        """In the middle, where there is no picture."""
        if not self.on or self.step is Step.OFF:
            return self.tr("3D is switched off")
        if self.reading.why_not:
            return self.reading.why_not
        if self._workers.state.fault:
            return self._workers.state.fault
        if self._painter.has_picture or not self.patient:
            return ""
        if self.reading.subject is None and self.reading.wanted:
            return self.tr("Loading {have} of {wanted} slices").format(have=self.reading.have, wanted=self.reading.wanted)
        return self.tr("Preparing 3D")

    def paintEvent(self, event: QPaintEvent) -> None:
        p = QPainter(self)
        try:
            self._painter.paint(p, event.rect(), titles=self.titles())
        finally:
            p.end()

    # -- Qt ----------------------------------------------------------------------------------------------------------

    def sizeHint(self) -> QSize:
        return QSize(480, 480)

    def showEvent(self, event: QShowEvent) -> None:
        self._begin()
        if self._stale:
            self.ask()
        super().showEvent(event)

    def hideEvent(self, event: QHideEvent) -> None:
        self._pointing.drop()
        super().hideEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        self.bar.place()
        self.ask()

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.DevicePixelRatioChange:
            self.ask()
        super().changeEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._pointing.press(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._pointing.move(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self._pointing.release(event)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Whoever holds the panes makes one large."""
        if self._pointing.pointed:
            self.click_undone.emit()
        event.ignore()

    def wheelEvent(self, event: QWheelEvent) -> None:
        self._pointing.wheel(event)

    def enterEvent(self, event: Any) -> None:
        self.status.emit(self.hint)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        event.setAccepted(self.handle_key(event))

    def handle_key(self, event: QKeyEvent) -> bool:
        return self._pointing.key(event)

    # -- for mouse and keys ------------------------------------------------------------------------------------------

    @property
    def working(self) -> bool:
        """There is something to turn."""
        return self.on and self.step is not Step.OFF and self.camera is not None and self.reading.subject is not None

    def rest(self) -> None:
        """The button is up: refine at once."""
        if self._held:
            self.ask()

    def point_at(self, x: float, y: float) -> Floats | None:
        """mm of what is seen there."""
        camera = self.seen_camera
        subject = self.reading.subject
        if camera is None or subject is None:
            return None
        blocks = [block for block, _ in self._workers.masks.values()]
        return pick(x, y, self.px_size, camera, self.grid, self.look, self.clip, blocks, subject.geometry)

    def show_menu(self, at: QPoint) -> None:
        self.bar.menu(self).popup(at)

    def drag_values(self, dx: float, dy: float, start: Look) -> None:
        """As with a window: sideways spreads, upwards shifts; a drag over the whole view covers the values' span."""
        grid = self.grid
        if grid is None:
            return
        spread = min(max(start.spread * 2 ** (2 * dx / self.width()), 0.05), 20.0)
        shift = start.shift + dy / self.height() * start.span(grid)
        self.look = replace(start, spread=spread, shift=shift)
        self._chosen_look = True
        self.look_changed.emit()
        self.ask(held=True)
