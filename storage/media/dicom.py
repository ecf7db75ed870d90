"""Folders, files and archives of DICOM become series: what an import shows before anything is added.

Heads are read in worker processes (`processes`), a batch of files at a time; a file that cannot be read is refused with its
reason and stops nothing. A DICOMDIR is known for what it is and only used to say which of its files are missing.
"""

from __future__ import annotations

import gzip
import os
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, field
from pathlib import Path

from storage.errors import BadInput
from storage.media.dicom_files import Candidate, find_candidates
from storage.media.dicom_header import ImageFile, LabelFile, read_head
from storage.media.dicom_second_try import find_by_pydicom
from storage.media.dicom_series import SeriesFound, group
from storage.media.dicom_tags import Found, Malformed, NotDicom, ReadAt, TooMuch, find_elements
from storage.media.dicom_values import Values
from storage.media.dicom_wanted import WANTED
from storage.progress import Progress, wait_for

__all__ = ["ImageFile", "LabelFile", "ScanResult", "SeriesFound", "is_dicom", "read_file", "scan"]

_BATCH = 32  # files a worker reads before it answers
_DICOMDIR = "1.2.840.10008.1.3.10"
_MOST_NAMED = 100_000  # files of one DICOMDIR looked for


@dataclass(slots=True)
class ScanResult:
    series: list[SeriesFound] = field(default_factory=list)
    refused: list[BadInput] = field(default_factory=list)
    #: SEG, RTSTRUCT, SR, PR, KO ...: labels of the series they refer to.
    labels_found: list[LabelFile] = field(default_factory=list)
    warnings: list[BadInput] = field(default_factory=list)  # told, though nothing is left out for it
    others: list[Path] = field(default_factory=list)  # files found that are no DICOM


Read = ImageFile | LabelFile | BadInput | str | None  # a text: a DICOMDIR; None: no DICOM


def scan(
    paths: Sequence[Path],
    *,
    progress: Progress | None = None,
    processes: Executor | None = None,
    workspace: Path | None = None,
    came: Callable[[list[ImageFile]], None] | None = None,
) -> ScanResult:
    """All series under these paths. `workspace`: where zip archives and .gz files are unpacked to; the files found there stay
    until the caller removes it. `came` hears of pictures as their heads come, before it is known what series they make."""
    progress = progress or Progress()
    progress.stage("Looking for DICOM files")
    candidates = find_candidates(paths, workspace, progress)
    result = ScanResult(refused=candidates.refused, warnings=candidates.warnings)
    images: list[ImageFile] = []
    shown = {c.path: c.shown for c in candidates.files if c.shown != str(c.path)}
    progress.stage("Reading headers", len(candidates.files))
    done = 0
    for batch, reads in _read(candidates.files, processes, progress):
        before = len(images)
        for candidate, read in zip(batch, reads, strict=True):
            _sort(candidate, read, images, result)
        if came is not None:
            came(images[before:])
        done += len(batch)
        progress.step(done)
    result.series = group(images, result.refused)
    for series in result.series:
        series.shown = {path: shown[path] for path in series.files if path in shown}
    return result


def _read(
    files: list[Candidate], processes: Executor | None, progress: Progress
) -> Iterator[tuple[list[Candidate], list[Read]]]:
    batches = [files[n : n + _BATCH] for n in range(0, len(files), _BATCH)]
    if processes is None:
        yield from ((batch, read_files([c.path for c in batch])) for batch in batches)
        return
    under_way = [processes.submit(read_files, [c.path for c in batch]) for batch in batches]
    try:
        for batch, future in zip(batches, under_way, strict=True):
            yield batch, wait_for(future, progress)  # the processes may still have to be started
    finally:
        for future in under_way:
            future.cancel()


def _sort(candidate: Candidate, read: Read, images: list[ImageFile], result: ScanResult) -> None:
    if isinstance(read, ImageFile):
        images.append(read)
    elif isinstance(read, LabelFile):
        result.labels_found.append(read)
    elif isinstance(read, str):
        result.warnings += _missing_of_list(candidate)
    elif read is None and not candidate.given:
        result.others.append(candidate.path)
    else:
        error = read or _no_dicom(candidate.path)
        name = Path(candidate.shown).name
        reason = error.reason.replace(candidate.path.name, name, 1)
        result.refused.append(BadInput(reason, remedy=error.remedy, input=candidate.shown))


def _no_dicom(path: Path) -> BadInput:
    if path.suffix.lower() in (".dcm", ".dicom", ".ima"):
        remedy = "Copy or export it again from where it came; if it is something else, name it so."
        return BadInput(f"{path.name} is no DICOM file, though it is named like one.", remedy=remedy)
    return BadInput(f"{path.name} is no DICOM file.", remedy="Leave it out.")


# -- one file, in a worker -------------------------------------------------------------------------------------------


def read_files(paths: Iterable[Path]) -> list[Read]:
    """Runs in a worker process; whatever a file does, the others are read."""
    answers: list[Read] = []
    for path in paths:
        try:
            answers.append(read_file(path))
        except BadInput as error:
            answers.append(error)
        except NotDicom:
            answers.append(None)
        except Exception as error:  # a bug of ours that one file meets must not keep the others out
            answers.append(
                BadInput(
                    f"{path.name} could not be read: {type(error).__name__}.", remedy="Please report this.", input=str(path)
                )
            )
    return answers


def read_file(path: Path) -> ImageFile | LabelFile | str:
    """The head of one file; "DICOMDIR" for a list of files. Raises BadInput or NotDicom."""
    try:
        handle = os.open(path, os.O_RDONLY | getattr(os, "O_BINARY", 0) | getattr(os, "O_NONBLOCK", 0))
    except OSError as error:
        raise BadInput(
            f"{path.name} cannot be opened: {error.strerror}.", remedy="Check the disk and your rights.", input=str(path)
        ) from error
    try:
        status = os.fstat(handle)
        read_at = _reader(handle)
        found, size = _find(path, read_at, status.st_size)
        if _is_list(found):
            return "DICOMDIR"
        if found.inflated is not None:
            inflated = found.inflated
            size, read_at = len(inflated), lambda offset, n: inflated[offset : offset + n]
        head = read_head(path, found, read_at, size, status.st_mtime_ns)
        if isinstance(head, ImageFile):
            head.size = status.st_size
        return head
    except OSError as error:
        raise BadInput(f"{path.name} cannot be read: {error.strerror}.", remedy="Check the disk.", input=str(path)) from error
    finally:
        os.close(handle)


def is_dicom(path: Path) -> bool:
    """Whether it begins like DICOM, with or without the usual head, gzipped or not."""
    from storage.media.dicom_tags import begins_like_dicom

    try:
        if not path.is_file():  # opening a pipe would wait for its other end
            return False
        with path.open("rb") as file:
            head = file.read(140)
        if head.startswith(b"\x1f\x8b") and path.suffix.lower() == ".gz":
            with gzip.open(path) as packed:
                head = packed.read(140)
            return head[128:132] == b"DICM"
        return begins_like_dicom(head)
    except (OSError, EOFError, zlib.error):
        return False


def _reader(handle: int) -> ReadAt:
    if hasattr(os, "pread"):
        return lambda offset, n: os.pread(handle, n, offset)

    def read_at(offset: int, n: int) -> bytes:
        os.lseek(handle, offset, os.SEEK_SET)
        return os.read(handle, n)

    return read_at


def _find(path: Path, read_at: ReadAt, size: int) -> tuple[Found, int]:
    try:
        return find_elements(read_at, size, WANTED), size
    except Malformed as first:
        try:
            if isinstance(first, TooMuch):
                raise
            return find_by_pydicom(path, size, WANTED), size
        except Malformed as error:
            reason = str(error) if "damaged" in str(error) else str(first)
            raise BadInput(
                f"{path.name} cannot be read: {reason}.", remedy="Copy it again from where it came.", input=str(path)
            ) from error


def _is_list(found: Found) -> bool:
    return any(Values(e).code(tag) == _DICOMDIR for e, tag in ((found.meta, 0x00020002), (found.elements, 0x00080016)))


def _missing_of_list(candidate: Candidate) -> list[BadInput]:
    """Which files a DICOMDIR names that are not beside it. Its names are looked at, never followed out of the folder."""
    folder = candidate.path.parent
    if candidate.shown != str(candidate.path):
        return []
    wanted = {0x00041220: {0x00041500: None}}
    try:
        handle = os.open(candidate.path, os.O_RDONLY | getattr(os, "O_BINARY", 0))
        try:
            found = find_elements(_reader(handle), os.fstat(handle).st_size, wanted)
        finally:
            os.close(handle)
    except (OSError, NotDicom, Malformed):
        return []
    names = [item.codes(0x00041500) for item in Values(found.elements).items(0x00041220)][:_MOST_NAMED]
    named = [parts for parts in names if parts and not any(p in ("", ".", "..") or "/" in p for p in parts)]
    missing = [parts for parts in named if not any(_exists(folder, p) for p in (parts, [x.lower() for x in parts]))]
    if not missing:
        return []
    first = "/".join(missing[0])[:100]
    one = f"a file that is not there: {first}"
    many = f"{len(missing):,} files that are not there, {first} first"
    return [
        BadInput(
            f"{candidate.path.name} names {one if len(missing) == 1 else many}.",
            remedy="Copy the whole disc again if they are wanted.",
            input=candidate.shown,
        )
    ]


def _exists(folder: Path, parts: Sequence[str]) -> bool:
    try:
        return folder.joinpath(*parts).exists()
    except OSError:  # a name longer than any can be
        return False
