"""A task of 10,000 polygons of 20 vertices on a picture of 4000x3000, opened in the real program to fully drawn.

Against labelme opening the same picture and shapes; hover and drag there; and the next task after Submit.
"""

from __future__ import annotations

import statistics
import tempfile
from pathlib import Path

from benchmarks import peers, stages, window
from benchmarks.rows import Row, percentile

EVENT, NEXT = 16.0, 100.0
FEW = 50


def run(quick: bool) -> list[Row]:
    times = 2 if quick else 5
    with tempfile.TemporaryDirectory(prefix="postil-bench-") as name:
        folder = Path(name)
        stages.pictures(folder / "in", 3, (stages.WIDTH, stages.HEIGHT))
        tasks = stages.labelled_catalog(folder / "catalog", folder / "in", (stages.SHAPES, FEW, stages.SHAPES))
        picture = folder / "in" / "picture 0.jpg"
        stages.labelme_file(folder / "in" / "picture 0.json", picture)
        found = []
        for n in range(times):
            # every run submits a task, so it works on a copy
            copy = folder / f"catalog {n}"
            _copy(folder / "catalog", copy)
            found.append(window.run_window("open", str(copy), *map(str, tasks)))
        theirs = {
            peer: answer
            for peer in peers.LABELME
            if (answer := peers.run_peer(peer, "peer_labelme.py", "shapes", str(folder / "in" / "picture 0.json"))) is not None
        }
    return _rows(found, theirs)


def _copy(source: Path, target: Path) -> None:
    import shutil

    shutil.copytree(source, target)


def _rows(found: list[dict[str, float]], theirs: dict[str, dict[str, float]]) -> list[Row]:
    for answer in (*found, *theirs.values()):
        assert answer["shapes"] == stages.SHAPES, answer
    mine = statistics.median(f["open_ms"] for f in found)
    note = f"{stages.SHAPES:,} polygons; {min(f['open_ms'] for f in found):.0f} to {max(f['open_ms'] for f in found):.0f} ms"
    rows = [Row(f"open: a task, against {peer}", mine, t["open_ms"], "ms", 0.1, "at most", note) for peer, t in theirs.items()]
    for what in ("hover", "drag"):
        values = [v for f in found for v in f[f"{what}_ms"]]  # type: ignore[attr-defined]
        others = ", ".join(f"{peer}: {t[f'{what}_ms']:.0f} ms" for peer, t in theirs.items())
        rows.append(Row(f"open: {what} there, p95", percentile(values, 95), EVENT, "ms", 1, "at most", others))
    for what, bar, sense in (
        (f"of {FEW} polygons", NEXT, 1.0),
        (f"of {stages.SHAPES:,} polygons, of labelme's opening", 0.0, 0.1),
    ):
        following = [f["next_ms"][0 if bar else 1] for f in found]  # type: ignore[index]
        beside = bar or min(t["open_ms"] for t in theirs.values())
        note = f"worst {max(following):.0f} ms"
        rows.append(
            Row(f"open: the next task after Submit, {what}", statistics.median(following), beside, "ms", sense, "at most", note)
        )
    return rows
