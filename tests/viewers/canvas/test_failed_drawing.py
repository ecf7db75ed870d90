"""A drawing that fails is told and tried again; one fault never takes the shapes away for good."""

from __future__ import annotations

import logging
from collections.abc import Iterator

import numpy as np
import pytest

from storage.model.geometry import Box
from tests.support import scenes
from tests.support.editor_stage import CTRL, EditorStage
from tests.viewers.canvas.conftest import Make, Shown, gray, reddish
from viewers.canvas import raster, tiles
from viewers.canvas.background import Newest
from viewers.canvas.canvas_painter import FAILED
from viewers.tools import flood_fill

SHAPE = Box(40, 30, 80, 60)


class Fault(Exception):
    """What nobody has foreseen."""


@pytest.fixture
def broken(monkeypatch: pytest.MonkeyPatch) -> Iterator[pytest.MonkeyPatch]:
    """Shapes cannot be rasterised, until `undo`."""

    def fail(*_: object, **__: object) -> None:
        raise Fault("half a file was read")

    with monkeypatch.context() as patch:
        patch.setattr(raster, "draw", fail)
        patch.setattr(raster, "draw_cut", fail)
        yield patch


def has_banner(shown: Shown) -> bool:
    seen = shown.pixels().astype(int)
    wanted = np.array([FAILED.red(), FAILED.green(), FAILED.blue()])
    return int((np.abs(seen - wanted).sum(axis=2) < 12).sum()) >= 20


def test_the_thread_goes_on_with_the_next_job(qtbot, caplog):
    worker, told, failed = Newest("test"), [], []
    worker._done.connect(lambda slot, result: told.append((slot, result)))
    worker._failed.connect(failed.append)

    def fail(_stop):
        raise Fault("half a file was read")

    with caplog.at_level(logging.ERROR):
        worker.submit("one", fail)
        qtbot.waitUntil(lambda: failed == ["one"])
    assert "Fault: half a file was read" in caplog.text
    assert "Traceback" in caplog.text
    worker.submit("two", lambda _stop: 2)
    qtbot.waitUntil(lambda: told == [("two", 2)])
    worker.close()


def test_shapes_that_could_not_be_drawn_are_told_and_come_with_the_next_zoom(
    show: Make, broken: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    shown = show([SHAPE])
    assert shown.canvas._static.failed
    assert gray(shown.at(40, 60))  # the picture is there
    assert has_banner(shown)
    assert "half a file was read" in caplog.text
    broken.undo()
    shown.canvas.zoom_by(1.1)
    assert reddish(shown.at(40, 60))
    assert not has_banner(shown)


def test_they_come_with_the_next_change_of_a_label_too(show: Make, broken: pytest.MonkeyPatch) -> None:
    shown = show([SHAPE])
    broken.undo()
    session, focus = shown.canvas.session, shown.canvas.focus
    (row,) = session.on_frame(focus.at)
    session.do("Move", session.reshaped({row.instance: SHAPE.moved(10, 0)}, focus.at, 1))
    assert reddish(shown.at(50, 60))
    assert not has_banner(shown)


def test_a_change_that_cannot_be_drawn_is_told_and_made_good(show: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    shown = show([SHAPE])
    session, focus = shown.canvas.session, shown.canvas.focus
    (row,) = session.on_frame(focus.at)
    with monkeypatch.context() as patch:

        def fail(*_: object, **__: object) -> None:
            raise Fault("no memory")

        patch.setattr(raster, "draw_cut", fail)
        patch.setattr(raster, "draw", fail)
        session.do("Move", session.reshaped({row.instance: SHAPE.moved(10, 0)}, focus.at, 1))
        assert has_banner(shown)
    session.do("Move", session.reshaped({row.instance: SHAPE.moved(20, 0)}, focus.at, 1))
    assert reddish(shown.at(60, 60))
    assert gray(shown.at(40, 60))
    assert not has_banner(shown)


def test_the_next_page_comes_though_its_shapes_cannot_be_drawn(qtbot, monkeypatch):
    stage = EditorStage(qtbot, frames=2)
    stage.key("1")
    stage.drag(50, 50, 120, 100)
    qtbot.waitUntil(lambda: stage.canvas.settled)

    def fail(*_, **__):
        raise Fault("half a file was read")

    with monkeypatch.context() as patch:
        patch.setattr(raster, "draw", fail)
        stage.key("F")
        qtbot.waitUntil(lambda: stage.canvas.on_screen == ("", 1))
        qtbot.waitUntil(lambda: stage.canvas.settled)
        assert stage.canvas._static.failed
    stage.key("D")
    qtbot.waitUntil(lambda: stage.canvas.on_screen == ("", 0) and stage.canvas.settled)
    assert not stage.canvas._static.failed


def test_a_picture_that_could_not_be_drawn_is_told_and_comes_with_the_next_zoom(
    show: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown = show()

    def fail(*_: object, **__: object) -> None:
        raise Fault("half a tile")

    with monkeypatch.context() as patch:
        patch.setattr(tiles, "render", fail)
        shown.canvas.zoom_by(1.5)
        assert has_banner(shown)
    shown.canvas.zoom_by(1 / 1.2)
    assert gray(shown.at(100, 75))
    assert not has_banner(shown)


def test_a_tool_whose_work_fails_lets_go_and_says_so(qtbot, monkeypatch):
    stage = EditorStage(qtbot, source=lambda: scenes.plain(400, 300))

    def fail(*_, **__):
        raise Fault("no memory")

    with monkeypatch.context() as patch:
        patch.setattr(flood_fill, "fill", fail)
        stage.key("W")
        stage.click(100, 100)
        qtbot.waitUntil(lambda: any("could not be worked out" in s for s in stage.said))
    assert not stage.editor.drafting()
    stage.click(100, 100)
    qtbot.waitUntil(lambda: bool(stage.texts))
    stage.key("Z", CTRL)
    assert stage.shapes == []
