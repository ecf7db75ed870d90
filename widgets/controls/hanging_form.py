"""One hanging rule as a form: what it is for, and how such series stand."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QCheckBox, QDoubleSpinBox, QFormLayout, QHBoxLayout, QLabel, QLineEdit, QWidget

from storage.model.hanging import MOST_LETTERS, Arrangement, Beside, HangingRule
from widgets import theme
from widgets.controls.answer_fields import QuietCombo
from widgets.controls.labels import label

_TEXTS = ("title", "modality", "description", "body_part", "laterality", "view")
_NUMBERS = "numbers"


class HangingForm(QWidget):
    changed = Signal()

    def __init__(self, windows: Sequence[tuple[str, str]], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.fields = {name: QLineEdit(self) for name in _TEXTS}
        self.layout_box, self.beside_box, self.window_box = QuietCombo(self), QuietCombo(self), QuietCombo(self)
        self.center, self.width_field = self._number(-1e6, 1e6, 40), self._number(0.01, 1e6, 400)
        self.use_3d = QCheckBox(self.tr("Render it in 3D"), self)
        self._fill_boxes(windows)
        self._lay_out()
        for field in self.fields.values():
            field.setMaxLength(MOST_LETTERS)
            field.textEdited.connect(self.changed)
        for box in (self.layout_box, self.beside_box, self.window_box):
            box.activated.connect(self._on_choice)
        for spin in (self.center, self.width_field):
            spin.valueChanged.connect(self.changed)
        self.use_3d.clicked.connect(self.changed)

    def _number(self, low: float, high: float, value: float) -> QDoubleSpinBox:
        spin = QDoubleSpinBox(self)
        spin.setRange(low, high)
        spin.setDecimals(2)
        spin.setValue(value)
        return spin

    def _fill_boxes(self, windows: Sequence[tuple[str, str]]) -> None:
        tr = self.tr
        for title, kept in (
            (tr("Three planes and 3D"), (Arrangement.GRID, "")),
            (tr("One plane, as acquired"), (Arrangement.ONE, "")),
            (tr("One plane, axial"), (Arrangement.ONE, "axial")),
            (tr("One plane, sagittal"), (Arrangement.ONE, "sagittal")),
            (tr("One plane, coronal"), (Arrangement.ONE, "coronal")),
            (tr("3D alone"), (Arrangement.ONE, "3d")),
            (tr("Slices as acquired"), (Arrangement.STACK, "")),
        ):
            self.layout_box.addItem(title, kept)
        for title, beside in (
            (tr("Nothing"), Beside.NOTHING),
            (tr("The prior, where there is one"), Beside.PRIOR),
            (tr("The same view of the other side"), Beside.OTHER_SIDE),
        ):
            self.beside_box.addItem(title, beside)
        for title, window in (
            (tr("As the file says"), ""),
            (tr("Automatic"), "auto"),
            *((title, name) for name, title in windows),
            (tr("Numbers"), _NUMBERS),
        ):
            self.window_box.addItem(title, window)

    def _lay_out(self) -> None:
        tr = self.tr
        numbers = QHBoxLayout()
        self._number_words = QLabel(tr("centre"), self), QLabel(tr("width"), self)
        for words, spin in zip(self._number_words, (self.center, self.width_field), strict=True):
            numbers.addWidget(words)
            numbers.addWidget(spin, 1)
        form = QFormLayout(self)
        form.setContentsMargins(0, 0, 0, 0)
        form.setVerticalSpacing(theme.INSIDE)
        titles = {
            "title": (tr("Title"), ""),
            "modality": (tr("Modality"), tr("any, or CT, MR …")),
            "description": (tr("Description contains"), tr("any, or words with commas")),
            "body_part": (tr("Body part contains"), tr("any, or HEAD, CHEST …")),
            "laterality": (tr("Side"), tr("any, or L, R")),
            "view": (tr("View"), tr("any, or CC, MLO, PA …")),
        }
        for name, (title, hint) in titles.items():
            self.fields[name].setPlaceholderText(hint)
            self.fields[name].setAccessibleName(title)
            form.addRow(title, self.fields[name])
            if name == "title":
                form.addRow(self._heading(tr("For series of")))
        form.addRow(self._heading(tr("They stand as")))
        for title, box in (
            (tr("Layout"), self.layout_box),
            (tr("Beside it"), self.beside_box),
            (tr("Window"), self.window_box),
        ):
            box.setAccessibleName(title)
            form.addRow(title, box)
        self.center.setAccessibleName(tr("Centre of the window"))
        self.width_field.setAccessibleName(tr("Width of the window"))
        form.addRow("", numbers)
        form.addRow("", self.use_3d)

    @staticmethod
    def _heading(text: str) -> QLabel:
        heading = label(text, "heading")
        heading.setContentsMargins(0, theme.GAP, 0, 0)
        return heading

    # -- to and from a rule

    def show_rule(self, rule: HangingRule) -> None:
        for name, field in self.fields.items():
            if field.text() != getattr(rule, name):
                field.setText(getattr(rule, name))
        plane = rule.plane if rule.layout is Arrangement.ONE else ""
        self.layout_box.setCurrentIndex(self._index(self.layout_box, (rule.layout, plane)))
        self.beside_box.setCurrentIndex(self._index(self.beside_box, rule.beside))
        numbers = rule.window_numbers()
        if numbers is not None:
            for spin, value in zip((self.center, self.width_field), numbers, strict=True):
                spin.blockSignals(True)
                spin.setValue(value)
                spin.blockSignals(False)
        self.window_box.setCurrentIndex(self._index(self.window_box, _NUMBERS if numbers is not None else rule.window))
        self.use_3d.setChecked(rule.use_3d)
        self._show_numbers()

    @staticmethod
    def _index(box: QuietCombo, kept: object) -> int:
        """A window that is known elsewhere only is kept as it is called."""
        found = next((n for n in range(box.count()) if box.itemData(n) == kept), -1)
        if found < 0:
            box.addItem(str(kept), kept)
            found = box.count() - 1
        return found

    def rule(self) -> HangingRule:
        layout, plane = self.layout_box.currentData()
        window = self.window_box.currentData()
        if window == _NUMBERS:
            window = f"{self.center.value():g}/{self.width_field.value():g}"
        texts = {name: field.text() for name, field in self.fields.items()}
        return HangingRule(
            **texts,
            layout=Arrangement(layout),
            plane=plane,
            beside=Beside(self.beside_box.currentData()),
            window=window,
            use_3d=self.use_3d.isChecked(),
        )

    def focus_title(self) -> None:
        self.fields["title"].setFocus()
        self.fields["title"].selectAll()

    @Slot()
    def _on_choice(self) -> None:
        self._show_numbers()
        self.changed.emit()

    def _show_numbers(self) -> None:
        shown = self.window_box.currentData() == _NUMBERS
        for widget in (*self._number_words, self.center, self.width_field):
            widget.setVisible(shown)
