"""How the panes of a volume stand: four of them, one large, the acquired slices alone, or two volumes side by side."""

from __future__ import annotations

from enum import StrEnum

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPaintEvent, QPalette
from PySide6.QtWidgets import QApplication, QGridLayout, QLabel, QStackedLayout, QWidget

from viewers.canvas.overlay import BACKGROUND

GAP = 2
BETWEEN = QColor(52, 53, 58)


class Layout(StrEnum):
    GRID = "grid"  # axial, sagittal; coronal, 3D
    ONE = "one"  # the pane that was enlarged
    STACK = "stack"  # acquired slices alone
    SIDE = "side"  # acquired slices, and those of another volume


class Pane(QWidget):
    """A place in the grid with a thin edge; of several widgets in it one is seen."""

    enlarge_wanted = Signal()  # a double click that its widget did not take

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.active = False
        self._stack = QStackedLayout(self)
        self._stack.setContentsMargins(1, 1, 1, 1)

    def put(self, widget: QWidget) -> None:
        if self._stack.indexOf(widget) < 0:
            self._stack.addWidget(widget)
        if self._stack.currentWidget() is not widget:
            self._stack.setCurrentWidget(widget)

    @property
    def shown(self) -> QWidget | None:
        return self._stack.currentWidget()

    def mark(self, active: bool) -> None:
        if active != self.active:
            self.active = active
            self.update()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        self.enlarge_wanted.emit()

    def paintEvent(self, event: QPaintEvent) -> None:
        p = QPainter(self)
        color = self.palette().color(QPalette.ColorRole.Highlight) if self.active else BETWEEN
        p.fillRect(self.rect(), color)
        p.end()


class Notice(QLabel):
    """Words in place of a picture: what is not there, why, and what would bring it."""

    def __init__(self, text: str, parent: QWidget | None = None) -> None:
        super().__init__(text, parent)
        self.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.setWordWrap(True)
        self.setMargin(16)
        self.setAutoFillBackground(True)
        palette = self.palette()
        palette.setColor(QPalette.ColorRole.Window, BACKGROUND)
        palette.setColor(QPalette.ColorRole.WindowText, QColor(190, 190, 196))
        self.setPalette(palette)


class MprGrid(QWidget):
    """Panes by number: 0 axial, 1 sagittal, 2 coronal, 3 the fourth (3D). `acquired` says which of them is the slices' own."""

    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.panes = [Pane(self) for _ in range(4)]
        self.beside = Pane(self)  # another volume
        self.beside_first = False  # it stands at the left
        self.layout_shown = Layout.STACK
        self.acquired = 0
        self.large = 0
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setSpacing(GAP)
        self._arrange()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Dark between the panes, too, in both colour schemes."""
        p = QPainter(self)
        p.fillRect(self.rect(), BETWEEN)
        p.end()

    def show_layout(self, layout: Layout, large: int | None = None) -> None:
        self.layout_shown = layout
        if large is not None:
            self.large = large
        self._arrange()
        self.changed.emit()

    def enlarge(self, pane: int) -> None:
        """A pane alone, or all of them again."""
        if self.layout_shown is Layout.GRID:
            self.show_layout(Layout.ONE, pane)
        elif self.layout_shown is Layout.ONE:
            self.show_layout(Layout.GRID)

    def visible_panes(self) -> list[int]:
        match self.layout_shown:
            case Layout.GRID:
                return [0, 1, 2, 3]
            case Layout.ONE:
                return [self.large]
        return [self.acquired]

    def _arrange(self) -> None:
        keys = self.isAncestorOf(QApplication.focusWidget())
        seen = self.visible_panes()
        every = [*self.panes, self.beside]
        for pane in every:
            self._grid.removeWidget(pane)
        places = {0: (0, 0), 1: (0, 1), 2: (1, 0), 3: (1, 1)}
        shown = [self.panes[i] for i in seen]
        for i in seen:
            row, column = places[i] if len(seen) > 1 else (0, int(self.beside_first and self.layout_shown is Layout.SIDE))
            self._grid.addWidget(self.panes[i], row, column)
        if self.layout_shown is Layout.SIDE:
            self._grid.addWidget(self.beside, 0, int(not self.beside_first))
            shown.append(self.beside)
        for i in range(2):
            self._grid.setRowStretch(i, int(i == 0 or len(seen) > 1))
            self._grid.setColumnStretch(i, int(i == 0 or len(shown) > 1))
        for pane in every:
            pane.setVisible(pane in shown)
        if keys and not self.isAncestorOf(QApplication.focusWidget()) and shown[0].shown is not None:
            shown[0].shown.setFocus()  # Qt hands them to whatever comes next in the window: a field that is typed into
