"""Pictures for the cards near the screen: asked for when painted, newest first, bounded in bytes."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtGui import QImage, QPixmap

from storage.model.items import FileRow
from widgets.thumbs import Thumbs, next_generation

ASK_AFTER_MS = 20
ASK_AGAIN_MS = 600
ASK_AGAIN_TIMES = 12
BUDGET_BYTES = 96 * 1024 * 1024


class ThumbCache(QObject):
    """`get` while painting; `arrived` names the item whose card should be painted again."""

    arrived = Signal(int)

    def __init__(self, thumbs: Thumbs, visible: Callable[[], list[FileRow]], parent: QObject | None = None) -> None:
        """`visible` lists the rows on screen and just beyond, the most wanted first."""
        super().__init__(parent)
        self._thumbs = thumbs
        self._visible = visible
        self._pixmaps: OrderedDict[str, QPixmap] = OrderedDict()
        self._none: set[str] = set()
        self._keys: dict[int, str] = {}  # what was asked for, by item
        self._bytes = 0
        self._times: dict[str, int] = {}
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(ASK_AFTER_MS)
        self._timer.timeout.connect(self._ask)
        # Another widget's request may have pushed ours out.
        self._again = QTimer(self)
        self._again.setSingleShot(True)
        self._again.setInterval(ASK_AGAIN_MS)
        self._again.timeout.connect(self._ask_again)
        thumbs.ready.connect(self._take)

    def get(self, row: FileRow) -> tuple[QPixmap | None, bool]:
        """The picture if it is here, and whether one may still come."""
        key = row.thumb_key
        if key is None or key in self._none:
            return None, False
        found = self._pixmaps.get(key)
        if found is not None:
            self._pixmaps.move_to_end(key)
            return found, False
        image = self._thumbs.get(key)
        if image is not None:
            return self._keep(key, image), False
        if not self._timer.isActive():
            self._timer.start()
        return None, True

    def forget_failures(self) -> None:
        self._none.clear()

    def _ask_again(self) -> None:
        """What was asked for many times and never came is taken as not to be had, until something changes."""
        self._times = {key: self._times.get(key, 0) + 1 for key in self._keys.values()}
        given_up = {key for key, times in self._times.items() if times > ASK_AGAIN_TIMES}
        self._none |= given_up
        for item_id in [each for each, key in self._keys.items() if key in given_up]:
            del self._keys[item_id]
            self.arrived.emit(item_id)
        self._ask()

    def _ask(self) -> None:
        wanted = []
        for row in self._visible():
            key = row.thumb_key
            if key is None or not self._lacks(key):
                continue
            image = self._thumbs.get(key)
            if image is None:
                wanted.append((row.id, key))
            else:  # another widget has asked for it since this one was painted: it will not be told again
                self._keep(key, image)
                self.arrived.emit(row.id)
        if not wanted:
            return
        self._keys = dict(wanted)
        self._thumbs.request(wanted, next_generation())
        self._again.start()

    def _lacks(self, key: str) -> bool:
        return key not in self._pixmaps and key not in self._none

    def _take(self, item_id: int, image: QImage) -> None:
        key = self._keys.pop(item_id, None)
        if key is None:
            return  # of an earlier request, or another view's: no longer on screen here
        if image.isNull():
            self._none.add(key)
        else:
            self._keep(key, image)
        self.arrived.emit(item_id)

    def _keep(self, key: str, image: QImage) -> QPixmap:
        pixmap = QPixmap.fromImage(image)
        self._pixmaps[key] = pixmap
        self._bytes += _weight(pixmap)
        while self._bytes > BUDGET_BYTES and len(self._pixmaps) > 1:
            self._bytes -= _weight(self._pixmaps.popitem(last=False)[1])
        return pixmap


def _weight(pixmap: QPixmap) -> int:
    return pixmap.width() * pixmap.height() * 4
