"""The editor of documents in pages: the picture editor with small pages beside it, text that can be selected, and search."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from typing import Unpack

from PySide6.QtCore import QPointF, Qt, Slot
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QHBoxLayout, QSplitter, QWidget

from storage.clock import now_ms
from storage.editing.edits import DocumentChange
from storage.editing.focus import Focus
from storage.editing.session import EditSession
from storage.model.geometry import ShapeKind
from storage.model.ontology import ObjectClass, Ontology
from viewers.canvas.background import Bell
from viewers.canvas.page_overlay import PageOverlay
from viewers.canvas.page_thumbs import WIDTH, PageThumbs
from viewers.decode.pages import PageDecoder
from viewers.editors.editor import EditorOptions
from viewers.editors.find_bar import FindBar
from viewers.editors.hit_list import HitList
from viewers.editors.image_editor import ImageEditor
from viewers.editors.page_actions import PAGE_ACTIONS, PAGE_GROUND, PAGE_SELECTION
from viewers.editors.searching import Searching
from viewers.scene.finder import Finder
from viewers.scene.page_reader import Found, PageReader
from viewers.scene.pictures import PictureSource
from viewers.tools.base import Tool
from viewers.tools.page_text import PageTextTool, box_round, polygon_round

#: What can be drawn round text.
ROUND_TEXT = (ShapeKind.BOX, ShapeKind.POLYGON)
TEXT_TOOL = "page_text"


class PageEditor(ImageEditor):
    """`open_decoder` makes further decoders of the same document: for the small pages, the text and the search."""

    def __init__(
        self,
        session: EditSession,
        focus: Focus,
        ontology: Ontology,
        pictures: PictureSource,
        parent: QWidget | None = None,
        *,
        open_decoder: Callable[[], PageDecoder],
        **options: Unpack[EditorOptions],
    ) -> None:
        self.reader = PageReader(open_decoder)
        self.page_text = PageTextTool(self.reader.text, self._text_chosen)
        super().__init__(session, focus, ontology, pictures, parent, actions=PAGE_ACTIONS, **options)
        self.finder: Finder[Found] = Finder(self.reader.search)
        self._by_page: dict[int, list[int]] = {}
        self._counted = (0, 0)  # the search, and how many of its hits are in it
        self.overlay = PageOverlay(self.canvas)
        self.thumbs = PageThumbs(self.reader, self)
        self.hit_list = HitList(self)
        self.find_bar = FindBar(self, icon=self.icon)
        self.searching = Searching(
            self.finder, self.find_bar, first=self._first_hit, passed=lambda hit: hit.page >= self.focus.at[1], parent=self
        )
        self._stand_beside()
        self.toolbox.tools[TEXT_TOOL] = self.page_text
        self.page_text.context = self.canvas.context
        self.refresh_tools()
        self._count_objects()
        self._show_page()

    def _stand_beside(self) -> None:
        self.side = QSplitter(Qt.Orientation.Vertical, self)
        self.side.setFixedWidth(WIDTH)
        self.side.addWidget(self.thumbs)
        self.side.addWidget(self.hit_list)
        self.side.setSizes([500, 250])
        row = self.layout()
        assert isinstance(row, QHBoxLayout)
        row.insertWidget(1, self.side)
        self.column.insertWidget(0, self.find_bar)
        self._bell = Bell()
        self._bell.rung.connect(self._text_arrived, Qt.ConnectionType.QueuedConnection)
        self._endings.append(self.reader.listen(self._bell.ring))
        self.thumbs.page_wanted.connect(self.go_to_page)
        self.hit_list.hit_wanted.connect(self.searching.go_to)
        self.searching.hit_wanted.connect(self._show_hit)
        self.searching.changed.connect(self._on_hits)
        self.searching.said.connect(self.status)
        self.find_bar.closed.connect(self._take_keyboard)

    def close_editor(self) -> None:
        super().close_editor()
        self.thumbs.close_thumbs()
        self.searching.close()
        self.reader.close()

    def menu_groups(self) -> Sequence[Sequence[str]]:
        return PAGE_SELECTION if self.focus.selected else PAGE_GROUND

    # -- pages

    def _show_page(self) -> None:
        super()._show_page()
        if hasattr(self, "side"):
            self.side.setVisible(self.frames() > 1 and not self._thumbs_hidden)
            self.thumbs.show_pages(self.frames(), self.focus.at[1])
            self._paint_found()
            self._text_chosen()

    _thumbs_hidden = False

    def toggle_thumbs(self) -> None:
        self._thumbs_hidden = not self._thumbs_hidden
        self._show_page()

    def _on_document(self, change: DocumentChange) -> None:
        super()._on_document(change)
        if not change.preview and hasattr(self, "thumbs"):
            self._count_objects()

    def _count_objects(self) -> None:
        self.thumbs.show_counts(Counter(a.frame for a in self.session.document.annotations.values()))

    def place_text(self, x: float, y: float, value: str, zoom: float) -> str:
        """In points of the page; the paper's colour says nothing."""
        return super().place_text(x, y, "", zoom).replace("    ", " pt    ", 1)

    # -- the text tool

    def offers(self, tool_id: str) -> bool:
        return tool_id == TEXT_TOOL or super().offers(tool_id)

    def offered(self) -> list[Tool]:
        """Text comes next to select."""
        found = super().offered()
        text = [tool for tool in found if tool.id == TEXT_TOOL]
        rest = [tool for tool in found if tool.id != TEXT_TOOL]
        return [*rest[:1], *text, *rest[1:]]

    def arm_tool(self, tool_id: str) -> None:
        if tool_id == TEXT_TOOL:
            self._take(TEXT_TOOL)
        else:
            super().arm_tool(tool_id)

    def arm_class(self, feature_hash: str) -> None:
        """With text selected a box or polygon is drawn round it; else as on any picture."""
        known = self.ontology.object(feature_hash)
        choosing = self.tool is self.page_text and self.page_text.selection is not None
        if choosing and known is not None and known.shape in ROUND_TEXT and not known.archived:
            self._draw_round(known)
        else:
            super().arm_class(feature_hash)

    def draw_round_text(self) -> None:
        """A shape of the class in hand, or of the last one that fits."""
        fitting = [c for c in self.classes() if c.shape in ROUND_TEXT]
        wanted = (self.focus.armed, self._last_class)
        known = next((c for h in wanted for c in fitting if c.feature_hash == h), fitting[0] if fitting else None)
        if known is None:
            self.say("The ontology has no class with the shape box or polygon: add one to draw round text.")
        else:
            self._draw_round(known)

    def _draw_round(self, known: ObjectClass) -> None:
        rects = self.page_text.rects()
        if not rects:
            self.say("What is selected has no place on the page.")
            return
        shape = box_round(rects) if known.shape is ShapeKind.BOX else polygon_round(rects)
        number = self.session.document.next_number(known.feature_hash)
        self._last_class = known.feature_hash
        edits, instance = self.session.drawn(known.feature_hash, shape, self.focus.at, now_ms())
        self.session.do(f"Draw {known.name} {number} round text", edits)
        self.page_text.cancel()
        self.focus.select((instance,))
        self.say(f"{known.name} {number} drawn round the text.")

    def copy(self) -> None:
        """The text that is selected, else the selected objects."""
        text = self.page_text.chosen()
        if not text:
            super().copy()
            return
        QGuiApplication.clipboard().setText(text)
        self.say(f"Copied {len(text):,} characters of text.")

    def _text_chosen(self) -> None:
        if hasattr(self, "overlay"):
            self.overlay.show_chosen(self.page_text.rects())

    @Slot()
    def _text_arrived(self) -> None:
        if self.tool is self.page_text:
            self.acted()
        self._text_chosen()

    # -- search

    def open_find(self) -> None:
        chosen = self.page_text.chosen()
        self.find_bar.ask(" ".join(chosen.split()) if len(chosen) <= 100 else "")

    def find_next(self) -> None:
        self.searching.step(1)

    def find_previous(self) -> None:
        self.searching.step(-1)

    def _first_hit(self, by: int) -> int:
        """From this page on, or the last one before it."""
        hits, here = self.finder.hits, self.focus.at[1]
        after = next((i for i, hit in enumerate(hits) if hit.page >= here), 0)
        return after if by > 0 else (after - 1) % len(hits)

    @Slot(object)
    def _show_hit(self, hit: Found) -> None:
        self.go_to_page(hit.page)
        self._bring_into_sight(hit)

    def _bring_into_sight(self, hit: Found) -> None:
        """At the zoom there is: nothing jumps while one walks through the hits of a page."""
        if not hit.rects:
            return
        view, (x0, y0, x1, y1) = self.canvas.view, hit.rects[0]
        left, top, right, bottom = view.visible_region(-24)
        if not (left <= x0 and x1 <= right and top <= y0 and y1 <= bottom):
            x, y = view.screen_point((x0 + x1) / 2, (y0 + y1) / 2)
            self.canvas.pan_by(QPointF(self.canvas.width() / 2 - x, self.canvas.height() / 2 - y))

    @Slot()
    def _on_hits(self) -> None:
        hits = self.finder.hits
        if self._counted[0] != self.finder.revision:
            self._counted, self._by_page = (self.finder.revision, 0), {}
        for number in range(self._counted[1], len(hits)):
            self._by_page.setdefault(hits[number].page, []).append(number)
        self._counted = (self.finder.revision, len(hits))
        self.hit_list.show_hits(hits, self.searching.at)
        self.thumbs.show_hits({page: len(found) for page, found in self._by_page.items()})
        self._paint_found()

    def _paint_found(self) -> None:
        hits, here = self.finder.hits, self._by_page.get(self.focus.at[1], [])
        rects = [rect for number in here for rect in hits[number].rects]
        current = self.searching.current
        self.overlay.show_found(rects, current.rects if current is not None and current.page == self.focus.at[1] else ())

    @Slot()
    def _take_keyboard(self) -> None:
        self.canvas.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def escape(self) -> None:
        """Search is closed when nothing else is open."""
        idle = self.tool.id == "select" and not self.focus.selected
        if idle and self.find_bar.isVisible():
            self.find_bar.leave()
        else:
            super().escape()
