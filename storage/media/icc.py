"""What an embedded colour profile says of itself: which colours it is about, and its name. No colour is converted here."""

from __future__ import annotations

import struct
import zlib

MAX_PROFILE = 8 << 20  # bytes; a larger one is no profile
_HEADER = 128


def space_of(profile: bytes) -> str:
    """ "RGB", "CMYK", "GRAY", "Lab" ...; "" where this is no profile."""
    if len(profile) < _HEADER + 4 or profile[36:40] != b"acsp":
        return ""
    return profile[16:20].decode("ascii", "replace").strip()


def name_of_profile(profile: bytes) -> str:
    """Its description: "Adobe RGB (1998)"."""
    try:
        (count,) = struct.unpack_from(">I", profile, _HEADER)
        for i in range(min(count, 100)):
            tag, offset, size = struct.unpack_from(">4sII", profile, _HEADER + 4 + 12 * i)
            if tag == b"desc":
                return _text(profile[offset : offset + size])[:100]
    except struct.error:
        pass
    return ""


def is_srgb(profile: bytes) -> bool:
    """By its name: the profile of nearly every picture that has one. Nothing is to be converted."""
    name = name_of_profile(profile).casefold()
    return space_of(profile) == "RGB" and (name.startswith("srgb") or name == "c2")


def inflated(data: bytes) -> bytes:
    """Of a PNG's compressed profile, as far as the bound lets it; "" where it is damaged."""
    try:
        return zlib.decompressobj().decompress(data, MAX_PROFILE)
    except zlib.error:
        return b""


def _text(data: bytes) -> str:
    if data[:4] == b"desc":
        (length,) = struct.unpack_from(">I", data, 8)
        return data[12 : 12 + length].split(b"\0")[0].decode("latin-1").strip()
    if data[:4] == b"mluc":
        (_, _, _, length, offset) = struct.unpack_from(">II4sII", data, 8)
        return data[offset : offset + length].decode("utf-16-be", "replace").strip("\0 ")
    return ""
