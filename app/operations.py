"""How the window changes the catalog: hand an operation to the writer, hear of its end on the GUI thread."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Qt, Signal, Slot

from app.messages import Messages

if TYPE_CHECKING:
    from storage.catalog.engine import Catalog


class Operations(QObject):
    """`run` never waits. What goes wrong is shown, unless the caller takes `failed`."""

    _ended = Signal(object, object, object)

    def __init__(self, catalog: Catalog, messages: Messages) -> None:
        super().__init__(messages)
        self._catalog, self._messages = catalog, messages
        self._ended.connect(self._on_ended, Qt.ConnectionType.QueuedConnection)

    def run(
        self,
        text: str,
        work: Callable[..., Any],
        *args: Any,
        then: Callable[[Any], object] | None = None,
        failed: Callable[[BaseException], object] | None = None,
        **kw: Any,
    ) -> None:
        future = self._catalog.submit(text, work, *args, **kw)
        self.follow(text, future, then=then, failed=failed)

    def follow(
        self,
        text: str,
        future: Future[Any],
        *,
        then: Callable[[Any], object] | None = None,
        failed: Callable[[BaseException], object] | None = None,
    ) -> None:
        future.add_done_callback(lambda f: self._ended.emit(text, f, (then, failed)))

    @Slot(object, object, object)
    def _on_ended(
        self,
        text: str,
        future: Future[Any],
        after: tuple[Callable[[Any], object] | None, Callable[[BaseException], object] | None],
    ) -> None:
        then, failed = after
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
