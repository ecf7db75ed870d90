"""Sentences about a volume: what stands in the corners of a pane, and what lies under the pointer. Qt-free."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from storage.model.space import Floats, letters
from viewers.scene.mpr import PlaneKind, badge
from viewers.scene.mpr_state import MprState
from viewers.scene.plane_reader import Cut
from viewers.scene.slice_marks import Corners, place_words
from viewers.scene.view_state import percent
from viewers.scene.volume_pictures import number
from viewers.scene.volume_source import Probe, VolumeSource

#: Modalities whose pictures are slices even where nothing says where they lie; "": NIfTI and the like.
SLICED = ("CT", "MR", "PT", "NM", "")


@dataclass(frozen=True, slots=True)
class PaneContext:
    """What the words depend on. `shown` is the frame on the screen, `frame` the one that is wanted."""

    frame: int
    shown: int
    state: MprState | None
    titles: tuple[str, ...] = ()
    window: str = ""
    zoom: float = 1.0
    key_images: frozenset[int] = frozenset()
    slab: str = ""
    alone: bool = False  # one pane fills the screen: it says whose it is, whatever it shows


@dataclass(frozen=True, slots=True)
class Warned:
    """Something that is not as it should be: with the whole volume, or with a frame of it."""

    text: str
    frame: int | None = None


class VolumeWords:
    def __init__(self, volume: VolumeSource) -> None:
        self.volume = volume

    @property
    def one(self) -> str:
        """What its pictures are: slices, or the frames of X-rays and ultrasound."""
        return "Slice" if self.volume.modality in SLICED or self.volume.geometry is not None else "Frame"

    # -- what is not as it should be

    def warnings(self, told: Sequence[str]) -> list[Warned]:
        """`told`: what was found when its files were added. What came out since joins it."""
        volume, n = self.volume, max(1, self.volume.slices)
        found = [Warned(text) for text in told]
        if volume.suv_refused:
            found.append(Warned(f"No SUV: {volume.suv_refused}"))
        for frame, error in sorted(volume.damaged.copy().items()):
            time = f" of time {frame // n + 1:,}" if volume.times > 1 else ""
            found.append(Warned(f"{self.one} {frame % n + 1:,}{time}: {error.reason}", frame))
        return found

    # -- corners

    def acquired(self, of: PaneContext) -> Corners:
        volume, n = self.volume, max(1, self.volume.slices)
        k = of.shown % n
        where = ["Key image"] if of.frame in of.key_images else []
        if n > 1:
            where.append(f"{self.one} {k + 1:,} / {n:,}")
        if volume.times > 1:
            where.append(f"Time {of.shown // n + 1:,} / {volume.times:,}")
        if of.state is not None:
            where.append(self._height(of.state, float(of.state.geometry.heights[k])))
        title = of.state.acquired.value.capitalize() if of.state is not None else f"{self.one}s"
        return Corners(
            of.titles,
            (f"{title}, as acquired",) if of.state is not None or n > 1 else (),
            tuple(where),
            tuple(filter(None, (of.window, percent(of.zoom)))),
            self._warnings_of_slice(of, k, n),
        )

    def plane(self, of: PaneContext, kind: PlaneKind, cut: Cut) -> Corners:
        state = of.state
        if state is None:
            return Corners()
        here, count = state.place(kind)
        slab = (of.slab,) if of.slab else ()
        turned = ", oblique" if state.is_askew(kind) else ""
        normal = state.axes.normal(kind) * state.ahead(kind)
        warnings = [badge(state.geometry)] if cut.frame is None or of.slab else []
        lost = self.volume.damaged.get(cut.frame) if cut.frame is not None else None
        warnings += [lost.reason] if lost is not None else []
        warnings += self._while_loading()
        return Corners(
            of.titles if of.alone or kind is state.acquired else (),
            (f"{kind.value.capitalize()}{turned}", *slab),
            (f"{here + 1:,} / {count:,}", self._along(normal, float(state.crosshair @ normal))),
            (of.window,) if of.window else (),
            tuple(w for w in warnings if w),
        )

    def _height(self, state: MprState, height: float) -> str:
        return self._along(state.geometry.normal, height)

    @staticmethod
    def _along(way: Floats, height: float) -> str:
        """A place along a way by the side of the patient that it lies on: "H 88.0 mm"."""
        side = letters(way if height >= 0 else -way)
        return f"{side} {abs(height):.1f} mm"

    def _warnings_of_slice(self, of: PaneContext, k: int, n: int) -> tuple[str, ...]:
        volume, said = self.volume, []
        damaged = volume.damaged.get(of.frame)
        if damaged is not None:
            said.append(f"{damaged.reason} Nothing is shown of it.")
        elif volume.store is not None and not volume.store.have[of.frame]:
            found = volume.slice(of.shown)
            if found is not None:
                said.append(f"Slice {of.frame % n + 1:,} is still being read: slice {found.frame % n + 1:,} is shown")
        if of.state is not None:
            geometry = of.state.geometry
            if k in geometry.gaps:
                said.append(f"Slices are missing after this one ({geometry.distances_mm[k]:.4g} mm to the next)")
            if k in geometry.duplicates:
                said.append("This slice lies where the one before it lies")
        if volume.suv_refused:
            said.append(f"No SUV: {volume.suv_refused}")
        said += self._while_loading()
        return tuple(said)

    def _while_loading(self) -> list[str]:
        store = self.volume.store
        if store is None or store.complete:
            return []
        return [f"Reading {100 * int(store.have.sum()) // max(1, len(store.have))} %"]

    def why_no_3d(self, missing: Sequence[str]) -> str:
        if missing:
            return f"No planes and no 3D: the files give no usable {_listed(missing)}.\nThe slices can be looked at and labelled as a stack."
        if self.volume.slices < 2:
            return "One slice has no depth: there is nothing to show in 3D."
        return "3D is not available here."

    # -- under the pointer

    def at(self, mm: Floats, state: MprState) -> str:
        """Of a point in the patient: millimetres, the voxel that holds it, its value."""
        columns, rows, slices = state.geometry.to_voxel(mm)
        column, row, k = (round(float(v)) for v in (columns, rows, slices))
        inside = 0 <= column < state.geometry.columns and 0 <= row < state.geometry.rows and 0 <= k < state.geometry.n
        probe = self.volume.probe(state.time * state.geometry.n + k, row, column) if inside else None
        parts = [place_words(mm)]
        if probe is not None:
            parts += [value_words(probe), f"voxel {column}, {row}, slice {k + 1:,}"]
        return "    ".join(parts)

    def in_slab(self, mm: Floats, slab: str, value: float | None) -> str:
        """Of a point of a slab: what is seen there is the brightest, darkest or mean value across it."""
        if value is None:
            return place_words(mm)
        unit = self.volume.frames.units if self.volume.frames is not None else ""
        said = f"{number(value)} {unit}".rstrip()
        if self.volume.suv:
            said += f"  SUVbw {value * self.volume.suv:.4g}"
        return f"{place_words(mm)}    {slab}: {said}"

    def on_slice(self, frame: int, x: float, y: float, state: MprState | None) -> str:
        """Of a place on an acquired slice, in its pixels (corner of the first at 0)."""
        column, row = int(x // 1), int(y // 1)
        parts = []
        if state is not None:
            parts.append(place_words(state.geometry.to_mm(x - 0.5, y - 0.5, frame % state.geometry.n)))
        probe = self.volume.probe(frame, row, column)
        if probe is not None:
            parts.append(value_words(probe))
        parts.append(f"x {x:,.1f}  y {y:,.1f} px")
        parts.append(f"{self.one.lower()} {frame % max(1, self.volume.slices) + 1:,}")
        return "    ".join(parts)


def value_words(probe: Probe) -> str:
    """ "53 HU (stored 1,077)"; colours as they are."""
    if probe.value is None:
        return "RGB " + " ".join(f"{v:g}" for v in probe.stored)
    said = f"{number(probe.value)} {probe.unit}".rstrip()
    if probe.suv is not None:
        said += f"  SUVbw {probe.suv:.4g}"
    stored = probe.stored[0]
    return said if stored == probe.value and not probe.unit else f"{said} (stored {number(stored)})"


def _listed(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
