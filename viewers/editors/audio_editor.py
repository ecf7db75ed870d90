"""The editor for sounds: overview, waveform and spectrogram with the regions on them, playback below.

Every verb of `AUDIO_ACTIONS` is a public method here; those about regions come from `AudioVerbs`, those about playing and the view from `AudioViewVerbs`.
"""

from __future__ import annotations

from collections.abc import Mapping
from math import log10
from typing import Any, Unpack

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QFrame, QHBoxLayout, QMenu, QVBoxLayout, QWidget

from storage.editing.edits import DocumentChange
from storage.editing.focus import Focus
from storage.editing.session import EditSession
from storage.model.labels import Annotation
from storage.model.ontology import Ontology
from viewers.canvas.waveform_canvas import WaveformCanvas
from viewers.canvas.waveform_map import WaveformMap
from viewers.editors.audio_actions import AUDIO_ACTIONS
from viewers.editors.audio_hand import AudioHand
from viewers.editors.audio_menu import build_menu
from viewers.editors.audio_player import AudioPlayer
from viewers.editors.audio_strip import FLOORS, TOPS, AudioStrip
from viewers.editors.audio_view_verbs import AudioViewVerbs
from viewers.editors.editor import Editor, EditorOptions
from viewers.editors.tool_bar import ToolBar
from viewers.scene.frame_clock import time_text
from viewers.scene.sound_colors import COLOR_MAPS
from viewers.scene.sound_source import SoundSource
from viewers.scene.sound_touch import SoundDraft
from viewers.sound.output import DeviceOutput, SoundOutput


class AudioEditor(AudioViewVerbs, Editor):
    keeps_drag = (
        "undo",
        "redo",
        "escape",
        "nudge",
        "zoom_in",
        "zoom_out",
        "zoom_selection_or_fit",
        "toggle_play",
        "step_time",
    )

    def __init__(
        self,
        session: EditSession,
        focus: Focus,
        ontology: Ontology,
        sound: SoundSource,
        parent: QWidget | None = None,
        *,
        output: SoundOutput | None = None,
        **options: Unpack[EditorOptions],
    ) -> None:
        """`output`: where it is heard; the system's device unless told otherwise."""
        super().__init__(session, focus, ontology, AUDIO_ACTIONS, parent, **options)
        self.sound = sound
        self._hint = ""
        self._last_class: str | None = None
        self._mark: int | None = None
        self._nudged: int | None = None
        self._nudging: tuple[Annotation, ...] = ()
        if focus.tool != "audio_region":
            focus.set(tool="select")
        self.player = AudioPlayer(sound, output or DeviceOutput(), self)
        self.canvas = WaveformCanvas(session, focus, ontology, sound, self)
        self.regions = self.canvas.regions
        self.hand = AudioHand(
            session, focus, self.regions, ontology=lambda: self.ontology, length=self.length_ms, playhead=self.playhead_ms,
            seek=self.seek_ms, say=self.say, settle=self.settle_nudges,
        )  # fmt: skip
        self.map = WaveformMap(self.canvas, self)
        self.strip = AudioStrip(self.player, self.icon, self)
        self.tool_bar = ToolBar(self.icon, self)
        self.tool_bar.adjust_button.hide()  # how the sound is shown is in the strip below it
        self._lay_out()
        self._connect()
        self.refresh_tools()
        self.acted()

    def _lay_out(self) -> None:
        middle = QFrame(self)
        column = QVBoxLayout(middle)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.map)
        column.addWidget(self.canvas, 1)
        column.addWidget(self.strip)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(self.tool_bar)
        row.addWidget(middle, 1)
        self.setFocusProxy(self.canvas)

    def _connect(self) -> None:
        canvas, player, strip = self.canvas, self.player, self.strip
        canvas.hand, canvas.seek = self.hand, player.seek
        canvas.draft, canvas.current, canvas.empty_text = self._draft, lambda: self.hand.current, self._empty_text
        canvas.pointed.connect(self._on_pointed)
        canvas.menu_wanted.connect(self._on_menu)
        canvas.open_wanted.connect(self._on_open_wanted)
        canvas.space_tapped.connect(self._on_space)
        canvas.look_changed.connect(self._on_look)
        canvas.opened.connect(self._on_opened)
        canvas.failed.connect(self.failed)
        canvas.installEventFilter(self)
        player.moved.connect(self._on_moved)
        player.state_changed.connect(self._on_player)
        player.said.connect(self.status)
        strip.run_wanted.connect(self.run)
        strip.time_wanted.connect(self._on_time)
        strip.left.connect(canvas.setFocus)
        strip.look_wanted.connect(self._on_look_wanted)
        self.tool_bar.tool_wanted.connect(self.arm_tool)
        self.tool_bar.class_wanted.connect(self.arm_class)
        self._endings = [self.session.listen(self._on_document), self.focus.listen(self._on_focus)]

    def close_editor(self) -> None:
        super().close_editor()
        self.canvas.removeEventFilter(self)
        self.player.close()
        self.canvas.close_canvas()

    # -- what it is to the window

    @property
    def ready(self) -> bool:
        """The sound is open."""
        return self.sound.index is not None

    @property
    def expects(self) -> str:
        if not self.ready:
            return ""
        known = self.hand.armed()
        if self._mark is not None and known is not None:
            return f"{known.name} begins at {time_text(self._mark / 1000)}: ] at the playhead ends it, Esc drops it."
        return self.hand.hint

    @property
    def settled(self) -> bool:
        return self.canvas.settled

    def settle(self) -> None:
        self.settle_nudges()
        if self.hand.pressed and self.hand.cancel():
            self.canvas.forget_pointer()

    def set_ontology(self, ontology: Ontology) -> None:
        self.ontology = ontology
        self.canvas.set_ontology(ontology)
        if self.hand.armed() is None:
            self.focus.set(tool="select")
        self.refresh_tools()
        self.acted()

    def reveal(self, instance: str) -> None:
        parts = self.regions.of(instance)
        if parts:
            self.hand.current = parts[0].key
            self.show_region(parts[0])

    def build_menu(self) -> QMenu:
        return build_menu(self)

    def seal(self) -> None:
        self.canvas.empty_text = str

    def show_tool_bar(self, shown: bool) -> None:
        self.tool_bar.setVisible(shown)

    def tool_bar_shown(self) -> bool:
        return self.tool_bar.isVisible()

    # -- what the verbs ask for

    def frame_word(self) -> str:
        return "sound"

    def playhead_ms(self) -> float:
        return self.player.position * 1000

    def length_ms(self) -> int:
        return self.sound.duration_ms

    def seek_ms(self, ms: float) -> None:
        self.player.seek(ms / 1000)

    def acted(self) -> None:
        self.canvas.hand_moved()
        tool = "audio_region" if self.hand.armed() is not None else "select"
        self.tool_bar.mark(tool)
        self.strip.show_region(self._region_text())
        if self.hint != self._hint:
            self._hint = self.hint
            self.status.emit(self._hint)

    def _region_text(self) -> str:
        region = self.hand.region()
        if region is None:
            return ""
        long = self.sound.duration >= 3600
        start, end = (time_text(ms / 1000, long=long) for ms in (region.start, region.end))
        length = (region.end - region.start) / 1000
        return f"{start} – {end}   {f'{length:.3f} s' if length < 60 else time_text(length)}"

    def _draft(self) -> SoundDraft | None:
        known = self.hand.armed()
        if self._mark is not None and known is not None and self.hand.draft is None:
            here = round(self.playhead_ms())
            return SoundDraft(min(self._mark, here), max(self._mark, here), known.color)
        return self.hand.draft

    def _empty_text(self) -> str:
        known = self.sound_classes()
        if not known:
            return "The ontology has no class with the shape audio: add one to mark regions."
        if self.hand.armed() is not None:
            return "No regions yet: drag over the sound, or press [ and ] while it plays."
        digit = next((str(n) for n in (*range(1, 10), 0) if self.class_at(n) is known[0]), "")
        way = f"press {digit}" if digit else "pick the region tool"
        return f"No regions yet: {way} to arm {known[0].name}, then drag over the sound."

    # -- tools

    def refresh_tools(self) -> None:
        known = self.sound_classes()
        tools = [("select", "Select", ", ".join(self.keymap.keys("tool_select")))]
        if known:
            tools.append(("audio_region", "Region", ", ".join(self.keymap.keys("tool_audio_region"))))
        self.tool_bar.show_tools(tools, {"audio_region": known})
        self.tools_changed.emit()

    def rebind(self, action_id: str, keys: tuple[str, ...]) -> None:
        super().rebind(action_id, keys)
        self.refresh_tools()

    def escape(self) -> None:
        """What is dragged first, then the mark, then the tool, then the selection."""
        if self.hand.cancel():
            self.canvas.forget_pointer()
        elif self._mark is not None:
            self._mark = None
        elif self.focus.tool != "select":
            self.arm_tool("select")
        else:
            self.hand.current = None
            self.focus.select(())
        self.acted()

    def finish_draft(self) -> None:
        """Enter: the answers of the selection."""
        if self.focus.selected:
            self.answers_wanted.emit()
        else:
            self.say("Select a region to answer its questions.")

    def nudge(self, direction: str, far: bool = False) -> None:
        """By a pixel of the screen, at least a millisecond; far: by ten."""
        step = max(1, round(self.canvas.view.scale * 1000)) * (10 if far else 1)
        self.nudge_ms(-step if direction == "Left" else step)
        self.canvas.update()

    # -- undo

    def can_undo(self) -> bool:
        return bool(self.session.undo_text) or self.session.in_gesture

    def undo(self) -> None:
        if self.hand.busy:
            self.settle()
            self.say("Dropped what was being dragged.")
            return
        self.settle_nudges()
        self._replay("undo")

    def redo(self) -> None:
        self.settle()
        self._replay("redo")

    def run(self, action_id: str) -> None:
        super().run(action_id)
        self.acted()

    @Slot()
    def _on_space(self) -> None:
        action = self.keymap.find("Space")
        if action is not None:
            self.run(action.id)

    # -- news

    def _on_document(self, change: DocumentChange) -> None:
        if not change.preview:
            self.map.update()
        self.acted()

    def _on_focus(self, names: frozenset[str]) -> None:
        if names & {"selected", "hidden", "locked", "armed", "tool"}:
            if "armed" in names and self.focus.armed is not None and self.focus.tool == "select":
                known = self.ontology.object(self.focus.armed)
                if known is not None and known in self.sound_classes():
                    self.arm_class(known.feature_hash)  # a panel armed it
            self.map.update()
            self.acted()

    @Slot()
    def _on_opened(self) -> None:
        assert self.sound.index is not None
        self.strip.show_channels(self.sound.index.channels)
        self.strip.show_state()
        self.acted()
        self.opened.emit()

    @Slot(float)
    def _on_moved(self, seconds: float) -> None:
        self.canvas.show_playhead(seconds, follow=self.player.playing and not self.hand.pressed)
        self.map.show_playhead(seconds)
        self.strip.show_time(seconds)
        if self._mark is not None:
            self.canvas.update()

    @Slot()
    def _on_player(self) -> None:
        self.canvas.show_loop(self.player.loop)

    @Slot(object)
    def _on_pointed(self, seconds: float | None) -> None:
        if seconds is None or not self.ready:
            return
        long = self.sound.duration >= 3600
        index = self.sound.index
        assert index is not None
        per_px = self.canvas.view.scale * index.rate
        loud = self.sound.loudness(int(seconds * index.rate), max(1, round(per_px)))
        level = f"{20 * log10(loud):.1f} dB" if loud > 1e-5 else "silence"
        self.place.emit(f"{time_text(seconds, long=long)}    {level}")
        self.acted()

    def look(self) -> dict[str, Any]:
        """Loudness and channel belong to one sound and are not kept."""
        look = self.canvas.look
        return {
            "spectrum": look.spectrum, "colors": look.colors, "scale": look.scale, "top_hz": look.top_hz,
            "range": [look.low_db, look.high_db], "share": self.canvas.share,
        }  # fmt: skip

    def use_look(self, kept: Mapping[str, Any]) -> None:
        known = {"spectrum": (True, False), "colors": tuple(COLOR_MAPS), "scale": ("mel", "linear"), "top_hz": TOPS}
        values = {name: kept[name] for name, those in known.items() if name in kept and kept[name] in those}
        levels = next((each for each in FLOORS.values() if list(each) == kept.get("range")), None)
        if levels is not None:
            values["low_db"], values["high_db"] = levels
        if values:
            self.canvas.set_look(**values)
        if isinstance(kept.get("share"), float):
            self.canvas.set_share(kept["share"])

    @Slot()
    def _on_look(self) -> None:
        self.strip.show_look(self.canvas.look)

    @Slot(dict)
    def _on_look_wanted(self, values: dict) -> None:
        self.canvas.set_look(**values)

    @Slot(float)
    def _on_time(self, seconds: float) -> None:
        self._seek(seconds)

    @Slot(str)
    def _on_open_wanted(self, instance: str) -> None:
        self.focus.select((instance,))
        self.answers_wanted.emit()
