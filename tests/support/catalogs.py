"""Small catalogs for tests: real files, the ground that labels need."""

from __future__ import annotations

from typing import Any

from storage.catalog.engine import Catalog
from storage.catalog.transaction import Operation
from storage.model.titles import sort_key


def add_items(op: Operation, folder: int, *titles: str) -> list[int]:
    columns = ("folder_id", "kind", "title", "sort_key", "source", "location")
    rows = [(folder, "image", title, sort_key(title), f"/nowhere/{title}", "cloud") for title in titles]
    return list(op.insert_many("items", columns, rows))


def label_ground(op: Operation) -> int:
    """A folder, an item, a dataset, an ontology, a project and its label row; returns the id of the last."""
    folder = op.insert("folders", title="Scans")
    (item,) = add_items(op, folder, "one.jpg")
    dataset = op.insert("datasets", title="Set")
    unit = op.insert("data_units", dataset_id=dataset, item_id=item, added_at=op.now)
    ontology = op.insert("ontologies", title="Things")
    project = op.insert("projects", title="Project", ontology_id=ontology)
    op.insert("project_datasets", project_id=project, dataset_id=dataset)
    return op.insert("label_rows", project_id=project, data_unit_id=unit)


def scalar(catalog: Catalog, sql: str, *params: Any) -> Any:
    row = catalog.reader().execute(sql, params).fetchone()
    return row[0] if row else None
