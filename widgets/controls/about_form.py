"""Title and description of a dataset or project, saved when they are left, and its danger zone."""

from __future__ import annotations

from typing import cast

from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QHideEvent, QKeyEvent
from PySide6.QtWidgets import QFormLayout, QFrame, QHBoxLayout, QPlainTextEdit, QVBoxLayout, QWidget

from widgets import theme
from widgets.controls.buttons import button
from widgets.controls.labels import label
from widgets.controls.title_edit import TitleField
from widgets.only_read import writes


class AboutForm(QWidget):
    renamed = Signal(str)
    described = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._described = ""
        self._title, self._text = TitleField(self), QPlainTextEdit(self)
        writes(self._text)
        self._text.setTabChangesFocus(True)
        self._text.setFixedHeight(88)
        self._text.installEventFilter(self)
        form = QFormLayout(self)
        form.setContentsMargins(0, 0, 0, 0)
        form.setHorizontalSpacing(theme.GROUP)
        form.setVerticalSpacing(theme.GAP)
        form.addRow(self.tr("Title"), self._title)
        form.addRow(self.tr("Description"), self._text)
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(1000)
        self._pause.timeout.connect(self._describe)
        self._title.renamed.connect(self.renamed)
        self._text.textChanged.connect(self._pause.start)

    def show_about(self, title: str, description: str) -> None:
        """What is being typed is left alone."""
        self._title.show_title(title)
        old, self._described = self._described, description
        if not (self._text.hasFocus() and self._text.toPlainText() != old) and self._text.toPlainText() != description:
            self._text.setPlainText(description)
        self._pause.stop()

    def flush(self) -> None:
        self._title.finish()
        self._describe()

    @Slot()
    def _describe(self) -> None:
        self._pause.stop()
        text = self._text.toPlainText()
        if text != self._described:
            self._described = text
            self.described.emit(text)

    def hideEvent(self, event: QHideEvent) -> None:
        self.flush()
        super().hideEvent(event)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self._text and event.type() == QEvent.Type.FocusOut:
            self._describe()
        is_escape = event.type() == QEvent.Type.KeyPress and cast(QKeyEvent, event).key() == Qt.Key.Key_Escape
        if is_escape and self._text.toPlainText() != self._described:  # else it is for the page
            self._text.setPlainText(self._described)
            return True
        return super().eventFilter(watched, event)


class DangerZone(QFrame):
    wanted = Signal()

    def __init__(self, sentence: str, verb: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._verb = button(verb, danger=True, parent=self)
        self._verb.clicked.connect(self.wanted)
        writes(self._verb)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, theme.GROUP, 0, 0)
        column.setSpacing(theme.GAP)
        heading = label(self.tr("Danger zone"), "heading", parent=self)
        column.addWidget(heading)
        row = QHBoxLayout()
        row.setSpacing(theme.GROUP)
        row.addWidget(label(sentence, "quiet", wrap=True, parent=self), 1)
        row.addWidget(self._verb)
        column.addLayout(row)
