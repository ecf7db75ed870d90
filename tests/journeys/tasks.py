"""Steps at a task: it is opened, a class is armed, boxes are drawn."""

from __future__ import annotations

from PySide6.QtWidgets import QAbstractItemView

from storage.model.geometry import ShapeKind
from tests.journeys.desk import Desk
from tests.support import mouse


def open_task(desk: Desk, title: str) -> None:
    project = desk.reads.projects()[0].id
    task = next(t for t in desk.reads.task_ids(project) if desk.reads.task(t).title == title)
    desk.pages.open_task(task)
    desk.until(lambda: desk.pages.editing and desk.task.loaded.task.title == title, f"{title} is open")
    desk.wait_idle()
    desk.until(lambda: desk.task.editor.settled, f"{title} is drawn")


def on_task(desk: Desk, title: str) -> None:
    def there() -> bool:
        return desk.pages.editing and desk.task.loaded.task.title == title and desk.canvas.context.frame_size != (0, 0)

    desk.until(there, f"the task {title} is open")
    desk.wait_idle()


def arm(desk: Desk, shape: ShapeKind) -> None:
    """Choose a class in the panel."""
    known = next(o for o in desk.task.loaded.ontology.objects if o.shape is shape)
    desk.item(desk.task.side.classes.findChild(QAbstractItemView), known.name)
    desk.wait_idle()


def draw_boxes(desk: Desk, times: int) -> None:
    """One after the other, without waiting for anything; the class is armed."""
    for n in range(times):
        mouse.drag(desk.canvas, [(10.0 + 12 * n, 20.0), (14.0 + 12 * n, 30.0), (18.0 + 12 * n, 40.0)])
