"""Errors and questions to the person, in one place, so that tests can read them from a recorder."""

from __future__ import annotations

import logging

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtWidgets import QApplication, QGridLayout, QMessageBox, QSpacerItem, QWidget

from storage.errors import Cancelled, CatalogDamaged, PostilError
from widgets import icons, theme
from widgets.controls.buttons import button

_WIDE = 420

log = logging.getLogger(__name__)


class Messages(QObject):
    """`tell` passes by (status line), `error` stays until read, `ask` waits for an answer."""

    told = Signal(str)
    taken_back = Signal(str)
    damaged = Signal(object)  # CatalogDamaged, which a window answers as a whole

    def __init__(self, window: QWidget | None = None) -> None:
        super().__init__(window)
        self._window = window

    def tell(self, text: str) -> None:
        """Something that happened; shown in the status line for some seconds."""
        self.told.emit(text)

    def take_back(self, text: str) -> None:
        """It is no longer so: where it is still shown it goes."""
        self.taken_back.emit(text)

    def error(self, error: BaseException, doing: str = "") -> None:
        """What happened, to what, what to do. Anything that is not a PostilError is logged with its traceback."""
        if isinstance(error, Cancelled):
            return
        if isinstance(error, CatalogDamaged):
            self.damaged.emit(error)
            return
        if isinstance(error, PostilError):
            text, remedy, details = error.reason, error.remedy, error.input
        else:
            log.error("unexpected: %s", doing or error, exc_info=error)
            text = self.tr("Something went wrong inside Postil.")
            remedy = self.tr("Your labels are saved as you make them. The details below help to mend it.")
            details = f"{type(error).__name__}: {error}"
        self._show(QMessageBox.Icon.Warning, doing or self.tr("Postil"), text, remedy, details)

    def ask(self, title: str, question: str, *, yes: str, danger: bool = False) -> bool:
        box = self._box(QMessageBox.Icon.Question, title, question)
        box.setIconPixmap(icons.pixmap("ph.question", 32, theme.subtle_text(), box.devicePixelRatioF()))
        go = button(yes, primary=not danger, danger=danger, parent=box)
        box.addButton(go, QMessageBox.ButtonRole.DestructiveRole if danger else QMessageBox.ButtonRole.AcceptRole)
        stay = button(self.tr("Cancel"), primary=danger, parent=box)
        box.addButton(stay, QMessageBox.ButtonRole.RejectRole)
        box.setEscapeButton(stay)
        box.setDefaultButton(stay if danger else go)  # Enter loses nothing
        self._run(box)
        return box.clickedButton() is go

    def _show(self, icon: QMessageBox.Icon, title: str, text: str, remedy: str, details: str) -> None:
        box = self._box(icon, title, text)
        box.setIconPixmap(icons.pixmap("ph.warning-circle", 32, theme.warning(), box.devicePixelRatioF()))
        if remedy:
            box.setInformativeText(remedy)
        copy = None
        if details:
            box.setDetailedText(details)
            copy = box.addButton(self.tr("Copy details"), QMessageBox.ButtonRole.ActionRole)
        box.setDefaultButton(box.addButton(QMessageBox.StandardButton.Ok))
        self._run(box)
        if copy is not None and box.clickedButton() is copy:
            QApplication.clipboard().setText("\n".join(filter(None, (title, text, remedy, details))))

    def _box(self, icon: QMessageBox.Icon, title: str, text: str) -> QMessageBox:
        box = QMessageBox(icon, title, text, QMessageBox.StandardButton.NoButton, self._window)
        box.setTextFormat(Qt.TextFormat.PlainText)  # names of files are not markup
        return box

    @staticmethod
    def _run(box: QMessageBox) -> None:
        """Last, because whatever is added to a box lays it out anew: wide enough for sentences."""
        grid = box.layout()
        assert isinstance(grid, QGridLayout)
        grid.addItem(QSpacerItem(_WIDE, 0), grid.rowCount(), 0, 1, grid.columnCount())
        box.exec()
