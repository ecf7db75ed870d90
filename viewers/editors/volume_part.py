"""What the parts of the volume editor know of each other. Each is a file of verbs for one reason to change, mixed into the editor."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PySide6.QtCore import QTimer, Signal
    from PySide6.QtWidgets import QWidget

    from storage.model.hanging import HangingRule
    from storage.model.space import Floats
    from storage.model.volume_masks import VolumeMasks
    from storage.model.voxels import VoxelBlock
    from viewers.canvas.mpr_grid import MprGrid
    from viewers.canvas.slice_acquired import AcquiredCanvas
    from viewers.canvas.slice_canvas import SliceCanvas
    from viewers.editors.image_editor import ImageEditor as _Mixed
    from viewers.editors.meanwhile import Meanwhile
    from viewers.editors.volume_beside import Beside
    from viewers.editors.volume_brush import BrushHand
    from viewers.editors.volume_header import Row
    from viewers.editors.volume_mask_work import MaskWork
    from viewers.editors.volume_overlap import OverlapButton
    from viewers.editors.volume_sheets import SheetHand
    from viewers.editors.volume_strip import VolumeStrip
    from viewers.editors.volume_view_verbs import Cine
    from viewers.scene.measuring import Measuring
    from viewers.scene.mpr import PlaneKind
    from viewers.scene.mpr_state import MprState
    from viewers.scene.plane_reader import PlaneLabels, PlaneReader
    from viewers.scene.volume_pictures import VolumePictures
    from viewers.scene.volume_source import VolumeSource
    from viewers.scene.volume_words import VolumeWords
    from viewers.tools.overlap import OverlapSettings
    from viewers.tools.volume_paint import VolumePainter
    from viewers.tools.volume_scissors import SnipSettings
else:
    _Mixed = object


class VolumePart(_Mixed):
    """Mixed into the volume editor; behind all parts comes the picture editor (`super()`)."""

    volume: VolumeSource
    pictures: VolumePictures
    masks: VolumeMasks | None
    reader: PlaneReader
    words: VolumeWords
    measuring: Measuring
    titles: Callable[[], Sequence[str]]
    patient: tuple[str, ...]
    read_header: Callable[[int], Sequence[Row]] | None

    # -- panes
    state: MprState | None
    canvas: AcquiredCanvas
    grid: MprGrid
    strip: VolumeStrip
    planes: dict[PlaneKind, SliceCanvas]
    plane_labels: dict[PlaneKind, PlaneLabels]
    active: PlaneKind | None  # whose pane has the keyboard; None: the acquired slices'
    view_3d: QWidget | None
    beside: Beside | None
    hanging: HangingRule | None
    cine: Cine
    time_cine: Cine
    pane_of: Callable[[PlaneKind | None], int]
    frame: Callable[[], int]
    show_state: Callable[[], None]
    slab_text: Callable[[], str]
    corner_titles: Callable[[], tuple[str, ...]]
    stop_cine: Callable[[], None]
    next_beside: Callable[[], None]
    beside_wanted: Signal
    hanging_wanted: Signal
    _arranging: Meanwhile  # by a rule, not by hand
    _following: Meanwhile  # one series goes where the other is looked at
    _aligning: Meanwhile  # ... and is zoomed and panned like it
    _kept_layout: dict[str, str]  # made by hand when this series was last open
    _use_3d: bool  # by whoever opened it, and by the rule it hangs by
    _likes_3d: bool
    _on_3d_switched: Callable[[bool], None]
    _move_beside: Callable[[], None]
    _soon: QTimer
    _refresh_planes: Callable[[], None]

    # -- hands
    sheets: SheetHand
    brush_hand: BrushHand
    painter: VolumePainter
    overlap: OverlapSettings
    overlap_button: OverlapButton
    snip_settings: SnipSettings
    mask_work: MaskWork
    alone: bool  # one pane stands alone
    ask_number: Callable[..., float | None]  # title, a sentence about it, proposed mm, the least; None: cancelled
    refresh_labels: Callable[[], None]
    follow_draft: Callable[[], None]
    _surfaces: QTimer | None
    _bodies: dict[str, tuple[object, VoxelBlock]]
    _before_click: Floats  # where the crosshair stood
