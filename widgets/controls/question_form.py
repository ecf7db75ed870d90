"""Questions under one another, nested ones indented under the answer that asks them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from storage.model.ontology import Attribute
from storage.model.rules import Question
from widgets import theme
from widgets.controls.answer_fields import AnswerField, Mixed, Shown, field_for
from widgets.controls.range_chips import Chip, RangeChips

INDENT = 14


class _Asked(QWidget):
    """One question: its title with the mark of required ones, and its field."""

    answered = Signal(str, object)

    def __init__(self, question: Question, parent: QWidget) -> None:
        super().__init__(parent)
        self.attribute: Attribute = question.attribute
        self.depth = question.depth
        self._title = QLabel(self)
        self._title.setWordWrap(True)
        self._title.setTextFormat(Qt.TextFormat.RichText)
        self.field: AnswerField = field_for(question.attribute, self)
        self._title.setBuddy(self.field)
        column = QVBoxLayout(self)
        column.setContentsMargins(INDENT * question.depth, 0, 0, theme.INSIDE)
        column.setSpacing(3)
        column.addWidget(self._title)
        column.addWidget(self.field)
        self.chips = RangeChips(self)
        self.chips.hide()
        column.addWidget(self.chips)
        self.field.changed.connect(self._changed)

    def show_value(self, value: Shown) -> None:
        self.field.show_value(value)
        name = self.attribute.name.replace("&", "&amp;").replace("<", "&lt;")
        if self.attribute.required:
            color = theme.danger() if value is None else theme.subtle_text()
            name += f" <span style='color:{color.name()}'>*</span>"
            self._title.setToolTip(self.tr("Required before the task can be submitted"))
        if self.attribute.dynamic:
            name += f" <span style='color:{theme.subtle_text().name()}'>{self.tr('per frame')}</span>"
        if isinstance(value, Mixed):
            name += f" <span style='color:{theme.subtle_text().name()}'>{self.tr('several answers')}</span>"
        self._title.setText(name)

    @Slot(object)
    def _changed(self, value: object) -> None:
        self.answered.emit(self.attribute.feature_hash, value)


class QuestionForm(QWidget):
    answered = Signal(str, object)  # feature hash of the attribute; a value, None or a Toggle
    frame_wanted = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._asked: dict[str, _Asked] = {}
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(theme.GROUP - theme.INSIDE)

    def show_questions(self, questions: Sequence[Question], values: Mapping[str, Shown]) -> None:
        """Fields of questions that stay are kept, so that typing goes on where it was."""
        wanted = {q.attribute.feature_hash: q for q in questions}
        for feature_hash, asked in list(self._asked.items()):
            question = wanted.get(feature_hash)
            if question is None or question.attribute != asked.attribute or question.depth != asked.depth:
                del self._asked[feature_hash]
                asked.answered.disconnect(self.answered)  # losing the keyboard would make it speak once more
                self._column.removeWidget(asked)
                asked.hide()
                asked.deleteLater()
        for place, (feature_hash, question) in enumerate(wanted.items()):
            asked = self._asked.get(feature_hash)
            if asked is None:
                asked = self._asked[feature_hash] = _Asked(question, self)
                asked.answered.connect(self.answered)
                asked.chips.chosen.connect(self.frame_wanted)
                self._column.insertWidget(place, asked)
                asked.show()  # at once, so that it can take the keyboard in the same turn
            asked.show_value(values.get(feature_hash))
        self._order_tabs([self._asked[feature_hash] for feature_hash in wanted])

    def _order_tabs(self, asked: list[_Asked]) -> None:
        """Tab goes down the questions as they are seen, wherever one has come in between."""
        before: QWidget = self
        for part in (w for each in asked for w in each.findChildren(QWidget) if w.focusPolicy() != Qt.FocusPolicy.NoFocus):
            self.setTabOrder(before, part)
            before = part

    def show_where(self, chips: Mapping[str, Sequence[Chip]], frame: int) -> None:
        """Where the answers of questions hold, by feature hash."""
        for feature_hash, asked in self._asked.items():
            asked.chips.show_chips(chips.get(feature_hash, ()), frame)

    def flush(self) -> None:
        for asked in list(self._asked.values()):
            asked.field.flush()

    @property
    def fault(self) -> str:
        """The first question whose field holds something that is no answer."""
        return next((feature_hash for feature_hash, asked in self._asked.items() if asked.field.is_faulty), "")

    def focus_question(self, feature_hash: str = "") -> bool:
        """Put the keyboard into a question (the first one by default)."""
        asked = self._asked.get(feature_hash) if feature_hash else next(iter(self._asked.values()), None)
        if asked is None:
            return False
        target = asked.field.focusProxy() or next(
            (w for w in asked.field.findChildren(QWidget) if w.focusPolicy() & Qt.FocusPolicy.TabFocus and w.isVisible()), None
        )
        if target is not None:
            target.setFocus(Qt.FocusReason.TabFocusReason)
        return target is not None

    def field(self, feature_hash: str) -> AnswerField | None:
        asked = self._asked.get(feature_hash)
        return asked.field if asked else None

    def is_empty(self) -> bool:
        return not self._asked
