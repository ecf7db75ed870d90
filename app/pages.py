"""The pages of one window, made when they are first visited; the label editor lies over them."""

from __future__ import annotations

import gc
import logging
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, QTimer, Slot
from PySide6.QtWidgets import QWidget

from app.rooms.files import FilesRoom
from storage.errors import StaleUndo
from storage.model.workflow import TaskStatus
from widgets import words

if TYPE_CHECKING:
    from app.actions.registry import Action
    from app.context import AppContext
    from app.jobs import Job
    from app.label_editor import LabelEditor
    from app.operations import Operations
    from app.rescue import Shown
    from app.rooms.datasets import DatasetsRoom
    from app.rooms.jobs import JobsRoom
    from app.rooms.ontologies import OntologiesRoom
    from app.rooms.projects import ProjectsRoom
    from app.rooms.settings import SettingsRoom
    from app.task_open import OpenTask
    from app.window import MainWindow
    from storage.catalog.undo import Replay
    from storage.model.reads import TaskRow


log = logging.getLogger(__name__)

EDITOR_SOON_MS = 150
#: What the first rows need not wait for is made this long after the window is ready.
REST_SOON_MS = 200


def _import_editor() -> None:
    import app.label_editor  # noqa: F401
    import viewers.decode.images
    import viewers.editors.image_editor
    import viewers.tools.toolbox  # noqa: F401


def _import_rest() -> None:
    """Of the files room: imported by the window's own thread they would hold it up."""
    import widgets.panels.details
    import widgets.panels.trash  # noqa: F401


def _import_verbs() -> None:
    """Of all editors; some of what they need is large."""
    import app.actions.labels  # noqa: F401


class Pages(QObject):
    def __init__(self, window: MainWindow, context: AppContext, operations: Operations) -> None:
        super().__init__(window)
        self.window, self.context, self.operations = window, context, operations
        self._replays: list[str] = []  # undo and redo that wait for the one before
        self._replaying = False
        self.files = FilesRoom(window, context, self.operations)
        self._keep(self.files.widget)
        self.datasets: DatasetsRoom | None = None
        self.ontologies: OntologiesRoom | None = None
        self.projects: ProjectsRoom | None = None
        self.jobs: JobsRoom | None = None
        self.settings: SettingsRoom | None = None
        self.editor: LabelEditor | None = None
        window.registry.later(self._label_actions)
        self._rest = QTimer(self)
        self._rest.setSingleShot(True)
        self._rest.setInterval(REST_SOON_MS)
        self._rest.timeout.connect(self._complete)
        window.ready.connect(self._rest.start)

    @Slot()
    def _complete(self) -> None:
        self.context.jobs.read(_import_rest, self._make_rest, owner=self)

    def _make_rest(self, _imported: None) -> None:
        self.files.complete()
        if self.window.only_read is not None:
            self.window.only_read.hold(self.files.widget)
        self.context.jobs.read(_import_verbs, self._fill_label_menu, owner=self)

    def _fill_label_menu(self, _imported: None) -> None:
        from app.menus import fill_label_menu

        fill_label_menu(self.window)
        gc.freeze()  # what was imported stays: a look at it would hold the interpreter's lock for 20 ms

    def _label_actions(self) -> list[Action]:
        from app.actions.labels import label_actions

        return label_actions(self.window)

    def page(self, place: str) -> QWidget:
        makers: dict[str, Callable[[], QWidget]] = {
            "files": lambda: self.files.widget,
            "datasets": self._datasets,
            "ontologies": self._ontologies,
            "projects": self._projects,
            "jobs": self._jobs,
            "settings": self._settings,
        }
        return makers[place]()

    def entered(self, place: str, again: bool) -> None:
        """`again`: it was shown already; from a project that leads to all of them."""
        if place == "jobs" and self.jobs is not None:
            self.jobs.show_now()
            self.context.jobs.seen(*self.context.jobs.unseen)
        if place == "files":
            self.window.status_line.show_context(self.files.selection_text())

        if place == "projects" and again:
            self.projects.widget.close_project()
        elif place == "projects":
            self.projects.widget.take_keys()

    def _keep(self, widget: QWidget) -> QWidget:
        if self.window.only_read is not None:
            self.window.only_read.hold(widget)
        self.window.stack.addWidget(widget)
        self.window.state.restore_splitters(widget)
        return widget

    def _datasets(self) -> QWidget:
        if self.datasets is None:
            from app.rooms.datasets import DatasetsRoom

            self.datasets = DatasetsRoom(self.window, self.context, self.operations)
            self._keep(self.datasets.widget)
        return self.datasets.widget

    def _ontologies(self) -> QWidget:
        if self.ontologies is None:
            from app.rooms.ontologies import OntologiesRoom

            self.ontologies = OntologiesRoom(self.window, self.context, self.operations)
            self._keep(self.ontologies.widget)
        return self.ontologies.widget

    def _projects(self) -> QWidget:
        if self.projects is None:
            from app.rooms.projects import ProjectsRoom

            self.projects = ProjectsRoom(self.window, self.context, self.operations)
            self._keep(self.projects.widget)
            QTimer.singleShot(EDITOR_SOON_MS, self._load_editor)
        return self.projects.widget

    def _jobs(self) -> QWidget:
        if self.jobs is None:
            from app.rooms.jobs import JobsRoom

            self.jobs = JobsRoom(self.window, self.context)
            self._keep(self.jobs.widget)
        return self.jobs.widget

    def _settings(self) -> QWidget:
        if self.settings is None:
            from app.rooms.settings import SettingsRoom

            self.settings = SettingsRoom(self.window, self.context)
            self._keep(self.settings.widget)
        return self.settings.widget

    # -- the label editor

    @Slot()
    def _load_editor(self) -> None:
        """The editor and what decodes and draws for it take a quarter of a second to import: before they are needed."""
        self.context.jobs.read(_import_editor, lambda _nothing: None, owner=self)

    @property
    def editing(self) -> bool:
        return self.editor is not None and self.window.stack.currentWidget() is self.editor

    @property
    def task(self) -> OpenTask | None:
        """The one that is open on the screen."""
        return self.editor.task if self.editing else None

    def open_task(self, task_id: int, *, look: bool = False, frame: int | None = None) -> None:
        """Show the editor on a task; where another window has it open, that one comes to the front.

        `look`: it becomes nobody's own before it is changed. `frame`: on which it is shown.
        """
        other = self._elsewhere(task_id)
        if other is not None:
            from app.program import bring_to_front

            bring_to_front(other)
            return
        if self.editor is None:
            from app.label_editor import LabelEditor

            self.editor = LabelEditor(self.context, self.window.messages, self.operations, state=self.window.state)
            self.editor.verbs.elsewhere = lambda other_id: self._elsewhere(other_id) is not None
            self.editor.use_keys(self.window.registry.editor_keys())
            self.editor.left.connect(self._on_left)
            self.editor.status.connect(self.window.status_line.show_context)
            self.editor.hint.connect(self.window.status_line.show_hint)
            self.editor.state_changed.connect(self.window.soon_refresh)
            self.editor.state_changed.connect(self._remember_frame)
            self.editor.opened.connect(self._on_opened)
            self.editor.alone_changed.connect(self._on_alone)
            self._keep(self.editor)
        if task_id != self.editor.task_id and not self.editor.verbs.may_leave():
            self._on_opened(self.editor.task_id)  # what was begun there is on the screen again, to be finished or dropped
        else:
            self.editor.open(task_id, look=look, frame=frame)

    def _elsewhere(self, task_id: int) -> MainWindow | None:
        """Another window that has this task open, or is opening it."""
        for window in self.window.program.windows:
            other = window.pages
            if (
                other is not None
                and other is not self
                and other.editor is not None
                and ((other.editing and other.editor.task_id == task_id) or other.editor.awaits(task_id))
            ):
                return window
        return None

    def open_in_queue(self, task: TaskRow, *, look: bool = False, frame: int | None = None) -> None:
        """The task, with the queue of its project behind it."""
        self._projects()
        self.projects.widget.open_project(task.project_id, queue=True)
        self.open_task(task.id, look=look, frame=frame)

    def open_again(self, task_id: int) -> None:
        """The task that was open at the last end of the program, if it is still to be done and the person has not gone on."""
        shown, reads, me = self.window.stack.currentWidget(), self.context.reads, self.context.catalog.user.email
        kept = self.window.state.get("frame")
        frame = kept[1] if isinstance(kept, list) and kept[0] == task_id else None

        def show(task: TaskRow) -> None:
            waits = task.status is not TaskStatus.COMPLETED and task.assignee in (None, me)
            if waits and self.window.stack.currentWidget() is shown:
                self.open_in_queue(task, frame=frame)

        self.context.jobs.read(
            lambda: reads.task(task_id), show, lambda error: log.info("not opened again: %s", error), owner=self
        )

    @Slot(int)
    def _on_opened(self, task_id: int) -> None:
        assert self.editor is not None
        self.window.remember("projects", task_id)
        self.window.stack.setCurrentWidget(self.editor)
        self.window.rail.choose("projects")
        self.window.place = "projects"
        self.editor.setFocus()
        self.window.name()
        self.window.soon_refresh()

    @property
    def worked_on(self) -> str:
        """The open task and its project."""
        if self.task is None:
            return ""
        loaded = self.task.loaded
        return f"{words.name(loaded.task.title)} – {loaded.project.title}"

    @Slot()
    def _remember_frame(self) -> None:
        """Where one is in the open task, for the next start."""
        task = self.editor.task
        if task is not None and self.window.main:
            self.window.state.set("frame", [task.id, task.frame])

    @Slot(bool)
    def _on_alone(self, alone: bool) -> None:
        self.window.show_chrome(not alone)

    @Slot()
    def _on_left(self) -> None:
        """To the queue of its project, wherever it was opened from."""
        task = self.editor.task
        self.window.status_line.show_hint("")
        self.window.go("projects")
        if task is not None:
            self.projects.widget.open_project(task.loaded.project.id, queue=True)

    # -- what the window's verbs need

    def _undoer(self, which: str) -> Any:
        """Whose undo it is now: the label editor's or the ontology editor's on the screen, else the catalog's."""
        shown = self.window.stack.currentWidget()
        if self.task is not None:
            return self.task
        if (
            self.ontologies is not None
            and shown is self.ontologies.widget
            and getattr(self.ontologies.widget.editor, f"{which}_text")
        ):
            return self.ontologies.widget.editor
        return self.context.catalog

    def undo_text(self) -> str:
        text: str = self._undoer("undo").undo_text
        return text

    def redo_text(self) -> str:
        text: str = self._undoer("redo").redo_text
        return text

    def undo(self) -> None:
        self._replay("undo")

    def redo(self) -> None:
        self._replay("redo")

    def _replay(self, which: str) -> None:
        undoer = self._undoer(which)
        if undoer is not self.context.catalog:
            try:
                getattr(undoer, which)()
            except StaleUndo as error:
                self._on_stale(error)
            return
        if self.operations.refuses():
            return
        self._replays.append(which)
        if not self._replaying:
            self._replay_next()

    def _replay_next(self) -> None:
        """One after the other: what the next one takes away is known when all that was done before it is written."""
        self._replaying = bool(self._replays)
        if self._replaying:
            self.operations.after_all(self._replay_now, self._on_stale)

    def _replay_now(self) -> None:
        if not self._replays:
            return
        which, catalog = self._replays.pop(0), self.context.catalog
        found = catalog.next_replay(redo=which == "redo")
        if found is None:
            self.window.messages.tell(self.tr("There is nothing to {0}.").format(which))
            self._replay_next()
            return
        if not self._may_replay(which, found):
            self._replays.clear()
            self._replaying = False
            return
        words = self.tr("Undone: {0}") if which == "undo" else self.tr("Done again: {0}")

        def then(_result: object) -> None:
            self.window.messages.tell(words.format(found.what))
            self._replay_next()

        self.operations.follow(found.text, getattr(catalog, which)(), then=then, failed=self._on_stale)

    def _may_replay(self, which: str, found: Replay) -> bool:
        """What takes much away, or was done where one does not look, is asked about."""
        here = self.window.place
        away = bool(found.place) and found.place != here
        if not (away or found.tasks or found.files or here == "ontologies"):
            return True
        lines = [self.tr("The last change: {0}." if which == "undo" else "What was undone last: {0}.").format(found.what)]
        if away:
            lines.append(self.tr("It was made on the page “{0}”.").format(self.window.rail.title(found.place)))
        if found.tasks:
            lines.append(self.tr("{0} tasks go with it, with all their labels.").format(f"{found.tasks:,}"))
        elif found.files:
            lines.append(self.tr("{0} files leave with it; they stay in their folders.").format(f"{found.files:,}"))
        verb, yes = (self.tr("Undo"), self.tr("Undo it")) if which == "undo" else (self.tr("Redo"), self.tr("Do it again"))
        return self.window.messages.ask(verb, " ".join(lines), yes=yes, danger=bool(found.tasks or found.files))

    def _on_stale(self, error: BaseException) -> None:
        self._replays.clear()
        self._replaying = False
        if isinstance(error, StaleUndo):
            self.window.messages.tell(f"{error.reason} {error.remedy}")
        else:
            self.window.messages.error(error)

    @Slot(object)
    def show_result(self, job: Job) -> None:
        from app.background.adding import show_result

        self.context.jobs.seen(job)
        show_result(self.window, job.result)

    def focus_search(self) -> None:
        if self.task is not None and self.task.side.classes.focus_search():
            return
        self.window.go("files")
        self.files.focus_search()

    def show_shortcuts(self) -> None:
        """Over the task that is open, else among the settings."""
        if self.task is not None:
            self._settings()
            self.settings.show_keys_of(self.task.editor.keymap)
            return
        self.window.go("settings")
        assert self.settings is not None
        self.settings.show_shortcuts()

    def shown_labels(self) -> list[Shown]:
        """Of the task on the screen, if they may be changed."""
        task = self.editor.task if self.editor is not None else None
        if task is None or task.session.sealed:
            return []
        from app.rescue import Shown

        task.settle()
        return [Shown(task.loaded.row, task.session.document)]

    def may_close(self) -> bool:
        return self.editor is None or self.editor.verbs.may_close()

    def close(self) -> None:
        self._rest.stop()
        self.files.save_view()
        if self.editor is not None:
            self.editor.close_down()
