"""Headers of JPEG, PNG, GIF, WebP, BMP and AVIF files. Each reader takes a `Reader` and may raise `Broken`."""

from __future__ import annotations

import io
import struct
from typing import Any

from storage.media.icc import MAX_PROFILE, inflated
from storage.media.images import Broken, ImageHeader, Reader, exif_orientation

_TRUNCATED = "The file ends too early: what could be read is shown, the rest is blank."
_ANIMATION = "An animation: the first picture of it is shown."
_MOST_BLOCKS = 8192  # of at most 255 bytes
_START_OF_FRAME = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_NO_LENGTH = frozenset((0x01, *range(0xD0, 0xD8)))


def read_jpeg(reader: Reader) -> ImageHeader:
    position, orientation = 2, 1
    frame: tuple[int, int, int, int, int] | None = None  # marker, bits, height, width, components
    profile: dict[int, bytes] = {}  # by its number
    for _ in range(20_000):
        marker, position = _next_marker(reader, position)
        if marker in _NO_LENGTH:
            continue
        if marker in (0xDA, 0xD9):
            break
        (length,) = struct.unpack(">H", reader.need(position, 2))
        if marker in _START_OF_FRAME:
            frame = (marker, *struct.unpack(">BHHB", reader.need(position + 2, 6)))
        elif marker == 0xE1 and orientation == 1 and reader.at(position + 2, 6) == b"Exif\0\0":
            orientation = exif_orientation(reader.at(position + 2, length - 2))
        elif marker == 0xE2 and length > 16 and reader.at(position + 2, 12) == b"ICC_PROFILE\0":
            profile.setdefault(reader.at(position + 14, 1)[0], reader.at(position + 16, length - 16))
        position += max(length, 2)
    if frame is None:
        raise Broken("holds no JPEG picture: the header ends before the frame begins")
    marker, bits, height, width, channels = frame
    if marker in (0xC3, 0xC5, 0xC6, 0xC7, 0xCB, 0xCD, 0xCE, 0xCF) or bits != 8:
        raise Broken(f"is a {bits}-bit or lossless JPEG, a variant that Postil cannot decode", "Convert it to PNG or TIFF.")
    if channels not in (1, 3, 4):
        raise Broken(f"claims {channels} colour components, which no JPEG picture has")
    truncated = not _jpeg_is_whole(reader, position)
    return ImageHeader(
        "jpeg", width, height, orientation, bits, channels, truncated,
        facts={"progressive": marker in (0xC2, 0xCA)},
        warnings=(_TRUNCATED,) if truncated else (),
        icc=b"".join(profile[n] for n in sorted(profile)),
    )  # fmt: skip


def _next_marker(reader: Reader, position: int) -> tuple[int, int]:
    """The next marker and the place after it; bytes between segments (some cameras pad) are passed over."""
    for _ in range(1 << 16):
        byte = reader.need(position, 1)[0]
        position += 1
        if byte != 0xFF:
            continue
        while (byte := reader.need(position, 1)[0]) == 0xFF:
            position += 1
        if byte:
            return byte, position + 1
    raise Broken("holds no JPEG picture: no segment follows the first bytes")


def _jpeg_is_whole(reader: Reader, scan: int) -> bool:
    """Whether an end marker follows the scan. Phones append videos after it, so the tail alone does not tell."""
    if b"\xff\xd9" in reader.source.read_at(max(scan, reader.size - 64), 64):
        return True
    position, carry = scan, b""
    while position < reader.size:
        block = reader.source.read_at(position, 1 << 22)
        if not block:
            return False
        if b"\xff\xd9" in carry + block:
            return True
        carry, position = block[-1:], position + len(block)
    return False


_PNG_CHANNELS = {0: 1, 2: 3, 3: 3, 4: 2, 6: 4}


def read_png(reader: Reader) -> ImageHeader:
    length, name = struct.unpack(">I4s", reader.need(8, 8))
    if name != b"IHDR" or length != 13:
        raise Broken("is a PNG file without a header")
    width, height, bits, colour, *_ = struct.unpack(">IIBBBBB", reader.need(16, 13))
    if colour not in _PNG_CHANNELS or bits not in (1, 2, 4, 8, 16):
        raise Broken("claims a colour type that no PNG picture has")
    position, orientation, transparent, pixels, ended = 33, 1, colour in (4, 6), False, False
    icc, srgb = b"", False
    for _ in range(1_000_000):
        head = reader.at(position, 8)
        if len(head) < 8:
            break
        length, name = struct.unpack(">I4s", head)
        if name == b"IEND":
            ended = True
            break
        if name == b"IDAT":
            pixels = pixels or length > 0
        elif name == b"eXIf" and length < 1 << 20:
            orientation = exif_orientation(reader.at(position + 8, length))
        elif name == b"tRNS":
            transparent = True
        elif name == b"sRGB":
            srgb = True
        elif name == b"iCCP" and length < MAX_PROFILE:
            _, _, packed = reader.at(position + 8, length).partition(b"\0")
            icc = inflated(packed[1:])
        position += length + 12
    if not pixels:
        raise Broken("ends before its picture begins", "Copy it again from where it came.")
    warnings = [] if ended else [_TRUNCATED]
    channels = _PNG_CHANNELS[colour]
    if bits == 16 and (channels > 1 or transparent):
        warnings.append("16 bits per colour are shown as 8.")
    facts: dict[str, Any] = {"palette": colour == 3, "transparent": transparent}
    return ImageHeader("png", width, height, orientation, bits, channels, not ended, facts=facts, warnings=tuple(warnings),
                       icc=b"" if srgb else icc)  # fmt: skip


def read_gif(reader: Reader) -> ImageHeader:
    width, height, flags = struct.unpack("<HHB", reader.need(6, 5))
    position = 13 + (3 << ((flags & 7) + 1) if flags & 0x80 else 0)
    for _ in range(10_000):
        kind = reader.need(position, 1)
        if kind == b"\x2c":
            left, top, w, h = struct.unpack("<4H", reader.need(position + 1, 8))
            # Pillow enlarges the screen to hold a first frame that overhangs it.
            truncated = not reader.source.read_at(max(0, reader.size - 64), 64).rstrip(b"\0").endswith(b";")
            moves = _another_picture_follows(reader, position)
            warnings = (*((_TRUNCATED,) if truncated else ()), *((_ANIMATION,) if moves else ()))
            return ImageHeader("gif", max(width, left + w), max(height, top + h), 1, 8, 3, truncated, warnings=warnings)
        if kind != b"\x21":
            break
        position += 2
        while size := reader.need(position, 1)[0]:
            position += size + 1
        position += 1
    raise Broken("ends before its first picture begins", "Copy it again from where it came.")


def _another_picture_follows(reader: Reader, position: int) -> bool:
    """After the picture of a GIF that begins there."""
    flags = reader.at(position + 9, 1)
    table = 3 << ((flags[0] & 7) + 1) if flags and flags[0] & 0x80 else 0
    position = _after_blocks(reader, position + 11 + table)
    for _ in range(100):
        if reader.at(position, 1) != b"\x21":
            break
        position = _after_blocks(reader, position + 2)
    return reader.at(position, 1) == b"\x2c"


def _after_blocks(reader: Reader, position: int) -> int:
    """Where the parts of a GIF's picture or extension end; -1 where there are too many to walk through."""
    for _ in range(_MOST_BLOCKS):
        size = reader.at(position, 1)
        position += 1 + (size[0] if size else 0)
        if not size or not size[0]:
            return position
    return -1


def read_webp(reader: Reader) -> ImageHeader:
    (riff,) = struct.unpack("<I", reader.need(4, 4))
    if riff + 8 > reader.size + 1:  # the pad byte of the last chunk is sometimes missing
        raise Broken("is a WebP file that ends too early; nothing of it can be shown", "Copy it again from where it came.")
    position, size, alpha, orientation, animated = 12, None, False, 1, False
    icc = b""
    for _ in range(100_000):
        head = reader.at(position, 8)
        if len(head) < 8:
            break
        name, length = struct.unpack("<4sI", head)
        body = reader.at(position + 8, min(length, 16))
        if name == b"VP8X" and len(body) >= 10:
            size = (int.from_bytes(body[4:7], "little") + 1, int.from_bytes(body[7:10], "little") + 1)
            alpha, animated = bool(body[0] & 0x10), bool(body[0] & 2)
        elif name == b"VP8 " and size is None and body[3:6] == b"\x9d\x01\x2a":
            size = (int.from_bytes(body[6:8], "little") & 0x3FFF, int.from_bytes(body[8:10], "little") & 0x3FFF)
        elif name == b"VP8L" and size is None and body[:1] == b"\x2f":
            packed = int.from_bytes(body[1:5], "little")
            size, alpha = ((packed & 0x3FFF) + 1, (packed >> 14 & 0x3FFF) + 1), bool(packed >> 28 & 1)
        elif name == b"ICCP" and length < MAX_PROFILE:
            icc = reader.at(position + 8, length)
        elif name == b"EXIF" and length < 1 << 20:
            orientation = exif_orientation(reader.at(position + 8, length))
        position += 8 + length + (length & 1)
    if size is None:
        raise Broken("is a WebP file without a picture")
    warnings = (_ANIMATION,) if animated else ()
    return ImageHeader("webp", *size, orientation, 8, 4 if alpha else 3, facts={"transparent": alpha}, warnings=warnings,
                       icc=icc)  # fmt: skip


def read_bmp(reader: Reader) -> ImageHeader:
    offset, header = struct.unpack("<II", reader.need(10, 8))
    if header == 12:
        width, height, _, bits = struct.unpack("<HHHH", reader.need(18, 8))
        compression = 0
    else:
        width, height, _, bits, compression = struct.unpack("<iiHHI", reader.need(18, 16))
    if bits not in (1, 2, 4, 8, 16, 24, 32):
        raise Broken(f"claims {bits} bits per pixel, which no BMP picture has")
    height = abs(height)
    expected = offset + (width * bits + 31) // 32 * 4 * height
    truncated = compression in (0, 3, 6) and reader.size < expected
    if truncated and reader.size <= offset:
        raise Broken("ends before its picture begins", "Copy it again from where it came.")
    channels = 4 if bits == 32 else 3
    return ImageHeader("bmp", width, height, 1, 8, channels, truncated, warnings=(_TRUNCATED,) if truncated else ())


def read_avif(reader: Reader) -> ImageHeader:
    """By Pillow, whose decoder parses the boxes without decoding; rotation and mirroring come as an EXIF orientation."""
    from PIL import Image

    from storage.media.quiet import pillow_quiet

    if reader.size > 1 << 31:
        raise Broken("is an AVIF file of more than 2 GB, which Postil does not open")
    data = reader.source.read_at(0, reader.size)
    _check_avif_boxes(data)
    try:
        with pillow_quiet(), Image.open(io.BytesIO(data), formats=("AVIF",)) as image:
            orientation = exif_orientation(image.info.get("exif") or b"")
            alpha = image.mode == "RGBA"
            animated = getattr(image, "is_animated", False)
            size = image.size
            icc = image.info.get("icc_profile") or b""
    except Exception as error:
        raise Broken("is an AVIF file with a damaged header") from error
    warnings = (_ANIMATION,) if animated else ()
    return ImageHeader("avif", *size, orientation, 8, 4 if alpha else 3, facts={"transparent": alpha}, warnings=warnings,
                       icc=icc if len(icc) <= MAX_PROFILE else b"")  # fmt: skip


def _check_avif_boxes(data: bytes) -> None:
    position = 0
    while position + 8 <= len(data):
        (length,) = struct.unpack_from(">I", data, position)
        if length == 0:
            return
        if length == 1:
            (length,) = struct.unpack(">Q", data[position + 8 : position + 16].rjust(8, b"\0"))
        if length < 8:
            raise Broken("is an AVIF file with a damaged header")
        position += length
    if position > len(data):
        raise Broken("is an AVIF file that ends too early; nothing of it can be shown", "Copy it again from where it came.")
