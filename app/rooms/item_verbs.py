"""Verbs on items as they lie in Files: opened with their labels or for a look, told what they show, found on the disk."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QUrl, Slot
from PySide6.QtGui import QCursor, QDesktopServices
from PySide6.QtWidgets import QApplication, QMenu

from app.menus import pop_up
from app.operations import Operations
from storage.catalog import files
from storage.errors import PostilError
from storage.model.items import GRID_MODALITIES, Kind
from storage.model.query import ItemSelection
from widgets import words

if TYPE_CHECKING:
    from app.context import AppContext
    from app.window import MainWindow
    from storage.model.reads import ItemTask, TaskRow

DRAG_OUT_LIMIT = 2000  # files offered to another program in one drag


class ItemVerbs(QObject):
    def __init__(
        self, window: MainWindow, context: AppContext, operations: Operations, items: Callable[[], ItemSelection]
    ) -> None:
        """`items`: what is selected."""
        super().__init__(window)
        self.window, self.context, self.operations, self._items = window, context, operations, items

    # -- opening

    def open_selected(self) -> None:
        for item_id in self._items().ids:
            self.open(item_id)

    @Slot(int)
    def open(self, item_id: int) -> None:
        """What is labelled is opened with its labels, in its task; all else for a look."""
        labelled = [placed for placed in self.context.reads.tasks_of(item_id) if placed.task.annotations]
        if labelled:
            self._choose_task(labelled, item_id)
        else:
            self.look_at(item_id)

    def look_at(self, item_id: int) -> None:
        from app.preview import open_preview

        open_preview(self.window, self.context, item_id)

    def look_at_selected(self) -> None:
        for item_id in self._items().ids:
            self.look_at(item_id)

    def open_task_of_selected(self) -> None:
        """Of the selected item."""
        self._choose_task(self._tasks())

    def why_no_task(self) -> str:
        if self._items().count != 1:
            return self.tr("Select one item.")
        return "" if self._tasks() else self.tr("It is in no project.")

    def _tasks(self) -> list[ItemTask]:
        return [placed for item_id in self._items().ids for placed in self.context.reads.tasks_of(item_id)]

    def _choose_task(self, tasks: list[ItemTask], item_id: int | None = None) -> None:
        """Which, where several projects have it; with an item, a look at it without labels is among them."""
        if len(tasks) == 1:
            self.open_task(tasks[0].task)
            return
        from viewers.canvas.menu_heading import add_heading

        menu = QMenu(self.window)
        add_heading(menu, self.tr("Open the task in"))
        for placed in tasks:
            menu.addAction(f"{placed.project_title}  ·  {placed.stage_title}", partial(self.open_task, placed.task))
        if item_id is not None:
            menu.addSeparator()
            menu.addAction(self.tr("Look at the file"), partial(self.look_at, item_id))
        pop_up(menu, QCursor.pos())

    def open_task(self, task: TaskRow) -> None:
        assert self.window.pages is not None
        self.window.pages.open_in_queue(task, look=True)

    # -- what a NIfTI shows

    def _grids(self) -> ItemSelection:
        """What is open in a task, else selected."""
        pages = self.window.pages
        task = pages.task if pages is not None else None
        return ItemSelection.of(task.loaded.task.item_id) if task is not None else self._items()

    def why_no_modality(self) -> str:
        items = self._grids()
        if not items.count:
            return self.tr("Select items first.")
        rows = self.context.reads.rows(list(items.ids)) if items.count == 1 else []
        said = any(row is not None and row.kind is not Kind.NIFTI for row in rows)
        return self.tr("Only of a NIfTI or NRRD volume: the files of others say it themselves.") if said else ""

    def choose_modality(self) -> None:
        items = self._grids()
        from viewers.canvas.menu_heading import add_heading

        menu = QMenu(self.window)
        add_heading(menu, self.tr("Take it for"))
        for said in (*GRID_MODALITIES, ""):
            menu.addAction(words.modality(said), partial(self.take_for, items, said))
        pop_up(menu, QCursor.pos())

    def take_for(self, items: ItemSelection, said: str) -> None:
        def then(count: int) -> None:
            self.window.messages.tell(self.tr("{0} taken for: {1}.").format(words.items(count), words.modality(said)))
            pages = self.window.pages
            assert pages is not None
            if pages.editing and self._grids() == items:
                pages.open_task(pages.editor.task_id, look=True)  # it is shown so at once

        self.operations.run(self.tr("Set modality"), files.set_modality, items, said, then=then)

    # -- on the disk

    def paths_of(self, items: ItemSelection) -> list[str]:
        """Files of dragged items, for other programs; of a group its pictures."""
        ids = sorted(items.ids) if items.query is None else list(self.context.reads.ids(items.query)[:DRAG_OUT_LIMIT])
        found = (path for i in ids[:DRAG_OUT_LIMIT] if i not in items.but for path in self._paths(i))
        return [str(path) for path in islice(found, DRAG_OUT_LIMIT) if path.exists()]

    def _paths(self, item_id: int) -> list[Path]:
        from storage.services.originals import paths_of

        try:
            return paths_of(self.context.catalog, self.context.reads.item(item_id))
        except PostilError:
            return []

    def reveal(self) -> None:
        for item_id in self._items().ids:
            for path in self._paths(item_id)[:1]:
                QDesktopServices.openUrl(QUrl.fromLocalFile(str(path.parent)))

    def copy_path(self) -> None:
        QApplication.clipboard().setText("\n".join(self.paths_of(self._items())))
        self.window.messages.tell(self.tr("Copied"))
