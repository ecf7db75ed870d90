"""A CT series of 400 slices of 512 x 512, its files in the page cache: the whole volume, the first picture, a step.

Ours and theirs take turns in one run. Their whole volume is SimpleITK's scan and read (the usual way in Python), the bare
machine's a loop that reads every file into memory that is ready.
"""

from __future__ import annotations

import gzip
import shutil
import tempfile
import threading
import time
from pathlib import Path
from statistics import median

import numpy as np

from benchmarks.rows import Row, percentile
from storage.media.dicom_index import FrameIndex
from storage.media.source import FileSource
from viewers.decode.volume import DicomFrames, Frames
from viewers.decode.volume_store import VolumeStore
from viewers.scene.volume_source import VolumeSource

SLICES, SIDE = 400, 512
J2K = "1.2.840.10008.1.2.4.90"


def run(quick: bool) -> list[Row]:
    slices = 100 if quick else SLICES
    rows = _whole(slices, 3 if quick else 7)
    rows += _looking(slices, 5 if quick else 15)
    rows += _compressed(8 if quick else 32)
    rows.append(_packed_nifti(40 if quick else 150))
    return rows


def series(slices: int, syntax: str = "1.2.840.10008.1.2.1") -> Path:
    """Made once: a smooth body with noise, 12 bits stored, as a CT writes them."""
    from tests.support import phantoms

    folder = Path(tempfile.gettempdir()) / f"postil-bench-ct-{slices}-{syntax.rsplit('.', 1)[-1]}"
    if folder.exists():
        return folder
    part = folder.with_name(f"{folder.name}.part")
    shutil.rmtree(part, ignore_errors=True)
    phantoms.series(
        part, n=slices, rows=SIDE, cols=SIDE, values=body(slices), bits_stored=12, intercept=-1024.0, transfer_syntax=syntax
    )
    part.rename(folder)
    return folder


def body(slices: int) -> np.ndarray:
    dice = np.random.default_rng(1)
    y, x = np.mgrid[:SIDE, :SIDE]
    round_body = np.where((x - 256) ** 2 + (y - 256) ** 2 < 200**2, 1060, 24)
    noise = dice.normal(0, 12, (16, SIDE, SIDE))
    return np.stack([np.clip(round_body + noise[k % 16] + k % 7, 0, 4095).astype(np.uint16) for k in range(slices)])


def catalogued(folder: Path) -> tuple[bytes, list[Path]]:
    """What the catalog keeps of a series."""
    from storage.media.dicom import scan

    (found,) = scan([folder]).series
    return found.index.to_bytes(), list(found.files)


def _frames(kept: tuple[bytes, list[Path]]) -> DicomFrames:
    blob, files = kept
    return DicomFrames(FrameIndex.from_bytes(blob), lambda file: FileSource(files[file]))


def _whole(slices: int, turns: int) -> list[Row]:
    kept = catalogued(series(slices))
    files = kept[1]
    times: dict[str, list[float]] = {"ours": [], "raw": [], "itk": []}
    _raw(files)
    for turn in range(turns):
        times["ours"].append(_timed(lambda: _load(kept)))
        times["raw"].append(_timed(lambda: _raw(files)))
        if turn < 3:
            times["itk"].append(_timed(lambda: by_simpleitk(files[0].parent)))
    ours, raw, itk = (median(times[name]) for name in ("ours", "raw", "itk"))
    size = f"{slices} slices, in the page cache, index from the catalog, median of {turns}"
    return [
        Row("volume: whole, against SimpleITK's scan and read", ours, itk, "ms", 0.12, "at most", size),
        Row("volume: whole, against a raw read into memory", ours, raw, "ms", 1.3, "at most", size),
    ]


def _load(kept: tuple[bytes, list[Path]]) -> None:
    store = VolumeStore(_frames(kept)).load()
    assert store.complete and not store.damaged
    store.close()


def _raw(files: list[Path]) -> None:
    room = np.empty(sum(f.stat().st_size for f in files), np.uint8)
    view, at = room.data, 0
    for path in files:
        with path.open("rb", buffering=0) as file:
            at += file.readinto(view[at:])


def by_simpleitk(folder: Path) -> None:
    import SimpleITK as sitk  # noqa: N813

    reader = sitk.ImageSeriesReader()
    reader.SetFileNames(reader.GetGDCMSeriesFileNames(str(folder)))
    sitk.GetArrayViewFromImage(reader.Execute())


def _looking(slices: int, turns: int) -> list[Row]:
    kept = catalogued(series(slices))
    firsts = [_first_picture(kept, slices) for _ in range(turns)]
    source = VolumeSource(lambda: _frames(kept), modality="CT")
    source.start()
    _until(source, lambda: source.complete)
    steps = [_timed(lambda at=k: source.shown(at)) for k in range(slices)]
    source.close()
    return [
        Row(
            "volume: first picture of a catalogued series",
            percentile(firsts, 95),
            100,
            "ms",
            1.0,
            "at most",
            "p95, from the click",
        ),
        Row("volume: step to another slice", percentile(steps, 95), 8, "ms", 1.0, "at most", "p95, through its window"),
    ]


def _first_picture(kept: tuple[bytes, list[Path]], slices: int) -> float:
    """Until greys of the middle slice are there, everything opened anew."""
    began = time.perf_counter()
    source = VolumeSource(lambda: _frames(kept), modality="CT")
    source.start([slices // 2])
    _until(source, lambda: (found := source.slice(slices // 2)) is not None and found.exact)
    assert source.shown(slices // 2) is not None
    took = time.perf_counter() - began
    source.close()
    return 1e3 * took


def _until(source: VolumeSource, there) -> None:
    came = threading.Event()
    stop = source.listen(came.set)
    while not there():
        came.wait(0.02)
        came.clear()
    stop()


def _compressed(slices: int) -> list[Row]:
    """Lossless JPEG 2000, decoded and kept, then mapped; SimpleITK beside it."""
    folder = series(slices, J2K)
    kept = catalogued(folder)
    with tempfile.TemporaryDirectory() as cache:
        first = _complete(_frames(kept), Path(cache))
        again = median(_complete(_frames(kept), Path(cache)) for _ in range(5))
    itk = _timed(lambda: by_simpleitk(folder))
    note = f"{slices} slices, lossless"
    return [
        Row("volume: JPEG 2000, against SimpleITK", first, itk, "ms", 1.0, "at most", note),
        Row("volume: JPEG 2000 opened again, against the first time", again, first, "ms", 0.1, "at most", note),
    ]


def _complete(frames: Frames, cache: Path) -> float:
    """Until every slice can be seen; writing the cache file out goes on behind it."""
    began = time.perf_counter()
    store = VolumeStore(frames, cache).open()
    store.start()
    while not store.complete:
        store.wait(timeout=0.002)
    took = time.perf_counter() - began
    assert not store.damaged
    store.wait()
    store.close()
    return 1e3 * took


def _packed_nifti(slices: int) -> Row:
    import nibabel

    from tests.support import phantoms
    from viewers.decode.grid_volume import open_grid

    with tempfile.TemporaryDirectory() as folder:
        plain = phantoms.nifti(Path(folder) / "v.nii", body(slices).astype(np.int16), np.eye(4))
        path = Path(folder) / "v.nii.gz"
        path.write_bytes(gzip.compress(plain.read_bytes(), 1))

        def load(turn: int) -> float:
            return _complete(open_grid(FileSource(path), {}), Path(folder) / f"cache {turn}")

        times = [(load(turn), _timed(lambda: np.asarray(nibabel.load(path).dataobj))) for turn in range(5)]
    ours, theirs = (median(column) for column in zip(*times, strict=True))
    note = f"{slices} slices; ours is mapped from then on"
    return Row("volume: .nii.gz unpacked into the cache, against nibabel", ours, theirs, "ms", 0.8, "at most", note)


def _timed(work) -> float:
    began = time.perf_counter()
    work()
    return 1e3 * (time.perf_counter() - began)
