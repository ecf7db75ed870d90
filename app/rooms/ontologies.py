"""Ontologies: the panel, and its verbs on the catalog and on files."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QPoint, Slot
from PySide6.QtGui import QCursor
from PySide6.QtWidgets import QMenu

from app.dialogs import ask_open_file, ask_save_file
from app.menus import pop_up
from app.operations import Operations
from storage.catalog import ontologies
from storage.exchange import ontology_json
from storage.model.ontology import Ontology
from storage.services.whole_file import write_whole
from widgets.dialogs.new_ontology import NewOntologyDialog
from widgets.only_read import writes
from widgets.panels.ontologies import OntologiesPanel

if TYPE_CHECKING:
    from app.context import AppContext
    from app.window import MainWindow

JSON_FILES = "JSON (*.json);;*"


class OntologiesRoom(QObject):
    def __init__(self, window: MainWindow, context: AppContext, operations: Operations) -> None:
        super().__init__(window)
        self.window, self.context, self.operations = window, context, operations
        self.widget = OntologiesPanel(context.reads, context.bus, context.jobs, ontology_json.loads, ontology_json.dumps)
        panel = self.widget
        panel.new_wanted.connect(self.new)
        panel.import_wanted.connect(self.take_in)
        panel.export_wanted.connect(self.export)
        panel.duplicate_wanted.connect(self.duplicate)
        panel.delete_wanted.connect(self.delete)
        panel.rename_wanted.connect(
            lambda i, title: self.operations.run(self.tr("Rename ontology"), ontologies.rename, i, title)
        )
        panel.save_wanted.connect(self.save)
        panel.menu_wanted.connect(self.menu)
        panel.editor.state_changed.connect(lambda _state, _text: self.window.soon_refresh())

    @Slot()
    def new(self) -> None:
        titles = {row.title for row in self.context.reads.ontologies()}
        wanted = NewOntologyDialog.ask(self.window, titles)
        if wanted is not None:
            self._create(self.tr("New ontology"), wanted.title, Ontology(), wanted.description)

    def _create(self, text: str, title: str, ontology: Ontology, description: str = "") -> None:
        self.operations.run(text, ontologies.create, title, ontology, description, then=self.widget.show_ontology)

    @Slot()
    def take_in(self) -> None:
        path = ask_open_file(self.window, self.tr("Import an ontology"), JSON_FILES)
        if path is None:
            return

        def read() -> Ontology:
            return ontology_json.loads(path.read_text("utf-8-sig"))

        title = free_title(path.stem, {row.title for row in self.context.reads.ontologies()})
        self.context.jobs.read(
            read,
            lambda ontology: self._create(self.tr("Import ontology"), title, ontology),
            lambda error: self.window.messages.error(error, self.tr("Import {0}").format(path.name)),
            owner=self,
        )

    @Slot(int)
    def export(self, ontology_id: int) -> None:
        self.widget.flush()
        row = self.context.reads.ontology_row(ontology_id)
        path = ask_save_file(self.window, self.tr("Export the ontology"), f"{row.title}.json", JSON_FILES)
        if path is None:
            return

        def write() -> Path:
            write_whole(path, f"{ontology_json.dumps(self.context.reads.ontology(ontology_id))}\n".encode())
            return path

        self.context.jobs.read(
            write,
            lambda done: self.window.messages.tell(self.tr("Exported to {0}").format(done)),
            lambda error: self.window.messages.error(error, self.tr("Export the ontology")),
            owner=self,
        )

    @Slot(int)
    def duplicate(self, ontology_id: int) -> None:
        self.widget.flush()
        self.operations.run(self.tr("Duplicate ontology"), ontologies.duplicate, ontology_id, then=self.widget.show_ontology)

    @Slot(int)
    def delete(self, ontology_id: int) -> None:
        row = self.context.reads.ontology_row(ontology_id)
        question = self.tr("Delete “{0}” with its {1} objects and {2} classifications?").format(
            row.title, row.objects, row.classifications
        )
        if self.window.messages.ask(self.tr("Delete ontology"), question, yes=self.tr("Delete"), danger=True):
            self.operations.run(self.tr("Delete ontology"), ontologies.delete, ontology_id)

    @Slot(int, object)
    def save(self, ontology_id: int, ontology: Ontology) -> None:
        self.operations.run(
            self.tr("Edit ontology"),
            ontologies.save,
            ontology_id,
            ontology,
            origin=self.widget,
            undoable=False,  # the editor has an undo of its own: there is no second one that takes back what it did
            then=lambda _result: self.widget.saved(ontology_id, ontology),
            failed=lambda error: self.widget.save_failed(ontology_id, error),
        )

    @Slot(int, QPoint)
    def menu(self, ontology_id: int, where: QPoint) -> None:
        menu = QMenu(self.window)
        writes(menu.addAction(self.tr("Duplicate"), lambda: self.duplicate(ontology_id)))
        menu.addAction(self.tr("Export as JSON…"), lambda: self.export(ontology_id))
        menu.addSeparator()
        writes(menu.addAction(self.tr("Delete…"), lambda: self.delete(ontology_id)))
        pop_up(menu, where if not where.isNull() else QCursor.pos())


def free_title(title: str, taken: set[str]) -> str:
    """The title, or with the first free number behind it."""
    known = {t.casefold() for t in taken}
    if title.casefold() not in known:
        return title
    return next(f"{title} ({n})" for n in range(2, len(known) + 3) if f"{title} ({n})".casefold() not in known)
