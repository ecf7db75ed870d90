"""Mosaics as Siemens scanners write them, private header included: all slices of a volume as tiles of one picture."""

from __future__ import annotations

import math
import struct
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from pydicom.dataset import Dataset
from pydicom.uid import ExplicitVRLittleEndian, generate_uid

from tests.support import phantoms
from tests.support.phantoms import Phantom


def mosaics(
    folder: Path,
    *,
    n: int = 7,
    rows: int = 16,
    cols: int = 20,
    times: int = 1,
    orientation: str = "axial",
    spacing: tuple[float, float] = (0.7, 0.5),
    between: float = 2.5,
    origin: Sequence[float] = (-12.5, 30.25, -100.0),
    against: bool = False,
    transfer_syntax: str = ExplicitVRLittleEndian,
    older: bool = False,
    change: phantoms.Change | None = None,
) -> Phantom:
    """One file a time. `against`: the slices follow each other against row x column. `older`: the private header's first kind."""
    folder.mkdir(parents=True, exist_ok=True)
    iop = np.array(phantoms.ORIENTATIONS[orientation], float)
    row_dir, col_dir = iop[:3], iop[3:]
    normal = np.cross(row_dir, col_dir) * (-1 if against else 1)
    origins = np.array(origin, float) + np.arange(n)[:, None] * normal * between
    volume = phantoms.numbered((times, n, rows, cols))
    side = math.ceil(math.sqrt(n))
    first = row_dir * spacing[1] * (side - 1) * cols / 2 + col_dir * spacing[0] * (side - 1) * rows / 2
    made = Phantom(volume, origins, row_dir, col_dir, spacing, [], generate_uid())
    study, reference = generate_uid(), generate_uid()
    for time in range(times):
        ds = phantoms.dataset(transfer_syntax, phantoms.MR, "MR")
        ds.StudyInstanceUID, ds.SeriesInstanceUID, ds.FrameOfReferenceUID = study, made.series_uid, reference
        ds.ImageType, ds.Manufacturer = ["ORIGINAL", "PRIMARY", "M", "ND", "MOSAIC"], "SIEMENS"
        ds.InstanceNumber = ds.AcquisitionNumber = time + 1
        ds.ImageOrientationPatient = [*row_dir, *col_dir]
        ds.ImagePositionPatient = [float(v) for v in np.round(origins[0] - first, 6)]
        ds.PixelSpacing, ds.SliceThickness, ds.SpacingBetweenSlices = list(spacing), between - 0.5, between
        ds.MRAcquisitionType, ds.ScanningSequence, ds.SequenceVariant = "2D", "EP", "SK"
        ds.EchoTime, ds.RepetitionTime, ds.FlipAngle = 30.0, 2000.0, 90.0
        tags = {
            "NumberOfImagesInMosaic": [str(n)],
            "SliceNormalVector": [f"{v:.8f}" for v in normal],
            "PhaseEncodingDirectionPositive": ["1"],
        }
        block = ds.private_block(0x0029, "SIEMENS CSA HEADER", create=True)
        block.add_new(0x08, "CS", "IMAGE NUM 4")
        block.add_new(0x10, "OB", csa(tags, older=older))
        phantoms.set_pixels(ds, sheet(volume[time], side))
        if change is not None:
            change(time, ds)
        made.files.append(phantoms.save(ds, folder / f"M{time}", transfer_syntax))
        made.sop_uids.append(str(ds.SOPInstanceUID))
    if times == 1:
        made.volume = volume[0]
    if against:  # slice 0 is the one with the least position along row x column
        made.volume, made.origins = np.flip(made.volume, axis=-3), made.origins[::-1]
    return made


def without(ds: Dataset, name: str) -> None:
    """Takes an element of the private header away."""
    block = ds.private_block(0x0029, "SIEMENS CSA HEADER")
    block[0x10].value = block[0x10].value.replace(name.encode(), b"x" * len(name))


def sheet(slices: np.ndarray, side: int) -> np.ndarray:
    n, rows, cols = slices.shape
    tiles = np.zeros((side * side, rows, cols), slices.dtype)
    tiles[:n] = slices
    return np.ascontiguousarray(tiles.reshape(side, side, rows, cols).swapaxes(1, 2).reshape(side * rows, side * cols))


def csa(tags: dict[str, list[str]], *, older: bool = False) -> bytes:
    """A private header; of the older kind, where lengths count from the number of items of the first element."""
    head = b"" if older else b"SV10\x04\x03\x02\x01"
    tags = {"EchoLinePosition": [], **tags}
    parts = [head, struct.pack("<II", len(tags), 77)]
    for name, values in tags.items():
        items = 6 if values else 0
        kind = b"FD" if name == "SliceNormalVector" else b"IS"
        parts.append(struct.pack("<64si4siii", name.encode(), len(values), kind, 6, items, 77))
        for k in range(items):
            text = values[k].encode() + b"\0" if k < len(values) else b""
            length = len(text)
            lengths = (length + 6, length, 77, length) if older else (length, length, 77, length)
            parts.append(struct.pack("<4i", *lengths) + text + b"\0" * (-length % 4))
    return b"".join(parts) + b"\0" * 4
