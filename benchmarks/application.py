"""What benchmarks of our windows run in."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:
    from PySide6.QtWidgets import QApplication


def application() -> QApplication:
    """Threads take turns as they do in the program."""
    from PySide6.QtWidgets import QApplication

    from app.main import TURN_S

    sys.setswitchinterval(TURN_S)
    return cast(QApplication, QApplication.instance() or QApplication([]))
