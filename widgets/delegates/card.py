"""One card of the grid: picture, badges, name, a line of facts."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QPoint, QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QPalette, QPen, QPixmap

from storage.model.items import FileRow, Kind, Location
from widgets import icons, theme, words

CAPTION = 44
PAD = 6
_BADGE_H = 18
_TROUBLE = {Location.MISSING, Location.CHANGED}


@dataclass(slots=True)
class CardState:
    selected: bool = False
    current: bool = False
    hovered: bool = False
    focused: bool = False


class CardPainter:
    """Holds fonts, metrics and colours over one paint event, so that a card costs a few dozen microseconds."""

    def __init__(self, painter: QPainter, palette: QPalette, font: QFont, ratio: float) -> None:
        self._painter = painter
        self._ratio = ratio
        self._name_font = font
        self._name_metrics = QFontMetrics(font)
        self._small = theme.font(theme.SMALL)
        self._small_metrics = QFontMetrics(self._small)
        role = QPalette.ColorRole
        self._ink = palette.color(role.Text)
        self._quiet = palette.color(role.PlaceholderText)
        self._mount = palette.color(role.Midlight)
        self._selected = palette.color(role.Highlight)
        self._accent = palette.color(role.Accent)
        self._hover = palette.color(role.Window)
        self._danger = theme.danger()

    def paint(self, cell: QRect, row: FileRow | None, thumb: QPixmap | None, waiting: bool, state: CardState) -> None:
        painter = self._painter
        card = cell.adjusted(3, 3, -3, -3)
        self._ground(card, state)
        picture = QRect(card.x() + PAD, card.y() + PAD, card.width() - 2 * PAD, card.height() - CAPTION - PAD)
        if row is None:
            painter.setPen(self._quiet)
            painter.drawText(picture, Qt.AlignmentFlag.AlignCenter, "…")
            return
        self._picture(picture, row, thumb, waiting)
        self._badges(picture, row)
        self._caption(card, picture, row)

    def _ground(self, card: QRect, state: CardState) -> None:
        painter = self._painter
        painter.setPen(QPen(self._accent, 1) if state.current and state.focused else Qt.PenStyle.NoPen)
        if state.selected:
            painter.setBrush(self._selected)
        elif state.hovered:
            painter.setBrush(self._hover)
        elif state.current and state.focused:
            painter.setBrush(Qt.BrushStyle.NoBrush)
        else:
            return
        painter.drawRoundedRect(QRectF(card).adjusted(0.5, 0.5, -0.5, -0.5), 8, 8)

    def _picture(self, area: QRect, row: FileRow, thumb: QPixmap | None, waiting: bool) -> None:
        painter = self._painter
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._mount)
        painter.drawRoundedRect(area, theme.RADIUS, theme.RADIUS)
        if thumb is None:
            if not waiting:
                side = min(40, area.height() // 2)
                glyph = QRect(area.center() - QPoint(side // 2, side // 2), QSize(side, side))
                painter.drawPixmap(glyph, icons.pixmap(words.icon_of(row.kind, row.title), side, self._quiet, self._ratio))
            return
        size = QSize(thumb.width(), thumb.height()).scaled(area.size(), Qt.AspectRatioMode.KeepAspectRatio)
        place = QRect(QPoint(0, 0), size)
        place.moveCenter(area.center())
        painter.drawPixmap(place, thumb)

    def _badges(self, area: QRect, row: FileRow) -> None:
        left, bottom = area.x() + 4, area.bottom() - 4 - _BADGE_H
        length = words.length(row)
        if row.kind is not Kind.IMAGE or length:
            left = self._badge(left, bottom, words.icon_of(row.kind, row.title), length)
        right = area.right() - 4
        if row.labelled:
            right = self._dot(right, bottom, "ph.tag", self._accent)
        if row.location is not Location.LOCAL:
            colour = self._danger if row.location in _TROUBLE else QColor("#f2f3f5")
            right = self._dot(right, bottom, words.LOCATION_ICONS[row.location], colour)
        if row.warnings:
            self._dot(right, bottom, "ph.warning", QColor("#f5c86b"))

    def _badge(self, x: int, y: int, icon: str, text: str) -> int:
        """Over pictures, so always light on dark."""
        painter = self._painter
        wide = 22 + (self._small_metrics.horizontalAdvance(text) + 4 if text else 0)
        self._pill(QRect(x, y, wide, _BADGE_H))
        painter.drawPixmap(QPointF(x + 4, y + 2), icons.pixmap(icon, 14, QColor("#f2f3f5"), self._ratio))
        if text:
            painter.setFont(self._small)
            painter.setPen(QColor("#f2f3f5"))
            painter.drawText(QRect(x + 20, y, wide - 20, _BADGE_H), Qt.AlignmentFlag.AlignVCenter, text)
        return x + wide + 4

    def _dot(self, right: int, y: int, icon: str, colour: QColor) -> int:
        lit = colour if colour.lightnessF() > 0.6 else colour.lighter(170)
        self._pill(QRect(right - 20, y, 20, _BADGE_H))
        self._painter.drawPixmap(QPointF(right - 17, y + 2), icons.pixmap(icon, 14, lit, self._ratio))
        return right - 24

    def _pill(self, area: QRect) -> None:
        self._painter.setPen(Qt.PenStyle.NoPen)
        self._painter.setBrush(QColor(16, 17, 19, 190))
        self._painter.drawRoundedRect(area, 5, 5)

    def _caption(self, card: QRect, picture: QRect, row: FileRow) -> None:
        painter = self._painter
        painter.setFont(self._name_font)
        painter.setPen(self._ink)
        name = self._name_metrics.elidedText(words.name(row.title), Qt.TextElideMode.ElideMiddle, picture.width())
        top = picture.bottom() + 5
        painter.drawText(QRect(picture.x(), top, picture.width(), 18), Qt.AlignmentFlag.AlignVCenter, name)
        sized = row.width is not None and row.kind is not Kind.PDF
        facts = words.dimensions(row.width, row.height) if sized else words.size(row.size)
        if sized and picture.width() > 140:
            facts = f"{facts}   {words.size(row.size)}"
        painter.setFont(self._small)
        painter.setPen(self._quiet)
        shown = self._small_metrics.elidedText(facts, Qt.TextElideMode.ElideRight, picture.width())
        painter.drawText(QRect(picture.x(), top + 18, picture.width(), 15), Qt.AlignmentFlag.AlignVCenter, shown)


def caption_area(cell: QRect) -> QRect:
    """Where the name stands, for renaming in place."""
    card = cell.adjusted(3, 3, -3, -3)
    return QRect(card.x() + 2, card.bottom() - CAPTION + 2, card.width() - 4, 28)
