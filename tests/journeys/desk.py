"""A person at the desk: the real program on a real catalog, moved by real mouse and key events.

Needs PySide6 alone, so that it serves the tests, `make run` without a display and the pictures of `make shots`.
Nothing here sleeps or calls `processEvents`: waiting is an event loop that ends when something has come true.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, TypeVar

from PySide6.QtCore import QEventLoop, QModelIndex, QPoint, Qt, QTimer
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractItemView, QApplication, QDialog, QLabel, QMenu, QPushButton, QWidget
from shiboken6 import isValid

from app.main import application_of
from app.palette import Palette
from app.program import Program
from app.settings import Settings
from storage.catalog import folders
from storage.catalog.engine import Catalog
from storage.progress import Progress
from storage.services.intake import add_paths
from tests.journeys import find
from tests.journeys.taps import Taps
from tests.support.turns import turn
from viewers.decode.thumbs import render
from widgets import theme

LEFT, RIGHT = Qt.MouseButton.LeftButton, Qt.MouseButton.RightButton
NONE = Qt.KeyboardModifier.NoModifier
CTRL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
T = TypeVar("T")
POLL_MS = 5
PATIENCE_S = 180  # only what fails waits so long: a busy machine is no reason to fail


class Desk:
    def __init__(self, catalog: Path, settings: Path | None = None) -> None:
        self.path = catalog
        self.settings_file = settings or catalog.parent / "settings.json"
        self.program: Program | None = None
        self.unexpected: list[BaseException] = []
        self._watch: QTimer | None = None
        self._expected = 0  # dialogs that somebody is waiting for

    # -- beginning and end

    def start(self, width: int = 1280, height: int = 800) -> Desk:
        """Start the program and wait until its first window has the catalog."""
        settings = Settings(self.settings_file)
        theme.apply(application_of(["postil"]), settings.values.scheme)
        self._hook, sys.excepthook = sys.excepthook, self._on_unexpected
        self.program = Program(self.path, settings)
        self._taps = Taps(self.program)
        self.program.show()
        self.window.resize(width, height)
        self.program.open()
        self.until(lambda: self.window.pages is not None, "the catalog is open")
        self._taps.opened()
        self._watch_dialogs()
        self.window.activateWindow()
        self.until(self.window.isActiveWindow, "the window is active")
        self.wait_idle()
        return self

    def _watch_dialogs(self) -> None:
        """A dialog that nobody expects would wait for ever: it is sent away, and told as a fault."""
        self._watch = QTimer()
        self._watch.setInterval(300)
        self._watch.timeout.connect(self._send_away)
        self._watch.start()

    def _send_away(self) -> None:
        dialog = QApplication.activeModalWidget()
        if isinstance(dialog, QDialog) and dialog.isVisible() and not self._expected:
            text = " ".join(label.text() for label in dialog.findChildren(QLabel))
            self.unexpected.append(AssertionError(f"a dialog that nobody expected: {dialog.windowTitle()}: {text}"))
            dialog.reject()

    def open_badly(self) -> None:
        """Start on something that cannot be opened: until the window says so."""
        application_of(["postil"])
        self._hook = sys.excepthook
        self.program = Program(self.path, Settings(self.settings_file))
        self.program.show()
        self.program.open()
        self.until(lambda: self.can_see("This catalog cannot be opened"), "the page that says why")

    def close(self) -> None:
        """As a person does: close the windows; then the program ends."""
        if self.program is None:
            return
        if self._watch is not None:
            self._watch.stop()
        for window in list(self.program.windows):
            window.close()
            window.deleteLater()
        self.program.close()
        self.program.deleteLater()
        self.program = None
        sys.excepthook = self._hook
        self.turn()
        if self.unexpected:
            raise self.unexpected[0]

    def restart(self) -> Desk:
        self.close()
        return self.start()

    def _on_unexpected(self, kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        self.unexpected.append(error)
        self._hook(kind, error, trace)

    # -- what is there

    @property
    def window(self) -> Any:
        assert self.program is not None
        return self.program.windows[0]

    @property
    def pages(self) -> Any:
        return self.window.pages

    @property
    def catalog(self) -> Catalog:
        return self.window.context.catalog  # type: ignore[no-any-return]

    @property
    def reads(self) -> Any:
        return self.window.context.reads

    @property
    def editor(self) -> Any:
        """The label editor of the first window."""
        return self.pages.editor

    @property
    def task(self) -> Any:
        """The one that is open in it."""
        return self.editor.task

    @property
    def canvas(self) -> Any:
        return self.task.editor.canvas

    def do(self, work: Callable[..., T], *args: Any, **kw: Any) -> T:
        """Make ground by an operation instead of by hand, where the journey is about something else."""
        made = self.catalog.do("Ground", work, *args, **kw)
        self.wait_idle()
        return made

    def add(self, folder: str, *paths: Path) -> None:
        """Pictures into a folder, made where it is missing, without a hand."""
        folder_id = self.catalog.do("Ground", folders.ensure, tuple(folder.split("/")))
        add_paths(self.catalog, list(paths), folder_id, render=render, progress=Progress())
        self.wait_idle()

    # -- waiting

    def until(self, true: Callable[[], object], what: str = "") -> None:
        """Let the program run until `true` says so."""
        if self._holds(true):
            return
        loop, poll, late = QEventLoop(), QTimer(), QTimer()
        poll.setInterval(POLL_MS)
        poll.timeout.connect(lambda: loop.quit() if self._holds(true) else None)
        late.setSingleShot(True)
        late.timeout.connect(loop.quit)
        poll.start()
        late.start(PATIENCE_S * 1000)
        loop.exec()
        in_time = late.isActive()
        poll.stop()
        late.stop()
        if not in_time and not self._holds(true):
            raise AssertionError(f"waited {PATIENCE_S} s in vain for: {what or true}")

    @staticmethod
    def _holds(true: Callable[[], object]) -> bool:
        try:
            return bool(true())
        except (LookupError, AttributeError):
            return False

    def turn(self) -> None:
        """One turn of the event loop: what was queued arrives."""
        turn()

    def wait_idle(self) -> None:
        """Until nothing is being read, written, thumbnailed or loaded any more."""
        quiet = 0

        def calm() -> bool:
            nonlocal quiet
            quiet = quiet + 1 if self._taps.idle else 0
            if quiet > 3 and self._taps.hasten():
                quiet = 0
            return quiet > 3

        self.until(calm, "the program is idle")

    # -- pointing

    @property
    def here(self) -> QWidget:
        """An open menu or dialog lies over the window."""
        return find.top() or self.window

    def find(self, text: str, kind: type[QWidget] = QWidget, *, within: QWidget | None = None, nth: int | None = None) -> Any:
        return find.one_saying(within or self.here, text, kind, nth)

    def can_see(self, text: str, within: QWidget | None = None) -> bool:
        return bool(find.all_saying(within or self.here, text, QWidget))

    def click(self, what: str | QWidget, *, within: QWidget | None = None, nth: int | None = None, keys: Any = NONE) -> None:
        self.turn()  # what has just been made is shown by now
        widget = self.find(what, within=within, nth=nth) if isinstance(what, str) else what
        if not widget.isEnabled():
            raise AssertionError(f"“{what}” cannot be clicked: {widget.toolTip() or 'it is disabled'}")
        QTest.mouseClick(widget, LEFT, keys, self._middle(widget))

    @staticmethod
    def _middle(widget: QWidget) -> QPoint:
        """Radio buttons and boxes answer at their mark and text, not in the empty space behind."""
        wide = min(widget.width(), widget.sizeHint().width()) if widget.sizeHint().isValid() else widget.width()
        return QPoint(max(1, wide // 2), widget.height() // 2)

    def go(self, place: str) -> None:
        """To a place of the rail: Files, Datasets, …"""
        self.click(place, within=self.window.rail)
        self.wait_idle()

    def tab(self, title: str, within: QWidget | None = None) -> None:
        bar, place = find.tab_of(within or self.here, title)
        QTest.mouseClick(bar, LEFT, NONE, bar.tabRect(place).center())
        self.wait_idle()

    def item(self, view: QAbstractItemView, what: str | QModelIndex, *, keys: Any = NONE, double: bool = False) -> QModelIndex:
        """Click (or double click) an item of a list, table or tree, found by its text."""
        index = find.index_of(view, what) if isinstance(what, str) else what
        view.scrollTo(index)
        place = view.visualRect(index).center()
        QTest.mouseClick(view.viewport(), LEFT, keys, place)
        if double:
            QTest.mouseDClick(view.viewport(), LEFT, keys, place)
            QTest.mouseRelease(view.viewport(), LEFT, keys, place)
        return index

    def tick(self, view: QAbstractItemView, text: str) -> None:
        """Click the box at the left of a list's item."""
        rect = view.visualRect(find.index_of(view, text))
        QTest.mouseClick(view.viewport(), LEFT, NONE, QPoint(rect.left() + 12, rect.center().y()))

    def open_menu(self, view: QWidget, place: QPoint) -> QMenu:
        """Right click; the menu that opens."""
        QTest.mouseClick(view, RIGHT, NONE, place)
        from PySide6.QtGui import QContextMenuEvent

        event = QContextMenuEvent(QContextMenuEvent.Reason.Mouse, place, view.mapToGlobal(place))
        QApplication.sendEvent(view, event)
        self.until(lambda: isinstance(QApplication.activePopupWidget(), QMenu), "a context menu")
        menu = QApplication.activePopupWidget()
        assert isinstance(menu, QMenu)
        return menu

    def press_menu(self, what: str, within: QWidget | None = None) -> QMenu:
        """Click a button that opens a menu; the menu. (Qt holds such a menu in a loop of its own: it is popped up instead.)"""
        button = self.find(what, QPushButton, within=within)
        menu = button.menu()
        menu.popup(button.mapToGlobal(QPoint(0, button.height())))
        self.until(lambda: QApplication.activePopupWidget() is menu, f"the menu of “{what}”")
        return menu  # type: ignore[no-any-return]

    def choose(self, menu: QMenu, title: str) -> None:
        """Go to an entry of a menu that is open and press Enter."""
        _, action = find.action_of(menu, title)
        assert isinstance(action, QAction)
        if not action.isEnabled():
            raise AssertionError(f"“{title}” cannot be chosen: {action.toolTip()}")
        menu.setActiveAction(action)
        QTest.keyClick(menu, Qt.Key.Key_Return)
        self._give_back_the_keyboard()

    # -- typing

    def key(self, keys: str, widget: QWidget | None = None) -> None:
        """One chord ("Ctrl+Shift+Z", "Del") to what has the keyboard."""
        self._give_back_the_keyboard()
        target = widget or QApplication.activePopupWidget() or QApplication.focusWidget() or self.here
        chord = QKeySequence(keys)[0]
        QTest.keyClick(target, chord.key(), chord.keyboardModifiers())

    def type(self, text: str, widget: QWidget | None = None) -> None:
        target = widget or QApplication.focusWidget()
        assert target is not None, "nothing has the keyboard"
        QTest.keyClicks(target, text)

    def _give_back_the_keyboard(self) -> None:
        """A closed menu hands it to the window, where a window manager would see to it (the offscreen platform has none)."""
        active = QApplication.activeWindow()
        if find.top() is None and (active is None or not active.isVisible()):
            self.window.activateWindow()
            self.until(self.window.isActiveWindow, "the window is active again")

    def fill(self, field: str | QWidget, text: str, within: QWidget | None = None) -> None:
        """Click a field, replace what it holds."""
        widget = self.find(field, within=within) if isinstance(field, str) else field
        self.click(widget)
        widget.setFocus()
        self.key("Ctrl+A", widget)
        self.type(text, widget)

    def find_and_run(self, what: str) -> None:
        """The palette: Ctrl+K, some letters, Enter."""
        self.key("Ctrl+K", self.window)
        self.until(lambda: isinstance(QApplication.activePopupWidget(), Palette), "the palette")
        palette = QApplication.activePopupWidget()
        assert isinstance(palette, Palette)
        field = self.find("Command", within=palette)
        self.type(what, field)
        self.key("Return", field)
        self.wait_idle()
        self._give_back_the_keyboard()

    # -- dialogs

    def dialog(self, opens: Callable[[], object], person: Callable[[QDialog], object]) -> None:
        """`opens` brings up a dialog that waits; `person` acts in it and must close it."""
        faults: list[BaseException] = []
        met: list[QWidget] = []
        poll = QTimer()
        poll.setInterval(POLL_MS)

        def look() -> None:
            dialog = QApplication.activeModalWidget()
            if not isinstance(dialog, QDialog) or not dialog.isVisible() or met:
                return
            if not dialog.isActiveWindow():
                dialog.activateWindow()
                return
            poll.stop()
            met.append(dialog)
            try:
                person(dialog)
                if isValid(dialog) and dialog.isVisible() and QApplication.activeModalWidget() is dialog:
                    raise AssertionError(f"the dialog “{dialog.windowTitle()}” was left open")
            except BaseException as fault:
                faults.append(fault)
                dialog.reject()

        poll.timeout.connect(look)
        poll.start()
        self._expected += 1
        try:
            opens()
            self.until(lambda: met and (not isValid(met[0]) or not met[0].isVisible()), "a dialog that opens and closes")
        finally:
            poll.stop()
            self._expected -= 1
        if faults:
            raise faults[0]
        self.wait_idle()

    # -- looking

    def picture(self, file: Path, widget: QWidget | None = None) -> Path:
        file.parent.mkdir(parents=True, exist_ok=True)
        (widget or self.window).grab().save(str(file))
        return file

    def told(self) -> str:
        """What the status line says."""
        return self.window.status_line._left.text()  # type: ignore[no-any-return]

    def files(self) -> list[str]:
        """Titles of the items that Files shows."""
        model = self.pages.files.panel.list.model
        return [model.row(n).title for n in range(model.rowCount())]

    def folder_paths(self) -> list[str]:
        """Every folder that is not in the trash, as a path, in the order of the tree."""
        found: list[str] = []

        def walk(parent: int | None, before: str) -> None:
            for folder in self.reads.child_folders(parent):
                found.append(before + folder.title)
                walk(folder.id, f"{before}{folder.title}/")

        walk(None, "")
        return found


def steps(*acts: Callable[[], object]) -> Callable[[object], None]:
    """Acts in a row, as `person` of a dialog."""

    def person(_dialog: object) -> None:
        for act in acts:
            act()

    return person


def titles(view: QAbstractItemView) -> Sequence[str]:
    return find.texts_of(view)
