"""Short ways to fill a catalog in tests of its nouns."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from storage.catalog import datasets, files, folders, ontologies, people, projects
from storage.catalog.engine import Catalog
from storage.ids import new_uuid
from storage.model.items import Kind, Location, MediaInfo, NewItem
from storage.model.ontology import Ontology
from storage.model.people import Role
from storage.model.query import ItemQuery, ItemSelection

ALL = ItemQuery()


def new_item(title: str, **more: Any) -> NewItem:
    given: dict[str, Any] = {"kind": Kind.IMAGE, "mime": "image/png", "size": 10, "width": 4, "height": 3}
    facts = {k: more.pop(k) for k in tuple(more) if k in MediaInfo.__dataclass_fields__}
    rest: dict[str, Any] = {"location": Location.LOCAL, "source": f"originals/{title}", "sha256": None} | more
    return NewItem(new_uuid(), title, MediaInfo(**(given | facts)), **rest)


def folder(catalog: Catalog, path: str) -> int:
    return catalog.do("New folder", folders.ensure, path.split("/"))


def add(catalog: Catalog, folder_id: int, *titles: str, **more: Any) -> list[int]:
    return catalog.do(f"Add {len(titles)} files", files.add, folder_id, [new_item(t, **more) for t in titles])


def dataset(catalog: Catalog, title: str, *ids: int, mirrors: int | None = None) -> int:
    made = catalog.do("New dataset", datasets.create, title, "", mirrors)
    if ids:
        catalog.do("Attach", datasets.attach_items, made, ItemSelection.of(*ids))
    return made


def project(catalog: Catalog, *dataset_ids: int, title: str = "Project", ontology: Ontology | None = None) -> int:
    made = catalog.do("New ontology", ontologies.create, f"Ontology of {title}", ontology or Ontology())
    return catalog.do("New project", projects.create, title, "", made, dataset_ids)


def titles(catalog: Catalog, query: ItemQuery = ALL) -> list[str]:
    return [row.title for row in catalog.reads.first_rows(query)]


def task_titles(catalog: Catalog, project_id: int) -> list[str]:
    return [t.title for t in catalog.reads.task_rows(catalog.reads.task_ids(project_id)) if t is not None]


def undo(catalog: Catalog) -> str:
    return catalog.undo().result().result


def redo(catalog: Catalog) -> str:
    return catalog.redo().result().result


@contextmanager
def as_member(catalog: Catalog, *rights: tuple[str, int, Role], email: str = "bob@example.org") -> Iterator[Catalog]:
    """The same catalog, opened by somebody who is no admin and has these rights."""
    user_id = catalog.do("Add user", people.add, "Bob", email)
    for kind, entity_id, role in rights:
        catalog.do("Share", people.add_member, kind, entity_id, user_id, role)
    with Catalog.open(catalog.path, user=email) as opened:
        yield opened
