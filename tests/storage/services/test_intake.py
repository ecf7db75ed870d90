"""Files and folders from the disk become items, whatever lies among them."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from storage.catalog import datasets, folders
from storage.catalog.engine import Catalog
from storage.errors import BadInput, DiskFull, Refused
from storage.media.originals import Originals
from storage.media.thumbnails import ThumbnailStore
from storage.model.items import Location
from storage.model.query import ItemQuery
from storage.progress import Progress
from storage.services import intake as module
from storage.services.intake import IntakeResult, add_paths
from tests.support import phantoms, pictures
from viewers.decode.thumbs import render


@pytest.fixture
def add(catalog, target):
    def do(*paths: Path, **options) -> IntakeResult:
        return add_paths(catalog, paths, target, **{"render": render, "progress": Progress(), **options})

    return do


def picture(path: Path, seed: int = 0) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    return pictures.write(path, pictures.noise(20, 16, seed))


def titles(catalog: Catalog, folder_id: int) -> list[str]:
    ids = catalog.reads.ids(ItemQuery(folder_id=folder_id))
    return [row.title for row in catalog.reads.rows(list(ids)) if row]


def test_a_file_becomes_an_item_with_a_copy_and_a_preview(add, catalog, tmp_path):
    path = picture(tmp_path / "in/A.png")
    result = add(path)
    (added,) = result.added
    item = catalog.reads.item(added.item_id)
    assert (item.title, item.width, item.height, item.location, item.uuid) == ("A.png", 20, 16, Location.LOCAL, added.uuid)
    assert Originals(catalog.paths).path_of(item.source, item.location).read_bytes() == path.read_bytes()
    store = ThumbnailStore(catalog.paths.thumbnails)
    assert store.get(item.sha256).startswith(b"\xff\xd8\xff")
    store.close()
    assert (result.errors, result.skipped, result.warnings, result.cancelled, result.stopped) == ([], [], [], False, None)


def test_folders_become_folders_and_files_come_in_the_order_people_count(add, catalog, target, tmp_path):
    for i, name in enumerate(("scan 10.png", "scan 2.png", "Sub/x.png", "Sub/Deep/y.png", "scan 1.png")):
        picture(tmp_path / "Batch" / name, i)
    (tmp_path / "Batch/Empty").mkdir()
    result = add(tmp_path / "Batch")
    assert [a.title for a in result.added] == ["scan 1.png", "scan 2.png", "scan 10.png", "x.png", "y.png"]
    batch = catalog.reads.folder_by_path("Target/Batch")
    assert titles(catalog, batch.id) == ["scan 1.png", "scan 2.png", "scan 10.png"]
    assert titles(catalog, catalog.reads.folder_by_path("Target/Batch/Sub/Deep").id) == ["y.png"]
    assert catalog.reads.folder_by_path("Target/Batch/Empty")
    assert result.folders_made == 4


def test_adding_the_same_folder_again_skips_what_is_there_and_makes_no_folders(add, catalog, tmp_path):
    picture(tmp_path / "Batch/a.png", 1)
    add(tmp_path / "Batch")
    picture(tmp_path / "Batch/b.png", 2)
    result = add(tmp_path / "Batch")
    assert [a.title for a in result.added] == ["b.png"]
    assert result.folders_made == 0
    (skipped,) = result.skipped
    assert skipped.reason == "a.png is in this folder already under the same name; it was skipped."


def test_the_same_bytes_under_two_names_are_one_item_in_a_folder_unless_wished_otherwise(add, catalog, target, tmp_path):
    a, b = picture(tmp_path / "a.png"), picture(tmp_path / "b.png")
    result = add(a, b)
    assert [x.title for x in result.added] == ["a.png"]
    assert "as “a.png”" in result.skipped[0].reason
    result = add(a, b, duplicates="add")
    assert [x.title for x in result.added] == ["a (2).png", "b.png"]
    assert len(list((catalog.path / "originals").rglob("*.png"))) == 1


def test_activity_counts_what_was_added_not_what_was_offered(add, catalog, target, tmp_path):
    picture(tmp_path / "in/a.png")
    add(tmp_path / "in/a.png")
    for name, seed in (("a twin.png", 0), ("b.png", 1), ("c.png", 2)):
        picture(tmp_path / "in" / name, seed)
    result = add(*sorted((tmp_path / "in").iterdir()))
    assert (len(result.added), len(result.skipped)) == (2, 2)
    told = [row.text for row in catalog.reads.activity(folder_id=target)]
    assert told[:2] == ["Add 2 items", "Add 1 item “a.png”"]


def test_the_same_bytes_in_two_folders_are_two_items_with_one_copy(add, catalog, tmp_path):
    result = add(picture(tmp_path / "One/a.png").parent, picture(tmp_path / "Two/a.png").parent)
    assert len(result.added) == 2
    assert len(list((catalog.path / "originals").rglob("*.png"))) == 1


def test_one_bad_file_never_stops_the_rest(add, tmp_path):
    folder = tmp_path / "Mixed"
    picture(folder / "good 1.png", 1)
    (folder / "empty.jpg").touch()
    (folder / "tool.exe").write_bytes(b"MZ\x90\0")
    os.mkfifo(folder / "pipe.png")
    (folder / "loop.png").symlink_to(folder / "loop.png")
    (folder / "lost.png").symlink_to(folder / "nowhere")
    picture(folder / "good 2.png", 2)
    result = add(folder, tmp_path / "not there.png")
    assert [a.title for a in result.added] == ["good 1.png", "good 2.png"]
    assert {Path(e.input).name for e in result.errors} == {
        "empty.jpg", "tool.exe", "pipe.png", "loop.png", "lost.png", "not there.png"
    }  # fmt: skip
    assert all(e.reason and e.remedy for e in result.errors)


def test_hidden_and_system_files_are_left_out_without_a_word(add, tmp_path):
    folder = tmp_path / "Pictures"
    picture(folder / "a.png")
    for name in (".DS_Store", "Thumbs.db", "desktop.ini", "._a.png"):
        (folder / name).write_bytes(b"x")
    picture(folder / ".git/x.png", 1)
    picture(folder / "__MACOSX/x.png", 2)
    result = add(folder)
    assert [a.title for a in result.added] == ["a.png"]
    assert (result.errors, result.skipped, result.folders_made) == ([], [], 1)


def test_a_link_to_a_folder_above_is_told_and_not_walked_forever(add, tmp_path):
    folder = tmp_path / "Loop"
    picture(folder / "a.png")
    (folder / "again").symlink_to(folder, target_is_directory=True)
    result = add(folder)
    assert len(result.added) == 1
    assert "link back to a folder" in result.errors[0].reason


def test_what_lies_in_a_folder_is_added_there_and_not_where_a_link_leads_to_it(add, catalog, target, tmp_path):
    above = tmp_path / "A"
    for name in ("loops", "pictures", "series"):
        (above / name).mkdir(parents=True)
    (above / "loops" / "up").symlink_to(above, target_is_directory=True)
    (above / "loops" / "beside").symlink_to(above / "pictures", target_is_directory=True)
    picture(above / "pictures" / "a.png")
    phantoms.series(above / "series", n=3)
    (tmp_path / "elsewhere").mkdir()
    picture(tmp_path / "elsewhere" / "b.png", 1)
    (above / "loops" / "there").symlink_to(tmp_path / "elsewhere", target_is_directory=True)
    result = add(*(above / name for name in ("loops", "pictures", "series")))
    items = [catalog.reads.item(a.item_id) for a in result.added]
    places = {"/".join(f.title for f in catalog.reads.folder_path(item.folder_id)[1:]): item.title for item in items}
    assert len(items) == 3 and places == {"pictures": "a.png", "series": "Phantom", "loops/there": "b.png"}
    made = {f.title: f.id for f in catalog.reads.child_folders(target)}
    assert set(made) == {"loops", "pictures", "series"}
    assert [f.title for f in catalog.reads.child_folders(made["loops"])] == ["there"]
    assert [e.reason for e in result.errors] == ["The folder beside is a link to a folder that is added, too."]


def test_the_catalog_does_not_add_itself(add, catalog, tmp_path):
    add(picture(tmp_path / "a.png"))
    result = add(catalog.path.parent)
    assert {Path(a.path).name for a in result.added} == {"a.png"}


def test_names_that_are_no_text_are_shown_as_well_as_can_be(add, tmp_path):
    name = os.fsdecode(b"bad\xff\nname.png")
    result = add(picture(tmp_path / name))
    assert [a.title for a in result.added] == ["bad��name.png"]
    result = add(tmp_path / name, link=True, duplicates="add")
    assert "no text" in result.errors[0].reason


def test_links_stay_where_they_are(add, catalog, tmp_path):
    path = picture(tmp_path / "a.png")
    result = add(path, link=True)
    item = catalog.reads.item(result.added[0].item_id)
    assert (item.location, item.source) == (Location.LINKED, str(path))
    assert item.sha256
    assert not list((catalog.path / "originals").rglob("*.png"))
    store = ThumbnailStore(catalog.paths.thumbnails)
    assert store.get(item.sha256)
    store.close()


def test_new_items_enter_the_dataset_and_those_that_exist_are_attached(add, catalog, tmp_path):
    dataset_id = catalog.do("New dataset", datasets.create, "D")
    a, b = picture(tmp_path / "a.png", 1), picture(tmp_path / "b.png", 2)
    add(a)
    result = add(a, b, dataset_id=dataset_id)
    assert (len(result.added), len(result.skipped)) == (1, 1)
    assert catalog.reads.dataset(dataset_id).items == 2


def test_a_mirrored_dataset_takes_files_through_its_own_folder_only(add, catalog, target, tmp_path):
    other = catalog.do("New folder", folders.create, None, "Other")
    elsewhere = catalog.do("New dataset", datasets.create, "Elsewhere", "", other)
    with pytest.raises(Refused, match="mirrors another folder"):
        add(picture(tmp_path / "a.png"), dataset_id=elsewhere)
    mirror = catalog.do("New dataset", datasets.create, "Mirror", "", target)
    add(picture(tmp_path / "a.png"), dataset_id=mirror)
    assert catalog.reads.dataset(mirror).items == 1


def test_rows_are_listed_before_previews_are_made(add, catalog, tmp_path):
    seen = []

    def late(path, size):
        seen.append(len(batches))
        return render(path, size)

    batches: list[int] = []
    for i in range(5):
        picture(tmp_path / f"in/{i}.png", i)
    result = add(tmp_path / "in", render=late, on_batch=batches.extend)
    assert batches == [a.item_id for a in result.added]
    assert seen == [5] * 5


def test_a_picture_without_a_preview_is_added_all_the_same(add, tmp_path):
    def broken(path, size):
        raise BadInput("its colours are strange", remedy="Save it again.")

    result = add(picture(tmp_path / "a.png"), render=broken)
    assert len(result.added) == 1
    assert result.warnings[0].reason == "No preview could be made: its colours are strange"


def test_warnings_of_the_header_are_listed(add, tmp_path):
    result = add(pictures.write(tmp_path / "a.png", pictures.smooth(9, 9), "JPEG"))
    assert "holds a JPEG picture" in result.warnings[0].reason


def test_progress_counts_and_cancelling_keeps_what_is_committed(add, catalog, tmp_path, monkeypatch):
    monkeypatch.setattr(module, "_BATCH", 4)
    for i in range(60):
        picture(tmp_path / f"in/{i}.png", i)
    progress = Progress()
    result = add(tmp_path / "in", progress=progress, on_batch=lambda ids: progress.cancel())
    assert result.cancelled
    assert 4 <= len(result.added) < 60
    folder = catalog.reads.folder_by_path("Target/in")
    assert catalog.reads.count(ItemQuery(folder_id=folder.id)) == len(result.added)
    rest = add(tmp_path / "in")
    assert len(rest.added) + len(result.added) == 60
    assert len(rest.skipped) == len(result.added)


def test_a_full_disk_stops_cleanly_and_keeps_what_is_done(add, catalog, tmp_path, monkeypatch):
    for i in range(10):
        picture(tmp_path / f"in/{i}.png", i)
    real = Originals.add_copy

    def filling(self, path, *args):
        if int(path.stem) >= 6:
            raise DiskFull("There is no room left.", remedy="Free some space.", input=str(path))
        return real(self, path, *args)

    monkeypatch.setattr(Originals, "add_copy", filling)
    result = add(tmp_path / "in")
    assert result.stopped.reason == "There is no room left."
    assert [added.title for added in result.added] == [f"{i}.png" for i in range(6)]
    folder = catalog.reads.folder_by_path("Target/in")
    assert catalog.reads.count(ItemQuery(folder_id=folder.id)) == len(result.added)


REAL = Path(__file__).parents[4] / "shared/data/images"


@pytest.mark.realdata
@pytest.mark.skipif(not REAL.is_dir(), reason="../shared/data is absent")
def test_a_folder_of_real_pictures(add):
    result = add(REAL)
    assert {a.title for a in result.added} >= {"retina.jpg", "multipage.tif", "coffee.png"}
    assert result.errors == []
    assert {str(a.kind) for a in result.added if a.title == "README.txt"} == {"text"}


def test_the_search_for_the_same_bytes_does_not_walk_through_the_folder(add, catalog, tmp_path):
    """Else every new item costs a look at all that its folder holds already."""
    asked: list[str] = []
    catalog.do("Watch", lambda op: op.db.set_trace_callback(asked.append))
    add(picture(tmp_path / "a.png"))
    twins = [sql for sql in asked if sql.startswith("SELECT id, title FROM items WHERE sha256 = x'")]
    plans = [row[3] for sql in twins for row in catalog.reader().execute(f"EXPLAIN QUERY PLAN {sql}")]
    assert plans == ["SEARCH items USING INDEX items_sha256 (sha256=?)"]


def test_no_row_comes_before_its_bytes_are_safe_on_the_disk(add, catalog, tmp_path, monkeypatch):
    """A power cut at any moment leaves no row whose copy was only in memory."""
    safe: set[Path] = set()
    behind: list[bool] = []

    def sync(folder: Path) -> None:
        safe.update(folder.glob("*/*/*"))

    def look(_changes: object) -> None:
        rows = catalog.reader().execute("SELECT source FROM items").fetchall()
        behind.extend(catalog.path / source in safe for (source,) in rows)

    monkeypatch.setattr("storage.media.originals.sync_file_system", sync)
    monkeypatch.setattr(module, "_BATCH", 4)
    catalog.listen(look)
    for number in range(10):
        picture(tmp_path / "in" / f"{number}.png", number)
    assert len(add(tmp_path / "in").added) == 10
    assert len(behind) >= 10 and all(behind)
