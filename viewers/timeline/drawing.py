"""A new range drawn on the row of a classification or of an answer: its frames first, then what it says. One step."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QRect

from storage.editing import answer_ranges, verbs
from storage.editing.edits import Edits, Put
from storage.ids import new_uuid
from storage.model.labels import Answer, AnswerValue, Range
from storage.model.ontology import Attribute
from viewers.timeline import drags
from viewers.timeline.choosing import ask
from viewers.timeline.hits import Hit
from viewers.timeline.look import ROW
from viewers.timeline.rows import Row, said

if TYPE_CHECKING:
    from viewers.timeline.view import TimelineView


class RangeDrawing:
    """Nothing is stored before it is answered; a classification may also stay without an answer."""

    def __init__(self, view: TimelineView) -> None:
        self._view = view
        self._found: Hit | None = None
        self._anchor = 0
        self._free = (0, 0)
        self.chosen: Range | None = None

    @property
    def place(self) -> tuple[int, int]:
        """Top and bottom on the timeline."""
        assert self._found is not None
        top = self._view.layer.row_top(self._found.index)
        return top + 2, top + ROW - 2

    def begin(self, found: Hit) -> bool:
        """False where there is a range already."""
        view = self._view
        assert found.row is not None
        free = drags.free_around(view.rows.bars(found.row), found.frame, view.clock.count)
        if free is None:
            return False
        self._found, self._anchor, self._free = found, found.frame, free
        self.to(found.frame)
        return True

    def to(self, frame: int) -> Range:
        frame = min(max(frame, self._free[0]), self._free[1])
        self.chosen = (min(self._anchor, frame), max(self._anchor, frame))
        return self.chosen

    def drop(self) -> None:
        self.chosen = None
        self._view.update()

    def ask(self) -> None:
        view, row, chosen = self._view, self._found.row if self._found else None, self.chosen
        attribute = view.rows.attribute(row) if row is not None else None
        if row is None or chosen is None or attribute is None:
            self.drop()
            return
        x = view.layer.names + max(0.0, view.axis.x(chosen[0]))
        wide = min(max(140.0, (chosen[1] - chosen[0] + 1) * view.axis.scale), 260.0)
        rect = QRect(round(min(x, view.width() - wide)), self.place[0] - 2, round(wide), ROW)

        def answered(value: AnswerValue | None) -> None:
            self._store(row, attribute, chosen, value)

        ask(view, attribute, rect, answered, self.drop, unanswered=row.kind == "classification")

    def _store(self, row: Row, attribute: Attribute, chosen: Range, value: AnswerValue | None) -> None:
        session, stamp = self._view.session, self._view.verbs.stamp
        edits: Edits
        if row.kind == "classification":
            edits, made = verbs.add_classification(row.id, (chosen,), by=stamp.by, now=stamp.now)
            if value is not None:
                edits = (*edits, Put(Answer(new_uuid(), made, attribute.feature_hash, value)))
        else:
            edits = answer_ranges.set_over(session.document, row.owner, row.id, value, *chosen)
        frames = f"frames {chosen[0]} to {chosen[1]}" if chosen[0] != chosen[1] else f"frame {chosen[0]}"
        session.do(f"“{attribute.name}” on {frames}" + (f": {said(attribute, value)}" if value is not None else ""), edits)
        self.drop()
