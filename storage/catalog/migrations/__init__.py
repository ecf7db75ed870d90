"""Brings a catalog file to today's version: numbered modules with frozen DDL, one transaction each.

`PRAGMA user_version` is written inside the transaction of its migration, so a crash leaves the old version or the new one.
A version's module is imported only when it has to run.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from importlib import import_module

from storage.errors import CatalogTooNew

#: In the file's header: "PSTL". A database without it is not ours.
APPLICATION_ID = 0x5053544C

MODULES = ("m0001_initial", "m0002_media", "m0003_volumes", "m0004_patients")
LATEST = len(MODULES)


def version_of(db: sqlite3.Connection) -> int:
    return int(db.execute("PRAGMA user_version").fetchone()[0])


def refuse_newer(version: int, where: str) -> None:
    if version > LATEST:
        raise CatalogTooNew(
            f"The catalog {where} was written by a newer Postil (format {version}; this program knows up to {LATEST}).",
            remedy="Install the newer version to open it. Nothing was changed.",
            input=where,
        )


def migrate(db: sqlite3.Connection, *, before_step: Callable[[int], None] | None = None) -> int:
    """Run what is missing on a connection in autocommit mode, under the writer's lock. Returns how many steps ran.

    `before_step(version)` is called outside any transaction: the place for a backup.
    """
    done = 0
    while (version := version_of(db)) < LATEST:
        if before_step is not None:
            before_step(version)
        module = import_module(f"{__name__}.{MODULES[version]}")
        db.execute("BEGIN EXCLUSIVE")
        try:
            module.migrate(db)
            db.execute(f"PRAGMA application_id = {APPLICATION_ID}")
            db.execute(f"PRAGMA user_version = {version + 1}")
            db.execute("COMMIT")
        except BaseException:
            if db.in_transaction:  # a full disk has ended it already
                db.execute("ROLLBACK")
            raise
        done += 1
    refuse_newer(version_of(db), "")
    return done
