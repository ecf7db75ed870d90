"""A catalog that is only read: what would change it stays where it is, greyed, and says why."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QAction, QHelpEvent, QKeyEvent
from PySide6.QtWidgets import QAbstractItemView, QLineEdit, QPlainTextEdit, QTextEdit, QToolTip, QWidget

_MARK = "writes"
_FIELDS = (QLineEdit, QPlainTextEdit, QTextEdit)
_KEYS = (Qt.Key.Key_Delete, Qt.Key.Key_F2)


def writes(*parts: QWidget | QAction) -> None:
    """Mark what is there to change the catalog."""
    for each in parts:
        each.setProperty(_MARK, True)


class OnlyRead(QObject):
    """Holds still what is marked below a widget, and lets nothing be dropped there."""

    def __init__(self, why: str, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.why = why

    def hold(self, root: QWidget) -> None:
        for each in (root, *root.findChildren(QWidget)):
            if each.property(_MARK):
                self._hold(each)
            elif each.acceptDrops() and not isinstance(each, _FIELDS):
                each.setAcceptDrops(False)
        for action in (*root.actions(), *root.findChildren(QAction)):
            if action.property(_MARK):
                self._hold_action(action)

    def _hold(self, widget: QWidget) -> None:
        """What is written can still be read, scrolled and copied."""
        if isinstance(widget, _FIELDS):
            widget.setReadOnly(True)
        elif isinstance(widget, QAbstractItemView):
            widget.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
            widget.setDragDropMode(QAbstractItemView.DragDropMode.NoDragDrop)
        else:
            widget.setEnabled(False)
        widget.installEventFilter(self)

    def _hold_action(self, action: QAction) -> None:
        action.setEnabled(False)
        action.setToolTip(self.why)
        action.enabledChanged.connect(lambda enabled: action.setEnabled(False) if enabled else None)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Whoever greys and ungreys it for reasons of its own does not know of this one."""
        assert isinstance(watched, QWidget)
        kept = isinstance(watched, (*_FIELDS, QAbstractItemView))
        if event.type() == QEvent.Type.EnabledChange and not kept and watched.isEnabled():
            watched.setEnabled(False)
        elif event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            QToolTip.showText(event.globalPos(), self.why, watched)
            return True
        return isinstance(watched, QAbstractItemView) and isinstance(event, QKeyEvent) and event.key() in _KEYS
