"""The buttons above the items: what can be done with them, and how they are shown."""

from __future__ import annotations

from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QWidget

from widgets import theme
from widgets.controls.buttons import button, icon_button
from widgets.controls.zoom_slider import ZoomSlider
from widgets.only_read import writes
from widgets.views.file_grid import THUMB_MAX, THUMB_MIN


class FilesTools(QWidget):
    def __init__(self, thumb_size: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.add_data = button(self.tr("Add data"), "ph.plus", primary=True)
        self.new_folder = button(self.tr("New folder"), "ph.folder-simple-plus", quiet=True)
        self.add_to_dataset = button(self.tr("Add to dataset…"), "ph.database", quiet=True)
        writes(self.add_data, self.new_folder, self.add_to_dataset)
        self.zoom = ZoomSlider(THUMB_MIN, THUMB_MAX)
        self.zoom.setValue(thumb_size)
        self.grid = icon_button("ph.squares-four", self.tr("Show as pictures"), tip=self.tr("Pictures (Ctrl+1)"))
        self.table = icon_button("ph.rows", self.tr("Show as a table"), tip=self.tr("Table (Ctrl+2)"))
        group = QButtonGroup(self)
        for each in (self.grid, self.table):
            each.setCheckable(True)
            group.addButton(each)
        self.grid.setChecked(True)
        self._lay_out()

    def _lay_out(self) -> None:
        row = QHBoxLayout(self)
        row.setContentsMargins(theme.GROUP, theme.GAP, theme.GROUP, theme.INSIDE)
        row.setSpacing(theme.GAP)
        for each in (self.add_data, self.new_folder, self.add_to_dataset):
            row.addWidget(each)
        row.addStretch()
        for each in (self.zoom, self.grid, self.table):
            row.addWidget(each)

    def offer_dataset(self, *, selected: bool) -> None:
        self.add_to_dataset.setEnabled(selected)
        self.add_to_dataset.setToolTip("" if selected else self.tr("Select items first."))

    def show_mode(self, *, grid: bool) -> None:
        (self.grid if grid else self.table).setChecked(True)
        self.zoom.setVisible(grid)
