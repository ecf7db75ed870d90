"""The colours of a language's signs, quiet enough for labels to stand out, dark enough to be read on their tints."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from PySide6.QtGui import QColor

from viewers.canvas.text_pieces import Colored, Text
from viewers.scene.syntax import Syntax

_LIGHT = {
    "key": "#1d4f91",
    "string": "#2a6b2f",
    "number": "#8a4b08",
    "word": "#7a2e8e",
    "tag": "#1d4f91",
    "quiet": "#6b7280",
    "strong": "#7a2e2e",
}
_DARK = {
    "key": "#8ab8f0",
    "string": "#9ccf9f",
    "number": "#e0b070",
    "word": "#d3a5e3",
    "tag": "#8ab8f0",
    "quiet": "#9aa1ac",
    "strong": "#f0a8a0",
}
#: Neighbouring columns are told apart; they come round again.
_COLUMNS_LIGHT = ("#1f2937", "#1d4f91", "#2a6b2f", "#8a4b08", "#7a2e8e", "#0f6a73")
_COLUMNS_DARK = ("#e5e7eb", "#8ab8f0", "#9ccf9f", "#e0b070", "#d3a5e3", "#7fd0d8")


def colors_of(language: str, text: Text, *, dark: bool) -> Callable[[str, int, int], Iterator[Colored]] | None:
    """Of a piece (its text, its place, its line's): None where a text has no colours."""
    if not language:
        return None
    syntax = Syntax(language, text.slice)
    roles = {role: QColor(name) for role, name in (_DARK if dark else _LIGHT).items()}
    columns = [QColor(name) for name in (_COLUMNS_DARK if dark else _COLUMNS_LIGHT)]

    def colored(part: str, start: int, line_start: int) -> Iterator[Colored]:
        for first, last, role, column in syntax.tokens(part, start, line_start):
            yield first, last, columns[column % len(columns)] if role == "column" else roles[role]

    return colored
