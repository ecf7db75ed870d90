"""Which window a volume is shown with: the file's own proposals, presets by modality, a drag, automatic, inverted. Qt-free.

The arithmetic is `viewers.decode.voi`. A choice holds for all slices; without one each slice is shown as its own file says, those
of several times alike.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from storage.listeners import Listeners
from storage.media.dicom_index import Lut, Voi
from viewers.decode.arrays import Array
from viewers.decode.voi import LINEAR, LINEAR_EXACT, SIGMOID, Look, Window, apply, modality, range_of

__all__ = [
    "LINEAR",
    "LINEAR_EXACT",
    "SIGMOID",
    "Look",
    "Lut",
    "Named",
    "Preset",
    "Window",
    "WindowState",
    "apply",
    "auto",
    "dragged",
    "modality",
    "plainly_hu",
    "presets",
    "proposals",
]

_AUTO_PART = 0.005  # of the values are left darker and brighter
_NARROWEST = 1e-6  # of the range of values
_NO_CT, _DENSEST = -1100, 4100  # HU
_SHARE = 0.03  # of a slice that is air, and that is soft tissue
_JUDGED = 1 << 17  # values looked at


@dataclass(frozen=True, slots=True)
class Named:
    """One of the file's own alternatives."""

    title: str
    voi: Window | Lut


@dataclass(frozen=True, slots=True)
class Preset:
    """`window` in modality values; without one, black and white lie where `part` of the picture's values is beyond them."""

    id: str
    title: str
    window: Window | None = None
    part: float = _AUTO_PART


#: In the order of the keys F2 to F10. Centres and widths in HU, as radiologists use them.
_CT = (
    Preset("abdomen", "Abdomen", Window(40, 400)),
    Preset("lung", "Lung", Window(-600, 1500)),
    Preset("bone", "Bone", Window(400, 1800)),
    Preset("brain", "Brain", Window(40, 80)),
    Preset("mediastinum", "Mediastinum", Window(50, 350)),
    Preset("liver", "Liver", Window(70, 150)),
    Preset("angio", "Vessels", Window(300, 600)),
    Preset("stroke", "Stroke", Window(32, 32)),
    Preset("temporal", "Temporal bone", Window(600, 3000)),
)
#: SUV, where it is known (`suv` below).
_PT_SUV = tuple(Preset(f"suv{top}", f"SUV 0 to {top}", Window.between(0, top)) for top in (5, 7, 10, 15, 20))
_OTHER = (
    Preset("auto", "Automatic"),
    Preset("full", "Full range", part=0.0),
    Preset("strong", "More contrast", part=0.05),
)


def presets(modality: str, units: str = "") -> tuple[Preset, ...]:
    """What F2 to F10 do for this modality. Numbers only where they mean the same on every machine."""
    if modality == "CT" and units in ("", "HU"):
        return _CT
    if modality == "PT" and units == "SUVbw":
        return _PT_SUV
    return _OTHER


def plainly_hu(stored: Array, look: Look) -> bool:
    """Whether the values of a slice, of which no modality is known, can hardly be anything but HU: nothing much below air, air
    and soft tissue side by side, hardly anything beyond the densest bone."""
    some = stored.reshape(-1)[:: max(1, stored.size // _JUDGED)]
    values = modality(some, look.slope, look.intercept)
    values = values[np.isfinite(values) & (values > _NO_CT)]  # what lies outside of the scanner's circle is far below air
    if not values.size or look.modality_lut is not None or look.palette:
        return False
    least, most = np.quantile(values, (0.001, 0.999))
    air, tissue = (np.mean((values >= low) & (values <= high)) for low, high in ((-1100, -850), (-150, 150)))
    return bool(-1100 <= least <= -900 and most <= _DENSEST and air >= _SHARE and tissue >= _SHARE)


def proposals(own: Voi) -> tuple[Named, ...]:
    """The windows and LUTs of a file under their own names, in its order; LUTs first, as the standard has them."""
    found = [Named(lut.explanation or f"LUT {n}", lut) for n, lut in enumerate(own.luts, 1)]
    for n, window in enumerate(own.windows, 1):
        title = window.explanation or f"Window {n} ({window.center:g} / {window.width:g})"
        found.append(Named(title, Window(window.center, window.width, own.function)))
    return tuple(found)


def auto(stored: Array, look: Look, part: float = _AUTO_PART) -> Window:
    """Nearly all values of the picture between black and white; padding does not count."""
    ends = range_of(stored, look, part)
    if ends is None:
        return Window.between(0.0, 1.0)
    if ends[1] <= ends[0]:
        ends = range_of(stored, look) or ends
    return Window.between(*ends) if ends[1] > ends[0] else Window.between(ends[0] - 0.5, ends[0] + 0.5)


def dragged(window: Window, right: float, down: float, span: float) -> Window:
    """After a drag by these parts of the view: to the right wider, down brighter (a lower centre).

    `span` is the range of the volume's values. A narrow window moves in small steps, so that it can be met exactly.
    """
    pace = min(max(window.width, span * 1e-3), span) if span > 0 else max(window.width, 1.0)
    least = 1.0 if window.function == LINEAR and span > 16 else max(span * _NARROWEST, 1e-12)
    width = max(least, window.width + 2 * right * pace)
    return replace(window, center=window.center - 2 * down * pace, width=width)


class WindowState:
    """What the person has chosen. `chosen` None: as the files say, `own` each slice as its own file does. `own` None: as suits the
    volume. Listeners hear of every change."""

    def __init__(self) -> None:
        self.chosen: Window | Lut | None = None
        self.title = ""  # of the choice, where it has a name
        self.inverted = False
        self.own: bool | None = None
        self._listeners: Listeners[[]] = Listeners()

    def choose(self, voi: Window | Lut | None, title: str = "") -> None:
        self.chosen, self.title = voi, title
        self._tell()

    def invert(self) -> None:
        self.inverted = not self.inverted
        self._tell()

    def follow_files(self, *, own: bool) -> None:
        """Each slice with the window of its own file, or all with that of one."""
        self.chosen, self.title, self.own = None, "", own
        self._tell()

    def reset(self) -> None:
        """As the file says."""
        self.chosen, self.title, self.inverted, self.own = None, "", False, None
        self._tell()

    def listen(self, listener: Callable[[], None]) -> Callable[[], None]:
        return self._listeners.add(listener)

    def _tell(self) -> None:
        self._listeners.tell()
