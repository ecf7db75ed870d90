"""A picture file as a `Decoder`: EXIF orientation applied, levels and regions, one frame per TIFF page."""

from __future__ import annotations

import io
from collections import OrderedDict
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from storage.errors import BadInput, Cancelled
from storage.media import slides
from storage.media.images import ImageHeader, read_header
from storage.media.source import ByteSource
from viewers.decode.cache import PyramidCache
from viewers.decode.color import managed
from viewers.decode.faults import decoding, name_of
from viewers.decode.frame import Frame, Page
from viewers.decode.request import Decoder, FrameFacts, Picture, PixelKind, Request, to_rgb

_FRAMES_KEPT = 2  # pages whose pixels stay in memory


class ImageDecoder:
    """See `request.Decoder`. `read` may be called from one thread at a time, `cancel` from any."""

    def __init__(self, source: ByteSource, header: ImageHeader, cache_dir: Path | None) -> None:
        self.frames = header.frames
        self._source = source
        self._header = header
        self._cache = PyramidCache(cache_dir) if cache_dir else None
        self._frames: OrderedDict[int, Frame] = OrderedDict()
        self._facts: dict[int, FrameFacts] = {}
        self._tiff: Any = None
        self._given_up = -1

    def facts(self, frame: int = 0) -> FrameFacts:
        if frame in self._frames:
            self._facts[frame] = self._frames[frame].facts()
        elif frame not in self._facts:
            with decoding(self._source):
                self._facts[frame] = self._frame(frame).facts()
        return self._facts[frame]

    def read(self, request: Request) -> Picture:
        def check() -> None:
            if 0 < request.generation <= self._given_up:
                raise Cancelled

        check()
        with decoding(self._source):
            return self._frame(request.frame).read(request.level, request.region, check)

    def cancel(self, generation: int) -> None:
        self._given_up = max(self._given_up, generation)

    def close(self) -> None:
        for frame in self._frames.values():
            frame.close()
        self._frames.clear()
        if self._tiff is not None:
            self._tiff.close()
            self._tiff = None

    def _frame(self, number: int) -> Frame:
        if not 0 <= number < self.frames:
            name, path = name_of(self._source)
            raise BadInput(f"{name} has {self.frames} frames; there is no frame {number}.", remedy="Count from 0.", input=path)
        if number not in self._frames:
            while len(self._frames) >= _FRAMES_KEPT:
                old, frame = self._frames.popitem(last=False)
                self._facts[old] = frame.facts()
                frame.close()
            self._frames[number] = Frame(self._page(number), number, self._source, self._cache)
        self._frames.move_to_end(number)
        return self._frames[number]

    def _page(self, number: int) -> Page:
        if not self._header.pages:
            from viewers.decode.flat import FlatPage

            flat: Page = managed(FlatPage(self._source, self._header), self._header.icc)
            return flat
        from viewers.decode.tiff import TiffPages

        if self._tiff is None:
            self._tiff = TiffPages(self._source, self._header)
        page: Page = managed(self._tiff.page(number), self._header.icc)
        return page


def open_image(source: ByteSource, facts: Mapping[str, Any], *, cache_dir: Path | None) -> Decoder:
    """A decoder for one picture file. The header is read again (0.2 ms): `facts` may come from an older version."""
    if slides.vendor(source):
        from viewers.decode.slides import SlideDecoder

        return SlideDecoder(source)
    return ImageDecoder(source, read_header(source), cache_dir)


def png_of(picture: Picture) -> bytes:
    """As an RGB PNG, 16 bits of grey as they are; transparency lies over black."""
    from PIL import Image

    image = Image.fromarray(picture.array if picture.kind is PixelKind.GRAY16 else to_rgb(picture))
    out = io.BytesIO()
    image.save(out, "PNG", compress_level=3)
    return out.getvalue()
