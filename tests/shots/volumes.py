"""The volume editor on the sample's scans: planes, one pane, slices, a prior beside, 3D, turned planes, header, hanging rules."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from PySide6.QtWidgets import QAbstractItemView

from postil.demo import scans
from viewers.canvas.mpr_grid import Layout
from viewers.scene.mpr import PlaneKind

if TYPE_CHECKING:
    from tests.shots.screens import Walk

IN_3D = 3  # its pane


def volumes(walk: Walk) -> None:
    desk, shot = walk.desk, walk.camera.shot
    editor = opened(walk, scans.NOW)
    editor.go_to_slice(min(editor.key_images))
    desk.until(lambda: editor.settled, "the slice")
    editor.run("volume_layout_grid")
    drawn(walk)
    shot("volume-planes-and-3d")
    walk.select_first()
    shot("volume-selected")
    editor.grid.show_layout(Layout.ONE, editor.pane_of(PlaneKind.CORONAL))
    drawn(walk)
    shot("volume-one-pane")
    editor.run("volume_layout_stack")
    drawn(walk)
    shot("volume-slices-as-acquired")
    editor.run("volume_layout_grid")
    editor.state.turn(PlaneKind.AXIAL, 25)
    drawn(walk)
    shot("volume-turned-planes")
    editor.run("volume_straighten")
    editor.grid.show_layout(Layout.ONE, IN_3D)
    drawn(walk)
    shot("volume-3d")
    editor.run("volume_layout_grid")
    editor.arm_tool("threshold")
    drawn(walk)
    shot("volume-options-of-a-tool")
    editor.arm_tool("select")
    walk.camera.dialog("volume-header", editor.show_header, partial(header_is_read, walk))
    walk.camera.dialog("volume-hanging-rules", lambda: editor.run("volume_hanging_rules"))
    beside(walk, editor)
    opened(walk, scans.HEAD)
    shot("volume-nifti")


def opened(walk: Walk, title: str) -> Any:
    walk.open_medium(title)
    editor = walk.desk.task.editor
    walk.desk.until(lambda: editor.state is not None and editor.volume.complete, f"all of {title}")
    drawn(walk)
    return editor


def drawn(walk: Walk) -> None:
    editor = walk.desk.task.editor
    walk.desk.until(lambda: editor.settled, "the planes")
    walk.desk.wait_idle()
    walk.sharp()
    if editor.view_3d.isVisible():
        walk.desk.until(lambda: editor.view_3d.settled, "3D")


def header_is_read(walk: Walk, dialog: Any) -> None:
    view = dialog.findChild(QAbstractItemView)
    walk.desk.until(lambda: view.model().rowCount(), "the header")


def beside(walk: Walk, editor: Any) -> None:
    """The earlier study of the same patient, from the list of what there is of the patient."""
    side = walk.desk.task.side
    side.questions.setCurrentWidget(side.patient)
    editor.run("volume_beside_next")
    walk.desk.until(lambda: editor.beside is not None and editor.beside.canvas is not None, "the prior")
    drawn(walk)
    walk.camera.shot("volume-prior-beside")
    editor.run("volume_beside_away")
    walk.desk.wait_idle()
