"""Peers in environments of their own, made on demand; a peer whose Python is not on this machine is named and left out."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
HOME = ROOT / ".venv-peers"
#: name -> what pip installs, the oldest Python that runs it
LABELME = {"labelme 6": ("labelme==6.3.1", (3, 11)), "labelme 7": ("labelme==7.9.1", (3, 12))}


def python_of(peer: str) -> Path | None:
    """The peer's interpreter, installed if need be."""
    package, oldest = LABELME[peer]
    home = HOME / peer.replace(" ", "")
    python = home / "bin" / "python"
    done = home / f".{package}"
    if done.exists():
        return python
    base = _interpreter(oldest)
    if base is None:
        print(f"{peer} needs Python {oldest[0]}.{oldest[1]} or newer, which is not on this machine: left out.", file=sys.stderr)
        return None
    print(f"Installing {package} (once) ...", file=sys.stderr)
    subprocess.run([base, "-m", "venv", "--clear", str(home)], check=True)
    subprocess.run(
        [str(python), "-m", "pip", "install", "-q", "--disable-pip-version-check", package],
        check=True,
        stderr=subprocess.DEVNULL,
    )
    done.touch()
    return python


def _interpreter(oldest: tuple[int, int]) -> str | None:
    names = [f"python3.{minor}" for minor in range(14, 10, -1)] + ["python3"]
    ours = getattr(sys, "_base_executable", None)  # the peer on the same Python, where it runs on that
    candidates = [ours, *(shutil.which(name) for name in names)]
    candidates += [str(p) for p in sorted((Path.home() / ".pyenv" / "versions").glob("3.*/bin/python3"), reverse=True)]
    check = f"import sys, venv; raise SystemExit(not ({oldest} <= sys.version_info < (3, 14)))"
    for candidate in candidates:
        if candidate and subprocess.run([candidate, "-c", check], stderr=subprocess.DEVNULL, check=False).returncode == 0:
            return candidate
    return None


def environment() -> dict[str, str]:
    """A home of the peers' own; drawn off screen, as ours is."""
    home = HOME / "home"
    home.mkdir(parents=True, exist_ok=True)
    return {**os.environ, "HOME": str(home), "PYTHONPATH": "", "QT_QPA_PLATFORM": "offscreen"}


def run_peer(peer: str, script: str, *arguments: str, timeout: float = 600) -> dict[str, Any] | None:
    """Run benchmarks/<script> with the peer's Python; its last line of output is JSON."""
    python = python_of(peer)
    if python is None:
        return None
    answer = subprocess.run(
        [str(python), str(ROOT / "benchmarks" / script), *arguments],
        capture_output=True, text=True, timeout=timeout, env=environment(), cwd=HOME, check=False,
    )  # fmt: skip
    if answer.returncode:
        print(f"{peer} failed: {answer.stderr.strip()[-400:]}", file=sys.stderr)
        return None
    return json.loads(answer.stdout.strip().splitlines()[-1])
