"""The line below everything: what passes goes before what can wait."""

from __future__ import annotations

from app.status import StatusLine


def test_a_message_that_needs_the_room_of_the_hint_has_it_until_it_has_passed(qtbot):
    line = StatusLine()
    qtbot.addWidget(line)
    line.resize(600, 28)
    line.show()
    line.show_hint("Select: click a shape, Ctrl+click adds, drag on empty ground")
    line.tell("Saved")
    assert line._right.isVisible()
    line.tell("Not submitted: something required is missing. Answer it here; the list at the right leads to each place.")
    assert not line._right.isVisible()
    line.tell("And once more: something required is missing. Answer it here; the list at the right leads there.")
    assert not line._right.isVisible()
    line._message.timeout.emit()
    assert line._right.isVisible()
