"""The verbs of the text and the HTML editor as data. What means the same as in the picture editor has the same id and keys."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from viewers.editors.actions import (
    EDITOR_ACTIONS,
    EditorAction,
    changing,
    needs_objects,
    needs_selection,
    needs_several,
)

_SAME = (
    "undo", "redo", "copy", "delete", "delete_locked", "join", "select_all", "next_object", "previous_object", "hide", "hide_all",
    "lock", "lock_all", "escape", "new_object", "color_by", "only_selected", "leave",
)  # fmt: skip


def needs_text(editor: Any) -> str:
    return "" if editor.loaded else "The text is not there yet."


def needs_chosen(editor: Any) -> str:
    start, end = editor.chosen()
    return "" if start < end else "Select some text first."


def needs_text_or_object(editor: Any) -> str:
    return "" if not needs_chosen(editor) or editor.focus.selected else "Select some text or an object first."


def needs_hits(editor: Any) -> str:
    return "" if editor.finder.words else "Search for something first (Ctrl+F)."


def finding(why_not: Any = needs_text) -> list[EditorAction]:
    """Searching; the same in every editor of something that can be read."""
    return [
        EditorAction("find", "Find…", ("Ctrl+F",), "open_find", "mdi6.magnify", why_not, "view", "editor"),
        EditorAction("find_next", "Next hit", ("F3",), "find_next", "", needs_hits, "view", "editor"),
        EditorAction("find_previous", "Previous hit", ("Shift+F3",), "find_previous", "", needs_hits, "view", "editor"),
    ]


def _own() -> list[EditorAction]:
    some, text = needs_selection, needs_text
    return [
        changing("finish", "Mark the selected text", ("Return", "Enter"), "finish_draft", "mdi6.marker", text, "range"),
        changing("text_add_range", "Add the selected text to the object", ("Shift+Return", "Shift+Enter"), "add_selection",
                 "mdi6.plus", needs_chosen, "range"),
        changing("text_start_here", "Begin the range at the caret", ("[",), "start_here", "", some, "range"),
        changing("text_end_here", "End the range at the caret", ("]",), "end_here", "", some, "range"),
        changing("text_remove_range", "Remove this range", ("Backspace",), "remove_range", "", some, "range"),
        changing("text_split", "Split at the caret", ("Shift+M",), "split_here", "mdi6.call-split", some, "range"),
    ]  # fmt: skip


def _classes() -> list[EditorAction]:
    return [a for a in EDITOR_ACTIONS if a.section == "class"]


def _view() -> list[EditorAction]:
    text = needs_text
    return [
        *finding(),
        EditorAction("text_goto", "Go to line or offset…", ("`",), "ask_place", "", text, "view"),
        EditorAction("zoom_in", "Zoom in", ("Ctrl++", "Ctrl+="), "zoom_in", "mdi6.magnify-plus-outline", section="view"),
        EditorAction("zoom_out", "Zoom out", ("Ctrl+-",), "zoom_out", "mdi6.magnify-minus-outline", section="view"),
        EditorAction("full_size", "Zoom to 100 %", ("Shift+Z",), "zoom_full_size", "", section="view"),
        EditorAction("text_reveal", "Show the selected object", ("Z",), "reveal_selected", "", needs_selection, "view"),
        EditorAction("text_wrap", "Wrap long lines", (), "toggle_wrap", "mdi6.wrap", section="view"),
        EditorAction("text_mono", "Letters of one width", (), "toggle_mono", "mdi6.format-letter-case", section="view"),
        EditorAction("text_numbers", "Line numbers", (), "toggle_numbers", "mdi6.format-list-numbered", section="view"),
        EditorAction("text_colors", "Colours of the language", (), "toggle_colors", "mdi6.palette-outline", section="view"),
        EditorAction("text_compact", "Compact lines", (), "toggle_compact", "mdi6.format-line-spacing", section="view"),
    ]


_BY_ID = {a.id: a for a in EDITOR_ACTIONS}

_BY_ID["copy"] = replace(_BY_ID["copy"], why_not=needs_text_or_object)

TEXT_ACTIONS: list[EditorAction] = [*(_BY_ID[i] for i in _SAME), *_own(), *_classes(), *_view()]

#: A page of HTML has no lines to number, and its letters are its own.
HTML_ACTIONS: list[EditorAction] = [
    *(
        a
        for a in TEXT_ACTIONS
        if a.id not in ("text_goto", "text_wrap", "text_mono", "text_numbers", "text_colors", "text_compact")
    ),
    EditorAction("html_source", "Show the source", ("F7",), "toggle_source", "mdi6.code-tags", section="view"),
]

#: What the menus list, group by group.
ON_OBJECT = (
    ("copy", "text_add_range", "text_remove_range", "text_split", "join"),
    ("hide", "lock"),
    ("delete", "delete_locked"),
)
ON_GROUND = (
    ("finish", "copy", "find", "text_goto"),
    ("undo", "redo", "select_all"),
    ("hide_all", "lock_all"),
    ("text_wrap", "text_mono", "text_numbers", "text_colors", "text_compact", "html_source"),
)

__all__ = ["HTML_ACTIONS", "ON_GROUND", "ON_OBJECT", "TEXT_ACTIONS", "finding", "needs_objects", "needs_several"]
