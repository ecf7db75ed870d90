"""What one operation touched, by kind and id, so that screens can decide for themselves what to read again."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace

NONE: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Changes:
    """Ids are rowids of this process's catalog. `everything` is set by restores, migrations and other processes."""

    text: str = ""
    folders: frozenset[int] = NONE
    items: frozenset[int] = NONE
    datasets: frozenset[int] = NONE
    ontologies: frozenset[int] = NONE
    projects: frozenset[int] = NONE
    tasks: frozenset[int] = NONE
    label_rows: frozenset[int] = NONE
    people: frozenset[int] = NONE
    #: Folders whose list of items changed (added, moved, trashed), so that a list knows that its ids are stale.
    item_folders: frozenset[int] = NONE
    #: Datasets whose members changed.
    dataset_members: frozenset[int] = NONE
    everything: bool = False
    #: Whoever asked for the operation; a widget may ignore its own echo.
    origin: object = None

    def __or__(self, other: Changes) -> Changes:
        merged = {
            f.name: getattr(self, f.name) | getattr(other, f.name)
            for f in fields(self)
            if isinstance(getattr(self, f.name), frozenset)
        }
        return replace(
            self,
            **merged,
            everything=self.everything or other.everything,
            origin=self.origin if self.origin is other.origin else None,
        )

    def __bool__(self) -> bool:
        return self.everything or any(
            getattr(self, f.name) for f in fields(self) if isinstance(getattr(self, f.name), frozenset)
        )
