"""Ontologies: the list at the left, the chosen one in its editor at the right."""

from __future__ import annotations

from PySide6.QtCore import QPoint, Signal, Slot
from PySide6.QtGui import QHideEvent
from PySide6.QtWidgets import QHBoxLayout, QMenu, QSplitter, QVBoxLayout, QWidget

from storage.model.changes import Changes
from storage.model.ontology import Ontology
from storage.model.reads import OntologyRow, OntologyUse, Reads
from widgets import theme, words
from widgets.bus import CatalogBus
from widgets.controls.buttons import button
from widgets.controls.labels import ElidedLabel, label
from widgets.controls.noun_list import NounList
from widgets.controls.state_stack import StateStack
from widgets.controls.states import StatePanel
from widgets.controls.title_edit import TEXT_INSET, TitleEdit
from widgets.icons import icon
from widgets.item_models.noun_rows import NounRow
from widgets.latest import Latest
from widgets.only_read import writes
from widgets.panels.ontology_editor import OntologyEditor
from widgets.panels.ontology_json import Dump, Parse
from widgets.when_seen import WhenSeen
from widgets.work import Work


class OntologiesPanel(QWidget):
    """`app` performs what is wanted and answers saves with `saved` or `save_failed`."""

    new_wanted = Signal()
    import_wanted = Signal()
    export_wanted = Signal(int)
    duplicate_wanted = Signal(int)
    delete_wanted = Signal(int)
    rename_wanted = Signal(int, str)
    save_wanted = Signal(int, object)
    menu_wanted = Signal(int, QPoint)

    def __init__(
        self, reads: Reads, bus: CatalogBus, work: Work, parse: Parse, dump: Dump, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._reads = reads
        self._current: OntologyRow | None = None
        self._wanted: int | None = None  # chosen from outside: the keyboard goes there too
        self._rows: dict[int, OntologyRow] = {}
        self._lists, self._opening, self._uses = Latest(work, self), Latest(work, self), Latest(work, self)
        self.list = NounList(self.tr("Ontologies"), self.tr("New"), self.tr("Find an ontology"), self)
        self.editor = OntologyEditor(parse, dump, self)
        self._lay_out()
        self._connect()
        self._stale, self._unknown_use = WhenSeen(self, self._refresh), WhenSeen(self, self._ask_use)
        bus.changed.connect(self._catalog_changed)
        self.read()

    def _lay_out(self) -> None:
        self._title = TitleEdit(self.tr("Title of the ontology"), self)
        self._facts = ElidedLabel("", parent=self)
        self._facts.setProperty("role", "quiet")
        self._state = label("", "quiet", parent=self)
        self._more = button(self.tr("More"), parent=self)
        self._more.setProperty("menu", True)
        verbs = QMenu(self)
        self._duplicate = verbs.addAction(icon("ph.copy"), self.tr("Duplicate"))
        self._export = verbs.addAction(icon("ph.export"), self.tr("Export JSON…"))
        self._import = verbs.addAction(icon("ph.download-simple"), self.tr("Import a JSON file as a new ontology…"))
        verbs.addSeparator()
        self._delete = verbs.addAction(icon("ph.trash"), self.tr("Delete…"))
        self._more.setMenu(verbs)
        writes(self._duplicate, self._import, self._delete)
        titles = QVBoxLayout()
        titles.setSpacing(0)
        titles.addWidget(self._title)
        self._facts.setContentsMargins(TEXT_INSET, 0, 0, 0)
        titles.addWidget(self._facts)
        head = QHBoxLayout()
        head.setContentsMargins(theme.GROUP - TEXT_INSET, 10, theme.GROUP, 6)
        head.setSpacing(theme.GAP)
        head.addLayout(titles, 1)
        head.addWidget(self._state)
        head.addWidget(self._more)
        full = QWidget()
        column = QVBoxLayout(full)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(head)
        column.addWidget(self.editor, 1)
        empty = StatePanel(
            "ph.tree-structure",
            self.tr("No ontology yet"),
            self.tr(
                "An ontology says what is to be labelled: the objects to draw, the questions to answer, their colours and keys."
            ),
            self.tr("New ontology"),
            self.tr("Import JSON…"),
            self,
        )
        writes(*empty.buttons)
        empty.action_wanted.connect(self.new_wanted)
        empty.second_wanted.connect(self.import_wanted)
        self._states = StateStack(full, empty, self)
        self._split = QSplitter(self)
        self._split.setChildrenCollapsible(False)
        self._split.addWidget(self.list)
        self._split.addWidget(self._states)
        self._split.setStretchFactor(1, 1)
        self._split.setSizes([250, 1000])
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(self._split)

    def _connect(self) -> None:
        self.list.chosen.connect(self._choose)
        self.list.new_wanted.connect(self.new_wanted)
        self.list.menu_wanted.connect(self.menu_wanted)
        self._states.retry_wanted.connect(self.read)
        self._title.renamed.connect(self._rename)
        self._duplicate.triggered.connect(self._on_duplicate)
        self._export.triggered.connect(self._on_export)
        self._import.triggered.connect(self.import_wanted)
        self._delete.triggered.connect(self._on_delete)
        self.editor.save_wanted.connect(self.save_wanted)
        self.editor.state_changed.connect(self._show_state)

    # -- what is shown

    def show_ontology(self, ontology_id: int) -> None:
        """Choose it, now or as soon as it is listed. The keyboard goes where work on it begins."""
        self._wanted = ontology_id
        self.list.choose(ontology_id)

    @property
    def current(self) -> int | None:
        return self._current.id if self._current else None

    @Slot()
    def read(self) -> None:
        self._states.show_loading()
        self._lists.ask(self._reads.ontologies, self._show_list, self._failed)

    def _failed(self, error: Exception) -> None:
        self._states.show_failed(self.tr("The ontologies could not be read"), error)

    def _show_list(self, rows: list[OntologyRow]) -> None:
        before = self.current
        self._rows = {r.id: r for r in rows}
        self.list.show_rows([NounRow(r.id, r.title, self._detail(r)) for r in rows], "")
        if not rows:
            self._current = None
            self._states.show_empty()
        elif self._current is not None and self._current.id in self._rows:
            self._current = self._rows[self._current.id]
            if self.editor.ontology_id == self._current.id:
                self._show_head()
                self._states.show_full()
            elif before == self._current.id:  # it could not be read
                self._read_current()

    def _detail(self, row: OntologyRow) -> str:
        parts = (words.how_many("objects", row.objects), words.how_many("classifications", row.classifications))
        return " · ".join(parts)

    @Slot(object)
    def _choose(self, ontology_id: int | None) -> None:
        if ontology_id is None or (self._current is not None and self._current.id == ontology_id):
            return
        self.editor.leave()
        self._current = self._rows[ontology_id]
        self._read_current()

    def _read_current(self) -> None:
        assert self._current is not None
        ontology_id = self._current.id
        self._opening.ask(lambda: self._reads.ontology(ontology_id), self._open, self._failed)

    def _open(self, ontology: Ontology) -> None:
        assert self._current is not None
        self.editor.open(self._current.id, ontology)
        self._show_head()
        self._states.show_full()
        self._ask_use()
        if self._wanted == self._current.id:
            self.editor.take_keyboard()
        self._wanted = None

    def _ask_use(self) -> None:
        current = self._current
        if current is not None:
            self._uses.ask(lambda: self._reads.ontology_use(current.id), self._show_use, self._no_use)

    def _show_use(self, use: OntologyUse) -> None:
        self.editor.show_use(use)
        if not use.projects:
            text = self.tr("Not used by a project yet")
        else:
            used = self.tr("Used by {projects}").format(projects=", ".join(use.projects))
            text = f"{used} · {words.how_many('labels', use.labels)}"
        self._facts.setText(text)

    def _no_use(self, error: Exception) -> None:
        self._facts.setText(self.tr("How it is used could not be read: {why}").format(why=error))

    def _show_head(self) -> None:
        assert self._current is not None
        self._title.show_title(self._current.title)
        self._delete.setEnabled(self._current.projects == 0)
        self._delete.setToolTip("" if self._current.projects == 0 else self.tr("A project uses it"))

    @Slot(str, str)
    def _show_state(self, state: str, text: str) -> None:
        self._state.setProperty("role", "danger" if state == "failed" else "quiet")
        self._state.style().polish(self._state)
        self._state.setText(text)

    @Slot(object)
    def _catalog_changed(self, changes: Changes) -> None:
        if changes.everything or changes.ontologies or changes.projects:
            self._stale()
        elif changes.label_rows:
            self._unknown_use()

    def _refresh(self) -> None:
        self.read()
        current = self._current
        if current is not None and current.id == self.editor.ontology_id:
            self._opening.ask(lambda: self._reads.ontology(current.id), self.editor.reload, self._gone)
        self._ask_use()

    def _gone(self, error: Exception) -> None:
        """It was deleted meanwhile: the list that is being read says what comes instead."""

    # -- saving (called by app)

    def saved(self, ontology_id: int, ontology: Ontology) -> None:
        self.editor.drafts.saved(ontology_id, ontology)

    def save_failed(self, ontology_id: int, error: BaseException) -> None:
        self.editor.drafts.save_failed(ontology_id, error)

    def flush(self) -> None:
        """Everything typed is sent to be saved: before the window closes."""
        self.editor.leave()

    def close_down(self) -> None:
        self.editor.close_down()

    def hideEvent(self, event: QHideEvent) -> None:
        self.editor.leave()
        super().hideEvent(event)

    # -- verbs

    @Slot(str)
    def _rename(self, title: str) -> None:
        if self._current is not None:
            self.rename_wanted.emit(self._current.id, title)

    @Slot()
    def _on_duplicate(self) -> None:
        if self._current is not None:
            self.editor.leave()
            self.duplicate_wanted.emit(self._current.id)

    @Slot()
    def _on_export(self) -> None:
        if self._current is not None:
            self.editor.leave()
            self.export_wanted.emit(self._current.id)

    @Slot()
    def _on_delete(self) -> None:
        if self._current is not None:
            self.delete_wanted.emit(self._current.id)
