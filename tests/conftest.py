"""What every test stands on: a home of its own, no network, nothing left over; skips that must not hide in CI."""

from __future__ import annotations

import gc
import itertools
import os
import shutil
import socket
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings
from PySide6.QtCore import QLocale
from pytestqt.qtbot import QtBot

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
ROOT = Path(__file__).resolve().parent.parent
REAL_DATA = ROOT.parent / "shared" / "data"
QLocale.setDefault(QLocale.c())  # numbers, dates and sizes are written as where no language is set
settings.register_profile("steady", derandomize=True, deadline=None)  # the same examples every time: pyproject chooses it
settings.register_profile("searching", deadline=None)

#: How long what must come is waited for: only a test that fails waits so long, so a busy machine is no reason to fail.
PATIENCE_S = 60
for _wait in (QtBot.waitUntil, QtBot.waitSignal, QtBot.waitSignals, QtBot.waitExposed, QtBot.waitActive, QtBot.waitCallback):
    _wait.__kwdefaults__["timeout"] = PATIENCE_S * 1000


@pytest.fixture(autouse=True)
def _home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """Settings, data and caches of the person go to a folder of the test."""
    home = tmp_path_factory.mktemp("home")
    for name in ("XDG_DATA_HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME", "XDG_STATE_HOME"):
        monkeypatch.setenv(name, str(home / name.lower()))
    monkeypatch.delenv("POSTIL_CATALOG", raising=False)


@pytest.fixture(autouse=True)
def _no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    real = socket.socket.connect

    def connect(self: socket.socket, address: object) -> None:
        if (
            self.family in (socket.AF_INET, socket.AF_INET6)
            and isinstance(address, tuple)
            and address[0] not in ("127.0.0.1", "::1", "localhost")
        ):
            raise AssertionError(f"a test reached for the network: {address}")
        real(self, address)  # type: ignore[arg-type]

    monkeypatch.setattr(socket.socket, "connect", connect)


#: The widgets of the test that runs, and of the one before.
_widgets: list[object] = []
_nth_test = itertools.count(1)


@pytest.fixture(autouse=True)
def _widgets_live_as_long_as_their_test(monkeypatch: pytest.MonkeyPatch) -> None:
    """pytest-qt holds them weakly and lets the event loop run once more when the test has returned: a collection in the
    middle of a paint event then took the window that was being painted."""
    add = QtBot.addWidget

    def keep(self: QtBot, widget: object, **options: object) -> None:
        _widgets.append(widget)
        add(self, widget, **options)

    _widgets.clear()
    gc.disable()  # as the window does: see `app.collecting`
    gc.collect(1 if next(_nth_test) % 100 else 2)  # what only older objects hold costs 0.1 s to find
    monkeypatch.setattr(QtBot, "addWidget", keep)
    monkeypatch.setattr(QtBot, "add_widget", keep, raising=False)


@pytest.fixture(autouse=True)
def _no_threads_left(request: pytest.FixtureRequest) -> Iterator[None]:
    """A thread of ours that outlives its test is a leak; it is named by the test that began it."""
    before = set(threading.enumerate())
    yield
    left = [t for t in threading.enumerate() if t not in before and t.is_alive() and not t.daemon]
    for thread in left:
        thread.join(timeout=PATIENCE_S)
    left = [t.name for t in left if t.is_alive()]
    assert not left, f"threads left running: {left}"


@pytest.fixture(autouse=True)
def _hands_off() -> Iterator[None]:
    """A test that ends with a button pressed (a double click of QTest does) leaves it to the next: what waits there for free
    hands would never happen. So does one that ends with Ctrl or Shift: rows would be added to what is selected there."""
    yield
    if "PySide6.QtWidgets" in sys.modules:
        from PySide6.QtCore import Qt
        from PySide6.QtTest import QTest
        from PySide6.QtWidgets import QApplication, QWidget

        for button in QApplication.mouseButtons():
            QTest.mouseRelease(QWidget(), button)
        if QApplication.keyboardModifiers():
            QTest.keyRelease(QWidget(), Qt.Key.Key_Shift)


def pytest_runtest_setup(item: pytest.Item) -> None:
    if item.get_closest_marker("realdata") and not REAL_DATA.is_dir():
        pytest.skip("../shared/data is not here: real media are not part of the project")


@pytest.fixture(scope="session")
def real_data() -> Path:
    """The folder of real media (tests that use it are marked `realdata`)."""
    return REAL_DATA


@pytest.fixture(scope="session")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample catalog, one for all workers of a run: to be read, or copied."""
    from tests.support.command_line import sample_of

    run = tmp_path_factory.getbasetemp()
    return sample_of(run.parent if "PYTEST_XDIST_WORKER" in os.environ else run)


def need(program: str) -> str:
    """The path of a program; without it the test skips by name, or fails where nothing may be skipped (POSTIL_NO_SKIP=1)."""
    path = shutil.which(program)
    if path is None:
        message = f"{program} is not installed (packaging/prepare installs it)"
        if os.environ.get("POSTIL_NO_SKIP"):
            pytest.fail(message)
        pytest.skip(message)
    return path


def _dress(app: Any) -> tuple[Any, ...]:
    return app.palette(), app.styleSheet(), app.style().name(), app.font()


@contextmanager
def _as_it_was(app: Any) -> Iterator[Any]:
    """The theme is the whole program's, and of all tests after it: put back what was there."""
    before = _dress(app)
    yield app
    if _dress(app) != before:
        palette, sheet, style, font = before
        app.setStyleSheet(sheet)
        app.setStyle(style)
        app.setPalette(palette)
        app.setFont(font)


@pytest.fixture(autouse=True)
def _undressed() -> Iterator[None]:
    there = sys.modules.get("PySide6.QtWidgets")
    app = there.QApplication.instance() if there is not None else None
    with _as_it_was(app) if app is not None else nullcontext():
        yield


@pytest.fixture
def plain(qapp: Any) -> Iterator[Any]:
    """The application, which is as it was when the test has ended: also the first one that has it."""
    with _as_it_was(qapp):
        yield qapp
