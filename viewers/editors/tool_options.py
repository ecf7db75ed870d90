"""What the strip over the canvas shows for the tools that look at the picture: a tolerance, a range, a smoothing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import QCheckBox, QDoubleSpinBox, QHBoxLayout, QLabel, QPushButton, QSlider, QWidget

from viewers.tools import flood_fill, livewire, simplify
from viewers.tools.toolbox import Toolbox

SLIDER, GAP = 120, 8


class NumberRow(QWidget):
    """A name, a slider and the number. `read` and `write` are the setting behind it; the slider moves in `step`s."""

    moved = Signal()

    def __init__(
        self,
        title: str,
        span: tuple[float, float],
        read: Callable[[], float],
        write: Callable[[float], None],
        *,
        step: float = 1,
        suffix: str = "",
        slider: bool = True,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._read, self._write, self._step = read, write, step
        self.box = QDoubleSpinBox(self)
        self.box.setRange(*span)
        self.box.setSingleStep(step)
        self.box.setDecimals(0 if step >= 1 else 1)
        self.box.setSuffix(suffix)
        self.box.setAccessibleName(title)
        self.box.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self.box.setKeyboardTracking(False)
        label = QLabel(title, self)
        label.setBuddy(self.box)
        self.slider = QSlider(Qt.Orientation.Horizontal, self)
        self.slider.setRange(round(span[0] / step), round(span[1] / step))
        self.slider.setFixedWidth(SLIDER)
        self.slider.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.slider.setAccessibleName(title)
        self.slides = slider
        self.slider.setVisible(slider)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(GAP)
        for widget in (label, self.slider, self.box):
            row.addWidget(widget)
        self.box.valueChanged.connect(self._on_box)
        self.slider.valueChanged.connect(self._on_slider)
        self.read()

    def read(self) -> None:
        value = self._read()
        with QSignalBlocker(self.box), QSignalBlocker(self.slider):
            self.box.setValue(value)
            self.slider.setValue(round(value / self._step))

    def _on_box(self, value: float) -> None:
        self._put(value)

    def _on_slider(self, value: int) -> None:
        self._put(value * self._step)

    def _put(self, value: float) -> None:
        self._write(value)
        self.read()
        self.moved.emit()


@dataclass(frozen=True)
class ValueUnits:
    """What values are told in where they mean more than what is stored. `window`: those shown black and white now."""

    unit: str
    decimals: int
    window: Callable[[], tuple[float, float] | None]

    def spread(self, tolerance: float) -> str:
        """A tolerance (steps of 255 from black to white) as values."""
        ends = self.window()
        return "" if ends is None else f"= ±{tolerance * (ends[1] - ends[0]) / flood_fill.WIDEST:,.3g} {self.unit}".rstrip()


class ToolOptions(QWidget):
    """One group of rows for each tool; only that of the tool in hand is to be seen."""

    changed = Signal()
    apply_wanted = Signal()  # the draft as it is becomes a step

    def __init__(self, toolbox: Toolbox, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._toolbox = toolbox
        self._rows: list[NumberRow] = []
        self.units: ValueUnits | None = None
        self.spreads = [QLabel(self), QLabel(self)]  # of the tolerances of flood fill and threshold brush
        for label in self.spreads:
            label.setMinimumWidth(label.fontMetrics().horizontalAdvance("= ±88,888 HU"))
            label.hide()
        self.parts: dict[str, QWidget] = {
            "flood": self._flood(),
            "threshold": self._threshold(),
            "livewire": self._smoothing(toolbox.wire.set_smoothing, lambda: toolbox.wire.smoothing),
            "grab_cut": self._smoothing(toolbox.cut.set_smoothing, lambda: toolbox.cut.smoothing),
            "simplify": self._simplify(),
        }
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        for part in self.parts.values():
            row.addWidget(part)
        for settings in (toolbox.flood, toolbox.threshold, toolbox.wire, toolbox.cut, toolbox.simplify):
            settings.changed = self.read

    def add(self, tool_id: str, part: QWidget) -> None:
        """Options of a tool that one editor alone has."""
        self.parts[tool_id] = part
        self.layout().addWidget(part)

    def use_units(self, units: ValueUnits) -> None:
        """From now on the threshold brush is told values in these; what the window shows is its first range."""
        self.units = units
        threshold, ends = self._toolbox.threshold, units.window()
        for row in (self._low, self._high):
            row.box.setDecimals(units.decimals)
            row.box.setSuffix(f" {units.unit}".rstrip())
        if ends is not None:
            threshold.low, threshold.high = ends
        self.read()

    def show_for(self, tool_id: str) -> bool:
        """False: the tool has no options here."""
        for known, part in self.parts.items():
            part.setVisible(known == tool_id)
        if tool_id in self.parts:
            self.read()
            self.parts[tool_id].layout().activate()
        self.setVisible(tool_id in self.parts)
        return tool_id in self.parts

    def fit(self, beside: int, room: int) -> None:
        """The number alone stands for the slider beside it where there is no room otherwise: next to the other options, or in a
        row of its own."""
        rows = [row for row in self._rows if row.slides and row.isVisibleTo(self)]
        whole = self.sizeHint().width() + sum(SLIDER + GAP for row in rows if row.slider.isHidden())
        slim = whole - len(rows) * (SLIDER + GAP)
        slides = whole <= beside or (slim > beside and whole <= room)
        for row in rows:
            row.slider.setVisible(slides)
            for outer in (row, row.parentWidget(), self):
                outer.layout().activate()  # from the inside out: else the size is that of a moment ago

    def read(self) -> None:
        """Show the settings as they are."""
        for row in self._rows:
            row.read()
        with QSignalBlocker(self.everywhere), QSignalBlocker(self.pick):
            self.everywhere.setChecked(not self._toolbox.flood.contiguous)
            self.pick.setChecked(self._toolbox.threshold.pick)
        picks = self._toolbox.threshold.pick
        for row, shown in ((self._around, picks), (self._low, not picks), (self._high, not picks)):
            row.setVisible(shown)
        self.as_window.setVisible(not picks and self.units is not None)
        for label, tolerance in zip(
            self.spreads, (self._toolbox.flood.tolerance, self._toolbox.threshold.tolerance), strict=True
        ):
            label.setText(self.units.spread(tolerance) if self.units is not None else "")
        self.spreads[0].setVisible(self.units is not None)
        self.spreads[1].setVisible(self.units is not None and picks)

    # -- the groups

    def _flood(self) -> QWidget:
        flood = self._toolbox.flood
        tolerance = self._row(
            "Tolerance", (0, flood_fill.WIDEST), lambda: flood.tolerance, lambda v: flood.set_tolerance(int(v))
        )
        self.everywhere = QCheckBox("Everywhere", self)
        self.everywhere.setToolTip("Fill all like pixels of the picture, not only those connected with the one clicked.")
        self.everywhere.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.everywhere.toggled.connect(self._on_everywhere)
        return self._group(tolerance, self.spreads[0], self.everywhere)

    def _threshold(self) -> QWidget:
        threshold = self._toolbox.threshold
        self.pick = QCheckBox("Pick under cursor", self)
        self.pick.setToolTip("Take the range round the value where a stroke begins; else the range is set by two values.")
        self.pick.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.pick.toggled.connect(self._on_pick)
        self._around = self._row(
            "Tolerance", (0, flood_fill.WIDEST), lambda: threshold.tolerance, lambda v: threshold.set_tolerance(int(v))
        )
        self._low = self._row("From", (-65_536, 65_535), lambda: threshold.low, self._set_low, slider=False)
        self._high = self._row("to", (-65_536, 65_535), lambda: threshold.high, self._set_high, slider=False)
        self.as_window = QPushButton("As the window", self)
        self.as_window.setToolTip("From the value that is shown black to the one that is shown white")
        self.as_window.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.as_window.clicked.connect(self._on_as_window)
        return self._group(self.pick, self._around, self.spreads[1], self._low, self._high, self.as_window)

    def _smoothing(self, write: Callable[[float], None], read: Callable[[], float]) -> QWidget:
        row = self._row("Smoothing", (0, livewire.SMOOTHEST), read, write, step=0.5, suffix=" px")
        row.setToolTip("How far the outline may leave the path that was found: more, and it has fewer vertices.")
        return self._group(row)

    def _simplify(self) -> QWidget:
        settings = self._toolbox.simplify
        row = self._row(
            "Tolerance", (0.1, simplify.ROUGHEST), lambda: settings.tolerance, settings.set_tolerance, step=0.1, suffix=" px"
        )
        apply = QPushButton("Apply", self)
        apply.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        apply.clicked.connect(self.apply_wanted)
        return self._group(row, apply)

    def _row(self, title: str, span: tuple[float, float], read: Callable[[], float], write: Callable[[float], None],
             **more: Any) -> NumberRow:  # fmt: skip
        row = NumberRow(title, span, read, write, parent=self, **more)
        row.moved.connect(self.changed)
        self._rows.append(row)
        return row

    def _group(self, *widgets: QWidget) -> QWidget:
        part = QWidget(self)
        row = QHBoxLayout(part)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        for widget in widgets:
            row.addWidget(widget)
        row.addStretch(1)
        return part

    # -- what the person sets

    def _on_everywhere(self, everywhere: bool) -> None:
        self._toolbox.flood.contiguous = not everywhere
        self.changed.emit()

    def _on_pick(self, pick: bool) -> None:
        self._toolbox.threshold.pick = pick
        self.read()
        self.adjustSize()
        self.changed.emit()

    def _on_as_window(self) -> None:
        ends = self.units.window() if self.units is not None else None
        if ends is not None:
            self._toolbox.threshold.low, self._toolbox.threshold.high = ends
            self.read()
            self.changed.emit()

    def _set_low(self, value: float) -> None:
        self._toolbox.threshold.low = value

    def _set_high(self, value: float) -> None:
        self._toolbox.threshold.high = value
