"""Pictures become image groups and sequences: in the order people count, with a folder of their own and its three rules."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from storage.catalog import datasets, files, trash
from storage.catalog.check import check
from storage.catalog.engine import Catalog
from storage.errors import BadInput, Cancelled, Refused
from storage.media.thumbnails import ThumbnailStore
from storage.model.items import FolderKind, Kind, Location
from storage.model.query import ItemQuery, ItemSelection
from storage.progress import Progress
from storage.services import batches, relink, sequences
from storage.services import trash as trash_service
from storage.services.batches import add_batch
from storage.services.originals import facts_of, path_of, paths_of, source_of
from storage.services.results import IntakeResult
from tests.support import pictures
from viewers.decode import frame_png, open_media
from viewers.decode.encode import encode_members
from viewers.decode.request import Request, to_rgb
from viewers.decode.thumbs import render


def shade(path: Path, value: int, size: tuple[int, int] = (20, 16)) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    return pictures.write(path, np.full((size[1], size[0], 3), value, np.uint8))


@pytest.fixture
def shots(tmp_path) -> list[Path]:
    return [shade(tmp_path / "shots" / f"frame {n}.png", n * 20) for n in (1, 2, 10)]


@pytest.fixture
def batch(catalog, target):
    def make(paths, as_="image-group", **options) -> IntakeResult:
        return add_batch(catalog, paths, target, as_=as_, **{"render": render, "progress": Progress(), **options})

    return make


def members(catalog: Catalog, item_id: int) -> list[str]:
    return [m.title for m in catalog.reads.members_of(item_id)]


def inside(catalog: Catalog, target: int) -> int:
    (folder,) = catalog.reads.child_folders(target)
    assert folder.kind is FolderKind.MEMBERS
    return folder.id


def test_a_group_is_one_item_and_a_folder_with_its_pictures_in_counting_order(batch, catalog, target, shots):
    result = batch(list(reversed(shots)), title="Corridor")
    (added,) = result.added
    assert (added.kind, added.title, result.members, result.errors) == (Kind.IMAGE_GROUP, "Corridor", 3, [])
    item = catalog.reads.item(added.item_id)
    assert (item.frames, item.width, item.height, item.folder_id) == (3, 20, 16, target)
    assert item.size == sum(p.stat().st_size for p in shots)
    assert members(catalog, item.id) == ["frame 1.png", "frame 2.png", "frame 10.png"]
    folder = catalog.reads.folder(inside(catalog, target))
    assert folder.title == "Corridor"
    assert catalog.reads.count(ItemQuery(folder_id=folder.id)) == 3
    assert [m["title"] for m in item.facts["members"]] == members(catalog, item.id)
    assert check(catalog.path) == []


def test_the_given_order_is_kept_when_asked_for(batch, catalog, shots):
    (added,) = batch([shots[2], shots[0], shots[1]], given_order=True).added
    assert members(catalog, added.item_id) == ["frame 10.png", "frame 1.png", "frame 2.png"]


def test_a_folder_is_walked_and_gives_its_name(batch, catalog, shots):
    (added,) = batch([shots[0].parent]).added
    assert (added.title, len(members(catalog, added.item_id))) == ("shots", 3)


def test_what_is_no_picture_is_listed_and_left_out_before_it_is_copied(batch, catalog, shots, tmp_path):
    note = tmp_path / "note.txt"
    note.write_text("of no use")
    result = batch([*shots, note])
    assert [Path(e.input).name for e in result.errors] == ["note.txt"]
    assert result.errors[0].reason == "note.txt is a text, not a picture."
    assert result.members == 3
    assert len([p for p in catalog.paths.originals.rglob("*") if p.is_file()]) == 3


def test_nothing_is_made_of_nothing(batch, catalog, target, tmp_path):
    note = tmp_path / "note.txt"
    note.write_text("of no use")
    with pytest.raises(Refused, match="no image group was made"):
        batch([note])
    assert catalog.reads.child_folders(target) == []


def test_the_preview_is_that_of_the_first_picture(batch, catalog, shots):
    (added,) = batch(shots).added
    item = catalog.reads.item(added.item_id)
    store = ThumbnailStore(catalog.paths.thumbnails)
    first = catalog.reads.members_of(item.id)[0]
    assert store.get(item.sha256) == store.get(first.sha256)
    assert store.missing([m.sha256 for m in catalog.reads.members_of(item.id)]) == []
    store.close()


def test_one_undo_takes_it_back(batch, catalog, target, shots):
    batch(shots, title="Corridor")
    assert catalog.undo_text == "Add image group “Corridor”"
    catalog.undo().result()
    assert catalog.reads.count(ItemQuery()) == 0
    assert catalog.reads.child_folders(target) == []


def test_cancelling_leaves_nothing(batch, catalog, target, shots, monkeypatch):
    progress = Progress()
    stage = progress.stage

    def cancel_at_reading(text, total=None):
        if text == "Reading pictures":
            progress.cancel()
        stage(text, total)

    monkeypatch.setattr(progress, "stage", cancel_at_reading)
    assert batch(shots, progress=progress).cancelled
    assert catalog.reads.child_folders(target) == []


def test_pictures_can_be_linked(batch, catalog, shots):
    (added,) = batch(shots, link=True).added
    found = catalog.reads.members_of(added.item_id)
    assert {m.location for m in found} == {Location.LINKED}
    assert paths_of(catalog, catalog.reads.item(added.item_id)) == shots


def test_only_the_group_enters_a_dataset(batch, catalog, target, shots):
    plain = catalog.do("New", datasets.create, "Plain")
    mirror = catalog.do("New", datasets.create, "Mirror", "", target)
    (added,) = batch(shots, dataset_id=plain).added
    later = catalog.do("New", datasets.create, "Later")
    catalog.do("Attach", datasets.attach_folder, later, target)
    for dataset_id in (plain, mirror, later):
        assert list(catalog.reads.ids(ItemQuery(dataset_id=dataset_id))) == [added.item_id]


def test_the_folder_of_the_pictures_can_be_put_in_a_dataset_by_itself(batch, catalog, target, shots):
    batch(shots)
    dataset = catalog.do("New", datasets.create, "Pictures")
    catalog.do("Attach", datasets.attach_folder, dataset, inside(catalog, target))
    assert catalog.reads.dataset(dataset).items == 3


# -- the rules of the members' folder ----------------------------------------------------------------------------------


def test_a_picture_put_in_the_folder_later_is_no_member(batch, catalog, target, shots, tmp_path):
    from storage.services.intake import add_paths

    (added,) = batch(shots).added
    folder = inside(catalog, target)
    add_paths(catalog, [shade(tmp_path / "later.png", 77)], folder, render=render, progress=Progress())
    assert catalog.reads.count(ItemQuery(folder_id=folder)) == 4
    assert len(members(catalog, added.item_id)) == 3


def test_pictures_cannot_be_deleted_before_the_group(batch, catalog, target, shots):
    (added,) = batch(shots, title="Corridor").added
    first = catalog.reads.members_of(added.item_id)[0].item_id
    with pytest.raises(Refused, match=r"“frame 1\.png” belongs to the image group “Corridor”") as seen:
        catalog.do("Delete", trash.delete, [], ItemSelection.of(first))
    assert "Delete the image group first" in seen.value.remedy
    with pytest.raises(Refused):
        catalog.do("Delete", trash.delete, [inside(catalog, target)], ItemSelection())
    catalog.do("Delete", trash.delete, [], ItemSelection.of(added.item_id))
    catalog.do("Delete", trash.delete, [], ItemSelection.of(first))


def test_group_and_pictures_can_be_deleted_together_and_come_back(batch, catalog, target, shots):
    (added,) = batch(shots).added
    group = catalog.do("Delete", trash.delete, [target], ItemSelection())
    catalog.do("Restore", trash.restore, group)
    assert members(catalog, added.item_id) == ["frame 1.png", "frame 2.png", "frame 10.png"]


def test_pictures_deleted_after_their_group_come_back_with_it(batch, catalog, target, shots):
    (added,) = batch(shots).added
    first = catalog.do("Delete", trash.delete, [], ItemSelection.of(added.item_id))
    catalog.do("Delete", trash.delete, [inside(catalog, target)], ItemSelection())
    catalog.do("Restore", trash.restore, first)
    assert catalog.reads.trash() == []
    assert catalog.reads.count(ItemQuery(folder_id=inside(catalog, target))) == 3


def test_pictures_cannot_be_purged_before_the_group_that_could_be_restored(batch, catalog, target, shots):
    (added,) = batch(shots, title="Corridor").added
    first = catalog.do("Delete", trash.delete, [], ItemSelection.of(added.item_id))
    second = catalog.do("Delete", trash.delete, [inside(catalog, target)], ItemSelection())
    with pytest.raises(Refused, match="Corridor"):
        catalog.do("Purge", trash.purge, second)
    trash_service.purge(catalog, first)
    trash_service.purge(catalog, second)
    assert catalog.reads.count(ItemQuery(trashed=True)) == 0
    assert [p for p in catalog.paths.originals.rglob("*") if p.is_file()] == []
    assert check(catalog.path) == []


def test_emptying_the_trash_takes_groups_and_pictures_in_order(batch, catalog, target, shots):
    (added,) = batch(shots, as_="image-sequence").added
    sequences.encode(catalog, added.item_id, encode_members, Progress())
    catalog.do("Delete", trash.delete, [], ItemSelection.of(added.item_id))
    catalog.do("Delete", trash.delete, [target], ItemSelection())
    trash_service.empty(catalog, None)
    assert catalog.reads.trash() == []
    assert list((catalog.paths.cache / "sequences").iterdir()) == []


def test_a_picture_says_which_group_it_belongs_to(batch, catalog, shots):
    (added,) = batch(shots, title="Corridor").added
    first = catalog.reads.members_of(added.item_id)[0].item_id
    assert catalog.reads.groups_of(first) == [(added.item_id, "Corridor")]
    assert catalog.reads.groups_of(added.item_id) == []


def test_bytes_are_counted_once(batch, catalog, target, shots):
    (added,) = batch(shots).added
    size = sum(path.stat().st_size for path in shots)
    assert catalog.reads.folder_summary(target).size == size
    assert trash.consequences(catalog.reads, [target], ItemSelection()).size == size
    assert trash.consequences(catalog.reads, [], ItemSelection.of(added.item_id)).size == 0  # its pictures stay


def test_a_lost_picture_is_found_again_like_any_linked_file(batch, catalog, shots, tmp_path):
    (added,) = batch(shots, link=True).added
    moved = tmp_path / "elsewhere"
    shots[0].parent.rename(moved)
    ids = [m.item_id for m in catalog.reads.members_of(added.item_id)]
    relink.check_links(catalog, ids, Progress())
    relink.find_and_relink(catalog, ids, moved, Progress())
    item = catalog.reads.item(added.item_id)
    assert [Path(m["source"]).parent for m in item.facts["members"]] == [moved] * 3
    assert source_of(catalog, item).path == moved / "frame 1.png"


# -- sequences -----------------------------------------------------------------------------------------------------------


def test_a_sequence_runs_at_25_frames_a_second(batch, catalog, shots):
    (added,) = batch(shots, as_="image-sequence").added
    item = catalog.reads.item(added.item_id)
    assert (item.kind, item.fps, item.duration, item.frames) == (Kind.IMAGE_SEQUENCE, 25.0, 3 / 25, 3)


def test_other_sizes_are_told(batch, catalog, shots, tmp_path):
    (added,) = batch([*shots, shade(tmp_path / "wide.png", 9, (40, 16))], as_="image-sequence").added
    assert catalog.reads.item(added.item_id).warnings == (
        "1 picture has another size than the first: shown scaled to fit, with black beside.",
    )


def test_more_pictures_than_a_sequence_holds_are_refused(batch, catalog, target, shots, monkeypatch):
    monkeypatch.setattr(batches, "MAX_SEQUENCE", 2)
    with pytest.raises(Refused, match="at most 2 pictures; these are 3"):
        batch(shots, as_="image-sequence")
    assert catalog.reads.child_folders(target) == []
    assert batch(shots).members == 3


def test_many_pictures_are_advised_against(batch, shots, monkeypatch):
    monkeypatch.setattr(batches, "ADVISED_SEQUENCE", 2)
    result = batch(shots, as_="image-sequence")
    assert "2 or fewer are advised" in result.warnings[0].reason
    assert result.members == 3


def test_a_sequence_is_encoded_once_and_again_when_the_cache_was_lost(batch, catalog, shots):
    (added,) = batch(shots, as_="image-sequence").added
    item = catalog.reads.item(added.item_id)
    assert sequences.missing(catalog) == [item.id]
    assert facts_of(catalog, item)["encoded"] is None
    video = sequences.encode(catalog, item.id, encode_members, Progress())
    assert sequences.missing(catalog) == []
    assert facts_of(catalog, item)["encoded"] == str(video)
    assert source_of(catalog, item).path == video
    video.unlink()
    assert sequences.missing(catalog) == [item.id]


def test_a_picture_that_was_replaced_has_the_sequence_encoded_anew(batch, catalog, shots):
    (added,) = batch(shots, as_="image-sequence", link=True).added
    before = sequences.encode(catalog, added.item_id, encode_members, Progress())
    second = catalog.reads.members_of(added.item_id)[1].item_id
    relink.relink(catalog, second, shots[1])  # the same bytes: nothing to do
    assert sequences.missing(catalog) == []
    shade(shots[1], 150)
    relink.relink(catalog, second, shots[1], accept_changed=True)
    assert sequences.missing(catalog) == [added.item_id]
    assert sequences.encode(catalog, added.item_id, encode_members, Progress()) != before
    assert sequences.sweep(catalog) == 1
    assert not before.exists()


def test_what_cannot_be_encoded_is_remembered(batch, catalog, shots):
    (added,) = batch(shots, as_="image-sequence").added
    item = catalog.reads.item(added.item_id)

    def fails(*_):
        raise BadInput("The picture is too large for a video frame.", remedy="Make a group.")

    with pytest.raises(BadInput):
        sequences.encode(catalog, item.id, fails, Progress())
    assert sequences.missing(catalog) == []
    assert sequences.why_not(catalog, item) == "The picture is too large for a video frame."


def test_an_encoding_that_was_cancelled_is_wanted_again(batch, catalog, shots):
    (added,) = batch(shots, as_="image-sequence").added
    progress = Progress()
    progress.cancel()
    with pytest.raises(Cancelled):
        sequences.encode(catalog, added.item_id, encode_members, progress)
    assert sequences.missing(catalog) == [added.item_id]


def test_a_damaged_picture_is_a_black_frame_so_that_the_others_keep_their_numbers(batch, catalog, shots):
    (added,) = batch(shots, as_="image-sequence").added
    item = catalog.reads.item(added.item_id)
    paths_of(catalog, item)[1].write_bytes(b"\x89PNG\r\n\x1a\n and then nothing")
    sequences.encode(catalog, item.id, encode_members, Progress())
    decoder = open_media(source_of(catalog, item), str(item.kind), facts_of(catalog, item), None)
    shades = [int(to_rgb(decoder.read(Request(frame=n))).mean()) for n in range(3)]
    decoder.close()
    assert np.allclose(shades, [20, 0, 200], atol=6)


@pytest.mark.parametrize("as_", ["image-group", "image-sequence"])
def test_every_frame_can_be_seen_before_anything_is_encoded(as_, batch, catalog, shots):
    (added,) = batch(shots, as_=as_).added
    item = catalog.reads.item(added.item_id)
    decoder = open_media(source_of(catalog, item), str(item.kind), facts_of(catalog, item), None)
    shades = [int(to_rgb(decoder.read(Request(frame=n))).mean()) for n in range(3)]
    decoder.close()
    assert shades == [20, 40, 200]
    assert frame_png(source_of(catalog, item), str(item.kind), facts_of(catalog, item), 1).startswith(b"\x89PNG")


def test_a_group_has_no_file_of_its_own(batch, catalog, shots):
    (added,) = batch(shots).added
    with pytest.raises(BadInput, match="made of pictures"):
        path_of(catalog, catalog.reads.item(added.item_id))


def test_a_renamed_picture_is_known_by_its_new_name_at_once(batch, catalog, shots):
    (added,) = batch(shots).added
    first = catalog.reads.members_of(added.item_id)[0].item_id
    catalog.do("Rename", files.rename, first, "door.png")
    assert catalog.reads.item(added.item_id).facts["members"][0]["title"] == "door.png"
