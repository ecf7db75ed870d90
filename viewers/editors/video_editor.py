"""The editor of what moves: canvas, transport bar and timeline over one session. For videos and image sequences.

Frames count from 0 everywhere: in the status line, in the boxes, in the labels and in what is exported. `focus.at` says
which frame is looked at; the player and the timeline follow it, and write it.
"""

from __future__ import annotations

from typing import Unpack

from PySide6.QtCore import QEvent, QObject, Qt, Slot
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QSplitter, QVBoxLayout, QWidget

from storage.editing.edits import DocumentChange
from storage.editing.focus import Focus
from storage.editing.session import EditSession
from storage.model.labels import FrameKey, Range
from storage.model.ontology import Ontology
from viewers.editors.editor import EditorOptions
from viewers.editors.following import FollowVerbs, OpenDecoder, RunJob
from viewers.editors.go_to import GoToBox
from viewers.editors.image_editor import ImageEditor
from viewers.editors.player import Player, Sound
from viewers.editors.propagate_dialog import PropagateDialog
from viewers.editors.track_actions import TRACK_GROUND, TRACK_SELECTION, VIDEO_ACTIONS
from viewers.editors.transport import TransportBar
from viewers.editors.video_verbs import VideoVerbs
from viewers.scene.frame_clock import FrameClock
from viewers.scene.pictures import PictureSource
from viewers.scene.playback import Loop
from viewers.timeline.thumbnails import DecodedThumbnails
from viewers.timeline.timeline import Timeline

TIMELINE_HEIGHT = 220
THUMBNAIL_HEIGHT = 40


class VideoEditor(FollowVerbs, VideoVerbs, ImageEditor):
    """`session.frames` must be `Moving`. `open_decoder` makes one more decoder, for the strip of small pictures and for following
    objects; it is called on other threads. `run_job` does work behind the window."""

    def __init__(
        self,
        session: EditSession,
        focus: Focus,
        ontology: Ontology,
        pictures: PictureSource,
        clock: FrameClock,
        parent: QWidget | None = None,
        *,
        sound: Sound | None = None,
        open_decoder: OpenDecoder | None = None,
        run_job: RunJob | None = None,
        **options: Unpack[EditorOptions],
    ) -> None:
        self._following = {}
        super().__init__(session, focus, ontology, pictures, parent, actions=VIDEO_ACTIONS, **options)
        self.clock = clock
        self.player = Player(pictures, clock, sound, self)
        self.transport = TransportBar(self.player, self, icon=self.icon)
        self.transport.show_keys(self.keymap.keys)
        self.timeline = Timeline(session, focus, ontology, clock, self, icon=self.icon)
        self.timeline.show_keys(self.keymap.keys)
        self.tracks = self.timeline.verbs
        self.go_to_box = GoToBox(clock, self)
        self.open_decoder, self.run_job = open_decoder, run_job
        self._stack()
        self._follow()
        self.player.seek(self.frame())
        if self.canvas.view.frame == self.frame_size() and self.canvas.pictures.facts(self.frame()) is not None:
            self._show_thumbnails()  # the film was read ahead: nothing will say that it is open now

    def _stack(self) -> None:
        """The canvas with its transport bar over the timeline."""
        top = QWidget(self)
        column = QVBoxLayout(top)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        self.splitter = QSplitter(Qt.Orientation.Vertical, self)
        self.splitter.setObjectName("filmSplit")
        self.column.replaceWidget(self.canvas, self.splitter)
        column.addWidget(self.canvas, 1)
        column.addWidget(self.transport)
        self.splitter.addWidget(top)
        self.splitter.addWidget(self.timeline)
        self.splitter.setStretchFactor(0, 1)
        self.splitter.setCollapsible(0, False)
        self.splitter.setSizes([1000, TIMELINE_HEIGHT])

    def _follow(self) -> None:
        self.player.frame_changed.connect(self._on_played)
        self.player.said.connect(self.say)
        self.player.state_changed.connect(self._on_state)
        self.transport.run_wanted.connect(self.run)
        self.canvas.space_tapped.connect(self._on_space)
        self.timeline.seek_wanted.connect(self.go_to_frame)
        self.timeline.grabbed.connect(self.player.pause)
        self.timeline.status.connect(self.say)
        self.timeline.range_changed.connect(self._on_range)
        self.timeline.hovered.connect(self.place)
        self.go_to_box.wanted.connect(self.go_to_frame)

    def show_strips(self, shown: bool) -> None:
        self.transport.setVisible(shown)
        self.timeline.setVisible(shown)

    def seal(self) -> None:
        super().seal()
        self.timeline.view.empty_text = ""

    def close_editor(self) -> None:
        self.open_decoder = None
        self.player.close()
        self.timeline.close_timeline()
        super().close_editor()

    def set_ontology(self, ontology: Ontology) -> None:
        super().set_ontology(ontology)
        self.timeline.set_ontology(ontology)

    def rebind(self, action_id: str, keys: tuple[str, ...]) -> None:
        super().rebind(action_id, keys)
        self.transport.show_keys(self.keymap.keys)

    def menu_groups(self) -> tuple[tuple[str, ...], ...]:
        return TRACK_SELECTION if self.focus.selected else TRACK_GROUND

    def escape(self) -> None:
        if not self.timeline.cancel_drag():
            super().escape()

    # -- which frame

    def go_to(self, at: FrameKey) -> None:
        """What is selected stays selected; a shape that is being drawn goes along, what is held by the mouse is let go."""
        self.player.pause()
        self.focus.set(at=at)

    def go_to_page(self, page: int) -> None:
        self.go_to_frame(page)

    @Slot(int, int)
    def _on_range(self, first: int, last: int) -> None:
        self.focus.set(span=(first, last) if first >= 0 else None)

    @Slot(int)
    def _on_played(self, index: int) -> None:
        self.focus.set(at=self.session.frames.key(index))

    def _on_focus(self, names: frozenset[str]) -> None:
        if "at" in names:
            self.turn_over(held=self.canvas.drafting)
            self.player.seek(self.frame())
            self._tell_place()
        if "selected" in names and not self.focus.selected:
            self._merging = None
        super()._on_focus(names)

    @property
    def hint(self) -> str:
        return self.merge_hint() or super().hint

    def _show_page(self) -> None:
        """The transport bar says it."""

    def _on_document(self, change: DocumentChange) -> None:
        if not change.preview and self._merging not in self.session.document.instances:
            self._merging = None
        super()._on_document(change)

    def ask_frame(self) -> None:
        self.player.pause()
        self.go_to_box.ask(self.frame(), self.canvas)

    def chosen_frames(self) -> Range | None:
        return self.timeline.selected_range

    # -- playing

    @Slot()
    def _on_state(self) -> None:
        if self.canvas.shapes.playing != self.player.playing:
            self.canvas.shapes.playing = self.player.playing
            self.canvas.update()

    @Slot()
    def _on_space(self) -> None:
        self.run("play_toggle")

    def toggle_play(self) -> None:
        self.player.toggle()

    def change_speed(self, steps: int) -> None:
        self.player.faster(steps)
        self.say(f"Speed {self.player.speed:g}×")

    def toggle_mute(self) -> None:
        self.player.muted = not self.player.muted

    def toggle_loop(self) -> None:
        """The chosen frames, else where the selected object is, else all; or no more loop."""
        if self.player.loop is not None:
            self.player.loop = None
            self.say("No loop.")
            return
        chosen = self.chosen_frames()
        seen = self._seen_on(self.focus.primary) if self.focus.primary else []
        if chosen is None:
            chosen = (seen[0][0], seen[-1][1]) if seen else (0, self.frames() - 1)
        self.player.loop = Loop(*chosen)
        self.say(f"Loop: frame {chosen[0]:,} to {chosen[1]:,}.")

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Whoever takes hold of something on the canvas wants it to stand still."""
        pressed = event.type() == QEvent.Type.MouseButtonPress and isinstance(event, QMouseEvent)
        if pressed and event.button() == Qt.MouseButton.LeftButton:
            self.player.pause()
        return super().eventFilter(watched, event)

    # -- copies

    def ask_propagate(self) -> None:
        found = self.selected()
        if not found or self.frames() < 2:
            self._nothing("repeat")
            return
        dialog = PropagateDialog(self._names(found), self.frame(), self.frames(), self)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.wanted.connect(self.propagate_by)
        dialog.open()

    # -- what is told

    def place_text(self, x: float, y: float, value: str, zoom: float) -> str:
        return f"{super().place_text(x, y, value, zoom)}    {self.frame_text()}"

    def frame_text(self) -> str:
        """ "frame 41 / 1,441  0:01.640", counted from 0."""
        return f"frame {self.frame():,} / {self.frames():,}  {self.clock.text(self.frame())}"

    def _tell_place(self) -> None:
        if self._pointer is None:
            self.place.emit(self.frame_text())
        else:
            super()._tell_place()

    @Slot()
    def _on_opened(self) -> None:
        super()._on_opened()
        self._tell_place()
        self._show_thumbnails()

    def _show_thumbnails(self) -> None:
        width, height = self.frame_size()
        make = self.open_decoder
        if make is not None and height:
            self.timeline.show_thumbnails(lambda: DecodedThumbnails(make(), THUMBNAIL_HEIGHT), width / height)
