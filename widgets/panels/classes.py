"""The classes to draw with: click or digit arms one, and with it its tool."""

from __future__ import annotations

from collections.abc import Collection

from PySide6.QtCore import QModelIndex, Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QListView, QWidget

from storage.editing.focus import Focus
from storage.model.geometry import PICTURE_SHAPES, ShapeKind
from storage.model.items import Kind
from storage.model.ontology import Ontology
from widgets import theme, words
from widgets.controls.panel_head import PanelHead, QuietNote, sift_line, stack_list
from widgets.delegates.class_delegate import ClassDelegate
from widgets.item_models.class_rows import ClassRole, ClassRows
from widgets.labelable import shapes_on

MANY = 12  # with more classes than this the list can be searched
_ENDLESS = 16_777_215  # Qt's own: no limit


class ClassesPanel(QWidget):
    """Arming goes through `focus.armed`; `armed` says that a person did it here."""

    armed = Signal(str)

    def __init__(
        self,
        focus: Focus,
        ontology: Ontology,
        drawable: Collection[ShapeKind] = PICTURE_SHAPES,
        parent: QWidget | None = None,
        *,
        heading: bool = True,
    ) -> None:
        super().__init__(parent)
        self._focus = focus
        self._rows = ClassRows(ontology, drawable, self)
        self._head = PanelHead(self.tr("Classes"), self)
        self._head.setVisible(heading)
        self._search = sift_line(self, self.tr("Find a class"), self.tr("Find a class"))
        self._list = _ClassList(self)
        self._list.setModel(self._rows)
        self._list.setItemDelegate(ClassDelegate(self._list))
        self._list.setUniformItemSizes(True)
        self._list.setMouseTracking(True)
        self._list.setSelectionMode(QListView.SelectionMode.NoSelection)
        self._list.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self._list.setAccessibleName(self.tr("Classes"))
        self._note = QuietNote(self)
        stack_list(self, self._head, self._note, self._list, self._search)
        self._list.clicked.connect(self._clicked)
        self._list.activated.connect(self._activated)
        self._list.arm_wanted.connect(self._arm)
        self._search.textChanged.connect(self._find)
        self._search.returnPressed.connect(self._arm_first)
        self._stop = focus.listen(self._focus_changed)
        self._rows.show_armed(focus.armed)
        self._settle()

    def show_ontology(self, ontology: Ontology) -> None:
        self._rows.show_ontology(ontology)
        self._rows.show_armed(self._focus.armed)
        self._settle()

    def show_kind(self, kind: Kind) -> None:
        """Which classes can be drawn on this kind of file; the others stay, greyed, and say why."""
        self._rows.show_drawable(shapes_on(kind), words.kind(kind))
        self._rows.show_armed(self._focus.armed)
        armed = self._rows.row_of(self._focus.armed) if self._focus.armed else None
        if armed is not None and not self._rows.can_draw(self._rows.index(armed)):
            self._focus.set(armed=None)
        self._settle()

    def seal(self, why: str) -> None:
        """None of them can be drawn, for this reason."""
        self._rows.show_drawable(frozenset(), "", why)
        self._focus.set(armed=None)
        self._settle()

    @property
    def searching(self) -> bool:
        """Whether what is typed goes into the search."""
        return self._search.hasFocus()

    def focus_search(self) -> bool:
        """False where there are so few classes that none is searched for."""
        if self._search.isVisible():
            self._search.setFocus(Qt.FocusReason.ShortcutFocusReason)
            self._search.selectAll()
        return self._search.isVisible()

    def close_down(self) -> None:
        self._stop()

    def _settle(self) -> None:
        total, shown = self._rows.total, self._rows.rowCount()
        self._search.setVisible(total > MANY)
        self._head.show_count(str(total) if total else "")
        if not total:
            self._note.say(self.tr("The ontology has no objects to draw."))
        elif not shown:
            self._note.say(self.tr("No class is called that."))
        elif not self._rows.any_drawable:
            self._note.say(self._rows.why or self.tr("None of these classes can be drawn on this kind of file."))
        else:
            self._note.say("")
        # No higher than its classes: what is left is for the objects and their questions.
        whole = self._head.sizeHint().height() + (total > MANY) * 32 + total * theme.ROW + theme.GAP
        self.setMaximumHeight(whole if total and self._note.isHidden() and not self._head.isHidden() else _ENDLESS)

    # -- arming

    @Slot(QModelIndex)
    def _clicked(self, index: QModelIndex) -> None:
        self._arm(index)

    @Slot(QModelIndex)
    def _activated(self, index: QModelIndex) -> None:
        if self._list.hasFocus() and self._focus.armed != index.data(ClassRole.HASH):
            self._arm(index)

    @Slot(QModelIndex)
    def _arm(self, index: QModelIndex) -> None:
        if not index.isValid() or not self._rows.can_draw(index):
            return
        feature_hash = index.data(ClassRole.HASH)
        again = self._focus.armed == feature_hash
        self._focus.set(armed=None if again else feature_hash)
        self.armed.emit("" if again else feature_hash)

    @Slot()
    def _arm_first(self) -> None:
        """And the list is whole again: the search has done what it was for."""
        first = self._rows.index(0) if self._rows.rowCount() else QModelIndex()
        if not first.isValid() or not self._rows.can_draw(first):
            return
        if self._focus.armed == first.data(ClassRole.HASH):
            self.armed.emit(self._focus.armed)
        else:
            self._arm(first)
        self._search.clear()

    @Slot(str)
    def _find(self, text: str) -> None:
        self._rows.filter(text)
        self._settle()
        self._scroll_to_armed()

    def _focus_changed(self, names: frozenset[str]) -> None:
        if "armed" in names:
            self._rows.show_armed(self._focus.armed)
            self._scroll_to_armed()

    def _scroll_to_armed(self) -> None:
        row = self._rows.row_of(self._focus.armed) if self._focus.armed else None
        if row is not None:
            self._list.scrollTo(self._rows.index(row))


class _ClassList(QListView):
    """Space arms; digits and letters are the editor's keys, not a search by typing."""

    arm_wanted = Signal(QModelIndex)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        moves = (Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_PageUp, Qt.Key.Key_PageDown, Qt.Key.Key_Home, Qt.Key.Key_End)
        enters = (Qt.Key.Key_Return, Qt.Key.Key_Enter)
        if event.key() == Qt.Key.Key_Space:
            self.arm_wanted.emit(self.currentIndex())
        elif event.key() in moves or event.key() in enters or not event.text():
            super().keyPressEvent(event)
        else:
            event.ignore()
