"""Where one has been in Files, and the ways back and forward."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Place:
    kind: Literal["all", "folder", "trash"] = "all"
    folder_id: int | None = None

    @staticmethod
    def of(folder_id: int | None) -> Place:
        return Place() if folder_id is None else Place("folder", folder_id)


class Visits:
    """`now` is where one is; `back` and `forward` say whether there was a way."""

    def __init__(self) -> None:
        self.now = Place()
        self._back: list[Place] = []
        self._forward: list[Place] = []

    @property
    def ways(self) -> tuple[bool, bool]:
        """Whether there is one back, and one forward."""
        return bool(self._back), bool(self._forward)

    def visit(self, place: Place) -> None:
        if place != self.now:
            self._back.append(self.now)
            self._forward.clear()
            self.now = place

    def back(self) -> bool:
        return self._step(self._back, self._forward)

    def forward(self) -> bool:
        return self._step(self._forward, self._back)

    def leave(self, place: Place) -> None:
        """The place where one is has gone, and is not come back to."""
        self._back = [each for each in self._back if each != self.now]
        self.now = place

    def _step(self, source: list[Place], target: list[Place]) -> bool:
        if not source:
            return False
        target.append(self.now)
        self.now = source.pop()
        return True
