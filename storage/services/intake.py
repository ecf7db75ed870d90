"""Files and folder trees from the disk become items.

Three passes: find the files; read headers, hash and copy in threads while rows go into the catalog in batches, so that the
list fills at once; then make the small pictures. Every batch is one operation: what is committed stays, whatever ends the
work. One bad file never stops the rest.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from storage.catalog import datasets, files, folders
from storage.catalog.writer import Priority
from storage.errors import Cancelled, DiskFull, PostilError, Refused
from storage.media.originals import Originals
from storage.model.items import Kind
from storage.model.query import ItemSelection
from storage.progress import Progress
from storage.services.prepare import Prepared, Preparer
from storage.services.previews import Render, make_previews
from storage.services.results import Added, Failure, IntakeResult
from storage.services.walk import Chain, FoundFile, find_files
from storage.services.workers import Workers

if TYPE_CHECKING:
    from storage.catalog.engine import Catalog
    from storage.catalog.transaction import Operation

Duplicates = Literal["skip", "add"]

_BATCH = 500  # rows an operation
_BATCH_S = 0.5  # ... or what came together in this time: before each the disk is waited for


@dataclass(frozen=True, slots=True)
class Options:
    """How files come in. `render` draws the small pictures; `on_batch` hears of ids after each commit."""

    render: Render
    link: bool = False
    dataset_id: int | None = None
    duplicates: Duplicates = "skip"
    only: Kind | None = None
    workers: Workers = field(default_factory=Workers)
    on_batch: Callable[[list[int]], None] | None = None


def add_paths(
    catalog: Catalog,
    paths: Sequence[Path],
    folder_id: int,
    *,
    link: bool = False,
    render: Render,
    progress: Progress,
    on_batch: Callable[[list[int]], None] | None = None,
    dataset_id: int | None = None,
    duplicates: Duplicates = "skip",
    only: Kind | None = None,
    workers: int = 2,
    processes: Executor | None = None,
) -> IntakeResult:
    """Add files and folders to a folder (and to a dataset). Folders become folders; hidden and system files are left out.

    `processes` takes the reading, copying and drawing off this process (decoders hold the interpreter's lock, which a window
    needs); `render` must then be a function of a module. Without it threads do that work. `only`: files of another kind are
    refused.

    Cancelling is no error: the result says `cancelled` and lists what was committed. `on_batch` gets the new ids after
    each commit, on the calling thread.
    """
    catalog.require_writing()
    options = Options(render, link, dataset_id, duplicates, only, Workers(workers, processes), on_batch)
    work = _Intake(catalog, folder_id, options, progress)
    end_well(work.result, lambda: work.run(paths))
    return work.result


def end_well(result: IntakeResult, work: Callable[[], None]) -> None:
    """Run the work; cancelling, a full disk and a dead process end it, with what was committed in the result."""
    try:
        work()
    except BrokenProcessPool:
        result.stopped = Failure(
            "", "The process that reads the files has died.", "What is listed is added; add the rest again."
        )
    except Cancelled:
        result.cancelled = True
    except DiskFull as error:
        result.stopped = Failure.of(error)


def settle_dataset(catalog: Catalog, dataset_id: int | None, folder_id: int) -> int | None:
    """A mirrored dataset takes what enters its folder by itself, and nothing else."""
    if dataset_id is None:
        return None
    dataset = catalog.reads.dataset(dataset_id)
    if dataset.mirrored_folder_id is None:
        return dataset_id
    if dataset.mirrored_folder_id not in {f.id for f in catalog.reads.folder_path(folder_id)}:
        raise Refused(
            f"The dataset “{dataset.title}” mirrors another folder and takes files only from there.",
            remedy="Add the files to the folder it mirrors, or choose another dataset.",
            input=dataset.title,
        )
    return None


class _Intake:
    def __init__(self, catalog: Catalog, folder_id: int, options: Options, progress: Progress) -> None:
        self._catalog = catalog
        self._folder_id = folder_id
        self._options = options
        self._progress = progress
        self._dataset_id: int | None = None
        self._originals = Originals(catalog.paths)
        self._folder_ids: dict[Chain, int] = {(): folder_id}
        self._pictures: dict[str, Path] = {}  # sha256 -> where to read the pixels
        self.result = IntakeResult()

    def run(self, paths: Sequence[Path]) -> None:
        self._dataset_id = settle_dataset(self._catalog, self._options.dataset_id, self._folder_id)
        self._progress.stage("Looking for files")
        found = find_files(paths, self._progress, but=self._catalog.path)
        self.result.errors.extend(Failure.of(error) for error in found.errors)
        if found.folders:
            self._make_folders(found.folders)
        ended: BaseException | None = None
        try:
            self._add(self._but_series(found.files))
        except (Cancelled, DiskFull, BrokenProcessPool) as error:
            ended = error
        if ended is not None:
            raise ended
        self.result.warnings.extend(
            make_previews(
                self._catalog.paths.thumbnails, self._pictures, self._options.render, self._options.workers, self._progress
            )
        )

    def _but_series(self, found: list[FoundFile]) -> list[FoundFile]:
        """DICOM files become series, which is done first; answers the other files."""
        if self._options.only is not None:
            return found
        from storage.services.series import SeriesIntake, take_dicom

        taken, rest = take_dicom(found)
        if taken:
            places = {str(f.path): self._folder_ids[f.chain] for f in taken if f.chain in self._folder_ids}
            work = SeriesIntake(
                self._catalog, self._folder_id, self._options, self._progress, places=places, result=self.result
            )
            work.run([f.path for f in taken if f.chain in self._folder_ids])
        return rest

    # -- folders -----------------------------------------------------------------------------------------------------

    def _make_folders(self, chains: dict[Chain, Path]) -> None:
        ids, made, failures = self._catalog.do("Add folders", _make_folders, self._folder_id, chains)
        self._folder_ids.update(ids)
        self.result.folders_made = made
        self.result.errors.extend(failures)

    # -- rows --------------------------------------------------------------------------------------------------------

    def _add(self, found: list[FoundFile]) -> None:
        self._progress.stage("Adding files", len(found))
        usable = [file for file in found if file.chain in self._folder_ids]
        workers = self._options.workers
        batch: list[Prepared] = []
        writing: Future[list[_Outcome]] | None = None
        ended: BaseException | None = None
        due = time.monotonic() + _BATCH_S
        with workers.stopper(self._progress) as check, ThreadPoolExecutor(1, "rows") as behind:
            prepare = Preparer(self._originals, self._options.link, check, self._options.only)
            try:
                for done, prepared in enumerate(workers.map("intake", prepare, usable, self._progress), start=1):
                    if isinstance(prepared, Failure):
                        self.result.errors.append(prepared)
                    else:
                        batch.append(prepared)
                    enough = len(batch) >= _BATCH or (batch and time.monotonic() >= due)
                    if enough and (writing is None or writing.done() or len(batch) >= 4 * _BATCH):
                        done_before, writing = writing, None  # a wait that fails is not waited for again
                        self._written(done_before)
                        writing, batch = behind.submit(self._write, batch), []
                        due = time.monotonic() + _BATCH_S
                    self._progress.step(done)
            except (Cancelled, DiskFull, BrokenProcessPool) as error:
                ended = error
            # What is copied already is also listed, even when the work ends here.
            self._written(writing)
            if batch:
                self._written(behind.submit(self._write, batch))
        if ended is not None:
            raise ended

    def _write(self, batch: list[Prepared]) -> list[_Outcome]:
        """Rows that point to copies, after these are safe on the disk. In a thread of its own: the next are copied meanwhile."""
        if not self._options.link:
            self._originals.sync()
        skip = self._options.duplicates == "skip"
        return self._catalog.do("Add items", _insert, batch, self._folder_ids, self._dataset_id, skip, priority=Priority.BULK)

    def _written(self, writing: Future[list[_Outcome]] | None) -> None:
        if writing is None:
            return
        ids: list[int] = []
        for outcome in writing.result():
            if isinstance(outcome, Failure):
                self.result.skipped.append(outcome)
                continue
            added, prepared = outcome
            ids.append(added.item_id)
            self.result.added.append(added)
            self.result.warnings.extend(Failure(added.path, text) for text in prepared.item.info.warnings)
            if prepared.item.sha256:
                self._pictures.setdefault(prepared.item.sha256, prepared.pixels)
        if ids and self._options.on_batch is not None:
            self._options.on_batch(ids)


# -- operations ------------------------------------------------------------------------------------------------------

_Outcome = tuple[Added, Prepared] | Failure


def _make_folders(op: Operation, parent_id: int, chains: dict[Chain, Path]) -> tuple[dict[Chain, int], int, list[Failure]]:
    """Folders for chains of titles (parents first); those that are there already are used."""
    ids: dict[Chain, int] = {(): parent_id}
    made = 0
    failures: list[Failure] = []
    for chain, path in chains.items():
        above = ids.get(chain[:-1])
        if above is None:
            continue  # told already for the folder above
        try:
            folder_id = folders.sibling(op, above, chain[-1])
            if folder_id is None:
                folder_id = folders.create(op, above, chain[-1].replace("/", "∕"))
                made += 1
            ids[chain] = folder_id
        except PostilError as error:
            failures.append(Failure(str(path), f"{error.reason} Its files were left out.", error.remedy))
    return ids, made, failures


def _insert(
    op: Operation, batch: list[Prepared], folder_ids: dict[Chain, int], dataset_id: int | None, skip: bool
) -> list[_Outcome]:
    """Rows for one batch, folder by folder; what a folder holds already is skipped with a sentence."""
    outcomes: list[_Outcome] = []
    made = 0
    in_dataset: list[int] = []
    by_folder: dict[int, list[Prepared]] = {}
    for prepared in batch:
        by_folder.setdefault(folder_ids[prepared.chain], []).append(prepared)
    for folder_id, group in by_folder.items():
        fresh: list[Prepared] = []
        seen: dict[str, str] = {}
        for prepared in group:
            digest = prepared.item.sha256 or ""
            there = files.same_in_folder(op, folder_id, digest) if skip else None
            if there is not None:
                outcomes.append(_duplicate(prepared, there[1]))
                in_dataset.append(there[0])  # an item that exists is attached instead of made again
            elif skip and digest in seen:
                outcomes.append(_duplicate(prepared, seen[digest]))
            else:
                fresh.append(prepared)
                seen[digest] = prepared.item.title
        ids = files.add(op, folder_id, [p.item for p in fresh])
        titles = dict(op.all("SELECT id, title FROM items WHERE id IN (SELECT value FROM json_each(?))", str(ids)))
        for item_id, prepared in zip(ids, fresh, strict=True):
            item = prepared.item
            outcomes.append((Added(item.info.kind, titles[item_id], item.uuid, item_id, str(prepared.path)), prepared))
        in_dataset.extend(ids)
        made += len(ids)
    op.text = "Add 1 item" if made == 1 else f"Add {made} items" if made else "Add to dataset"
    if dataset_id is not None and in_dataset:
        datasets.attach_items(op, dataset_id, ItemSelection.of(*in_dataset))
    return outcomes


def _duplicate(prepared: Prepared, twin: str) -> Failure:
    same = f"as “{twin}”" if twin != prepared.item.title else "under the same name"
    return Failure(
        str(prepared.path),
        f"{prepared.path.name} is in this folder already {same}; it was skipped.",
        "Choose to add duplicates if you want it twice.",
    )
