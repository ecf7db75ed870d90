"""A text file opened on a thread of its own, as `PictureSource` opens pictures. Qt-free.

The index is built in one reading (`storage.media.text_index`); until then `progress` grows. Afterwards `text` belongs to the
thread that shows it; whoever else reads takes a `reader()`, which shares the index.
"""

from __future__ import annotations

import threading
from collections.abc import Callable

from storage.errors import Cancelled, PostilError
from storage.listeners import Listeners
from storage.media.source import ByteSource, etag_of
from viewers.decode.text import TextFile
from viewers.scene.threads import give_way, step_back


class TextSource:
    """`open` gives the bytes; it is called on the worker's thread. End with `close()`.

    `worded` may say an error in other words before it is kept.
    """

    def __init__(
        self, open: Callable[[], ByteSource], *, worded: Callable[[PostilError], PostilError] = lambda error: error
    ) -> None:
        self.error: PostilError | None = None  # why there is no text
        self.text: TextFile | None = None
        self.progress = 0.0  # 0..1, of the reading that finds the lines
        self._open, self._worded = open, worded
        self._source: _Counted | None = None
        self._listeners: Listeners[[]] = Listeners()
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._closed = False

    @property
    def ready(self) -> bool:
        """It has been read, or it is known why it cannot be."""
        return self.text is not None or self.error is not None

    def start(self) -> None:
        """Asking again changes nothing."""
        with self._lock:
            if self._thread is None and not self._closed:
                self._thread = threading.Thread(target=self._run, name="text", daemon=True)
                self._thread.start()

    def retry(self) -> None:
        """After an error: read it anew."""
        if self.error is not None and self._thread is not None:
            self._thread.join(timeout=10)
            self._thread = self.error = self.text = None
            self.progress = 0.0
            self.start()

    def reader(self) -> TextFile:
        """The same text for another thread."""
        assert self.text is not None and self._source is not None
        return TextFile(self._source, self.text.index)

    def listen(self, listener: Callable[[], None]) -> Callable[[], None]:
        """Called on the worker's thread when progress was made and at the end."""
        return self._listeners.add(listener)

    def close(self) -> None:
        with self._lock:
            self._closed = True
            self._listeners.clear()
        if self._thread is not None and self._thread is not threading.current_thread():
            self._thread.join(timeout=10)

    # -- the worker

    def _run(self) -> None:
        step_back()
        try:
            self._source = _Counted(self._open(), self._read_so_far, self._lose)
            text = TextFile(self._source, check=self._check)
            self._finish(text)
            self.progress = 1.0
            self._source.forgiving = True
            self.text = text
        except Cancelled:
            return
        except PostilError as error:
            self.error = self._worded(error)
        except Exception as error:  # a file that kills its reader must not take the window with it
            self.error = PostilError(f"The text cannot be read: {error}.", remedy="Check the file with another program.")
        self._tell()

    def _finish(self, text: TextFile) -> None:
        """More to be made before it is shown; on the worker's thread."""

    def _check(self) -> None:
        if self._closed:
            raise Cancelled
        give_way()

    def _read_so_far(self, share: float) -> None:
        if share >= self.progress + 0.01:
            self.progress = share
            self._tell()

    def _lose(self, reason: str) -> None:
        """What was there is gone, or other than it was: a disk taken out, a file written anew. On whatever thread was reading."""
        if self.error is None:
            name = self._source.path.name if self._source is not None and self._source.path else "The file"
            remedy = "Reconnect the disk, or locate the file anew; then try again. The labels are kept."
            self.error = self._worded(PostilError(f"{name} can no longer be read: {reason}.", remedy=remedy))
            self._tell()

    def _tell(self) -> None:
        self._listeners.tell()


class _Counted:
    """Bytes of another source, telling how far reading has come for as long as it goes forward.

    `forgiving`: what cannot be read any more, or is no longer what was counted, is empty and told once, for a paint event must
    not fail.
    """

    def __init__(self, source: ByteSource, tell: Callable[[float], None], lose: Callable[[str], None]) -> None:
        self.size, self.etag, self.path = source.size, source.etag, source.path
        self.forgiving = False
        self._source, self._tell, self._lose = source, tell, lose

    def read_at(self, offset: int, n: int) -> bytes:
        try:
            data = self._source.read_at(offset, n)
            if self.forgiving and self.path is not None and etag_of(self.path.stat()) != self.etag:
                self._lose("it was changed after it was opened")
                return b""
        except OSError as error:
            if not self.forgiving:
                raise
            self._lose(error.strerror or str(error))
            return b""
        if self.size and not self.forgiving:
            self._tell(min(1.0, (offset + len(data)) / self.size))
        return data
