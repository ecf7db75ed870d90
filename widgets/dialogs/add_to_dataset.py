"""Add items or folders to existing datasets, or to a new one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLineEdit, QListWidget, QListWidgetItem, QPlainTextEdit, QTabWidget, QVBoxLayout, QWidget

from storage.model.items import MAX_TITLE
from storage.model.reads import DatasetRow
from widgets import theme, words
from widgets.controls.labels import label
from widgets.controls.search_field import ListKeys, SearchField
from widgets.dialogs.dialog import Dialog

_ID = Qt.ItemDataRole.UserRole


@dataclass(frozen=True, slots=True)
class DatasetChoice:
    """Existing datasets, or the title of a new one."""

    datasets: tuple[int, ...] = ()
    new_title: str = ""
    new_description: str = ""


class AddToDataset(Dialog):
    @classmethod
    def ask(cls, parent: QWidget | None, datasets: Sequence[DatasetRow], what: str) -> DatasetChoice | None:
        """`what`: 5 items, “Scans”. A mirrored dataset takes its own folder alone, and is not offered."""
        dialog = cls(parent, datasets, what)
        return dialog.answer() if dialog.run() else None

    def __init__(self, parent: QWidget | None, datasets: Sequence[DatasetRow], what: str) -> None:
        super().__init__("", "", parent, width=480)
        title = self.tr("Add {0} to a dataset").format(what)
        self.setWindowTitle(title)
        self.heading.setText(title)
        plain = [each for each in datasets if each.mirrored_folder_id is None]
        self._datasets = sorted(plain, key=lambda each: each.title.lower())
        self._chosen: set[int] = set()
        self.search = SearchField(self.tr("Find a dataset"))
        self.list = QListWidget()
        self.list.setAccessibleName(self.tr("Datasets"))
        self.list.setMinimumHeight(220)
        self.title = QLineEdit()
        self.title.setMaxLength(MAX_TITLE)
        self.title.setPlaceholderText(self.tr("Name of the new dataset"))
        self.title.setAccessibleName(self.tr("Name of the new dataset"))
        self.description = QPlainTextEdit()
        self.description.setPlaceholderText(self.tr("Description (optional)"))
        self.description.setAccessibleName(self.tr("Description"))
        self.description.setTabChangesFocus(True)
        self.tabs = QTabWidget()
        self.tabs.setDocumentMode(True)
        self.tabs.tabBar().setFocusPolicy(Qt.FocusPolicy.TabFocus)  # after a click the keyboard is in the tab's first field
        self.tabs.addTab(self._existing_tab(), self.tr("Existing datasets"))
        self.tabs.addTab(self._new_tab(), self.tr("New dataset"))
        self.body.addWidget(self.tabs, 1)
        self.search.textChanged.connect(self._fill)
        self.list.itemChanged.connect(self._tick)
        self.list.itemDoubleClicked.connect(self._toggle)
        self.title.textChanged.connect(self._check)
        self.tabs.currentChanged.connect(self._turn)
        self._fill()
        if not self._datasets:
            self.tabs.setCurrentIndex(1)
        self._check()

    def _existing_tab(self) -> QWidget:
        tab = QWidget()
        column = QVBoxLayout(tab)
        column.setContentsMargins(0, 12, 0, 0)
        column.setSpacing(theme.GAP)
        column.addWidget(self.search)
        column.addWidget(self.list, 1)
        column.addWidget(label(self.tr("Items that are in a dataset already stay there once."), "small"))
        ListKeys(self.search, self.list)
        return tab

    def _new_tab(self) -> QWidget:
        tab = QWidget()
        column = QVBoxLayout(tab)
        column.setContentsMargins(0, 12, 0, 0)
        column.setSpacing(theme.GAP)
        column.addWidget(self.title)
        column.addWidget(self.description)
        column.addStretch()
        self.description.setFixedHeight(90)
        return tab

    def answer(self) -> DatasetChoice:
        if self.tabs.currentIndex() == 1:
            return DatasetChoice(new_title=self.title.text().strip(), new_description=self.description.toPlainText().strip())
        return DatasetChoice(tuple(sorted(self._chosen)))

    def _fill(self) -> None:
        text = self.search.text().strip().lower()
        self.list.blockSignals(True)
        self.list.clear()
        for each in self._datasets:
            if text in each.title.lower():
                item = QListWidgetItem(f"{each.title}   ·   {words.items(each.items)}")
                item.setData(_ID, each.id)
                item.setFlags(item.flags() | Qt.ItemFlag.ItemIsUserCheckable)
                item.setCheckState(Qt.CheckState.Checked if each.id in self._chosen else Qt.CheckState.Unchecked)
                self.list.addItem(item)
        self.list.blockSignals(False)
        self.list.setCurrentRow(0)
        self._say_nothing()

    def _say_nothing(self) -> None:
        wanted = self.search.text().strip()
        nothing = bool(wanted) and not self.list.count() and self.tabs.currentIndex() == 0
        self.say_problem(self.tr("No dataset is called “{0}”.").format(wanted) if nothing else "")

    def _turn(self) -> None:
        """The name that was looked for in vain is that of the new one."""
        if self.tabs.currentIndex() == 1 and not self.list.count() and not self.title.text():
            self.title.setText(self.search.text().strip())
        self._say_nothing()
        self._check()

    def _tick(self, item: QListWidgetItem) -> None:
        if item.checkState() == Qt.CheckState.Checked:
            self._chosen.add(item.data(_ID))
        else:
            self._chosen.discard(item.data(_ID))
        self._check()

    def _toggle(self, item: QListWidgetItem) -> None:
        on = item.checkState() == Qt.CheckState.Checked
        item.setCheckState(Qt.CheckState.Unchecked if on else Qt.CheckState.Checked)

    def _check(self) -> None:
        if self.tabs.currentIndex() == 1:
            self.ok.setText(self.tr("Add to new dataset"))
            self.ok.setEnabled(bool(self.title.text().strip()))
            return
        count = len(self._chosen)
        self.ok.setText(self.tr("Add to {0} datasets").format(count) if count > 1 else self.tr("Add"))
        self.ok.setEnabled(count > 0)
