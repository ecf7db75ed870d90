"""What a killed program left half-written goes at the next start, unless another one may be writing it."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import time

import pytest

from storage.catalog.engine import Catalog
from storage.services import leftovers

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
