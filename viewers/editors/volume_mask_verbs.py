"""Verbs on masks as bodies: fill, grow, smooth, pieces, seeds, logic between objects, cuts, copies onward.

Each is a function of `viewers.scene.segment.operations`, done behind the window (`MaskBench.operate`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from PySide6.QtCore import QPoint, Slot

from storage.editing.volume_verbs import copy_slice
from storage.errors import Refused
from storage.model.geometry import Points
from storage.model.ontology import Ontology
from storage.model.ontology_edit import set_overlap_group
from storage.model.overlap_groups import group_in, groups_of
from storage.model.space import Floats, letters
from viewers.editors.actions import EditorAction
from viewers.editors.context_menu import add_actions, start_menu
from viewers.editors.volume_actions import MASK_GROUPS
from viewers.editors.volume_mask_work import MaskBench
from viewers.scene.segment import operations
from viewers.scene.segment.logic import Logic
from viewers.scene.segment.operations import Bench
from viewers.scene.segment.scissors import Sheet
from viewers.scene.window_level import Window
from viewers.tools.volume_scissors import FILL

#: Smaller pieces go with “Remove small pieces” (voxels).
SMALL = 50
#: What becomes of the logic's first object, in the text of the step.
_LOGIC = {"union": "Unite {first} with {others}", "intersect": "Keep of {first} what it shares with {others}"}


class VolumeMaskVerbs(MaskBench):
    _gate_on = False

    # -- what may overlap

    def set_ontology(self, ontology: Ontology) -> None:
        super().set_ontology(ontology)
        self._read_groups()

    def _read_groups(self) -> None:
        """Those of the ontology, which holds them for everybody."""
        self.overlap.groups = groups_of(self.ontology)
        self.overlap_button.read()

    @Slot(str, str)
    def _want_group(self, feature_hash: str, group: str) -> None:
        known = self.ontology.object(feature_hash)
        if known is None or group_in(known.extra) == group:
            return
        text = f"Put “{known.name}” into group {group} of masks" if group else f"Let masks of “{known.name}” overlap with all"
        self.ontology_wanted.emit(text, set_overlap_group(self.ontology, feature_hash, group))

    # -- the brush's gate

    def toggle_gate(self) -> None:
        """Brushes of the volume paint only values that the window shows between black and white."""
        self._gate_on = not self._gate_on
        gate = self.gate()
        if gate is None:
            self.say("Brushes paint all values.")
        else:
            self.say(f"Brushes paint values from {gate[0]:,.5g} to {gate[1]:,.5g} only (the window).")

    def gate(self) -> tuple[float, float] | None:
        if not self._gate_on:
            return None
        window = self.volume.window_of(self.session.frames.index(self.focus.at))
        if not isinstance(window, Window):
            return None
        return window.center - window.width / 2, window.center + window.width / 2

    # -- form

    def fill_between(self) -> None:
        self._each("Fill between slices of {}", operations.fill_between)

    def fill_holes(self, connectivity: int) -> None:
        where = "holes in the slices" if connectivity == 4 else "closed cavities"
        self._each(f"Fill {where} of {{}}", operations.fill_holes, connectivity)

    def grow_body(self) -> None:
        mm = self.ask_number("Margin", "More than 0 grows it all round, less than 0 shrinks it.", 2.0, -50.0)
        if mm:
            self._each(f"{'Grow' if mm > 0 else 'Shrink'} {{}} by {abs(mm):g} mm", operations.margin, mm)

    def hollow_body(self) -> None:
        mm = self.ask_number("Thickness of the shell", "The outside stays, what lies deeper goes.", 3.0)
        if mm:
            self._each(f"Hollow {{}} to {mm:g} mm", operations.hollow, mm)

    def smooth_body(self) -> None:
        mm = self.ask_number("Smooth by", "Bumps and gaps smaller than about this go.", 1.5)
        if mm:
            self._each(f"Smooth {{}} by {mm:g} mm", operations.smooth, "gaussian", mm)

    def smooth_jointly(self) -> None:
        """All that are selected against each other: no gap opens between them."""
        mm = self.ask_number("Smooth jointly by", "No gap opens between the objects.", 1.5)
        if mm:
            self._each(f"Smooth {{}} jointly by {mm:g} mm", operations.smooth, "joint", mm)

    # -- pieces

    def keep_largest(self) -> None:
        self._each("Keep the largest piece of {}", operations.keep_largest)

    def remove_small(self) -> None:
        self._each("Remove small pieces of {}", operations.remove_small, SMALL)

    def split_islands(self) -> None:
        """Each piece an object of its own; the largest keeps the name."""
        own = self.bodies()[-1]
        self.operate(
            f"Split {self.body_names([own])} into its pieces", (own,), lambda bench: operations.split_islands(bench, own)
        )

    def grow_from_seeds(self) -> None:
        """All masks that are neither hidden nor locked grow until they meet."""
        masks, off = self.masks, self.focus.hidden | self.focus.locked
        seeds = tuple(i for i in masks.objects() if i not in off) if masks is not None else ()
        if len(seeds) < 2:
            self.say("Paint a seed of two or more objects first, one of them for what is around.")
            return
        self.operate(f"Grow {len(seeds)} objects from seeds", seeds, lambda bench: operations.grow_from_seeds(bench, seeds))

    # -- logic

    def combine_bodies(self, how: Logic) -> None:
        """The first one selected becomes it; the others stay as the overlap of masks lets them."""
        first, *others = self.bodies()
        text = _LOGIC[how].format(first=self.body_names([first]), others=self.body_names(others))
        self.operate(text, (first, *others), lambda bench: operations.combine(bench, first, others, how))

    def subtract_bodies(self) -> None:
        """The newest selected from all others that are selected, in all slices."""
        *targets, cutter = self.bodies()

        def work(bench: Bench) -> None:
            for target in targets:
                operations.combine(bench, target, [cutter], "subtract")

        text = f"Subtract {self.body_names([cutter])} from {self.body_names(targets)}"
        self.operate(text, (*targets, cutter), work)

    def invert_body(self) -> None:
        """All of the volume that it is not. It takes nothing from masks that it may not overlap."""
        own = self.bodies()[-1]
        free = self.overlap.rules(self.focus, others_yield=False)
        self.operate(f"Invert {self.body_names([own])}", (own,), lambda bench: operations.invert(bench, own), rules=free)

    # -- cuts

    def cut_normal(self) -> Floats | None:
        """Of the plane that has the keyboard, towards head, front or left."""
        if self.state is None:
            return None
        normal = self.state.geometry.normal if self.active is None else self.state.axes.normal(self.active)
        return np.asarray(normal if letters(normal)[:1] in "HAL" else -normal)

    def cut_side(self, how: str) -> str:
        """The letters of the side of the patient that a cut keeps."""
        normal = self.cut_normal()
        return "" if normal is None else letters(normal if how == "keep" else -normal)

    def cut_at_plane(self, how: str) -> None:
        """`how`: keep what lies towards head, front or left, remove that, or split there. What lies on the plane is kept."""
        normal, bodies = self.cut_normal(), self.bodies()
        if normal is None or self.state is None:
            return
        origin = self.state.crosshair.copy()
        way = normal if how != "remove" else -normal
        done = "split" if how == "split" else "keep"

        def work(bench: Bench) -> None:
            for body in bodies:
                operations.cut(bench, body, origin, way, done)

        side = "in two" if how == "split" else f"keep the {self.cut_side(how)} side"
        self.operate(f"Cut {self.body_names(bodies)} at this plane, {side}", bodies, work)

    def snip(self, sheet: Sheet, ring: Points, *, other_way: bool) -> None:
        """Scissors: an outline drawn on a plane. `other_way`: outside instead of inside, and the other way round."""
        how, depth = self.snip_settings.cutting(other_way=other_way), self.snip_settings.depth()
        bodies = self.bodies()
        if how == FILL:
            self._fill_outline(sheet, ring, bodies[-1:], depth)
        elif not bodies:
            self.say(self.why_no_body())
        else:

            def work(bench: Bench) -> None:
                for body in bodies:
                    operations.snip(bench, body, sheet, (ring,), how, depth)

            word = "inside" if how == "erase inside" else "outside"
            self.operate(f"Cut off {self.body_names(bodies)} what is {word} the outline", bodies, work)

    def _fill_outline(self, sheet: Sheet, ring: Points, own: Sequence[str], depth: tuple[float, float] | None) -> None:

        armed = self.ontology.object(self.focus.armed or "")
        if not own and (armed is None or armed not in self.classes_of("brush")):
            self.say("Select a mask to fill, or pick a class with the shape “bitmask” first.")
            return

        def work(bench: Bench) -> str:
            body = own[0] if own else bench.gesture.new_object(armed.feature_hash)
            operations.snip(bench, body, sheet, (ring,), FILL, depth)
            return body

        name = self.body_names(own) if own else armed.name
        self.operate(f"Fill the outline with {name}", tuple(own), work, done=lambda body: self.focus.select((body,)))

    # -- onward

    def copy_to_slice(self, by: int) -> None:
        """The selected masks of this slice on the next one, which is then looked at."""
        state, masks, gesture = self.state, self.masks, self.painter.gesture()
        if state is None or masks is None or gesture is None:
            return
        k = state.slice()
        here = [i for i in self.bodies() if masks.row(i, k) is not None]
        if not here:
            self.say("Select a mask of this slice first.")
            return
        try:
            copy_slice(gesture, masks, here, k, k + by)
        except Refused as refused:
            gesture.cancel()
            self.say(f"{refused.reason} {refused.remedy}")
            return
        self.commit_gesture(gesture, f"Copy {self.body_names(here)} to slice {k + by + 1}")
        state.go_to_slice(k + by)

    # -- the hand

    def show_mask_verbs(self) -> None:
        """What can be done to masks in all slices, over the button of the strip."""
        menu = start_menu(self)
        add_actions(menu, self, MASK_GROUPS)
        self.overlap_button.fill(menu.addMenu(self.overlap_button.text()))
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(self.strip.masks_button.mapToGlobal(QPoint(0, -menu.sizeHint().height())))

    def title_of(self, action: EditorAction) -> str:
        """Cuts say which side of the patient they keep."""
        side = self.cut_side(str(action.args[0])) if action.id in ("volume_cut_keep", "volume_cut_remove") else ""
        return f"Cut at this plane, keep the {side} side" if side else super().title_of(action)

    def escape(self) -> None:
        """What is worked on behind the window first."""
        if self.mask_work.busy:
            self.mask_work.stop()
        else:
            super().escape()

    def _each(self, text: str, act: Callable[..., object], *given: object) -> None:
        """An operation on all objects that are selected."""
        bodies = self.bodies()
        self.operate(text.format(self.body_names(bodies)), bodies, lambda bench: act(bench, bodies, *given))
