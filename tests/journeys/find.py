"""Finding what a person would point at: by what it says, or by the name that is read out."""

from __future__ import annotations

from typing import TypeVar

from PySide6.QtCore import QAbstractItemModel, QAbstractListModel, QAbstractTableModel, QModelIndex
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QApplication,
    QGroupBox,
    QLabel,
    QLineEdit,
    QMenu,
    QPlainTextEdit,
    QTabBar,
    QWidget,
)

W = TypeVar("W", bound=QWidget)


def says(widget: QWidget) -> set[str]:
    """Every text by which a widget can be called."""
    found = {widget.accessibleName(), widget.objectName()}
    if isinstance(widget, (QAbstractButton, QLabel)):
        found.add(widget.text().replace("&&", "\0").replace("&", "").replace("\0", "&"))
    if isinstance(widget, (QLineEdit, QPlainTextEdit)):
        found.add(widget.placeholderText())
    if isinstance(widget, QGroupBox):
        found.add(widget.title())
    return found - {""}


def all_saying(root: QWidget, text: str, kind: type[W]) -> list[W]:
    return [w for w in [root, *root.findChildren(QWidget)] if isinstance(w, kind) and w.isVisible() and text in says(w)]


def one_saying(root: QWidget, text: str, kind: type[W] = QWidget, nth: int | None = None) -> W:  # type: ignore[assignment]
    """The visible widget that says exactly `text`. Buttons and fields go before mere labels."""
    found = all_saying(root, text, kind)
    if len(found) > 1 and nth is None:
        acting = [w for w in found if not isinstance(w, QLabel)]
        found = acting or found
    if not found:
        raise LookupError(f"nothing on the screen says “{text}”; there is: {sorted(shown(root))}")
    if len(found) > 1 and nth is None:
        raise LookupError(f"{len(found)} things say “{text}”: {[type(w).__name__ for w in found]}")
    return found[nth or 0]


def shown(root: QWidget) -> set[str]:
    return {
        text
        for w in root.findChildren(QWidget)
        if w.isVisible() and isinstance(w, (QAbstractButton, QLineEdit))
        for text in says(w)
    }


def top() -> QWidget | None:
    """Where a person's hand would land first: an open menu or popup, else a dialog that waits."""
    return QApplication.activePopupWidget() or QApplication.activeModalWidget()


def tab_of(root: QWidget, title: str) -> tuple[QTabBar, int]:
    for bar in root.findChildren(QTabBar):
        for place in range(bar.count()):
            if bar.isVisible() and bar.tabText(place).replace("&&", "&") == title:
                return bar, place
    raise LookupError(f"there is no tab “{title}”")


def index_of(view: QAbstractItemView, text: str) -> QModelIndex:
    """The item of a list, table or tree that shows `text` in any column."""
    found = _search(view.model(), QModelIndex(), text)
    if found is None:
        raise LookupError(f"“{text}” is not listed in {view.accessibleName() or type(view).__name__}: {texts_of(view)[:40]}")
    return found


def _search(model: QAbstractItemModel, parent: QModelIndex, text: str) -> QModelIndex | None:
    for row in range(model.rowCount(parent)):
        first = model.index(row, 0, parent)
        cell, column = first, 0
        while cell.isValid():
            if cell.data() == text:
                return cell
            column += 1
            cell = first.sibling(row, column)
        below = _search(model, first, text) if _has_children(model, first) else None
        if below is not None:
            return below
    return None


def _has_children(model: QAbstractItemModel, index: QModelIndex) -> bool:
    """Lists and tables have none; Qt keeps the question private there."""
    return not isinstance(model, (QAbstractListModel, QAbstractTableModel)) and model.hasChildren(index)


def texts_of(view: QAbstractItemView) -> list[str]:
    """What the first column shows, children after their parent."""
    found: list[str] = []

    def walk(parent: QModelIndex) -> None:
        for row in range(view.model().rowCount(parent)):
            index = view.model().index(row, 0, parent)
            found.append(str(index.data()))
            if _has_children(view.model(), index):
                walk(index)

    walk(QModelIndex())
    return found


def action_of(menu: QMenu, title: str) -> tuple[QMenu, object]:
    for action in menu.actions():
        if action.text().split("\t")[0].replace("&", "") == title:
            return menu, action
    raise LookupError(f"the menu has no “{title}”: {[a.text() for a in menu.actions()]}")
