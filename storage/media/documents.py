"""PDF and text files become a `MediaInfo`, or a BadInput that names the file, the reason and the remedy.

Facts of a PDF: `pages`, runs of pages of the same size, [count, width, height] in points of the crop box as shown.
Facts of a text: `encoding`, `characters` (code points) and `lines`.
"""

from __future__ import annotations

from collections.abc import Callable
from math import ceil
from pathlib import Path

from storage.errors import BadInput
from storage.media import pdfium, text_index
from storage.media.kinds import TEXT_MIMES
from storage.media.probe import check_file
from storage.media.source import FileSource
from storage.model.items import Kind, MediaInfo

MAX_TEXT = 1 << 30  # bytes: a text is read whole once before it is shown


def probe_pdf(path: Path) -> MediaInfo:
    """Pages and their sizes; nothing is rendered. Raises BadInput and nothing else."""
    check_file(path)
    source = FileSource(path)
    runs: list[list[float]] = []
    broken: list[int] = []
    with pdfium.opened(source) as document:
        with pdfium.LOCK:
            count = len(document)
        for page in range(count):
            size = pdfium.page_size(document, page)
            if size is None:
                broken.append(page + 1)
            width, height = size or pdfium.A4
            if runs and runs[-1][1:] == [width, height]:
                runs[-1][0] += 1
            else:
                runs.append([1, width, height])
    return MediaInfo(
        kind=Kind.PDF,
        mime="application/pdf",
        size=source.size,
        width=ceil(runs[0][1]),
        height=ceil(runs[0][2]),
        frames=count,
        facts={"format": "pdf", "pages": runs},
        warnings=(_broken(broken),) if broken else (),
    )


def probe_text(path: Path, check: Callable[[], None] | None = None) -> MediaInfo:
    """Encoding and length; the file is read once. Raises BadInput and nothing else (and what `check` raises)."""
    check_file(path)
    source = FileSource(path)
    if source.size > MAX_TEXT:
        raise BadInput(
            f"{path.name} has {source.size / 1e9:.1f} GB; a text of more than {MAX_TEXT / 1e9:.1f} GB is not shown.",
            remedy="Split it into smaller files.",
            input=str(path),
        )
    index = text_index.build(source, check)
    return MediaInfo(
        kind=Kind.TEXT,
        mime=TEXT_MIMES.get(path.suffix.lower(), "text/plain"),
        size=source.size,
        frames=1,
        facts={"format": "text", "encoding": index.encoding, "characters": index.length, "lines": index.lines},
        warnings=index.warnings,
    )


def _broken(pages: list[int]) -> str:
    shown = ", ".join(map(str, pages[:5])) + (f" and {len(pages) - 5} more" if len(pages) > 5 else "")
    return f"The size of page {shown} cannot be read: A4 is taken." if pages else ""
