"""Whole slides as microscopes' scanners write them: SVS, NDPI, MRXS, SCN, BIF and their like, read by OpenSlide.

A file is asked for marks of a scanner first, so that ordinary pictures never load the library. Tiled TIFF files of no
scanner stay with tifffile. The pictures of a slide's paper label and of the whole glass are never shown and never copied
anywhere: names of patients stand on them.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from storage.errors import BadInput
from storage.media.images import MIMES, Broken, Reader, sniff
from storage.media.source import ByteSource, FileSource
from storage.model.items import Kind, MediaInfo

#: What each is called, and the extensions it comes with.
VENDORS = {
    "aperio": "Aperio",
    "hamamatsu": "Hamamatsu",
    "leica": "Leica",
    "mirax": "3DHISTECH MIRAX",
    "philips": "Philips",
    "trestle": "Trestle",
    "ventana": "Ventana",
}
EXTENSIONS = (".svs", ".ndpi", ".mrxs", ".scn", ".bif")
_MARKS = (b"aperio", b"hamamatsu", b"leica", b"philips", b"mediscan", b"iscan", b"ventana", b"\0ndpi")
MAX_SIDE = 4_000_000  # px; the largest slides have a tenth of it


def vendor(source: ByteSource) -> str:
    """A key of `VENDORS` where OpenSlide reads it as a slide of that scanner; "" for everything else."""
    path = source.path
    if path is None or not _is_marked(source, path):
        return ""
    import openslide

    found = openslide.OpenSlide.detect_format(path)
    return found if found in VENDORS else ""


def _is_marked(source: ByteSource, path: Path) -> bool:
    if path.suffix.lower() in EXTENSIONS:
        return True
    if sniff(source.read_at(0, 64)) != "tiff":
        return False
    from storage.media.tiff import marks

    try:
        said = marks(Reader(source)).lower()
    except (Broken, OSError, ValueError):
        return False
    return any(mark in said for mark in _MARKS)


def probe_slide(path: Path) -> MediaInfo | None:
    """None for what is no slide. BadInput for one that cannot be opened."""
    source = FileSource(path)
    found = vendor(source)
    if not found:
        if path.suffix.lower() == ".mrxs":
            raise BadInput(
                f"{path.name} is the head of a slide whose data is not beside it.",
                remedy=f"Put the folder “{path.stem}” into the same folder as {path.name}, then add it again.",
                input=str(path),
            )
        return None
    slide = open_slide(source)
    try:
        width, height = slide.dimensions
        facts = _facts(slide, found)
    finally:
        slide.close()
    return MediaInfo(
        kind=Kind.IMAGE, mime=MIMES[facts["format"]], size=source.size, width=width, height=height, frames=1, facts=facts
    )  # fmt: skip


def open_slide(source: ByteSource) -> Any:
    """An `openslide.OpenSlide`. BadInput when the library refuses it."""
    import openslide

    assert source.path is not None
    try:
        slide = openslide.OpenSlide(source.path)
        width, height = slide.dimensions
    except (openslide.OpenSlideError, OSError) as error:
        raise BadInput(
            f"{source.path.name} is a slide that cannot be read: {error}.",
            remedy="Copy it again from the scanner, with all its files.",
            input=str(source.path),
        ) from error
    if not (0 < width <= MAX_SIDE and 0 < height <= MAX_SIDE):
        slide.close()
        raise BadInput(
            f"{source.path.name} claims {width} × {height} pixels, more than any slide has.",
            remedy="The file is damaged: copy it again from the scanner.",
            input=str(source.path),
        )
    return slide


def _facts(slide: Any, found: str) -> dict[str, Any]:
    properties = slide.properties
    facts: dict[str, Any] = {
        "format": "mrxs" if found == "mirax" else "tiff",
        "bits": 8,
        "channels": 3,
        "orientation": 1,
        "slide": found,
        "scanner": VENDORS[found],
        "levels": slide.level_count - 1,
    }
    for name, key in (("mpp", "openslide.mpp-x"), ("mpp_y", "openslide.mpp-y"), ("magnification", "openslide.objective-power")):
        try:
            facts[name] = float(properties[key])
        except (KeyError, ValueError):
            continue
    if found == "mirax":
        facts["beside"] = True  # its data lies in a folder of its own: the file alone is of no use
    return facts
