"""Key presses as the words of the key map ("Ctrl+Shift+Z", "Esc", "+")."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent, QKeySequence

_MODIFIER_KEYS = {Qt.Key.Key_Shift, Qt.Key.Key_Control, Qt.Key.Key_Alt, Qt.Key.Key_Meta, Qt.Key.Key_AltGr}
#: Signs that need Shift on some keyboards and not on others: Shift is not part of their name.
_SIGNS = frozenset("+-=[]`<>/*")


def key_text(event: QKeyEvent) -> str:
    """Empty for a modifier alone, and for anything with Alt."""
    key, held = event.key(), event.modifiers()
    if key in _MODIFIER_KEYS or key == 0 or held & (Qt.KeyboardModifier.AltModifier | Qt.KeyboardModifier.MetaModifier):
        return ""
    if key == Qt.Key.Key_Backtab:
        return "Shift+Tab"
    name = QKeySequence(key).toString(QKeySequence.SequenceFormat.PortableText)
    shift = bool(held & Qt.KeyboardModifier.ShiftModifier) and name not in _SIGNS
    ctrl = bool(held & Qt.KeyboardModifier.ControlModifier)
    return ("Ctrl+" if ctrl else "") + ("Shift+" if shift else "") + {"Del": "Delete"}.get(name, name)
