"""Datasets: the list at the left, the chosen one at the right with its files and settings."""

from __future__ import annotations

from PySide6.QtCore import QPoint, Signal, Slot
from PySide6.QtWidgets import QSplitter, QTabWidget, QVBoxLayout, QWidget

from storage.model.changes import Changes
from storage.model.reads import DatasetRow, Reads
from widgets import theme, words
from widgets.bus import CatalogBus
from widgets.controls.labels import ElidedLabel
from widgets.controls.noun_list import NounList
from widgets.controls.state_stack import StateStack
from widgets.controls.states import StatePanel
from widgets.controls.title_edit import TEXT_INSET, TitleEdit
from widgets.item_models.noun_rows import NounRow
from widgets.latest import Latest
from widgets.only_read import writes
from widgets.panels.dataset_data import DatasetData
from widgets.panels.dataset_settings import DatasetSettings
from widgets.thumbs import Thumbs
from widgets.when_seen import WhenSeen
from widgets.work import Work


class DatasetsPanel(QWidget):
    """The verbs of a dataset are signals of its parts, `data` and `settings`."""

    new_wanted = Signal()
    menu_wanted = Signal(int, QPoint)

    def __init__(self, reads: Reads, bus: CatalogBus, work: Work, thumbs: Thumbs, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._reads, self._lists = reads, Latest(work, self)
        self._rows: dict[int, DatasetRow] = {}
        self._current: int | None = None
        self.list = NounList(self.tr("Datasets"), self.tr("New"), self.tr("Find a dataset"), self)
        self.data = DatasetData(reads, bus, work, thumbs, self)
        self.settings = DatasetSettings(reads, work, self)
        self._lay_out()
        self.list.chosen.connect(self._choose)
        self.list.new_wanted.connect(self.new_wanted)
        self.list.menu_wanted.connect(self.menu_wanted)
        self._title.renamed.connect(self._rename)
        self._states.retry_wanted.connect(self.read)
        self._stale = WhenSeen(self, self.read)
        bus.changed.connect(self._catalog_changed)
        self.read()

    def _lay_out(self) -> None:
        self._title = TitleEdit(self.tr("Title of the dataset"), self)
        self._facts = ElidedLabel("", parent=self)
        self._facts.setProperty("role", "quiet")
        self.tabs = QTabWidget(self)
        self.tabs.setDocumentMode(True)
        self.tabs.setProperty("page", True)
        self.tabs.addTab(self.data, self.tr("Data"))
        self.tabs.addTab(self.settings, self.tr("Settings"))
        head = QVBoxLayout()
        head.setContentsMargins(theme.GROUP - TEXT_INSET, 10, theme.GROUP, 6)
        head.setSpacing(0)
        head.addWidget(self._title)
        self._facts.setContentsMargins(TEXT_INSET, 0, 0, 0)
        head.addWidget(self._facts)
        full = QWidget()
        column = QVBoxLayout(full)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(head)
        column.addWidget(self.tabs, 1)
        empty = StatePanel(
            "ph.database",
            self.tr("No dataset yet"),
            self.tr("A dataset is a chosen set of files for one or more projects. It links files and never copies them."),
            self.tr("New dataset"),
            parent=self,
        )
        writes(*empty.buttons)
        empty.action_wanted.connect(self.new_wanted)
        self._states = StateStack(full, empty, self)
        split = QSplitter(self)
        split.setChildrenCollapsible(False)
        split.addWidget(self.list)
        split.addWidget(self._states)
        split.setStretchFactor(1, 1)
        split.setSizes([250, 1000])
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(split)

    # -- what is shown

    def show_dataset(self, dataset_id: int) -> None:
        """Choose it, now or as soon as it is listed."""
        self.list.choose(dataset_id)

    @property
    def current(self) -> int | None:
        return self._current

    @Slot()
    def read(self) -> None:
        self._states.show_loading()
        self._lists.ask(self._reads.datasets, self._show_list, self._failed)

    def _failed(self, error: Exception) -> None:
        self._states.show_failed(self.tr("The datasets could not be read"), error)

    def _show_list(self, rows: list[DatasetRow]) -> None:
        self._rows = {r.id: r for r in rows}
        if self._current not in self._rows:
            self._current = None
        self.list.show_rows([NounRow(r.id, r.title, words.items(r.items)) for r in rows], "")
        if not rows:
            self._states.show_empty()
            return
        if self._current is not None:
            self._show(self._rows[self._current])
        self._states.show_full()

    @Slot(object)
    def _choose(self, dataset_id: int | None) -> None:
        if dataset_id is not None and dataset_id != self._current and dataset_id in self._rows:
            self._current = dataset_id
            self._show(self._rows[dataset_id])

    def _show(self, row: DatasetRow) -> None:
        self._title.show_title(row.title)
        parts = [words.items(row.items), words.how_many("projects", row.projects)]
        if row.description:
            parts.append(row.description.splitlines()[0])
        self._facts.setText(" · ".join(parts))
        self.data.show_dataset(row)
        self.settings.show_dataset(row)

    @Slot(object)
    def _catalog_changed(self, changes: Changes) -> None:
        if changes.everything or changes.datasets or changes.dataset_members or changes.projects:
            self._stale()

    @Slot(str)
    def _rename(self, title: str) -> None:
        if self._current is not None:
            self.settings.rename_wanted.emit(self._current, title)
