"""What lies under the pointer on the timeline."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from viewers.timeline.layer import Layer, eye_rect, lock_rect
from viewers.timeline.look import ROW, RULER
from viewers.timeline.rows import Bar, Row
from viewers.timeline.tracks import Track

Zone = Literal["ruler", "thumbs", "names", "divider", "tracks"]
Part = Literal["ground", "eye", "lock", "key", "start", "end", "track", "bar", "bar_first", "bar_last"]
#: Half the width of what can be taken hold of (logical px).
REACH = 5.5


@dataclass(frozen=True, slots=True)
class Hit:
    """`frame` is the frame under the pointer; `held` the one of the thing under it."""

    zone: Zone
    frame: int
    row: Row | None = None
    index: int = -1
    part: Part = "ground"
    held: int = -1
    run: tuple[int, int] | None = None
    bar: Bar | None = None

    @property
    def movable(self) -> bool:
        return self.part in ("key", "start", "end", "bar", "bar_first", "bar_last")


def hit(layer: Layer, x: float, y: float, *, moving: bool) -> Hit:
    """`moving`: objects run on between their rows, so that their ends can be held."""
    frame = layer.axis.frame(x - layer.names)
    if -5 <= x - layer.names < 1:
        return Hit("divider", frame)
    if y < layer.top:
        return Hit("ruler" if y < RULER else "thumbs", frame) if x >= layer.names else Hit("names", frame)
    index = int(y - layer.top + layer.scroll) // ROW
    zone: Zone = "names" if x < layer.names else "tracks"
    if not 0 <= index < len(layer.rows.rows):
        return Hit(zone, frame)
    row = layer.rows.rows[index]
    if zone == "names":
        return Hit(zone, frame, row, index, _button(layer, row, index, x, y))
    if row.kind == "object":
        part, held, run = _on_track(layer.rows.tracks[row.id], layer, x - layer.names, frame, moving)
        return Hit(zone, frame, row, index, part, held, run)
    return _on_bars(layer, row, index, x - layer.names, frame)


def _button(layer: Layer, row: Row, index: int, x: float, y: float) -> Part:
    if row.kind != "object":
        return "ground"
    top = layer.row_top(index)
    if eye_rect(layer.names, top).contains(x, y):
        return "eye"
    return "lock" if lock_rect(layer.names, top).contains(x, y) else "ground"


def _on_track(track: Track, layer: Layer, x: float, frame: int, moving: bool) -> tuple[Part, int, tuple[int, int] | None]:
    axis = layer.axis
    near = track.near(axis.at(x - REACH) - 0.5, axis.at(x + REACH) - 0.5)
    if len(near):
        return "key", int(near[np.argmin(np.abs((near + 0.5 - axis.left) * axis.scale - x))]), track.run(int(near[0]))
    if moving:
        firsts, lasts = track.runs()
        i = int(np.searchsorted(firsts, axis.at(x), "right"))
        for n in (i - 1, i):
            if 0 <= n < len(firsts):
                run = (int(firsts[n]), int(lasts[n]))
                edge = min(axis.x(run[0]), axis.x(run[0] + 0.5) - 6.5)
                if edge - 6.5 <= x <= edge + 2:
                    return "start", run[0], run
                edge = max(axis.x(run[1] + 1), axis.x(run[1] + 0.5) + 6.5)
                if edge - 2 <= x <= edge + 6.5:
                    return "end", run[1], run
    place = track.place(frame)
    return ("track" if place is not None else "ground"), frame, track.run(frame)


def _on_bars(layer: Layer, row: Row, index: int, x: float, frame: int) -> Hit:
    """Edges come before middles, the edge on the pointer's side before its neighbour's."""
    axis = layer.axis
    best: tuple[float, Bar, Part] | None = None
    whole: Bar | None = None
    for bar in layer.rows.bars(row):
        if bar.whole:
            whole = bar
            continue
        x0, x1 = axis.x(bar.first), axis.x(bar.last + 1)
        inside = x0 <= x < x1
        edge = min(REACH, max(1.5, (x1 - x0) / 3)) if inside else REACH
        for place, part in ((x0, "bar_first"), (x1, "bar_last")):
            away = abs(x - place) - (0.5 if inside else 0.0)
            if away <= edge and (best is None or away < best[0]):
                best = (away, bar, part)  # type: ignore[assignment]
        if inside and best is None:
            best = (1e9, bar, "bar")
    if best is not None:
        _, bar, part = best
        held = bar.last if part == "bar_last" else bar.first
        return Hit("tracks", frame, row, index, part, held, None, bar)
    return Hit("tracks", frame, row, index, "bar" if whole else "ground", frame, None, whole)


def snap_targets(layer: Layer, here: Hit, playhead: int) -> np.ndarray:
    """Frames at which a drag lets itself be held: the playing head, and the rows and edges just above and below."""
    found = [np.array([playhead], np.int64)]
    for index in (here.index - 1, here.index + 1):
        if not 0 <= index < len(layer.rows.rows):
            continue
        row = layer.rows.rows[index]
        if row.kind == "object":
            found.append(layer.rows.tracks[row.id].frames)
        else:
            bars = [b for b in layer.rows.bars(row) if not b.whole]
            found.append(np.array([f for b in bars for f in (b.first, b.last)], np.int64))
    return np.sort(np.concatenate(found))  # `unique` would import masked arrays at the first drag: 20 ms


def snapped(targets: np.ndarray, frame: int, reach: float) -> int:
    """The nearest of the ascending targets within `reach` frames, else the frame itself."""
    i = int(np.searchsorted(targets, frame))
    near = [int(t) for t in targets[max(0, i - 1) : i + 1]]
    best = min(near, key=lambda t: abs(t - frame), default=frame)
    return best if abs(best - frame) <= reach else frame
