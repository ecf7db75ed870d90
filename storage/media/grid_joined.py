"""A volume in two files (.hdr and .img, .nhdr and its data) written as one, so that a copy of it is whole: .nii or .nrrd."""

from __future__ import annotations

import gzip
import struct
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from storage.errors import BadInput
from storage.media.grid_header import GridHeader
from storage.media.nifti import is_packed, read_nifti
from storage.media.nrrd import read_nrrd

_CHUNK = 1 << 20
_MOST_HEAD = 1 << 24  # bytes of a header with its extensions
_ELSEWHERE = (b"data file", b"datafile", b"byte skip", b"byteskip", b"line skip", b"lineskip")
_NOT_IN_ANALYZE = ((56, 70), (74, 76), (112, 148), (252, 344))  # where NIfTI has fields of its own in the older header


def joined(path: Path) -> tuple[str, Iterator[bytes]]:
    """The ending of the one file, and its bytes piece by piece. `path` is that of the header."""
    if path.suffix.lower() == ".nhdr":
        return ".nrrd", _pieces(_nrrd_head(path), read_nrrd(path))
    return ".nii", _pieces(_nifti_head(path), read_nifti(path))


def _pieces(head: bytes, header: GridHeader) -> Iterator[bytes]:
    yield head
    path, left = header.data_path, header.data_bytes
    with gzip.open(path) if header.packed == "whole" else path.open("rb") as file:
        file.seek(header.offset)
        if header.packed == "payload":  # goes along as it is, to its end
            yield from iter(partial(file.read, _CHUNK), b"")
            return
        while left and (piece := file.read(min(_CHUNK, left))):
            yield piece
            left -= len(piece)
    if left:
        reason = f"{path.name} was cut short: {left:,} bytes are missing."
        raise BadInput(reason, remedy="Copy it again from where it came.", input=str(path))


def _nifti_head(path: Path) -> bytes:
    with gzip.open(path) if is_packed(path) else path.open("rb") as file:
        told = file.read(_MOST_HEAD)
    order = "<" if struct.unpack_from("<i", told)[0] in (348, 540) else ">"
    size = struct.unpack_from(f"{order}i", told)[0]
    head, more = bytearray(told[:size]), told[size:]
    if not more[:1].strip(b"\0") or len(more) % 16 != 4:
        more = bytes(4)  # no extensions
    if size == 540:
        head[4:8] = b"n+2\0"
        struct.pack_into(f"{order}q", head, 168, size + len(more))
        return bytes(head) + more
    if head[344:348] != b"ni1\0":
        for start, end in _NOT_IN_ANALYZE:
            head[start:end] = bytes(end - start)
    head[344:348] = b"n+1\0"
    struct.pack_into(f"{order}f", head, 108, float(size + len(more)))
    return bytes(head) + more


def _nrrd_head(path: Path) -> bytes:
    lines = []
    for line in path.read_bytes()[:_MOST_HEAD].splitlines():
        if not line.strip():
            break
        if line.partition(b":")[0].strip().lower() not in _ELSEWHERE:
            lines.append(line)
    return b"\n".join([*lines, b"", b""])
