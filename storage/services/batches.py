"""Pictures become one image group or one image sequence.

Read, hashed and copied like any other picture; then one operation makes the folder with the pictures and the item itself:
a batch is there whole or not at all, and one undo takes it back.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Executor
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from storage.catalog import datasets, members
from storage.catalog.writer import Priority
from storage.errors import Refused
from storage.ids import new_uuid
from storage.media.originals import Originals
from storage.model import titles
from storage.model.items import ADVISED_SEQUENCE, MAX_SEQUENCE, SEQUENCE_FPS, Kind, Location, MediaInfo, NewItem
from storage.model.query import ItemSelection
from storage.progress import Progress
from storage.services.intake import Options, end_well, settle_dataset
from storage.services.prepare import Prepared, Preparer
from storage.services.previews import Render, make_previews
from storage.services.results import Added, Failure, IntakeResult
from storage.services.walk import FoundFile, find_files
from storage.services.workers import Workers

if TYPE_CHECKING:
    from storage.catalog.engine import Catalog
    from storage.catalog.members import NewGroup
    from storage.catalog.transaction import Operation

As = Literal["image-group", "image-sequence"]

_KINDS = {"image-group": Kind.IMAGE_GROUP, "image-sequence": Kind.IMAGE_SEQUENCE}
_WORDS = {Kind.IMAGE_GROUP: "image group", Kind.IMAGE_SEQUENCE: "image sequence"}


def add_batch(
    catalog: Catalog,
    paths: Sequence[Path],
    folder_id: int,
    *,
    as_: As,
    title: str = "",
    given_order: bool = False,
    link: bool = False,
    dataset_id: int | None = None,
    render: Render,
    progress: Progress,
    workers: int = 2,
    processes: Executor | None = None,
) -> IntakeResult:
    """Make a group or sequence of pictures (folders are walked). What is no picture is listed and left out.

    Order: by name as people count, whatever folder a picture lies in; `given_order` keeps that of `paths`. Without a title
    it is named after the folder of the first picture. The result lists the group; its pictures are counted in `members`.
    Cancelling leaves nothing. Only the group enters the dataset.
    """
    options = Options(render, link, dataset_id, workers=Workers(workers, processes))
    batch = _Batch(catalog, folder_id, _KINDS[as_], title, options, progress)
    end_well(batch.result, lambda: batch.run(paths, given_order=given_order))
    return batch.result


class _Batch:
    def __init__(self, catalog: Catalog, folder_id: int, kind: Kind, title: str, options: Options, progress: Progress) -> None:
        self._catalog = catalog
        self._folder_id = folder_id
        self._kind = kind
        self._title = title.strip()
        self._options = options
        self._progress = progress
        self.result = IntakeResult()

    def run(self, paths: Sequence[Path], *, given_order: bool) -> None:
        dataset_id = settle_dataset(self._catalog, self._options.dataset_id, self._folder_id)
        files = self._find(paths, given_order)
        pictures = self._prepare(files)
        if not pictures:
            raise Refused(
                f"None of these files is a picture that can be read: no {_WORDS[self._kind]} was made.",
                remedy=f"{self.result.errors[0].reason} Choose other files." if self.result.errors else "Choose pictures.",
            )
        group = self._group(pictures)
        self._progress.check()
        if not self._options.link:
            Originals(self._catalog.paths).sync()
        made = self._catalog.do(
            f"Add {_WORDS[self._kind]} “{group.title}”",
            _insert,
            self._folder_id,
            group,
            [p.item for p in pictures],
            dataset_id,
            priority=Priority.BULK,
        )
        self._tell(made, group, pictures)
        self._draw(group, pictures)

    # -- pictures ----------------------------------------------------------------------------------------------------

    def _find(self, paths: Sequence[Path], given_order: bool) -> list[Path]:
        self._progress.stage("Looking for pictures")
        found = find_files(paths, self._progress, but=self._catalog.path)
        self.result.errors.extend(Failure.of(error) for error in found.errors)
        files = [file.path for file in found.files]
        if self._kind is Kind.IMAGE_SEQUENCE:
            self._check_count(len(files))
        return files if given_order else in_counting_order(files)

    def _check_count(self, count: int) -> None:
        if count > MAX_SEQUENCE:
            raise Refused(
                f"An image sequence holds at most {MAX_SEQUENCE:,} pictures; these are {count:,}.",
                remedy="Split them into several sequences, or make an image group.",
            )
        if count > ADVISED_SEQUENCE:
            advice = (
                f"A sequence of {count:,} pictures takes long to encode and to open; {ADVISED_SEQUENCE:,} or fewer are advised."
            )
            self.result.warnings.append(Failure("", advice, "Split it where the scene changes."))

    def _prepare(self, files: list[Path]) -> list[Prepared]:
        self._progress.stage("Reading pictures", len(files))
        workers = self._options.workers
        pictures: list[Prepared] = []
        with workers.stopper(self._progress) as check:
            prepare = Preparer(Originals(self._catalog.paths), self._options.link, check, only=Kind.IMAGE)
            inputs = [FoundFile(path, ()) for path in files]
            for done, prepared in enumerate(workers.map("intake", prepare, inputs, self._progress), start=1):
                if isinstance(prepared, Failure):
                    self.result.errors.append(prepared)
                else:
                    pictures.append(prepared)
                self._progress.step(done)
        return pictures

    # -- the item ----------------------------------------------------------------------------------------------------

    def _group(self, pictures: list[Prepared]) -> NewItem:
        infos = [p.item.info for p in pictures]
        sequence = self._kind is Kind.IMAGE_SEQUENCE
        digest = members.digest(self._kind, (picture.item.sha256 for picture in pictures))
        info = MediaInfo(
            self._kind,
            "video/webm" if sequence else "",
            sum(i.size for i in infos),
            infos[0].width,
            infos[0].height,
            len(infos),
            float(SEQUENCE_FPS) if sequence else None,
            len(infos) / SEQUENCE_FPS if sequence else None,
            warnings=tuple(_warnings(self._kind, infos)),
        )
        title = titles.checked(self._title or pictures[0].path.absolute().parent.name or _WORDS[self._kind].capitalize())
        return NewItem(new_uuid(), title, info, Location.LOCAL, "", digest.hex())

    def _tell(self, made: NewGroup, group: NewItem, pictures: list[Prepared]) -> None:
        result = self.result
        result.added.append(Added(self._kind, made.title, group.uuid, made.item_id, ""))
        result.members = len(pictures)
        result.folders_made = 1
        result.warnings.extend(Failure(made.title, text) for text in group.info.warnings)
        result.warnings.extend(Failure(str(p.path), text) for p in pictures for text in p.item.info.warnings)

    def _draw(self, group: NewItem, pictures: list[Prepared]) -> None:
        """The group's small picture is that of its first member."""
        wanted = {p.item.sha256: p.pixels for p in reversed(pictures) if p.item.sha256}
        options = self._options
        file = self._catalog.paths.thumbnails
        first = {group.sha256 or "": pictures[0].pixels}
        self.result.warnings.extend(make_previews(file, first | wanted, options.render, options.workers, self._progress))


def in_counting_order(paths: Sequence[Path]) -> list[Path]:
    """By name, runs of digits as numbers: frame 2 comes before frame 10."""
    return sorted(paths, key=lambda path: (titles.sort_key(path.name), str(path)))


def _warnings(kind: Kind, infos: Sequence[MediaInfo]) -> list[str]:
    others = sum((i.width, i.height) != (infos[0].width, infos[0].height) for i in infos)
    if kind is Kind.IMAGE_GROUP or not others:
        return []
    have = "1 picture has" if others == 1 else f"{others:,} pictures have"
    return [f"{have} another size than the first: shown scaled to fit, with black beside."]


def _insert(op: Operation, folder_id: int, group: NewItem, pictures: list[NewItem], dataset_id: int | None) -> NewGroup:
    made = members.add_group(op, folder_id, group, pictures)
    if dataset_id is not None:
        datasets.attach_items(op, dataset_id, ItemSelection.of(made.item_id))
    return made
