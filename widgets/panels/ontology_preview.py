"""How an annotator will meet the ontology: the very panels of the editor, over a document made up for the purpose."""

from __future__ import annotations

from concurrent.futures import Future
from typing import Any

from PySide6.QtWidgets import QSplitter, QTabWidget, QVBoxLayout, QWidget

from storage.editing.edits import Drop, Edit, Put
from storage.editing.focus import Focus
from storage.editing.session import EditSession, StepChange
from storage.model.geometry import Opaque, ShapeKind
from storage.model.labels import Annotation, Instance, LabelDocument
from storage.model.ontology import Attribute, Ontology, walk
from widgets.controls.labels import label
from widgets.panels.answers import AnswersPanel
from widgets.panels.classes import ClassesPanel
from widgets.panels.classifications import ClassificationsPanel


def _nowhere(change: StepChange) -> Future[Any]:
    """The preview's answers are kept in memory only."""
    done: Future[Any] = Future()
    done.set_result(None)
    return done


class OntologyPreview(QWidget):
    def __init__(self, ontology: Ontology, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._ontology = ontology
        self._session = EditSession(LabelDocument(), _nowhere)
        self._focus = Focus()
        self._put_samples()
        self._classes = ClassesPanel(self._focus, ontology, tuple(ShapeKind))
        self._answers = AnswersPanel(self._session, self._focus, ontology)
        self._whole = ClassificationsPanel(self._session, self._focus, ontology)
        self._pages = QTabWidget(self)
        self._pages.setDocumentMode(True)
        self._pages.addTab(self._answers, self.tr("Object"))
        self._pages.addTab(self._whole, self.tr("File"))
        parts = QSplitter(self)
        parts.setOrientation(parts.orientation().Vertical)
        parts.setChildrenCollapsible(False)
        parts.addWidget(self._classes)
        parts.addWidget(self._pages)
        parts.setStretchFactor(0, 2)  # a tall window has room for more of both
        parts.setStretchFactor(1, 3)
        parts.setSizes([240, 360])
        note = label(self.tr("Try it: nothing here is kept."), "small", parent=self)
        note.setContentsMargins(12, 6, 12, 6)
        self.setMinimumWidth(210)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(parts, 1)
        column.addWidget(note)
        self._stop = self._focus.listen(self._focus_changed)

    def show_ontology(self, ontology: Ontology) -> None:
        self._ontology = ontology
        self._put_samples()
        for panel in (self._classes, self._answers, self._whole):
            panel.show_ontology(ontology)
        if self._focus.armed is not None and ontology.object(self._focus.armed) is None:
            self._focus.set(armed=None)  # deleted, or another ontology: nothing is chosen

    def show_node(self, feature_hash: str) -> None:
        """Show the questions that belong to what is being edited."""
        for thing in self._ontology.objects:
            if thing.feature_hash == feature_hash or _holds(thing.attributes, feature_hash):
                self._focus.set(armed=thing.feature_hash)
                self._pages.setCurrentWidget(self._answers)  # it may be armed since before, and the file's be looked at
                return
        if any(c.feature_hash == feature_hash or _holds((c.attribute,), feature_hash) for c in self._ontology.classifications):
            self._pages.setCurrentWidget(self._whole)

    def close_down(self) -> None:
        self._stop()
        for panel in (self._classes, self._answers, self._whole):
            panel.close_down()

    def _put_samples(self) -> None:
        """One instance of every class, named by the class; those of classes that are gone go."""
        gone = [uuid for uuid in self._session.document.instances if self._ontology.object(uuid) is None]
        document = self._session.document
        edits: list[Edit] = [Drop("answer", answer.uuid) for uuid in gone for answer in document.answers_of(uuid)]
        edits += [Drop("annotation", f"a {uuid}") for uuid in gone]
        edits += [Drop("instance", uuid) for uuid in gone]
        for thing in self._ontology.objects:
            if thing.archived:
                continue
            uuid = thing.feature_hash
            edits.append(Put(Instance(uuid, uuid, uuid, 1)))
            edits.append(Put(Annotation(f"a {uuid}", uuid, Opaque(thing.shape, "{}"))))
        self._session.do("Samples", edits)

    def _focus_changed(self, names: frozenset[str]) -> None:
        if "armed" in names:
            armed = self._focus.armed
            self._focus.select([armed] if armed else [])
            if armed:
                self._pages.setCurrentWidget(self._answers)


def _holds(attributes: tuple[Attribute, ...], feature_hash: str) -> bool:
    return any(
        a.feature_hash == feature_hash or any(o.feature_hash == feature_hash for o in a.options) for a in walk(attributes)
    )
