"""What is done to the view of a volume: windows, planes, slabs, layouts, running through slices and times."""

from __future__ import annotations

import math
from collections.abc import Callable

from PySide6.QtCore import QPoint, Qt, QTimer
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu

from storage.model.film import Film
from viewers.canvas.mpr_grid import Layout
from viewers.editors.volume_header import HeaderDialog
from viewers.editors.volume_part import VolumePart
from viewers.editors.volume_strip import SLABS
from viewers.scene.mpr import PlaneKind, Slab
from viewers.scene.window_level import Window, dragged

SPEEDS = (1, 2, 5, 10, 15, 25, 40, 60)  # slices a second
USUAL_SPEED = 10
SLOWEST, FASTEST = 0.2, 120.0


class Cine:
    """Runs through slices or times: a step for every beat, none while the last one is not yet on the screen.

    `film` says at which pace it was taken, and which way it runs: it begins with that.
    """

    def __init__(
        self,
        place: Callable[[], tuple[int, int]],
        go: Callable[[int], None],
        ready: Callable[[], bool],
        film: Film | None = None,
    ) -> None:
        self._place, self._go, self._ready, self._film = place, go, ready, film or Film()
        self._way = 1
        own = self._film.fps
        self.own = own if own is not None and SLOWEST <= own <= FASTEST else None
        self._speeds = sorted({*SPEEDS, self.own or USUAL_SPEED})
        self.speed: float = self.own or USUAL_SPEED
        self._timer = QTimer()
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._beat)

    @property
    def playing(self) -> bool:
        return self._timer.isActive()

    def toggle(self) -> None:
        if self.playing:
            self._timer.stop()
        else:
            self._way = 1
            self._timer.start(self._stay())

    def stop(self) -> None:
        self._timer.stop()

    def faster(self, steps: int) -> None:
        at = min(max(self._speeds.index(self.speed) + steps, 0), len(self._speeds) - 1)
        self.speed = self._speeds[at]
        self._timer.setInterval(self._stay())

    def _stay(self) -> int:
        """Milliseconds until the next beat."""
        return max(1, round(self._film.stay_ms(*self._place(), self.speed)))

    def _beat(self) -> None:
        if not self._ready():
            return
        number, count = self._place()
        if self._film.sweeps and not 0 <= number + self._way < count:
            self._way = -self._way
        self._go(min(max(number + self._way, 0), count - 1) if self._film.sweeps else (number + 1) % count)
        stay = self._stay()
        if stay != self._timer.interval():
            self._timer.setInterval(stay)


class VolumeViewVerbs(VolumePart):
    _stored = False
    _span: tuple[int, float] = (-1, 0.0)

    # -- windows

    def drag_window(self, right: float, down: float) -> None:
        """By parts of a pane: to the right wider, down brighter."""
        volume = self.volume
        if volume.store is None or volume.coloured:
            return
        window = volume.window_of(self.frame()) or volume.auto_window(self.frame())
        if window is not None:
            have = int(volume.store.have.sum())
            if self._span[0] < 0 or have > 2 * self._span[0] or (volume.complete and have != self._span[0]):
                self._span = (have, volume.span())
            volume.window.choose(dragged(window, right, down, self._span[1]))

    def use_preset(self, index: int) -> None:
        preset = self.volume.presets()[index]
        self.volume.use_preset(preset, self.frame())
        self.say(f"Window: {preset.title}")

    def is_free(self, key: str) -> bool:
        """A preset key that this kind of picture has no preset for: it means what it means elsewhere."""
        action = self.keymap.find(key)
        return action is not None and action.method == "use_preset" and int(action.args[0]) >= len(self.volume.presets())

    def auto_window(self) -> None:
        window = self.volume.auto_window(self.frame())
        if window is not None:
            self.volume.window.choose(window, "Automatic")
            self.say(f"Window: {window_words(window, 'Automatic')}")

    def invert_window(self) -> None:
        self.volume.window.invert()

    def next_file_window(self) -> None:
        """The file's own windows and LUTs in turn."""
        known = self.volume.proposals(self.frame())
        if not known:
            self.say("The file proposes no window.")
            return
        now = self.volume.look(self.frame()).voi
        at = next((i for i, named in enumerate(known) if named.voi == now), -1)
        chosen = known[(at + 1) % len(known)]
        self.volume.window.choose(chosen.voi, chosen.title)
        self.say(f"Window: {chosen.title}")

    def use_own_windows(self, own: bool) -> None:
        self.volume.window.follow_files(own=own)
        self.say("Every slice has the window of its own file." if own else "All slices have one window.")

    def window_text(self) -> str:
        """For a corner and the strip: "C 40  W 400", with its name where it has one."""
        if self.volume.store is None or self.volume.coloured:
            return ""
        window, title = self.volume.window_of(self.frame()), self.volume.window.title
        inverted = "  inverted" if self.volume.window.inverted else ""
        if window is None:
            return f"{title or 'LUT of the file'}{inverted}"
        return f"{window_words(window, title)}{inverted}"

    def fill_windows(self, menu: QMenu) -> None:
        """The file's own first, then the presets with their keys."""
        now, window = self.volume.look(self.frame()).voi, self.volume.window
        proposed = any(named.voi == now for named in self.volume.proposals(self.frame()))
        shown = window.title if window.chosen is not None and not proposed else None
        for named in self.volume.proposals(self.frame()):
            entry = menu.addAction(named.title)
            mark(entry, named.voi == now)
            entry.triggered.connect(lambda _=False, n=named: self.volume.window.choose(n.voi, n.title))
        menu.addSeparator()
        for index, preset in enumerate(self.volume.presets()[:9]):
            keys = self.keymap.keys(f"volume_preset_{index + 1}")
            entry = QAction(preset.title + (f"\t{keys[0]}" if keys else ""), menu)
            mark(entry, preset.title == shown)
            entry.triggered.connect(lambda _=False, i=index: self.use_preset(i))
            menu.addAction(entry)
        menu.addSeparator()
        if self.volume.slices * self.volume.times > 1 and self.volume.proposals(self.frame()):
            own = menu.addAction("Own window of every slice")
            own.setCheckable(True)
            own.setChecked(self.volume.own_windows)
            own.triggered.connect(self.use_own_windows)
        for action_id in ("volume_auto", "volume_invert", "volume_reset"):
            action, keys = self.keymap.action(action_id), self.keymap.keys(action_id)
            entry = QAction(action.title + (f"\t{keys[0]}" if keys else ""), menu)
            mark(entry, action_id == "volume_invert" and window.inverted)
            entry.triggered.connect(lambda _=False, a=action: a.run(self))
            menu.addAction(entry)

    def show_windows(self, at: QPoint) -> QMenu:
        menu = QMenu(self.strip)
        self.fill_windows(menu)
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(at)
        return menu

    # -- planes

    def toggle_lines(self) -> None:
        if self.state is not None:
            self.state.set(lines=not self.state.lines)

    def straighten(self) -> None:
        if self.state is not None:
            self.state.straighten()

    def follow_patient(self) -> None:
        if self.state is not None:
            self.state.follow_patient()

    def next_slab(self) -> None:
        if self.state is None:
            return
        modes = [mode for _, mode in SLABS]
        now = self.state.slab.mode if self.state.slab else None
        mode = modes[(modes.index(now) + 1) % len(modes)]
        self.use_slab(Slab(mode, self.strip.slab_mm.value()) if mode else None)
        self.say("Thin slices." if mode is None else f"Slab: {self.slab_text()}")

    def use_slab(self, slab: Slab | None) -> None:
        if self.state is not None:
            self.state.set(slab=slab)

    def slab_text(self) -> str:
        slab = self.state.slab if self.state is not None else None
        return f"{ {m: t for t, m in SLABS}[slab.mode] } {slab.mm:g} mm" if slab is not None else ""

    def toggle_smooth(self) -> None:
        smooth = self.pictures.squares_from < 1e9
        if self.state is not None:
            self.state.set(smooth=smooth)
        self.canvas.smooth(smooth)

    def toggle_stored(self) -> None:
        self._stored = not self._stored
        self.canvas.orient(not self._stored)
        self.say("Slices are shown as stored." if self._stored else "Slices are turned as the patient is looked at.")

    def toggle_marks(self) -> None:
        marked = not self.canvas.marked
        self.canvas.marked = marked
        for plane in self.planes.values():
            plane.marked = marked
            plane.update()
        self.canvas.update()

    def toggle_drawings(self) -> None:
        self.pictures.show_overlays(not self.pictures.overlays_shown)

    def reset_all(self) -> None:
        """As it was when it was opened; labels are not touched."""
        self.volume.window.reset()
        if self.state is not None:
            self.state.set(slab=None, axes=self.state.base)
        for plane in self.planes.values():
            plane.fit()
        self.canvas.fit()

    # -- layouts

    def use_layout(self, name: str) -> None:
        layout = Layout(name)
        if layout is Layout.ONE:
            self.grid.show_layout(layout, self.pane_of(self.active))
        elif layout is Layout.SIDE and self.beside is None:
            self.next_beside()
        else:
            self.grid.show_layout(layout)

    def pane_of(self, kind: PlaneKind | None) -> int:
        return list(PlaneKind).index(kind) if kind is not None else self.grid.acquired

    # -- slices and times

    def step_slices(self, steps: int, kind: PlaneKind | None = None) -> None:
        """Along the normal of a plane, or through the acquired slices."""
        kind = kind or self.active
        if self.state is not None:
            self.state.step(kind or self.state.acquired, steps)
            return
        n = max(1, self.volume.slices)
        first = self.frame() // n * n
        self.focus.set(at=self.session.frames.key(min(max(self.frame() + steps, first), first + n - 1)))

    def go_to_slice(self, number: int) -> None:
        """Of the active pane, from 0."""
        if self.state is not None:
            self.state.go_to_place(self.active or self.state.acquired, number)
        else:
            n = max(1, self.volume.slices)
            self.focus.set(at=self.session.frames.key(self.frame() // n * n + min(max(number, 0), n - 1)))

    def slice_place(self) -> tuple[int, int]:
        """(which slice of the active pane, how many)."""
        if self.state is not None:
            return self.state.place(self.active or self.state.acquired)
        n = max(1, self.volume.slices)
        return self.frame() % n, n

    def time_place(self) -> tuple[int, int]:
        """(which time, how many)."""
        return self.frame() // max(1, self.volume.slices), max(1, self.volume.times)

    def step_time(self, steps: int) -> None:
        number, count = self.time_place()
        self.go_to_time((number + steps) % count)

    def go_to_time(self, time: int) -> None:
        n = max(1, self.volume.slices)
        self.focus.set(at=self.session.frames.key(time * n + self.frame() % n))

    def toggle_cine(self) -> None:
        self.time_cine.stop()
        self.cine.toggle()
        self.strip.show_playing(self.cine.playing)

    def toggle_time_cine(self) -> None:
        self.cine.stop()
        self.time_cine.toggle()
        self.strip.show_playing(self.time_cine.playing)

    def stop_cine(self) -> None:
        if self.cine.playing or self.time_cine.playing:
            self.cine.stop()
            self.time_cine.stop()
            self.strip.show_playing(False)

    def change_speed(self, steps: int) -> None:
        self.cine.faster(steps)
        self.time_cine.faster(steps)
        own = ", as the file has it" if self.cine.speed == self.cine.own else ""
        self.say(f"{self.cine.speed:.3g} {self.words.one.lower()}s a second{own}")

    # -- the rest

    def show_header(self) -> HeaderDialog | None:
        read, frame = self.read_header, self.frame()
        if read is None:
            return None
        one = self.frame_name(self.focus.at)
        title = ", ".join(filter(None, (next(iter(self.titles()), ""), one if self.frames() > 1 else ""))) or one
        dialog = HeaderDialog(title, lambda: read(frame), self.strip.window())
        dialog.open()
        return dialog


def mark(entry: QAction, on: bool) -> None:
    """It is what is shown now."""
    entry.setCheckable(on)
    entry.setChecked(on)


def window_words(window: Window, title: str = "") -> str:
    """As exact as the width asks for: whole numbers from 10 on."""
    digits = max(0, 1 - math.floor(math.log10(max(window.width, 1e-12))))
    center, width = (round(value, digits) + 0.0 for value in (window.center, window.width))  # + 0.0: no "-0"
    name = f"  {title}" if title else ""
    return f"C {center:.10g}  W {width:.10g}{name}"
