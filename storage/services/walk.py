"""What lies under the paths that a person dropped: files in the order people count, and the folders they lie in."""

from __future__ import annotations

import os
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
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
    """Everything to add, folders walked to the bottom. `but` (the catalog itself) is left out. What can be reached through a
    link to a folder, too, is added where it lies itself."""
    walker = _Walker(progress, _identity(but) if but is not None else None)
    for path in paths:
        progress.check()
        if _is_folder(path):
            walker.walk([_Waiting(path)])
        else:
            walker.found.files.append(FoundFile(path, ()))
    walker.follow_links()
    walker.found.files = _without_second_halves(walker.found.files)
    return walker.found


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


@dataclass(frozen=True, slots=True)
class _Waiting:
    """A folder that is still to be walked, and the way to it."""

    path: Path
    chain: Chain = ()
    above: Way = ()
    linked: bool = False  # a link on the way


class _Walker:
    """Depth first, without recursion: a folder may lie deeper than Python's stack. Links to folders come last."""

    def __init__(self, progress: Progress, barred: tuple[int, int] | None) -> None:
        self.found = Findings()
        self._progress, self._barred = progress, barred
        self._walked: set[tuple[int, int]] = set()
        self._links: list[_Waiting] = []

    def walk(self, waiting: list[_Waiting]) -> None:
        while waiting:
            one = waiting.pop()
            self._progress.step(len(self.found.files))
            try:
                inner = self._enter(one)
            except OSError as error:
                self.found.errors.append(_folder_unreadable(one.path, error))
                continue
            self._links += [folder for folder in inner if folder.path.is_symlink()]
            waiting.extend(folder for folder in reversed(inner) if not folder.path.is_symlink())

    def follow_links(self) -> None:
        """What no other way leads to. Folders without any of it are not made."""
        made = set(self.found.folders)
        while self._links:
            self.walk([replace(self._links.pop(0), linked=True)])
        used = {file.chain[:n] for file in self.found.files for n in range(1, len(file.chain) + 1)}
        for chain in [c for c in self.found.folders if c not in made and c not in used]:
            del self.found.folders[chain]

    def _enter(self, one: _Waiting) -> list[_Waiting]:
        """Its files are found; the folders in it."""
        status = one.path.stat()
        here = (status.st_dev, status.st_ino)
        if here == self._barred:
            return []
        loops = here in one.above
        if loops or (one.linked and here in self._walked):
            if one.path.is_symlink():
                self.found.errors.append(
                    _added_already(one.path, "back to a folder that holds it" if loops else "to a folder that is added, too")
                )
            return []
        names = sorted(_names(one.path), key=sort_key)
        self._walked.add(here)
        chain = (*one.chain, title_of(one.path.name or one.path.resolve().name))
        self.found.folders.setdefault(chain, one.path)
        inner: list[Path] = []
        for path in (one.path / name for name in names):
            if _is_folder(path):
                inner.append(path)
            else:
                self.found.files.append(FoundFile(path, chain))
        return [_Waiting(path, chain, (*one.above, here), one.linked) for path in inner]


def _identity(folder: Path) -> tuple[int, int] | None:
    try:
        status = folder.stat()
    except OSError:
        return None
    return (status.st_dev, status.st_ino)


def _without_second_halves(files: list[FoundFile]) -> list[FoundFile]:
    """An .img whose .hdr is added, too, comes with it."""
    heads = {(file.path.parent, stem) for file in files if (stem := _stem(file.path, ".hdr"))}
    return [f for f in files if (f.path.parent, _stem(f.path, ".img")) not in heads] if heads else files


def _stem(path: Path, ending: str) -> str:
    """Without the ending, packed or not; "" where it has another."""
    name = path.name
    name = name[:-3] if name[-3:].lower() == ".gz" else name
    return name[: -len(ending)] if name[-len(ending) :].lower() == ending else ""


def _names(folder: Path) -> Iterator[str]:
    with os.scandir(folder) as entries:
        for entry in entries:
            if not is_hidden(entry.name):
                yield entry.name


def _added_already(folder: Path, where: str) -> BadInput:
    return BadInput(
        f"The folder {folder.name} is a link {where}.",
        remedy="Its files are added once, from the other place; delete the link if it is of no use.",
        input=str(folder),
    )


def _folder_unreadable(folder: Path, error: OSError) -> BadInput:
    told = unreadable(folder, error)
    return BadInput(f"The folder {told.reason}", remedy=told.remedy, input=str(folder))
