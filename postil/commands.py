"""The grammar of the command line: which words there are. What they do is in `postil.verbs`."""

from __future__ import annotations

import argparse
from pathlib import Path

from storage.model.items import GRID_MODALITIES
from storage.model.label_formats import LABEL_FORMATS

LATER = {
    "register": "registering cloud objects",
    "integration": "cloud integrations",
    "cache": "the offline cache of cloud media",
    "sync": "syncing through a bucket",
    "agent": "task agents",
    "group": "groups of people",
    "member": "roles of people",
    "user": "further people",
}

LATER_FORMATS = ("yolo", "voc", "cvat", "labelme", "mot", "datumaro", "csv")


def parse(argv: list[str]) -> argparse.Namespace:
    return build().parse_args(_globals_first(argv))


def _globals_first(argv: list[str]) -> list[str]:
    """`--json`, `--quiet` and `--catalog DIR` are understood anywhere (`--as` is not: `add` has one of its own)."""
    first: list[str] = []
    rest: list[str] = []
    words = iter(argv)
    for word in words:
        if word == "--":
            rest.extend((word, *words))
        elif word in ("--json", "--quiet") or word.startswith("--catalog="):
            first.append(word)
        elif word == "--catalog":
            first.extend((word, *(value for value in (next(words, None),) if value is not None)))
        else:
            rest.append(word)
    return first + rest


def build() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        "postil", description="Organise media, label it, hand the labels on. No server, no network."
    )
    parser.add_argument(
        "--catalog", type=Path, metavar="DIR", help="the catalog (default: $POSTIL_CATALOG, else the last one used)"
    )
    parser.add_argument("--as", dest="user", metavar="USER", help="e-mail or name of the person who acts")
    parser.add_argument("--json", action="store_true", dest="as_json", help="print one JSON document")
    parser.add_argument("--quiet", action="store_true", help="no progress, no messages")
    parser.add_argument("--version", action=_Version, nargs=0, help="show program's version number and exit")
    verbs = parser.add_subparsers(dest="command", metavar="COMMAND")
    _catalogs(verbs)
    _files(verbs)
    _nouns(verbs)
    _labels(verbs)
    for word, what in LATER.items():
        later = verbs.add_parser(word, add_help=False)  # without help: not listed
        later.set_defaults(later=what)
        later.add_argument("rest", nargs=argparse.REMAINDER)
    return parser


class _Version(argparse.Action):
    """Looked up when it is asked for: that takes as long as reading all other words three times."""

    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> None:
        from importlib.metadata import PackageNotFoundError, version

        try:
            print(f"postil {version('postil')}")
        except PackageNotFoundError:
            print("postil (not installed)")
        parser.exit()


Verbs = argparse._SubParsersAction  # the only name argparse has for it


def _catalogs(verbs: Verbs) -> None:
    init = verbs.add_parser("init", help="make a catalog (a folder)")
    init.add_argument("dir", type=Path)
    init.add_argument("--user", dest="name", default="", metavar="NAME")
    init.add_argument("--email", default="")
    demo = verbs.add_parser("demo", help="make a catalog with a sample project")
    demo.add_argument("dir", type=Path)
    check = verbs.add_parser("check", help="integrity of the database, its files and labels")
    repair = "read headers of series again that an earlier version has read, and copy what imports that were ended still owe"
    check.add_argument("--repair", action="store_true", help=repair)
    backup = verbs.add_parser("backup", help="a consistent copy of the catalog; the window may be open")
    backup.add_argument("dir", type=Path)
    restore = verbs.add_parser("restore", help="put a backup in the place of the catalog's database")
    restore.add_argument("dir", type=Path)


def _files(verbs: Verbs) -> None:
    folder = verbs.add_parser("folder", help="folders: add, list, move, delete").add_subparsers(dest="verb", required=True)
    add = folder.add_parser("add")
    add.add_argument("path", help="A/B/C; missing parents are made")
    add.add_argument("--description", default="")
    add.add_argument("--cloud", nargs=2, metavar=("INTEGRATION", "PREFIX"))
    folder.add_parser("list")
    move = folder.add_parser("move")
    move.add_argument("path")
    move.add_argument("new")
    delete = folder.add_parser("delete")
    delete.add_argument("path")

    adding = verbs.add_parser("add", help="files and folder trees in")
    adding.add_argument("paths", nargs="+", type=Path, metavar="PATH")
    adding.add_argument("--folder", required=True)
    adding.add_argument("--dataset")
    adding.add_argument("--link", action="store_true", help="leave the files where they are")
    adding.add_argument(
        "--as", dest="batch", choices=("image-group", "image-sequence"), help="all pictures become one item, in order of name"
    )
    adding.add_argument("--title", help="of the group or sequence (default: the name of the pictures' folder)")
    adding.add_argument("--keep-order", action="store_true", help="pictures in the order given instead of by name")

    items = verbs.add_parser("items", help="list items")
    items.add_argument("--folder")
    items.add_argument("--search", default="")
    items.add_argument("--type", dest="kind")
    items.add_argument("--dataset")
    items.add_argument("--limit", type=int)
    item = verbs.add_parser("item", help="one item").add_subparsers(dest="verb", required=True)
    item.add_parser("show").add_argument("uuid")
    saying = item.add_parser("set", help="what a NIfTI or NRRD shows, which its file does not say")
    saying.add_argument("uuid")
    saying.add_argument("--modality", required=True, choices=(*GRID_MODALITIES, "none"), help="none: as its values look")
    frame = verbs.add_parser("frame", help="one frame or page as a PNG")
    frame.add_argument("uuid")
    frame.add_argument("index", type=int)
    frame.add_argument("--out", type=Path, required=True)
    frame.add_argument("--window", nargs=2, type=float, metavar=("C", "W"))
    metadata = verbs.add_parser("metadata", help="custom metadata").add_subparsers(dest="verb", required=True)
    setting = metadata.add_parser("set")
    setting.add_argument("uuid")
    setting.add_argument("file", type=Path)
    schema = metadata.add_parser("schema", add_help=False)
    schema.set_defaults(later="the metadata schema")
    schema.add_argument("rest", nargs=argparse.REMAINDER)


def _nouns(verbs: Verbs) -> None:
    dataset = verbs.add_parser("dataset", help="datasets: create, attach, list, delete").add_subparsers(
        dest="verb", required=True
    )
    create = dataset.add_parser("create")
    create.add_argument("title")
    create.add_argument("--description", default="")
    create.add_argument("--mirrored", metavar="FOLDER")
    attach = dataset.add_parser("attach")
    attach.add_argument("title")
    attach.add_argument("--folder", action="append", default=[], dest="folders")
    attach.add_argument("--item", action="append", default=[], dest="items", metavar="UUID")
    dataset.add_parser("list")
    delete = dataset.add_parser("delete")
    delete.add_argument("title")
    delete.add_argument("--with-labels", action="store_true", help="though projects have labels on it: they go for good")

    ontology = verbs.add_parser("ontology", help="ontologies: import, export, list").add_subparsers(dest="verb", required=True)
    importing = ontology.add_parser("import")
    importing.add_argument("file", type=Path)
    importing.add_argument("--title", required=True)
    export = ontology.add_parser("export")
    export.add_argument("title")
    export.add_argument("--out", type=Path)
    ontology.add_parser("list")

    project = verbs.add_parser("project", help="projects: create, attach, detach, list, tasks").add_subparsers(
        dest="verb", required=True
    )
    create = project.add_parser("create")
    create.add_argument("title")
    create.add_argument("--description", default="")
    create.add_argument("--ontology", required=True)
    create.add_argument("--dataset", action="append", required=True, dest="datasets")
    create.add_argument("--workflow", type=Path)
    for word in ("attach", "detach"):
        verb = project.add_parser(word)
        verb.add_argument("title")
        verb.add_argument("--dataset", required=True)
    project.add_parser("list")
    tasks = project.add_parser("tasks")
    tasks.add_argument("title")
    tasks.add_argument("--stage")
    tasks.add_argument("--status")

    task = verbs.add_parser("task", help="tasks: submit, skip").add_subparsers(dest="verb", required=True)
    for word in ("submit", "skip"):
        verb = task.add_parser(word)
        verb.add_argument("uuid", nargs="+")
        verb.add_argument("--stage", help="only where it is still in this stage")
    for word, what in (
        ("approve", "review stages"),
        ("reject", "review stages"),
        ("assign", "further people"),
        ("move", "moving tasks"),
    ):
        later = task.add_parser(word, add_help=False)
        later.set_defaults(later=what)
        later.add_argument("rest", nargs=argparse.REMAINDER)


def _labels(verbs: Verbs) -> None:
    labels = verbs.add_parser("labels", help="labels: export, import").add_subparsers(dest="verb", required=True)
    formats = (*LABEL_FORMATS, *LATER_FORMATS)
    export = labels.add_parser("export")
    export.add_argument("project")
    export.add_argument("--format", required=True, choices=formats)
    export.add_argument("--out", type=Path, required=True)
    export.add_argument("--stage", action="append", dest="stages")
    export.add_argument("--class", action="append", dest="classes")
    export.add_argument("--version")
    export.add_argument("--signed-urls", action="store_true")
    export.add_argument(
        "--deidentify",
        nargs="?",
        const="",
        metavar="OPTIONS",
        help="DICOM formats: without the identity (PS3.15), the series' files beside them; options of the profile by comma: "
        "clean-descriptors, retain-full-dates, modify-dates, retain-uids, retain-patient-characteristics, "
        "retain-device-identity, retain-institution-identity, retain-safe-private, no-clean-graphics, "
        "no-clean-structured-content",
    )
    importing = labels.add_parser("import")
    importing.add_argument("project")
    importing.add_argument("file", type=Path)
    importing.add_argument("--format", required=True, choices=formats)
    importing.add_argument("--dry-run", action="store_true")
    importing.add_argument(
        "--new-classes", action="store_true", help="add the classes that the file names and the ontology does not have"
    )
