"""Encord's timestamps: written with whole seconds in UTC, read in every form that Encord itself has used."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import lru_cache

_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@lru_cache(maxsize=4096)
def write(ms: int) -> str:
    """`Thu, 05 Mar 2026 11:03:21 UTC`, whatever the locale."""
    t = _EPOCH + timedelta(seconds=ms // 1000)
    return f"{_DAYS[t.weekday()]}, {t.day:02d} {_MONTHS[t.month - 1]} {t.year:04d} {t:%H:%M:%S} UTC"


@lru_cache(maxsize=4096)
def read(text: str) -> int:
    """Milliseconds; a time without zone is UTC. Raises ValueError."""
    words = text.replace(",", " ").split()
    if len(words) in (5, 6) and words[2] in _MONTHS:
        hour, minute, second = (int(v) for v in words[4].split(":"))
        month = _MONTHS.index(words[2]) + 1
        made = datetime(int(words[3]), month, int(words[1]), hour, minute, second, tzinfo=UTC)
        if len(words) == 6 and words[5] not in ("UTC", "GMT", "Z", "+0000"):
            raise ValueError(f"not a time in UTC: {text}")
    else:
        made = datetime.fromisoformat(text)
        if made.tzinfo is None:
            made = made.replace(tzinfo=UTC)
    return (made - _EPOCH) // timedelta(milliseconds=1)
