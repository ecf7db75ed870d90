"""The ontology as JSON: edited by hand, judged while one types, taken over when it is right."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt, QTimer, Signal, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from storage.errors import BadInput
from storage.model.ontology import Ontology
from widgets import theme
from widgets.controls.buttons import button
from widgets.controls.json_edit import JsonEdit
from widgets.controls.labels import label
from widgets.only_read import writes

Parse = Callable[[str], Ontology]
Dump = Callable[[Ontology], str]


class OntologyJson(QWidget):
    apply_wanted = Signal(object)  # Ontology
    state_changed = Signal()

    def __init__(self, parse: Parse, dump: Dump, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._parse, self._dump = parse, dump
        self._shown = Ontology()
        self._read: Ontology | None = None
        self._filling = False
        self.edit = JsonEdit(self)
        self._verdict = label("", wrap=True, parent=self)
        self._verdict.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._goto = button(self.tr("Go to the line"), parent=self)
        self._revert = button(self.tr("Revert"), parent=self)
        self._apply = button(self.tr("Apply"), primary=True, parent=self)
        self._apply.setToolTip(self.tr("Take the JSON over (Ctrl+Enter)"))
        writes(self.edit, self._revert, self._apply)
        foot = QHBoxLayout()
        foot.setContentsMargins(12, 8, 12, 8)
        foot.setSpacing(theme.GAP)
        foot.addWidget(self._verdict, 1)
        foot.addWidget(self._goto)
        foot.addWidget(self._revert)
        foot.addWidget(self._apply)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.edit, 1)
        column.addLayout(foot)
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(250)
        self._pause.timeout.connect(self.judge)
        self.edit.textChanged.connect(self._typed)
        self._goto.clicked.connect(self._go)
        self._revert.clicked.connect(self.revert)
        self._apply.clicked.connect(self.apply)
        self._fault: tuple[int, int] = (0, 0)
        self._typed_text = False
        self._settle("")

    @property
    def dirty(self) -> bool:
        """Something was typed that is not in the ontology yet."""
        return self._typed_text

    def show_ontology(self, ontology: Ontology) -> None:
        """What is typed and not applied stays."""
        self._shown = ontology
        if not self._typed_text:
            self.revert()

    @Slot()
    def revert(self) -> None:
        text = self._dump(self._shown)
        self._typed_text = False
        if text != self.edit.toPlainText():
            self._filling = True
            place = self.edit.verticalScrollBar().value()
            self.edit.setPlainText(text)
            self.edit.verticalScrollBar().setValue(place)
            self._filling = False
        self._read = None
        self._fault = (0, 0)
        self.edit.mark(0)
        self._settle("")

    @Slot()
    def _typed(self) -> None:
        if not self._filling:
            self._typed_text = True
            self._pause.start()
            self.state_changed.emit()

    @Slot()
    def judge(self) -> bool:
        """Read what is typed; the fault is shown at its line. True when it is right."""
        self._pause.stop()
        try:
            self._read = self._parse(self.edit.toPlainText())
        except BadInput as error:
            self._read = None
            self._fault = (getattr(error, "line", 0) or 0, getattr(error, "column", 0) or 0)
            self.edit.mark(*self._fault)
            where = self.tr("Line {line}, column {column}: ").format(line=self._fault[0], column=self._fault[1])
            text = f"{error.reason} {error.remedy}".strip()
            told = not self._fault[0] or text.startswith(self.tr("Line {line},").format(line=self._fault[0]))
            self._settle(text if told else where + text, bad=True)
            return False
        self._fault = (0, 0)
        self.edit.mark(0)
        if self._read == self._shown:
            self._typed_text = False
            self._settle("")
        else:
            self._settle(self.tr("The JSON is right."))
        return True

    @Slot()
    def apply(self) -> None:
        if self._typed_text and self.judge() and self._read is not None and self._read != self._shown:
            self._typed_text = False
            self.apply_wanted.emit(self._read)

    @Slot()
    def _go(self) -> None:
        self.edit.go_to(*self._fault)
        self.edit.setFocus(Qt.FocusReason.OtherFocusReason)

    def _settle(self, text: str, *, bad: bool = False) -> None:
        self._verdict.setProperty("role", "danger" if bad else "quiet")
        self._verdict.style().polish(self._verdict)
        self._verdict.setText(text)
        self._goto.setVisible(bad and self._fault[0] > 0)
        self._revert.setVisible(self._typed_text)
        self._apply.setEnabled(self._typed_text and not bad)
        self.state_changed.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self.apply()
        else:
            super().keyPressEvent(event)
