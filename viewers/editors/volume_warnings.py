"""The badge that says how much is not as it should be with a volume; its menu says what, and leads to the slices concerned."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QLabel, QMenu, QToolButton, QWidget, QWidgetAction

from viewers.editors.tool_bar import Icon
from viewers.scene.volume_words import Warned

WIDE = 420  # px of a sentence
#: Of so many slices each has an entry of its own.
MOST = 20


class WarningBadge(QToolButton):
    go_wanted = Signal(int)  # frame

    def __init__(self, parent: QWidget | None = None, *, icon: Icon) -> None:
        super().__init__(parent)
        self.warned: tuple[Warned, ...] = ()
        self.setObjectName("volumeWarnings")
        self.setAutoRaise(True)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.setIcon(icon("mdi6.alert-outline"))
        menu = QMenu(self)
        menu.aboutToShow.connect(lambda: self._fill(menu))
        self.setMenu(menu)
        self.hide()

    def show_warnings(self, warned: Sequence[Warned]) -> None:
        found = tuple(warned)
        if found == self.warned:
            return
        self.warned = found
        self.setText(f"{len(found):,}")
        self.setAccessibleName(self.tr("Warnings: {0}").format(len(found)))
        self.setToolTip("\n".join(w.text for w in found[:MOST]))
        self.setVisible(bool(found))

    def _fill(self, menu: QMenu) -> None:
        menu.clear()
        of_all = [w.text for w in self.warned if w.frame is None]
        of_slices = [w for w in self.warned if w.frame is not None]
        for text in of_all:
            label = QLabel(text, menu)
            label.setWordWrap(True)
            label.setFixedWidth(WIDE)
            label.setContentsMargins(12, 4, 12, 4)
            entry = QWidgetAction(menu)
            entry.setDefaultWidget(label)
            menu.addAction(entry)
        if of_all and of_slices:
            menu.addSeparator()
        for warned in of_slices[:MOST]:
            short = menu.fontMetrics().elidedText(warned.text, Qt.TextElideMode.ElideRight, WIDE)
            entry = menu.addAction(short)
            entry.setToolTip(warned.text)
            entry.triggered.connect(lambda _=False, f=warned.frame: self.go_wanted.emit(f))
        if len(of_slices) > MOST:
            menu.addAction(self.tr("and {0} more").format(f"{len(of_slices) - MOST:,}")).setEnabled(False)
