"""The strip below a text: where to go, how it is shown, what is known of the file."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QLineEdit, QSizePolicy, QToolButton, QWidget

from viewers.editors.tool_bar import Strip

#: Action, what stands on its button, its name.
Buttons = Sequence[tuple[str, str, str]]
TEXT_BUTTONS: Buttons = (
    ("find", "Find", "Find (Ctrl+F)"),
    ("text_wrap", "Wrap", "Wrap long lines"),
    ("text_mono", "Mono", "Letters of one width"),
    ("text_numbers", "Numbers", "Line numbers"),
    ("text_compact", "Compact", "Compact lines: names only of what is selected"),
    ("zoom_out", "A−", "Smaller letters (Ctrl+-)"),
    ("zoom_in", "A+", "Larger letters (Ctrl++)"),
)
HTML_BUTTONS: Buttons = (TEXT_BUTTONS[0], ("html_source", "Source", "Source of the page beside it (F7)"), *TEXT_BUTTONS[-2:])
CHECKED = frozenset({"text_wrap", "text_mono", "text_numbers", "text_compact", "html_source"})


class TextStrip(Strip):
    action_wanted = Signal(str)  # id of an action
    place_wanted = Signal(str)  # as typed: "1204" a line, "@99120" an offset, "12:7" line and column
    left = Signal()

    def __init__(self, parent: QWidget | None = None, buttons: Buttons = TEXT_BUTTONS) -> None:
        super().__init__(parent)
        self.setObjectName("textStrip")
        row = QHBoxLayout(self)
        row.setContentsMargins(8, 4, 8, 4)
        row.setSpacing(8)
        self.box = QLineEdit(self)
        self.box.setPlaceholderText(self.tr("Line, or @offset"))
        self.box.setAccessibleName(self.tr("Go to line, line:column or @offset"))
        self.box.setToolTip(self.tr("Go to a line (120), line and column (120:8) or an offset in characters (@5400)"))
        self.box.setFixedWidth(130)
        self.box.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self.box.installEventFilter(self)
        self.box.returnPressed.connect(self._typed)
        self.facts = QLabel(self)
        self.facts.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.facts.installEventFilter(self)
        self._told = ""
        row.addWidget(self.box)
        row.addWidget(self.facts, 1)
        self.buttons = {action_id: self._button(action_id, text, name) for action_id, text, name in buttons}
        for button in self.buttons.values():
            row.addWidget(button)
            button.setCheckable(button.objectName() in CHECKED)

    def _button(self, action_id: str, text: str, name: str) -> QToolButton:
        button = QToolButton(self)
        button.setObjectName(action_id)
        button.setText(text)
        button.setToolTip(name)
        button.setAccessibleName(name)
        button.setAutoRaise(True)
        button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        button.clicked.connect(self._clicked)
        return button

    def show_look(self, **checked: bool) -> None:
        for action_id, on in checked.items():
            self.buttons[action_id].setChecked(on)

    def show_facts(self, text: str, tip: str = "") -> None:
        self._told = text
        self.facts.setAccessibleName(text)
        self.facts.setToolTip("\n".join(filter(None, (text, tip))))
        self._fit_facts()

    def _fit_facts(self) -> None:
        room = self.facts.width() if self.isVisible() else 1 << 20
        self.facts.setText(self.facts.fontMetrics().elidedText(self._told, Qt.TextElideMode.ElideRight, room))

    def ask(self) -> None:
        self.box.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.box.selectAll()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self.facts:
            if event.type() in (QEvent.Type.Resize, QEvent.Type.Show):
                self._fit_facts()
            return False
        if isinstance(event, QKeyEvent) and event.key() == Qt.Key.Key_Escape:
            event.accept()
            if event.type() == QEvent.Type.KeyPress:
                self.left.emit()
            return event.type() in (QEvent.Type.KeyPress, QEvent.Type.ShortcutOverride)
        return False

    def _typed(self) -> None:
        self.place_wanted.emit(self.box.text())

    def _clicked(self) -> None:
        self.action_wanted.emit(self.sender().objectName())
