"""How a series hangs: by a rule when it is opened, by hand afterwards, with another series of the patient beside it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from PySide6.QtCore import QPoint
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu

from storage.model.hanging import PLANES, Arrangement, HangingRule
from viewers.canvas.menu_heading import add_heading
from viewers.canvas.mpr_grid import Layout
from viewers.canvas.slice_acquired import AcquiredCanvas
from viewers.canvas.slice_canvas import SliceCanvas
from viewers.canvas.volume_3d import VolumeView
from viewers.editors.volume_beside import Beside
from viewers.editors.volume_part import VolumePart
from viewers.scene.linking import alike
from viewers.scene.mpr import PlaneKind
from viewers.scene.volume_source import VolumeSource
from viewers.scene.window_level import Window

#: The pane of 3D, as a rule and a memory name it.
IN_3D = "3d"
_USUAL = HangingRule("")
_MENU = (
    ("volume_layout_grid", "volume_layout_one", "volume_layout_stack", "volume_layout_side"),
    ("volume_beside_next", "volume_beside_linked", "volume_beside_away"),
    ("volume_hang", "volume_hanging_rules"),
)


class VolumeHanging(VolumePart):
    """Mixed into the volume editor.

    `hanging`: the rule; None: as usual. `by_hand`: the person has changed the layout since, and no rule will touch it.
    `others`: how many series of the patient could stand beside this one.
    """

    by_hand = False
    others = 0
    _window_due = False

    # -- by rule

    def hang(self, rule: HangingRule | None, layout_by_hand: Mapping[str, str] | None = None) -> None:
        """Let it hang by this rule now, whatever was changed by hand before."""
        self.hanging, self._kept_layout = rule, dict(layout_by_hand or {})
        self.by_hand = bool(self._kept_layout)
        self._window_due = True
        self.volume.window.reset()
        if self.state is not None:
            self._hang_panes()
        self._hang_window()
        if isinstance(self.view_3d, VolumeView) and rule is not None:
            with self._arranging:
                self.view_3d.set_on(rule.use_3d and self._likes_3d)

    def remember(self) -> Callable[[], None]:
        """How it hangs now: what is returned brings it back."""
        rule, layout, window = self.hanging, self.layout_by_hand(), self.volume.window
        chosen, title, inverted = window.chosen, window.title, window.inverted

        def back() -> None:
            self.hang(rule, layout)
            self._window_due = False
            window.inverted = inverted
            window.choose(chosen, title)

        return back

    def hang_again(self) -> None:
        """What was done by hand is let go; the series that the rule wants beside comes again."""
        self.hang(self.hanging)
        if self.hanging is not None and self.hanging.beside:
            self.beside_wanted.emit("rule")
        self.say(f"Hung by the rule “{self.hanging.title}”." if self.hanging is not None else "Hung as usual.")

    def _hang_panes(self) -> None:
        """When the planes are there; a rule asks for no more than the series has."""
        assert self.state is not None
        kept = _as_rule(self._kept_layout)
        self.by_hand = kept is not None
        if self._kept_layout.get("layout") == Layout.SIDE and self.beside is not None:
            self.by_hand = True
            self._arrange(Layout.SIDE)
            return
        rule = kept or self.hanging or _USUAL
        if self.state.geometry.n == 1 or rule.layout is Arrangement.STACK:
            self._arrange(Layout.STACK)
        elif rule.layout is Arrangement.ONE:
            self._arrange(Layout.ONE, self._pane_named(rule.plane))
        else:
            self._arrange(Layout.GRID)

    def _pane_named(self, plane: str) -> int:
        if plane == IN_3D:
            return 3
        return self.pane_of(PlaneKind(plane)) if plane else self.grid.acquired

    def _arrange(self, layout: Layout, large: int | None = None) -> None:
        with self._arranging:
            self.grid.show_layout(layout, large)

    def _on_layout(self) -> None:
        if not self._arranging:
            self.by_hand = True

    def _hang_window(self) -> None:
        """As soon as what it is reckoned from is there; never again after that."""
        volume, name = self.volume, self.hanging.window if self.hanging is not None else ""
        if not self._window_due or volume.store is None:
            return
        if not name or volume.coloured or volume.window.chosen is not None:
            self._window_due = False
            return
        numbers = self.hanging.window_numbers() if self.hanging is not None else None
        preset = next((p for p in volume.presets() if p.id == name), None)
        if numbers is not None:
            volume.window.choose(Window(*numbers))
        elif name == "auto" or (preset is not None and preset.window is None):
            found = volume.auto_window(self.frame(), preset.part) if preset is not None else volume.auto_window(self.frame())
            if found is None:
                return  # the first slice is still to come
            volume.window.choose(found, preset.title if preset is not None else "Automatic")
        elif preset is not None:
            volume.use_preset(preset, self.frame())
        self._window_due = False

    # -- by hand

    def layout_by_hand(self) -> dict[str, str]:
        """What the person has made of the layout, to be kept for this series; empty: nothing."""
        if not self.by_hand:
            return {}
        layout = self.grid.layout_shown
        if layout is not Layout.ONE:
            return {"layout": layout.value}
        named = [kind.value for kind in PlaneKind]
        return {"layout": layout.value, "plane": named[self.grid.large] if self.grid.large < len(named) else IN_3D}

    # -- another series beside

    def show_beside(
        self,
        volume: VolumeSource,
        title: str,
        *,
        same_space: bool,
        left: bool = False,
        by_rule: bool = False,
        titles: Sequence[str] = (),
    ) -> None:
        """Another series of the patient next to this one. `same_space`: one Frame of Reference, so they are linked by place;
        else by the way one goes from slice to slice. `left`: it stands at the left. `titles`: whose and what its own files say it is.
        The volume belongs to whoever opened it."""
        if self.beside is not None:
            self.beside.close()
        self.grid.beside_first = left
        self.beside = Beside(volume, title, self.grid.beside, same_space=same_space, titles=titles)
        self.beside.opened = self._beside_opened
        self.beside.place.connect(self.place)
        if not by_rule:
            self.grid.show_layout(Layout.SIDE)
        elif not self.by_hand:
            self._arrange(Layout.SIDE)
        self.show_state()

    def _beside_opened(self) -> None:
        self._follow_beside()
        other = self.beside.canvas if self.beside is not None else None
        if other is not None:
            own = self._pane_edited()
            if own is not None:
                self._see_alike(own, other)
            other.view_changed.connect(lambda: self._view_moved_in(other))
        if self.beside is not None and self.beside.state is not None:
            self.beside.state.listen(self._on_beside_state)

    def _on_beside_state(self, names: frozenset[str]) -> None:
        """In one space the edited series goes where one looks in the other, as far as it reaches."""
        beside, state = self.beside, self.state
        if "crosshair" not in names or self._following or state is None or beside is None or beside.state is None:
            return
        if beside.same_space and beside.linked:
            with self._following:
                state.look_at(beside.state.crosshair)

    def _pane_edited(self) -> AcquiredCanvas | SliceCanvas | None:
        """Of the edited series, next to the other one."""
        shown = self.grid.panes[self.grid.acquired].shown
        return shown if isinstance(shown, AcquiredCanvas | SliceCanvas) else None

    def _view_moved_in(self, pane: AcquiredCanvas | SliceCanvas) -> None:
        """The series beside is zoomed and panned like the edited one, and the other way round."""
        beside, own = self.beside, self._pane_edited()
        other = beside.canvas if beside is not None else None
        if beside is None or own is None or other is None or self.grid.layout_shown is not Layout.SIDE:
            return
        resized, beside.pane_size = other.view.size != beside.pane_size, other.view.size
        # A window of another size is no wish to see another part of the edited series.
        if pane is own or (pane is other and resized):
            self._see_alike(own, other)
        elif pane is other:
            self._see_alike(other, own)

    def _see_alike(self, pane: AcquiredCanvas | SliceCanvas, follower: AcquiredCanvas | SliceCanvas) -> None:
        beside = self.beside
        if beside is None or not (beside.same_space and beside.linked) or self._aligning:
            return
        if isinstance(follower, SliceCanvas):
            follower.read()
        if pane.plane is None or follower.plane is None:
            return
        found = alike(follower.view, follower.plane, pane.view, pane.plane)
        if found is not None:
            with self._aligning:
                follower.show_at(*found)

    def toggle_linked(self) -> None:
        """The other series goes along with this one, or stays as it is."""
        beside, own = self.beside, self._pane_edited()
        assert beside is not None
        beside.link(not beside.linked)
        self._follow_beside()
        if own is not None and beside.canvas is not None:
            self._see_alike(own, beside.canvas)
        how = "place, zoom and pan are the same" if beside.same_space else "they go from slice to slice together"
        self.say(f"The two series are linked: {how}." if beside.linked else "The two series are not linked any more.")

    def _follow_beside(self) -> None:
        """Place and greys of the edited series are those of the other, where that makes sense."""
        if self.beside is not None:
            self.beside.follow_window(self.volume)
            if self.state is not None:
                self._move_beside()

    def _move_beside(self) -> None:
        """To where the edited series is looked at, unless it is the other that leads."""
        if self.beside is not None and self.state is not None and not self._following:
            with self._following:
                self.beside.follow(self.state)

    def take_beside_away(self) -> None:
        """The series alone again."""
        if self.beside is not None:
            self.beside.close()
            self.beside = None
            self.beside_wanted.emit("")
        if self.grid.layout_shown is Layout.SIDE:
            self.grid.show_layout(Layout.GRID if self.state is not None and self.state.geometry.n > 1 else Layout.STACK)
        self.show_state()

    def next_beside(self) -> None:
        self.beside_wanted.emit("next")

    def edit_hanging(self) -> None:
        self.hanging_wanted.emit()

    # -- the menu of layouts

    def show_layouts(self) -> QMenu:
        menu = QMenu(self.strip)
        add_heading(menu, f"Hung by “{self.hanging.title}”" if self.hanging is not None else "Hung as usual")
        for group in _MENU:
            menu.addSeparator()
            for action_id in group:
                self._add_entry(menu, action_id)
        menu.aboutToHide.connect(menu.deleteLater)
        button, canvas = self.strip.layouts_button, self.canvas
        if button.isVisible():
            menu.popup(button.mapToGlobal(QPoint(0, -menu.sizeHint().height())))
        else:  # the strip is folded away
            menu.popup(canvas.mapToGlobal(canvas.rect().center()))
        return menu

    def _add_entry(self, menu: QMenu, action_id: str) -> None:
        action, keys, why = self.keymap.action(action_id), self.keymap.keys(action_id), self.why_not(action_id)
        entry = QAction(action.title + (f"\t{keys[0]}" if keys else ""), menu)
        entry.setEnabled(not why)
        entry.setToolTip(why)
        linked = action_id == "volume_beside_linked"
        entry.setCheckable(linked or action_id == f"volume_layout_{self.grid.layout_shown.value}")
        entry.setChecked(self.beside is not None and self.beside.linked if linked else entry.isCheckable())
        entry.triggered.connect(lambda: self.run(action_id))
        menu.addAction(entry)


def _as_rule(kept: Mapping[str, str]) -> HangingRule | None:
    """What was made by hand, as if a rule said it; None where that is not understood, or waits for the series beside."""
    try:
        layout = Arrangement(kept.get("layout", ""))
    except ValueError:
        return None
    plane = kept.get("plane", "")
    return HangingRule("", layout=layout, plane=plane) if plane in PLANES else None
