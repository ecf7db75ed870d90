"""Signals are not hidden by methods: PySide keeps such an object alive for each time that the name is read."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator
from types import FunctionType

from PySide6.QtCore import QObject, Signal

import app
import viewers
import widgets

ROOMS = (app, viewers, widgets)


def below(known: type) -> Iterator[type]:
    for kind in known.__subclasses__():
        yield kind
        yield from below(kind)


def hidden_signals(kind: type) -> set[str]:
    """Names that are a signal of a base and a method of one before it."""
    signals = {name for base in kind.__mro__ for name, found in vars(base).items() if isinstance(found, Signal)}
    first = {name: next(vars(base)[name] for base in kind.__mro__ if name in vars(base)) for name in signals}
    return {name for name, found in first.items() if isinstance(found, FunctionType)}


def test_a_method_with_the_name_of_a_signal_is_found():
    class Verbs:
        def place(self) -> int:
            return 1

    class Editor(QObject):
        place = Signal()
        left = Signal()

    class VolumeEditor(Verbs, Editor):
        pass

    assert hidden_signals(VolumeEditor) == {"place"}
    assert hidden_signals(Editor) == set()


def test_no_method_has_the_name_of_a_signal():
    for room in ROOMS:
        for module in pkgutil.walk_packages(room.__path__, f"{room.__name__}."):
            importlib.import_module(module.name)
    ours = {kind for kind in below(QObject) if kind.__module__.split(".")[0] in {room.__name__ for room in ROOMS}}
    assert len(ours) > 100
    assert [f"{kind.__qualname__}.{name}" for kind in ours for name in hidden_signals(kind)] == []
