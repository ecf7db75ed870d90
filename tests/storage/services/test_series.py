"""Series in the catalog: one item each, its files copied or linked behind it, found again, undone, purged, checked."""

from __future__ import annotations

import ctypes
import errno
import shutil
import zipfile
from collections.abc import Callable
from concurrent.futures import Executor, Future, ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import numpy as np
import pydicom
import pytest

from storage.catalog import datasets, folders, trash, volumes
from storage.catalog.check import check
from storage.errors import BadInput, PostilError
from storage.media import dicom, originals
from storage.media.dicom_index import FrameIndex
from storage.media.originals import Originals
from storage.media.source import FileSource
from storage.media.thumbnails import ThumbnailStore
from storage.model.items import Kind, Location
from storage.model.query import ItemQuery, ItemSelection
from storage.progress import Progress
from storage.services import relink
from storage.services import trash as trash_service
from storage.services.bring_in import make_up
from storage.services.intake import add_paths
from storage.services.originals import face_of, facts_of, paths_of
from storage.services.results import IntakeResult
from storage.services.series import add_series
from tests.support import phantoms
from viewers.decode.thumbs import render


def add(catalog, target, *paths: Path, **options: object) -> IntakeResult:
    return add_series(catalog, list(paths), target, progress=Progress(), **options)  # type: ignore[arg-type]


def read_back(catalog, item_id) -> np.ndarray:
    """[frame, row, column] with nothing but what the catalog says."""
    facts = facts_of(catalog, catalog.reads.item(item_id))
    index, files = facts["frame_index"], facts["files"]
    frames = []
    for n in range(len(index)):
        ((offset, length),) = index.ranges(n)
        form = index.format_of(n)
        data = FileSource(Path(files[int(index.file[n])])).read_at(offset, length)
        frames.append(np.frombuffer(data, "<u2").reshape(form.rows, form.columns))
    return np.stack(frames)


@pytest.mark.parametrize("link", [False, True])
def test_a_series_is_one_item_with_its_files_behind_it(catalog, target, tmp_path, link):
    phantom = phantoms.series(tmp_path / "in", n=5, names="shuffled", reverse=True, tilt=12)
    result = add(catalog, target, tmp_path / "in", link=link)
    (added,) = result.added
    assert (added.kind, added.title, result.errors) == (Kind.DICOM_SERIES, "Phantom", [])
    assert "tilted" in result.warnings[0].reason
    item = catalog.reads.item(added.item_id)
    assert item.location is (Location.LINKED if link else Location.LOCAL)
    assert (item.width, item.height, item.frames, item.size) == (20, 16, 5, sum(p.stat().st_size for p in phantom.files))
    assert item.facts["modality"] == "CT" and item.facts["patient_id"] == "P-1"
    assert catalog.reader().execute("SELECT count(*) FROM items").fetchone() == (1,)
    if not link:
        shutil.rmtree(tmp_path / "in")
    assert np.array_equal(read_back(catalog, added.item_id), phantom.volume)
    geometry = FrameIndex.from_bytes(catalog.reads.frame_index(item.sha256)).geometry
    assert np.abs(geometry.origins - phantom.origins).max() < 1e-9
    assert face_of(catalog, item) == paths_of(catalog, item)[2]
    assert check(catalog.path) == []


def test_what_is_there_already_is_skipped(catalog, target, tmp_path):
    phantoms.series(tmp_path / "in", n=3)
    add(catalog, target, tmp_path / "in")
    again = add(catalog, target, tmp_path / "in")
    assert again.added == [] and "already as “Phantom”" in again.skipped[0].reason
    twice = add(catalog, target, tmp_path / "in", duplicates="add")
    assert [a.title for a in twice.added] == ["Phantom (2)"]


def test_parts_of_one_file_are_items_of_their_own(catalog, target, tmp_path):
    """An enhanced file with two stacks: the same bytes behind both, other frames in each."""

    def two_stacks(ds):
        for n, group in enumerate(ds.PerFrameFunctionalGroupsSequence):
            group.FrameContentSequence[0].StackID = "1" if n < 3 else "2"

    phantom = phantoms.enhanced(tmp_path / "x", n=6, change=two_stacks)
    result = add(catalog, target, tmp_path / "x")
    assert [catalog.reads.item(a.item_id).frames for a in result.added] == [3, 3]
    both = np.concatenate([read_back(catalog, a.item_id) for a in result.added])
    assert np.array_equal(both, phantom.volume)
    first, second = (a.item_id for a in result.added)
    group = catalog.do("Delete", trash.delete, [], ItemSelection.of(first))
    assert trash_service.purge(catalog, group).files == 0
    assert np.array_equal(read_back(catalog, second), phantom.volume[3:])


def test_an_archive_is_unpacked_copied_and_swept(catalog, target, tmp_path):
    phantom = phantoms.series(tmp_path / "in", n=3)
    with zipfile.ZipFile(tmp_path / "study.zip", "w") as archive:
        for path in phantom.files:
            archive.write(path, f"deep/{path.name}")
    result = add(catalog, target, tmp_path / "study.zip", link=True)
    item = catalog.reads.item(result.added[0].item_id)
    assert item.location is Location.LOCAL  # what was unpacked cannot be linked
    assert result.added[0].path.endswith("study.zip/deep")
    assert np.array_equal(read_back(catalog, item.id), phantom.volume)
    assert not list(catalog.paths.cache.glob("unpacked-*"))


def test_a_bad_file_is_told_and_the_others_come_in(catalog, target, tmp_path):
    phantom = phantoms.series(tmp_path / "in", n=4)
    ds = pydicom.dcmread(phantom.files[2])
    del ds.PatientID
    ds.save_as(phantom.files[2])
    (tmp_path / "in" / "notes.txt").write_text("x")
    result = add(catalog, target, tmp_path / "in")
    assert len(result.errors) == 1 and "lacks PatientID" in result.errors[0].reason
    assert catalog.reads.item(result.added[0].item_id).frames == 3
    assert [p.name for p in result.others] == ["notes.txt"]


def test_a_file_that_changes_meanwhile_keeps_its_series_out(catalog, target, tmp_path, monkeypatch):
    phantom = phantoms.series(tmp_path / "a", n=2)
    phantoms.series(tmp_path / "b", n=2)
    real = dicom.read_files

    def read_then_write(paths):
        found = real(paths)
        phantom.files[0].write_bytes(phantom.files[0].read_bytes() + b"\0\0")
        return found

    monkeypatch.setattr(dicom, "read_files", read_then_write)
    result = add(catalog, target, tmp_path)
    assert len(result.added) == 1
    assert [("changed while" in e.reason, "was left out" in e.reason) for e in result.errors] == [(True, False), (False, True)]
    assert set(catalog.paths.originals.rglob("*.dcm")) == set(paths_of(catalog, catalog.reads.item(result.added[0].item_id)))


def test_the_same_in_worker_processes(catalog, target, tmp_path):
    phantom = phantoms.series(tmp_path / "in", n=70, rows=4, cols=4)
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as processes:
        result = add(catalog, target, tmp_path / "in", processes=processes)
    assert np.array_equal(read_back(catalog, result.added[0].item_id), phantom.volume)


def test_a_series_is_found_by_its_uid(catalog, target, tmp_path):
    phantom = phantoms.series(tmp_path / "in", n=2)
    added = add(catalog, target, tmp_path / "in").added[0]
    assert list(catalog.reads.ids(ItemQuery(text=phantom.series_uid))) == [added.item_id]
    assert list(catalog.reads.ids(ItemQuery(text="1.2.3"))) == []


def test_a_series_enters_its_dataset(catalog, target, tmp_path):
    phantoms.series(tmp_path / "in", n=2)
    dataset = catalog.do("Dataset", datasets.create, "Scans")
    added = add(catalog, target, tmp_path / "in", dataset_id=dataset).added[0]
    assert [d.title for d in catalog.reads.datasets_of(added.item_id)] == ["Scans"]


def test_undo_takes_a_series_back_and_redo_brings_it_again(catalog, target, tmp_path):
    phantom = phantoms.series(tmp_path / "in", n=3)
    added = add(catalog, target, tmp_path / "in").added[0]
    catalog.undo().result()
    assert volumes.files_of(catalog.reader(), added.item_id) == []
    catalog.redo().result()
    assert np.array_equal(read_back(catalog, added.item_id), phantom.volume)
    assert check(catalog.path) == []


def test_purging_gives_the_copies_back_but_not_those_that_another_needs(catalog, target, tmp_path):
    phantoms.series(tmp_path / "in", n=3)
    other = catalog.do("Folder", folders.create, None, "Other")
    one, two = (add(catalog, folder, tmp_path / "in").added[0].item_id for folder in (target, other))
    sha = catalog.reads.item(one).sha256
    group = catalog.do("Delete", trash.delete, [], ItemSelection.of(one))
    assert trash_service.purge(catalog, group).files == 0 and catalog.reads.frame_index(sha) is not None
    group = catalog.do("Delete", trash.delete, [], ItemSelection.of(two))
    assert trash_service.purge(catalog, group).files == 3
    assert catalog.reads.frame_index(sha) is None and check(catalog.path) == []


def test_lost_links_are_found_again_by_content(catalog, target, tmp_path):
    phantom = phantoms.series(tmp_path / "in", n=3)
    added = add(catalog, target, tmp_path / "in", link=True).added[0]
    (tmp_path / "in").rename(tmp_path / "moved")
    (state,) = relink.check_links(catalog, [added.item_id], Progress())
    assert state.location is Location.MISSING
    assert {f.location for f in catalog.reads.volume_files_of(added.item_id)} == {Location.MISSING}
    found = relink.find_and_relink(catalog, [added.item_id], tmp_path / "moved", Progress())
    assert [s.item_id for s in found.relinked] == [added.item_id] and found.not_found == []
    assert catalog.reads.item(added.item_id).location is Location.LINKED
    assert np.array_equal(read_back(catalog, added.item_id), phantom.volume)
    with pytest.raises(BadInput, match="series of many files"):
        relink.relink(catalog, added.item_id, phantom.files[0])


def test_a_series_is_missing_until_all_of_its_files_are_found(catalog, target, tmp_path):
    phantom = phantoms.series(tmp_path / "in", n=3)
    added = add(catalog, target, tmp_path / "in", link=True).added[0]
    phantom.files[1].rename(tmp_path / "kept")
    phantom.files[2].unlink()
    relink.check_links(catalog, [added.item_id], Progress())
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "kept").rename(tmp_path / "elsewhere" / "k")
    found = relink.find_and_relink(catalog, [added.item_id], tmp_path / "elsewhere", Progress())
    assert [s.item_id for s in found.not_found] == [added.item_id]
    places = [f.location for f in catalog.reads.volume_files_of(added.item_id)]
    assert places == [Location.LINKED, Location.LINKED, Location.MISSING]
    assert catalog.reads.item(added.item_id).location is Location.MISSING


def test_a_changed_file_is_told(catalog, target, tmp_path):
    phantom = phantoms.series(tmp_path / "in", n=2)
    added = add(catalog, target, tmp_path / "in", link=True).added[0]
    data = bytearray(phantom.files[1].read_bytes())
    data[-1] ^= 1
    phantom.files[1].write_bytes(data)
    (state,) = relink.check_links(catalog, [added.item_id], Progress())
    assert state.location is Location.CHANGED


def test_check_names_copies_that_are_gone(catalog, target, tmp_path):
    phantoms.series(tmp_path / "in", n=2)
    added = add(catalog, target, tmp_path / "in").added[0]
    paths_of(catalog, catalog.reads.item(added.item_id))[0].unlink()
    (problem,) = check(catalog.path)
    assert problem.what == "original" and "“Phantom” is missing" in problem.text


def test_cancelling_keeps_what_was_committed_and_owes_its_copies(catalog, target, tmp_path):
    phantom = phantoms.series(tmp_path / "a", n=2, patient="A")
    phantoms.series(tmp_path / "b", n=80, rows=4, cols=4, change=lambda i, ds: setattr(ds, "PatientID", "P-2"))
    progress = Progress()
    paths = [tmp_path / "a", tmp_path / "b"]
    result = add_series(catalog, paths, target, progress=progress, on_batch=lambda ids: progress.cancel(), workers=1)
    assert result.cancelled and len(result.added) == 1
    assert check(catalog.path) == []
    item = catalog.reads.item(result.added[0].item_id)
    assert item.location is Location.LINKED and set(paths_of(catalog, item)) == set(phantom.files)
    assert "read where they lie" in result.warnings[-1].reason
    assert not list(catalog.paths.originals.rglob("*.dcm"))
    assert not list(catalog.paths.cache.glob("unpacked-*"))
    assert make_up(catalog, Progress()).items == 1
    item = catalog.reads.item(item.id)
    assert item.location is Location.LOCAL and set(paths_of(catalog, item)) == set(catalog.paths.originals.rglob("*.dcm"))
    assert make_up(catalog, Progress()).items == 0


def test_what_was_copied_before_it_was_left_out_is_removed(catalog, target, tmp_path):
    """The same picture twice, once with another header: known when all heads are read, and hashing begins before."""
    phantom = phantoms.series(tmp_path / "in", n=20, rows=4, cols=4)
    ds = pydicom.dcmread(phantom.files[3])
    ds.OperatorsName = "Another"
    ds.save_as(tmp_path / "in" / "zz")
    result = add(catalog, target, tmp_path / "in")
    (item,) = (catalog.reads.item(a.item_id) for a in result.added)
    assert "1 file is a copy of another" in item.warnings[0]
    assert set(catalog.paths.originals.rglob("*.dcm")) == set(paths_of(catalog, item))


def test_cancelling_before_all_heads_are_read_leaves_nothing(catalog, target, tmp_path, monkeypatch):
    phantoms.series(tmp_path / "in", n=70, rows=4, cols=4)
    progress, real = Progress(), dicom.read_files
    batches: list[int] = []

    def read_some(paths):
        batches.append(len(paths))
        if len(batches) == 2:
            progress.cancel()
        return real(paths)

    monkeypatch.setattr(dicom, "read_files", read_some)
    result = add_series(catalog, [tmp_path / "in"], target, progress=progress)
    assert result.cancelled and result.added == []
    assert list(catalog.paths.originals.rglob("*.dcm")) == [] and list(catalog.paths.originals.glob("incoming/*")) == []


class NeverStarts(Executor):
    """Processes that are asked for and do not come up."""

    def __init__(self, asked: Callable[[], object]) -> None:
        self.asked, self.given = asked, []

    def submit(self, work, /, *args, **kw):
        self.given.append(Future())
        self.asked()
        return self.given[-1]


def test_cancelling_while_the_processes_are_started_waits_for_none_of_them(catalog, target, tmp_path):
    phantoms.series(tmp_path / "in", n=70, rows=4, cols=4)
    progress = Progress()
    processes = NeverStarts(progress.cancel)
    result = add_series(catalog, [tmp_path / "in"], target, progress=progress, processes=processes)
    assert result.cancelled and result.added == []
    assert processes.given and all(future.cancelled() for future in processes.given)


def test_rows_come_first_and_never_point_to_copies_that_are_not_on_the_disk(catalog, target, tmp_path, monkeypatch):
    for name in "abc":
        phantoms.series(tmp_path / name, n=3)
    safe: set[Path] = set()
    real = Originals.sync

    def sync(originals):
        real(originals)
        safe.update(catalog.paths.originals.rglob("*.dcm"))

    def places(ids):
        return {path for id_ in ids for path in paths_of(catalog, catalog.reads.item(id_))}

    def told(ids):
        assert not safe and all(path.is_relative_to(tmp_path) for path in places(ids))
        seen.extend(ids)

    seen: list[int] = []
    wrong: list[Path] = []
    monkeypatch.setattr(Originals, "sync", sync)
    catalog.listen(lambda _changes: wrong.extend(p for p in places(seen) if p.is_relative_to(catalog.path) and p not in safe))
    result = add(catalog, target, *(tmp_path / name for name in "abc"), on_batch=told)
    assert seen == [a.item_id for a in result.added] and len(seen) == 3
    assert wrong == [] and places(seen) == safe and len(safe) == 9


def test_copies_that_the_disk_did_not_take_get_no_rows(catalog, target, tmp_path, monkeypatch):
    """The series stays what it is by then, a link, and its copies are made up for."""
    phantom = phantoms.series(tmp_path / "a", n=2)

    class Libc:
        def syncfs(self, handle: int) -> int:
            ctypes.set_errno(errno.EIO)
            return -1

    with monkeypatch.context() as broken:
        broken.setattr(originals, "_libc", Libc)
        with pytest.raises(PostilError, match="could not be written to the disk"):
            add(catalog, target, tmp_path / "a")
    (item,) = catalog.reads.ids(ItemQuery())
    assert set(paths_of(catalog, catalog.reads.item(item))) == set(phantom.files)
    assert not list(catalog.paths.originals.rglob("*.dcm"))
    assert make_up(catalog, Progress()).items == 1
    assert set(paths_of(catalog, catalog.reads.item(item))) == set(catalog.paths.originals.rglob("*.dcm"))


def test_a_series_whose_files_go_or_change_before_they_are_copied_stays_a_link(catalog, target, tmp_path):
    """Those that are whole come in; of the others no copy stays."""
    phantoms.series(tmp_path / "a", n=3, patient="A")
    changed = phantoms.series(tmp_path / "b", n=3, patient="B").files[1]
    gone = phantoms.series(tmp_path / "c", n=3, patient="C").files[2]
    ids: list[int] = []

    def told(new):
        ids.extend(new)
        if len(ids) == 3:
            changed.write_bytes(changed.read_bytes()[:-2] + b"XX")
            gone.unlink()

    result = add(catalog, target, *(tmp_path / name for name in "abc"), on_batch=told)
    told_of = {w.input: w.reason for w in result.warnings}
    assert "was changed after it was added" in told_of[str(changed)] and str(gone) in told_of
    items = {Path(a.path).name: catalog.reads.item(a.item_id) for a in result.added}
    assert {name: i.location for name, i in items.items()} == {"a": "local", "b": "linked", "c": "linked"}
    assert set(catalog.paths.originals.rglob("*.dcm")) == set(paths_of(catalog, items["a"]))
    assert make_up(catalog, Progress()).items == 0  # nothing is owed for ever


def test_adding_is_undone_while_its_files_are_copied_and_afterwards(catalog, target, tmp_path):
    phantoms.series(tmp_path / "a", n=3, patient="A")

    def undone(_ids):
        catalog.undo().result()

    result = add(catalog, target, tmp_path / "a", on_batch=undone)
    assert len(result.added) == 1 and not result.errors
    assert not list(catalog.reads.ids(ItemQuery())) and not list(catalog.paths.originals.rglob("*.dcm"))
    again = add(catalog, target, tmp_path / "a").added[0]
    assert catalog.undo_text == "Add series “Phantom”"
    catalog.undo().result()
    assert not list(catalog.reads.ids(ItemQuery()))
    catalog.redo().result()
    (item,) = map(catalog.reads.item, catalog.reads.ids(ItemQuery()))
    assert item.uuid == again.uuid and item.location is Location.LOCAL
    assert all(path.is_file() and path.is_relative_to(catalog.path) for path in paths_of(catalog, item))
    assert check(catalog.path) == []


def test_one_title_for_several_series_is_numbered(catalog, target, tmp_path):
    for name in "ab":
        phantoms.series(tmp_path / name, n=2)
    result = add(catalog, target, tmp_path / "a", tmp_path / "b", title="Study")
    assert [a.title for a in result.added] == ["Study", "Study (2)"]


def no_picture(path: Path, size: int) -> bytes:
    raise BadInput("no picture")


@pytest.mark.parametrize("link", [False, True])
def test_a_dropped_tree_of_everything_comes_in_whole(catalog, target, tmp_path, link):
    """Folders become folders, DICOM files series in them, everything else what it is."""
    study = tmp_path / "study"
    phantoms.series(study / "head", n=3, names="shuffled")
    phantoms.series(study / "chest", n=2)
    packed = phantoms.series(tmp_path / "in", n=4)
    with zipfile.ZipFile(study / "more.zip", "w") as archive:
        for path in packed.files:
            archive.write(path, f"x/{path.name}")
    (study / "notes.txt").write_text("seen")
    (study / "junk.dcm").write_bytes(b"junk")
    phantoms.nifti(study / "a.nii.gz", packed.volume, np.eye(4))
    ds = phantoms.dataset("1.2.840.10008.1.2.1", "1.2.840.10008.5.1.4.1.1.66.4", "SEG")
    phantoms.save(ds, study / "head" / "labels", "1.2.840.10008.1.2.1")
    result = add_paths(catalog, [study], target, link=link, render=no_picture, progress=Progress())
    by_kind = sorted((str(a.kind), folder_of(catalog, a.item_id)) for a in result.added)
    assert by_kind == [
        ("dicom_series", "Target/study"),
        ("dicom_series", "Target/study/chest"),
        ("dicom_series", "Target/study/head"),
        ("nifti", "Target/study"),
        ("text", "Target/study"),
    ]
    assert [e.reason for e in result.errors] == ["junk.dcm is no DICOM file, though it is named like one."]
    assert [f.kind for f in result.labels_found] == ["SEG"]
    assert check(catalog.path) == []


def folder_of(catalog, item_id: int) -> str:
    return "/".join(f.title for f in catalog.reads.folder_path(catalog.reads.item(item_id).folder_id))


def test_small_pictures_are_drawn_from_the_copies(catalog, target, tmp_path):
    """Of a series from its middle file; of a packed volume although its copy is named by a hash; of a file that is also a TIFF."""

    def also_tiff(i, ds):
        ds.preamble = b"II*\0\x08\0\0\0" + b"\0" * 120

    phantoms.series(tmp_path / "in", n=3)
    phantoms.series(tmp_path / "two", n=3, change=also_tiff)
    phantoms.nifti(tmp_path / "a.nii.gz", phantoms.numbered((3, 40, 50)).astype(np.int16), np.eye(4))
    paths = [tmp_path / "in", tmp_path / "two", tmp_path / "a.nii.gz"]
    result = add_paths(catalog, paths, target, render=render, progress=Progress())
    assert [w.reason for w in result.warnings] == []
    store = ThumbnailStore(catalog.paths.thumbnails)
    keys = [catalog.reads.item(a.item_id).sha256 for a in result.added]
    assert len(keys) == 3 and store.missing(keys) == []
    store.close()
    packed = next(i for i in map(catalog.reads.item, (a.item_id for a in result.added)) if i.kind is Kind.NIFTI)
    assert packed.source.endswith(".nii.gz")


def test_a_pair_of_files_is_one_linked_volume(catalog, target, tmp_path):
    phantoms.nifti(tmp_path / "in.hdr", phantoms.numbered((3, 4, 5)), np.eye(4))
    paths = [tmp_path / "in.hdr", tmp_path / "in.img"]
    linked = add_paths(catalog, paths, target, link=True, render=no_picture, progress=Progress())
    assert [a.title for a in linked.added] == ["in.hdr"] and linked.errors == []
    alone = add_paths(catalog, paths[1:], target, link=True, render=no_picture, progress=Progress())
    assert "added with its .hdr" in alone.errors[0].reason
    assert check(catalog.path) == []
