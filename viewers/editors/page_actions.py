"""The verbs of the page editor: those of the picture editor, and what is about text and searching."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from viewers.editors.actions import EDITOR_ACTIONS, ICONS, EditorAction, always, changing, needs_pages, needs_selection
from viewers.editors.context_menu import GROUND, SELECTION
from viewers.editors.text_actions import finding


def needs_text_or_object(editor: Any) -> str:
    return "" if editor.page_text.selection is not None else needs_selection(editor)


def needs_chosen_text(editor: Any) -> str:
    return "" if editor.page_text.selection is not None else "Select text first, with the text tool (T)."


def _changed(action: EditorAction) -> EditorAction:
    return replace(action, why_not=needs_text_or_object) if action.id == "copy" else action


PAGE_ACTIONS: list[EditorAction] = [
    *(_changed(a) for a in EDITOR_ACTIONS),
    changing("tool_page_text", "Text", ("T",), "arm_tool", ICONS["page_text"], section="tool", args=("page_text",)),
    changing("page_text_shape", "Draw round the selected text", ("Shift+Return", "Shift+Enter"), "draw_round_text",
             "mdi6.form-textbox", needs_chosen_text, "tool"),
    *finding(always),
    EditorAction("page_thumbs", "Small pages", ("F7",), "toggle_thumbs", "mdi6.view-carousel-outline", needs_pages, "view"),
]  # fmt: skip

PAGE_SELECTION = SELECTION
PAGE_GROUND = (("copy", "page_text_shape", "find"), *GROUND)
