"""All shortcuts by scope: found, changed, checked against one another."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from PySide6.QtCore import QModelIndex, QSize, Qt, Signal, Slot
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import (
    QHBoxLayout,
    QHeaderView,
    QKeySequenceEdit,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from widgets import theme
from widgets.controls.buttons import button
from widgets.controls.labels import label
from widgets.controls.search_field import SearchField
from widgets.keys import split_keys

ID = Qt.ItemDataRole.UserRole


@dataclass(frozen=True, slots=True)
class Shortcut:
    """`keys` may be several, with semicolons between. `scope` is where they hold; those of "" hold everywhere."""

    id: str
    title: str
    keys: str
    scope: str = ""
    default: str = ""


def conflicts(shortcuts: Sequence[Shortcut], action_id: str, keys: str) -> list[Shortcut]:
    """Those that would answer to the same keys in the same place. What both came with was meant so: it is told apart."""
    if not keys:
        return []
    own = next((s for s in shortcuts if s.id == action_id), Shortcut(action_id, "", ""))
    wanted, given = _each(keys), _each(own.default)
    return [
        s
        for s in shortcuts
        if s.id != action_id
        and (s.scope == own.scope or not s.scope or not own.scope)
        and (wanted & _each(s.keys)) - (given & _each(s.default))
    ]


def _plain(keys: str) -> str:
    return QKeySequence(keys).toString(QKeySequence.SequenceFormat.PortableText)


def _each(keys: str) -> frozenset[str]:
    return frozenset(_plain(k) for k in split_keys(keys))


class ShortcutSheet(QWidget):
    changed = Signal(str, str)
    reset_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._shortcuts: tuple[Shortcut, ...] = ()
        self._search = SearchField(self.tr("Find an action or its keys"), self)
        self._tree = QTreeWidget(self)
        self._tree.setColumnCount(2)
        self._tree.setHeaderLabels([self.tr("Action"), self.tr("Keys")])
        self._tree.setRootIsDecorated(False)
        self._tree.setUniformRowHeights(True)
        self._tree.setStyleSheet("QTreeView::item { padding: 0 5px; min-height: 22px; }")  # under the words of the head
        self._tree.setAccessibleName(self.tr("Shortcuts"))
        self._tree.header().setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        self._tree.header().setStretchLastSection(False)
        self._tree.header().setSectionResizeMode(1, QHeaderView.ResizeMode.ResizeToContents)
        self._tree.header().setMinimumSectionSize(160)
        self._edit = QKeySequenceEdit(self)
        self._edit.setMaximumSequenceLength(1)
        self._edit.setClearButtonEnabled(True)
        self._edit.setAccessibleName(self.tr("New keys"))
        self._name = label("", parent=self)
        self._note = label("", "danger", wrap=True, parent=self)
        self._set = button(self.tr("Set"), primary=True, parent=self)
        self._default = button(self.tr("Default"), parent=self)
        self._default.setToolTip(self.tr("The keys that the action came with"))
        self._reset = button(self.tr("Reset all"), parent=self)
        self._lay_out()
        self._search.textChanged.connect(self._sift)
        self._tree.currentItemChanged.connect(self._choose)
        self._tree.activated.connect(self._begin)
        self._edit.keySequenceChanged.connect(self._judge)
        self._set.clicked.connect(self._apply)
        self._default.clicked.connect(self._to_default)
        self._reset.clicked.connect(self.reset_wanted)
        self._choose(None)

    def _lay_out(self) -> None:
        foot = QHBoxLayout()
        foot.setSpacing(theme.GAP)
        foot.addWidget(self._name, 1)
        foot.addWidget(self._edit)
        foot.addWidget(self._set)
        foot.addWidget(self._default)
        foot.addWidget(self._reset)
        column = QVBoxLayout(self)
        column.setContentsMargins(theme.GROUP, 12, theme.GROUP, 12)
        column.setSpacing(theme.GAP)
        column.addWidget(self._search)
        column.addWidget(self._tree, 1)
        column.addWidget(self._note)
        column.addLayout(foot)

    def show_shortcuts(self, shortcuts: Sequence[Shortcut]) -> None:
        kept = self._current()
        self._shortcuts = tuple(shortcuts)
        self._tree.clear()
        groups: dict[str, QTreeWidgetItem] = {}
        for shortcut in shortcuts:
            group = groups.get(shortcut.scope)
            if group is None:
                group = groups[shortcut.scope] = QTreeWidgetItem(self._tree, [shortcut.scope or self.tr("Everywhere"), ""])
                group.setFlags(Qt.ItemFlag.ItemIsEnabled)
                group.setFont(0, theme.font(strong=True))
                group.setSizeHint(0, QSize(80, theme.ROW_COMPACT))  # the first row's height is that of all
            entry = QTreeWidgetItem(group, [shortcut.title, _shown(shortcut.keys)])
            entry.setData(0, ID, shortcut.id)
            entry.setSizeHint(0, QSize(80, theme.ROW_COMPACT))
            if conflicts(self._shortcuts, shortcut.id, shortcut.keys):
                entry.setForeground(1, theme.danger())
            if kept is not None and shortcut.id == kept.id:
                self._tree.setCurrentItem(entry)
        self._tree.expandAll()
        self._sift(self._search.text())

    def _current(self) -> Shortcut | None:
        entry = self._tree.currentItem()
        wanted = entry.data(0, ID) if entry is not None else None
        return next((s for s in self._shortcuts if s.id == wanted), None)

    @Slot(str)
    def _sift(self, text: str) -> None:
        text = text.strip().casefold()
        for place in range(self._tree.topLevelItemCount()):
            group = self._tree.topLevelItem(place)
            shown = 0
            for row in range(group.childCount()):
                entry = group.child(row)
                hit = text in f"{entry.text(0)} {entry.text(1)}".casefold()
                entry.setHidden(not hit)
                shown += hit
            group.setHidden(not shown)

    @Slot(object)
    def _choose(self, entry: object) -> None:
        current = self._current()
        self._name.setText(current.title if current else self.tr("Choose an action to change its keys."))
        self._edit.setEnabled(current is not None)
        keys = split_keys(current.keys) if current else []
        self._edit.setKeySequence(QKeySequence(keys[0] if keys else ""))
        self._default.setEnabled(current is not None and _each(current.keys) != _each(current.default))
        self._judge()

    @Slot(QModelIndex)
    def _begin(self, index: QModelIndex) -> None:
        if self._current() is not None:
            self._edit.setFocus(Qt.FocusReason.OtherFocusReason)

    @Slot()
    def _judge(self) -> None:
        current, keys = self._current(), self._keys()
        taken = conflicts(self._shortcuts, current.id, keys) if current else []
        names = ", ".join(f"“{s.title}”" for s in taken)
        self._note.setText(self.tr("{keys} already does {what}.").format(keys=_shown(keys), what=names) if taken else "")
        self._note.setVisible(bool(taken))
        self._set.setEnabled(current is not None and not taken and _each(current.keys) != _each(keys))

    def _keys(self) -> str:
        return self._edit.keySequence().toString(QKeySequence.SequenceFormat.PortableText)

    @Slot()
    def _apply(self) -> None:
        current = self._current()
        if current is None or not self._set.isEnabled():
            return
        self._use(current, self._keys())

    @Slot()
    def _to_default(self) -> None:
        current = self._current()
        if current is not None:
            self._use(current, current.default)

    def _use(self, current: Shortcut, keys: str) -> None:
        self.show_shortcuts([replace(s, keys=keys) if s.id == current.id else s for s in self._shortcuts])
        self.changed.emit(current.id, keys)


def _shown(keys: str) -> str:
    return "   ".join(_named(QKeySequence(k).toString(QKeySequence.SequenceFormat.NativeText)) for k in split_keys(keys))


def _named(key: str) -> str:
    """Keys of large keyboards that are called as their deed is are told apart from it."""
    return f"{key} key" if key in ("Back", "Forward") else key
