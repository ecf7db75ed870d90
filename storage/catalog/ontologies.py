"""Ontologies: reads, then operations. The column `structure` holds Encord's JSON."""

from __future__ import annotations

import json
import sqlite3
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from storage.catalog.nouns import Noun
from storage.catalog.people import own
from storage.errors import Refused
from storage.ids import uuid_text
from storage.model import titles
from storage.model.ontology import Ontology
from storage.model.ontology_codec import from_dict, to_dict
from storage.model.people import Action, User
from storage.model.reads import OntologyRow, OntologyUse

if TYPE_CHECKING:
    from storage.catalog.transaction import Operation

_COLUMNS = """t.id, t.uuid, t.title, t.description,
    coalesce(json_array_length(t.structure, '$.objects'), 0), coalesce(json_array_length(t.structure, '$.classifications'), 0),
    (SELECT count(*) FROM projects p WHERE p.ontology_id = t.id), t.edited_at"""


def _row(_: sqlite3.Connection, row: tuple[Any, ...]) -> OntologyRow:
    return OntologyRow(row[0], uuid_text(row[1]), *row[2:])


ONTOLOGIES = Noun("ontologies", "ontology", _COLUMNS, _row)
all_rows, row, by_title = ONTOLOGIES.all_rows, ONTOLOGIES.row, ONTOLOGIES.by_title
rename, describe = ONTOLOGIES.rename, ONTOLOGIES.describe


# -- reads ---------------------------------------------------------------------------------------------------------


def ontology(db: sqlite3.Connection, viewer: User, ontology_id: int) -> Ontology:
    row(db, viewer, ontology_id)
    return read(db, ontology_id)


def read(db: sqlite3.Connection, ontology_id: int) -> Ontology:
    """For those who have checked already who is looking."""
    text = db.execute("SELECT structure FROM ontologies WHERE id = ?", (ontology_id,)).fetchone()[0]
    return from_dict(json.loads(text))


def use(db: sqlite3.Connection, viewer: User, ontology_id: int) -> OntologyUse:
    """Instances and classifications by class, answers by attribute and by chosen option."""
    row(db, viewer, ontology_id)
    used: dict[str, int] = {}
    rows_of = "(SELECT l.id FROM label_rows l JOIN projects p ON p.id = l.project_id WHERE p.ontology_id = ?)"

    def count(sql: str) -> None:
        for feature_hash, found in db.execute(sql, (ontology_id,)):
            used[feature_hash] = used.get(feature_hash, 0) + found

    count(f"SELECT feature_hash, count(*) FROM instances WHERE label_row_id IN {rows_of} GROUP BY 1")
    count(f"SELECT feature_hash, count(*) FROM classifications WHERE label_row_id IN {rows_of} GROUP BY 1")
    labels = sum(used.values())
    count(f"SELECT attribute_hash, count(*) FROM answers WHERE label_row_id IN {rows_of} GROUP BY 1")
    count(
        f"SELECT v.value, count(*) FROM answers a, json_each(a.value) v WHERE a.label_row_id IN {rows_of}"
        " AND json_type(a.value) = 'array' GROUP BY 1"
    )
    projects = db.execute("SELECT title FROM projects WHERE ontology_id = ?", (ontology_id,)).fetchall()
    return OntologyUse(tuple(sorted((r[0] for r in projects), key=titles.sort_key)), used, labels)


# -- operations ----------------------------------------------------------------------------------------------------


def create(op: Operation, title: str, ontology: Ontology, description: str = "") -> int:
    op.require(Action.EDIT, "ontologies")
    title = ONTOLOGIES.free_title(op, title)
    ontology_id = op.insert("ontologies", title=title, description=description, structure=_text(ontology))
    own(op, "ontologies", ontology_id)
    op.touch(ontologies=ontology_id)
    return ontology_id


def save(op: Operation, ontology_id: int, ontology: Ontology) -> None:
    """A new version in place of the last. Saving what is there already changes nothing."""
    op.require(Action.EDIT, "ontologies", ontology_id)
    ONTOLOGIES.there(op, ontology_id)
    text = _text(ontology)
    before, version = op.one("SELECT structure, version FROM ontologies WHERE id = ?", ontology_id)
    if text != before:
        op.update("ontologies", ontology_id, structure=text, version=version + 1)
        op.touch(ontologies=ontology_id)


def duplicate(op: Operation, ontology_id: int) -> int:
    """A copy under the next free title. It keeps its hashes, so labels made with the one fit the other."""
    op.require(Action.VIEW, "ontologies", ontology_id)
    title = ONTOLOGIES.there(op, ontology_id)
    taken = {r[0].lower() for r in op.all("SELECT title FROM ontologies")}
    description = op.value("SELECT description FROM ontologies WHERE id = ?", ontology_id)
    return create(op, titles.unique(title, taken, extension=False), replace(read(op.db, ontology_id)), description)


def delete(op: Operation, ontology_id: int) -> None:
    """Raises Refused while a project uses it."""
    from storage.catalog.people import forget

    op.require(Action.EDIT, "ontologies", ontology_id)
    title = ONTOLOGIES.there(op, ontology_id)
    users = [r[0] for r in op.all("SELECT title FROM projects WHERE ontology_id = ? ORDER BY title", ontology_id)]
    if users:
        names = ", ".join(f"“{t}”" for t in users[:3]) + (f" and {len(users) - 3} more" if len(users) > 3 else "")
        raise Refused(
            f"The ontology “{title}” is used by {'the project' if len(users) == 1 else 'the projects'} {names}.",
            remedy="Delete what uses it first, or keep it.",
            input=title,
        )
    forget(op, "ontologies", [ontology_id])
    op.delete("ontologies", ontology_id)
    op.touch(ontologies=ontology_id)


def _text(ontology: Ontology) -> str:
    return json.dumps(to_dict(ontology), ensure_ascii=False, separators=(",", ":"))
