"""Give up what root may do beyond the modes of files, so that a test sees what an ordinary user sees."""

from __future__ import annotations

import ctypes
import os
import sys

#: linux/capability.h: the version of the two calls' structures, and the right to write whatever the mode says.
_VERSION_3 = 0x20080522
_DAC_OVERRIDE = 1


class _Header(ctypes.Structure):
    _fields_ = (("version", ctypes.c_uint32), ("pid", ctypes.c_int))


class _Sets(ctypes.Structure):
    _fields_ = (("effective", ctypes.c_uint32), ("permitted", ctypes.c_uint32), ("inheritable", ctypes.c_uint32))


def keep_to_the_modes() -> None:
    """From now on this process writes only where the modes of files let their owner; it stays who it is.

    Another user's number would do it too, but an interpreter under a closed home could then not import its own library.
    """
    if os.geteuid() != 0:
        return
    if not sys.platform.startswith("linux"):
        os.setgid(65534)
        os.setuid(65534)
        return
    libc = ctypes.CDLL(None, use_errno=True)
    header, sets = _Header(_VERSION_3, 0), (_Sets * 2)()
    if libc.capget(ctypes.byref(header), sets) != 0:
        raise OSError(ctypes.get_errno(), "capget")
    sets[0].effective &= ~(1 << _DAC_OVERRIDE)
    sets[0].permitted &= ~(1 << _DAC_OVERRIDE)
    if libc.capset(ctypes.byref(header), sets) != 0:
        raise OSError(ctypes.get_errno(), "capset")
