"""How far the answer of a dynamic attribute reaches: one small drop-down, kept in the focus from object to object."""

from __future__ import annotations

from PySide6.QtCore import Slot
from PySide6.QtGui import QStandardItemModel
from PySide6.QtWidgets import QHBoxLayout, QWidget

from storage.editing.answer_extent import Extent
from storage.editing.focus import Focus
from widgets import theme
from widgets.controls.answer_fields import QuietCombo
from widgets.controls.labels import label
from widgets.controls.range_chips import frames_text


class ExtentChoice(QWidget):
    def __init__(self, focus: Focus, counts_from: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._focus, self._base = focus, counts_from
        self.combo = QuietCombo(self)
        self.combo.setAccessibleName(self.tr("How far an answer reaches"))
        self.combo.setToolTip(self.tr("On which frames a new answer holds: “from here on” reaches to the next change"))
        for extent, title in (
            (Extent.ONWARD, self.tr("from here on")),
            (Extent.WHOLE, self.tr("on all frames")),
            (Extent.SPAN, self.tr("on chosen frames")),
            (Extent.FRAME, self.tr("on this frame only")),
        ):
            self.combo.addItem(title, extent)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.GAP)
        row.addWidget(label(self.tr("Answers hold"), "quiet", parent=self))
        row.addWidget(self.combo, 1)
        self.combo.activated.connect(self._chosen)
        self._stop = focus.listen(self._focus_changed)
        self._show()

    def close_down(self) -> None:
        self._stop()

    @Slot(int)
    def _chosen(self, place: int) -> None:
        self._focus.set(extent=Extent(self.combo.itemData(place)))

    def _focus_changed(self, names: frozenset[str]) -> None:
        if names & {"extent", "span"}:
            self._show()

    def _show(self) -> None:
        """The chosen frames are offered only where there are any."""
        place, span = self.combo.findData(Extent.SPAN), self._focus.span
        where = self.tr("on frames {range}").format(range=frames_text(*span, self._base)) if span else ""
        self.combo.setItemText(place, where or self.tr("on chosen frames"))
        model = self.combo.model()
        assert isinstance(model, QStandardItemModel)
        model.item(place).setEnabled(span is not None)
        model.item(place).setToolTip("" if span else self.tr("Choose frames on the timeline first"))
        if self._focus.extent is Extent.SPAN and span is None:
            self._focus.set(extent=Extent.ONWARD)
        self.combo.setCurrentIndex(self.combo.findData(self._focus.extent))
