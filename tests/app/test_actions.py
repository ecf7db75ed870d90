"""Verbs of the window as data, with keys of the person's own."""

from __future__ import annotations

import pytest
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QWidget

from app.actions.catalog import catalog_actions
from app.actions.registry import ActionRegistry
from app.actions.view import view_actions
from tests.support.keys import collisions


@pytest.fixture
def window(qtbot) -> QWidget:
    window = QWidget()
    qtbot.addWidget(window)
    return window


def registry(window: QWidget, custom: dict[str, str]) -> ActionRegistry:
    made = ActionRegistry(window, lambda _name: QIcon(), custom)
    made.add([*catalog_actions(window), *view_actions(window)])
    return made


def test_a_key_given_twice_is_told(window):
    assert collisions(registry(window, {"catalog.open": "Ctrl+K"})) == [("Ctrl+K", "catalog.open", "view.palette")]


def test_plus_and_semicolon_can_be_keys(window):
    made = registry(window, {"catalog.open": "Ctrl+;;Ctrl++"})
    assert [k.toString() for k in made.qaction("catalog.open").shortcuts()] == ["Ctrl+;", "Ctrl++"]
