"""What the machine can render with. The first trial runs in a child process, so that a broken driver takes only that down.

    hardware OpenGL                                          -> the GPU draws the volume
    software OpenGL, or a first frame of more than 0.5 s     -> the processor draws it, OpenGL only the surfaces
    no OpenGL at all                                         -> projections by numpy, surfaces as a shaded depth image
    switched off by the person                               -> nothing

The answer holds for the run of the program.
"""

from __future__ import annotations

import multiprocessing
import os
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

PATIENCE_S = 25.0  # for the whole trial; a cold disk takes a few
SLOW_S = 0.5
_SOFTWARE = ("llvmpipe", "softpipe", "swiftshader", "microsoft basic", "gdi generic", "software rasterizer")

#: Sets the step for tests and for support: gpu, cpu, numpy or off.
OVERRIDE = "POSTIL_3D"


class Step(StrEnum):
    GPU = "gpu"
    CPU = "cpu"
    NUMPY = "numpy"
    OFF = "off"


@dataclass(frozen=True, slots=True)
class Report:
    """What a trial found. `fault`: why there is no OpenGL, as the end of a sentence."""

    renderer: str = ""
    frame_s: float = 0.0  # of the GPU mapper, its programs compiled
    fault: str = ""

    @property
    def software(self) -> bool:
        return any(word in self.renderer.lower() for word in _SOFTWARE)


@dataclass(frozen=True, slots=True)
class Choice:
    step: Step
    note: str = ""  # for the person, where it is not the best there is
    report: Report = Report()


def choose(report: Report) -> Choice:
    if report.fault:
        note = f"No OpenGL here ({report.fault}): simple projections are shown instead."
        return Choice(Step.NUMPY, note, report)
    if report.software or report.frame_s > SLOW_S:
        return Choice(Step.CPU, "", report)
    return Choice(Step.GPU, "", report)


_lock = threading.Lock()
_found: Choice | None = None


def choice(stopped: Callable[[], bool] = lambda: False, trial: Callable[[Any], None] | None = None) -> Choice | None:
    """What to render with; the first call takes a second or two. Not on the GUI thread. None: stopped before it was known."""
    global _found
    forced = os.environ.get(OVERRIDE, "")
    if forced in (*Step,):
        return Choice(Step(forced))
    while not _lock.acquire(timeout=0.1):  # another view asks at this moment
        if stopped():
            return None
    try:
        if _found is None:
            report = probe(stopped, trial)
            _found = choose(report) if report is not None else None
        return _found
    finally:
        _lock.release()


def forget() -> None:
    """The next view tries again."""
    global _found
    with _lock:
        _found = None


def probe(
    stopped: Callable[[], bool] = lambda: False, trial: Callable[[Any], None] | None = None, patience: float = PATIENCE_S
) -> Report | None:
    """Render something small in a child process."""
    from viewers.scene.volume_render.trial import run

    context = multiprocessing.get_context("spawn")
    line, theirs = context.Pipe()
    process = context.Process(target=trial or run, args=(theirs,), name="postil-3d-trial", daemon=True)
    try:
        process.start()
    except (OSError, RuntimeError) as error:  # no process may be started: not even a trial is safe
        line.close()
        theirs.close()
        return Report(fault=f"the graphics driver cannot be tried: {_why(error)}")
    theirs.close()
    try:
        until = time.monotonic() + patience
        while not line.poll(0.1):
            if stopped():
                return None
            if time.monotonic() > until:
                return Report(fault=f"the graphics driver did not answer within {patience:.0f} s")
        answer: dict[str, Any] = line.recv()
        return Report(**answer)
    except (EOFError, OSError):
        process.join(2)
        how = "it ended without a word" if process.exitcode is None else f"exit code {process.exitcode}"
        return Report(fault=f"the graphics driver failed in a trial, {how}")
    finally:
        line.close()
        process.kill()
        process.join()
        process.close()


def _why(error: Exception) -> str:
    """The first line that says something, as the end of a sentence."""
    lines = (line.strip().rstrip(".:") for line in str(error).splitlines())
    return next(filter(None, lines), "") or f"no process can be started ({type(error).__name__})"
