"""The edit session: one document being worked on, its history, and where finished gestures go.

Gestures are `begin` - `preview`... - `commit` (or `cancel`); single acts are `do`. Every commit is one `Step`, handed to
the sink at once. All calls and all listeners are on one thread (the window's).
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any, Literal

from storage.editing.edits import DocumentChange, Drop, Edit, Edits, Put, Step, change_of
from storage.editing.history import History
from storage.editing.on_frames import OnFrames, Still
from storage.errors import StaleUndo
from storage.listeners import Listeners
from storage.model.geometry import Geometry
from storage.model.labels import Annotation, FrameKey, LabelDocument, RecordKind

log = logging.getLogger(__name__)
Listener = Callable[[DocumentChange], None]


@dataclass(frozen=True, slots=True)
class StepChange:
    """What the sink is to make durable: a new step, or the undoing or redoing of one already stored."""

    kind: Literal["do", "undo", "redo"]
    step: Step

    @property
    def edits(self) -> Edits:
        """What is to be written now."""
        return self.step.inverse if self.kind == "undo" else self.step.edits


Sink = Callable[[StepChange], "Future[Any]"]


class EditSession:
    def __init__(
        self,
        document: LabelDocument,
        sink: Sink,
        *,
        author: str = "",
        history: History | None = None,
        frames: OnFrames | None = None,
        sealed: str = "",
    ) -> None:
        """`sealed`: why nothing may be changed. Gestures leave the document as it is then, and `refused` hears of those that
        would have changed it."""
        self.document = document
        self.sealed = sealed
        self.refused: Callable[[str], object] = lambda _why: None
        self._would_change = False  # the open gesture, of a sealed session
        self.frames: OnFrames = frames or Still()
        self.author = author
        self.history = history or History()
        self._sink = sink
        self._listeners: Listeners[[DocumentChange]] = Listeners()
        self._open: str | None = None
        self._about: tuple[str, ...] = ()
        self._before: dict[tuple[RecordKind, str], Edit] = {}  # what brings records back as they were at `begin`

    # -- what is to be seen

    def shown(self, instance: str, at: FrameKey) -> Annotation | None:
        """An object on a frame: its row there, or what lies between its rows. `outside`: hidden there on purpose."""
        return self.frames.shown(self.document, instance, at)

    def ghost(self, instance: str, at: FrameKey) -> Annotation | None:
        """Where an object would be that is not to be seen on a frame."""
        return self.frames.ghost(self.document, instance, at)

    def on_frame(self, at: FrameKey) -> list[Annotation]:
        """What is to be seen on a frame, bottom first."""
        return self.frames.on_frame(self.document, at)

    def reshaped(self, shapes: Mapping[str, Geometry], at: FrameKey, now: int) -> Edits:
        """Edits that give objects (by instance) these shapes on a frame."""
        return self.frames.set_geometry(self.document, shapes, at, by=self.author, now=now)

    def vanished(self, instances: Iterable[str], at: FrameKey, now: int) -> Edits:
        """Edits that take objects off a frame, and only from there."""
        return self.frames.vanish(self.document, instances, at, by=self.author, now=now)

    def drawn(self, feature_hash: str, geometry: Geometry, at: FrameKey, now: int) -> tuple[Edits, str]:
        """Edits that make a new object on a frame, and its uuid."""
        return self.frames.add(self.document, feature_hash, geometry, at, by=self.author, now=now)

    # -- gestures

    @property
    def in_gesture(self) -> bool:
        return self._open is not None

    def begin(self, text: str, about: Sequence[str] = ()) -> None:
        """Start a gesture. One that was left open is cancelled first. `about`: the objects that it makes one of."""
        if self._open is not None:
            self.cancel()
        self._open, self._before, self._would_change, self._about = text, {}, False, tuple(about)

    def preview(self, *edits: Edit) -> None:
        """Show a state that is not stored. Later previews replace earlier ones of the same records."""
        assert self._open is not None, "preview outside begin and commit"
        if self.sealed:
            self._would_change = self._would_change or bool(edits)
            return
        self._tell(change_of(edits, self._apply(edits), preview=True))

    def _apply(self, edits: Edits) -> list[Edit]:
        inverse: list[Edit] = []
        for edit in edits:
            back = edit.apply(self.document)
            self._before.setdefault((edit.kind, edit.uuid), back)
            inverse.append(back)
        return inverse

    def commit(self, *edits: Edit) -> Step | None:
        """End the gesture: its net effect becomes one step. None when nothing changed."""
        assert self._open is not None, "commit without begin"
        if edits and (self.sealed or self._before):
            self.preview(*edits)
        elif edits:
            self._apply(edits)  # nothing of it was seen before: one telling, at the end, is enough
        text, before = self._open, self._before
        self._open, self._before = None, {}
        if self._would_change:
            self.refused(self.sealed)
        forward: list[Edit] = []
        inverse: list[Edit] = []
        for (kind, uuid), back in before.items():
            new = self.document.get(kind, uuid)
            if new == (back.record if isinstance(back, Put) else None):
                continue
            forward.append(Put(new) if new is not None else Drop(kind, uuid))
            inverse.append(back)
        if not forward:
            return None
        step = Step(self.history.next_n, text, tuple(forward), tuple(inverse), self._about)
        self.history.did(step)
        self._sink(StepChange("do", step))
        self._tell(change_of(step.edits, step.inverse))
        return step

    def cancel(self) -> None:
        """Drop the gesture: everything is as it was at `begin`."""
        if self._open is None:
            return
        edits = list(self._before.values())
        self._open, self._before = None, {}
        inverse = [edit.apply(self.document) for edit in edits]
        self._tell(change_of(edits, inverse))

    def do(self, text: str, edits: Iterable[Edit], about: Sequence[str] = ()) -> Step | None:
        """A whole gesture at once."""
        self.begin(text, about)
        return self.commit(*edits)

    # -- undo

    @property
    def undo_text(self) -> str:
        step = self.history.undoable() if not self.sealed else None
        return step.text if step else ""

    @property
    def redo_text(self) -> str:
        step = self.history.redoable() if not self.sealed else None
        return step.text if step else ""

    def undo(self) -> Step | None:
        """Write back what the newest step replaced. Raises `StaleUndo` when something else has changed it since."""
        self.cancel()
        step = self.history.undoable()
        if step is None or self.sealed:
            return None
        self._check(step.edits, step.text)
        self.history.undid(step)
        self._replay("undo", step)
        return step

    def redo(self) -> Step | None:
        self.cancel()
        step = self.history.redoable()
        if step is None or self.sealed:
            return None
        self._check(step.inverse, step.text)
        self.history.redid(step)
        self._replay("redo", step)
        return step

    def _check(self, shown: Edits, text: str) -> None:
        for edit in shown:
            present = self.document.get(edit.kind, edit.uuid)
            expected = edit.record if isinstance(edit, Put) else None
            if present is not expected and present != expected:
                raise StaleUndo(
                    f"“{text}” cannot be undone: it has been changed since by something else.",
                    remedy="The newer change is kept. Edit the object by hand.",
                )

    def _replay(self, kind: Literal["undo", "redo"], step: Step) -> None:
        change = StepChange(kind, step)
        inverse = [edit.apply(self.document) for edit in change.edits]
        self._sink(change)
        self._tell(change_of(change.edits, inverse))

    # -- listeners

    def listen(self, listener: Listener) -> Callable[[], None]:
        """Called after every change, on the caller's thread. Returns a function that ends it."""
        return self._listeners.add(listener)

    def merge(self, edits: Edits) -> None:
        """Take in what was stored elsewhere (sync, another window): no step, no sink, listeners are told."""
        inverse = [edit.apply(self.document) for edit in edits]
        for key in self._before.keys() & {(edit.kind, edit.uuid) for edit in edits}:
            stored = self.document.get(*key)  # a gesture that is dropped does not bring the old state back
            self._before[key] = Put(stored) if stored is not None else Drop(*key)
        self._tell(change_of(edits, inverse))

    def _tell(self, change: DocumentChange) -> None:
        if not change:
            return
        for listener in self._listeners:
            try:
                listener(change)
            except Exception:  # a screen that cannot draw it must not cost the person the gesture
                log.exception("a listener failed on %r", change)
