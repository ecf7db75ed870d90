"""Where lists get their thumbnails from. `app` implements it with jobs over the thumbnail file."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import Protocol

from PySide6.QtCore import SignalInstance
from PySide6.QtGui import QImage

_generations = itertools.count(1)


class Thumbs(Protocol):
    """`ready(int item_id, QImage)` is emitted on the GUI thread; a null image says that there is none to be had."""

    ready: SignalInstance

    def get(self, key: str) -> QImage | None:
        """What is in memory already, at once; such keys need not be requested."""
        ...

    def request(self, keys: Sequence[tuple[int, str]], generation: int) -> None:
        """Ask for thumbnails of (item id, thumbnail key), the most wanted first.

        A later generation replaces what is still waiting of an earlier one. Pictures that were already being read may
        arrive nevertheless. Whoever still lacks one after a while asks again.
        """
        ...


def next_generation() -> int:
    """One count for all widgets, because they share one `Thumbs`."""
    return next(_generations)
