"""The timeline as editors use it: the view with its scroll bars, and a corner with zoom and order."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QEvent, QPoint, QSize, Qt, Signal, Slot
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QMenu, QScrollBar, QToolButton, QWidget

from storage.editing.focus import Focus
from storage.editing.session import EditSession
from storage.model.ontology import Ontology
from viewers.scene.frame_clock import FrameClock
from viewers.timeline.look import ROW
from viewers.timeline.rows import Order
from viewers.timeline.thumbnails import DecodedThumbnails, Render, Thumbnails
from viewers.timeline.verbs import TrackVerbs
from viewers.timeline.view import ZOOM_STEP, TimelineView

__all__ = ["DecodedThumbnails", "Timeline"]
_FINE = 100  # steps of the horizontal bar for a frame


class Timeline(QWidget):
    """Shows `focus.at` as the playing head; where it is to go is asked for by `seek_wanted`. Ends with `close_timeline()`."""

    seek_wanted = Signal(int)
    range_changed = Signal(int, int)  # first, last; -1, -1: none
    hovered = Signal(str)  # what is under the pointer, when
    grabbed = Signal()  # something is about to be dragged: what plays should stand still
    status = Signal(str)
    menu_wanted = Signal(object, QPoint)  # before the menu is shown

    def __init__(
        self,
        session: EditSession,
        focus: Focus,
        ontology: Ontology,
        clock: FrameClock,
        parent: QWidget | None = None,
        *,
        icon: Callable[[str], QIcon],
    ) -> None:
        super().__init__(parent)
        self._icon = icon
        self.view = TimelineView(session, focus, ontology, clock, self)
        self.down = QScrollBar(Qt.Orientation.Vertical, self)
        self.along = QScrollBar(Qt.Orientation.Horizontal, self)
        for bar, name in ((self.down, "Objects"), (self.along, "Time")):
            bar.setAccessibleName(name)
            bar.setFocusPolicy(Qt.FocusPolicy.NoFocus)
            policy = bar.sizePolicy()
            policy.setRetainSizeWhenHidden(True)  # nothing moves when there is nothing to scroll
            bar.setSizePolicy(policy)
        self._corner = QWidget(self.view)
        self._lay_out()
        self._connect()
        self.setFocusProxy(self.view)
        self._show_place()

    def _lay_out(self) -> None:
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setSpacing(0)
        grid.addWidget(self.view, 0, 0)
        grid.addWidget(self.down, 0, 1)
        grid.addWidget(self.along, 1, 0)
        row = QHBoxLayout(self._corner)
        row.setContentsMargins(4, 0, 4, 0)
        row.setSpacing(0)
        self.order_button = self._button("mdi6.sort-variant", "Order of the objects")
        self.order_button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.order_button.setMenu(self._order_menu())
        self.out_button = self._button("mdi6.magnify-minus-outline", "Zoom out in time  (Ctrl+-)")
        self.fit_button = self._button("mdi6.arrow-expand-horizontal", "Show all frames  (Ctrl+0)")
        self.in_button = self._button("mdi6.magnify-plus-outline", "Zoom in in time  (Ctrl++)")
        row.addWidget(self.order_button)
        row.addStretch(1)
        for button in (self.out_button, self.fit_button, self.in_button):
            row.addWidget(button)
        self._place_corner()

    def _button(self, icon: str, name: str) -> QToolButton:
        button = QToolButton(self._corner)
        button.setIcon(self._icon(icon))
        button.setIconSize(QSize(16, 16))
        button.setToolTip(name)
        button.setAccessibleName(name.split("  ")[0])
        button.setAutoRaise(True)
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        button.setFixedSize(26, 26)
        button.setStyleSheet("QToolButton::menu-indicator { image: none; }")
        return button

    def _order_menu(self) -> QMenu:
        menu = QMenu(self._corner)
        for order, title in (("first", "By first frame"), ("class", "By class")):
            entry = menu.addAction(title)
            entry.setCheckable(True)
            entry.setChecked(order == self.view.rows.order)
            entry.setData(order)
        menu.triggered.connect(lambda entry: self.set_order(entry.data()))
        return menu

    def _connect(self) -> None:
        view = self.view
        for mine, its in (
            (self.seek_wanted, view.seek_wanted), (self.range_changed, view.range_changed), (self.hovered, view.hovered),
            (self.grabbed, view.grabbed),
            (self.status, view.status), (self.menu_wanted, view.menu_wanted),
        ):  # fmt: skip
            its.connect(mine)
        view.scrolled.connect(self._show_place)
        view.installEventFilter(self)
        self.down.valueChanged.connect(view.scroll_to)
        self.along.valueChanged.connect(self._on_along)
        self.out_button.clicked.connect(self.zoom_out)
        self.in_button.clicked.connect(self.zoom_in)
        self.fit_button.clicked.connect(self.fit)

    def close_timeline(self) -> None:
        """Stop listening, end the thread of the thumbnails; a drag under way is taken back."""
        self.view.removeEventFilter(self)
        self.view.close_view()

    # -- for the editor

    @property
    def verbs(self) -> TrackVerbs:
        """What the menu does, for the editor's keys."""
        return self.view.verbs

    def show_keys(self, keys_of: Callable[[str], tuple[str, ...]]) -> None:
        """The keys that the menu tells, once they may have been bound anew."""
        self.view.keys_of = keys_of

    @property
    def selected_range(self) -> tuple[int, int] | None:
        return self.view.range

    def set_ontology(self, ontology: Ontology) -> None:
        self.view.set_ontology(ontology)

    def set_marks(self, frames: Sequence[int]) -> None:
        """Key frames that came with the file (`viewers.timeline.marks.key_frames`)."""
        self.view.set_marks(frames)

    def show_thumbnails(self, open_render: Callable[[], Render], aspect: float) -> None:
        """`open_render` is called in the thread of the thumbnails, such as `lambda: DecodedThumbnails(open_media(...), 40)`."""
        self.view.set_thumbnails(Thumbnails(open_render, self.view), aspect)
        self._place_corner()

    def set_order(self, order: Order) -> None:
        for entry in self.order_button.menu().actions():
            entry.setChecked(entry.data() == order)
        self.view.rows.set_order(order)

    def cancel_drag(self) -> bool:
        """Whether there was one: the first thing that Escape takes back."""
        return self.view.gestures.cancel()

    @Slot()
    def zoom_in(self) -> None:
        self.view.zoom(ZOOM_STEP)

    @Slot()
    def zoom_out(self) -> None:
        self.view.zoom(1 / ZOOM_STEP)

    @Slot()
    def fit(self) -> None:
        self.view.fit()

    # -- the scroll bars

    @Slot()
    def _show_place(self) -> None:
        axis, view = self.view.axis, self.view
        self._place_corner()
        for bar, least, most, page, value, step in (
            (self.down, 0, view.scroll_most, max(ROW, view.height() - view.layer.top), view.layer.scroll, ROW),
            (self.along, axis.least * _FINE, axis.most * _FINE, axis.page * _FINE, axis.left * _FINE, axis.page * _FINE / 10),
        ):
            bar.blockSignals(True)
            bar.setRange(round(least), round(most))
            bar.setPageStep(max(1, round(page)))
            bar.setSingleStep(max(1, round(step)))
            bar.setValue(round(value))
            bar.blockSignals(False)
        self.down.setVisible(view.scroll_most > 0)
        self.along.setVisible(not axis.fits)

    @Slot(int)
    def _on_along(self, value: int) -> None:
        self.view.moved(self.view.axis.set(value / _FINE, self.view.axis.scale))

    def _place_corner(self) -> None:
        self._corner.setGeometry(0, 4, self.view.layer.names - 1, 30)

    def eventFilter(self, watched: object, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize:
            self._show_place()
        return False
