"""How the window changes the catalog: hand an operation to the writer, hear of its end on the GUI thread."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Qt, QTimer, Signal, Slot

from app.messages import Messages
from storage.errors import Refused

if TYPE_CHECKING:
    from storage.catalog.engine import Catalog


#: How long an operation may take before the status line says what is being done, and how long until it says so again.
_PATIENCE_MS, _AGAIN_MS = 500, 4000


class Operations(QObject):
    """Of one window. `run` never waits. What goes wrong is shown, unless the caller takes `failed`."""

    _ended = Signal(object, object, object)

    def __init__(self, catalog: Catalog, messages: Messages, place: Callable[[], str] = str) -> None:
        """`place`: the page on the screen, so that undo can tell where something was done."""
        super().__init__(messages)
        self._place = place
        self._catalog, self._messages = catalog, messages
        #: Why nothing of the catalog can be changed; empty: it can.
        self.only_read = ""
        if catalog.read_only:
            self.only_read = self.tr("This catalog can only be looked at: its folder is read-only for you.")
        self._ended.connect(self._on_ended, Qt.ConnectionType.QueuedConnection)
        self._under_way: list[str] = []
        self._slow = QTimer(self)
        self._slow.timeout.connect(self._say_what_is_done)

    def run(
        self,
        text: str,
        work: Callable[..., Any],
        *args: Any,
        then: Callable[[Any], object] | None = None,
        failed: Callable[[BaseException], object] | None = None,
        **kw: Any,
    ) -> None:
        if self.only_read and failed is not None:
            failed(Refused(self.only_read))
            return
        if self.refuses():
            return
        future = self._catalog.submit(text, work, *args, place=self._place(), **kw)
        self.follow(text, future, then=then, failed=failed)

    def refuses(self) -> bool:
        """Whether nothing can be changed; then that is said. To be asked before dialogs, and for work that is a job."""
        if self.only_read:
            self._messages.tell(self.only_read)
        return bool(self.only_read)

    def follow(
        self,
        text: str,
        future: Future[Any],
        *,
        then: Callable[[Any], object] | None = None,
        failed: Callable[[BaseException], object] | None = None,
    ) -> None:
        self._under_way.append(text)
        if not self._slow.isActive():
            self._slow.start(_PATIENCE_MS)
        future.add_done_callback(lambda f: self._ended.emit(text, f, (then, failed)))

    @property
    def busy(self) -> bool:
        """Something that this window began is not done yet."""
        return bool(self._under_way)

    def after_all(self, then: Callable[[], object], failed: Callable[[BaseException], object]) -> None:
        """`then` runs when all that was begun before, in whichever window, is done; not so what is added in bulk: that waits for this."""
        nothing = self._catalog.submit("", lambda op: None, undoable=False)
        self.follow("", nothing, then=lambda _nothing: then(), failed=failed)

    @Slot(object, object, object)
    def _on_ended(
        self,
        text: str,
        future: Future[Any],
        after: tuple[Callable[[Any], object] | None, Callable[[BaseException], object] | None],
    ) -> None:
        then, failed = after
        self._under_way.remove(text)
        self._messages.take_back(f"{text}…")
        self._slow.stop()
        if self._under_way:
            self._slow.start(_PATIENCE_MS)
        if future.cancelled():
            return
        error = future.exception()
        if error is None:
            if then is not None:
                then(future.result().result)
        elif failed is not None:
            failed(error)
        else:
            self._messages.error(error, text)

    @Slot()
    def _say_what_is_done(self) -> None:
        self._slow.start(_AGAIN_MS)
        text = next((t for t in self._under_way if t), "")
        if text:
            self._messages.tell(f"{text}…")
