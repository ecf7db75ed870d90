"""An import of series that is killed: what is in the catalog is whole, and the rest can be added again."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from storage.catalog import folders
from storage.catalog.check import check
from storage.catalog.engine import Catalog
from storage.model.query import ItemQuery
from storage.progress import Progress
from storage.services.leftovers import sweep
from storage.services.originals import paths_of
from storage.services.series import add_series
from tests.support import phantoms

ROOT = Path(__file__).resolve().parents[3]
SERIES, SLICES = 6, 20

IMPORT = """
import sys
from pathlib import Path
from storage.catalog.engine import Catalog
from storage.progress import Progress
from storage.services.series import add_series

with Catalog.open(Path(sys.argv[1])) as catalog:
    def tell(ids):
        print("in", flush=True)
        sys.stdin.read()  # until it is killed; the copying goes on

    add_series(catalog, [Path(sys.argv[2])], int(sys.argv[3]), progress=Progress(), on_batch=tell)
"""


def test_an_import_that_is_killed_leaves_whole_series_and_goes_on_the_next_time(tmp_path):
    for n in range(SERIES):
        phantoms.series(tmp_path / "in" / str(n), n=SLICES, rows=256, cols=256)
    with Catalog.create(tmp_path / "catalog") as catalog:
        target = catalog.do("New folder", folders.create, None, "Target")
    command = [sys.executable, "-c", IMPORT, tmp_path / "catalog", tmp_path / "in", target]
    child = subprocess.Popen([*map(str, command)], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert child.stdout is not None
    first = child.stdout.readline()
    child.kill()
    child.communicate(timeout=30)
    assert first == b"in\n"
    for half in (tmp_path / "catalog/originals/incoming").iterdir():
        os.utime(half, (1, 1))  # written long ago: nobody's work any more
    assert check(tmp_path / "catalog") == []
    with Catalog.open(tmp_path / "catalog") as catalog:
        there = list(catalog.reads.ids(ItemQuery()))
        assert len(there) == 1
        for item in map(catalog.reads.item, there):
            assert item.frames == SLICES
            assert sum(p.stat().st_size for p in paths_of(catalog, item)) == item.size
        sweep(catalog)
        assert not list((catalog.paths.originals / "incoming").iterdir())
        again = add_series(catalog, [tmp_path / "in"], target, progress=Progress())
        assert (len(again.added), len(again.skipped), again.errors) == (SERIES - 1, 1, [])
    assert check(tmp_path / "catalog") == []
