"""An object is followed through the film by what it looks like: behind the window, and back as one step. Qt-free."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from storage.clock import now_ms
from storage.editing.on_frames import is_between
from storage.editing.track_verbs import Stamp
from storage.errors import Cancelled, PostilError, Refused
from storage.model.interpolation import rows_of
from storage.model.labels import FrameKey, Range
from storage.progress import Progress
from viewers.decode.request import Decoder, Request
from viewers.editors.selection_verbs import SelectionVerbs
from viewers.track.keyed import put_tracked
from viewers.track.tracker import Tracked, track

#: Title, work, what is done with its answer, what with its error; the last two on the window's thread.
RunJob = Callable[[str, Callable[[Progress], Any], Callable[[Any], None], Callable[[Exception], None]], object]
OpenDecoder = Callable[[], Decoder]


@dataclass(slots=True)
class _Following:
    instance: str
    name: str
    at: FrameKey
    start: int
    stop: int
    found: list[Tracked] = field(default_factory=list)  # grows while the work goes on


class FollowVerbs(SelectionVerbs):
    """A part of the video editor. What was found before it was cancelled is kept."""

    run_job: RunJob | None = None
    open_decoder: OpenDecoder | None = None
    _following: dict[str, _Following]

    def chosen_frames(self) -> Range | None:
        """Frames chosen on the timeline."""
        return None

    def why_no_following(self) -> str:
        if self.run_job is None or self.open_decoder is None:
            return "Objects cannot be followed here."
        found = self.selected()
        if not found:
            return "Select the object to follow, on a frame where it is."
        if len(found) > 1:
            return "One object is followed at a time: select one."
        if found[0].instance in self._following:
            return f"{self.name(found[0].instance)} is being followed already."
        return ""

    def follow_object(self, way: int) -> None:
        """Up to the next key frame made by hand, or to the end of the chosen frames or of the film; less if it is lost."""
        why = self.why_no_following()
        if why:
            self.say(why)
            return
        (shape,) = self.selected()
        start = self.session.frames.index(self.focus.at)
        stop = self._follow_to(shape.instance, start, way)
        if stop == start:
            self.say(f"There is nothing to follow {'after' if way > 0 else 'before'} this frame.")
            return
        self.settle()
        work = _Following(shape.instance, self.name(shape.instance), self.focus.at, start, stop)
        self._following[shape.instance] = work
        geometry, open_decoder, run_job = shape.geometry, self.open_decoder, self.run_job
        assert open_decoder is not None
        assert run_job is not None

        def follow(progress: Progress) -> None:
            decoder = open_decoder()
            try:
                progress.stage(f"Following {work.name}", abs(stop - start))

                def read(frame: int) -> Any:
                    return decoder.read(Request(frame)).array

                for tracked in track(read, start, geometry, stop, progress.check, progress.step):
                    work.found.append(tracked)
            finally:
                decoder.close()

        self.say(f"Following {work.name} {'forward' if way > 0 else 'back'} to frame {stop:,}.")
        run_job(f"Follow {work.name}", follow, lambda _: self._followed(work, None), lambda e: self._followed(work, e))

    def _follow_to(self, instance: str, start: int, way: int) -> int:
        """A key frame that somebody made is where it ends."""
        last = self.session.frames.count - 1
        chosen = self.chosen_frames()
        low, high = chosen if chosen is not None and chosen[0] <= start <= chosen[1] else (0, last)
        rows = [a.frame for a in rows_of(self.session.document, instance, self.focus.at[0]) if a.manual and not is_between(a)]
        if way > 0:
            return min([high, *(f - 1 for f in rows if f > start)])
        return max([low, *(f + 1 for f in rows if f < start)])

    def _followed(self, work: _Following, error: Exception | None) -> None:
        self._following.pop(work.instance, None)
        if self.open_decoder is None:
            return  # the editor was closed meanwhile
        if error is not None and not isinstance(error, Cancelled):
            self.say(f"{error.reason} {error.remedy}".strip() if isinstance(error, PostilError) else str(error))
            return
        if work.instance not in self.session.document.instances:
            self.say(f"{work.name} was deleted while it was being followed.")
            return
        if work.instance in self.focus.locked:
            self.say(f"{work.name} was locked while it was being followed: nothing is changed.")
            return
        self.settle()
        stamp = Stamp(self.session.author, now_ms(), work.at[0], lambda f: self.session.frames.pts(self.session.frames.key(f)))
        try:
            edits = put_tracked(self.session.document, work.instance, work.start, work.found, stamp)
        except Refused as refused:
            self.say(f"{refused.reason} {refused.remedy}".strip())
            return
        seen = [t.frame for t in work.found if not t.lost]
        lost = next((t.lost for t in work.found if t.lost), "")
        if edits:
            self.session.do(f"Follow {work.name} to frame {seen[-1]:,}", edits)
        told = f"{work.name} is followed to frame {seen[-1]:,}." if seen else f"{work.name} could not be followed."
        self.say(" ".join(filter(None, (told, lost))))
