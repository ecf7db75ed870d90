"""dataset create, attach, list, delete."""

from __future__ import annotations

import argparse

from postil.console import OK, Console
from postil.verbs.catalogs import opened
from postil.verbs.files import selection
from storage.catalog import datasets
from storage.errors import Refused


def create(arguments: argparse.Namespace, console: Console) -> int:
    with opened(arguments) as catalog:
        folder = catalog.reads.folder_by_path(arguments.mirrored).id if arguments.mirrored else None
        dataset_id = catalog.do("New dataset", datasets.create, arguments.title, arguments.description, folder)
        made = catalog.reads.dataset(dataset_id)
    console.result({"title": made.title, "uuid": made.uuid, "items": made.items}, lambda: iter([f"Dataset {made.title}"]))
    return OK


def attach(arguments: argparse.Namespace, console: Console) -> int:
    if not arguments.folders and not arguments.items:
        raise Refused("Say what to attach.", remedy="Use --folder PATH or --item UUID, as often as needed.")
    with opened(arguments) as catalog:
        dataset = catalog.reads.dataset_by_title(arguments.title)
        added = 0
        for path in arguments.folders:
            folder = catalog.reads.folder_by_path(path)
            added += catalog.do("Attach folder", datasets.attach_folder, dataset.id, folder.id)
        if arguments.items:
            added += catalog.do("Attach files", datasets.attach_items, dataset.id, selection(catalog, arguments.items))
        total = catalog.reads.dataset(dataset.id).items
    document = {"title": dataset.title, "uuid": dataset.uuid, "attached": added, "items": total}
    console.result(document, lambda: iter([f"{added} attached; {dataset.title} has {total} items."]))
    return OK


def show(arguments: argparse.Namespace, console: Console) -> int:
    with opened(arguments, read_only=True) as catalog:
        rows = [
            {
                "title": d.title,
                "uuid": d.uuid,
                "description": d.description,
                "items": d.items,
                "projects": d.projects,
                "mirrored": d.mirrored_folder_id is not None,
            }
            for d in catalog.reads.datasets()
        ]
    console.table(rows, ("title", "uuid", "items", "projects"))
    return OK


def delete(arguments: argparse.Namespace, console: Console) -> int:
    with opened(arguments) as catalog:
        dataset = catalog.reads.dataset_by_title(arguments.title)
        labels = catalog.reads.labels_on_dataset(dataset.id)
        if labels and not arguments.with_labels:
            held = ", ".join(f"“{title}” ({count:,})" for title, count in labels)
            raise Refused(
                f"Projects have labels on “{dataset.title}”, and these would go with it for good: {held}.",
                remedy="Export them first, then say --with-labels.",
                input=dataset.title,
            )
        catalog.do("Delete dataset", datasets.delete, dataset.id)
    console.result(
        {"title": dataset.title, "uuid": dataset.uuid},
        lambda: iter([f"Dataset {dataset.title} deleted; its files stay in Files."]),
    )
    return OK
