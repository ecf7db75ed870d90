"""A volume opened on threads of its own, as `PictureSource` opens pictures: what slice canvases and panes look at. Qt-free.

`start` opens it; the slices come in the order in which they are looked at (`want`). Until a slice is there the nearest one
that is stands in for it, marked. Listeners are called on worker threads. End with `close()`.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from storage.errors import PostilError, Refused
from storage.listeners import Listeners
from storage.model.calibration import Calibration
from storage.model.film import Film
from storage.model.space import VolumeGeometry
from viewers.decode import voi
from viewers.decode.arrays import Array
from viewers.decode.overlays import Overlay
from viewers.decode.suv import suv_factor
from viewers.decode.volume import Frames
from viewers.decode.volume_room import SHARED, MemoryBudget
from viewers.decode.volume_store import VolumeStore
from viewers.scene.threads import step_back
from viewers.scene.window_level import Look, Lut, Named, Preset, Window, WindowState, auto, plainly_hu, presets, proposals


@dataclass(frozen=True, slots=True, eq=False)
class Slice:
    """`array`: stored values (rows, columns), or RGB; not to be written. `frame` is the one it is of, `exact` the one asked.
    `lost`: it cannot be read, `array` holds no values."""

    array: Array
    frame: int
    exact: bool
    lost: bool = False

    def shown(self, look: Look) -> NDArray[np.uint8]:
        """Greys or RGB of 8 bits; black where there is nothing to show."""
        return np.zeros(self.array.shape, np.uint8) if self.lost else voi.apply(self.array, look)


@dataclass(frozen=True, slots=True)
class Probe:
    """What lies under the pointer. `mm` LPS, None where the volume has no place in space."""

    stored: tuple[float, ...]
    value: float | None  # of modality; None for colour
    unit: str
    mm: tuple[float, float, float] | None
    suv: float | None = None


class VolumeSource:
    def __init__(
        self,
        open: Callable[[], Frames],
        *,
        modality: str = "",
        sides: Sequence[str] = (),
        calibration: Calibration | None = None,
        film: Film | None = None,
        cache_dir: Path | None = None,
        budget: MemoryBudget = SHARED,
        worded: Callable[[PostilError], PostilError] = lambda error: error,
    ) -> None:
        """`worded` may say an error in other words before it is kept."""
        self.error: PostilError | None = None  # why there is no volume at all
        self.frames: Frames | None = None
        self.store: VolumeStore | None = None
        self.modality = modality  # CT, MR ...
        self.taken_for = modality  # by presets: CT, too, where no modality is known and the values are plainly HU
        self.sides = tuple(sides)  # of the patient that rows and columns run to, where no position says it
        self.calibration = calibration or Calibration()  # of its pixels, where no position says it
        self.film = film or Film()
        self.window = WindowState()
        self.suv: float | None = None  # what modality values are multiplied with to be SUVbw
        self.suv_refused = ""  # why not, of PET
        self._open, self._worded = open, worded
        self._cache_dir = cache_dir
        self._budget = budget
        self._first: list[int] = []
        self._shared: tuple[Window | Lut | None] | None = None  # see `_one_window`
        self._automatic: Window | None = None  # where the file proposes none: of the slice that is looked at first
        self._automatic_of: int | None = None  # of which it is, as long as that one is not there
        self._overlays: dict[int, tuple[Overlay, ...]] = {}
        self._overlay_jobs: list[int] = []
        self._overlay_thread: threading.Thread | None = None
        self._listeners: Listeners[[]] = Listeners()
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._closed = False

    # -- opening -----------------------------------------------------------------------------------------------------

    def start(self, first: Sequence[int] = ()) -> None:
        """`first`: what is seen at once. Asking again changes nothing."""
        with self._lock:
            if self._thread is None and not self._closed:
                self._first = list(first)
                self._thread = threading.Thread(target=self._run, name="volume", daemon=True)
                self._thread.start()

    @property
    def ready(self) -> bool:
        """Geometry, sizes and array are there, slices may be; or `error` says why not."""
        return self.store is not None or self.error is not None

    @property
    def slices(self) -> int:
        return self.frames.slices if self.frames else 0

    @property
    def times(self) -> int:
        return self.frames.times if self.frames else 0

    @property
    def geometry(self) -> VolumeGeometry | None:
        return self.frames.geometry if self.frames else None

    @property
    def coloured(self) -> bool:
        """Window and level do not apply."""
        return self.frames is not None and (len(self.frames.shape) == 4 or bool(self.look(0).palette))

    @property
    def complete(self) -> bool:
        return self.store is not None and self.store.complete

    @property
    def damaged(self) -> dict[int, PostilError]:
        """Frames without values, each with its reason: a warning, the others are sound."""
        return self.store.damaged if self.store else {}

    def close(self) -> None:
        with self._lock:
            self._closed = True
            self._listeners.clear()
            self._overlay_jobs = []
        if self._thread is not None and self._thread is not threading.current_thread():
            self._thread.join(timeout=10)
        store, self.store = self.store, None  # whoever still holds the source holds no memory
        if store is not None:
            store.close()

    def listen(self, listener: Callable[[], None]) -> Callable[[], None]:
        """Called when it is opened, when slices have come, at the end, when a window was chosen. Returns how to stop it."""
        return self._listeners.add(listener)

    # -- what is seen ------------------------------------------------------------------------------------------------

    def want(self, frames: Iterable[int]) -> None:
        """These are looked at now, or next."""
        if self.store is not None:
            self.store.want(frames)

    def slice(self, frame: int) -> Slice | None:
        """None: nothing of this volume is there yet. Another slice stands in for one that is coming, for a lost one none."""
        store = self.store
        if store is None or not 0 <= frame < len(store.have):
            return None
        if not store.have[frame]:
            store.want([frame])
        if frame in store.damaged:
            return Slice(store.array[frame], frame, exact=False, lost=True)
        shown = store.nearest(frame)
        return Slice(store.array[shown], shown, shown == frame) if shown is not None else None

    def look(self, frame: int) -> Look:
        """How a frame is turned into greys now: as chosen, else as its file says, else automatically."""
        assert self.frames is not None
        found = self.frames.look(frame, self.window.chosen or self._one_window(), invert=self.window.inverted)
        if found.voi is None and len(self.frames.shape) == 3 and not found.palette:
            found = self.frames.look(frame, self._automatic or Window.between(0, 255), invert=self.window.inverted)
        return found

    @property
    def own_windows(self) -> bool:
        """Each slice is shown with the window of its own file. Not of several times: else a change of the picture and one of the
        window cannot be told apart while they run."""
        own = self.window.own
        return self.window.chosen is None and (own if own is not None else self.times == 1)

    def _one_window(self) -> Window | Lut | None:
        """Of the files, for all slices: that of the middle one, at the first time."""
        if self.own_windows or self.frames is None:
            return None
        if self._shared is None:
            self._shared = (self.frames.look(self.frames.slices // 2).voi,)
        return self._shared[0]

    def shown(self, frame: int) -> NDArray[np.uint8] | None:
        """Greys or RGB of 8 bits of what `slice` gives."""
        found = self.slice(frame)
        return found.shown(self.look(found.frame)) if found else None

    def window_of(self, frame: int) -> Window | None:
        """In words for a corner; None where a LUT or colours are shown."""
        shown = self.look(frame).voi
        return shown if isinstance(shown, Window) else None

    def proposals(self, frame: int) -> tuple[Named, ...]:
        """The windows and LUTs that the file has for this frame."""
        return proposals(self.frames.proposals(frame)) if self.frames else ()

    def presets(self) -> tuple[Preset, ...]:
        """For F2 to F10, in this order."""
        return presets(self.taken_for, "SUVbw" if self.suv else self.frames.units if self.frames else "")

    def use_preset(self, preset: Preset, frame: int) -> None:
        """One without numbers is worked out from the slice that is shown."""
        window = preset.window
        if window is None:
            window = self.auto_window(frame, preset.part)
        elif self.suv and self.modality == "PT":
            window = Window(window.center / self.suv, window.width / self.suv, window.function)
        if window is not None:
            self.window.choose(window, preset.title)

    def auto_window(self, frame: int, part: float = 0.005) -> Window | None:
        found = self.slice(frame)
        return auto(found.array, self.look(found.frame), part) if found and not found.lost and not self.coloured else None

    def span(self) -> float:
        """The range of modality values of what is there, for the pace of a drag."""
        store = self.store
        if store is None or self.coloured:
            return 0.0
        some = np.flatnonzero(store.have)[:: max(1, int(store.have.sum()) // 5)][:8]
        ends = [e for k in some if (e := voi.range_of(store.array[k], self.look(int(k)))) is not None]
        return max(e[1] for e in ends) - min(e[0] for e in ends) if ends else 0.0

    # -- values ------------------------------------------------------------------------------------------------------

    def values(self, frame: int) -> NDArray[np.float32] | None:
        """HU or whatever the unit is of a frame that is there."""
        found = self.slice(frame)
        if found is None or not found.exact or found.array.ndim == 3:
            return None
        look = self.look(frame)
        return voi.modality(found.array, look.slope, look.intercept, look.modality_lut)

    def probe(self, frame: int, row: int, column: int) -> Probe | None:
        """None outside, and while this very slice is not there."""
        found = self.slice(frame)
        if found is None or not found.exact:
            return None
        rows, columns = found.array.shape[:2]
        if not (0 <= row < rows and 0 <= column < columns):
            return None
        stored = found.array[row, column]
        mm = None
        if self.geometry is not None:
            point = self.geometry.to_mm(column, row, frame % self.slices)
            mm = (float(point[0]), float(point[1]), float(point[2]))
        if stored.ndim:
            return Probe(tuple(float(v) for v in stored), None, "", mm)
        look = self.look(frame)
        value = float(voi.modality(stored.reshape(1), look.slope, look.intercept, look.modality_lut)[0])
        unit = self.frames.units if self.frames else ""
        return Probe((float(stored),), value, unit, mm, value * self.suv if self.suv else None)

    def overlays(self, frame: int) -> tuple[Overlay, ...] | None:
        """None until they are read (listeners are told where there are any); empty where there are none."""
        known = self._overlays.get(frame)
        if known is not None or self.frames is None:
            return known
        if not self.frames.has_overlays(frame):
            return ()
        with self._lock:
            if frame not in self._overlay_jobs and not self._closed:
                self._overlay_jobs.append(frame)
                if self._overlay_thread is None:
                    self._overlay_thread = threading.Thread(target=self._read_overlays, name="overlays", daemon=True)
                    self._overlay_thread.start()
        return None

    # -- workers -----------------------------------------------------------------------------------------------------

    def _run(self) -> None:
        step_back()
        try:
            self.frames = self._open()
            store = VolumeStore(self.frames, self._cache_dir, budget=self._budget, prepare=step_back, worded=self._worded)
            store.open()
        except PostilError as error:
            self.error = self._worded(error)
        except Exception as error:  # a file that kills its reader must not take the window with it
            self.error = PostilError(f"The volume cannot be read: {error}.", remedy="Check its files with another program.")
        else:
            self._begin(store)
        self._tell()

    def _begin(self, store: VolumeStore) -> None:
        store.listen(self._came)
        self.window.listen(self._tell)
        with self._lock:
            self.store = store
            closed = self._closed
        if closed:
            store.close()
            return
        first = [f for f in self._first if 0 <= f < len(store.have)]
        store.start(first or [self.slices // 2])
        self._look_for_suv()

    def _came(self) -> None:
        store = self.store
        if store is not None and not self.coloured and self._automatic_of != self._wanted and store.have.any():
            self._take_window(store)
        self._tell()

    @property
    def _wanted(self) -> int:
        """The slice that is looked at first."""
        return self._first[0] if self._first else self.slices // 2

    def _take_window(self, store: VolumeStore) -> None:
        """Of one slice, and kept: a window that changes while a volume fills makes it flicker. What is packed comes from its
        first slice on, which is often empty: until the wanted one is there another one has to do."""
        there = store.nearest(self._wanted)
        if there is None or (self._automatic is not None and there != self._wanted):
            return
        assert self.frames is not None
        look = self.frames.look(there, None)
        if not self.modality:
            self.taken_for = "CT" if plainly_hu(store.array[there], look) else ""
        # Last: several threads bring slices, and whoever finds a window here may tell that all is known.
        self._automatic = auto(store.array[there], look) if look.voi is None else Window.between(0, 255)
        self._automatic_of = there

    def _look_for_suv(self) -> None:
        if self.modality != "PT" or self.frames is None:
            return
        try:
            # Each file once, in the order of the slices; one that is gone or has changed leaves the scan's start unknown.
            files = dict.fromkeys(self.frames.source(n) for n in range(self.frames.slices * self.frames.times))
            self.suv = suv_factor(list(files))
        except Refused as refused:
            self.suv_refused = refused.reason
        except Exception as error:
            self.suv_refused = f"SUV cannot be computed: {error}."

    def _read_overlays(self) -> None:
        step_back()
        while True:
            with self._lock:
                if not self._overlay_jobs:
                    self._overlay_thread = None
                    return
                frame = self._overlay_jobs[0]
            assert self.frames is not None
            try:
                self._overlays[frame] = self.frames.overlays(frame)
            except Exception:  # a drawing that cannot be read is left out; the picture is there
                self._overlays[frame] = ()
            with self._lock:
                if frame in self._overlay_jobs:
                    self._overlay_jobs.remove(frame)
            if self._overlays[frame]:
                self._tell()

    def _tell(self) -> None:
        self._listeners.tell()
