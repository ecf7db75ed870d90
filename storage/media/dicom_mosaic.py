"""Mosaics of Siemens scanners: one picture that holds all slices of a volume as tiles, taken apart into slices.

Only what the file says places a tile: its private header (CSA) tells how many there are and which way they follow each
other, Spacing Between Slices how far apart. The position of the picture is that of the whole sheet around the first slice's
centre (dcm2niix and nibabel undo it in the same way). What is not said is not guessed: such a mosaic stays a sheet.
"""

from __future__ import annotations

import math
import struct
from dataclasses import replace

import numpy as np

from storage.media.dicom_frames import FrameHead
from storage.media.dicom_index import PixelFormat
from storage.media.dicom_values import Values

#: Private blocks in which Siemens keeps its headers.
PRIVATE = tuple(
    tag
    for block in (0x10, 0x11, 0x12)
    for tag in (0x00190000 | block, 0x00290000 | block, 0x0019000A | block << 8, 0x00290010 | block << 8)
)
_SPACING_BETWEEN = 0x00180088
_MOST_TAGS = 1000
_MOST_TILES = 1024
_ALONG = 0.999  # cosine between the normal that the scanner says and that of the picture


class NotTakenApart(ValueError):
    """Why the tiles of a mosaic cannot honestly be called slices."""


def take_apart(values: Values, form: PixelFormat, frame: FrameHead) -> tuple[PixelFormat, list[FrameHead]]:
    """The format of a tile, and the slices of one picture by their number. Raises NotTakenApart."""
    told = _csa(values)
    count = _count(values, told)
    side = math.ceil(math.sqrt(count))
    if form.rows % side or form.columns % side:
        raise NotTakenApart(f"{form.columns} x {form.rows} pixels do not make {side} x {side} tiles")
    origin, across, down, step = _places(values, told, form, frame, side)
    rows, columns = form.rows // side, form.columns // side
    corner = origin + across * (form.columns - columns) / 2 + down * (form.rows - rows) / 2
    slices = []
    for n in range(count):
        x, y, z = (float(v) for v in corner + step * n)
        slices.append(replace(frame, position=(x, y, z), tile=n))
    return replace(form, rows=rows, columns=columns, tile=(form.rows, form.columns, 0)), slices


def _count(values: Values, told: dict[str, list[str]]) -> int:
    found = _number(told.get("NumberOfImagesInMosaic", []))
    if found is None:
        found = next(
            (values.short(tag) for tag in _of_creator(values, 0x0019, "SIEMENS MR HEADER", 0x0A) if tag in values), None
        )
    if found is None:
        raise NotTakenApart("the private header that says how many tiles there are is missing")
    if not 1 <= found <= _MOST_TILES:
        raise NotTakenApart(f"it announces {found:g} tiles")
    return int(found)


def _places(
    values: Values, told: dict[str, list[str]], form: PixelFormat, frame: FrameHead, side: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Where the sheet begins, the steps from column to column, from row to row and from slice to slice."""
    if frame.position is None or frame.orientation is None or frame.spacing is None:
        raise NotTakenApart("its position, orientation or pixel spacing is missing")
    if side > 1 and (between := values.decimal(_SPACING_BETWEEN)) is None:
        raise NotTakenApart("Spacing Between Slices is missing")
    if side > 1 and not 1e-3 < between < 1e3:  # type: ignore[operator]
        raise NotTakenApart(f"Spacing Between Slices is {between:g} mm")
    row, column = np.array(frame.orientation[:3]), np.array(frame.orientation[3:])
    normal = np.cross(row, column)
    along = [_number([text]) for text in told.get("SliceNormalVector", [])[:3]]
    if side > 1 and (len(along) < 3 or None in along):
        raise NotTakenApart("its private header does not say in which direction the slices follow each other")
    cosine = float(normal @ np.array(along, np.float64)) if side > 1 else 1.0
    if abs(cosine) < _ALONG:
        raise NotTakenApart("its private header and its orientation contradict each other")
    step = normal * math.copysign(between or 0.0, cosine) if side > 1 else normal
    return np.array(frame.position), row * frame.spacing[1], column * frame.spacing[0], step


# -- the private header ------------------------------------------------------------------------------------------------


def _of_creator(values: Values, group: int, creator: str, element: int) -> list[int]:
    """Tags of an element in the private blocks that this creator has reserved."""
    blocks = (tag & 0xFF for tag in PRIVATE if tag >> 16 == group and tag & 0xFFFF < 0x100)
    return [group << 16 | block << 8 | element for block in blocks if values.code(group << 16 | block).upper() == creator]


def _csa(values: Values) -> dict[str, list[str]]:
    """The elements of Siemens' image header; empty where there is none that can be read."""
    for tag in _of_creator(values, 0x0029, "SIEMENS CSA HEADER", 0x10):
        try:
            return read_csa(values.raw(tag))
        except (struct.error, ValueError):
            continue
    return {}


def read_csa(data: bytes) -> dict[str, list[str]]:
    """Names and values of a CSA header of either kind. Raises ValueError or struct.error where it is damaged."""
    newer = data[:4] == b"SV10"
    at = 8 if newer else 0
    (count,) = struct.unpack_from("<I", data, at)
    if not 0 < count <= _MOST_TAGS:
        raise ValueError("no CSA header")
    at += 8
    found: dict[str, list[str]] = {}
    first_items = 0  # the older kind counts the lengths of items from the number of those of the first element that has some
    for _ in range(count):
        name, multiplicity, _, _, items = struct.unpack_from("<64si4sii", data, at)
        at += 84
        if not 0 <= items <= _MOST_TAGS:
            raise ValueError("a damaged CSA header")
        first_items = first_items or items
        texts = []
        for _ in range(items):
            lengths = struct.unpack_from("<4i", data, at)
            at += 16
            length = lengths[1] if newer else lengths[0] - first_items
            if length < 0 or at + length > len(data):
                raise ValueError("a damaged CSA header")
            texts.append(_text(data[at : at + length]))
            at += (length + 3) // 4 * 4
        kept = [text for text in texts if text][: multiplicity or None]
        found[_text(name)] = kept
    return found


def _text(raw: bytes) -> str:
    return raw.split(b"\0", 1)[0].decode("latin-1").strip()


def _number(texts: list[str]) -> float | None:
    try:
        found = float(texts[0]) if texts else math.nan
    except ValueError:
        return None
    return found if math.isfinite(found) else None
