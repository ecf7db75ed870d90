"""The command palette (Ctrl+K): any action by a few letters, and what one can go to by its name."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import (
    QAbstractListModel,
    QEvent,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QRect,
    QSize,
    Qt,
    QTimer,
    Signal,
    Slot,
)
from PySide6.QtGui import QKeyEvent, QPainter
from PySide6.QtWidgets import (
    QFrame,
    QLabel,
    QLineEdit,
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from app.actions import ActionRegistry
from app.places import Place
from widgets.controls.search_field import dress_search

Index = QModelIndex | QPersistentModelIndex
KEYS = Qt.ItemDataRole.UserRole
REASON = Qt.ItemDataRole.UserRole + 1


_ROW, _MARGIN = 32, 8


@dataclass(frozen=True, slots=True)
class Entry:
    title: str
    keys: str
    reason: str  # why it cannot be done now
    run: Callable[[], object]


def score(text: str, title: str) -> int:
    """How well the letters typed fit a title: beginning of a word beats the middle, in order beats nothing. 0: not at all."""
    text, title = text.casefold().strip(), title.casefold()
    if not text:
        return 1
    if title.startswith(text):
        return 1000 - len(title)
    if f" {text}" in title:
        return 800 - len(title)
    if text in title:
        return 600 - len(title)
    at = 0
    for letter in text:
        at = title.find(letter, at) + 1
        if at == 0:
            return 0
    return 200 - len(title) if len(title) < 200 else 1


class _Entries(QAbstractListModel):
    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self.entries: list[Entry] = []

    def show(self, entries: list[Entry]) -> None:
        self.beginResetModel()
        self.entries = entries
        self.endResetModel()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self.entries)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        entry = self.entries[index.row()]
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return entry.title
            case Qt.ItemDataRole.ToolTipRole:
                return entry.reason or None
            case _ if role == KEYS:
                return entry.keys
            case _ if role == REASON:
                return entry.reason
        return None


class _Row(QStyledItemDelegate):
    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(200, 32)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        palette = option.palette
        chosen = bool(option.state & QStyle.StateFlag.State_Selected)
        rect: QRect = option.rect
        painter.save()
        if chosen:
            painter.fillRect(rect, palette.highlight())
        color = palette.highlightedText().color() if chosen else palette.text().color()
        if index.data(REASON):
            color.setAlphaF(0.45)
        painter.setPen(color)
        inner = rect.adjusted(12, 0, -12, 0)
        painter.drawText(inner, Qt.AlignmentFlag.AlignVCenter, index.data())
        color.setAlphaF(0.75)
        painter.setPen(color)
        metrics = painter.fontMetrics()
        room = inner.adjusted(metrics.horizontalAdvance(index.data()) + 24, 0, 0, 0)
        said = metrics.elidedText(index.data(REASON) or index.data(KEYS), Qt.TextElideMode.ElideRight, room.width())
        painter.drawText(room, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight, said)
        painter.restore()


class Palette(QFrame):
    """Opens over the window; Esc or a click elsewhere closes it."""

    closed = Signal()

    def __init__(self, registry: ActionRegistry, places: Callable[[str], list[Place]], parent: QWidget) -> None:
        super().__init__(parent, Qt.WindowType.Popup)
        self._registry, self._places = registry, places
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setFrameShape(QFrame.Shape.StyledPanel)
        self._text = QLineEdit(self)
        dress_search(self._text, self.tr("Type what you want to do"))
        self._text.setAccessibleName(self.tr("Command"))
        self._list = QListView(self)
        self._list.setFrameShape(QFrame.Shape.NoFrame)
        self._list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._list.setUniformItemSizes(True)
        self._list.setItemDelegate(_Row(self))
        self._model = _Entries(self)
        self._list.setModel(self._model)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(_MARGIN, _MARGIN, _MARGIN, _MARGIN)
        layout.setSpacing(_MARGIN)
        layout.addWidget(self._text)
        layout.addWidget(self._list)
        self._nothing = QLabel(self.tr("Nothing is called so. Try fewer letters."), self)
        self._nothing.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._nothing.setProperty("role", "quiet")
        layout.addWidget(self._nothing, 1)
        self._text.textChanged.connect(self._find)
        self._list.clicked.connect(self._run)
        self._text.installEventFilter(self)

    def open(self) -> None:
        window = self.parentWidget()
        width, height = min(640, window.width() - 80), min(460, window.height() - 120)
        above = self._text.sizeHint().height() + 3 * _MARGIN + 2 * self.frameWidth()
        self.resize(width, above + (height - above) // _ROW * _ROW)  # no row is cut in two
        corner = window.mapToGlobal(window.rect().topLeft())
        self.move(corner.x() + (window.width() - width) // 2, corner.y() + 72)
        self._text.clear()
        self._find("")
        self.show()
        self._text.setFocus()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            rows, row = self._model.rowCount(), self._list.currentIndex().row()
            match event.key():
                case Qt.Key.Key_Down | Qt.Key.Key_Up if rows:
                    step = 1 if event.key() == Qt.Key.Key_Down else -1
                    self._list.setCurrentIndex(self._model.index((row + step) % rows))
                    return True
                case Qt.Key.Key_Return | Qt.Key.Key_Enter:
                    self._run(self._list.currentIndex())
                    return True
        return super().eventFilter(watched, event)

    @Slot(str)
    def _find(self, text: str) -> None:
        found: list[tuple[int, Entry]] = []
        for action in self._registry.actions.values():
            points = score(text, action.title)
            if points and action.id != "view.palette":
                why = self._registry.why_not(action.id)
                built = self._registry.qaction(action.id)
                entry = Entry(action.title, self._registry.shown_keys(action.id), why, built.trigger)
                found.append((points - (500 if why else 0), entry))
        found.sort(key=lambda pair: (-pair[0], pair[1].title))
        entries = [entry for _, entry in found]
        if len(text.strip()) >= 2:
            at = next((n for n, entry in enumerate(entries[:8]) if entry.reason), 8)  # before what cannot be done
            entries[at:at] = [Entry(place.title, place.kind, "", place.go) for place in self._places(text)]
        self._model.show(entries)
        self._list.setVisible(bool(entries))
        self._nothing.setVisible(not entries)
        self._list.setCurrentIndex(self._model.index(0))

    @Slot(QModelIndex)
    def _run(self, index: QModelIndex) -> None:
        if not index.isValid():
            return
        entry = self._model.entries[index.row()]
        if entry.reason:
            return
        self.close()
        QTimer.singleShot(0, entry.run)  # it is gone from the screen before what may take a while begins
