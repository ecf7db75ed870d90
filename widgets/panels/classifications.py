"""Classifications of the frame and of the whole unit: the first answer makes one, taking the last away removes it."""

from __future__ import annotations

from PySide6.QtCore import Qt, QTimer, Signal, Slot
from PySide6.QtWidgets import QLabel, QScrollArea, QVBoxLayout, QWidget

from storage.clock import now_ms
from storage.editing import verbs
from storage.editing.edits import DocumentChange, Drop
from storage.editing.focus import Focus
from storage.editing.session import EditSession
from storage.model import rules
from storage.model.labels import Classification
from storage.model.ontology import ClassificationClass, Ontology
from widgets.answering import answer_edits, first_answer, values_of
from widgets.controls.question_form import QuestionForm


class ClassificationsPanel(QWidget):
    def __init__(self, session: EditSession, focus: Focus, ontology: Ontology, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session, self._focus, self._ontology = session, focus, ontology
        self._sections: dict[str, _Section] = {}
        self._empty = QLabel(self.tr("The ontology has no classifications."), self)
        self._empty.setWordWrap(True)
        self._empty.setProperty("role", "quiet")
        inner = QWidget()
        self._column = QVBoxLayout(inner)
        self._column.setContentsMargins(12, 8, 12, 8)
        self._column.setSpacing(8)
        self._column.addWidget(self._empty)
        self._column.addStretch(1)
        self._scroll = QScrollArea(self)
        self._scroll.setWidgetResizable(True)
        self._scroll.setFrameShape(QScrollArea.Shape.NoFrame)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._scroll.setWidget(inner)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(self._scroll)
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(0)
        self._soon.timeout.connect(self.refresh)
        self._stop = [session.listen(self._document_changed), focus.listen(self._focus_changed)]
        self._make_sections()

    # -- for the editor

    def show_ontology(self, ontology: Ontology) -> None:
        self.flush()
        self._ontology = ontology
        self._make_sections()

    def flush(self) -> None:
        for section in self._sections.values():
            section.form.flush()

    def focus_question(self, classification: str, attribute: str = "") -> bool:
        """Put the keyboard into a question. `classification` is a feature hash, or the uuid of one that is there."""
        self.refresh()
        present = self._session.document.classifications.get(classification)
        section = self._sections.get(present.feature_hash if present else classification)
        if section is None:
            return False
        self._scroll.ensureWidgetVisible(section)
        return section.form.focus_question(attribute) or section.form.focus_question()

    def close_down(self) -> None:
        self.flush()
        for stop in self._stop:
            stop()
        self._stop.clear()
        self._soon.stop()

    # -- following

    def _make_sections(self) -> None:
        for section in self._sections.values():
            self._column.removeWidget(section)
            section.hide()
            section.deleteLater()
        self._sections = {}
        shown = [c for c in self._ontology.classifications if not c.archived]
        for place, classification in enumerate(shown):
            section = _Section(classification, self)
            section.answered.connect(self._answer)
            self._sections[classification.feature_hash] = section
            self._column.insertWidget(place, section)
        self._empty.setVisible(not shown)
        self.refresh()

    def _document_changed(self, change: DocumentChange) -> None:
        owners = self._session.document.classifications
        if change.classifications or any(owner in owners for owner in change.answers):
            self._soon.start()

    def _focus_changed(self, names: frozenset[str]) -> None:
        if "at" in names:
            self.flush()
            self._soon.start()

    @Slot()
    def refresh(self) -> None:
        for section in self._sections.values():
            present = self._present(section.classification)
            values = values_of(self._session.document, present.uuid, self._focus.at) if present else {}
            section.form.show_questions(rules.questions((section.classification.attribute,), values), values)

    def _present(self, classification: ClassificationClass) -> Classification | None:
        """The classification of that class that speaks of the frame shown (or of the whole)."""
        frame = self._focus.at[1]
        for found in self._session.document.classifications.values():
            if found.feature_hash != classification.feature_hash:
                continue
            if not found.ranges or any(first <= frame <= last for first, last in found.ranges):
                return found
        return None

    # -- answering

    @Slot(str, str, object)
    def _answer(self, feature_hash: str, attribute_hash: str, change: object) -> None:
        classification = self._sections[feature_hash].classification
        attribute = rules.find_attribute((classification.attribute,), attribute_hash)
        if attribute is None:
            return
        text = self.tr("Answer {question}").format(question=attribute.name)
        document, present = self._session.document, self._present(classification)
        if present is not None:
            edits = answer_edits(document, [present.uuid], attribute, change, self._focus.at)
            gone = {e.uuid for e in edits if isinstance(e, Drop)}
            kept = [a for a in document.answers_of(present.uuid) if a.uuid not in gone]
            if edits and not kept and all(isinstance(e, Drop) for e in edits):
                edits = verbs.delete_classification(document, present.uuid)
        else:
            frame = self._focus.at[1]
            ranges = () if classification.is_global else ((frame, frame),)
            made, uuid = verbs.add_classification(feature_hash, ranges, by=self._session.author, now=now_ms())
            answers = first_answer(uuid, attribute, change)
            edits = (*made, *answers) if answers else ()
        if edits:
            self._session.do(text, edits)
        self.refresh()


class _Section(QWidget):
    answered = Signal(str, str, object)

    def __init__(self, classification: ClassificationClass, parent: QWidget) -> None:
        super().__init__(parent)
        self.classification = classification
        self.form = QuestionForm(self)
        self.form.answered.connect(self._pass_on)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        if classification.is_global:
            note = QLabel(self.tr("for the whole file"), self)
            note.setProperty("role", "quiet")
            column.addWidget(note)
        column.addWidget(self.form)

    @Slot(str, object)
    def _pass_on(self, attribute: str, change: object) -> None:
        self.answered.emit(self.classification.feature_hash, attribute, change)
