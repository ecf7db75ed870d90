"""Cycles are collected on the GUI thread alone: `app.collecting`."""

from __future__ import annotations

import gc
import threading
import weakref
from collections.abc import Callable, Iterator

import pytest
from PySide6.QtCore import QObject, Qt, QTimer, Slot

from app.collecting import Collector


class Ear(QObject):
    """Hears on which thread something was destroyed."""

    def __init__(self) -> None:
        super().__init__()
        self.threads: list[threading.Thread] = []

    @Slot()
    def hear(self) -> None:
        self.threads.append(threading.current_thread())


class Node:
    def __init__(self, load: object = None) -> None:
        self.load, self.itself = load, self


@pytest.fixture
def collector(qapp: object) -> Iterator[Collector]:
    made = Collector()
    yield made
    made.stop()
    gc.unfreeze()


@pytest.fixture
def collections() -> Iterator[list[threading.Thread]]:
    threads: list[threading.Thread] = []

    def note(phase: str, _info: object) -> None:
        threads.append(threading.current_thread())

    gc.callbacks.append(note)
    yield threads
    gc.callbacks.remove(note)


def _in_thread(work: Callable[[], object]) -> None:
    thread = threading.Thread(target=work)
    thread.start()
    thread.join()


def test_what_a_worker_throws_away_is_destroyed_on_the_gui_thread(qtbot, collector, collections):
    gc.enable()
    collector.start()
    ear = Ear()
    timers = [QTimer() for _ in range(3)]
    for timer in timers:
        timer.destroyed.connect(ear.hear, Qt.ConnectionType.DirectConnection)
    load = [Node(timer) for timer in timers]
    del timers, timer

    def throw_away() -> None:
        load.clear()
        for _ in range(30_000):
            Node()

    _in_thread(throw_away)
    assert not ear.threads
    qtbot.waitUntil(lambda: gc.get_count()[0] < collector.BUSY[0])
    qtbot.waitUntil(lambda: len(ear.threads) == 3)
    assert set(ear.threads) == {threading.main_thread()} == set(collections)


@pytest.mark.parametrize(
    ("buttons", "rests", "gone"),
    [(Qt.MouseButton.NoButton, 0, True), (Qt.MouseButton.NoButton, 4, False), (Qt.MouseButton.LeftButton, 0, False)],
)
def test_old_cycles_go_when_the_person_rests_once_more(qtbot, collector, monkeypatch, buttons, rests, gone):
    from PySide6.QtGui import QGuiApplication

    monkeypatch.setattr(QGuiApplication, "mouseButtons", lambda: buttons)
    monkeypatch.setattr(Collector, "REST", 2)
    monkeypatch.setattr(Collector, "WORTH_ALL", rests)
    collector.start()
    old = Node()
    seen = weakref.ref(old)
    gc.collect()  # now it is old
    del old
    young = [Node() for _ in range(2 * Collector.WORTH)]  # some that are older may go meanwhile
    ticks: list[None] = []
    collector._clock.timeout.connect(lambda: ticks.append(None))
    qtbot.waitUntil(lambda: len(ticks) >= 5)
    assert (seen() is None) == gone
    assert young
