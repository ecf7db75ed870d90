"""PDFium behind one lock: the library is not made for threads, and its errors become sentences here."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from storage.errors import BadInput
from storage.media.source import ByteSource

MAX_PAGES = 100_000
MAX_SIDE = 10_000_000.0  # points; what says more is broken
A4 = (595.0, 842.0)  # where a page does not tell its size
_PASSWORD = 4

LOCK = threading.RLock()


def name_of(source: ByteSource) -> tuple[str, str]:
    return (source.path.name, str(source.path)) if source.path else ("The document", "")


@contextmanager
def opened(source: ByteSource) -> Iterator[Any]:
    document = open_document(source)
    try:
        yield document
    finally:
        with LOCK:
            document.close()


def open_document(source: ByteSource) -> Any:
    """A `pypdfium2.PdfDocument`; all further calls belong inside LOCK. Raises BadInput."""
    import pypdfium2

    name, path = name_of(source)
    try:
        with LOCK:
            document = pypdfium2.PdfDocument(source.path or source.read_at(0, source.size))
            count = len(document)
    except pypdfium2.PdfiumError as error:
        raise _refused(name, path, getattr(error, "err_code", None)) from error
    except (OSError, ValueError) as error:
        raise BadInput(
            f"{name} cannot be opened: {error}.", remedy="Check the disk, or copy the file again.", input=path
        ) from error
    if not 0 < count <= MAX_PAGES:
        with LOCK:
            document.close()
        what = "has no pages" if count <= 0 else f"has {count:,} pages; at most {MAX_PAGES:,} can be shown"
        raise BadInput(f"{name} {what}.", remedy="Split it, or save it again in another program.", input=path)
    return document


def page_size(document: Any, page: int) -> tuple[float, float] | None:
    """Points of the crop box as shown, rotation applied; None where the page is broken."""
    import pypdfium2.raw as pdfium

    size = pdfium.FS_SIZEF()
    with LOCK:
        if not pdfium.FPDF_GetPageSizeByIndexF(document, page, size):
            return None
    width, height = float(size.width), float(size.height)
    return (width, height) if 0 < width <= MAX_SIDE and 0 < height <= MAX_SIDE else None


def _refused(name: str, path: str, code: int | None) -> BadInput:
    if code == _PASSWORD:
        return BadInput(
            f"{name} is protected by a password.", remedy="Save a copy without the password and add that.", input=path
        )
    return BadInput(
        f"{name} is no PDF that can be read: it is damaged or cut off.",
        remedy="Copy it again from where it came, or print it to a new PDF.",
        input=path,
    )
