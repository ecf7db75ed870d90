"""Every icon can be read out, and no key means two things in one place."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QAbstractButton, QApplication, QLineEdit, QTabBar, QTableView, QWidget

from tests.journeys.desk import Desk
from tests.journeys.tasks import on_task
from tests.support.keys import collisions
from viewers.editors.actions import EDITOR_ACTIONS, KeyMap


@pytest.fixture
def desk(plain: QApplication, sample: Path, tmp_path: Path) -> Iterator[Desk]:
    made = Desk(shutil.copytree(sample, tmp_path / "catalog")).start()
    yield made
    made.close()


def unnamed(root: QWidget) -> list[str]:
    """Buttons that say nothing; those that Qt makes inside its own widgets are named by it or by their owner."""
    found = []
    for button in root.findChildren(QAbstractButton):
        inside_qt = isinstance(button.parent(), (QLineEdit, QTableView, QTabBar)) or button.objectName().startswith("qt_")
        nothing_yet = button.isHidden() and button.icon().isNull()  # gets its text when it is shown
        if not inside_qt and not nothing_yet and not button.text() and not button.accessibleName():
            found.append(f"{type(button).__name__} “{button.toolTip()}” in {type(button.parent()).__name__}")
    return found


def test_every_button_of_every_page_has_a_name(desk: Desk) -> None:
    window = desk.window
    for place in ("Files", "Datasets", "Ontologies", "Projects", "Jobs", "Settings"):
        desk.go(place)
    desk.go("Projects")
    desk.item(desk.pages.projects.widget.view, desk.pages.projects.widget.rows.index(0))
    desk.wait_idle()
    desk.tab("Queue")
    desk.item(desk.pages.projects.widget.queue.table, "street-1.jpg", double=True)
    on_task(desk, "street-1.jpg")
    assert len(window.findChildren(QAbstractButton)) > 100
    assert unnamed(window) == []


def test_no_key_means_two_things_in_one_place(desk: Desk) -> None:
    registry = desk.window.registry
    assert {f"edit.{a.id}" for a in EDITOR_ACTIONS if a.id not in ("undo", "redo")} <= set(registry.actions)
    assert collisions(registry) == []
    assert KeyMap().clashes() == []


def test_every_action_has_a_title_a_group_and_says_why_when_it_cannot_be_done(desk: Desk) -> None:
    registry = desk.window.registry
    for action in registry.actions.values():
        assert action.title and action.group, action.id
        why = registry.why_not(action.id)
        assert why == "" or why.endswith("."), (action.id, why)
