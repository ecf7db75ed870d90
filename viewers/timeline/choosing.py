"""Asking for the answer of a range that was just drawn: a menu of options, or a field to type into."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, QPoint, QRect, Qt
from PySide6.QtGui import QDoubleValidator, QKeyEvent
from PySide6.QtWidgets import QLineEdit, QMenu, QWidget

from storage.model.labels import AnswerValue
from storage.model.ontology import Attribute, AttributeType

#: Called with the answer. Whoever is not answered is not called.
Answered = Callable[[AnswerValue | None], None]


def option_menu(parent: QWidget, attribute: Attribute, answered: Answered, *, unanswered: bool) -> QMenu:
    """`unanswered`: it may also stay without an answer."""
    menu = QMenu(parent)
    menu.setAccessibleName(attribute.name)
    title = menu.addAction(attribute.name)
    title.setEnabled(False)
    menu.addSeparator()
    for option in attribute.options:
        if not option.archived:
            entry = menu.addAction(option.label)
            entry.triggered.connect(lambda _=False, chosen=option.feature_hash: answered((chosen,)))
    if unanswered:
        menu.addSeparator()
        menu.addAction("No answer yet").triggered.connect(lambda _=False: answered(None))
    return menu


class AnswerField(QLineEdit):
    """Lies over the range. Enter answers, Escape or leaving it drops the range."""

    def __init__(self, parent: QWidget, attribute: Attribute, answered: Answered, dropped: Callable[[], None]) -> None:
        super().__init__(parent)
        self._attribute, self._answered, self._dropped = attribute, answered, dropped
        self._done = False
        self.setAccessibleName(attribute.name)
        self.setPlaceholderText(attribute.name)
        if attribute.type is AttributeType.NUMERIC:
            self.setValidator(QDoubleValidator(self))
        self.returnPressed.connect(self._enter)
        self.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.FocusOut:
            self._end(self._dropped)
        elif event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent) and event.key() == Qt.Key.Key_Escape:
            self._end(self._dropped)
            return True
        return False

    def _enter(self) -> None:
        text = self.text().strip()
        if not text:
            self._end(self._dropped)
            return
        if self._attribute.type is AttributeType.NUMERIC:
            value, ok = self.locale().toDouble(text)
            if ok:
                self._end(lambda: self._answered(value))
        else:
            self._end(lambda: self._answered(text))

    def _end(self, then: Callable[[], None]) -> None:
        if self._done:
            return
        self._done = True
        then()
        parent = self.parentWidget()
        self.hide()
        if parent is not None:
            parent.setFocus()
        self.deleteLater()


def ask(
    parent: QWidget, attribute: Attribute, rect: QRect, answered: Answered, dropped: Callable[[], None], *, unanswered: bool
) -> QMenu | AnswerField:
    """At a place of the parent."""
    if attribute.type in (AttributeType.RADIO, AttributeType.CHECKLIST):
        menu = option_menu(parent, attribute, answered, unanswered=unanswered)
        menu.aboutToHide.connect(dropped)
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(parent.mapToGlobal(QPoint(rect.left(), rect.bottom())))
        return menu
    field = AnswerField(parent, attribute, answered, dropped)
    field.setGeometry(rect)
    field.show()
    field.setFocus()
    return field
