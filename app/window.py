"""The main window: rail, pages, status line, menus. No rules: verbs are actions, pages are panels."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QMainWindow, QMenu, QStackedWidget, QVBoxLayout, QWidget

from app.actions import ActionRegistry
from app.actions.catalog import catalog_actions
from app.actions.view import view_actions
from app.menus import build_menus
from app.messages import Messages
from app.operations import Operations
from app.rail import Place, Rail
from app.status import StatusLine
from app.window_state import FRAME
from widgets import icons, theme
from widgets.controls.drop_hint import DropHint

if TYPE_CHECKING:
    from app.context import AppContext
    from app.pages import Pages
    from app.program import Program
    from widgets.only_read import OnlyRead

#: Of the first window, and the least of every window, where the screen has room for it.
SIZE, LEAST = QSize(1280, 800), QSize(1024, 680)


class MainWindow(QMainWindow):
    """`use` gives it the catalog; until then it shows its shape and nothing to click."""

    ready = Signal()

    def __init__(self, program: Program, *, main: bool = True) -> None:
        """The place of the `main` window on the screen, and what was open in it, are those of the next start."""
        super().__init__()
        self.program, self.main = program, main
        self.context: AppContext | None = None
        self.pages: Pages | None = None
        self.label_menu: QMenu | None = None
        self.only_read: OnlyRead | None = None
        self.messages = Messages(self)
        self.registry = ActionRegistry(self, icons.icon, program.settings.values.shortcuts)
        self.registry.add(catalog_actions(self))
        self.registry.add(view_actions(self))
        self.place = ""
        self.setObjectName("main")
        self.setWindowTitle(self.tr("Postil"))
        room = self.screen().availableGeometry().marginsRemoved(FRAME).size()
        self.setMinimumSize(LEAST.boundedTo(room))
        self._lay_out()
        self.state = program.state
        if not self.state.restore_geometry(self):
            self.resize(SIZE.boundedTo(room))
        self._refresh = QTimer(self)
        self._refresh.setSingleShot(True)
        self._refresh.setInterval(0)
        self._refresh.timeout.connect(self.registry.refresh)
        self.messages.damaged.connect(program.look_for_damage)
        self.messages.told.connect(self.status_line.tell)
        self.messages.taken_back.connect(self.status_line.take_back)
        theme.on_change(self.registry.reicon)

    def _lay_out(self) -> None:
        self.rail = Rail(
            [
                Place("files", self.tr("Files"), "ph.folders"),
                Place("datasets", self.tr("Datasets"), "ph.database"),
                Place("ontologies", self.tr("Ontologies"), "ph.tree-structure"),
                Place("projects", self.tr("Projects"), "ph.clipboard-text"),
                Place("jobs", self.tr("Jobs"), "ph.activity", below=True),
                Place("settings", self.tr("Settings"), "ph.gear-six", below=True),
            ],
            icons.icon,
            self,
        )
        self.rail.setEnabled(False)
        self.rail.chosen.connect(self.go)
        self.stack = QStackedWidget(self)
        waiting = QLabel(self.tr("Opening the catalog…"), self)
        waiting.setAlignment(Qt.AlignmentFlag.AlignCenter)
        waiting.setEnabled(False)
        self.stack.addWidget(waiting)
        middle = QWidget(self)
        row = QHBoxLayout(middle)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(self.rail)
        row.addWidget(self.stack, 1)
        self.setCentralWidget(middle)
        self.status_line = StatusLine(self)
        self.setStatusBar(self.status_line)
        self.status_line.jobs_wanted.connect(lambda: self.go("jobs"))

    def use(self, context: AppContext) -> None:
        """The catalog is open."""
        from app.pages import Pages

        self.context = context
        operations = Operations(context.catalog, self.messages, lambda: self.place)
        self._say_only_read(operations.only_read)
        self.pages = Pages(self, context, operations)
        build_menus(self)
        self.rail.setEnabled(True)
        context.bus.changed.connect(self._on_changed)
        DropHint.of(self).files_near.connect(context.jobs.warm)
        context.jobs.changed.connect(self._on_jobs)
        self.status_line.result_wanted.connect(self.pages.show_result)
        self.status_line.seen.connect(context.jobs.seen)
        self.name()
        self.stack.currentChanged.connect(self.name)
        place, task_id = self.state.get("place", "files"), self.state.get("task")
        self.go(place if isinstance(place, str) and place in ("files", "datasets", "ontologies", "projects") else "files")
        if self.main and isinstance(task_id, int):
            self.state.set("task", task_id)  # it is where one was until it is open, or one goes elsewhere
            self.pages.open_again(task_id)
        self.ready.emit()

    @Slot()
    def name(self) -> None:
        """By what is worked on, so that windows can be told apart."""
        title = self.tr("{0} (read-only) – Postil") if self.only_read else self.tr("{0} – Postil")
        what = self.pages.worked_on if self.pages is not None else ""
        self.setWindowTitle(title.format(f"{what} – {self.program.path.name}" if what else self.program.path.name))

    def _say_only_read(self, why: str) -> None:
        if not why:
            return
        from widgets.controls.banner import Banner
        from widgets.only_read import OnlyRead

        self.only_read, self.registry.only_read = OnlyRead(why, self), why
        whole = QWidget(self)
        column = QVBoxLayout(whole)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        banner = Banner("warning", whole)
        column.addWidget(banner)
        column.addWidget(self.takeCentralWidget(), 1)
        banner.say(f"{why} " + self.tr("Files and labels can be opened, and labels exported; nothing can be changed."))
        self.setCentralWidget(whole)

    def show_failure(self, error: Exception, backup: Path | None) -> None:
        """There is no catalog to work on: why, and what can be done."""
        from app.failure import FailurePage

        page = FailurePage(error, backup, self)
        page.restore_wanted.connect(self.program.restore)
        page.retry_wanted.connect(self.program.open)
        page.other_wanted.connect(self.choose_catalog)
        self.stack.addWidget(page)
        self.stack.setCurrentWidget(page)
        page.setFocus()

    # -- places

    @Slot(str)
    def go(self, place: str) -> None:
        if self.pages is None:
            return
        page = self.pages.page(place)
        again = self.stack.currentWidget() is page
        self.stack.setCurrentWidget(page)
        self.rail.choose(place)
        self.place = place
        self.remember(place, None)
        self.status_line.show_context("")
        self.status_line.show_hint("")
        self.pages.entered(place, again)
        self.soon_refresh()

    def remember(self, place: str, task_id: int | None) -> None:
        if self.main:
            self.state.set("place", place)
            self.state.set("task", task_id)

    def choose_catalog(self) -> None:
        self.registry.trigger("catalog.open")

    def show_chrome(self, shown: bool) -> None:
        """Rail, menus and status line, for the canvas alone."""
        self.rail.setVisible(shown)
        self.menuBar().setVisible(shown)
        self.status_line.setVisible(shown)

    # -- news

    def soon_refresh(self) -> None:
        """What can be done now may have changed: look once per turn of the event loop."""
        self._refresh.start()

    @Slot(object)
    def _on_changed(self, _changes: object) -> None:
        self.soon_refresh()

    @Slot()
    def _on_jobs(self) -> None:
        assert self.context is not None
        running, unseen = self.context.jobs.running, self.context.jobs.unseen
        self.rail.set_badge("jobs", len(running) + len(unseen))
        self.status_line.show_jobs(running)
        self.status_line.show_unseen(unseen)

    # -- the end

    def closeEvent(self, event: QCloseEvent) -> None:
        if self.pages is not None and not self.pages.may_close():
            event.ignore()
            return
        if self.main:
            self.state.save_geometry(self)
        self.state.save_splitters(self)
        if self.pages is not None:
            self.pages.close()
        self.program.forget(self)
        event.accept()

    def give_up(self) -> None:
        """Its catalog must not be touched any more, so nothing is asked and nothing waited for."""
        if self.pages is not None:
            self.pages.close()
        self.hide()
        self.deleteLater()
