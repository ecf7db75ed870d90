"""Series of an earlier version are brought up to date: the same frames, today's facts and hash, labels where they were."""

from __future__ import annotations

from pathlib import Path

import pytest

from storage.catalog import folders, volumes
from storage.catalog.engine import Catalog
from storage.media.dicom_tell import READ_AS
from storage.media.thumbnails import ThumbnailStore
from storage.progress import Progress
from storage.services.reread import reread
from storage.services.series import add_series
from tests.postil.test_command_line import postil
from tests.support import phantoms
from tests.support.aged import aged
from viewers.decode.thumbs import render


def accession(_: int, ds) -> None:
    ds.AccessionNumber = "ACC-77"


@pytest.fixture
def scans(tmp_path) -> Path:
    phantoms.series(tmp_path / "scan", names="shuffled", reverse=True, change=accession)
    return tmp_path / "scan"


def added(catalog: Catalog, *paths: Path, link: bool = False):
    folder = catalog.do("New folder", folders.ensure, ["Scans"])
    return add_series(catalog, list(paths), folder, render=render, progress=Progress(), link=link)


def test_a_series_of_an_earlier_version_is_as_if_it_was_added_today(catalog, scans):
    (item_id,) = [i.item_id for i in added(catalog, scans).added]
    today, old = aged(catalog, item_id)
    assert "accession" not in old.facts and old.sha256 != today.sha256
    done = reread(catalog, Progress())
    assert (done.renewed, done.informed, done.errors) == ([today.title], [], [])
    now = catalog.reads.item(item_id)
    assert now.facts == today.facts and now.sha256 == today.sha256 and now.warnings == today.warnings
    assert now.title == today.title and now.uuid == today.uuid
    store = ThumbnailStore(catalog.paths.thumbnails)
    assert store.get(now.sha256)
    store.close()
    again = added(catalog, scans)
    assert not again.added and len(again.skipped) == 1  # known, where it made a second one before
    assert reread(catalog, Progress()).renewed == []  # and nothing is left to be read


def test_frames_never_change_under_labels(catalog, scans):
    """A series whose slices lay in another order keeps them: labels stand on frames. It learns its facts."""
    (item_id,) = [i.item_id for i in added(catalog, scans).added]
    today, old = aged(catalog, item_id, shuffled=True)
    before = catalog.reads.frame_index(old.sha256)
    done = reread(catalog, Progress())
    assert (done.renewed, done.informed) == ([], [today.title])
    now = catalog.reads.item(item_id)
    assert now.sha256 == old.sha256 and catalog.reads.frame_index(now.sha256) == before
    assert now.facts["accession"] == "ACC-77"
    assert reread(catalog, Progress()).informed == []


def test_what_is_not_there_any_more_is_told_and_stays(catalog, scans):
    (item_id,) = [i.item_id for i in added(catalog, scans, link=True).added]
    _, old = aged(catalog, item_id)
    for path in sorted(scans.iterdir())[:2]:
        path.unlink()
    done = reread(catalog, Progress())
    assert done.renewed == done.informed == []
    assert "is missing" in done.errors[0].reason and "and 1 more" in done.errors[0].reason
    assert catalog.reads.item(item_id).facts == old.facts


def test_check_repairs_on_the_command_line(catalog, scans):
    (item_id,) = [i.item_id for i in added(catalog, scans).added]
    today, old = aged(catalog, item_id)
    assert "in order" in postil("--catalog", catalog.path, "check")
    assert catalog.reads.item(item_id).facts == old.facts
    said = postil("--catalog", catalog.path, "check", "--repair")
    assert "1 series of an earlier version are as if they had been added today." in said
    assert catalog.reads.item(item_id).facts == today.facts
    assert volumes.read_before(catalog.reader(), READ_AS) == []
