"""The strip below a volume: which slice, which time, which window, how thick, which layout."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtWidgets import (
    QComboBox,
    QDoubleSpinBox,
    QHBoxLayout,
    QLabel,
    QSizePolicy,
    QSpinBox,
    QToolButton,
    QWidget,
)

from viewers.editors.slice_slider import SliceSlider
from viewers.editors.tool_bar import Icon, Strip, strip_button
from viewers.editors.volume_warnings import WarningBadge
from viewers.scene.mpr import Slab, SlabMode

#: None: no slab.
SLABS: tuple[tuple[str, SlabMode | None], ...] = (("Thin", None), ("MIP", "max"), ("MinIP", "min"), ("Mean", "mean"))
#: (action, icon) of the buttons at the right.
BUTTONS = (
    ("volume_layout_grid", "mdi6.view-grid-outline"),
    ("volume_layout_one", "mdi6.square-outline"),
    ("volume_layout_stack", "mdi6.layers-triple-outline"),
    ("volume_layout_side", "mdi6.view-split-vertical"),
    ("volume_layouts", "mdi6.view-dashboard-outline"),
)


class VolumeStrip(Strip):
    slice_wanted = Signal(int)  # of the active pane, from 0
    time_wanted = Signal(int)
    slab_wanted = Signal(object)  # Slab or None
    run_wanted = Signal(str)  # id of an action
    windows_wanted = Signal()
    masks_wanted = Signal()
    left = Signal()  # what was typed is done: the keys belong to the canvas again

    def __init__(self, parent: QWidget | None = None, *, icon: Icon) -> None:
        super().__init__(parent)
        self.setObjectName("volumeStrip")
        self._icon = icon
        self._slab_shown: tuple[Slab | None, bool] | None = None
        self._told: dict[str, tuple[str, str]] = {}
        row = QHBoxLayout(self)
        row.setContentsMargins(8, 4, 8, 4)
        row.setSpacing(4)
        self.play_button = self._button("play_toggle", "mdi6.play", "Play or pause")
        self.plane = QLabel(self)
        self.slider = SliceSlider(self)
        self.box = self._number("Slice number")
        self.total = QLabel(self)
        self.total.setContentsMargins(0, 0, 8, 0)
        self.time_label = QLabel("Time", self)
        self.time_box = self._number("Time")
        self.slab_box = QComboBox(self)
        self.slab_box.setAccessibleName("Slab")
        self.slab_box.setToolTip("Thick slab: the brightest, darkest or mean value across it")
        self.slab_box.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # else its letters, F4 and arrows were not those of the canvas
        for title, mode in SLABS:
            self.slab_box.addItem(title, mode)
        self.slab_mm = QDoubleSpinBox(self)
        self.slab_mm.setAccessibleName("Thickness of the slab")
        self.slab_mm.setRange(0.1, 500)
        self.slab_mm.setDecimals(1)
        self.slab_mm.setSuffix(" mm")
        self.slab_mm.setValue(10)
        self.slab_mm.setKeyboardTracking(False)
        self.slab_mm.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self.window_button = QToolButton(self)
        self.window_button.setAccessibleName("Window")
        self.window_button.setAutoRaise(True)
        self.window_button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.masks_button = QToolButton(self)
        self.masks_button.setText("Masks")
        self.masks_button.setAccessibleName("Masks")
        self.masks_button.setToolTip("Form, pieces, logic and cuts of masks in all slices")
        self.masks_button.setAutoRaise(True)
        self.masks_button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.warnings = WarningBadge(self, icon=icon)
        for widget in (self.play_button, self.warnings, self.plane):
            row.addWidget(widget)
        row.addWidget(self.slider, 1)
        for widget in (
            self.box,
            self.total,
            self.time_label,
            self.time_box,
            self.slab_box,
            self.slab_mm,
            self.masks_button,
            self.window_button,
        ):
            row.addWidget(widget)
        self.buttons = [self._button(action, name, action) for action, name in BUTTONS]
        self.layouts_button = self.buttons[-1]
        for button in self.buttons:
            row.addWidget(button)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self._connect()
        self.show_times(0, 1)

    def _connect(self) -> None:
        self.slider.valueChanged.connect(self.slice_wanted)
        self.box.valueChanged.connect(self._typed)
        self.time_box.valueChanged.connect(self._time_typed)
        self.slab_box.currentIndexChanged.connect(self._slab)
        self.slab_mm.valueChanged.connect(self._slab)
        for box in (self.box, self.time_box, self.slab_mm):
            box.lineEdit().returnPressed.connect(self.left)
        self.window_button.clicked.connect(self.windows_wanted)
        self.masks_button.clicked.connect(self.masks_wanted)

    def _number(self, name: str) -> QSpinBox:
        box = QSpinBox(self)
        box.setAccessibleName(name)
        box.setToolTip(name)
        box.setKeyboardTracking(False)
        box.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        return box

    def _button(self, action: str, icon: str, name: str) -> QToolButton:
        button = strip_button(self, self._icon(icon), name)
        button.setObjectName(action)
        button.clicked.connect(self._clicked)
        return button

    def event(self, event: QEvent) -> bool:
        if event.type() in (QEvent.Type.LayoutRequest, QEvent.Type.Resize):
            self._fit()
        return super().event(event)

    def _fit(self) -> None:
        """Where there is no room for everything the menu alone stands for the buttons of the layouts; then what the number and the
        corner of the pane say as well gives way."""
        row, slack = self.layout(), self.slider.sizeHint().width() - _least(self.slider)
        groups: list[Sequence[QWidget]] = [self.buttons[:-1], [self.total], [self.plane], [self.slider]]
        if not self.time_box.isHidden():
            groups.insert(3, [self.time_label])
        rooms = [sum(_least(widget) + row.spacing() for widget in group) for group in groups]
        wanted = row.sizeHint().width() - (0 if self.slider.isHidden() else slack)
        wanted += sum(room for room, group in zip(rooms, groups, strict=True) if group[0].isHidden())
        for room, group in zip(rooms, groups, strict=True):
            narrow = wanted + (slack if group is groups[0] else 0) > self.width()
            wanted -= room if narrow else 0
            if narrow is not group[0].isHidden():
                for widget in group:
                    widget.setHidden(narrow)

    # -- what is shown

    def show_actions(self, title: Callable[[str], str], why_not: Callable[[str], str]) -> None:
        """Titles with their keys, and which buttons can be pressed now."""
        for button in (self.play_button, *self.buttons):
            name = button.objectName()
            state = (why_not(name), title(name))
            if self._told.get(name) == state:
                continue  # asked at every slice: a tooltip that stays costs nothing
            self._told[name] = state
            button.setEnabled(not state[0])
            button.setToolTip(state[0] or state[1])
            button.setAccessibleName(state[1])

    def show_slice(self, plane: str, number: int, count: int) -> None:
        self.plane.setText(plane)
        for widget in (self.slider, self.box):
            widget.blockSignals(True)
        self.slider.setRange(0, max(0, count - 1))
        self.slider.setValue(number)
        self.box.setRange(1, max(1, count))
        self.box.setValue(number + 1)
        for widget in (self.slider, self.box):
            widget.blockSignals(False)
        self.total.setText(f"of {count:,}")

    def show_times(self, time: int, times: int) -> None:
        self.time_box.blockSignals(True)
        self.time_box.setRange(1, max(1, times))
        self.time_box.setValue(time + 1)
        self.time_box.setSuffix(f" of {times:,}")
        self.time_box.blockSignals(False)
        if self.time_box.isHidden() is (times > 1):
            for widget in (self.time_label, self.time_box):
                widget.setVisible(times > 1)

    def show_slab(self, slab: Slab | None, *, possible: bool) -> None:
        if self._slab_shown == (slab, possible):
            return
        self._slab_shown = (slab, possible)
        for widget in (self.slab_box, self.slab_mm):
            widget.blockSignals(True)
        self.slab_box.setCurrentIndex(self.slab_box.findData(slab.mode if slab else None))
        if slab is not None:
            self.slab_mm.setValue(slab.mm)
        for widget in (self.slab_box, self.slab_mm):
            widget.blockSignals(False)
        self.slab_box.setVisible(possible)
        self.slab_mm.setVisible(possible and slab is not None)

    def show_window(self, text: str, title: str = "") -> None:
        """By its name where it has one: the corners of the panes have the numbers."""
        self.window_button.setText(title or "Window")
        self.window_button.setToolTip(f"{text}\nWindows of the file and presets (F2 to F10)")
        self.window_button.setVisible(bool(text))

    def show_playing(self, playing: bool) -> None:
        self.play_button.setIcon(self._icon("mdi6.pause" if playing else "mdi6.play"))

    def widgets(self) -> Sequence[QWidget]:
        return (self.box, self.time_box, self.slab_box, self.slab_mm)

    def ask(self) -> None:
        """Put the cursor into the slice number."""
        self.box.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.box.selectAll()

    # -- what is asked for

    def _typed(self, number: int) -> None:
        self.slice_wanted.emit(number - 1)

    def _time_typed(self, number: int) -> None:
        self.time_wanted.emit(number - 1)

    def _slab(self) -> None:
        mode = self.slab_box.currentData()
        self.slab_wanted.emit(Slab(mode, self.slab_mm.value()) if mode else None)

    def _clicked(self) -> None:
        self.run_wanted.emit(self.sender().objectName())


def _least(widget: QWidget) -> int:
    """How wide it must be."""
    return widget.minimumWidth() or widget.sizeHint().width()
