"""Thumbnails for lists: read from their file, made where they are missing, newest request first."""

from __future__ import annotations

import logging
import threading
from collections import OrderedDict
from collections.abc import Callable, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from pathlib import Path

from PySide6.QtCore import QObject, Qt, Signal, Slot
from PySide6.QtGui import QImage

from storage.errors import PostilError
from storage.media.thumbnails import ThumbnailStore

log = logging.getLogger(__name__)
SIZE_PX = 256
LONGEST_S = 60.0  # for one small picture; those that take longer are left out until the next start


class ThumbnailLoader(QObject):
    """Implements `widgets.thumbs.Thumbs`: ask with a generation, `ready` brings images on the GUI thread."""

    ready = Signal(int, QImage)
    _loaded = Signal(int, str, QImage)

    KEEP = 600  # decoded images in memory, about 200 kB each

    def __init__(
        self,
        store: ThumbnailStore,
        original: Callable[[int], Path | None],
        processes: Executor | None = None,
        parent: QObject | None = None,
    ) -> None:
        """`processes` draw what is missing, where a broken file can neither stop nor end the window."""
        super().__init__(parent)
        self._store, self._original, self._processes = store, original, processes
        self._images: OrderedDict[str, QImage] = OrderedDict()
        self._wanted: dict[int, str] = {}
        self._lock = threading.Lock()
        self._busy = 0
        self._failed: set[str] = set()
        self._closed = False
        self._pool = ThreadPoolExecutor(2, "thumbnail")
        self._loaded.connect(self._keep, Qt.ConnectionType.QueuedConnection)

    def get(self, key: str) -> QImage | None:
        """What is in memory, at once."""
        image = self._images.get(key)
        if image is not None:
            self._images.move_to_end(key)
        return image

    def request(self, keys: Sequence[tuple[int, str]], generation: int = 0) -> None:
        """These are visible now; what was asked before and is not begun yet is forgotten."""
        with self._lock:
            if self._closed:
                return
            self._wanted = {item_id: key for item_id, key in keys if key not in self._images and key not in self._failed}
            starters = max(0, min(2 - self._busy, len(self._wanted)))
            self._busy += starters
        for _ in range(starters):
            self._pool.submit(self._work)
        for item_id, key in keys:
            if key in self._failed:
                self._loaded.emit(item_id, key, QImage())

    def _work(self) -> None:
        while True:
            with self._lock:
                if not self._wanted or self._closed:
                    self._busy -= 1
                    return
                item_id = next(iter(self._wanted))
                key = self._wanted.pop(item_id)
            try:
                image = self._load(item_id, key)
            except Exception:
                log.exception("thumbnail of item %s", item_id)
                image = QImage()
            if not self._closed:
                self._loaded.emit(item_id, key, image)

    def _load(self, item_id: int, key: str) -> QImage:
        data = self._store.get(key)
        if data is None:
            try:
                path = self._original(item_id)
                if path is None:
                    return QImage()
                data = self._drawn(path)
            except (PostilError, TimeoutError):
                return QImage()
            self._store.put(key, data)
        return QImage.fromData(data, "JPEG")

    def _drawn(self, path: Path) -> bytes:
        from viewers.decode.thumbs import render

        if self._processes is None:
            return render(path, SIZE_PX)
        return self._processes.submit(render, path, SIZE_PX).result(LONGEST_S)

    @Slot(int, str, QImage)
    def _keep(self, item_id: int, key: str, image: QImage) -> None:
        if image.isNull():
            self._failed.add(key)
            self.ready.emit(item_id, image)
            return
        self._images[key] = image
        if len(self._images) > self.KEEP:
            self._images.popitem(last=False)
        self.ready.emit(item_id, image)

    def close(self) -> None:
        with self._lock:
            self._closed = True
            self._wanted = {}
        self._pool.shutdown(wait=True, cancel_futures=True)
        self._store.close()
