"""Run a command with a display: the one there is, else a virtual one of its own (Xvfb and a window manager)."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager


def has_display() -> bool:
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")) or sys.platform in ("darwin", "win32")


@contextmanager
def virtual_display(size: str = "1920x1080") -> Iterator[str]:
    """An Xvfb on a number of its own choosing; yields the value for $DISPLAY."""
    read, write = os.pipe()
    with tempfile.TemporaryFile() as errors:
        server = subprocess.Popen(
            ["Xvfb", "-displayfd", str(write), "-screen", "0", f"{size}x24", "-nolisten", "tcp"],
            pass_fds=(write,),
            stderr=errors,
        )
        os.close(write)
        try:
            with os.fdopen(read) as answer:
                number = answer.readline().strip()
            if not number:
                errors.seek(0)
                raise SystemExit(f"Xvfb did not start: {errors.read().decode(errors='replace').strip()}")
            yield f":{number}"
        finally:
            server.terminate()
            server.wait()


def main(command: list[str]) -> int:
    if has_display():
        return subprocess.call(command)
    if not shutil.which("Xvfb"):
        print("No display and no Xvfb (apt-get install xvfb): windows are drawn off screen.", file=sys.stderr)
        return subprocess.call(command, env={**os.environ, "QT_QPA_PLATFORM": "offscreen"})
    with virtual_display() as display:
        environment = {**os.environ, "DISPLAY": display}
        manager = subprocess.Popen(["openbox"], env=environment, stderr=subprocess.DEVNULL) if shutil.which("openbox") else None
        try:
            return subprocess.call(command, env=environment)
        finally:
            if manager is not None:
                manager.terminate()
                manager.wait()


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
