"""The picture itself: sharp squares, no seams between tiles, transparency, deep values, several frames, huge sizes."""

from __future__ import annotations

import io
import os
import subprocess
import sys
import textwrap

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import QPointF

from storage.errors import PostilError
from storage.media.source import MemorySource
from storage.model.geometry import Box
from tests.support import mouse, scenes
from tests.viewers.canvas.conftest import Make
from tests.viewers.scene.test_pictures import Striped
from viewers.decode.images import open_image
from viewers.scene.adjust import Adjustments
from viewers.scene.pictures import PictureSource


def checked(width: int, height: int) -> np.ndarray:  # type: ignore[type-arg]
    """A checkerboard of single pixels, each with a colour of its own place."""
    y, x = np.mgrid[0:height, 0:width]
    return np.stack((x * 7 % 256, y * 5 % 256, (x + y) % 2 * 255), axis=2).astype(np.uint8)


@pytest.mark.parametrize("turned", [(0, False), (90, False), (180, True), (270, False)], ids=str)
def test_pixels_are_squares_from_two_hundred_percent(show: Make, turned: tuple[int, bool]) -> None:
    array = checked(60, 40)
    shown = show(pictures=scenes.picture(array))
    shown.canvas.turn(turned[0])
    if turned[1]:
        shown.canvas.mirror()
    shown.canvas.focus.show(pixel_grid=False)
    shown.canvas.zoom_to(5.0)
    places = [(x, y) for x in range(25, 35) for y in range(15, 25)]
    for off in (0.2, 0.8):
        for (x, y), color in zip(places, shown.at_many([(x + off, y + off) for x, y in places]), strict=True):
            assert (color.red(), color.green(), color.blue()) == tuple(array[y, x]), (x, y, off)


def test_at_a_hundred_percent_every_pixel_is_itself(show: Make) -> None:
    array = checked(200, 150)
    shown = show(pictures=scenes.picture(array))
    shown.canvas.zoom_to(1.0)
    x, y = (round(v) for v in shown.canvas.view.screen_point(0, 0))
    assert np.array_equal(shown.pixels()[y : y + 150, x : x + 200], array)


def test_no_seam_where_tiles_meet(show: Make) -> None:
    """A smooth ramp over several tiles has no step at 512 and 1024."""
    ramp = np.linspace(0, 255, 3000)[None, :].repeat(2000, 0)
    array = np.stack((ramp, ramp, ramp), axis=2).astype(np.uint8)
    shown = show(pictures=scenes.picture(array), size=(900, 500))
    for zoom in (0.3, 0.45, 0.7, 1.0, 1.4):
        shown.canvas.zoom_to(zoom)
        row = shown.pixels()[250, :, 0].astype(int)
        inside = row[np.flatnonzero(row != 30)[0] + 3 : -3] if zoom < 0.31 else row
        steps = np.diff(inside)
        assert steps.min() >= -1, zoom
        assert steps.max() <= 3, zoom


def test_small_pictures_seen_small_are_averaged(show: Make) -> None:
    """Single-pixel stripes become even grey, not moiré."""
    stripes = np.zeros((400, 400, 3), np.uint8)
    stripes[:, ::2] = 255
    shown = show(pictures=scenes.picture(stripes))
    shown.canvas.zoom_to(0.25)
    x, y = (round(v) for v in shown.canvas.view.screen_point(200, 200))
    part = shown.pixels()[y - 30 : y + 30, x - 30 : x + 30].astype(int)
    assert part.min() > 110
    assert part.max() < 145


def test_transparency_shows_a_checkerboard(show: Make) -> None:
    array = np.zeros((100, 100, 4), np.uint8)
    array[:, 50:] = (200, 0, 0, 255)
    shown = show(pictures=scenes.picture(array))
    left = shown.pixels()
    x, y = (round(v) for v in shown.canvas.view.screen_point(10, 10))
    shades = {tuple(c) for c in left[y : y + 40, x : x + 40].reshape(-1, 3).tolist()}
    assert shades == {(255, 255, 255), (204, 204, 204)}
    assert shown.at(75, 50).red() == 200


def test_sixteen_bits_get_a_window_and_tell_their_values(show: Make) -> None:
    array = np.full((60, 80), 1000, np.uint16)
    array[:, 40:] = 3000
    shown = show(pictures=scenes.picture(array))
    dark, light = shown.at_many([(10, 30), (70, 30)])
    assert dark.red() < 10
    assert light.red() > 245
    told: list[object] = []
    shown.canvas.cursor_moved.connect(lambda x, y, value: told.append(value))
    mouse.move(shown.canvas, 70.5, 30.5)
    assert told[-1] == "3,000"
    shown.canvas.adjust = Adjustments(window=(1000, 5000))
    shown.qtbot.waitUntil(lambda: 110 < shown.at(70, 30).red() < 145)


def test_a_right_drag_changes_the_window_of_deep_pictures(show: Make) -> None:
    array = np.linspace(0, 4000, 80 * 60).reshape(60, 80).astype(np.uint16)
    canvas = show(pictures=scenes.picture(array)).canvas
    low, high = canvas.pictures.window(0) or (0, 0)
    mouse.drag(canvas, [(20, 20), (25, 20), (50, 20)], mouse.RIGHT)
    after = canvas.adjust.window
    assert after is not None
    assert after[1] - after[0] > (high - low) * 1.2


def test_adjustments_change_what_is_seen(show: Make) -> None:
    shown = show(pictures=scenes.plain(100, 80, (40, 90, 200)))
    shown.canvas.adjust = Adjustments(invert=True)
    shown.qtbot.waitUntil(lambda: shown.at(50, 40).red() == 215)
    shown.canvas.adjust = Adjustments(channel="g")
    shown.qtbot.waitUntil(lambda: shown.at(50, 40).blue() == 90)


def test_pixel_grid_and_values(show: Make) -> None:
    shown = show(pictures=scenes.plain(40, 30, (100, 100, 100)))
    shown.canvas.zoom_to(7.0)
    assert len(np.unique(shown.pixels()[140:160, 190:210])) == 1
    shown.canvas.zoom_to(10.0)
    assert len(np.unique(shown.pixels()[140:160, 190:210])) > 1
    shown.canvas.focus.show(pixel_grid=False)
    assert len(np.unique(shown.pixels()[140:160, 190:210])) == 1
    shown.canvas.focus.show(pixel_grid=True)
    shown.canvas.zoom_to(60.0)
    x, y = (round(v) for v in shown.canvas.view.screen_point(20, 15))
    cell = shown.pixels()[y + 5 : y + 55, x + 5 : x + 55]
    assert cell.max() > 180  # light text on dark


def test_each_frame_of_a_tiff(show: Make) -> None:
    out = io.BytesIO()
    frames = [Image.new("RGB", (80 + 20 * i, 60), color) for i, color in enumerate(["#c80000", "#00c800"])]
    frames[0].save(out, "TIFF", save_all=True, append_images=frames[1:])
    data = out.getvalue()
    shown = show([Box(10, 10, 20, 20)], PictureSource(lambda: open_image(MemorySource(data), {}, cache_dir=None)))
    assert shown.at(50, 30).red() == 200
    shown.canvas.focus.set(at=("", 1))
    shown.qtbot.waitUntil(lambda: shown.canvas.view.frame == (100, 60))
    assert shown.at(50, 30).green() == 200
    assert shown.at(10, 20).green() == 200  # the shape belongs to the first frame
    assert shown.canvas.context.frame_size == (100, 60)


def test_a_picture_beyond_every_limit_of_qt_pans(show: Make) -> None:
    """1,200 megapixels: only tiles in sight are read, no image is larger than the canvas and its margin."""
    decoder = Striped()
    shown = show(pictures=PictureSource(lambda: decoder))
    shown.canvas.zoom_to(1.0)
    for _ in range(12):
        shown.canvas.pan_by(QPointF(-150, -90))
        shown.settle()
    layer = shown.canvas._picture.layer
    assert layer is not None
    assert layer.size[0] <= 700
    assert len(decoder.read_keys) < 60


def test_a_picture_that_cannot_be_read_is_said_on_the_canvas(qtbot) -> None:  # type: ignore[no-untyped-def]
    from viewers.canvas.image_canvas import ImageCanvas

    data = scenes.png(np.zeros((10, 10, 3), np.uint8))[:20]
    source = PictureSource(lambda: open_image(MemorySource(data), {}, cache_dir=None))
    canvas = ImageCanvas(scenes.session([]), scenes.focus(), scenes.ontology(), source)
    qtbot.addWidget(canvas)
    with qtbot.waitSignal(canvas.failed) as seen:
        canvas.show()
    assert isinstance(seen.args[0], PostilError)
    image = canvas.grab().toImage()
    # Where exactly its lines lie depends on the fonts of the machine.
    bright = [(x, y) for y in range(image.height()) for x in range(image.width()) if image.pixelColor(x, y).red() > 150]
    assert bright
    canvas.close_canvas()
    source.close()


@pytest.mark.parametrize("dpr", ["1.5", "2"])
def test_sharp_on_dense_screens(dpr: str) -> None:
    """In a process of its own, for the ratio belongs to the platform: pixels and outlines are drawn in device pixels."""
    script = textwrap.dedent(
        """
        import sys
        import numpy as np
        from PySide6.QtCore import QEventLoop, QTimer
        from PySide6.QtWidgets import QApplication
        from storage.model.geometry import Box
        from tests.support import scenes
        from viewers.canvas.image_canvas import ImageCanvas

        app = QApplication([])
        y, x = np.mgrid[0:100, 0:160]
        array = np.stack(((x + y) % 2 * 255,) * 3, axis=2).astype(np.uint8)
        canvas = ImageCanvas(scenes.session([Box(40, 30, 60, 40)]), scenes.focus(), scenes.ontology(), scenes.picture(array))
        canvas.focus.show(opacity=0.0)
        canvas.resize(300, 200)
        canvas.show()
        dpr = canvas.devicePixelRatioF()
        loop, timer = QEventLoop(), QTimer()
        def look():
            if canvas.settled and not canvas._later.isActive():
                loop.quit()
        timer.timeout.connect(look)
        timer.start(5)
        canvas.opened.connect(lambda: canvas.zoom_to(1 / dpr))
        QTimer.singleShot(20000, loop.quit)
        loop.exec()
        image = canvas.grab().toImage()
        assert dpr == float(sys.argv[1]), dpr
        assert (image.width(), image.height()) == (round(300 * dpr), round(200 * dpr))
        ox, oy = (round(v * dpr) for v in canvas.view.screen_point(0, 0))
        for px, py in ((5, 5), (6, 5), (120, 80), (121, 80)):
            assert image.pixelColor(ox + px, oy + py).red() == array[py, px, 0], (px, py)
        assert image.pixelColor(ox + 40, oy + 50).red() > 150 > image.pixelColor(ox + 40, oy + 50).green() + 60
        canvas.close_canvas()
        canvas.pictures.close()
        print("sharp")
        """
    )
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen", "QT_SCALE_FACTOR": dpr}
    done = subprocess.run(
        [sys.executable, "-c", script, dpr], env=environment, capture_output=True, text=True, timeout=300, check=False
    )
    assert done.stdout.strip() == "sharp", done.stderr
