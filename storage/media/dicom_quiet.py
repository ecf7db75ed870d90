"""pydicom without its warnings and log lines: they quote values of the file, and those may be a patient's."""

from __future__ import annotations

import logging
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager

_lock = threading.RLock()  # the filters of `warnings` belong to the whole process


@contextmanager
def pydicom_quiet() -> Iterator[None]:
    """Its logger is silent from the first use on: another thread may be reading as well."""
    logging.getLogger("pydicom").disabled = True
    with _lock, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield
