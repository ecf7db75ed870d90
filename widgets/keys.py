"""Several shortcuts in one text, as settings keep them: portable texts with semicolons between."""

from __future__ import annotations

import re

# The semicolon is a key too: it is one where something must still follow the "+" before it, or where it stands alone.
_KEY = re.compile(r"(?:\w+\+)*(?:[^;]+|;)(?=;|$)")


def split_keys(text: str) -> list[str]:
    return [key.strip() for key in _KEY.findall(text) if key.strip()]
