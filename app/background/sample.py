"""Make the sample project in a process of its own: drawing pictures would hold the interpreter's lock."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from storage.errors import Cancelled, PostilError
from storage.progress import Progress

MAKER = ("-m", "postil.demo")
POLL_S = 0.2


def make_sample(folder: Path, progress: Progress) -> Path:
    root = Path(__file__).resolve().parents[2]
    command = [sys.executable, *MAKER, str(folder)]
    with tempfile.TemporaryDirectory() as scratch:
        steps, faults = Path(scratch) / "steps", Path(scratch) / "faults"
        with steps.open("wb") as out, faults.open("wb") as wrong:
            process = subprocess.Popen(command, cwd=root, stdout=out, stderr=wrong)
        try:
            while process.poll() is None:
                _follow(steps, progress)
                progress.rest(POLL_S)
            _follow(steps, progress)
        except Cancelled:
            process.kill()
            process.wait()
            shutil.rmtree(folder, ignore_errors=True)
            raise
        if process.returncode:
            shutil.rmtree(folder, ignore_errors=True)  # half a sample would be opened the next time
            why = faults.read_text("utf-8", "replace").strip()[-300:]
            raise PostilError(f"The sample project could not be made: {why}")
    return folder


def _follow(steps: Path, progress: Progress) -> None:
    """The last step that is told whole."""
    *told, _ = steps.read_text("utf-8").split("\n")
    if told:
        text, done, total = json.loads(told[-1])
        progress.stage(text, total)
        progress.step(done)
