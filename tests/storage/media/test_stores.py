"""Copies named by their content, and small pictures in a file of their own."""

from __future__ import annotations

import hashlib
import multiprocessing
import sqlite3
import threading
from pathlib import Path

import pytest

from storage.errors import BadInput, Cancelled, DiskFull
from storage.media import originals as module
from storage.media.originals import Originals, hash_file
from storage.media.thumbnails import ThumbnailStore
from storage.model.items import Location
from storage.paths import CatalogPaths


@pytest.fixture
def originals(tmp_path):
    return Originals(CatalogPaths(tmp_path / "catalog"))


def a_file(path: Path, data: bytes) -> Path:
    path.write_bytes(data)
    return path


@pytest.mark.parametrize("size", [10, module._WHOLE + 5])
def test_a_copy_is_named_by_its_content_and_found_again(originals, tmp_path, size):
    data = b"x" * size
    stored = originals.add_copy(a_file(tmp_path / "Some Ärger.JPG", data), ".JPG")
    digest = hashlib.sha256(data).hexdigest()
    source = f"originals/{digest[:2]}/{digest[2:4]}/{digest}.jpg"
    assert stored == module.Stored(source, digest, size, True, tmp_path / "catalog" / source)
    assert originals.path_of(stored.source, Location.LOCAL).read_bytes() == data
    assert list((tmp_path / "catalog/originals/incoming").iterdir()) == []


@pytest.mark.parametrize("size", [10, module._WHOLE + 5])
def test_the_same_bytes_share_one_file(originals, tmp_path, size):
    first = originals.add_copy(a_file(tmp_path / "a", b"y" * size))
    second = originals.add_copy(a_file(tmp_path / "b", b"y" * size))
    assert (first.source, second.source, second.is_new) == (first.source, first.source, False)
    assert len([p for p in (tmp_path / "catalog/originals").rglob("*") if p.is_file()]) == 1


def test_a_copy_that_a_power_cut_shortened_is_written_again(originals, tmp_path):
    stored = originals.add_copy(a_file(tmp_path / "a", b"whole"))
    originals.path_of(stored.source, Location.LOCAL).write_bytes(b"")
    assert originals.add_copy(tmp_path / "a").is_new
    assert originals.path_of(stored.source, Location.LOCAL).read_bytes() == b"whole"


@pytest.mark.parametrize(
    "source", ["../../etc/passwd", "originals/../catalog.sqlite", "/etc/passwd", "originals/aa/bb/short", "catalog.sqlite", ""]
)
def test_a_stored_path_cannot_lead_out_of_the_catalog(originals, source):
    with pytest.raises(BadInput, match="leads out of the catalog"):
        originals.path_of(source, Location.LOCAL)


def test_not_even_through_a_link(originals, tmp_path):
    stored = originals.add_copy(a_file(tmp_path / "a", b"data"))
    path = originals.path_of(stored.source, Location.LOCAL)
    path.unlink()
    path.symlink_to(a_file(tmp_path / "outside", b"secret"))
    with pytest.raises(BadInput, match="leads out"):
        originals.path_of(stored.source, Location.LOCAL)


def test_many_paths_are_the_same_as_each_by_itself_and_as_well_guarded(originals, tmp_path):
    stored = [originals.add_copy(a_file(tmp_path / str(n), b"data %d" % n)).source for n in range(3)]
    places = [*((source, Location.LOCAL) for source in stored), ("/media/disk/a.png", Location.LINKED)]
    assert originals.paths_of(places) == [originals.path_of(*place) for place in places]
    for odd in ("originals/../catalog.sqlite", "/etc/passwd"):
        with pytest.raises(BadInput, match="leads out"):
            originals.paths_of([*places, (odd, Location.LOCAL)])
    folder = originals.path_of(stored[1], Location.LOCAL).parent
    folder.rename(tmp_path / "away")
    folder.symlink_to(tmp_path / "away")
    with pytest.raises(BadInput, match="leads out"):
        originals.paths_of(places)


def test_a_linked_original_is_where_it_says(originals):
    assert originals.path_of("/media/disk/a.png", Location.LINKED) == Path("/media/disk/a.png")


def test_a_full_disk_is_told_and_leaves_nothing_behind(originals, tmp_path, monkeypatch):
    def full(out, data):
        out.write(data[:1])
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(module, "_write_all", full)
    a_file(tmp_path / "a", b"some bytes")
    with pytest.raises(DiskFull, match="no room left"):
        originals.add_copy(tmp_path / "a")
    assert not [p for p in (tmp_path / "catalog").rglob("*") if p.is_file()]


def test_a_long_copy_can_be_given_up_and_leaves_nothing_behind(originals, tmp_path):
    def stop():
        raise Cancelled

    with pytest.raises(Cancelled):
        originals.add_copy(a_file(tmp_path / "a", bytes(module._WHOLE + 1)), ".jpg", stop)
    assert not [p for p in (tmp_path / "catalog").rglob("*") if p.is_file()]


def test_leftovers_of_a_killed_copy_are_swept(originals, tmp_path):
    originals.add_copy(a_file(tmp_path / "a", b"1"))
    left = a_file(tmp_path / "catalog/originals/incoming/left", b"half")
    assert originals.sweep() == 0  # it may be somebody's copy under way
    assert originals.sweep(older_than_s=-1) == 1
    assert not left.exists()


def test_sync_and_remove(originals, tmp_path):
    stored = originals.add_copy(a_file(tmp_path / "a", b"12345"))
    originals.sync()
    assert originals.remove(stored.source) == 5
    assert originals.remove(stored.source) == 0


def test_a_file_left_in_place_is_hashed(tmp_path):
    assert hash_file(a_file(tmp_path / "a", b"abc")) == hashlib.sha256(b"abc").hexdigest()


# -- small pictures ---------------------------------------------------------------------------------------------------


@pytest.fixture
def store(tmp_path):
    store = ThumbnailStore(tmp_path / "thumbnails.sqlite")
    yield store
    store.close()


def test_what_was_put_is_got_and_what_is_missing_is_named(store):
    store.put("a" * 64, b"one")
    store.put_many([("b" * 64, b"two"), ("a" * 64, b"newer")])
    assert (store.get("a" * 64), store.get("b" * 64), store.get("c" * 64)) == (b"newer", b"two", None)
    assert store.missing(["c" * 64, "a" * 64, "d" * 64, "c" * 64]) == ["c" * 64, "d" * 64]
    store.remove(["a" * 64])
    assert store.get("a" * 64) is None


def test_missing_takes_any_number_of_keys(store):
    keys = [f"{i:064d}" for i in range(2500)]
    store.put_many((key, b"x") for key in keys[::2])
    assert store.missing(keys) == keys[1::2]


def test_several_threads_read_and_write_at_once(store):
    faults = []

    def work(number):
        try:
            for i in range(100):
                store.put(f"{number}-{i}", b"%d" % i)
                assert store.get(f"{number}-{i}") == b"%d" % i
        except Exception as error:
            faults.append(error)

    threads = [threading.Thread(target=work, args=(n,)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert faults == []
    assert store.missing([f"{n}-{i}" for n in range(4) for i in range(100)]) == []


def _put_from_another_process(path):
    store = ThumbnailStore(Path(path))
    for i in range(50):
        store.put(f"other-{i}", b"o")
    store.close()


def test_two_processes_write_at_once(store):
    other = multiprocessing.get_context("spawn").Process(target=_put_from_another_process, args=(str(store.path),))
    other.start()
    for i in range(50):
        store.put(f"mine-{i}", b"m")
    other.join(60)
    assert other.exitcode == 0
    assert store.missing([f"{who}-{i}" for who in ("other", "mine") for i in range(50)]) == []


def test_a_damaged_file_is_begun_anew(tmp_path):
    path = tmp_path / "thumbnails.sqlite"
    path.write_bytes(b"this is no database" * 500)
    store = ThumbnailStore(path)
    store.put("k", b"v")
    assert store.get("k") == b"v"
    store.close()


def test_it_can_be_used_again_after_closing(store):
    store.put("k", b"v")
    store.close()
    assert store.get("k") == b"v"


def test_a_catalog_opened_for_reading_gets_no_new_file(tmp_path):
    store = ThumbnailStore(tmp_path / "none.sqlite", read_only=True)
    store.put("k", b"v")
    assert store.get("k") is None
    assert store.missing(["k"]) == ["k"]
    assert not (tmp_path / "none.sqlite").exists()


def test_reads_go_through_the_unique_key_of_a_rowid_table(store):
    with sqlite3.connect(store.path) as db:
        plan = db.execute("EXPLAIN QUERY PLAN SELECT jpeg FROM thumbnails WHERE key = 'x'").fetchall()
        (sql,) = db.execute("SELECT sql FROM sqlite_master WHERE name = 'thumbnails'").fetchone()
    db.close()
    assert "USING INDEX" in plan[0][3]
    assert "WITHOUT ROWID" not in sql
