"""What every dialog has: a heading, a sentence, a body, an error line, Cancel and one button that does it."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QDialog, QHBoxLayout, QTabBar, QTabWidget, QVBoxLayout, QWidget

from widgets import theme
from widgets.controls.buttons import button
from widgets.controls.labels import label


class Dialog(QDialog):
    """Put controls into `body`, enable `ok` when they make sense, and read them after `exec` said yes."""

    def __init__(
        self, title: str, ok: str, parent: QWidget | None, *, text: str = "", danger: bool = False, width: int = 460
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(title)
        self.setMinimumWidth(width)
        self.heading = label(title, "title", wrap=True)
        self.text = label(text, "quiet", wrap=True)
        self.text.setVisible(bool(text))
        self.problem = label("", "danger", wrap=True)
        self.problem.hide()
        self.ok = button(ok, primary=not danger, danger=danger)
        self.ok.setDefault(not danger)
        self.cancel = button(self.tr("Cancel"))
        self.ok.clicked.connect(self.accept)
        self.cancel.clicked.connect(self.reject)
        self.body = QVBoxLayout()
        self.body.setSpacing(theme.GAP)
        self.buttons = QHBoxLayout()
        self.buttons.setSpacing(theme.GAP)
        self.buttons.addStretch()
        self.buttons.addWidget(self.cancel)
        self.buttons.addWidget(self.ok)
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 20, 20, theme.GROUP)
        column.setSpacing(theme.GAP)
        column.addWidget(self.heading)
        column.addWidget(self.text)
        column.addSpacing(theme.INSIDE)
        column.addLayout(self.body, 1)
        column.addWidget(self.problem)
        column.addSpacing(theme.GAP)
        column.addLayout(self.buttons)

    def showEvent(self, event: QShowEvent) -> None:
        """The keyboard starts in the first field, not on a button below it."""
        super().showEvent(event)
        self._leave_no_gaps()
        if self.focusWidget() not in (None, self.cancel, self.ok) and not isinstance(self.focusWidget(), QTabBar):
            return
        widget, last = self.nextInFocusChain(), self
        while widget is not last:
            takes = widget.focusPolicy().value & Qt.FocusPolicy.TabFocus.value
            if (
                takes
                and not isinstance(widget, QTabBar | QTabWidget)
                and widget not in (self.cancel, self.ok)
                and widget.isVisibleTo(self)
                and widget.isEnabled()
            ):
                break
            widget = widget.nextInFocusChain()
        target = widget if widget is not last else self.ok if self.ok.isDefault() else self.cancel
        target.setFocus(Qt.FocusReason.OtherFocusReason)

    def _leave_no_gaps(self) -> None:
        """Qt makes room for sentences as if they wrapped in a narrower dialog; what is left over would part its lines."""
        if not self.testAttribute(Qt.WidgetAttribute.WA_Resized) and self.layout().hasHeightForWidth():
            self.resize(self.width(), self.layout().totalHeightForWidth(self.width()))

    def name(self, title: str, text: str, ok: str) -> None:
        """For dialogs that say it in the words of their own class."""
        self.setWindowTitle(title)
        self.heading.setText(title)
        self.text.setText(text)
        self.text.setVisible(bool(text))
        self.ok.setText(ok)

    def say_problem(self, text: str) -> None:
        self.problem.setText(text)
        self.problem.setVisible(bool(text))

    def confirmed(self) -> bool:
        return self.exec() == QDialog.DialogCode.Accepted

    def run(self) -> bool:
        """Show it, wait, and let it go; fields can be read until the caller returns."""
        try:
            return self.confirmed()
        finally:
            self.deleteLater()
