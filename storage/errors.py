"""What can go wrong in a way a person can act on.

Every error that reaches a person is a `PostilError`: a sentence that says what happened, to what, and what to do.
Anything else that is raised is a bug of ours.
"""

from __future__ import annotations

from pathlib import Path

#: Letters of a value from outside that a sentence repeats.
MOST_TOLD = 80


class PostilError(Exception):
    """Something a person can understand and act on; `str(error)` is shown to them.

    `reason` is one sentence; `remedy` says what to do; `input` names the file, row or argument concerned.
    """

    def __init__(self, reason: str, *, remedy: str = "", input: str = "") -> None:
        super().__init__(reason)
        self.reason = reason
        self.remedy = remedy
        self.input = input

    def as_dict(self) -> dict[str, str]:
        return {"reason": self.reason, "remedy": self.remedy, "input": self.input}


class BadInput(PostilError):
    """A file or value from outside cannot be used: unreadable, truncated, wrong type, too large."""


class NotFound(PostilError):
    """No such folder, item, dataset, ontology, project, task or user."""


class Refused(PostilError):
    """The rules forbid it: a name taken, a loop of folders, something required that is missing."""


class NotAllowed(PostilError):
    """The person's role does not permit it."""


class CatalogError(PostilError):
    """The catalog cannot be used as asked."""


class CatalogTooNew(CatalogError):
    """Written by a newer Postil than this one."""


class CatalogDamaged(CatalogError):
    """The database fails its integrity check; `backups` holds the newest good one, if there is one, `details` SQLite's words."""

    backups: tuple[Path, ...] = ()
    details: str = ""


class CatalogBusy(CatalogError):
    """Another process holds the writer's lock; the reason says who."""


class DiskFull(PostilError):
    """No room left where we must write."""


class StaleUndo(PostilError):
    """Undo declined: what is shown is no longer what that step wrote."""


class Cancelled(Exception):
    """Raised by `Progress.check()` when the work was asked to stop."""
