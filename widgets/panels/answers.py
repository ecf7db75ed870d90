"""The questions of the selected objects. Every answer is one edit; several objects of a class are answered together."""

from __future__ import annotations

from PySide6.QtCore import Qt, QTimer, Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QLabel, QScrollArea, QVBoxLayout, QWidget

from storage.editing.edits import DocumentChange
from storage.editing.focus import Focus
from storage.editing.session import EditSession
from storage.model import rules
from storage.model.labels import Annotation
from storage.model.ontology import ObjectClass, Ontology
from widgets import theme
from widgets.answering import agreed, answer_edits, shown_values, values_of
from widgets.controls.question_form import QuestionForm
from widgets.controls.shapes import shape_title, swatch


class AnswersPanel(QWidget):
    """`close_down` ends its listening; what was typed and not said yet is said then."""

    answered = Signal(str)  # the text of the step

    def __init__(self, session: EditSession, focus: Focus, ontology: Ontology, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session, self._focus, self._ontology = session, focus, ontology
        self._owners: tuple[str, ...] = ()
        self._class: ObjectClass | None = None
        self._lay_out()
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(0)
        self._soon.timeout.connect(self.refresh)
        self._stop = [session.listen(self._document_changed), focus.listen(self._focus_changed)]
        theme.on_change(self.refresh)
        self.refresh()

    def _lay_out(self) -> None:
        self._swatch, self._title, self._facts = QLabel(self), QLabel(self), QLabel(self)
        self._title.setFont(theme.font(strong=True))
        self._title.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._facts.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self._facts.setProperty("role", "quiet")
        head = QHBoxLayout()
        head.setSpacing(6)
        head.addWidget(self._swatch)
        head.addWidget(self._title, 1)
        head.addWidget(self._facts)
        self._form = QuestionForm(self)
        self._form.answered.connect(self._answer)
        self._note = QLabel(self)
        self._note.setWordWrap(True)
        self._note.setProperty("role", "quiet")
        inner = QWidget()
        column = QVBoxLayout(inner)
        column.setContentsMargins(12, 8, 12, 8)
        column.setSpacing(8)
        column.addLayout(head)
        column.addWidget(self._note)
        column.addWidget(self._form)
        column.addStretch(1)
        scroll = QScrollArea(self)
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QScrollArea.Shape.NoFrame)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setWidget(inner)
        self._scroll = scroll
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(scroll)

    # -- for the editor

    def show_ontology(self, ontology: Ontology) -> None:
        self._form.flush()
        self._ontology = ontology
        self.refresh()

    def focus_question(self, attribute: str = "") -> bool:
        """Put the keyboard into a question (Enter on a selected object, jumps from the list of gaps)."""
        self.refresh()
        return self._form.focus_question(attribute)

    def flush(self) -> None:
        """Say what was typed and not said yet: before submit and before another object is shown."""
        self._form.flush()

    def close_down(self) -> None:
        self._form.flush()
        for stop in self._stop:
            stop()
        self._stop.clear()
        self._soon.stop()

    # -- following

    def _document_changed(self, change: DocumentChange) -> None:
        if change.preview:
            return
        owners = set(self._focus.selected)
        if not owners.isdisjoint(change.answers) or not owners.isdisjoint(change.instances):
            self._soon.start()

    def _focus_changed(self, names: frozenset[str]) -> None:
        if "selected" in names or "at" in names:
            self._form.flush()
            self._soon.start()

    @Slot()
    def refresh(self) -> None:
        """Show the questions of what is selected now."""
        instances = self._session.document.instances
        owners = tuple(u for u in self._focus.selected if u in instances)
        classes = {instances[u].feature_hash for u in owners}
        if owners != self._owners:
            self._form.flush()
            self._scroll.verticalScrollBar().setValue(0)
        self._owners = owners
        self._class = self._ontology.object(classes.pop()) if len(classes) == 1 else None
        self._head(owners)
        attributes = self._class.attributes if self._class else ()
        shown = shown_values([values_of(self._session.document, u, self._focus.at) for u in owners]) if owners else {}
        questions = rules.questions(attributes, agreed(shown)) if attributes else []
        self._form.show_questions(questions, shown)
        self._form.setVisible(bool(questions))
        self._note.setText(self._say(owners, bool(questions)))
        self._note.setVisible(bool(self._note.text()))

    def _head(self, owners: tuple[str, ...]) -> None:
        one = owners[-1] if len(owners) == 1 else None
        found = self._class
        self._swatch.setVisible(found is not None)
        self._title.setVisible(bool(owners))
        self._facts.setVisible(one is not None)
        if found is not None:
            self._swatch.setPixmap(swatch(found.color, 14).pixmap(14, 14))
        if one is not None:
            instance = self._session.document.instances[one]
            name = found.name if found else self.tr("Unknown class")
            self._title.setText(f"{name} {instance.number}")
            annotation = self._session.document.annotation_of(one, self._focus.at)
            self._facts.setText(self._measures(annotation))
            self._facts.setToolTip(shape_title(annotation.geometry.kind) if annotation is not None else "")
        elif found is not None:
            self._title.setText(self.tr("{count} × {name}").format(count=len(owners), name=found.name))
        elif owners:
            self._title.setText(self.tr("{count} objects").format(count=len(owners)))

    def _measures(self, annotation: Annotation | None) -> str:
        if annotation is None:
            return self.tr("not on this frame")
        left, top, right, bottom = annotation.geometry.bounds()
        if right - left <= 0 and bottom - top <= 0:
            return shape_title(annotation.geometry.kind)
        return f"{right - left:.0f} × {bottom - top:.0f} px"

    def _say(self, owners: tuple[str, ...], asks: bool) -> str:
        if not owners:
            return self.tr("Select an object to see its questions.")
        if self._class is None and len(owners) > 1:
            return self.tr("These objects are of different classes. Select objects of one class to answer for all of them.")
        if not asks and self._class is not None:
            return self.tr("{name} has no questions.").format(name=self._class.name)
        return ""

    # -- answering

    @Slot(str, object)
    def _answer(self, feature_hash: str, change: object) -> None:
        if self._class is None:
            return
        attribute = rules.find_attribute(self._class.attributes, feature_hash)
        owners = [u for u in self._owners if u in self._session.document.instances]
        if attribute is None or not owners:
            return
        whom = f"{self._class.name} {self._session.document.instances[owners[0]].number}"
        if len(owners) > 1:
            whom = f"{len(owners)} × {self._class.name}"
        text = self.tr("Answer {question} of {whom}").format(question=attribute.name, whom=whom)
        edits = answer_edits(self._session.document, owners, attribute, change, self._focus.at)
        if edits and self._session.do(text, edits) is not None:
            self.answered.emit(text)
        self.refresh()
