"""The editor of volumes: the acquired slices on the canvas of pictures, beside them the planes through the volume.

Labels lie on acquired slices, `("", time x slices + slice)`, in pixels of the slice; so every tool, verb and panel of the
picture editor works here. The other panes show masks where they cut them. `MprState` says where one looks, `Focus.at` which
slice is edited; each follows the other.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from PySide6.QtCore import QEvent, QObject, QPoint, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QInputDialog, QWidget

from storage.clock import now_ms
from storage.editing.edits import DocumentChange
from storage.editing.focus import Focus
from storage.editing.session import EditSession
from storage.model.labels import FrameKey
from storage.model.measures import Scale
from storage.model.ontology import Ontology
from storage.model.space import Floats
from storage.model.volume_masks import VolumeMasks
from storage.model.voxels import VoxelBlock
from viewers.canvas.background import Bell
from viewers.canvas.image_canvas import ImageCanvas
from viewers.canvas.mpr_grid import Layout, MprGrid, Notice
from viewers.canvas.slice_acquired import AcquiredCanvas
from viewers.canvas.slice_canvas import Labels, SliceCanvas, color_table
from viewers.canvas.volume_3d import VolumeView
from viewers.editors.clipboard import Clipboard
from viewers.editors.image_editor import ImageEditor
from viewers.editors.tool_bar import Icon
from viewers.editors.volume_actions import VOLUME_ACTIONS, VOLUME_GROUND, VOLUME_SELECTION
from viewers.editors.volume_beside import Beside
from viewers.editors.volume_brush import BrushHand
from viewers.editors.volume_header import Row
from viewers.editors.volume_mask_verbs import VolumeMaskVerbs
from viewers.editors.volume_strip import VolumeStrip
from viewers.editors.volume_view_verbs import Cine, VolumeViewVerbs
from viewers.scene.measuring import Measuring
from viewers.scene.mpr import Plane, PlaneKind
from viewers.scene.mpr_state import MprState
from viewers.scene.pictures import PictureSource
from viewers.scene.plane_reader import PlaneReader, labels_on
from viewers.scene.volume_pictures import VolumePictures
from viewers.scene.volume_source import VolumeSource
from viewers.scene.volume_words import PaneContext, VolumeWords
from viewers.tools.base import Tool
from viewers.tools.brush import BrushTool
from viewers.tools.crosshair import CrosshairTool
from viewers.tools.drawing import DrawingTool
from viewers.tools.measure import AngleTool, CobbTool, DistanceTool
from viewers.tools.volume_paint import GrowTool, SphereTool, VolumePainter

CROSSHAIR = "crosshair"
#: Tools of its own that need no class.
OWN = (CROSSHAIR, "angle", "cobb")
#: While slices come the other planes are cut anew this often (ms).
PAUSE_MS = 120
#: An opening that takes longer than this (ms) is told.
PATIENCE_MS = 150
#: So long (ms) after a change the surfaces of masks are made anew.
SURFACES_MS = 250


class VolumeEditor(VolumeMaskVerbs, VolumeViewVerbs, ImageEditor):
    """`volume` belongs to whoever opened it; it is started here. `session.frames` counts times x slices.

    `titles` gives the lines of the first corner (patient, series) as far as the settings let them be shown; `missing` names
    the tags without which there are no planes; `read_header` gives (tag, name, value) of a frame; `use_3d` is the person's
    switch; `scale` what a pixel is worth where the volume has no place in space.
    """

    key_images_changed = Signal()  # `key_images` is another set

    def __init__(
        self,
        session: EditSession,
        focus: Focus,
        ontology: Ontology,
        volume: VolumeSource,
        parent: QWidget | None = None,
        *,
        icon: Icon | None = None,
        clipboard: Clipboard | None = None,
        rebound: Mapping[str, tuple[str, ...]] | None = None,
        titles: Callable[[], Sequence[str]] = tuple,
        missing: Sequence[str] = (),
        read_header: Callable[[int], Sequence[Row]] | None = None,
        use_3d: bool = True,
        scale: Scale | None = None,
    ) -> None:
        self.volume, self.state = volume, None
        self.reader = PlaneReader(volume)
        self.planes = {}
        self.masks: VolumeMasks | None = None
        self.active = None
        self.beside: Beside | None = None
        self.titles, self.missing, self.read_header = titles, tuple(missing), read_header
        self.key_images = set()
        self.view_3d: QWidget | None = None
        self._use_3d = use_3d
        self._surfaces: QTimer | None = None
        self._bodies: dict[str, tuple[object, VoxelBlock]] = {}
        self.words = VolumeWords(volume)
        self.measuring = Measuring(volume, scale)
        pictures = VolumePictures(volume)
        super().__init__(
            session, focus, ontology, pictures, parent, icon=icon, clipboard=clipboard, rebound=rebound, actions=VOLUME_ACTIONS
        )
        self.pictures = pictures
        self.cine = Cine(self._beat_slice, self._on_screen)
        self.time_cine = Cine(self._beat_time, self._on_screen)
        self.painter = VolumePainter(session, self.toolbox.brush, self.ground, now=now_ms, changed=self._painted)
        self.painter.gate, self.painter.locked = self.gate, lambda: focus.locked
        self.hand = BrushHand(self)
        self.crosshair_tool = CrosshairTool(self.canvas.crosshair)
        self.sphere_tool = SphereTool(self.toolbox.brush, self.painter)
        self.grow_tool = GrowTool(self.toolbox.brush, self.painter)
        for brush in self.toolbox.tools.values():
            if isinstance(brush, BrushTool):
                brush.continues = True
        ruler, angle, cobb = (make(self.measuring) for make in (DistanceTool, AngleTool, CobbTool))
        self.canvas.measured = self.measuring.words
        for tool in (self.crosshair_tool, self.sphere_tool, self.grow_tool, ruler, angle, cobb):
            self.toolbox.tools[tool.id] = tool
            tool.context = self.canvas.context
        self._stand()
        self._follow()
        self.refresh_tools()
        volume.start([self.frame()])
        self._on_volume()

    def make_canvas(self, pictures: PictureSource) -> ImageCanvas:
        assert isinstance(pictures, VolumePictures)
        return AcquiredCanvas(self.session, self.focus, self.ontology, pictures, self)

    def _stand(self) -> None:
        """The grid in place of the canvas, the strip in place of the pages."""
        self.grid = MprGrid(self)
        self.strip = VolumeStrip(self, icon=self._icon)
        self.column.replaceWidget(self.canvas, self.grid)
        self.column.replaceWidget(self.pages, self.strip)
        self.pages.hide()
        self.grid.panes[0].put(self.canvas)
        self.waiting = Notice(self.tr("Opening the volume…"))
        self.waiting.setParent(self)
        self.waiting.hide()
        self._patience = QTimer(self)
        self._patience.setSingleShot(True)
        self._patience.timeout.connect(self._tell_waiting)
        self._patience.start(PATIENCE_MS)

    def _follow(self) -> None:
        canvas, strip = self.canvas, self.strip
        canvas.corners = lambda: self.words.acquired(self._context())
        canvas.inset = lambda: self.options.geometry().bottom() if self.options.isVisible() else 0.0
        canvas.enlarges = self._nothing_in_hand
        canvas.slice_wanted.connect(self._acquired_wheeled)
        canvas.window_dragged.connect(self.drag_window)
        canvas.enlarge_wanted.connect(lambda: self.grid.enlarge(self.grid.acquired))
        canvas.space_tapped.connect(lambda: self.run("play_toggle"))
        strip.slice_wanted.connect(self._number_wanted)
        strip.time_wanted.connect(self.go_to_time)
        strip.slab_wanted.connect(self.use_slab)
        strip.run_wanted.connect(self.run)
        strip.windows_wanted.connect(self.show_adjustments)
        self.grid.panes[3].enlarge_wanted.connect(lambda: self.grid.enlarge(3))
        self.grid.changed.connect(self.show_state)
        self.grid.changed.connect(self._refresh_labels)
        self._bell = Bell()
        self._bell.rung.connect(self._on_volume, Qt.ConnectionType.QueuedConnection)
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(PAUSE_MS)
        self._pause.timeout.connect(self._refresh_planes)
        self._soon = QTimer(self)  # the strip can wait until the slice is on the screen
        self._soon.setSingleShot(True)
        self._soon.setInterval(0)
        self._soon.timeout.connect(self.show_state)
        self._endings.append(self.volume.listen(self._bell.ring))

    def close_editor(self) -> None:
        self.cine.stop()
        self.time_cine.stop()
        self._pause.stop()
        self._soon.stop()
        self._patience.stop()
        if self.beside is not None:
            self.beside.close()
        if self._surfaces is not None:
            self._surfaces.stop()
        if isinstance(self.view_3d, VolumeView):
            self.view_3d.close_view()
        super().close_editor()
        self.pictures.close()

    # -- opening

    @Slot()
    def _tell_waiting(self) -> None:
        if not self.volume.ready:
            self.grid.panes[self.grid.acquired].put(self.waiting)

    @Slot()
    def _on_volume(self) -> None:
        """Something of the volume has come, or its window is another one."""
        if not self.volume.ready:
            return
        if self._patience.isActive() or self.grid.panes[self.grid.acquired].shown is self.waiting:
            self._patience.stop()
            self.grid.panes[self.grid.acquired].put(self.canvas)
        if self.volume.error is not None:
            self.show_state()
            return
        if self.state is None and self.volume.geometry is not None and not self.planes:
            self._open_planes()
        if self.volume.complete:
            self._refresh_planes()
        elif not self._pause.isActive():
            self._pause.start()
        self.canvas.update()
        self.show_state()

    def _open_planes(self) -> None:
        geometry = self.volume.geometry
        assert geometry is not None
        state = self.state = MprState(geometry, self.volume.times)
        n = geometry.n
        state.time = min(self.frame() // n, state.times - 1)
        state.go_to_slice(self.frame() % n)
        self.masks = VolumeMasks(self.session.document, geometry.shape, time=state.time)
        for kind in PlaneKind:
            plane = self.planes[kind] = SliceCanvas(self.reader, state, kind, self)
            plane.hide()  # until it stands in a pane
            self._follow_plane(plane)
        self.grid.acquired = self.pane_of(state.acquired)
        self.canvas.follow(state)
        self._endings.append(state.listen(self._on_state))
        self._fill_panes()
        self.grid.show_layout(Layout.GRID if n > 1 else Layout.STACK)

    def _follow_plane(self, plane: SliceCanvas) -> None:
        kind = plane.kind
        plane.labels = self._labels_on
        plane.brush = self.hand
        plane.brush_resized.connect(self._resize_brush)
        plane.corners = lambda cut: self.words.plane(self._context(), kind, cut)
        plane.slice_wanted.connect(lambda steps: self._plane_wheeled(kind, steps))
        plane.window_dragged.connect(self.drag_window)
        plane.pointed.connect(self._on_pointed)
        plane.enlarge_wanted.connect(lambda: self.grid.enlarge(self.pane_of(kind)))
        plane.menu_wanted.connect(self._on_menu)
        plane.view_changed.connect(self._tell_place)
        plane.installEventFilter(self)

    def _fill_panes(self) -> None:
        """The acquired slices stand in the pane of their own plane, unless that plane is turned away from them."""
        state = self.state
        assert state is not None
        for i, kind in enumerate(PlaneKind):
            own = state.is_acquired(kind) and state.slab is None
            self.grid.panes[i].put(self.canvas if own else self.planes[kind])
        if self.view_3d is None:
            if state.geometry.n > 1 and not self.volume.coloured:
                self._open_3d()
            else:
                self.view_3d = Notice(self.words.why_no_3d(self.missing))
            assert self.view_3d is not None
            self.grid.panes[3].put(self.view_3d)

    def _open_3d(self) -> None:
        """Nothing of VTK is started before it is first seen."""
        state = self.state
        assert state is not None
        view = self.view_3d = VolumeView(self.volume, self, on=self._use_3d)
        view.set_time(state.time)
        view.set_crosshair(state.crosshair)
        view.crosshair_wanted.connect(state.look_at)
        self._surfaces = QTimer(self)
        self._surfaces.setSingleShot(True)
        self._surfaces.setInterval(SURFACES_MS)
        self._surfaces.timeout.connect(self._show_surfaces)
        self._surfaces.start()

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

    # -- the two ways to say where one looks

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
            self.view_3d.set_crosshair(state.crosshair if state.lines else None)
        if "smooth" in names:
            self.canvas.smooth(state.smooth)
        if names & {"lines", "axes"}:
            self.canvas.update()
        if self.beside is not None:
            self.beside.follow(state)
        self._refresh_planes()
        self._soon.start()

    def _on_focus(self, names: frozenset[str]) -> None:
        if "at" in names:
            self._let_go()
            self._follow_focus()
        super()._on_focus(names)
        if names & {"selected", "hidden", "display"}:
            self._refresh_labels()
        if "at" in names:
            self._soon.start()

    def _follow_focus(self) -> None:
        state = self.state
        if state is None:
            return
        time, k = divmod(self.frame(), state.geometry.n)
        if time != state.time:
            self.masks = VolumeMasks(self.session.document, state.geometry.shape, time=time)
            state.set(time=time)
            self._refresh_labels()
        state.go_to_slice(k)

    def _let_go(self) -> None:
        """Before the slice changes under the hand: a shape that is being drawn goes along, what is held is dropped."""
        self.settle()
        if self.canvas.drafting and self.tool is not self.crosshair_tool:
            self.tool.cancel()

    def go_to(self, at: FrameKey) -> None:
        self.stop_cine()
        self.focus.set(at=at)

    def frame_word(self) -> str:
        return "slice"

    def frame_name(self, at: FrameKey) -> str:
        time, k = divmod(self.session.frames.index(at), max(1, self.volume.slices))
        return f"slice {k + 1:,}" + (f" of time {time + 1:,}" if self.volume.times > 1 else "")

    def reveal(self, instance: str) -> None:
        """The other planes go there, too."""
        super().reveal(instance)
        found = self.session.shown(instance, self.focus.at)
        if self.state is not None and found is not None:
            x0, y0, x1, y1 = found.geometry.bounds()
            k = self.frame() % self.state.geometry.n
            self.state.look_at(self.state.geometry.to_mm((x0 + x1) / 2 - 0.5, (y0 + y1) / 2 - 0.5, k))

    def go_to_page(self, page: int) -> None:
        self.go_to(self.session.frames.key(min(max(0, page), max(0, self.frames() - 1))))

    def next_page(self) -> None:
        self._step_by_hand(1)

    def previous_page(self) -> None:
        self._step_by_hand(-1)

    def _step_by_hand(self, steps: int, kind: PlaneKind | None = None) -> None:
        self.stop_cine()
        self.step_slices(steps, kind)

    def first_page(self) -> None:
        self._number_wanted(0)

    def last_page(self) -> None:
        self._number_wanted(self.place()[1] - 1)

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

    def _nothing_in_hand(self) -> bool:
        return not self.drafting() and not isinstance(self.tool, DrawingTool) and not self.focus.hovered

    # -- labels in the other planes

    def _on_document(self, change: DocumentChange) -> None:
        super()._on_document(change)
        if self.masks is not None and (change.instances or change.frames):
            self.masks.refresh(change.instances, change.frames)
            self._refresh_labels()

    def _refresh_labels(self) -> None:
        if self._surfaces is not None and not self.painter.painting:
            self._surfaces.start()
        for plane in self.planes.values():
            plane.refresh_labels()

    def _painted(self) -> None:
        """A stroke has written into the masks."""
        self._refresh_labels()
        if self.tool is self.sphere_tool:
            self.canvas.tool_acted()

    def _labels_on(self, plane: Plane) -> Labels | None:
        masks, state, focus = self.masks, self.state, self.focus
        if masks is None or state is None:
            return None
        only = focus.display.only_selected
        seen = [i for i in masks.objects() if i not in focus.hidden and (not only or i in focus.selected)]
        live = self.painter.live
        if live is not None and live not in seen:
            seen.append(live)  # an object that is just coming to be
        values = labels_on(masks, seen, plane, state.geometry)
        if values is None:
            return None
        return values, color_table([self._color_of(i) for i in seen])

    def _color_of(self, instance: str) -> tuple[int, int, int, float]:
        entry = self.session.document.instances.get(instance)
        if entry is None:
            known = self.ontology.object(self.painter.feature_hash)
            color = QColor(known.color if known is not None else "#A0A0A0")
            return color.red(), color.green(), color.blue(), min(0.9, self.focus.display.opacity + 0.35)
        blue, green, red = self.canvas.shapes.color_of(entry)
        strong = 0.25 if instance in self.focus.selected else 0.0
        return red, green, blue, min(0.9, self.focus.display.opacity + 0.1 + strong)

    # -- panes

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.FocusIn:
            kind = watched.kind if isinstance(watched, SliceCanvas) else None
            if watched is self.canvas or kind is not None:
                self.active = kind
                self.show_state()
        elif event.type() == QEvent.Type.MouseButtonPress:
            self.stop_cine()
        return super().eventFilter(watched, event)

    @Slot()
    def _refresh_planes(self) -> None:
        for plane in self.planes.values():
            if plane.isVisible():
                plane.update()

    @Slot()
    def show_state(self) -> None:
        strip, state = self.strip, self.state
        number, count = self.place()
        kind = self.active or (state.acquired if state is not None else None)
        strip.show_slice(kind.value.capitalize() if kind is not None else "Slice", number, count)
        strip.show_times(self.frame() // max(1, self.volume.slices), self.volume.times)
        strip.show_slab(state.slab if state is not None else None, possible=state is not None and state.geometry.n > 1)
        strip.show_window(self.window_text())
        strip.show_actions(self._title_with_key, self.why_not)
        for i, pane in enumerate(self.grid.panes):
            pane.mark(i == self.pane_of(self.active))
        self._refresh_planes()

    def _title_with_key(self, action_id: str) -> str:
        keys = self.keymap.keys(action_id)
        return self.keymap.action(action_id).title + (f"  ({keys[0]})" if keys else "")

    def show_beside(self, volume: VolumeSource, title: str, *, same_space: bool) -> None:
        """Another series of the patient next to this one. `same_space`: one Frame of Reference, so they are linked by place;
        else by the way one goes from slice to slice. The volume belongs to whoever opened it."""
        if self.beside is not None:
            self.beside.close()
        self.beside = Beside(volume, title, self.grid.beside, same_space=same_space)
        self.beside.opened = lambda: self.beside is not None and self.state is not None and self.beside.follow(self.state)
        self.grid.show_layout(Layout.SIDE)

    def show_adjustments(self) -> None:
        """The windows take the place of brightness and contrast."""
        why = self.why_not("volume_windows")
        if why:
            self.say(why)
            return
        button = self.strip.window_button
        self.show_windows(button.mapToGlobal(QPoint(0, 0)))

    def toggle_key_image(self) -> None:
        frame = self.frame()
        self.key_images ^= {frame}
        self.say("Key image." if frame in self.key_images else "No key image any more.")
        self.key_images_changed.emit()
        self.canvas.update()

    # -- the crosshair as a tool

    def offers(self, tool_id: str) -> bool:
        if tool_id in ("sphere", "grow"):
            return super().offers("brush")
        return tool_id in OWN or super().offers(tool_id)

    def ask_number(self, title: str, unit: str, proposed: float) -> float | None:
        value, chosen = QInputDialog.getDouble(self, title, f"{title} ({unit}):", proposed, -50.0, 50.0, 1)
        return value if chosen else None

    def offered(self) -> list[Tool]:
        """The crosshair comes next to select, the brushes together."""
        found = {tool.id: tool for tool in super().offered()}
        order = list(found)
        for after, moved in (("select", (CROSSHAIR,)), ("threshold", ("sphere",)), ("flood", ("grow",))):
            if after in found:
                kept = [i for i in order if i not in moved]
                at = kept.index(after) + 1
                order = [*kept[:at], *(i for i in moved if i in found), *kept[at:]]
        return [found[i] for i in order]

    def arm_tool(self, tool_id: str) -> None:
        if tool_id in OWN:
            self._take(tool_id)
        else:
            super().arm_tool(tool_id)

    # -- keys, menus, words

    def menu_groups(self) -> Sequence[Sequence[str]]:
        return VOLUME_SELECTION if self.focus.selected else VOLUME_GROUND

    def _show_page(self) -> None:
        """The strip says it."""

    def zoom_selection_or_fit(self) -> None:
        if self.active is not None:
            self.planes[self.active].fit()
        else:
            super().zoom_selection_or_fit()

    def zoom_full_size(self) -> None:
        if self.active is not None:
            self.planes[self.active].zoom_to(1.0)
        else:
            super().zoom_full_size()

    def zoom_in(self) -> None:
        (self.planes[self.active] if self.active is not None else self.canvas).zoom_by(1.25)

    def zoom_out(self) -> None:
        (self.planes[self.active] if self.active is not None else self.canvas).zoom_by(1 / 1.25)

    def _context(self) -> PaneContext:
        view = self.canvas.view
        shown = self.session.frames.index(self.canvas.on_screen)
        return PaneContext(
            self.frame(),
            shown,
            self.state,
            tuple(self.titles()),
            self.window_text(),
            view.zoom,
            self.key_images,
            self.slab_text(),
        )

    @Slot(object)
    def _on_pointed(self, mm: Floats | None) -> None:
        if mm is not None and self.state is not None:
            self.place.emit(self.words.at(mm, self.state))

    def place_text(self, x: float, y: float, value: str, zoom: float) -> str:
        if self.volume.store is None:
            return ""
        return self.words.on_slice(self.session.frames.index(self.canvas.on_screen), x, y, self.state)

    def _tell_place(self) -> None:
        if self._pointer is not None and self.active is None:
            super()._tell_place()
