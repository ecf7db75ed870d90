"""The header of a slice in a window of its own, with a search over tags, names and values."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, QSortFilterProxyModel, Qt, Slot
from PySide6.QtGui import QAction, QGuiApplication, QKeySequence
from PySide6.QtWidgets import QDialog, QHeaderView, QLabel, QLineEdit, QTableView, QVBoxLayout, QWidget

from storage.errors import PostilError
from viewers.canvas.background import Newest

#: Tag, name, value.
Row = tuple[str, str, str]
HEADS = ("Tag", "Name", "Value")
Index = QModelIndex | QPersistentModelIndex


class HeaderModel(QAbstractTableModel):
    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._rows: list[Row] = []

    def fill(self, rows: Sequence[Row]) -> None:
        self.beginResetModel()
        self._rows = list(rows)
        self.endResetModel()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own default
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else 3

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole):
            return self._rows[index.row()][index.column()]
        return None

    def headerData(self, section: int, way: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if way == Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return HEADS[section]
        return None


class HeaderDialog(QDialog):
    """Words in the search must all be found, in any of the three columns. Ctrl+C copies what is selected.

    `read` is called on another thread: the header of a film may be long. What it raises is said where the count stands.
    """

    def __init__(self, title: str, read: Callable[[], Sequence[Row]], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("Header: {0}").format(title))
        head = QLabel(self.windowTitle(), self)
        head.setTextFormat(Qt.TextFormat.PlainText)
        head.setProperty("role", "title")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.search = QLineEdit(self)
        self.search.setPlaceholderText(self.tr("Search tags, names and values"))
        self.search.setAccessibleName(self.tr("Search the header"))
        self.search.setClearButtonEnabled(True)
        self.model = HeaderModel(self)
        self.found = _AllWords(self)
        self.found.setSourceModel(self.model)
        self.table = QTableView(self)
        self.table.setModel(self.found)
        self.table.setAccessibleName(self.tr("Header"))
        self.table.setSelectionBehavior(QTableView.SelectionBehavior.SelectRows)
        self.table.setAlternatingRowColors(True)
        self.table.setShowGrid(False)
        self.table.verticalHeader().hide()
        self.table.verticalHeader().setDefaultSectionSize(28)
        self.table.horizontalHeader().setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        self.table.horizontalHeader().setSectionResizeMode(2, QHeaderView.ResizeMode.Stretch)
        self.table.horizontalHeader().setSectionResizeMode(0, QHeaderView.ResizeMode.ResizeToContents)
        self.table.setColumnWidth(1, 280)
        self.count = QLabel(self.tr("Reading…"), self)
        self.count.setWordWrap(True)
        self.count.setProperty("role", "quiet")
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 20, 20, 16)
        column.setSpacing(8)
        for widget in (head, self.search, self.table, self.count):
            column.addWidget(widget)
        copy = QAction(self.tr("Copy"), self)
        copy.setShortcut(QKeySequence.StandardKey.Copy)
        copy.triggered.connect(self.copy)
        self.addAction(copy)
        self.search.textChanged.connect(self._searched)
        self.resize(820, 560)
        self._reader = Newest("header")
        self._reader.connect_done(self._on_read)
        self._reader.submit("header", lambda _stop: _answer(read))
        self.finished.connect(self._on_finished)

    @Slot(str, object)
    def _on_read(self, _slot: str, answer: tuple[Sequence[Row], str]) -> None:
        rows, why = answer
        self.model.fill(rows)
        self._searched(self.search.text())
        if why:
            self.count.setText(why)

    def _on_finished(self) -> None:
        if not self._reader.busy:  # else its thread ends by itself
            self._reader.close()

    def _searched(self, text: str) -> None:
        self.found.use(text)
        found, every = self.found.rowCount(), self.model.rowCount()
        said = self.tr("{0} entries") if found == every else self.tr("{1} of {0} entries")
        self.count.setText(said.format(f"{every:,}", f"{found:,}"))

    def copy(self) -> None:
        selection = self.table.selectionModel().selection()
        rows = sorted({row for part in selection for row in range(part.top(), part.bottom() + 1)})
        lines = ["\t".join(str(self.found.index(row, c).data()) for c in range(3)) for row in rows]
        QGuiApplication.clipboard().setText("\n".join(lines))


def _answer(read: Callable[[], Sequence[Row]]) -> tuple[Sequence[Row], str]:
    try:
        return read(), ""
    except PostilError as error:
        return (), f"{error.reason} {error.remedy}".strip()


class _AllWords(QSortFilterProxyModel):
    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._words: list[str] = []

    def use(self, text: str) -> None:
        self._words = text.casefold().replace("(", " ").replace(")", " ").split()
        self.invalidate()

    def filterAcceptsRow(self, row: int, parent: Index) -> bool:
        model = self.sourceModel()
        text = " ".join(str(model.index(row, c).data()) for c in range(3)).casefold()
        return all(word in text for word in self._words)
