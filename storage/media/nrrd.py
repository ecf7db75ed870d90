"""Headers of NRRD files (.nrrd, and .nhdr with its data beside it): raw or gzipped numbers and where they lie."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from storage.errors import MOST_TOLD, BadInput
from storage.media.grid_header import MOST_BYTES, GridHeader
from storage.model.items import MediaInfo
from storage.model.space import VolumeGeometry

_HEAD = 1 << 22  # bytes of the longest header read; segment names make them long
_TYPES = {
    "u1": ("uchar", "unsigned char", "uint8", "uint8_t"),
    "i1": ("signed char", "int8", "int8_t"),
    "i2": ("short", "short int", "signed short", "signed short int", "int16", "int16_t"),
    "u2": ("ushort", "unsigned short", "unsigned short int", "uint16", "uint16_t"),
    "i4": ("int", "signed int", "int32", "int32_t"),
    "u4": ("uint", "unsigned int", "uint32", "uint32_t"),
    "i8": ("longlong", "long long", "long long int", "signed long long", "signed long long int", "int64", "int64_t"),
    "u8": ("ulonglong", "unsigned long long", "unsigned long long int", "uint64", "uint64_t"),
    "f4": ("float",),
    "f8": ("double",),
}
_DTYPES = {name: code for code, names in _TYPES.items() for name in names}
#: Millimetres in each; where nothing is said, as nearly everybody means.
_UNITS = {
    **dict.fromkeys(("", "mm", "millimeter", "millimeters", "millimetre", "millimetres"), 1.0),
    **dict.fromkeys(("cm", "centimeter", "centimeters", "centimetre", "centimetres"), 10.0),
    **dict.fromkeys(("m", "meter", "meters", "metre", "metres"), 1000.0),
    **dict.fromkeys(("um", "µm", "μm", "micron", "microns", "micrometer", "micrometers", "micrometre", "micrometres"), 1e-3),
    **dict.fromkeys(("nm", "nanometer", "nanometers", "nanometre", "nanometres"), 1e-6),
}
_QUOTED = re.compile(r'"([^"]*)"')
#: Signs that make each space LPS.
_SPACES = {
    "left-posterior-superior": (1, 1, 1), "lps": (1, 1, 1), "right-anterior-superior": (-1, -1, 1), "ras": (-1, -1, 1),
    "left-anterior-superior": (1, -1, 1), "las": (1, -1, 1),
}  # fmt: skip
_VECTOR = re.compile(r"\(([^()]*)\)|none", re.IGNORECASE)


def probe_nrrd(path: Path) -> tuple[MediaInfo, VolumeGeometry, GridHeader]:
    """Raises BadInput with the reason."""
    header = read_nrrd(path)
    size = path.stat().st_size
    return header.info(path, "application/x-nrrd", size), header.geometry, header


def read_nrrd(path: Path) -> GridHeader:
    """Raises BadInput where it cannot be shown."""
    try:
        with path.open("rb") as file:
            head = file.read(_HEAD)
    except OSError as error:
        raise _refused(path, f"cannot be read ({error.strerror})", "Check the disk and your rights.") from error
    if head[:4] != b"NRRD":
        raise _refused(path, "does not begin like an NRRD file", "Leave it out.")
    fields, pairs, end = _fields(head)
    return _header(path, fields, pairs, end)


def _fields(head: bytes) -> tuple[dict[str, str], dict[str, str], int]:
    """Fields, key/value pairs, and where the data begin (behind the first empty line)."""
    fields: dict[str, str] = {}
    pairs: dict[str, str] = {}
    at = 0
    while at < len(head):
        end = head.find(b"\n", at)
        line = head[at : end if end >= 0 else len(head)].rstrip(b"\r").decode("utf-8", "replace")
        at = end + 1 if end >= 0 else len(head)
        if not line:
            break
        if line.startswith("#"):
            continue
        key, sign, value = line.partition(":")
        if sign and value.startswith("="):
            pairs[key.strip()] = value[1:].strip()
        elif sign:
            fields[key.strip().lower()] = value.strip()
    return fields, pairs, at


def _header(path: Path, fields: dict[str, str], pairs: dict[str, str], end: int) -> GridHeader:
    code = _DTYPES.get(" ".join(fields.get("type", "").lower().split()))
    encoding = fields.get("encoding", "").lower()
    try:
        sizes = [int(v) for v in fields["sizes"].split()]
        dimension = int(fields["dimension"])
    except (KeyError, ValueError):
        raise _refused(path, "does not say its sizes", "It is damaged; leave it out.") from None
    if code is None or encoding not in ("raw", "gz", "gzip"):
        what = f"type “{fields.get('type', '')}”, encoding “{fields.get('encoding', '')}”"
        raise _refused(
            path, f"is of a sort that cannot be read ({what})", "Save it with raw or gzip encoding and a plain type."
        )
    if dimension != len(sizes) or not 2 <= dimension <= 4 or any(n < 1 for n in sizes):
        raise _refused(
            path, f"has {dimension} dimensions of sizes {sizes[:6]}", "Volumes have three, or four with time or colour."
        )
    dtype = np.dtype(code).newbyteorder(">" if fields.get("endian", "little").lower() == "big" else "<")
    space, lists = _axes(fields, sizes)
    warnings: list[str] = []
    geometry, unmeasured = _geometry(fields, space, sizes, warnings)
    samples, times = _lists(fields, lists, sizes)
    if int(np.prod([*sizes, dtype.itemsize], dtype=object)) > MOST_BYTES:
        raise _refused(path, "announces more than a terabyte of numbers", "It is damaged; leave it out.")
    data_path, offset = _data(path, fields, end)
    facts: dict[str, Any] = {"space": fields.get("space", ""), "content": fields.get("content", "")}
    if pairs:
        facts["pairs"] = {key: pairs[key][:1000] for key in list(pairs)[:1000]}
    made = GridHeader(
        "nrrd",
        data_path,
        offset,
        "payload" if encoding != "raw" else "",
        dtype.str,
        geometry.columns,
        geometry.rows,
        geometry.n,
        times,
        samples,
        1.0,
        0.0,
        geometry,
        {key: value for key, value in facts.items() if value},
        tuple(warnings),
        interleaved=times > 1 and lists == [0],
        unmeasured=unmeasured,
    )
    return _checked(path, made, fields)


def _checked(path: Path, made: GridHeader, fields: dict[str, str]) -> GridHeader:
    size = made.data_path.stat().st_size
    if not made.packed and _byte_skip(path, fields) == -1:
        made = GridHeader(**{**made.__dict__, "offset": size - made.data_bytes})
    if made.offset < 0 or not made.may_lie_in(size):
        raise _refused(path, f"was cut short: {size:,} bytes", "Copy it again from where it came.")
    return made


def _axes(fields: dict[str, str], sizes: list[int]) -> tuple[list[int], list[int]]:
    """Which axes are of space, and which are lists (colours, times, layers)."""
    directions = _vectors(fields.get("space directions", ""))
    if len(directions) == len(sizes):
        space = [n for n, vector in enumerate(directions) if vector is not None]
    else:
        kinds = fields.get("kinds", "").lower().split()
        known = len(kinds) == len(sizes)
        space = [n for n in range(len(sizes)) if not known or kinds[n] in ("domain", "space", "???", "none")]
        space = space if len(sizes) < 4 or len(space) == 3 else [0, 1, 2]
    if len(space) > 3 or not space:
        space = list(range(len(sizes)))[:3]
    return space, [n for n in range(len(sizes)) if n not in space]


def _lists(fields: dict[str, str], lists: list[int], sizes: list[int]) -> tuple[int, int]:
    """Samples per voxel and times."""
    if not lists:
        return 1, 1
    axis = lists[0]
    kinds = fields.get("kinds", "").lower().split()
    kind = kinds[axis] if axis < len(kinds) else ""
    if axis == 0 and sizes[0] in (3, 4) and ("color" in kind or kind in ("vector", "3-vector", "4-vector")):
        return sizes[0], 1
    return 1, sizes[axis]


def _vectors(text: str) -> list[tuple[float, ...] | None]:
    found: list[tuple[float, ...] | None] = []
    for match in _VECTOR.finditer(text):
        try:
            found.append(tuple(float(v) for v in match[1].split(",")) if match[1] is not None else None)
        except ValueError:
            return []
    return found


def _geometry(fields: dict[str, str], space: list[int], sizes: list[int], warnings: list[str]) -> tuple[VolumeGeometry, str]:
    """And what is wrong with the size of its voxels, if anything."""
    shape = [sizes[n] for n in space] + [1] * (3 - len(space))
    affine = np.eye(4)
    signs = _SPACES.get(fields.get("space", "").lower())
    directions = [v for v in _vectors(fields.get("space directions", "")) if v is not None and len(v) == 3]
    to_mm, unmeasured = _to_mm(fields, space)
    if signs is not None and len(directions) == len(space) == 3:
        affine[:3, :3] = np.array(directions).T
        origin = _vectors(fields.get("space origin", ""))
        affine[:3, 3] = origin[0] if origin and origin[0] is not None and len(origin[0]) == 3 else 0.0
        affine = np.diag([*signs, 1.0]) @ np.diag([*to_mm, 1.0]) @ affine
    else:
        warnings.append("It does not say how it lies in the patient: sides and positions are not known.")
        lengths = _lengths(fields, directions, space, len(sizes))
        steps = [(length or 1.0) * unit for length, unit in zip(lengths, to_mm, strict=False)]
        affine[:3, :3] = np.diag([*steps, *[1.0] * (3 - len(space))])
        if any(length is None for length, n in zip(lengths, shape, strict=False) if n > 1):
            unmeasured = _said_of_size(fields)
    columns, rows, slices = shape
    try:
        return VolumeGeometry.from_affine(affine, (slices, rows, columns)), unmeasured
    except ValueError:
        warnings.append("Its directions make no sense: its voxels are counted from the first.")
        return VolumeGeometry.from_affine(np.eye(4), (slices, rows, columns)), _said_of_size(fields)


def _to_mm(fields: dict[str, str], space: list[int]) -> tuple[list[float], str]:
    """Millimetres in a unit of each of three axes, and what is wrong with one. `space units` are those of the world, `units` those
    of each axis of the numbers (teem.sourceforge.net/nrrd/format.html)."""
    world, axes = (_QUOTED.findall(fields.get(name, "")) for name in ("space units", "units"))
    told = world if "space directions" in fields else [axes[n] for n in space if n < len(axes)]
    names = [*(name.strip().lower() for name in told[:3]), *[""] * (3 - len(told))]
    strange = next((name for name in names if name not in _UNITS), "")
    return [_UNITS.get(name, 1.0) for name in names], f"in a unit that is not known (“{strange[:20]}”)" if strange else ""


def _lengths(
    fields: dict[str, str], directions: Sequence[tuple[float, ...]], space: list[int], dimension: int
) -> list[float | None]:
    """Of a voxel along each axis of space; None where the file does not say, or nonsense."""
    if len(directions) == len(space):
        return [_length(float(np.linalg.norm(v))) for v in directions]
    spacings = fields.get("spacings", "").split()
    return [_length(spacings[n]) if len(spacings) == dimension else None for n in space]


def _length(told: str | float) -> float | None:
    try:
        size = float(told)
    except ValueError:
        return None
    return size if 0 < size < np.inf else None


def _said_of_size(fields: dict[str, str]) -> str:
    said = next((f"{name} {fields[name]}" for name in ("space directions", "spacings") if fields.get(name)), "")
    return f"impossible ({said[:MOST_TOLD]})" if said else "not given"


def _byte_skip(path: Path, fields: dict[str, str]) -> int:
    try:
        skip = int(fields.get("byte skip", fields.get("byteskip", "0")) or 0)
    except ValueError:
        skip = -2
    if not -1 <= skip < MOST_BYTES or fields.get("line skip", fields.get("lineskip", "0")).strip() not in ("", "0"):
        raise _refused(
            path, "does not say where its numbers begin in a way that can be followed", "Save it without skipped lines."
        )
    return skip


def _data(path: Path, fields: dict[str, str], end: int) -> tuple[Path, int]:
    name = fields.get("data file", fields.get("datafile", ""))
    skip = max(0, _byte_skip(path, fields))
    if not name:
        return path, end + skip
    if name.upper().startswith("LIST") or "%" in name:
        raise _refused(path, "has its numbers in many files", "Save it as one file with the program that made it.")
    if Path(name).name != name or not _is_file(path.parent / name):
        raise _refused(
            path, f"has its numbers in “{name[:MOST_TOLD]}”, which is not beside it", "Put both files into one folder."
        )
    return path.parent / name, skip


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except OSError:  # a name longer than any can be
        return False


def _refused(path: Path, what: str, remedy: str) -> BadInput:
    return BadInput(f"{path.name} {what}.", remedy=remedy, input=str(path))
