"""The right side of the label editor: classes, instances, the questions of the object or of the file, what is missing."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtGui import QKeyEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import QSplitter, QTabWidget, QVBoxLayout, QWidget

from storage.editing.focus import Focus
from storage.editing.session import EditSession
from storage.model.items import MOVING, VOLUMES, Kind
from storage.model.ontology import Ontology
from storage.model.patients import PatientStudies
from storage.model.rules import Gap
from widgets.only_read import OnlyRead
from widgets.panels.answers import AnswersPanel
from widgets.panels.classes import ClassesPanel
from widgets.panels.classifications import ClassificationsPanel
from widgets.panels.gaps import GapsList
from widgets.panels.labels import LabelsPanel
from widgets.panels.patient import PatientPanel


class LabelSide(QWidget):
    """The questions of the file are in front while nothing is selected, those of an object as soon as one is."""

    gap_jump_wanted = Signal(object)
    zoom_wanted = Signal(str)
    medium_wanted = Signal()  # the keyboard belongs to what is labelled again
    menu_wanted = Signal(QPoint)
    gaps_counted = Signal(int)
    play_wanted = Signal()
    beside_wanted = Signal(int)  # item id of another series of the patient
    task_wanted = Signal(int)  # of such a series

    def __init__(
        self,
        session: EditSession,
        focus: Focus,
        ontology: Ontology,
        kind: Kind,
        parent: QWidget | None = None,
        *,
        describe: Callable[[str], str] | None = None,
        measure: Callable[[str], str] | None = None,
    ) -> None:
        """`describe` says of an object where it is, for media without frames; `measure` how large it is."""
        super().__init__(parent)
        self._focus = focus
        # Each part is born where it stays: moving a tree of widgets has the style sheet dress all of them again.
        split = self._split = QSplitter(Qt.Orientation.Vertical, self)
        self.classes = ClassesPanel(focus, ontology, parent=split)
        self.classes.show_kind(kind)
        frames = session.frames.count
        self.labels = LabelsPanel(session, focus, ontology, split, describe=describe)
        self.labels.offer_frames(frames > 1)
        self.questions = QTabWidget(split)
        unit = "pt" if kind is Kind.PDF else "px"
        self.answers = AnswersPanel(session, focus, ontology, self.questions, describe=describe, measure=measure, unit=unit)
        self.classifications = ClassificationsPanel(session, focus, ontology, self.questions)
        self.classifications.show_kind(kind)
        self.gaps = GapsList(session, focus, ontology, frames, split)
        self.gaps.hide()
        self.patient: PatientPanel | None = None  # of a series
        self._panels = (self.classes, self.labels, self.answers, self.classifications, self.gaps)
        self.questions.setDocumentMode(True)
        self.questions.addTab(self.answers, self.tr("Object"))
        self.questions.addTab(self.classifications, self.tr("File"))
        self._lay_out()
        self._offer_file(ontology)
        self.gaps.jump_wanted.connect(self.gap_jump_wanted)
        self.gaps.counted.connect(self._on_counted)
        self.labels.zoom_wanted.connect(self.zoom_wanted)
        self.labels.menu_wanted.connect(self.menu_wanted)
        self.classes.armed.connect(self.medium_wanted)
        self._stop = focus.listen(self._on_focus)
        if kind in MOVING | VOLUMES | {Kind.AUDIO}:
            # Space plays from here too, wherever a jump has left the keyboard; options are picked by Enter. Text keeps its own.
            play = QShortcut(QKeySequence(Qt.Key.Key_Space), self, context=Qt.ShortcutContext.WidgetWithChildrenShortcut)
            play.setAutoRepeat(False)
            play.activated.connect(self.play_wanted)

    def _lay_out(self) -> None:
        split = self._split
        split.setObjectName("labelSide")
        split.setChildrenCollapsible(False)
        for part in (self.classes, self.labels, self.questions, self.gaps):
            split.addWidget(part)
        split.setSizes([220, 230, 300, 120])
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(split)

    def _offer_file(self, ontology: Ontology) -> None:
        asks = any(not c.archived for c in ontology.classifications)
        self.questions.setTabVisible(1, asks)
        self.questions.setCurrentWidget(self.classifications if asks and not self._focus.selected else self.answers)

    def show_patient(self, studies: PatientStudies) -> None:
        """The series of the patient, the open one marked."""
        if self.patient is None:
            self.patient = PatientPanel(self.questions)
            self.patient.beside_wanted.connect(self.beside_wanted)
            self.patient.open_wanted.connect(self.task_wanted)
            self.questions.addTab(self.patient, "")
        self.patient.show_studies(studies)
        count = sum(len(study.series) for study in studies.studies)
        title = self.tr("Patient ({0})").format(count) if count > 1 else self.tr("Patient")
        self.questions.setTabText(self.questions.indexOf(self.patient), title)

    def show_beside(self, item_id: int | None) -> None:
        if self.patient is not None:
            self.patient.show_beside(item_id)

    def _on_focus(self, names: frozenset[str]) -> None:
        if "selected" in names and self._focus.selected:
            self.questions.setCurrentWidget(self.answers)
        if "tool" in names and self.classes.searching:
            self.medium_wanted.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Escape leads out of a question or a search first, what is selected stays so. Enter has done what it could here, but in
        the list of instances it is the canvas's."""
        enter = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and not event.modifiers()
        if event.key() == Qt.Key.Key_Escape and not self.labels.isAncestorOf(self.window().focusWidget()):
            self.medium_wanted.emit()
        elif not enter or self.labels.table.hasFocus():
            super().keyPressEvent(event)

    def show_ontology(self, ontology: Ontology) -> None:
        for panel in self._panels:
            panel.show_ontology(ontology)
        self._offer_file(ontology)

    def seal(self, why: str, note: str) -> None:
        """Nothing here can be changed, and nothing invites to. `note`: what the classes say of it."""
        self.seal_drawing(note)
        OnlyRead(why, self).hold(self)

    def seal_drawing(self, note: str) -> None:
        """What is marked already can still be answered."""
        self.classes.seal(note)
        self.labels.seal()

    def flush(self) -> None:
        self.answers.flush()
        self.classifications.flush()

    def focus_fault(self) -> bool:
        """Whether something typed is no answer, and would be lost; the keyboard is there then."""
        for panel in (self.answers, self.classifications):
            if panel.focus_fault():
                self.questions.setCurrentWidget(panel)
                return panel.focus_fault()
        return False

    def missing(self) -> bool:
        """Whether something required is empty; the list shows what, each in a line if there is room. What it takes is taken
        from the lists above: the question that is to be answered stays as tall as it was."""
        self.gaps.refresh()
        if self.gaps.gaps:
            classes, labels, questions, has = self._split.sizes()
            self.gaps.show()
            more = min(self.gaps.whole_height, self.height() // 3) - has
            if more > 0:
                of_classes = more * classes // max(1, classes + labels)
                self._split.setSizes([classes - of_classes, labels - more + of_classes, questions, has + more])
        return bool(self.gaps.gaps)

    def _on_counted(self, count: int) -> None:
        if count == 0:
            self.gaps.hide()
        self.gaps_counted.emit(count)

    def ask_answers(self) -> str:
        """The keyboard to the first question of the selected object; why it stays where it is, if there is none."""
        self.questions.setCurrentWidget(self.answers)
        return "" if self.answers.focus_question() else self.answers.note

    def focus_gap(self, gap: Gap) -> None:
        """Put the keyboard where the missing answer goes."""
        if gap.classification is not None:
            self.questions.setCurrentWidget(self.classifications)
            self.classifications.focus_question(gap.classification, gap.attribute or "")
        elif gap.attribute is not None:
            self.questions.setCurrentWidget(self.answers)
            self.answers.focus_question(gap.attribute)

    def close_down(self) -> None:
        self._stop()
        for panel in self._panels:
            panel.close_down()
