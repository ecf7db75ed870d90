"""The picture that stands for a text in lists: a sheet with its first lines."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

from PIL import Image, ImageDraw, ImageFont

from storage.errors import BadInput
from storage.media.source import ByteSource, MemorySource
from storage.media.text_index import build
from viewers.decode.text import TextFile

_READ = 48 * 1024  # bytes at the beginning
_SHEET, _INK, _MARGIN = (250, 250, 248), (52, 56, 62), 0.07
_LINES = 18
_SHOWN = 8000  # characters
_RATIO = 1.3  # height by width
_FONTS = ("DejaVuSans.ttf", "NotoSans-Regular.ttf", "arial.ttf", "Arial.ttf", "Helvetica.ttc", "LiberationSans-Regular.ttf")
_WIDE_FONTS = ("NotoSansCJK-Regular.ttc", "msyh.ttc", "PingFang.ttc", "Arial Unicode.ttf", "wqy-zenhei.ttc")
_WIDE = re.compile("[\u2e80-\u9fff\uac00-\ud7af\uff00-\uffef]")


def sheet(source: ByteSource, size: int, *, html: bool) -> Image.Image:
    """Portrait, `size` pixels high. Only the beginning of the file is read, whatever its length."""
    lines = _lines(_page_text(source) if html else _beginning(source))
    height = max(16, size)
    width = max(12, round(height / _RATIO))
    image = Image.new("RGB", (width, height), _SHEET)
    pen = ImageDraw.Draw(image)
    margin = round(width * _MARGIN)
    step = (height - 2 * margin) / _LINES
    font = _font(max(6, round(step * 0.8)), any(_WIDE.search(line) for line in lines))
    for n, line in enumerate(lines[:_LINES]):
        pen.text((margin, margin + n * step), line, fill=_INK, font=font)
    pen.rectangle((width - margin, 0, width, height), fill=_SHEET)  # long lines end at the margin
    return image


def _beginning(source: ByteSource) -> str:
    data = source.read_at(0, _READ)
    if source.size > _READ:  # not in the middle of a character: to the last line, word or at least letter
        cut = max(data.rfind(b"\n"), data.rfind(b" "), len(data) - 4)
        while cut > 0 and data[cut] & 0xC0 == 0x80:
            cut -= 1
        data = data[: cut - cut % 2]
    memory = MemorySource(data)
    return TextFile(memory, build(memory)).slice(0, _READ)


def _page_text(source: ByteSource) -> str:
    """What a reader sees of the beginning of a page; its source where that is more than a page can be."""
    from viewers.decode.html import HtmlPage

    source_text = _beginning(source)
    try:
        return HtmlPage(source_text).text[:_SHOWN]
    except BadInput:
        return source_text


def _lines(text: str) -> list[str]:
    made = [re.sub(r"[\x00-\x08\x0b-\x1f\x7f]", "", line.expandtabs(4))[:200] for line in text.splitlines()[: 4 * _LINES]]
    return [line for n, line in enumerate(made) if line.strip() or (n and made[n - 1].strip())]


@lru_cache(maxsize=8)
def _font(size: int, wide: bool) -> Any:
    for name in (*(_WIDE_FONTS if wide else ()), *_FONTS):
        try:
            return ImageFont.truetype(name, size)
        except OSError:
            continue
    return ImageFont.load_default(size)
