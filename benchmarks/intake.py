"""Adding pictures: files per second against a bare loop (read, hash, copy, draft, JPEG), and rows before previews.

Both work on the same files in the same run, each from a warm cache. By hand: `python -m benchmarks.intake 5000 500`.
"""

from __future__ import annotations

import hashlib
import io
import shutil
import sys
import tempfile
import time
from collections.abc import Iterable
from pathlib import Path

import numpy as np
from PIL import Image

from benchmarks.rows import Row

SIZE = 256


def run(quick: bool) -> list[Row]:
    return measure(300, 40) if quick else measure(5000, 500)


def measure(small: int, large: int) -> list[Row]:
    with tempfile.TemporaryDirectory(prefix="postil-bench-") as name:
        folder = Path(name)
        return [
            *_compare(folder / "small", _pictures(folder / "small", small, (1280, 960)), f"{small} of 1280x960"),
            *_compare(folder / "large", _pictures(folder / "large", large, (4000, 3000)), f"{large} of 12 megapixels"),
        ]


def _compare(folder: Path, count: int, what: str) -> list[Row]:
    bare = _bare(sorted((folder / "in").iterdir()), folder / "bare")
    ours, listed = _ours(folder / "in", folder / "catalog", count)
    shutil.rmtree(folder)
    return [
        Row(f"add {what}", count / ours, count / bare, "files/s", 0.7, "at least", "against the bare loop, previews included"),
        Row(f"rows of {what} before previews", count / listed, 0, "items/s", 1000 if "1280" in what else 0, "at least"),
    ]


def _pictures(folder: Path, count: int, size: tuple[int, int]) -> int:
    """Different files from a few encoded pictures: a comment of a running number in each changes the hash."""
    target = folder / "in"
    target.mkdir(parents=True)
    seeds = [_jpeg(size, seed) for seed in range(4)]
    for i in range(count):
        data = seeds[i % len(seeds)]
        comment = f"{i:08d}".encode()
        (target / f"picture {i}.jpg").write_bytes(data[:2] + b"\xff\xfe\x00\x0a" + comment + data[2:])
    return count


def _jpeg(size: tuple[int, int], seed: int) -> bytes:
    """About as many bytes as a photograph: smooth ground, fine noise."""
    rng = np.random.default_rng(seed)
    coarse = Image.fromarray(rng.integers(0, 256, (24, 32, 3), np.uint8)).resize(size, Image.Resampling.BICUBIC)
    noisy = np.asarray(coarse).astype(np.int16) + rng.integers(-8, 9, (size[1], size[0], 1), np.int16)
    out = io.BytesIO()
    Image.fromarray(np.clip(noisy, 0, 255).astype(np.uint8)).save(out, "JPEG", quality=85)
    return out.getvalue()


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


if __name__ == "__main__":
    numbers = [int(argument) for argument in sys.argv[1:]] or [600, 60]
    for row in measure(*numbers[:2]):
        verdict = "holds" if row.holds else "short"
        print(
            f"{row.name}: {row.ours:.0f} {row.unit}, theirs {row.theirs:.0f}, ratio {row.ratio:.2f}, goal {row.goal}, {verdict}"
        )
