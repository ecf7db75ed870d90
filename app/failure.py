"""What the window shows when its catalog cannot be opened, or was found damaged: what happened, and the ways on."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from storage.errors import CatalogDamaged, PostilError
from widgets import icons, theme, words
from widgets.controls.buttons import button

_WIDE = 560  # as long as lines are good to read


class FailurePage(QWidget):
    restore_wanted = Signal(object)  # a Path
    retry_wanted = Signal()
    other_wanted = Signal()

    def __init__(self, error: Exception, backup: Path | None, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        picture = QLabel(self)
        picture.setPixmap(icons.pixmap("ph.warning-circle", 48, theme.warning(), self.devicePixelRatioF()))
        title = QLabel(self.tr("This catalog cannot be opened"), self)
        title.setFont(theme.font(theme.TITLE, strong=True))
        reason = QLabel(str(error), self)
        remedy = QLabel(self._remedy(error, backup), self)
        remedy.setVisible(bool(remedy.text()))
        self._details = QLabel(error.details if isinstance(error, CatalogDamaged) else "", self)
        self._details.hide()
        column = QVBoxLayout()
        column.setSpacing(theme.GAP)
        for label in (picture, title, reason, remedy, self._details):
            label.setAlignment(Qt.AlignmentFlag.AlignHCenter)
            label.setTextFormat(Qt.TextFormat.PlainText)
            label.setWordWrap(True)
            label.setFixedWidth(_WIDE)
            label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            column.addWidget(label)
        centred = QHBoxLayout()
        centred.addStretch(1)
        centred.addLayout(column)
        centred.addStretch(1)
        buttons = QHBoxLayout()
        buttons.setSpacing(theme.GAP)
        buttons.addStretch(1)
        if backup is not None:
            made = words.when(round(backup.stat().st_mtime * 1000))
            restore = button(self.tr("Restore the backup of {0}").format(made), primary=True)
            self.setFocusProxy(restore)
            restore.setDefault(True)
            restore.clicked.connect(lambda: self.restore_wanted.emit(backup))
            buttons.addWidget(restore)
        retry = button(self.tr("Try again"), primary=backup is None, parent=self)
        retry.clicked.connect(self.retry_wanted)
        if backup is None:
            self.setFocusProxy(retry)
        other = button(self.tr("Open another catalog…"), parent=self)
        other.clicked.connect(self.other_wanted)
        buttons.addWidget(retry)
        buttons.addWidget(other)
        if self._details.text():
            more = button(self.tr("Details"), parent=self)
            more.setCheckable(True)
            more.toggled.connect(self._details.setVisible)
            buttons.addWidget(more)
        buttons.addStretch(1)
        layout = QVBoxLayout(self)
        layout.addStretch(1)
        layout.addLayout(centred)
        layout.addSpacing(theme.GROUP)
        layout.addLayout(buttons)
        layout.addStretch(2)

    def _remedy(self, error: Exception, backup: Path | None) -> str:
        if isinstance(error, CatalogDamaged):
            if backup is None:
                return self.tr("There is no good backup of it. Try again, or ask the one who looks after this computer.")
            return self.tr(
                "Nothing more is written to it. What was changed after the backup is only in the damaged file, "
                "which is kept beside the restored one."
            )
        return error.remedy if isinstance(error, PostilError) else ""
