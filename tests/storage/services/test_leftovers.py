"""What a killed program left half-written goes at the next start, unless another one may be writing it."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import time

import pytest

from postil.__main__ import main
from storage.catalog import folders, trash
from storage.catalog.engine import Catalog
from storage.model.query import ItemSelection
from storage.progress import Progress
from storage.services import leftovers
from storage.services.intake import add_paths
from viewers.decode.thumbs import render

HALF = ("cache/unpacked-1/00000001.dcm", "cache/volumes/a.1.part", "cache/sequences/.b.2.part.webm", "originals/incoming/3")
WHOLE = ("cache/volumes/a.raw", "cache/sequences/b.webm", "cache/sounds/c.npz")


@pytest.fixture
def killed(tmp_path: Path) -> Path:
    """A catalog that a program was killed in, an hour ago."""
    path = tmp_path / "catalog"
    Catalog.create(path).close()
    for name in (*HALF, *WHOLE):
        file = path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(b"1234")
        for part in (file, file.parent):
            os.utime(part, (time() - 3600, time() - 3600))
    return path


@contextmanager
def open_elsewhere(path: Path) -> Iterator[None]:
    script = f"from pathlib import Path; from storage.catalog.engine import Catalog; c = Catalog.open(Path({str(path)!r}))\n"
    script += "print('open', flush=True); input(); c.close()"
    with subprocess.Popen([sys.executable, "-c", script], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "open\n"
        yield
        other.communicate("\n")


def there(path: Path) -> set[str]:
    return {name for name in (*HALF, *WHOLE) if (path / name).exists()}


@pytest.mark.skipif(sys.platform == "win32", reason="nobody can be told to be alone there: a day must pass")
def test_leftovers_go_at_the_next_start(killed: Path) -> None:
    with Catalog.open(killed) as catalog:
        assert leftovers.sweep(catalog) == len(HALF)
        assert there(killed) == set(WHOLE)
        assert leftovers.sweep(catalog) == 0


def test_what_this_run_is_writing_stays(killed: Path) -> None:
    with Catalog.open(killed) as catalog:
        for name in HALF:
            os.utime(killed / name)
            os.utime((killed / name).parent)
        assert leftovers.sweep(catalog) == 0
    assert there(killed) == {*HALF, *WHOLE}


def test_what_another_program_may_be_writing_stays_for_a_day(killed: Path) -> None:
    with open_elsewhere(killed), Catalog.open(killed) as catalog:
        assert catalog.alone_since is None
        assert leftovers.sweep(catalog) == 0
        old = time() - 25 * 3600
        os.utime(killed / "cache/unpacked-1", (old, old))
        assert leftovers.sweep(catalog) == 1
    assert there(killed) == {*HALF[1:], *WHOLE}


def test_two_that_open_at_once_both_count_as_there(killed: Path) -> None:
    with Catalog.open(killed) as first, Catalog.open(killed) as second:
        assert first.alone_since is not None
        assert second.alone_since is None


def orphan(path: Path, text: str, age_s: float = 3600) -> Path:
    """A copy without a row."""
    digest = hashlib.sha256(text.encode()).hexdigest()
    file = path / "originals" / digest[:2] / digest[2:4] / f"{digest}.txt"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, "utf-8")
    os.utime(file, (time() - age_s, time() - age_s))
    return file


def add(catalog: Catalog, file: Path) -> None:
    folder = catalog.do("Ground", folders.ensure, ("A",))
    assert add_paths(catalog, [file], folder, render=render, progress=Progress()).added


@pytest.mark.skipif(sys.platform == "win32", reason="nobody can be told to be alone there")
def test_copies_that_no_row_names_go_after_an_import_was_killed_and_all_others_stay(killed: Path, tmp_path: Path) -> None:
    kept, trashed, again = (tmp_path / f"{name}.txt" for name in ("kept", "trashed", "again"))
    for file in (kept, trashed, again):
        file.write_text(f"the text {file.stem}", "utf-8")
    with Catalog.open(killed) as catalog:
        add(catalog, kept)
        add(catalog, trashed)
        row = catalog.reader().execute("SELECT id FROM items WHERE title = 'trashed.txt'").fetchone()
        catalog.do("Delete", trash.delete, frozenset(), ItemSelection.of(row[0]))
    for file in (killed / "originals").glob("*/*/*"):
        os.utime(file, (time() - 3600, time() - 3600))
    named = {file for file in (killed / "originals").glob("*/*/*") if file.suffix == ".txt"}
    lost, wanted = orphan(killed, "of a killed import"), orphan(killed, "the text again")
    foreign = lost.with_name("notes of the administrator.txt")
    foreign.write_text("mine", "utf-8")
    with Catalog.open(killed) as catalog:
        add(catalog, again)  # finds its copy there already
        young = orphan(killed, "copied just now, its row comes next", age_s=-1)
        assert len(named) == 2
        assert leftovers.sweep(catalog) == len(HALF) + 1
        assert not lost.exists()
        assert all(file.exists() for file in (*named, wanted, young, foreign))
        assert leftovers.remove_unnamed(catalog) == []


def test_copies_that_no_row_names_stay_while_another_program_has_the_catalog_open(killed: Path) -> None:
    lost = orphan(killed, "of a killed import")
    with open_elsewhere(killed), Catalog.open(killed) as catalog:
        assert leftovers.remove_unnamed(catalog) == []
    assert lost.exists()


@pytest.mark.skipif(sys.platform == "win32", reason="nobody can be told to be alone there")
def test_repair_takes_them_away_and_says_how_many(killed: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lost = orphan(killed, "of a killed import")
    assert main(["--catalog", str(killed), "--json", "check", "--repair"]) == 0
    assert json.loads(capsys.readouterr().out)["unnamed_copies_removed"] == 1
    assert not lost.exists()
