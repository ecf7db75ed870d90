"""Files of the text editor that are empty, no text, slow, changed or gone."""

from __future__ import annotations

import threading

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from storage.editing.focus import Focus
from storage.editing.session import EditSession
from storage.errors import BadInput
from storage.media.source import FileSource, MemorySource
from storage.model.labels import LabelDocument
from tests.support.text_stage import CTRL, TextStage, ontology
from viewers.editors.text_editor import TextEditor
from viewers.scene.text_source import TextSource
from widgets import icons

Key = Qt.Key


def test_an_empty_file_says_so(qtbot):
    stage = TextStage(qtbot, b"")
    assert "empty" in stage.view.message[0]
    stage.view.grab()
    stage.key("1")
    assert stage.shapes == []


def test_a_file_that_holds_no_text_says_what_to_do(qtbot):
    source = TextSource(lambda: MemorySource(b"\0\0\1\2\3\xff" * 100))
    stage = TextStage(qtbot, None, source=source)
    qtbot.waitUntil(lambda: stage.view.message is not None and "binary" in stage.view.message[0])
    assert isinstance(source.error, BadInput)
    assert stage.view.message[1]
    stage.key("1")
    stage.key(Key.Key_F, CTRL)
    assert stage.shapes == []


def test_a_file_that_vanishes_while_it_is_open_says_so_and_keeps_the_labels(qtbot, tmp_path):
    path = tmp_path / "notes.txt"
    path.write_bytes(b"some words\n" * 400_000)
    stage = TextStage(qtbot, None, source=TextSource(lambda: FileSource(path)))
    stage.key("1")
    stage.drag(5, 10)
    path.unlink()
    stage.view.show_place(stage.view.length() // 2, middle=True)
    stage.view.grab()
    qtbot.waitUntil(lambda: stage.view.message is not None)
    assert "can no longer be read" in stage.view.message[0]
    assert "labels are kept" in stage.view.message[1]
    stage.view.grab()
    assert len(stage.shapes) == 1


def test_a_file_that_is_written_anew_while_it_is_open_is_not_shown_by_its_old_lines(qtbot, tmp_path):
    path = tmp_path / "notes.txt"
    path.write_bytes(b"some words\n" * 400_000)
    stage = TextStage(qtbot, None, source=TextSource(lambda: FileSource(path)))
    path.write_bytes(b"other things, in other lines\n" * 300_000)
    stage.view.show_place(stage.view.length() // 2, middle=True)
    qtbot.waitUntil(stage.view.again.isVisible)
    assert "was changed after it was opened" in stage.view.message[0]
    QTest.mouseClick(stage.view.again, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: stage.editor.loaded)
    assert stage.view.text_between(0, 12) == "other things"


def test_a_file_that_is_back_is_read_again(qtbot, tmp_path):
    path, away = tmp_path / "notes.txt", tmp_path / "away.txt"
    path.write_bytes(b"some words\n" * 400_000)
    stage = TextStage(qtbot, None, source=TextSource(lambda: FileSource(path)))
    again = stage.view.again
    assert not again.isVisible()
    path.rename(away)
    stage.view.show_place(stage.view.length() // 2, middle=True)
    qtbot.waitUntil(again.isVisible)
    assert not stage.editor.strip.isEnabled()
    QTest.mouseClick(again, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(again.isVisible)  # it is not back yet
    assert "cannot be opened" in stage.view.message[0]
    away.rename(path)
    QTest.mouseClick(again, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: stage.editor.loaded)
    assert (stage.view.message, again.isVisible(), stage.editor.strip.isEnabled()) == (None, False, True)
    stage.view.show_place(0)
    stage.key("1")
    stage.drag(5, 10)
    assert [shape.ranges for shape in stage.shapes] == [((5, 10),)]


def test_reading_shows_how_far_it_is_and_can_be_left(qtbot):
    go = threading.Event()

    class Slow(MemorySource):
        def read_at(self, offset, n):
            if offset > 200_000:
                go.wait(60)
            return super().read_at(offset, n)

    source = TextSource(lambda: Slow(b"some words\n" * 60_000))
    editor = TextEditor(EditSession(LabelDocument(), None), Focus(), ontology(), source, icon=icons.icon)
    qtbot.addWidget(editor, before_close_func=lambda e: (e.close_editor(), source.close()))
    editor.show()
    qtbot.waitUntil(lambda: editor.view.progress is not None and editor.view.progress > 0.2)
    assert not editor.settled
    assert "%" in editor.view.message[1]
    editor.view.grab()
    go.set()
    qtbot.waitUntil(lambda: editor.loaded)
    assert editor.view.message is None
