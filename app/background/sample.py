"""Make the sample project in a process of its own: drawing pictures would hold the interpreter's lock."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

from storage.errors import Cancelled, PostilError
from storage.progress import Progress


def make_sample(folder: Path, progress: Progress) -> Path:
    progress.stage("Drawing pictures")
    root = Path(__file__).resolve().parents[2]
    command = [sys.executable, "-m", "postil", "--quiet", "demo", str(folder)]
    with subprocess.Popen(command, cwd=root, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True) as process:
        while True:
            try:
                process.wait(timeout=0.2)
                break
            except subprocess.TimeoutExpired:
                if progress.cancelled:
                    process.kill()
                    process.wait()
                    shutil.rmtree(folder, ignore_errors=True)
                    raise Cancelled from None
        if process.returncode:
            assert process.stderr is not None
            raise PostilError(f"The sample project could not be made: {process.stderr.read().strip()[-300:]}")
    return folder
