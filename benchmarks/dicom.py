"""Importing DICOM: headers per second, rows committed, files copied or linked; beside SimpleITK's scan of the same folder.

400 slices of 512 x 512 in the page cache. The worker processes stand ready, as they do in the window.
"""

from __future__ import annotations

import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import contextmanager
from multiprocessing import get_context
from pathlib import Path
from queue import SimpleQueue
from statistics import median

import numpy as np

from benchmarks.rows import Row
from benchmarks.volume import by_simpleitk, series
from storage.catalog.engine import Catalog
from storage.media.originals import hash_file, sync_file_system
from storage.media.source import FileSource
from viewers.decode.volume import DicomFrames
from viewers.decode.volume_store import VolumeStore

BAR = 600.0  # headers a second


def run(quick: bool) -> list[Row]:
    slices, rounds = (60, 1) if quick else (400, 5)
    with tempfile.TemporaryDirectory(prefix="postil-bench-") as name, _processes() as processes:
        folder = series(slices)
        for path in folder.iterdir():  # from here on in the page cache
            path.read_bytes()
        return _rows(Path(name), folder, slices, rounds, processes)


def _processes() -> ProcessPoolExecutor:
    from app.processes import begin_behind

    return ProcessPoolExecutor(2, mp_context=get_context("spawn"), initializer=begin_behind)


def _rows(root: Path, folder: Path, slices: int, rounds: int, processes: Executor) -> list[Row]:
    from storage.media.dicom import scan
    from storage.media.dicom_index import FrameIndex

    scan([folder], processes=processes)  # the workers have imported what they need
    alone = median(_timed(lambda: scan([folder])) for _ in range(rounds))
    spread = median(_timed(lambda: scan([folder], processes=processes)) for _ in range(rounds))
    theirs = median(_timed(lambda: _by_simpleitk(folder)) for _ in range(rounds))
    copied = median(_added(root, folder, processes, link=False) for _ in range(rounds))
    linked = median(_added(root, folder, processes, link=True) for _ in range(rounds))
    turns: dict[str, list[float]] = {"linked": [], "copied": [], "read": [], "hash alone": [], "copy alone": []}
    for _ in range(rounds):  # one after the other: the machine is not the same from one second to the next
        _touch_memory(slices)
        turns["read"].append(_timed(lambda: by_simpleitk(folder)))
        for way in ("linked", "copied"):
            _touch_memory(slices)
            turns[way].append(_looked_at(root, folder, processes, link=way == "linked"))
        turns["hash alone"].append(_timed(lambda: _by_two(hash_file, folder)))
        turns["copy alone"].append(_copied_alone(root, folder))
    alone_ms = {name: 1e3 * median(turns[name]) for name in ("hash alone", "copy alone")}
    floors = {
        "linked": f"hashing them alone: {alone_ms['hash alone']:.0f} ms",
        "copied": f"copying and syncing them alone: {alone_ms['copy alone']:.0f} ms, hashing: {alone_ms['hash alone']:.0f} ms",
    }
    index = scan([folder]).series[0].index
    blob = index.to_bytes()
    opened = median(_timed(lambda: FrameIndex.from_bytes(blob)) for _ in range(rounds))
    what = f"{slices} files"
    return [
        Row(f"dicom: scan of {what}, one process", slices / alone, BAR, "headers/s", 1, "at least"),
        Row(f"dicom: scan of {what}, two processes", slices / spread, BAR, "headers/s", 1, "at least"),
        Row(
            f"dicom: scan of {what} against SimpleITK's",
            spread * 1000,
            theirs * 1000,
            "ms",
            1,
            "at most",
            "ImageSeriesReader's names",
        ),
        Row(f"dicom: {what} copied, rows committed and copies safe", slices / copied, BAR, "headers/s", 1, "at least"),
        Row(f"dicom: {what} linked, rows committed", slices / linked, BAR, "headers/s", 1, "at least"),
        *(
            Row(
                f"dicom: from {what} dropped to the whole volume, {way}",
                median(turns[way]) * 1000,
                median(turns["read"]) * 1000,
                "ms",
                0.45,
                "at most",
                f"import included, against SimpleITK's scan and read; {floors[way]}",
            )
            for way in ("linked", "copied")
        ),
        Row(f"dicom: index of {what} read back", opened * 1000, 20.0, "ms", 1, "at most", f"{len(blob):,} bytes"),
    ]


def _timed(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def _touch_memory(slices: int) -> None:
    """As much as the volume takes, before either program's turn: the host of a virtual machine gives memory at its first touch
    only, which took 0 or 350 ms of a turn, whoever's it was."""
    np.ones(slices << 19, np.uint8)


def _by_two(work: Callable[[Path], object], folder: Path) -> None:
    with ThreadPoolExecutor(2) as threads:
        list(threads.map(work, sorted(folder.iterdir())))


def _copied_alone(root: Path, folder: Path) -> float:
    """The least that any import by copying must do: write the bytes, and wait until the disk has them."""
    target = root / "copies"
    target.mkdir()
    began = time.perf_counter()
    _by_two(lambda path: (target / path.name).write_bytes(path.read_bytes()), folder)
    sync_file_system(target)
    taken = time.perf_counter() - began
    shutil.rmtree(target)
    return taken


def _load(catalog: Catalog, item_id: int) -> None:
    from storage.services.originals import facts_of

    facts = facts_of(catalog, catalog.reads.item(item_id))
    store = VolumeStore(DicomFrames(facts["frame_index"], lambda file: FileSource(Path(facts["files"][file])))).load()
    assert store.complete and not store.damaged
    store.close()


def _by_simpleitk(folder: Path) -> object:
    import SimpleITK

    return SimpleITK.ImageSeriesReader.GetGDCMSeriesFileNames(str(folder))


def _added(root: Path, folder: Path, processes: Executor, *, link: bool) -> float:
    """Until all is done: the rows committed, and the copies, where there are any, safe on the disk."""
    from storage.progress import Progress
    from storage.services.series import add_series

    with _fresh(root) as (catalog, target):
        began = time.perf_counter()
        result = add_series(catalog, [folder], target, link=link, progress=Progress(), processes=processes)
        taken = time.perf_counter() - began
        assert len(result.added) == 1 and not result.errors and not result.warnings
    return taken


def _looked_at(root: Path, folder: Path, processes: Executor, *, link: bool) -> float:
    """Until every voxel is in memory, opened as soon as the row is there, as the list does it: copying goes on beside it."""
    from storage.progress import Progress
    from storage.services.series import add_series

    with _fresh(root) as (catalog, target), ThreadPoolExecutor(1) as job:
        came: SimpleQueue[list[int]] = SimpleQueue()
        began = time.perf_counter()
        adding = job.submit(
            add_series, catalog, [folder], target, link=link, progress=Progress(), processes=processes, on_batch=came.put
        )
        _load(catalog, came.get()[0])
        taken = time.perf_counter() - began
        result = adding.result()
        assert len(result.added) == 1 and not result.errors and not result.warnings
    return taken


@contextmanager
def _fresh(root: Path) -> Iterator[tuple[Catalog, int]]:
    from storage.catalog import folders

    with Catalog.create(root / "catalog") as catalog:
        yield catalog, catalog.do("New folder", folders.create, None, "Scans")
    shutil.rmtree(root / "catalog")
