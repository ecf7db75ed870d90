"""What the header promises: saved means committed, and a failure loses nothing and lets nothing overtake."""

from __future__ import annotations

from concurrent.futures import Future

from app.saving import SaveQueue
from storage.editing.edits import Drop, Step
from storage.editing.session import StepChange
from storage.errors import StaleUndo


def change(n: int) -> StepChange:
    return StepChange("do", Step(n, f"step {n}", (Drop("answer", str(n)),), ()))


class Disk:
    """Stands for the catalog's writer: answers when told to."""

    def __init__(self) -> None:
        self.asked: list[tuple[int, Future]] = []

    def __call__(self, change: StepChange) -> Future:
        future: Future = Future()
        self.asked.append((change.step.n, future))
        return future

    @property
    def order(self) -> list[int]:
        return [n for n, _ in self.asked]


def test_saved_is_said_only_when_every_gesture_is_committed(qtbot):
    disk = Disk()
    queue = SaveQueue(disk)
    first = queue(change(1))
    queue(change(2))
    assert queue.state == "saving"
    disk.asked[0][1].set_result(None)
    qtbot.waitUntil(first.done)
    qtbot.waitUntil(lambda: disk.order == [1, 2])
    assert queue.state == "saving"
    disk.asked[1][1].set_result(None)
    qtbot.waitUntil(lambda: queue.state == "saved")
    assert queue.pending == 0


def test_a_large_step_is_written_once_the_window_has_shown_it_and_before_what_follows(qtbot):
    disk = Disk()
    queue = SaveQueue(disk)
    large = tuple(Drop("answer", str(n)) for n in range(SaveQueue.MANY))
    queue(StepChange("do", Step(1, "step 1", large, ())))
    assert disk.order == [] and queue.state == "saving"
    qtbot.waitUntil(lambda: disk.order == [1])
    queue(change(2))
    disk.asked[0][1].set_result(None)
    qtbot.waitUntil(lambda: disk.order == [1, 2])


def test_a_failed_step_is_tried_again_before_any_that_follows(qtbot):
    disk, problems = Disk(), []
    queue = SaveQueue(disk)
    queue.problem.connect(problems.append)
    queue(change(1))
    queue(change(2))
    disk.asked[0][1].set_exception(OSError("disk full"))
    qtbot.waitUntil(lambda: queue.state == "failed")
    queue(change(3))
    assert disk.order == [1]
    queue.retry()
    assert disk.order == [1, 1]
    disk.asked[1][1].set_exception(OSError("disk full"))
    qtbot.waitUntil(lambda: queue._retry.isActive())
    assert len(problems) == 1, "the second failure of the same row of failures is silent"
    queue.retry()
    disk.asked[2][1].set_result(None)
    qtbot.waitUntil(lambda: disk.order == [1, 1, 1, 2])
    disk.asked[3][1].set_result(None)
    qtbot.waitUntil(lambda: disk.order == [1, 1, 1, 2, 3])
    disk.asked[4][1].set_result(None)
    qtbot.waitUntil(lambda: queue.state == "saved")


def test_a_step_that_the_catalog_refuses_for_good_is_given_up_with_what_builds_on_it(qtbot):
    disk, refusals = Disk(), []
    queue = SaveQueue(disk)
    queue.refused.connect(refusals.append)
    queue(change(1))
    second = queue(change(2))
    disk.asked[0][1].set_exception(StaleUndo("It was deleted elsewhere."))
    qtbot.waitUntil(lambda: len(refusals) == 1)
    assert queue.pending == 0
    assert second.exception() is refusals[0]
    assert disk.order == [1]


def test_whoever_waits_for_the_writing_is_told_once_how_it_ended(qtbot):
    disk, told = Disk(), []
    queue = SaveQueue(disk)
    queue.once_written(told.append)
    assert told == [True], "nothing waits"
    queue(change(1))
    queue(change(2))
    queue.once_written(told.append)
    disk.asked[0][1].set_result(None)
    qtbot.waitUntil(lambda: disk.order == [1, 2])
    assert told == [True]
    disk.asked[1][1].set_exception(OSError("disk full"))
    qtbot.waitUntil(lambda: told == [True, False])
    queue.once_written(told.append)
    assert told == [True, False, False], "it cannot be written, as things are now"
    queue.retry()
    disk.asked[2][1].set_result(None)
    qtbot.waitUntil(lambda: queue.state == "saved")
    assert told == [True, False, False]
