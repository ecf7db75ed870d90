"""The canvas for sounds: waveform, spectrogram, regions in lanes, time ruler and playhead.

The sound itself is an image drawn in a worker (`WaveformLayer`); regions, draft and playhead are drawn at each repaint, of
which the playhead asks only for the strip it leaves and the one it comes to.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from PySide6.QtCore import QEvent, QPoint, QPointF, QRectF, QSize, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QPushButton, QWidget

from storage.editing.edits import DocumentChange
from storage.editing.focus import Focus
from storage.editing.session import EditSession
from storage.model.ontology import AttributeType, Ontology
from viewers.canvas.background import Bell, Newest
from viewers.canvas.pointed import PointedCanvas
from viewers.canvas.waveform_bands import Marks
from viewers.canvas.waveform_layer import SoundLook, WaveformLayer
from viewers.canvas.waveform_layout import SoundLayout
from viewers.canvas.waveform_painter import WaveformPainter
from viewers.canvas.waveform_pointing import Hand, Pointing
from viewers.scene.sound_regions import RegionKey, SoundRegions
from viewers.scene.sound_source import SoundSource
from viewers.scene.sound_touch import SoundDraft
from viewers.scene.sound_view import TimeView
from viewers.tools.words import name_of

#: What takes longer to open than this (ms) says so.
PATIENCE_MS = 150
GAINS = (1.0, 32.0)


class WaveformCanvas(PointedCanvas):
    pointed = Signal(object)  # seconds under the pointer, None when it has left
    view_changed = Signal()
    look_changed = Signal()
    menu_wanted = Signal(object, QPoint)  # instance under the pointer or None
    open_wanted = Signal(str)  # an object was double clicked
    space_tapped = Signal()
    opened = Signal()
    failed = Signal(object)  # PostilError

    def __init__(
        self, session: EditSession, focus: Focus, ontology: Ontology, source: SoundSource, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.session, self.focus, self.ontology, self.source = session, focus, ontology, source
        self.view = TimeView()
        self.look = SoundLook()
        self.share = 0.45  # the spectrogram's part of the height
        self.regions = SoundRegions(session, focus)
        self.playhead = 0.0  # seconds
        self.loop: tuple[float, float] | None = None  # seconds
        self.patient = False  # it takes long enough to say so
        self.hand: Hand | None = None
        self.seek: Callable[[float], None] = self.show_playhead  # of the ruler, in seconds
        self.draft: Callable[[], SoundDraft | None] = lambda: None
        self.current: Callable[[], RegionKey | None] = lambda: None
        self.empty_text: Callable[[], str] = lambda: ""  # while there is no region
        self._lanes_shift = 0.0
        self._worker = Newest("waveform")
        self.layer = WaveformLayer(source, self._worker, self)
        self._painter = WaveformPainter(self)
        self._pointing = Pointing(self)
        self._heard, self._open = -1, False
        self._lay_out()
        self._set_up()

    def _set_up(self) -> None:
        self.setMinimumHeight(160)
        self.setAccessibleName(self.tr("Sound"))
        self.setAccessibleDescription(
            self.tr("The sound with its regions. Up and Down go from region to region, F6 leaves it.")
        )
        self.again = QPushButton(self.tr("Try again"), self)
        self.again.clicked.connect(self._retry)
        self.again.hide()
        self.layer.changed.connect(self.update)
        self._bell = Bell()
        self._bell.rung.connect(self._on_arrived, Qt.ConnectionType.QueuedConnection)
        self._later = QTimer(self)  # one look at the layer after a burst of wheel and pan events
        self._later.setSingleShot(True)
        self._later.setInterval(0)
        self._later.timeout.connect(self._ensure)
        self._patience = QTimer(self)
        self._patience.setSingleShot(True)
        self._patience.setInterval(PATIENCE_MS)
        self._patience.timeout.connect(self._on_patience)
        self._detach = [
            self.session.listen(self._on_document),
            self.focus.listen(self._on_focus),
            self.source.listen(self._bell.ring),
        ]
        self._patience.start()
        self.source.start()
        QTimer.singleShot(0, self, self._on_arrived)  # so that whoever made it can listen first

    # -- what others may do

    @property
    def layout_(self) -> SoundLayout:
        return self._layout

    @property
    def settled(self) -> bool:
        """Everything on screen is sharp and up to date."""
        if self.source.error is not None:
            return True
        return (
            self._open
            and self._heard == self.source.told
            and not self._later.isActive()
            and self.layer.shows(self.view, self._layout, self.look, self.devicePixelRatioF())
        )

    def close_canvas(self) -> None:
        """End the worker and stop listening. The source belongs to whoever made it."""
        for end in self._detach:
            end()
        self._detach = []
        self._later.stop()
        self._patience.stop()
        self._worker.close()

    def set_ontology(self, ontology: Ontology) -> None:
        self.ontology = ontology
        self._painter.forget_colors()
        self.update()

    def set_look(self, **values: Any) -> None:
        self.look = replace(self.look, **values)
        self._lay_out()
        self._ensure()
        self.look_changed.emit()

    def set_share(self, share: float) -> None:
        """How much of the height the spectrogram has."""
        self.share = min(max(share, 0.1), 0.9)
        self._lay_out()
        self._later.start()

    def show_playhead(self, seconds: float, *, follow: bool = False) -> None:
        """`follow`: turn the page when it leaves what is in sight. Who has looked elsewhere is left there."""
        seen = self.view.start <= self.playhead <= self.view.end
        if follow and seen and self.view.bring(seconds, at=0.05):
            self.playhead = seconds
            self.view_moved()
            return
        before, after = self.view.x(self.playhead), self.view.x(seconds)
        self.playhead = seconds
        for x in (before, after):
            self.update(int(x) - 8, 0, 17, self.height())

    def show_loop(self, loop: tuple[float, float] | None) -> None:
        self.loop = loop
        self.update()

    def fit(self) -> None:
        self.view.fit()
        self.view_moved()

    def show_span(self, first: float, last: float, margin: float = 0.1) -> None:
        self.view.show(first, last, margin)
        self.view_moved()

    def bring(self, seconds: float, until: float | None = None) -> None:
        """Have it in sight; move only as far as needed."""
        if not self.view.bring(seconds, at=0.15) and until is not None and until > self.view.end:
            self.view.pan(min(until - self.view.end, seconds - self.view.start) + 0.05 * self.view.span)
        self.view_moved()

    def zoom(self, factor: float, x: float | None = None) -> None:
        """`x` None: at the playhead if it is in sight, else in the middle."""
        if x is None:
            at = self.view.x(self.playhead)
            x = at if 0 <= at <= self.view.width else self.view.width / 2
        self.view.zoom_at(factor, x)
        self.view_moved()

    def pan_px(self, x: float) -> None:
        self.view.pan(-x * self.view.scale)
        self.view_moved()

    def raise_gain(self, factor: float) -> None:
        low, high = GAINS
        self.set_look(gain=min(max(self.look.gain * factor, low), high))

    def scroll_lanes(self, by: float) -> bool:
        """False: all of them are in sight."""
        if self._layout.lanes_height <= self._layout.lanes.height():
            return False
        self._lanes_shift = self._layout.lanes_shift + by
        self._lay_out()
        return True

    def view_moved(self) -> None:
        self.update()
        self._later.start()
        self.view_changed.emit()
        x = self.pointer_x()
        if x is not None and self._open:
            self.pointed.emit(self.view.time(x))  # it is over another place now

    def marks(self) -> Marks:
        """All regions that are shown, as arrays."""
        return self._painter.marks()

    def label_of(self, instance: str) -> str:
        """The object's name, and what was said in it."""
        name = name_of(self.ontology, self.session.document, instance)
        text = self.transcript_of(instance)
        return f"{name}: {text}" if text else name

    def transcript_of(self, instance: str) -> str:
        """The answer to the first text attribute of its class."""
        document = self.session.document
        known = document.instances.get(instance)
        thing = self.ontology.object(known.feature_hash) if known is not None else None
        if thing is None:
            return ""
        asked = next((a.feature_hash for a in thing.attributes if a.type is AttributeType.TEXT and not a.archived), None)
        answers = (a.value for a in document.answers_of(instance) if a.attribute == asked and a.first is None)
        return " ".join(str(next(answers, "")).split())

    def pointer_x(self) -> float | None:
        """None while the pointer is elsewhere."""
        at = self._pointing.position
        return min(max(at.x(), 0.0), float(self.width())) if at is not None else None

    def hand_moved(self) -> None:
        """Draft, cursor and hint may be others."""
        self.update()
        self._pointing.refresh_cursor()

    def forget_pointer(self) -> None:
        """What was dragged has been dropped."""
        self._pointing.drop()

    def sizeHint(self) -> QSize:
        return QSize(900, 480)

    # -- listening

    @Slot()
    def _on_arrived(self) -> None:
        self._heard = self.source.told
        error = self.source.error
        self.again.setVisible(error is not None)
        if error is not None:
            self._place_button()
            self.failed.emit(error)
        elif self.source.index is not None and not self._open:
            self._open = True
            self.view.set_sound(self.source.duration, self.source.index.rate)
            loudest = self.source.loudest
            self.set_look(gain=min(max(1.0, 0.9 / loudest), GAINS[1]) if loudest else 1.0)
            self.view_changed.emit()
            self.opened.emit()
        if self._open:
            self._ensure()
        else:
            self.update()

    @Slot()
    def _on_patience(self) -> None:
        self.patient = True
        self.update()

    @Slot()
    def _retry(self) -> None:
        self.again.hide()
        self.source.retry()
        self.setFocus()
        self.update()

    def _on_document(self, change: DocumentChange) -> None:
        lanes = self.regions.lanes
        self.regions.changed(change)
        self._painter.changed(change.instances)
        if self.regions.lanes != lanes:
            self._lay_out()
            self._later.start()
        self.update()

    def _on_focus(self, names: frozenset[str]) -> None:
        if "hidden" in names:
            self.regions.reload()
            self._lay_out()
            self._later.start()
        if names & {"selected", "hovered", "display", "locked", "armed", "tool"}:
            self.update()

    def _lay_out(self) -> None:
        channels = self.source.index.channels if self.source.index is not None else 1
        self._layout = SoundLayout.of(
            self.width(), self.height(), lanes=self.regions.lanes, channels=channels, spectrum=self.look.spectrum,
            share=self.share, shift=self._lanes_shift,
        )  # fmt: skip
        self.update()

    @Slot()
    def _ensure(self) -> None:
        if self.isVisible() and self._open:
            self.layer.ensure(self.view, self._layout, self.look, self.devicePixelRatioF())

    def _place_button(self) -> None:
        self.again.adjustSize()
        self.again.move((self.width() - self.again.width()) // 2, self.height() // 2 + 72)

    # -- Qt

    def paintEvent(self, event: QPaintEvent) -> None:
        p = QPainter(self)
        try:
            self._painter.paint(p, QRectF(event.rect()))
        finally:
            p.end()

    def resizeEvent(self, event: QResizeEvent) -> None:
        self.view.resize(self.width())
        self._lay_out()
        self._place_button()
        self.view_moved()

    def showEvent(self, event: Any) -> None:
        self._later.start()

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.DevicePixelRatioChange:
            self._later.start()
        super().changeEvent(event)

    def hover_at(self, at: QPointF | None) -> None:
        """What lies under the pointer, and where it is."""
        if at is None or not self._open:
            self.focus.set(hovered=None)
            self.pointed.emit(None)
            self.update()
            return
        touch = self._pointing.touch_at(at)
        grip = touch.grip
        self.focus.set(hovered=grip.key[0] if grip is not None else None)
        self.pointed.emit(self.view.time(at.x()))
