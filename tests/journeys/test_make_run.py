"""`make run` where there is no display: the sample project is made, and its journey holds from the first step to the last."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent


def test_the_journey_of_make_run_holds(tmp_path: Path) -> None:
    def run(*arguments: str) -> str:
        done = subprocess.run([sys.executable, *arguments], cwd=ROOT, capture_output=True, text=True, timeout=110, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    run("-m", "postil", "demo", str(tmp_path / "sample"))
    assert "All 11 steps held." in run("packaging/journey.py", str(tmp_path))
    assert {"labels-encord.json", "labels-coco.json"} <= {file.name for file in tmp_path.iterdir()}
