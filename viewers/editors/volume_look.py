"""How the person likes to look at volumes, kept from one to the next: 3D, thickness of slabs, lines, texts, smooth pixels,
overlap of masks.

Layouts are not among them: those are kept for each series (`VolumeHanging.layout_by_hand`). Nor is whether a slab is shown: what
lies in a series is first seen thin.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from PySide6.QtCore import Slot

from viewers.canvas.volume_3d import VolumeView
from viewers.editors.volume_part import VolumePart

_THINNEST, _THICKEST = 0.1, 500.0  # mm, as the strip has it


class VolumeLook(VolumePart):
    """Mixed into the volume editor."""

    _likes_3d = True
    _liked: Mapping[str, Any] = {}  # as it was kept, until there are planes

    def look(self) -> dict[str, Any]:
        state = self.state
        if state is None:
            return dict(self._liked)  # nothing was to be seen that could have been changed
        return {
            "3d": self._likes_3d,
            "slab_mm": self.strip.slab_mm.value(),
            "lines": state.lines,
            "smooth": state.smooth,
            "texts": self.canvas.marked,
            "masks": self.overlap.as_plain(),
        }

    def use_look(self, kept: Mapping[str, Any]) -> None:
        self._liked = kept
        self._likes_3d = _switch(kept, "3d", True)
        masks = kept.get("masks")
        if isinstance(masks, dict):
            self.overlap.use_plain(masks)
            self.overlap_button.read()
        mm = kept.get("slab_mm")
        if isinstance(mm, int | float) and _THINNEST <= mm <= _THICKEST:
            self.strip.slab_mm.setValue(mm)
        self._look_as_liked()

    def _look_as_liked(self) -> None:
        """Once there are planes."""
        state, kept = self.state, self._liked
        if state is None:
            return
        smooth = _switch(kept, "smooth", state.smooth)
        state.set(lines=_switch(kept, "lines", state.lines), smooth=smooth)
        self.canvas.smooth(smooth)
        self.canvas.marked = _switch(kept, "texts", self.canvas.marked)
        for plane in self.planes.values():
            plane.marked = self.canvas.marked
        if isinstance(self.view_3d, VolumeView):
            with self._arranging:
                self.view_3d.set_on(self._use_3d and self._likes_3d)
        self.show_state()

    @Slot(bool)
    def _on_3d_switched(self, on: bool) -> None:
        if not self._arranging:
            self._likes_3d = on


def _switch(kept: Mapping[str, Any], name: str, usual: bool) -> bool:
    value = kept.get(name)
    return value if isinstance(value, bool) else usual
