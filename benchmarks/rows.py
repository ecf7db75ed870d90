"""One line of `make bench`: ours and theirs, measured side by side in one run."""

from __future__ import annotations

from dataclasses import dataclass
from statistics import quantiles
from typing import Literal


@dataclass(frozen=True, slots=True)
class Row:
    """`ratio` is ours divided by theirs; `goal` bounds the ratio; `theirs` is a peer, what the bare machine does, or the bar."""

    name: str
    ours: float
    theirs: float
    unit: str
    goal: float
    sense: Literal["at most", "at least"]
    note: str = ""

    @property
    def ratio(self) -> float:
        """Ours over theirs, or ours alone where nothing was measured beside it."""
        return self.ours / self.theirs if self.theirs else self.ours

    @property
    def holds(self) -> bool:
        return self.ratio <= self.goal if self.sense == "at most" else self.ratio >= self.goal


def percentile(values: list[float], percent: float) -> float:
    """Between the values, to a tenth of a percent."""
    if len(values) < 3:
        return max(values)
    return quantiles(values, n=1000, method="inclusive")[min(998, round(percent * 10) - 1)]
