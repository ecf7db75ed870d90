"""A canvas on screen, ready to be looked at, and closed again."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence

import numpy as np
import pytest
from PySide6.QtGui import QColor, QImage
from pytestqt.qtbot import QtBot

from storage.model.geometry import Geometry
from tests.support import scenes
from tests.support.volume_3d import scene
from viewers.canvas.image_canvas import ImageCanvas
from viewers.canvas.volume_3d import VolumeView
from viewers.scene.pictures import PictureSource
from viewers.scene.volume_render import ladder
from viewers.scene.volume_render.ladder import Step


class Shown:
    """A canvas and how it looks."""

    def __init__(self, canvas: ImageCanvas, qtbot: QtBot) -> None:
        self.canvas, self.qtbot = canvas, qtbot

    def settle(self) -> None:
        self.qtbot.waitUntil(lambda: self.canvas.settled and not self.canvas._later.isActive())

    def look(self) -> QImage:
        self.settle()
        return self.canvas.grab().toImage().convertToFormat(QImage.Format.Format_RGB32)

    def pixels(self) -> np.ndarray:  # type: ignore[type-arg]
        """(h, w, 3) RGB of everything, in device px."""
        image = self.look()
        array = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.bytesPerLine() // 4, 4)
        return array[:, : image.width(), 2::-1].copy()

    def at(self, x: float, y: float) -> QColor:
        """The colour on screen of an image point."""
        return self.at_many([(x, y)])[0]

    def at_many(self, points: Sequence[tuple[float, float]]) -> list[QColor]:
        image, dpr = self.look(), self.canvas.view.dpr
        places = [self.canvas.view.screen_point(x, y) for x, y in points]
        return [image.pixelColor(int(sx * dpr), int(sy * dpr)) for sx, sy in places]


Make = Callable[..., Shown]


@pytest.fixture
def show(qtbot: QtBot) -> Iterator[Make]:
    made: list[ImageCanvas] = []

    def make(
        shapes: Sequence[Geometry] = (),
        pictures: PictureSource | None = None,
        size: tuple[int, int] = (400, 300),
        **more: object,
    ) -> Shown:
        source = pictures or scenes.plain(200, 150)
        canvas = ImageCanvas(scenes.session(shapes, **more), scenes.focus(), scenes.ontology(), source)
        qtbot.addWidget(canvas)
        canvas.resize(*size)
        with qtbot.waitExposed(canvas):
            canvas.show()
        made.append(canvas)
        shown = Shown(canvas, qtbot)
        shown.settle()
        return shown

    yield make
    for canvas in made:
        canvas.close_canvas()
        canvas.pictures.close()


def reddish(color: QColor) -> bool:
    return color.red() > 150 and color.green() < 90 and color.blue() < 90


def greenish(color: QColor) -> bool:
    return color.green() > 120 and color.red() < 90 and color.blue() < 90


def gray(color: QColor) -> bool:
    return abs(color.red() - 128) < 8 and abs(color.green() - 128) < 8 and abs(color.blue() - 128) < 8


@pytest.fixture
def opened(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., VolumeView]]:
    """3D views that are closed at the end, whatever happens to them."""
    monkeypatch.setattr(ladder, "SLOW_S", math.inf)  # a busy machine is no slow graphics card
    made: list[VolumeView] = []

    def open_one(store=None, *, step=Step.CPU, size=(320, 280), settle=True, **options) -> VolumeView:
        view = VolumeView(store if store is not None else scene(), step=step, **options)
        qtbot.addWidget(view)
        made.append(view)
        view.resize(*size)
        view.show()
        if settle:
            qtbot.waitUntil(lambda: view.settled)
        return view

    yield open_one
    for view in made:
        view.close_view()
    assert all(view.ended() for view in made)
