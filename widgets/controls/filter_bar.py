"""Narrowing a list: type, dataset, where it lives, labels, metadata. Says which are on, and clears them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QComboBox, QGridLayout, QHBoxLayout, QLineEdit, QMenu, QPushButton, QWidget, QWidgetAction

from storage.model.items import Kind, Location
from storage.model.query import ItemQuery, MetadataTest
from widgets import theme, words
from widgets.controls.buttons import button
from widgets.controls.labels import label

if TYPE_CHECKING:
    from storage.model.reads import DatasetRow

_OPERATORS = ("=", "!=", "<", "<=", ">", ">=", "contains", "exists")


class FilterBar(QWidget):
    """`narrow(query)` puts what is chosen into a query; `changed` says that it is another choice."""

    changed = Signal()
    datasets_needed = Signal()  # the menu is about to open

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._kinds: set[Kind] = set()
        self._locations: set[Location] = set()
        self._labelled: bool | None = None
        self._dataset: DatasetRow | None = None
        self._metadata: MetadataTest | None = None
        self._kind_button = self._menu_button(self._fill_kinds)
        self._dataset_button = self._menu_button(self.datasets_needed.emit)
        self._location_button = self._menu_button(self._fill_locations)
        self._labelled_button = self._menu_button(self._fill_labelled)
        self._metadata_button = self._menu_button(self._ask_metadata)
        self._clear = button(self.tr("Clear"), "ph.x", quiet=True)
        self._clear.clicked.connect(self.clear)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.INSIDE)
        for each in (*self._buttons(), self._clear):
            row.addWidget(each)
        self._show()

    def _buttons(self) -> tuple[QPushButton, ...]:
        return (
            self._kind_button,
            self._dataset_button,
            self._location_button,
            self._labelled_button,
            self._metadata_button,
        )

    def _menu_button(self, fill: Any) -> QPushButton:
        made = button("", quiet=True)
        made.setProperty("menu", True)
        menu = QMenu(made)
        menu.aboutToShow.connect(fill)
        made.setMenu(menu)
        return made

    # -- what is chosen

    def narrow(self, query: ItemQuery) -> ItemQuery:
        return replace(
            query,
            kinds=frozenset(self._kinds),
            locations=frozenset(self._locations),
            labelled=self._labelled,
            dataset_id=self._dataset.id if self._dataset is not None else None,
            metadata=(self._metadata,) if self._metadata is not None else (),
        )

    def is_narrowing(self) -> bool:
        chosen = self._kinds or self._locations or self._dataset or self._metadata
        return bool(chosen) or self._labelled is not None

    def clear(self) -> None:
        if not self.is_narrowing():
            return
        self._kinds, self._locations = set(), set()
        self._labelled = self._dataset = self._metadata = None
        self._tell()

    def offer_datasets(self, datasets: Sequence[DatasetRow]) -> None:
        menu = self._fresh_menu(self._dataset_button)
        group = QActionGroup(menu)
        self._choice(menu, group, self.tr("Any dataset"), None, self._dataset is None)
        for each in datasets:
            self._choice(menu, group, each.title, each, self._dataset is not None and self._dataset.id == each.id)
        group.triggered.connect(self._take_dataset)

    # -- menus

    def _fresh_menu(self, of: QPushButton) -> QMenu:
        menu = of.menu()
        menu.clear()
        for old in menu.findChildren(QActionGroup):
            old.deleteLater()
        return menu

    def _choice(self, menu: QMenu, group: QActionGroup, text: str, data: object, checked: bool) -> None:
        action = QAction(text.replace("&", "&&"), menu)
        action.setCheckable(True)
        action.setChecked(checked)
        action.setData(data)
        group.addAction(action)
        menu.addAction(action)

    def _fill_kinds(self) -> None:
        menu = self._fresh_menu(self._kind_button)
        group = QActionGroup(menu)
        group.setExclusive(False)
        for each in Kind:
            self._choice(menu, group, words.kind(each), each.value, each in self._kinds)
        group.triggered.connect(self._take_kind)

    def _fill_locations(self) -> None:
        menu = self._fresh_menu(self._location_button)
        group = QActionGroup(menu)
        group.setExclusive(False)
        for each in Location:
            self._choice(menu, group, words.location(each), each.value, each in self._locations)
        group.triggered.connect(self._take_location)

    def _fill_labelled(self) -> None:
        menu = self._fresh_menu(self._labelled_button)
        group = QActionGroup(menu)
        for text, value in ((self.tr("Labelled or not"), None), (self.tr("Labelled"), True), (self.tr("Not labelled"), False)):
            self._choice(menu, group, text, value, self._labelled is value)
        group.triggered.connect(self._take_labelled)

    def _take_kind(self, action: QAction) -> None:
        self._kinds ^= {Kind(action.data())}
        self._tell()

    def _take_location(self, action: QAction) -> None:
        self._locations ^= {Location(action.data())}
        self._tell()

    def _take_labelled(self, action: QAction) -> None:
        self._labelled = action.data()
        self._tell()

    def _take_dataset(self, action: QAction) -> None:
        self._dataset = action.data()
        self._tell()

    def _ask_metadata(self) -> None:
        menu = self._fresh_menu(self._metadata_button)
        form = MetadataForm(self._metadata, menu)
        form.chosen.connect(self._take_metadata)
        form.chosen.connect(menu.close)
        action = QWidgetAction(menu)
        action.setDefaultWidget(form)
        menu.addAction(action)
        form.setFocus()

    def _take_metadata(self, test: MetadataTest | None) -> None:
        self._metadata = test
        self._tell()

    # -- what it says

    def _tell(self) -> None:
        self._show()
        self.changed.emit()

    def _show(self) -> None:
        self._say(self._kind_button, self.tr("Type"), [words.kind(each) for each in sorted(self._kinds)])
        self._say(self._dataset_button, self.tr("Dataset"), [self._dataset.title] if self._dataset is not None else [])
        self._say(self._location_button, self.tr("Where"), [words.location(each) for each in sorted(self._locations)])
        labelled = {None: [], True: [self.tr("labelled")], False: [self.tr("not labelled")]}[self._labelled]
        self._say(self._labelled_button, self.tr("Labels"), labelled)
        test = self._metadata
        shown = [f"{test.key} {test.op} {'' if test.value is None else test.value}".strip()] if test is not None else []
        self._say(self._metadata_button, self.tr("Metadata"), shown)
        self._clear.setVisible(self.is_narrowing())

    def _say(self, on: QPushButton, name: str, chosen: list[str]) -> None:
        text = name if not chosen else f"{name}: {chosen[0]}" if len(chosen) == 1 else f"{name}: {len(chosen)}"
        on.setText(on.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, 180).replace("&", "&&"))
        on.setAccessibleName(self.tr("Filter by {0}").format(name.lower()))
        on.setToolTip(", ".join(chosen))
        on.setProperty("on", bool(chosen))
        on.style().unpolish(on)
        on.style().polish(on)


class MetadataForm(QWidget):
    """Key, comparison, value. Closing the menu without Apply changes nothing."""

    chosen = Signal(object)  # MetadataTest or None

    def __init__(self, test: MetadataTest | None, parent: QWidget) -> None:
        super().__init__(parent)
        self._key = QLineEdit(test.key if test is not None else "")
        self._key.setPlaceholderText(self.tr("Key, for example site"))
        self._key.setAccessibleName(self.tr("Metadata key"))
        self._key.setMinimumWidth(190)
        self._op = QComboBox()
        self._op.addItems(_OPERATORS)
        self._op.setCurrentText(test.op if test is not None else "=")
        self._op.setAccessibleName(self.tr("Comparison"))
        self._value = QLineEdit("" if test is None or test.value is None else str(test.value))
        self._value.setPlaceholderText(self.tr("Value"))
        self._value.setAccessibleName(self.tr("Metadata value"))
        self._apply = button(self.tr("Apply"), primary=True)
        self._none = button(self.tr("No metadata filter"), quiet=True)
        grid = QGridLayout(self)
        grid.setContentsMargins(12, 12, 12, 12)
        grid.setSpacing(theme.GAP)
        grid.addWidget(label(self.tr("Items whose custom metadata"), "quiet"), 0, 0, 1, 3)
        for column, each in enumerate((self._key, self._op, self._value)):
            grid.addWidget(each, 1, column)
        grid.addWidget(self._none, 2, 0, Qt.AlignmentFlag.AlignLeft)
        grid.addWidget(self._apply, 2, 2)
        self._op.currentTextChanged.connect(self._check)
        self._key.textChanged.connect(self._check)
        self._key.returnPressed.connect(self._take)
        self._value.returnPressed.connect(self._take)
        self._apply.clicked.connect(self._take)
        self._none.clicked.connect(self._drop)
        self.setFocusProxy(self._key)
        self._check()

    def _check(self) -> None:
        self._value.setEnabled(self._op.currentText() != "exists")
        self._apply.setEnabled(bool(self._key.text().strip()))

    def _take(self) -> None:
        key, op = self._key.text().strip(), self._op.currentText()
        if key:
            self.chosen.emit(MetadataTest(key, op, None if op == "exists" else as_value(self._value.text())))

    def _drop(self) -> None:
        self.chosen.emit(None)


def as_value(text: str) -> Any:
    """What a person types for a metadata value: a number, true or false where it reads like one, else text."""
    plain = text.strip()
    if plain.lower() in ("true", "false"):
        return plain.lower() == "true"
    for kind in (int, float):
        try:
            return kind(plain)
        except ValueError:
            continue
    return plain
