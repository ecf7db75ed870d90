"""When something of ours breaks: a log, a file for hard crashes read at the next start, no traceback as a dialog."""

from __future__ import annotations

import faulthandler
import logging
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import IO

from PySide6.QtCore import QMessageLogContext, QtMsgType, qInstallMessageHandler

log = logging.getLogger("postil")
_LEVELS = {
    QtMsgType.QtDebugMsg: logging.DEBUG,
    QtMsgType.QtInfoMsg: logging.INFO,
    QtMsgType.QtWarningMsg: logging.WARNING,
    QtMsgType.QtCriticalMsg: logging.ERROR,
    QtMsgType.QtFatalMsg: logging.CRITICAL,
}


LOG_BYTES = 1_000_000


def start_log(folder: Path) -> None:
    """A log in `folder`, with those of earlier runs beside it; where it cannot be written, standard error alone."""
    root = logging.getLogger()
    root.setLevel(logging.INFO)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        _make_room(folder / "postil.log")
        handler: logging.Handler = logging.FileHandler(folder / "postil.log", encoding="utf-8")
    except OSError:
        handler = logging.StreamHandler()
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    root.addHandler(handler)


def _make_room(path: Path, keep: int = 3) -> None:
    """A log that has grown long becomes postil.log.1, that one postil.log.2. (`logging.handlers` does so while running, but
    brings sockets and pickle into every start.)"""
    if not path.exists() or path.stat().st_size < LOG_BYTES:
        return
    for n in range(keep, 0, -1):
        older = path.with_name(f"{path.name}.{n - 1}") if n > 1 else path
        if older.exists():
            older.replace(path.with_name(f"{path.name}.{n}"))


def last_crash(folder: Path) -> str:
    """What the previous run left when it died, and forget it. Empty when it ended in peace."""
    path = folder / "crash.txt"
    try:
        text = path.read_text("utf-8", errors="replace")
        path.unlink()
    except OSError:
        return ""
    return text.strip()


def watch(folder: Path, on_exception: Callable[[BaseException], None]) -> IO[str] | None:
    """Hard crashes to `folder`/crash.txt; unexpected exceptions of any thread to the log and to `on_exception`."""

    def hook(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        if issubclass(kind, KeyboardInterrupt):
            sys.__excepthook__(kind, error, trace)
            return
        log.critical("unexpected exception", exc_info=(kind, error, trace))
        on_exception(error)

    def thread_hook(args: threading.ExceptHookArgs) -> None:
        if args.exc_value is not None:
            log.critical("unexpected exception in a thread", exc_info=args.exc_value)

    sys.excepthook = hook
    threading.excepthook = thread_hook
    qInstallMessageHandler(_qt_message)
    try:
        file = (folder / "crash.txt").open("w", encoding="utf-8")
    except OSError:
        return None
    faulthandler.enable(file)
    return file


def _qt_message(kind: QtMsgType, _context: QMessageLogContext, message: str) -> None:
    logging.getLogger("qt").log(_LEVELS.get(kind, logging.WARNING), message)
