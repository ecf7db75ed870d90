"""Labels where they are not drawn: masks over the planes that cut them and as surfaces in 3D, shapes within a slab."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from PySide6.QtCore import QTimer, Slot
from PySide6.QtGui import QColor

from storage.editing.edits import DocumentChange
from storage.model.geometry import Bitmask
from storage.model.voxels import VoxelBlock, VoxelBox
from viewers.canvas.placing import Labels, color_table
from viewers.canvas.raster import Item, Look, Loose
from viewers.canvas.volume_3d import VolumeView
from viewers.editors.volume_part import VolumePart
from viewers.scene.mpr import Floats, Plane, PlaneKind
from viewers.scene.outlines import outline

#: So long (ms) after a change the surfaces of masks are made anew.
SURFACES_MS = 250
#: mm, or pixels of a slice, that make no difference.
_SAME_MM = 1e-6


class MasksInSpace(VolumePart):
    """Mixed into the volume editor."""

    def _on_document(self, change: DocumentChange) -> None:
        super()._on_document(change)
        if self.masks is not None and (change.instances or change.frames):
            self.masks.refresh(change.instances, change.frames)
            self.refresh_labels()

    def refresh_labels(self) -> None:
        # Each change begins the pause anew; a film through time would never let it end.
        if (
            self._surfaces is not None
            and not self.painter.painting
            and not (self.time_cine.playing and self._surfaces.isActive())
        ):
            self._surfaces.start()
        for kind, plane in self.planes.items():
            self.plane_labels[kind].forget()
            plane.refresh_labels()

    def _painted(self, changed: VoxelBox | None) -> None:
        """A stroke has written into the masks, or has ended (None)."""
        if changed is None:
            self.refresh_labels()
        else:
            for kind, plane in self.planes.items():
                self.plane_labels[kind].repainted(changed)
                plane.refresh_labels()
        if self.tool is self.sphere_tool:
            self.canvas.tool_acted()

    def _labels_on(self, kind: PlaneKind, plane: Plane) -> Labels | None:
        masks, state, focus = self.masks, self.state, self.focus
        if masks is None or state is None:
            return None
        only = focus.display.only_selected
        seen = [i for i in masks.objects() if i not in focus.hidden and (not only or i in focus.selected)]
        live = self.painter.live
        if live is not None and live not in seen:
            seen.append(live)  # an object that is just coming to be
        found = self.plane_labels[kind].on(masks, seen, plane, state.geometry)
        if found is None:
            return None
        return Labels(found.values, found.left, found.top, color_table([self._color_of(i) for i in seen]))

    def _color_of(self, instance: str) -> tuple[int, int, int, float]:
        entry = self.session.document.instances.get(instance)
        if entry is None:
            known = self.ontology.object(self.painter.feature_hash)
            color = QColor(known.color if known is not None else "#A0A0A0")
            return color.red(), color.green(), color.blue(), min(0.9, self.focus.display.opacity + 0.35)
        blue, green, red = self.canvas.shapes.color_of(entry)
        strong = 0.25 if instance in self.focus.selected else 0.0
        return red, green, blue, min(0.9, self.focus.display.opacity + 0.1 + strong)

    def _outlines_on(self, kind: PlaneKind, plane: Plane) -> list[Item]:
        """Of a slab along the acquired slices: the shapes of all slices in it, the nearest on top. They are pale, for they are
        edited on thin slices."""
        state = self.state
        if state is None or state.slab is None or not state.is_acquired(kind):
            return []
        geometry, found = state.geometry, list[Item]()
        away = np.abs(geometry.heights - float(plane.origin @ geometry.normal))
        for k in (int(k) for k in np.argsort(-away) if away[k] <= state.slab.mm / 2 + _SAME_MM):
            u, v, _ = (float(way) for way in plane.pixel_of(geometry.origins[k]))  # of tilted slices
            for item in self.canvas.shapes.items_at(self.session.frames.key(state.time * geometry.n + k)):
                entry = item.shape
                if isinstance(entry.geometry, Bitmask):
                    continue  # on the plane as a mask
                if max(abs(u), abs(v)) > _SAME_MM:
                    item.shape = Loose(outline(entry.geometry.moved(u, v), entry.template))
                item.faint = True
                found.append(item)
        return found

    def _pale(self) -> Look:
        look = self.canvas.look()
        return replace(look, opacity=look.opacity / 2)

    # -- in 3D

    def _open_3d(self) -> None:
        """Nothing of VTK is started before it is first seen."""
        state = self.state
        assert state is not None
        view = self.view_3d = VolumeView(self.volume, self, on=self._use_3d and self._likes_3d)
        view.titles = lambda: self.corner_titles() if self.alone else ()
        view.set_time(state.time)
        view.set_crosshair(state.crosshair)
        view.crosshair_wanted.connect(self._clicked_3d)
        view.click_undone.connect(lambda: state.look_at(self._before_click))
        view.switched.connect(self._on_3d_switched)
        self._surfaces = QTimer(self)
        self._surfaces.setSingleShot(True)
        self._surfaces.setInterval(SURFACES_MS)
        self._surfaces.timeout.connect(self._show_surfaces)
        self._surfaces.start()

    @Slot(object)
    def _clicked_3d(self, mm: Floats) -> None:
        state = self.state
        assert state is not None
        self._before_click = state.crosshair
        state.look_at(mm)

    @Slot()
    def _show_surfaces(self) -> None:
        """The masks that are seen, as they are now; made in the background."""
        view, masks, focus = self.view_3d, self.masks, self.focus
        if not isinstance(view, VolumeView) or masks is None:
            return
        if not view.isVisible():
            return
        off = focus.hidden
        seen = [i for i in masks.objects() if i not in off and (not focus.display.only_selected or i in focus.selected)]
        made: dict[str, tuple[VoxelBlock, tuple[int, int, int]]] = {}
        for instance in seen:
            rows = tuple((k, masks.row(instance, k)) for k in masks.slices_of(instance))
            held = self._bodies.get(instance)
            if held is None or held[0] != rows:
                held = self._bodies[instance] = (rows, masks.read(instance))
            made[instance] = (held[1], self._color_of(instance)[:3])
        self._bodies = {i: self._bodies[i] for i in seen}
        view.set_surfaces(made)
