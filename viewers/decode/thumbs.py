"""Small pictures for lists: upright, opaque, as JPEG bytes. Each kind has a bound on what it may read or how long it takes."""

from __future__ import annotations

import io
from collections.abc import Mapping
from pathlib import Path
from typing import IO, Any, cast

import numpy as np
from PIL import Image

from storage.media import slides
from storage.media.containers import ATTACHED_PICTURE, open_container
from storage.media.images import ImageHeader, read_header
from storage.media.kinds import HEAD, TEXT_MIMES, kind_of, volume_of
from storage.media.quiet import pillow_quiet
from storage.media.source import ByteSource, FileSource
from storage.model.items import Kind
from viewers.decode.arrays import Array
from viewers.decode.color import managed_image
from viewers.decode.faults import SourceFile, decoding
from viewers.decode.images import ImageDecoder, open_image
from viewers.decode.request import Decoder, PixelKind, Request, to_rgb

_QUALITY = 82
_PAGE_S = 5.0  # for the first page of a document
_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


def render(path: Path, size: int) -> bytes:
    """A JPEG of at most `size` pixels a side. BadInput when nothing of the file can be shown."""
    return render_source(FileSource(path), size)


def render_source(source: ByteSource, size: int) -> bytes:
    path = source.path or Path()
    head = source.read_at(0, HEAD)
    kind = kind_of(head, path)
    if kind is None and (volume := volume_of(head, path)):
        return render_volume(source, "dicom_series" if "DICOM" in volume else "nifti", {}, size)
    if kind in (None, Kind.IMAGE):
        return _of_picture(source, size)
    with decoding(source):
        return _jpeg(_shrunk(_of_other(source, size, kind), size))


def render_volume(source: ByteSource, item_kind: str, facts: Mapping[str, Any], size: int) -> bytes:
    """The middle slice of a series or NIfTI file, as it lies in the patient; `facts` as for `open_media`."""
    from viewers.decode.slices import SliceDecoder, open_frames, upright
    from viewers.decode.volume import DicomFrames

    decoder = SliceDecoder(open_frames(source, item_kind, facts))
    try:
        volume = decoder.volume
        shown = upright(decoder.shown(volume.slices // 2), volume.geometry)
        image = Image.fromarray(shown).convert("RGB")
        if volume.geometry is not None:
            image = _squared(image, volume.geometry.spacing_row_mm / volume.geometry.spacing_col_mm)
        elif isinstance(volume, DicomFrames):
            image = _squared(image, volume.aspect[0] / volume.aspect[1])
        return _jpeg(_shrunk(image, size))
    finally:
        decoder.close()


def _squared(image: Image.Image, height: float) -> Image.Image:
    """With pixels as high as they are wide, so that what is round stays round."""
    if abs(height - 1) < 0.01 or not 0.01 < height < 100:
        return image
    width, rows = image.size
    wanted = (width, max(1, round(rows * height))) if height > 1 else (max(1, round(width / height)), rows)
    return image.resize(wanted, Image.Resampling.BILINEAR)


def _of_other(source: ByteSource, size: int, kind: Kind | None) -> Image.Image:
    match kind:
        case Kind.VIDEO if _moves(source):
            from viewers.decode.video_thumb import key_picture

            return Image.fromarray(key_picture(source, size))
        case Kind.VIDEO | Kind.AUDIO:
            from viewers.decode.thumb_sound import waveform

            return waveform(source, size)
        case Kind.PDF:
            return _of_page(source, size)
        case _:
            from viewers.decode.thumb_text import sheet

            html = source.path is not None and TEXT_MIMES.get(source.path.suffix.lower()) == "text/html"
            return sheet(source, size, html=html)


def _of_picture(source: ByteSource, size: int) -> bytes:
    if slides.vendor(source):
        with decoding(source):
            return _jpeg(_decoded(open_image(source, {}, cache_dir=None), size))
    header = read_header(source)
    with decoding(source):
        if header.format == "jpeg" and header.channels in (1, 3) and not header.truncated:
            image = _drafted(source, header, size)
            if image is not None:
                return _jpeg(image)
        return _jpeg(_decoded(ImageDecoder(source, header, None), size))


def _moves(source: ByteSource) -> bool:
    """MP4, Matroska and Ogg may hold sound only."""
    with open_container(source) as container:
        return any(not int(s.disposition) & ATTACHED_PICTURE for s in container.streams.video)


def _of_page(source: ByteSource, size: int) -> Image.Image:
    """The first page, rendered just large enough."""
    from viewers.decode.pages import FINEST, PageDecoder

    decoder = PageDecoder(source, seconds=_PAGE_S)
    try:
        longest = max(decoder.size(0))
        level = 0
        while longest / 2 ** (level + 1) >= size:
            level += 1
        while longest / 2**level < size and level > FINEST:
            level -= 1
        return Image.fromarray(to_rgb(decoder.read(Request(level=level))))
    finally:
        decoder.close()


def _drafted(source: ByteSource, header: ImageHeader, size: int) -> Image.Image | None:
    """libjpeg scales while it decodes: ten times as fast as decoding whole. None: only the slow way may still work."""
    file: IO[bytes] = source.path.open("rb") if source.path else cast(IO[bytes], SourceFile(source))
    try:
        with pillow_quiet():
            image = Image.open(file, formats=("JPEG",))
        image.draft("L" if header.channels == 1 else "RGB", _inside(image.size, size))
        image.load()
    except (OSError, SyntaxError):
        return None
    finally:
        file.close()
    small: Image.Image = managed_image(_shrunk(image, size), header.icc)
    return small.transpose(_TURNS[header.orientation]) if header.orientation in _TURNS else small


def _decoded(decoder: Decoder, size: int) -> Image.Image:
    """Through the decoder that the viewer uses, at the level just above the size wanted."""
    try:
        facts = decoder.facts()
        level = 0
        while level < facts.levels and max(facts.width, facts.height) >> (level + 1) >= size:
            level += 1
        picture = decoder.read(Request(level=level))
        match picture.kind:
            case PixelKind.GRAY16:
                return Image.fromarray(_windowed(_shrunk_array(picture.array, size)))
            case PixelKind.RGBA8:
                return _over_checker(_shrunk(Image.fromarray(picture.array), size))
            case PixelKind.GRAY8:
                return _shrunk(Image.fromarray(picture.array), size)
            case _:
                return _shrunk(Image.fromarray(to_rgb(picture)), size)
    finally:
        decoder.close()


def _inside(size: tuple[int, int], limit: int) -> tuple[int, int]:
    width, height = size
    scale = min(1.0, limit / max(width, height))
    return max(1, round(width * scale)), max(1, round(height * scale))


def _shrunk(image: Image.Image, limit: int) -> Image.Image:
    wanted = _inside(image.size, limit)
    if wanted == image.size:
        return image
    return image.resize(wanted, Image.Resampling.BICUBIC, reducing_gap=2.0)


def _shrunk_array(a: Array, limit: int) -> Array:
    import cv2

    wanted = _inside((a.shape[1], a.shape[0]), limit)
    return np.asarray(cv2.resize(np.ascontiguousarray(a), wanted, interpolation=cv2.INTER_AREA))


def _windowed(a: Array) -> Array:
    """16 bits to 8 between the half-percent ends, so that 12-bit data is not black and one hot pixel not everything."""
    low, high = (float(v) for v in np.percentile(a, (0.5, 99.5)))
    if high <= low:
        low, high = float(a.min()), float(a.max())
    scale = 255.0 / (high - low) if high > low else 0.0
    scaled: Array = (np.clip((a.astype(np.float32) - low) * scale, 0, 255) + 0.5).astype(np.uint8)
    return scaled


def _over_checker(image: Image.Image) -> Image.Image:
    """Transparency over two light greys in squares of 8 pixels."""
    width, height = image.size
    squares = (np.add.outer(np.arange(height) // 8, np.arange(width) // 8) & 1).astype(np.uint8)
    ground = Image.fromarray(np.uint8(204) + squares * np.uint8(32)).convert("RGB")
    ground.paste(image, mask=image.getchannel("A"))
    return ground


def _jpeg(image: Image.Image) -> bytes:
    out = io.BytesIO()
    image.save(out, "JPEG", quality=_QUALITY)
    return out.getvalue()
