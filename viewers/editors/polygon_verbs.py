"""Verbs for the outlines of what is selected: fewer vertices, no crossings. Qt-free."""

from __future__ import annotations

from storage.model import polygons
from storage.model.geometry import Geometry, Polygon, Polyline
from viewers.editors.shape_verbs import ShapeVerbs


class PolygonVerbs(ShapeVerbs):
    def arm_tool(self, tool_id: str) -> None:
        """Put a tool into the hand."""
        raise NotImplementedError

    def simplify_selected(self) -> None:
        """Then a tolerance is chosen, with the result in sight."""
        if not any(isinstance(a.geometry, Polygon | Polyline) for a in self.selected()):
            self.say("Select polygons or lines that are not locked to simplify them.")
            return
        self.arm_tool("simplify")

    def repair_selected(self) -> None:
        """Outlines that cross themselves cover the same pixels without crossings."""
        found = [a for a in self.selected() if isinstance(a.geometry, Polygon)]
        if not found:
            self.say("Select polygons that are not locked to repair them.")
            return
        mended: dict[str, Geometry] = {}
        hopeless: list[str] = []
        for annotation in found:
            assert isinstance(annotation.geometry, Polygon)
            if polygons.is_valid(annotation.geometry):
                continue
            sound = polygons.repair(annotation.geometry)
            if sound is None:
                hopeless.append(self.name(annotation.instance))
            else:
                mended[annotation.instance] = sound
        if mended:
            self.settle()
            changed = [a for a in found if a.instance in mended]
            text = f"Repair {self._names(changed)}"
            self.session.do(text, self.session.reshaped(mended, self.focus.at, self._who()["now"]))
        self.say(_said(len(mended), len(found), hopeless))


def _said(mended: int, looked_at: int, hopeless: list[str]) -> str:
    if hopeless:
        return f"{', '.join(hopeless)} has no area that could be kept: delete it, or draw it again."
    if not mended:
        return "The outline does not cross itself." if looked_at == 1 else f"None of the {looked_at} outlines crosses itself."
    return "Repaired: it covers the same pixels." if looked_at == 1 else f"{mended} of {looked_at} outlines repaired."
