"""The text editor: any text file, read in pieces, marked by ranges of code points. `app` puts it in the middle."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any, Unpack

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QVBoxLayout, QWidget

from storage.editing.focus import Focus
from storage.editing.session import EditSession
from storage.model.geometry import Geometry, TextRanges
from storage.model.ontology import Ontology
from viewers.canvas.text_canvas import TextCanvas
from viewers.editors.editor import EditorOptions
from viewers.editors.range_editor import RangeEditor
from viewers.editors.text_actions import TEXT_ACTIONS
from viewers.editors.text_strip import TextStrip
from viewers.editors.text_verbs import Part, Span
from viewers.scene.finder import Check
from viewers.scene.text_source import TextSource

FONT_PX = 14


class TextEditor(RangeEditor):
    def __init__(
        self,
        session: EditSession,
        focus: Focus,
        ontology: Ontology,
        text: TextSource,
        parent: QWidget | None = None,
        *,
        language: str = "",
        **options: Unpack[EditorOptions],
    ) -> None:
        """`language` as `viewers.scene.syntax` names them: its signs have colours."""
        super().__init__(session, focus, ontology, TEXT_ACTIONS, text, parent, **options)
        self.canvas = self.view = TextCanvas(self)
        self._language = language
        self.canvas.set_language(language)
        self.strip = TextStrip(self)
        self.strip.action_wanted.connect(self.run)
        self.strip.place_wanted.connect(self.go_to_place)
        self.strip.left.connect(self._take_keyboard)
        body = QWidget(self)
        column = QVBoxLayout(body)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.canvas, 1)
        column.addWidget(self.strip)
        self._show_look()
        self.begin(body)

    _liked: Mapping[str, Any] = MappingProxyType({})  # of what this text cannot show

    # -- the text

    def show_loaded(self) -> None:
        text = self.source.text
        assert text is not None
        self.canvas.set_text(text)
        facts = [
            text.index.encoding.upper(),
            _counted(text.lines, "line"),
            _counted(len(text), "character"),
            *text.warnings[:1],
        ]
        self.strip.show_facts("   ".join(facts), "\n".join(text.warnings))

    def search(self, words: str, case: bool, check: Check) -> Any:
        return self.source.reader().search(words, case=case, check=check)

    def place_text(self) -> str:
        text, caret = self.source.text, self.canvas.caret
        assert text is not None
        line = text.line_of(caret)
        start, end = self.chosen()
        column = caret - text.line_start(line) + 1
        chosen = f"{end - start:,} selected" if start < end else ""
        return "    ".join(filter(None, (f"line {line + 1:,}  column {column:,}", f"offset {caret:,}", chosen)))

    # -- ranges

    def parts(self, geometry: Geometry) -> list[Part]:
        if not isinstance(geometry, TextRanges):
            return []
        size = len(self.source.text) if self.source.text is not None else 0
        return [((a, b), (a, b) if 0 <= a < b <= size else None) for a, b in geometry.ranges]

    def part(self, span: Span) -> Part | None:
        return (span, span) if span[0] < span[1] else None

    def shape_of(self, parts: Sequence[Part]) -> Geometry:
        return TextRanges(tuple(kept for kept, _ in parts))

    # -- going

    def ask_place(self) -> None:
        self.strip.ask()

    @Slot(str)
    def go_to_place(self, wanted: str) -> None:
        """A line ("1204"), a line and a column ("12:7") or an offset ("@99120"); lines and columns count from 1."""
        text = self.source.text
        wanted = wanted.replace(",", "").replace(" ", "")
        try:
            if text is None:
                return
            if wanted.startswith("@"):
                offset = int(wanted[1:])
            else:
                line, _, column = wanted.partition(":")
                start = text.line_start(int(line) - 1)
                offset = min(start + max(0, int(column or 1) - 1), self.canvas.line(start)[1])
        except ValueError:
            self.say(f"“{wanted}” is no place: type a line (120), line:column (120:8) or an offset (@5400).")
            return
        self.canvas.select(offset, offset)
        self.canvas.show_place(self.canvas.caret, middle=True)
        self._take_keyboard()

    # -- how it is shown

    def zoom_in(self) -> None:
        self.canvas.set_look(px=self.canvas.font_px + 1)

    def zoom_out(self) -> None:
        self.canvas.set_look(px=self.canvas.font_px - 1)

    def zoom_full_size(self) -> None:
        self.canvas.set_look(px=FONT_PX)

    def toggle_wrap(self) -> None:
        self.canvas.set_look(wrap=not self.canvas.wrap)
        self._show_look()

    def toggle_mono(self) -> None:
        self.canvas.set_look(mono=not self.canvas.mono)
        self._show_look()

    def toggle_numbers(self) -> None:
        self.canvas.set_look(numbers=not self.canvas.numbers)
        self._show_look()

    def toggle_compact(self) -> None:
        self.canvas.set_look(compact=not self.canvas.compact)
        self._show_look()

    def toggle_colors(self) -> None:
        self.canvas.set_language("" if self.canvas.language else self._language)
        if not self._language:
            self.say("This kind of text has no signs to colour: JSON, XML, CSV and Markdown have.")

    def look(self) -> dict[str, Any]:
        canvas = self.canvas
        return {
            "wrap": canvas.wrap, "mono": canvas.mono, "numbers": canvas.numbers, "compact": canvas.compact, "px": canvas.font_px,
            **({"colors": bool(canvas.language)} if self._language else self._liked),
        }  # fmt: skip

    def use_look(self, kept: Mapping[str, Any]) -> None:
        known = {"wrap": bool, "mono": bool, "numbers": bool, "compact": bool, "px": int}
        self._liked = {"colors": kept["colors"]} if "colors" in kept else {}
        if kept.get("colors") is False:
            self.canvas.set_language("")
        self.canvas.set_look(**{name: kept[name] for name, kind in known.items() if type(kept.get(name)) is kind})
        self._show_look()

    def _show_look(self) -> None:
        canvas = self.canvas
        self.strip.show_look(
            text_wrap=canvas.wrap, text_mono=canvas.mono, text_numbers=canvas.numbers, text_compact=canvas.compact
        )


def _counted(n: int, word: str) -> str:
    return f"{n:,} {word}{'' if n == 1 else 's'}"
