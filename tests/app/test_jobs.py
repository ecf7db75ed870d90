from __future__ import annotations

import os
import subprocess
import sys
import threading
from concurrent.futures import BrokenExecutor
from pathlib import Path

import pytest
from PySide6.QtCore import QObject
from shiboken6 import delete

from app.jobs import JobRunner
from app.processes import Processes
from storage.errors import Cancelled


@pytest.fixture
def runner(qapp):
    runner = JobRunner()
    yield runner
    runner.close()


def test_a_job_reports_its_result_on_the_gui_thread(runner, qtbot):
    seen = []
    job = runner.start("Count", lambda progress: 42)
    job.finished.connect(lambda value: seen.append((value, threading.current_thread() is threading.main_thread())))
    qtbot.waitUntil(lambda: seen == [(42, True)])
    assert job.state == "done"


def test_a_failing_job_reports_its_error(runner, qtbot):
    def upload(progress):
        raise ConnectionError("bucket 'scans' does not answer")

    job = runner.start("Upload", upload)
    with qtbot.waitSignal(job.failed) as seen:
        pass
    assert "scans" in str(seen.args[0])
    assert job.state == "failed"


def test_a_cancelled_job_stops_and_says_so(runner, qtbot):
    began = threading.Event()

    def work(progress):
        began.set()
        while True:
            progress.check()

    job = runner.start("Endless", work)
    assert began.wait(60)
    with qtbot.waitSignal(job.failed) as seen:
        job.cancel()
    assert isinstance(seen.args[0], Cancelled)
    assert job.state == "cancelled"


def test_an_answer_is_not_delivered_to_an_owner_that_is_gone(runner, qtbot):
    delivered, asked = [], threading.Event()
    release = threading.Event()
    owner, other = QObject(), QObject()

    def slow():
        asked.set()
        release.wait(60)
        return 1

    runner.read(slow, delivered.append, owner=owner)
    assert asked.wait(60)
    owner.deleteLater()
    del owner
    release.set()
    after = []
    runner.read(lambda: 2, after.append, owner=other)
    qtbot.waitUntil(lambda: after == [2])
    assert delivered == []


def test_a_read_that_fails_tells_the_one_who_asked(runner, qtbot):
    errors, owner = [], QObject()
    runner.read(lambda: 1 / 0, lambda _: None, errors.append, owner=owner)
    qtbot.waitUntil(lambda: len(errors) == 1)
    assert isinstance(errors[0], ZeroDivisionError)


def test_what_takes_its_time_to_end_holds_up_nobody_but_the_end_of_the_program(runner):
    release, ended = threading.Event(), []

    def end():
        release.wait(60)
        ended.append(threading.current_thread())

    runner.leave(end)
    assert ended == []  # nobody waited for it
    release.set()
    runner.close()
    assert len(ended) == 1
    assert ended[0] is not threading.main_thread()


@pytest.mark.parametrize("ends_well", [True, False])
def test_the_end_of_a_job_is_told_to_a_window_only_while_it_is_there(runner, qtbot, ends_well):
    heard, go = [], threading.Event()

    def work(progress):
        go.wait(60)
        if not ends_well:
            raise ConnectionError("gone")

    here, gone = QObject(), QObject()
    job = runner.start("Export", work)
    for owner, name in ((gone, "gone"), (here, "here")):
        job.then(owner, lambda _result, name=name: heard.append(name), lambda _error, name=name: heard.append(name))
    delete(gone)
    go.set()
    qtbot.waitUntil(lambda: not job.running and bool(heard))
    assert heard == ["here"]


CHILD = """
import os, sys
from PySide6.QtCore import QCoreApplication
from app.jobs import JobRunner

if __name__ == "__main__":
    application = QCoreApplication([])
    print(JobRunner().processes.submit(os.getpid).result(60), flush=True)
    sys.stdin.read()
"""


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="looks into /proc")
def test_no_process_outlives_a_program_that_is_killed(qtbot, tmp_path):
    script = tmp_path / "program.py"
    script.write_text(CHILD, "utf-8")
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).resolve().parents[2])}
    with subprocess.Popen(
        [sys.executable, str(script)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment
    ) as program:
        helper = Path("/proc") / program.stdout.readline().decode().strip()
        assert helper.exists()
        program.kill()
    qtbot.waitUntil(lambda: not helper.exists())


def alive(pid: int) -> bool:
    return (Path("/proc") / str(pid)).exists()


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="holds its work with a pipe that has a name")
def test_processes_that_were_told_of_work_are_there_when_it_comes_and_go_when_none_does(qtbot, tmp_path):
    gate = tmp_path / "gate"
    os.mkfifo(gate)
    processes = Processes(let_go_s=60)
    try:
        assert not processes.there
        processes.warm()
        processes.warm()
        processes.let_go_unused()
        assert processes.there
        helper = processes.submit(os.getpid).result(60)
        assert helper != os.getpid()
        processes.let_go_unused()
        assert processes.there  # used just now
        processes._let_go_s = 0
        go = processes.submit(gate.read_bytes)
        processes.let_go_unused()
        assert processes.there  # at work
        gate.write_bytes(b"go")
        assert go.result(60) == b"go"
        qtbot.waitUntil(lambda: processes.let_go_unused() or not processes.there)
        if sys.platform.startswith("linux"):
            qtbot.waitUntil(lambda: not alive(helper))
        assert processes.submit(abs, -3).result(60) == 3  # new ones
    finally:
        processes.shutdown()


def test_processes_that_broke_are_replaced():
    processes = Processes()
    try:
        with pytest.raises(BrokenExecutor):
            processes.submit(os._exit, 3).result(60)
        assert processes.submit(abs, -3).result(60) == 3
    finally:
        processes.shutdown()
