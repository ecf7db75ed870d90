"""The strip below the canvas for image groups: the members as small pictures, the one that is looked at marked."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QEvent, QRectF, QSize, Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPalette, QPen, QWheelEvent
from PySide6.QtWidgets import QScrollBar, QVBoxLayout, QWidget

from viewers.decode.request import Decoder
from viewers.timeline.thumbnails import DecodedThumbnails, Thumbnails

HEIGHT = 64  # of a picture, logical px
WIDTH = 96
GAP = 8
TEXT = 18


class MemberView(QWidget):
    """Only what is in sight is decoded and painted, however many members there are."""

    wanted = Signal(int)
    scrolled = Signal()

    def __init__(self, titles: Sequence[str], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.titles = list(titles)
        self.present = 0
        self.left = 0  # px scrolled
        self._thumbs: Thumbnails | None = None
        self.setFixedHeight(HEIGHT + TEXT + 2 * GAP)
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setAccessibleName(self.tr("Images of the group"))

    def set_thumbnails(self, thumbs: Thumbnails | None) -> None:
        self._thumbs = thumbs
        if thumbs is not None:
            thumbs.came.connect(lambda _: self.update())
        self.update()

    @property
    def most(self) -> int:
        """How far it can be scrolled."""
        return max(0, GAP + len(self.titles) * (WIDTH + GAP) - self.width())

    def show_member(self, index: int) -> None:
        self.present = index
        x = GAP + index * (WIDTH + GAP)
        if not self.left <= x - GAP <= x + WIDTH + GAP <= self.left + self.width():
            self.scroll_to(x - (self.width() - WIDTH) // 2)
        self.update()

    def scroll_to(self, left: int) -> None:
        left = min(max(0, left), self.most)
        if left != self.left:
            self.left = left
            self.scrolled.emit()
            self.update()

    def place(self, index: int) -> QRectF:
        return QRectF(GAP + index * (WIDTH + GAP) - self.left, GAP, WIDTH, HEIGHT)

    def at(self, x: float) -> int | None:
        index, within = divmod(x + self.left - GAP, WIDTH + GAP)
        return int(index) if 0 <= index < len(self.titles) and within <= WIDTH else None

    # -- Qt

    def sizeHint(self) -> QSize:
        return QSize(400, HEIGHT + TEXT + 2 * GAP)

    def paintEvent(self, event: QPaintEvent) -> None:
        first = max(0, self.left // (WIDTH + GAP))
        last = min(len(self.titles) - 1, (self.left + self.width()) // (WIDTH + GAP))
        seen = range(first, last + 1)
        if self._thumbs is not None:
            self._thumbs.want(sorted(seen, key=lambda i: abs(i - self.present)))
        painter = QPainter(self)
        painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform)
        for index in seen:
            self._paint_member(painter, index)
        painter.end()

    def _paint_member(self, painter: QPainter, index: int) -> None:
        frame, palette = self.place(index), self.palette()
        painter.fillRect(frame, palette.color(QPalette.ColorRole.AlternateBase))
        image = self._thumbs.get(index) if self._thumbs is not None else None
        if image is not None:
            size = image.size().scaled(frame.size().toSize(), Qt.AspectRatioMode.KeepAspectRatio)
            inner = QRectF(0, 0, size.width(), size.height())
            inner.moveCenter(frame.center())
            painter.drawImage(inner, image)
        if index == self.present:
            painter.setPen(QPen(palette.color(QPalette.ColorRole.Accent), 2))
            painter.drawRect(frame.adjusted(-1, -1, 1, 1))
        here = QPalette.ColorRole.WindowText if index == self.present else QPalette.ColorRole.PlaceholderText
        painter.setPen(palette.color(here))
        text = painter.fontMetrics().elidedText(f"{index + 1}  {self.titles[index]}", Qt.TextElideMode.ElideMiddle, WIDTH)
        below = QRectF(frame.left(), frame.bottom() + 2, WIDTH, TEXT)
        painter.drawText(below, int(Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignVCenter), text)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        index = self.at(event.position().x())
        if event.button() == Qt.MouseButton.LeftButton and index is not None:
            self.wanted.emit(index)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        index = self.at(event.position().x())
        self.setToolTip("" if index is None else f"{index + 1}  {self.titles[index]}")

    def wheelEvent(self, event: QWheelEvent) -> None:
        turned = event.angleDelta()
        self.scroll_to(self.left - (turned.x() or turned.y()))
        event.accept()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}.get(Qt.Key(event.key()))
        if step is None:
            event.ignore()
        else:
            self.wanted.emit(min(max(0, self.present + step), len(self.titles) - 1))

    def changeEvent(self, event: QEvent) -> None:
        if event.type() in (QEvent.Type.PaletteChange, QEvent.Type.FontChange):
            self.update()
        super().changeEvent(event)


class MemberStrip(QWidget):
    """The view with its scroll bar. Ends with `close_strip()`."""

    page_wanted = Signal(int)  # from 0

    def __init__(self, titles: Sequence[str], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("memberStrip")
        self.view = MemberView(titles, self)
        self.bar = QScrollBar(Qt.Orientation.Horizontal, self)
        self.bar.setAccessibleName(self.tr("Images of the group"))
        self.bar.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._thumbs: Thumbnails | None = None
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.view)
        column.addWidget(self.bar)
        self.view.wanted.connect(self.page_wanted)
        self.view.scrolled.connect(self._read_view)
        self.view.installEventFilter(self)
        self.bar.valueChanged.connect(self.view.scroll_to)

    def show_thumbnails(self, open_decoder: Callable[[], Decoder]) -> None:
        dpr = self.devicePixelRatioF()
        self._thumbs = Thumbnails(lambda: DecodedThumbnails(open_decoder(), round(HEIGHT * dpr)), self)
        self.view.set_thumbnails(self._thumbs)

    def show_page(self, page: int) -> None:
        self.view.show_member(page)

    def ask(self) -> None:
        """Into the strip: arrows choose."""
        self.view.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def close_strip(self) -> None:
        self.view.set_thumbnails(None)
        if self._thumbs is not None:
            self._thumbs.close()
            self._thumbs = None

    @Slot()
    def _read_view(self) -> None:
        self.bar.blockSignals(True)
        self.bar.setRange(0, self.view.most)
        self.bar.setPageStep(max(1, self.view.width()))
        self.bar.setSingleStep(WIDTH + GAP)
        self.bar.setValue(self.view.left)
        self.bar.blockSignals(False)
        self.bar.setVisible(self.view.most > 0)

    def eventFilter(self, watched: object, event: QEvent) -> bool:
        if event.type() in (QEvent.Type.Resize, QEvent.Type.Show):
            self.view.scroll_to(self.view.left)
            self._read_view()
        return False
