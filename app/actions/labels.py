"""Verbs of labelling: tasks, the panels around the canvas, and everything the picture editor can do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.actions.registry import Action
from viewers.editors.actions import EDITOR_ACTIONS, EditorAction
from viewers.editors.audio_actions import AUDIO_ACTIONS
from viewers.editors.page_actions import PAGE_ACTIONS
from viewers.editors.text_actions import HTML_ACTIONS, TEXT_ACTIONS
from viewers.editors.track_actions import GROUP_ACTIONS, VIDEO_ACTIONS
from viewers.editors.volume_actions import VOLUME_ACTIONS

if TYPE_CHECKING:
    from app.label_editor import LabelEditor
    from app.window import MainWindow
    from storage.model.reads import TaskRow

_OWN = {"undo", "redo"}  # the window's undo goes to the editor by itself


def label_actions(window: MainWindow) -> list[Action]:
    verbs = _LabelVerbs(window)
    tr = window.tr
    task = [
        Action(
            "task.submit",
            tr("Submit task, or open the next one"),
            verbs.submit,
            ("Ctrl+Enter", "Ctrl+Return"),
            "ph.check",
            when=verbs.why_not_submitted,
            group=tr("Task"),
            repeats=False,
        ),
        Action(
            "task.skip",
            tr("Skip task"),
            lambda: verbs.editor.verbs.skip(),
            ("Ctrl+Shift+Enter", "Ctrl+Shift+Return"),
            "ph.skip-forward",
            when=verbs.why_no_task,
            group=tr("Task"),
            changes=True,
            repeats=False,
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
            lambda: verbs.editor.verbs.go(1),
            ("PgDown",),
            "ph.arrow-right",
            when=verbs.why_no_task,
            group=tr("Task"),
        ),
        Action(
            "task.previous",
            tr("Previous task"),
            lambda: verbs.editor.verbs.go(-1),
            ("PgUp",),
            "ph.arrow-left",
            when=verbs.why_no_task,
            group=tr("Task"),
        ),
        Action(
            "task.leave",
            tr("Back to the queue"),
            lambda: verbs.editor.verbs.leave(),
            (),
            "ph.caret-left",
            when=verbs.why_no_task,
            group=tr("Task"),
        ),
        Action(
            "view.right_panels",
            tr("Fold the panels at the right"),
            lambda: verbs.editor.fold_right(),
            ("F9", "Ctrl+F9"),
            "ph.columns",
            when=verbs.why_no_task,
            group=tr("View"),
        ),
        Action(
            "view.left_panels",
            tr("Fold the tool bar at the left"),
            lambda: verbs.editor.fold_left(),
            ("F8", "Ctrl+F8"),
            "ph.columns",
            when=verbs.why_no_task,
            group=tr("View"),
        ),
        Action(
            "view.canvas_alone",
            tr("Show the canvas alone"),
            lambda: verbs.editor.canvas_alone(),
            ("F11",),
            "ph.arrows-out",
            when=verbs.why_no_task,
            group=tr("View"),
        ),
    ]
    return task + _editor_actions(verbs)


def _editor_actions(verbs: _LabelVerbs) -> list[Action]:
    """The verbs of every editor, each once: what several have in common has one id, and keys that mean one thing."""
    tr = verbs.window.tr
    tables = (
        ("", tr("Picture editor"), EDITOR_ACTIONS),
        ("video", tr("Video editor"), VIDEO_ACTIONS),
        ("pages", tr("Page editor"), PAGE_ACTIONS),
        ("group", tr("Group editor"), GROUP_ACTIONS),
        ("volume", tr("Volume editor"), VOLUME_ACTIONS),
        ("audio", tr("Audio editor"), AUDIO_ACTIONS),
        ("text", tr("Text editor"), [*TEXT_ACTIONS, *HTML_ACTIONS]),
    )
    made: dict[str, Action] = {}
    for medium, title, table in tables:
        for action in table:
            if action.id not in _OWN and action.id not in made:
                made[action.id] = _editor_action(verbs, action, medium or action.scope, title)
    return list(made.values())


def _editor_action(verbs: _LabelVerbs, action: EditorAction, scope: str, group: str) -> Action:
    return Action(
        f"edit.{action.id}",
        action.title,
        lambda: verbs.run(action),
        action.keys,
        action.icon,
        when=lambda: verbs.why_not(action),
        scope=scope,
        group=group,
        hint_keys=True,
    )


TASK_MENU = ["task.submit", "task.skip", "task.next", "task.previous", "task.leave", "project.labels"]
VIEW_MENU = ["view.left_panels", "view.right_panels", "view.canvas_alone", "files.modality"]


def editor_menus(window: MainWindow) -> list[tuple[str, list[str]]]:
    """The verbs of the editor on the screen (else of the picture editor) by section: a title and the ids. Named as it names them."""
    tr, pages = window.tr, window.pages
    shown = pages.task.editor if pages is not None and pages.task is not None else None
    table = list(shown.keymap) if shown is not None else EDITOR_ACTIONS
    for action in table if shown is not None else ():
        if action.id not in _OWN:
            window.registry.name_as(f"edit.{action.id}", action.title, shown.keymap.keys(action.id))
    titles = {
        "edit": tr("Edit"),
        "shape": tr("Shape"),
        "range": tr("Ranges"),
        "track": tr("Over time"),
        "select": tr("Select"),
        "tool": tr("Tools"),
        "play": tr("Play"),
        "page": tr("Pages"),
        "view": tr("View"),
    }
    menus = [
        (title, [f"edit.{a.id}" for a in table if a.section == section and a.menu and a.id not in _OWN])
        for section, title in titles.items()
    ]
    return [(title, ids) for title, ids in menus if ids]


class _LabelVerbs:
    def __init__(self, window: MainWindow) -> None:
        self.window = window

    @property
    def _editor(self) -> LabelEditor | None:
        pages = self.window.pages
        return pages.editor if pages is not None and pages.editing else None

    @property
    def editor(self) -> LabelEditor:
        assert self._editor is not None
        return self._editor

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
        task = self._editor.task if self._editor is not None else None
        if task is None:
            return self.why_no_task()
        if action.id not in task.editor.keymap:
            return self.window.tr("Not for this kind of file.")
        return task.editor.why_not(action.id)

    def run(self, action: EditorAction) -> None:
        assert self.editor.task is not None
        self.editor.task.editor.run(action.id)

    def why_not_submitted(self) -> str:
        """Where no task is open it only opens the next one."""
        if self.window.pages is None:
            return self.window.tr("Open a catalog first.")
        return self.window.registry.only_read if self._editor is not None else ""

    def submit(self) -> None:
        """Outside of the editor: open the next task of the project on the screen, else of the newest that has one."""
        if self._editor is not None:
            self._editor.verbs.submit()
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
