"""This patient: the series of all studies there are, the one that is open marked, others to be put beside it or gone to.

Studies of somebody else under the same ID stand apart below, under their names.
"""

from __future__ import annotations

from PySide6.QtCore import QPoint, Qt, Signal, Slot
from PySide6.QtGui import QAction, QKeyEvent
from PySide6.QtWidgets import QHeaderView, QMenu, QTreeWidget, QTreeWidgetItem, QWidget

from storage.model.items import Kind
from storage.model.patients import CURRENT, OTHER, PRIOR, PatientStudies, Person, SeriesRow, Study
from widgets import theme, words
from widgets.controls.labels import label
from widgets.controls.panel_head import PanelHead, QuietNote, stack_list
from widgets.icons import icon

#: Of the series that is open, of the one beside it, of others.
_ICONS = ("ph.pencil-simple", "mdi6.compare-horizontal", "ph.stack")
ROW = Qt.ItemDataRole.UserRole
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


class PatientPanel(QWidget):
    """`show_studies` fills it. Double click, Enter or the button puts a series beside; Shift+Enter goes to its task."""

    beside_wanted = Signal(int)  # item id
    open_wanted = Signal(int)  # task id

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.studies: PatientStudies | None = None
        self._beside: int | None = None
        self._head = PanelHead(self.tr("This patient"), self)
        self.beside_button = self._head.add_tool("mdi6.compare-horizontal", self.tr("Put beside (Enter)"))
        self.open_button = self._head.add_tool("ph.arrow-square-out", self.tr("Go to its task (Shift+Enter)"))
        self.whose = label(wrap=True, parent=self)
        self.whose.setContentsMargins(12, 0, 12, 4)
        self._note = QuietNote(self)
        self.tree = _Tree(self)
        self.tree.setAccessibleName(self.tr("Series of this patient"))
        stack_list(self, self._head, self._note, self.tree)
        self.layout().insertWidget(1, self.whose)
        self.beside_button.clicked.connect(self._want_beside)
        self.open_button.clicked.connect(self._want_open)
        self.tree.chosen.connect(self._want_beside)
        self.tree.followed.connect(self._want_open)
        self.tree.itemSelectionChanged.connect(self._offer)
        self.tree.customContextMenuRequested.connect(self._show_menu)
        self._offer()

    # -- what is shown

    def show_studies(self, studies: PatientStudies) -> None:
        """What was chosen stays chosen; the first one offered is chosen at first."""
        if studies == self.studies:
            return
        chosen = self._chosen()
        self.studies = studies
        self.tree.clear()
        tops = [self._study(study, what) for study, what in studies.in_order()]
        tops += self._strangers(studies)
        self.tree.addTopLevelItems(tops)
        for top in tops:
            top.setFirstColumnSpanned(not top.text(1))
        self.tree.expandAll()
        count = sum(len(study.series) for study in studies.studies)
        self._head.show_count(words.number(count))
        self.whose.setText(f"{self._named(studies.patient)}\n{studies.patient_id}".strip())
        self._note.say(self._words(count))
        offered = chosen.item_id if chosen is not None else next((row.item_id for row in studies.priors()), None)
        for entry in self._entries():
            if entry.data(0, ROW).item_id == offered:
                self.tree.setCurrentItem(entry)
        self._mark()
        self._offer()

    def show_beside(self, item_id: int | None) -> None:
        """Which of them stands beside the open one now."""
        self._beside = item_id
        self._mark()

    def _words(self, count: int) -> str:
        assert self.studies is not None
        said = []
        if not self.studies.patient_id:
            said.append(self.tr("The files name no patient: only their study is listed."))
        if self.studies.more:
            said.append(self.tr("There are more; the first {0} are listed.").format(words.number(count)))
        if count == 1:
            said.append(self.tr("There is no other series of this patient in the catalog."))
        return " ".join(said)

    def _named(self, person: Person) -> str:
        born = self.tr("born {0}").format(words.dicom_date(person.birth)) if person.birth else ""
        return " · ".join(filter(None, (words.person(person.name) or self.tr("no name"), born)))

    def _strangers(self, studies: PatientStudies) -> list[QTreeWidgetItem]:
        """Each person of them once, above their studies."""
        if not studies.strangers:
            return []
        name = studies.patient.identity[0]
        named_alike = all(study.patient.identity[0] == name for study in studies.strangers)
        same = self.tr("Same ID") if studies.patient_id else self.tr("Same study")
        another = self.tr("another birth date") if named_alike else self.tr("another name")
        by_person: dict[tuple[str, str], list[Study]] = {}
        for study in studies.strangers:
            by_person.setdefault(study.patient.identity, []).append(study)
        tops = [_line(f"{same}, {another}")]
        for found in by_person.values():
            tops.append(_line(self._named(found[0].patient), alarming=True))
            tops += [self._study(study, OTHER) for study in found]
        return tops

    def _study(self, study: Study, what: str) -> QTreeWidgetItem:
        told = {CURRENT: self.tr("open"), PRIOR: self.tr("prior")}.get(what, "")
        parts = (words.dicom_date(study.date) or self.tr("no date"), study.description)
        top = _line(" · ".join(filter(None, parts)), self.tr("Study {0}").format(study.uid))
        top.setText(1, told)
        top.setTextAlignment(1, _RIGHT)
        top.setForeground(1, theme.subtle_text())
        for row in study.series:
            entry = QTreeWidgetItem([series_words(row), self._slices(row)])
            entry.setData(0, ROW, row)
            entry.setTextAlignment(1, _RIGHT)
            entry.setToolTip(1, words.frames(Kind.DICOM_SERIES, row.slices * row.times))
            top.addChild(entry)
        return top

    def _slices(self, row: SeriesRow) -> str:
        count = words.number(row.slices)
        return f"{count} × {words.number(row.times)}" if row.times > 1 else count

    def _entries(self) -> list[QTreeWidgetItem]:
        tops = (self.tree.topLevelItem(n) for n in range(self.tree.topLevelItemCount()))
        return [top.child(n) for top in tops if top is not None for n in range(top.childCount())]

    def _mark(self) -> None:
        own_icon, beside_icon, icon_of_others = (icon(name) for name in _ICONS)
        for entry in self._entries():
            row: SeriesRow = entry.data(0, ROW)
            own = self.studies is not None and row.item_id == self.studies.item_id
            beside = row.item_id == self._beside
            entry.setFont(0, theme.font(strong=own))
            entry.setIcon(0, own_icon if own else beside_icon if beside else icon_of_others)
            told = self.tr("open") if own else self.tr("beside") if beside else ""
            also = row.description if row.description != row.title else ""
            entry.setToolTip(0, " · ".join(part for part in (entry.text(0), also, row.body_part, told) if part))

    # -- what is wanted

    def _chosen(self) -> SeriesRow | None:
        entry = self.tree.currentItem()
        found = entry.data(0, ROW) if entry is not None else None
        return found if isinstance(found, SeriesRow) else None

    def _why_not_beside(self) -> str:
        row = self._chosen()
        if row is None:
            return self.tr("Choose a series first.")
        return self.tr("This series is the one that is open.") if self._is_open(row) else ""

    def _why_not_open(self) -> str:
        row = self._chosen()
        if row is None or self._is_open(row):
            return self._why_not_beside()
        return "" if row.task_id is not None else self.tr("This series is in no task of this project.")

    def _is_open(self, row: SeriesRow) -> bool:
        return self.studies is not None and row.item_id == self.studies.item_id

    @Slot()
    def _offer(self) -> None:
        for button, why, title in (
            (self.beside_button, self._why_not_beside(), self.tr("Put beside (Enter)")),
            (self.open_button, self._why_not_open(), self.tr("Go to its task (Shift+Enter)")),
        ):
            button.setEnabled(not why)
            button.setToolTip(why or title)

    @Slot()
    def _want_beside(self) -> None:
        row = self._chosen()
        if row is not None and not self._why_not_beside():
            self.beside_wanted.emit(row.item_id)

    @Slot()
    def _want_open(self) -> None:
        row = self._chosen()
        if row is not None and row.task_id is not None and not self._why_not_open():
            self.open_wanted.emit(row.task_id)

    @Slot(QPoint)
    def _show_menu(self, at: QPoint) -> QMenu:
        menu = QMenu(self)
        for title, why, act in (
            (self.tr("Put beside") + "\tEnter", self._why_not_beside(), self._want_beside),
            (self.tr("Go to its task") + "\tShift+Enter", self._why_not_open(), self._want_open),
        ):
            entry = QAction(title, menu)
            entry.setEnabled(not why)
            entry.setToolTip(why)
            entry.triggered.connect(act)
            menu.addAction(entry)
        menu.setToolTipsVisible(True)
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(self.tree.viewport().mapToGlobal(at))
        return menu


class _Tree(QTreeWidget):
    chosen = Signal()  # Enter, or a double click
    followed = Signal()  # Shift+Enter

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setColumnCount(2)
        self.setHeaderHidden(True)
        self.setIndentation(12)
        self.setStyleSheet("QTreeWidget { padding: 0 8px 0 8px; }")
        self.setUniformRowHeights(True)
        self.setRootIsDecorated(False)
        self.setExpandsOnDoubleClick(False)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setTextElideMode(Qt.TextElideMode.ElideRight)
        self.header().setStretchLastSection(False)
        self.header().setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        self.header().setSectionResizeMode(1, QHeaderView.ResizeMode.ResizeToContents)
        self.itemDoubleClicked.connect(lambda _entry, _column: self.chosen.emit())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            modifiers = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
            if modifiers == Qt.KeyboardModifier.NoModifier:
                self.chosen.emit()
                return
            if modifiers == Qt.KeyboardModifier.ShiftModifier:
                self.followed.emit()
                return
        super().keyPressEvent(event)


def series_words(row: SeriesRow) -> str:
    """“CT · 2: Thorax 1.0”, with what a mammogram is of. The title, because the parts of a split series have one description."""
    number = f"{row.number}: " if row.number is not None else ""
    return " · ".join(
        part
        for part in (
            row.modality,
            f"{number}{row.title}",
            " ".join(filter(None, (row.laterality, row.view))),
        )
        if part
    )


def _line(said: str, more: str = "", *, alarming: bool = False) -> QTreeWidgetItem:
    """One that stands above series, and is not chosen itself."""
    top = QTreeWidgetItem([said, ""])
    top.setFlags(Qt.ItemFlag.ItemIsEnabled)
    top.setFont(0, theme.font(theme.SMALL, strong=True))
    top.setToolTip(0, "\n".join(filter(None, (said, more))))
    if alarming:
        top.setForeground(0, theme.danger())
    return top
