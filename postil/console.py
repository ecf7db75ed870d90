"""What the command line prints: one JSON document, or lines for people; progress and messages go to standard error."""

from __future__ import annotations

import contextlib
import io
import json
import shutil
import signal
import sys
import threading
import time
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from storage.errors import PostilError
from storage.progress import Progress

LEAST_WIDE = 36  # of a column that is cut: an identifier is still whole
OK, SOME_FAILED, WRONG_USAGE, FAILED, CANCELLED = 0, 1, 2, 3, 130


class Console:
    def __init__(self, *, as_json: bool = False, quiet: bool = False) -> None:
        self.as_json, self.quiet = as_json, quiet
        for stream in (sys.stdout, sys.stderr):
            if isinstance(stream, io.TextIOWrapper):  # a terminal without Unicode shows escapes, and never stops us
                stream.reconfigure(errors="backslashreplace")

    def result(self, document: Any, lines: Callable[[], Iterator[str]] | None = None) -> None:
        """The answer: as JSON, else the lines (or, without them, nothing)."""
        if self.as_json:
            _print_json(document)
        elif lines is not None:
            for line in lines():
                print(_plain(line))

    def table(self, rows: Sequence[Mapping[str, Any]], columns: Sequence[str], document: Any = None) -> None:
        """Rows as JSON (all keys), or as aligned columns with a heading."""

        def lines() -> Iterator[str]:
            cells = [[_cell(row.get(c)) for c in columns] for row in rows]
            widths = [max([len(c), *(len(row[i]) for row in cells)]) for i, c in enumerate(columns)]
            if sys.stdout.isatty():
                _narrow(widths, shutil.get_terminal_size().columns)
            for row in [list(columns), *cells] if rows else []:
                yield "  ".join(_cut(c, w).ljust(w) for c, w in zip(row, widths, strict=True)).rstrip()

        self.result(document if document is not None else list(rows), lines)

    def say(self, text: str) -> None:
        """A message beside the answer."""
        if not self.quiet:
            print(text, file=sys.stderr)

    def failure(self, input: str, reason: str, remedy: str) -> None:
        if not self.as_json:
            print(_plain(": ".join(filter(None, (input, reason))) + (f" {remedy}" if remedy else "")), file=sys.stderr)

    def error(self, error: PostilError, document: Mapping[str, Any] | None = None) -> None:
        """What could not be done. `document`: what was done before, so that `--json` still prints one document."""
        if self.as_json:
            with contextlib.suppress(OSError):  # where the answer cannot be written, the sentence below still can
                _print_json({**(document or {}), "error": error.as_dict()})
        about = f"{error.input}: " if error.input and Path(error.input).name not in error.reason else ""
        print(_plain(f"postil: {about}{error.reason}" + (f" {error.remedy}" if error.remedy else "")), file=sys.stderr)

    @contextmanager
    def progress(self) -> Iterator[Progress]:
        """A bar with rate and time left on a terminal, plain lines elsewhere, nothing with --quiet. Ctrl+C cancels cleanly."""
        progress = Progress()
        before = signal.signal(signal.SIGINT, lambda *_: progress.cancel()) if _in_main_thread() else None
        stop = threading.Event()
        painter = None
        if not self.quiet:
            painter = threading.Thread(target=_paint, args=(progress, stop), name="progress", daemon=True)
            painter.start()
        try:
            yield progress
        finally:
            stop.set()
            if painter is not None:
                painter.join()
            if before is not None:
                signal.signal(signal.SIGINT, before)


def _print_json(document: Any) -> None:
    """Text that is no Unicode (a file name of other bytes) is written as an escape, which JSON knows."""
    text = json.dumps(document, ensure_ascii=False, indent=1)
    encoding = getattr(sys.stdout, "encoding", None) or "utf-8"
    try:
        text.encode(encoding)
    except UnicodeEncodeError:
        text = json.dumps(document, ensure_ascii=True, indent=1)
    print(text, flush=True)


def _plain(line: str) -> str:
    """A line that cannot steer a terminal, whatever a file is called: control characters are shown as escapes."""
    if line.isprintable():
        return line
    return "".join(c if c in "\n\t" or unicodedata.category(c) != "Cc" else c.encode("unicode_escape").decode() for c in line)


def _paint(progress: Progress, stop: threading.Event) -> None:
    terminal = sys.stderr.isatty()
    began, shown = time.monotonic(), ""
    while not stop.wait(0.1 if terminal else 5.0):
        line = _line(progress, time.monotonic() - began)
        if line and line != shown:
            print(f"\r\x1b[K{line}" if terminal else line, end="" if terminal else "\n", file=sys.stderr, flush=True)
            shown = line
    if terminal and shown:
        print("\r\x1b[K", end="", file=sys.stderr, flush=True)


def _line(progress: Progress, seconds: float) -> str:
    if not progress.text and not progress.done:
        return ""
    rate = progress.done / seconds if seconds > 0 else 0.0
    said = [f"{progress.text} {progress.done:,}" + (f" of {progress.total:,}" if progress.total else "")]
    if rate >= 0.5:
        said.append(f"{rate:,.0f} a second")
    if progress.total and rate > 0:
        said.append(f"{(progress.total - progress.done) / rate:,.0f} s left")
    return ", ".join(said)


def _narrow(widths: list[int], room: int) -> None:
    """The widest columns give way until all have room: one long name must not push the others off the screen."""
    over = sum(widths) + 2 * (len(widths) - 1) - room
    while over > 0 and max(widths) > LEAST_WIDE:
        widths[widths.index(max(widths))] -= 1
        over -= 1


def _cut(cell: str, width: int) -> str:
    return cell if len(cell) <= width else f"{cell[: width - 1]}…"


def _cell(value: Any) -> str:
    match value:
        case None:
            return ""
        case list() | tuple():
            return ", ".join(str(v) for v in value)
        case dict():
            return ", ".join(f"{k}: {v}" for k, v in value.items())
        case float():
            return f"{value:g}"
        case _:
            return str(value)


def _in_main_thread() -> bool:
    return threading.current_thread() is threading.main_thread()
