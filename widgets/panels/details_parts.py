"""What the details pane is made of: sections, lines with a button, a description to be edited, a preview."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QFocusEvent, QImage, QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPlainTextEdit, QVBoxLayout, QWidget

from storage.model.items import GRID_MODALITIES
from storage.model.reads import ActivityRow, DatasetRow, ItemTask
from widgets import icons, theme, words
from widgets.controls.answer_fields import QuietCombo
from widgets.controls.buttons import button, icon_button
from widgets.controls.labels import ElidedLabel, ReusedLines, label
from widgets.item_models.task_rows import status_title


class Section(QWidget):
    """A small heading and what belongs to it."""

    def __init__(self, title: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, theme.GAP, 0, 0)
        column.setSpacing(theme.INSIDE)
        heading = label(title, "heading")
        column.addWidget(heading)
        self.body = QVBoxLayout()
        self.body.setSpacing(theme.INSIDE)
        column.addLayout(self.body)

    def clear(self) -> None:
        while (item := self.body.takeAt(0)) is not None:
            item.widget().hide()
            item.widget().deleteLater()


class ActivityList(Section):
    """What was done, newest first. Its lines are used again: it is shown anew at every batch while much is added."""

    def __init__(self, title: str, parent: QWidget | None = None) -> None:
        super().__init__(title, parent)
        self._lines = ReusedLines(self._add_line)

    def show_rows(self, rows: Sequence[ActivityRow]) -> None:
        for (text, when), row in zip(self._lines.show(len(rows)), rows, strict=True):
            text.setText(words.name(row.text))
            when.setText(f"{words.when(row.at)} · {row.who}")
            when.setToolTip(words.when_exactly(row.at))

    def _add_line(self, _row: int) -> tuple[QLabel, QLabel]:
        text, when = label("", wrap=True, parent=self), label("", "small", parent=self)
        self.body.addWidget(text)
        self.body.addWidget(when)
        return text, when


class ItemLine(QWidget):
    """Another item, which can be opened."""

    open_wanted = Signal(int)

    def __init__(self, item_id: int, text: str, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._id = item_id
        self._open = button(self.tr("Open"), quiet=True)
        self._open.setAccessibleName(self.tr("Open {0}").format(name))
        line = QHBoxLayout(self)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(theme.INSIDE)
        line.addWidget(ElidedLabel(words.name(text)), 1)
        line.addWidget(self._open)
        self._open.clicked.connect(lambda: self.open_wanted.emit(self._id))


class DatasetLine(QWidget):
    view_wanted = Signal(int)
    remove_wanted = Signal(int)

    def __init__(self, row: DatasetRow, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._id = row.id
        self._view = button(self.tr("View"), quiet=True)
        self._view.setAccessibleName(self.tr("View dataset {0}").format(row.title))
        self._remove = icon_button("ph.x", self.tr("Remove from {0}").format(row.title))
        line = QHBoxLayout(self)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(theme.INSIDE)
        line.addWidget(ElidedLabel(row.title), 1)
        line.addWidget(self._view)
        line.addWidget(self._remove)
        self._view.clicked.connect(self._want_view)
        self._remove.clicked.connect(self._want_remove)

    def _want_view(self) -> None:
        self.view_wanted.emit(self._id)

    def _want_remove(self) -> None:
        self.remove_wanted.emit(self._id)


class ModalityLine(QWidget):
    """What a NIfTI or NRRD is taken for: its file does not say it."""

    chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.choice = QuietCombo(self)
        self.choice.setAccessibleName(self.tr("Taken for"))
        self.choice.setToolTip(self.tr("Windows, 3D views and units follow; the file does not say what it shows."))
        for value in ("", *GRID_MODALITIES):
            self.choice.addItem(words.modality(value), value)
        line = QHBoxLayout(self)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(theme.GAP)
        line.addWidget(label(self.tr("Taken for"), "quiet"))
        line.addWidget(self.choice, 1)
        self.choice.activated.connect(lambda _row: self.chosen.emit(self.choice.currentData()))

    def show_modality(self, modality: object) -> None:
        self.choice.setCurrentIndex(max(0, self.choice.findData(modality or "")))


class TaskLine(QWidget):
    """A project that has the item, how far the task is, and a way to it."""

    open_wanted = Signal(int)

    def __init__(self, placed: ItemTask, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        task = self._task = placed.task
        self._open = button(self.tr("Open task"), quiet=True)
        self._open.setAccessibleName(self.tr("Open the task in {0}").format(placed.project_title))
        state = [placed.stage_title, status_title(task.status), task.assignee]
        lines = QVBoxLayout()
        lines.setSpacing(0)
        lines.addWidget(ElidedLabel(placed.project_title))
        said = ElidedLabel(" · ".join(filter(None, state)))
        said.setProperty("role", "small")
        lines.addWidget(said)
        line = QHBoxLayout(self)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(theme.INSIDE)
        line.addLayout(lines, 1)
        line.addWidget(self._open)
        self._open.clicked.connect(lambda: self.open_wanted.emit(self._task.id))


class DescriptionEdit(QPlainTextEdit):
    """Grows with its text; leaving it or Ctrl+Enter takes it, Esc does not."""

    edited = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._before = ""
        self.setPlaceholderText(self.tr("Add a description"))
        self.setAccessibleName(self.tr("Description"))
        self.setTabChangesFocus(True)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAsNeeded)
        self.textChanged.connect(self._grow)
        self._grow()

    def show_text(self, text: str) -> None:
        if self.hasFocus() and self.toPlainText() != self._before:
            return  # being typed
        self._before = text
        self.setPlainText(text)

    def _grow(self) -> None:
        lines = max(1, min(6, self.document().blockCount() + len(self.toPlainText()) // 40))
        self.setFixedHeight(lines * self.fontMetrics().lineSpacing() + 20)

    def _take(self) -> None:
        text = self.toPlainText().strip()
        if text != self._before:
            self._before = text
            self.edited.emit(text)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self._take()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        enter = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
        if enter and event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self._take()
        elif event.key() == Qt.Key.Key_Escape:
            self.setPlainText(self._before)
        else:
            super().keyPressEvent(event)


class Preview(QWidget):
    opened = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._image: QImage | None = None
        self._icon = "ph.file"
        self.setFixedHeight(180)
        self.setAccessibleName(self.tr("Preview"))

    def show_picture(self, image: QImage | None, icon: str) -> None:
        self._image, self._icon = image, icon or self._icon
        self.update()

    def mouseDoubleClickEvent(self, event: object) -> None:
        self.opened.emit()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.hover())
        painter.drawRoundedRect(self.rect(), theme.RADIUS, theme.RADIUS)
        if self._image is None:
            icons.paint(painter, self.rect().adjusted(0, 66, 0, -66), self._icon, theme.subtle_text())
            return
        size = self._image.size().scaled(self.size(), Qt.AspectRatioMode.KeepAspectRatio)
        place = QRectF((self.width() - size.width()) / 2, (self.height() - size.height()) / 2, size.width(), size.height())
        painter.drawImage(place, self._image)
