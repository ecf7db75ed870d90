"""What datasets, ontologies and projects have in common: who sees them, a title of their own, a description."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Generic, Protocol, TypeVar

from storage.catalog.people import visible
from storage.errors import NotFound, Refused
from storage.model import titles
from storage.model.people import Action, User

if TYPE_CHECKING:
    from storage.catalog.transaction import Operation


class Row(Protocol):
    @property
    def id(self) -> int: ...
    @property
    def title(self) -> str: ...


R = TypeVar("R", bound=Row)


@dataclass(frozen=True)
class Noun(Generic[R]):
    """`table` names what changed and whose rights are asked, too."""

    table: str
    word: str
    columns: str  # of the table, called "t" there; the first is the id
    make: Callable[[sqlite3.Connection, tuple[Any, ...]], R]

    # -- reads -----------------------------------------------------------------------------------------------------

    def all_rows(self, db: sqlite3.Connection, viewer: User) -> list[R]:
        return self.some(db, viewer, "1")

    def some(self, db: sqlite3.Connection, viewer: User, where: str, *params: object) -> list[R]:
        """Those that this person may see, by title."""
        seen = visible(db, viewer, self.table)
        found = db.execute(f"SELECT {self.columns} FROM {self.table} t WHERE {where}", params).fetchall()
        rows = [self.make(db, each) for each in found if seen is None or each[0] in seen]
        return sorted(rows, key=lambda row: (titles.sort_key(row.title), row.id))

    def row(self, db: sqlite3.Connection, viewer: User, row_id: int) -> R:
        for found in self.some(db, viewer, "t.id = ?", row_id):
            return found
        raise self._gone()

    def by_title(self, db: sqlite3.Connection, viewer: User, title: str) -> R:
        for found in self.all_rows(db, viewer):
            if found.title.casefold() == title.strip().casefold():
                return found
        remedy = f"`postil {self.word} list` names those there are."
        raise NotFound(f"There is no {self.word} “{title}”.", remedy=remedy, input=title)

    def find(self, db: sqlite3.Connection, viewer: User, text: str, limit: int) -> list[tuple[int, str]]:
        """Ids and titles of those that this person may see and whose titles hold the text, whatever its case; what begins with it
        first. Nothing else of them is read: rows count what belongs to them."""
        seen, wanted = visible(db, viewer, self.table), text.strip().casefold()
        named = db.execute(f"SELECT id, title FROM {self.table}").fetchall()
        held = [each for each in named if wanted in each[1].casefold() and (seen is None or each[0] in seen)]
        return sorted(held, key=lambda each: (not each[1].casefold().startswith(wanted), each[1]))[:limit]

    # -- operations ------------------------------------------------------------------------------------------------

    def rename(self, op: Operation, row_id: int, title: str) -> None:
        op.require(Action.EDIT, self.table, row_id)
        self.there(op, row_id)
        op.update(self.table, row_id, title=self.free_title(op, title, but=row_id))
        op.touch(**{self.table: row_id})

    def describe(self, op: Operation, row_id: int, text: str) -> None:
        op.require(Action.EDIT, self.table, row_id)
        self.there(op, row_id)
        op.update(self.table, row_id, description=text)
        op.touch(**{self.table: row_id})

    def there(self, op: Operation, row_id: int) -> str:
        """Its title. Raises NotFound."""
        title = op.value(f"SELECT title FROM {self.table} WHERE id = ?", row_id)
        if title is None:
            raise self._gone()
        return str(title)

    def free_title(self, op: Operation, title: str, but: int | None = None) -> str:
        """Titles are unique: the command line names things by them."""
        title = titles.checked(title, f"{self.word} title")
        for row in op.all(f"SELECT id, title FROM {self.table}"):
            if row[0] != but and row[1].casefold() == title.casefold():
                raise Refused(
                    f"There is {'an' if self.word[0] in 'aeio' else 'a'} {self.word} “{title}” already.",
                    remedy="Choose another title.",
                    input=title,
                )
        return title

    def _gone(self) -> NotFound:
        return NotFound(f"There is no such {self.word}.", remedy="It may have been deleted meanwhile.")
