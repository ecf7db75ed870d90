"""Title and description of a dataset or project, saved when they are left, and its danger zone."""

from __future__ import annotations

from typing import cast

from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QHideEvent, QKeyEvent
from PySide6.QtWidgets import QFormLayout, QFrame, QHBoxLayout, QLineEdit, QPlainTextEdit, QVBoxLayout, QWidget

from storage.model.items import MAX_TITLE
from widgets import theme
from widgets.controls.buttons import button
from widgets.controls.labels import label
from widgets.only_read import writes


class AboutForm(QWidget):
    renamed = Signal(str)
    described = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._shown = ("", "")
        self._title, self._text = QLineEdit(self), QPlainTextEdit(self)
        writes(self._title, self._text)
        self._title.setMaxLength(MAX_TITLE)
        self._text.setTabChangesFocus(True)
        self._text.setFixedHeight(88)
        self._title.installEventFilter(self)
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
        self._title.editingFinished.connect(self._rename)
        self._text.textChanged.connect(self._pause.start)

    def show_about(self, title: str, description: str) -> None:
        """What is being typed is left alone."""
        old = self._shown
        self._shown = (title, description)
        if not (self._title.hasFocus() and self._title.text() != old[0]):
            self._title.setText(title)
        if not (self._text.hasFocus() and self._text.toPlainText() != old[1]) and self._text.toPlainText() != description:
            self._text.setPlainText(description)
        self._pause.stop()

    def flush(self) -> None:
        self._rename()
        self._describe()

    @Slot()
    def _rename(self) -> None:
        title = self._title.text().strip()
        if not title:
            self._title.setText(self._shown[0])
        elif title != self._shown[0]:
            self._shown = (title, self._shown[1])
            self.renamed.emit(title)

    @Slot()
    def _describe(self) -> None:
        self._pause.stop()
        text = self._text.toPlainText()
        if text != self._shown[1]:
            self._shown = (self._shown[0], text)
            self.described.emit(text)

    def hideEvent(self, event: QHideEvent) -> None:
        self.flush()
        super().hideEvent(event)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self._text and event.type() == QEvent.Type.FocusOut:
            self._describe()
        elif event.type() == QEvent.Type.KeyPress and cast(QKeyEvent, event).key() == Qt.Key.Key_Escape:
            return self._take_back(watched)
        return super().eventFilter(watched, event)

    def _take_back(self, field: QObject) -> bool:
        """Esc: what stood there before. False where nothing was typed: then it is for the page."""
        title, text = self._shown
        if field is self._title and self._title.text() != title:
            self._title.setText(title)
        elif field is self._text and self._text.toPlainText() != text:
            self._text.setPlainText(text)
        else:
            return False
        return True


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
