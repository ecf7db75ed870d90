"""Headers of NIfTI-1, NIfTI-2 and Analyze 7.5, single files and pairs, gzipped or not, in either byte order.

Which matrix counts (NIfTI's own rules): sform where its code is above 0, else qform, else voxel sizes alone. NIfTI says RAS;
the program's millimetres are LPS.
"""

from __future__ import annotations

import gzip
import struct
import zlib
from pathlib import Path
from typing import Any

import numpy as np

from storage.errors import BadInput
from storage.media.grid_header import MOST_BYTES, GridHeader
from storage.model.items import MediaInfo
from storage.model.space import LPS_RAS, Floats, VolumeGeometry

NiftiHeader = GridHeader

_TYPES = {2: "u1", 4: "i2", 8: "i4", 16: "f4", 64: "f8", 128: "u1", 256: "i1", 512: "u2", 768: "u4", 1024: "i8", 1280: "u8",
          2304: "u1"}  # fmt: skip
_UNUSUAL = {1: "bits", 32: "complex numbers", 1536: "128-bit numbers", 1792: "complex numbers", 2048: "complex numbers"}
_SAMPLES = {128: 3, 2304: 4}
_MM = {1: 1000.0, 3: 0.001}  # metres and micrometres; 0 (unknown) and 2 are millimetres
_TIMES = {8: 1000.0, 16: 1.0, 24: 0.001}  # to ms


def probe_nifti(path: Path) -> tuple[MediaInfo, VolumeGeometry, NiftiHeader]:
    """Raises BadInput with the reason."""
    header = read_nifti(path)
    size = path.stat().st_size
    mime = "application/x-gzip-nifti" if header.packed else "application/x-nifti"
    return header.info(path, mime, size), header.geometry, header


def read_nifti(path: Path) -> NiftiHeader:
    """Of a pair of files either may be named. Raises BadInput where it cannot be shown."""
    head_path = _beside(path, ".hdr") if _bare(path).endswith(".img") else path
    try:
        packed, head = _head(head_path)
    except (OSError, EOFError, zlib.error) as error:
        raise _refused(path, f"cannot be read ({error})", "Copy it again from where it came.") from error
    fields = _fields(path, head)
    data_path = head_path
    if fields["pair"]:
        data_path = _beside(head_path, ".img")
        packed = is_packed(data_path)
    header = _header(path, data_path, packed, fields)
    _check_length(path, header)
    return header


def _bare(path: Path) -> str:
    name = path.name.lower()
    return name[:-3] if name.endswith(".gz") else name


def _beside(path: Path, ending: str) -> Path:
    """The other file of a pair, whatever the case of its letters and whether it is gzipped."""
    stem = path.name[: len(_bare(path)) - 4]
    for name in (f"{stem}{ending}", f"{stem}{ending.upper()}", f"{stem}{ending}.gz"):
        if path.with_name(name).is_file():
            return path.with_name(name)
    raise _refused(path, f"is one half of a pair; {stem}{ending} is not beside it", "Put both files into one folder.")


def is_packed(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(2) == b"\x1f\x8b"


def _head(path: Path) -> tuple[bool, bytes]:
    packed = is_packed(path)
    with gzip.open(path) if packed else path.open("rb") as file:
        return packed, file.read(544)


def _fields(path: Path, head: bytes) -> dict[str, Any]:
    """The header's fields under one set of names."""
    if len(head) < 348:
        raise _refused(path, "is too short for a NIfTI header", "Copy it again from where it came.")
    for order in "<>":
        size = struct.unpack_from(f"{order}i", head)[0]
        if size == 348:
            return _version_1(order, head)
        if size == 540 and len(head) >= 540:
            return _version_2(order, head)
    raise _refused(path, "does not begin like a NIfTI file", "Leave it out.")


def _version_1(order: str, head: bytes) -> dict[str, Any]:
    def at(kind: str, offset: int) -> tuple[Any, ...]:
        return struct.unpack_from(order + kind, head, offset)

    magic = head[344:348]
    nifti = magic in (b"n+1\0", b"ni1\0")
    found: dict[str, Any] = {
        "format": "nifti1" if nifti else "analyze",
        "order": order,
        "pair": magic != b"n+1\0",
        "dim": at("8h", 40),
        "type": at("h", 70)[0],
        "pixdim": at("8f", 76),
        "offset": at("f", 108)[0],
        "slope": at("2f", 112) if nifti else (0.0, 0.0),
        "codes": at("2h", 252) if nifti else (0, 0),
        "quaternion": at("6f", 256),
        "rows": at("12f", 280),
        "units": head[123] if nifti else 0,
        "text": head[148:228],
        "range": at("2f", 124) if nifti else (0.0, 0.0),
        "intent": at("h", 68)[0] if nifti else 0,
    }
    return found


def _version_2(order: str, head: bytes) -> dict[str, Any]:
    def at(kind: str, offset: int) -> tuple[Any, ...]:
        return struct.unpack_from(order + kind, head, offset)

    return {
        "format": "nifti2",
        "order": order,
        "pair": head[4:8] == b"ni2\0",
        "dim": at("8q", 16),
        "type": at("h", 12)[0],
        "pixdim": at("8d", 104),
        "offset": at("q", 168)[0],
        "slope": at("2d", 176),
        "codes": at("2i", 344),
        "quaternion": at("6d", 352),
        "rows": at("12d", 400),
        "units": at("i", 500)[0],
        "text": head[240:320],
        "range": (at("d", 200)[0], at("d", 192)[0]),
        "intent": at("i", 504)[0],
    }


def _header(path: Path, data_path: Path, packed: bool, fields: dict[str, Any]) -> NiftiHeader:
    kind = fields["type"]
    if kind not in _TYPES:
        what = _UNUSUAL.get(kind, f"numbers of the unknown type {kind}")
        raise _refused(path, f"holds {what}, which cannot be shown", "Convert it to integers or floating point numbers.")
    dim = fields["dim"]
    count = dim[0]
    if not 1 <= count <= 7 or any(n < 1 for n in dim[1 : count + 1]):
        raise _refused(
            path, f"has impossible dimensions ({', '.join(map(str, dim[: min(8, max(1, count + 1))]))})", "Leave it out."
        )
    columns, rows, slices, *others = (*dim[1 : count + 1], 1, 1)[: max(3, count)]
    times = int(np.prod(others, dtype=object)) if others else 1
    warnings: list[str] = []
    if any(n > 1 for n in others[1:]):
        warnings.append(f"It has {count} dimensions; those beyond the third are shown as {times:,} times.")
    if fields["format"] == "analyze":
        warnings.append("It is an Analyze file, which does not say where left is.")
    affine, measured = _affine(fields, warnings)
    samples = _SAMPLES.get(kind, 1)
    dtype = np.dtype(_TYPES[kind]).newbyteorder(fields["order"])
    if int(np.prod([columns, rows, slices, times, samples, dtype.itemsize], dtype=object)) > MOST_BYTES:
        raise _refused(path, "announces more than a terabyte of numbers", "It is damaged; leave it out.")
    offset = fields["offset"]
    least = 0 if fields["pair"] else (352 if fields["format"] == "nifti1" else 544)
    if not np.isfinite(offset) or not 0 <= offset < 1 << 40:
        raise _refused(path, "does not say where its numbers begin", "It is damaged; leave it out.")
    slope, intercept = (float(v) for v in fields["slope"])
    if not np.isfinite(slope) or slope == 0 or samples > 1:
        slope, intercept = 1.0, 0.0
    try:
        geometry = VolumeGeometry.from_affine(LPS_RAS @ affine, (slices, rows, columns))
    except ValueError:
        warnings.append("Its matrix makes no sense: the millimetres are counted from its first voxel.")
        measured = _measured(fields)
        geometry = VolumeGeometry.from_affine(LPS_RAS @ _sizes(fields), (slices, rows, columns))
    return GridHeader(
        fields["format"],
        data_path,
        max(int(offset), least),
        "whole" if packed else "",
        dtype.str,
        columns,
        rows,
        slices,
        times,
        samples,
        slope,
        intercept if np.isfinite(intercept) else 0.0,
        geometry,
        _facts(fields, times),
        tuple(warnings),
        unmeasured="" if measured else f"impossible (pixdim {', '.join(f'{v:g}' for v in fields['pixdim'][1:4])})",
    )


def _facts(fields: dict[str, Any], times: int) -> dict[str, Any]:
    facts: dict[str, Any] = {
        "sform_code": fields["codes"][1],
        "qform_code": fields["codes"][0],
        "intent": fields["intent"],
        "description": fields["text"].split(b"\0")[0].decode("latin-1").strip(),
    }
    low, high = (float(v) for v in fields["range"])
    if np.isfinite([low, high]).all() and low < high:
        facts["display_range"] = [low, high]
    step = float(fields["pixdim"][4]) * _TIMES.get(fields["units"] & 0x38, 1000.0)
    if times > 1 and np.isfinite(step) and step > 0:
        facts["time_step_ms"] = step
    return {key: value for key, value in facts.items() if value not in ("", 0, None)}


# -- where it lies -----------------------------------------------------------------------------------------------------


def _affine(fields: dict[str, Any], warnings: list[str]) -> tuple[Floats, bool]:
    """RAS mm of (column, row, slice), and whether they are millimetres."""
    scale = np.diag([_MM.get(fields["units"] & 7, 1.0)] * 3 + [1.0])
    qcode, scode = fields["codes"]
    sform = np.vstack([np.array(fields["rows"], np.float64).reshape(3, 4), [0, 0, 0, 1]])
    qform = _qform(fields)
    if scode > 0 and _sane(sform):
        if qcode > 0 and qform is not None and (apart := _apart(sform, qform, fields["dim"])) > 1:
            warnings.append(f"Its two matrices place it up to {apart:.3g} mm apart; the sform is used.")
        return np.asarray(scale @ sform), True
    if scode > 0:
        warnings.append("Its sform makes no sense and is not used.")
    if qcode > 0 and qform is not None:
        return np.asarray(scale @ qform), _measured(fields)
    if fields["format"] != "analyze":
        warnings.append("It does not say how it lies in the patient: sides and positions are not known.")
    return np.asarray(scale @ _sizes(fields)), _measured(fields)


def _measured(fields: dict[str, Any]) -> bool:
    """Whether the voxels have a size, along the axes that have more than one."""
    count = min(3, fields["dim"][0])
    pairs = zip(fields["dim"][1 : count + 1], fields["pixdim"][1 : count + 1], strict=True)
    return all(np.isfinite(size) and size > 0 for n, size in pairs if n > 1)


def _sizes(fields: dict[str, Any]) -> Floats:
    sizes = [abs(float(v)) for v in fields["pixdim"][1:4]]
    return np.diag([*(v if np.isfinite(v) and v > 0 else 1.0 for v in sizes), 1.0])


def _sane(matrix: Floats) -> bool:
    return bool(np.isfinite(matrix).all() and abs(np.linalg.det(matrix[:3, :3])) > 1e-12)


def _qform(fields: dict[str, Any]) -> Floats | None:
    """A rotation by a unit quaternion of which b, c and d are stored (nifti1.h, method 2)."""
    b, c, d, *shift = (float(v) for v in fields["quaternion"])
    if not np.isfinite([b, c, d, *shift]).all():
        return None
    rest = 1.0 - (b * b + c * c + d * d)
    if rest < 1e-7:  # rounded: a rotation by 180 degrees
        length = np.sqrt(b * b + c * c + d * d)
        a, b, c, d = 0.0, b / length, c / length, d / length
    else:
        a = float(np.sqrt(rest))
    turn = np.array(
        [
            [a * a + b * b - c * c - d * d, 2 * b * c - 2 * a * d, 2 * b * d + 2 * a * c],
            [2 * b * c + 2 * a * d, a * a + c * c - b * b - d * d, 2 * c * d - 2 * a * b],
            [2 * b * d - 2 * a * c, 2 * c * d + 2 * a * b, a * a + d * d - c * c - b * b],
        ]
    )
    sizes = np.diag(_sizes(fields))[:3].copy()
    sizes[2] *= -1.0 if fields["pixdim"][0] < 0 else 1.0
    matrix = np.eye(4)
    matrix[:3, :3] = turn * sizes
    matrix[:3, 3] = shift
    return matrix


def _apart(one: Floats, two: Floats, dim: tuple[int, ...]) -> float:
    last = np.array([max(0, n - 1) for n in dim[1:4]], np.float64)
    corners = np.array([[x, y, z, 1.0] for x in (0, last[0]) for y in (0, last[1]) for z in (0, last[2])])
    return float(np.linalg.norm(corners @ (one - two).T, axis=1).max())


def _check_length(path: Path, header: NiftiHeader) -> None:
    size = header.data_path.stat().st_size
    if not header.may_lie_in(size):
        raise _refused(
            path,
            f"was cut short: {size:,} bytes, {'packed, of' if header.packed else 'instead of'}"
            f" {header.offset + header.data_bytes:,}",
            "Copy it again from where it came.",
        )


def _refused(path: Path, what: str, remedy: str) -> BadInput:
    return BadInput(f"{path.name} {what}.", remedy=remedy, input=str(path))
