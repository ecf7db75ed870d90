"""The status line: what is selected or under the cursor, running jobs, and messages that pass."""

from __future__ import annotations

from PySide6.QtCore import Qt, QTimer, Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QLabel, QProgressBar, QStatusBar, QToolButton, QWidget

from app.jobs import Job
from widgets import icons, theme
from widgets.controls.labels import ElidedLabel

MESSAGE_MS = 6000
_DOING_PX = 320  # at most, for what a job does now


class StatusLine(QStatusBar):
    jobs_wanted = Signal()
    result_wanted = Signal(object)  # Job
    seen = Signal(object)  # Job whose result is not wanted

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setSizeGripEnabled(False)
        self.setContentsMargins(theme.GAP, 0, theme.GAP, 0)
        self._context, self._hint = "", ""
        self._left, self._right = ElidedLabel(parent=self), ElidedLabel(parent=self)
        self._warning = QLabel(self)
        self._warning.setProperty("role", "danger")
        self._warning.setToolTip(
            self.tr("A reserve is in use: what you draw is still saved, adding and exporting are refused.")
        )
        self._warning.hide()
        self._result = QWidget(self)
        self._came_to = ElidedLabel(parent=self._result)
        show, dismiss = QToolButton(self._result), QToolButton(self._result)
        show.setText(self.tr("Show"))
        show.setToolTip(self.tr("What was refused and why; it stays in Jobs"))
        show.clicked.connect(lambda: self.result_wanted.emit(self._ended))
        dismiss.setIcon(icons.icon("ph.x"))
        dismiss.setAutoRaise(True)
        dismiss.setAccessibleName(self.tr("Dismiss"))
        dismiss.setToolTip(self.tr("Dismiss: it stays in Jobs"))
        dismiss.clicked.connect(lambda: self.seen.emit(self._ended))
        row = QHBoxLayout(self._result)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.GAP)
        row.addWidget(self._came_to, 1)
        row.addWidget(show)
        row.addWidget(dismiss)
        self._job_text = QLabel(self)
        self._bar = QProgressBar(self)
        self._bar.setFixedWidth(160)
        self._bar.setTextVisible(False)
        self._bar.setAccessibleName(self.tr("Progress"))
        self._cancel = QToolButton(self)
        self._cancel.setIcon(icons.icon("ph.x"))
        self._cancel.setAutoRaise(True)
        self._cancel.setAccessibleName(self.tr("Cancel"))
        self._cancel.setToolTip(self.tr("Cancel: what is done so far is kept"))
        self._cancel.clicked.connect(self._on_cancel)
        self._more = QToolButton(self)
        self._more.setIcon(icons.icon("ph.list"))
        self._more.setAutoRaise(True)
        self._more.setAccessibleName(self.tr("Show all jobs"))
        self._more.setToolTip(self.tr("Show all jobs"))
        self._more.clicked.connect(self.jobs_wanted)
        self.addWidget(self._left, 1)
        self.addPermanentWidget(self._warning)
        self.addPermanentWidget(self._right)
        for widget in (self._result, self._job_text, self._bar, self._cancel, self._more):
            self.addPermanentWidget(widget)
            widget.hide()
        self._shown: Job | None = None
        self._ended: Job | None = None
        self._message = QTimer(self)
        self._message.setSingleShot(True)
        self._message.timeout.connect(self._show_left)

    @Slot(str)
    def tell(self, text: str) -> None:
        self._left.setText(text)
        room = self._left.width() - (self._right.sizeHint().width() if self._right.isHidden() else 0)
        self._right.setVisible(self._left.sizeHint().width() <= room)  # the hint can wait
        self._message.start(MESSAGE_MS)

    @Slot(str)
    def take_back(self, text: str) -> None:
        if self._message.isActive() and self._left.text() == text:
            self._message.stop()
            self._show_left()

    @Slot(str)
    def show_context(self, text: str) -> None:
        """What is selected, or what is under the cursor."""
        self._context = text
        if not self._message.isActive():
            self._show_left()

    @Slot(str)
    def show_hint(self, text: str) -> None:
        """What the armed tool expects next."""
        self._right.setText(text)

    def warn(self, text: str) -> None:
        """Something that stays true until it is mended; empty: it is."""
        if text != self._warning.text():
            self._warning.setText(text)
            self._warning.setVisible(bool(text))

    def _show_left(self) -> None:
        self._left.setText(self._context)
        self._right.show()

    def show_jobs(self, running: list[Job]) -> None:
        job = running[0] if running else None
        self._shown = job
        for widget in (self._job_text, self._bar, self._cancel, self._more):
            widget.setVisible(job is not None)
        if job is None:
            return
        progress = job.progress
        count = f"{progress.done:,}" + (f" / {progress.total:,}" if progress.total else "")
        others = self.tr(" and {0} more").format(len(running) - 1) if len(running) > 1 else ""
        doing = self.fontMetrics().elidedText(progress.text or job.title, Qt.TextElideMode.ElideMiddle, _DOING_PX)
        self._job_text.setText(f"{doing}  {count}{others}")
        self._job_text.setToolTip(job.title)
        self._bar.setRange(0, progress.total or 0)
        self._bar.setValue(min(progress.done, progress.total or 0))

    def show_unseen(self, ended: list[Job]) -> None:
        """The last of the jobs that ended while the person was elsewhere; its result is one click away."""
        self._ended = ended[-1] if ended else None
        self._result.setVisible(bool(ended))
        if ended:
            self._came_to.setText(ended[-1].unseen)

    @Slot()
    def _on_cancel(self) -> None:
        if self._shown is not None:
            self._shown.cancel()
