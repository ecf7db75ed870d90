"""A heading in a menu. `QMenu.addSection` has one, too, but style sheets leave its words out."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QMenu, QWidgetAction


def add_heading(menu: QMenu, text: str) -> QWidgetAction:
    label = QLabel(text, menu)
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setProperty("role", "quiet")
    label.setContentsMargins(12, 5, 24, 5)
    action = QWidgetAction(menu)
    action.setText(text)
    action.setDefaultWidget(label)
    action.setEnabled(False)
    menu.addAction(action)
    return action
