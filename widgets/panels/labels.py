"""What has been drawn: instances with eyes and locks, in step with the canvas by way of the focus."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QPoint, QTimer, Signal, Slot
from PySide6.QtWidgets import QWidget

from storage.editing.edits import DocumentChange
from storage.editing.focus import Focus
from storage.editing.session import EditSession
from storage.model.ontology import Ontology
from widgets.controls.key_images import KeyImagesLine
from widgets.controls.panel_head import PanelHead, QuietNote, sift_line, stack_list
from widgets.item_models.label_rows import LabelRows
from widgets.views.label_table import LabelTable


def can_draw(ontology: Ontology) -> bool:
    return any(not known.archived for known in ontology.objects)


class LabelsPanel(QWidget):
    zoom_wanted = Signal(str)  # instance uuid
    menu_wanted = Signal(QPoint)  # global; the selection is what it is about

    def __init__(
        self,
        session: EditSession,
        focus: Focus,
        ontology: Ontology,
        parent: QWidget | None = None,
        *,
        describe: Callable[[str], str] | None = None,
    ) -> None:
        """`describe` says of an instance where it is, for media without frames: “0:01.200–0:03.400”, an excerpt."""
        super().__init__(parent)
        self._session, self._focus = session, focus
        self._sealed, self._can_draw = bool(session.sealed), can_draw(ontology)
        self.rows = LabelRows(session, focus, ontology, self, describe=describe)
        self.table = LabelTable(self.rows, focus, self)
        self._head = PanelHead(self.tr("Instances"), self)
        self._grouped = self._head.add_tool("ph.tree-structure", self.tr("Group by class"), checkable=True)
        self._grouped.setChecked(True)
        self._all_frames = self._head.add_tool("ph.stack", self.tr("Show the instances of all frames"), checkable=True)
        self._eye = self._head.add_tool("ph.eye", self.tr("Hide or show all"))
        self._lock = self._head.add_tool("ph.lock-simple", self.tr("Lock or unlock all"))
        self._search = sift_line(self, self.tr("Filter"), self.tr("Filter instances"))
        self._note = QuietNote(self)
        self.key_images = KeyImagesLine(session, focus, ontology, self)
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(120)
        stack_list(self, self._head, self._note, self.table, self._search)
        self.layout().insertWidget(1, self.key_images)
        self._connect()
        self._stop = session.listen(self._on_change)
        self.offer_frames(session.frames.count > 1)
        self._counted()

    def _connect(self) -> None:
        self._grouped.toggled.connect(self.rows.show_grouped)
        self._all_frames.toggled.connect(self.rows.show_all_frames)
        self._all_frames.toggled.connect(self._counted)
        self._eye.clicked.connect(self._hide_all)
        self._lock.clicked.connect(self._lock_all)
        self._search.textChanged.connect(self._pause.start)
        self._pause.timeout.connect(self._filter)
        self.rows.counted.connect(self._counted)
        self.table.zoom_wanted.connect(self.zoom_wanted)
        self.table.menu_wanted.connect(self.menu_wanted)

    # -- for the editor

    def show_ontology(self, ontology: Ontology) -> None:
        self._can_draw = can_draw(ontology)
        self.rows.show_ontology(ontology)
        self.key_images.show_ontology(ontology)

    def offer_frames(self, several: bool) -> None:
        """Whether the file has more than one frame to show the instances of."""
        self._all_frames.setVisible(several)

    def seal(self) -> None:
        """Nothing can be marked any more: an empty list does not ask for it."""
        self._sealed = True
        self._counted()

    def close_down(self) -> None:
        self._pause.stop()
        self._stop()
        self.rows.close()
        self.key_images.close_down()
        self.table.close_down()

    # -- acts

    @Slot()
    def _filter(self) -> None:
        self.rows.filter(self._search.text())

    @Slot()
    def _hide_all(self) -> None:
        everything = frozenset(self._session.document.instances)
        self._focus.set(hidden=frozenset() if self._focus.hidden else everything)

    @Slot()
    def _lock_all(self) -> None:
        everything = frozenset(self._session.document.instances)
        self._focus.set(locked=frozenset() if self._focus.locked else everything)

    def _on_change(self, _change: DocumentChange) -> None:
        """What is marked elsewhere is no row here, but told where there is none."""
        if not self.rows.counts[0]:
            self._counted()

    @Slot()
    def _counted(self) -> None:
        shown, scope = self.rows.counts
        count = f"{shown:,} / {scope:,}" if shown != scope else f"{scope:,}" if scope else ""
        several = self._session.frames.count > 1
        here = several and not self._all_frames.isChecked()
        self._head.show_count(self.tr("{count} here").format(count=count) if count and here else count)
        filtered = bool(self._search.text().strip())
        # The field stays while it holds the focus or a text: it must not vanish under the hands.
        self._search.setVisible(scope > 8 or filtered or self._search.hasFocus())
        if shown:
            self._note.say("")
        elif filtered:
            self._note.say(self.tr("Nothing here is called that."))
        elif here and self._session.document.instances:
            elsewhere = len(self._session.document.instances)
            self._note.say(self.tr("Nothing is marked here. Elsewhere: {count}.").format(count=f"{elsewhere:,}"))
        elif self._sealed or not self._can_draw:
            self._note.say(self.tr("Nothing is marked."))
        else:
            self._note.say(self.tr("Nothing is marked yet. Choose a class and mark its first object."))
