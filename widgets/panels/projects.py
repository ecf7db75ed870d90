"""Projects: cards, and one project opened to its tabs."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QModelIndex, QPoint, QSize, Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QListView, QStackedWidget, QTabWidget, QVBoxLayout, QWidget

from storage.model.changes import Changes
from storage.model.reads import ProjectRow, Reads
from widgets import theme, words
from widgets.bus import CatalogBus
from widgets.controls.buttons import button, icon_button
from widgets.controls.labels import ElidedLabel, label
from widgets.controls.search_field import SearchField
from widgets.controls.state_stack import StateStack
from widgets.controls.states import StatePanel
from widgets.delegates.project_delegate import ProjectDelegate
from widgets.item_models.project_rows import PROJECT, ProjectRows, progress_of
from widgets.latest import Latest
from widgets.only_read import writes
from widgets.panels.project_labels import ProjectLabels
from widgets.panels.project_overview import ProjectOverview
from widgets.panels.project_queue import ProjectQueue
from widgets.panels.project_settings import ProjectSettings
from widgets.second_click import SecondClick
from widgets.when_seen import WhenSeen
from widgets.work import Work


class ProjectsPanel(QWidget):
    """The verbs of a project are signals of its parts: `overview`, `queue`, `labels`, `settings`."""

    new_wanted = Signal()
    menu_wanted = Signal(int, QPoint)  # on a card
    opened = Signal(object)  # project id, None: back at the cards

    def __init__(self, reads: Reads, bus: CatalogBus, work: Work, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._reads = reads
        self._project: ProjectRow | None = None
        self._lists, self._one = Latest(work, self), Latest(work, self)
        self.rows = ProjectRows(self)
        self.overview = ProjectOverview(reads, bus, work, self)
        self.queue = ProjectQueue(reads, bus, work, self)
        self.labels = ProjectLabels(reads, work, self)
        self.settings = ProjectSettings(reads, work, self)
        self._pages = QStackedWidget(self)
        self._pages.addWidget(self._cards())
        self._pages.addWidget(self._opened())
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(self._pages)
        self.queue.datasets_wanted.connect(self._show_settings)
        self._stale = WhenSeen(self, self._refresh)
        bus.changed.connect(self._catalog_changed)
        self.read()

    # -- parts

    def _cards(self) -> QWidget:
        self._search = SearchField(self.tr("Find a project"), self)
        self._search.setMaximumWidth(260)
        self._search.textChanged.connect(self.rows.filter)
        new = button(self.tr("New project"), "ph.plus", primary=True, parent=self)
        writes(new)
        new.clicked.connect(self.new_wanted)
        self.view = QListView(self)
        self.view.setModel(self.rows)
        self.view.setItemDelegate(ProjectDelegate(self.view))
        self.view.setViewMode(QListView.ViewMode.IconMode)
        self.view.setResizeMode(QListView.ResizeMode.Adjust)
        self.view.setMovement(QListView.Movement.Static)
        self.view.setUniformItemSizes(True)
        self.view.setGridSize(QSize(308, 148))
        self.view.setMouseTracking(True)
        self.view.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.view.setAccessibleName(self.tr("Projects"))
        self.view.setStyleSheet("QListView { background: palette(window); }")
        self.view.clicked.connect(self._open_index)
        SecondClick(self.view.viewport())
        self.view.activated.connect(self._open_index)
        self.view.customContextMenuRequested.connect(self._menu)
        empty = StatePanel(
            "ph.clipboard-text",
            self.tr("No project yet"),
            self.tr("A project brings datasets and an ontology together: every file becomes a task to label."),
            self.tr("New project"),
            parent=self,
        )
        writes(*empty.buttons)
        empty.action_wanted.connect(self.new_wanted)
        self._states = StateStack(self.view, empty, self)
        self._states.retry_wanted.connect(self.read)
        head = QHBoxLayout()
        head.setContentsMargins(theme.GROUP, 10, theme.GROUP, 6)
        head.setSpacing(theme.GAP)
        head.addWidget(label(self.tr("Projects"), "title"))
        head.addStretch(1)
        head.addWidget(self._search)
        head.addWidget(new)
        page = QWidget()
        column = QVBoxLayout(page)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(head)
        body = QVBoxLayout()
        body.setContentsMargins(10, 0, 10, 0)
        body.addWidget(self._states)
        column.addLayout(body, 1)
        return page

    def _opened(self) -> QWidget:
        back = icon_button("ph.arrow-left", self.tr("All projects"), parent=self)
        back.clicked.connect(self.close_project)
        self._title = ElidedLabel("", parent=self)
        self._title.setProperty("role", "title")
        self._facts = ElidedLabel("", parent=self)
        self._facts.setProperty("role", "quiet")
        head = QHBoxLayout()
        head.setContentsMargins(12, 10, theme.GROUP, 6)
        head.setSpacing(theme.GAP)
        head.addWidget(back)
        head.addWidget(self._title)
        head.addWidget(self._facts, 1)
        self.tabs = QTabWidget(self)
        self.tabs.setDocumentMode(True)
        self.tabs.setProperty("page", True)
        self.tabs.addTab(self.overview, self.tr("Overview"))
        self.tabs.addTab(self.queue, self.tr("Queue"))
        self.tabs.addTab(self.labels, self.tr("Labels && export"))
        self.tabs.addTab(self.settings, self.tr("Settings"))
        page = QWidget()
        column = QVBoxLayout(page)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(head)
        column.addWidget(self.tabs, 1)
        return page

    # -- what is shown

    @property
    def current(self) -> int | None:
        return self._project.id if self._project else None

    def open_project(self, project_id: int, *, queue: bool = False) -> None:
        self._one.ask(lambda: self._reads.project(project_id), self._show, self._gone)
        if queue:
            self.tabs.setCurrentWidget(self.queue)
            self.take_keys()

    def import_labels(self, project_id: int, files: Sequence[Path]) -> None:
        """Where labels are imported, with these DICOM files chosen."""
        self.labels.offer(project_id, files)
        self.open_project(project_id)
        self.tabs.setCurrentWidget(self.labels)

    def take_keys(self) -> None:
        """The keyboard goes to what is shown: the cards, the tasks of the queue, or the tabs."""
        if self._pages.currentIndex() == 0:
            self.view.setFocus(Qt.FocusReason.OtherFocusReason)
        else:
            shown = self.queue.table if self.tabs.currentWidget() is self.queue else self.tabs.tabBar()
            shown.setFocus(Qt.FocusReason.OtherFocusReason)

    @Slot()
    def close_project(self) -> None:
        self._one.forget()
        self._project = None
        self._pages.setCurrentIndex(0)
        self.take_keys()
        self.opened.emit(None)

    @Slot()
    def read(self) -> None:
        self._states.show_loading()
        self._lists.ask(self._reads.projects, self._show_list, self._failed)

    def _failed(self, error: Exception) -> None:
        self._states.show_failed(self.tr("The projects could not be read"), error)

    def _show_list(self, projects: list[ProjectRow]) -> None:
        self.rows.show_rows(projects)
        if projects:
            self._states.show_full()
        else:
            self._states.show_empty()

    def _show(self, project: ProjectRow) -> None:
        fresh = self._project is None or self._project.id != project.id
        self._project = project
        done, total = progress_of(project)
        self._title.setText(project.title)
        done_of = self.tr("{done} of {total} complete").format(done=words.number(done), total=words.number(total))
        self._facts.setText(f"{project.ontology_title} · {done_of if total else self.tr('no tasks yet')}")
        for part in (self.overview, self.queue, self.labels, self.settings):
            part.show_project(project)
        if fresh:
            self._pages.setCurrentIndex(1)
            if self.isVisible():
                self.take_keys()
            self.opened.emit(project.id)

    def _gone(self, error: Exception) -> None:
        """Deleted meanwhile: back to the cards, which say what there is."""
        self.close_project()
        self.read()

    @Slot(object)
    def _catalog_changed(self, changes: Changes) -> None:
        if changes.everything or changes.projects or changes.tasks or changes.ontologies or changes.dataset_members:
            self._stale()

    def _refresh(self) -> None:
        self.read()
        if self._project is not None:
            self.open_project(self._project.id)

    # -- verbs

    @Slot(QModelIndex)
    def _open_index(self, index: QModelIndex) -> None:
        if index.isValid() and self._project is None:
            self.open_project(index.data(PROJECT).id)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        is_enter = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
        if is_enter and event.modifiers() & Qt.KeyboardModifier.ControlModifier and self._project is not None:
            self.queue.start()  # from every tab of an open project
        else:
            super().keyPressEvent(event)

    @Slot()
    def _show_settings(self) -> None:
        self.tabs.setCurrentWidget(self.settings)

    @Slot(QPoint)
    def _menu(self, place: QPoint) -> None:
        index = self.view.indexAt(place)
        if index.isValid():
            self.menu_wanted.emit(index.data(PROJECT).id, self.view.viewport().mapToGlobal(place))
