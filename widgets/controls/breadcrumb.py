"""Where one is: Files / Scans / 2026. Every step can be clicked and dropped on; back and forward beside it."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QMimeData, QSize, Qt, Signal
from PySide6.QtGui import QDragEnterEvent, QDragLeaveEvent, QDropEvent, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QWidget

from storage.model.items import Folder
from widgets import theme, words
from widgets.controls.buttons import icon_button
from widgets.controls.drop_hint import DropHint
from widgets.drop_rules import Drop, weigh


class Crumb(QPushButton):
    """One step. A drop on it is weighed like one on the folder in the tree."""

    dropped = Signal(object, object)  # Drop, folder id

    def __init__(self, folder: Folder | None, title: str, ancestors: Sequence[int], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.folder_id = folder.id if folder is not None else None
        self._title = words.name(title)
        self._ancestors = tuple(ancestors)
        self.setProperty("quiet", True)
        self.setAcceptDrops(True)
        self.setAutoDefault(False)
        self.shorten(400)

    def leads_nowhere(self) -> None:
        """Search results, the trash: here one is, and there is no folder behind it."""
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setAcceptDrops(False)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)

    def needed(self) -> int:
        return self.fontMetrics().horizontalAdvance(self._title)

    def shorten(self, width: int) -> None:
        shown = self.fontMetrics().elidedText(self._title, Qt.TextElideMode.ElideMiddle, width)
        self.setText(shown.replace("&", "&&"))
        self.setToolTip(self._title if shown != self._title else "")
        self.setAccessibleName(self._title)

    def _drop(self, mime: QMimeData) -> Drop | None:
        return weigh(mime, self.folder_id, self._title, self._ancestors)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        drop = self._drop(event.mimeData())
        if drop is None:
            event.ignore()
            return
        DropHint.of(self).say(drop.text, refused=not drop.allowed, files=bool(drop.paths))
        event.setAccepted(drop.allowed)
        self.setDown(drop.allowed)

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        self.setDown(False)
        DropHint.of(self).hide()

    def dropEvent(self, event: QDropEvent) -> None:
        self.setDown(False)
        DropHint.of(self).hide()
        drop = self._drop(event.mimeData())
        if drop is not None and drop.allowed:
            event.accept()
            self.dropped.emit(drop, self.folder_id)


class Breadcrumb(QWidget):
    chosen = Signal(object)  # folder id; None: all files
    back_wanted = Signal()
    forward_wanted = Signal()
    dropped = Signal(object, object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.back = icon_button("ph.arrow-left", self.tr("Back"))
        self.forward = icon_button("ph.arrow-right", self.tr("Forward"))
        self.back.clicked.connect(self.back_wanted)
        self.forward.clicked.connect(self.forward_wanted)
        self._crumbs: list[Crumb] = []
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(0)
        self._row.addWidget(self.back)
        self._row.addWidget(self.forward)
        self._row.addSpacing(theme.INSIDE)
        self._steps = QHBoxLayout()
        self._steps.setSpacing(0)
        self._row.addLayout(self._steps)
        self._row.addStretch(1)
        self.set_history(back=False, forward=False)

    def set_history(self, *, back: bool, forward: bool) -> None:
        self.back.setEnabled(back)
        self.forward.setEnabled(forward)

    def show_path(self, path: Sequence[Folder], place: str = "") -> None:
        """From the top to the folder; `place` names what is no folder (search results, the trash)."""
        self._clear()
        self._add(Crumb(None, self.tr("Files"), ()))
        above: list[int] = []
        for folder in path:
            self._add(Crumb(folder, folder.title, above))
            above.append(folder.id)
        if place:
            self._add(Crumb(None, place, ()))
            self._crumbs[-1].leads_nowhere()
        last = self._crumbs[-1]
        strong = last.font()
        strong.setWeight(strong.Weight.DemiBold)
        last.setFont(strong)
        self._fit()

    def _add(self, crumb: Crumb) -> None:
        if self._crumbs:
            slash = QLabel("/")
            slash.setProperty("role", "quiet")
            self._steps.addWidget(slash)
        crumb.setParent(self)
        crumb.show()
        crumb.clicked.connect(self._choose)
        crumb.dropped.connect(self.dropped)
        self._steps.addWidget(crumb)
        self._crumbs.append(crumb)

    def titles(self) -> list[str]:
        return [crumb.accessibleName() for crumb in self._crumbs]

    def _choose(self) -> None:
        self.chosen.emit(self.sender().folder_id)

    def _clear(self) -> None:
        self._crumbs = []
        while (item := self._steps.takeAt(0)) is not None:
            if item.widget() is not None:
                item.widget().hide()
                item.widget().deleteLater()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        """Give each step its share; short ones leave what they do not need to the others."""
        if not self._crumbs:
            return
        room = max(120, self.width() - 80) - 24 * len(self._crumbs)
        for rank, crumb in enumerate(sorted(self._crumbs, key=Crumb.needed)):
            share = max(40, room // (len(self._crumbs) - rank))
            crumb.shorten(share)
            room -= min(share, crumb.needed())

    def minimumSizeHint(self) -> QSize:
        hint = super().minimumSizeHint()
        hint.setWidth(160)
        return hint
