"""Long work: what runs, how far it is, how to stop it, and what came of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QProgressBar, QScrollArea, QVBoxLayout, QWidget

from widgets import icons, theme, words
from widgets.controls.buttons import button, icon_button
from widgets.controls.labels import ElidedLabel, label
from widgets.controls.state_stack import StateStack
from widgets.controls.states import StatePanel

_WIDE = 900
_OVERHANG = 3  # of the hook of a J, which would be cut
JobState = Literal["waiting", "running", "done", "failed", "cancelled"]


@dataclass(frozen=True, slots=True)
class JobInfo:
    """`total` None: it is not known how much there is. `rate` is steps a second. `errors`: how many inputs were refused."""

    id: int
    title: str
    state: JobState
    done: int = 0
    total: int | None = None
    rate: float = 0.0
    text: str = ""
    errors: int = 0
    has_result: bool = False


_ICONS = {
    "waiting": "ph.clock",
    "running": "ph.spinner",
    "done": "ph.check-circle",
    "failed": "ph.x-circle",
    "cancelled": "ph.prohibit",
}


class JobsPanel(QWidget):
    cancel_wanted = Signal(int)
    show_result_wanted = Signal(int)
    clear_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._cards: dict[int, _Card] = {}
        self._clear = button(self.tr("Clear finished"), parent=self)
        self._clear.clicked.connect(self.clear_wanted)
        inner = QWidget()
        inner.setMaximumWidth(_WIDE)
        self._column = QVBoxLayout(inner)
        self._column.setContentsMargins(theme.GROUP, 0, theme.GROUP, theme.GROUP)
        self._column.setSpacing(theme.GAP)
        self._column.addStretch(1)
        scroll = QScrollArea(self)
        scroll.setWidgetResizable(True)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setWidget(inner)
        empty = StatePanel("ph.checks", self.tr("No jobs"), self.tr("Adding files, exports and other long work shows here."))
        self._states = StateStack(scroll, empty, self)
        self._states.show_empty()
        head = QHBoxLayout()
        head.setContentsMargins(theme.GROUP - _OVERHANG, 10, theme.GROUP, theme.GAP)
        title = label(self.tr("Jobs"), "title")
        title.setContentsMargins(_OVERHANG, 0, 0, 0)
        head.addWidget(title)
        head.addStretch(1)
        head.addWidget(self._clear)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        above = QWidget()
        above.setMaximumWidth(_WIDE)
        above.setLayout(head)
        column.addWidget(above)
        column.addWidget(self._states, 1)
        self.show_jobs([])

    @Slot(object)
    def show_jobs(self, jobs: Sequence[JobInfo]) -> None:
        """All jobs there are, newest first. Called some times a second while one runs."""
        wanted = {j.id for j in jobs}
        for job_id in [i for i in self._cards if i not in wanted]:
            card = self._cards.pop(job_id)
            self._column.removeWidget(card)
            card.hide()
            card.deleteLater()
        for place, job in enumerate(jobs):
            card = self._cards.get(job.id)
            if card is None:
                card = self._cards[job.id] = _Card(job.id, self)
                card.cancel_wanted.connect(self.cancel_wanted)
                card.result_wanted.connect(self.show_result_wanted)
                self._column.insertWidget(place, card)
            card.show_job(job)
        finished = any(j.state not in ("waiting", "running") for j in jobs)
        self._clear.setEnabled(finished)
        self._clear.setToolTip("" if finished else self.tr("No job has finished"))
        self._clear.setVisible(bool(jobs))
        if jobs:
            self._states.show_full()
        else:
            self._states.show_empty()


class _Card(QFrame):
    cancel_wanted = Signal(int)
    result_wanted = Signal(int)

    def __init__(self, job_id: int, parent: QWidget) -> None:
        super().__init__(parent)
        self._id = job_id
        self._shown: JobInfo | None = None
        self.setObjectName("job")
        self.setStyleSheet("#job { background: palette(base); border: 1px solid palette(mid); border-radius: 8px; }")
        self._icon, self._title = QLabel(self), ElidedLabel("", parent=self)
        self._title.setFont(theme.font(strong=True))
        self._text = label("", "quiet", wrap=True, parent=self)
        self._bar = QProgressBar(self)
        self._bar.setTextVisible(False)
        self._result = button(self.tr("Show result"), parent=self)
        self._cancel = icon_button("ph.x", self.tr("Cancel"), parent=self)
        self._result.clicked.connect(self._on_result)
        self._cancel.clicked.connect(self._on_cancel)
        row = QHBoxLayout()
        row.setSpacing(theme.GAP)
        row.addWidget(self._icon)
        row.addWidget(self._title, 1)
        row.addWidget(self._result)
        row.addWidget(self._cancel)
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 8, 8, 10)
        column.setSpacing(6)
        column.addLayout(row)
        column.addWidget(self._bar)
        column.addWidget(self._text)

    def show_job(self, job: JobInfo) -> None:
        if job == self._shown:
            return
        running = job.state in ("waiting", "running")
        self._shown = job
        tint = {"done": theme.success(), "failed": theme.danger()}.get(job.state, theme.subtle_text())
        self._icon.setPixmap(icons.pixmap(_ICONS[job.state], theme.ICON, tint, self.devicePixelRatioF()))
        self._title.setText(job.title)
        self._bar.setVisible(running)
        if running:
            known = bool(job.total) or job.state == "waiting"
            self._bar.setRange(0, 1000 if known else 0)
            self._bar.setValue(min(1000, job.done * 1000 // job.total) if job.total else 0)
        self._text.setText(self._say(job))
        self._text.setVisible(bool(self._text.text()))
        self._cancel.setVisible(running)
        self._cancel.setAccessibleName(self.tr("Cancel {title}").format(title=job.title))
        self._result.setVisible(not running and job.has_result)

    def _say(self, job: JobInfo) -> str:
        parts: list[str] = []
        if job.state == "waiting":
            parts.append(self.tr("waiting"))
        elif job.state == "cancelled":
            parts.append(self.tr("stopped; what was done is kept"))
        if job.text and job.text != job.title:
            parts.append(job.text)
        if job.text and job.state not in ("waiting", "running"):
            return " · ".join(parts)  # it says what came of it
        if job.done or job.total:
            count = words.number(job.done)
            parts.append(f"{count} / {words.number(job.total)}" if job.total else count)
        if job.state == "running" and job.rate >= 0.1:
            parts.append(
                self.tr("{rate} a second").format(rate=words.number(round(job.rate)) if job.rate >= 10 else f"{job.rate:.1f}")
            )
            if job.total and job.done < job.total:
                parts.append(self.tr("about {time} left").format(time=words.duration((job.total - job.done) / job.rate)))
        if job.errors:
            parts.append(self.tr("refused: {count}").format(count=words.number(job.errors)))
        return " · ".join(parts)

    @Slot()
    def _on_result(self) -> None:
        self.result_wanted.emit(self._id)

    @Slot()
    def _on_cancel(self) -> None:
        self._cancel.setEnabled(False)
        self.cancel_wanted.emit(self._id)
