"""Fields for the four kinds of answers. A field shows a value and says when a person changed it; it stores nothing.

`changed` carries the new value, None for "no answer", or a `Toggle` of one checklist option (so that several objects can be
edited together without levelling their other options).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QSize, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QFocusEvent, QKeyEvent, QResizeEvent, QWheelEvent
from PySide6.QtWidgets import (
    QAbstractButton,
    QCheckBox,
    QComboBox,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QRadioButton,
    QSizePolicy,
    QToolTip,
    QVBoxLayout,
    QWidget,
)

from storage.model.labels import AnswerValue
from storage.model.ontology import Attribute, AttributeType, Option

PAUSE_MS = 700  # typing that stops this long is an answer
FEW = 6  # up to so many options are buttons, more are a drop-down


@dataclass(frozen=True, slots=True)
class Mixed:
    """Several objects edited together answer differently; `values` are theirs, None for no answer."""

    values: tuple[AnswerValue | None, ...]


@dataclass(frozen=True, slots=True)
class Toggle:
    option: str
    on: bool

    def apply(self, old: AnswerValue | None) -> AnswerValue | None:
        had = old if isinstance(old, tuple) else ()
        kept = tuple(o for o in had if o != self.option)
        return (*kept, self.option) if self.on else (kept or None)


Shown = AnswerValue | Mixed | None


class AnswerField(QWidget):
    """Options are picked by the mouse without taking the keyboard: the next digit is still meant for the canvas."""

    changed = Signal(object)

    def __init__(self, attribute: Attribute, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.attribute = attribute
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(2)

    def show_value(self, value: Shown) -> None:
        raise NotImplementedError

    def flush(self) -> None:
        """Say now what was typed and not said yet."""

    @property
    def is_faulty(self) -> bool:
        """Something stands there that is no answer."""
        return False

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter picks the option that has the keyboard, as Space does; a digit picks the option at its place."""
        held = event.modifiers() & ~(Qt.KeyboardModifier.ShiftModifier | Qt.KeyboardModifier.KeypadModifier)
        focused = next((b for b in self.findChildren(QAbstractButton) if b.hasFocus()), None)
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and focused is not None and not held:
            focused.click()
        elif event.text().isprintable() and event.text() and not held:
            self._pick(event.text())
        else:
            super().keyPressEvent(event)

    def _pick(self, typed: str) -> None:
        """What is typed while a question has the keyboard is meant for it, and never a tool."""
        options = [b for b in self.findChildren(QAbstractButton) if b.isVisible()]
        if typed in "123456789" and int(typed) <= len(options):
            options[int(typed) - 1].setFocus(Qt.FocusReason.ShortcutFocusReason)
            options[int(typed) - 1].click()
        elif typed.isdigit():  # it may have been meant for a class
            words = self.tr("“{0}” has no option {1}. Esc goes back to the canvas.").format(self.attribute.name, typed)
            QToolTip.showText(self.mapToGlobal(self.rect().bottomLeft()), words, self)


def field_for(attribute: Attribute, parent: QWidget | None = None) -> AnswerField:
    match attribute.type:
        case AttributeType.TEXT:
            return TextField(attribute, parent)
        case AttributeType.NUMERIC:
            return NumberField(attribute, parent)
        case AttributeType.CHECKLIST:
            return ChecklistField(attribute, parent)
        case AttributeType.RADIO:
            few = sum(not o.archived for o in attribute.options) <= FEW
            return RadioField(attribute, parent) if few else ComboField(attribute, parent)


def _chosen(value: Shown) -> tuple[str, ...]:
    return value if isinstance(value, tuple) else ()


def _offered(options: Sequence[Option], value: Shown) -> list[Option]:
    """Archived options are offered only while they are the answer."""
    values = value.values if isinstance(value, Mixed) else (value,)
    chosen = {o for v in values for o in _chosen(v)}
    return [o for o in options if not o.archived or o.feature_hash in chosen]


class RadioField(AnswerField):
    """Buttons. A click on the chosen one takes the answer away."""

    def __init__(self, attribute: Attribute, parent: QWidget | None = None) -> None:
        super().__init__(attribute, parent)
        self._buttons: dict[str, QRadioButton] = {}
        self._value: str | None = None
        for option in attribute.options:
            button = _Option(option.label.replace("&", "&&"), self)
            button.setAutoExclusive(False)  # it would not allow taking the answer away
            button.setProperty("option", option.feature_hash)
            button.clicked.connect(self._clicked)
            button.setToolTip(self.tr("Click again to clear"))
            self._buttons[option.feature_hash] = button
            self._column.addWidget(button)

    def show_value(self, value: Shown) -> None:
        offered = {o.feature_hash for o in _offered(self.attribute.options, value)}
        self._value = (_chosen(value) or (None,))[0]
        for feature_hash, button in self._buttons.items():
            button.setVisible(feature_hash in offered)
            button.setChecked(feature_hash == self._value)
        self._stop_at(next((b for b in self._shown() if b.hasFocus() or b.isChecked()), None))

    def _shown(self) -> list[QRadioButton]:
        return [b for b in self._buttons.values() if not b.isHidden()]

    def _stop_at(self, chosen: QRadioButton | None) -> None:
        """Tab comes to one of them, and from there to the next question; the arrow keys go from one to the other."""
        for button in self._buttons.values():
            stops = button is chosen or (chosen is None and button in self._shown()[:1])
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus if stops else Qt.FocusPolicy.NoFocus)

    @Slot()
    def _clicked(self) -> None:
        option = self.sender().property("option")
        wanted = None if option == self._value else option
        self.show_value((wanted,) if wanted else None)
        self.changed.emit((wanted,) if wanted else None)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = {Qt.Key.Key_Up: -1, Qt.Key.Key_Left: -1, Qt.Key.Key_Down: 1, Qt.Key.Key_Right: 1}.get(Qt.Key(event.key()))
        shown = self._shown()
        focused = next((n for n, b in enumerate(shown) if b.hasFocus()), None)
        if step is None or focused is None:
            super().keyPressEvent(event)
        else:
            self._stop_at(shown[(focused + step) % len(shown)])
            shown[(focused + step) % len(shown)].setFocus(Qt.FocusReason.TabFocusReason)


class _Option(QRadioButton):
    """The arrow keys go to the next option of the question; outside of a button group Qt takes them for Tab."""

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_Left, Qt.Key.Key_Right):
            event.ignore()
        else:
            super().keyPressEvent(event)


class QuietCombo(QComboBox):
    """A drop-down that the wheel does not change while one scrolls past it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.setMinimumContentsLength(8)

    def wheelEvent(self, event: QWheelEvent) -> None:
        if self.hasFocus():
            super().wheelEvent(event)
        else:
            event.ignore()


class ComboField(AnswerField):
    def __init__(self, attribute: Attribute, parent: QWidget | None = None) -> None:
        super().__init__(attribute, parent)
        self._combo = QuietCombo(self)
        self._combo.setAccessibleName(attribute.name)
        self._combo.setMaxVisibleItems(16)
        self._combo.activated.connect(self._activated)
        self._combo.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._column.addWidget(self._combo)
        self.setFocusProxy(self._combo)

    def show_value(self, value: Shown) -> None:
        self._combo.clear()
        self._combo.addItem(self.tr("several answers") if isinstance(value, Mixed) else "—", None)
        for option in _offered(self.attribute.options, value):
            self._combo.addItem(option.label, option.feature_hash)
        chosen = _chosen(value)
        self._combo.setCurrentIndex(max(0, self._combo.findData(chosen[0])) if chosen else 0)

    @Slot(int)
    def _activated(self, index: int) -> None:
        option = self._combo.itemData(index)
        self.changed.emit((option,) if option else None)


class ChecklistField(AnswerField):
    def __init__(self, attribute: Attribute, parent: QWidget | None = None) -> None:
        super().__init__(attribute, parent)
        self._boxes: dict[str, QCheckBox] = {}
        for option in attribute.options:
            box = QCheckBox(option.label.replace("&", "&&"), self)
            box.setProperty("option", option.feature_hash)
            box.clicked.connect(self._clicked)
            box.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            self._boxes[option.feature_hash] = box
            self._column.addWidget(box)

    def show_value(self, value: Shown) -> None:
        offered = {o.feature_hash for o in _offered(self.attribute.options, value)}
        values = value.values if isinstance(value, Mixed) else (value,)
        for feature_hash, box in self._boxes.items():
            box.setVisible(feature_hash in offered)
            on = sum(feature_hash in _chosen(v) for v in values)
            some = 0 < on < len(values)
            box.setTristate(some)
            state = Qt.CheckState.PartiallyChecked if some else Qt.CheckState.Checked if on else Qt.CheckState.Unchecked
            box.setCheckState(state)

    @Slot()
    def _clicked(self) -> None:
        box = self.sender()
        assert isinstance(box, QCheckBox)
        box.setTristate(False)
        self.changed.emit(Toggle(box.property("option"), box.isChecked()))


class _Typed(AnswerField):
    """What is typed is said after a pause, at Enter and when the field is left."""

    def __init__(self, attribute: Attribute, parent: QWidget | None = None) -> None:
        super().__init__(attribute, parent)
        self._said = ""
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(PAUSE_MS)
        self._pause.timeout.connect(self.flush)

    def _text(self) -> str:
        raise NotImplementedError

    def _set_text(self, text: str, hint: str) -> None:
        raise NotImplementedError

    def _as_text(self, value: AnswerValue) -> str:
        return str(value)

    def show_value(self, value: Shown) -> None:
        mixed = isinstance(value, Mixed)
        text = "" if value is None or isinstance(value, Mixed) else self._as_text(value)
        unsaid = self._text() != self._said
        if text == self._said and unsaid and not mixed:
            return  # somebody is typing: an echo of the last answer must not wipe it out
        self._pause.stop()
        self._said = text
        self._set_text(text, self.tr("several answers") if mixed else "")

    @Slot()
    def _typed(self) -> None:
        if self._text() != self._said:
            self._pause.start()


class TextField(_Typed):
    def __init__(self, attribute: Attribute, parent: QWidget | None = None) -> None:
        super().__init__(attribute, parent)
        self._edit = _GrowingText(self)
        self._edit.setAccessibleName(attribute.name)
        self._edit.textChanged.connect(self._typed)
        self._edit.done.connect(self.flush)
        self._column.addWidget(self._edit)
        self.setFocusProxy(self._edit)

    def _text(self) -> str:
        return self._edit.toPlainText()

    def _set_text(self, text: str, hint: str) -> None:
        self._edit.setPlaceholderText(hint)
        if text != self._edit.toPlainText():
            self._edit.setPlainText(text)
            self._pause.stop()

    @Slot()
    def flush(self) -> None:
        self._pause.stop()
        text = self._text()
        if text != self._said:
            self._said = text
            self.changed.emit(text or None)


class _GrowingText(QPlainTextEdit):
    """One line that grows to four. Enter ends it, Shift+Enter breaks the line."""

    done = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setTabChangesFocus(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.document().setDocumentMargin(3)
        self.textChanged.connect(self._grow)
        self._grow()

    @Slot()
    def _grow(self) -> None:
        wanted = max(1, int(self.document().size().height()))
        lines = min(4, wanted)
        bars = Qt.ScrollBarPolicy.ScrollBarAsNeeded if wanted > lines else Qt.ScrollBarPolicy.ScrollBarAlwaysOff
        self.setVerticalScrollBarPolicy(bars)
        height = round(lines * self.fontMetrics().lineSpacing()) + 2 * self.frameWidth() + 3
        if height != self.height():
            self.setFixedHeight(height)

    def sizeHint(self) -> QSize:
        return QSize(120, self.fontMetrics().lineSpacing() + 10)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._grow()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        is_enter = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
        if is_enter and not event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            if event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
                self.insertPlainText("\n")
            else:
                self.done.emit()
        elif is_enter:
            self.done.emit()
            event.ignore()  # Ctrl+Enter submits the task
        else:
            super().keyPressEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.done.emit()


class NumberField(_Typed):
    def __init__(self, attribute: Attribute, parent: QWidget | None = None) -> None:
        super().__init__(attribute, parent)
        self._edit = QLineEdit(self)
        self._edit.setAccessibleName(attribute.name)
        self._edit.setPlaceholderText(self.tr("number"))
        self._fault = QLabel(self)
        self._fault.setWordWrap(True)
        self._fault.setProperty("role", "danger")
        self._fault.hide()
        self._edit.textChanged.connect(self._typed)
        self._edit.textChanged.connect(self._judge)
        self._edit.editingFinished.connect(self.flush)
        self._column.addWidget(self._edit)
        self._column.addWidget(self._fault)
        self.setFocusProxy(self._edit)

    def _as_text(self, value: AnswerValue) -> str:
        return f"{value:.15g}" if isinstance(value, (int, float)) else str(value)

    def _text(self) -> str:
        return self._edit.text()

    def _set_text(self, text: str, hint: str) -> None:
        self._edit.setPlaceholderText(hint or self.tr("number"))
        if text != self._edit.text():
            self._edit.setText(text)
            self._pause.stop()

    @property
    def is_faulty(self) -> bool:
        return bool(self._text().strip()) and parse_number(self._text()) is None

    @Slot()
    def _judge(self) -> None:
        self._fault.setVisible(self.is_faulty)
        if self.is_faulty:
            self._fault.setText(self.tr("Not a number: it is kept once it is one."))

    @Slot()
    def flush(self) -> None:
        self._pause.stop()
        text = self._text()
        if text == self._said:
            return
        number = parse_number(text)
        if number is None and text.strip():
            return
        self._said = text
        self.changed.emit(number)


def parse_number(text: str) -> float | None:
    """A finite number, with a point or a comma before the decimals."""
    text = text.strip().replace("\u2212", "-")
    if "," in text and "." not in text and text.count(",") == 1:
        text = text.replace(",", ".")
    try:
        number = float(text)
    except ValueError:
        return None
    return number if math.isfinite(number) and "_" not in text else None
