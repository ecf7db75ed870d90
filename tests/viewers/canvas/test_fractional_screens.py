"""On screens of 125, 150 and 175 % the last column and row of a pane are painted, however wide and high it is."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap

import pytest

SCRIPT = textwrap.dedent(
    """
    import sys
    import numpy as np
    from PySide6.QtCore import QEventLoop, QPoint, QTimer
    from PySide6.QtGui import QImage, QRegion
    from PySide6.QtWidgets import QApplication, QWidget
    from storage.editing.focus import Focus
    from storage.editing.on_frames import Still
    from storage.editing.session import EditSession
    from storage.model.labels import LabelDocument
    from tests.support import scenes
    from tests.support.sent import stored
    from tests.support.volume_3d import scene
    from tests.support.volume_view import ArrayFrames
    from viewers.canvas.image_canvas import ImageCanvas
    from viewers.canvas.volume_3d import VolumeView
    from viewers.scene.volume_pictures import VolumePictures
    from viewers.scene.volume_render.ladder import Step
    from viewers.scene.volume_source import VolumeSource

    app = QApplication([])

    def wait(signal, until):
        loop = QEventLoop()
        signal.connect(lambda *_: until() and loop.quit())
        QTimer.singleShot(20000, loop.quit)
        if not until():
            loop.exec()
        assert until()

    def painted(holder, pane):
        "(h, w) bool, of the device pixels of the pane, as its window has them: those that nothing was painted on are red."
        image = QImage(holder.size() * dpr, QImage.Format.Format_RGB32)
        image.setDevicePixelRatio(dpr)
        image.fill(0xFF0000)
        holder.render(image, QPoint(), QRegion(), QWidget.RenderFlag.DrawChildren)
        flat = np.frombuffer(image.constBits(), np.uint32).reshape(image.height(), image.width()) & 0xFFFFFF
        left, top = int(pane.x() * dpr + 0.5), int(pane.y() * dpr + 0.5)
        right, bottom = int((pane.x() + pane.width()) * dpr + 0.5), int((pane.y() + pane.height()) * dpr + 0.5)
        return flat[top:bottom, left:right]

    volume = VolumeSource(lambda: ArrayFrames(np.full((9, 600, 800), 1000, np.int16), None))
    came = QTimer()
    came.start(1)
    volume.start()
    wait(came.timeout, lambda: volume.complete)
    holder = QWidget()
    holder.resize(400, 400)
    session = EditSession(LabelDocument(), stored, frames=Still(9))
    canvas = ImageCanvas(session, Focus(), scenes.ontology(), VolumePictures(volume), holder)
    holder.show()
    dpr = holder.devicePixelRatioF()
    assert dpr == float(sys.argv[1]), dpr
    failed = []

    def turned():
        "Now, before more than what is in sight is drawn."
        grabbed = canvas.grab().toImage()
        for x, y in ((grabbed.width() - 1, 9), (9, grabbed.height() - 1)):
            if grabbed.pixelColor(x, y).red() < 255:
                failed.append(("picture", canvas.geometry().getRect(), x, y))
        seen = painted(holder, canvas)
        if (seen != 0xFFFFFF).any():
            failed.append(("in its window", canvas.geometry().getRect()))

    for at, across, down in ((0, 301, 302), (1, 302, 303), (0, 303, 305), (5, 305, 301), (0, 306, 304)):
        canvas.setGeometry(at, at, across, down)
        canvas.zoom_to(1.0)
        for _ in range(2):
            wait(came.timeout, lambda: canvas.settled)
            end = canvas.turned.connect(turned)
            canvas.focus.set(at=("", (canvas.frame_index() + 1) % 9))
            wait(canvas.turned, lambda: canvas.on_screen == canvas.focus.at)
            canvas.turned.disconnect(end)
    canvas.hide()

    made = scene()
    view = VolumeView(made, step=Step.NUMPY, parent=holder)
    for at, across, down in ((3, 103, 101), (1, 103, 101), (0, 102, 106)):
        view.setGeometry(at, at, across, down)
        view.show()
        wait(came.timeout, lambda: view.settled)
        if (painted(holder, view) == 0xFF0000).any():
            failed.append(("3D", view.geometry().getRect()))
    view.close_view()
    assert view.ended()
    canvas.close_canvas()
    canvas.pictures.close()
    volume.close()
    print(failed)
    """
)


@pytest.mark.parametrize("dpr", ["1.25", "1.5", "1.75"])
def test_the_last_column_and_row_are_painted(dpr: str) -> None:
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen", "QT_SCALE_FACTOR": dpr}
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, dpr], env=environment, capture_output=True, text=True, timeout=300, check=False
    )
    assert done.stdout.strip() == "[]", done.stdout + done.stderr
