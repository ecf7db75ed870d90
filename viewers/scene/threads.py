"""Threads that draw and decode step back behind the one that answers the person."""

from __future__ import annotations

import contextlib
import os
import sys
import threading
import time

STEP = 6
#: Behind everybody: work on all cores for seconds, like a volume's 3D. With a smaller step a picture that is drawn by several
#: threads waits for the one that does not get its core: turning slices meanwhile took half again as long, at worst three times.
LAST = 19
#: Such work rests for so long after slices were turned.
CALM_S = 0.3
#: Long enough for a thread that waits for the interpreter's lock to wake and take it.
GIVE_S = 0.00005


def step_back(by: int = STEP) -> None:
    """Lower this thread's priority, where the system has one per thread (Linux): a third off the window's worst gaps."""
    if sys.platform.startswith("linux"):
        with contextlib.suppress(OSError):
            base = os.getpriority(os.PRIO_PROCESS, os.getpid())
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), min(19, base + by))


def give_way() -> None:
    """Let a thread that waits for the interpreter's lock have it, between two pieces of work that hold it. Merely to let go does
    not do: whoever lets go takes it again before the other wakes, until its turn is over, and the window needs it many times."""
    time.sleep(GIVE_S)
