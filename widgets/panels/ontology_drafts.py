"""Drafts of ontologies, each with its own undo. The one that is shown is saved a moment after it was changed."""

from __future__ import annotations

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from storage.errors import PostilError
from storage.model.ontology import Ontology
from widgets.panels.ontology_state import Draft

SAVE_AFTER_MS = 400


class OntologyDrafts(QObject):
    """Asks to be saved (`save_wanted`); `saved` or `save_failed` is the answer."""

    save_wanted = Signal(int, object)  # ontology id, Ontology
    state_changed = Signal(str, str)  # "saved", "saving" or "failed", and the sentence

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self.shown = Draft(0, Ontology(), Ontology())
        self._known: dict[int, Draft] = {}  # with their steps, for when one comes back
        self._sent: Ontology | None = None  # on its way to the catalog
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(SAVE_AFTER_MS)
        self._soon.timeout.connect(self.flush)

    def open(self, ontology_id: int, ontology: Ontology) -> None:
        known = self._known.get(ontology_id)
        if known is None or known.ontology != ontology:  # it was changed elsewhere meanwhile
            known = self._known[ontology_id] = Draft(ontology_id, ontology, ontology)
        known.saved = ontology
        self.shown, self._sent = known, None

    def reload(self, ontology: Ontology) -> bool:
        """The catalog says it is now this. Our own echo changes nothing; work not saved yet is kept. True: it is another one."""
        if ontology in (self.shown.ontology, self.shown.saved, self._sent) or self.shown.dirty:
            return False
        self.shown.change(self.tr("Changed elsewhere"), ontology)
        self.shown.saved = ontology
        return True

    def save_soon(self) -> None:
        self.state_changed.emit("saving", self.tr("Saving…"))
        self._soon.start()

    @Slot()
    def flush(self) -> None:
        """Ask for what is unsaved to be saved now."""
        self._soon.stop()
        if not self.shown.ontology_id:
            return
        if self.shown.ontology != (self._sent or self.shown.saved):
            self._sent = self.shown.ontology
            self.state_changed.emit("saving", self.tr("Saving…"))
            self.save_wanted.emit(self.shown.ontology_id, self._sent)
        elif self._sent is None:  # undone back to what is stored
            self.state_changed.emit("saved", self.tr("Saved"))

    def saved(self, ontology_id: int, ontology: Ontology) -> None:
        if ontology_id == self.shown.ontology_id:
            self.shown.saved = ontology
            if ontology != self._sent:
                return  # something newer is on its way
            self._sent = None
            if not self.shown.dirty:
                self.state_changed.emit("saved", self.tr("Saved"))

    def save_failed(self, ontology_id: int, error: BaseException) -> None:
        """It stays as it is and is tried again with the next change."""
        if ontology_id == self.shown.ontology_id:
            why = error.reason if isinstance(error, PostilError) else str(error)
            self._sent = None
            self.state_changed.emit("failed", self.tr("Not saved: {why}").format(why=why))
