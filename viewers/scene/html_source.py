"""An HTML file opened on a thread of its own: its source as text, and the page made harmless. Qt-free."""

from __future__ import annotations

from storage.errors import BadInput
from viewers.decode.html import MAX_CHARACTERS, HtmlPage
from viewers.decode.text import TextFile
from viewers.scene.text_source import TextSource


class HtmlSource(TextSource):
    """`page` is there when `text` is."""

    page: HtmlPage | None = None

    def _finish(self, text: TextFile) -> None:
        name = self._source.path.name if self._source is not None and self._source.path else "The page"
        if len(text) > MAX_CHARACTERS:
            raise BadInput(
                f"{name} is too long to be laid out ({len(text):,} characters; at most {MAX_CHARACTERS:,}).",
                remedy="Split it, or add it as plain text.",
            )
        self.page = HtmlPage(text.slice(0, len(text)), name)
