"""So that what one's own doing sets off does not set it off again."""

from __future__ import annotations


class Meanwhile:
    """True inside its `with`, and no longer than that however it ends."""

    def __init__(self) -> None:
        self._depth = 0

    def __bool__(self) -> bool:
        return self._depth > 0

    def __enter__(self) -> None:
        self._depth += 1

    def __exit__(self, *_: object) -> None:
        self._depth -= 1
