"""Image sequences become videos behind the window, and again after the cache was lost."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from app.background.encoding import Encoding
from app.jobs import JobRunner
from storage.catalog import folders
from storage.catalog.engine import Catalog
from storage.media.video import probe_video
from storage.progress import Progress
from storage.services import sequences
from storage.services.batches import add_batch
from tests.support import pictures
from viewers.decode.thumbs import render


@pytest.fixture
def catalog(tmp_path: Path) -> Iterator[Catalog]:
    with Catalog.create(tmp_path / "catalog", name="Ada", email="ada@example.org") as made:
        yield made


@pytest.fixture
def jobs(qapp) -> Iterator[JobRunner]:
    runner = JobRunner()
    yield runner
    runner.close()


def sequence(catalog: Catalog, place: Path, count: int, size: int = 64) -> int:
    place.mkdir()
    shots = [pictures.write(place / f"{n}.png", np.full((size, size, 3), n % 250, np.uint8)) for n in range(count)]
    folder = catalog.do("New folder", folders.ensure, ("Target",))
    result = add_batch(catalog, shots, folder, as_="image-sequence", render=render, progress=Progress())
    return result.added[0].item_id


def test_what_is_missing_is_encoded_in_another_process(catalog, jobs, tmp_path, qtbot):
    item = catalog.reads.item(sequence(catalog, tmp_path / "shots", 30))
    Encoding.of(catalog, jobs).look()
    qtbot.waitUntil(lambda: sequences.encoded(catalog, item) is not None)
    assert probe_video(sequences.encoded(catalog, item)).frames == 30
    sequences.encoded(catalog, item).unlink()
    qtbot.waitUntil(lambda: not jobs.running)
    Encoding.of(catalog, jobs).look()
    qtbot.waitUntil(lambda: sequences.encoded(catalog, item) is not None)


def test_what_is_added_meanwhile_comes_after(catalog, jobs, tmp_path, qtbot):
    sequence(catalog, tmp_path / "first", 40)
    encoding = Encoding.of(catalog, jobs)
    assert Encoding.of(catalog, jobs) is encoding
    encoding.look()
    qtbot.waitUntil(lambda: bool(jobs.running))
    sequence(catalog, tmp_path / "second", 5)
    encoding.look()
    qtbot.waitUntil(lambda: sequences.missing(catalog) == [] and not jobs.running)


def test_a_stopped_encoding_leaves_nothing_half_done(catalog, jobs, tmp_path, qtbot):
    item_id = sequence(catalog, tmp_path / "shots", 200, 512)
    Encoding.of(catalog, jobs).look()
    qtbot.waitUntil(lambda: bool(jobs.running) and jobs.running[0].progress.done > 0)
    jobs.running[0].cancel()
    qtbot.waitUntil(lambda: not jobs.running)
    assert jobs.jobs[-1].state == "cancelled"
    assert sequences.missing(catalog) == [item_id]
    assert list((catalog.paths.cache / "sequences").iterdir()) == []
