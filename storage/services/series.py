"""DICOM files become series in the catalog: one item each, its files copied or left in place behind it.

What belongs together is only known when all are scanned; hashing begins before (`series_files`). Every series is one operation,
so what is committed stays whatever ends the work. Copies are made when its rows are there (`bring_in`): nobody who wants to look
at it waits for them. One bad file never stops the rest.
"""

from __future__ import annotations

import hashlib
import shutil
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Executor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from storage.catalog import copies, datasets, volumes
from storage.catalog.files import same_in_folder
from storage.catalog.volumes import VolumeFile
from storage.catalog.writer import Priority
from storage.errors import Cancelled, DiskFull
from storage.ids import new_uuid
from storage.media.dicom import ScanResult, SeriesFound, is_dicom, scan
from storage.media.dicom_files import holds_dicom
from storage.media.dicom_index import FrameIndex
from storage.media.kinds import DICOM, HEAD, volume_of
from storage.media.originals import Originals
from storage.model import titles
from storage.model.items import Kind, Location, NewItem
from storage.model.query import ItemSelection
from storage.progress import Progress
from storage.services.bring_in import bring_in
from storage.services.intake import Duplicates, Options, end_well, settle_dataset
from storage.services.leftovers import remove_unused
from storage.services.previews import Render, make_previews
from storage.services.results import Added, Failure, IntakeResult
from storage.services.series_files import Job, Keeping, Kept
from storage.services.walk import FoundFile, title_of
from storage.services.workers import Workers

if TYPE_CHECKING:
    from storage.catalog.engine import Catalog
    from storage.catalog.transaction import Operation

_EVERY_S = 0.25  # series that became whole in this time wait for the disk together
_WARM = 1 << 30  # bytes that are hashed before they are copied: so many are still in memory then


def add_series(
    catalog: Catalog,
    paths: Sequence[Path],
    folder_id: int,
    *,
    link: bool = False,
    dataset_id: int | None = None,
    duplicates: Duplicates = "skip",
    render: Render | None = None,
    progress: Progress,
    on_batch: Callable[[list[int]], None] | None = None,
    workers: int = 2,
    processes: Executor | None = None,
    title: str = "",
) -> IntakeResult:
    """Add every series under these paths (files, folders, zip archives, .gz) to a folder.

    `link` leaves the files where they are; what comes out of an archive is copied all the same. `title`: for all of them
    (rulings.md 9: those after the first get numbers). `render` draws the small picture from the middle file; without it none
    is made. Cancelling is no error: the result says so and lists what was committed.
    """
    options = Options(_never if render is None else render, link, dataset_id, duplicates, None, Workers(workers, processes))
    options = replace(options, on_batch=on_batch)
    work = SeriesIntake(catalog, folder_id, options, progress, draw=render is not None, title=title)
    end_well(work.result, lambda: work.run(paths))
    return work.result


def take_dicom(files: Sequence[FoundFile]) -> tuple[list[FoundFile], list[FoundFile]]:
    """What `add_series` should be given of the files of an intake, and the rest."""
    taken: list[FoundFile] = []
    rest: list[FoundFile] = []
    for file in files:
        (taken if _is_for_series(file.path) else rest).append(file)
    return taken, rest


def _is_for_series(path: Path) -> bool:
    name = path.name.lower()
    if name.endswith(".zip"):
        return path.is_file() and holds_dicom(path)
    if name.endswith((".dcm.gz", ".dicom.gz", ".ima.gz")):
        return path.is_file()
    if is_dicom(path):
        return True
    if not name.endswith((".dcm", ".dicom")) or not path.is_file():
        return False
    try:
        with path.open("rb") as file:
            return volume_of(file.read(HEAD), path) == DICOM
    except OSError:
        return False


def _never(path: Path, size: int) -> bytes:
    raise AssertionError("no picture was wanted")


class SeriesIntake:
    """`places`: folders for what comes from certain paths (files and archives) instead of `folder_id`."""

    def __init__(
        self,
        catalog: Catalog,
        folder_id: int,
        options: Options,
        progress: Progress,
        *,
        draw: bool = True,
        title: str = "",
        places: Mapping[str, int] | None = None,
        result: IntakeResult | None = None,
    ) -> None:
        self._catalog = catalog
        self._folder_id = folder_id
        self._options = options
        self._progress = progress
        self._draw = draw
        self._title = title.strip()
        self._places = places or {}
        self._originals = Originals(catalog.paths)
        self._pictures: dict[str, Path] = {}
        self._dataset_id: int | None = None
        self._inside: set[Path] = set()  # files of series that came in
        self._owed: list[int] = []  # items that are to be copied
        self._owed_bytes = 0
        self.result = result or IntakeResult()

    def run(self, paths: Sequence[Path]) -> None:
        self._dataset_id = settle_dataset(self._catalog, self._options.dataset_id, self._folder_id)
        options, progress = self._options, self._progress
        workspace = self._catalog.paths.cache / f"unpacked-{new_uuid()}"
        keeping = Keeping(self._originals, options.link, options.workers, progress)
        try:
            with keeping:
                begin = partial(keeping.ahead, workspace=workspace)
                processes = options.workers.processes
                found = scan(paths, progress=progress, processes=processes, workspace=workspace, came=begin)
                self._tell(found, workspace)
                self._add(found.series, keeping)
        except (Cancelled, DiskFull, BrokenProcessPool):
            self._tell_owed()
            raise
        finally:
            self._forget([file for path, file in keeping.done.items() if path not in self._inside])
            shutil.rmtree(workspace, ignore_errors=True)
        if self._draw and self._pictures:
            thumbnails = self._catalog.paths.thumbnails
            self.result.warnings += make_previews(thumbnails, self._pictures, options.render, options.workers, progress)

    def _tell(self, found: ScanResult, workspace: Path) -> None:
        self.result.errors += [Failure.of(error) for error in found.refused]
        self.result.warnings += [Failure.of(error) for error in found.warnings]
        for file in found.labels_found:
            if file.path.is_relative_to(workspace):
                reason = f"“{file.title}” ({file.kind}) holds labels and lies in an archive; it was left out."
                self.result.warnings.append(Failure(file.title, reason, "Unpack the archive, then import the labels."))
            else:
                self.result.labels_found.append(file)
        self.result.others += [path for path in found.others if not path.is_relative_to(workspace)]

    # -- files -------------------------------------------------------------------------------------------------------

    def _add(self, series: list[SeriesFound], keeping: Keeping) -> None:
        whole: list[SeriesFound] = []
        due = 0.0  # the first comes at once: somebody looks at the list
        try:
            for one in self._whole(series, keeping):
                whole.append(one)
                if time.monotonic() >= due:
                    self._insert(whole, keeping.done)
                    if self._owed_bytes >= _WARM:
                        self._bring_in()
                    due = time.monotonic() + _EVERY_S
        except (Cancelled, DiskFull, BrokenProcessPool):
            self._insert(whole, keeping.done)  # what was kept already also comes in
            raise
        self._insert(whole, keeping.done)
        self._bring_in()

    def _bring_in(self) -> None:
        """The copies that are owed by now."""
        owed, self._owed, self._owed_bytes = self._owed, [], 0
        if owed:
            self.result.warnings += bring_in(self._catalog, owed, self._progress, self._options.workers).errors

    def _tell_owed(self) -> None:
        """The work ends early."""
        owed = set(copies.owed(self._catalog.reader()))
        for added in self.result.added:
            if added.item_id in owed:
                reason = f"The files of “{added.title}” are not copied into the catalog yet; they are read where they lie."
                remedy = "Leave them there: they are copied when the program starts next."
                self.result.warnings.append(Failure(added.title, reason, remedy))

    def _whole(self, series: list[SeriesFound], keeping: Keeping) -> Iterator[SeriesFound]:
        """One after the other, as soon as all of its files are kept."""
        jobs = [
            Job(path, size, mtime_ns, path in one.shown)
            for one in series
            for path, size, mtime_ns in zip(one.files, one.sizes, one.mtimes_ns, strict=True)
        ]
        total = len({job.path for job in jobs})
        self._progress.stage("Adding files", total)
        left, kept = deque(series), 0
        for _ in keeping.each(jobs):
            while left:
                files = left[0].files
                while kept < len(files) and files[kept] in keeping.done:
                    kept += 1
                if kept < len(files):
                    break
                yield left.popleft()
                kept = 0
            self._progress.stage("Adding files", total)  # there may have been copying in between
            self._progress.step(min(len(keeping.done), total))

    def _forget(self, files: list[Kept]) -> None:
        """Copies for what did not come in, unless something else uses the same bytes."""
        copied = {f.source: f.sha256 for f in files if isinstance(f, VolumeFile) and f.location is Location.LOCAL}
        remove_unused(self._catalog, copied)

    # -- rows --------------------------------------------------------------------------------------------------------

    def _insert(self, whole: list[SeriesFound], done: Mapping[Path, Kept]) -> None:
        """Rows for these series, which are taken from the list. What could not stay where it was is safe on the disk before."""
        series, whole[:] = whole[:], []
        kept = [[done[path] for path in one.files] for one in series]
        if any(isinstance(file, VolumeFile) and file.location is Location.LOCAL for files in kept for file in files):
            self._originals.sync()
        for one, files in zip(series, kept, strict=True):
            self._insert_one(one, files)

    def _insert_one(self, found: SeriesFound, kept: list[Kept]) -> None:
        behind = [file for file in kept if isinstance(file, VolumeFile)]
        if len(behind) < len(kept):
            self.result.errors += [file for file in kept if isinstance(file, Failure)]
            self.result.errors.append(
                Failure(found.title, f"The series “{found.title}” was left out, because files of it were.", "Add it again.")
            )
            return
        item, index = self._item(found, behind)
        outcome = self._catalog.do(
            f"Add series “{item.title}”",
            _insert,
            self._folder_of(found),
            item,
            behind,
            index,
            self._dataset_id,
            self._options.duplicates == "skip",
            not self._options.link,
            priority=Priority.BULK,
        )
        if isinstance(outcome, str):
            reason = f"The series “{found.title}” is in this folder already as “{outcome}”; it was skipped."
            self.result.skipped.append(Failure(_source(found), reason, "Choose to add duplicates if you want it twice."))
            return
        item_id, shown = outcome
        self._inside.update(found.files)
        if not self._options.link and item.location is Location.LINKED:
            self._owed.append(item_id)
            self._owed_bytes += sum(file.size for file in behind)
        self.result.added.append(Added(Kind.DICOM_SERIES, shown, item.uuid, item_id, _source(found)))
        self.result.warnings += [Failure(shown, text) for text in found.warnings]
        middle = behind[len(behind) // 2]
        self._pictures.setdefault(item.sha256 or "", self._originals.path_of(middle.source, middle.location))
        if self._options.on_batch is not None:
            self._options.on_batch([item_id])

    def _folder_of(self, found: SeriesFound) -> int:
        first = found.files[0]
        known = found.shown.get(first, str(first))
        if known in self._places or not found.shown:
            return self._places.get(known, self._folder_id)
        return next((id_ for path, id_ in self._places.items() if known.startswith(f"{path}/")), self._folder_id)

    def _item(self, found: SeriesFound, behind: list[VolumeFile]) -> tuple[NewItem, bytes]:
        index = found.index.to_bytes()
        linked = any(file.location is Location.LINKED for file in behind)
        title = titles.checked(title_of(self._title or found.title))
        location = Location.LINKED if linked else Location.LOCAL
        return NewItem(new_uuid(), title, found.info, location, "", hash_of(behind, found.index)), index


def hash_of(behind: Sequence[VolumeFile], index: FrameIndex) -> str:
    """Of a series: of its files, and of what part of them it is; parts of one file are items of their own."""
    whole = hashlib.sha256(Kind.DICOM_SERIES.encode())
    for file in behind:
        whole.update(bytes.fromhex(file.sha256))
    whole.update(hashlib.sha256(index.identity()).digest())
    return whole.hexdigest()


def _source(found: SeriesFound) -> str:
    """Where a series came from, for lists: its folder, or the archive's member."""
    first = found.files[0]
    return str(Path(found.shown.get(first, str(first))).parent)


def _insert(
    op: Operation,
    folder_id: int,
    item: NewItem,
    behind: list[VolumeFile],
    index: bytes,
    dataset_id: int | None,
    skip: bool,
    copy: bool,
) -> tuple[int, str] | str:
    """Id and title; only the title of the one that is there already."""
    there = same_in_folder(op, folder_id, item.sha256 or "") if skip else None
    item_id = there[0] if there else volumes.add(op, folder_id, item, behind, index)
    if copy and not there and item.location is Location.LINKED:
        copies.owe(op, item_id)
    if dataset_id is not None:
        datasets.attach_items(op, dataset_id, ItemSelection.of(item_id))
    if there:
        return there[1]
    return item_id, str(op.value("SELECT title FROM items WHERE id = ?", item_id))
