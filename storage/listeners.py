"""Functions that want to be told when something has happened."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Generic, ParamSpec

P = ParamSpec("P")


class Listeners(Generic[P]):
    """Those that listen when the telling begins are told, even if some of them leave meanwhile."""

    def __init__(self) -> None:
        self._all: list[Callable[P, object]] = []

    def add(self, listener: Callable[P, object]) -> Callable[[], None]:
        """Returns a function that ends it; to call that twice does no harm."""
        self._all.append(listener)

        def end() -> None:
            if listener in self._all:
                self._all.remove(listener)

        return end

    def __iter__(self) -> Iterator[Callable[P, object]]:
        return iter(tuple(self._all))

    def tell(self, *args: P.args, **kwargs: P.kwargs) -> None:
        for listener in self:
            listener(*args, **kwargs)

    def clear(self) -> None:
        self._all.clear()
