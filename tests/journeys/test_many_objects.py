"""Very many objects at once: moved, deleted and brought back as one, told once, under the wait cursor."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication

from storage.catalog import labels
from storage.editing.edits import DocumentChange
from storage.ids import new_hash8, new_uuid
from storage.model.geometry import Box
from storage.model.labels import Annotation, Instance, LabelDocument
from tests.journeys.desk import Desk
from tests.journeys.tasks import open_task
from tests.support import mouse

MANY = 600


def test_the_whole_selection_is_one_deed_told_once(queue: Desk) -> None:
    (project,) = queue.reads.projects()
    task = queue.reads.task(queue.reads.task_ids(project.id)[0])
    thing = queue.reads.ontology(project.ontology_id).objects[0].feature_hash
    made = LabelDocument()
    for n in range(MANY):
        one = Instance(new_uuid(), new_hash8(), thing, n + 1)
        made.put(one)
        made.put(Annotation(new_uuid(), one.uuid, Box(10 + n % 30 * 5, 10 + n // 30 * 4, 4, 3), 0))
    queue.do(labels.import_document, task.label_row_id, made, True)
    open_task(queue, "a.png")
    session, document = queue.task.session, queue.task.session.document
    before = dict(document.annotations)
    told: list[tuple[int, bool, Any]] = []
    rows: list[int] = []

    def hear(change: DocumentChange) -> None:
        cursor = QGuiApplication.overrideCursor()
        told.append((len(change.instances), change.preview, cursor.shape() if cursor is not None else None))

    session.listen(hear)
    queue.task.side.labels.rows.dataChanged.connect(lambda *_: rows.append(1))
    once = [(MANY, False, Qt.CursorShape.WaitCursor)]
    queue.key("Ctrl+A", queue.canvas)
    rows.clear()
    mouse.drag(queue.canvas, [(12.0, 11.5), (20.0, 20.0), (32.0, 31.5)])
    assert told == once and len(rows) < 10
    shifts = [
        (a.geometry.x - before[u].geometry.x, a.geometry.y - before[u].geometry.y) for u, a in document.annotations.items()
    ]
    shift = shifts[0]
    assert all(abs(x - shift[0]) + abs(y - shift[1]) < 1e-9 for x, y in shifts)
    assert shift[0] > 10 and shift[1] > 10
    for keys, left in (("Ctrl+Z", before), ("Delete", {}), ("Ctrl+Z", before)):
        told.clear()
        queue.key(keys, queue.canvas)
        assert told == once, keys
        assert document.annotations == left
    assert QGuiApplication.overrideCursor() is None
    queue.wait_idle()
    assert queue.reads.labels(task.label_row_id).annotations == before
