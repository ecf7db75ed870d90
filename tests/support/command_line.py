"""The command line, as scripts ask it, and the sample catalog that it makes."""

from __future__ import annotations

import contextlib
import io
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from postil.__main__ import main
from storage.catalog.lock import WriterLock

ROOT = Path(__file__).resolve().parents[2]


def postil(*words: object, code: int = 0) -> str:
    """What a command answers. It runs in this process: to start one takes longer than most commands."""
    out, errors = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(errors):
        try:
            ended: object = main([str(word) for word in words])
        except SystemExit as left:  # argparse
            ended = left.code or 0
    _check(ended, code, out.getvalue(), errors.getvalue())
    return out.getvalue()


def process(*words: object, code: int = 0) -> str:
    """The same in a process of its own."""
    command = [sys.executable, "-m", "postil", *map(str, words)]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, timeout=300, check=False)
    _check(done.returncode, code, done.stdout, done.stderr)
    return done.stdout


def ask(*words: object, code: int = 0) -> Any:
    return json.loads(postil(*words, "--json", code=code))


def _check(ended: object, code: int, out: str, errors: str) -> None:
    assert ended == code, f"exit code {ended}\n{out}\n{errors}"
    assert "Traceback" not in errors and "Postil itself is at fault" not in errors, errors


def sample_of(run: Path) -> Path:
    """The sample catalog, made by the first worker of a run that needs it; the others wait for it."""
    catalog = run / "sample"
    lock = WriterLock(run / "sample.lock", run / "sample.turn")
    with contextlib.closing(lock), lock.held(patience_s=120):
        if not catalog.exists():
            process("--quiet", "demo", run / "sample being made")
            (run / "sample being made").rename(catalog)
    return catalog
