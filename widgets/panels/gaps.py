"""What is still missing before a task can be submitted; a click goes there."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QListWidget, QListWidgetItem, QWidget

from storage.editing.edits import DocumentChange
from storage.editing.focus import Focus
from storage.editing.on_frames import Still, slices_a_time
from storage.editing.session import EditSession
from storage.model import rules
from storage.model.labels import FrameKey
from storage.model.ontology import Ontology
from storage.model.rules import Gap
from widgets import theme
from widgets.controls.panel_head import PanelHead, QuietNote, stack_list
from widgets.controls.range_chips import frames_text, times_text
from widgets.icons import icon

COUNTED_HIDDEN = 1000  # objects


class GapsList(QWidget):
    """Watches while it is visible. `jump_wanted` carries the Gap; the frame and the object are already in the focus then."""

    jump_wanted = Signal(object)
    counted = Signal(int)

    def __init__(
        self, session: EditSession, focus: Focus, ontology: Ontology, frames: int = 1, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._session, self._focus, self._ontology, self._frames = session, focus, ontology, frames
        self.gaps: list[Gap] = []
        self._head = PanelHead(self.tr("Missing"), self)
        self._note = QuietNote(self)
        self._list = QListWidget(self)
        self._list.setAccessibleName(self.tr("What is missing"))
        self._list.setWordWrap(True)
        self._list.setStyleSheet("QListWidget { padding: 0 8px; }")  # in line with the heading
        self._list.setIconSize(QSize(theme.ICON, theme.ICON))
        self._list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        stack_list(self, self._head, self._note, self._list)
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(150)
        self._soon.timeout.connect(self.refresh)
        self._list.itemClicked.connect(self._jump)
        self._list.itemActivated.connect(self._jump)
        self._stop = session.listen(self._document_changed)
        self.refresh()

    def show_ontology(self, ontology: Ontology) -> None:
        self._ontology = ontology
        self.refresh()

    def close_down(self) -> None:
        self._soon.stop()
        self._stop()

    def _document_changed(self, change: DocumentChange) -> None:
        # While hidden it still counts for others, where that takes no time that could be felt.
        if not change.preview and (self.isVisible() or len(self._session.document.instances) <= COUNTED_HIDDEN):
            self._soon.start()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.refresh()

    @property
    def whole_height(self) -> int:
        """With all of its lines."""
        lines = sum(self._list.sizeHintForRow(row) for row in range(self._list.count()))
        return self.sizeHint().height() - self._list.sizeHint().height() + lines + 2 * self._list.frameWidth()

    @Slot()
    def refresh(self) -> None:
        """Look for gaps now."""
        frames = self._session.frames
        members = frames.members if isinstance(frames, Still) else ()
        found = rules.gaps(self._ontology, self._session.document, self._frames, moving=frames.moving, members=members)
        self.show_gaps(found)

    def show_gaps(self, gaps: list[Gap]) -> None:
        if gaps != self.gaps or not self._list.count():
            self.gaps = gaps
            row = self._list.currentRow()
            self._list.clear()
            for gap in gaps:
                entry = QListWidgetItem(icon("ph.warning-circle", theme.warning()), gap.text)
                if gap.at is not None and self._session.frames.count > 1:
                    entry.setText(f"{gap.text} ({self._place(gap.at)})")
                entry.setToolTip(self.tr("Go there"))
                self._list.addItem(entry)
            self._list.setCurrentRow(min(row, len(gaps) - 1))
        self._head.show_count(str(len(gaps)) if gaps else "")
        self._note.say("" if gaps else self.tr("Nothing is missing: the task can be submitted."))
        self._list.setVisible(bool(gaps))
        self.counted.emit(len(gaps))

    def _place(self, at: FrameKey) -> str:
        frames = self._session.frames
        index, slices = frames.index(at), slices_a_time(frames)
        number = times_text([index], slices) if slices else frames_text(index, index, frames.counts_from)
        words = self.tr("slice {0}") if isinstance(frames, Still) and frames.slices else self.tr("frame {0}")
        return words.format(number)

    @Slot(QListWidgetItem)
    def _jump(self, entry: QListWidgetItem) -> None:
        gap = self.gaps[self._list.row(entry)]
        if gap.at is not None:
            self._focus.set(at=gap.at)
        if gap.instance is not None:
            self._focus.select([gap.instance])
        self.jump_wanted.emit(gap)
