"""One size: walk through every screen and photograph it, in both colour schemes."""

from __future__ import annotations

import shutil
import sys
import threading
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QCursor, QPainter
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog, QPushButton, QTabBar

from app.settings import Settings
from storage.catalog import datasets, ontologies, projects, trash
from storage.errors import CatalogError
from storage.model.ontology import Ontology
from storage.model.query import ItemSelection
from tests.journeys import drags, find
from tests.journeys.desk import Desk
from tests.journeys.strokes import Hand
from tests.shots.states import states
from tests.shots.volumes import volumes
from tests.support import mouse
from widgets import theme
from widgets.dialogs.confirm_delete import ConfirmDeleteDialog
from widgets.dialogs.result_list import ResultList


class Camera:
    def __init__(self, desk: Desk, out: Path) -> None:
        self.desk, self.out = desk, out

    def shot(self, name: str) -> None:
        """The window, and whatever lies over it where it lies."""
        for _ in range(4):
            self.desk.turn()  # panels follow in the next turn, their layout in the one after
        window = self.desk.window
        picture = window.grab()
        painter = QPainter(picture)
        for other in QApplication.topLevelWidgets():
            if other is not window and other.isVisible() and other.windowType() != Qt.WindowType.ToolTip:
                over = window.mapFromGlobal(other.mapToGlobal(QPoint(0, 0)))
                if isinstance(other, QDialog):  # no window manager centres it here
                    over = window.rect().center() - other.rect().center()
                painter.fillRect(over.x() - 1, over.y() - 1, other.width() + 2, other.height() + 2, theme.subtle_text())
                painter.drawPixmap(over, other.grab())
        painter.end()
        self.out.mkdir(parents=True, exist_ok=True)
        picture.save(str(self.out / f"{name}.png"))

    def dialog(self, name: str, opens: Callable[[], object], before: Callable[[Any], object] | None = None) -> None:
        def person(dialog: QDialog) -> None:
            if before is not None:
                before(dialog)
            self.desk.wait_idle()
            self.shot(name)
            dialog.reject()

        self.desk.dialog(opens, person)

    def unfolded(self, name: str, button: QPushButton) -> None:
        button.menu().popup(button.mapToGlobal(QPoint(0, button.height())))
        self.shot(name)
        button.menu().close()
        self.desk.turn()

    def menu(self, name: str, view: Any, place: QPoint) -> None:
        menu = self.desk.open_menu(view, place)
        self.shot(name)
        menu.close()
        self.desk.turn()


class Walk:
    """Through the sample catalog. Nothing is changed that a second walk would miss."""

    def __init__(self, desk: Desk, camera: Camera) -> None:
        self.desk, self.camera = desk, camera

    def go(self, parts: Sequence[str]) -> None:
        for part in parts:
            apart = {"volumes": volumes, "states": states}.get(part)
            apart(self) if apart is not None else getattr(self, part)()

    # -- files

    def files(self) -> None:
        desk, shot = self.desk, self.camera.shot
        desk.go("Files")
        panel = desk.pages.files.panel
        desk.click("Show as pictures")
        desk.click("All files")
        desk.wait_idle()
        shot("files-all")
        panel.sidebar.tree.expandAll()
        desk.item(panel.sidebar.tree, "Streets")
        desk.wait_idle()
        desk.item(panel.list.grid, panel.list.model.index(1, 0))
        desk.wait_idle()
        shot("files-grid-and-details")
        self.hovering()
        desk.key("Ctrl+A", panel.list.grid)
        desk.wait_idle()
        shot("files-all-selected")
        self.camera.menu(
            "files-menu-of-items", panel.list.grid.viewport(), panel.list.grid.visualRect(panel.list.model.index(0, 0)).center()
        )
        self.camera.menu(
            "files-menu-of-a-folder",
            panel.sidebar.tree.viewport(),
            panel.sidebar.tree.visualRect(find.index_of(panel.sidebar.tree, "Streets")).center(),
        )
        desk.item(panel.sidebar.tree, "Streets")
        desk.click("Show as a table")
        desk.wait_idle()
        shot("files-table")
        desk.key("Ctrl+F", desk.window)
        desk.type("nuc")
        desk.wait_idle()
        shot("files-search-results")
        desk.type("xyz")
        desk.wait_idle()
        shot("files-search-nothing")
        desk.click("Clear search")
        desk.click("Show as pictures")
        desk.item(panel.sidebar.tree, "Samples")
        desk.wait_idle()
        shot("files-folder-with-folders")
        desk.click(panel.sidebar.trash)
        desk.wait_idle()
        shot("files-trash")
        desk.click("All files")
        desk.wait_idle()
        for title in ("Type", "Metadata"):
            self.camera.unfolded(f"files-filter-{title.lower()}", desk.find(title, QPushButton))

    def hovering(self) -> None:
        """Something of the desktop is carried over the list."""
        panel = self.desk.pages.files.panel
        mime = drags.urls([Path("/tmp/one.png"), Path("/tmp/two.png")])
        over = panel.list.view().viewport()
        QCursor.setPos(over.mapToGlobal(QPoint(60, 60)))
        drags.over(over, QPoint(60, 60), mime)
        self.camera.shot("files-something-dragged-in")
        from PySide6.QtGui import QDragLeaveEvent

        QApplication.sendEvent(panel.list.view().viewport(), QDragLeaveEvent())

    def files_dialogs(self) -> None:
        desk, camera = self.desk, self.camera
        panel = desk.pages.files.panel
        desk.item(panel.sidebar.tree, "Streets")
        desk.wait_idle()
        desk.item(panel.list.grid, panel.list.model.index(0, 0))
        run = desk.window.registry.trigger
        camera.dialog("dialog-new-folder", lambda: run("files.new_folder"))
        camera.dialog("dialog-add-data", lambda: run("files.add"))
        desk.item(panel.list.grid, panel.list.model.index(0, 0))
        camera.dialog("dialog-add-to-dataset", lambda: run("files.add_to_dataset"))
        camera.dialog("dialog-move-to", lambda: run("files.move"))
        camera.dialog(
            "dialog-delete",
            lambda: panel.delete_wanted.emit(frozenset({desk.reads.folder_by_path("Samples").id}), ItemSelection()),
        )
        lines = [
            ("/home/ada/Album/torn.jpg", "The file ends in the middle of the picture.", "Copy it again from where it came."),
            ("/home/ada/Album/notes.xyz", "It is no picture that Postil knows.", "Convert it to PNG or TIFF."),
        ]
        camera.dialog(
            "dialog-result-list",
            lambda: ResultList.ask(desk.window, "What was not added as it is", lines, "5 items added, 2 refused."),
        )
        camera.dialog("dialog-about", lambda: run("help.about"))
        camera.dialog(
            "dialog-error",
            lambda: desk.window.messages.error(
                CatalogError("The disk is full.", remedy="Make room on it and try again."), "Adding Album"
            ),
        )
        camera.dialog("dialog-question", desk.pages.files.empty_trash)

    # -- the other rooms

    def datasets(self) -> None:
        desk, camera = self.desk, self.camera
        desk.go("Datasets")
        desk.tab("Data")
        camera.shot("datasets-data")
        desk.tab("Settings")
        camera.shot("datasets-settings")
        desk.tab("Data")
        camera.dialog("dialog-new-dataset", desk.pages.datasets.new)
        (row, *_) = desk.reads.datasets()
        camera.dialog("dialog-attach-data", lambda: desk.pages.datasets.attach(row.id))
        camera.dialog("dialog-delete-dataset", lambda: desk.pages.datasets.delete(row.id))

    def ontologies(self) -> None:
        desk, camera = self.desk, self.camera
        desk.go("Ontologies")
        editor = desk.pages.ontologies.widget.editor
        desk.tab("Design")
        desk.item(editor.view, "Car")
        desk.wait_idle()
        camera.shot("ontologies-design")
        self.code_form(editor)
        for element in ("Person", "Colour", "Doors", "Weather"):
            desk.item(editor.view, element)
            desk.wait_idle()
            camera.shot({"Weather": "ontologies-classification"}.get(element, f"ontologies-form-{element.lower()}"))
        desk.item(editor.view, "Tree")
        desk.key("Del", editor.view)
        desk.wait_idle()
        camera.shot("ontologies-delete-what-is-used")
        editor.warning.say("")
        camera.unfolded("ontologies-shapes", desk.find("Object", QPushButton))
        desk.tab("JSON")
        camera.shot("ontologies-json")
        text = editor.json.edit.toPlainText()
        editor.json.edit.setPlainText(text.replace('"name": "Car"', '"name": 7', 1))
        editor.json.judge()
        editor.json.edit.go_to(*editor.json._fault)
        camera.shot("ontologies-json-fault")
        editor.json.revert()
        desk.tab("Design")
        camera.dialog("dialog-new-ontology", desk.pages.ontologies.new)

    def code_form(self, editor: Any) -> None:
        """The DICOM code of a class, and what is found while somebody types."""
        desk = self.desk
        desk.item(editor.view, "Liver")
        desk.wait_idle()
        form = next(f.code for f in editor._forms.values() if hasattr(f, "code"))
        if not form.search.isVisible():
            desk.click(form._unfold)
        desk.wait_idle()
        self.camera.shot("ontologies-dicom-code")
        form.search.setFocus()
        QTest.keyClicks(form.search, "liv")
        desk.until(form.search.completer().popup().isVisible, "what is found")
        self.camera.shot("ontologies-dicom-code-found")
        form.search.completer().popup().hide()
        form.search.clear()
        desk.click(form._unfold)

    def projects(self) -> None:
        desk, camera = self.desk, self.camera
        desk.go("Projects")
        widget = desk.pages.projects.widget
        if widget.current is not None:
            desk.click("All projects")
            desk.wait_idle()
        camera.shot("projects-cards")
        camera.dialog("dialog-new-project", desk.pages.projects.new)
        desk.item(widget.view, widget.rows.index(0))
        desk.wait_idle()
        for tab, name in (
            ("Overview", "overview"),
            ("Queue", "queue"),
            ("Labels & export", "labels"),
            ("Settings", "settings"),
        ):
            desk.tab(tab)
            camera.shot(f"projects-{name}")
        self.export(widget.labels)
        desk.tab("Queue")
        desk.item(widget.queue.table, "street-2.png")
        camera.menu(
            "projects-menu-of-a-task",
            widget.queue.table.viewport(),
            widget.queue.table.visualRect(widget.queue.table.currentIndex()).center(),
        )
        lost = "Its 18 tasks and all their labels go with it. Files, datasets and the ontology stay."
        camera.dialog(
            "dialog-delete-project", lambda: ConfirmDeleteDialog.ask(desk.window, "Delete the project “Sample project”?", lost)
        )

    def export(self, labels: Any) -> None:
        """Of volumes, without the identity; and what the format could not hold."""
        desk = self.desk
        desk.tab("Labels & export")
        desk.click("Volumes: DICOM SEG, RTSTRUCT, SR, NIfTI, NRRD", within=labels, nth=0)
        desk.click("Without the identity of patients, series included", within=labels)
        self.camera.shot("projects-export-of-volumes")
        desk.click("Without the identity of patients, series included", within=labels)
        desk.click("Encord JSON", within=labels, nth=0)
        lost = [
            ("street-1.jpg", "all labels", "NIfTI holds labels of volumes, not of the kind image"),
            ("Trunk, March 2026", "1 classification", "NIfTI holds shapes, not classifications"),
        ]
        heads = ("Where", "What", "Why")
        self.camera.dialog(
            "dialog-export-lost",
            lambda: ResultList.ask(desk.window, "Exported. The format cannot hold:", lost, heads=heads),
        )

    # -- labelling

    def queue(self, title: str) -> None:
        """Out of the queue of the project, which may have to be opened first."""
        desk = self.desk
        desk.go("Projects")
        widget = desk.pages.projects.widget
        if widget.current is None:
            desk.item(widget.view, widget.rows.index(0))
            desk.wait_idle()
        desk.tab("Queue")
        desk.item(widget.queue.table, title, double=True)

    def open_task(self, title: str) -> Hand:
        desk = self.desk
        self.queue(title)
        desk.until(lambda: desk.pages.editing and desk.task.loaded.task.title == title, f"task {title}")
        desk.until(lambda: desk.canvas.context.frame_size != (0, 0), "its picture")
        desk.wait_idle()
        self.sharp()
        return Hand(desk)

    def sharp(self) -> None:
        """Until the picture and the shapes are drawn in full."""
        from PySide6.QtCore import QEventLoop, QTimer

        loop = QEventLoop()
        QTimer.singleShot(400, loop.quit)
        loop.exec()

    def select(self, hand: Hand, name: str) -> None:
        document, ontology = hand.document, self.desk.task.loaded.ontology
        known = next(o for o in ontology.objects if o.name == name)
        found = next(i for i in document.instances.values() if i.feature_hash == known.feature_hash)
        self.desk.task.focus.select((found.uuid,))
        self.desk.wait_idle()
        self.sharp()

    def label_editor(self) -> None:
        desk, camera = self.desk, self.camera
        hand = self.open_task("street-1.jpg")
        camera.shot("label-editor")
        self.select(hand, "Car")
        camera.shot("label-editor-selection-and-questions")
        self.select(hand, "Person")
        camera.shot("label-editor-skeleton")
        width, height = desk.canvas.context.frame_size
        camera.menu("label-editor-menu", desk.canvas, mouse.place(desk.canvas, width / 2, height / 3))
        hand.key(Qt.Key.Key_Escape)
        hand.key("2")
        hand.click((0.3, 0.2), (0.45, 0.15), (0.5, 0.35))
        mouse.move(desk.canvas, *hand.at((0.38, 0.45)))
        camera.shot("label-editor-draft")
        for _ in range(3):
            hand.key(Qt.Key.Key_Escape)
        hand = self.open_task("nuclei.tif")
        camera.shot("label-editor-masks")
        hand.key("0")
        mouse.move(desk.canvas, *hand.at((0.5, 0.5)))
        camera.shot("label-editor-brush")
        hand.key(Qt.Key.Key_Escape)
        hand = self.open_task("street-5.bmp")
        hand.box()
        hand.key(Qt.Key.Key_Escape)
        hand.key(Qt.Key.Key_Escape)
        desk.click("Submit")
        desk.wait_idle()
        camera.shot("label-editor-gaps")
        hand.undo_all()
        self.open_task("street-1.jpg")
        desk.window.registry.trigger("view.canvas_alone")
        self.sharp()
        camera.shot("label-editor-canvas-alone")
        desk.window.registry.trigger("view.canvas_alone")
        self.sharp()
        desk.task.editor.show_adjustments()
        camera.shot("label-editor-adjustments")
        desk.task.editor.popover.hide()

    def media(self) -> None:
        """Each kind in its editor, with what the sample has on it."""
        for title, name in (
            ("crossing.webm", "film"),
            ("bells.wav", "sound"),
            ("report.pdf", "pages"),
            ("letter.txt", "text"),
            ("page.html", "html"),
            ("Leaf from three sides", "group"),
        ):
            self.open_medium(title)
            self.camera.shot(f"media-{name}")
            if self.select_first():
                self.camera.shot(f"media-{name}-selected")
        self.open_medium("crossing.webm")
        self.desk.task.editor.go_to_frame(40)
        self.sharp()
        self.camera.shot("media-film-between-key-frames")
        for tab, name in (("Batch images as", "batch"), ("Audio", "audio")):
            self.desk.go("Files")
            self.camera.dialog(f"dialog-add-{name}", self.desk.pages.files.add_data, partial(_choose_tab, tab))

    def select_first(self) -> bool:
        task = self.desk.task
        first = next(iter(task.session.document.instances), None)
        if first is not None:
            task.focus.select((first,))
            task.editor.reveal(first)
            self.desk.wait_idle()
            self.sharp()
        return first is not None

    def open_medium(self, title: str) -> None:
        desk = self.desk
        self.queue(title)
        desk.until(lambda: desk.pages.editing and desk.task.loaded.task.title == title, f"task {title}")
        desk.until(lambda: desk.task.editor.settled, "it is drawn")
        desk.wait_idle()
        self.sharp()

    # -- the rest

    def rest(self) -> None:
        desk, camera = self.desk, self.camera
        gate = threading.Event()

        def work(progress: Any) -> None:
            progress.stage("Adding Album", 5000)
            progress.step(1820)
            gate.wait(60)

        job = desk.window.context.jobs.start("Adding Album", work)
        desk.window.go("jobs")
        desk.until(lambda: job.progress.done == 1820, "some progress")
        desk.window._on_jobs()
        desk.pages.jobs.show_now()
        camera.shot("jobs-with-progress")
        gate.set()
        desk.wait_idle()
        self.ended()
        desk.go("Settings")
        desk.tab("General")
        camera.shot("settings")
        desk.tab("Shortcuts")
        desk.item(desk.pages.settings.widget.sheet._tree, "Go to Jobs")
        camera.shot("settings-shortcuts")
        desk.tab("General")
        desk.go("Files")
        desk.key("Ctrl+K", desk.window)
        palette = QApplication.activePopupWidget()
        field = desk.find("Command", within=palette)
        camera.shot("palette")
        QTest.keyClicks(field, "fold")
        camera.shot("palette-some-letters")
        palette.close()
        desk.turn()

    def ended(self) -> None:
        """What came of jobs, and what lies in the trash."""
        desk = self.desk
        jobs = desk.window.context.jobs

        def fail(_progress: Any) -> None:
            raise CatalogError("The disk is full.", remedy="Make room on it and try again.")

        jobs.start("Exporting Sample project", fail)
        desk.wait_idle()
        desk.pages.jobs.show_now()
        self.camera.shot("jobs-ended")
        plants = desk.reads.folder_by_path("Samples/Plants")
        desk.do(trash.delete, frozenset({plants.id}), ItemSelection())
        desk.go("Files")
        desk.click(desk.pages.files.panel.sidebar.trash)
        desk.wait_idle()
        desk.item(desk.find("Deleted things"), "Plants")
        self.camera.shot("files-trash-full")


def _choose_tab(title: str, dialog: QDialog) -> None:
    bar = dialog.findChild(QTabBar)
    bar.setCurrentIndex([bar.tabText(i) for i in range(bar.count())].index(title))


def empty_rooms(desk: Desk, camera: Camera) -> None:
    for place in ("Files", "Datasets", "Ontologies", "Projects", "Jobs"):
        desk.go(place)
        camera.shot(f"{place.lower()}-empty")
    just_made(desk, camera)


def just_made(desk: Desk, camera: Camera) -> None:
    """A dataset, an ontology and a project that hold nothing yet."""
    dataset = desk.do(datasets.create, "Walks")
    ontology = desk.do(ontologies.create, "Things by the way", Ontology())
    for place, name in (("Datasets", "datasets-new"), ("Ontologies", "ontologies-new")):
        desk.go(place)
        desk.wait_idle()
        camera.shot(name)
    desk.fill("Find an ontology", "xyz")
    desk.wait_idle()
    camera.shot("ontologies-find-nothing")
    desk.do(projects.create, "Walks in spring", "", ontology, [dataset])
    desk.go("Projects")
    view = desk.pages.projects.widget
    desk.item(view.view, view.rows.index(0))
    desk.wait_idle()
    for tab, name in (("Overview", "overview"), ("Queue", "queue"), ("Labels & export", "labels")):
        desk.tab(tab)
        camera.shot(f"projects-new-{name}")


def failure(catalog: Path, out: Path, width: int, height: int) -> None:
    """A catalog whose database was overwritten, as a person meets it at the start."""
    (catalog / "catalog.sqlite").write_bytes(b"x" * 4096)
    desk = Desk(catalog)
    desk.open_badly()
    desk.window.resize(width, height)
    Camera(desk, out).shot("failure")
    desk.close()


PARTS = (
    "files", "files_dialogs", "datasets", "ontologies", "projects", "label_editor", "media", "volumes", "states", "rest", "empty",
)  # fmt: skip


def main(scratch: Path, out: Path, width: int, height: int, parts: Sequence[str]) -> None:
    work = scratch / out.name
    work.mkdir()
    for scheme in ("light", "dark"):
        sample = work / scheme / "Sample"
        shutil.copytree(scratch / "sample", sample)
        Settings(work / scheme / "settings.json").set("scheme", scheme)
        desk = Desk(sample).start(width, height)
        camera = Camera(desk, out / scheme)
        Walk(desk, camera).go([part for part in parts if part != "empty"])
        desk.close()
        if "empty" not in parts:
            continue
        desk = Desk(work / scheme / "Empty").start(width, height)
        empty_rooms(desk, Camera(desk, out / scheme))
        desk.close()
        failure(sample, out / scheme, width, height)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4]), sys.argv[5:] or PARTS)
