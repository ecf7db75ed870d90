"""A slide taken into a catalog is one picture that opens from its copy; one whose data lies beside it can only be linked."""

from __future__ import annotations

import dataclasses

import numpy as np

from storage.catalog import folders
from storage.media.originals import Originals
from storage.media.source import FileSource
from storage.progress import Progress
from storage.services import prepare
from storage.services.intake import add_paths
from tests.support import slides
from viewers.decode import open_media
from viewers.decode.request import Request, to_rgb
from viewers.decode.thumbs import render


def add(catalog, path, **options):
    target = catalog.do("New folder", folders.ensure, ("Target",))
    return add_paths(catalog, [path], target, render=render, progress=Progress(), **options)


def test_a_slide_opens_from_its_copy(catalog, tmp_path):
    path = tmp_path / "biopsy.svs"
    base = slides.aperio(path, slides.field()[:1024, :1536])
    (added,) = add(catalog, path).added
    item = catalog.reads.item(added.item_id)
    assert (item.title, item.width, item.height, item.frames) == ("biopsy.svs", 1536, 1024, 1)
    copy = Originals(catalog.paths).path_of(item.source, item.location)
    decoder = open_media(FileSource(copy), item.kind, item.facts, tmp_path)
    assert np.array_equal(to_rgb(decoder.read(Request(region=(200, 100, 300, 200)))), base[100:300, 200:500])
    assert decoder.frames == 1
    decoder.close()


def test_a_slide_whose_data_lies_beside_it_is_linked_and_never_copied(catalog, tmp_path, monkeypatch):
    """No MIRAX slide can be made here: the one fact that tells is given to an ordinary slide."""
    path = tmp_path / "liver.svs"
    slides.aperio(path, slides.field()[:512, :512])
    real = prepare.probe

    def beside(given, check=None):
        info = real(given, check)
        return dataclasses.replace(info, facts={**info.facts, "beside": True})

    monkeypatch.setattr(prepare, "probe", beside)
    (failure,) = add(catalog, path).errors
    assert "folder beside it" in failure.reason
    assert len(add(catalog, path, link=True).added) == 1
