"""Videos, sounds, documents and texts come in like pictures: copied or linked, with previews, in threads or processes."""

from __future__ import annotations

import multiprocessing
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import pytest

from storage.catalog import folders, trash
from storage.catalog.engine import Catalog
from storage.errors import Cancelled
from storage.media.frames import FrameTable
from storage.media.originals import Originals
from storage.media.thumbnails import ThumbnailStore
from storage.media.video import frame_table
from storage.model.items import Kind, Location
from storage.model.query import ItemSelection
from storage.progress import Progress
from storage.services import relink
from storage.services import trash as trash_service
from storage.services.intake import add_paths
from storage.services.originals import facts_of, path_of, source_of
from storage.services.workers import WhileThere, Workers
from tests.support import clips, pdfs, pictures, sounds
from viewers.decode import open_media
from viewers.decode.request import Request, to_rgb
from viewers.decode.thumbs import render


@pytest.fixture(scope="module")
def media(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("media")
    clips.write(folder / "clip.mov", 30, format="mp4")
    sounds.write(folder / "sound.mp3", sounds.tone(44_100, 44_100, 440), rate=44_100, codec="mp3")
    (folder / "paper.pdf").write_bytes(pdfs.pdf({}, {}))
    (folder / "page.htm").write_text("<p>Words</p>")
    pictures.write(folder / "photo.png", pictures.smooth(30, 20))
    return folder


@pytest.fixture
def add(catalog):
    target = catalog.do("New folder", folders.create, None, "Target")

    def do(*paths: Path, **options):
        return add_paths(catalog, paths, target, **{"render": render, "progress": Progress(), **options})

    return do


def by_title(catalog: Catalog, result) -> dict:
    return {a.title: catalog.reads.item(a.item_id) for a in result.added}


@pytest.mark.parametrize("link", [False, True])
def test_a_mixed_folder_comes_in_whole_with_a_preview_of_each(link, add, catalog, media):
    result = add(media, link=link)
    assert (result.errors, result.warnings) == ([], [])
    items = by_title(catalog, result)
    assert {title: item.kind for title, item in items.items()} == {
        "clip.mov": Kind.VIDEO, "sound.mp3": Kind.AUDIO, "paper.pdf": Kind.PDF, "page.htm": Kind.TEXT, "photo.png": Kind.IMAGE,
    }  # fmt: skip
    for title, item in items.items():
        assert item.location is (Location.LINKED if link else Location.LOCAL)
        assert path_of(catalog, item).read_bytes() == (media / title).read_bytes()
        assert path_of(catalog, item).suffix == Path(title).suffix
    store = ThumbnailStore(catalog.paths.thumbnails)
    assert store.missing([item.sha256 for item in items.values()]) == []
    store.close()


def test_processes_do_the_same_as_threads(add, catalog, media):
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as pool:
        result = add(media, processes=pool)
    assert len(result.added) == 5
    clip = by_title(catalog, result)["clip.mov"]
    assert FrameTable.from_bytes(catalog.reads.frame_table(clip.sha256)) == frame_table(media / "clip.mov")


def test_the_table_of_frames_is_handed_to_the_decoder(add, catalog, media, monkeypatch):
    clip = by_title(catalog, add(media / "clip.mov"))["clip.mov"]

    def never(*_):
        raise AssertionError("the file was scanned again")

    monkeypatch.setattr("viewers.decode.video.frame_table", never)
    decoder = open_media(source_of(catalog, clip), str(clip.kind), facts_of(catalog, clip), None)
    assert clips.number_in(to_rgb(decoder.read(Request(frame=21)))) == 21
    decoder.close()


def test_the_table_goes_with_the_last_item_that_has_that_content(add, catalog, media):
    first = by_title(catalog, add(media / "clip.mov"))["clip.mov"]
    again = by_title(catalog, add(media / "clip.mov", duplicates="add"))["clip (2).mov"]
    for item, left in ((first, True), (again, False)):
        group = catalog.do("Delete", trash.delete, [], ItemSelection.of(item.id))
        trash_service.purge(catalog, group)
        assert (catalog.reads.frame_table(item.sha256) is not None) is left


def test_a_replaced_video_gets_its_new_table_when_it_is_relinked(add, catalog, tmp_path):
    path = clips.write(tmp_path / "a.mp4", 20)
    item = by_title(catalog, add(path, link=True))["a.mp4"]
    clips.write(path, 33)
    relink.relink(catalog, item.id, path, accept_changed=True)
    changed = catalog.reads.item(item.id)
    assert changed.frames == 33
    assert len(facts_of(catalog, changed)["frame_table"]) == 33


def test_only_one_kind_can_be_asked_for(add, media, catalog):
    result = add(media, only=Kind.AUDIO)
    assert [a.title for a in result.added] == ["sound.mp3"]
    reasons = {Path(e.input).name: e.reason for e in result.errors}
    assert reasons["clip.mov"] == "clip.mov is a video, not a sound."
    assert len(reasons) == 4
    assert len([p for p in catalog.paths.originals.rglob("*") if p.is_file()]) == 1


def test_a_long_file_is_given_up_in_the_middle_in_another_process(tmp_path):
    progress = Progress()
    with ProcessPoolExecutor(1) as pool, Workers(1, pool).stopper(progress) as check:
        assert isinstance(check, WhileThere)
        check()
        sign = check.sign
    assert not sign.exists()
    with pytest.raises(Cancelled):
        check()


def test_a_copy_that_is_given_up_leaves_nothing_behind(catalog, tmp_path):
    big = tmp_path / "big.bin"
    big.write_bytes(bytes(40 << 20))
    asked: list[int] = []

    def check() -> None:
        asked.append(1)
        if len(asked) == 5:
            WhileThere(tmp_path / "gone")()

    with pytest.raises(Cancelled):
        Originals(catalog.paths).add_copy(big, ".bin", check)
    assert [p for p in catalog.paths.originals.rglob("*") if p.is_file()] == []
