"""Odd DICOM files by pydicom, which knows many bad habits of writers; the same elements as the walk finds."""

from __future__ import annotations

import struct
from pathlib import Path
from typing import Any

from storage.media.dicom_quiet import pydicom_quiet
from storage.media.dicom_tags import EXPLICIT, IMPLICIT, PIXEL_TAGS, Elements, Found, Malformed, Wanted

_BIG = 1 << 16  # bytes from which pydicom leaves a value in the file
_LARGEST = 1 << 26  # a file of more that cannot be walked through is not read whole


def find_by_pydicom(path: Path, size: int, wanted: Wanted) -> Found:
    """Raises Malformed when pydicom cannot make sense of it either."""
    import pydicom
    from pydicom.errors import InvalidDicomError

    if size > _LARGEST:
        raise Malformed("it is damaged, and too long to be searched for what is left")
    with pydicom_quiet():
        try:
            dataset = pydicom.dcmread(path, defer_size=_BIG)
            return _found(dataset, size, wanted)
        except InvalidDicomError as error:
            raise Malformed("it has no DICOM head") from error
        except Malformed:
            raise
        except Exception as error:  # pydicom raises whatever its depths raise
            raise Malformed(f"it is damaged ({type(error).__name__})") from error


def _found(dataset: Any, size: int, wanted: Wanted) -> Found:
    implicit, little = dataset.original_encoding
    meta: Elements = {}
    for tag in (0x00020002, 0x00020010):
        if tag in dataset.file_meta:
            meta[tag] = str(dataset.file_meta[tag].value).encode()
    syntax = meta.get(0x00020010, b"").decode() or (IMPLICIT if implicit else EXPLICIT)
    found = Found(_elements(dataset, wanted, little), meta, syntax, bool(little), not implicit)
    for tag, number in PIXEL_TAGS.items():
        if tag in dataset:
            element = dataset.get_item(tag)
            offset, length = getattr(element, "value_tell", None), getattr(element, "length", None)
            if offset is None or length is None or offset >= size:
                raise Malformed("its pixels cannot be found")
            found.pixel_offset, found.pixel_length, found.pixel_number = int(offset), int(length), number
    found.overlays = any(e.tag.group & 0xFF01 == 0x6000 and e.tag.element == 0x3000 for e in dataset.values())
    return found


def _elements(dataset: Any, wanted: Wanted, little: bool) -> Elements:
    elements: Elements = {}
    for tag, inner in wanted.items():
        if tag not in dataset:
            continue
        if inner is not None:
            sequence = dataset[tag].value
            if hasattr(sequence, "__iter__") and not isinstance(sequence, (bytes, str)):
                elements[tag] = [_elements(item, inner, little) for item in sequence if hasattr(item, "get_item")]
            continue
        raw = getattr(dataset.get_item(tag), "value", None)
        elements[tag] = raw if isinstance(raw, bytes) else _bytes(raw, dataset[tag].VR, little)
    return elements


def _bytes(value: Any, vr: str, little: bool) -> bytes:
    """As the file would hold it."""
    values = list(value) if isinstance(value, (list, tuple)) or type(value).__name__ == "MultiValue" else [value]
    kind = {"US": "H", "SS": "h", "UL": "I", "SL": "i", "FD": "d", "FL": "f", "OV": "Q", "UV": "Q"}.get(vr)
    if value is None:
        return b""
    if kind is not None:
        try:
            return struct.pack(f"{'<' if little else '>'}{len(values)}{kind}", *values)
        except struct.error:
            return b""
    return "\\".join(str(v) for v in values).encode("utf-8", "replace")
