from __future__ import annotations

import pytest

from storage.catalog import files
from storage.catalog.engine import Catalog
from storage.errors import NotFound, Refused
from storage.model.items import Kind, Location, MediaInfo
from storage.model.query import ItemSelection
from tests.support.nouns import add, folder, new_item, redo, titles, undo


def test_an_item_keeps_everything_it_came_with(catalog: Catalog) -> None:
    given = new_item("Ä.png", sha256="ab" * 32, metadata={"k": [1, "ü"]}, facts={"bits": 16}, warnings=("odd",), fps=2.5)
    (made,) = catalog.do("Add", files.add, folder(catalog, "F"), [given])
    item = catalog.reads.item(made)
    assert (item.uuid, item.title, item.sha256, item.metadata) == (given.uuid, "Ä.png", "ab" * 32, {"k": [1, "ü"]})
    assert (item.facts, item.warnings, item.fps, item.created_by) == ({"bits": 16}, ("odd",), 2.5, "Ada")
    assert catalog.reads.item_by_uuid(given.uuid) == item
    assert catalog.reads.item_by_sha256("ab" * 32) == item
    assert catalog.reads.item_by_title(item.folder_id, "ä.PNG") == item
    row = catalog.reads.rows([made])[0]
    assert row is not None
    assert (row.thumb_key, row.warnings) == ("ab" * 32, True)


def test_a_title_that_is_taken_gets_a_number_before_its_extension(catalog: Catalog) -> None:
    top = folder(catalog, "F")
    add(catalog, top, "a.png", "A.PNG", "b")
    add(catalog, top, "a.png", "b")
    assert titles(catalog) == ["A (2).PNG", "a (3).png", "a.png", "b", "b (2)"]


def test_moving_numbers_titles_that_meet_others_or_each_other(catalog: Catalog) -> None:
    one, two, target = folder(catalog, "One"), folder(catalog, "Two"), folder(catalog, "Target")
    ids = add(catalog, one, "x", "y") + add(catalog, two, "x", "z")
    add(catalog, target, "y")
    assert catalog.do("Move", files.move, ItemSelection.of(*ids), target) == 4
    assert titles(catalog) == ["x", "x (2)", "y", "y (2)", "z"]
    undo(catalog)
    assert titles(catalog) == ["x", "x", "y", "y", "z"]
    redo(catalog)
    assert titles(catalog) == ["x", "x (2)", "y", "y (2)", "z"]


def test_renaming_keeps_order_and_search_right(catalog: Catalog) -> None:
    top = folder(catalog, "F")
    one, _ = add(catalog, top, "img 1", "img 2")
    catalog.do("Rename", files.rename, one, "zebra")
    assert titles(catalog) == ["img 2", "zebra"]
    undo(catalog)
    assert titles(catalog) == ["img 1", "img 2"]
    with pytest.raises(Refused, match="already"):
        catalog.do("Rename", files.rename, one, "IMG 2")
    catalog.do("Rename", files.rename, one, "Img 1")


@pytest.mark.parametrize("title", ["", " ", "x" * 301, "a\x00b"])
def test_a_bad_title_is_refused(catalog: Catalog, title: str) -> None:
    (one,) = add(catalog, folder(catalog, "F"), "one")
    with pytest.raises(Refused):
        catalog.do("Rename", files.rename, one, title)


def test_metadata_that_are_no_json_are_refused(catalog: Catalog) -> None:
    (one,) = add(catalog, folder(catalog, "F"), "one")
    catalog.do("Set", files.set_metadata, one, {"a": 1})
    with pytest.raises(Refused, match="JSON"):
        catalog.do("Set", files.set_metadata, one, {"a": float("nan")})
    assert catalog.reads.item(one).metadata == {"a": 1}


def test_a_relinked_original_is_what_was_found(catalog: Catalog) -> None:
    (one,) = add(catalog, folder(catalog, "F"), "one", location=Location.LINKED)
    catalog.do("Lost", files.set_location, [one], Location.MISSING)
    assert catalog.reads.item(one).location is Location.MISSING
    found = MediaInfo(Kind.IMAGE, "image/jpeg", 99, 7, 8)
    catalog.do("Relink", files.relink, one, "/new/place.jpg", found, "cd" * 32, 5)
    item = catalog.reads.item(one)
    assert (item.location, item.source, item.size, item.width, item.sha256) == (
        Location.LINKED,
        "/new/place.jpg",
        99,
        7,
        "cd" * 32,
    )


def test_items_live_in_folders_that_are_there(catalog: Catalog) -> None:
    with pytest.raises(NotFound):
        catalog.do("Add", files.add, 99, [new_item("x")])


def test_adding_can_be_undone(catalog: Catalog) -> None:
    add(catalog, folder(catalog, "F"), "one", "two")
    undo(catalog)
    assert titles(catalog) == []
    redo(catalog)
    assert titles(catalog) == ["one", "two"]


def test_a_nifti_is_taken_for_what_one_says_and_forgets_it_by_undo_only(catalog: Catalog) -> None:
    top = folder(catalog, "F")
    one, two = add(catalog, top, "a.nii", "b.nii", kind=Kind.NIFTI, facts={"bits": 16})
    (picture,) = add(catalog, top, "c.png")
    some = ItemSelection.of(one, two, picture)
    assert catalog.do("Set modality", files.set_modality, some, "CT") == 2
    assert [catalog.reads.item(i).facts for i in (one, two, picture)] == [{"bits": 16, "modality": "CT"}] * 2 + [{}]
    info = MediaInfo(Kind.NIFTI, "application/x-nifti", 20, 4, 3, facts={"bits": 32})
    catalog.do("Relink", files.set_info, one, info)  # the file is read anew
    assert catalog.reads.item(one).facts == {"bits": 32, "modality": "CT"}
    catalog.do("Set modality", files.set_modality, ItemSelection.of(one), "")
    assert catalog.reads.item(one).facts == {"bits": 32}
    undo(catalog)
    assert catalog.reads.item(one).facts["modality"] == "CT"
    with pytest.raises(Refused, match="Only a NIfTI or NRRD"):
        catalog.do("Set modality", files.set_modality, ItemSelection.of(picture), "CT")
    with pytest.raises(Refused, match="no modality"):
        catalog.do("Set modality", files.set_modality, some, "XX")
