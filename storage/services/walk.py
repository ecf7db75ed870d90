"""What lies under the paths that a person dropped: files in the order people count, and the folders they lie in."""

from __future__ import annotations

import os
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from storage.errors import BadInput
from storage.media.probe import unreadable
from storage.model.titles import sort_key
from storage.progress import Progress

#: Made by operating systems and file managers; never meant by anybody.
_SYSTEM = frozenset(
    ("thumbs.db", "ehthumbs.db", "ehthumbs_vista.db", "desktop.ini", "$recycle.bin", "system volume information", "__macosx",
     "@eadir", "lost+found")
)  # fmt: skip

Chain = tuple[str, ...]  # titles of folders from the target downwards
Way = tuple[tuple[int, int], ...]  # device and inode of the folders above: a link back to one of them is a loop


@dataclass(frozen=True, slots=True)
class FoundFile:
    path: Path
    chain: Chain


@dataclass(slots=True)
class Findings:
    files: list[FoundFile] = field(default_factory=list)
    folders: dict[Chain, Path] = field(default_factory=dict)  # parents before children
    errors: list[BadInput] = field(default_factory=list)


def find_files(paths: Iterable[Path], progress: Progress, *, but: Path | None = None) -> Findings:
    """Everything to add, folders walked to the bottom. `but` (the catalog itself) is left out."""
    found = Findings()
    barred = _identity(but) if but is not None else None
    for path in paths:
        progress.check()
        if _is_folder(path):
            _walk(path, found, progress, barred)
        else:
            found.files.append(FoundFile(path, ()))
    return found


def title_of(name: str) -> str:
    """A file's name as text that can be stored and shown: undecodable bytes and control characters are replaced."""
    text = os.fsencode(name).decode("utf-8", "replace") if any("\ud800" <= c <= "\udfff" for c in name) else name
    text = unicodedata.normalize("NFC", text)
    return "".join("\ufffd" if unicodedata.category(c) in ("Cc", "Cs") else c for c in text).strip() or "unnamed"


def path_to_link(path: Path) -> Path:
    """As it is stored: absolute. Refused where it cannot be, because it holds bytes that are no text."""
    path = Path(os.path.abspath(path))  # noqa: PTH100 - resolve() would swap a link for its target
    if not is_text(path):
        raise BadInput(
            f"{title_of(path.name)} cannot be linked: its path holds bytes that are no text.",
            remedy="Rename it, or copy it into the catalog instead of linking.",
            input=title_of(str(path)),
        )
    return path


def is_text(path: Path) -> bool:
    """Names of the disk are bytes; those that are no text come as lone surrogates, which the catalog cannot hold."""
    try:
        os.path.abspath(path).encode("utf-8")  # noqa: PTH100
    except UnicodeEncodeError:
        return False
    return True


def is_hidden(name: str) -> bool:
    return name.startswith(".") or name.casefold() in _SYSTEM


def _is_folder(path: Path) -> bool:
    try:
        return path.is_dir()
    except (OSError, ValueError):
        return False


def _walk(top: Path, found: Findings, progress: Progress, barred: tuple[int, int] | None) -> None:
    """Depth first, without recursion: a folder may lie deeper than Python's stack."""
    waiting: list[tuple[Path, Chain, Way]] = [(top, (), ())]
    while waiting:
        folder, chain, above = waiting.pop()
        progress.step(len(found.files))
        try:
            status = folder.stat()
            here = (status.st_dev, status.st_ino)
            if here == barred:
                continue
            if here in above:
                found.errors.append(_loop(folder))
                continue
            names = sorted(_names(folder), key=sort_key)
        except OSError as error:
            found.errors.append(_folder_unreadable(folder, error))
            continue
        chain = (*chain, title_of(folder.name or folder.resolve().name))
        found.folders.setdefault(chain, folder)
        inner: list[Path] = []
        for path in (folder / name for name in names):
            if _is_folder(path):
                inner.append(path)
            else:
                found.files.append(FoundFile(path, chain))
        waiting.extend((path, chain, (*above, here)) for path in reversed(inner))


def _identity(folder: Path) -> tuple[int, int] | None:
    try:
        status = folder.stat()
    except OSError:
        return None
    return (status.st_dev, status.st_ino)


def _names(folder: Path) -> Iterator[str]:
    with os.scandir(folder) as entries:
        for entry in entries:
            if not is_hidden(entry.name):
                yield entry.name


def _loop(folder: Path) -> BadInput:
    return BadInput(
        f"The folder {folder.name} is a link back to a folder that holds it.",
        remedy="Its files are added once, from the other place; delete the link if it is of no use.",
        input=str(folder),
    )


def _folder_unreadable(folder: Path, error: OSError) -> BadInput:
    told = unreadable(folder, error)
    return BadInput(f"The folder {told.reason}", remedy=told.remedy, input=str(folder))
