"""From the start of the process until the window is usable: a click on the first folder shows its rows.

labelme: until its list is filled with the folder's pictures and the first one is on the screen. In turns, from warm caches,
both from compiled bytecode, as installed programs are: labelme's was made by pip, ours by the first round.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks import peers, stages, window
from benchmarks.rows import Row

PICTURES = 200


def run(quick: bool) -> list[Row]:
    times = 3 if quick else 7
    with tempfile.TemporaryDirectory(prefix="postil-bench-") as name:
        folder = Path(name)
        stages.pictures(folder / "in", PICTURES, (1280, 960))
        stages.catalog_of_pictures(folder / "catalog", folder / "in")
        home = folder / "home"
        home.mkdir()
        environment = {
            **window.environment(str(home)),
            "PYTHONDONTWRITEBYTECODE": "",
            "PYTHONPYCACHEPREFIX": str(folder / "bytecode"),
        }
        ours = [sys.executable, str(window.ROOT / "benchmarks" / "window.py"), "start", str(folder / "catalog")]
        theirs = {peer: python for peer in peers.LABELME if (python := peers.python_of(peer)) is not None}
        taken: dict[str, list[float]] = {"ours": [], **{peer: [] for peer in theirs}}
        for n in range(times + 1):
            measured = {"ours": _seconds(ours, environment)}
            for peer, python in theirs.items():
                script = [str(python), str(window.ROOT / "benchmarks" / "peer_labelme.py"), "start", str(folder / "in")]
                measured[peer] = _seconds(script, peers.environment())
            if n:  # the first round warms the caches
                for who, seconds in measured.items():
                    taken[who].append(seconds)
    mine = statistics.median(taken["ours"]) * 1000
    note = f"median of {times}; {min(taken['ours']) * 1000:.0f} to {max(taken['ours']) * 1000:.0f} ms"
    return [
        Row(f"start: window usable, against {peer}", mine, statistics.median(taken[peer]) * 1000, "ms", 0.5, "at most", note)
        for peer in theirs
    ]


def _seconds(command: list[str], environment: dict[str, str]) -> float:
    """Until the child says that it is usable."""
    began = time.perf_counter()
    with tempfile.TemporaryFile() as errors:
        child = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=errors, text=True, env=environment)
        assert child.stdout is not None
        try:
            for line in child.stdout:
                if line.strip() == "usable":
                    return time.perf_counter() - began
        finally:
            child.stdout.close()
            if child.poll() is None:
                child.terminate()
            child.wait()
        errors.seek(0)
        raise RuntimeError(f"{Path(command[1]).name} ended: {errors.read().decode(errors='replace')[-1500:]}")
