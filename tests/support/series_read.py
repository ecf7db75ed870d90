"""What a scanned series says, read back with nothing but its index: bytes at an offset, numbers of a format."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from storage.media.dicom import ScanResult, SeriesFound, scan
from storage.media.dicom_tags import BIG_ENDIAN, dataset_start, inflate


def only(*paths: Path, **options: object) -> SeriesFound:
    """The one series under these paths, with nothing refused."""
    result = scan(list(paths), **options)  # type: ignore[arg-type]
    assert [e.reason for e in result.refused] == []
    (series,) = result.series
    return series


def titles(result: ScanResult) -> list[str]:
    return [series.title for series in result.series]


def frame_bytes(series: SeriesFound, frame: int) -> bytes:
    file = int(series.index.file[frame])
    data = series.files[file].read_bytes()
    if file in series.index.deflated:
        data = inflate(data, dataset_start(lambda offset, n: data[offset : offset + n], len(data)))
    return b"".join(data[offset : offset + length] for offset, length in series.index.ranges(frame))


def stored(series: SeriesFound, frame: int) -> np.ndarray:
    """Stored values of a frame that is not compressed, grey or colour by pixel."""
    own = series.index.format_of(frame)
    form, (row, column) = own.sheet, own.corner
    kind = np.dtype(
        f"{'>' if form.transfer_syntax == BIG_ENDIAN else '<'}{'iu'[1 - form.pixel_representation]}{form.bits_allocated // 8}"
    )
    shape = (form.rows, form.columns, form.samples) if form.samples > 1 else (form.rows, form.columns)
    whole = np.frombuffer(frame_bytes(series, frame), kind).reshape(shape)
    return whole[row : row + own.rows, column : column + own.columns]


def volume(series: SeriesFound) -> np.ndarray:
    """[time, slice, row, column]"""
    index = series.index
    frames = np.stack([stored(series, n) for n in range(len(index))])
    return frames.reshape(index.times, index.slices, *frames.shape[1:])
