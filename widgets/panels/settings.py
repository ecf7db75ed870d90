"""Settings as a form over descriptions, and the shortcut sheet with its editor."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import (
    QCheckBox,
    QDoubleSpinBox,
    QFormLayout,
    QLineEdit,
    QScrollArea,
    QSizePolicy,
    QSpinBox,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

from widgets import theme
from widgets.controls.answer_fields import QuietCombo
from widgets.controls.buttons import button
from widgets.controls.labels import label
from widgets.controls.shortcut_sheet import Shortcut, ShortcutSheet


@dataclass(frozen=True, slots=True)
class Setting:
    """One row of the form. `choices` are (value, title); numbers take `low`, `high` and `unit`; a share (0 to 1) is shown in
    per cent; a deed is a button, and tells in `value` what is so now."""

    key: str
    title: str
    kind: Literal["flag", "choice", "text", "whole", "number", "share", "deed"]
    value: Any
    group: str = ""
    choices: tuple[tuple[Any, str], ...] = ()
    low: float = 0
    high: float = 1_000_000
    unit: str = ""
    hint: str = ""


_FIELD = 220  # as wide as fields are


class _Share(QSpinBox):
    """A number from 0 to 1, in per cent."""

    def __init__(self) -> None:
        super().__init__()
        self.setRange(0, 100)
        self.setSingleStep(5)
        self.setSuffix(" %")


def _with_hint(field: QWidget, hint: str) -> QWidget:
    if not hint:
        return field
    both = QWidget()
    column = QVBoxLayout(both)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(theme.INSIDE)
    column.addWidget(field)
    column.addWidget(label(hint, "small", wrap=True))
    return both


class SettingsPanel(QWidget):
    changed = Signal(str, object)  # key, value
    deed_wanted = Signal(str)  # key
    shortcut_changed = Signal(str, str)  # action id, keys; "" for none
    shortcuts_reset_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._fields: dict[str, QWidget] = {}
        self._shown: tuple[Setting, ...] = ()
        self.sheet = ShortcutSheet(self)
        self.sheet.changed.connect(self.shortcut_changed)
        self.sheet.reset_wanted.connect(self.shortcuts_reset_wanted)
        self._scroll = QScrollArea(self)
        self._scroll.setWidgetResizable(True)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.tabs = QTabWidget(self)
        self.tabs.setDocumentMode(True)
        self.tabs.addTab(self._scroll, self.tr("General"))
        self.tabs.addTab(self.sheet, self.tr("Shortcuts"))
        self.tabs.setProperty("page", True)
        title = label(self.tr("Settings"), "title")
        title.setMinimumHeight(44)
        title.setContentsMargins(theme.GROUP, 10, theme.GROUP, 6)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(title)
        column.addWidget(self.tabs, 1)

    def show_settings(self, settings: Sequence[Setting]) -> None:
        """Fields stay where the descriptions are the same but for their values."""
        settings = tuple(settings)
        if [(s.key, s.kind, s.choices) for s in settings] != [(s.key, s.kind, s.choices) for s in self._shown]:
            self._build(settings)
        self._shown = settings
        for setting in settings:
            self._put(self._fields[setting.key], setting.value)

    def show_shortcuts(self, shortcuts: Sequence[Shortcut]) -> None:
        self.sheet.show_shortcuts(shortcuts)

    # -- the form

    def _build(self, settings: Sequence[Setting]) -> None:
        self._fields = {}
        inner = QWidget()
        inner.setMaximumWidth(640)
        column = QVBoxLayout(inner)
        column.setContentsMargins(theme.GROUP, theme.GROUP, theme.GROUP, theme.GROUP)
        column.setSpacing(theme.GROUP)
        form = QFormLayout()  # one for all groups, so that the fields stand in one line
        form.setHorizontalSpacing(24)
        form.setVerticalSpacing(theme.GAP)
        column.addLayout(form)
        group = ""
        for setting in settings:
            if setting.group and setting.group != group:
                heading = label(setting.group, "heading")
                heading.setContentsMargins(0, theme.GROUP if group else 0, 0, 0)
                form.addRow(heading)
                group = setting.group
            field = self._fields[setting.key] = self._field(setting)
            form.addRow("" if setting.kind in ("flag", "deed") else setting.title, _with_hint(field, setting.hint))
        column.addStretch(1)
        self._scroll.setWidget(inner)

    def _field(self, setting: Setting) -> QWidget:
        match setting.kind:
            case "flag":
                box = QCheckBox(setting.title)
                box.toggled.connect(self._on_change)
                field: QWidget = box
            case "choice":
                combo = QuietCombo()
                combo.setMaximumWidth(_FIELD)
                for value, title in setting.choices:
                    combo.addItem(title, value)
                combo.activated.connect(self._on_change)
                field = combo
            case "text":
                edit = QLineEdit()
                edit.editingFinished.connect(self._on_change)
                field = edit
            case "deed":
                field = button(setting.title)
                field.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
                field.clicked.connect(self._on_deed)
            case _:
                field = self._spin(setting)
        field.setProperty("key", setting.key)
        field.setAccessibleName(setting.title)
        return field

    def _spin(self, setting: Setting) -> QWidget:
        if setting.kind == "whole":
            spin: QSpinBox | QDoubleSpinBox = QSpinBox()
            spin.setRange(int(setting.low), int(setting.high))
        elif setting.kind == "share":
            spin = _Share()
        else:
            spin = QDoubleSpinBox()
            spin.setDecimals(1)
            spin.setRange(setting.low, setting.high)
            spin.setSingleStep(0.5)
        if setting.unit:
            spin.setSuffix(f" {setting.unit}")
        spin.setKeyboardTracking(False)
        spin.setMaximumWidth(_FIELD)
        spin.valueChanged.connect(self._on_change)
        return spin

    @staticmethod
    def _put(field: QWidget, value: Any) -> None:
        field.blockSignals(True)
        match field:
            case QCheckBox():
                field.setChecked(bool(value))
            case QuietCombo():
                field.setCurrentIndex(max(0, field.findData(value)))
            case QLineEdit():
                if field.text() != str(value):
                    field.setText(str(value))
            case _Share():
                field.setValue(round(value * 100))
            case QSpinBox():
                field.setValue(int(value))
            case QDoubleSpinBox():
                field.setValue(float(value))
        field.blockSignals(False)

    @staticmethod
    def _value(field: QWidget) -> Any:
        match field:
            case QCheckBox():
                return field.isChecked()
            case QuietCombo():
                return field.currentData()
            case QLineEdit():
                return field.text()
            case _Share():
                return field.value() / 100
            case QSpinBox() | QDoubleSpinBox():
                return field.value()
        raise TypeError(field)

    @Slot()
    def _on_deed(self) -> None:
        field = self.sender()
        assert isinstance(field, QWidget)
        self.deed_wanted.emit(field.property("key"))

    @Slot()
    def _on_change(self) -> None:
        field = self.sender()
        assert isinstance(field, QWidget)
        key, value = field.property("key"), self._value(field)
        known = next(s for s in self._shown if s.key == key)
        if value != known.value:
            self._shown = tuple(replace(s, value=value) if s.key == key else s for s in self._shown)
            self.changed.emit(key, value)
