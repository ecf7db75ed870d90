"""Which packets of a stream nothing else depends on, told from the packets alone.

FFmpeg can pass over them (`skip_frame`), but hands each to one of its threads, in turn, and then waits for that one: where two
pictures in three are passed over hardly more than one is decoded at a time. So they are better not handed over at all.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

Told = bool | None  # of a unit of a packet: nothing depends on it; None: it does not count


def disposable_by(context: Any) -> Callable[[memoryview], bool] | None:
    """Tells it of packets, by the codec context of their stream. None: not known how. Those of H.264 and HEVC are rows of units
    with their length before each, as MP4 and Matroska hold them."""
    units = {"h264": (_h264, 4), "hevc": (_hevc, 21)}.get(context.name)
    head = bytes(context.extradata or b"")
    if units is None or len(head) <= units[1] or head[0] != 1:
        return None
    tell, place = units
    width = (head[place] & 3) + 1

    def disposable(packet: memoryview) -> bool:
        found: set[Told] = set()
        at = 0
        while at + width < len(packet):
            found.add(tell(packet[at + width]))
            at += width + int.from_bytes(packet[at : at + width], "big")
        return at == len(packet) and True in found and False not in found

    return disposable


def _h264(first: int) -> Told:
    """By the first byte of a unit (H.264, 7.3.1)."""
    kind = first & 31
    return None if kind in (6, 9, 12) else 1 <= kind <= 5 and not first & 0x60


def _hevc(first: int) -> Told:
    """H.265, 7.3.1.2 and table 7-1."""
    kind = first >> 1 & 63
    return None if kind in (35, 38, 39, 40) else kind < 16 and kind % 2 == 0
