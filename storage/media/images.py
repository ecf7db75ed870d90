"""What the headers of a picture say, by content and never by name. No pixel is decoded here.

Bounds, checked before anything is allocated: at most `MAX_PIXELS` pixels and `MAX_SIDE` on a side, `MAX_PAGES` pages.
A header that claims more is refused as a decompression bomb or as nonsense.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from storage.errors import BadInput, Cancelled
from storage.media.source import ByteSource

MAX_PIXELS = 2_000_000_000
MAX_SIDE = 1_000_000
MAX_PAGES = 100_000

MIMES = {
    "jpeg": "image/jpeg",
    "png": "image/png",
    "webp": "image/webp",
    "avif": "image/avif",
    "bmp": "image/bmp",
    "tiff": "image/tiff",
    "gif": "image/gif",
    "mrxs": "image/x-mirax",
}
#: The first extension is the one that copies get.
EXTENSIONS = {
    "jpeg": (".jpg", ".jpeg", ".jpe", ".jfif", ".mpo", ".jps"),
    "png": (".png", ".apng"),
    "webp": (".webp",),
    "avif": (".avif", ".avifs"),
    "bmp": (".bmp", ".dib", ".rle"),
    "tiff": (".tif", ".tiff", ".btf", ".tf8", ".svs", ".ndpi", ".scn", ".bif", ".lsm", ".qptiff"),
    "gif": (".gif",),
    "mrxs": (".mrxs",),  # a slide; its data lies in a folder beside it
}
NAMES = {
    "jpeg": "JPEG",
    "png": "PNG",
    "webp": "WebP",
    "avif": "AVIF",
    "bmp": "BMP",
    "tiff": "TIFF",
    "gif": "GIF",
    "mrxs": "MIRAX",
}


@dataclass(frozen=True, slots=True)
class PageHeader:
    """One page of a TIFF. `levels` are (width, height, offset) of its reduced copies, as stored, largest first."""

    width: int  # as stored, before `orientation`
    height: int
    orientation: int
    offset: int  # of its IFD
    bits: int = 1
    channels: int = 1
    levels: tuple[tuple[int, int, int], ...] = ()

    @property
    def upright(self) -> tuple[int, int]:
        return (self.height, self.width) if self.orientation >= 5 else (self.width, self.height)


@dataclass(frozen=True, slots=True)
class ImageHeader:
    """`width` and `height` are as stored; `upright` is what everybody else calls the size."""

    format: str
    width: int
    height: int
    orientation: int = 1  # EXIF: 1 to 8
    bits: int = 8
    channels: int = 3
    truncated: bool = False
    pages: tuple[PageHeader, ...] = ()
    facts: Mapping[str, Any] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()
    icc: bytes = field(default=b"", repr=False)  # the embedded colour profile

    @property
    def upright(self) -> tuple[int, int]:
        return (self.height, self.width) if self.orientation >= 5 else (self.width, self.height)

    @property
    def frames(self) -> int:
        return len(self.pages) or 1


class Broken(Exception):
    """The bytes are not what their signature promises; the text ends a sentence that begins with the file's name."""

    def __init__(self, reason: str, remedy: str = "") -> None:
        super().__init__(reason)
        self.remedy = remedy


class Reader:
    """Small reads of a ByteSource through two cached blocks, so that a header costs one or two reads of the file."""

    BLOCK = 1 << 16

    def __init__(self, source: ByteSource) -> None:
        self.source = source
        self.size = source.size
        self._blocks: dict[int, bytes] = {}

    def at(self, offset: int, n: int) -> bytes:
        """`n` bytes, fewer at the end of the file."""
        if offset < 0 or n <= 0 or offset >= self.size:
            return b""
        first, last = offset // self.BLOCK, (offset + n - 1) // self.BLOCK
        if last - first > 1:
            return self.source.read_at(offset, n)
        data = self._block(first) if first == last else self._block(first) + self._block(last)
        start = offset - first * self.BLOCK
        return data[start : start + n]

    def need(self, offset: int, n: int) -> bytes:
        data = self.at(offset, n)
        if len(data) < n:
            raise Broken("ends in the middle of its header", "Copy it again from where it came.")
        return data

    def _block(self, number: int) -> bytes:
        if number not in self._blocks:
            if len(self._blocks) >= 2:
                del self._blocks[next(iter(self._blocks))]
            self._blocks[number] = self.source.read_at(number * self.BLOCK, self.BLOCK)
        return self._blocks[number]


def sniff(head: bytes) -> str | None:
    """The format by its first bytes: a key of `MIMES`, or None."""
    if head.startswith(b"\xff\xd8\xff"):
        return "jpeg"
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return "png"
    if head[:6] in (b"GIF87a", b"GIF89a"):
        return "gif"
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "webp"
    if head[:4] in (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+"):
        return "tiff"
    if head[4:8] == b"ftyp" and _is_avif(head):
        return "avif"
    if head[:2] == b"BM" and len(head) >= 18 and struct.unpack_from("<I", head, 14)[0] in (12, 16, 40, 52, 56, 64, 108, 124):
        return "bmp"
    return None


def _is_avif(head: bytes) -> bool:
    length = min(int.from_bytes(head[:4], "big"), len(head))
    brands = {head[8:12], *(head[i : i + 4] for i in range(16, length - 3, 4))}
    return bool(brands & {b"avif", b"avis"})


_OTHERS = (
    (0, b"%PDF", "a PDF document"),
    (0, b"PK\x03\x04", "a ZIP archive"),
    (0, b"\x1f\x8b", "a gzip archive"),
    (128, b"DICM", "a DICOM file"),
    (0, b"8BPS", "a Photoshop document"),
    (0, b"\x00\x00\x00\x0cjP  ", "a JPEG 2000 picture"),
    (0, b"\x00\x00\x00\x0cJXL ", "a JPEG XL picture"),
    (0, b"\xff\x0a", "a JPEG XL picture"),
    (0, b"SQLite format 3", "a database"),
    (0, b"ID3", "an audio file"),
    (0, b"OggS", "an Ogg file"),
    (0, b"fLaC", "an audio file"),
    (0, b"\x1aE\xdf\xa3", "a Matroska video"),
    (0, b"<svg", "an SVG drawing"),
    (0, b"<?xml", "an XML file"),
)


def name_of_content(head: bytes) -> str:
    """What a file that is no supported picture seems to be, for the sentence that refuses it."""
    for offset, signature, name in _OTHERS:
        if head[offset : offset + len(signature)] == signature:
            return name
    if head[4:8] == b"ftyp":
        return "a HEIC picture" if head[8:11] in (b"hei", b"hev", b"mif") else "a video"
    if head[:4] == b"RIFF":
        return "a video" if head[8:11] == b"AVI" else "an audio file"
    return ""


def read_header(source: ByteSource, name: str = "") -> ImageHeader:
    """Header facts of a picture. BadInput names the file, the reason and the remedy; nothing else is raised."""
    name = name or (source.path.name if source.path else "The picture")
    shown = str(source.path) if source.path else name
    try:
        header = _read(Reader(source))
        _check_bounds(header)
        return _with_profile(header)
    except (BadInput, Cancelled):
        raise
    except Broken as broken:
        remedy = broken.remedy or "Open it in another program and save it again."
        raise BadInput(f"{name} {broken}.", remedy=remedy, input=shown) from broken
    except OSError as error:
        reason = error.strerror or str(error)
        raise BadInput(f"{name} cannot be read: {reason}.", remedy="Check the disk and try again.", input=shown) from error
    except Exception as error:  # a hostile header can make any parser stumble: that is the file's fault, not ours
        raise BadInput(
            f"{name} has a damaged header ({type(error).__name__}).",
            remedy="Open it in another program and save it again.",
            input=shown,
        ) from error


def _with_profile(header: ImageHeader) -> ImageHeader:
    """The name of its colour profile is one of its facts."""
    if not header.icc:
        return header
    from storage.media.icc import name_of_profile, space_of

    space = space_of(header.icc)
    if not space:
        return header
    return replace(header, facts={**header.facts, "profile": name_of_profile(header.icc) or f"{space} profile without a name"})


def _read(reader: Reader) -> ImageHeader:
    from storage.media import headers, tiff

    if reader.size == 0:
        raise Broken("is empty (0 bytes)", "Copy it again from where it came.")
    head = reader.at(0, 512)
    match sniff(head):
        case "jpeg":
            return headers.read_jpeg(reader)
        case "png":
            return headers.read_png(reader)
        case "gif":
            return headers.read_gif(reader)
        case "webp":
            return headers.read_webp(reader)
        case "bmp":
            return headers.read_bmp(reader)
        case "avif":
            return headers.read_avif(reader)
        case "tiff":
            return tiff.read_tiff(reader)
        case _:
            what = name_of_content(head)
            raise Broken(
                f"is {what}, not a picture that Postil can read" if what else "is not a picture that Postil can read",
                "Pictures are JPEG, PNG, WebP, AVIF, BMP, TIFF and GIF files. Convert it to one of these first.",
            )


def _check_bounds(header: ImageHeader) -> None:
    sizes = [(p.width, p.height) for p in header.pages] or [(header.width, header.height)]
    for width, height in sizes:
        if width < 1 or height < 1:
            raise Broken(f"claims a size of {width} × {height} pixels, which is no picture")
        if width > MAX_SIDE or height > MAX_SIDE or width * height > MAX_PIXELS:
            raise Broken(
                f"claims {width} × {height} pixels, more than Postil opens ({MAX_PIXELS // 1_000_000_000} gigapixels)",
                "If the size is real, cut the picture into tiles first; if not, the file is damaged or malicious.",
            )


def exif_orientation(exif: bytes) -> int:
    """The EXIF orientation (1 to 8) of a TIFF block, with or without the leading `Exif\\0\\0`; 1 where there is none."""
    data = exif[6:] if exif.startswith(b"Exif\0\0") else exif
    try:
        order = {b"II": "<", b"MM": ">"}[data[:2]]
        (offset,) = struct.unpack_from(f"{order}I", data, 4)
        (count,) = struct.unpack_from(f"{order}H", data, offset)
        for i in range(min(count, 500)):
            tag, kind, _, value = struct.unpack_from(f"{order}HHI2s", data, offset + 2 + 12 * i)
            if tag == 0x0112 and kind in (3, 4):
                # A SHORT lies in the first two bytes; a LONG (some cameras) in little-endian files as well.
                number = (
                    struct.unpack(f"{order}H", value)[0]
                    if kind == 3
                    else data[offset + 2 + 12 * i + (8 if order == "<" else 11)]
                )
                return int(number) if 1 <= number <= 8 else 1
    except (KeyError, IndexError, struct.error):
        pass
    return 1
