"""ontology import, export, list."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from postil.console import OK, Console
from postil.verbs.catalogs import opened
from storage.catalog import ontologies
from storage.errors import BadInput
from storage.exchange import ontology_json
from storage.services.whole_file import write_whole


def take_in(arguments: argparse.Namespace, console: Console) -> int:
    try:
        text = Path(arguments.file).read_text("utf-8-sig")
    except UnicodeDecodeError as error:
        raise BadInput(
            f"{arguments.file} is not a text file in UTF-8.", remedy="Give an ontology as JSON.", input=str(arguments.file)
        ) from error
    try:
        ontology = ontology_json.loads(text)
    except BadInput as error:
        error.input = str(arguments.file)
        raise
    with opened(arguments) as catalog:
        ontology_id = catalog.do("Import ontology", ontologies.create, arguments.title, ontology)
        row = catalog.reads.ontology_row(ontology_id)
    document = {"title": row.title, "uuid": row.uuid, "objects": row.objects, "classifications": row.classifications}
    console.result(
        document, lambda: iter([f"Ontology {row.title}: {row.objects} objects, {row.classifications} classifications."])
    )
    return OK


def export(arguments: argparse.Namespace, console: Console) -> int:
    with opened(arguments, read_only=True) as catalog:
        row = catalog.reads.ontology_by_title(arguments.title)
        text = ontology_json.dumps(catalog.reads.ontology(row.id))
    if arguments.out is None:
        console.result(json.loads(text), lambda: iter([text]))
    else:
        write_whole(arguments.out, (text + "\n").encode())
        console.result({"title": row.title, "out": str(arguments.out)}, lambda: iter([f"{row.title} in {arguments.out}"]))
    return OK


def show(arguments: argparse.Namespace, console: Console) -> int:
    with opened(arguments, read_only=True) as catalog:
        rows = [
            {
                "title": o.title,
                "uuid": o.uuid,
                "description": o.description,
                "objects": o.objects,
                "classifications": o.classifications,
                "projects": o.projects,
            }
            for o in catalog.reads.ontologies()
        ]
    console.table(rows, ("title", "uuid", "objects", "classifications", "projects"))
    return OK
