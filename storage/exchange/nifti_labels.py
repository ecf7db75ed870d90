"""Label volumes as NIfTI: numbers on the grid of the volume, RAS; what they stand for in a table beside it and inside.

`liver.nii.gz` has beside it `liver.tsv` (index, name, color: BIDS's table for segmentations). Inside, a comment extension
says the same in JSON with the uuids, so that our own files come back as the same objects.
"""

from __future__ import annotations

import csv
import gzip
import json
import struct
import zlib
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from storage.exchange import grid_labels as grid
from storage.exchange.volumes import Segment, Series, layers_of
from storage.media.nifti import read_nifti
from storage.model.space import LPS_RAS

_COMMENT = 6  # code of the extension: plain text
_MOST_EXTENSION = 1 << 22
_MOST_TABLE = 1 << 22


def write_nifti(path: Path, series: Series, segments: Sequence[Segment]) -> list[Path]:
    """`path` ends in .nii.gz. Segments that share voxels go into further files (liver.2.nii.gz): none covers another.

    Raises Refused where one grid cannot hold the volume's slices.
    """
    grid.check(series, segments)
    segments = [replace(s, number=k) for k, s in enumerate(segments, start=1)]
    layer = layers_of(segments)
    stem = path.name.removesuffix(".nii.gz")
    made: list[Path] = []
    for k in range(max(layer.values()) + 1):
        there = [s for s in segments if layer[s.number] == k]
        target = path if k == 0 else path.with_name(f"{stem}.{k + 1}.nii.gz")
        _write(target, series, there)
        table = target.with_name(target.name.removesuffix(".nii.gz") + ".tsv")
        lines = ["index\tname\tcolor", *(f"{s.number}\t{_plain(s.name)}\t{s.thing.color}" for s in there)]
        table.write_text("\n".join(lines) + "\n", encoding="utf-8")
        made += [target, table]
    return made


def _write(path: Path, series: Series, segments: Sequence[Segment]) -> None:
    kind = grid.kind_of(segments)
    with grid.packed_into(path) as file:
        file.write(_head(series, segments, kind))
        for values in grid.slices_of(series, segments, kind, range(series.frames)):
            file.write(values.tobytes())


def _head(series: Series, segments: Sequence[Segment], kind: np.dtype) -> bytes:
    """Header and extension, up to the first number."""
    from nibabel.nifti1 import Nifti1Header
    from nibabel.nifti2 import Nifti2Header

    assert series.geometry is not None
    assert series.geometry.affine is not None
    affine = LPS_RAS @ series.geometry.affine
    shape = [series.columns, series.rows, series.slices] + ([series.times] if series.times > 1 else [])
    kind_of_header: Any = Nifti2Header if max(shape) > 32767 else Nifti1Header
    header = kind_of_header()
    header.set_data_dtype(kind)
    header.set_data_shape(shape)
    header.set_xyzt_units("mm", "sec")
    header.set_sform(affine, code=1)
    if series.geometry.tilt_deg < 1e-3:  # a quaternion holds no shear
        header.set_qform(affine, code=1)
    else:
        sizes = np.linalg.norm(affine[:3, :3], axis=0)
        header["pixdim"][1:4] = sizes
    header["intent_code"], header["descrip"] = 1002, b"Postil labels"  # NIFTI_INTENT_LABEL
    header["cal_max"] = max(s.number for s in segments)
    extension = _extension(series, segments)
    header["vox_offset"] = len(header.binaryblock) + 4 + len(extension)
    return bytes(header.binaryblock + b"\1\0\0\0" + extension)


def _extension(series: Series, segments: Sequence[Segment]) -> bytes:
    told = {
        "postil": {
            "item": series.uuid,
            "labels": [
                {
                    "value": s.number,
                    "name": s.name,
                    "number": s.instance.number,
                    "class": s.thing.feature_hash,
                    "instance": s.instance.uuid,
                    "color": s.thing.color,
                }
                for s in segments
            ],
        }
    }
    text = json.dumps(told).encode()
    size = -(-(len(text) + 8) // 16) * 16
    return struct.pack("<2i", size, _COMMENT) + text.ljust(size - 8, b"\0")


def _plain(name: str) -> str:
    return " ".join(name.split())


# -- in ----------------------------------------------------------------------------------------------------------------


def open_nifti_labels(path: Path) -> grid.LabelFile:
    """The header, and what the file or the table beside it says of its numbers. Raises BadInput."""
    header = read_nifti(path)
    told = _told(path) if header.format != "analyze" else {}
    labels = tuple(label for entry in _list(told.get("labels")) if (label := _label(entry)) is not None)
    return grid.LabelFile(header, labels or _table(path), told={"item": str(told.get("item", ""))})


def _told(path: Path) -> dict[str, Any]:
    """What our own files say in their extension."""
    try:
        with path.open("rb") as raw:
            packed = raw.read(2) == b"\x1f\x8b"
        with gzip.open(path) if packed else path.open("rb") as file:
            size = struct.unpack("<i", file.read(4))[0]
            if size not in (348, 540):  # the other byte order is never ours
                return {}
            file.read(size - 4)
            if file.read(4)[:1] != b"\1":
                return {}
            length, code = struct.unpack("<2i", file.read(8))
            if code != _COMMENT or not 8 < length <= _MOST_EXTENSION:
                return {}
            found = json.loads(file.read(length - 8).rstrip(b"\0"))
            told = found["postil"]
            return told if isinstance(told, dict) else {}
    except (OSError, EOFError, ValueError, KeyError, TypeError, struct.error, zlib.error, RecursionError):
        return {}


def _label(entry: Any) -> grid.Label | None:
    if not isinstance(entry, dict) or type(entry.get("value")) is not int:
        return None
    number = entry.get("number")
    return grid.Label(
        entry["value"],
        str(entry.get("name") or ""),
        feature_hash=str(entry.get("class") or ""),
        instance=_uuid(entry.get("instance")),
        number=number if type(number) is int and number > 0 else 0,
    )


def _uuid(text: Any) -> str:
    from uuid import UUID

    try:
        return str(UUID(text)) if isinstance(text, str) else ""
    except ValueError:
        return ""


def _table(path: Path) -> tuple[grid.Label, ...]:
    """`index` and `name` of a table of the same name beside it."""
    beside = path.with_name(path.name.removesuffix(".gz").removesuffix(".nii") + ".tsv")
    if not beside.is_file() or beside.stat().st_size > _MOST_TABLE:
        return ()
    rows = csv.DictReader(beside.read_text("utf-8", "replace").splitlines(), delimiter="\t")
    found = ((str(r.get("index") or ""), str(r.get("name") or "")) for r in rows)
    return tuple(grid.Label(int(index), name) for index, name in found if index.isdecimal() and len(index) < 7)


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
