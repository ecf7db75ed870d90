from __future__ import annotations

import subprocess
import sys
import threading
from pathlib import Path

import pytest

from storage.catalog.engine import Catalog, Priority
from storage.errors import CatalogError, NotFound
from storage.model.changes import Changes
from tests.support.catalogs import add_items, scalar


def test_a_new_catalog_has_its_folders_and_an_admin(catalog):
    assert catalog.user.email == "ada@example.org"
    assert catalog.user.is_admin
    for part in (catalog.paths.database, catalog.paths.originals, catalog.paths.backups, catalog.paths.logs):
        assert part.exists()


def test_what_is_saved_is_there_after_reopening(tmp_path):
    with Catalog.create(tmp_path / "c") as catalog:
        uuid = catalog.uuid
        catalog.do("New folder", lambda op: op.insert("folders", title="Scans"))
    with Catalog.open(tmp_path / "c") as catalog:
        assert catalog.uuid == uuid
        assert scalar(catalog, "SELECT title FROM folders") == "Scans"


def test_a_folder_in_use_is_no_place_for_a_new_catalog(tmp_path):
    (tmp_path / "notes.txt").write_text("mine")
    with pytest.raises(CatalogError, match="not empty"):
        Catalog.create(tmp_path)
    assert [p.name for p in tmp_path.iterdir()] == ["notes.txt"]


def test_failing_work_leaves_nothing_and_the_writer_goes_on(catalog):
    def half(op):
        op.insert("folders", title="half")
        raise RuntimeError("stumbled")

    with pytest.raises(RuntimeError, match="stumbled"):
        catalog.do("Half", half)
    catalog.do("Whole", lambda op: op.insert("folders", title="whole"))
    assert catalog.reader().execute("SELECT title FROM folders").fetchall() == [("whole",)]
    assert catalog.reader().execute("SELECT field, seq FROM ops").fetchall() == [("*", 1)]


def test_gestures_overtake_bulk_work_that_waits(catalog):
    order: list[str] = []
    gate = threading.Event()
    first = catalog.submit("hold", lambda op: gate.wait(60))
    rest = [
        catalog.submit(name, lambda op, n=name: order.append(n), priority=priority)
        for name, priority in (("bulk", Priority.BULK), ("action", Priority.ACTION), ("gesture", Priority.GESTURE))
    ]
    gate.set()
    for future in (first, *rest):
        future.result(60)
    assert order == ["gesture", "action", "bulk"]


def test_listeners_hear_what_was_touched_until_they_leave(catalog):
    heard: list[Changes] = []
    leave = catalog.listen(heard.append)

    def make(op):
        made = op.insert("folders", title="A")
        op.touch(folders=made)
        return made

    origin = object()
    done = catalog.submit("New folder", make, origin=origin).result()
    assert heard == [done.changes]
    assert done.changes == Changes("New folder", folders=frozenset([done.result]), origin=origin)
    leave()
    catalog.do("New folder", lambda op: op.touch(folders=1))
    assert len(heard) == 1


def test_everything_submitted_is_written_before_the_catalog_closes(tmp_path):
    catalog = Catalog.create(tmp_path / "c")
    futures = [catalog.submit("New", lambda op, n=n: op.insert("folders", title=f"{n}")) for n in range(50)]
    catalog.close()
    assert all(f.done() for f in futures)
    with pytest.raises(CatalogError, match="closed"):
        catalog.submit("late", lambda op: None)
    with Catalog.open(tmp_path / "c") as again:
        assert scalar(again, "SELECT count(*) FROM folders") == 50


def test_the_wal_is_empty_after_closing(tmp_path):
    with Catalog.create(tmp_path / "c") as catalog:
        catalog.do("New", lambda op: op.insert("folders", title="A"))
        reader = threading.Thread(target=lambda: catalog.reader().execute("SELECT 1").fetchone())
        reader.start()
        reader.join()
    wal = catalog.paths.database.with_name("catalog.sqlite-wal")
    assert not wal.exists() or wal.stat().st_size == 0


def test_readers_cannot_write(catalog):
    with pytest.raises(Exception, match="readonly"):
        catalog.reader().execute("INSERT INTO meta VALUES ('a', 'b')")


def test_opened_for_reading_it_reads_and_refuses_to_write(tmp_path):
    with Catalog.create(tmp_path / "c") as catalog:
        catalog.do("New", lambda op: op.insert("folders", title="A"))
        with Catalog.open(tmp_path / "c", read_only=True) as reading:
            assert scalar(reading, "SELECT title FROM folders") == "A"
            with pytest.raises(CatalogError, match="reading only"):
                reading.do("New", lambda op: op.insert("folders", title="B"))


def test_the_user_is_found_by_mail_or_name(tmp_path):
    with Catalog.create(tmp_path / "c", name="Ada", email="ada@example.org") as catalog:
        catalog.do("Add user", lambda op: op.insert("users", name="Bob", email="bob@example.org", role="member"))
    for wanted in ("bob@example.org", "Bob", "BOB@example.org"):
        with Catalog.open(tmp_path / "c", user=wanted) as catalog:
            assert catalog.user.name == "Bob"
            assert not catalog.user.is_admin
    with pytest.raises(NotFound, match="nobody"):
        Catalog.open(tmp_path / "c", user="nobody")


def test_sqlalchemy_sees_the_operations_own_writes(catalog):
    def work(op):
        from sqlalchemy import select

        from storage.catalog import tables

        op.insert(tables.folders, title="A")
        return op.conn.execute(select(tables.folders.c.title)).scalars().all()

    assert catalog.do("A", work) == ["A"]
    with pytest.raises(RuntimeError):
        catalog.do("B", lambda op: (op.conn, op.insert("folders", title="B"), _fail()))
    assert catalog.do("C", work) == ["A", "A"]


def _fail():
    raise RuntimeError


def test_opening_and_reading_import_no_sqlalchemy(tmp_path):
    Catalog.create(tmp_path / "c").close()
    program = (
        "import sys; from pathlib import Path; from storage.catalog.engine import Catalog\n"
        "from storage.catalog import labels\n"
        f"c = Catalog.open(Path({str(tmp_path / 'c')!r})); c.reader().execute('SELECT 1'); labels.load(c.reader(), 1)\n"
        "c.do('New', lambda op: op.insert('folders', title='A')); c.close()\n"
        "print('sqlalchemy' in sys.modules)"
    )
    root = Path(__file__).parents[3]
    out = subprocess.run([sys.executable, "-c", program], cwd=root, capture_output=True, text=True, check=True)
    assert out.stdout.strip() == "False"


def test_search_follows_titles(catalog):
    folder = catalog.do("New", lambda op: op.insert("folders", title="A"))
    street, house = catalog.do("Add", add_items, folder, "Street 1.jpg", "house.png")

    def by_part(text):
        sql = "SELECT rowid FROM items_fts WHERE title LIKE ?"
        return [r[0] for r in catalog.reader().execute(sql, (f"%{text}%",))]

    def by_word(text):
        return [
            r[0] for r in catalog.reader().execute("SELECT rowid FROM items_words WHERE items_words MATCH ?", (f"{text}*",))
        ]

    assert by_part("tree") == [street]
    assert by_word("ho") == [house]
    catalog.do("Rename", lambda op: op.update("items", street, title="Lane"))
    assert (by_part("tree"), by_part("ane"), by_word("l")) == ([], [street], [street])
    catalog.do("Delete", lambda op: op.delete("items", [house]))
    assert (by_part("house"), by_word("ho")) == ([], [])
    catalog.undo().result()
    assert (by_part("house"), by_word("ho")) == ([house], [house])
