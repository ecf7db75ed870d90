"""Kills the whole program in mid-edit, at random moments, again and again: nothing that was called saved may be gone.

python -m tests.support.kill_window 200 [--catalog CATALOG] [--volume TITLE]

Of pictures it is the annotator who works (`annotator`), on a series of the given title the painter (`painter`).
"""

from __future__ import annotations

import argparse
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from storage.catalog import labels
from storage.catalog.check import check
from storage.catalog.engine import Catalog
from storage.editing.session import EditSession
from tests.support.annotator import digest

ROOT = Path(__file__).resolve().parents[2]


def one_life(catalog: Path, log: Path, seed: int, seconds: float, volume: str) -> None:
    """Start the program, let it work for so long after its first saved gesture, kill it."""
    log.unlink(missing_ok=True)
    environment = {**os.environ, "QT_QPA_PLATFORM": os.environ.get("QT_QPA_PLATFORM", "offscreen")}
    who = ["painter", str(catalog), str(log), str(seed), volume] if volume else ["annotator", str(catalog), str(log), str(seed)]
    command = [sys.executable, "-m", f"tests.support.{who[0]}", *who[1:]]
    with subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE) as child:
        end = time.monotonic() + 60
        while not (log.exists() and log.stat().st_size) and time.monotonic() < end:
            if child.poll() is not None:
                raise AssertionError(f"the program ended by itself:\n{child.stderr.read().decode()[-2000:]}")  # type: ignore[union-attr]
            os.sched_yield()
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            os.sched_yield()
        child.send_signal(signal.SIGKILL)
        child.wait()


def compare(catalog: Path, log: Path, volume: str, *, undo_all: bool) -> list[str]:
    """What was lost or cannot be undone, in words."""
    lines = [line.split() for line in log.read_text().split("\n")[:-1]]
    if not lines:
        return ["nothing was saved before the kill"]
    newest, living, expected = int(lines[-1][0]), int(lines[-1][1]), lines[-1][2]
    with Catalog.open(catalog) as opened:
        reads = opened.reads
        found = (reads.task(i) for i in reads.task_ids(reads.projects()[0].id))
        task = next(t for t in found if volume in ("", t.title))
        document = reads.labels(task.label_row_id)
        row = task.label_row_id
        session = EditSession(
            document,
            lambda change: opened.submit(change.step.text, labels.save_step, row, change),
            history=labels.history(opened, row),
        )
        if digest(document) != expected:
            # One more gesture may have been committed and not yet called saved: taking it back must lead to what was.
            if session.history.next_n - 1 > newest:
                session.undo()
            elif (session.history.undoable().n if session.history.undoable() else 0) < living:
                session.redo()
            else:
                session.undo()
            if digest(document) != expected:
                return [f"step {newest}: the labels are not what was saved"]
        if undo_all:
            while session.undo() is not None:
                pass
    return [f"{p.where}: {p.text}" for p in check(catalog)]


def run(rounds: int, catalog: Path, *, seed: int = 1, volume: str = "") -> list[str]:
    chance, faults = random.Random(seed), []
    with tempfile.TemporaryDirectory() as scratch:
        log = Path(scratch) / "log"
        for n in range(rounds):
            one_life(catalog, log, seed * 1000 + n, chance.random() * 0.6, volume)
            found = compare(catalog, log, volume, undo_all=n % 10 == 9)
            faults += [f"round {n}: {fault}" for fault in found]
            if n % 10 == 9:
                print(f"{n + 1} of {rounds} killed, {len(faults)} faults", flush=True)
    return faults


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("rounds", type=int)
    parser.add_argument("--catalog", type=Path, help="a copy of it is worked in; without it the sample is made")
    parser.add_argument("--volume", default="", metavar="TITLE", help="the series to paint in")
    given = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as scratch:
        catalog = Path(scratch) / "catalog"
        if given.catalog is not None:
            shutil.copytree(given.catalog, catalog)
        else:
            from postil.demo.make import make_demo

            make_demo(catalog)
        faults = run(given.rounds, catalog, volume=given.volume)
    print("\n".join(faults) or "none lost, check clean")
    return 1 if faults else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
