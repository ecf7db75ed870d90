"""From frame to frame: picture and shapes change together, at every moment that can be seen."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QObject
from PySide6.QtGui import QImage

from storage.editing.edits import Put
from storage.editing.focus import Focus
from storage.editing.on_frames import Moving, Still
from storage.editing.session import EditSession
from storage.media.source import FileSource
from storage.model.geometry import Box, ShapeKind
from storage.model.labels import Annotation, Instance, LabelDocument
from tests.support import clips, scenes
from tests.support.sent import stored
from viewers.canvas.image_canvas import ImageCanvas
from viewers.decode import open_media
from viewers.decode.request import FrameFacts, Picture, PixelKind, Request
from viewers.scene.pictures import PictureSource
from viewers.tools.select import SelectTool

FRAMES, SIZE = 60, (400, 304)
STEP = 4.0  # px that the box moves from one frame to the next


@pytest.fixture(scope="module")
def clip(tmp_path_factory):
    return clips.write(tmp_path_factory.mktemp("clips") / "clip.mp4", FRAMES, size=SIZE)


class Screen(QObject):
    """A canvas at 100 % over a numbered clip, with a red box whose place tells its frame."""

    def __init__(self, qtbot, clip):
        super().__init__()
        document = LabelDocument("row")
        document.put(Instance("i", "h", "c0", 1))
        document.put(Annotation("a0", "i", Box(20, 142, 30, 18), 0))
        document.put(Annotation("a1", "i", Box(20 + STEP * (FRAMES - 1), 142, 30, 18), FRAMES - 1))
        self.session = EditSession(document, stored, frames=Moving(FRAMES))
        self.focus = Focus()
        opened = clip if callable(clip) else lambda: open_media(FileSource(clip), "video", {}, None)
        self.pictures = PictureSource(opened)
        self.canvas = ImageCanvas(self.session, self.focus, scenes.ontology(ShapeKind.BOX), self.pictures)
        self.qtbot = qtbot
        qtbot.addWidget(self.canvas, before_close_func=self._close)
        self.canvas.resize(*SIZE)
        self.canvas.show()
        self.canvas.set_tool(SelectTool())
        qtbot.waitUntil(lambda: self.canvas.view.frame == SIZE)
        self.canvas.zoom_to(1.0)
        self.settle()

    def _close(self, canvas):
        canvas.close_canvas()
        self.pictures.close()

    def settle(self):
        self.qtbot.waitUntil(lambda: self.canvas.settled and not self.canvas._later.isActive())

    def look(self):
        """The frame that the picture says, and the one that the box says."""
        image = self.canvas.grab().toImage().convertToFormat(QImage.Format.Format_RGB32)
        array = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.bytesPerLine() // 4, 4)
        rgb = array[:, : SIZE[0], 2::-1].astype(int)
        red = (rgb[142:160, :, 0] - rgb[142:160, :, 1] > 60).any(axis=0)
        left = int(np.flatnonzero(red)[0]) if red.any() else -1000
        return clips.number_in(rgb), round((left + 1 - 20) / STEP)


@pytest.mark.parametrize("selected", [False, True])
def test_at_every_moment_the_shapes_are_those_of_the_picture(qtbot, clip, selected):
    screen = Screen(qtbot, clip)
    if selected:
        screen.focus.select(["i"])
        screen.settle()
    seen = []

    def done():
        seen.append(screen.look())
        return screen.canvas.settled

    for frame in (1, 2, 3, 30, 10, 59, 0, 25):
        screen.focus.set(at=("", frame))
        qtbot.waitUntil(done)
        assert seen[-1] == (frame, frame)
    assert all(picture == shapes for picture, shapes in seen), seen


def test_frames_asked_for_faster_than_they_are_drawn_come_on_screen_nevertheless(qtbot, clip):
    from PySide6.QtCore import QTimer

    screen = Screen(qtbot, clip)
    seen, timer = [], QTimer()

    def ask():
        screen.focus.set(at=("", 1 + len(seen) % (FRAMES - 1)))
        seen.append(screen.canvas.on_screen[1])

    timer.timeout.connect(ask)
    timer.start(1)
    qtbot.waitUntil(lambda: len(set(seen)) > 3)
    timer.stop()
    qtbot.waitUntil(lambda: screen.canvas.settled)
    once = seen[: FRAMES - 1]
    assert once == sorted(once)
    last = screen.focus.at[1]
    assert screen.look() == (last, last)


def test_while_a_far_frame_is_decoded_one_near_it_is_seen_with_its_own_shapes(qtbot, clip):
    import threading

    go = threading.Event()
    go.set()

    def slow():
        decoder = open_media(FileSource(clip), "video", {}, None)
        read = decoder.read

        def wait(request):
            go.wait(60)
            return read(request)

        decoder.read = wait
        return decoder

    screen = Screen(qtbot, slow)
    go.clear()
    screen.focus.set(at=("", 58))
    qtbot.waitUntil(lambda: screen.canvas.on_screen != ("", 0))
    picture, shapes = screen.look()
    assert picture == shapes
    assert 0 < picture < 58
    assert not screen.canvas.settled
    go.set()
    screen.settle()
    assert screen.look() == (58, 58)


def test_a_frame_that_comes_after_the_hand_has_moved_on_is_seen_nevertheless(qtbot, clip):
    import threading

    gates = {2: threading.Event(), 4: threading.Event()}
    begun = threading.Event()

    def slow():
        decoder = open_media(FileSource(clip), "video", {}, None)
        read = decoder.read

        def wait(request):
            if request.frame == 2:
                begun.set()
            if request.frame in gates:
                gates[request.frame].wait(60)
                request = replace(request, generation=0)  # one that was decoding already is not given up
            return read(request)

        decoder.read = wait
        return decoder

    screen = Screen(qtbot, slow)
    screen.focus.set(at=("", 2))
    qtbot.waitUntil(begun.is_set)
    screen.focus.set(at=("", 4))
    gates[2].set()
    qtbot.waitUntil(lambda: screen.canvas.on_screen == ("", 2))
    assert screen.look() == (2, 2)
    gates[4].set()
    screen.settle()
    assert screen.look() == (4, 4)


def test_a_change_while_the_frame_is_drawn_is_seen_on_it(qtbot, clip):
    screen = Screen(qtbot, clip)
    screen.focus.set(at=("", 20))
    row = screen.session.document.annotations["a0"]
    screen.session.merge((Put(replace(row, geometry=Box(20 + STEP * 20, 142, 30, 18))),))
    screen.settle()
    expected = screen.session.shown("i", ("", 20)).geometry.x
    assert screen.look() == (20, round((expected - 20) / STEP))


def test_between_key_frames_the_outline_is_paler(qtbot, clip):
    screen = Screen(qtbot, clip)

    def darkest_edge(frame):
        screen.focus.set(at=("", frame))
        screen.settle()
        (item,) = screen.canvas.shapes.static_items((0, 0, *SIZE))
        return item.faint

    assert [darkest_edge(f) for f in (0, 1, 58, 59)] == [False, True, True, False]


class Members:
    """A decoder of a group: each member has a size of its own."""

    sizes = ((200, 100), (200, 100), (120, 240))
    frames = len(sizes)

    def facts(self, frame=0):
        return FrameFacts(*self.sizes[frame], 0, PixelKind.GRAY8, 8, 1)

    def read(self, request: Request):
        w, h = self.sizes[request.frame]
        array = np.full((h, w), 60 * (request.frame + 1), np.uint8)
        array.flags.writeable = False
        return Picture(array, PixelKind.GRAY8, (0, 0, w, h), 0, request.frame)

    def cancel(self, generation):
        """Reading takes no time."""

    def close(self):
        """Nothing is held."""


def test_members_of_other_sizes_are_fitted_and_those_of_the_same_keep_the_zoom(qtbot):
    document = LabelDocument("row")
    session = EditSession(document, stored, frames=Still(3, ("m0", "m1", "m2")))
    focus = Focus()
    focus.set(at=("m0", 0))
    pictures = PictureSource(Members)
    canvas = ImageCanvas(session, focus, scenes.ontology(), pictures)

    def close(_):
        canvas.close_canvas()
        pictures.close()

    qtbot.addWidget(canvas, before_close_func=close)
    canvas.resize(400, 300)
    canvas.show()

    def at(member):
        focus.set(at=(member, 0))
        qtbot.waitUntil(lambda: canvas.settled and not canvas._later.isActive())
        image = canvas.grab().toImage()
        return image.pixelColor(200, 150).red()

    assert at("m0") == 60
    canvas.zoom_to(3.0)
    assert at("m1") == 120
    assert canvas.view.zoom == 3.0
    assert at("m2") == 180
    assert canvas.view.frame == (120, 240)
    assert canvas.view.zoom == pytest.approx(300 / 240, abs=0.1)
