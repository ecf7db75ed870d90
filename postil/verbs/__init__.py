"""What each word of the command line does. One module per noun; every one stands on `storage` and `viewers.decode`."""

from __future__ import annotations

import argparse
import logging
from collections.abc import Callable

from postil.console import CANCELLED, FAILED, WRONG_USAGE, Console
from storage.errors import Cancelled, PostilError

Verb = Callable[[argparse.Namespace, Console], int]


def run(arguments: argparse.Namespace) -> int:
    """Find the verb, run it, and turn what went wrong into a sentence and an exit code."""
    console = Console(as_json=arguments.as_json, quiet=arguments.quiet)
    try:
        if getattr(arguments, "later", None):
            raise _Later(
                f"This version of Postil does not have {arguments.later} yet.", remedy="See CHANGELOG.md for what it has."
            )
        return _find(arguments)(arguments, console)
    except _Later as error:
        console.error(error)
        return WRONG_USAGE
    except PostilError as error:
        console.error(error)
        return FAILED
    except (Cancelled, KeyboardInterrupt):
        console.say("Cancelled. What was done so far is kept; the same command goes on from there.")
        return CANCELLED
    except BrokenPipeError:
        return FAILED
    except OSError as error:
        logging.getLogger(__name__).debug("verb failed", exc_info=True)
        name = error.filename or ""
        console.error(
            PostilError(
                f"{name}: {error.strerror or error}.", remedy="Check the path, the rights and the free space.", input=str(name)
            )
        )
        return FAILED


class _Later(PostilError):
    """A word of the contract whose deed comes with a later version."""


def later(what: str) -> PostilError:
    return _Later(f"This version of Postil does not have {what} yet.", remedy="See CHANGELOG.md for what it has.")


def _find(arguments: argparse.Namespace) -> Verb:
    from postil.verbs import catalogs, datasets, files, labels, ontologies, projects

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
        "add": files.add,
        "items": files.items,
        "item show": files.item_show,
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
