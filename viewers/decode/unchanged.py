"""Linked files that were written to since their series was added: trusted only while they hold the pictures of its index.

Size alone says nothing: files of one scanner are of one size, and another patient's may lie there by now.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from storage.errors import BadInput
from storage.media.dicom import ImageFile, read_file
from storage.media.dicom_frames import FrameHead
from storage.media.dicom_index import FrameIndex, PixelFormat
from storage.media.dicom_tags import NotDicom

_REMEDY = "Put the file back that was there, or add the series again."
_BYTES = (
    "transfer_syntax", "rows", "columns", "samples", "photometric", "planar", "bits_allocated", "bits_stored", "high_bit",
    "pixel_representation", "number",
)  # fmt: skip


def expect_same(path: Path, index: FrameIndex, file: int) -> None:
    """Raises BadInput where the file holds other pictures than the index says, or holds them otherwise."""
    try:
        head = read_file(path)
    except NotDicom:
        raise _changed(path, "it is no DICOM file any more") from None
    if not isinstance(head, ImageFile) or head.sop_uid != index.sop_uids[file]:
        raise _changed(path, "it holds another picture")
    for frame in np.flatnonzero(index.file == file).tolist():
        number = max(0, int(index.frame_number[frame]) - 1)
        if number >= len(head.frames) or not _lies_as_told(head, head.frames[number], index, frame):
            raise _changed(path, "its pixels are not where or what they were")


def _lies_as_told(head: ImageFile, found: FrameHead, index: FrameIndex, frame: int) -> bool:
    places = index.ranges(frame) if index.length[frame] else ()
    rescaled = (found.slope, found.intercept) != (index.slope[frame], index.intercept[frame])
    alike = _bytes(head.format) == _bytes(index.format_of(frame))
    return alike and not rescaled and tuple(map(tuple, found.pieces)) == places


def _bytes(fmt: PixelFormat) -> list[object]:
    """What the bytes of a frame mean; of a mosaic all of it."""
    return [getattr(fmt.sheet, name) for name in _BYTES]


def _changed(path: Path, how: str) -> BadInput:
    return BadInput(f"{path.name} has changed since it was added: {how}.", remedy=_REMEDY, input=str(path))
