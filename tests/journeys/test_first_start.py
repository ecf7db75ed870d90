"""First start: one window, a new catalog, and a screen that says what to do first."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication

import app.actions.catalog as catalog_verbs
import app.background.sample as sample_job
import storage.paths
from app import single_instance
from postil.demo import PROJECT
from postil.demo.make import STEPS
from storage.errors import Cancelled, PostilError
from storage.progress import Progress
from tests.journeys.desk import Desk


def test_a_new_catalog_is_made_and_the_window_says_where_to_begin(desk: Desk) -> None:
    assert (desk.path / "catalog.sqlite").is_file()
    assert desk.window.windowTitle() == "catalog – Postil"
    assert desk.can_see("Start with your files")
    assert desk.files() == [] and desk.folder_paths() == []
    for place, says in (("Datasets", "No dataset yet"), ("Ontologies", "No ontology yet"), ("Projects", "No project yet")):
        desk.go(place)
        assert desk.can_see(says), place


def test_closing_the_only_window_and_starting_again_shows_the_place_where_one_was(desk: Desk) -> None:
    desk.go("Projects")
    desk.restart()
    assert desk.window.stack.currentWidget() is desk.pages.projects.widget


def test_a_folder_that_is_no_catalog_is_refused_with_a_way_on(qapp: QApplication, tmp_path: Path) -> None:
    folder = tmp_path / "catalog"
    folder.mkdir()
    (folder / "catalog.sqlite").write_bytes(b"this is not a database, whatever its name says" * 40)
    desk = Desk(folder)
    desk.open_badly()
    assert desk.can_see("This catalog cannot be opened")
    assert desk.can_see("Try again") and desk.can_see("Open another catalog…")
    desk.close()


def test_the_sample_project_is_made_step_by_step_and_its_queue_takes_the_place_of_the_empty_window(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What a start of its own would do is done here: another program, on the catalog that was made."""
    opened: list[Desk] = []
    monkeypatch.setattr(storage.paths, "user_data_dir", lambda: tmp_path / "data")
    monkeypatch.setattr(catalog_verbs, "start_on", lambda folder: opened.append(Desk(folder, tmp_path / "more.json")))
    first, steps = desk.window, set[tuple[str, int, int | None]]()
    desk.click("Open the sample project")
    job = desk.window.context.jobs.jobs[-1]
    job.progressed.connect(lambda: steps.add((job.progress.text, job.progress.done, job.progress.total)))
    desk.until(lambda: opened, "the sample is made")
    assert (job.progress.done, job.progress.total) == (STEPS, STEPS)
    assert len(steps) > 3 and {total for _, _, total in steps} <= {STEPS, None}
    (sample,) = opened
    sample.start()
    try:
        sample.until(lambda: sample.can_see("Start next task"), "the queue of the project")
        panel = sample.pages.projects.widget
        assert sample.reads.project(panel.current).title == PROJECT
        assert panel.queue.isVisible()
        sample.until(lambda: not first.isVisible(), "the window that had nothing is closed")
    finally:
        sample.close()


def test_a_window_that_holds_something_stays_when_the_sample_is_opened(
    desk: Desk, album: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.add("Album", album / "beach.png")
    (tmp_path / "data" / "Sample").mkdir(parents=True)
    asked: list[Path] = []
    monkeypatch.setattr(storage.paths, "user_data_dir", lambda: tmp_path / "data")
    monkeypatch.setattr(catalog_verbs, "start_on", asked.append)
    ear = single_instance.Listener(tmp_path / "data" / "Sample")
    wished: list[object] = []
    ear.asked.connect(wished.append)
    desk.find_and_run("sample project")
    desk.until(lambda: wished, "the other window is asked to show the project")
    desk.wait_idle()
    ear.close()
    assert asked == [tmp_path / "data" / "Sample"]
    assert desk.window.isVisible() and desk.files() == ["beach.png"]


def test_a_sample_that_cannot_be_made_leaves_nothing_behind_and_says_why(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    taken = tmp_path / "Sample"
    monkeypatch.setattr(
        sample_job, "MAKER", ("-c", "import sys, pathlib; pathlib.Path(sys.argv[1]).mkdir(); sys.exit('no room')")
    )
    with pytest.raises(PostilError, match="no room"):
        sample_job.make_sample(taken, Progress())
    assert not taken.exists()
    progress = Progress()
    progress.cancel()
    monkeypatch.setattr(sample_job, "MAKER", ("-c", "import threading; threading.Event().wait(60)"))
    with pytest.raises(Cancelled):
        sample_job.make_sample(taken, progress)
