"""The bar for searching in a text or a document: words, how many hits, next and previous, Esc closes."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Signal
from PySide6.QtGui import QIcon, QKeyEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QLineEdit, QToolButton, QWidget

from viewers.editors.tool_bar import Icon, strip_button

#: After the last key, before the search begins anew.
PAUSE_MS = 150


class FindBar(QFrame):
    words_changed = Signal(str, bool)  # words, whether capitals count
    step_wanted = Signal(int)  # 1: next, -1: previous
    closed = Signal()

    def __init__(self, parent: QWidget | None = None, *, icon: Icon) -> None:
        super().__init__(parent)
        self.setObjectName("findBar")
        self.box = QLineEdit(self)
        self.box.setPlaceholderText(self.tr("Find in this file"))
        self.box.setAccessibleName(self.tr("Find in this file"))
        self.box.setClearButtonEnabled(True)
        self.box.installEventFilter(self)
        for button in self.box.findChildren(QToolButton):
            button.setAccessibleName(self.tr("Clear"))
        self.case_button = self._button(QIcon(), self.tr("Capital letters count"))
        self.case_button.setText("Aa")
        self.case_button.setCheckable(True)
        self.previous_button = self._button(icon("mdi6.chevron-left"), self.tr("Previous hit (Shift+Enter, Shift+F3)"))
        self.next_button = self._button(icon("mdi6.chevron-right"), self.tr("Next hit (Enter, F3)"))
        self.close_button = self._button(icon("mdi6.close"), self.tr("Close (Esc)"))
        self.count = QLabel(self)
        self.count.setMinimumWidth(110)
        row = QHBoxLayout(self)
        row.setContentsMargins(8, 4, 8, 4)
        row.setSpacing(4)
        row.addWidget(self.box, 1)
        row.addWidget(self.case_button)
        row.addWidget(self.count)
        for button in (self.previous_button, self.next_button, self.close_button):
            row.addWidget(button)
        self._later = QTimer(self)
        self._later.setSingleShot(True)
        self._later.setInterval(PAUSE_MS)
        self._later.timeout.connect(self._tell)
        self.box.textChanged.connect(self._typed)
        self.case_button.toggled.connect(self._tell)
        self.previous_button.clicked.connect(self._back)
        self.next_button.clicked.connect(self._on)
        self.close_button.clicked.connect(self.leave)
        self.hide()

    def _button(self, icon: QIcon, name: str) -> QToolButton:
        button = strip_button(self, icon, name)
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        return button

    def ask(self, words: str = "") -> None:
        """Show it, with words to begin with, and take the keyboard."""
        self.show()
        if words and words != self.box.text():
            self.box.setText(words)
        self.box.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.box.selectAll()

    def show_count(self, current: int | None, hits: int, *, done: bool, full: bool = False) -> None:
        """`current` counts from 0."""
        more = "+" if full or not done else ""
        if not self.box.text():
            text = ""
        elif not hits:
            text = self.tr("No hit") if done else self.tr("Searching…")
        elif current is None:
            text = self.tr("{0}{1} hits").format(f"{hits:,}", more)
        else:
            text = self.tr("{0} of {1}{2}").format(f"{current + 1:,}", f"{hits:,}", more)
        self.count.setText(text)
        for button in (self.previous_button, self.next_button):
            button.setEnabled(hits > 0)

    def leave(self) -> None:
        self._later.stop()
        self.hide()
        self.closed.emit()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QKeyEvent) and event.type() in (QEvent.Type.KeyPress, QEvent.Type.ShortcutOverride):
            shift = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
            step = {
                Qt.Key.Key_Return: -1 if shift else 1,
                Qt.Key.Key_Enter: -1 if shift else 1,
                Qt.Key.Key_F3: -1 if shift else 1,
            }
            if event.key() in step or event.key() == Qt.Key.Key_Escape:
                event.accept()
                if event.type() == QEvent.Type.KeyPress:
                    self._take_key(step.get(event.key()))
                return True
        return False

    def _take_key(self, step: int | None) -> None:
        if step is None:
            self.leave()
        else:
            if self._later.isActive():
                self._tell()
            self.step_wanted.emit(step)

    def _typed(self) -> None:
        self._later.start()

    def _tell(self) -> None:
        self._later.stop()
        self.words_changed.emit(self.box.text(), self.case_button.isChecked())

    def _back(self) -> None:
        self.step_wanted.emit(-1)

    def _on(self) -> None:
        self.step_wanted.emit(1)
