"""Verbs of the whole program: catalogs, windows, undo, quitting."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QProcess
from PySide6.QtWidgets import QFileDialog, QWidget

from app.actions.registry import Action
from app.single_instance import Knock

if TYPE_CHECKING:
    from app.window import MainWindow


def ask_folder(parent: QWidget, title: str, start: str = "") -> Path | None:
    """A folder of the person's choice. Tests replace this."""
    chosen = QFileDialog.getExistingDirectory(parent, title, start)
    return Path(chosen) if chosen else None


def start_on(catalog: Path) -> None:
    """Another Postil on another catalog: each catalog has a process of its own."""
    QProcess.startDetached(
        sys.executable, ["-m", "postil", "--catalog", str(catalog)], str(Path(__file__).resolve().parents[2])
    )


def catalog_actions(window: MainWindow) -> list[Action]:
    verbs = _CatalogVerbs(window)
    tr = window.tr
    return [
        Action("catalog.new", tr("New catalog…"), verbs.new, (), "ph.folder-plus", group=tr("Catalog")),
        Action("catalog.open", tr("Open another catalog…"), verbs.open, ("Ctrl+O",), "ph.folder-open", group=tr("Catalog")),
        Action(
            "catalog.sample",
            tr("Open the sample project"),
            verbs.sample,
            (),
            "ph.sparkle",
            when=verbs.why_no_sample,
            group=tr("Catalog"),
        ),
        Action(
            "catalog.backup",
            tr("Back up the catalog now"),
            verbs.backup,
            (),
            "ph.shield-check",
            when=verbs.why_closed,
            group=tr("Catalog"),
            changes=True,
        ),
        Action(
            "catalog.check",
            tr("Check the catalog"),
            verbs.check,
            (),
            "ph.heartbeat",
            when=verbs.why_closed,
            group=tr("Catalog"),
        ),
        Action(
            "window.new",
            tr("New window"),
            verbs.new_window,
            ("Ctrl+N",),
            "ph.app-window",
            when=verbs.why_closed,
            group=tr("Window"),
        ),
        Action("window.close", tr("Close window"), window.close, ("Ctrl+W",), "ph.x", group=tr("Window")),
        Action("program.quit", tr("Quit"), verbs.quit, ("Ctrl+Q",), "ph.sign-out", group=tr("Window")),
        Action(
            "edit.undo",
            tr("Undo"),
            verbs.undo,
            ("Ctrl+Z",),
            "ph.arrow-counter-clockwise",
            when=verbs.why_no_undo,
            group=tr("Edit"),
        ),
        Action(
            "edit.redo",
            tr("Redo"),
            verbs.redo,
            ("Ctrl+Shift+Z", "Ctrl+Y"),
            "ph.arrow-clockwise",
            when=verbs.why_no_redo,
            group=tr("Edit"),
        ),
    ]


class _CatalogVerbs:
    def __init__(self, window: MainWindow) -> None:
        self.window = window

    def why_closed(self) -> str:
        return "" if self.window.context is not None else self.window.tr("The catalog is not open yet.")

    def new(self) -> None:
        folder = ask_folder(self.window, self.window.tr("Choose an empty folder for the new catalog"))
        if folder is None:
            return
        if any(folder.iterdir()):
            folder = folder / "Catalog"
        if folder.exists():
            self.window.messages.tell(self.window.tr("{0} exists already; choose an empty folder.").format(folder))
            return
        start_on(folder)

    def open(self) -> None:
        folder = ask_folder(self.window, self.window.tr("Open a catalog"), str(self.window.program.path.parent))
        if folder is None:
            return
        if not (folder / "catalog.sqlite").exists():
            self.window.messages.tell(self.window.tr("{0} is not a catalog: it has no catalog.sqlite.").format(folder.name))
            return
        start_on(folder)

    def why_no_sample(self) -> str:
        if self.window.context is None:
            return self.why_closed()
        return ""

    def sample(self) -> None:
        from storage.paths import user_data_dir

        window, folder = self.window, user_data_dir() / "Sample"
        if folder.exists():
            self._open_sample(folder)
            return
        from app.background.sample import make_sample

        assert window.context is not None
        job = window.context.jobs.start(window.tr("Making the sample project"), lambda progress: make_sample(folder, progress))
        job.then(window, self._open_sample, lambda error: window.messages.error(error, window.tr("Sample project")))

    def _open_sample(self, folder: Path) -> None:
        """In a window of its own, unless it is this one; a window that has nothing yet makes room for it."""
        from postil.demo import PROJECT

        window = self.window
        if window.program.path.resolve() == folder.resolve():
            window.program.show_project(PROJECT)
            return
        start_on(folder)
        window.messages.tell(window.tr("The sample project is being opened…"))
        knock = Knock(folder, {"raise": True, "project": PROJECT}, window)
        knock.taken.connect(lambda: self._make_room())

    def _make_room(self) -> None:
        assert self.window.context is not None
        reads = self.window.context.reads
        has_something = reads.child_folders(None) or reads.datasets() or reads.ontologies() or reads.projects() or reads.trash()
        if not has_something:
            self.quit()

    def backup(self) -> None:
        window = self.window
        assert window.context is not None
        catalog = window.context.catalog
        job = window.context.jobs.start(window.tr("Backing up"), lambda progress: catalog.backup(None, progress))
        job.then(
            window,
            lambda path: window.messages.tell(window.tr("Backed up to {0}").format(path)),
            lambda error: window.messages.error(error, window.tr("Back up")),
        )

    def check(self) -> None:
        window = self.window
        assert window.context is not None
        path = window.context.catalog.path

        def work(progress: object) -> object:
            from storage.catalog.check import check

            return check(path, progress=progress)

        job = window.context.jobs.start(window.tr("Checking the catalog"), work)
        job.then(window, self._checked, lambda error: window.messages.error(error, window.tr("Check")))

    def _checked(self, problems: list) -> None:
        window = self.window
        if not problems:
            window.messages.tell(window.tr("The catalog is in order."))
            return
        from widgets.dialogs.result_list import ResultList

        ResultList.ask(window, window.tr("Check of the catalog"), [(p.where, p.text, p.what) for p in problems])

    def new_window(self) -> None:
        self.window.program.new_window()

    def quit(self) -> None:
        for window in tuple(self.window.program.windows):
            if not window.close():
                return

    # -- undo goes to the editor when one is open, else to the catalog

    def why_no_undo(self) -> str:
        pages = self.window.pages
        if pages is None:
            return self.why_closed()
        return "" if pages.undo_text() or pages.operations.busy else self.window.tr("There is nothing to undo.")

    def why_no_redo(self) -> str:
        pages = self.window.pages
        if pages is None:
            return self.why_closed()
        return "" if pages.redo_text() or pages.operations.busy else self.window.tr("There is nothing to redo.")

    def undo(self) -> None:
        assert self.window.pages is not None
        self.window.pages.undo()

    def redo(self) -> None:
        assert self.window.pages is not None
        self.window.pages.redo()
