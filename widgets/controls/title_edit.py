"""A title that can be edited where it stands: as a field of a form, and as the title of a page."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QLineEdit, QWidget

from storage.model.items import MAX_TITLE
from widgets import theme
from widgets.only_read import writes

#: Of its text from its left edge: what stands below is set in by as much.
TEXT_INSET = 7


class TitleField(QLineEdit):
    """`renamed` when Enter is pressed or the field left with another, non-empty title. Escape takes it back."""

    renamed = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._title = ""
        writes(self)
        self.setMaxLength(MAX_TITLE)
        self.editingFinished.connect(self.finish)

    def show_title(self, title: str) -> None:
        """What is being typed is left alone."""
        typing = self.hasFocus() and self.text() != self._title
        self._title = title
        if not typing:
            self.setText(title)

    @Slot()
    def finish(self) -> None:
        wanted = self.text().strip()
        if not wanted:
            self.setText(self._title)
        elif wanted != self._title:
            self._title = wanted
            self.renamed.emit(wanted)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and self.text() != self._title:
            self.setText(self._title)
        else:
            super().keyPressEvent(event)


class TitleEdit(TitleField):
    """Looks like a title."""

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(name)
        self.setToolTip(self.tr("Click to rename"))
        self.setFont(theme.font(theme.TITLE, strong=True))
        self.setStyleSheet(
            "QLineEdit { background: transparent; border-color: transparent; padding: 0 4px; font-size: 16px; font-weight: 600; }"
            "QLineEdit:hover { border-color: palette(mid); } QLineEdit:focus { border-color: palette(accent); background: palette(base); }"
        )

    def show_title(self, title: str) -> None:
        super().show_title(title)
        if self.text() == title:
            self.setCursorPosition(0)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        super().keyPressEvent(event)
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.clearFocus()
