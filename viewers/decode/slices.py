"""A volume as a `request.Decoder`: its slices as pictures, for the command line, lists and whoever wants frames."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from storage.errors import BadInput, Cancelled
from storage.media.dicom_index import FrameIndex
from storage.media.source import ByteSource, FileSource
from storage.model.calibration import Calibration
from storage.model.space import VolumeGeometry
from viewers.decode import voi
from viewers.decode.arrays import Array, bgra, halve
from viewers.decode.pyramid import levels_of
from viewers.decode.request import FrameFacts, Picture, PixelKind, Request
from viewers.decode.voi import Look, Window
from viewers.decode.volume import DicomFrames, Frames

_KEPT = 4  # slices
_AUTO_PART = 0.005  # of the values may be darker and brighter, where the file proposes no window
_KINDS = {"u1": PixelKind.GRAY8, "u2": PixelKind.GRAY16, "i2": PixelKind.INT16}


def open_frames(source: ByteSource, item_kind: str, facts: Mapping[str, Any]) -> Frames:
    """The values of an item. `facts["frame_index"]` (a FrameIndex or its bytes) with `facts["files"]`, the paths of its files.

    `facts["etags"]` of linked ones when they were added. Without an index the heads of the files are read again.
    """
    if item_kind == "nifti":
        from viewers.decode.grid_volume import open_grid

        grid = open_grid(source, facts)
        if facts.get("modality") == "CT":  # as somebody has said
            grid.units = "HU"
        return grid
    index = facts.get("frame_index")
    files = [Path(p) for p in facts.get("files") or ()]
    if index is None:
        return _found_anew(files or ([source.path] if source.path else []))
    index = FrameIndex.from_bytes(index) if isinstance(index, bytes) else index
    if len(files) < len(index.sop_uids):
        raise BadInput("The files of this series are not known.", remedy="Add the series again.", input=str(source.path or ""))
    return DicomFrames(index, lambda n: FileSource(files[n]), Calibration.of_facts(facts).aspect, facts.get("etags") or {})


def _found_anew(paths: list[Path]) -> Frames:
    """Of files without an index: the largest series among them."""
    from storage.media.dicom import scan

    if not paths:
        raise BadInput("A DICOM file can only be opened from a disk.", remedy="Copy it to a folder first.")
    found = scan(paths)
    if not found.series:
        nothing = BadInput(f"{paths[0].name} holds no pictures.", remedy="Leave it out.", input=str(paths[0]))
        raise found.refused[0] if found.refused else nothing
    series = max(found.series, key=lambda s: len(s.index))
    aspect = Calibration.of_facts(series.info.facts).aspect
    return DicomFrames(series.index, lambda file: FileSource(series.files[file]), aspect)


class SliceDecoder:
    """Stored values, as far as a kind of pixels can hold them: colour and palettes as BGRA, other numbers as float32."""

    def __init__(self, frames: Frames) -> None:
        self.volume = frames
        self.frames = frames.shape[0]
        self._kept: OrderedDict[int, Array] = OrderedDict()
        self._given_up = -1

    def facts(self, frame: int = 0) -> FrameFacts:
        self._expect(frame)
        _, rows, columns, *_ = self.volume.shape
        kind = self._kind(frame)
        bits = 8 if kind in (PixelKind.BGRA8, PixelKind.GRAY8) else 16 if kind is not PixelKind.FLOAT32 else 32
        return FrameFacts(columns, rows, levels_of(columns, rows), kind, bits, 3 if kind is PixelKind.BGRA8 else 1)

    def read(self, request: Request) -> Picture:
        if 0 < request.generation <= self._given_up:
            raise Cancelled
        facts = self.facts(request.frame)
        array = self.stored(request.frame)
        if facts.kind is PixelKind.BGRA8:
            array = bgra(voi.apply(array, self.volume.look(request.frame)))
        elif facts.kind is PixelKind.FLOAT32:
            array = array.astype(np.float32)
        level = min(max(0, request.level), facts.levels)
        for _ in range(level):
            array = halve(array, facts.kind)
        x, y, w, h = request.region or (0, 0, facts.width, facts.height)
        cut = np.array(array[y >> level : -(-(y + h) >> level), x >> level : -(-(x + w) >> level)], order="C")
        cut.flags.writeable = False
        return Picture(cut, facts.kind, (x, y, w, h), level, request.frame)

    def shown(self, frame: int, window: Window | None = None) -> NDArray[np.uint8]:
        """As it is to be looked at: greys, or RGB. Without a window the file's own one, else one of this slice's values."""
        stored = self.stored(frame)
        look = self.volume.look(frame, window)
        if look.voi is None and stored.ndim == 2 and not look.palette:
            look = self.volume.look(frame, automatic(stored, look))
        return voi.apply(stored, look)

    def stored(self, frame: int) -> Array:
        self._expect(frame)
        if frame not in self._kept:
            self._kept[frame] = self._read(frame)
            while len(self._kept) > _KEPT:
                self._kept.popitem(last=False)
        self._kept.move_to_end(frame)
        return self._kept[frame]

    def cancel(self, generation: int) -> None:
        self._given_up = max(self._given_up, generation)

    def close(self) -> None:
        self._kept.clear()
        self.volume.close()

    def _expect(self, frame: int) -> None:
        if not 0 <= frame < self.frames:
            raise BadInput(f"The volume has {self.frames} frames; there is no frame {frame}.", remedy="Count from 0.")

    def _kind(self, frame: int) -> PixelKind:
        if len(self.volume.shape) == 4 or self.volume.look(frame).palette:
            return PixelKind.BGRA8
        return _KINDS.get(self.volume.dtype.str[1:], PixelKind.FLOAT32)

    def _read(self, frame: int) -> Array:
        out: Array = np.empty(self.volume.shape[1:], self.volume.dtype)
        self.volume.read_into(frame, out)
        return out


def automatic(stored: Array, look: Look) -> Window:
    """Nearly all values of a slice between black and white."""
    ends = voi.range_of(stored, look, _AUTO_PART) or (0.0, 1.0)
    if ends[1] <= ends[0]:
        ends = voi.range_of(stored, look) or ends
    return Window.between(*ends)


def upright(shown: Array, geometry: VolumeGeometry | None) -> Array:
    """A slice as people are used to see it: the patient's left, or back, to the right; feet, or back, below."""
    if geometry is None:
        return shown
    right, down = geometry.row_dir, geometry.col_dir
    if float(right[int(np.abs(right).argmax())]) < 0:
        shown = shown[:, ::-1]
    axis = int(np.abs(down).argmax())
    if (float(down[axis]) < 0) != (axis == 2):
        shown = shown[::-1]
    return np.ascontiguousarray(shown)
