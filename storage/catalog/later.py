"""A module that is imported when it is first used, so that the window need not wait for it."""

from __future__ import annotations

from importlib import import_module
from typing import Any


class Later:
    """Stands for a module; its names are looked up in the real one."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __getattr__(self, attribute: str) -> Any:
        return getattr(import_module(self._name), attribute)
