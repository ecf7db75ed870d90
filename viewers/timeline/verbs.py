"""What can be done to tracks from the timeline's menu and from the editor's keys: each one step with a text. Qt-free.

`TRACK_VERBS` is the table; every method either makes one step or raises `Refused` with a sentence.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Literal

from storage.clock import now_ms
from storage.editing import track_verbs
from storage.editing.edits import Edit, Edits, Step
from storage.editing.focus import Focus
from storage.editing.session import EditSession
from storage.editing.track_verbs import Stamp
from storage.errors import Refused
from storage.model.interpolation import around, key_frame, present, ranges
from storage.model.labels import Range
from storage.model.ontology import Ontology
from viewers.tools.words import names_of


class TrackVerbs:
    """On the selected objects, at the frame that is looked at (or `at` another one), or over the frames `range` (set by whoever
    knows it)."""

    def __init__(self, session: EditSession, focus: Focus, ontology: Ontology) -> None:
        self.session, self.focus, self.ontology = session, focus, ontology
        self.range: Range | None = None
        self._frame: int | None = None  # "here", where it is not the frame that is looked at

    # -- what they work on

    @contextmanager
    def at(self, frame: int | None) -> Iterator[None]:
        """Within, "here" is this frame; None: the one that is looked at."""
        self._frame = frame
        try:
            yield
        finally:
            self._frame = None

    @property
    def stamp(self) -> Stamp:
        part = self.focus.at[0]
        return Stamp(self.session.author, now_ms(), part, lambda frame: self.session.frames.pts((part, frame)))

    @property
    def frame(self) -> int:
        return self.focus.at[1] if self._frame is None else self._frame

    def free(self) -> list[str]:
        """The selected objects that may be changed."""
        known = self.session.document.instances
        return [i for i in self.focus.selected if i in known and i not in self.focus.locked]

    def why_not(self, need: Need) -> str:
        """Why a verb that needs this cannot be done now; empty when it can."""
        if not self.session.frames.moving:
            return "This item has no track: nothing runs from one of its frames to the next."
        if not self.focus.selected:
            return "Select an object first."
        if not self.free():
            return "What is selected is locked."
        if need == "several" and len(self.free()) < 2:
            return "Select two or more objects first."
        if need == "range" and self.range is None:
            return "Select frames first: drag with Shift on the timeline."
        if need == "here" and not any(self._there(i) for i in self.free()):
            return "The selected object has no track on this frame."
        if need == "between" and not any(self._begun(i) for i in self.free()):
            return "The selected object has no key frame here or before."
        return ""

    def _there(self, instance: str) -> bool:
        return present(self.session.document, instance, self.frame, self.focus.at[0]) is not None

    def _begun(self, instance: str) -> bool:
        before, after = around(self.session.document, instance, self.frame, self.focus.at[0])
        return before is not None and (after is not None or before.frame == self.frame)

    def has_row(self, instance: str) -> bool:
        return self.session.document.annotation_of(instance, (self.focus.at[0], self.frame)) is not None

    def hidden(self) -> bool:
        """Whether the primary object is hidden on purpose here."""
        free = self.free()
        shown = present(self.session.document, free[-1], self.frame, self.focus.at[0]) if free else None
        return shown is not None and shown.outside

    # -- the verbs

    def toggle_key_frame(self) -> Step | None:
        """A key frame here, of the shape that is seen; or away with it."""
        free, document = self.free(), self.session.document
        if all(self.has_row(i) for i in free):
            return self._each("Remove key frame", lambda i: track_verbs.remove_key_frame(document, i, self.frame, self.stamp))
        there = [i for i in free if self._there(i)]
        return self._each("Key frame", lambda i: track_verbs.set_key_frame(document, i, self.frame, None, self.stamp), there)

    def toggle_outside(self) -> Step | None:
        """Hidden from here until its next key frame, or to be seen again."""
        hide = not self.hidden()
        text = "Hide from here" if hide else "Show from here"
        document = self.session.document
        return self._each(text, lambda i: track_verbs.set_outside(document, i, self.frame, hide, self.stamp))

    def toggle_interpolation(self) -> Step | None:
        """Whether the shape runs on between the key frames around this frame, or the first of them stands alone."""
        on = not self.runs_on()
        text = "Interpolate" if on else "Do not interpolate"
        document = self.session.document
        return self._each(text, lambda i: track_verbs.set_interpolated(document, i, self.frame, on, self.stamp))

    def runs_on(self) -> bool:
        free = self.free()
        if not free:
            return False
        before = around(self.session.document, free[-1], self.frame, self.focus.at[0])[0]
        return before is not None and before.keyframe

    def split_here(self) -> Step | None:
        """From this frame on it is another object."""
        free = [i for i in self.free() if self._there(i)]
        made: list[str] = []
        edits: list[Edit] = []
        for instance in free[-1:]:
            more, other = track_verbs.split_at(self.session.document, instance, self.frame, self.stamp)
            edits += more
            made.append(other)
        step = self._do("Split", tuple(edits), free[-1:])
        if step is not None:
            self.focus.select(made)
        return step

    def merge_selected(self, bridge: bool = False) -> Step | None:
        """The objects become the one that was selected first."""
        free = self.free()
        edits = track_verbs.merge_tracks(self.session.document, free, self.stamp, bridge=bridge)
        step = self._do("Merge", edits, free, about=free)
        if step is not None:
            self.focus.select(free[:1])
        return step

    def cut_range(self) -> Step | None:
        """The selected objects are gone on the chosen frames."""
        first, last = self._range()
        document = self.session.document
        return self._each(
            f"Cut frames {first} to {last} of", lambda i: track_verbs.cut(document, i, first, last, self.stamp), own=True
        )

    def delete_range(self) -> Step | None:
        """All objects that may be changed are gone on the chosen frames."""
        first, last = self._range()
        document, part = self.session.document, self.focus.at[0]
        meant = [
            i for i in document.instances
            if i not in self.focus.locked and any(a <= last and b >= first for a, b in ranges(document, i, part))
        ]  # fmt: skip
        edits = track_verbs.delete_range(document, meant, first, last, self.stamp)
        step = self.session.do(f"Delete frames {first} to {last} of {self._names(meant)}", edits) if edits else None
        self._forget()
        return step

    def propagate(self, frames: int) -> Step | None:
        """The shape seen here on so many frames from here (negative: before)."""
        free = self.free()
        count = self.session.frames.count
        edits = track_verbs.propagate(self.session.document, free, self.frame, frames, self.stamp, frames=count)
        return self._do(f"Propagate over {abs(frames)} frames", edits, free)

    def propagate_range(self) -> Step | None:
        """The shape seen here on all chosen frames."""
        first, last = self._range()
        free = self.free()
        if not first <= self.frame <= last:
            raise Refused(
                f"Frame {self.frame} lies outside of the chosen frames {first} to {last}.",
                remedy="Go to the frame whose shape is to be repeated, inside the range.",
            )
        self.session.begin(f"Propagate over frames {first} to {last}: {self._names(free)}")
        count = self.session.frames.count
        for n in (first - self.frame, last - self.frame):
            self.session.preview(*track_verbs.propagate(self.session.document, free, self.frame, n, self.stamp, frames=count))
        return self.session.commit()

    def next_key_frame(self, way: Literal[-1, 1]) -> int | None:
        """Where the primary object has its next row; None: there is none."""
        primary = self.focus.primary
        return key_frame(self.session.document, primary, self.frame, way, self.focus.at[0]) if primary else None

    # -- inside

    def _range(self) -> Range:
        if self.range is None:
            raise Refused("No frames are selected.", remedy="Drag with Shift on the timeline.")
        return self.range

    def _names(self, instances: list[str]) -> str:
        return names_of(self.ontology, self.session.document, instances) if instances else "nothing"

    def _each(self, text: str, make: Callable[[str], Edits], of: list[str] | None = None, *, own: bool = False) -> Step | None:
        free = self.free() if of is None else of
        edits = tuple(edit for instance in free for edit in make(instance))
        return self._do(text, edits, free, joined=" " if own else ": ")

    def _do(self, text: str, edits: Edits, of: list[str], joined: str = ": ", about: Sequence[str] = ()) -> Step | None:
        if not edits:
            return None
        step = self.session.do(f"{text}{joined}{self._names(of)}", edits, about)
        self._forget()
        return step

    def _forget(self) -> None:
        """What is no longer there is not selected either."""
        known = self.session.document.instances
        self.focus.select(i for i in self.focus.selected if i in known)


Need = Literal["object", "several", "range", "here", "between"]


@dataclass(frozen=True, slots=True)
class TrackVerb:
    """`id` and `keys` are those of the editor's table, so that menu and key are one."""

    id: str
    title: str
    keys: tuple[str, ...]
    need: Need
    run: Callable[[TrackVerbs], Step | None]
    icon: str = ""
    on_title: str = ""  # while the state that it turns off is on
    is_on: Callable[[TrackVerbs], bool] = lambda verbs: False

    def text(self, verbs: TrackVerbs) -> str:
        return self.on_title if self.on_title and self.is_on(verbs) else self.title


def _has_row(verbs: TrackVerbs) -> bool:
    free = verbs.free()
    return bool(free) and all(verbs.has_row(i) for i in free)


TRACK_VERBS: tuple[TrackVerb, ...] = (
    TrackVerb("track_key", "Add key frame here", ("K",), "here", TrackVerbs.toggle_key_frame, "mdi6.rhombus",
              "Remove key frame", _has_row),
    TrackVerb("track_outside", "Hide from here", ("O",), "here", TrackVerbs.toggle_outside, "mdi6.rhombus-outline",
              "Show again from here", TrackVerbs.hidden),
    TrackVerb("track_interpolation", "Interpolate from here", ("I",), "between", TrackVerbs.toggle_interpolation,
              "mdi6.vector-line", "Do not interpolate from here", TrackVerbs.runs_on),
    TrackVerb("track_split", "Split here", ("Shift+M",), "here", TrackVerbs.split_here, "mdi6.content-cut"),
    TrackVerb("track_merge", "Merge selected", ("M",), "several", TrackVerbs.merge_selected, "mdi6.call-merge"),
    TrackVerb("track_cut_range", "Cut the chosen frames out of the selected", (), "range", TrackVerbs.cut_range),
    TrackVerb("track_propagate_range", "Repeat this shape over the chosen frames", (), "range", TrackVerbs.propagate_range),
)  # fmt: skip
DELETE_RANGE = TrackVerb("track_delete_range", "Delete all objects on the chosen frames", (), "range", TrackVerbs.delete_range)


def why_not(verbs: TrackVerbs, verb: TrackVerb) -> str:
    if verbs.session.sealed:
        return verbs.session.sealed
    if verb is DELETE_RANGE:
        if not verbs.session.frames.moving:
            return verbs.why_not("object")
        return "" if verbs.range is not None else "Select frames first: drag with Shift on the timeline."
    return verbs.why_not(verb.need)
