"""Classifications of frames and of the whole: the first answer makes one, taking the last away removes it.

One that speaks of frames starts on the frame that is shown, or on the chosen ones, and is stretched from there: ends typed, moved here, cut in
two. Where another of its class holds already, that one makes room (`storage.editing.classification_ranges`).
"""

from __future__ import annotations

from PySide6.QtCore import QTimer, Signal, Slot
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from storage.clock import now_ms
from storage.editing import classification_ranges, verbs
from storage.editing.answer_extent import When
from storage.editing.edits import DocumentChange, Drop, Edits
from storage.editing.focus import Focus
from storage.editing.on_frames import slices_a_time
from storage.editing.session import EditSession
from storage.model import rules
from storage.model.items import Kind
from storage.model.labels import Classification, Range
from storage.model.ontology import ClassificationClass, Ontology
from widgets.answering import answer_edits, first_answer, values_of
from widgets.controls.question_form import QuestionForm
from widgets.controls.range_chips import Chip, RangeChips
from widgets.controls.range_ends import RangeEnds
from widgets.controls.scrolled import quiet_column
from widgets.only_read import writes
from widgets.panels.answers import answer_text

WITHOUT_FRAMES = frozenset({Kind.AUDIO, Kind.TEXT})  # there every classification speaks of the whole


class ClassificationsPanel(QWidget):
    def __init__(self, session: EditSession, focus: Focus, ontology: Ontology, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session, self._focus, self._ontology = session, focus, ontology
        self._sections: dict[str, _Section] = {}
        self._at = focus.at  # the frame whose answers are in the fields
        self._timeless = False
        self._scroll, self._column = quiet_column(self)
        self._empty = QLabel(self.tr("The ontology has no classifications."), self)
        self._empty.setWordWrap(True)
        self._empty.setProperty("role", "quiet")
        self._column.addWidget(self._empty)
        self._column.addStretch(1)
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

    def show_kind(self, kind: Kind) -> None:
        """Of sound and text everything is said of the whole."""
        self._timeless = kind in WITHOUT_FRAMES
        self.refresh()

    def flush(self) -> None:
        for section in self._sections.values():
            section.form.flush()

    def focus_fault(self) -> bool:
        """The keyboard to what was typed and is no answer."""
        section = next((s for s in self._sections.values() if s.form.fault), None)
        if section is None:
            return False
        self._scroll.ensureWidgetVisible(section)
        return section.form.focus_question(section.form.fault)

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
            section.ends.asked.connect(self._stretch)
            section.chips.chosen.connect(self._go)
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

    @property
    def _frame(self) -> int:
        return self._session.frames.index(self._at)

    @Slot()
    def refresh(self) -> None:
        self._at = self._focus.at
        document, frame, count = self._session.document, self._frame, self._session.frames.count
        for feature_hash, section in self._sections.items():
            present = classification_ranges.at_frame(document, feature_hash, frame)
            values = values_of(document, present.uuid, frame) if present else {}
            section.show_answers(rules.questions((section.classification.attribute,), values), values)
            moves = not (section.classification.is_global or self._timeless) and count > 1
            section.show_ranges(self._chips(section.classification) if moves else [], frame)
            near = self._near(feature_hash) if moves else None
            section.ends.setVisible(near is not None)
            if near is not None:
                section.ends.show_range(near[1], frame, count, self._session.frames.counts_from)

    def _near(self, feature_hash: str) -> tuple[Classification, Range] | None:
        """The range that holds here, or the one that could be stretched to here: the nearest, rather the one before."""
        found = [
            (max(r[0] - self._frame, self._frame - r[1], 0), r[0], c, r)
            for c in classification_ranges.of_class(self._session.document, feature_hash)
            for r in c.ranges
        ]
        best = min(found, key=lambda f: f[:2], default=None)
        return (best[2], best[3]) if best is not None else None

    def _chips(self, classification: ClassificationClass) -> list[Chip]:
        document, root, frames = self._session.document, classification.attribute, self._session.frames
        slices = slices_a_time(frames)
        made: list[Chip] = []
        for found in classification_ranges.of_class(document, classification.feature_hash):
            value = next((a.value for a in document.answers_of(found.uuid) if a.attribute == root.feature_hash), None)
            text = answer_text(root, value) if value is not None else ""
            made.extend(Chip(first, last, text, frames.counts_from, slices) for first, last in found.ranges)
        return sorted(made, key=lambda c: c.first)

    # -- answering

    @Slot(str, str, object)
    def _answer(self, feature_hash: str, attribute_hash: str, change: object) -> None:
        classification = self._sections[feature_hash].classification
        attribute = rules.find_attribute((classification.attribute,), attribute_hash)
        if attribute is None:
            return
        text = self.tr("Answer {question}").format(question=attribute.name)
        document = self._session.document
        present = classification_ranges.at_frame(document, feature_hash, self._frame)
        if present is not None:
            root, when = classification.attribute, When(self._frame)
            edits = answer_edits(document, [present.uuid], root, attribute, change, when)
            gone = {e.uuid for e in edits if isinstance(e, Drop)}
            kept = [a for a in document.answers_of(present.uuid) if a.uuid not in gone]
            if edits and not kept and all(isinstance(e, Drop) for e in edits):
                edits = verbs.delete_classification(document, present.uuid)
        else:
            whole = classification.is_global or self._timeless
            ranges, hand = () if whole else (self._here(),), {"by": self._session.author, "now": now_ms()}
            made, uuid = verbs.add_classification(feature_hash, ranges, **hand)
            answers = first_answer(uuid, attribute, change)
            room = classification_ranges.make_room(document, feature_hash, ranges, **hand)
            edits = (*room, *made, *answers) if answers else ()
        if edits:
            self._session.do(text, edits)
        self.refresh()

    def _here(self) -> Range:
        """Where a new answer holds: on the frames chosen on the timeline while one of them is shown, else on this one alone."""
        frame, span = self._frame, self._focus.span
        return span if span is not None and span[0] <= frame <= span[1] else (frame, frame)

    # -- stretching

    @Slot(str, int, int)
    def _stretch(self, what: str, first: int, last: int) -> None:
        section = next((s for s in self._sections.values() if s.ends is self.sender()), None)
        if section is None:
            return
        near = self._near(section.classification.feature_hash)
        if near is None:
            return
        self.flush()
        text, edits = self._stretched(what, *near, (first, last))
        if edits:
            self._session.do(text.format(name=section.classification.name), edits)
        self.refresh()

    def _stretched(self, what: str, present: Classification, here: Range, wanted: Range) -> tuple[str, Edits]:
        document, hand = self._session.document, {"by": self._session.author, "now": now_ms()}
        match what:
            case "split":
                return self.tr("Split {name}"), classification_ranges.split(document, present.uuid, self._frame, **hand)[0]
            case "clear":
                return self.tr("Clear {name} there"), classification_ranges.clear(document, present.uuid, *here, **hand)
        text = self.tr("Change where {name} holds")
        return text, classification_ranges.reshape(document, present.uuid, here, wanted, **hand)

    @Slot(int)
    def _go(self, frame: int) -> None:
        self._focus.set(at=self._session.frames.key(frame))


class _Section(QWidget):
    """One class: its questions, where it holds, and the ends of the range that is shown."""

    answered = Signal(str, str, object)

    def __init__(self, classification: ClassificationClass, parent: QWidget) -> None:
        super().__init__(parent)
        self.classification = classification
        self.form = QuestionForm(self)
        self.form.answered.connect(self._pass_on)
        self.chips = RangeChips(self)
        self.ends = RangeEnds(self)
        writes(self.form, self.ends)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 4)  # what stands below it is of the next one
        column.setSpacing(4)
        if classification.is_global:
            note = QLabel(self.tr("for the whole file"), self)
            note.setProperty("role", "quiet")
            column.addWidget(note)
        column.addWidget(self.form)
        column.addWidget(self.chips)
        column.addWidget(self.ends)
        self._shown: object = None

    def show_answers(self, questions: list[rules.Question], values: dict) -> None:
        """While a film plays most frames are answered like the one before."""
        if (questions, values) != self._shown:
            self._shown = (questions, values)
            self.form.show_questions(questions, values)

    def show_ranges(self, chips: list[Chip], frame: int) -> None:
        self.chips.show_chips(chips, frame)

    @Slot(str, object)
    def _pass_on(self, attribute: str, change: object) -> None:
        self._shown = None
        self.answered.emit(self.classification.feature_hash, attribute, change)
