"""Kills a program that saves labels, at random moments, again and again, and looks whether anything acknowledged is lost.

python -m tests.support.kill_loop 200
"""

from __future__ import annotations

import random
import subprocess
import sys
import tempfile
import threading
from dataclasses import dataclass
from pathlib import Path

from storage.catalog import labels
from storage.catalog.check import check
from storage.catalog.engine import Catalog
from storage.editing.session import EditSession
from storage.errors import StaleUndo
from tests.support.catalogs import label_ground

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Outcome:
    rounds: int
    acknowledged: int
    lost: int
    problems: list[str]


def run(rounds: int, folder: Path, *, seed: int = 0) -> Outcome:
    """Each round: start the child, kill it between 0 and 0.3 s after its first acknowledged step, compare."""
    chance = random.Random(seed)
    with Catalog.create(folder) as catalog:
        row = catalog.do("Ground", label_ground)
    acknowledged = lost = 0
    problems: list[str] = []
    for number in range(rounds):
        said = _one_life(folder, row, chance.random() * 0.3)
        acknowledged += len(said)
        if said:
            lost += _missing(folder, row, said)
        if number % 20 == 19 or number == rounds - 1:
            problems += [f"round {number}: {p.where}: {p.text}" for p in check(folder)]
    return Outcome(rounds, acknowledged, lost, problems)


def _one_life(folder: Path, row: int, delay: float) -> list[tuple[str, int, int]]:
    command = [sys.executable, "-m", "tests.support.label_child", str(folder), str(row)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        lines = [child.stdout.readline()]
        killer = threading.Timer(delay, child.kill)
        killer.start()
        lines += child.stdout.readlines()
        killer.join()
    whole = [line.split() for line in lines if line.endswith("\n")]
    return [(kind, int(n), int(objects)) for kind, n, objects in whole]


def _missing(folder: Path, row: int, said: list[tuple[str, int, int]]) -> int:
    """Steps acknowledged and not there, or half there. One more than acknowledged may be: its answer was cut off."""
    with Catalog.open(folder, read_only=True) as catalog:
        db = catalog.reader()
        known = {n for (n,) in db.execute("SELECT n FROM steps WHERE label_row_id = ?", (row,))}
        missing = sum(1 for kind, n, _ in said if kind == "do" and n not in known)
        objects = db.execute("SELECT count(*) FROM instances").fetchone()[0]
        shapes = db.execute("SELECT count(*) FROM shapes").fetchone()[0]
        half = objects != shapes or abs(objects - said[-1][2]) > 1
        session = EditSession(labels.load(db, row), sink=_nowhere, history=labels.history(catalog, row))
        return missing + half + _cannot_undo(session)


def _cannot_undo(session: EditSession) -> bool:
    """The newest steps must still fit what is shown."""
    try:
        for _ in range(20):
            session.undo()
    except StaleUndo:
        return True
    return False


def _nowhere(_change: object):  # type: ignore[no-untyped-def]
    return None


def main() -> int:
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 200
    with tempfile.TemporaryDirectory() as folder:
        outcome = run(rounds, Path(folder) / "catalog", seed=random.randrange(1 << 30))
    print(f"{outcome.rounds} kills, {outcome.acknowledged} steps acknowledged, {outcome.lost} lost")
    for problem in outcome.problems:
        print(problem)
    return 1 if outcome.lost or outcome.problems else 0


if __name__ == "__main__":
    sys.exit(main())
