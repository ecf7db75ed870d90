"""`python -m postil`: the command line (docs: README), and without a command the window."""

from __future__ import annotations

import os
import sys
from pathlib import Path


def _own_packages() -> None:
    """A user's `storage/` or `app.py` in the current folder would shadow ours: say so plainly instead of failing oddly."""
    import storage

    ours = Path(__file__).resolve().parent.parent
    found = Path(storage.__file__ or "").resolve().parent.parent
    if found != ours:
        print(
            f"postil: a folder or file called “storage” in {found} hides Postil's own. Start Postil from another folder.",
            file=sys.stderr,
        )
        raise SystemExit(3)


def _has_display() -> bool:
    """Qt ends the whole process, with words nobody understands, where no display answers: so ask first."""
    if not sys.platform.startswith("linux") or os.environ.get("QT_QPA_PLATFORM") or os.environ.get("WAYLAND_DISPLAY"):
        return True
    if not os.environ.get("DISPLAY"):
        return False
    import ctypes

    try:
        xcb = ctypes.CDLL("libxcb.so.1")
    except OSError:
        return True  # Qt says what is missing
    xcb.xcb_connect.restype = ctypes.c_void_p
    connection = ctypes.c_void_p(xcb.xcb_connect(None, None))
    answers = not xcb.xcb_connection_has_error(connection)
    xcb.xcb_disconnect(connection)
    return answers


def main(argv: list[str] | None = None) -> int:
    try:
        return _run(argv)
    except KeyboardInterrupt:  # before there was anything to cancel
        return 130


def _run(argv: list[str] | None) -> int:
    _own_packages()
    from postil.commands import parse

    arguments = parse(sys.argv[1:] if argv is None else argv)
    if arguments.command is None:
        if not _has_display():
            print(
                "postil: There is no display to open the window on. Start Postil on a desktop (or with DISPLAY set),"
                " or use its commands: `postil --help`.",
                file=sys.stderr,
            )
            return 3
        from app.main import main as open_window

        return open_window(arguments.catalog, user=arguments.user)
    from postil.verbs import run

    return run(arguments)


if __name__ == "__main__":
    raise SystemExit(main())
