"""Signals are not hidden by methods: PySide keeps such an object alive for each time that the name is read."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator

from PySide6.QtCore import QMetaMethod, QObject

import app
import viewers
import widgets

ROOMS = (app, viewers, widgets)


def below(known: type) -> Iterator[type]:
    for kind in known.__subclasses__():
        yield kind
        yield from below(kind)


def signals_of(kind: type[QObject]) -> set[str]:
    meta = kind.staticMetaObject
    methods = (meta.method(i) for i in range(meta.methodCount()))
    return {m.name().data().decode() for m in methods if m.methodType() is QMetaMethod.MethodType.Signal}


def test_no_method_has_the_name_of_a_signal():
    for room in ROOMS:
        for module in pkgutil.walk_packages(room.__path__, f"{room.__name__}."):
            importlib.import_module(module.name)
    ours = {kind for kind in below(QObject) if kind.__module__.split(".")[0] in {room.__name__ for room in ROOMS}}
    assert len(ours) > 100
    hidden = {
        f"{kind.__qualname__}.{name}"
        for kind in ours
        for name in signals_of(kind)
        if callable(vars(next(k for k in kind.__mro__ if name in vars(k))).get(name))
        and type(vars(next(k for k in kind.__mro__ if name in vars(k)))[name]).__name__ == "function"
    }
    assert not hidden
