"""A plain editor for JSON: fixed width, coloured, numbered lines, and the line of the fault marked."""

from __future__ import annotations

import re

from PySide6.QtCore import QRect, QSize, Qt, Slot
from PySide6.QtGui import QPainter, QPaintEvent, QResizeEvent, QSyntaxHighlighter, QTextCharFormat, QTextCursor, QTextFormat
from PySide6.QtWidgets import QPlainTextEdit, QTextEdit, QWidget

from widgets import icons, theme

_TOKENS = re.compile(
    r'(?P<key>"(?:[^"\\]|\\.)*"(?=\s*:))|(?P<string>"(?:[^"\\]|\\.)*"?)'
    r"|(?P<number>-?\b\d+(?:\.\d+)?(?:[eE][+-]?\d+)?\b)|(?P<word>\b(?:true|false|null)\b)"
)


class JsonColors(QSyntaxHighlighter):
    def highlightBlock(self, text: str) -> None:
        colors = {
            "key": theme.accent(),
            "string": theme.success(),
            "number": theme.warning(),
            "word": theme.warning(),
        }
        for token in _TOKENS.finditer(text):
            form = QTextCharFormat()
            form.setForeground(colors[token.lastgroup or "string"])
            self.setFormat(token.start(), token.end() - token.start(), form)


class JsonEdit(QPlainTextEdit):
    """`mark(line, column)` counts from 1; 0 takes the mark away."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.fault_line = 0
        self._gutter = _Gutter(self)
        self._colors = JsonColors(self.document())
        self.setFont(theme.fixed_font())
        self.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.setTabStopDistance(2 * self.fontMetrics().horizontalAdvance(" "))
        self.setTabChangesFocus(False)
        self.setAccessibleName(self.tr("Ontology as JSON"))
        self.blockCountChanged.connect(self._make_room)
        self.updateRequest.connect(self._gutter.follow)
        theme.on_change(self._recolor)
        self._make_room()

    def mark(self, line: int, column: int = 0) -> None:
        self.fault_line = line
        marks: list[QTextEdit.ExtraSelection] = []
        block = self.document().findBlockByNumber(line - 1) if line > 0 else None
        if block is not None and block.isValid():
            ground = theme.danger()
            ground.setAlpha(40)
            whole = QTextEdit.ExtraSelection()
            whole.format.setBackground(ground)
            whole.format.setProperty(QTextFormat.Property.FullWidthSelection, True)
            whole.cursor = QTextCursor(block)
            marks.append(whole)
            if 0 < column <= block.length():
                spot = QTextEdit.ExtraSelection()
                spot.format.setUnderlineStyle(QTextCharFormat.UnderlineStyle.WaveUnderline)
                spot.format.setUnderlineColor(theme.danger())
                spot.cursor = QTextCursor(block)
                spot.cursor.setPosition(block.position() + min(column - 1, max(0, block.length() - 2)))
                spot.cursor.movePosition(QTextCursor.MoveOperation.NextCharacter, QTextCursor.MoveMode.KeepAnchor)
                marks.append(spot)
        self.setExtraSelections(marks)
        self._gutter.update()

    def go_to(self, line: int, column: int = 1) -> None:
        block = self.document().findBlockByNumber(max(0, line - 1))
        if block.isValid():
            cursor = QTextCursor(block)
            cursor.setPosition(block.position() + min(max(0, column - 1), max(0, block.length() - 1)))
            self.setTextCursor(cursor)
            self.centerCursor()

    def gutter_width(self) -> int:
        return 30 + self.fontMetrics().horizontalAdvance("9") * max(2, len(str(self.blockCount())))

    def paint_gutter(self, painter: QPainter, area: QRect) -> None:
        painter.fillRect(area, self.palette().alternateBase())
        painter.setFont(self.font())
        block = self.firstVisibleBlock()
        top = self.blockBoundingGeometry(block).translated(self.contentOffset()).top()
        width = self._gutter.width()
        while block.isValid() and top <= area.bottom():
            height = self.blockBoundingRect(block).height()
            if block.isVisible() and top + height >= area.top():
                number = block.blockNumber() + 1
                place = QRect(0, round(top), width - 8, round(height))
                if number == self.fault_line:
                    icons.paint(painter, QRect(4, round(top + height / 2 - 7), 14, 14), "ph.x-circle", theme.danger())
                painter.setPen(theme.danger() if number == self.fault_line else theme.subtle_text())
                painter.drawText(place, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, str(number))
            block = block.next()
            top += height

    @Slot()
    def _make_room(self) -> None:
        self.setViewportMargins(self.gutter_width(), 0, 0, 0)

    @Slot()
    def _recolor(self) -> None:
        self._colors.rehighlight()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        inside = self.contentsRect()
        self._gutter.setGeometry(QRect(inside.left(), inside.top(), self.gutter_width(), inside.height()))


class _Gutter(QWidget):
    def __init__(self, edit: JsonEdit) -> None:
        super().__init__(edit)
        self._edit = edit

    @Slot(QRect, int)
    def follow(self, area: QRect, moved: int) -> None:
        if moved:
            self.scroll(0, moved)
        else:
            self.update(0, area.y(), self.width(), area.height())

    def sizeHint(self) -> QSize:
        return QSize(self._edit.gutter_width(), 0)

    def paintEvent(self, event: QPaintEvent) -> None:
        self._edit.paint_gutter(QPainter(self), event.rect())
