"""A clip behind a `PictureSource`, with someone who wants frames as a canvas does."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from pathlib import Path

from storage.media.source import FileSource
from tests.support.clips import number_in
from viewers.decode.video import open_video
from viewers.scene.adjust import Adjustments
from viewers.scene.pictures import PictureSource


class FilmStage:
    def __init__(self, path: Path, *, cache_bytes: int = 64 << 20, budget: int = 384 << 20) -> None:
        self.pictures = PictureSource(
            lambda: open_video(FileSource(path), {}, cache_dir=None, cache_bytes=cache_bytes), budget=budget
        )
        self.came = threading.Event()
        self.pictures.listen(self.came.set)
        self.pictures.facts(0)
        self.until(lambda: self.pictures.facts(0) is not None)

    def until(self, true: Callable[[], object], seconds: float = 20) -> None:
        end = time.monotonic() + seconds
        while not true():
            assert time.monotonic() < end, f"what was waited for did not come: {self.pictures.error}"
            self.came.wait(0.01)
            self.came.clear()

    def look_at(self, frame: int, level: int = 0) -> None:
        self.pictures.want([(frame, level, -1, -1)], Adjustments())

    def exact(self, frame: int, level: int = 0) -> int:
        """Wait for a frame itself; the number its pixels carry."""
        self.look_at(frame, level)
        self.until(lambda: (seen := self.pictures.seen(frame, level)) and (seen.frame, seen.level) == (frame, level))
        seen = self.pictures.seen(frame, level)
        assert seen is not None
        return number_in(seen.array)
