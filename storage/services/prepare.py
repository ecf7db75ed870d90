"""One file on its way in: header read, bytes hashed and copied (or only hashed). Runs in several threads or processes at once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from storage.errors import BadInput, Cancelled, DiskFull, PostilError
from storage.ids import new_uuid
from storage.media.kinds import stored_extension
from storage.media.originals import Originals, hash_file
from storage.media.probe import probe
from storage.model.items import Kind, Location, MediaInfo, NewItem
from storage.services.results import Failure
from storage.services.walk import Chain, FoundFile, path_to_link, title_of

_NAMES = {
    Kind.IMAGE: "a picture",
    Kind.VIDEO: "a video",
    Kind.AUDIO: "a sound",
    Kind.PDF: "a PDF document",
    Kind.TEXT: "a text",
}


@dataclass(frozen=True, slots=True)
class Prepared:
    """A row ready to be written, and where its pixels can be read."""

    item: NewItem
    chain: Chain
    path: Path  # what the person gave
    pixels: Path


class Preparer:
    """`check` raises Cancelled when the work is to stop; it is asked between the chunks of long files.

    `only`: files of other kinds are refused before anything is copied.
    """

    def __init__(self, originals: Originals, link: bool, check: Callable[[], None], only: Kind | None = None) -> None:
        self._originals = originals
        self._link = link
        self._check = check
        self._only = only

    def __call__(self, file: FoundFile) -> Prepared | Failure:
        """DiskFull and Cancelled are raised: they end the whole work. Everything else is this file's affair."""
        try:
            self._check()
            return self._linked(file) if self._link else self._copied(file)
        except (Cancelled, DiskFull):
            raise
        except (PostilError, OSError) as error:
            return Failure.of_file(file.path, error)
        except Exception as error:  # one file that meets a bug of ours must not keep the others out
            return Failure(str(file.path), f"{file.path.name} could not be added: {error!r}.", "Please report this.")

    def _copied(self, file: FoundFile) -> Prepared:
        info = self._probe(file.path)
        if info.facts.get("beside") and info.kind is Kind.NIFTI:
            from storage.media.grid_joined import joined

            ending, pieces = joined(file.path)
            stored = self._originals.add_pieces(file.path, pieces, ending, self._check)
            info = self._probe(stored.path)
        elif info.facts.get("beside"):
            raise BadInput(
                f"{file.path.name} has its data in a folder beside it: a copy of the file alone would be empty.",
                remedy="Add it again and leave the files where they are (link).",
                input=str(file.path),
            )
        else:
            stored = self._originals.add_copy(file.path, stored_extension(info, file.path), self._check)
        item = NewItem(new_uuid(), title_of(file.path.name), info, Location.LOCAL, stored.source, stored.sha256)
        return Prepared(item, file.chain, file.path, stored.path)

    def _linked(self, file: FoundFile) -> Prepared:
        path = path_to_link(file.path)
        info = self._probe(path)
        before = path.stat()
        digest = hash_file(path, self._check)
        # The time lies in the facts as well: `relink` reads items, and an unchanged time spares it the hashing.
        info = replace(info, facts={**info.facts, "mtime_ns": before.st_mtime_ns})
        item = NewItem(new_uuid(), title_of(path.name), info, Location.LINKED, str(path), digest, before.st_mtime_ns)
        return Prepared(item, file.chain, file.path, path)

    def _probe(self, path: Path) -> MediaInfo:
        info = probe(path, self._check)
        if self._only is not None and info.kind is not self._only:
            raise BadInput(
                f"{path.name} is {_NAMES[info.kind]}, not {_NAMES[self._only]}.",
                remedy="Add it under “Upload”, where every kind is taken.",
                input=str(path),
            )
        return info
