"""Playing a sound, going about in it, and how it is shown: the verbs of the audio editor that change nothing."""

from __future__ import annotations

from viewers.canvas.waveform_canvas import WaveformCanvas
from viewers.editors.audio_player import AudioPlayer
from viewers.editors.audio_strip import AudioStrip
from viewers.editors.audio_verbs import AudioVerbs
from viewers.scene.sound_regions import Region
from viewers.scene.sound_source import SoundSource

ZOOM_STEP = 1.5
GAIN_STEP = 1.5


class AudioViewVerbs(AudioVerbs):
    """A part of the audio editor. It needs the attributes below; whoever mixes it in provides them."""

    sound: SoundSource
    player: AudioPlayer
    canvas: WaveformCanvas
    strip: AudioStrip

    def region_here(self) -> Region | None:
        """The selected region, else the shortest at the playhead."""
        here = self.playhead_ms()
        over = [r for r in self.regions.at(here) if r.start <= here < r.end]
        return self.hand.region() or (over[0] if over else None)

    def show_region(self, region: Region) -> None:
        view = self.canvas.view
        first, last = region.start / 1000, region.end / 1000
        if last - first > view.span:
            self.canvas.show_span(first, last)
        else:
            self.canvas.bring(first, last)

    # -- playing

    def toggle_play(self) -> None:
        self.player.toggle()
        if self.player.playing:
            self.canvas.bring(self.player.position)

    def play_region(self) -> None:
        region = self.region_here()
        if region is not None:
            self.show_region(region)
            self.player.play_once(region.start / 1000, region.end / 1000)

    def toggle_loop(self) -> None:
        """The region, or what is in sight; again: no loop."""
        if self.player.loop is not None:
            self.player.set_loop(None)
            return
        region, view = self.hand.region(), self.canvas.view
        loop = (region.start / 1000, region.end / 1000) if region is not None else (view.start, min(view.end, view.duration))
        self.player.set_loop(loop)
        what = self.name(region.instance) if region is not None else "what is in sight"
        self.say(f"Plays {what} again and again; Ctrl+L ends it.")
        if not self.player.playing:
            self.player.play()

    def play_slower(self) -> None:
        self.player.step_speed(-1)

    def play_faster(self) -> None:
        self.player.step_speed(1)

    def play_normal(self) -> None:
        self.player.set_speed(1.0)

    def toggle_mute(self) -> None:
        self.player.set_muted(not self.player.muted)

    def step_time(self, by: float) -> None:
        self._seek(self.player.position + by)

    def go_begin(self) -> None:
        self._seek(0.0)

    def go_end(self) -> None:
        self._seek(self.sound.duration)

    def go_region_begin(self) -> None:
        region = self.region_here()
        if region is not None:
            self._seek(region.start / 1000)

    def go_region_end(self) -> None:
        region = self.region_here()
        if region is not None:
            self._seek(region.end / 1000)

    def goto_time(self) -> None:
        self.strip.ask_time()

    def _seek(self, seconds: float) -> None:
        self.player.seek(seconds)
        self.canvas.bring(self.player.position)

    # -- view

    def zoom_selection_or_fit(self) -> None:
        parts = [r for i in self.focus.selected for r in self.regions.of(i)]
        if parts:
            self.canvas.show_span(min(r.start for r in parts) / 1000, max(r.end for r in parts) / 1000)
        else:
            self.canvas.fit()

    def zoom_in(self) -> None:
        self.canvas.zoom(ZOOM_STEP)

    def zoom_out(self) -> None:
        self.canvas.zoom(1 / ZOOM_STEP)

    def make_taller(self) -> None:
        self.canvas.raise_gain(GAIN_STEP)

    def make_lower(self) -> None:
        self.canvas.raise_gain(1 / GAIN_STEP)

    def toggle_spectrum(self) -> None:
        self.canvas.set_look(spectrum=not self.canvas.look.spectrum)
