"""Pillow without its Python warnings and its own limit of pixels.

What Pillow warns of (odd EXIF blocks, sizes) is either of no matter to us or told to the person in our own words
(`ImageHeader.warnings`); our limit of pixels is checked on the header before Pillow decodes anything.
"""

from __future__ import annotations

import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager

from PIL import Image

Image.MAX_IMAGE_PIXELS = None

# The filters of `warnings` belong to the whole process: only one thread at a time may swap them, and only for the
# parsing of a header, which holds the interpreter lock anyway.
_lock = threading.RLock()


@contextmanager
def pillow_quiet() -> Iterator[None]:
    with _lock, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield
