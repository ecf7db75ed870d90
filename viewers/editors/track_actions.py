"""Every verb of the video editor: those of the picture editor without its pages, and what is done over time."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from viewers.editors.actions import EDITOR_ACTIONS, EditorAction, changing, needs_selection
from viewers.editors.context_menu import GROUND, SELECTION, SubMenu
from viewers.timeline.verbs import DELETE_RANGE, TRACK_VERBS, Need, why_not

if TYPE_CHECKING:
    from viewers.editors.video_editor import VideoEditor

#: Of the timeline's verbs those that the editor does in a way of its own, by key.
_OWN = {"track_key", "track_outside", "track_interpolation", "track_merge", "track_split"}


def _needs(need: Need) -> Callable[[Any], str]:
    def why(editor: VideoEditor) -> str:
        return editor.why_not_track(need)

    return why


def _why_no_following(editor: VideoEditor) -> str:
    return editor.why_no_following()


def needs_sound(editor: VideoEditor) -> str:
    return "" if editor.player.has_sound else "This video has no sound."


def _play() -> list[EditorAction]:
    def go(name: str, title: str, keys: tuple[str, ...], method: str, *args: object, icon: str = "") -> EditorAction:
        return EditorAction(f"play_{name}", title, keys, method, icon, section="play", args=args)

    return [
        go("toggle", "Play or pause", ("Space",), "toggle_play", icon="mdi6.play-pause"),
        go("next", "Next frame", ("F", "Right"), "next_frame", icon="mdi6.skip-next-outline"),
        go("previous", "Previous frame", ("D", "Left"), "previous_frame", icon="mdi6.skip-previous-outline"),
        go("forward", "10 frames on", ("V",), "next_frame", 10),
        go("back", "10 frames back", ("C",), "previous_frame", 10),
        go("first", "First frame", ("Home",), "first_frame"),
        go("last", "Last frame", ("End",), "last_frame"),
        go("goto", "Go to frame or time…", ("`",), "ask_frame"),
        go("faster", "Faster", (), "change_speed", 1),
        go("slower", "Slower", (), "change_speed", -1),
        go("loop", "Loop the selected object, the chosen frames or all", (), "toggle_loop", icon="mdi6.repeat"),
        EditorAction("play_mute", "Sound on or off", (), "toggle_mute", "mdi6.volume-high", needs_sound, "play"),
    ]


def _track() -> list[EditorAction]:
    some = needs_selection

    def verb(
        name: str, title: str, keys: tuple[str, ...], method: str, why: Any, icon: str = "", *args: object, changes: bool = True
    ) -> EditorAction:
        return EditorAction(f"track_{name}", title, keys, method, icon, why, "track", args=args, changes=changes)

    return [
        verb("next_key", "Next key frame", ("R",), "next_key_frame", lambda _: "", changes=False),
        verb("previous_key", "Previous key frame", ("E",), "previous_key_frame", lambda _: "", changes=False),
        verb("first", "First frame of the object", ("Shift+Home",), "first_of_track", some, changes=False),
        verb("last", "Last frame of the object", ("Shift+End",), "last_of_track", some, changes=False),
        verb("key", "Key frame here, or away with it", ("K",), "toggle_key_frame", _needs("object"), "mdi6.rhombus"),
        verb("outside", "Hide or show from here", ("O",), "toggle_outside", _needs("here"), "mdi6.rhombus-outline"),
        verb(
            "interpolation",
            "Interpolate from here, or not",
            ("I",),
            "toggle_interpolation",
            _needs("between"),
            "mdi6.vector-line",
        ),
        verb("merge", "Merge with another object", ("M",), "merge_tracks", _needs("object"), "mdi6.call-merge"),
        verb("split", "Split here", ("Shift+M",), "split_track", _needs("here"), "mdi6.content-cut"),
        verb("propagate", "Repeat this shape on other frames…", ("Ctrl+B",), "ask_propagate", some, "mdi6.content-duplicate"),
        verb("copy_next", "Copy to the next frame", ("Shift+F",), "copy_onward", some, "", 1),
        verb("copy_previous", "Copy to the previous frame", ("Shift+D",), "copy_onward", some, "", -1),
        verb("delete_here", "Delete on this frame only", ("Ctrl+Delete",), "delete_here", some),
        verb("follow", "Follow forward", ("Ctrl+T",), "follow_object", _why_no_following, "mdi6.motion-play-outline", 1),
        verb("follow_back", "Follow back", ("Ctrl+Shift+T",), "follow_object", _why_no_following, "", -1),
        verb("cut_after", "Ends with this frame", (), "cut_after", _needs("here")),
        verb("cut_before", "Begins with this frame", (), "cut_before", _needs("here")),
        *(
            changing(v.id, v.title, v.keys, "run_track_verb", v.icon, _why_not(v.id), "track", args=(v.id,))
            for v in (*TRACK_VERBS, DELETE_RANGE)
            if v.id not in _OWN
        ),
    ]


def _why_not(verb_id: str) -> Callable[[Any], str]:
    verb = next(v for v in (*TRACK_VERBS, DELETE_RANGE) if v.id == verb_id)

    def why(editor: VideoEditor) -> str:
        return why_not(editor.tracks, verb)

    return why


def _of_pictures() -> Iterable[EditorAction]:
    """The picture editor's, but for its pages: a film has frames, with more ways to get about."""
    return (a for a in EDITOR_ACTIONS if a.section != "page")


def _of_groups() -> Iterable[EditorAction]:
    """The picture editor's, where a page is an image of the group."""
    for action in EDITOR_ACTIONS:
        yield replace(action, title=action.title.replace("page", "image")) if action.section == "page" else action


VIDEO_ACTIONS: list[EditorAction] = [*_of_pictures(), *_play(), *_track()]
GROUP_ACTIONS: list[EditorAction] = [*_of_groups()]

#: What the menu under the right mouse button holds.
TRACK_SELECTION = (
    ("track_key", "track_outside", "occluded", "track_interpolation"),
    SubMenu(
        "Track",
        (
            "track_follow",
            "track_follow_back",
            "track_propagate",
            "track_split",
            "track_merge",
            "track_cut_before",
            "track_cut_after",
        ),
    ),
    ("copy", "duplicate", "track_delete_here", "delete", "redraw"),
    tuple(i for i in SELECTION[1] if i != "occluded"),
    *SELECTION[2:],
)
TRACK_GROUND = (*GROUND[:2], ("play_toggle", "play_goto"), *GROUND[2:])
