"""A program that commits label steps until it is killed: run by `kill_loop`.

    python -m tests.support.label_child CATALOG LABEL_ROW

Prints one line a step, only after its commit was acknowledged: the kind, the step's number, how many objects there are.
"""

from __future__ import annotations

import random
import sys
from concurrent.futures import Future
from pathlib import Path

from storage.catalog import labels
from storage.catalog.engine import Catalog, Done
from storage.editing import verbs
from storage.editing.session import EditSession, StepChange
from storage.model.geometry import Box, Polygon


def main(path: Path, row: int) -> None:
    catalog = Catalog.open(path)
    last: list[Future[Done[None]]] = []

    def sink(change: StepChange) -> Future[Done[None]]:
        last[:] = [catalog.submit(change.step.text, labels.save_step, row, change)]
        return last[0]

    session = EditSession(labels.load(catalog.reader(), row), sink, author="child", history=labels.history(catalog, row))
    chance = random.Random()
    while True:
        step = _act(session, chance)
        if step is None:
            continue
        last[0].result()
        sys.stdout.write(f"{step[0]} {step[1]} {len(session.document.instances)}\n")
        sys.stdout.flush()


def _act(session: EditSession, chance: random.Random) -> tuple[str, int] | None:
    if chance.random() < 0.15:
        step = session.undo() if chance.random() < 0.6 else session.redo()
        return ("replay", step.n) if step else None
    box = Box(chance.random(), 0.0, 1.0, 1.0)
    ring = tuple((chance.random(), chance.random()) for _ in range(chance.choice((20, 2000))))
    shape = box if chance.random() < 0.5 else Polygon.simple(ring)
    step = session.do("Draw", verbs.add_object(session.document, "CLASS001", shape, ("", 0), by="child", now=1)[0])
    return ("do", step.n) if step else None


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
