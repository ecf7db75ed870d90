"""A video editor over a clip whose pictures carry their number, with the hand of the picture editor's stage."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from PySide6.QtCore import Qt

from storage.editing.edits import Edits
from storage.editing.focus import Focus
from storage.editing.on_frames import Moving
from storage.editing.session import EditSession
from storage.media.source import FileSource
from storage.media.video import frame_table
from storage.model.geometry import ShapeKind
from storage.model.labels import LabelDocument
from tests.support import clips
from tests.support.editor_stage import EditorStage
from tests.support.sent import Sent
from tests.support.tool_stage import ontology
from viewers.decode import open_media
from viewers.editors.video_editor import VideoEditor
from viewers.scene.frame_clock import FrameClock
from viewers.scene.pictures import PictureSource
from widgets import icons

SIZE = (400, 304)


class VideoStage(EditorStage):
    """The canvas shows the picture at 100 %. `frame()` is what is labelled, `picture()` the number in what is seen."""

    editor: VideoEditor

    def __init__(self, qtbot: Any, clip: Path, **options: Any) -> None:
        self.qtbot = qtbot
        self.document = LabelDocument()
        self.sent = Sent()
        source = FileSource(clip)
        clock = FrameClock.of(frame_table(source))
        self.session = EditSession(self.document, self.sent, author="ann@example.org", frames=Moving(clock.count, clock.pts))
        self.focus = Focus()
        opened = partial(open_media, source, "video", {}, None)
        self.pictures = PictureSource(opened)
        self.editor = VideoEditor(
            self.session, self.focus, ontology(), self.pictures, clock, open_decoder=opened, icon=icons.icon, **options
        )
        self.editor.own_menu = False
        self.said: list[str] = []
        self.places: list[str] = []
        self.editor.status.connect(self.said.append)
        self.editor.place.connect(self.places.append)
        qtbot.addWidget(self.editor, before_close_func=self._close)
        self.editor.resize(760, 760)
        with qtbot.waitSignal(self.editor.opened), qtbot.waitExposed(self.editor):
            self.editor.show()
        self.editor.zoom_full_size()
        self.canvas = self.editor.canvas
        self.canvas.setFocus()
        self.settle()

    def _close(self, editor: VideoEditor) -> None:
        editor.close_editor()
        self.pictures.close()

    def settle(self) -> None:
        self.qtbot.waitUntil(lambda: self.canvas.settled and not self.canvas._later.isActive())

    def frame(self) -> int:
        return self.editor.frame()

    def go(self, frame: int) -> None:
        self.editor.go_to_frame(frame)

    def apply(self, edits: Edits) -> None:
        """As if it had been there before."""
        self.session.merge(edits)

    def seen(self) -> np.ndarray:
        """(h, w, 3) of the picture as painted on the canvas."""
        image = self.canvas.grab().toImage()
        array = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.bytesPerLine() // 4, 4)
        corner = self.at(0, 0)
        x, y = max(0, corner.x()), max(0, corner.y())
        return array[y : y + SIZE[1], x : x + SIZE[0], 2::-1].copy()

    def picture(self) -> int:
        """The number in the picture that is seen."""
        return clips.number_in(self.seen())

    def box_on(self, frame: int, x: float, y: float, w: float = 60, h: float = 40) -> str | None:
        """Drawn with the mouse; the object."""
        self.go(frame)
        self.arm(ShapeKind.BOX)
        self.drag(x, y, x + w, y + h)
        self.key(Qt.Key.Key_Escape)
        return self.focus.primary

    def track(self) -> str | None:
        """From (100, 100) on frame 10 to (200, 150) on frame 30."""
        own = self.box_on(10, 100, 100)
        self.go(30)
        self.key("K")
        self.drag(130, 120, 230, 170)
        return own

    def rows(self, instance: str) -> list[int]:
        return [a.frame for a in self.document.annotations_of(instance)]

    def shown_on(self, instance: str, frames: range) -> list[int]:
        """On which of these frames it is to be seen."""
        keys = [self.session.frames.key(f) for f in frames]
        found = [self.session.shown(instance, at) for at in keys]
        return [f for f, a in zip(frames, found, strict=True) if a is not None and not a.outside]
