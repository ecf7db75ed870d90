"""The choice of which masks may share voxels, as a button beside the options of the brushes and as a menu."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QMenu, QToolButton, QWidget

from storage.model.ontology import ObjectClass
from storage.model.overlap_groups import GROUPS
from viewers.editors.tool_bar import swatch
from viewers.tools.overlap import Overlap, OverlapSettings


class OverlapButton(QToolButton):
    """Says what holds; its menu changes it. `classes` gives those that are drawn as masks. Groups are the ontology's: whoever
    keeps that is asked for another one."""

    changed = Signal()
    group_wanted = Signal(str, str)  # feature hash of a class, its group

    def __init__(
        self, settings: OverlapSettings, classes: Callable[[], Sequence[ObjectClass]], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._settings, self._classes = settings, classes
        self.setAutoRaise(True)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.setAccessibleName(self.tr("Overlap of masks"))
        self.setToolTip(self.tr("Which masks may share voxels, and who gives way. Locked and hidden masks keep theirs."))
        menu = QMenu(self)
        menu.setToolTipsVisible(True)
        menu.aboutToShow.connect(lambda: self.fill(menu))
        self.setMenu(menu)
        self.read()

    def read(self) -> None:
        """Say the settings as they are."""
        keeps = self._settings.matters and not self._settings.others_yield
        self.setText(self._settings.title(self._settings.overlap) + (self.tr(", others keep theirs") if keeps else ""))

    def fill(self, menu: QMenu) -> None:
        menu.clear()
        for part in menu.findChildren(QMenu):
            part.deleteLater()
        choice = QActionGroup(menu)
        for overlap in Overlap:
            entry = self._check(menu, self._settings.title(overlap), self._settings.overlap is overlap)
            entry.triggered.connect(lambda _=False, o=overlap: self.use(o))
            choice.addAction(entry)
        menu.addSeparator()
        self._fill_groups(menu.addMenu(self.tr("Groups of the ontology")))
        takes = self._check(menu, self.tr("Painting takes voxels from the others"), self._settings.others_yield)
        takes.setToolTip(self.tr("Off: only voxels that none of the others has are won."))
        takes.setEnabled(self._settings.matters)
        takes.toggled.connect(self.let_yield)

    def _fill_groups(self, menu: QMenu) -> None:
        for known in self._classes():
            part = menu.addMenu(swatch(known.color), known.name)
            choice = QActionGroup(part)
            now = self._settings.groups.get(known.feature_hash, "")
            for group in ("", *GROUPS):
                title = self.tr("Group {0}").format(group) if group else self.tr("No group: may overlap with all")
                entry = self._check(part, title, group == now)
                entry.triggered.connect(lambda _=False, h=known.feature_hash, g=group: self.group_wanted.emit(h, g))
                choice.addAction(entry)

    @staticmethod
    def _check(menu: QMenu, title: str, checked: bool) -> QAction:
        entry = menu.addAction(title)
        entry.setCheckable(True)
        entry.setChecked(checked)
        return entry

    # -- what the person chooses

    def use(self, overlap: Overlap) -> None:
        self._settings.overlap = overlap
        self._tell()

    def let_yield(self, others_yield: bool) -> None:
        self._settings.others_yield = others_yield
        self._tell()

    def _tell(self) -> None:
        self.read()
        self.changed.emit()
