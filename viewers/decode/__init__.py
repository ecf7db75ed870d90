"""Pixels of every medium behind one interface (`request.Decoder`). Qt-free; may run in any thread."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from storage.errors import BadInput
from storage.media.source import ByteSource
from viewers.decode.request import Decoder

__all__ = ["frame_png", "open_media"]

_VOLUMES = ("dicom_series", "nifti")
_WITHOUT_PICTURES = {"audio": "a sound", "text": "a text"}


def open_media(source: ByteSource, item_kind: str, facts: Mapping[str, Any], cache_dir: Path | None) -> Decoder:
    """The decoder for an item of this kind. BadInput where the kind or the file cannot be shown.

    `facts` are those of `storage.services.originals.facts_of`; the item's own do as well, only slower. Sounds and texts have
    no frames: they are opened by `viewers.decode.audio` and `viewers.decode.text`.
    """
    match item_kind:
        case "image":
            from viewers.decode.images import open_image

            return open_image(source, facts, cache_dir=cache_dir)
        case "video":
            from viewers.decode.video import open_video

            return open_video(source, facts, cache_dir=cache_dir, table=facts.get("frame_table"))
        case "pdf":
            from viewers.decode.pages import open_pages

            return open_pages(source, facts)
        case "image_group":
            from viewers.decode.members import open_group

            return open_group(source, facts, cache_dir=cache_dir)
        case "image_sequence":
            from viewers.decode.members import open_sequence

            return open_sequence(source, facts, cache_dir=cache_dir)
        case "dicom_series" | "nifti":
            from viewers.decode.slices import SliceDecoder, open_frames

            return SliceDecoder(open_frames(source, item_kind, facts))
    name = source.path.name if source.path else "The item"
    if item_kind in _WITHOUT_PICTURES:
        raise BadInput(
            f"{name} is {_WITHOUT_PICTURES[item_kind]} and has no frames.",
            remedy="Open it in the window.",
            input=str(source.path or ""),
        )
    raise BadInput(
        f"Items of the kind “{item_kind}” cannot be shown by this version.",
        remedy="Update Postil; the item and its labels are kept.",
        input=str(source.path or ""),
    )


def frame_png(
    source: ByteSource, item_kind: str, facts: Mapping[str, Any], index: int, window: tuple[float, float] | None = None
) -> bytes:
    """One frame, page, member or slice at full size, for the command line's `frame`. `window`: centre and width, of slices."""
    from viewers.decode.images import png_of
    from viewers.decode.request import Request

    decoder = open_media(source, item_kind, facts, None)
    try:
        if item_kind in _VOLUMES:
            return _slice_png(decoder, index, window)
        return png_of(decoder.read(Request(frame=index)))
    finally:
        decoder.close()


def _slice_png(decoder: Any, index: int, window: tuple[float, float] | None) -> bytes:
    """As it is shown: through a window, grey values as 8 bits of grey."""
    import io

    from PIL import Image

    from viewers.decode.voi import Window

    out = io.BytesIO()
    shown = decoder.shown(index, Window(*window) if window else None)
    Image.fromarray(shown).save(out, "PNG", compress_level=3)
    return out.getvalue()
