"""One place that is empty, loading, full or failed, and says which."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QStackedWidget, QWidget

from widgets.controls.states import FailedPanel, Skeleton, StatePanel


class StateStack(QStackedWidget):
    retry_wanted = Signal()

    def __init__(self, full: QWidget, empty: StatePanel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.full, self.empty = full, empty
        self._loading, self._failed = Skeleton(self), FailedPanel(self)
        for page in (full, empty, self._loading, self._failed):
            self.addWidget(page)
        self.setCurrentWidget(self._loading)  # the first one added would be, as if there were something to see
        self._failed.retry_wanted.connect(self.retry_wanted)
        self.show_loading()

    @property
    def state(self) -> str:
        names = {self.full: "full", self.empty: "empty", self._loading: "loading", self._failed: "failed"}
        return names[self.currentWidget()]

    def show_loading(self) -> None:
        """A skeleton, once it has taken long enough to be noticed. What is full already stays as it is meanwhile."""
        if self.state != "full":
            self._loading.start()
            self.setCurrentWidget(self._loading)

    def show_full(self) -> None:
        self._settle(self.full)

    def show_empty(self) -> None:
        self._settle(self.empty)

    def show_failed(self, what: str, error: Exception) -> None:
        self._failed.show_error(what, error)
        self._settle(self._failed)

    def _settle(self, page: QWidget) -> None:
        self._loading.stop()
        self.setCurrentWidget(page)
