"""The editor of volumes: the acquired slices on the canvas of pictures, beside them the planes through the volume.

Labels lie on acquired slices, `("", time x slices + slice)`, in pixels of the slice; so every tool, verb and panel of the
picture editor works here. The other panes show masks where they cut them. `MprState` says where one looks, `Focus.at` which
slice is edited; each follows the other.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Unpack

from PySide6.QtCore import QEvent, QObject, QPoint, QRect, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QInputDialog, QWidget

from storage.editing.focus import Focus
from storage.editing.session import EditSession
from storage.model.hanging import HangingRule
from storage.model.ontology import Ontology
from storage.model.volume_masks import VolumeMasks
from storage.model.voxels import VoxelBlock
from viewers.canvas.background import Bell
from viewers.canvas.image_canvas import ImageCanvas
from viewers.canvas.mpr_grid import MprGrid, Notice
from viewers.canvas.slice_acquired import AcquiredCanvas
from viewers.canvas.slice_canvas import SliceCanvas
from viewers.canvas.viewed import ViewedCanvas
from viewers.canvas.volume_3d import VolumeView
from viewers.editors.editor import EditorOptions
from viewers.editors.image_editor import ImageEditor
from viewers.editors.keys import key_text
from viewers.editors.meanwhile import Meanwhile
from viewers.editors.volume_actions import VOLUME_ACTIONS, VOLUME_GROUND, VOLUME_SELECTION
from viewers.editors.volume_beside import Beside
from viewers.editors.volume_hanging import VolumeHanging
from viewers.editors.volume_header import Row
from viewers.editors.volume_key_images import KeyImageVerbs
from viewers.editors.volume_look import VolumeLook
from viewers.editors.volume_mask_verbs import VolumeMaskVerbs
from viewers.editors.volume_masks_shown import MasksInSpace
from viewers.editors.volume_overlap import OverlapButton
from viewers.editors.volume_places import VolumePlaces
from viewers.editors.volume_snip_options import SnipOptions
from viewers.editors.volume_strip import VolumeStrip
from viewers.editors.volume_tool_options import GrowOptions
from viewers.editors.volume_tools import VolumeTools
from viewers.editors.volume_view_verbs import Cine, VolumeViewVerbs
from viewers.scene.measuring import Measuring
from viewers.scene.mpr import PlaneKind
from viewers.scene.mpr_state import MprState
from viewers.scene.pictures import PictureSource
from viewers.scene.plane_reader import PlaneLabels, PlaneReader
from viewers.scene.volume_pictures import VolumePictures
from viewers.scene.volume_source import VolumeSource
from viewers.scene.volume_words import VolumeWords
from viewers.tools.drawing import DrawingTool

#: While slices come the other planes are cut anew this often (ms).
PAUSE_MS = 120
#: While slices are turned through the strip below them is brought up to date this often (ms).
STRIP_MS = 30
#: An opening that takes longer than this (ms) is told.
PATIENCE_MS = 150
#: Leaves the canvas where it chooses no window.
LEAVES = "F6"


class VolumeEditor(
    KeyImageVerbs,
    VolumeTools,
    VolumeMaskVerbs,
    MasksInSpace,
    VolumePlaces,
    VolumeHanging,
    VolumeLook,
    VolumeViewVerbs,
    ImageEditor,
):
    """`volume` belongs to whoever opened it; it is started here. `session.frames` counts times x slices.

    `patient` and `titles` give the lines of the first corner: whose the series is and what it is; `missing` names
    the tags without which there are no planes; `told` what was found amiss with its files; `read_header` gives (tag, name,
    value) of a frame; `use_3d` is the person's switch; `hanging` the rule it hangs by, `layout_by_hand` what the person had made of the
    layout (`VolumeHanging.layout_by_hand`).
    """

    beside_wanted = Signal(str)  # "next": another series of the patient; "rule": what the rule says; "": it was taken away
    hanging_wanted = Signal()  # the person wants to see the hanging rules

    def __init__(
        self,
        session: EditSession,
        focus: Focus,
        ontology: Ontology,
        volume: VolumeSource,
        parent: QWidget | None = None,
        *,
        titles: Callable[[], Sequence[str]] = tuple,
        patient: Sequence[str] = (),
        missing: Sequence[str] = (),
        told: Sequence[str] = (),
        read_header: Callable[[int], Sequence[Row]] | None = None,
        use_3d: bool = True,
        hanging: HangingRule | None = None,
        layout_by_hand: Mapping[str, str] | None = None,
        **options: Unpack[EditorOptions],
    ) -> None:
        self.volume, self.state = volume, None
        self.reader = PlaneReader(volume)
        self.planes = {}
        self.plane_labels = {kind: PlaneLabels() for kind in PlaneKind}
        self.masks: VolumeMasks | None = None
        self.active = None
        self.beside: Beside | None = None
        self.hanging, self._window_due = hanging, hanging is not None
        self._arranging, self._following, self._aligning = Meanwhile(), Meanwhile(), Meanwhile()
        self._kept_layout = dict(layout_by_hand or {})
        self.by_hand = bool(self._kept_layout)
        self.patient = tuple(patient)
        self.titles, self.missing, self.told, self.read_header = titles, tuple(missing), tuple(told), read_header
        self.view_3d: QWidget | None = None
        self._use_3d = use_3d and (hanging is None or hanging.use_3d)
        self._surfaces: QTimer | None = None
        self._bodies: dict[str, tuple[object, VoxelBlock]] = {}
        self.words = VolumeWords(volume)
        self.measuring = Measuring(volume, self.frame)
        pictures = VolumePictures(volume)
        super().__init__(session, focus, ontology, pictures, parent, actions=VOLUME_ACTIONS, **options)
        self.pictures = pictures
        self.cine = Cine(self.slice_place, self.go_to_slice, self._on_screen, volume.film)
        self.time_cine = Cine(self.time_place, self.go_to_time, self._on_screen)
        self._make_tools()
        self._stand()
        self._follow()
        self.refresh_tools()
        self.read_key_images()
        volume.start([self.frame()])
        self._on_volume()

    def make_canvas(self, pictures: PictureSource) -> ImageCanvas:
        assert isinstance(pictures, VolumePictures)
        return AcquiredCanvas(self.session, self.focus, self.ontology, pictures, self)

    def _stand(self) -> None:
        """The grid in place of the canvas, the strip in place of the pages."""
        self.grid = MprGrid(self)
        self.strip = VolumeStrip(self, icon=self.icon)
        self.overlap_button = OverlapButton(self.overlap, lambda: self.classes_of("brush"), self.options)
        self.overlap_button.changed.connect(self.acted)
        self.overlap_button.group_wanted.connect(self._want_group)
        self._read_groups()
        self.options.put_overlap(self.overlap_button)
        snip_options = SnipOptions(self.snip_settings, self.options)
        snip_options.changed.connect(self.acted)
        self.options.more.add("snip", snip_options)
        grow_options = GrowOptions(self.grow_settings, self.options)
        grow_options.changed.connect(self.acted)
        self.options.more.add("grow", grow_options)
        self.column.replaceWidget(self.canvas, self.grid)
        self.column.replaceWidget(self.pages, self.strip)
        self.pages.hide()
        self.grid.panes[0].put(self.canvas)
        self.option_room = QFrame(self)  # over all panes, so that options lie over no picture
        self._make_room()
        self.options.fitted.connect(self._make_room)
        self.column.insertWidget(0, self.option_room)
        self.options.setParent(self.column.parentWidget())
        self.options.setFrameShape(QFrame.Shape.NoFrame)  # it lies in a room of its own, over no picture
        self.options.move(8, 0)
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
        canvas.inset = lambda: self._covered(canvas)
        canvas.enlarges = self._nothing_in_hand
        canvas.slice_wanted.connect(self._acquired_wheeled)
        canvas.pointed.connect(self._on_left)
        canvas.view_changed.connect(lambda: self._view_moved_in(canvas))
        canvas.window_dragged.connect(self.drag_window)
        canvas.enlarge_wanted.connect(lambda: self.grid.enlarge(self.grid.acquired))
        canvas.space_tapped.connect(lambda: self.run("play_toggle"))
        strip.slice_wanted.connect(self._number_wanted)
        strip.time_wanted.connect(self.go_to_time)
        strip.slab_wanted.connect(self.use_slab)
        strip.run_wanted.connect(self.run)
        strip.windows_wanted.connect(self.show_adjustments)
        strip.masks_wanted.connect(self.show_mask_verbs)
        strip.left.connect(self._keys_back)
        strip.warnings.go_wanted.connect(lambda frame: self.go_to(self.session.frames.key(frame)))
        self.grid.panes[3].enlarge_wanted.connect(lambda: self.grid.enlarge(3))
        self.grid.changed.connect(self._on_layout)
        self.grid.changed.connect(self.show_state)
        self.grid.changed.connect(self.refresh_labels)
        self._bell = Bell()
        self._bell.rung.connect(self._on_volume, Qt.ConnectionType.QueuedConnection)
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(PAUSE_MS)
        self._pause.timeout.connect(self._refresh_planes)
        self._soon = QTimer(self)  # the strip can wait: while slices run past it is painted now and then only
        self._soon.setSingleShot(True)
        self._soon.setInterval(STRIP_MS)
        self._soon.timeout.connect(self.show_state)
        self._endings.append(self.volume.listen(self._bell.ring))
        self._endings.append(self.volume.window.listen(self._refresh_planes))

    def close_editor(self) -> None:
        self.cine.stop()
        self.time_cine.stop()
        self._pause.stop()
        self._soon.stop()
        self._patience.stop()
        self.mask_work.close()
        if self.beside is not None:
            self.beside.close()
        if self._surfaces is not None:
            self._surfaces.stop()
        if isinstance(self.view_3d, VolumeView):
            self.view_3d.close_view()
        super().close_editor()
        self.pictures.close()
        self.reader.close()

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
        self._hang_window()
        self._tell_units()
        if self.beside is not None:
            self.beside.follow_window(self.volume)
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
        self._hang_panes()
        self._look_as_liked()

    def _follow_plane(self, plane: SliceCanvas) -> None:
        kind = plane.kind
        plane.labels = partial(self._labels_on, kind)
        plane.outlines, plane.look = partial(self._outlines_on, kind), self._pale
        plane.brush, plane.sheets = self.brush_hand, self.sheets
        plane.refused.connect(self.say)
        plane.brush_resized.connect(self._resize_brush)
        plane.corners = lambda cut: self.words.plane(self._context(), kind, cut)
        plane.inset = lambda: self._covered(plane)
        plane.slice_wanted.connect(lambda steps: self._plane_wheeled(kind, steps))
        plane.window_dragged.connect(self.drag_window)
        plane.pointed.connect(partial(self._on_pointed, kind))
        plane.enlarge_wanted.connect(lambda: self.grid.enlarge(self.pane_of(kind)))
        plane.menu_wanted.connect(self._on_menu)
        plane.view_changed.connect(self._tell_place)
        plane.view_changed.connect(lambda: self._view_moved_in(plane))
        plane.installEventFilter(self)

    def _covered(self, pane: QWidget) -> float:
        """How much of the top of a pane lies under the options of the tool."""
        if not self.options.isVisible():
            return 0.0
        place = QRect(pane.mapTo(self.options.parentWidget(), QPoint()), pane.size())
        under = place.intersected(self.options.geometry())
        return float(under.bottom() - place.top()) if not under.isEmpty() else 0.0

    @Slot()
    def _make_room(self) -> None:
        """For one row, so that most tools move nothing; for more where the one in hand has more."""
        rows = self.options.height() if not self.options.isHidden() else 0
        self.option_room.setFixedHeight(max(self.options.row_height, rows))

    def _show_options(self) -> None:
        before = self.options.geometry(), self.options.isVisible()
        super()._show_options()
        if before != (self.options.geometry(), self.options.isVisible()):
            for plane in self.planes.values():
                plane.update()

    def _resize_brush(self, steps: int) -> None:
        super()._resize_brush(steps)
        self._refresh_planes()  # its circle stands in whichever pane the pointer is

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

    # -- panes

    def _nothing_in_hand(self) -> bool:
        return not self.drafting() and not isinstance(self.tool, DrawingTool) and not self.focus.hovered

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
        number, count = self.slice_place()
        kind = self.active or (state.acquired if state is not None else None)
        strip.show_slice(kind.value.capitalize() if kind is not None else self.words.one, number, count)
        own = state is None or kind is state.acquired
        first = self.frame() - self.frame() % max(1, self.volume.slices)
        strip.slider.show_marks(f - first for f in self.key_images if own and first <= f < first + self.volume.slices)
        strip.show_times(self.frame() // max(1, self.volume.slices), self.volume.times)
        strip.show_slab(state.slab if state is not None else None, possible=state is not None and state.geometry.n > 1)
        strip.show_window(self.window_text(), self.volume.window.title)
        strip.warnings.show_warnings(self.words.warnings(self.told))
        strip.show_actions(self._title_with_key, self.why_not)
        for i, pane in enumerate(self.grid.panes):
            pane.mark(i == self.pane_of(self.active))

    def _title_with_key(self, action_id: str) -> str:
        keys = self.keymap.keys(action_id)
        return self.keymap.action(action_id).title + (f"  ({keys[0]})" if keys else "")

    def show_adjustments(self) -> None:
        """The windows take the place of brightness and contrast."""
        why = self.why_not("volume_windows")
        if why:
            self.say(why)
            return
        button = self.strip.window_button
        self.show_windows(button.mapToGlobal(QPoint(0, 0)))

    # -- keys, menus, words

    def ask_number(self, title: str, hint: str, proposed: float, least: float = 0.1) -> float | None:
        value, chosen = QInputDialog.getDouble(self, title, f"{title} (mm)\n{hint}", proposed, least, 50.0, 1)
        return value if chosen else None

    @Slot()
    def _keys_back(self) -> None:
        """The keyboard is that of a pane again: the active one, else whichever is to be seen."""
        panes = (self.planes.get(self.active), self.canvas, *self.planes.values())
        next((p for p in panes if p is not None and p.isVisible()), self.canvas).setFocus()

    def takes_key(self, key: str) -> bool:
        return (key == LEAVES or not self.is_free(key)) and super().takes_key(key)

    def handle_key(self, event: QKeyEvent) -> bool:
        key = key_text(event)
        if not self.is_free(key):
            return super().handle_key(event)
        if key == LEAVES:
            self.run("leave")
        return key == LEAVES

    def seal(self) -> None:
        super().seal()
        self.option_room.hide()  # none of the tools that are left has options

    def menu_groups(self) -> Sequence[Sequence[str]]:
        return VOLUME_SELECTION if self.focus.selected else VOLUME_GROUND

    def _show_page(self) -> None:
        """The strip says it."""

    def zoom_selection_or_fit(self) -> None:
        if self.active is not None:
            self.zoomed.fit()
        else:
            super().zoom_selection_or_fit()

    @property
    def zoomed(self) -> ViewedCanvas:
        return self.planes[self.active] if self.active is not None else self.canvas
