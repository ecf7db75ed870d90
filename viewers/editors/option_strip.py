"""Options of the tool in hand, floating over the top of the canvas so that nothing moves under the mouse."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtWidgets import QButtonGroup, QCheckBox, QFrame, QHBoxLayout, QLabel, QSpinBox, QToolButton, QVBoxLayout, QWidget

from viewers.editors.tool_bar import Strip
from viewers.editors.tool_options import ToolOptions
from viewers.tools.brush import LARGEST, SMALLEST, BrushSettings

#: Tools of volumes that keep to the rules of overlap.
MASK_TOOLS = ("brush", "eraser", "threshold", "sphere", "flood", "grow", "snip")
MODES = (("new", "New polygon"), ("part", "Add part"), ("hole", "Cut hole"))


EDGE, GAP = 8, 8


class OptionStrip(Strip):
    mode_wanted = Signal(str)  # of the polygon tool: new, part, hole
    changed = Signal()  # a brush setting; the keyboard goes back to the canvas
    fitted = Signal()  # it has as many rows as it must have

    def __init__(self, settings: BrushSettings, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("optionStrip")
        self.setFrameShape(QFrame.Shape.StyledPanel)
        self.setAutoFillBackground(True)
        self.setCursor(Qt.CursorShape.ArrowCursor)
        self._settings = settings
        rows = QVBoxLayout(self)
        rows.setContentsMargins(EDGE, 4, EDGE, 4)
        rows.setSpacing(4)
        self._rows = [QHBoxLayout() for _ in range(3)]
        for row in self._rows:
            row.setSpacing(GAP)
            row.addStretch(1)
            rows.addLayout(row)
        self._brush = self._brush_part()
        self._polygon = self._polygon_part()
        self.more: ToolOptions | None = None
        self.overlap: QWidget | None = None
        self.hide()
        if parent is not None:
            parent.installEventFilter(self)

    @property
    def row_height(self) -> int:
        """Of one row of options."""
        margins = self.layout().contentsMargins()
        return self.size_box.sizeHint().height() + margins.top() + margins.bottom() + 2 * self.frameWidth()

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ParentChange and self.parentWidget() is not None:
            self.parentWidget().installEventFilter(self)
        return super().event(event)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize and watched is self.parent() and not self.isHidden():
            self.fit()
        return super().eventFilter(watched, event)

    def add(self, more: ToolOptions) -> None:
        """The options of the tools that look at the picture."""
        self.more = more
        more.changed.connect(self.changed)

    def put_overlap(self, choice: QWidget) -> None:
        """Of volumes: who may share voxels with whom takes the place of “remove underlying”."""
        self.overlap = choice
        self.underlying_box.hide()

    def _brush_part(self) -> QWidget:
        part = QWidget(self)
        row = QHBoxLayout(part)
        row.setContentsMargins(0, 0, 0, 0)
        label = self._label = QLabel("Size", part)
        self.size_box = QSpinBox(part)
        self.size_box.setRange(SMALLEST, LARGEST)
        self.size_box.setSuffix(" px")
        self.size_box.setAccessibleName("Brush size")
        self.size_box.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self.size_box.setKeyboardTracking(False)
        label.setBuddy(self.size_box)
        self.round_button, self.square_button = self._toggle("Round", part), self._toggle("Square", part)
        group = QButtonGroup(part)
        for button in (self.round_button, self.square_button):
            group.addButton(button)
        self.underlying_box = QCheckBox("Remove underlying", part)
        self.underlying_box.setToolTip("Pixels painted are taken from all other masks that are not hidden or locked.")
        self.underlying_box.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        for widget in (label, self.size_box, self.round_button, self.square_button, self.underlying_box):
            row.addWidget(widget)
        self.size_box.valueChanged.connect(self._apply)
        self.square_button.toggled.connect(self._apply)
        self.underlying_box.toggled.connect(self._apply)
        return part

    def _polygon_part(self) -> QWidget:
        part = QWidget(self)
        row = QHBoxLayout(part)
        row.setContentsMargins(0, 0, 0, 0)
        group = QButtonGroup(part)
        self.mode_buttons: dict[str, QToolButton] = {}
        for mode, title in MODES:
            button = self._toggle(title, part)
            button.setObjectName(mode)
            button.clicked.connect(self._mode)
            group.addButton(button)
            row.addWidget(button)
            self.mode_buttons[mode] = button
        return part

    def _toggle(self, title: str, parent: QWidget) -> QToolButton:
        button = QToolButton(parent)
        button.setText(title)
        button.setAccessibleName(title)
        button.setCheckable(True)
        button.setAutoRaise(True)
        button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        return button

    def show_for(self, tool_id: str, *, mode: str = "new", can_change: bool = False) -> None:
        """`can_change`: one polygon is selected, which parts and holes can go to."""
        brush, polygon = tool_id in ("brush", "eraser", "sphere", "threshold", "grab_cut"), tool_id == "polygon"
        self._brush.setVisible(brush)
        for widget in (self.round_button, self.square_button):
            widget.setVisible(tool_id != "grab_cut")
        self.underlying_box.setVisible(tool_id != "grab_cut" and self.overlap is None)
        if self.overlap is not None:
            self.overlap.setVisible(tool_id in MASK_TOOLS)
        self._label.setText("Stroke" if tool_id == "grab_cut" else "Size")
        more = self.more is not None and self.more.show_for(tool_id)
        self._polygon.setVisible(polygon)
        if brush:
            self.read()
        for name, button in self.mode_buttons.items():
            button.setChecked(name == mode)
            button.setEnabled(name == "new" or can_change or name == mode)
            button.setToolTip("" if button.isEnabled() else "Select one polygon first.")
        self.setVisible(brush or polygon or more or (self.overlap is not None and tool_id in MASK_TOOLS))
        for part in (self._brush, self.more):
            if part is not None:
                part.layout().activate()  # from the inside out: else the size is that of a moment ago
        self.fit()

    def fit(self) -> None:
        """As large as it must be; what one row has no room for stands in the next."""
        room = self.parentWidget().width() - 2 * self.x() - 2 * EDGE
        parts = [p for p in (self._brush, self._polygon, self.overlap, self.more) if p is not None and not p.isHidden()]
        if self.more in parts:
            self.more.fit(room - sum(part.sizeHint().width() + GAP for part in parts if part is not self.more), room)
        row, used = 0, 0
        for part in parts:
            wide = part.sizeHint().width()
            if used and used + GAP + wide > room:
                row, used = row + 1, 0
            for other in self._rows:
                other.removeWidget(part)
            self._rows[row].insertWidget(self._rows[row].count() - 1, part)
            used += wide + (GAP if used else 0)
        self.layout().activate()
        self.adjustSize()
        self.fitted.emit()

    def read(self) -> None:
        """Show the settings as they are."""
        widgets = (self.size_box, self.square_button, self.round_button, self.underlying_box)
        blocked = [w.blockSignals(True) for w in widgets]
        self.size_box.setValue(self._settings.size)
        self.size_box.setSuffix(self._settings.unit())
        (self.square_button if self._settings.square else self.round_button).setChecked(True)
        self.underlying_box.setChecked(self._settings.remove_underlying)
        for widget, was in zip(widgets, blocked, strict=True):
            widget.blockSignals(was)

    def _apply(self) -> None:
        self._settings.resize(self.size_box.value())
        self._settings.square = self.square_button.isChecked()
        self._settings.remove_underlying = self.underlying_box.isChecked()
        self.changed.emit()

    def _mode(self) -> None:
        self.mode_wanted.emit(self.sender().objectName())
