"""The line below everything: what passes goes before what can wait."""

from __future__ import annotations

from app.jobs import Job
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


def test_what_a_job_does_now_is_said_beside_its_count(qtbot):
    line = StatusLine()
    qtbot.addWidget(line)
    job = Job(1, "Adding Album", visible=True, parent=line)
    for doing, total in (("Adding files", 30), ("Making previews", 30)):
        job.progress.stage(doing, total)
        job.progress.step(4)
        line.show_jobs([job])
        assert line._job_text.text() == f"{doing}  4 / 30"
    assert line._job_text.toolTip() == "Adding Album"
    job.progress.stage("Exporting the labels of " + "x" * 300)
    line.show_jobs([job])
    assert line._job_text.sizeHint().width() < 500
