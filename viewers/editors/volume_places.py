"""Where one looks in a volume: `MprState` says it of all planes, `Focus.at` of the acquired slices; each follows the other."""

from __future__ import annotations

from PySide6.QtCore import Slot

from storage.model.labels import FrameKey
from storage.model.sheets import sheet_of
from storage.model.space import Floats
from storage.model.volume_masks import VolumeMasks
from viewers.canvas.mpr_grid import Layout
from viewers.canvas.volume_3d import VolumeView
from viewers.editors.volume_part import VolumePart
from viewers.scene.mpr import PlaneKind
from viewers.scene.volume_words import PaneContext


class VolumePlaces(VolumePart):
    """Mixed into the volume editor."""

    def _on_state(self, names: frozenset[str]) -> None:
        state = self.state
        assert state is not None
        if names & {"axes", "slab"}:
            self._fill_panes()
        if names & {"crosshair", "time"}:
            at = self.session.frames.key(state.time * state.geometry.n + state.slice())
            if at != self.focus.at:
                self.focus.set(at=at)  # the canvas turns to it, and is drawn then
            else:
                self.canvas.update()
        if isinstance(self.view_3d, VolumeView):
            self.view_3d.set_time(state.time)
            by_hand = not (self.cine.playing or self.time_cine.playing)
            self.view_3d.set_crosshair(state.crosshair if state.lines else None, by_hand=by_hand)
        if "smooth" in names:
            self.canvas.smooth(state.smooth)
        if names & {"lines", "axes"}:
            self.canvas.update()
        self._move_beside()
        if names == {"crosshair"}:
            for plane in self.planes.values():
                plane.follow_crosshair()
        else:
            self._refresh_planes()
        self._tell_strip()
        self.follow_draft()

    def _tell_strip(self) -> None:
        if not self._soon.isActive():
            self._soon.start()

    def _on_focus(self, names: frozenset[str]) -> None:
        if "at" in names:
            self.turn_over(held=self.canvas.drafting and self.tool is not self.crosshair_tool)
            self._follow_focus()
        super()._on_focus(names)
        if names & {"selected", "hidden", "display"}:
            self.refresh_labels()
        if "at" in names:
            self._tell_strip()

    def _follow_focus(self) -> None:
        state = self.state
        if state is None:
            return
        time, k = divmod(self.frame(), state.geometry.n)
        if time != state.time:
            self.masks = VolumeMasks(self.session.document, state.geometry.shape, time=time)
            state.set(time=time)
            self.refresh_labels()
        state.go_to_slice(k)

    @property
    def settled(self) -> bool:
        """Where another plane or a slab takes the place of the acquired slices nobody waits for those."""
        return self._unseen or super().settled

    @property
    def in_sight(self) -> bool:
        return self._unseen or super().in_sight

    @property
    def _unseen(self) -> bool:
        return self.state is not None and not self.canvas.isVisible()

    def go_to(self, at: FrameKey) -> None:
        self.stop_cine()
        if sheet_of(at[0]) is None:
            self.focus.set(at=at)
        else:
            self.sheets.show(at)

    def frame_word(self) -> str:
        return "slice"

    def frame_name(self, at: FrameKey) -> str:
        if sheet_of(at[0]) is not None:
            return "a plane of its own"
        time, k = divmod(self.session.frames.index(at), max(1, self.volume.slices))
        return f"slice {k + 1:,}" + (f" of time {time + 1:,}" if self.volume.times > 1 else "")

    def reveal(self, instance: str) -> None:
        """The other planes go there, too; what lies on a plane of its own has one turned to it."""
        plane = self.sheets.shapes.of(instance)
        if plane is not None and not self._on_slices(instance):
            self.stop_cine()
            self.sheets.show(plane.at, plane.geometry.bounds())
            return
        super().reveal(instance)
        found = self.session.shown(instance, self.focus.at)
        if self.state is not None and found is not None:
            x0, y0, x1, y1 = found.geometry.bounds()
            k = self.frame() % self.state.geometry.n
            self.state.look_at(self.state.geometry.to_mm((x0 + x1) / 2 - 0.5, (y0 + y1) / 2 - 0.5, k))

    def _on_slices(self, instance: str) -> bool:
        return any(a.sheet is None for a in self.session.document.annotations_of(instance))

    def go_to_page(self, page: int) -> None:
        self.go_to(self.session.frames.key(min(max(0, page), max(0, self.frames() - 1))))

    def next_page(self) -> None:
        self._step_by_hand(1)

    def previous_page(self) -> None:
        self._step_by_hand(-1)

    def _step_by_hand(self, steps: int, kind: PlaneKind | None = None) -> None:
        self.stop_cine()
        self.brush_hand.frame_changes()
        self.step_slices(steps, kind)

    def first_page(self) -> None:
        self._number_wanted(0)

    def last_page(self) -> None:
        self._number_wanted(self.slice_place()[1] - 1)

    def goto_page(self) -> None:
        self.strip.ask()

    @Slot(int)
    def _number_wanted(self, number: int) -> None:
        self.stop_cine()
        self.go_to_slice(number)

    @Slot(int)
    def _acquired_wheeled(self, steps: int) -> None:
        self._step_by_hand(steps, self.state.acquired if self.state is not None else None)

    def _plane_wheeled(self, kind: PlaneKind, steps: int) -> None:
        self._step_by_hand(steps, kind)

    def _on_screen(self) -> bool:
        return self.canvas.on_screen == self.focus.at

    # -- in words

    def corner_titles(self) -> tuple[str, ...]:
        """Whose the series is, and what it is."""
        return (*self.patient, *self.titles())

    @property
    def alone(self) -> bool:
        """One pane fills the screen."""
        return self.grid.layout_shown is Layout.ONE

    def _context(self) -> PaneContext:
        view = self.canvas.view
        shown = self.session.frames.index(self.canvas.on_screen)
        return PaneContext(
            self.frame(),
            shown,
            self.state,
            self.corner_titles(),
            self.window_text(),
            view.zoom,
            self.key_images,
            self.slab_text(),
            self.alone,
        )

    def _on_pointed(self, kind: PlaneKind, mm: Floats | None) -> None:
        state = self.state
        if mm is None or state is None:
            self.place.emit("")
        elif state.slab is None:
            self.place.emit(self.words.at(mm, state))
        else:
            self.place.emit(self.words.in_slab(mm, self.slab_text(), self.reader.in_slab(state, kind, mm)))

    @Slot(object)
    def _on_left(self, mm: Floats | None) -> None:
        """Nothing lies under a pointer that is no longer on the slices; while it is there `place_text` says what does."""
        if mm is None:
            self._pointer = None
            self.place.emit("")

    def place_text(self, x: float, y: float, value: str, zoom: float) -> str:
        if self.volume.store is None:
            return ""
        return self.words.on_slice(self.session.frames.index(self.canvas.on_screen), x, y, self.state)
