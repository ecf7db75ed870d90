"""Threads that draw and decode step back behind the one that answers the person."""

from __future__ import annotations

import contextlib
import os
import sys
import threading

STEP = 6
#: Behind everybody: work on all cores for seconds, like a volume's 3D. With a smaller step a picture that is drawn by several
#: threads waits for the one that does not get its core: turning slices meanwhile took half again as long, at worst three times.
LAST = 19
#: Such work rests for so long after slices were turned.
CALM_S = 0.3


def step_back(by: int = STEP) -> None:
    """Lower this thread's priority, where the system has one per thread (Linux): a third off the window's worst gaps."""
    if sys.platform.startswith("linux"):
        with contextlib.suppress(OSError):
            base = os.getpriority(os.PRIO_PROCESS, os.getpid())
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), min(19, base + by))
