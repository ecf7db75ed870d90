"""Key images of a volume: marked with one key, kept with the labels, gone to from one to the next."""

from __future__ import annotations

from storage.clock import now_ms
from storage.editing import key_images
from storage.editing.edits import DocumentChange
from storage.model.key_images import TITLE, key_class, key_frames, with_key_class
from storage.model.ontology import Ontology
from viewers.editors.volume_part import VolumePart


class KeyImageVerbs(VolumePart):
    """Mixed into the volume editor."""

    key_images: frozenset[int] = frozenset()
    _to_be_marked: int | None = None  # once the ontology has a class for it

    def toggle_key_image(self) -> None:
        """The slice that is edited becomes a key image, or is none any more."""
        if key_class(self.ontology) is None:
            self._to_be_marked = self.frame()
            self.say(f"The ontology has no classification “{TITLE}”: add it to mark key images.")
            self.ontology_wanted.emit(f"Add “{TITLE}” to the ontology", with_key_class(self.ontology))
        else:
            self._toggle_key_image(self.frame())

    def _toggle_key_image(self, frame: int) -> None:
        known = key_class(self.ontology)
        if known is None:
            return
        marked = frame not in self.key_images
        name = self.frame_name(self.session.frames.key(frame))
        text = f"Mark {name} as key image" if marked else f"Key image mark off {name}"
        edits = key_images.toggle(self.session.document, known, frame, by=self.session.author, now=now_ms())
        self.session.do(text, edits)
        self.say(f"Key image: {name}." if marked else f"No key image any more: {name}.")

    def next_key_image(self, steps: int) -> None:
        """The nearest in that direction; from the last one on to the first."""
        here, known = self.frame(), sorted(self.key_images)
        if not known:
            self.say("No slice is marked as key image yet: K marks one.")
            return
        further = [f for f in known if (f > here if steps > 0 else f < here)]
        if steps > 0:
            found = further[0] if further else known[0]
        else:
            found = further[-1] if further else known[-1]
        at = self.session.frames.key(found)
        self.go_to(at)
        self.say(f"Key image {known.index(found) + 1:,} of {len(known):,}: {self.frame_name(at)}.")

    def set_ontology(self, ontology: Ontology) -> None:
        super().set_ontology(ontology)
        self.read_key_images()
        wanted, self._to_be_marked = self._to_be_marked, None
        if wanted is not None and wanted == self.frame():
            self._toggle_key_image(wanted)

    def _on_document(self, change: DocumentChange) -> None:
        super()._on_document(change)
        if change.classifications:
            self.read_key_images()

    def read_key_images(self) -> None:
        """As the labels have them now."""
        found = key_frames(self.session.document, self.ontology, self.session.frames.count)
        if found != self.key_images:
            self.key_images = found
            self.canvas.update()
            self.show_state()
