"""What is selected is moved a little by keys: a run of nudges is one step."""

from __future__ import annotations

from collections.abc import Sequence

from storage.editing.session import EditSession
from storage.model.geometry import Bounds
from storage.model.labels import Annotation
from viewers.tools.base import ToolContext
from viewers.tools.bounds import limited_shift
from viewers.tools.moves import held_in, preview
from viewers.tools.words import names_of


class Nudges:
    def __init__(self) -> None:
        self._moving: dict[str, Annotation] = {}  # by instance, as they were when the run began
        self._inside: list[Bounds] = []  # what must not leave the picture, as it was then
        self._by = (0.0, 0.0)  # px of the frame since then

    @property
    def running(self) -> bool:
        return bool(self._moving)

    def begin(self, context: ToolContext, moving: Sequence[Annotation]) -> None:
        self._moving, self._by = {a.instance: a for a in moving}, (0.0, 0.0)
        self._inside = held_in(context, moving)
        names = names_of(context.ontology, context.session.document, [*self._moving])
        context.session.begin(f"Nudge {names}")

    def nudge(self, context: ToolContext, dx: float, dy: float) -> None:
        self._by = limited_shift(self._inside, context.frame_size, self._by[0] + dx, self._by[1] + dy)
        preview(context, {i: a.geometry.moved(*self._by) for i, a in self._moving.items()})

    def settle(self, session: EditSession) -> None:
        """The run becomes a step."""
        if self.drop() and session.in_gesture:
            session.commit()

    def drop(self) -> bool:
        """Forget the run; whether there was one. Its gesture stays open."""
        running, self._moving = self.running, {}
        return running
