"""A place to drop files and folders on, and two buttons that choose them."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QDragEnterEvent, QDragLeaveEvent, QDropEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from widgets import drags, icons, theme
from widgets.controls.buttons import button
from widgets.controls.labels import label


class DropZone(QWidget):
    """`filter` is what the dialog for files offers, in Qt's form: "Sound (*.wav *.mp3)"."""

    dropped = Signal(list)

    def __init__(self, say: str, more: str = "", filter: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._over = False
        self._filter = filter
        self.setAcceptDrops(True)
        self.setMinimumHeight(150)
        self._icon = QLabel()
        self._icon.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._icon.setPixmap(icons.pixmap("ph.upload-simple", 32, theme.subtle_text(), self.devicePixelRatioF()))
        self.files = button(self.tr("Choose files…"))
        self.folder = button(self.tr("Choose a folder…"))
        row = QHBoxLayout()
        row.addStretch()
        row.addWidget(self.files)
        row.addWidget(self.folder)
        row.addStretch()
        column = QVBoxLayout(self)
        column.setSpacing(theme.GAP)
        column.addStretch()
        column.addWidget(self._icon)
        for text, role in ((say, ""), (more, "small")):
            if text:
                line = label(text, role, wrap=True)
                line.setAlignment(Qt.AlignmentFlag.AlignCenter)
                column.addWidget(line)
        column.addLayout(row)
        column.addStretch()
        self.files.clicked.connect(self._choose_files)
        self.folder.clicked.connect(self._choose_folder)

    def _choose_files(self) -> None:
        paths, _ = QFileDialog.getOpenFileNames(self, self.tr("Choose files"), filter=self._filter)
        if paths:
            self.dropped.emit(paths)

    def _choose_folder(self) -> None:
        path = QFileDialog.getExistingDirectory(self, self.tr("Choose a folder"))
        if path:
            self.dropped.emit([path])

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        self._over = bool(drags.paths_of(event.mimeData()))
        event.setDropAction(Qt.DropAction.CopyAction)
        event.setAccepted(self._over)
        self.update()

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        self._over = False
        self.update()

    def dropEvent(self, event: QDropEvent) -> None:
        self._over = False
        self.update()
        event.setDropAction(Qt.DropAction.CopyAction)
        event.accept()
        self.dropped.emit(drags.paths_of(event.mimeData()))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        pen = QPen(theme.accent() if self._over else self.palette().color(self.palette().ColorRole.Dark), 1)
        pen.setStyle(Qt.PenStyle.DashLine)
        painter.setPen(pen)
        painter.setBrush(theme.selection() if self._over else self.palette().base())
        painter.drawRoundedRect(self.rect().adjusted(1, 1, -2, -2), 8, 8)
