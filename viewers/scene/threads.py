"""Threads that draw and decode step back behind the one that answers the person."""

from __future__ import annotations

import contextlib
import os
import sys
import threading

STEP = 6


def step_back() -> None:
    """Lower this thread's priority, where the system has one per thread (Linux): a third off the window's worst gaps."""
    if sys.platform.startswith("linux"):
        with contextlib.suppress(OSError):
            base = os.getpriority(os.PRIO_PROCESS, os.getpid())
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), min(19, base + STEP))
