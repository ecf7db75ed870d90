"""What is done to the regions of a sound by key or menu: at the playhead, to the selection, from region to region. Qt-free."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from storage.clock import now_ms
from storage.editing import verbs
from storage.editing.edits import Edit, Put
from storage.model.geometry import AudioRanges, ShapeKind
from storage.model.labels import Annotation, Instance
from storage.model.ontology import AttributeType, ObjectClass
from viewers.editors.audio_hand import AudioHand
from viewers.editors.clipboard import Clip
from viewers.editors.selection_verbs import SelectionVerbs
from viewers.scene.frame_clock import time_text
from viewers.scene.sound_regions import WHOLE, Region, SoundRegions, tidy


class AudioVerbs(SelectionVerbs):
    """A part of the audio editor. It needs the attributes below; whoever mixes it in provides them."""

    drawable = (ShapeKind.AUDIO,)

    hand: AudioHand
    regions: SoundRegions
    _mark: int | None  # where the next region begins, set by key
    _nudged: int | None  # ms, while a run of nudges is open
    _nudging: tuple[Annotation, ...]
    _last_class: str | None

    # -- provided by the editor

    def playhead_ms(self) -> float:
        raise NotImplementedError

    def length_ms(self) -> int:
        raise NotImplementedError

    def seek_ms(self, ms: float) -> None:
        raise NotImplementedError

    def show_region(self, region: Region) -> None:
        """Have it in sight."""
        raise NotImplementedError

    # -- classes

    def sound_classes(self) -> list[ObjectClass]:
        return [c for c in self.classes() if c.shape is ShapeKind.AUDIO]

    def arm_class(self, feature_hash: str) -> None:
        known = self.ontology.object(feature_hash)
        if known is None or known.archived:
            self.say("That class is no longer in the ontology.")
        elif known.shape is not ShapeKind.AUDIO:
            self.say(f"“{known.name}” cannot be drawn on a sound: its shape is not audio.")
        else:
            self.settle()
            self._last_class = feature_hash
            self.focus.set(armed=feature_hash, tool="audio_region")
            self.acted()

    def offers(self, tool_id: str) -> bool:
        return tool_id == "select" or bool(self.sound_classes())

    def arm_tool(self, tool_id: str) -> None:
        if tool_id == "select":
            self.settle()
            self.focus.set(tool="select")
            self.acted()
            return
        known = self.sound_classes()
        if not known:
            self.say("The ontology has no class with the shape audio: add one to mark regions.")
            return
        chosen = next((c for c in known if c.feature_hash in (self.focus.armed, self._last_class)), known[0])
        self.arm_class(chosen.feature_hash)

    def new_object(self) -> None:
        self.focus.select(())
        self.arm_tool("audio_region")

    def add_range(self) -> None:
        """The next drag belongs to the selected object."""
        own = self.hand.primary()
        if own is None:
            self.say("Select an object that is not locked, then add a range to it.")
            return
        self.settle()
        self.hand.adding = True
        self.acted()

    def redraw_selected(self) -> None:
        own = self.hand.primary()
        if own is None or len(self.focus.selected) != 1:
            self.say("Select one object that is not locked to draw it again.")
            return
        self.settle()
        self.hand.redraws = own
        self.acted()

    # -- at the playhead

    def start_here(self) -> None:
        """The region begins at the playhead; with a class armed and no region here, a new one does."""
        here, region = round(self.playhead_ms()), self.hand.region()
        if self.hand.armed() is not None and (region is None or not region.start <= here < region.end):
            self.settle()
            self._mark = here
            self.say(f"It begins at {time_text(here / 1000)}; ] at the playhead ends it.")
            self.acted()
        elif region is not None:
            self._set_ends(region, here, region.end)
        else:
            self.say("Select a region to set its start, or arm a class by its digit to begin a new one.")

    def end_here(self) -> None:
        here, region, mark = round(self.playhead_ms()), self.hand.region(), self._mark
        known = self.hand.armed()
        if mark is not None and known is not None:
            self._mark = None
            if mark == here:
                self.say("It would be empty: move the playhead first.")
            else:
                self.settle()
                self.hand.draw(known, (min(mark, here), max(mark, here)))
            self.acted()
        elif region is not None:
            self._set_ends(region, region.start, here)
        else:
            self.say("Select a region to set its end, or arm a class by its digit and press [ to begin one.")

    def _set_ends(self, region: Region, start: int, end: int) -> None:
        name = self.name(region.instance)
        if region.instance in self.focus.locked:
            self._nothing("change")
        elif start >= end:
            self.say(f"{name} would end before it begins: move the playhead.")
        else:
            self.settle()
            ranges = [(r.start, r.end) for r in self.regions.of(region.instance)]
            ranges[region.part] = (start, end)
            self.hand.put_ranges(region.instance, f"Resize {name}", tuple(ranges), touched=(start, end))

    def split_here(self) -> None:
        """The selected objects over the playhead, else the shortest region there: what comes after becomes another object."""
        here = round(self.playhead_ms())
        over = [r for r in self.regions.at(here) if r.start < here < r.end and r.instance not in self.focus.locked]
        chosen = [r.instance for r in over if r.instance in self.focus.selected] or [r.instance for r in over[:1]]
        if not chosen:
            self.say("No region that is not locked lies over the playhead: move it to where the split is to be.")
            return
        self.settle()
        edits: list[Edit] = []
        made: list[str] = []
        numbers: dict[str, int] = {}
        for own in dict.fromkeys(chosen):
            row = self._row(own)
            kept, off = (AudioRanges(tuple(r)) for r in _cut(self._ranges(row), here))
            more, new = verbs.split_off(self.session.document, row, (off,), **self._who())
            edits += (*self.session.reshaped({own: kept}, WHOLE, now_ms()), *_renumbered(more, numbers))
            made += new
        text = f"Split {self.name(chosen[0])}" if len(chosen) == 1 else f"Split {len(chosen)} objects"
        self.session.do(text, edits)
        self.focus.select(made)
        self.hand.current = (made[-1], 0) if made else None

    # -- several

    def join_selected(self) -> None:
        """One object with all the ranges; those that touch become one."""
        self._join(bridge=False)

    def merge_selected(self) -> None:
        """One object with one range, from the first start to the last end."""
        self._join(bridge=True)

    def _join(self, *, bridge: bool) -> None:
        rows = sorted((a for a in self.selected() if self._ranges(a)), key=lambda a: min(self._ranges(a)))
        if len(rows) < (1 if bridge else 2):
            self.say("Select two or more objects that are not locked first.")
            return
        document = self.session.document
        kinds = {document.instances[a.instance].feature_hash for a in rows}
        if len(kinds) > 1:
            self.say("Objects of different classes cannot be joined: give them one class first (Ctrl+digit).")
            return
        every = tidy([r for a in rows for r in self._ranges(a)], join_touching=True)
        ranges = ((every[0][0], every[-1][1]),) if bridge else every
        first = rows[0].instance
        if len(rows) == 1 and ranges == self._ranges(rows[0]):
            self.say(f"{self.name(first)} is one range already.")
            return
        self.settle()
        text = f"{'Merge' if bridge else 'Join'} {self._names(rows)}"
        others = [a.instance for a in rows[1:]]
        edits = (
            *self.session.reshaped({first: AudioRanges(ranges)}, WHOLE, now_ms()),
            *self._joined_words([first, *others]),
            *self.session.vanished(others, WHOLE, now_ms()),
        )
        self.session.do(text, edits, about=(first, *others))
        self.focus.select((first,))
        self.hand.current = (first, 0)

    def _joined_words(self, instances: Sequence[str]) -> tuple[Edit, ...]:
        """What was said in all of them, one after the other."""
        document = self.session.document
        known = self.ontology.object(document.instances[instances[0]].feature_hash)
        asked = [a.feature_hash for a in known.attributes if a.type is AttributeType.TEXT] if known is not None else []
        edits: list[Edit] = []
        for attribute in asked:
            said = [
                str(a.value).strip()
                for i in instances
                for a in document.answers_of(i)
                if a.attribute == attribute and a.first is None
            ]
            if len(said) > 1 or (said and not any(a.attribute == attribute for a in document.answers_of(instances[0]))):
                edits += verbs.set_answer(document, instances[0], attribute, " ".join(filter(None, said)))
        return tuple(edits)

    def delete_range(self) -> None:
        """One range; the last one takes its object along."""
        region = self.hand.region()
        if region is None or region.instance in self.focus.locked:
            self._nothing("delete")
            return
        left = tuple((r.start, r.end) for r in self.regions.of(region.instance) if r.key != region.key)
        if not left:
            self.delete_selected()
            return
        self.settle()
        self.hand.put_ranges(region.instance, f"Delete a range of {self.name(region.instance)}", left)
        self.hand.current = None

    # -- copies

    def _paste(self, *, with_answers: bool, same: bool) -> None:
        """The earliest of them begins at the playhead."""
        clips = [c for c in self.clipboard.clips if isinstance(c.annotation.geometry, AudioRanges)]
        clips = [c for c in clips if self.ontology.object(c.instance.feature_hash) is not None and c.annotation.geometry.ranges]
        if not clips:
            copied = bool(self.clipboard.clips)
            self.say(
                "Nothing was pasted: what was copied does not fit this sound." if copied else "Nothing has been copied yet."
            )
            return
        first = min(r[0] for c in clips for r in c.annotation.geometry.ranges)
        text = f"Paste {len(clips)} objects" if len(clips) > 1 else f"Paste {self._class_name(clips[0])}"
        if not with_answers:
            clips = [replace(c, answers=()) for c in clips]
        self._set_down(text, clips, round(self.playhead_ms()) - first)

    def duplicate_selected(self) -> None:
        """Right after what they are copies of, where there is room."""
        found, document = [a for a in self.selected(locked=True) if self._ranges(a)], self.session.document
        if not found:
            self._nothing("duplicate")
            return
        clips = [Clip(document.instances[a.instance], a, tuple(document.answers_of(a.instance))) for a in found]
        edges = [edge for a in found for r in self._ranges(a) for edge in r]
        self._set_down(f"Duplicate {self._names(found)}", clips, max(edges) - min(edges))

    def _set_down(self, text: str, clips: Sequence[Clip], by: int) -> None:
        edges = [edge for c in clips for r in c.annotation.geometry.ranges for edge in r]
        by = max(min(by, self.length_ms() - max(edges)), -min(edges))
        fitting = []
        for clip in clips:
            moved = tidy(
                (min(a + by, self.length_ms()), min(b + by, self.length_ms())) for a, b in clip.annotation.geometry.ranges
            )
            if moved:
                fitting.append((clip.instance, replace(clip.annotation, geometry=AudioRanges(moved)), clip.answers))
        if not fitting:
            self.say("Nothing was pasted: it is longer than this sound.")
            return
        self.settle()
        edits, made = verbs.duplicate(self.session.document, fitting, WHOLE, **self._who())
        self.session.do(text, edits)
        self.focus.select(made)
        self.hand.current = (made[-1], 0)

    # -- from one to the next

    def next_region(self) -> None:
        self._step_region(1)

    def previous_region(self) -> None:
        self._step_region(-1)

    def _step(self, by: int) -> None:
        self._step_region(by)

    def _step_region(self, by: int) -> None:
        region = self.hand.region()
        found = self.regions.step(region.key if region is not None else None, self.playhead_ms(), by)
        if found is None:
            last = "last" if by > 0 else "first"
            self.say(f"This is the {last} region." if self.regions.all else "There is no region yet.")
            return
        self.settle()
        self.focus.select((found.instance,))
        self.hand.current = found.key
        self.seek_ms(found.start)
        self.show_region(found)
        self.acted()

    def next_edge(self) -> None:
        self._seek_edge(self.regions.after(self.playhead_ms() + 0.5))

    def previous_edge(self) -> None:
        self._seek_edge(self.regions.before(self.playhead_ms() - 0.5))

    def _seek_edge(self, edge: int | None) -> None:
        if edge is None:
            self.say("There is no further edge of a region." if self.regions.all else "There is no region yet.")
        else:
            self.seek_ms(edge)

    # -- nudge: a run of them is one step

    def nudge_ms(self, by: int) -> None:
        if not self.session.in_gesture:
            self._nudged = None
        if self._nudged is None:
            if not self.selected():
                self._nothing("move")
                return
            self.settle()
            self._nudging = tuple(a for a in self.selected() if self._ranges(a))
            self.session.begin(f"Nudge {self._names(list(self._nudging))}")
            self._nudged = 0
        edges = [edge for a in self._nudging for r in self._ranges(a) for edge in r]
        self._nudged = max(min(self._nudged + by, self.length_ms() - max(edges)), -min(edges))
        document = self.session.document
        moved = {
            a.uuid: AudioRanges(tuple((s + self._nudged, e + self._nudged) for s, e in self._ranges(a)))
            for a in self._nudging
            if a.uuid in document.annotations
        }
        self.session.preview(*verbs.set_geometry(document, moved, **self._who()))
        self.say(f"Moved by {self._nudged:+d} ms.")

    def settle_nudges(self) -> None:
        if self._nudged is not None:
            moved, self._nudged, self._nudging = self._nudged, None, ()
            if not self.session.in_gesture:
                return  # something else has begun a gesture of its own
            if moved:
                self.session.commit()
            else:
                self.session.cancel()

    # -- small

    def _row(self, instance: str) -> Annotation:
        row = self.session.document.annotation_of(instance, WHOLE)
        assert row is not None
        return row

    def _ranges(self, annotation: Annotation) -> tuple[tuple[int, int], ...]:
        geometry = annotation.geometry
        return geometry.ranges if isinstance(geometry, AudioRanges) else ()


def _cut(ranges: Sequence[tuple[int, int]], at: int) -> tuple[list[tuple[int, int]], list[tuple[int, int]]]:
    before = [(a, min(b, at)) for a, b in ranges if a < at]
    after = [(max(a, at), b) for a, b in ranges if b > at]
    return before, after


def _renumbered(edits: Sequence[Edit], numbers: dict[str, int]) -> list[Edit]:
    """Several objects split at once must not give out the same number twice."""
    made: list[Edit] = []
    for edit in edits:
        if isinstance(edit, Put) and isinstance(edit.record, Instance):
            own = edit.record
            number = numbers.get(own.feature_hash, own.number)
            numbers[own.feature_hash] = number + 1
            edit = Put(replace(own, number=number))
        made.append(edit)
    return made
