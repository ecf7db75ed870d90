"""Originals left in place that moved, changed or vanished."""

from __future__ import annotations

import os

import pytest

from storage.catalog import folders
from storage.errors import BadInput
from storage.model.items import Location
from storage.progress import Progress
from storage.services.intake import add_paths
from storage.services.relink import check_links, find_and_relink, relink
from tests.support import pictures
from viewers.decode.thumbs import render


@pytest.fixture
def linked(catalog, tmp_path):
    """Two linked pictures and a copied one: id by name."""
    for i, name in enumerate("abc"):
        pictures.write(tmp_path / f"{name}.png", pictures.noise(20, 16, i))
    folder = catalog.do("New folder", folders.create, None, "F")
    ids = {}
    for names, link in (("ab", True), ("c", False)):
        paths = [tmp_path / f"{n}.png" for n in names]
        result = add_paths(catalog, paths, folder, link=link, render=render, progress=Progress())
        ids.update({a.title[0]: a.item_id for a in result.added})
    return ids


def locations(catalog, ids) -> dict[str, Location]:
    return {name: catalog.reads.item(i).location for name, i in ids.items()}


def test_links_that_are_as_they_were_stay_links(catalog, linked):
    states = check_links(catalog, list(linked.values()), Progress())
    assert [s.location for s in states] == [Location.LINKED, Location.LINKED]
    assert locations(catalog, linked) == {"a": Location.LINKED, "b": Location.LINKED, "c": Location.LOCAL}


def test_a_missing_and_a_changed_file_get_their_badge_and_lose_it_when_they_return(catalog, linked, tmp_path):
    kept = (tmp_path / "a.png").read_bytes()
    (tmp_path / "a.png").unlink()
    changed = bytearray((tmp_path / "b.png").read_bytes())
    original = bytes(changed)
    changed[-20] ^= 1  # same size
    (tmp_path / "b.png").write_bytes(changed)
    os.utime(tmp_path / "b.png", (1, 1))
    check_links(catalog, list(linked.values()), Progress())
    assert locations(catalog, linked) == {"a": Location.MISSING, "b": Location.CHANGED, "c": Location.LOCAL}
    (tmp_path / "a.png").write_bytes(kept)
    (tmp_path / "b.png").write_bytes(original)
    check_links(catalog, list(linked.values()), Progress())
    assert locations(catalog, linked) == {"a": Location.LINKED, "b": Location.LINKED, "c": Location.LOCAL}


def test_a_new_time_alone_is_no_change(catalog, linked, tmp_path):
    os.utime(tmp_path / "a.png", (1, 1))
    check_links(catalog, [linked["a"]], Progress())
    assert catalog.reads.item(linked["a"]).location is Location.LINKED


def test_lost_files_are_found_by_content_wherever_they_went(catalog, linked, tmp_path):
    away = tmp_path / "elsewhere/deep"
    away.mkdir(parents=True)
    (tmp_path / "a.png").rename(away / "renamed.png")
    (tmp_path / "b.png").unlink()
    ids = list(linked.values())
    check_links(catalog, ids, Progress())
    result = find_and_relink(catalog, ids, tmp_path / "elsewhere", Progress())
    assert [s.title for s in result.relinked] == ["a.png"]
    assert [s.title for s in result.not_found] == ["b.png"]
    item = catalog.reads.item(linked["a"])
    assert (item.location, item.source) == (Location.LINKED, str(away / "renamed.png"))
    assert check_links(catalog, [linked["a"]], Progress())[0].location is Location.LINKED


def test_a_file_whose_path_is_no_text_is_told_and_its_twin_is_taken(catalog, linked, tmp_path):
    lost = tmp_path / "a.png"
    moved = tmp_path / "moved"
    moved.mkdir()
    (moved / os.fsdecode(b"a\xff.png")).write_bytes(lost.read_bytes())
    lost.rename(moved / "b.png")
    found = find_and_relink(catalog, [linked["a"]], moved, Progress())
    assert [(s.title, s.path) for s in found.relinked] == [("a.png", str(moved / "b.png"))]
    (told,) = found.errors
    assert "holds bytes that are no text" in told.reason
    with pytest.raises(BadInput, match="holds bytes that are no text"):
        relink(catalog, linked["a"], moved / os.fsdecode(b"a\xff.png"))


def test_another_picture_is_taken_only_when_accepted(catalog, linked, tmp_path):
    other = pictures.write(tmp_path / "other.png", pictures.noise(30, 20, 9))
    with pytest.raises(BadInput, match="its content differs"):
        relink(catalog, linked["a"], other)
    relink(catalog, linked["a"], other, accept_changed=True)
    item = catalog.reads.item(linked["a"])
    assert (item.source, item.width, item.height) == (str(other), 30, 20)


def test_a_copied_item_has_no_link(catalog, linked, tmp_path):
    with pytest.raises(BadInput, match="not a linked file"):
        relink(catalog, linked["c"], tmp_path / "c.png")
