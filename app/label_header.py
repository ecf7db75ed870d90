"""The strip above the canvas: where the task comes from, whether work is saved, skip and submit."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QElapsedTimer, Qt, Signal, SignalInstance, Slot
from PySide6.QtWidgets import QApplication, QFrame, QHBoxLayout, QLabel, QPushButton, QToolButton, QWidget

from app.task_loader import LoadedTask
from storage.model.workflow import StageKind
from widgets import icons, theme, words
from widgets.controls.buttons import button
from widgets.controls.labels import ElidedLabel

_STATES = {"saved": "ph.check-circle", "saving": "ph.circle-dashed", "failed": "ph.warning-circle"}


class LabelHeader(QFrame):
    back_wanted = Signal()
    previous_wanted = Signal()
    next_wanted = Signal()
    skip_wanted = Signal()
    submit_wanted = Signal()
    reopen_wanted = Signal()
    retry_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("labelHeader")
        self._task = self._pressed_for = 0  # the task that is shown, and the one of the last press
        self._since_press = QElapsedTimer()
        self._back = self._tool("ph.caret-left", self.tr("Back to the queue"), self.back_wanted)
        self._back.setText(self.tr("Queue"))
        self._back.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self._title = ElidedLabel(parent=self)
        self._title.setFont(theme.font(theme.BASE, strong=True))
        self._where = QLabel(self)
        self._where.setTextFormat(Qt.TextFormat.PlainText)
        self._where.setForegroundRole(self.palette().ColorRole.PlaceholderText)
        self._before = self._tool("ph.arrow-left", self.tr("Previous task (Page Up)"), self.previous_wanted)
        self._after = self._tool("ph.arrow-right", self.tr("Next task (Page Down)"), self.next_wanted)
        self._state = self._tool("ph.check-circle", self.tr("All changes saved"), self.retry_wanted)
        self._state.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self._warning = ElidedLabel(parent=self)  # what was found out about the file when it was added
        self._gaps = QLabel(self)
        self._skip = QPushButton(self.tr("Skip"), self)
        self._skip.setToolTip(self.tr("Put the task at the end of the queue (Ctrl+Shift+Enter)"))
        self._skip.clicked.connect(partial(self._once, self.skip_wanted))
        self._submit = button(self.tr("Submit"), primary=True, parent=self)
        self._submit.setToolTip(self.tr("Hand the labels on (Ctrl+Enter)"))
        self._submit.clicked.connect(partial(self._once, self.submit_wanted))
        self._reopen = QPushButton(self.tr("Reopen"), self)
        self._reopen.setToolTip(self.tr("Put the task back into the first stage; its labels are kept"))
        self._reopen.clicked.connect(self.reopen_wanted)
        for each in (self._skip, self._submit, self._reopen):
            each.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        row = QHBoxLayout(self)
        row.setContentsMargins(theme.GAP, theme.INSIDE, theme.GAP, theme.INSIDE)
        row.setSpacing(theme.GAP)
        # The arrows before what changes with every task, so that they stay under the mouse.
        for widget in (self._back, self._before, self._after, self._title, self._where):
            row.addWidget(widget)
        row.addWidget(self._warning)
        row.addStretch(1)
        for widget in (self._state, self._gaps, self._skip, self._submit, self._reopen):
            row.addWidget(widget)
        self.show_state("saved", self.tr("All changes saved"))

    def _tool(self, icon: str, title: str, signal: object) -> QToolButton:
        made = QToolButton(self)
        made.setIcon(icons.icon(icon))
        made.setAutoRaise(True)
        made.setToolTip(title)
        made.setAccessibleName(title)
        made.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        made.clicked.connect(signal)
        return made

    def _once(self, wanted: SignalInstance, _checked: bool = False) -> None:
        """The second press of a double click may meet the next task, which nobody has looked at: it is not for that one."""
        double = self._since_press.isValid() and self._since_press.elapsed() < QApplication.doubleClickInterval()
        if not double or self._pressed_for == self._task:
            wanted.emit()
        self._pressed_for = self._task
        self._since_press.start()

    def show_task(self, loaded: LoadedTask) -> None:
        self._task = loaded.task.id
        stage = loaded.project.workflow.stage(loaded.task.stage_uuid)
        done = stage.kind is StageKind.COMPLETE
        self._title.setText(words.name(loaded.task.title))
        self._warning.setText(" ".join(loaded.row.item.warnings))
        self._warning.setStyleSheet(f"color: {theme.warning().name()}")
        self._warning.setVisible(bool(loaded.row.item.warnings))
        self._where.setText(self.tr("{0} of {1} in {2}").format(f"{loaded.position:,}", f"{loaded.total:,}", stage.title))
        self._skip.setVisible(not done)
        self._submit.setVisible(not done)
        self._reopen.setVisible(done)
        self._gaps.setVisible(not done)

    def seal(self, why: str, *, reopens: bool) -> None:
        """Its verbs stay away, but for that which `reopens` the task; in the place of “Saved” it says so."""
        self._skip.hide()
        self._submit.hide()
        self._reopen.setVisible(reopens)
        self._state.setIcon(icons.icon("ph.lock-simple", theme.subtle_text()))
        self._state.setText(self.tr("Only to look at"))
        self._state.setToolTip(why)
        self._state.setEnabled(False)

    @Slot(str, str)
    def show_state(self, state: str, text: str) -> None:
        color = {"failed": theme.danger(), "saved": theme.subtle_text()}.get(state, theme.subtle_text())
        self._state.setIcon(icons.icon(_STATES[state], color))
        self._state.setText(
            {"saved": self.tr("Saved"), "saving": self.tr("Saving…"), "failed": self.tr("Not saved: try again")}[state]
        )
        self._state.setToolTip(text)
        self._state.setEnabled(state == "failed")

    @Slot(int)
    def show_gaps(self, count: int) -> None:
        text = self.tr("1 thing missing") if count == 1 else self.tr("{0} things missing").format(count)
        self._gaps.setText(text if count else "")
        self._gaps.setStyleSheet(f"color: {theme.warning().name()}" if count else "")
