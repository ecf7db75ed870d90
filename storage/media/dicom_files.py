"""Which files lie under the paths that were given: folders, zip archives, gzipped files, lists named DICOMDIR.

Nothing an archive says is used as a path: members are unpacked under numbers. How much is unpacked is bounded.
"""

from __future__ import annotations

import gzip
import os
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from storage.disk import has_room, is_full
from storage.errors import BadInput
from storage.media.dicom_tags import begins_like_dicom
from storage.progress import Progress

MOST_FILES = 1_000_000
MOST_MEMBERS = 200_000  # of one archive
MOST_UNPACKED = 64 << 30  # bytes of one archive
MOST_MEMBER = 8 << 30  # bytes of one file of it
_CHUNK = 1 << 20
_PEEKED = 50  # members of an archive
_DEFLATED = 1032  # times smaller at most


@dataclass(frozen=True, slots=True)
class Candidate:
    """A file that may be DICOM. `shown`: how a person knows it (an archive's member by its name there)."""

    path: Path
    shown: str
    given: bool = False  # named by the person: said to be refused when it is something else


@dataclass(slots=True)
class Candidates:
    files: list[Candidate] = field(default_factory=list)
    refused: list[BadInput] = field(default_factory=list)
    warnings: list[BadInput] = field(default_factory=list)
    unpacked: int = 0  # files; they are named by their number

    def fresh(self, workspace: Path) -> Path:
        self.unpacked += 1
        return workspace / f"{self.unpacked:08d}.dcm"


def find_candidates(paths: Sequence[Path], workspace: Path | None, progress: Progress) -> Candidates:
    """Each file once. `workspace`: a folder to unpack into; None: packed files are refused."""
    found = Candidates()
    seen: set[str] = set()
    for path in paths:
        for file, given in _walk(path):
            progress.check()
            key = os.path.realpath(file)
            if key in seen:
                continue
            seen.add(key)
            if len(found.files) >= MOST_FILES:
                found.refused.append(
                    BadInput(f"More than {MOST_FILES:,} files were given.", remedy="Add fewer at a time.", input=str(path))
                )
                return found
            try:
                if not given and not file.is_file():
                    continue  # a pipe, a device, a link to nowhere
                _take(file, given, workspace, found, progress)
            except BadInput as error:
                found.refused.append(error)
            except (OSError, zipfile.BadZipFile, zlib.error, EOFError, ValueError, NotImplementedError, RuntimeError) as error:
                found.refused.append(
                    BadInput(f"{file.name} cannot be read: {error}.", remedy="Check the file and the disk.", input=str(file))
                )
    return found


def holds_dicom(archive: Path) -> bool:
    """Whether one of the first files of a zip archive is DICOM."""
    try:
        with zipfile.ZipFile(archive) as opened:
            members = [m for m in opened.infolist()[:_PEEKED] if not m.is_dir() and not m.flag_bits & 1]
            for member in members:
                with opened.open(member) as packed:
                    if begins_like_dicom(packed.read(140)):
                        return True
    except (OSError, zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, ValueError):
        return False
    return False


def _walk(path: Path) -> Iterator[tuple[Path, bool]]:
    if not path.is_dir():
        yield path, True
        return
    for folder, folders, names in os.walk(path):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(names):
            if not name.startswith("."):
                yield Path(folder, name), False


def _take(file: Path, given: bool, workspace: Path | None, found: Candidates, progress: Progress) -> None:
    name = file.name.lower()
    if not file.is_file():
        found.files.append(Candidate(file, str(file), given))  # whose reader says what is wrong with it
    elif name.endswith(".zip"):
        _unzip(file, _room(file, workspace), found, progress)
    elif name.endswith(".gz") and not name.endswith((".nii.gz", ".tar.gz", ".img.gz", ".hdr.gz", ".nrrd.gz")):
        unpacked = _gunzip(file, workspace, found, progress)
        if unpacked is not None:
            found.files.append(Candidate(unpacked, str(file), given))
    else:
        found.files.append(Candidate(file, str(file), given))


def _room(file: Path, workspace: Path | None) -> Path:
    if workspace is None:
        raise BadInput(f"{file.name} is packed.", remedy="Unpack it first.", input=str(file))
    workspace.mkdir(parents=True, exist_ok=True)
    return workspace


def _unzip(file: Path, workspace: Path, found: Candidates, progress: Progress) -> None:
    with zipfile.ZipFile(file) as archive:
        members = [m for m in archive.infolist() if not m.is_dir() and not Path(m.filename).name.startswith(".")]
        total = sum(m.file_size for m in members)
        if len(members) > MOST_MEMBERS or total > MOST_UNPACKED:
            raise BadInput(
                f"{file.name} would unpack to {len(members):,} files of {total / 1e9:,.1f} GB in all.",
                remedy="Unpack it yourself and add the folders you need.",
                input=str(file),
            )
        if not has_room(workspace, total):
            raise _no_room(file, workspace, total)
        others = 0
        for member in members:
            progress.check()
            shown = f"{file}/{member.filename}"
            try:
                if member.flag_bits & 1:
                    raise BadInput("It is encrypted.", remedy="Unpack it with its password first.")
                with archive.open(member) as packed:
                    head = packed.read(140)
                    if not begins_like_dicom(head):
                        others += 1
                        continue
                    target = found.fresh(workspace)
                    _copy(file, head, packed, target, min(member.file_size, MOST_MEMBER), progress)
                found.files.append(Candidate(target, shown))
            except BadInput as error:
                name = Path(member.filename).name[:100]
                found.refused.append(BadInput(f"{name}: {error.reason}", remedy=error.remedy, input=shown))
            except (OSError, zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError) as error:
                reason = f"{Path(member.filename).name[:100]} cannot be unpacked: {error}."
                found.refused.append(BadInput(reason, remedy="Pack it again from where it came.", input=shown))
    if others:
        what = "1 file that is" if others == 1 else f"{others:,} files that are"
        found.warnings.append(
            BadInput(
                f"{file.name} also holds {what} no DICOM; left out.", remedy="Unpack it if you need them.", input=str(file)
            )
        )


def _gunzip(file: Path, workspace: Path | None, found: Candidates, progress: Progress) -> Path | None:
    """The unpacked file, if it is DICOM."""
    with gzip.open(file) as packed:
        head = packed.read(140)
        if head[128:132] != b"DICM" and not file.name.lower().endswith((".dcm.gz", ".dicom.gz", ".ima.gz")):
            return None
        room, size = _room(file, workspace), _unpacked_size(file)
        if not has_room(room, size):
            raise _no_room(file, room, size)
        target = found.fresh(room)
        _copy(file, head, packed, target, MOST_MEMBER, progress)
    return target


def _unpacked_size(file: Path) -> int:
    """As a gzipped file says at its end; below 4 GB, and no more than its bytes can hold."""
    with file.open("rb") as raw:
        size = raw.seek(0, os.SEEK_END)
        raw.seek(max(0, size - 4))
        return min(int.from_bytes(raw.read(4), "little"), size * _DEFLATED)


def _no_room(file: Path, folder: Path, size: int) -> BadInput:
    return BadInput(
        f"There is no room to unpack {file.name} ({size / 1e6:,.0f} MB).",
        remedy=f"Free some space on the disk of {folder.parent}, then add it again.",
        input=str(file),
    )


def _copy(file: Path, head: bytes, packed: object, target: Path, most: int, progress: Progress) -> None:
    """What was read already and the rest: at most so many bytes, whatever the head of the archive promised."""
    size = len(head)
    try:
        with target.open("wb") as out:
            out.write(head)
            while chunk := packed.read(_CHUNK):  # type: ignore[attr-defined]
                progress.check()
                size += len(chunk)
                if size > most:
                    raise BadInput(
                        "It unpacks to more than it promises.", remedy="It is damaged or meant to do harm; leave it out."
                    )
                if not has_room(target.parent, len(chunk)):
                    raise _no_room(file, target.parent, size)
                out.write(chunk)
    except BaseException as error:
        target.unlink(missing_ok=True)
        if isinstance(error, OSError) and is_full(error):
            raise _no_room(file, target.parent, size) from error
        raise
