"""What goes wrong with the file of a volume is told by the name that people gave it."""

from __future__ import annotations

import gzip
import threading
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from app.volumes import open_volume_source
from storage.catalog import folders
from storage.catalog.engine import Catalog
from storage.progress import Progress
from storage.services.intake import add_paths
from storage.services.originals import facts_of
from tests.support import phantoms


@pytest.fixture
def catalog(tmp_path: Path) -> Iterator[Catalog]:
    with Catalog.create(tmp_path / "catalog", name="Ada") as made:
        yield made


def test_what_a_packed_file_lacks_is_told_by_its_title(catalog, tmp_path):
    target = catalog.do("Folder", folders.create, None, "Scans")
    dice = np.random.default_rng(1)
    plain = phantoms.nifti(tmp_path / "v.nii", dice.integers(0, 4000, (30, 64, 64)).astype(np.int16), np.eye(4))
    packed = gzip.compress(plain.read_bytes())
    path = tmp_path / "head of march.nii.gz"
    path.write_bytes(packed[: len(packed) // 2])
    (added,) = add_paths(catalog, [path], target, render=lambda _path, _size: b"", progress=Progress()).added
    item = catalog.reads.item(added.item_id)
    volume = open_volume_source(catalog, item, facts_of(catalog, item))
    read = threading.Event()
    volume.listen(lambda: read.set() if volume.complete or volume.error else None)
    volume.start()
    assert read.wait(60)
    lost = sorted(volume.damaged)
    assert 29 in lost and 0 not in lost
    assert "head of march" in volume.damaged[29].reason and item.sha256 not in volume.damaged[29].reason
    shown = volume.shown(29)
    assert shown is not None and not shown.any()
    volume.close()
