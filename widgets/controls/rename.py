"""A line edit laid over what it renames. Models stay read-only: the view only says what is wanted."""

from __future__ import annotations

from PySide6.QtCore import QRect, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent
from PySide6.QtWidgets import QLineEdit, QWidget

from storage.model.items import MAX_TITLE


class InlineRename(QLineEdit):
    """Enter or leaving it takes the text, Esc does not. Deletes itself."""

    accepted = Signal(int, str)  # the id, the new title

    def __init__(self, parent: QWidget, area: QRect, target_id: int, title: str) -> None:
        super().__init__(title, parent)
        self._id = target_id
        self._before = title
        self._open = True
        self.setMaxLength(MAX_TITLE)
        self.setAccessibleName(self.tr("New name"))
        self.setGeometry(area)
        stem = title.rfind(".")
        # The extension is rarely what one wants to change.
        self.setSelection(0, stem if stem > 0 else len(title))
        self.show()
        self.setFocus(Qt.FocusReason.OtherFocusReason)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._close(take=True)
        elif event.key() == Qt.Key.Key_Escape:
            self._close(take=False)
        else:
            super().keyPressEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        if event.reason() != Qt.FocusReason.PopupFocusReason:
            self._close(take=True)

    def _close(self, *, take: bool) -> None:
        if not self._open:
            return
        self._open = False
        title = self.text().strip()
        had_focus = self.hasFocus()
        self.hide()
        if had_focus and self.parentWidget() is not None:
            view = self.parentWidget().parentWidget() or self.parentWidget()
            view.setFocus()
        if take and title and title != self._before:
            self.accepted.emit(self._id, title)
        self.deleteLater()
