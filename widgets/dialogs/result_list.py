"""What was refused, skipped or warned of: a table with reason and remedy; filter, copy, save as CSV."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Protocol

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt, Slot
from PySide6.QtGui import QGuiApplication, QKeyEvent, QKeySequence
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFileDialog,
    QHeaderView,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QWidget,
)

from widgets import theme, words
from widgets.controls.buttons import button
from widgets.controls.labels import label
from widgets.controls.search_field import SearchField
from widgets.dialogs.dialog import Dialog

Index = QModelIndex | QPersistentModelIndex
NOWHERE = QModelIndex()


class Failure(Protocol):
    """`storage.services.results.Failure`, and any `PostilError`."""

    @property
    def input(self) -> str: ...
    @property
    def reason(self) -> str: ...
    @property
    def remedy(self) -> str: ...


Line = tuple[str, str, str]  # what, what happened, what to do


def _line(of: Failure | Line) -> Line:
    return of if isinstance(of, tuple) else (of.input, of.reason, of.remedy)


class FailureRows(QAbstractTableModel):
    def __init__(self, failures: Sequence[Failure | Line], parent: QObject | None = None, heads: Line | None = None) -> None:
        super().__init__(parent)
        self._heads = heads or (self.tr("What"), self.tr("What happened"), self.tr("What to do"))
        self._all = [_line(each) for each in failures]
        self._shown = self._all

    def filter(self, text: str) -> None:
        low = text.lower()
        self.beginResetModel()
        self._shown = [each for each in self._all if low in "\n".join(each).lower()]
        self.endResetModel()

    def lines(self) -> list[Line]:
        return self._shown

    def rowCount(self, parent: Index = NOWHERE) -> int:
        return 0 if parent.isValid() else len(self._shown)

    def columnCount(self, parent: Index = NOWHERE) -> int:
        return 0 if parent.isValid() else 3

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid() or role not in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole):
            return None
        return self._shown[index.row()][index.column()]

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if orientation != Qt.Orientation.Horizontal:
            return None
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        if role == Qt.ItemDataRole.DisplayRole and 0 <= section < 3:
            return self._heads[section]
        return None


class _PathDelegate(QStyledItemDelegate):
    """Of a path its end says most."""

    def initStyleOption(self, option: QStyleOptionViewItem, index: Index) -> None:
        super().initStyleOption(option, index)
        option.textElideMode = Qt.TextElideMode.ElideMiddle


class ResultList(Dialog):
    @classmethod
    def ask(
        cls,
        parent: QWidget | None,
        title: str,
        failures: Sequence[Failure | Line],
        summary: str = "",
        *,
        offer: str = "",
        heads: Line | None = None,
    ) -> bool:
        """`failures`: what failed, or plain lines (what, what happened, what to do; else as `heads` says). `offer`: a deed
        that can be chosen; whether it was."""
        made = cls(parent, title, failures, summary, heads=heads)
        made.show_offer(offer)
        made.run()
        return made.taken

    def __init__(
        self,
        parent: QWidget | None,
        title: str,
        failures: Sequence[Failure | Line],
        summary: str = "",
        *,
        heads: Line | None = None,
    ) -> None:
        super().__init__(title, "", parent, text=summary, width=720)
        self.ok.setText(self.tr("Close"))
        self.cancel.hide()
        self.rows = FailureRows(failures, self, heads)
        self.search = SearchField(self.tr("Filter"))
        self._count = label("", "quiet")
        self._whole = label("", wrap=True)
        self._whole.setMinimumHeight(2 * self._whole.fontMetrics().lineSpacing())  # the table does not move
        self._whole.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.table = QTableView()
        self.table.setModel(self.rows)
        self.copy = button(self.tr("Copy"), "ph.copy")
        self.save = button(self.tr("Save as CSV…"), "ph.download-simple")
        self.taken = False
        self.offer = button("", primary=True)
        self.offer.hide()
        self.offer.clicked.connect(self._take)
        self._lay_out()
        self.search.searched.connect(self._filter)
        self.table.selectionModel().currentRowChanged.connect(self._show_whole)
        self.copy.clicked.connect(self.copy_rows)
        self.save.clicked.connect(self._save)
        self._show_count()
        self.resize(880, 520)

    def _lay_out(self) -> None:
        table = self.table
        table.setAccessibleName(self.tr("Results"))
        table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        table.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        table.setShowGrid(False)
        table.setCornerButtonEnabled(False)
        table.setWordWrap(False)
        table.setItemDelegateForColumn(0, _PathDelegate(table))
        table.setTabKeyNavigation(False)
        table.verticalHeader().hide()
        table.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        table.verticalHeader().setDefaultSectionSize(theme.ROW)
        table.horizontalHeader().setHighlightSections(False)
        table.horizontalHeader().setStretchLastSection(True)
        self._fit()
        self.body.addWidget(self.search)
        self.body.addWidget(table, 1)
        self.body.addWidget(self._whole)
        self.buttons.insertWidget(0, self._count)
        self.buttons.insertWidget(2, self.copy)
        self.buttons.insertWidget(3, self.save)
        self.buttons.insertWidget(4, self.offer)

    def _fit(self) -> None:
        """The first two columns are as wide as their first lines ask for; the last one, which says most, has the rest."""
        advance, lines = self.table.fontMetrics().horizontalAdvance, self.rows.lines()[:100]
        for column, most in ((0, 260), (1, 340)):
            head = self.rows.headerData(column, Qt.Orientation.Horizontal)
            widest = max(advance(text) for text in (head, *(line[column] for line in lines)))
            self.table.setColumnWidth(column, min(most, widest + 24))

    def show_offer(self, text: str) -> None:
        """A deed beside “Close”, and what Enter does; empty: none."""
        self.offer.setText(text)
        self.offer.setVisible(bool(text))
        for each, first in ((self.offer, bool(text)), (self.ok, not text)):
            each.setProperty("primary", first)
            each.setDefault(first)

    @Slot()
    def _take(self) -> None:
        self.taken = True
        self.accept()

    def _filter(self, text: str) -> None:
        self.rows.filter(text)
        self._show_count()

    def _show_count(self) -> None:
        """And the first line whole, without selecting it: nothing selected means all."""
        self._show_whole(self.rows.index(0, 0))
        count = self.rows.rowCount()
        self._count.setText(self.tr("1 line") if count == 1 else self.tr("{0} lines").format(words.number(count)))

    @Slot(QModelIndex)
    def _show_whole(self, current: QModelIndex) -> None:
        """What the columns have no room for."""
        said, more = self.rows.lines()[current.row()][1:] if current.isValid() else ("", "")
        between = " " if said.endswith((".", "!", "?")) else ": "
        self._whole.setText(between.join(filter(None, (said, more))))

    def chosen(self) -> list[Line]:
        """The selected rows, else all that are shown."""
        shown = self.rows.lines()
        spans = sorted((each.top(), each.bottom()) for each in self.table.selectionModel().selection())
        return [row for first, last in spans for row in shown[first : last + 1]] or shown

    def copy_rows(self) -> None:
        text = "\n".join("\t".join(each) for each in self.chosen())
        QGuiApplication.clipboard().setText(text)

    def _save(self) -> None:
        path, _ = QFileDialog.getSaveFileName(self, self.tr("Save results"), "results.csv", self.tr("CSV files (*.csv)"))
        if path:
            self.save_to(Path(path))

    def save_to(self, path: Path) -> None:
        try:
            _write(path, as_csv(self.rows.lines()))
        except OSError as error:
            self.say_problem(self.tr("{0} could not be written: {1}.").format(path.name, error.strerror or str(error)))
        else:
            self.say_problem("")

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.matches(QKeySequence.StandardKey.Copy):
            self.copy_rows()
        else:
            super().keyPressEvent(event)


def as_csv(lines: Sequence[Line]) -> str:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(("input", "reason", "remedy"))
    writer.writerows(lines)
    return out.getvalue()


def _write(path: Path, text: str) -> None:
    # With a byte-order mark spreadsheet programs read the umlauts right.
    path.write_text(text, encoding="utf-8-sig", newline="")
