"""One task of every kind of medium: it opens in its editor, takes a label, undoes it, and every verb says whether it can be done."""

from __future__ import annotations

from concurrent.futures import Future
from pathlib import Path

import pytest
from PIL import Image
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QCheckBox, QLabel, QLineEdit, QRadioButton

from postil.demo.ontology import sample_ontology
from storage.catalog import datasets, folders, ontologies, projects, trash
from storage.errors import BadInput, CatalogError, Refused
from storage.model.geometry import ShapeKind
from storage.model.items import Location
from storage.model.query import ItemSelection
from storage.progress import Progress
from storage.services import sequences
from storage.services.batches import add_batch
from storage.services.intake import add_paths
from tests.journeys.desk import Desk
from tests.journeys.tasks import arm, open_task
from tests.support import clips, pdfs, phantoms, sounds
from viewers.decode.thumbs import render

TEXT = "Dr. Müller 👩‍⚕️ saw the patient\r\non 3 March; cafe\u0301 visit, no complaints 😀.\n" * 20
HTML = "<html><body><h1>Report</h1><p>The <b>liver</b> is normal.</p><script>alert(1)</script></body></html>"


@pytest.fixture(scope="module")
def media(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("media")
    clips.write(folder / "a film.mp4", 50, gop=10)
    sounds.write(folder / "b sound.wav", sounds.speechlike(3), 16_000)
    pages = [{"size": (300, 400), "draw": pdfs.words(f"Page {n}", 40, 300)} for n in range(1, 4)]
    (folder / "c pages.pdf").write_bytes(pdfs.pdf(*pages))
    (folder / "d text.txt").write_bytes(TEXT.encode())
    (folder / "e page.html").write_text(HTML, "utf-8")
    phantoms.series(folder / "h scan", n=5)
    for number in range(3):
        Image.new("RGB", (160 + 40 * number, 120), (60, 90 * number, 120)).save(folder / f"picture {number}.png")
    return folder


@pytest.fixture
def studio(desk: Desk, media: Path) -> Desk:
    desk.add(
        "Media", *(media / name for name in ("a film.mp4", "b sound.wav", "c pages.pdf", "d text.txt", "e page.html", "h scan"))
    )
    folder = desk.reads.folder_by_path("Media").id
    dataset = desk.do(datasets.create, "Media")
    desk.do(datasets.attach_folder, dataset, folder)
    for title, as_ in (("f group", "image-group"), ("g sequence", "image-sequence")):
        pictures = [media / f"picture {n}.png" for n in range(3)]
        add_batch(desk.catalog, pictures, folder, as_=as_, title=title, dataset_id=dataset, render=render, progress=Progress())  # type: ignore[arg-type]
    ontology = desk.do(ontologies.create, "Things", sample_ontology())
    desk.do(projects.create, "All media", "", ontology, (dataset,))
    return desk


def drag(desk: Desk, start: tuple[float, float], end: tuple[float, float]) -> None:
    """Over the canvas, in parts of its size."""
    canvas = desk.task.editor.canvas
    target = canvas.viewport() if hasattr(canvas, "viewport") else canvas
    at = [QPoint(round(x * target.width()), round(y * target.height())) for x, y in (start, end)]
    QTest.mouseMove(target, at[0])
    QTest.mousePress(target, Qt.MouseButton.LeftButton, pos=at[0])
    for part in range(1, 6):
        QTest.mouseMove(target, at[0] + (at[1] - at[0]) * part / 5)
    QTest.mouseRelease(target, Qt.MouseButton.LeftButton, pos=at[1])
    desk.wait_idle()


KINDS = {
    "a film.mp4": ShapeKind.BOX,
    "b sound.wav": ShapeKind.AUDIO,
    "c pages.pdf": ShapeKind.BOX,
    "d text.txt": ShapeKind.TEXT,
    "f group": ShapeKind.BOX,
    "g sequence": ShapeKind.BOX,
}


@pytest.mark.parametrize("title", [*KINDS, "e page.html", "Phantom"])
def test_every_verb_says_whether_it_can_be_done(studio: Desk, title: str) -> None:
    open_task(studio, title)
    registry = studio.window.registry
    table = studio.task.editor.keymap
    assert len(list(table)) > 30
    for action_id in registry.actions:
        why = registry.why_not(action_id)
        own = action_id.removeprefix("edit.")
        if action_id.startswith("edit.") and own not in table and own not in ("undo", "redo"):
            assert why == "Not for this kind of file."


@pytest.mark.parametrize("title", ["a film.mp4", "b sound.wav"])
def test_space_plays_wherever_the_keyboard_is_and_answers_nothing(studio: Desk, title: str) -> None:
    """A jump to something missing leaves the keyboard on its question: Space there is no answer."""
    open_task(studio, title)
    arm(studio, KINDS[title])
    drag(studio, (0.3, 0.3), (0.6, 0.6))
    side, player = studio.task.side, studio.task.editor.player
    side.questions.setCurrentWidget(side.classifications)
    option = next(b for b in side.classifications.findChildren(QAbstractButton) if isinstance(b, QRadioButton | QCheckBox))
    option.setFocus(Qt.FocusReason.TabFocusReason)
    before = dict(studio.task.session.document.answers)
    studio.key("Space", option)
    assert player.playing
    assert (option.isChecked(), studio.task.session.document.answers) == (False, before)
    studio.key("Space", option)
    assert not player.playing
    studio.key("Return", option)
    assert option.isChecked()
    typed = side.classes.findChild(QLineEdit)
    typed.setFocus()
    QTest.keyClicks(typed, "a b")
    assert (typed.text(), player.playing) == ("a b", False)


@pytest.mark.parametrize("title", list(KINDS))
def test_a_label_is_drawn_kept_and_undone(studio: Desk, title: str) -> None:
    open_task(studio, title)
    arm(studio, KINDS[title])
    drag(studio, (0.3, 0.3), (0.6, 0.6) if title != "d text.txt" else (0.3, 0.3 + 0.2))
    document = studio.task.session.document
    assert [a.geometry.kind for a in document.annotations.values()] == [KINDS[title]]
    studio.until(lambda: studio.editor.task.saving.state == "saved", "it is saved")
    stored = studio.reads.labels(studio.task.loaded.row.id)
    assert list(stored.annotations) == list(document.annotations)
    studio.key("Ctrl+Z")
    studio.wait_idle()
    assert not studio.task.session.document.annotations


def test_the_frames_of_a_film_are_walked_and_an_object_moves_between_its_key_frames(studio: Desk) -> None:
    open_task(studio, "a film.mp4")
    arm(studio, ShapeKind.BOX)
    drag(studio, (0.3, 0.3), (0.5, 0.5))
    (instance,) = studio.task.session.document.instances
    editor, focus = studio.task.editor, studio.task.focus
    studio.key("Escape")
    focus.select([instance])
    for _ in range(4):
        studio.key("V")
    assert focus.at == ("", 40)
    studio.key("D")
    studio.wait_idle()
    assert focus.at == ("", 39)
    editor.run("track_first")
    assert focus.at == ("", 0)


def test_the_pictures_of_a_group_stay_while_there_is_the_group(studio: Desk) -> None:
    pictures = studio.reads.folder_by_path("Media/f group")
    with pytest.raises(Refused, match="f group"):
        studio.catalog.do("Delete", trash.delete, [pictures.id], ItemSelection())


def test_the_size_of_a_shape_on_a_page_is_told_in_points(studio: Desk) -> None:
    open_task(studio, "c pages.pdf")
    arm(studio, ShapeKind.BOX)
    drag(studio, (0.4, 0.4), (0.5, 0.5))
    assert any(label.text().endswith(" pt") for label in studio.task.side.answers.findChildren(QLabel))


def test_a_page_that_cannot_be_shown_is_called_by_its_title_not_by_the_name_of_its_copy(studio: Desk, tmp_path: Path) -> None:
    deep = tmp_path / "deep.html"
    deep.write_text("<html><body>" + "<div>" * 5000 + "text" + "</div>" * 5000 + "</body></html>")
    studio.add("Media/Deep", deep)
    project = studio.reads.projects()[0].id
    dataset = studio.do(datasets.create, "Deep")
    studio.do(datasets.attach_folder, dataset, studio.reads.folder_by_path("Media/Deep").id)
    studio.do(projects.attach_dataset, project, dataset)
    open_task(studio, "deep.html")
    assert studio.task.loaded.medium.source.error.reason.startswith("deep.html cannot be read as HTML")


def test_every_press_of_page_down_is_a_step_however_fast_they_come(studio: Desk) -> None:
    open_task(studio, "a film.mp4")
    for _ in range(4):
        studio.editor.verbs.go(1)
    studio.until(lambda: studio.task.loaded.task.title == "e page.html", "the fifth task is open")
    for _ in range(3):
        studio.editor.verbs.go(-1)
    studio.wait_idle()
    assert studio.task.loaded.task.title == "b sound.wav"


def test_the_status_line_says_the_frame_as_soon_as_a_film_is_seen(studio: Desk) -> None:
    for title in ("a film.mp4", "b sound.wav", "g sequence", "a film.mp4"):
        open_task(studio, title)
        if title != "b sound.wav":
            frames = 50 if title == "a film.mp4" else 3
            studio.until(lambda frames=frames: studio.window.status_line._left.text().startswith(f"frame 0 / {frames}"), title)


def test_a_film_that_was_read_ahead_has_its_small_pictures_too(studio: Desk) -> None:
    for title in ("a film.mp4", "g sequence", "a film.mp4"):
        open_task(studio, title)
        film = studio.task.editor
        studio.until(lambda film=film: film.timeline.view.layer.thumbs is not None, f"small pictures of {title}")


def test_f11_shows_the_picture_of_a_film_alone_from_task_to_task_and_the_window_is_whole_again_elsewhere(studio: Desk) -> None:
    open_task(studio, "a film.mp4")
    studio.key("F11")
    film = studio.task.editor
    assert not any(w.isVisible() for w in (film.timeline, film.transport, studio.editor.header, studio.window.rail))
    open_task(studio, "f group")
    studio.task.editor.go_to_page(1)
    assert not any(w.isVisible() for w in (studio.task.editor.members, studio.task.editor.tool_bar, studio.editor.header))
    studio.editor.verbs.leave()
    studio.wait_idle()
    assert studio.window.rail.isVisible() and studio.window.menuBar().isVisible()
    open_task(studio, "a film.mp4")
    assert studio.task.editor.timeline.isVisible() and studio.editor.header.isVisible()


def test_the_height_of_the_timeline_is_kept_for_the_next_film_and_the_next_start(studio: Desk) -> None:
    open_task(studio, "a film.mp4")
    studio.task.editor.splitter.setSizes([300, 300])
    height = studio.task.editor.timeline.height()
    open_task(studio, "b sound.wav")
    open_task(studio, "g sequence")
    assert studio.task.editor.timeline.height() == height
    again = studio.restart()
    open_task(again, "a film.mp4")
    assert again.task.editor.timeline.height() == height


def test_how_sounds_and_texts_are_shown_is_kept_for_the_next_one_and_the_next_start(studio: Desk) -> None:
    open_task(studio, "b sound.wav")
    studio.task.editor.canvas.set_look(colors="Grey", scale="linear", low_db=-70.0, high_db=-5.0)
    studio.task.editor.canvas.set_share(0.7)
    open_task(studio, "d text.txt")
    studio.task.editor.run("text_mono")
    studio.task.editor.run("zoom_in")
    again = studio.restart()
    open_task(again, "b sound.wav")
    canvas = again.task.editor.canvas
    assert (canvas.look.colors, canvas.look.scale, canvas.look.low_db, canvas.share) == ("Grey", "linear", -70.0, 0.7)
    open_task(again, "d text.txt")
    assert (again.task.editor.canvas.mono, again.task.editor.canvas.font_px) == (False, 15)
    assert not again.task.editor.strip.buttons["text_mono"].isChecked()


def test_a_task_is_not_left_while_its_changes_cannot_be_written(studio: Desk) -> None:
    open_task(studio, "a film.mp4")
    saving = studio.editor.task.saving
    write = saving._write

    def full(_change: object) -> Future[object]:
        failed: Future[object] = Future()
        failed.set_exception(CatalogError("The disk is full."))
        return failed

    saving._write = full
    arm(studio, ShapeKind.BOX)
    drag(studio, (0.3, 0.3), (0.6, 0.6))
    studio.until(lambda: saving.state == "failed", "it is told")
    studio.editor.verbs.go(1)
    studio.wait_idle()
    assert studio.task.loaded.task.title == "a film.mp4"
    row = studio.task.loaded.row.id
    saving._write = write
    saving.retry()
    studio.until(lambda: saving.state == "saved", "there is room again")
    studio.editor.verbs.go(1)
    studio.until(lambda: studio.task.loaded.task.title == "b sound.wav", "the next task is open")
    assert len(studio.reads.labels(row).annotations) == 1


def test_the_details_of_a_sequence_say_why_no_video_could_be_made_of_it(studio: Desk) -> None:
    item = studio.reads.item_by_title(studio.reads.folder_by_path("Media").id, "g sequence")

    def fail(*_given: object) -> None:
        raise BadInput("picture 2.png is too large for a video frame.")

    with pytest.raises(BadInput):
        sequences.encode(studio.catalog, item.id, fail, Progress())
    studio.window.go("files")
    details = studio.pages.files.details
    details.show_place(item.folder_id, ItemSelection.of(item.id))
    said = "No video could be made of it: picture 2.png is too large for a video frame. It is played from its pictures."
    studio.until(lambda: any(said in each.text() for each in details.findChildren(QLabel)), "the reason is shown")


@pytest.mark.parametrize(
    ("after", "place"), [(b"other words", Location.CHANGED), (None, Location.MISSING), (b"words", Location.LINKED)]
)
def test_a_linked_file_is_looked_after_when_its_task_is_opened(
    desk: Desk, tmp_path: Path, after: bytes | None, place: Location
) -> None:
    file = tmp_path / "notes.txt"
    file.write_bytes(b"words")
    folder = desk.do(folders.ensure, ("Linked",))
    add_paths(desk.catalog, [file], folder, link=True, render=render, progress=Progress())
    dataset = desk.do(datasets.create, "Linked")
    desk.do(datasets.attach_folder, dataset, folder)
    desk.do(projects.create, "Linked", "", desk.do(ontologies.create, "Things", sample_ontology()), (dataset,))
    file.unlink()
    if after is not None:
        file.write_bytes(after)
    open_task(desk, "notes.txt")
    item = desk.task.loaded.medium.item.id
    if place is not Location.LINKED:
        desk.until(lambda: desk.reads.item(item).location is place, "its badge says how it stands")
    desk.wait_idle()
    assert desk.reads.item(item).location is place
    assert ("was changed after it was added" in desk.told()) == (place is Location.CHANGED)


def test_the_next_start_is_at_the_frame_where_one_was(studio: Desk) -> None:
    open_task(studio, "a film.mp4")
    studio.task.editor.go_to(studio.task.session.frames.key(7))
    studio.wait_idle()
    again = studio.restart()
    again.until(lambda: again.pages.editing and again.task.loaded.task.title == "a film.mp4", "it is open again")
    assert again.editor.task.frame == 7
    open_task(again, "f group")
    open_task(again, "a film.mp4")
    assert again.editor.task.frame == 0
