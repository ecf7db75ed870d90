"""The main journey, done by itself on a real window: from a dragged folder to exported labels and the next start.

Every step is real mouse and key events on the program. A line is printed for each; pictures of the window and the exports
lie in out/. The exit code is 0 only when every step held.
"""

from __future__ import annotations

import json
import shutil
import sys
import time
from collections.abc import Callable
from os.path import relpath
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from PIL import Image  # noqa: E402
from PySide6.QtCore import QPoint, Qt  # noqa: E402

import app.rooms.projects as projects_room  # noqa: E402
from postil.demo.ontology import sample_ontology  # noqa: E402
from storage.exchange import ontology_json  # noqa: E402
from storage.model.ontology import Ontology  # noqa: E402
from storage.model.workflow import StageKind  # noqa: E402
from tests.journeys import drags  # noqa: E402
from tests.journeys.desk import Desk  # noqa: E402
from tests.journeys.strokes import Hand  # noqa: E402

PAGES = ("street-1.jpg", "street-2.png")


class Journey:
    """`out`: the folder that has the sample project, and gets what is made."""

    def __init__(self, out: Path) -> None:
        self.out, self.pictures = out, out / "pictures"
        self.catalog = out / "journey" / "Catalog"
        shutil.rmtree(self.catalog.parent, ignore_errors=True)
        self.catalog.parent.mkdir(parents=True)
        self.source = originals_of(out / "sample", self.catalog.parent / "Streets")
        self.desk = Desk(self.catalog)
        self.number = 0
        self.drawn: list[str] = []

    def run(self) -> None:
        for text, act in (
            ("Start with an empty catalog", self.begin),
            ("Drag a folder of pictures in from the desktop", self.drag_in),
            ("Make a dataset and attach the folder", self.dataset),
            ("Make an ontology: paste its JSON, apply it", self.ontology),
            ("Make a project; its queue appears", self.project),
            ("Open the first task with Ctrl+Enter and draw with every tool", self.label),
            ("Undo everything, and redo it", self.undo),
            ("Submit: refused for what is missing, answered, accepted", self.submit),
            ("Export Encord JSON", lambda: self.export("Encord JSON", "labels-encord.json")),
            ("Export COCO", lambda: self.export("COCO", "labels-coco.json")),
            ("Close the program, start it again: everything is there", self.reopen),
        ):
            self.step(text, act)
        self.desk.close()

    def step(self, text: str, act: Callable[[], None]) -> None:
        self.number += 1
        began = time.perf_counter()
        act()
        file = self.desk.picture(self.pictures / f"{self.number:02d}.png")
        print(f"{self.number:2d}. {text}  ({time.perf_counter() - began:.1f} s)  {relpath(file)}", flush=True)

    # -- the steps

    def begin(self) -> None:
        self.desk.start()
        assert self.desk.can_see("Start with your files")

    def drag_in(self) -> None:
        desk = self.desk
        assert drags.drop(desk.pages.files.panel.list, QPoint(120, 120), drags.urls([self.source]))
        desk.wait_idle()
        assert desk.folder_paths() == ["Streets"]
        assert desk.files() == sorted(PAGES), desk.files()

    def dataset(self) -> None:
        desk = self.desk
        desk.go("Datasets")
        desk.dialog(lambda: desk.click("New dataset"), lambda d: (desk.fill("Title", "Streets", d), desk.key("Return")))

        def attach(dialog: Any) -> None:
            desk.tick(dialog.folders, "Streets")
            desk.click("Attach data", within=dialog)

        desk.dialog(lambda: desk.click("Attach existing files", nth=0), attach)
        (row,) = desk.reads.datasets()
        assert row.items == len(PAGES)

    def ontology(self) -> None:
        desk = self.desk
        desk.go("Ontologies")
        desk.dialog(lambda: desk.click("New ontology"), lambda d: (desk.fill("Title", "Streets", d), desk.key("Return")))
        desk.tab("JSON")
        editor = desk.pages.ontologies.widget.editor
        editor.json.edit.setPlainText(ontology_json.dumps(sample_ontology()))
        desk.wait_idle()
        desk.click("Apply", within=editor.json)
        desk.tab("Design")
        desk.until(lambda: len(self._stored().objects) == len(sample_ontology().objects), "the ontology is saved")

    def _stored(self) -> Ontology:
        return self.desk.reads.ontology(self.desk.reads.ontologies()[0].id)  # type: ignore[no-any-return]

    def project(self) -> None:
        desk = self.desk
        desk.go("Projects")
        desk.dialog(
            lambda: desk.click("New project", nth=0),
            lambda d: (desk.fill("Title", "Streets", d), desk.click("Create project", within=d)),
        )
        assert sum(desk.reads.projects()[0].tasks_by_stage.values()) == len(PAGES)

    def on_task(self, title: str) -> Hand:
        desk = self.desk
        desk.until(lambda: desk.pages.editing and desk.task.loaded.task.title == title, f"the task {title}")
        desk.until(lambda: desk.canvas.context.frame_size != (0, 0), "its picture")
        desk.wait_idle()
        return Hand(desk)

    def label(self) -> None:
        self.desk.key("Ctrl+Return")
        hand = self.on_task(PAGES[0])
        self.steps = hand.draw_everything()
        self.drawn = hand.kinds()
        assert len(self.drawn) == len(hand.tools()), self.drawn

    def undo(self) -> None:
        hand = Hand(self.desk)
        assert hand.undo_all() == self.steps and hand.kinds() == []
        assert hand.redo_all() == self.steps and hand.kinds() == self.drawn

    def submit(self) -> None:
        desk, hand = self.desk, Hand(self.desk)
        hand.key(Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
        desk.wait_idle()
        gaps = desk.task.side.gaps
        assert gaps.isVisible() and gaps.gaps
        desk.item(gaps._list, gaps.gaps[0].text)
        desk.wait_idle()
        desk.click("Red", within=desk.task.side.answers)
        desk.wait_idle()
        hand.key(Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
        self.on_task(PAGES[1])
        project = desk.reads.projects()[0]
        complete = next(s for s in project.workflow.stages if s.kind is StageKind.COMPLETE)
        assert project.tasks_by_stage[complete.uuid] == 1

    def export(self, format_: str, name: str) -> None:
        desk, target = self.desk, self.out / name
        target.unlink(missing_ok=True)
        if desk.pages.editing:
            desk.click("Queue")
            desk.wait_idle()
        desk.tab("Labels & export")
        labels = desk.pages.projects.widget.labels
        projects_room.ask_save_file = lambda *_: target  # type: ignore[assignment]
        desk.click(format_, within=labels, nth=0)
        desk.click("Export…", within=labels)
        desk.wait_idle()
        written = json.loads(target.read_text("utf-8"))
        assert written
        print(f"    {relpath(target)}, {target.stat().st_size:,} bytes")

    def reopen(self) -> None:
        self.desk.restart()
        desk = self.desk
        desk.go("Projects")
        desk.item(desk.pages.projects.widget.view, desk.pages.projects.widget.rows.index(0))
        desk.wait_idle()
        desk.tab("Queue")
        desk.item(desk.pages.projects.widget.queue.table, PAGES[0], double=True)
        assert self.on_task(PAGES[0]).kinds() == self.drawn


def originals_of(sample: Path, folder: Path) -> Path:
    """Some pictures of the sample, as files in a folder of the desktop."""
    from storage.catalog.engine import Catalog
    from storage.model.query import ItemQuery
    from storage.services.originals import path_of

    folder.mkdir()
    with Catalog.open(sample, read_only=True) as catalog:
        for item_id in catalog.reads.ids(ItemQuery()):
            item = catalog.reads.item(item_id)
            if item.title in PAGES:
                shutil.copy(path_of(catalog, item), folder / item.title)
                with Image.open(folder / item.title) as picture:
                    picture.verify()
    return folder


def main(arguments: list[str]) -> int:
    from storage.catalog.engine import Catalog

    out = Path(arguments[0]) if arguments else ROOT / "out"
    Catalog.open(out / "sample").close()  # one that an earlier version has made is brought up to date, as by the window
    journey = Journey(out)
    try:
        journey.run()
    except (AssertionError, LookupError) as fault:
        print(f"FAILED in step {journey.number}: {fault}", file=sys.stderr)
        if journey.desk.program is not None:
            print(f"The window then: {journey.desk.picture(journey.pictures / 'failed.png')}", file=sys.stderr)
        return 1
    print(
        f"All {journey.number} steps held. Pictures: {relpath(journey.pictures)}/, exports: {relpath(journey.out)}/labels-*.json"
    )
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
