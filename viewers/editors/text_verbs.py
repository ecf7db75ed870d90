"""What is done to marked ranges of text: mark, add, move an end, split, join. The same for plain text and for pages of HTML.

Ranges are worked on as offsets of the text shown; whoever mixes this in says how they are kept (`TextRanges`, `HtmlRanges`).
A range that cannot be found in the text shown stays as it is through every verb.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from storage.editing import verbs
from storage.model.geometry import Geometry, ShapeKind
from storage.model.labels import Annotation
from storage.model.ontology import ObjectClass
from viewers.editors.selection_verbs import SelectionVerbs
from viewers.tools.words import counted

Span = tuple[int, int]
#: A range as it is kept, and where it is in the text shown (None: not in it).
Part = tuple[Any, Span | None]
_QUOTED = 40


class RangeVerbs(SelectionVerbs):
    drawable = (ShapeKind.TEXT,)
    _last_class: str | None = None

    # -- what the editor answers

    def parts(self, geometry: Geometry) -> list[Part]:
        raise NotImplementedError

    def part(self, span: Span) -> Part | None:
        """None: nothing of it can be kept (line breaks between the blocks of a page)."""
        raise NotImplementedError

    def shape_of(self, parts: Sequence[Part]) -> Geometry:
        raise NotImplementedError

    def chosen(self) -> Span:
        """The text that is selected."""
        raise NotImplementedError

    def choose(self, start: int, end: int) -> None:
        raise NotImplementedError

    def caret(self) -> int:
        raise NotImplementedError

    def quote(self, start: int, end: int) -> str:
        raise NotImplementedError

    def show_span(self, start: int, end: int) -> None:
        raise NotImplementedError

    def place_on_clipboard(self, text: str) -> None:
        raise NotImplementedError

    # -- classes

    def text_classes(self) -> list[ObjectClass]:
        return [c for c in self.classes() if c.shape is ShapeKind.TEXT]

    def armed_class(self) -> ObjectClass | None:
        known = self.ontology.object(self.focus.armed or "")
        return known if known is not None and known.shape is ShapeKind.TEXT and not known.archived else None

    def arm_class(self, feature_hash: str) -> None:
        """With text selected it is marked at once; else what is selected next will be."""
        known = self.ontology.object(feature_hash)
        if known is None or known.archived:
            self.say("That class is no longer in the ontology.")
        elif known.shape is not ShapeKind.TEXT:
            self.say(f"“{known.name}” cannot be marked in a text: its shape is {known.shape}.")
        else:
            start, end = self.chosen()
            self._last_class = known.feature_hash
            self.focus.set(armed=known.feature_hash)
            if start < end:
                self.mark(start, end)

    def new_object(self) -> None:
        """The last class again: for the text that is selected, else for what is selected next."""
        last = self.ontology.object(self._last_class or self.focus.armed or "")
        known = last if last in self.text_classes() else next(iter(self.text_classes()), None)
        if known is None:
            self.say("The ontology has no class for text yet: add one with the shape “text”.")
        else:
            self.focus.select(())
            self.arm_class(known.feature_hash)

    # -- making and adding

    def mark(self, start: int, end: int) -> str | None:
        """A new object of the armed class."""
        armed = self.armed_class()
        if armed is None:
            self.say("Pick a class first (its digit, or the list at the right), then mark.")
            return None
        made = self.part((start, end))
        if made is None:
            self.say("There is no text between these places to mark.")
            return None
        session = self.session
        number = session.document.next_number(armed.feature_hash)
        edits, instance = verbs.add_object(
            session.document, armed.feature_hash, self.shape_of([made]), self.focus.at, **self._who()
        )
        session.do(f"Mark {armed.name} {number}", edits)
        self.focus.select((instance,))
        self.choose(end, end)
        self.say(f"{armed.name} {number}: {self._quoted(start, end)}")
        return instance

    def add_range(self, start: int, end: int) -> None:
        """To the selected object; without one a new object is made."""
        target = self._target()
        if target is None:
            if not self.focus.selected:
                self.mark(start, end)
            return
        made = self.part((start, end))
        if made is None:
            self.say("There is no text between these places to mark.")
            return
        self._put(target, [*self.parts(target.geometry), made], f"Add a range to {self.name(target.instance)}")
        self.choose(end, end)

    def add_selection(self) -> None:
        start, end = self.chosen()
        if start == end:
            self.say("Select the text that belongs to the object first.")
        elif not self.focus.selected:
            self.say("Select the object that the text belongs to first.")
        else:
            self.add_range(start, end)

    def finish_draft(self) -> None:
        """Enter: mark what is selected; with nothing, the answers of the selected object are next."""
        start, end = self.chosen()
        if start < end:
            if self.armed_class() is None:
                self.new_object()
            else:
                self.mark(start, end)
        elif self.focus.selected:
            self.ask_answers()

    # -- changing

    def start_here(self) -> None:
        self._move_end(at_end=False)

    def end_here(self) -> None:
        self._move_end(at_end=True)

    def _move_end(self, *, at_end: bool) -> None:
        """The range nearest to the caret begins or ends there."""
        target = self._target()
        if target is None:
            return
        parts, caret = self.parts(target.geometry), self.caret()
        index = self._nearest(parts, caret)
        if index is None:
            return
        changed = self.with_end(parts, index, caret, at_end=at_end)
        if changed is None:
            self.say("The range would be empty: put the caret on the other side.")
        else:
            self._put(target, changed, f"Move the {'end' if at_end else 'start'} of {self.name(target.instance)}")

    def with_end(self, parts: Sequence[Part], index: int, offset: int, *, at_end: bool) -> list[Part] | None:
        """One range with another end; None where nothing would be left of it."""
        span = parts[index][1]
        assert span is not None
        start, end = (span[0], offset) if at_end else (offset, span[1])
        made = self.part((start, end)) if start < end else None
        return None if made is None else [*parts[:index], made, *parts[index + 1 :]]

    def remove_range(self) -> None:
        """The range nearest to the caret; the last one goes with its object."""
        target = self._target()
        if target is None:
            return
        parts = self.parts(target.geometry)
        index = self._nearest(parts, self.caret())
        if len(parts) < 2 or index is None:
            self.delete_selected()
            return
        self._put(target, [*parts[:index], *parts[index + 1 :]], f"Remove a range of {self.name(target.instance)}")

    def split_here(self) -> None:
        """What lies after the caret becomes an object of its own, with the same answers."""
        target = self._target()
        if target is None:
            return
        caret, before, after = self.caret(), [], []
        for part in self.parts(target.geometry):
            span = part[1]
            if span is None or span[1] <= caret:
                before.append(part)
            elif span[0] >= caret:
                after.append(part)
            else:
                halves = (self.part((span[0], caret)), self.part((caret, span[1])))
                before += [h for h in halves[:1] if h is not None]
                after += [h for h in halves[1:] if h is not None]
        if not before or not after:
            self.say("Put the caret inside the object, or between two of its ranges, to split it there.")
            return
        name = self.name(target.instance)
        kept = verbs.set_geometry(self.session.document, {target.uuid: self.shape_of(before)}, **self._who())
        cut_off, made = verbs.split_off(self.session.document, target, [self.shape_of(after)], **self._who())
        self.session.do(f"Split {name}", (*kept, *cut_off))
        self.focus.select((target.instance, *made))

    def join_selected(self) -> None:
        found = self.selected()
        if len(found) < 2:
            self.say("Select two or more objects that are not locked to join them.")
            return
        document = self.session.document
        lost = sum(len(document.answers_of(a.instance)) for a in found[1:])
        parts = [part for a in found for part in self.parts(a.geometry)]
        joined = self.shape_of(self.normal(parts))
        text = f"Join {self._names(found)}"
        kept = verbs.set_geometry(document, {found[0].uuid: joined}, **self._who())
        instances = [a.instance for a in found]
        self.session.do(text, (*kept, *verbs.delete_instances(document, instances[1:])), about=instances)
        self.focus.select(instances[:1])
        self.say("Joined." + (f" Dropped: {counted(lost, 'answer')} of the others; undo brings all back." if lost else ""))

    def copy(self) -> None:
        """The text that is selected, else the text of the selected objects."""
        start, end = self.chosen()
        spans = [(start, end)] if start < end else [s for a in self.selected(locked=True) for s in self.spans(a)]
        if not spans:
            self.say("Select some text or an object to copy its text.")
            return
        text = "\n".join(self.quote(*span) for span in spans)
        self.place_on_clipboard(text)
        self.say(f"Copied {len(text):,} characters.")

    # -- going

    def spans(self, annotation: Annotation) -> list[Span]:
        return [span for _, span in self.parts(annotation.geometry) if span is not None]

    def reveal_object(self, annotation: Annotation) -> None:
        spans = self.spans(annotation)
        if spans:
            self.choose(spans[0][0], spans[0][0])
            self.show_span(*spans[0])
        else:
            self.say(f"{self.name(annotation.instance)} marks a place that is not in this text.")

    def visible(self) -> list[Annotation]:
        """In the order of the text."""
        found = [a for a in self.session.document.on_frame(self.focus.at) if a.instance not in self.focus.hidden]
        ends = {a.uuid: min(self.spans(a), default=(1 << 62, 0)) for a in found}
        return sorted(found, key=lambda a: ends[a.uuid])

    def _step(self, by: int) -> None:
        """From the selected object, else from the caret."""
        order = self.visible()
        if not order:
            self.say("There is no object in this text yet.")
            return
        ids = [a.instance for a in order]
        if self.focus.primary in ids:
            at = (ids.index(self.focus.primary) + by) % len(ids)
        else:
            caret = self.caret()
            after = [i for i, a in enumerate(order) if any(s[0] >= caret for s in self.spans(a)[:1])]
            at = (after[0] if after else 0) if by > 0 else ((after[0] if after else len(ids)) - 1) % len(ids)
        self.focus.select((ids[at],))
        self.reveal_object(order[at])

    # -- inside

    def normal(self, parts: Sequence[Part]) -> list[Part]:
        """In the order of the text, those that overlap or touch as one."""
        known = sorted((p for p in parts if p[1] is not None), key=lambda p: p[1])
        made: list[Part] = []
        for kept, span in known:
            last = made[-1][1] if made else None
            if last is None or span[0] > last[1]:
                made.append((kept, span))
            elif span[1] > last[1]:
                joined = self.part((last[0], span[1]))
                assert joined is not None
                made[-1] = joined
        return [*made, *(p for p in parts if p[1] is None)]

    def _put(self, target: Annotation, parts: Sequence[Part], text: str) -> None:
        shape = self.shape_of(self.normal(parts))
        self.session.do(text, verbs.set_geometry(self.session.document, {target.uuid: shape}, **self._who()))

    def _target(self) -> Annotation | None:
        """The object that was selected last, if it may be changed; else a sentence says why not."""
        primary = self.focus.primary
        found = self.session.document.annotation_of(primary, self.focus.at) if primary else None
        if found is None or primary in self.focus.locked:
            self._nothing("change")
            return None
        return found

    def _nearest(self, parts: Sequence[Part], offset: int) -> int | None:
        far = [(max(span[0] - offset, offset - span[1], 0), i) for i, (_, span) in enumerate(parts) if span is not None]
        if not far:
            self.say("Its range is not in this text.")
            return None
        return min(far)[1]

    def _quoted(self, start: int, end: int) -> str:
        text = self.quote(start, min(end, start + 200))
        text = " ".join(text.split())
        return f"“{text[:_QUOTED]}…”" if len(text) > _QUOTED or end > start + 200 else f"“{text}”"
