"""Searching in the text editor."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from tests.support.text_stage import CTRL, SHIFT, TextStage

Key = Qt.Key


def test_search_counts_and_goes_round(qtbot):
    stage = TextStage(qtbot, "needle in hay\nNEEDLE\n" * 200)
    stage.key(Key.Key_F, CTRL)
    bar = stage.editor.find_bar
    assert bar.isVisible()
    qtbot.waitUntil(bar.box.hasFocus)
    QTest.keyClicks(bar.box, "needle")
    qtbot.waitUntil(lambda: bar.count.text() == "1 of 400")
    assert stage.view.selection == (0, 6)
    QTest.keyClick(bar.box, Key.Key_Return)
    assert stage.view.text_between(*stage.view.selection) == "NEEDLE"
    QTest.keyClick(bar.box, Key.Key_Return, SHIFT)
    QTest.keyClick(bar.box, Key.Key_Return, SHIFT)
    assert bar.count.text() == "400 of 400"
    assert stage.view.caret_rect(stage.view.caret) is not None
    bar.case_button.click()
    qtbot.waitUntil(lambda: "of 200" in bar.count.text())
    QTest.keyClick(bar.box, Key.Key_Escape)
    assert not bar.isVisible()
    assert stage.view.hasFocus()
    stage.key("1")
    assert stage.marked() == ["NEEDLE"] or stage.marked() == ["needle"]


def test_the_first_hit_is_looked_for_from_the_caret_while_words_are_typed(qtbot):
    stage = TextStage(qtbot, "engine gent engine\n" * 20)
    stage.view.select(8, 8)
    stage.key(Key.Key_F, CTRL)
    bar = stage.editor.find_bar
    for typed, count in (("en", "2 of 60"), ("gine", "2 of 40")):
        QTest.keyClicks(bar.box, typed)
        qtbot.waitUntil(lambda count=count: bar.count.text() == count)
    assert stage.view.selection == (12, 18)


def test_no_hit_is_said(qtbot):
    stage = TextStage(qtbot, "needle in hay")
    stage.key(Key.Key_F, CTRL)
    QTest.keyClicks(stage.editor.find_bar.box, "zebra")
    qtbot.waitUntil(lambda: stage.editor.find_bar.count.text() == "No hit")
    assert not stage.editor.find_bar.next_button.isEnabled()
