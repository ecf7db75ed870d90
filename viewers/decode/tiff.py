"""Pages of a TIFF file, segment by segment (tiles or strips) through tifffile and imagecodecs.

Where the pages are and which are reduced copies was found by `storage.media.tiff`. Regions of a tiled page cost its tiles;
strips without compression are read by rows. A segment that is missing or damaged stays blank and is told as a warning.
"""

from __future__ import annotations

import logging
from collections import OrderedDict
from collections.abc import Iterable, Iterator
from typing import Any, Literal

import numpy as np

from storage.media.icc import space_of
from storage.media.images import ImageHeader
from storage.media.source import ByteSource
from viewers.decode.arrays import Array, cmyk_to_rgb, shape_of
from viewers.decode.color import to_srgb, usable
from viewers.decode.faults import Check, SourceFile
from viewers.decode.request import PixelKind, Region
from viewers.decode.tiff_pixels import Convert, Layout, plan

# What tifffile logs of odd files is told to the person in our own words.
logging.getLogger("tifffile").setLevel(logging.CRITICAL)

_ROWS_BYTES = 4 << 20  # an uncompressed strip is read in pieces of this size
_MOST_SAMPLES = 512  # channels of a pixel; a header that claims more is damaged
_TILES_KEPT = 64 << 20  # bytes of decoded tiles kept per page
_BLANK = "Some parts are missing or damaged and are shown blank."


class TiffPages:
    def __init__(self, source: ByteSource, header: ImageHeader) -> None:
        import tifffile

        self._source = source
        self._header = header
        self._file = SourceFile(source)
        self._tiff: Any = tifffile.TiffFile(self._file)

    def page(self, number: int) -> TiffPage:
        header = self._header.pages[number]
        warnings = list(self._header.warnings)
        page = TiffPage(self._segments(header.offset), header.orientation, warnings, _inks(self._header.icc, warnings))
        page.smaller = {
            level: offset for width, _, offset in header.levels if (level := _level(header.width, width)) is not None
        }
        page.open_smaller = self._segments
        return page

    def _segments(self, offset: int) -> Segments:
        import tifffile

        self._tiff.filehandle.seek(offset)
        return Segments(tifffile.TiffPage(self._tiff, index=0), self._tiff.filehandle)

    def close(self) -> None:
        self._tiff.close()


def _inks(profile: bytes, warnings: list[str]) -> Convert:
    """How CMYK becomes RGB: by the profile, else each ink takes away its share."""
    if space_of(profile) != "CMYK":
        return cmyk_to_rgb
    made, mode, warning = usable(profile, 4)
    if warning:
        warnings.append(warning)
    return cmyk_to_rgb if made is None else lambda a: to_srgb(a[..., :4], made, mode)


def _level(width: int, small: int) -> int | None:
    for level in range(1, 12):
        if abs(small - width / (1 << level)) <= 1:
            return level
    return None


class Segments:
    """The raw samples of one image directory in blocks: tiles, strips, or rows of an uncompressed strip."""

    def __init__(self, page: Any, file: Any) -> None:
        self.page = page
        self._file = file
        self.width, self.height = int(page.imagewidth), int(page.imagelength)
        if page.dtype is None or self.width < 1 or self.height < 1:
            raise ValueError("a kind of TIFF page that is not supported")
        self.samples = int(page.samplesperpixel)
        if self.samples > _MOST_SAMPLES:
            raise ValueError(f"{self.samples} channels per pixel, more than {_MOST_SAMPLES}")
        self.dtype = np.dtype(np.uint8 if page.dtype == bool else page.dtype)
        self.planar = int(page.planarconfig or 1) == 2 and self.samples > 1
        self.tiled = bool(page.is_tiled)
        self.block_width = int(page.tilewidth) if self.tiled else self.width
        stored = int(page.tilelength) if self.tiled else min(int(page.rowsperstrip or self.height), self.height)
        self._strip_rows = max(1, stored)
        self._by_rows = (
            not self.tiled and not self.planar and int(page.compression) == 1 and int(page.predictor or 1) == 1
            and int(page.fillorder or 1) == 1 and int(page.bitspersample) == self.dtype.itemsize * 8
            and int(page.photometric) != 6
        )  # fmt: skip
        row_bytes = self.width * self.samples * self.dtype.itemsize
        self.block_height = min(self.height, max(1, _ROWS_BYTES // row_bytes)) if self._by_rows else self._strip_rows
        self._row_bytes = row_bytes
        self.columns = -(-self.width // self.block_width)
        self.rows = -(-self.height // self.block_height)
        self.blank = False  # a segment could not be read

    def box(self, column: int, row: int) -> Region:
        x, y = column * self.block_width, row * self.block_height
        return x, y, min(self.block_width, self.width - x), min(self.block_height, self.height - y)

    def read(self, column: int, row: int) -> Array:
        """(h, w, samples) of one block, zero where nothing can be read."""
        _, y, w, h = self.box(column, row)
        if self._by_rows:
            return self._read_rows(y, h)
        per_plane = self.columns * self.rows
        planes = range(self.samples) if self.planar else (0,)
        parts = [self._decode(plane * per_plane + row * self.columns + column, w, h) for plane in planes]
        return parts[0] if len(parts) == 1 else np.concatenate(parts, axis=-1)

    def _read_rows(self, y: int, h: int) -> Array:
        out = np.zeros((h, self.width, self.samples), self.dtype)
        order: Literal["<", ">"] = ">" if self.page.parent.byteorder == ">" else "<"
        done = 0
        while done < h:
            strip, first = divmod(y + done, self._strip_rows)
            rows = min(h - done, self._strip_rows - first)
            offset, length = self._place(strip)
            wanted = min(rows * self._row_bytes, max(0, length - first * self._row_bytes))
            data = self._read(offset + first * self._row_bytes, wanted) if offset else b""
            whole = len(data) // self._row_bytes
            self.blank = self.blank or whole < rows
            if whole:
                values = np.frombuffer(data[: whole * self._row_bytes], self.dtype.newbyteorder(order))
                out[done : done + whole] = values.reshape(whole, self.width, self.samples)
            done += rows
        return out

    def _decode(self, index: int, w: int, h: int) -> Array:
        samples = 1 if self.planar else self.samples
        offset, length = self._place(index)
        out = np.zeros((h, w, samples), self.dtype)
        if not offset or not length:
            self.blank = True
            return out
        try:
            decoded = self.page.decode(
                self._read(offset, length), index, jpegtables=self.page.jpegtables, jpegheader=self.page.jpegheader
            )[0]
        except NotImplementedError:
            raise
        except Exception:  # one damaged segment must not hide the others
            decoded = None
        if decoded is None:
            self.blank = True
            return out
        part = decoded[0][:h, :w, :samples]
        out[: part.shape[0], : part.shape[1], : part.shape[2]] = part
        return out

    def _place(self, index: int) -> tuple[int, int]:
        offsets, counts = self.page.dataoffsets, self.page.databytecounts
        return (int(offsets[index]), int(counts[index])) if index < min(len(offsets), len(counts)) else (0, 0)

    def _read(self, offset: int, length: int) -> bytes:
        self._file.seek(offset)
        data: bytes = self._file.read(length)
        return data

    def sample(self) -> Iterable[Array]:
        """Up to 64 blocks spread over the page."""
        total = self.columns * self.rows
        for i in sorted({n * total // 64 for n in range(64)}) if total > 64 else range(total):
            yield self.read(i % self.columns, i // self.columns)

    def layout(self) -> Layout:
        page = self.page
        palette = page.colormap if page.photometric == 3 else None
        photometric = int(page.photometric) if page.photometric is not None else 1
        if photometric == 6 and int(page.compression) in (6, 7, 33003, 33004, 33005, 34712):
            photometric = 2  # the codec gives RGB
        extra = tuple(int(e) for e in page.extrasamples or ())
        bits = page.bitspersample
        return Layout(
            photometric, self.samples, int(max(bits) if isinstance(bits, tuple) else bits), self.dtype, extra, palette
        )


class TiffPage:
    """See `frame.Page`."""

    def __init__(self, segments: Segments, orientation: int, warnings: list[str], inks: Convert = cmyk_to_rgb) -> None:
        self._segments = segments
        self._inks = inks
        self.width, self.height = segments.width, segments.height
        self.orientation = orientation
        self._layout = segments.layout()
        self.bits, self.channels = self._layout.bits, self._layout.samples
        self.kind: PixelKind
        self._convert: Convert
        self.kind, self._convert, told = plan(self._layout, segments.sample, inks)
        self.warnings = [*warnings, *told]
        self.direct = segments.tiled
        self.smaller: dict[int, int] = {}  # level -> offset of its directory
        self.open_smaller: Any = None
        self._opened: dict[int, tuple[Segments, Convert]] = {}
        self._kept: OrderedDict[tuple[int, int, int], Array] = OrderedDict()
        self._kept_bytes = 0

    def native_levels(self) -> tuple[int, ...]:
        return tuple(self.smaller)

    def quick(self, level: int, check: Check) -> Array | None:
        """A level that the file holds, whole."""
        if level not in self.smaller:
            return None
        segments, _ = self._level(level)
        wanted = (-(-self.width >> level), -(-self.height >> level))
        if (segments.width, segments.height) != wanted:
            return None
        return self.region(level, (0, 0, self.width, self.height), check)

    def decode_into(self, stored: Array, check: Check) -> Iterator[None]:
        segments = self._segments
        for row in range(segments.rows):
            for column in range(segments.columns):
                check()
                x, y, w, h = segments.box(column, row)
                stored[y : y + h, x : x + w] = self._convert(segments.read(column, row))
                yield
        self._tell_blank(segments)

    def region(self, level: int, box: Region, check: Check) -> Array | None:
        """`box` in full-size stored pixels, from the blocks of one level."""
        segments, convert = self._level(level)
        left, top = box[0] >> level, box[1] >> level
        width, height = -(-box[2] >> level), -(-box[3] >> level)
        out = np.zeros(shape_of(self.kind, width, height), np.uint16 if self.kind is PixelKind.GRAY16 else np.uint8)
        bw, bh = segments.block_width, segments.block_height
        for row in range(top // bh, min(segments.rows, -(-(top + height) // bh))):
            for column in range(left // bw, min(segments.columns, -(-(left + width) // bw))):
                check()
                block = self._block(level, segments, convert, column, row)
                x, y = column * bw, row * bh
                x0, y0 = max(x, left), max(y, top)
                x1, y1 = min(x + block.shape[1], left + width), min(y + block.shape[0], top + height)
                out[y0 - top : y1 - top, x0 - left : x1 - left] = block[y0 - y : y1 - y, x0 - x : x1 - x]
        inside_w, inside_h = segments.width - left, segments.height - top
        if 0 < inside_w < width:  # some writers round the sizes of levels down: the last column stands for the missing one
            out[:, inside_w:] = out[:, inside_w - 1 : inside_w]
        if 0 < inside_h < height:
            out[inside_h:] = out[inside_h - 1 : inside_h]
        self._tell_blank(segments)
        return out

    def _block(self, level: int, segments: Segments, convert: Convert, column: int, row: int) -> Array:
        key = (level, column, row)
        if key in self._kept:
            self._kept.move_to_end(key)
            return self._kept[key]
        block = convert(segments.read(column, row))
        self._kept[key] = block
        self._kept_bytes += block.nbytes
        while self._kept_bytes > _TILES_KEPT and len(self._kept) > 1:
            self._kept_bytes -= self._kept.popitem(last=False)[1].nbytes
        return block

    def _level(self, level: int) -> tuple[Segments, Convert]:
        if level == 0:
            return self._segments, self._convert
        if level not in self._opened:
            segments: Segments = self.open_smaller(self.smaller[level])
            layout = segments.layout()
            convert = self._convert
            if layout != self._layout or layout.palette is not None:  # a palette or another depth: it must still look the same
                kind, convert, _ = plan(layout, segments.sample, self._inks)
                if kind is not self.kind:
                    raise ValueError("its reduced pictures are of another kind")
            self._opened[level] = (segments, convert)
        return self._opened[level]

    def _tell_blank(self, segments: Segments) -> None:
        if segments.blank and _BLANK not in self.warnings:
            self.warnings.append(_BLANK)
