"""Catalogs as a whole: init, demo, check, backup, restore; and how a verb finds its catalog."""

from __future__ import annotations

import argparse
import contextlib
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from postil.console import FAILED, OK, Console
from storage.catalog.engine import Catalog
from storage.errors import CatalogError
from storage.last_used import last_catalog, remember_catalog
from storage.paths import default_catalog

if TYPE_CHECKING:
    from storage.services.bring_in import BroughtIn
    from storage.services.reread import Reread


def where(arguments: argparse.Namespace) -> Path:
    """`--catalog`, else $POSTIL_CATALOG, else the last one used, else the default place."""
    if arguments.catalog is not None:
        return Path(arguments.catalog)
    if os.environ.get("POSTIL_CATALOG"):
        return Path(os.environ["POSTIL_CATALOG"])
    return last_catalog() or default_catalog()


@contextmanager
def opened(arguments: argparse.Namespace, *, read_only: bool = False) -> Iterator[Catalog]:
    path = where(arguments)
    if not path.is_dir():
        raise CatalogError(
            f"There is no catalog in {path}.",
            remedy=f"Make one with `postil init {path}`, or name another with --catalog.",
            input=str(path),
        )
    catalog = Catalog.open(path, user=arguments.user, read_only=read_only)
    try:
        yield catalog
    finally:
        catalog.close()


def init(arguments: argparse.Namespace, console: Console) -> int:
    catalog = Catalog.create(arguments.dir, name=arguments.name, email=arguments.email)
    remember_catalog(arguments.dir)
    try:
        document = {"catalog": str(arguments.dir), "uuid": catalog.uuid, "user": catalog.user.email}
        console.result(document, lambda: iter([f"A new catalog in {arguments.dir}. Its administrator is {catalog.user.name}."]))
    finally:
        catalog.close()
    return OK


def demo(arguments: argparse.Namespace, console: Console) -> int:
    from postil.demo.make import make_demo

    target = Path(arguments.dir)
    fresh = not target.exists() or (target.is_dir() and not any(target.iterdir()))
    try:
        with console.progress() as progress:
            made = make_demo(target, progress)
    except BaseException:
        if fresh:  # half a sample is of no use to anybody, and would be in the way of the next attempt
            _empty(target)
        raise
    console.result(made, lambda: iter([f"A catalog with the sample project “{made['project']}” in {arguments.dir}."]))
    return OK


def _empty(folder: Path) -> None:
    with contextlib.suppress(OSError):
        for path in folder.iterdir():
            if path.is_dir() and not path.is_symlink():
                shutil.rmtree(path, ignore_errors=True)
            else:
                path.unlink(missing_ok=True)


def check(arguments: argparse.Namespace, console: Console) -> int:
    from storage.catalog.check import check as check_catalog

    repaired = _repair(arguments, console) if arguments.repair else None
    with console.progress() as progress:
        problems = check_catalog(where(arguments), progress=progress)
    rows = [p.as_dict() for p in problems]
    if repaired is not None:
        read, copied, unnamed = repaired
        for what, errors in (("headers", read.errors), ("copy", copied.errors)):
            rows += [{"what": what, "where": f.input, "text": f"{f.reason} {f.remedy}"} for f in errors]

    def lines() -> Iterator[str]:
        if repaired is not None:
            yield from _said_again(*repaired)
        for problem in problems:
            yield f"{problem.where}: {problem.text}"
        yield (
            "The catalog is in order." if not rows else "1 problem found." if len(rows) == 1 else f"{len(rows)} problems found."
        )

    document: dict[str, object] = {"ok": not rows, "problems": rows}
    if repaired is not None:
        document["read_again"] = {"renewed": read.renewed, "informed": read.informed}
        document["copied"] = copied.items
        document["unnamed_copies_removed"] = len(unnamed)
    console.result(document, lines)
    return FAILED if rows else OK


def _repair(arguments: argparse.Namespace, console: Console) -> tuple[Reread, BroughtIn, list[str]]:
    from storage.services.bring_in import make_up
    from storage.services.leftovers import remove_unnamed
    from storage.services.reread import reread

    with opened(arguments) as catalog, console.progress() as progress:
        return reread(catalog, progress), make_up(catalog, progress), remove_unnamed(catalog)


def _said_again(read: Reread, copied: BroughtIn, unnamed: list[str]) -> Iterator[str]:
    if read.renewed:
        yield f"{len(read.renewed):,} series of an earlier version are as if they had been added today."
    if read.informed:
        yield f"{len(read.informed):,} more keep their frames as they were and learned what their headers say."
    if copied.items:
        yield f"{copied.items:,} series that an import had not copied yet are in the catalog's folder now."
    if unnamed:
        yield f"{len(unnamed):,} copies that no item stands on, left by an import that was killed, are removed."
    for failure in (*read.errors, *copied.errors):
        yield f"{failure.reason} {failure.remedy}"


def backup(arguments: argparse.Namespace, console: Console) -> int:
    with opened(arguments, read_only=True) as catalog, console.progress() as progress:
        made = catalog.backup(arguments.dir, progress)
    console.result({"backup": str(made)}, lambda: iter([f"Backed up to {made}."]))
    return OK


def restore(arguments: argparse.Namespace, console: Console) -> int:
    from storage.catalog.backups import restore as put_back

    path = where(arguments)
    kept = put_back(arguments.dir, path)
    document = {"catalog": str(path), "replaced": str(kept) if kept else None}
    console.result(
        document,
        lambda: iter([f"Restored {path} from {arguments.dir}." + (f" The former database is kept as {kept}." if kept else "")]),
    )
    return OK
