"""Catalogs that are damaged, foreign, too new, read-only, or on a full disk: a clear sentence, and nothing lost."""

from __future__ import annotations

import contextlib
import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from storage.catalog.ballast import Ballast
from storage.catalog.check import check
from storage.catalog.engine import Catalog, Priority
from storage.catalog.migrations import LATEST
from storage.errors import CatalogDamaged, CatalogError, CatalogTooNew, DiskFull
from tests.support.catalogs import add_items, label_ground, scalar

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture
def closed(tmp_path: Path) -> Path:
    """A catalog with a backup, not open."""
    with Catalog.create(tmp_path / "c") as catalog:
        catalog.do("Ground", label_ground)
        catalog.do("Add", add_items, 1, *(f"{n}.jpg" for n in range(3000)))
    return tmp_path / "c"


def database(folder: Path) -> Path:
    return folder / "catalog.sqlite"


def test_a_folder_without_a_catalog_is_said_to_be_none(tmp_path):
    with pytest.raises(CatalogError, match="no catalog"):
        Catalog.open(tmp_path)


@pytest.mark.parametrize(
    "spoil",
    [
        lambda data: b"",
        lambda data: b"not a database at all" * 100,
        lambda data: data[: len(data) // 2],
        lambda data: data[:100],
    ],
    ids=["empty", "overwritten", "half", "header only"],
)
def test_a_spoilt_database_is_recognised_at_once_and_a_backup_offered(closed, spoil):
    database(closed).write_bytes(spoil(database(closed).read_bytes()))
    with pytest.raises(CatalogDamaged, match="damaged") as caught:
        Catalog.open(closed)
    (backup,) = caught.value.backups
    assert backup.parent == closed / "backups"
    assert check(closed) != []


def test_restoring_the_offered_backup_brings_everything_back_and_keeps_the_spoilt_file(closed):
    database(closed).write_bytes(b"spoilt")
    with pytest.raises(CatalogDamaged) as caught:
        Catalog.open(closed)
    aside = Catalog.restore(caught.value.backups[0], closed)
    assert aside is not None
    assert aside.read_bytes() == b"spoilt"
    with Catalog.open(closed) as catalog:
        assert scalar(catalog, "SELECT count(*) FROM items") == 3001
    assert check(closed) == []


def test_a_spoilt_page_is_found_by_verify(closed):
    data = bytearray(database(closed).read_bytes())
    data[4096 * 40 : 4096 * 60] = bytes(4096 * 20)
    database(closed).write_bytes(data)
    with pytest.raises(CatalogDamaged) as caught, Catalog.open(closed) as catalog:
        catalog.verify()
    assert caught.value.backups


def test_a_sound_catalog_passes(closed):
    with Catalog.open(closed) as catalog:
        catalog.verify()
    assert check(closed) == []


def test_a_spoilt_backup_is_not_offered(closed):
    for backup in (closed / "backups").iterdir():
        backup.write_bytes(b"x" * 5000)
    database(closed).write_bytes(b"spoilt")
    with pytest.raises(CatalogDamaged) as caught:
        Catalog.open(closed)
    assert caught.value.backups == ()


def test_a_wal_left_by_a_killed_program_is_replayed(closed):
    die = (
        "import os, sys; from pathlib import Path; from storage.catalog.engine import Catalog\n"
        "c = Catalog.open(Path(sys.argv[1])); c.do('New', lambda op: op.insert('folders', title='last')); os._exit(1)"
    )
    subprocess.run([sys.executable, "-c", die, str(closed)], cwd=ROOT, timeout=300)
    assert database(closed).with_name("catalog.sqlite-wal").stat().st_size > 0
    with Catalog.open(closed, read_only=True) as catalog:
        assert scalar(catalog, "SELECT title FROM folders ORDER BY id DESC") == "last"
    with Catalog.open(closed) as catalog:
        assert scalar(catalog, "SELECT title FROM folders ORDER BY id DESC") == "last"
    assert check(closed) == []


def test_the_database_of_another_program_is_left_alone(tmp_path):
    (tmp_path / "c").mkdir()
    foreign = sqlite3.connect(database(tmp_path / "c"))
    foreign.execute("CREATE TABLE notes (text)")
    foreign.commit()
    foreign.close()
    before = database(tmp_path / "c").read_bytes()
    with pytest.raises(CatalogError, match="another program") as caught:
        Catalog.open(tmp_path / "c")
    assert not isinstance(caught.value, CatalogDamaged)
    assert database(tmp_path / "c").read_bytes() == before


def test_a_newer_format_is_refused_untouched(closed):
    db = sqlite3.connect(database(closed))
    db.execute(f"PRAGMA user_version = {LATEST + 1}")
    db.close()
    before = database(closed).read_bytes()
    with pytest.raises(CatalogTooNew, match="newer Postil"):
        Catalog.open(closed)
    assert database(closed).read_bytes() == before


NOBODY = """
import sys
from pathlib import Path
from storage.catalog.engine import Catalog
from storage.errors import CatalogError
from tests.support.rights import keep_to_the_modes
path = Path(sys.argv[1])
keep_to_the_modes()
try:
    Catalog.open(path)
except CatalogError as error:
    print(error)
with Catalog.open(path, read_only=True) as catalog:
    print(catalog.reader().execute("SELECT count(*) FROM items").fetchone()[0])
"""


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX permissions")
def test_a_catalog_without_the_right_to_write_can_be_read(closed, tmp_path):
    for folder, _, files in os.walk(closed):
        for name in files:
            (Path(folder) / name).chmod(0o444)
        Path(folder).chmod(0o555)
    try:
        done = subprocess.run(
            [sys.executable, "-c", NOBODY, str(closed)],
            cwd=ROOT,
            capture_output=True,
            text=True,
            env={**os.environ, "HOME": "/"},
        )
    finally:
        for folder, _, _files in os.walk(closed):
            Path(folder).chmod(0o755)
    lines = done.stdout.splitlines()
    assert done.returncode == 0, done.stderr
    assert "cannot be written" in lines[0]
    assert lines[1] == "3001"


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 12 MB: a real file system, so only where root may mount one."""
    place = tmp_path / "disk"
    place.mkdir()
    mount = shutil.which("mount")
    if mount is None or os.name == "nt" or os.getuid() != 0:
        pytest.skip("mounting a small disk needs root")
    made = subprocess.run([mount, "-t", "tmpfs", "-o", "size=12m", "tmpfs", str(place)], capture_output=True)
    if made.returncode != 0:
        pytest.skip("mounting a small disk is not permitted here")
    yield place
    subprocess.run(["umount", "-l", str(place)], check=True)


def fill(place: Path) -> None:
    with contextlib.suppress(OSError), (place / "filler").open("wb", buffering=0) as file:
        while file.write(bytes(4096)):
            pass


def long_row(op) -> int:
    return op.insert("folders", title="New", description=os.urandom(50_000).hex())


def test_a_full_disk_is_said_and_nothing_saved_is_lost(small_disk):
    with Catalog.create(small_disk / "c") as catalog:
        for n in range(20):
            catalog.do("New", lambda op, n=n: op.insert("folders", title=f"{n}"))
        fill(small_disk)
        failed = [f.exception() for f in [catalog.submit("New", long_row) for _ in range(10)]]
        assert isinstance(failed[-1], DiskFull)
        assert "is full" in failed[-1].reason
        assert "Make room" in failed[-1].remedy
        saved = scalar(catalog, "SELECT count(*) FROM folders")
        assert saved >= 20
        (small_disk / "filler").unlink()
        catalog.do("New", long_row)
    with Catalog.open(small_disk / "c") as catalog:
        assert scalar(catalog, "SELECT count(*) FROM folders") == saved + 1
    assert check(small_disk / "c") == []


def test_the_reserve_lets_a_gesture_through_and_holds_bulk_work_back(small_disk):
    with Catalog.create(small_disk / "c") as catalog:
        catalog._writer.ballast = Ballast(catalog.paths.ballast, size=2_000_000)
        assert catalog._writer.ballast.ready()
        fill(small_disk)
        catalog.do("New", long_row)
        catalog.do("New", long_row)
        for _ in range(4):
            catalog.do("New", long_row)
        assert catalog.disk_is_full
        assert not catalog.paths.ballast.exists()
        with pytest.raises(DiskFull):
            catalog.do("Add", add_items, 1, "x", priority=Priority.BULK)
        (small_disk / "filler").unlink()
        catalog.do("Add", add_items, 1, "x", priority=Priority.BULK)
        assert not catalog.disk_is_full
        assert catalog.paths.ballast.exists()
    assert check(small_disk / "c") == []
