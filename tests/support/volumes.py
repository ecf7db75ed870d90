"""Series opened as the program opens them, and what DCMTK makes of the same files."""

from __future__ import annotations

import io
import subprocess
from pathlib import Path

import numpy as np
from PIL import Image
from pydicom import dcmread

from storage.media.dicom import scan
from storage.media.dicom_series import SeriesFound
from storage.media.source import FileSource
from tests.conftest import need
from viewers.decode.slices import SliceDecoder
from viewers.decode.volume import DicomFrames


def found(*paths: Path) -> list[SeriesFound]:
    return scan(list(paths)).series


def frames_of(series: SeriesFound) -> DicomFrames:
    files = list(series.files)
    return DicomFrames(series.index, lambda file: FileSource(files[file]))


def opened(*paths: Path) -> DicomFrames:
    """The only series under these paths; the reason where there is none."""
    result = scan(list(paths))
    if not result.series:
        raise result.refused[0]
    (series,) = result.series
    return frames_of(series)


def decoder_of(*paths: Path) -> SliceDecoder:
    return SliceDecoder(opened(*paths))


def facts_of(series: SeriesFound) -> dict[str, object]:
    """What the catalog hands to decoders."""
    return {"frame_index": series.index.to_bytes(), "files": [str(p) for p in series.files]}


def by_dcmtk(path: Path, folder: Path, *options: str, frame: int = 1) -> np.ndarray:
    """Greys or RGB of 8 bits."""
    out = folder / "dcmtk.pnm"
    out.unlink(missing_ok=True)
    syntax = str(dcmread(path, specific_tags=["SOPClassUID"], stop_before_pixels=True).file_meta.TransferSyntaxUID)
    program = need("dcml2pnm" if syntax.endswith((".4.80", ".4.81")) else "dcmj2pnm")
    command = [program, "-O", "+F", str(frame), *options, str(path), str(out)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0 and out.exists(), done.stderr
    return np.asarray(Image.open(io.BytesIO(out.read_bytes())))


def apart(one: np.ndarray, two: np.ndarray) -> int:
    """The largest difference of two pictures of 8 bits."""
    assert one.shape == two.shape
    return int(np.abs(one.astype(int) - two.astype(int)).max())
