"""A timeline on the screen."""

from __future__ import annotations

import pytest
from pytestqt.qtbot import QtBot

from tests.support.timelines import TimelineStage


@pytest.fixture
def stage(qtbot: QtBot) -> TimelineStage:
    return TimelineStage(qtbot)
