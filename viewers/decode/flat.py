"""One picture of a JPEG, PNG, WebP, AVIF, BMP or GIF file, decoded by Pillow, or by imagecodecs where that is faster.

Memory while decoding: a JPEG in three or one colours goes straight into the array it is wanted in; everything else
takes four bytes per pixel in Pillow until it is copied.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from typing import IO, cast

import numpy as np
from PIL import Image

from storage.media.images import ImageHeader
from storage.media.quiet import pillow_quiet
from storage.media.source import ByteSource
from viewers.decode.arrays import Array, bgra, put_bgra
from viewers.decode.color import managed_image
from viewers.decode.faults import Check, SourceFile
from viewers.decode.pyramid import scratch, touching
from viewers.decode.request import PixelKind

_STRIP_BYTES = 8 << 20
# libjpeg-turbo's J_COLOR_SPACE: BGRA with the alpha byte set to 255; imagecodecs passes the numbers on.
_JCS_GRAYSCALE, _JCS_EXT_BGRA = 1, 13
_DAMAGED = "The file is damaged: what could be read is shown, the rest is blank."


class FlatPage:
    """What a decoder needs to know of one picture, and its pixels as stored (before EXIF orientation)."""

    direct = False  # no part can be read without the rest

    def __init__(self, source: ByteSource, header: ImageHeader) -> None:
        self._source = source
        self._header = header
        self.width, self.height = header.width, header.height
        self.orientation = header.orientation
        self.bits, self.channels = header.bits, header.channels
        self.warnings = list(header.warnings)
        self._fast_jpeg = header.format == "jpeg" and header.channels in (1, 3)
        plain = not header.facts.get("palette") and (header.channels == 4 or not header.facts.get("transparent"))
        self._fast_png = header.format == "png" and header.bits == 8 and header.channels in (1, 3, 4) and plain
        if header.format == "jpeg":
            self.kind = PixelKind.GRAY8 if header.channels == 1 else PixelKind.BGRA8
        else:
            with self._open() as image:
                self.kind = _kind_of(image)
                self.width, self.height = image.size

    # -- whole -------------------------------------------------------------------------------------------------------

    def decode_into(self, stored: Array, check: Check) -> Iterator[None]:
        """Fill an array of the stored size, yielding now and then."""
        check()
        if self._fast_jpeg and self._decode_jpeg(stored):
            yield
            return
        if self._fast_png:
            yield from self._decode_png(stored)
            if self._fast_png:
                return
        with self._open(check) as image:
            ready = touching(stored)
            try:
                self._load(image)
            finally:
                ready.join()
            rows = max(1, _STRIP_BYTES // (4 * self.width))
            for y in range(0, self.height, rows):
                bottom = min(y + rows, self.height)
                strip = self._inked(image.crop((0, y, self.width, bottom)))
                if self.kind is PixelKind.BGRA8:
                    put_bgra(_rgb(strip), stored[y:bottom])
                else:
                    stored[y:bottom] = _pixels(strip, self.kind)
                yield

    def _decode_jpeg(self, stored: Array) -> bool:
        """By imagecodecs: twice as fast, without a copy, and without the interpreter lock."""
        import imagecodecs

        space = _JCS_GRAYSCALE if self.kind is PixelKind.GRAY8 else _JCS_EXT_BGRA
        data = self._source.read_at(0, self._source.size)
        plain = stored.flags.c_contiguous
        try:
            out = stored if plain else scratch(stored.shape, stored.dtype)
            imagecodecs.jpeg8_decode(data, outcolorspace=space, out=out)
        except (imagecodecs.Jpeg8Error, ValueError, RuntimeError, IndexError):
            self._fast_jpeg = False  # Pillow may still get something out of it
            return False
        if not plain:
            stored[...] = out
        return True

    def _decode_png(self, stored: Array) -> Iterator[None]:
        """The plain kinds by imagecodecs, without Pillow's four bytes per pixel. `_fast_png` is cleared when it fails."""
        import imagecodecs

        shape = (self.height, self.width) if self.channels == 1 else (self.height, self.width, self.channels)
        direct = stored.shape == shape and stored.flags.c_contiguous
        data = self._source.read_at(0, self._source.size)
        if not _png_is_sound(data):
            self._fast_png = False  # libpng would pass over wrong checksums with a line on stderr
            return
        out = stored if direct else scratch(shape, np.dtype(np.uint8))
        ready = touching(stored[:0] if direct else stored)
        try:
            imagecodecs.spng_decode(data, out=out)  # a third faster than libpng, and the same pixels
        except (imagecodecs.SpngError, ValueError, RuntimeError, IndexError):
            self._fast_png = False
            return
        finally:
            ready.join()
        yield
        rows = max(1, _STRIP_BYTES // (4 * self.width))
        for y in range(0, 0 if direct else self.height, rows):
            strip, place = out[y : y + rows], stored[y : y + rows]
            if self.channels == 3:
                put_bgra(strip, place)
            else:
                place[...] = strip
            yield

    # -- quick -------------------------------------------------------------------------------------------------------

    def quick(self, level: int, check: Check) -> Array | None:
        """The whole picture halved `level` times at once (1 to 3, JPEG only), or None where that is no quicker."""
        if self._header.format != "jpeg" or not 1 <= level <= 3:
            return None
        wanted = (max(1, self.width >> level), max(1, self.height >> level))
        with self._open(check) as image:
            image.draft("L" if self.kind is PixelKind.GRAY8 else "RGB", wanted)
            if image.size != (-(-self.width >> level), -(-self.height >> level)):
                return None
            self._load(image)
            return _pixels(self._inked(image), self.kind)

    def _inked(self, image: Image.Image) -> Image.Image:
        """Inks become colours by the profile that says what they look like on paper."""
        made: Image.Image = managed_image(image, self._header.icc) if image.mode == "CMYK" else image
        return made

    def region(self, level: int, box: tuple[int, int, int, int], check: Check) -> Array | None:
        return None

    def native_levels(self) -> tuple[int, ...]:
        return ()

    # -- Pillow ------------------------------------------------------------------------------------------------------

    def _open(self, check: Check | None = None) -> Image.Image:
        tail = b"\xff\xd9" if self._header.format == "jpeg" and self._header.truncated else b""
        file = cast(IO[bytes], SourceFile(self._source, check, tail))
        with pillow_quiet():
            return Image.open(file, formats=(self._header.format,))

    def _load(self, image: Image.Image) -> None:
        """Decode; of a damaged file keep what came out. No use of Pillow's global LOAD_TRUNCATED_IMAGES: it would let
        other threads show half a picture without a word."""
        try:
            image.load()
        except (OSError, SyntaxError, ValueError, IndexError, EOFError) as error:
            core = getattr(image, "_im", None)
            if core is None or not _has_content(image):
                raise OSError(f"nothing of its pixels could be read ({error})") from error
            if _DAMAGED not in self.warnings and not self._header.truncated:
                self.warnings.append(_DAMAGED)


def _png_is_sound(data: bytes) -> bool:
    """Whether every chunk up to the end is there with the right checksum."""
    view, position = memoryview(data), 8
    while position + 12 <= len(data):
        length = int.from_bytes(data[position : position + 4], "big")
        end = position + 8 + length
        if zlib.crc32(view[position + 4 : end]) != int.from_bytes(data[end : end + 4], "big"):
            return False
        if data[position + 4 : position + 8] == b"IEND":
            return True
        position = end + 4
    return False


def _has_content(image: Image.Image) -> bool:
    """Whether any pixel was decoded before the fault: Pillow's canvas begins all zero."""
    cast("object", image).__dict__["tile"] = []  # nothing left to decode: load() now answers what is there
    try:
        return image.getbbox(alpha_only=False) is not None
    except (OSError, ValueError):
        return False


def _kind_of(image: Image.Image) -> PixelKind:
    if image.mode in ("I;16", "I;16B", "I;16L", "I", "F"):
        return PixelKind.GRAY16
    if image.mode in ("RGBA", "LA", "PA", "RGBa", "La") or "transparency" in image.info:
        return PixelKind.RGBA8
    return PixelKind.GRAY8 if image.mode in ("1", "L") else PixelKind.BGRA8


def _pixels(image: Image.Image, kind: PixelKind) -> Array:
    width, height = image.size
    match kind:
        case PixelKind.GRAY16:
            values: Array = np.clip(np.asarray(image), 0, 65535).astype(np.uint16)
            return values
        case PixelKind.GRAY8:
            return np.frombuffer(image.convert("L").tobytes(), np.uint8).reshape(height, width)
        case PixelKind.RGBA8:
            return np.frombuffer(image.convert("RGBA").tobytes(), np.uint8).reshape(height, width, 4)
        case _:
            return bgra(_rgb(image))


def _rgb(image: Image.Image) -> Array:
    made = image if image.mode == "RGB" else image.convert("RGB")
    return np.frombuffer(made.tobytes(), np.uint8).reshape(made.height, made.width, 3)
