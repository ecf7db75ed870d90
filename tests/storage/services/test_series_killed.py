"""An import of series that is killed: what is in the catalog is whole, and the rest can be added again."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from storage.catalog import folders
from storage.catalog.check import check
from storage.catalog.engine import Catalog
from storage.model.items import Location
from storage.model.query import ItemQuery
from storage.progress import Progress
from storage.services.bring_in import make_up
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

    add_series(catalog, [Path(sys.argv[2])], int(sys.argv[3]), progress=Progress(), on_batch=tell)
"""


@pytest.mark.parametrize("told", [1, SERIES], ids=["in the first rows", "while it copies"])
def test_an_import_that_is_killed_leaves_whole_series_and_goes_on_the_next_time(tmp_path, told):
    for n in range(SERIES):
        phantoms.series(tmp_path / "in" / str(n), n=SLICES, rows=256, cols=256)
    with Catalog.create(tmp_path / "catalog") as catalog:
        target = catalog.do("New folder", folders.create, None, "Target")
    command = [sys.executable, "-c", IMPORT, tmp_path / "catalog", tmp_path / "in", target]
    child = subprocess.Popen([*map(str, command)], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert child.stdout is not None
    for _ in range(told):
        assert child.stdout.readline() == b"in\n"
    child.kill()
    child.communicate(timeout=300)
    incoming = tmp_path / "catalog/originals/incoming"
    for half in incoming.glob("*"):
        os.utime(half, (1, 1))  # written long ago: nobody's work any more
    assert check(tmp_path / "catalog") == []
    with Catalog.open(tmp_path / "catalog") as catalog:
        there = [catalog.reads.item(id_) for id_ in catalog.reads.ids(ItemQuery())]
        assert told <= len(there) <= SERIES
        for item in there:
            assert item.frames == SLICES
            assert sum(p.stat().st_size for p in paths_of(catalog, item)) == item.size
        sweep(catalog)
        assert not list(incoming.glob("*"))
        again = add_series(catalog, [tmp_path / "in"], target, progress=Progress())
        assert (len(again.added), len(again.skipped), again.errors) == (SERIES - len(there), len(there), [])
        made_up = make_up(catalog, Progress())
        assert made_up.items == sum(item.location is Location.LINKED for item in there) and not made_up.errors
        everything = [catalog.reads.item(id_) for id_ in catalog.reads.ids(ItemQuery())]
        assert {item.location for item in everything} == {Location.LOCAL}
        assert {p for item in everything for p in paths_of(catalog, item)} == set(catalog.paths.originals.rglob("*.dcm"))
    assert check(tmp_path / "catalog") == []
