"""A short list of names with a field below that adds one at each Enter: options, questions."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QToolButton, QVBoxLayout, QWidget

from widgets import theme
from widgets.controls.buttons import button, icon_button
from widgets.controls.labels import ElidedLabel, label

Entry = tuple[str, str, str, bool]  # key, name, detail, archived


class NameList(QWidget):
    """With `renames`, names can be edited in place; without, a click on one opens it. So does a click on its detail."""

    added = Signal(str)
    opened = Signal(str)
    removed = Signal(str)
    renamed = Signal(str, str)

    def __init__(self, title: str, hint: str, parent: QWidget | None = None, *, renames: bool = False) -> None:
        super().__init__(parent)
        self._renames = renames
        self._rows: dict[str, _Row] = {}
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(theme.INSIDE)
        heading = label(title, "heading", parent=self)
        self._column.addWidget(heading)
        self._new = QLineEdit(self)
        self._new.setPlaceholderText(hint)
        self._new.setAccessibleName(hint)
        self._new.returnPressed.connect(self._add)
        self._column.addWidget(self._new)

    @property
    def count(self) -> int:
        return len(self._rows)

    def show_entries(self, entries: Sequence[Entry]) -> None:
        wanted = {e[0] for e in entries}
        for key in [k for k in self._rows if k not in wanted]:
            row = self._rows.pop(key)
            self._column.removeWidget(row)
            row.hide()
            row.deleteLater()
        for place, (key, name, detail, archived) in enumerate(entries, start=1):
            row = self._rows.get(key)
            if row is None:
                row = self._rows[key] = _Row(key, self._renames, self)
                row.opened.connect(self.opened)
                row.removed.connect(self.removed)
                row.renamed.connect(self.renamed)
            if self._column.indexOf(row) != place:
                self._column.removeWidget(row)
                self._column.insertWidget(place, row)
            row.show_entry(name, detail, archived)

    def focus_new(self) -> None:
        self._new.setFocus(Qt.FocusReason.OtherFocusReason)

    def flush(self) -> None:
        for row in list(self._rows.values()):
            row.flush()

    @Slot()
    def _add(self) -> None:
        name = self._new.text().strip()
        if name:
            self._new.clear()
            self.added.emit(name)


class _Row(QWidget):
    opened = Signal(str)
    removed = Signal(str)
    renamed = Signal(str, str)

    def __init__(self, key: str, renames: bool, parent: QWidget) -> None:
        super().__init__(parent)
        self._key, self._said = key, ""
        self._edit = QLineEdit(self) if renames else None
        self._open = button("", quiet=True, parent=self)
        self._remove: QToolButton = icon_button("ph.x", self.tr("Remove"), parent=self)
        self._detail: ElidedLabel | None = None
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.INSIDE)
        if self._edit is not None:
            self._edit.setAccessibleName(self.tr("Name of the option"))
            self._edit.editingFinished.connect(self.flush)
            row.addWidget(self._edit, 1)
            row.addWidget(self._open)
        else:
            self._open.setStyleSheet("text-align: left")
            self._detail = ElidedLabel("", parent=self)
            self._detail.setProperty("role", "quiet")
            row.addWidget(self._open, 1)
            row.addWidget(self._detail)
        row.addWidget(self._remove)
        self._open.clicked.connect(self._on_open)
        self._remove.clicked.connect(self._on_remove)

    def show_entry(self, name: str, detail: str, archived: bool) -> None:
        shown = name
        if self._edit is not None:
            if self._edit.text().strip() in ("", self._said.strip()) or not self._edit.hasFocus():
                self._edit.setText(name)
            self._said = name
            self._open.setText(detail)
            self._open.setVisible(bool(detail))
        else:
            self._open.setText(shown.replace("&", "&&"))
            assert self._detail is not None
            self._detail.setText(detail)
        self._remove.setAccessibleName(self.tr("Remove {name}").format(name=name))
        self.setToolTip(self.tr("archived") if archived else "")
        for widget in (self._edit, self._open):
            if widget is not None:
                font = widget.font()
                font.setItalic(archived)
                widget.setFont(font)

    @Slot()
    def flush(self) -> None:
        if self._edit is None:
            return
        text = self._edit.text().strip()
        if text and text != self._said.strip():
            self.renamed.emit(self._key, text)
        elif not text:
            self._edit.setText(self._said)

    @Slot()
    def _on_open(self) -> None:
        self.opened.emit(self._key)

    @Slot()
    def _on_remove(self) -> None:
        self.removed.emit(self._key)
