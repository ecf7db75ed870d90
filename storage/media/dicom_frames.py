"""The frames of one file: where each lies in the patient, its rescaling, its windows, and what tells it from the others.

A classic file says it once for its only frame; an enhanced one in functional groups, shared or per frame (PS3.3 C.7.6.16).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np

from storage.errors import MOST_TOLD
from storage.media.dicom_fragments import Piece
from storage.media.dicom_index import FileWindow, Voi
from storage.media.dicom_values import Remembered, Values

Triple = tuple[float, float, float]

_RT_DOSE = "1.2.840.10008.5.1.4.1.1.481.2"
_POSITION, _ORIENTATION, _SPACING = 0x00200032, 0x00200037, 0x00280030
_FAR = 1e7  # mm: no patient lies there
_FUNCTIONS = {"": "LINEAR", "LINEAR": "LINEAR", "LINEAR_EXACT": "LINEAR_EXACT", "SIGMOID": "SIGMOID"}


@dataclass(slots=True)
class FrameHead:
    number: int  # from 1 in its file; 0: the only one
    pieces: list[Piece]  # empty: missing
    position: Triple | None
    orientation: tuple[float, ...] | None  # six numbers
    spacing: tuple[float, float] | None  # rows, columns
    slope: float
    intercept: float
    voi: int  # in the file's list
    times: tuple[Any, ...] = ()  # of an enhanced frame: candidates for what tells its time (temporal index, trigger, b, date)
    kind: tuple[str, ...] = ()  # what splits frames of a file into series: stack, echo, frame type, dimension
    impossible: tuple[tuple[str, str], ...] = ()  # names of what should place it and cannot be meant, with what the file says
    tile: int = -1  # of a mosaic: which one; -1: it is a picture of its own


def frame_heads(values: Values, pieces: list[list[Piece]], vois: list[Voi], *, signed: bool, sop_class: str) -> list[FrameHead]:
    """One for every frame; `vois` is filled with what they refer to."""
    shared, per_frame = values.item(0x52009229), values.items(0x52009230)
    known: dict[Voi, int] = {}
    made = []
    offsets = values.decimals(0x3004000C) if sop_class == _RT_DOSE else ()
    enhanced = bool(per_frame or shared.elements)
    whole = None if enhanced else _classic(values, signed)
    for n, where in enumerate(pieces):
        if whole is not None:
            place, at = whole, values
        else:
            own = per_frame[n] if n < len(per_frame) else Values({})
            place = _Place(values, [own, shared], signed)
            at = place.holder(0x00209113, _POSITION)
        position = _triple(at.decimals(_POSITION))
        impossible = place.impossible if position else (*_said("ImagePositionPatient", at, _POSITION), *place.impossible)
        number = n + 1 if len(pieces) > 1 else 0
        voi = known.setdefault(place.voi, len(known))
        if offsets and len(offsets) == len(pieces):
            position = _shifted(position, place.orientation, offsets[n] - (offsets[0] if offsets[0] else 0.0))
        elif whole is not None and number and sop_class != _RT_DOSE:
            position = None  # several frames, one position: not where each of them lies
        lies = position, place.orientation, place.spacing
        made.append(FrameHead(number, where, *lies, *place.rescale, voi, place.times, place.kind, impossible=impossible))
    vois.extend(known)
    return made


class _Place:
    """What the groups (the frame's own first, then those of all frames) or a classic data set say of a frame, but for where
    it lies: in that alone most files of a series differ."""

    def __init__(self, top: Values, groups: list[Values], signed: bool) -> None:
        self._classic = groups == [top] or groups[0] is top
        self._groups = groups
        self._top = top
        lies, measured = self.holder(0x00209116, _ORIENTATION), self.holder(0x00289110, _SPACING)
        orientation, spacing = lies.decimals(_ORIENTATION), measured.decimals(_SPACING)
        self.orientation = orientation if len(orientation) == 6 and _upright(orientation) else None
        self.spacing = (spacing[0], spacing[1]) if len(spacing) == 2 and min(spacing) > 1e-6 and max(spacing) < 1e4 else None
        self.impossible = () if self.orientation else _said("ImageOrientationPatient", lies, _ORIENTATION)
        self.impossible += () if self.spacing else _said("PixelSpacing", measured, _SPACING)
        self.rescale = self._rescale()
        self.voi = self._voi(signed)
        self.times: tuple[Any, ...] = () if self._classic else self._times()
        self.kind: tuple[str, ...] = () if self._classic else self._kind()

    def holder(self, group: int, tag: int) -> Values:
        """The item that holds a tag: of the frame's own group, the shared one, or the data set itself."""
        for values in self._groups:
            if self._classic:
                return values
            item = values.item(group)
            if tag in item:
                return item
        return Values({})

    def _rescale(self) -> tuple[float, float]:
        holder = self.holder(0x00289145, 0x00281053)
        if 0x00281053 not in holder:
            holder = self._top
        slope, intercept = holder.decimal(0x00281053), holder.decimal(0x00281052)
        if slope is None and (dose := self._top.decimal(0x3004000E)):
            return dose, 0.0
        return (slope if slope else 1.0), (intercept or 0.0)

    def _voi(self, signed: bool) -> Voi:
        holder = self.holder(0x00289132, 0x00281050)
        if 0x00281050 not in holder and 0x00283010 not in holder:
            holder = self._top
        explained = holder.text(0x00281055).split("\\") if 0x00281055 in holder else []
        pairs = zip(holder.decimals(0x00281050), holder.decimals(0x00281051), strict=False)
        windows = tuple(FileWindow(c, w, explained[n].strip() if n < len(explained) else "") for n, (c, w) in enumerate(pairs))
        luts = [item.lut(0x00283002, 0x00283006, 0x00283003, signed=signed) for item in holder.items(0x00283010)]
        return Voi(windows, _FUNCTIONS.get(holder.code(0x00281056), "LINEAR"), tuple(lut for lut in luts if lut))

    def _times(self) -> tuple[Any, ...]:
        """Temporal index, trigger delay, b-value with direction, date and time: whichever tells frames of a place apart."""
        content, cardiac, diffusion = (self._item(g) for g in (0x00209111, 0x00189118, 0x00189117))
        direction = diffusion.item(0x00189076).doubles(0x00189089)
        b_value = diffusion.double(0x00189087)
        return (
            content.long(0x00209128),
            cardiac.double(0x00209153),
            None if b_value is None else (b_value, direction),
            content.code(0x00189074) or None,
        )

    def _kind(self) -> tuple[str, ...]:
        echo = self._item(0x00189114).double(0x00189082)
        types = next((t for t in (self._item(g).code(0x00089007) for g in (0x00189226, 0x00189329, 0x00189751)) if t), "")
        return self._item(0x00209111).code(0x00209056), "" if echo is None else f"{echo:g} ms", types

    def _item(self, group: int) -> Values:
        for values in self._groups:
            item = values.item(group)
            if item.elements:
                return item
        return Values({})


@lru_cache(1024)  # asked for every frame, of which most lie the same way
def _upright(orientation: tuple[float, ...]) -> bool:
    """Whether rows and columns have a length of about one and stand upright on each other."""
    row, column = np.array(orientation[:3]), np.array(orientation[3:])
    lengths = np.linalg.norm(row), np.linalg.norm(column)
    return bool(all(0.9 < length < 1.1 for length in lengths) and abs(row @ column) < 0.1)


def _said(name: str, values: Values, tag: int) -> tuple[tuple[str, str], ...]:
    """With its name; nothing where the file says nothing."""
    text = values.text(tag)[:MOST_TOLD]
    return ((name, text),) if text else ()


@Remembered
def _classic(values: Values, signed: bool) -> _Place:
    return _Place(values, [values], signed)


def _triple(found: tuple[float, ...]) -> Triple | None:
    """A position; None for one that cannot be meant."""
    return (found[0], found[1], found[2]) if len(found) == 3 and max(map(abs, found)) < _FAR else None


def _shifted(position: Triple | None, orientation: tuple[float, ...] | None, mm: float) -> Triple | None:
    """Along the normal: how the planes of a dose grid are given."""
    if position is None or orientation is None:
        return None
    r, c = orientation[:3], orientation[3:]
    normal = (r[1] * c[2] - r[2] * c[1], r[2] * c[0] - r[0] * c[2], r[0] * c[1] - r[1] * c[0])
    return (position[0] + mm * normal[0], position[1] + mm * normal[1], position[2] + mm * normal[2])
