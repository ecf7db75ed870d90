"""A second window, settings that hold, a shortcut of one's own, and the palette."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QPalette
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog, QLabel, QLineEdit, QWidget

from app.palette import KEYS, Palette
from app.window import MainWindow
from storage.catalog import folders
from tests.journeys.desk import CTRL, SHIFT, Desk, titles
from tests.journeys.find import texts_of
from widgets import theme


@pytest.fixture(autouse=True)
def _colours_as_they_were(qapp: QApplication):  # type: ignore[no-untyped-def]
    yield
    theme.apply(qapp, "system")


def keys_of_jobs(desk: Desk) -> QWidget:
    """The sheet of shortcuts, with the keys that lead to Jobs chosen."""
    desk.key("F1", desk.window)
    desk.wait_idle()
    sheet = desk.pages.settings.widget.sheet
    desk.item(sheet._tree, "Go to Jobs")
    return sheet


def press(desk: Desk, sheet: QWidget, key: Qt.Key, modifiers: Qt.KeyboardModifier) -> None:
    """Into the field that takes keys instead of letters."""
    QTest.keyClick(desk.find("New keys", within=sheet), key, modifiers)


def typed_into_the_palette(desk: Desk, text: str) -> QWidget:
    desk.key("Ctrl+K", desk.window)
    desk.turn()
    palette = QApplication.activePopupWidget()
    desk.type(text, desk.find("Command", within=palette))
    return palette


def test_a_second_window_shows_the_same_catalog_and_follows_it(desk: Desk) -> None:
    desk.find_and_run("New window")
    desk.wait_idle()
    assert len(desk.program.windows) == 2
    second = desk.program.windows[1]
    assert second.isVisible() and second.pages is not None
    assert second.screen().availableGeometry().contains(second.frameGeometry())
    desk.do(folders.create, None, "Scans")
    for window in desk.program.windows:
        assert titles(window.pages.files.panel.sidebar.tree) == ["Scans"]
    second.close()
    desk.turn()
    assert len(desk.program.windows) == 1 and desk.window.isVisible()


def test_the_next_start_is_where_the_first_window_was_and_all_of_it_on_the_screen(desk: Desk) -> None:
    desk.window.setGeometry(8, 60, 700, 500)
    before = desk.window.geometry()
    desk.find_and_run("New window")
    desk.wait_idle()
    second = desk.program.windows[1]
    first = desk.window
    second.setGeometry(90, 120, 640, 480)
    first.close()
    second.close()
    state = desk.program.state
    again = MainWindow(desk.program)
    assert again.geometry().topLeft() == before.topLeft()
    room = again.screen().availableGeometry()
    again.setGeometry(room.right() - 100, room.bottom() - 80, 700, 500)
    state.save_geometry(again)
    again.deleteLater()
    third = MainWindow(desk.program)
    assert room.contains(third.geometry())
    third.deleteLater()


def test_the_colours_change_at_once_and_hold_at_the_next_start(desk: Desk) -> None:
    desk.go("Settings")
    for number, scheme in ((2, "dark"), (1, "light")):
        combo = desk.find("Colours")
        combo.setFocus()
        desk.key("Home", combo)
        for _ in range(number):
            desk.key("Down", combo)
        desk.wait_idle()
        dark = QApplication.palette().color(QPalette.ColorRole.Window).lightness() < 128
        assert dark == (scheme == "dark")
        assert desk.program.settings.values.scheme == scheme
    desk.restart()
    assert desk.program.settings.values.scheme == "light"


def test_the_palette_leads_to_what_is_called_so(queue: Desk) -> None:
    for typed, name, kind, page in (
        ("boxe", "Boxes", "project", "projects"),
        ("PICT", "Pictures", "dataset", "datasets"),
        ("things", "Things", "ontology", "ontologies"),
        ("pictures", "Pictures", "folder", "files"),
    ):
        palette = typed_into_the_palette(queue, typed)
        field, listed = queue.find("Command", within=palette), palette._list.model()
        rows = [listed.index(row) for row in range(listed.rowCount())]
        for _ in range([(row.data(), row.data(KEYS)) for row in rows].index((name, kind))):
            queue.key("Down", field)
        queue.key("Return", field)
        queue.wait_idle()
        assert queue.window.stack.currentWidget() is getattr(queue.pages, page).widget
        here = queue.window.stack.currentWidget()
        assert name in {w.text() for made in (QLabel, QLineEdit) for w in here.findChildren(made) if w.isVisible()}


def test_the_palette_is_gone_before_what_was_chosen_begins(desk: Desk) -> None:
    seen: list[bool] = []
    desk.program.settings.set("scheme", "light")
    desk.key("Ctrl+K", desk.window)
    desk.until(lambda: isinstance(QApplication.activePopupWidget(), Palette), "the palette")
    desk.program.settings.listen(lambda name: seen.append(QApplication.activePopupWidget() is not None))
    field = desk.find("Command")
    desk.type("dark", field)
    desk.key("Return", field)
    assert seen == [] and QApplication.activePopupWidget() is None
    desk.until(lambda: seen, "then the colours change")
    assert desk.program.settings.values.scheme == "dark"
    assert QApplication.palette().color(QPalette.ColorRole.Window).lightness() < 128
    desk.find_and_run("Light colours")
    assert QApplication.palette().color(QPalette.ColorRole.Window).lightness() > 128


def test_a_shortcut_of_ones_own_is_used_and_one_that_is_taken_is_refused(desk: Desk) -> None:
    sheet = keys_of_jobs(desk)
    press(desk, sheet, Qt.Key.Key_K, CTRL)
    assert not desk.find("Set", within=sheet).isEnabled()
    assert "Find a command" in sheet._note.text()
    press(desk, sheet, Qt.Key.Key_U, CTRL | SHIFT)
    desk.click("Set", within=sheet)
    desk.wait_idle()
    assert desk.window.registry.shown_keys("go.jobs") == "Ctrl+Shift+U"
    assert sheet._tree.currentItem().text(1) == "Ctrl+Shift+U"
    desk.key("Ctrl+Shift+U", desk.window)
    desk.wait_idle()
    assert desk.window.stack.currentWidget() is desk.pages.jobs.widget
    desk.restart()
    desk.key("Ctrl+Shift+U", desk.window)
    desk.wait_idle()
    assert desk.window.stack.currentWidget() is desk.pages.jobs.widget


def test_default_gives_an_action_the_keys_it_came_with(desk: Desk) -> None:
    sheet = keys_of_jobs(desk)
    assert not desk.find("Default", within=sheet).isEnabled()
    press(desk, sheet, Qt.Key.Key_U, CTRL | SHIFT)
    desk.click("Set", within=sheet)
    desk.wait_idle()
    desk.click("Default", within=sheet)
    desk.wait_idle()
    assert desk.window.registry.shown_keys("go.jobs") == "Ctrl+Shift+5"


def test_the_palette_finds_an_action_by_a_few_letters_and_runs_it(desk: Desk) -> None:
    desk.find_and_run("go to onto")
    assert desk.window.stack.currentWidget() is desk.pages.ontologies.widget
    assert QApplication.activePopupWidget() is None


@pytest.mark.parametrize("title", ["Thorax", "Streets"])  # the letters of Streets are in “Subtract the newest …”, too
def test_the_palette_finds_a_folder_and_opens_it(desk: Desk, title: str) -> None:
    desk.do(folders.ensure, ("Scans", title))
    desk.go("Projects")
    desk.find_and_run(title)
    assert desk.window.stack.currentWidget() is desk.pages.files.widget
    assert desk.pages.files.panel.place.folder_id == desk.reads.folder_by_path(f"Scans/{title}").id


def test_an_action_that_cannot_be_done_says_why_and_is_not_run(desk: Desk) -> None:
    palette = typed_into_the_palette(desk, "Skip task")
    assert palette._model.entries[0].reason == "Open a task first."
    row = palette._list.visualRect(palette._model.index(0, 0))
    right = row.adjusted(row.width() // 2, 0, 0, 0)
    written = palette._list.viewport().grab(right).toImage()
    assert len({written.pixel(x, y) for x in range(written.width()) for y in range(written.height())}) > 3  # it can be read
    desk.key("Return", desk.find("Command", within=palette))
    assert palette.isVisible()
    palette.close()


def test_where_nothing_is_called_so_the_palette_says_it(desk: Desk) -> None:
    palette = typed_into_the_palette(desk, "qqqqqqzz")
    assert desk.can_see("Nothing is called so. Try fewer letters.", palette)
    palette.close()


def test_what_the_program_is_made_of_can_be_copied_and_enter_closes_it(desk: Desk) -> None:
    def person(dialog: QDialog) -> None:
        desk.click("Copy", within=dialog)
        assert QApplication.clipboard().text().startswith("Postil ")
        desk.key("Return", dialog)

    desk.dialog(lambda: desk.find_and_run("About Postil"), person)


def test_f1_in_a_task_shows_the_keys_of_its_editor_and_escape_leads_back(queue: Desk) -> None:
    queue.key("Ctrl+Return")
    queue.until(lambda: queue.pages.editing and queue.canvas.context.frame_size != (0, 0), "the task is open")
    queue.wait_idle()
    seen: list[str] = []

    def person(dialog: QDialog) -> None:
        tree = queue.find("Shortcuts", within=dialog)
        seen.extend(texts_of(tree))
        queue.key("Escape", dialog)

    queue.dialog(lambda: queue.key("F1", queue.canvas), person)
    assert {"Next object", "Submit task, or open the next one"} <= set(seen)
    assert not {"Go to Jobs", "In sounds", "audio"} & set(seen)
    assert queue.pages.editing
