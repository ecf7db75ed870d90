"""What could not be carried over: every export and import returns these, so that nothing is lost in silence."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Loss:
    """`what` was not carried over, `where` (an item, an object), and `why`."""

    what: str
    where: str
    why: str

    def as_dict(self) -> dict[str, str]:
        return {"what": self.what, "where": self.where, "why": self.why}


def how_many(count: int, thing: str) -> str:
    """1 answer, 2 answers."""
    return f"{count:,} {thing}" if count == 1 else f"{count:,} {thing}s"


class Losses:
    """Collects losses; the same one of the same place once. Keeps the first `LIMIT` and counts the rest."""

    LIMIT = 10_000

    def __init__(self) -> None:
        self._found: dict[Loss, None] = {}
        self._beyond = 0

    def add(self, what: str, where: str, why: str) -> None:
        loss = Loss(what, where, why)
        if loss in self._found:
            return
        if len(self._found) >= self.LIMIT:
            self._beyond += 1
        else:
            self._found[loss] = None

    def add_all(self, other: Losses) -> None:
        for loss in other._found:
            self.add(loss.what, loss.where, loss.why)
        self._beyond += other._beyond

    def all(self) -> list[Loss]:
        more = [Loss(f"{self._beyond} more", "", "the list is cut here")] if self._beyond else []
        return [*self._found, *more]

    def __len__(self) -> int:
        return len(self._found) + self._beyond
