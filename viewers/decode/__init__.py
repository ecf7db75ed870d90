"""Pixels of every medium behind one interface (`request.Decoder`). Qt-free; may run in any thread."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from storage.media.source import ByteSource
from viewers.decode.request import Decoder

__all__ = ["frame_png", "open_media"]


def open_media(source: ByteSource, item_kind: str, facts: Mapping[str, Any], cache_dir: Path | None) -> Decoder:
    """The decoder for an item of this kind. BadInput where the kind or the file cannot be shown."""
    if item_kind == "image":
        from viewers.decode.images import open_image

        return open_image(source, facts, cache_dir=cache_dir)
    if item_kind == "video":
        from viewers.decode.video import open_video

        return open_video(source, facts, cache_dir=cache_dir)
    if item_kind == "pdf":
        from viewers.decode.pages import open_pages

        return open_pages(source, facts)
    from storage.errors import BadInput

    raise BadInput(
        f"Items of the kind “{item_kind}” cannot be shown by this version.",
        remedy="Update Postil; the item and its labels are kept.",
        input=str(source.path or ""),
    )


def frame_png(source: ByteSource, facts: Mapping[str, Any], index: int) -> bytes:
    from viewers.decode.images import frame_png as png

    return png(source, facts, index)
