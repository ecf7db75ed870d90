"""The part of an object's form that draws its skeleton: the board, its tools, and the point that is chosen."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal, Slot
from PySide6.QtGui import QImage, QImageReader
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QToolButton, QVBoxLayout, QWidget

from storage.errors import PostilError
from storage.model import template_edit
from storage.model.ontology import ObjectClass, SkeletonTemplate
from widgets import theme
from widgets.controls.buttons import icon_button
from widgets.controls.color_button import ColorButton
from widgets.controls.labels import label
from widgets.controls.name_field import NameField
from widgets.controls.skeleton_board import SkeletonBoard

PICTURE_SIZE = 1200  # px; larger ones are read smaller


class SkeletonForm(QWidget):
    changed = Signal(str, object, bool)  # what was done, the SkeletonTemplate, whether points are gone
    refused = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.board = SkeletonBoard(self)
        self.points = self._tool("mdi6.vector-point", self.tr("Points: click sets one, drag moves it"), checkable=True)
        self.lines = self._tool("mdi6.vector-line", self.tr("Lines: drag from point to point (Shift)"), checkable=True)
        self.mirror = self._tool("mdi6.flip-horizontal", self.tr("Mirror the chosen points to the other side"))
        self.remove = self._tool("ph.trash", self.tr("Delete what is chosen (Del)"))
        self.picture = self._tool("ph.image", self.tr("Draw over a picture…"), checkable=True)
        self.name = NameField(self)
        self.name.setAccessibleName(self.tr("Name of the point"))
        self.name.setPlaceholderText(self.tr("Choose a point"))
        self.color = ColorButton(self)
        tools = QHBoxLayout()
        tools.setSpacing(2)
        tools.addWidget(label(self.tr("Drawing"), parent=self))
        tools.addStretch(1)
        for button in (self.points, self.lines, self.mirror, self.remove, self.picture):
            tools.addWidget(button)
        chosen = QHBoxLayout()
        chosen.setSpacing(theme.GAP)
        chosen.addWidget(self.name, 1)
        chosen.addWidget(self.color)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.INSIDE)
        column.addLayout(tools)
        column.addWidget(self.board)
        column.addLayout(chosen)
        self._connect()
        self._show_chosen()

    def _tool(self, name: str, title: str, *, checkable: bool = False) -> QToolButton:
        made = icon_button(name, title, parent=self)
        made.setCheckable(checkable)
        return made

    def _connect(self) -> None:
        self.points.clicked.connect(self._draw_points)
        self.lines.clicked.connect(self._draw_lines)
        self.mirror.clicked.connect(self.board.mirror_selected)
        self.remove.clicked.connect(self.board.remove_selected)
        self.picture.clicked.connect(self._ask_picture)
        self.name.typed.connect(self._rename)
        self.color.chosen.connect(self._recolor)
        self.board.changed.connect(self._changed)
        self.board.selected_changed.connect(self._show_chosen)
        self.points.setChecked(True)

    def show_object(self, thing: ObjectClass, template: SkeletonTemplate | None) -> None:
        if self.board.template is not None and self.board.template.feature_hash != thing.feature_hash:
            self.name.flush()
            self.board._choose(set())
        self._shown = template or template_edit.blank(thing)
        self.board.show_template(self._shown, thing.color)
        self._show_chosen()

    def show_picture(self, picture: QImage | None) -> None:
        self.picture.setChecked(picture is not None)
        self.board.show_picture(picture)

    def flush(self) -> None:
        self.name.flush()

    # -- tools

    @Slot()
    def _draw_points(self) -> None:
        self._set_mode(lines=False)

    @Slot()
    def _draw_lines(self) -> None:
        self._set_mode(lines=True)

    def _set_mode(self, *, lines: bool) -> None:
        self.points.setChecked(not lines)
        self.lines.setChecked(lines)
        self.board.set_mode("lines" if lines else "points")

    @Slot(bool)
    def _ask_picture(self, on: bool) -> None:
        if not on:
            self.show_picture(None)
            return
        path, _ = QFileDialog.getOpenFileName(
            self, self.tr("Draw over a picture"), "", self.tr("Pictures (*.png *.jpg *.jpeg *.webp *.bmp)")
        )
        reader = QImageReader(path)
        reader.setAutoTransform(True)
        size = reader.size()
        if max(size.width(), size.height()) > PICTURE_SIZE:
            reader.setScaledSize(size.scaled(QSize(PICTURE_SIZE, PICTURE_SIZE), Qt.AspectRatioMode.KeepAspectRatio))
        image = reader.read() if path else QImage()
        if path and image.isNull():
            self.refused.emit(self.tr("{file} cannot be shown: {why}.").format(file=path, why=reader.errorString()))
        self.show_picture(None if image.isNull() else image)

    # -- the chosen point

    @property
    def _index(self) -> int | None:
        """The one that is chosen, if it is one."""
        return next(iter(self.board.selected)) if len(self.board.selected) == 1 else None

    @Slot()
    def _show_chosen(self) -> None:
        template, index = self.board.template, self._index
        points = template.points if template is not None else ()
        some = sorted(i for i in self.board.selected if i < len(points))
        self.name.setEnabled(index is not None)
        self.name.set_quietly(points[index].name if index is not None and index < len(points) else "", True)
        self.color.setEnabled(bool(some))
        self.color.show_color(points[some[0]].color if some else self.board.color)
        self.mirror.setEnabled(bool(some))
        self.remove.setEnabled(bool(some) or self.board.edge is not None)

    @Slot(str)
    def _rename(self, name: str) -> None:
        index, template = self._index, self.board.template
        if index is None or template is None:
            return
        try:
            self._changed(self.tr("Rename a point"), template_edit.rename_point(template, index, name))
        except PostilError as error:
            self.refused.emit(f"{error.reason} {error.remedy}".strip())
            self._show_chosen()

    @Slot(str)
    def _recolor(self, color: str) -> None:
        if self.board.template is not None and self.board.selected:
            made = template_edit.recolor_points(self.board.template, self.board.selected, color)
            self._changed(self.tr("Recolour points"), made)

    @Slot(str, object)
    def _changed(self, text: str, template: SkeletonTemplate) -> None:
        gone = {p.feature_hash for p in self._shown.points} - {p.feature_hash for p in template.points}
        self.changed.emit(text, template, bool(gone))
