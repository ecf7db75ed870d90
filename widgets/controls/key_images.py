"""Which slices of a volume are key images, as chips that lead there. Nothing is to be seen while there are none."""

from __future__ import annotations

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QHBoxLayout, QLabel, QWidget

from storage.editing.edits import DocumentChange
from storage.editing.focus import Focus
from storage.editing.on_frames import slices_a_time
from storage.editing.session import EditSession
from storage.model.key_images import key_frames
from storage.model.ontology import Ontology
from widgets.controls.range_chips import Chip, RangeChips


class KeyImagesLine(QWidget):
    """Watches the session and the focus; `close_down` stops that."""

    def __init__(self, session: EditSession, focus: Focus, ontology: Ontology, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session, self._focus, self._ontology = session, focus, ontology
        self.title = QLabel(self.tr("Key images"), self)
        self.title.setProperty("role", "quiet")
        self.chips = RangeChips(self)
        self.chips.chosen.connect(self._go)
        row = QHBoxLayout(self)
        row.setContentsMargins(8, 0, 8, 4)
        row.setSpacing(8)
        row.addWidget(self.title)
        row.addWidget(self.chips, 1)
        self._stop = [session.listen(self._document_changed), focus.listen(self._focus_changed)]
        self._frames: list[int] = []
        self._read()

    def show_ontology(self, ontology: Ontology) -> None:
        self._ontology = ontology
        self._read()

    def close_down(self) -> None:
        for stop in self._stop:
            stop()
        self._stop.clear()

    def _document_changed(self, change: DocumentChange) -> None:
        if change.classifications:
            self._read()

    def _focus_changed(self, names: frozenset[str]) -> None:
        if "at" in names and self._frames:
            self._show()

    def _read(self) -> None:
        frames = self._session.frames
        self._frames = sorted(key_frames(self._session.document, self._ontology, frames.count))
        self._show()

    def _show(self) -> None:
        frames = self._session.frames
        slices = slices_a_time(frames)
        chips = [Chip(frame, frame, base=frames.counts_from, slices=slices) for frame in self._frames]
        self.chips.show_chips(chips, frames.index(self._focus.at))
        self.setVisible(bool(chips))

    @Slot(int)
    def _go(self, frame: int) -> None:
        self._focus.set(at=self._session.frames.key(frame))
