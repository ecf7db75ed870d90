"""`make run` where there is no display: the sample project is made, and its journey holds from the first step to the last."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent


def test_the_journey_of_make_run_holds(sample: Path, tmp_path: Path) -> None:
    shutil.copytree(sample, tmp_path / "sample")
    command = [sys.executable, "packaging/journey.py", str(tmp_path)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "All 11 steps held." in done.stdout
    assert {"labels-encord.json", "labels-coco.json"} <= {file.name for file in tmp_path.iterdir()}
