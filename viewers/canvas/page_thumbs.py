"""The strip of pages beside the canvas: only what is in sight is asked for, off the GUI thread; 2,000 pages cost like ten."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from PySide6.QtCore import QEvent, QPoint, QRectF, QSize, Qt, Signal, Slot
from PySide6.QtGui import QColor, QHelpEvent, QImage, QMouseEvent, QPainter, QPaintEvent, QPalette, QPen, QResizeEvent
from PySide6.QtWidgets import QAbstractScrollArea, QFrame, QToolTip, QWidget

from viewers.canvas.background import Bell
from viewers.canvas.text_marks import ink_on
from viewers.scene.page_reader import PageReader

WIDTH = 136
CELL = 156  # height of a page with its number
_PAD, _NUMBER = 10, 20


class PageThumbs(QAbstractScrollArea):
    page_wanted = Signal(int)

    def __init__(self, reader: PageReader, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("pageThumbs")
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFixedWidth(WIDTH)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # keys stay with the canvas: F and D turn pages
        self.setAccessibleName(self.tr("Pages"))
        self.viewport().setCursor(Qt.CursorShape.PointingHandCursor)
        self.pages, self.page = 0, 0
        self._reader = reader
        self._counts: Mapping[int, int] = {}
        self._hits: Mapping[int, int] = {}
        self._bell = Bell()
        self._bell.rung.connect(self._arrived, Qt.ConnectionType.QueuedConnection)
        self._stop = reader.listen(self._bell.ring)
        self.verticalScrollBar().valueChanged.connect(self._scrolled)
        self.verticalScrollBar().setSingleStep(CELL // 3)

    def close_thumbs(self) -> None:
        self._stop()

    def sizeHint(self) -> QSize:
        return QSize(WIDTH, 400)

    def show_pages(self, pages: int, page: int) -> None:
        """How many there are, and which one is on the canvas; that one is brought into sight."""
        turned = page != self.page or pages != self.pages
        self.pages, self.page = pages, page
        self._set_bar()
        if turned:
            self._reveal()
        self.viewport().update()

    def _reveal(self) -> None:
        bar, top = self.verticalScrollBar(), self.page * CELL
        if top < bar.value():
            bar.setValue(top)
        elif top + CELL > bar.value() + self.viewport().height():
            bar.setValue(top + CELL - self.viewport().height())

    def show_counts(self, objects: Mapping[int, int]) -> None:
        """Objects by page."""
        self._counts = objects
        self.viewport().update()

    def show_hits(self, hits: Mapping[int, int]) -> None:
        self._hits = hits
        self.viewport().update()

    def page_at(self, at: QPoint) -> int | None:
        page = (at.y() + self.verticalScrollBar().value()) // CELL
        return page if 0 <= page < self.pages else None

    def in_sight(self) -> range:
        top = self.verticalScrollBar().value()
        return range(max(0, top // CELL), min(self.pages, -(-(top + self.viewport().height()) // CELL)))

    def _set_bar(self) -> None:
        bar = self.verticalScrollBar()
        bar.setRange(0, max(0, self.pages * CELL - self.viewport().height()))
        bar.setPageStep(max(1, self.viewport().height()))

    @Slot()
    def _scrolled(self) -> None:
        self.viewport().update()

    @Slot()
    def _arrived(self) -> None:
        self.viewport().update()

    def resizeEvent(self, event: QResizeEvent) -> None:
        seen = self.page * CELL < self.verticalScrollBar().value() + event.oldSize().height()
        self._set_bar()
        if seen:
            self._reveal()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        page = self.page_at(event.position().toPoint())
        if event.button() == Qt.MouseButton.LeftButton and page is not None:
            self.page_wanted.emit(page)

    def viewportEvent(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent):
            page = self.page_at(event.pos())
            if page is not None:
                QToolTip.showText(event.globalPos(), self._tip(page), self)
            return True
        return super().viewportEvent(event)

    def _tip(self, page: int) -> str:
        parts = [self.tr("Page {0}").format(f"{page + 1:,}")]
        if self._counts.get(page):
            parts.append(self.tr("{0} objects").format(self._counts[page]))
        if self._hits.get(page):
            parts.append(self.tr("{0} hits").format(self._hits[page]))
        return "\n".join(parts)

    # -- painting

    def paintEvent(self, event: QPaintEvent) -> None:
        p = QPainter(self.viewport())
        p.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform)
        p.fillRect(self.viewport().rect(), self.palette().window())
        shown = self.in_sight()
        for page in shown:
            self._paint_page(p, page)
        p.end()
        if not shown:
            return
        ahead = [*shown, *range(shown[-1] + 1, min(self.pages, shown[-1] + 4)), *range(max(0, shown[0] - 3), shown[0])]
        self._reader.want_thumbs(ahead)

    def _paint_page(self, p: QPainter, page: int) -> None:
        palette = self.palette()
        top = page * CELL - self.verticalScrollBar().value()
        width = self.viewport().width()
        cell = QRectF(2, top + 2, width - 4, CELL - 4)
        if page == self.page:
            p.setPen(QPen(palette.color(QPalette.ColorRole.Accent), 2))
            p.setBrush(palette.highlight())
            p.drawRoundedRect(cell.adjusted(1, 1, -1, -1), 6, 6)
        room = QRectF(_PAD, top + _PAD, width - 2 * _PAD, CELL - _PAD - _NUMBER - 6)
        sheet = self._paint_sheet(p, page, room)
        self._paint_badges(p, page, sheet)
        p.setPen(palette.color(QPalette.ColorRole.Text if page == self.page else QPalette.ColorRole.PlaceholderText))
        number = QRectF(0, top + CELL - _NUMBER - 4, width, _NUMBER)
        p.drawText(number, Qt.AlignmentFlag.AlignCenter, f"{page + 1:,}")

    def _paint_sheet(self, p: QPainter, page: int, room: QRectF) -> QRectF:
        thumb = self._reader.thumb(page)
        p.setPen(QPen(self.palette().color(QPalette.ColorRole.Mid), 1))
        if thumb is None or not thumb.size:
            sheet = QRectF(0, 0, room.height() * 0.71, room.height())
            sheet.moveCenter(room.center())
            p.setBrush(self.palette().midlight() if thumb is None else self.palette().base())
            p.drawRect(sheet)
            if thumb is not None:
                p.drawText(sheet, int(Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap), self.tr("damaged"))
            return sheet
        pixels = np.ascontiguousarray(thumb)
        h, w = pixels.shape[:2]
        scale = min(room.width() / w, room.height() / h)
        sheet = QRectF(0, 0, w * scale, h * scale)
        sheet.moveCenter(room.center())
        p.drawImage(sheet, QImage(pixels.data, w, h, w * 4, QImage.Format.Format_RGB32))
        p.setBrush(Qt.BrushStyle.NoBrush)
        p.drawRect(sheet)
        return sheet

    def _paint_badges(self, p: QPainter, page: int, sheet: QRectF) -> None:
        """How many objects lie on it, upper right; how many hits, upper left."""
        badges = ((self._counts.get(page), self.palette().color(QPalette.ColorRole.Accent), True),)
        badges += ((self._hits.get(page), QColor(255, 200, 0), False),)
        for count, color, right in badges:
            if not count:
                continue
            text = f"{count:,}" if count < 1000 else "999+"
            box = QRectF(0, 0, max(18.0, 8.0 + p.fontMetrics().horizontalAdvance(text)), 18)
            box.moveCenter(sheet.topRight() if right else sheet.topLeft())
            box.moveTop(sheet.top() - 6)
            p.setPen(Qt.PenStyle.NoPen)
            p.setBrush(color)
            p.drawRoundedRect(box, 9, 9)
            p.setPen(ink_on(color))
            p.drawText(box, Qt.AlignmentFlag.AlignCenter, text)
