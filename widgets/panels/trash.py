"""What was deleted: restored or done away with, one deletion at a time."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QHideEvent, QKeyEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QHeaderView,
    QStackedLayout,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from storage.model.reads import Reads, TrashEntry
from widgets import icons, theme, words
from widgets.controls.banner import Banner
from widgets.controls.buttons import button
from widgets.controls.labels import label
from widgets.controls.states import FailedPanel, StatePanel
from widgets.latest import Latest
from widgets.only_read import writes
from widgets.work import Work


class TrashPanel(QWidget):
    restore_wanted = Signal(str)  # group
    purge_wanted = Signal(str)
    empty_wanted = Signal()
    counted = Signal(int)

    def __init__(self, reads: Reads, work: Work, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._reads = reads
        self._latest = Latest(work, self)
        self._entries: list[TrashEntry] = []
        self._table = QTableWidget(0, 5, self)
        self._nothing = StatePanel(
            "ph.trash",
            self.tr("The trash is empty"),
            self.tr("What you delete waits here and can be restored; the settings say for how long."),
        )
        self._failed = FailedPanel()
        self._failed.retry_wanted.connect(self.refresh)
        self._told = ""  # the deletion of which the note says that it came back
        self._note = Banner("note", self, closable=True)
        self._restore = button(self.tr("Restore"), "ph.arrow-counter-clockwise", primary=True)
        self._purge = button(self.tr("Delete for good…"))
        self._empty = button(self.tr("Empty trash…"), danger=True)
        writes(self._restore, self._purge, self._empty, self._table)
        self._lay_out()
        self._restore.clicked.connect(self._want_restore)
        self._purge.clicked.connect(self._want_purge)
        self._empty.clicked.connect(self.empty_wanted)
        self._table.itemSelectionChanged.connect(self._enable)
        self._enable()

    def _lay_out(self) -> None:
        table = self._table
        table.setHorizontalHeaderLabels(
            [self.tr("What"), self.tr("Items"), self.tr("Was in"), self.tr("Deleted"), self.tr("By")]
        )
        table.setAccessibleName(self.tr("Deleted things"))
        table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        table.setIconSize(QSize(theme.ICON, theme.ICON))
        table.setShowGrid(False)
        table.setCornerButtonEnabled(False)
        table.setWordWrap(False)
        table.setTabKeyNavigation(False)
        table.verticalHeader().hide()
        table.verticalHeader().setDefaultSectionSize(theme.ROW)
        table.horizontalHeader().setHighlightSections(False)
        table.horizontalHeader().setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        table.horizontalHeader().setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        for column, width in ((1, 60), (2, 170), (3, 168), (4, 110)):
            table.setColumnWidth(column, width)
        bar = QHBoxLayout()
        bar.setContentsMargins(theme.GROUP, theme.GAP, theme.GROUP, theme.GAP)
        bar.setSpacing(theme.GAP)
        bar.addWidget(label(self.tr("Trash"), "title"))
        bar.addStretch()
        for each in (self._restore, self._purge, self._empty):
            bar.addWidget(each)
        self._stack = QStackedLayout()
        for page in (table, self._nothing, self._failed):
            self._stack.addWidget(page)
        column_layout = QVBoxLayout(self)
        column_layout.setContentsMargins(0, 0, 0, 0)
        column_layout.setSpacing(0)
        column_layout.addLayout(bar)
        column_layout.addWidget(self._note)
        column_layout.addLayout(self._stack, 1)

    def refresh(self) -> None:
        self._latest.ask(self._reads.trash, self._show, self._fail)

    def tell_restored(self, group: str, title: str, where: str, show: Callable[[], object]) -> None:
        """What came back, and where; with the way to it. It stands until one goes elsewhere, or undoes it."""
        self._told = group
        self._note.say(self.tr("“{0}” came back to {1}.").format(words.name(title), words.name(where)), (self.tr("Show"), show))

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        if not event.spontaneous():
            self._note.say("")

    def _show(self, entries: list[TrashEntry]) -> None:
        if any(entry.group == self._told for entry in entries):
            self._note.say("")
        kept = self._selected()
        self._entries = entries
        self._table.clearSelection()  # else the next one would be meant by what was said of this
        self._table.setRowCount(len(entries))
        for number, entry in enumerate(entries):
            icon = "ph.folder-simple" if entry.folder_ids else "ph.file"
            was = words.name(entry.title), words.name(entry.was_in)
            texts = (was[0], words.number(entry.items), was[1], words.when(entry.trashed_at), entry.trashed_by)
            for column, text in enumerate(texts):
                cell = QTableWidgetItem(text)
                cell.setToolTip(words.when_exactly(entry.trashed_at) if column == 3 else text)
                if column == 0:
                    cell.setIcon(icons.icon(icon, theme.subtle_text()))
                self._table.setItem(number, column, cell)
            if kept is not None and entry.group == kept.group:
                self._table.selectRow(number)
        self._stack.setCurrentWidget(self._table if entries else self._nothing)
        self._enable()
        self.counted.emit(len(entries))

    def _fail(self, error: Exception) -> None:
        self._failed.show_error(self.tr("The trash could not be read"), error)
        self._stack.setCurrentWidget(self._failed)

    def _selected(self) -> TrashEntry | None:
        number = self._table.currentRow()
        chosen = self._table.selectionModel().hasSelection()
        return self._entries[number] if chosen and 0 <= number < len(self._entries) else None

    def _enable(self) -> None:
        chosen = self._selected() is not None
        why = "" if chosen else self.tr("Select what you mean first.")
        for each in (self._restore, self._purge):
            each.setEnabled(chosen)
            each.setToolTip(why)
        self._empty.setEnabled(bool(self._entries))

    def _want_restore(self) -> None:
        entry = self._selected()
        if entry is not None:
            self.restore_wanted.emit(entry.group)

    def _want_purge(self) -> None:
        entry = self._selected()
        if entry is not None:
            self.purge_wanted.emit(entry.group)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Delete:
            self._want_purge()
        else:
            super().keyPressEvent(event)
