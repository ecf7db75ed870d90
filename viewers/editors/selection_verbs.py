"""What is done to the selected objects as a whole: delete, copy, paste, hide, lock, order, class. Qt-free."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import replace
from typing import Any, Literal

from storage.clock import now_ms
from storage.editing import verbs
from storage.editing.edits import Edit, Edits, Put, Step
from storage.editing.focus import Focus
from storage.editing.on_frames import is_between
from storage.editing.session import EditSession
from storage.errors import StaleUndo
from storage.model.class_keys import class_keys
from storage.model.geometry import PICTURE_SHAPES, Bitmask, Bounds, ShapeKind
from storage.model.labels import Annotation, FrameKey
from storage.model.ontology import ObjectClass, Ontology
from storage.model.sheets import sheet_of
from viewers.editors.clipboard import Clip, Clipboard
from viewers.tools.bounds import fitted, limited_shift
from viewers.tools.words import counted, name_of, names_of

#: Copies are set down so far from what they are copies of, in image pixels at 100 %.
ASIDE = 12.0

Way = Literal["undo", "redo"]
DONE: dict[Way, str] = {"undo": "Undone", "redo": "Redone"}


class SelectionVerbs:
    """A part of the picture editor. It needs the attributes below; whoever mixes it in provides them."""

    session: EditSession
    focus: Focus
    ontology: Ontology
    clipboard: Clipboard
    #: What can be drawn on this medium.
    drawable: Collection[ShapeKind] = PICTURE_SHAPES
    #: Of every editor: tell the person; end whatever a tool holds open, so that the next step is one of its own.
    say: Callable[[str], None]
    settle: Callable[[], None]
    ask_answers: Callable[[], None]

    def frame_size(self) -> tuple[int, int]:
        raise NotImplementedError

    def centre_on(self, bounds: Bounds) -> None:
        raise NotImplementedError

    def arm_class(self, feature_hash: str) -> None:
        """What is drawn or marked next is of this class."""
        raise NotImplementedError

    @property
    def at(self) -> FrameKey:
        """Where verbs work."""
        return self.focus.at

    def acted(self) -> None:
        """Draft and hint may have changed by something else than an event."""

    # -- what is selected

    def selected(self, *, locked: bool = False) -> list[Annotation]:
        """The selected shapes on this frame, without the locked ones unless asked for."""
        focus, at = self.focus, self.at
        found = (self.session.shown(i, at) for i in focus.selected if locked or i not in focus.locked)
        return [a for a in found if a is not None and not a.outside]

    def name(self, instance: str) -> str:
        return name_of(self.ontology, self.session.document, instance)

    def _names(self, annotations: list[Annotation]) -> str:
        return names_of(self.ontology, self.session.document, [a.instance for a in annotations])

    def _who(self) -> dict[str, Any]:
        """The provenance that every verb writes."""
        return {"by": self.session.author, "now": now_ms()}

    def _nothing(self, act: str) -> None:
        if self.focus.selected and self.selected(locked=True):
            self.say(f"What is selected is locked: unlock it (L) to {act} it.")
        elif self.focus.selected:
            self.say(f"What is selected is not on this {self.frame_word()}.")
        else:
            self.say(f"Select what you want to {act} first.")

    def frame_word(self) -> str:
        """What the item's frames are called."""
        return "page"

    def frame_name(self, at: FrameKey) -> str:
        """Pages and images count from 1."""
        return f"{self.frame_word()} {self.session.frames.index(at) + 1:,}"

    def go_to(self, at: FrameKey) -> None:
        """Show a frame."""
        self.focus.set(at=at)

    # -- undo

    def undo(self) -> None:
        self._replay("undo")

    def redo(self) -> None:
        self._replay("redo")

    def _replay(self, way: Way) -> None:
        step = self._replayed(way)
        if step is not None:
            self.acted()
            self.say(f"{DONE[way]}: {step.text}")

    def _replayed(self, way: Way) -> Step | None:
        """The newest step; what is selected stays so as far as it is still there, and where nothing of it is (a split was undone),
        what it came from is; after an undone join all that was joined. None: a sentence says why nothing was done."""
        try:
            step = self.session.undo() if way == "undo" else self.session.redo()
        except StaleUndo as stale:
            self.say(f"{stale.reason} {stale.remedy}")
            return None
        if step is None:
            self.say(f"There is nothing to {way}.")
            return None
        known = self.session.document.instances
        selected = step.about if way == "undo" and step.about else self.focus.selected
        left = [i for i in selected if i in known]
        if selected and not left:
            records = [e.record for e in (step.inverse if way == "undo" else step.edits) if isinstance(e, Put)]
            left = list(dict.fromkeys(r.instance for r in records if isinstance(r, Annotation) and r.instance in known))
        self.focus.select(left)
        return step

    # -- delete, copy, paste

    def delete_selected(self) -> None:
        self._delete(self.selected())

    def delete_even_locked(self) -> None:
        self._delete(self.selected(locked=True))

    def _delete(self, found: list[Annotation]) -> None:
        if not found:
            self._nothing("delete")
            return
        self.settle()
        text = f"Delete {self._names(found)}"
        gone = dict.fromkeys(a.instance for a in found)
        self.session.do(text, self.session.vanished(gone, self.at, now_ms()))
        self.focus.select(i for i in self.focus.selected if i not in gone)

    def copy(self) -> None:
        found, document = self.selected(locked=True), self.session.document
        if not found:
            self._nothing("copy")
            return
        self.settle()
        self.clipboard.take(
            tuple(Clip(document.instances[a.instance], a, tuple(document.answers_of(a.instance))) for a in found),
            self.at,
        )
        self.say(f"Copied {self._names(found)}.")

    def paste(self) -> None:
        """The same objects where they are not on this frame yet, else copies of them, with their answers."""
        self._paste(with_answers=True, same=True)

    def paste_shape(self) -> None:
        """The shapes alone, as new objects without answers."""
        self._paste(with_answers=False, same=False)

    def _paste(self, *, with_answers: bool, same: bool) -> None:
        clips = self._fitting_clips()
        if not clips:
            return
        self.settle()
        document, at = self.session.document, self.at
        here = [c for c in clips if same and self._belongs_here(c)]
        others = [c for c in clips if c not in here]
        edits: list[Edit] = []
        for clip in here:
            edits += self.session.reshaped({clip.instance.uuid: clip.annotation.geometry}, at, now_ms())
        shift = self._aside(others) if others else (0.0, 0.0)
        sources = [(c.instance, self._first_row(c.annotation), c.answers if with_answers else ()) for c in others]
        more, made = verbs.duplicate(document, sources, at, shift=shift, **self._who())
        text = f"Paste {len(clips)} objects" if len(clips) > 1 else f"Paste {self._class_name(clips[0])}"
        self.session.do(text, (*edits, *more))
        self.focus.select((*(c.instance.uuid for c in here), *made))
        if len(clips) < len(self.clipboard.clips):
            left = len(self.clipboard.clips) - len(clips)
            self.say(f"Left out: {counted(left, 'object')} of classes that this ontology does not have, or off this picture.")

    def _fitting_clips(self) -> list[Clip]:
        """What was copied, as far as this ontology and this picture have room for it."""
        clips: list[Clip] = []
        on_plane = sheet_of(self.at[0]) is not None
        for clip in self.clipboard.clips:
            known = self.ontology.object(clip.instance.feature_hash)
            if known is None or (clip.annotation.sheet is not None) is not on_plane:
                continue
            shape = clip.annotation.geometry
            cut = shape if known.allow_out_of_bounds else fitted(shape, self.frame_size())
            if cut is not None:
                clips.append(clip if cut is shape else replace(clip, annotation=replace(clip.annotation, geometry=cut)))
        if not self.clipboard.clips:
            self.say("Nothing has been copied yet.")
        elif not clips:
            self.say(
                "Nothing was pasted: its class is not in this ontology, or it lies off this picture or on a plane of another kind."
            )
        return clips

    def _belongs_here(self, clip: Clip) -> bool:
        """The thing itself is in this document, but not on this frame."""
        document = self.session.document
        known = document.instances.get(clip.instance.uuid)
        if known is None or known.uuid in self.focus.locked:
            return False
        shown = self.session.shown(known.uuid, self.at)
        return shown is None or shown.outside

    def _first_row(self, annotation: Annotation) -> Annotation:
        """A copy as the first shape of a new object on this frame."""
        frames = self.session.frames
        if is_between(annotation):
            annotation = replace(annotation, confidence=1.0)
        runs = not (frames.moving and isinstance(annotation.geometry, Bitmask))
        return replace(annotation, keyframe=runs, outside=False, manual=True, pts=frames.pts(self.at))

    def _aside(self, clips: list[Clip]) -> tuple[float, float]:
        """So that a copy lies exactly neither on what it is a copy of nor on another copy; else it lies in the same place."""
        bounds = [c.annotation.geometry.bounds() for c in clips]
        alike: dict[tuple[float, ...], list[Annotation]] = {b: [] for b in bounds}
        for annotation in self.session.on_frame(self.at):
            alike.get(annotation.geometry.bounds(), []).append(annotation)
        if not any(self._lies_there(clip, alike[b]) for clip, b in zip(clips, bounds, strict=True)):
            return limited_shift(bounds, self.frame_size(), 0.0, 0.0)
        self.clipboard.pastes += 1
        step = ASIDE * self.clipboard.pastes
        right = limited_shift(bounds, self.frame_size(), step, step)
        return right if right != (0.0, 0.0) else limited_shift(bounds, self.frame_size(), -step, -step)

    def _lies_there(self, clip: Clip, shapes: list[Annotation]) -> bool:
        known, (class_of, geometry) = self.session.document.instances, (clip.instance.feature_hash, clip.annotation.geometry)
        return any(known[a.instance].feature_hash == class_of and a.geometry == geometry for a in shapes)

    def _class_name(self, clip: Clip) -> str:
        known = self.ontology.object(clip.instance.feature_hash)
        return known.name if known is not None else "object"

    def duplicate_selected(self) -> None:
        found, document = self.selected(locked=True), self.session.document
        if not found:
            self._nothing("duplicate")
            return
        self.settle()
        bounds = [a.geometry.bounds() for a in found]
        shift = limited_shift(bounds, self.frame_size(), ASIDE, ASIDE)
        if shift == (0.0, 0.0):
            shift = limited_shift(bounds, self.frame_size(), -ASIDE, -ASIDE)
        sources = [(document.instances[a.instance], self._first_row(a), document.answers_of(a.instance)) for a in found]
        edits, made = verbs.duplicate(document, sources, self.at, shift=shift, **self._who())
        self.session.do(f"Duplicate {self._names(found)}", edits)
        self.focus.select(made)

    # -- which are selected

    def visible(self) -> list[Annotation]:
        return [a for a in self.session.on_frame(self.focus.at) if a.instance not in self.focus.hidden]

    def select_all(self) -> None:
        self.focus.select(a.instance for a in self.visible())

    def deselect(self) -> None:
        self.focus.select(())

    def next_object(self) -> None:
        self._step(1)

    def previous_object(self) -> None:
        self._step(-1)

    def _step(self, by: int) -> None:
        order = [a.instance for a in self.visible()]
        if not order:
            self.say("There is no object here yet.")
            return
        present = self.focus.primary
        at = (order.index(present) + by) % len(order) if present in order else (0 if by > 0 else -1)
        self.focus.select((order[at],))
        shape = self.session.shown(order[at], self.focus.at)
        if shape is not None:
            self.centre_on(shape.geometry.bounds())

    # -- hide, lock, order

    def toggle_hidden(self) -> None:
        """The selected ones; when all of them are hidden they are shown again."""
        if not self.focus.selected:
            self._nothing("hide")
            return
        self.settle()
        self.focus.hide(self.focus.selected, not self.focus.hidden.issuperset(self.focus.selected))

    def toggle_all_hidden(self) -> None:
        self.settle()
        every = [a.instance for a in self.session.on_frame(self.focus.at)]
        self.focus.hide(every, not self.focus.hidden.intersection(every))

    def toggle_locked(self) -> None:
        if not self.focus.selected:
            self._nothing("lock")
            return
        self.settle()
        lock = not self.focus.locked.issuperset(self.focus.selected)
        self.focus.lock(self.focus.selected, lock)
        self.say("Locked: it can be selected but not changed." if lock else "Unlocked.")

    def toggle_all_locked(self) -> None:
        self.settle()
        every = [a.instance for a in self.session.on_frame(self.focus.at)]
        self.focus.lock(every, not self.focus.locked.intersection(every))

    def layer_forward(self) -> None:
        self._layer(1, "forward")

    def layer_back(self) -> None:
        self._layer(-1, "back")

    def _layer(self, by: int, word: str) -> None:
        found = self.selected()
        if not found:
            self._nothing("reorder")
            return
        self.settle()
        text = f"Bring {self._names(found)} {word}"
        self.session.do(text, verbs.move_layer(self.session.document, [a.instance for a in found], by))

    def toggle_occluded(self) -> None:
        found = self.selected()
        if not found:
            self._nothing("mark")
            return
        self.settle()
        occluded = not all(a.occluded for a in found)
        text = f"Mark {self._names(found)} as {'occluded' if occluded else 'not occluded'}"
        self.session.do(text, self._occluding(found, occluded))

    def _occluding(self, found: list[Annotation], occluded: bool) -> Edits:
        return verbs.set_occluded(self.session.document, [a.uuid for a in found], occluded, **self._who())

    # -- class

    def classes(self) -> list[ObjectClass]:
        return [o for o in self.ontology.objects if not o.archived]

    def class_at(self, digit: int, *, anywhere: bool = False) -> ObjectClass | None:
        """The class that this digit arms on this medium; `anywhere`: on a medium of its own."""
        keys = class_keys(self.ontology, tuple(ShapeKind) if anywhere else self.drawable)
        return next((o for o in self.classes() if keys.get(o.feature_hash) == str(digit)), None)

    def arm_digit(self, digit: int) -> None:
        self._with_class_at(digit, self.arm_class)

    def set_class_by_digit(self, digit: int) -> None:
        self._with_class_at(digit, self.set_class)

    def _with_class_at(self, digit: int, act: Callable[[str], None]) -> None:
        known = self.class_at(digit)
        if known is not None:
            act(known.feature_hash)
        elif elsewhere := self.class_at(digit, anywhere=True):
            self.say(f"“{elsewhere.name}” has the key {digit}, but cannot be drawn here.")
        else:
            self.say(f"No class has the key {digit}.")

    def set_class(self, feature_hash: str) -> None:
        """Another class for the selection; only one of the same shape fits."""
        known, document = self.ontology.object(feature_hash), self.session.document
        found = self.selected()
        if known is None or not found:
            self._nothing("change")
            return
        fits = [a for a in found if a.geometry.kind == known.shape]
        if not fits:
            self.say(f"“{known.name}” is drawn as another shape. Convert the object, or pick a class of its own shape.")
            return
        change = [a for a in fits if document.instances[a.instance].feature_hash != feature_hash]
        if not change:
            return
        self.settle()
        lost = sum(len(document.answers_of(a.instance)) for a in change)
        text = f"Make {self._names(change)} {known.name}"
        self.session.do(text, verbs.set_class(document, [a.instance for a in change], feature_hash, **self._who()))
        left = len(found) - len(fits)
        said = f"Dropped: {counted(lost, 'answer')} of the old class; undo brings all back. " if lost else ""
        self.say(said + (f"As before: {counted(left, 'object')} of another shape." if left else ""))
