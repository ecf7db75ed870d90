"""Every verb of the picture editor as data: menus, palette, shortcut sheet and the keys are made from this table.

`method` names a public method of `ImageEditor`, called with `args`. Keys are written as QKeySequence writes them and can be
re-bound (`KeyMap`). Scopes say where a key counts: *editor* wherever the label editor has the focus, *canvas* only while
the canvas itself has it, *drawing* only while a draft is open (there the tool is asked first).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from viewers.editors.image_editor import ImageEditor

Scope = Literal["editor", "canvas", "drawing"]
Section = Literal["edit", "select", "shape", "class", "tool", "view", "page", "track", "play", "range"]


def always(_: object) -> str:
    return ""


def needs_selection(editor: ImageEditor) -> str:
    return "" if editor.focus.selected else "Select an object first."


def needs_several(editor: ImageEditor) -> str:
    return "" if len(editor.focus.selected) > 1 else "Select two or more objects first."


def needs_clip(editor: ImageEditor) -> str:
    return "" if editor.clipboard.clips else "Nothing has been copied yet."


def needs_objects(editor: ImageEditor) -> str:
    return "" if editor.session.on_frame(editor.focus.at) else "There is no object here yet."


def can_undo(editor: ImageEditor) -> str:
    return "" if editor.can_undo() else "There is nothing to undo."


def can_redo(editor: ImageEditor) -> str:
    return "" if editor.can_redo() else "There is nothing to redo."


def needs_pages(editor: ImageEditor) -> str:
    return "" if editor.frames() > 1 else "This picture has one page."


def needs_mask_class(editor: ImageEditor) -> str:
    return "" if editor.offers("brush") else "The ontology has no class with the shape “bitmask”."


@dataclass(frozen=True, slots=True)
class EditorAction:
    """`why_not` says why it cannot be done now ("" when it can): the tooltip of the disabled menu entry."""

    id: str
    title: str
    keys: tuple[str, ...]
    method: str
    icon: str = ""
    why_not: Callable[[Any], str] = always  # is asked with the editor whose table this is
    section: Section = "edit"
    scope: Scope = "canvas"
    args: tuple[object, ...] = ()
    menu: bool = True  # False: reached by key, panel or palette only
    changes: bool = False  # it is there to change labels: what is only looked at has no use for it
    on_planes: bool = False  # in volumes it works on shapes of planes, too

    def run(self, editor: Any) -> None:
        getattr(editor, self.method)(*self.args)


changing = partial(EditorAction, changes=True)


def _edit() -> list[EditorAction]:
    some, several, clip = needs_selection, needs_several, needs_clip
    return [
        changing("undo", "Undo", ("Ctrl+Z",), "undo", "mdi6.undo", can_undo, scope="editor"),
        changing("redo", "Redo", ("Ctrl+Shift+Z", "Ctrl+Y"), "redo", "mdi6.redo", can_redo, scope="editor"),
        EditorAction("copy", "Copy", ("Ctrl+C",), "copy", "mdi6.content-copy", some, on_planes=True),
        changing("paste", "Paste", ("Ctrl+V",), "paste", "mdi6.content-paste", clip, on_planes=True),
        changing("paste_shape", "Paste shape only", ("Ctrl+Shift+V",), "paste_shape", "", clip, on_planes=True),
        changing("duplicate", "Duplicate", ("Ctrl+D",), "duplicate_selected", "mdi6.content-duplicate", some, on_planes=True),
        changing("delete", "Delete", ("Delete",), "delete_selected", "mdi6.delete-outline", some, on_planes=True),
        changing("delete_locked", "Delete, also locked", ("Shift+Delete",), "delete_even_locked", "", some, on_planes=True),
        changing("redraw", "Draw this object again", ("Shift+N",), "redraw_selected", "", some),
        changing("join", "Join", ("J",), "join_selected", "mdi6.vector-combine", several, "shape"),
        changing("subtract", "Subtract newest from the others", ("Ctrl+J",), "subtract_selected", "", several, "shape"),
        changing("slice", "Slice by a line", ("Shift+J",), "slice_selected", "mdi6.box-cutter", some, "shape"),
        changing("part", "Add a part", (), "add_part", "mdi6.vector-polyline-plus", some, "shape"),
        changing("hole", "Cut a hole", (), "cut_hole", "mdi6.vector-polyline-minus", some, "shape"),
        changing("simplify", "Simplify…", (), "simplify_selected", "mdi6.vector-polyline-remove", some, "shape"),
        changing("repair", "Repair crossings", (), "repair_selected", "mdi6.wrench-outline", some, "shape"),
        changing("to_polygon", "Convert to polygon", (), "convert_to_polygon", "mdi6.vector-polygon", some, "shape"),
        changing("to_mask", "Convert to mask", (), "convert_to_mask", "mdi6.brush", some, "shape"),
        changing("to_box", "Convert to box", (), "convert_to_box", "mdi6.rectangle-outline", some, "shape"),
        changing("occluded", "Occluded", ("Q",), "toggle_occluded", "", some, "shape", on_planes=True),
        changing(
            "forward", "Bring forward", ("+", "="), "layer_forward", "mdi6.arrange-bring-forward", some, "shape", on_planes=True
        ),
        changing("back", "Send back", ("-",), "layer_back", "mdi6.arrange-send-backward", some, "shape", on_planes=True),
    ]


def _select() -> list[EditorAction]:
    some, any_ = needs_selection, needs_objects
    return [
        EditorAction("select_all", "Select all visible", ("Ctrl+A",), "select_all", "mdi6.select-all", any_, "select"),
        EditorAction("next_object", "Next object", ("Tab",), "next_object", "", any_, "select"),
        EditorAction("previous_object", "Previous object", ("Shift+Tab",), "previous_object", "", any_, "select"),
        EditorAction("hide", "Hide or show", ("H",), "toggle_hidden", "mdi6.eye-outline", some, "select"),
        EditorAction("hide_all", "Hide or show all", ("Shift+H",), "toggle_all_hidden", "", any_, "select"),
        EditorAction("lock", "Lock or unlock", ("L",), "toggle_locked", "mdi6.lock-outline", some, "select"),
        EditorAction("lock_all", "Lock or unlock all", ("Shift+L",), "toggle_all_locked", "", any_, "select"),
        EditorAction("escape", "Drop, disarm or deselect", ("Esc",), "escape", "", section="select", menu=False),
        *(
            changing(
                f"nudge_{d.lower()}{suffix}",
                f"Nudge {d.lower()}{more}",
                (f"{keys}{d}",),
                "nudge",
                "",
                some,
                "select",
                args=(d, far),
                menu=False,
                on_planes=True,
            )
            for d in ("Left", "Right", "Up", "Down")
            for keys, suffix, more, far in (("Ctrl+", "", "", False), ("Ctrl+Shift+", "_far", " by 10 px", True))
        ),
    ]


def _tools() -> list[EditorAction]:
    titles = {
        "select": "Select", "lasso": "Lasso", "box": "Box", "rotated_box": "Rotated box", "polygon": "Polygon",
        "polyline": "Line", "point": "Point", "circle": "Circle", "ellipse": "Ellipse", "cuboid": "Cuboid",
        "skeleton": "Skeleton", "brush": "Brush", "eraser": "Eraser", "threshold": "Threshold brush",
        "flood": "Flood fill", "livewire": "Livewire scissors", "grab_cut": "GrabCut", "ruler": "Ruler",
    }  # fmt: skip
    keys = {"brush": ("B",), "threshold": ("Shift+B",), "flood": ("W",), "livewire": ("A",), "grab_cut": ("Shift+W",)}
    mask, looking = needs_mask_class, ("select", "lasso", "ruler")
    return [
        *(
            EditorAction(
                f"tool_{tool}",
                title,
                keys.get(tool, ()),
                "arm_tool",
                ICONS[tool],
                needs_tool(tool),
                "tool",
                args=(tool,),
                changes=tool not in looking,
            )
            for tool, title in titles.items()
        ),
        changing("swap_brush", "Swap brush and eraser", ("X",), "swap_brush", "", mask, "tool"),
        changing("brush_smaller", "Smaller brush", ("[",), "brush_smaller", "", mask, "tool"),
        changing("brush_larger", "Larger brush", ("]",), "brush_larger", "", mask, "tool"),
        changing("new_object", "New object of the last class", ("N",), "new_object", "mdi6.plus", section="tool"),
        EditorAction("finish", "Finish the draft", ("Return", "Enter"), "finish_draft", "", section="tool", menu=False),
    ]


def needs_tool(tool: str) -> Callable[[ImageEditor], str]:
    def why_not(editor: ImageEditor) -> str:
        return "" if editor.offers(tool) else "The ontology has no class of this shape."

    return why_not


def _classes() -> list[EditorAction]:
    found = []
    for digit in (1, 2, 3, 4, 5, 6, 7, 8, 9, 0):
        place = digit or 10
        found.append(
            changing(f"class_{digit}", f"Draw class {place}", (str(digit),), "arm_digit", "", section="class",
                     args=(digit,), menu=False)
        )  # fmt: skip
        found.append(
            changing(f"set_class_{digit}", f"Make it class {place}", (f"Ctrl+{digit}",), "set_class_by_digit", "",
                     needs_selection, "class", args=(digit,), menu=False, on_planes=True)
        )  # fmt: skip
    return found


def _view() -> list[EditorAction]:
    pages = needs_pages
    return [
        EditorAction(
            "fit", "Zoom to selection or fit", ("Z",), "zoom_selection_or_fit", "mdi6.fit-to-screen-outline", section="view"
        ),
        EditorAction("full_size", "Zoom to 100 %", ("Shift+Z",), "zoom_full_size", "", section="view"),
        EditorAction("zoom_in", "Zoom in", ("Ctrl++", "Ctrl+="), "zoom_in", "mdi6.magnify-plus-outline", section="view"),
        EditorAction("zoom_out", "Zoom out", ("Ctrl+-",), "zoom_out", "mdi6.magnify-minus-outline", section="view"),
        EditorAction("rotate_right", "Turn the view right", (), "rotate_view", "mdi6.rotate-right", section="view", args=(90,)),
        EditorAction("rotate_left", "Turn the view left", (), "rotate_view", "mdi6.rotate-left", section="view", args=(-90,)),
        EditorAction("flip", "Mirror the view", (), "flip_view", "mdi6.flip-horizontal", section="view"),
        EditorAction("reset_view", "Upright, unmirrored view", (), "reset_view", "", section="view"),
        EditorAction("adjust", "Brightness, contrast, channels…", (), "show_adjustments", "mdi6.tune-vertical", section="view"),
        EditorAction("reset_adjust", "Picture as it is", (), "reset_adjustments", "", section="view"),
        EditorAction("names", "Names of objects", (), "toggle_names", "mdi6.tag-outline", section="view"),
        EditorAction("only_selected", "Show only the selected", (), "toggle_only_selected", "", section="view"),
        EditorAction("color_by", "Colour by object instead of class", (), "toggle_color_by", "", section="view"),
        EditorAction("leave", "Leave the canvas", ("F6",), "leave_canvas", "", section="view", menu=False),
        EditorAction("next_page", "Next page", ("F", "Right"), "next_page", "", pages, "page"),
        EditorAction("previous_page", "Previous page", ("D", "Left"), "previous_page", "", pages, "page"),
        EditorAction("first_page", "First page", ("Home",), "first_page", "", pages, "page"),
        EditorAction("last_page", "Last page", ("End",), "last_page", "", pages, "page"),
        EditorAction("goto_page", "Go to page…", ("`",), "goto_page", "", pages, "page"),
    ]


#: One family for the tool bar.
ICONS: dict[str, str] = {
    "select": "mdi6.cursor-default-outline",
    "lasso": "mdi6.lasso",
    "box": "mdi6.rectangle-outline",
    "rotated_box": "mdi6.rhombus-outline",
    "polygon": "mdi6.vector-polygon",
    "polyline": "mdi6.vector-polyline",
    "point": "mdi6.circle-medium",
    "circle": "mdi6.circle-outline",
    "ellipse": "mdi6.ellipse-outline",
    "cuboid": "mdi6.cube-outline",
    "skeleton": "mdi6.human-handsup",
    "brush": "mdi6.brush",
    "eraser": "mdi6.eraser",
    "threshold": "mdi6.contrast-circle",
    "flood": "mdi6.format-color-fill",
    "livewire": "mdi6.magnet",
    "grab_cut": "mdi6.image-filter-center-focus",
    "slice": "mdi6.box-cutter",
    "simplify": "mdi6.vector-polyline-remove",
    "ruler": "mdi6.ruler",
    # of sounds, documents and volumes alone
    "audio_region": "mdi6.arrow-expand-horizontal",
    "page_text": "mdi6.cursor-text",
    "angle": "mdi6.angle-acute",
    "cobb": "mdi6.angle-obtuse",
    "crosshair": "mdi6.crosshairs",
    "sphere": "mdi6.sphere",
    "grow": "mdi6.arrow-expand-all",
    "snip": "mdi6.content-cut",
}

EDITOR_ACTIONS: list[EditorAction] = [*_edit(), *_select(), *_tools(), *_classes(), *_view()]


class KeyMap:
    """Which key means which action. `rebound` replaces the keys of some actions; whoever re-binds asks `clashes` first."""

    def __init__(self, actions: Iterable[EditorAction] = (), rebound: Mapping[str, tuple[str, ...]] | None = None) -> None:
        self._actions = {action.id: action for action in (actions or EDITOR_ACTIONS)}
        self._keys = {action.id: action.keys for action in self._actions.values()}
        self._keys.update({i: k for i, k in (rebound or {}).items() if i in self._keys})

    def __contains__(self, action_id: str) -> bool:
        return action_id in self._actions

    def __iter__(self) -> Iterator[EditorAction]:
        return iter(self._actions.values())

    def action(self, action_id: str) -> EditorAction:
        return self._actions[action_id]

    def keys(self, action_id: str) -> tuple[str, ...]:
        return self._keys[action_id]

    def rebind(self, action_id: str, keys: tuple[str, ...]) -> None:
        self._keys[action_id] = keys

    def find(self, key: str) -> EditorAction | None:
        for action_id, keys in self._keys.items():
            if key in keys:
                return self._actions[action_id]
        return None

    def clashes(self) -> list[tuple[str, str, str]]:
        """(key, one action, another) for keys that mean two things where both could count."""
        taken: dict[str, list[str]] = {}
        for action_id, keys in self._keys.items():
            for key in keys:
                taken.setdefault(key.casefold(), []).append(action_id)
        found = []
        for key, ids in taken.items():
            for i, one in enumerate(ids):
                found += [(key, one, two) for two in ids[i + 1 :] if self._meet(one, two)]
        return found

    def _meet(self, one: str, two: str) -> bool:
        """Scopes in which both are asked: *editor* holds the canvas, *drawing* is apart from idle canvas keys."""
        scopes = {self._actions[one].scope, self._actions[two].scope}
        return scopes != {"canvas", "drawing"}
