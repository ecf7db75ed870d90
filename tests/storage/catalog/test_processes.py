"""Several programs on one catalog, and programs that die."""

from __future__ import annotations

import subprocess
import sys
import threading
from pathlib import Path

import pytest

from storage.catalog.check import check
from storage.catalog.lock import WriterLock
from storage.errors import CatalogBusy
from storage.model.changes import Changes
from tests.support import kill_loop
from tests.support.catalogs import scalar

ROOT = Path(__file__).resolve().parents[3]

WRITE = """
import sys
from pathlib import Path
from storage.catalog.engine import Catalog, Priority
with Catalog.open(Path(sys.argv[1])) as catalog:
    for n in range(int(sys.argv[3])):
        catalog.do("New", lambda op: op.insert_many("folders", ["title"], [(f"{sys.argv[2]} {n} {k}",) for k in range(3)]))
"""


def program(*arguments: object) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", WRITE, *map(str, arguments)]
    return subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE, text=True)


def test_two_programs_and_a_window_write_at_once_and_nothing_is_lost(catalog):
    children = [program(catalog.path, name, 60) for name in ("a", "b")]
    for n in range(60):
        catalog.do("New", lambda op, n=n: op.insert("folders", title=f"window {n}"))
    for child in children:
        _, errors = child.communicate(timeout=300)
        assert child.returncode == 0, errors
    assert scalar(catalog, "SELECT count(*) FROM folders") == 60 + 2 * 60 * 3
    assert scalar(catalog, "SELECT count(*) FROM sessions") == 3
    assert check(catalog.path) == []


def test_the_window_hears_of_what_others_wrote_once_and_not_of_itself(catalog):
    heard: list[Changes] = []
    catalog.listen(heard.append)
    catalog.do("New", lambda op: op.insert("folders", title="mine"))
    assert not catalog.notice_others()
    child = program(catalog.path, "other", 1)
    child.communicate(timeout=300)
    assert catalog.notice_others()
    assert not catalog.notice_others()
    assert heard == [Changes(everything=True)]


def test_a_busy_catalog_names_who_holds_it(tmp_path):
    paths = (tmp_path / "writer.lock", tmp_path / "writer.turn")
    holder, other = WriterLock(*paths), WriterLock(*paths)
    try:
        with holder.held(), pytest.raises(CatalogBusy, match=r"\(process \d+ on ") as caught, other.held(0.05):
            pass
        assert caught.value.remedy
        with other.held(0.05):
            pass
    finally:
        holder.close()
        other.close()


def test_who_waits_gets_the_lock_before_who_just_had_it(tmp_path):
    """A program that writes batch after batch must not starve the others."""
    paths = (tmp_path / "writer.lock", tmp_path / "writer.turn")
    greedy, patient = WriterLock(*paths), WriterLock(*paths)
    got, stop = threading.Event(), threading.Event()

    def hog() -> None:
        while not stop.is_set():
            with greedy.held():
                stop.wait(0.002)

    thread = threading.Thread(target=hog)
    thread.start()
    try:
        for _ in range(20):
            with patient.held(2.0):
                got.set()
    finally:
        stop.set()
        thread.join()
        greedy.close()
        patient.close()
    assert got.is_set()


def test_a_program_killed_while_holding_the_lock_gives_it_back(catalog):
    hold = (
        "import sys; from pathlib import Path; from storage.catalog.engine import Catalog\n"
        "import threading\n"
        "c = Catalog.open(Path(sys.argv[1]))\n"
        "def stay(op):\n"
        "    op.insert('folders', title='half'); print('in', flush=True); threading.Event().wait(60)\n"
        "c.do('Stay', stay)"
    )
    child = subprocess.Popen([sys.executable, "-c", hold, str(catalog.path)], cwd=ROOT, stdout=subprocess.PIPE, text=True)
    with child:
        assert child.stdout is not None
        assert child.stdout.readline() == "in\n"
        waiting = catalog.submit("New", lambda op: op.insert("folders", title="mine"))
        child.kill()
    assert waiting.result(60).result
    assert catalog.reader().execute("SELECT title FROM folders").fetchall() == [("mine",)]


def test_a_program_that_forgets_to_close_still_writes_what_it_was_given(catalog):
    forget = (
        "import sys; from pathlib import Path; from storage.catalog.engine import Catalog\n"
        "c = Catalog.open(Path(sys.argv[1]))\n"
        "for n in range(20): c.submit('New', lambda op: op.insert('folders', title='x'))"
    )
    subprocess.run([sys.executable, "-c", forget, str(catalog.path)], cwd=ROOT, check=True, timeout=300)
    assert scalar(catalog, "SELECT count(*) FROM folders") == 20


def test_nothing_acknowledged_is_lost_when_the_program_is_killed(tmp_path):
    outcome = kill_loop.run(20, tmp_path / "catalog", seed=11)
    assert outcome.acknowledged > 20
    assert (outcome.lost, outcome.problems) == (0, [])
