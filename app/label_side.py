"""The right side of the label editor: classes, instances, the questions of what is selected, what is missing."""

from __future__ import annotations

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtWidgets import QSplitter, QVBoxLayout, QWidget

from storage.editing.focus import Focus
from storage.editing.session import EditSession
from storage.model.ontology import Ontology
from storage.model.rules import Gap
from widgets.panels.answers import AnswersPanel
from widgets.panels.classes import ClassesPanel
from widgets.panels.classifications import ClassificationsPanel
from widgets.panels.gaps import GapsList
from widgets.panels.labels import LabelsPanel


class LabelSide(QWidget):
    gap_jump_wanted = Signal(object)
    zoom_wanted = Signal(str)
    menu_wanted = Signal(QPoint)
    gaps_counted = Signal(int)

    def __init__(
        self, session: EditSession, focus: Focus, ontology: Ontology, frames: int, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.classes = ClassesPanel(focus, ontology)
        self.labels = LabelsPanel(session, focus, ontology)
        self.labels.offer_frames(frames > 1)
        self.answers = AnswersPanel(session, focus, ontology)
        self.classifications = ClassificationsPanel(session, focus, ontology)
        self.gaps = GapsList(session, focus, ontology, frames)
        self.gaps.hide()
        self.gaps.jump_wanted.connect(self.gap_jump_wanted)
        self.gaps.counted.connect(self._on_counted)
        self.labels.zoom_wanted.connect(self.zoom_wanted)
        self.labels.menu_wanted.connect(self.menu_wanted)
        split = QSplitter(Qt.Orientation.Vertical, self)
        split.setObjectName("labelSide")
        split.setChildrenCollapsible(False)
        for panel in (self.classes, self.labels, self.answers, self.classifications, self.gaps):
            split.addWidget(panel)
        split.setSizes([220, 220, 200, 160, 120])
        self._panels = (self.classes, self.labels, self.answers, self.classifications, self.gaps)
        self._session, self._frames, self._ontology = session, frames, ontology
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(split)
        if not ontology.classifications:
            self.classifications.hide()

    def show_ontology(self, ontology: Ontology) -> None:
        for panel in self._panels:
            panel.show_ontology(ontology)
        self.classifications.setVisible(bool(ontology.classifications))

    def flush(self) -> None:
        self.answers.flush()
        self.classifications.flush()

    def show_gaps(self, gaps: list[Gap]) -> None:
        self.gaps.show()
        self.gaps.show_gaps(gaps)

    def _on_counted(self, count: int) -> None:
        if count == 0:
            self.gaps.hide()
        self.gaps_counted.emit(count)

    def focus_gap(self, gap: Gap) -> None:
        """Put the keyboard where the missing answer goes."""
        if gap.classification is not None:
            self.classifications.focus_question(gap.classification, gap.attribute or "")
        elif gap.attribute is not None:
            self.answers.focus_question(gap.attribute)

    def close_down(self) -> None:
        for panel in self._panels:
            panel.close_down()
