"""add: files and folder trees in, or pictures as one group or sequence."""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Iterator
from typing import Any

from postil.console import CANCELLED, FAILED, OK, SOME_FAILED, Console
from postil.verbs.catalogs import opened
from postil.verbs.files import path_parts
from storage.catalog import folders
from storage.catalog.engine import Catalog
from storage.errors import Cancelled, PostilError, Refused
from storage.model.items import Kind
from storage.model.label_formats import FORMAT_OF_SORT
from storage.progress import Progress
from storage.services.results import Failure, IntakeResult


def add(arguments: argparse.Namespace, console: Console) -> int:
    if arguments.batch is None and (arguments.title or arguments.keep_order):
        raise Refused("--title and --keep-order belong to groups and sequences.", remedy="Give --as image-group as well.")
    with opened(arguments) as catalog:
        dataset = catalog.reads.dataset_by_title(arguments.dataset).id if arguments.dataset else None
        folder_id = catalog.do("New folder", folders.ensure, path_parts(arguments.folder))
        with console.progress() as progress:
            found = _take(catalog, arguments, folder_id, dataset, progress)
    for failure in (*found.errors, *found.skipped, *(() if console.quiet else found.warnings)):
        console.failure(failure.input, failure.reason, failure.remedy)
    return _report(found, console)


def _take(
    catalog: Catalog, arguments: argparse.Namespace, folder_id: int, dataset: int | None, progress: Progress
) -> IntakeResult:
    from viewers.decode.thumbs import render

    if arguments.batch is None:
        from storage.services import intake

        return intake.add_paths(
            catalog, arguments.paths, folder_id, link=arguments.link, dataset_id=dataset, render=render, progress=progress
        )
    from storage.services import batches

    found = batches.add_batch(
        catalog,
        arguments.paths,
        folder_id,
        as_=arguments.batch,
        title=arguments.title or "",
        given_order=arguments.keep_order,
        link=arguments.link,
        dataset_id=dataset,
        render=render,
        progress=progress,
    )
    for added in found.added:
        if added.kind is Kind.IMAGE_SEQUENCE:
            _encode(catalog, added.item_id, found, progress)
    return found


def _encode(catalog: Catalog, item_id: int, found: IntakeResult, progress: Progress) -> None:
    """A sequence is there already: what fails here only makes it play from its pictures."""
    from storage.services import sequences
    from viewers.decode.encode import encode_members

    try:
        sequences.encode(catalog, item_id, encode_members, progress)
    except Cancelled:
        found.cancelled = True
    except PostilError as error:
        found.warnings.append(Failure(error.input, f"The sequence is played from its pictures: {error.reason}", error.remedy))


def _report(found: IntakeResult, console: Console) -> int:
    document = {
        "items": [{"kind": str(i.kind), "title": i.title, "uuid": i.uuid, "urls": []} for i in found.added],
        "warnings": [{"input": w.input, "line": None, "column": None, "message": w.reason} for w in found.warnings],
        "errors": [_failure(f) for f in found.errors],
        "skipped": [_failure(f) for f in found.skipped],
        "labels": [{"input": str(f.path), "kind": f.kind, "series": list(f.refers_to)} for f in found.labels_found],
    }

    def lines() -> Iterator[str]:
        for kind, count in sorted(Counter(str(item.kind) for item in found.added).items()):
            yield f"{count} × {kind}" + (f" of {found.members} pictures" if found.members else "")
        for file in found.labels_found:
            known = FORMAT_OF_SORT.get(file.kind)
            what = f"holds labels ({file.kind}), no pictures: labels import PROJECT FILE --format {known}"
            yield f"{file.path} {what if known else f'holds no pictures, and no labels that are understood ({file.kind})'}"
        yield f"{len(found.added)} added, {len(found.skipped)} skipped, {len(found.errors)} refused."

    if found.stopped is not None:
        if not console.as_json:
            console.result(document, lines)
        console.error(PostilError(found.stopped.reason, remedy=found.stopped.remedy, input=found.stopped.input), document)
        return FAILED
    console.result(document, lines)
    if found.cancelled:
        console.say("Cancelled. What was added is kept; the same command goes on from there.")
        return CANCELLED
    return SOME_FAILED if found.errors else OK


def _failure(failure: Failure) -> dict[str, Any]:
    return {"input": failure.input, "line": None, "column": None, "reason": failure.reason, "remedy": failure.remedy}
