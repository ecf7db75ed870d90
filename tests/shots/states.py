"""What the label editor shows now and then: menus, what is found, a pane alone, a task that is only shown."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from postil.demo import scans
from storage.catalog import tasks
from storage.catalog.engine import Catalog
from tests.shots.volumes import IN_3D, drawn, opened
from viewers.canvas.mpr_grid import Layout

if TYPE_CHECKING:
    from tests.shots.screens import Walk


def states(walk: Walk) -> None:
    desk, camera = walk.desk, walk.camera
    walk.open_task("street-1.jpg")
    camera.dialog("keys-of-the-editor", lambda: desk.key("F1", desk.canvas))
    walk.open_medium("crossing.webm")
    walk.select_first()
    camera.dialog("film-repeat", desk.task.editor.ask_propagate)
    camera.menu("film-menu", desk.canvas, QPoint(200, 120))
    found(walk, "letter.txt", "on", "text-found")
    found(walk, "report.pdf", "cars", "pages-found")
    in_volumes(walk)
    only_shown(walk)


def found(walk: Walk, title: str, words: str, name: str) -> None:
    walk.open_medium(title)
    bar = walk.desk.task.editor.find_bar
    walk.desk.task.editor.run("find")
    QTest.keyClicks(bar.box, words)
    walk.desk.until(lambda: bar.count.text().startswith("1 of"), f"“{words}” in {title}")
    walk.sharp()
    walk.camera.shot(name)
    bar.leave()


def in_volumes(walk: Walk) -> None:
    editor = opened(walk, scans.NOW)
    for name, show in (
        ("windows", editor.show_adjustments),
        ("masks", editor.show_mask_verbs),
        ("layouts", editor.show_layouts),
    ):
        show()
        walk.desk.turn()
        walk.camera.shot(f"volume-menu-{name}")
        QApplication.activePopupWidget().close()
        walk.desk.turn()
    editor.strip.slab_box.setCurrentIndex(1)
    drawn(walk)
    walk.camera.shot("volume-slab")
    editor.strip.slab_box.setCurrentIndex(0)
    editor.grid.show_layout(Layout.ONE, IN_3D)
    editor.view_3d.set_clipping(True)
    drawn(walk)
    walk.camera.shot("volume-3d-clipped")
    editor.view_3d.set_clipping(False)
    editor.run("volume_layout_grid")


def only_shown(walk: Walk) -> None:
    """A task that somebody hands in meanwhile, and what it looks like when it is opened after that."""
    desk = walk.desk
    walk.open_task("street-2.png")
    seen = desk.task.loaded.task
    with closing(Catalog.open(desk.catalog.path)) as other:
        other.do("Submit task", tasks.submit, seen.id, seen.stage_uuid)
    desk.program._notice.timeout.emit()
    desk.wait_idle()
    walk.sharp()
    walk.camera.shot("label-editor-handed-in-elsewhere")
    desk.click("Next task", within=desk.editor.banner)
    desk.wait_idle()
    walk.open_task("street-2.png")
    walk.camera.shot("label-editor-complete")
    with closing(Catalog.open(desk.catalog.path)) as other:
        other.do("Reopen task", tasks.reopen, seen.id)
    desk.wait_idle()
