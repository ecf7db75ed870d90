"""`make run`: the window on the sample project; without a display the same journey, its pictures and exports in out/."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

from on_display import has_display, virtual_display

ROOT = Path(__file__).resolve().parent.parent
SAMPLE = ROOT / "out" / "sample"


def main() -> int:
    if not SAMPLE.exists():
        print("Making the sample project (once) ...")
        made = subprocess.call([sys.executable, "-m", "postil", "demo", str(SAMPLE)], cwd=ROOT)
        if made:
            return made
    if has_display():
        return subprocess.call([sys.executable, "-m", "postil", "--catalog", str(SAMPLE)], cwd=ROOT)
    print(
        "No display here: the window is opened on a virtual one, the journey is done by itself, and what it shows and exports is in out/."
    )
    with virtual_display() as display:
        return subprocess.call(
            [sys.executable, str(ROOT / "packaging" / "journey.py")], cwd=ROOT, env={**os.environ, "DISPLAY": display}
        )


if __name__ == "__main__":
    raise SystemExit(main())
