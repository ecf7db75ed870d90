"""`python -m tests.shots OUT [SIZE]`: a process for each size, for the scale is fixed when Qt starts."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

#: name -> logical width, height, device pixels per logical one
SIZES = {"1280x800": (1280, 800, 1), "1920x1080": (1920, 1080, 1), "3840x2160": (1920, 1080, 2)}


def main(arguments: list[str]) -> int:
    out = Path(arguments[0] if arguments else "out/shots")
    sizes = arguments[1:] or list(SIZES)
    with tempfile.TemporaryDirectory() as scratch:
        from postil.demo import make_demo

        make_demo(Path(scratch) / "sample")
        for size in sizes:
            width, height, ratio = SIZES[size]
            environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen", "QT_SCALE_FACTOR": str(ratio)}
            for name in ("XDG_DATA_HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME", "XDG_STATE_HOME"):
                environment[name] = str(Path(scratch) / "home")
            command = [sys.executable, "-m", "tests.shots.screens", scratch, str(out / size), str(width), str(height)]
            ended = subprocess.call(command, env=environment)
            if ended:
                return ended
            print(f"{size}: {len(list((out / size).rglob('*.png')))} pictures in {out / size}", flush=True)  # noqa: T201
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
