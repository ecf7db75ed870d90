"""What each word of the command line does. One module per noun; every one stands on `storage` and `viewers.decode`."""

from __future__ import annotations

import argparse
import contextlib
import logging
import os
import sqlite3
import sys
from collections.abc import Callable
from typing import Any

from postil.console import CANCELLED, FAILED, WRONG_USAGE, Console
from storage.errors import Cancelled, PostilError

log = logging.getLogger(__name__)

Verb = Callable[[argparse.Namespace, Console], int]


def run(arguments: argparse.Namespace) -> int:
    """Find the verb, run it, and turn what went wrong into a sentence and an exit code."""
    console = Console(as_json=arguments.as_json, quiet=arguments.quiet)
    try:
        code = _do(arguments, console)
        if sys.stdout is not None:
            sys.stdout.flush()  # a full disk or a closed pipe is noticed here, not after the exit code is settled
        return code
    except BrokenPipeError:
        _silence(sys.stdout)
        return FAILED
    except OSError as error:
        console.error(PostilError(f"The answer cannot be written: {error.strerror or error}.", remedy="Write it elsewhere."))
        _silence(sys.stdout)
        return FAILED


def _do(arguments: argparse.Namespace, console: Console) -> int:
    try:
        if getattr(arguments, "later", None):
            raise later(arguments.later)
        return _find(arguments)(arguments, console)
    except _Later as error:
        console.error(error)
        return WRONG_USAGE
    except (Cancelled, KeyboardInterrupt):
        console.say("Cancelled. What was done so far is kept; the same command goes on from there.")
        return CANCELLED
    except BrokenPipeError:
        raise
    except Exception as error:
        if isinstance(error, OSError) and error.filename is None:
            raise  # no file of ours: the answer could not be printed
        console.error(_told(error, arguments))
        return FAILED


def _told(error: Exception, arguments: argparse.Namespace) -> PostilError:
    """The sentence for whatever went wrong."""
    if isinstance(error, PostilError):
        return error
    if isinstance(error, OSError):
        log.debug("verb failed", exc_info=error)
        name = os.fsdecode(error.filename)
        reason = f"{name}: {error.strerror or error}."
        return PostilError(reason, remedy="Check the path, the rights and the free space.", input=name)
    if isinstance(error, UnicodeEncodeError):
        return PostilError("A text holds bytes that are no UTF-8.", remedy="Type it again in a terminal set to UTF-8.")
    if isinstance(error, sqlite3.Error):
        log.debug("verb failed", exc_info=error)
        where = str(getattr(arguments, "catalog", None) or "the catalog")
        return PostilError(f"The database of {where} answers: {error}.", remedy="Run `postil check`; it says what is damaged.")
    log.error("a fault of Postil's own", exc_info=error)
    reason = f"Postil itself is at fault: {type(error).__name__}: {error}."
    return PostilError(reason, remedy="What was saved before is kept; please report it with the lines above.")


def _silence(stream: Any) -> None:
    """So that Python, on its way out, does not try once more to write what cannot be written."""
    with contextlib.suppress(OSError, AttributeError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


class _Later(PostilError):
    """A word of the contract whose deed comes with a later version."""


def later(what: str) -> PostilError:
    return _Later(f"This version of Postil does not have {what} yet.", remedy="See CHANGELOG.md for what it has.")


def _find(arguments: argparse.Namespace) -> Verb:
    from postil.verbs import adding, catalogs, datasets, files, labels, ontologies, projects

    table: dict[str, Verb] = {
        "init": catalogs.init,
        "demo": catalogs.demo,
        "check": catalogs.check,
        "backup": catalogs.backup,
        "restore": catalogs.restore,
        "folder add": files.folder_add,
        "folder list": files.folder_list,
        "folder move": files.folder_move,
        "folder delete": files.folder_delete,
        "add": adding.add,
        "items": files.items,
        "item show": files.item_show,
        "item set": files.item_set,
        "frame": files.frame,
        "metadata set": files.metadata_set,
        "dataset create": datasets.create,
        "dataset attach": datasets.attach,
        "dataset list": datasets.show,
        "dataset delete": datasets.delete,
        "ontology import": ontologies.take_in,
        "ontology export": ontologies.export,
        "ontology list": ontologies.show,
        "project create": projects.create,
        "project attach": projects.attach,
        "project detach": projects.detach,
        "project list": projects.show,
        "project tasks": projects.tasks,
        "task submit": projects.submit,
        "task skip": projects.skip,
        "labels export": labels.export,
        "labels import": labels.take_in,
    }
    return table[" ".join(filter(None, (arguments.command, getattr(arguments, "verb", None))))]
