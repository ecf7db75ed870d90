"""What is done to objects over time from the editor's keys: key frames, ranges, copies to other frames, merging. Qt-free.

What the timeline's menu has too is done by `viewers.timeline.verbs`; here are the verbs around it. Each is one step, and
each says what it did where that cannot be seen on the frame.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sized
from typing import Literal

from storage.clock import now_ms
from storage.editing import track_verbs
from storage.editing.edits import Edits, Step
from storage.editing.verbs import delete_instances
from storage.errors import Refused
from storage.model.geometry import Geometry
from storage.model.interpolation import around, key_frame, ranges
from storage.model.labels import Annotation, FrameKey, Range
from viewers.editors.actions import EditorAction
from viewers.editors.clipboard import Clip
from viewers.editors.tool_verbs import ToolVerbs
from viewers.timeline.verbs import DELETE_RANGE, TRACK_VERBS, Need, TrackVerbs
from viewers.tools.words import names_of

FAR = 10  # frames that V and C go


class VideoVerbs(ToolVerbs):
    """A part of the video editor. `tracks` works on the selected objects at the frame that is looked at."""

    tracks: TrackVerbs
    _merging: str | None = None  # the track that another one is to be joined to

    def frame(self) -> int:
        return self.session.frames.index(self.focus.at)

    def frames(self) -> int:
        return self.session.frames.count

    def frame_word(self) -> str:
        return "frame"

    def frame_name(self, at: FrameKey) -> str:
        """Frames count from 0, as in the labels and in what is exported."""
        return f"frame {self.session.frames.index(at):,}"

    # -- where to go

    def next_frame(self, by: int = 1) -> None:
        self.go_to_frame(self.frame() + by)

    def previous_frame(self, by: int = 1) -> None:
        self.go_to_frame(self.frame() - by)

    def first_frame(self) -> None:
        self.go_to_frame(0)

    def last_frame(self) -> None:
        self.go_to_frame(self.frames() - 1)

    def go_to_frame(self, frame: int) -> None:
        frame = min(max(0, frame), self.frames() - 1)
        if frame != self.frame():
            self.go_to(self.session.frames.key(frame))

    def first_of_track(self) -> None:
        self._to_end_of_track(0)

    def last_of_track(self) -> None:
        self._to_end_of_track(-1)

    def _to_end_of_track(self, end: int) -> None:
        seen = self._seen_on(self.focus.primary) if self.focus.primary else []
        if seen:
            self.go_to_frame(seen[end][end])
        else:
            self.say("Select an object to go to where it begins and ends.")

    def next_key_frame(self) -> None:
        self._to_key_frame(1)

    def previous_key_frame(self) -> None:
        self._to_key_frame(-1)

    def _to_key_frame(self, way: int) -> None:
        """Of the selected objects; with none selected, of any."""
        document, chosen = self.session.document, self.focus.selected
        step = 1 if way > 0 else -1
        found = [key_frame(document, i, self.frame(), step, self.focus.at[0]) for i in chosen or document.instances]
        frames = [frame for frame in found if frame is not None]
        if frames:
            self.go_to_frame(min(frames) if way > 0 else max(frames))
            return
        whose = self._called(chosen) if chosen else "any object"
        self.say(f"There is no key frame of {whose} {'after' if way > 0 else 'before'} this frame.")

    # -- key frames and what runs between them

    def toggle_key_frame(self) -> None:
        """A key frame here of the shape that is seen, or of the nearest one where there is none; or away with it."""
        if not self._may("object"):
            return
        free = self.tracks.free()
        missing = [i for i in free if not self.tracks.has_row(i)]
        if not missing:
            self._remove_key_frames(free)
            return
        self.settle()
        shapes: dict[str, Geometry] = {}
        came: dict[str, int] = {}  # from which frame
        for instance in missing:
            shown = self.session.shown(instance, self.focus.at)
            source = shown or self._nearest(instance)
            if source is None:
                continue
            shapes[instance] = source.geometry
            if shown is None:
                came[instance] = source.frame
        edits = self.session.reshaped(shapes, self.focus.at, now_ms())
        self.session.do(f"Key frame: {self._called(list(shapes))}", edits)
        if came:
            frames = sorted(set(came.values()))
            where = f"frame {frames[0]:,}" if len(frames) == 1 else "the frame next to this one"
            self.say(f"{self._called(came)} {_is(came)} here now, as on {where}.")

    def _remove_key_frames(self, free: list[str]) -> None:
        names = {i: self.name(i) for i in free}
        self._track(self.tracks.toggle_key_frame, "object")
        gone = [names[i] for i in free if i not in self.session.document.instances]
        if gone:
            self.say(f"{', '.join(gone)} had no other key frame and {_is(gone)} deleted. Undo brings it back.")

    def _nearest(self, instance: str) -> Annotation | None:
        """The row before this frame, else the one after it."""
        before, after = around(self.session.document, instance, self.frame(), self.focus.at[0])
        return before or after

    def toggle_outside(self) -> None:
        self._track(self.tracks.toggle_outside, "here")

    def toggle_interpolation(self) -> None:
        on = not self.tracks.runs_on()
        if self._track(self.tracks.toggle_interpolation, "between"):
            self.say("Interpolated up to the next key frame." if on else "Nothing between here and the next key frame.")

    def _occluding(self, found: list[Annotation], occluded: bool) -> Edits:
        document, stamp = self.session.document, self.tracks.stamp
        return tuple(
            edit for a in found for edit in track_verbs.set_occluded(document, a.instance, self.frame(), occluded, stamp)
        )

    # -- delete and cut

    def _delete(self, found: list[Annotation]) -> None:
        """The objects, on all their frames."""
        if not found:
            self._nothing("delete")
            return
        self.settle()
        gone = [a.instance for a in found]
        document = self.session.document
        where = [r for i in gone for r in self._seen_on(i)]
        text = f"Delete {self._names(found)}"
        first, last = min((r[0] for r in where), default=0), max((r[1] for r in where), default=0)
        self.session.do(text, delete_instances(document, gone))
        self.focus.select(i for i in self.focus.selected if i not in gone)
        if first != last:
            self.say(f"{text}: on all frames, {first:,} to {last:,}. Undo brings it back; Ctrl+Delete takes only this frame.")

    def delete_here(self) -> None:
        """Off this frame; before and after it nothing changes."""
        found = self.selected()
        if not found:
            self._nothing("delete")
            return
        self.settle()
        gone = [a.instance for a in found]
        text = f"Delete {self._names(found)} on frame {self.frame():,}"
        self.session.do(text, self.session.vanished(gone, self.focus.at, now_ms()))
        self.focus.select(i for i in self.focus.selected if i in self.session.document.instances)

    def cut_after(self) -> None:
        """This is the last frame of the selected objects."""
        self._cut("after", self.frame() + 1, self.frames() - 1)

    def cut_before(self) -> None:
        """This is their first frame."""
        self._cut("before", 0, self.frame() - 1)

    def _cut(self, side: str, first: int, last: int) -> None:
        if not self._may("here") or first > last:
            return
        stamp, document, free = self.tracks.stamp, self.session.document, self.tracks.free()
        here = [i for i in free if self.session.shown(i, self.focus.at) is not None]
        self.settle()
        edits = track_verbs.delete_range(document, here, first, last, stamp)
        if not edits:
            self.say(f"{self._called(here)} is on no frame {side} this one.")
            return
        self.session.do(f"Cut {self._called(here)} {side} frame {self.frame():,}", edits)

    def run_track_verb(self, verb_id: str) -> None:
        """One of the timeline's."""
        verb = next(v for v in (*TRACK_VERBS, DELETE_RANGE) if v.id == verb_id)
        self._track(lambda: verb.run(self.tracks), "none" if verb is DELETE_RANGE else verb.need)

    # -- merge and split

    def merge_tracks(self) -> None:
        """Several selected become one. With one selected it is remembered, and the next one picked is joined to it."""
        free = self.tracks.free()
        if len(free) > 1:
            self._merge(free)
        elif self._merging is not None and free and free[0] != self._merging:
            self._merge([self._merging, free[0]])
        elif self._may("object"):
            self._merging = free[0]
            self.say(self.merge_hint())

    def merge_hint(self) -> str:
        """What is waited for between the two presses of the key."""
        if self._merging is None:
            return ""
        return f"Merge: select the object that is the same as {self.name(self._merging)}, on any frame, then press M again."

    def _merge(self, instances: list[str]) -> None:
        self._merging = None
        known = [i for i in instances if i in self.session.document.instances and i not in self.focus.locked]
        if len(known) < 2:
            self.say("The object to merge with is gone or locked. Select two objects and press M.")
            return
        self.focus.select(known)
        if self._track(self.tracks.merge_selected, "several"):
            self.say(f"Merged into {self.name(known[0])}.")

    def split_track(self) -> None:
        if self._track(self.tracks.split_here, "here"):
            self.say(f"From this frame on it is {self._called(self.focus.selected)}.")

    def escape(self) -> None:
        if self._merging is not None and not self.drafting():
            self._merging = None
            self.say("Nothing is merged.")
            return
        super().escape()

    # -- copies on other frames

    def copy_onward(self, by: int) -> None:
        """To the next frame (or the one before), with the shapes that are selected here."""
        target = self.frame() + by
        found = self.selected()
        if not found:
            self._nothing("copy")
        elif not 0 <= target < self.frames():
            self.say(f"There is no frame {'after' if by > 0 else 'before'} this one.")
        else:
            self.settle()
            at = self.session.frames.key(target)
            shapes = {a.instance: a.geometry for a in found}
            self.session.do(f"Copy {self._names(found)} to frame {target:,}", self.session.reshaped(shapes, at, now_ms()))
            self.go_to(at)

    def propagate_by(self, frames: int) -> None:
        """The shapes that are seen here on so many frames after (negative: before) this one."""
        if frames and self._track(lambda: self.tracks.propagate(frames), "here"):
            end = min(max(0, self.frame() + frames), self.frames() - 1)
            free = self.tracks.free()
            self.say(f"{self._called(free)} {_is(free)} the same from frame {self.frame():,} to frame {end:,}.")

    def _belongs_here(self, clip: Clip) -> bool:
        """On another frame a copy is the same object."""
        known = clip.instance.uuid in self.session.document.instances and clip.instance.uuid not in self.focus.locked
        return known and (self.clipboard.at != self.focus.at or super()._belongs_here(clip))

    # -- inside

    def title_of(self, action: EditorAction) -> str:
        """What it would do on this frame."""
        if action.id == "delete":
            return "Delete on all frames"
        verb = next((v for v in TRACK_VERBS if v.id == action.id and v.on_title), None)
        return verb.text(self.tracks) if verb is not None else action.title

    def why_not_track(self, need: Need) -> str:
        return self.tracks.why_not(need)

    def _may(self, need: Need) -> bool:
        why = self.tracks.why_not(need)
        self.say(why)
        return not why

    def _track(self, act: Callable[[], Step | None], need: Need | Literal["none"]) -> Step | None:
        """A verb of the tracks, or a sentence that says why it cannot be."""
        if need != "none" and not self._may(need):
            return None
        self.settle()
        try:
            return act()
        except Refused as refused:
            self.say(f"{refused.reason} {refused.remedy}".strip())
            return None

    def _called(self, instances: Iterable[str]) -> str:
        known = list(instances)
        return names_of(self.ontology, self.session.document, known) if known else "nothing"

    def _seen_on(self, instance: str) -> list[Range]:
        return ranges(self.session.document, instance, self.focus.at[0])


def _is(instances: Sized) -> str:
    return "is" if len(instances) == 1 else "are"
