"""Another series next to the one that is edited: to be looked at, linked by place."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import Future

from PySide6.QtCore import QObject, Qt, QTimer, Signal, Slot

from storage.editing.focus import Focus
from storage.editing.on_frames import Still
from storage.editing.session import EditSession, StepChange
from storage.model.geometry import Point
from storage.model.labels import LabelDocument
from storage.model.ontology import Ontology
from storage.model.space import Floats
from viewers.canvas.background import Bell
from viewers.canvas.mpr_grid import Notice, Pane
from viewers.canvas.slice_acquired import AcquiredCanvas
from viewers.canvas.slice_canvas import SliceCanvas
from viewers.editors.volume_view_verbs import window_words
from viewers.scene.mpr_state import MprState
from viewers.scene.plane_reader import Cut, PlaneReader
from viewers.scene.slice_marks import Corners
from viewers.scene.volume_pictures import VolumePictures
from viewers.scene.volume_source import VolumeSource
from viewers.scene.volume_words import PaneContext, VolumeWords
from viewers.scene.window_level import dragged

#: Modalities whose numbers are the same on every machine.
_MEASURING = ("CT",)


class Beside(QObject):
    """Its acquired slices in a pane, on the screen only.

    `same_space`: the point looked at is the same one, zoomed and panned alike; else it goes as far as the other. Unless it is
    not `linked`. `titles` stand in its first corner.
    """

    place = Signal(str)  # what lies under the pointer, "" when it has left

    def __init__(self, volume: VolumeSource, title: str, pane: Pane, *, same_space: bool, titles: Sequence[str] = ()) -> None:
        super().__init__()
        self.titles = tuple(titles) or (title,)
        self.volume, self.title, self.same_space, self.linked = volume, title, same_space, True
        self.state: MprState | None = None
        self.canvas: SliceCanvas | AcquiredCanvas | None = None
        self._pictures: VolumePictures | None = None
        self.opened: Callable[[], object] = lambda: None
        self.pane_size: Point = (0.0, 0.0)  # when it was last seen like the edited series
        self._pane = pane
        self._words = VolumeWords(volume)
        self._from: tuple[float, int] | None = None  # height of the edited series and own slice when they were put side by side
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(60)
        self._pause.timeout.connect(self._refresh)
        self._own_window = False  # chosen by hand here
        self._closed = False
        self._notice = Notice(f"Opening {title}…")
        pane.put(self._notice)
        self._bell = Bell()
        self._bell.rung.connect(self._on_volume, Qt.ConnectionType.QueuedConnection)
        self._end = volume.listen(self._bell.ring)
        volume.start()
        self._on_volume()

    def close(self) -> None:
        """The volume belongs to whoever opened it."""
        self._end()
        self._closed = True
        self._pause.stop()
        if isinstance(self.canvas, AcquiredCanvas):
            self.canvas.close_canvas()
        if self.canvas is not None:
            self.canvas.deleteLater()
            self.canvas = None
        if self._pictures is not None:
            self._pictures.close()
        self._notice.deleteLater()

    @Slot()
    def _on_volume(self) -> None:
        if self._closed:
            return
        if self.volume.error is not None:
            self._notice.setText(f"{self.volume.error.reason}\n{self.volume.error.remedy}")
        elif self.canvas is None and self.volume.store is not None:
            self._open()
        elif not self._pause.isActive():
            self._pause.start()

    def _open(self) -> None:
        geometry = self.volume.geometry
        if geometry is None:
            self._open_stack()
            return
        self.state = MprState(geometry, self.volume.times)
        self.state.lines = self.same_space
        self.canvas = SliceCanvas(PlaneReader(self.volume), self.state, self.state.acquired, self._pane)
        self.canvas.corners = self._corners
        self.canvas.crosshair.turns = False  # there is no other pane of it in which that would be seen
        self.canvas.slice_wanted.connect(self._wheeled)
        self.canvas.window_dragged.connect(self._window)
        self.canvas.pointed.connect(self._on_pointed)
        self.state.listen(lambda _names: self._refresh())
        self._pane.put(self.canvas)
        self.opened()

    def _open_stack(self) -> None:
        """Pictures without a place in space (X-rays, mammograms, ultrasound): on the canvas of pictures, without labels."""
        count = self.volume.slices * self.volume.times
        session = EditSession(LabelDocument(), _nothing_is_edited, frames=Still(count))
        pictures = self._pictures = VolumePictures(self.volume)
        stack = self.canvas = AcquiredCanvas(session, Focus(), Ontology(), pictures, self._pane)
        stack.corners = lambda: self._stack_corners(stack)
        stack.slice_wanted.connect(lambda steps: self._turn(stack, steps))
        stack.window_dragged.connect(self._window)
        stack.cursor_moved.connect(lambda x, y, _value: self._tell(self._words.on_slice(self._frame_of(stack), x, y, None)))
        stack.pointed.connect(self._on_pointed)
        self._pane.put(stack)

    @staticmethod
    def _turn(stack: AcquiredCanvas, steps: int) -> None:
        frames, focus = stack.session.frames, stack.focus
        focus.set(at=frames.key(min(max(frames.index(focus.at) + steps, 0), frames.count - 1)))

    def _stack_corners(self, stack: AcquiredCanvas) -> Corners:
        return self._words.acquired(self._context(self._frame_of(stack), stack.view.zoom))

    @staticmethod
    def _frame_of(stack: AcquiredCanvas) -> int:
        return stack.session.frames.index(stack.on_screen)

    @Slot(object)
    def _on_pointed(self, mm: Floats | None) -> None:
        if mm is not None and self.state is not None:
            self._tell(self._words.at(mm, self.state))
        elif mm is None:
            self.place.emit("")

    def _tell(self, words: str) -> None:
        """Named, so that nobody takes it for the edited series."""
        self.place.emit(f"{self.title}:    {words}")

    def follow(self, state: MprState) -> None:
        """The point looked at in the edited series is another one."""
        own = self.state
        if own is None or not self.linked:
            return
        if self.same_space:
            own.look_at(state.crosshair)
            return
        height = float(state.crosshair @ state.geometry.normal)
        if self._from is None:
            self._from = (height, own.slice())
        way = height - self._from[0]
        start = float(own.geometry.heights[self._from[1]])
        normal = own.geometry.normal
        own.look_at(own.crosshair + (start + way - float(own.crosshair @ normal)) * normal)

    def link(self, on: bool) -> None:
        """Whether it goes along; where the two have no common space they go together from where they are now."""
        self.linked, self._from = on, None
        if self.state is not None:
            self.state.set(lines=on and self.same_space)
        self._refresh()

    def follow_window(self, edited: VolumeSource) -> None:
        """The same greys, where numbers mean the same on both, until another window is chosen here."""
        own, other = self.volume.window, edited.window
        if self._own_window or edited.modality not in _MEASURING or self.volume.modality != edited.modality:
            return
        if (own.chosen, own.inverted) != (other.chosen, other.inverted):
            own.chosen, own.inverted = other.chosen, other.inverted
            own.choose(other.chosen, other.title)

    def _wheeled(self, steps: int) -> None:
        """By hand: from here on the two go together."""
        if self.state is not None:
            self.state.step(self.state.acquired, steps)
            self._from = None

    def _window(self, right: float, down: float) -> None:
        window = self.volume.window_of(0)
        if window is not None:
            self._own_window = True
            self.volume.window.choose(dragged(window, right, down, self.volume.span()))

    def _corners(self, cut: Cut) -> Corners:
        found = self._words.acquired(self._context(cut.frame or 0, self.canvas.view.zoom if self.canvas else 1.0))
        link: tuple[str, ...] = () if self.same_space else ("Linked by distance only: another frame of reference",)
        if not self.linked:
            link = ("Not linked",)
        return Corners(found.top_left, found.top_right, found.bottom_left, found.bottom_right, (*found.warnings, *link))

    def _context(self, frame: int, zoom: float) -> PaneContext:
        window = None if self.volume.coloured else self.volume.window_of(frame)
        words = window_words(window, self.volume.window.title) if window is not None else ""
        return PaneContext(frame, frame, self.state, self.titles, words, zoom)

    @Slot()
    def _refresh(self) -> None:
        if self.canvas is not None:
            self.canvas.update()


def _nothing_is_edited(change: StepChange) -> Future[object]:
    raise AssertionError(f"the series beside takes no labels: {change.step.text}")
