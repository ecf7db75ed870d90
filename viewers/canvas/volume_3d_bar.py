"""The buttons over the 3D picture, and its menu."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QMenu, QToolButton, QWidget

from storage.errors import Refused
from viewers.canvas.menu_heading import add_heading
from viewers.scene.volume_render.camera import Side
from viewers.scene.volume_render.ladder import Step

if TYPE_CHECKING:
    from viewers.canvas.volume_3d import VolumeView

_STYLE = """
QToolButton { color: #e8e8ec; background: rgba(40, 42, 48, 200); border: 1px solid rgba(255, 255, 255, 26);
              border-radius: 4px; padding: 2px 7px; min-height: 18px; }
QToolButton:hover { background: rgba(66, 69, 78, 225); }
QToolButton:checked { background: rgba(63, 91, 216, 210); }
QToolButton:focus { border-color: #8aa0ff; }
QToolButton::menu-indicator { image: none; width: 0; }
"""
_NARROW = 250  # px: below it there is room for the menu alone


class Bar(QWidget):
    def __init__(self, view: VolumeView) -> None:
        super().__init__(view)
        self._view = view
        self.preset = self._button(self.tr("How the volume is shown"), menu=self._fill_presets)
        self.side = self._button(self.tr("Look from a side of the patient"), menu=self._fill_sides)
        self.side.setText(self.tr("From"))
        self.clip = self._button(self.tr("Clip box: drag its handles to cut the volume"))
        self.clip.setText(self.tr("Clip"))
        self.clip.setCheckable(True)
        self.clip.toggled.connect(self._on_clip)
        self.more = self._button(self.tr("More of the 3D view"), menu=self.fill)
        self.more.setText("⋯")
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(4)
        for button in (self.preset, self.side, self.clip, self.more):
            row.addWidget(button)
        self.setStyleSheet(_STYLE)

    def follow(self) -> None:
        """Show how things stand."""
        view = self._view
        self.preset.setText(view.look.preset.title)
        self.clip.blockSignals(True)
        self.clip.setChecked(view.clipping)
        self.clip.blockSignals(False)
        self.place()

    def place(self) -> None:
        view = self._view
        wide = view.width() >= _NARROW
        for button in (self.preset, self.side, self.clip):
            button.setVisible(wide and view.working)
        self.adjustSize()
        self.move(view.width() - self.width() - 6, 6)

    def menu(self, parent: QWidget) -> QMenu:
        made = QMenu(parent)
        made.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.fill(made)
        return made

    def fill(self, menu: QMenu) -> None:
        """Everything that can be done here."""
        menu.clear()
        view = self._view
        if view.working:
            self._fill_presets(menu.addMenu(self.tr("Show as")))
            self._fill_sides(menu.addMenu(self.tr("Look from")))
            self._fill_opacity(menu.addMenu(self.tr("Segments")))
            self._add(menu, self.tr("Fit"), view.fit, self.tr("Home"))
            clip = self._add(menu, self.tr("Clip box"), lambda: view.set_clipping(not view.clipping))
            clip.setCheckable(True)
            clip.setChecked(view.clipping)
            self._add(menu, self.tr("Values as in the preset"), lambda: view.set_preset(view.look.preset))
            menu.addSeparator()
            self._add(menu, self.tr("Copy picture"), view.copy_picture, self.tr("Ctrl+C"))
            self._add(menu, self.tr("Save picture…"), self.save_picture)
            menu.addSeparator()
        text = self.tr("Switch 3D off") if view.on else self.tr("Switch 3D on")
        self._add(menu, text, lambda: view.set_on(not view.on))
        if view.step is not None:
            menu.addSeparator()
            add_heading(menu, self._how())

    def save_picture(self) -> None:
        path = self.ask_path(self)
        if path is None:
            return
        try:
            self._view.save_picture(path)
        except Refused as refused:
            self._view.status.emit(str(refused))

    @classmethod
    def ask_path(cls, parent: QWidget) -> Path | None:
        name, _ = QFileDialog.getSaveFileName(parent, parent.tr("Save picture"), "3d.png", "PNG (*.png);;JPEG (*.jpg)")
        return Path(name) if name else None

    def _how(self) -> str:
        words = {
            Step.GPU: self.tr("Drawn by the graphics card"),
            Step.CPU: self.tr("Drawn by the processor"),
            Step.NUMPY: self.tr("Drawn without OpenGL"),
        }
        return ", ".join(w for w in (words.get(self._view.step or Step.OFF, ""), self._thinned()) if w)

    def _thinned(self) -> str:
        """Of how many voxels the picture is drawn, where it is not all of them."""
        grid, subject, shown = self._view.grid, self._view.reading.subject, self._view.shown
        if grid is None or subject is None or shown is None or grid.whole or shown.voxels > grid.array.size:
            return ""
        drawn, there = (" × ".join(str(n) for n in reversed(a.shape[:3])) for a in (grid.array, subject.array))
        return self.tr("{drawn} of {there} voxels").format(drawn=drawn, there=there)

    def _fill_presets(self, menu: QMenu) -> None:
        menu.clear()
        group = QActionGroup(menu)
        for preset in self._view.presets():
            action = self._add(menu, preset.title, lambda preset=preset: self._view.set_preset(preset))
            action.setCheckable(True)
            action.setChecked(preset.id == self._view.look.preset.id)
            group.addAction(action)

    def _fill_sides(self, menu: QMenu) -> None:
        menu.clear()
        names = {
            Side.A: self.tr("The front"), Side.P: self.tr("The back"), Side.L: self.tr("The left"), Side.R: self.tr("The right"),
            Side.H: self.tr("The head"), Side.F: self.tr("The feet"),
        }  # fmt: skip
        for side, name in names.items():
            self._add(menu, name, lambda side=side: self._view.look_from(side), str(side))

    def _fill_opacity(self, menu: QMenu) -> None:
        group = QActionGroup(menu)
        for percent in (100, 70, 40, 0):
            name = self.tr("Hidden") if not percent else self.tr("{percent} % opaque").format(percent=percent)
            action = self._add(menu, name, lambda percent=percent: self._view.set_segments_opacity(percent / 100))
            action.setCheckable(True)
            action.setChecked(round(self._view.segments_opacity * 100) == percent)
            group.addAction(action)

    def _on_clip(self, on: bool) -> None:
        self._view.set_clipping(on)

    def _button(self, name: str, *, menu: Callable[[QMenu], None] | None = None) -> QToolButton:
        button = QToolButton(self)
        button.setToolTip(name)
        button.setAccessibleName(name)
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        button.setCursor(Qt.CursorShape.ArrowCursor)
        if menu is not None:
            shown = QMenu(button)
            shown.aboutToShow.connect(lambda: menu(shown))
            button.setMenu(shown)
            button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        return button

    def _add(self, menu: QMenu, text: str, act: Callable[[], object], keys: str = "") -> QAction:
        """The keys are shown only: they are the view's own while it has the focus."""
        action = menu.addAction(f"{text}\t{keys}" if keys else text)
        action.triggered.connect(lambda _=False: act())
        return action
