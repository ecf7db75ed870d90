"""Runs the benchmarks, prints a line each, writes benchmarks/results.json.

Each module of this package with a function `run(quick) -> list[Row]` is one benchmark. Peers live in environments of their
own (.venv-peers), made on demand by `benchmarks.peers`.
"""

from __future__ import annotations

import importlib
import json
import os
import platform
import sys
import time
import traceback
from dataclasses import asdict
from pathlib import Path

from benchmarks.rows import Row

HERE = Path(__file__).parent
NAMES = (
    "start",
    "open",
    "canvas",
    "lists",
    "intake",
    "dicom",
    "volume",
    "volume_view",
    "commit",
    "video",
    "audio",
    "tools",
    "timeline",
    "tracks",
    "panels",
    "tracker",
    "text",
    "volume_3d",
    "segment",
)


def main(only: list[str]) -> int:
    unknown = [name for name in only if name not in NAMES]
    if unknown:
        print(f"No benchmark called {', '.join(unknown)}. There are: {', '.join(NAMES)}.", file=sys.stderr)
        return 2
    quick = bool(os.environ.get("QUICK"))
    stored = _stored()
    print(f"{'name':58} {'ours':>12} {'theirs':>12} {'ratio':>8}   goal")
    failed = False
    for name in only or NAMES:
        began = time.monotonic()
        try:
            rows = importlib.import_module(f"benchmarks.{name}").run(quick)
        except Exception:
            traceback.print_exc()
            failed = True
            continue
        for row in rows:
            print(_line(row), flush=True)
        stored[name] = {
            "rows": [{**asdict(r), "ratio": r.ratio, "holds": r.holds} for r in rows],
            "seconds": round(time.monotonic() - began),
            "load": round(os.getloadavg()[0], 1),  # of the machine at the end; the run itself is about 1
            "quick": quick,
        }
        _store(stored)
    return 1 if failed else 0


def _store(stored: dict[str, object]) -> None:
    document = {
        "machine": f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}",
        "benchmarks": stored,
    }
    (HERE / "results.json").write_text(json.dumps(document, indent=1) + "\n")


def _stored() -> dict[str, object]:
    """The last results, so that `ONLY=name` replaces its own alone."""
    try:
        stored = json.loads((HERE / "results.json").read_text())["benchmarks"]
    except (OSError, ValueError, KeyError):
        return {}
    return {name: value for name, value in stored.items() if name in NAMES}


def _line(row: Row) -> str:
    verdict = "holds" if row.holds else "SHORT"
    note = f"  ({row.note})" if row.note else ""
    return f"{row.name:58} {_number(row.ours, row.unit):>12} {_number(row.theirs, row.unit):>12} {row.ratio:8.3f}   {row.sense} {row.goal:g}: {verdict}{note}"


def _number(value: float, unit: str) -> str:
    return f"{value:,.0f} {unit}" if abs(value) >= 1000 else f"{value:.3g} {unit}"


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
