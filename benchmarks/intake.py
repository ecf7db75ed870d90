"""Adding pictures: files per second against a bare loop (read, hash, copy, draft, JPEG), and rows before previews.

Both work on the same files in the same run, each from a warm cache.
"""

from __future__ import annotations

import hashlib
import io
import shutil
import tempfile
import time
from collections.abc import Iterable
from pathlib import Path

from PIL import Image

from benchmarks import stages, window
from benchmarks.rows import Row, percentile

SIZE = 256


def run(quick: bool) -> list[Row]:
    return measure(300, 40) if quick else measure(5000, 500)


def measure(small: int, large: int) -> list[Row]:
    with tempfile.TemporaryDirectory(prefix="postil-bench-") as name:
        folder = Path(name)
        return [
            *_compare(folder / "small", small, (1280, 960), f"{small:,} of 1280x960"),
            *_compare(folder / "large", large, (4000, 3000), f"{large:,} of 12 megapixels"),
        ]


def _compare(folder: Path, count: int, size: tuple[int, int], what: str) -> list[Row]:
    stages.pictures(folder / "in", count, size)
    bare = _bare(sorted((folder / "in").iterdir()), folder / "bare")
    ours, listed = _ours(folder / "in", folder / "catalog", count)
    rows = [
        Row(f"intake: {what}", count / ours, count / bare, "files/s", 0.7, "at least", "against the bare loop, previews too")
    ]
    if size == (1280, 960):
        rows.append(Row(f"intake: rows of {what} before previews", count / listed, 1000.0, "items/s", 1, "at least"))
        rows += _in_the_window(folder, what)
    shutil.rmtree(folder)
    return rows


def _in_the_window(folder: Path, what: str) -> list[Row]:
    """How late a timer of 5 ms is in the real window while it adds them and shows the folder they enter."""
    from storage.catalog import folders
    from storage.catalog.engine import Catalog

    with Catalog.create(folder / "window") as catalog:
        catalog.do("New folder", folders.create, None, "Pictures")
    found = window.run_window("add", str(folder / "window"), str(folder / "in"))
    busy, idle = found["busy_ms"], found["idle_ms"]
    most = max(33.0, max(idle) + 20.0)
    note = f"{len(busy):,} ticks, {found['added'] / found['seconds']:.0f} files/s in the window"
    return [
        Row("intake: GUI gap, p99.9", percentile(busy, 99.9), 16.0, "ms", 1, "at most", note),
        Row("intake: GUI gap, most", max(busy), most, "ms", 1, "at most", f"bar: 33 ms or idle {max(idle):.0f} + 20 ms"),
    ]


def _bare(paths: Iterable[Path], target: Path) -> float:
    target.mkdir()
    start = time.perf_counter()
    for path in paths:
        data = path.read_bytes()
        digest = hashlib.sha256(data).hexdigest()
        (target / f"{digest}.jpg").write_bytes(data)
        with Image.open(io.BytesIO(data)) as image:
            image.draft("RGB", (SIZE, SIZE))
            image.thumbnail((SIZE, SIZE))
            out = io.BytesIO()
            image.save(out, "JPEG", quality=82)
        (target / f"{digest}.thumb").write_bytes(out.getvalue())
    seconds = time.perf_counter() - start
    shutil.rmtree(target)
    return seconds


def _ours(source: Path, where: Path, count: int) -> tuple[float, float]:
    from storage.catalog import folders
    from storage.catalog.engine import Catalog
    from storage.progress import Progress
    from storage.services.intake import add_paths
    from viewers.decode.thumbs import render

    committed: list[float] = []
    catalog = Catalog.create(where)
    try:
        folder_id = catalog.do("New folder", folders.create, None, "Pictures")
        start = time.perf_counter()
        result = add_paths(
            catalog, [source], folder_id, render=render, progress=Progress(),
            on_batch=lambda ids: committed.append(time.perf_counter()),
        )  # fmt: skip
        seconds = time.perf_counter() - start
        assert len(result.added) == count, result.errors[:3]
        assert not result.warnings, result.warnings[:3]
    finally:
        catalog.close()
    return seconds, committed[-1] - start
