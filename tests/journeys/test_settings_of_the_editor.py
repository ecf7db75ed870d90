"""How shapes are shown follows the settings, also where a task was open before."""

from __future__ import annotations

from tests.journeys.desk import Desk
from tests.journeys.tasks import on_task
from tests.journeys.test_labelling import studio

__all__ = ["studio"]


def test_names_set_in_the_settings_show_in_the_task_that_is_opened_again(studio: Desk) -> None:
    studio.key("Ctrl+Return")
    on_task(studio, "view 1.png")
    assert not studio.task.focus.display.names
    studio.go("Settings")
    studio.click("Show names of objects")
    assert studio.task.focus.display.names
    studio.go("Projects")
    studio.key("Ctrl+Return")
    on_task(studio, "view 1.png")
    assert studio.task.focus.display.names
