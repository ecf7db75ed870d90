"""Linked originals are copied into the catalog: what adding a series by copying ends with.

A series can be looked at as soon as its rows are there; they point to where its files lie until the copies are safe on the
disk. So nobody waits for the copying, and whatever ends it, every row points to bytes that are there. What an import still
owes is written in the catalog (`storage.catalog.copies`) and made up for at the next start.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from storage.catalog import copies, volumes
from storage.catalog.writer import Priority
from storage.errors import BadInput, Cancelled, DiskFull, PostilError
from storage.media.originals import Originals
from storage.model.items import Location
from storage.progress import Progress
from storage.services.leftovers import remove_unused
from storage.services.results import Failure
from storage.services.workers import Workers, one_by_one

if TYPE_CHECKING:
    from storage.catalog.engine import Catalog
    from storage.catalog.transaction import Operation

_TOGETHER = 16  # files a worker copies before it answers
_EVERY_S = 0.25  # items that became whole in this time wait for the disk together


@dataclass(slots=True)
class BroughtIn:
    """How many items stand on copies now, and why others do not."""

    items: int = 0
    errors: list[Failure] = field(default_factory=list)


class Link(NamedTuple):
    """One linked file of an item."""

    item_id: int
    position: int
    path: Path
    sha256: str


def bring_in(
    catalog: Catalog,
    item_ids: Iterable[int],
    progress: Progress,
    workers: Workers,
) -> BroughtIn:
    """Copy the linked files of these series. Those that are gone, or no longer what was added, leave their item a link.

    Raises Cancelled and DiskFull; what was whole by then is settled, and the rest still owed.
    """
    work = _BringIn(catalog, workers, progress)
    work.run(item_ids)
    return work.result


def make_up(catalog: Catalog, progress: Progress) -> BroughtIn:
    """What imports that were ended early still owe."""
    return bring_in(catalog, copies.owed(catalog.reader()), progress, Workers())


class _BringIn:
    def __init__(self, catalog: Catalog, workers: Workers, progress: Progress) -> None:
        self._catalog, self._workers, self._progress = catalog, workers, progress
        self._originals = Originals(catalog.paths)
        self._left: dict[int, int] = {}  # item -> files under way
        self._copied: dict[int, dict[int, Copied]] = {}  # item -> position -> copy
        self._whole: list[int] = []
        self.result = BroughtIn()

    def run(self, item_ids: Iterable[int]) -> None:
        links = [link for item_id in item_ids for link in self._links(item_id)]
        self._progress.stage("Copying files into the catalog", len(links))
        batches = [links[n : n + _TOGETHER] for n in range(0, len(links), _TOGETHER)]
        try:
            self._copy(batches)
            self._settle()
        except (Cancelled, DiskFull, BrokenProcessPool):
            self._settle()
            raise
        finally:
            self._forget()

    def _links(self, item_id: int) -> list[Link]:
        behind = volumes.files_of(self._catalog.reader(), item_id)
        links = [
            Link(item_id, position, Path(file.source), file.sha256)
            for position, file in enumerate(behind)
            if file.location is Location.LINKED
        ]
        self._left[item_id] = len(links)
        return links

    def _copy(self, batches: Sequence[list[Link]]) -> None:
        done, due = 0, time.monotonic() + _EVERY_S
        with self._workers.stopper(self._progress) as check:
            for answers, error in self._workers.map("copies", Copier(self._originals, check), batches, self._progress):
                for link, answer in answers:
                    self._take(link, answer)
                if error is not None:
                    raise error
                done += len(answers)
                if time.monotonic() >= due:
                    self._settle()
                    due = time.monotonic() + _EVERY_S
                self._progress.step(done)

    def _take(self, link: Link, answer: Copied | Failure) -> None:
        if isinstance(answer, Failure):
            if self._left.pop(link.item_id, None) is not None:  # one sentence for an item is enough
                self.result.errors.append(answer)
                self._catalog.do("Leave linked", copies.owe_no_more, link.item_id, by_itself=True, priority=Priority.BULK)
            return
        self._copied.setdefault(link.item_id, {})[link.position] = answer
        if link.item_id in self._left:
            self._left[link.item_id] -= 1
            if not self._left[link.item_id]:
                self._whole.append(link.item_id)

    def _settle(self) -> None:
        """Rows that point to copies, after these are safe on the disk."""
        whole, self._whole = self._whole, []
        if not whole:
            return
        self._originals.sync()
        places = {item_id: {n: copy.source for n, copy in self._copied[item_id].items()} for item_id in whole}
        settled = self._catalog.do("Copy into the catalog", _settle, places, by_itself=True, priority=Priority.BULK)
        self.result.items += len(settled)
        for item_id in settled:
            del self._copied[item_id]

    def _forget(self) -> None:
        """Copies on which nothing stands in the end."""
        left = {copy.source: copy.sha256 for copied in self._copied.values() for copy in copied.values()}
        remove_unused(self._catalog, left)


def _settle(op: Operation, places: dict[int, dict[int, str]]) -> list[int]:
    return [item_id for item_id, sources in places.items() if copies.settle(op, item_id, sources)]


# -- one batch, in a thread or a process ------------------------------------------------------------------------------


class Copied(NamedTuple):
    source: str
    sha256: str


@dataclass(frozen=True, slots=True)
class Copier:
    originals: Originals
    check: Callable[[], None]

    def __call__(self, links: Sequence[Link]) -> tuple[list[tuple[Link, Copied | Failure]], Exception | None]:
        return one_by_one(links, self._one, self.check)

    def _one(self, link: Link) -> Copied | Failure:
        try:
            stored = self.originals.add_copy(link.path, ".dcm", self.check)
            if stored.sha256 != link.sha256:
                if stored.is_new:
                    self.originals.remove(stored.source)
                raise BadInput(
                    f"{link.path.name} was changed after it was added; its series stays a link to where it lies.",
                    remedy="Put the file back as it was, or add the series again.",
                    input=str(link.path),
                )
        except (Cancelled, DiskFull):
            raise
        except (PostilError, OSError) as error:
            return Failure.of_file(link.path, error)
        return Copied(stored.source, stored.sha256)
