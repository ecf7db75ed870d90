"""What canvas and hand tell each other: where the pointer is, and what is being spanned. Qt-free."""

from __future__ import annotations

from dataclasses import dataclass

from viewers.scene.sound_regions import Grip


@dataclass(frozen=True, slots=True)
class Touch:
    """Where the pointer is. `grip` is what lies under it, `ms_per_px` how much time a pixel is."""

    ms: float
    x: float
    grip: Grip | None = None
    ctrl: bool = False
    shift: bool = False
    through: bool = False  # S is held: an armed class leaves what is there alone
    seeks: bool = True  # a click here sets the playhead
    ms_per_px: float = 1.0


@dataclass(frozen=True, slots=True)
class SoundDraft:
    """A stretch that is being spanned: a region to be (`color`), or a selection of several ("")."""

    start: int
    end: int
    color: str = ""
