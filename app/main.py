"""Start order: paths, log, crash file, hand-over to a window that is open, QApplication, window, then the catalog.

The window is on the screen before the database is open and before SQLAlchemy or a decoder is imported.
"""

from __future__ import annotations

import gc
import os
import sys
from pathlib import Path

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication

from app import crash, single_instance
from app.settings import Settings
from storage.last_used import last_catalog, remember_catalog
from storage.paths import default_catalog, user_config_dir, user_data_dir

#: How long a thread keeps the interpreter's lock. Every call of Qt gives it up: a paint takes it back hundreds of times, and
#: would wait 5 ms each.
TURN_S = 0.001


def main(catalog: Path | None = None, *, user: str | None = None, arguments: list[str] | None = None) -> int:
    """Open the window on a catalog; made anew where there is none. Returns the exit code."""
    gc.disable()  # until the window is in use: start-up only makes things that stay
    sys.setswitchinterval(TURN_S)
    where = catalog or _environment_catalog() or last_catalog() or default_catalog()
    where = where.absolute()
    if single_instance.hand_over(where, {"raise": True}):
        print(f"The window on {where} was open already; it has been brought to the front.", file=sys.stderr)  # noqa: T201
        return 0
    data = user_data_dir()
    crash.start_log(data / "logs")
    died = crash.last_crash(data)
    application = application_of(arguments or sys.argv[:1])
    settings = Settings(user_config_dir() / "settings.json")

    from widgets import theme

    theme.apply(application, settings.values.scheme)
    from app.program import Program

    program = Program(where, settings, user=user, last_crash=died)
    crash_log = crash.watch(data, program.on_unexpected)
    program.show()
    remember_catalog(where)
    QTimer.singleShot(0, program.open)
    try:
        return application.exec()
    finally:
        program.close()
        if crash_log is not None:
            crash_log.close()


def application_of(arguments: list[str]) -> QApplication:
    existing = QApplication.instance()
    if isinstance(existing, QApplication):
        return existing
    application = QApplication(arguments)
    application.setApplicationName("Postil")
    application.setApplicationDisplayName("Postil")
    application.setDesktopFileName("postil")
    return application


def _environment_catalog() -> Path | None:
    value = os.environ.get("POSTIL_CATALOG")
    return Path(value) if value else None
