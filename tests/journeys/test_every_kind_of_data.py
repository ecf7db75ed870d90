"""Videos, sounds, documents, texts and groups in Files: dropped in, batched, seen, and kept together."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import QPoint
from PySide6.QtWidgets import QAbstractButton

from app.preview import open_preview
from storage.model.items import Kind
from storage.model.query import ItemQuery, ItemSelection
from storage.services import sequences
from tests.journeys import drags
from tests.journeys.desk import Desk
from tests.support import clips, pdfs, pictures, sounds


@pytest.fixture(scope="module")
def mixed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("media") / "Mixed"
    folder.mkdir()
    clips.write(folder / "clip.mp4", 50)
    sounds.write(folder / "sound.wav", sounds.tone(40_000, 8000, 440))
    (folder / "paper.pdf").write_bytes(pdfs.pdf({"draw": pdfs.words("One", 20, 40)}, {}))
    (folder / "letter.txt").write_text("Dear reader,\nnothing new.\n")
    (folder / "page.html").write_text("<h1>Title</h1><p>Words</p>")
    pictures.write(folder / "photo.png", pictures.smooth(40, 30))
    return folder


@pytest.fixture(scope="module")
def shots(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("shots") / "Corridor"
    folder.mkdir()
    for n in (1, 2, 10):
        pictures.write(folder / f"frame {n}.png", np.full((48, 64, 3), n * 20, np.uint8))
    return folder


def the(desk: Desk, kind: Kind) -> Any:
    (item_id,) = desk.reads.ids(ItemQuery(kinds=frozenset({kind})))
    return desk.reads.item(item_id)


def test_a_mixed_folder_is_dropped_in_and_sifted_by_type(desk: Desk, mixed: Path) -> None:
    drags.drop(desk.pages.files.panel.list, QPoint(80, 80), drags.urls([mixed]))
    desk.wait_idle()
    assert desk.files() == ["clip.mp4", "letter.txt", "page.html", "paper.pdf", "photo.png", "sound.wav"]
    assert the(desk, Kind.VIDEO).frames == 50
    store = desk.window.context.thumbs
    keys = [(i, desk.reads.item(i).sha256) for i in desk.reads.ids(ItemQuery())]
    desk.until(lambda: all(store.get(key) is not None for _, key in keys), "every item has its small picture")


@pytest.mark.parametrize("kind", [Kind.VIDEO, Kind.AUDIO, Kind.PDF, Kind.IMAGE])
def test_every_kind_opens_for_a_look(kind: Kind, desk: Desk, mixed: Path) -> None:
    desk.add("Mixed", *mixed.iterdir())
    preview = open_preview(desk.window, desk.window.context, the(desk, kind).id)
    assert preview.isVisible() and preview.editor is None  # there before the item is opened
    desk.until(lambda: preview.editor is not None and preview.editor.settled, "the item is shown")
    bar = getattr(preview.editor, "tool_bar", None)
    offered = {b.objectName() for b in bar.findChildren(QAbstractButton) if not b.isHidden()} if bar is not None else set()
    assert not offered & {"lasso", "slice", "box", "polygon", "audio_region"}  # nothing can be marked: nothing invites to
    closed: list[bool] = []
    preview.destroyed.connect(lambda: closed.append(True))
    desk.key("Escape", preview.editor.focusProxy())
    desk.until(lambda: closed, "Esc has closed it")
    desk.wait_idle()


def test_a_look_that_is_closed_before_the_item_is_open_leaves_nothing_behind(desk: Desk, mixed: Path) -> None:
    desk.add("Mixed", *mixed.iterdir())
    before = threading.active_count()
    preview = open_preview(desk.window, desk.window.context, the(desk, Kind.VIDEO).id)
    preview.close()
    desk.wait_idle()
    desk.until(lambda: threading.active_count() <= before + 1, "the threads of the film have ended")


def make(desk: Desk, shots: Path, sequence: bool) -> None:
    def person(dialog: Any) -> None:
        dialog.tabs.setCurrentWidget(dialog.batch)
        if sequence:
            desk.click("Image sequence", within=dialog)
        dialog.batch.add([str(shots)])
        desk.until(dialog.ok.isEnabled, "the pictures are listed")
        desk.click(dialog.ok)

    desk.dialog(desk.pages.files.add_data, person)
    desk.wait_idle()


def test_pictures_are_batched_as_a_group_which_keeps_them(desk: Desk, shots: Path) -> None:
    make(desk, shots, sequence=False)
    group = the(desk, Kind.IMAGE_GROUP)
    assert group.title == "Corridor"
    assert [m["title"] for m in group.facts["members"]] == ["frame 1.png", "frame 2.png", "frame 10.png"]
    assert desk.folder_paths() == ["Corridor", "Corridor/Corridor"]
    assert desk.files() == ["Corridor"]
    desk.pages.files.panel.open_folder(desk.reads.folder_by_path("Corridor/Corridor").id)
    desk.wait_idle()
    first = group.facts["members"][0]["item_id"]
    told: list[str] = []

    def refused(box: Any) -> None:
        told.append(box.text())
        desk.click("OK", within=box)

    desk.dialog(lambda: desk.pages.files.delete(frozenset(), ItemSelection.of(first)), refused)
    assert told == ["“frame 1.png” belongs to the image group “Corridor” and cannot be deleted before it."]


def test_a_sequence_is_there_at_once_and_encoded_behind_the_window(desk: Desk, shots: Path) -> None:
    make(desk, shots, sequence=True)
    item = the(desk, Kind.IMAGE_SEQUENCE)
    assert (item.frames, item.fps) == (3, 25.0)
    desk.until(lambda: sequences.encoded(desk.catalog, item) is not None, "the sequence is encoded")
