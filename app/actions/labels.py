"""Verbs of labelling: tasks, the panels around the canvas, and everything the picture editor can do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.actions.registry import Action
from viewers.editors.actions import EDITOR_ACTIONS, EditorAction

if TYPE_CHECKING:
    from app.label_editor import LabelEditor
    from app.window import MainWindow
    from storage.model.reads import TaskRow

_OWN = {"undo", "redo"}  # the window's undo goes to the editor by itself
_SECTIONS = ("edit", "shape", "select", "tool", "view", "page")


def label_actions(window: MainWindow) -> list[Action]:
    verbs = _LabelVerbs(window)
    tr = window.tr
    task = [
        Action(
            "task.submit",
            tr("Submit task, or open the next one"),
            verbs.submit,
            ("Ctrl+Return", "Ctrl+Enter"),
            "ph.check",
            when=verbs.why_no_catalog,
            group=tr("Task"),
        ),
        Action(
            "task.skip",
            tr("Skip task"),
            verbs.skip,
            ("Ctrl+Shift+Return", "Ctrl+Shift+Enter"),
            "ph.skip-forward",
            when=verbs.why_no_task,
            group=tr("Task"),
        ),
        Action(
            "project.labels",
            tr("Export or import labels"),
            verbs.labels,
            (),
            "ph.export",
            when=verbs.why_no_project,
            group=tr("Task"),
        ),
        Action(
            "task.next",
            tr("Next task"),
            lambda: verbs.go(1),
            ("PgDown",),
            "ph.arrow-right",
            when=verbs.why_no_task,
            group=tr("Task"),
        ),
        Action(
            "task.previous",
            tr("Previous task"),
            lambda: verbs.go(-1),
            ("PgUp",),
            "ph.arrow-left",
            when=verbs.why_no_task,
            group=tr("Task"),
        ),
        Action(
            "task.leave", tr("Back to the queue"), verbs.leave, (), "ph.caret-left", when=verbs.why_no_task, group=tr("Task")
        ),
        Action(
            "view.right_panels",
            tr("Fold the panels at the right"),
            verbs.fold_right,
            ("F9",),
            "ph.columns",
            when=verbs.why_no_task,
            group=tr("View"),
        ),
        Action(
            "view.left_panels",
            tr("Fold the tool bar at the left"),
            verbs.fold_left,
            ("F8",),
            "ph.columns",
            when=verbs.why_no_task,
            group=tr("View"),
        ),
        Action(
            "view.canvas_alone",
            tr("Show the canvas alone"),
            verbs.canvas_alone,
            ("F11",),
            "ph.arrows-out",
            when=verbs.why_no_task,
            group=tr("View"),
        ),
    ]
    return task + [_editor_action(verbs, a) for a in EDITOR_ACTIONS if a.id not in _OWN]


def _editor_action(verbs: _LabelVerbs, action: EditorAction) -> Action:
    return Action(
        f"edit.{action.id}",
        action.title,
        lambda: verbs.run(action),
        action.keys,
        action.icon,
        when=lambda: verbs.why_not(action),
        scope=action.scope,
        group=verbs.window.tr("Picture editor"),
        hint_keys=True,
    )


def editor_menu(window: MainWindow) -> list[str]:
    """Ids for the Label menu, by section."""
    ids = ["task.submit", "task.skip", "task.next", "task.previous", "task.leave", "project.labels"]
    for section in _SECTIONS:
        ids.append("-")
        ids += [f"edit.{a.id}" for a in EDITOR_ACTIONS if a.section == section and a.menu and a.id not in _OWN]
    return [*ids, "-", "view.left_panels", "view.right_panels", "view.canvas_alone"]


class _LabelVerbs:
    def __init__(self, window: MainWindow) -> None:
        self.window = window

    @property
    def _editor(self) -> LabelEditor | None:
        pages = self.window.pages
        return pages.editor if pages is not None and pages.editing else None

    def why_no_task(self) -> str:
        return "" if self._editor is not None else self.window.tr("Open a task first.")

    def _project(self) -> int | None:
        """The project that is on the screen."""
        window, pages = self.window, self.window.pages
        if pages is None or pages.projects is None or window.stack.currentWidget() is not pages.projects.widget:
            return None
        return pages.projects.widget.current

    def why_no_project(self) -> str:
        return "" if self._project() is not None else self.window.tr("Open a project first.")

    def labels(self) -> None:
        """Where labels go out and come in."""
        assert self.window.pages is not None
        assert self.window.pages.projects is not None
        panel = self.window.pages.projects.widget
        panel.tabs.setCurrentWidget(panel.labels)

    def why_not(self, action: EditorAction) -> str:
        editor = self._editor
        if editor is None or editor.editor is None:
            return self.why_no_task()
        return action.why_not(editor.editor)

    def run(self, action: EditorAction) -> None:
        assert self._editor is not None and self._editor.editor is not None
        self._editor.editor.run(action.id)

    def why_no_catalog(self) -> str:
        return "" if self.window.pages is not None else self.window.tr("Open a catalog first.")

    def submit(self) -> None:
        """Outside of the editor: open the next task of the project on the screen, else of the newest that has one."""
        if self._editor is not None:
            self._editor.submit()
            return
        pages = self.window.pages
        assert pages is not None
        reads, shown = pages.context.reads, self._project()

        def ask() -> TaskRow | None:
            projects = [shown] if shown is not None else [p.id for p in sorted(reads.projects(), key=lambda p: -p.created_at)]
            return next((task for p in projects if (task := reads.next_task(p)) is not None), None)

        pages.context.jobs.read(ask, self._open, self.window.messages.error, owner=pages)

    def _open(self, task: TaskRow | None) -> None:
        if task is None:
            self.window.messages.tell(self.window.tr("There is no open task."))
        elif self.window.pages is not None:
            self.window.pages.open_task(task.id)

    def skip(self) -> None:
        assert self._editor is not None
        self._editor.skip()

    def go(self, step: int) -> None:
        assert self._editor is not None
        self._editor.go(step)

    def leave(self) -> None:
        assert self._editor is not None
        self._editor.leave()

    def fold_right(self) -> None:
        assert self._editor is not None
        self._editor.fold_right()

    def fold_left(self) -> None:
        assert self._editor is not None
        self._editor.fold_left()

    def canvas_alone(self) -> None:
        assert self._editor is not None
        alone = self._editor.canvas_alone()
        self.window.show_chrome(not alone)
