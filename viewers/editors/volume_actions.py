"""The verbs of the volume editor: those of the picture editor, and what is about planes, windows and layouts."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from viewers.canvas.mpr_grid import Layout
from viewers.editors.actions import EDITOR_ACTIONS, ICONS, EditorAction, always, changing, needs_mask_class
from viewers.editors.context_menu import GROUND, SELECTION, SubMenu

if TYPE_CHECKING:
    from viewers.editors.volume_editor import VolumeEditor

#: decisions.md 19.
PRESET_KEYS = tuple(f"F{n}" for n in range(2, 11))
#: Of the picture editor's verbs those that have no meaning on grey values with a window.
_NOT_HERE = {"adjust", "reset_adjust"}
_KEYS = {
    "next_page": ("F", "Right", "Down"),
    "previous_page": ("D", "Left", "Up"),
    "leave": ("Ctrl+F6",),  # F6 is a window
}


def needs_volume(editor: VolumeEditor) -> str:
    return "" if editor.volume.store is not None else "The volume is still being opened."


def needs_space(editor: VolumeEditor) -> str:
    if editor.state is not None:
        return ""
    return needs_volume(editor) or "This series has no place in space, so there are no planes through it."


def needs_window(editor: VolumeEditor) -> str:
    return needs_volume(editor) or ("Colours have no window." if editor.volume.coloured else "")


def needs_slices(editor: VolumeEditor) -> str:
    return needs_volume(editor) or ("" if editor.volume.slices > 1 else "There is one slice only.")


def needs_times(editor: VolumeEditor) -> str:
    return needs_volume(editor) or ("" if editor.volume.times > 1 else "This volume has one time only.")


def needs_other(editor: VolumeEditor) -> str:
    return "" if editor.others else "There is no other series of this patient."


def needs_beside(editor: VolumeEditor) -> str:
    return "" if editor.beside is not None else "No other series stands beside this one."


def needs_partner(editor: VolumeEditor) -> str:
    return needs_beside(editor) and needs_other(editor)


def needs_header(editor: VolumeEditor) -> str:
    return "" if editor.read_header is not None else "The header of this volume cannot be shown."


def _needs_preset(index: int) -> Callable[[Any], str]:
    def why(editor: VolumeEditor) -> str:
        known = len(editor.volume.presets())
        return needs_window(editor) or ("" if index < known else "There is no preset on this key for this kind of picture.")

    return why


def _of_pictures() -> Iterable[EditorAction]:
    """A page of pictures is a slice here."""
    for action in EDITOR_ACTIONS:
        if action.id in _NOT_HERE:
            continue
        if action.section == "page":
            action = replace(action, title=action.title.replace("page", "slice"), why_not=needs_slices)
        yield replace(action, keys=_KEYS.get(action.id, action.keys))


def _verb(
    name: str,
    title: str,
    keys: tuple[str, ...],
    method: str,
    why: Callable[[Any], str] = always,
    icon: str = "",
    *args: object,
) -> EditorAction:
    return EditorAction(f"volume_{name}", title, keys, method, icon, why, "view", args=args)


def _windows() -> list[EditorAction]:
    return [
        *(
            _verb(f"preset_{n + 1}", f"Window preset {n + 1}", (key,), "use_preset", _needs_preset(n), "", n)
            for n, key in enumerate(PRESET_KEYS)
        ),
        _verb("auto", "Automatic window", ("Shift+A",), "auto_window", needs_window, "mdi6.auto-fix"),
        _verb("invert", "Invert greys", ("Shift+I",), "invert_window", needs_window, "mdi6.invert-colors"),
        _verb("file_window", "Next window of the file", ("Shift+Q",), "next_file_window", needs_window),
        _verb("windows", "Windows…", (), "show_adjustments", needs_window, "mdi6.tune-vertical"),
        _verb("reset", "Reset window, planes and zoom", ("Ctrl+R",), "reset_all", needs_volume, "mdi6.restore"),
    ]


def _planes() -> list[EditorAction]:
    space = needs_space
    return [
        EditorAction("tool_crosshair", "Crosshair", ("Shift+C",), "arm_tool", ICONS["crosshair"], space, "tool",
                     args=("crosshair",)),
        *(
            EditorAction(f"tool_{i}", title, (), "arm_tool", ICONS[i], needs_volume, "tool", args=(i,))
            for i, title in (("angle", "Angle"), ("cobb", "Cobb angle"))
        ),
        _verb("lines", "Lines of the crosshair", ("Shift+X",), "toggle_lines", space),
        _verb("straighten", "Straight planes", ("Shift+S",), "straighten", space, "mdi6.axis-arrow"),
        _verb("patient", "Planes of the patient", (), "follow_patient", space),
        _verb("slab", "Thick slab: next kind", ("Shift+T",), "next_slab", space, "mdi6.layers-outline"),
        _verb("smooth", "Smooth pixels", (), "toggle_smooth", needs_volume),
        _verb("stored", "Slices turned as they are stored", (), "toggle_stored", space),
        _verb("marks", "Texts over the slices", ("Shift+V",), "toggle_marks", needs_volume),
        _verb("drawings", "Drawings of the file", (), "toggle_drawings", needs_volume),
    ]  # fmt: skip


def _layouts() -> list[EditorAction]:
    def layout(which: Layout, title: str, key: str, why: Callable[[Any], str], icon: str) -> EditorAction:
        return _verb(f"layout_{which.value}", title, (key,), "use_layout", why, icon, which.value)

    return [
        layout(Layout.GRID, "Three planes and 3D", "Shift+F2", needs_space, "mdi6.view-grid-outline"),
        layout(Layout.ONE, "This pane alone", "Shift+F3", needs_space, "mdi6.square-outline"),
        layout(Layout.STACK, "Slices as acquired", "Shift+F4", needs_volume, "mdi6.layers-triple-outline"),
        layout(Layout.SIDE, "Two series side by side", "Shift+F5", needs_partner, "mdi6.view-split-vertical"),
        _verb("beside_next", "Next series of this patient beside", ("Shift+O",), "next_beside", needs_other,
              "mdi6.compare-horizontal"),
        _verb("beside_linked", "Link the two series", ("Ctrl+L",), "toggle_linked", needs_beside, "mdi6.link-variant"),
        _verb("beside_away", "Take the other series away", (), "take_beside_away", needs_beside),
        _verb("hang", "Hang by its rule again", ("Shift+F6",), "hang_again", needs_volume),
        _verb("hanging_rules", "Hanging rules…", (), "edit_hanging", always, "mdi6.view-dashboard-edit-outline"),
        _verb("layouts", "Layouts and hanging", (), "show_layouts", always, "mdi6.view-dashboard-outline"),
    ]  # fmt: skip


def _running() -> list[EditorAction]:
    return [
        EditorAction("play_toggle", "Play or pause", ("Space",), "toggle_cine", "mdi6.play-pause", needs_slices, "play"),
        EditorAction("play_forward", "10 slices on", ("V",), "step_slices", "", needs_slices, "play", args=(10,)),
        EditorAction("play_back", "10 slices back", ("C",), "step_slices", "", needs_slices, "play", args=(-10,)),
        EditorAction("play_faster", "Faster", (), "change_speed", "", needs_slices, "play", args=(1,)),
        EditorAction("play_slower", "Slower", (), "change_speed", "", needs_slices, "play", args=(-1,)),
        _verb("play_time", "Play through time", ("Shift+Space",), "toggle_time_cine", needs_times, "mdi6.play-speed"),
        _verb("next_time", "Next time", (".",), "step_time", needs_times, "", 1),
        _verb("previous_time", "Previous time", (",",), "step_time", needs_times, "", -1),
        changing("volume_key_image", "Key image", ("K",), "toggle_key_image", "mdi6.key-outline", needs_volume, "view"),
        _verb("next_key_image", "Next key image", ("R",), "next_key_image", needs_volume, "", 1),
        _verb("previous_key_image", "Previous key image", ("E",), "next_key_image", needs_volume, "", -1),
        _verb("header", "Header…", ("Ctrl+I",), "show_header", needs_header, "mdi6.text-box-search-outline"),
    ]


def needs_body(editor: VolumeEditor) -> str:
    return editor.why_no_body()


def needs_bodies(editor: VolumeEditor) -> str:
    return editor.why_not_several()


def needs_masks(editor: VolumeEditor) -> str:
    return needs_space(editor) or needs_mask_class(editor)


def _masks() -> list[EditorAction]:
    def tool(tool_id: str, title: str, keys: tuple[str, ...]) -> EditorAction:
        return changing(f"tool_{tool_id}", title, keys, "arm_tool", ICONS[tool_id], needs_masks, "tool", args=(tool_id,))

    def verb(
        name: str, title: str, keys: tuple[str, ...], method: str, why: Callable[[Any], str] = needs_body, *args: object
    ) -> EditorAction:
        return changing(f"volume_{name}", title, keys, method, "", why, "shape", args=args)

    return [
        tool("sphere", "Sphere brush", ("Shift+P",)),
        tool("grow", "Region growing", ("Shift+R",)),
        tool("snip", "Scissors", ("Shift+K",)),
        replace(
            verb("gate", "Brushes paint only what the window shows", ("Shift+G",), "toggle_gate", needs_masks), changes=False
        ),
        verb("fill_between", "Fill between slices", ("Ctrl+B",), "fill_between"),
        verb("copy_next", "Copy mask to the next slice", ("Shift+F",), "copy_to_slice", needs_body, 1),
        verb("copy_previous", "Copy mask to the slice before", ("Shift+D",), "copy_to_slice", needs_body, -1),
        verb("holes", "Fill holes in the slices", (), "fill_holes", needs_body, 4),
        verb("cavities", "Fill closed cavities", (), "fill_holes", needs_body, 6),
        verb("margin", "Grow or shrink by a margin…", (), "grow_body"),
        verb("hollow", "Hollow out…", (), "hollow_body"),
        verb("smooth_body", "Smooth the body…", (), "smooth_body"),
        verb("smooth_jointly", "Smooth several jointly…", (), "smooth_jointly", needs_bodies),
        verb("largest", "Keep the largest piece", (), "keep_largest"),
        verb("small", "Remove small pieces", (), "remove_small"),
        verb("islands", "Split into pieces", (), "split_islands"),
        verb("seeds", "Grow all masks from seeds", (), "grow_from_seeds", needs_masks),
        verb("unite", "Unite in all slices", ("Ctrl+Shift+M",), "combine_bodies", needs_bodies, "union"),
        verb("intersect", "Intersect in all slices", (), "combine_bodies", needs_bodies, "intersect"),
        verb("subtract", "Subtract the newest in all slices", ("Ctrl+Shift+J",), "subtract_bodies", needs_bodies),
        verb("body_inverted", "Invert the mask", (), "invert_body"),
        verb("cut_keep", "Cut at this plane, keep head, front or left", (), "cut_at_plane", needs_body, "keep"),
        verb("cut_remove", "Cut at this plane, keep foot, back or right", (), "cut_at_plane", needs_body, "remove"),
        verb("cut_split", "Split at this plane", (), "cut_at_plane", needs_body, "split"),
    ]


VOLUME_ACTIONS: list[EditorAction] = [*_of_pictures(), *_masks(), *_windows(), *_planes(), *_layouts(), *_running()]

#: What is done to masks as bodies, as the button of the strip has it.
MASK_GROUPS = (
    SubMenu(
        "Form",
        ("volume_holes", "volume_cavities", "volume_margin", "volume_hollow", "volume_smooth_body", "volume_smooth_jointly"),
    ),
    SubMenu("Pieces", ("volume_largest", "volume_small", "volume_islands")),
    SubMenu("Logic", ("volume_unite", "volume_intersect", "volume_subtract", "volume_body_inverted")),
    SubMenu("Cut", ("volume_cut_keep", "volume_cut_remove", "volume_cut_split", "tool_snip")),
    ("volume_fill_between", "volume_copy_next", "volume_copy_previous"),
    ("volume_seeds", "volume_gate"),
)
VOLUME_SELECTION = (*SELECTION, *MASK_GROUPS[:5])
VOLUME_GROUND = (
    *GROUND[:2],
    ("volume_auto", "volume_invert", "volume_file_window", "volume_reset"),
    ("volume_slab", "volume_straighten", "volume_patient", "volume_lines"),
    ("volume_layout_grid", "volume_layout_one", "volume_layout_stack", "volume_layout_side"),
    ("volume_beside_next", "volume_beside_linked", "volume_beside_away", "volume_hang", "volume_hanging_rules"),
    ("volume_key_image", "volume_next_key_image", "volume_header", "volume_marks", "volume_drawings"),
    ("hide_all", "lock_all"),
    ("fit", "full_size"),
)
