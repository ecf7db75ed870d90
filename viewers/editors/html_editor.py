"""The HTML editor: the page as it reads, harmless, its ranges kept as places in the tree; its source beside it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Unpack

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication, QKeyEvent, QKeySequence
from PySide6.QtWidgets import QSplitter, QVBoxLayout, QWidget

from storage.editing.focus import Focus
from storage.editing.session import EditSession
from storage.model.geometry import Geometry, HtmlRanges
from storage.model.ontology import Ontology
from viewers.canvas.text_canvas import TextCanvas
from viewers.canvas.text_pieces import PlainText
from viewers.canvas.text_rich import MOST, RichText, is_heavy
from viewers.decode.html import HtmlPage
from viewers.editors.editor import EditorOptions
from viewers.editors.range_editor import RangeEditor
from viewers.editors.text_actions import HTML_ACTIONS
from viewers.editors.text_strip import HTML_BUTTONS, TextStrip
from viewers.editors.text_verbs import Part, Span
from viewers.scene.finder import Check, search_text
from viewers.scene.html_source import HtmlSource

FONT_PX = 15


class SourceView(TextCanvas):
    """To be read and copied from, not to be marked."""

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.matches(QKeySequence.StandardKey.Copy):
            QGuiApplication.clipboard().setText(self.text_between(*self.selection))
            event.accept()
            return
        super().keyPressEvent(event)


class HtmlEditor(RangeEditor):
    source: HtmlSource

    def __init__(
        self,
        session: EditSession,
        focus: Focus,
        ontology: Ontology,
        page: HtmlSource,
        parent: QWidget | None = None,
        **options: Unpack[EditorOptions],
    ) -> None:
        super().__init__(session, focus, ontology, HTML_ACTIONS, page, parent, **options)
        self.view = RichText(self)
        self.source_view = SourceView(self)
        self.source_view.setAccessibleName(self.tr("Source of the page"))
        self.source_view.zoom_wanted.connect(self._on_source_zoom)
        self.source_view.set_look(compact=True, px=13)
        self.source_view.set_language("xml")
        self.source_view.hide()
        self.splitter = QSplitter(Qt.Orientation.Horizontal, self)
        self.splitter.setChildrenCollapsible(False)
        self.splitter.addWidget(self.view)
        self.splitter.addWidget(self.source_view)
        self.splitter.setSizes([600, 400])
        self.strip = TextStrip(self, HTML_BUTTONS)
        self.strip.box.hide()  # a page has no lines to go to
        self.strip.action_wanted.connect(self.run)
        body = QWidget(self)
        column = QVBoxLayout(body)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.splitter, 1)
        column.addWidget(self.strip)
        self.begin(body)

    @property
    def page(self) -> HtmlPage:
        assert self.source.page is not None
        return self.source.page

    # -- the page

    def show_loaded(self) -> None:
        page, text = self.page, self.source.text
        assert text is not None
        if isinstance(self.view, RichText) and (len(page.text) > MOST or is_heavy(page.html)):
            self._show_plainly()
        if isinstance(self.view, RichText):
            self.view.set_page(page.html, page.text)
        else:
            assert isinstance(self.view, TextCanvas)
            self.view.set_text(PlainText(page.text))
        self.source_view.set_text(text)
        self.strip.show_facts(f"{len(page.text):,} characters", "\n".join(text.warnings))

    def _show_plainly(self) -> None:
        """A long page: its text alone, of any length, marked in the same way."""
        old, plain = self.view, TextCanvas(self)
        plain.set_look(mono=False, numbers=False, px=self._page_view.font_px)
        had = old.hasFocus()
        old.removeEventFilter(self)
        self.splitter.replaceWidget(0, plain)
        self.use_view(plain)
        old.hide()
        old.deleteLater()
        plain.show()
        if had:
            plain.setFocus()
        self.say(self.tr("This page is long or deeply nested: its text is shown without its looks and marked in the same way."))

    def search(self, words: str, case: bool, check: Check) -> Any:
        return search_text(self.page.text, words, case, check)

    def place_text(self) -> str:
        caret = self.view.caret
        start, end = self.chosen()
        found = self.page.to_places(caret, caret + 1)
        path = found[0][0] if found is not None else ""
        chosen = f"{end - start:,} selected" if start < end else ""
        return "    ".join(filter(None, (f"character {caret:,}", path, chosen)))

    # -- ranges

    def parts(self, geometry: Geometry) -> list[Part]:
        if not isinstance(geometry, HtmlRanges):
            return []
        return [(kept, self._span(self.page.from_places(*kept))) for kept in geometry.ranges]

    def _span(self, found: Span | None) -> Span | None:
        return found if found is not None and found[0] < found[1] else None

    def part(self, span: Span) -> Part | None:
        kept = self.page.to_places(*span)
        found = self._span(self.page.from_places(*kept)) if kept is not None else None
        return (kept, found) if found is not None else None

    def shape_of(self, parts: Sequence[Part]) -> Geometry:
        return HtmlRanges(tuple(kept for kept, _ in parts))

    # -- how it is shown

    def toggle_source(self) -> None:
        """Beside the page."""
        shown = self.source_view.isHidden()
        self.source_view.setVisible(shown)
        self.strip.show_look(html_source=shown)

    def look(self) -> dict[str, Any]:
        return {"px": self._page_view.font_px, "source": not self.source_view.isHidden(), "source_px": self.source_view.font_px}

    def use_look(self, kept: Mapping[str, Any]) -> None:
        if type(kept.get("px")) is int:
            self._page_view.set_look(px=kept["px"])
        if type(kept.get("source_px")) is int:
            self.source_view.set_look(px=kept["source_px"])
        if kept.get("source") is True and self.source_view.isHidden():
            self.toggle_source()

    def zoom_in(self) -> None:
        self._page_view.set_look(px=self._page_view.font_px + 1)

    def zoom_out(self) -> None:
        self._page_view.set_look(px=self._page_view.font_px - 1)

    def zoom_full_size(self) -> None:
        self._page_view.set_look(px=FONT_PX)

    @property
    def _page_view(self) -> RichText | TextCanvas:
        assert isinstance(self.view, (RichText, TextCanvas))
        return self.view

    def _on_source_zoom(self, steps: int) -> None:
        self.source_view.set_look(px=self.source_view.font_px + steps)
