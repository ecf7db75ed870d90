"""Another frame on the canvas: picture and shapes are drawn aside and shown together, so nothing flickers or runs ahead.

While a frame that is at hand is being drawn it is finished, whatever is asked for meanwhile: else nothing would be seen of a
film that plays faster than it can be drawn. One that must be decoded first gives way to the next. Where that takes long, a
frame near it is shown meanwhile, with the shapes of that one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from storage.model.labels import FrameKey

if TYPE_CHECKING:
    from viewers.canvas.image_canvas import ImageCanvas
    from viewers.scene.pictures import Seen

#: So long (ms) the last frame stays while the next one is not at hand; then what there is of it is shown.
PATIENCE_MS = 90


class FrameTurn(QObject):
    turned = Signal()  # the frame that is wanted is on screen

    def __init__(self, canvas: ImageCanvas) -> None:
        super().__init__(canvas)
        self._canvas = canvas
        self._picture, self._static, self._painter = canvas._picture, canvas._static, canvas._painter
        self.active = False
        self.on_screen: FrameKey = canvas.focus.at
        self._target: FrameKey = self.on_screen
        self._again = False  # another frame is wanted by now
        self._patience = QTimer(self)
        self._patience.setSingleShot(True)
        self._patience.setInterval(PATIENCE_MS)
        self._patience.timeout.connect(self._on_patience)
        self._picture.ready.connect(self._drawn)
        self._static.ready.connect(self._drawn)

    def leave(self) -> None:
        """Before the shapes of the frame on screen are forgotten."""
        if not self.active:
            self._painter.hold()

    def go(self) -> None:
        """To the frame that is wanted."""
        canvas = self._canvas
        if self.active and (self._picture.composing or self._picture.next is not None):
            self._again = True
            return
        facts = canvas.pictures.facts(canvas.frame_index())
        if not self._can_hold() or (facts is not None and (facts.width, facts.height) != canvas.view.frame):
            self._cut()
            return
        self.active, self._again = True, False
        if facts is None:
            return  # `arrived` goes on
        self._target = canvas.focus.at
        self._painter.foresee()
        self._patience.start()
        self._static.turn()
        self._picture.turn()

    @Slot()
    def _on_patience(self) -> None:
        """The frame is long in coming."""
        canvas, picture = self._canvas, self._picture
        if not canvas.pictures.moving:
            picture.hurry()
            return
        seen = canvas.pictures.seen(canvas.frame_index()) or self._passed()
        near = canvas.session.frames.key(seen.frame) if seen is not None else self.on_screen
        if picture.composing or picture.next is not None or seen is None or near in (self.on_screen, canvas.focus.at):
            self._patience.start()
            return
        self._target = near
        self._painter.foresee_nothing()
        self._static.turn(canvas.shapes.items_at(near))
        picture.stand_in(seen)

    def _passed(self) -> Seen | None:
        """A frame that came too late to be the one that is wanted, yet is nearer to it than the one on screen: where each comes just
        after the hand has moved on, nothing else would be seen."""
        canvas = self._canvas
        seen, wanted = canvas.pictures.passed, canvas.frame_index()
        here = canvas.session.frames.index(self.on_screen)
        return seen if seen is not None and abs(seen.frame - wanted) < abs(here - wanted) else None

    def arrived(self) -> None:
        """Something of the pictures is at hand that was not."""
        if self._picture.turning:
            self._picture.arrived()
            pictures = self._canvas.pictures
            if pictures.moving and not pictures.ready(self._canvas.frame_index()):
                self._on_patience()  # one near it is there, which is asked for only where the way is long
        else:
            self.go()

    def _can_hold(self) -> bool:
        canvas = self._canvas
        shown = self._picture.layer is not None and self._static.layer is not None
        return shown and canvas.isVisible() and canvas.pictures.error_of(canvas.frame_index()) is None

    def _cut(self) -> None:
        """Nothing to hold on to, or a picture of another size: what is at hand is shown as it comes."""
        self._patience.stop()
        self.active = self._again = False
        self.on_screen = self._canvas.focus.at
        self._painter.release()
        for layer in (self._picture, self._static):
            layer.drop_turn()
            layer.layer = None
        self._static.invalidate()
        self._canvas.frame_opened()
        self.turned.emit()

    @Slot()
    def _drawn(self) -> None:
        if self._picture.next is None or self._static.next is None:
            return
        self._patience.stop()
        again, self._again = self._again or self._target != self._canvas.focus.at, False
        self.active = again
        self.on_screen = self._target
        self._painter.advance(keep=again)
        self._picture.take()
        self._static.take()
        self._canvas.update()
        if again:
            self.go()
        else:
            self._canvas.pictures.drawn()
            self._canvas.frame_turned()
            self.turned.emit()
