"""Following an object over 100 frames of a film made of numbers, beside OpenCV's TrackerMIL on the same frames."""

from __future__ import annotations

import time
from typing import Any

from benchmarks.rows import Row


def run(quick: bool) -> list[Row]:
    from tests.support.moving import Film

    films = (
        [Film(), Film(turn=0.0, grow=1.0, seed=7)]
        if quick
        else [Film(), Film(turn=3.0, seed=4), Film(turn=0.0, grow=1.0, seed=7)]
    )
    rows = []
    for name, film in zip(("turning and growing", "turning fast", "only moving"), films, strict=False):
        frames = [film.read(n) for n in range(101)]
        ours, took = _ours(film, frames)
        theirs, peer_took = _theirs(film, frames)
        note = f"TrackerMIL {1e3 * peer_took / 100:.0f} ms a frame"
        rows.append(Row(f"tracker: least overlap, {name}", round(ours, 3), round(theirs, 3), "", 1.0, "at least", note))
        rows.append(
            Row(f"tracker: a frame, {name}", round(1e3 * took / 100, 1), round(1e3 * peer_took / 100, 1), "ms", 1.0, "at most")
        )
    return rows


def _ours(film: Any, frames: list[Any]) -> tuple[float, float]:
    from tests.support.moving import overlap
    from viewers.track.tracker import track

    began = time.perf_counter()
    found = list(track(frames.__getitem__, 0, film.pose(0), 100))
    took = time.perf_counter() - began
    assert len(found) == 100, found[-1].lost
    return min(overlap(t.geometry.corners(), film.pose(t.frame).corners()) for t in found), took  # type: ignore[union-attr]


def _theirs(film: Any, frames: list[Any]) -> tuple[float, float]:
    """An upright box, as that tracker has no other."""
    import cv2

    from storage.model.geometry import Box
    from tests.support.moving import overlap

    x0, y0, x1, y1 = map(round, film.pose(0).bounds())
    tracker = cv2.TrackerMIL_create()
    tracker.init(frames[0], (x0, y0, x1 - x0, y1 - y0))
    least, took = 1.0, 0.0
    for n in range(1, 101):
        began = time.perf_counter()
        _, (x, y, w, h) = tracker.update(frames[n])
        took += time.perf_counter() - began
        a0, b0, a1, b1 = film.pose(n).bounds()
        least = min(least, overlap(Box(x, y, w, h).corners(), Box(a0, b0, a1 - a0, b1 - b0).corners()))
    return least, took


if __name__ == "__main__":
    for row in run(quick=True):
        print(f"{row.name:45s} {row.ours:8.3f} {row.theirs:8.3f}  {'holds' if row.holds else 'SHORT':6s} {row.note}")
