"""Every verb of the audio editor as data. What means the same as in the picture editor has its id, title and keys."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from viewers.editors.actions import EDITOR_ACTIONS, EditorAction, always, changing, needs_selection

#: Of the picture editor's table, unchanged.
_SHARED = (
    "undo", "redo", "copy", "paste", "paste_shape", "duplicate", "delete", "delete_locked", "redraw", "join",
    "select_all", "next_object", "previous_object", "hide", "hide_all", "lock", "lock_all", "escape",
    "nudge_left", "nudge_left_far", "nudge_right", "nudge_right_far",
    "tool_select", "new_object", "finish", "fit", "zoom_in", "zoom_out", "only_selected", "color_by", "leave",
)  # fmt: skip


def needs_sound(editor: Any) -> str:
    return "" if editor.ready else "The sound is not open."


def needs_region(editor: Any) -> str:
    return needs_sound(editor) or ("" if editor.regions.all else "There is no region yet.")


def needs_selected_region(editor: Any) -> str:
    return needs_sound(editor) or needs_selection(editor)


def needs_class(editor: Any) -> str:
    return "" if editor.sound_classes() else "The ontology has no class with the shape audio."


def needs_here(editor: Any) -> str:
    """A region to speak of: the selected one, or one at the playhead."""
    why = needs_sound(editor)
    return why or ("" if editor.region_here() is not None else "Select a region, or put the playhead into one.")


def _shared() -> list[EditorAction]:
    known = {a.id: a for a in EDITOR_ACTIONS}
    digits = [a for a in EDITOR_ACTIONS if a.section == "class"]
    chosen = [known[i] for i in _SHARED]
    return [replace(a, why_not=needs_region) if a.id in ("next_object", "previous_object") else a for a in chosen] + digits


def _play() -> list[EditorAction]:
    ready, here, region = needs_sound, needs_here, needs_region
    return [
        EditorAction("play_toggle", "Play or pause", ("Space",), "toggle_play", "mdi6.play-pause", ready, "play"),
        EditorAction(
            "audio_play_region", "Play the region once", ("Shift+Space",), "play_region", "mdi6.ray-start-end", here, "play"
        ),
        EditorAction("audio_loop", "Loop the region", ("Ctrl+L",), "toggle_loop", "mdi6.repeat", ready, "play"),
        EditorAction("audio_slower", "Slower", (",",), "play_slower", "", ready, "play"),
        EditorAction("audio_faster", "Faster", (".",), "play_faster", "", ready, "play"),
        EditorAction("audio_normal_speed", "Normal speed", ("/",), "play_normal", "", ready, "play"),
        EditorAction("play_mute", "Sound on or off", (), "toggle_mute", "mdi6.volume-high", ready, "play"),
        EditorAction("audio_step", "On by 0.1 s", ("F", "Right"), "step_time", "", ready, "play", args=(0.1,)),
        EditorAction("audio_step_back", "Back by 0.1 s", ("D", "Left"), "step_time", "", ready, "play", args=(-0.1,)),
        EditorAction("audio_leap", "On by 1 s", ("V",), "step_time", "", ready, "play", args=(1.0,)),
        EditorAction("audio_leap_back", "Back by 1 s", ("C",), "step_time", "", ready, "play", args=(-1.0,)),
        EditorAction("audio_begin", "Beginning of the sound", ("Home",), "go_begin", "", ready, "play"),
        EditorAction("audio_end", "End of the sound", ("End",), "go_end", "", ready, "play"),
        EditorAction("audio_region_begin", "Beginning of the region", ("Shift+Home",), "go_region_begin", "", here, "play"),
        EditorAction("audio_region_end", "End of the region", ("Shift+End",), "go_region_end", "", here, "play"),
        EditorAction("audio_next_edge", "Next edge of a region", ("R",), "next_edge", "", region, "play"),
        EditorAction("audio_previous_edge", "Previous edge of a region", ("E",), "previous_edge", "", region, "play"),
        EditorAction("audio_goto", "Go to time…", ("`",), "goto_time", "", ready, "play"),
    ]


def _regions() -> list[EditorAction]:
    ready, some, region = needs_sound, needs_selected_region, needs_region
    return [
        changing("tool_audio_region", "Region", (), "arm_tool", "mdi6.arrow-expand-horizontal", needs_class, "tool",
                 args=("audio_region",)),
        EditorAction("audio_next_region", "Next region", ("Down",), "next_region", "", region, "range"),
        EditorAction("audio_previous_region", "Previous region", ("Up",), "previous_region", "", region, "range"),
        changing("audio_start_here", "Start at the playhead", ("[",), "start_here", "mdi6.ray-start", ready, "range"),
        changing("audio_end_here", "End at the playhead", ("]",), "end_here", "mdi6.ray-end", ready, "range"),
        changing("audio_split", "Split at the playhead", ("Shift+M",), "split_here", "mdi6.content-cut", region, "range"),
        changing("audio_merge", "Merge into one range", ("M",), "merge_selected", "mdi6.call-merge", some, "range"),
        changing("audio_add_range", "Add a range", ("A",), "add_range", "mdi6.plus", some, "range"),
        changing("audio_delete_range", "Delete this range only", ("Ctrl+Delete",), "delete_range", "", some, "range"),
        EditorAction("audio_spectrum", "Show the spectrogram", ("W",), "toggle_spectrum", "mdi6.waveform", always, "view"),
        EditorAction("audio_taller", "Taller waveform", ("Ctrl+Up",), "make_taller", "", ready, "view"),
        EditorAction("audio_lower", "Lower waveform", ("Ctrl+Down",), "make_lower", "", ready, "view"),
    ]  # fmt: skip


AUDIO_ACTIONS: list[EditorAction] = [*_shared(), *_play(), *_regions()]
