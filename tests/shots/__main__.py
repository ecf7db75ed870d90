"""`python -m tests.shots OUT [SIZE…] [PART…]`: a process for each size, for the scale is fixed when Qt starts.

Parts are methods of `screens.Walk` (`files`, `projects`, …), `volumes`, `states`, and `empty`: without any, all of them.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

#: name -> logical width, height, device pixels per logical one
SIZES = {"1280x800": (1280, 800, 1), "1920x1080": (1920, 1080, 1), "3840x2160": (1920, 1080, 2)}


def main(arguments: list[str]) -> int:
    out = Path(arguments[0] if arguments else "out/shots")
    sizes = [name for name in arguments[1:] if name in SIZES] or list(SIZES)
    parts = [name for name in arguments[1:] if name not in SIZES]
    with tempfile.TemporaryDirectory() as scratch:
        from postil.demo.make import make_demo

        make_demo(Path(scratch) / "sample")
        for size in sizes:
            width, height, ratio = SIZES[size]
            screen = _screen(Path(scratch) / f"{size}.json", width * ratio, height * ratio)
            environment = {**os.environ, "QT_QPA_PLATFORM": screen, "QT_SCALE_FACTOR": str(ratio)}
            for name in ("XDG_DATA_HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME", "XDG_STATE_HOME"):
                environment[name] = str(Path(scratch) / "home")
            command = [sys.executable, "-m", "tests.shots.screens", scratch, str(out / size), str(width), str(height), *parts]
            ended = subprocess.call(command, env=environment)
            if ended:
                return ended
            print(f"{size}: {len(list((out / size).rglob('*.png')))} pictures in {out / size}", flush=True)  # noqa: T201
    return 0


def _screen(file: Path, width: int, height: int) -> str:
    """Without a screen as large as the window, popups would be pushed into the corner of a smaller one."""
    screen = {
        "name": "shots",
        "x": 0,
        "y": 0,
        "width": width,
        "height": height,
        "dpr": 1,
        "logicalDpi": 96,
        "logicalBaseDpi": 96,
    }
    file.write_text(json.dumps({"synchronousWindowSystemEvents": False, "screens": [screen]}))
    return f"offscreen:configfile={file}"


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
