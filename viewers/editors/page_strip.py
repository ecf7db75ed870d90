"""The strip below the canvas for pictures of several pages. Hidden for one page."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSlider, QSpinBox, QWidget

from viewers.editors.tool_bar import Icon, Strip, strip_button


class PageStrip(Strip):
    page_wanted = Signal(int)  # from 0

    def __init__(self, parent: QWidget | None = None, *, icon: Icon) -> None:
        super().__init__(parent)
        self.setObjectName("pageStrip")
        row = QHBoxLayout(self)
        row.setContentsMargins(8, 4, 8, 4)
        row.setSpacing(8)
        self.previous_button = strip_button(self, icon("mdi6.chevron-left"), "Previous page")
        self.next_button = strip_button(self, icon("mdi6.chevron-right"), "Next page")
        self.slider = QSlider(Qt.Orientation.Horizontal, self)
        self.slider.setAccessibleName("Page")
        self.slider.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.box = QSpinBox(self)
        self.box.setAccessibleName("Page number")
        self.box.setKeyboardTracking(False)
        self.box.setPrefix("Page ")
        self.total = QLabel(self)
        for widget in (self.previous_button, self.next_button):
            row.addWidget(widget)
        row.addWidget(self.slider, 1)
        row.addWidget(self.box)
        row.addWidget(self.total)
        self.slider.valueChanged.connect(self._asked)
        self.box.valueChanged.connect(self._typed)
        self.previous_button.clicked.connect(self._back)
        self.next_button.clicked.connect(self._on)
        self.hide()

    def show_page(self, page: int, pages: int) -> None:
        for widget in (self.slider, self.box):
            widget.blockSignals(True)
        self.slider.setRange(0, max(0, pages - 1))
        self.slider.setValue(page)
        self.box.setRange(1, max(1, pages))
        self.box.setValue(page + 1)
        for widget in (self.slider, self.box):
            widget.blockSignals(False)
        self.total.setText(f"of {pages}")
        self.previous_button.setEnabled(page > 0)
        self.next_button.setEnabled(page < pages - 1)
        self.setVisible(pages > 1)

    def ask(self) -> None:
        """Put the cursor into the page number."""
        self.box.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.box.selectAll()

    def _asked(self, page: int) -> None:
        self.page_wanted.emit(page)

    def _typed(self, number: int) -> None:
        self.page_wanted.emit(number - 1)

    def _back(self) -> None:
        self.page_wanted.emit(self.slider.value() - 1)

    def _on(self) -> None:
        self.page_wanted.emit(self.slider.value() + 1)
