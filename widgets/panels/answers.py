"""The questions of the selected objects. Every answer is one edit; several objects of a class are answered together.

Answers of dynamic attributes are those of the frame that is shown. How far a new one reaches is chosen above the questions
and kept in `focus.extent`; chips below each question show where its answers hold.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from PySide6.QtCore import Qt, QTimer, Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QLabel, QWidget

from storage.editing.answer_ranges import ranged
from storage.editing.edits import DocumentChange
from storage.editing.focus import Focus
from storage.editing.session import EditSession
from storage.model import rules
from storage.model.deleted_classes import name_of
from storage.model.labels import AnswerValue
from storage.model.ontology import Attribute, ObjectClass, Ontology
from widgets import theme
from widgets.answering import agreed, answer_edits, root_of, shown_values, values_of, when_of
from widgets.controls.extent_choice import ExtentChoice
from widgets.controls.question_form import QuestionForm
from widgets.controls.range_chips import Chip
from widgets.controls.scrolled import quiet_column
from widgets.controls.shapes import shape_title, swatch
from widgets.only_read import writes


class AnswersPanel(QWidget):
    """`close_down` ends its listening; what was typed and not said yet is said then."""

    answered = Signal(str)  # the text of the step

    def __init__(
        self,
        session: EditSession,
        focus: Focus,
        ontology: Ontology,
        parent: QWidget | None = None,
        *,
        describe: Callable[[str], str] | None = None,
        measure: Callable[[str], str] | None = None,
        unit: str = "px",
    ) -> None:
        """`describe` says of an instance where it is, for media without sizes: “0:01.2–0:03.4”; `measure` how large it is:
        “12.4 cm³ in 18 slices”, "" where it does not know. `unit`: of the sizes of its box, which are told else."""
        super().__init__(parent)
        self._unit = unit
        self._session, self._focus, self._ontology = session, focus, ontology
        self._describe, self._measure = describe, measure
        self._owners: tuple[str, ...] = ()
        self._class: ObjectClass | None = None
        self._at = focus.at  # the frame whose answers are in the fields
        self._shown: object = None  # what the fields were filled from
        self._lay_out()
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(0)
        self._soon.timeout.connect(self._follow)
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
        writes(self._form)
        self._form.answered.connect(self._answer)
        self._form.frame_wanted.connect(self._go)
        self._note = QLabel(self)
        self._note.setWordWrap(True)
        self._note.setProperty("role", "quiet")
        self._extent = ExtentChoice(self._focus, self._session.frames.counts_from, self)
        self._scroll, column = quiet_column(self)
        column.addLayout(head)
        column.addWidget(self._note)
        column.addWidget(self._extent)
        column.addWidget(self._form)
        column.addStretch(1)

    # -- for the editor

    def show_ontology(self, ontology: Ontology) -> None:
        self._form.flush()
        self._ontology = ontology
        self.refresh()

    def focus_question(self, attribute: str = "") -> bool:
        """Put the keyboard into a question (Enter on a selected object, jumps from the list of gaps)."""
        self.refresh()
        return self._form.focus_question(attribute)

    @property
    def note(self) -> str:
        """Why nothing is asked."""
        return self._note.text()

    def focus_fault(self) -> bool:
        """The keyboard to what was typed and is no answer."""
        return bool(self._form.fault) and self._form.focus_question(self._form.fault)

    def flush(self) -> None:
        """Say what was typed and not said yet: before submit and before another object is shown."""
        self._form.flush()

    def close_down(self) -> None:
        self._form.flush()
        for stop in self._stop:
            stop()
        self._stop.clear()
        self._extent.close_down()
        self._soon.stop()

    # -- following

    def _document_changed(self, change: DocumentChange) -> None:
        if change.preview:
            return
        owners = set(self._focus.selected)
        of_none = not owners and bool(change.instances)  # what is said then depends on whether there is any
        if of_none or not owners.isdisjoint(change.answers) or not owners.isdisjoint(change.instances):
            self._shown = None
            self._soon.start()

    def _focus_changed(self, names: frozenset[str]) -> None:
        if "selected" in names or "at" in names:
            self._form.flush()
            self._soon.start()

    @Slot()
    def _follow(self) -> None:
        """Another frame where everything is answered alike costs only its facts."""
        if self._focus.selected == self._owners and self._values() == self._shown:
            self._at = self._focus.at
            self._head(self._owners)
            self._form.show_where(self._chips(), self._frame)
        else:
            self.refresh()

    @property
    def _frame(self) -> int:
        return self._session.frames.index(self._at)

    def _values(self) -> list[dict[str, AnswerValue]]:
        frame = self._session.frames.index(self._focus.at)
        return [values_of(self._session.document, u, frame) for u in self._owners]

    @Slot()
    def refresh(self) -> None:
        """Show the questions of what is selected now."""
        instances = self._session.document.instances
        owners = tuple(u for u in self._focus.selected if u in instances)
        classes = {instances[u].feature_hash for u in owners}
        if owners != self._owners:
            self._form.flush()
            self._scroll.verticalScrollBar().setValue(0)
        self._owners, self._at = owners, self._focus.at
        self._class = self._ontology.object(classes.pop()) if len(classes) == 1 else None
        self._head(owners)
        attributes = self._class.attributes if self._class else ()
        values = self._shown = self._values()
        shown = shown_values(values) if owners else {}
        questions = rules.questions(attributes, agreed(shown)) if attributes else []
        self._form.show_questions(questions, shown)
        self._form.show_where(self._chips(), self._frame)
        self._form.setVisible(bool(questions))
        several = self._session.frames.count > 1
        self._extent.setVisible(several and any(q.attribute.dynamic for q in questions))
        self._note.setText(self._say(owners, bool(questions)))
        self._note.setVisible(bool(self._note.text()))

    def _chips(self) -> dict[str, list[Chip]]:
        """Of one object: where the answers of its dynamic questions hold."""
        if len(self._owners) != 1 or self._class is None or self._session.frames.count < 2:
            return {}
        last, base = self._session.frames.count - 1, self._session.frames.counts_from
        made: dict[str, list[Chip]] = {}
        for attribute in self._class.attributes:
            if attribute.dynamic:
                found = ranged(self._session.document, self._owners[0], attribute.feature_hash)
                made[attribute.feature_hash] = [
                    Chip(a.first or 0, last if a.last is None else min(a.last, last), answer_text(attribute, a.value), base)
                    for a in found
                ]
        return made

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
            self._title.setText(f"{name_of(self._ontology, instance.feature_hash)} {instance.number}")
            self._facts.setText(self._describe(one) if self._describe else self._measures(one))
        elif found is not None:
            self._title.setText(self.tr("{count} × {name}").format(count=len(owners), name=found.name))
        elif owners:
            self._title.setText(self.tr("{count} objects").format(count=len(owners)))

    def _measures(self, instance: str) -> str:
        annotation = self._session.shown(instance, self._focus.at)
        self._facts.setToolTip(shape_title(annotation.geometry.kind) if annotation is not None else "")
        if self._measure is not None and (measured := self._measure(instance)):
            return measured
        if annotation is None:
            return self.tr("not on this frame")
        if annotation.outside:
            return self.tr("hidden on this frame")
        left, top, right, bottom = annotation.geometry.bounds()
        if right - left <= 0 and bottom - top <= 0:
            return shape_title(annotation.geometry.kind)
        return f"{right - left:.0f} × {bottom - top:.0f} {self._unit}"

    def _say(self, owners: tuple[str, ...], asks: bool) -> str:
        if not owners:
            some = bool(self._session.document.instances)
            return self.tr("Select an object to see its questions.") if some else self.tr("No object is marked.")
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
        root = root_of(self._class.attributes, feature_hash)
        owners = [u for u in self._owners if u in self._session.document.instances]
        if root is None or not owners:
            return
        attribute = rules.find_attribute((root,), feature_hash)
        assert attribute is not None
        whom = f"{self._class.name} {self._session.document.instances[owners[0]].number}"
        if len(owners) > 1:
            whom = f"{len(owners)} × {self._class.name}"
        text = self.tr("Answer {question} of {whom}").format(question=attribute.name, whom=whom)
        when = replace(when_of(self._session, self._focus), frame=self._frame)  # of what was typed, if the film went on
        edits = answer_edits(self._session.document, owners, root, attribute, change, when)
        if edits and self._session.do(text, edits) is not None:
            self.answered.emit(text)
        self.refresh()

    @Slot(int)
    def _go(self, frame: int) -> None:
        self._focus.set(at=self._session.frames.key(frame))


def answer_text(attribute: Attribute, value: AnswerValue) -> str:
    """An answer in words, for where there is room for a word or two."""
    if isinstance(value, tuple):
        return ", ".join(o.label for o in attribute.options if o.feature_hash in value)
    return f"{value:.15g}" if isinstance(value, float) else str(value)
