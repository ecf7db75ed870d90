"""Files and folder trees from the disk become items.

Three passes: find the files; read headers, hash and copy in threads while rows go into the catalog in batches, so that the
list fills at once; then make the small pictures. Every batch is one operation: what is committed stays, whatever ends the
work. One bad file never stops the rest.
"""

from __future__ import annotations

import sqlite3
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import AbstractContextManager, nullcontext
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Literal, TypeVar

from storage.catalog import datasets, files, folders
from storage.catalog.writer import Done, Priority
from storage.errors import Cancelled, DiskFull, PostilError, Refused
from storage.media.originals import Originals
from storage.media.thumbnails import SIZE, ThumbnailStore
from storage.model.query import ItemSelection
from storage.progress import Progress
from storage.services.prepare import Prepared, Preparer
from storage.services.results import Added, Failure, IntakeResult
from storage.services.walk import Chain, FoundFile, find_files

if TYPE_CHECKING:
    from storage.catalog.engine import Catalog
    from storage.catalog.transaction import Operation

Render = Callable[[Path, int], bytes]
Duplicates = Literal["skip", "add"]

_BATCH = 500  # rows an operation
_BATCH_S = 0.25  # ... or what came together in this time
_THUMBNAILS = 64  # a transaction

T = TypeVar("T")
R = TypeVar("R")


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
    workers: int = 2,
    processes: Executor | None = None,
) -> IntakeResult:
    """Add files and folders to a folder (and to a dataset). Folders become folders; hidden and system files are left out.

    `processes` takes the reading, copying and drawing off this process (decoders hold the interpreter's lock, which a window
    needs); `render` must then be a function of a module. Without it threads do that work.

    Cancelling is no error: the result says `cancelled` and lists what was committed. `on_batch` gets the new ids after
    each commit, on the calling thread.
    """
    work = _Intake(catalog, folder_id, link, render, progress, on_batch, dataset_id, duplicates, workers, processes)
    try:
        work.run(paths)
    except BrokenProcessPool:
        work.result.stopped = Failure(
            "", "The process that reads the files has died.", "What is listed is added; add the rest again."
        )
    except Cancelled:
        work.result.cancelled = True
    except DiskFull as error:
        work.result.stopped = Failure.of(error)
    return work.result


class _Intake:
    def __init__(
        self,
        catalog: Catalog,
        folder_id: int,
        link: bool,
        render: Render,
        progress: Progress,
        on_batch: Callable[[list[int]], None] | None,
        dataset_id: int | None,
        duplicates: Duplicates,
        workers: int,
        processes: Executor | None,
    ) -> None:
        self._catalog = catalog
        self._folder_id = folder_id
        self._link = link
        self._render = render
        self._progress = progress
        self._on_batch = on_batch
        self._dataset_id = dataset_id
        self._duplicates = duplicates
        self._workers = workers
        self._processes = processes
        self._originals = Originals(catalog.paths)
        self._folder_ids: dict[Chain, int] = {(): folder_id}
        self._pictures: dict[str, Path] = {}  # sha256 -> where to read the pixels
        self.result = IntakeResult()

    def run(self, paths: Sequence[Path]) -> None:
        self._settle_dataset()
        self._progress.stage("Looking for files")
        found = find_files(paths, self._progress, but=self._catalog.path)
        self.result.errors.extend(Failure.of(error) for error in found.errors)
        if found.folders:
            self._make_folders(found.folders)
        ended: BaseException | None = None
        try:
            self._add(found.files)
        except (Cancelled, DiskFull, BrokenProcessPool) as error:
            ended = error
        if not self._link and self.result.added:
            # Before anybody is told that the files are in: see `originals`.
            self._originals.sync()
        if ended is not None:
            raise ended
        self._make_thumbnails()

    def _settle_dataset(self) -> None:
        """A mirrored dataset takes what enters its folder by itself, and nothing else (rulings.md 13)."""
        if self._dataset_id is None:
            return
        dataset = self._catalog.reads.dataset(self._dataset_id)
        if dataset.mirrored_folder_id is None:
            return
        if dataset.mirrored_folder_id not in {f.id for f in self._catalog.reads.folder_path(self._folder_id)}:
            raise Refused(
                f"The dataset “{dataset.title}” mirrors another folder and takes files only from there.",
                remedy="Add the files to the folder it mirrors, or choose another dataset.",
                input=dataset.title,
            )
        self._dataset_id = None

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
        prepare = Preparer(self._originals, self._link, _never if self._processes else self._progress.check)
        batch: list[Prepared] = []
        writing: Future[Done[list[_Outcome]]] | None = None
        ended: BaseException | None = None
        due = time.monotonic() + _BATCH_S
        with self._pool("intake") as pool:
            try:
                for done, prepared in enumerate(_in_order(pool, prepare, usable, 16 * self._workers), start=1):
                    if isinstance(prepared, Failure):
                        self.result.errors.append(prepared)
                    else:
                        batch.append(prepared)
                    if len(batch) >= _BATCH or (batch and time.monotonic() >= due):
                        done_before, writing = writing, None  # a wait that fails is not waited for again
                        self._written(done_before)
                        writing, batch = self._write(batch), []
                        due = time.monotonic() + _BATCH_S
                    self._progress.step(done)
            except (Cancelled, DiskFull, BrokenProcessPool) as error:
                ended = error
            # What is copied already is also listed, even when the work ends here.
            self._written(writing)
            if batch:
                self._written(self._write(batch))
        if ended is not None:
            raise ended

    def _write(self, batch: list[Prepared]) -> Future[Done[list[_Outcome]]]:
        text = "Add 1 file" if len(batch) == 1 else f"Add {len(batch)} files"
        skip = self._duplicates == "skip"
        return self._catalog.submit(text, _insert, batch, self._folder_ids, self._dataset_id, skip, priority=Priority.BULK)

    def _written(self, writing: Future[Done[list[_Outcome]]] | None) -> None:
        if writing is None:
            return
        ids: list[int] = []
        for outcome in writing.result().result:
            if isinstance(outcome, Failure):
                self.result.skipped.append(outcome)
                continue
            added, prepared = outcome
            ids.append(added.item_id)
            self.result.added.append(added)
            self.result.warnings.extend(Failure(added.path, text) for text in prepared.item.info.warnings)
            if prepared.item.sha256:
                self._pictures.setdefault(prepared.item.sha256, prepared.pixels)
        if ids and self._on_batch is not None:
            self._on_batch(ids)

    # -- small pictures ----------------------------------------------------------------------------------------------

    def _make_thumbnails(self) -> None:
        path = self._catalog.paths.thumbnails
        store: ThumbnailStore | None = None
        waiting: list[tuple[str, bytes]] = []
        try:
            store = ThumbnailStore(path)
            missing = store.missing(list(self._pictures))
            self._progress.stage("Making previews", len(missing))
            wanted = [(key, self._pictures[key]) for key in missing]
            draw = _Drawer(self._render)
            with self._pool("previews") as pool:
                for done, (key, jpeg) in enumerate(_in_order(pool, draw, wanted, 16 * self._workers), start=1):
                    if isinstance(jpeg, Failure):
                        self.result.warnings.append(jpeg)
                    else:
                        waiting.append((key, jpeg))
                    if len(waiting) >= _THUMBNAILS:
                        store.put_many(waiting)
                        waiting = []
                    self._progress.step(done)
        except sqlite3.Error as error:
            waiting = []
            if "full" in str(error):
                raise DiskFull(
                    "There is no room left on the catalog's disk for previews; the files themselves are added.",
                    remedy="Free some space; previews are made when they are next needed.",
                    input=str(path),
                ) from error
            self.result.warnings.append(_no_previews(path, error))
        finally:
            if store is not None:
                if waiting:
                    store.put_many(waiting)
                store.close()

    def _pool(self, name: str) -> AbstractContextManager[Executor]:
        if self._processes is not None:
            return nullcontext(self._processes)
        return ThreadPoolExecutor(self._workers, thread_name_prefix=name)


class _Drawer:
    """Draws one small picture; a class so that it can be sent to another process."""

    def __init__(self, render: Render) -> None:
        self._render = render

    def __call__(self, wanted: tuple[str, Path]) -> tuple[str, bytes | Failure]:
        key, path = wanted
        try:
            return key, self._render(path, SIZE)
        except PostilError as error:
            return key, Failure(str(path), f"No preview could be made: {error.reason}", error.remedy)


def _never() -> None:
    """Cancelling stops between files where the work is in another process."""


def _no_previews(path: Path, error: sqlite3.Error) -> Failure:
    return Failure(
        str(path),
        f"Previews cannot be kept in {path.name}: {error}. The files themselves are added.",
        "Check your rights to that file, or delete it: it is made anew.",
    )


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
    in_dataset: list[int] = []
    by_folder: dict[int, list[Prepared]] = {}
    for prepared in batch:
        by_folder.setdefault(folder_ids[prepared.chain], []).append(prepared)
    for folder_id, group in by_folder.items():
        fresh: list[Prepared] = []
        seen: dict[str, str] = {}
        for prepared in group:
            digest = prepared.item.sha256 or ""
            there = _same_in_folder(op, folder_id, digest) if skip else None
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
    if dataset_id is not None and in_dataset:
        datasets.attach_items(op, dataset_id, ItemSelection.of(*in_dataset))
    return outcomes


def _same_in_folder(op: Operation, folder_id: int, digest: str) -> tuple[int, str] | None:
    """Id and title of an item of the folder with the same bytes."""
    row = op.one(
        "SELECT id, title FROM items WHERE sha256 = ? AND folder_id = ? AND trashed_at IS NULL",
        bytes.fromhex(digest),
        folder_id,
    )
    return (row[0], row[1]) if row else None


def _duplicate(prepared: Prepared, twin: str) -> Failure:
    same = f"as “{twin}”" if twin != prepared.item.title else "under the same name"
    return Failure(
        str(prepared.path),
        f"{prepared.path.name} is in this folder already {same}; it was skipped.",
        "Choose to add duplicates if you want it twice.",
    )


def _in_order(pool: Executor, work: Callable[[T], R], inputs: Sequence[T], ahead: int) -> Iterator[R]:
    """`map` with a bounded number of calls under way. When the reader stops or a call raises, the rest is not begun."""
    waiting: deque[Future[R]] = deque()
    source = iter(inputs)
    try:
        for value in islice(source, ahead):
            waiting.append(pool.submit(work, value))
        while waiting:
            result = waiting.popleft().result()
            for value in islice(source, 1):
                waiting.append(pool.submit(work, value))
            yield result
    finally:
        for future in waiting:
            future.cancel()
