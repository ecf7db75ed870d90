"""Where an object is and what it is on the frame that is shown, for a row of the list of objects."""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum

from PySide6.QtCore import QCoreApplication

from storage.editing.focus import Focus
from storage.editing.on_frames import is_between, slices_a_time
from storage.editing.session import EditSession
from storage.model.geometry import AudioRanges, Geometry, TextRanges
from storage.model.sheets import sheet_of
from widgets.controls.range_chips import frames_text, of_times, times_text


class State(Enum):
    """An object on the frame that is shown."""

    KEY = "key frame"
    ALONE = "on this frame only"
    BETWEEN = "between key frames"
    OUTSIDE = "hidden here on purpose"
    ABSENT = "not on this frame"


class InstancePlace:
    """`describe` says of an instance where it is; without it the frames it lives on are told."""

    def __init__(self, session: EditSession, focus: Focus, describe: Callable[[str], str] | None) -> None:
        self._session, self._focus, self._describe = session, focus, describe

    def where(self, uuid: str) -> str:
        if self._describe is not None:
            return self._describe(uuid)
        document, frames = self._session.document, self._session.frames
        if frames.count > 1:
            places = document.places_of(uuid)
            found = [frames.index(at) for at in places if sheet_of(at[0]) is None]
            slices = slices_a_time(frames)
            if places and not found:
                words = QCoreApplication.translate("LabelRows", "on a plane")
                return of_times(words, {at[1] // slices for at in places}) if slices else words
            if found and slices:
                return times_text(found, slices)
            return frames_text(min(found), max(found), frames.counts_from) if found else ""
        shown = self._session.shown(uuid, self._focus.at)
        return ranges_text(shown.geometry) if shown is not None else ""

    def state(self, uuid: str) -> State | None:
        """None where there is only one frame."""
        if self._session.frames.count < 2:
            return None
        shown = self._session.shown(uuid, self._focus.at)
        if shown is None:
            return None if self._on_planes_here(uuid) else State.ABSENT
        if shown.outside:
            return State.OUTSIDE
        if is_between(shown):
            return State.BETWEEN
        return State.KEY if shown.keyframe and self._session.frames.moving else State.ALONE

    def _on_planes_here(self, uuid: str) -> bool:
        """It lies on planes of its own alone, on one of the time that is shown."""
        places, slices = self._session.document.places_of(uuid), slices_a_time(self._session.frames)
        if not all(sheet_of(at[0]) for at in places):
            return False
        return any(not slices or at[1] // slices == self._focus.at[1] // slices for at in places)

    def state_text(self, uuid: str) -> str:
        state = self.state(uuid)
        return QCoreApplication.translate("LabelRows", state.value) if state is not None else ""


def ranges_text(geometry: Geometry) -> str:
    """Where something is heard or written, in a few words."""
    match geometry:
        case AudioRanges(ranges) if ranges:
            first, last = ranges[0]
            text = f"{clock_text(first, last)}–{clock_text(last, last)}"
        case TextRanges(ranges) if ranges:
            text = f"{ranges[0][0]:,}–{ranges[0][1]:,}"
        case _:
            return ""
    return text if len(ranges) == 1 else f"{text} +{len(ranges) - 1}"


def clock_text(ms: int, last: int) -> str:
    """`1:04.250`; where the last one to be written lies beyond an hour `0:01:04`: there is no room for more."""
    minutes, rest = divmod(ms, 60_000)
    if last < 3_600_000:
        return f"{minutes}:{rest / 1000:06.3f}"
    return f"{minutes // 60}:{minutes % 60:02}:{rest // 1000:02}"
